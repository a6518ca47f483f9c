//! Argon2id: hashes as PHC strings, and the history that costs one run however long it is. Hashes
//! that tenants bring along are checked too, see `stored`, and never made.

mod stored;

use std::sync::{Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::account::Account;
use crate::keys::{Keyring, mac};
use crate::password::Password;

use stored::{Function, Stored};
pub use stored::{HashRefusal, normalised};

/// The price of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

impl Cost {
    /// 19 MiB, two passes, one lane: OWASP Password Storage Cheat Sheet, Argon2id.
    pub const PRESENT: Self = Self { memory_kib: 19 * 1024, passes: 2 };
}

/// Hashes and verifies at one cost, and counts its runs, so that equal work can be shown.
pub struct Hasher {
    cost: Cost,
    work: Mutex<Work>,
}

/// One working memory for all runs: a run of its own allocation each would leave the heap with two
/// of them, and a function pays for its memory.
#[derive(Default)]
struct Work {
    runs: u32,
    memory: Vec<Block>,
}

/// A hash function refused its input; only a cost outside its bounds can cause it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the hash function refused its parameters")]
pub struct HashFault;

/// Whether a password fits a stored hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It fits, and the hash costs what it should, or cannot tell whether all of it does.
    Right,
    /// It fits, and the hash should be made anew: it costs less than is asked today, or another
    /// function made it.
    RightButCheap,
    /// It does not fit, or the stored hash is not one that this software runs.
    Wrong,
}

/// Entries kept; about 25 KB of the 400 KB that an item may hold.
pub const HISTORY_ENTRIES_MAX: usize = 500;

impl Hasher {
    /// With the cost of new hashes.
    #[must_use]
    pub fn new(cost: Cost) -> Self {
        Self { cost, work: Mutex::default() }
    }

    /// Runs so far: of argon2, and of whatever made an imported hash.
    pub fn runs(&self) -> u32 {
        self.work.lock().unwrap_or_else(PoisonError::into_inner).runs
    }

    /// A new PHC string. One run.
    pub fn hash(&self, password: &Password, salt: [u8; 16]) -> Result<String, HashFault> {
        let params = self.params()?;
        let output = self.stretch(password, &salt)?;
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(VERSION.into()),
            params: ParamsString::try_from(&params).map_err(|_| HashFault)?,
            salt: Some(Salt::new(&salt).map_err(|_| HashFault)?),
            hash: Some(Output::new(output.as_slice()).map_err(|_| HashFault)?),
        };
        Ok(hash.to_string())
    }

    /// Compares with a stored hash, or with nothing. One run in every case, so that an account
    /// without a password, an unknown login and a hash we refuse take as long as a wrong password.
    #[must_use]
    pub fn verify(&self, password: &Password, phc: Option<&str>) -> Verdict {
        // SECURITY: held by `a_hostile_stored_hash_is_never_run`.
        let Some(stored) = phc.and_then(|phc| Stored::parse(phc).ok()) else {
            // SECURITY: held by `an_unknown_login_costs_one_run_too`.
            let _ = self.hash(password, [0; 16]);
            return Verdict::Wrong;
        };
        let right = self
            .run(&stored.function, password, &stored.salt, stored.hash.len())
            .is_ok_and(|output| output.as_slice().ct_eq(&stored.hash).into());
        if !right {
            Verdict::Wrong
        } else if stored.is_worth(self.cost) || !stored.reads_all_of(password) {
            Verdict::Right
        } else {
            Verdict::RightButCheap
        }
    }

    /// The entry of a password in the history of the account that has this salt. One run.
    ///
    /// All entries share a salt, so one run compares with all of them; and because each is kept
    /// as its HMAC under a key, the table alone cannot be cracked. The key that made an entry
    /// stands before it, so keys can be rotated and old entries still compare.
    pub fn history<'k>(
        &self,
        password: &Password,
        salt: &str,
        keys: &'k Keyring,
    ) -> Result<HistoryProbe<'k>, HashFault> {
        let salt = BASE64URL_NOPAD.decode(salt.as_bytes()).map_err(|_| HashFault)?;
        let stretched = self.stretch(password, &salt)?;
        Ok(HistoryProbe { stretched, keys })
    }

    /// Gives an account a password that keeps every rule. Two runs.
    pub fn give_password(
        &self,
        account: &mut Account,
        password: &Password,
        keys: &Keyring,
        random: [[u8; 16]; 2],
    ) -> Result<(), HashFault> {
        let [phc_salt, new_salt] = random;
        let salt = account.history_salt.take().unwrap_or_else(|| history_salt(new_salt));
        account.history = history_with(account, self.history(password, &salt, keys)?.entry());
        account.history_salt = Some(salt);
        account.password_phc = Some(self.hash(password, phc_salt)?);
        account.password_version += 1;
        account.password_in_history = true;
        account.password_disabled_at = None;
        Ok(())
    }

    fn params(&self) -> Result<Params, HashFault> {
        let Cost { memory_kib, passes } = self.cost;
        Params::new(memory_kib, passes, 1, Some(OUTPUT_BYTES)).map_err(|_| HashFault)
    }

    /// Argon2id at today's cost. One run.
    fn stretch(&self, password: &Password, salt: &[u8]) -> Result<Zeroizing<Vec<u8>>, HashFault> {
        let params = self.params()?;
        let function =
            Function::Argon2 { algorithm: Algorithm::Argon2id, version: VERSION, params };
        self.run(&function, password, salt, OUTPUT_BYTES)
    }

    /// The one place that runs a hash function. What argon2 leaves in the memory is wiped.
    fn run(
        &self,
        function: &Function,
        password: &Password,
        salt: &[u8],
        output_bytes: usize,
    ) -> Result<Zeroizing<Vec<u8>>, HashFault> {
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        let Work { runs, memory } = &mut *work;
        *runs += 1;
        let mut output = Zeroizing::new(vec![0; output_bytes]);
        match function {
            Function::Argon2 { algorithm, version, params } => {
                memory.resize(params.block_count(), Block::default());
                let ran = Argon2::new(*algorithm, *version, params.clone())
                    .hash_password_into_with_memory(
                        password.expose().as_bytes(),
                        salt,
                        output.as_mut_slice(),
                        memory.as_mut_slice(),
                    );
                memory.iter_mut().for_each(Block::zeroize);
                ran.map_err(|_| HashFault)?;
            }
            Function::Other(other) => other.run(password, salt, output.as_mut_slice())?,
        }
        Ok(output)
    }
}

const VERSION: Version = Version::V0x13;
const OUTPUT_BYTES: usize = 32;

/// A password, stretched with an account's history salt.
pub struct HistoryProbe<'k> {
    stretched: Zeroizing<Vec<u8>>,
    keys: &'k Keyring,
}

impl HistoryProbe<'_> {
    /// Whether the password stands in the history. Compares with every entry, whichever fits.
    #[must_use]
    pub fn is_in(&self, history: &[String]) -> bool {
        let candidates: Vec<String> =
            self.keys.ids().filter_map(|id| self.entry_under(id)).collect();
        let mut found = subtle::Choice::from(0);
        for entry in history {
            for candidate in &candidates {
                found |= entry.as_bytes().ct_eq(candidate.as_bytes());
            }
        }
        found.into()
    }

    /// The entry to add once the password is set.
    #[must_use]
    pub fn entry(&self) -> String {
        self.entry_under(self.keys.current()).unwrap_or_default()
    }

    fn entry_under(&self, id: char) -> Option<String> {
        let (key, _) = self.keys.derive(id, "regain password history v1")?;
        let tag = mac(key.as_slice(), &[self.stretched.as_slice()]);
        Some(format!("{id}{}", BASE64URL_NOPAD.encode(&tag)))
    }
}

/// A salt for a history, as it is stored.
#[must_use]
pub fn history_salt(random: [u8; 16]) -> String {
    BASE64URL_NOPAD.encode(&random)
}

/// The history once a new password is set: with its entry, the oldest gone beyond the bound. A
/// present hash that was imported is kept as it is, for nobody knows its password to stretch it.
#[must_use]
pub fn history_with(account: &Account, entry: String) -> Vec<String> {
    let imported = account.password_phc.iter().filter(|_| !account.password_in_history);
    let longer: Vec<&String> = account.history.iter().chain(imported).collect();
    let surplus = (longer.len() + 1).saturating_sub(HISTORY_ENTRIES_MAX);
    longer.into_iter().skip(surplus).cloned().chain([entry]).collect()
}

/// The hashes that only verifying can compare with: imported ones, the present or earlier. Each
/// costs one more run.
pub fn imported(account: &Account) -> impl Iterator<Item = &str> {
    let present = account.password_phc.iter().filter(|_| !account.password_in_history);
    let earlier = account.history.iter().filter(|entry| entry.starts_with('$'));
    present.chain(earlier).map(String::as_str)
}

#[cfg(test)]
#[path = "hashing_tests.rs"]
mod tests;
