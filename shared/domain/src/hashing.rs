//! Argon2id: hashes as PHC strings, and the history that costs one run however long it is.

use std::sync::atomic::{AtomicU32, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::account::Account;
use crate::keys::{Keyring, mac};
use crate::password::Password;

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
    runs: AtomicU32,
}

/// Argon2 refused its input; only a cost outside its bounds can cause it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("argon2 refused its parameters")]
pub struct HashFault;

/// Whether a password fits a stored hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It fits, and the hash costs what it should.
    Right,
    /// It fits, and the hash should be made anew: it cost less than is asked today.
    RightButCheap,
    /// It does not fit, or the stored hash is not one that this software runs.
    Wrong,
}

/// A stored hash may cost at most this; more would let a hostile import stall a function.
const MEMORY_KIB_MAX: u32 = 64 * 1024;
const PASSES_MAX: u32 = 10;
const LANES_MAX: u32 = 4;
/// Entries kept; about 25 KB of the 400 KB that an item may hold.
pub const HISTORY_ENTRIES_MAX: usize = 500;

impl Hasher {
    /// With the cost of new hashes.
    #[must_use]
    pub fn new(cost: Cost) -> Self {
        Self { cost, runs: AtomicU32::new(0) }
    }

    /// Argon2 runs so far.
    pub fn runs(&self) -> u32 {
        self.runs.load(Ordering::Relaxed)
    }

    /// A new PHC string. One run.
    pub fn hash(&self, password: &Password, salt: [u8; 16]) -> Result<String, HashFault> {
        let hash = self
            .argon2()?
            .hash_password_with_salt(password.expose().as_bytes(), &salt)
            .map_err(|_| HashFault)?;
        Ok(hash.to_string())
    }

    /// Compares with a stored hash, or with nothing. One run in every case, so that an account
    /// without a password, an unknown login and a hash we refuse take as long as a wrong password.
    #[must_use]
    pub fn verify(&self, password: &Password, phc: Option<&str>) -> Verdict {
        let stored = phc.and_then(runnable);
        let Some((hash, params)) = stored else {
            // SECURITY: held by `an_unknown_login_costs_one_run_too`.
            let _ = self.hash(password, [0; 16]);
            return Verdict::Wrong;
        };
        self.count();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default());
        if argon2.verify_password(password.expose().as_bytes(), &hash).is_err() {
            Verdict::Wrong
        } else if params.m_cost() < self.cost.memory_kib || params.t_cost() < self.cost.passes {
            Verdict::RightButCheap
        } else {
            Verdict::Right
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
        let mut stretched = Zeroizing::new([0; 32]);
        let salt = BASE64URL_NOPAD.decode(salt.as_bytes()).map_err(|_| HashFault)?;
        self.argon2()?
            .hash_password_into(password.expose().as_bytes(), &salt, stretched.as_mut())
            .map_err(|_| HashFault)?;
        Ok(HistoryProbe { stretched, keys })
    }

    /// Gives a new account its password. Two runs.
    pub fn first_password(
        &self,
        account: &mut Account,
        password: &Password,
        keys: &Keyring,
        random: [[u8; 16]; 2],
    ) -> Result<(), HashFault> {
        let [phc_salt, salt] = random;
        let salt = history_salt(salt);
        account.history = vec![self.history(password, &salt, keys)?.entry()];
        account.history_salt = Some(salt);
        account.password_phc = Some(self.hash(password, phc_salt)?);
        account.password_version = 1;
        account.password_in_history = true;
        Ok(())
    }

    fn argon2(&self) -> Result<Argon2<'static>, HashFault> {
        self.count();
        let params = Params::new(self.cost.memory_kib, self.cost.passes, 1, Some(32))
            .map_err(|_| HashFault)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    fn count(&self) {
        self.runs.fetch_add(1, Ordering::Relaxed);
    }
}

/// A stored hash that this software is willing to run.
fn runnable(phc: &str) -> Option<(PasswordHash, Params)> {
    let hash = PasswordHash::new(phc).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let algorithm = hash.algorithm.as_str();
    // SECURITY: held by `a_hostile_stored_hash_is_never_run`.
    let within = params.m_cost() <= MEMORY_KIB_MAX
        && params.t_cost() <= PASSES_MAX
        && params.p_cost() <= LANES_MAX;
    (within && algorithm == "argon2id" && hash.hash.is_some()).then_some((hash, params))
}

/// A password, stretched with an account's history salt.
pub struct HistoryProbe<'k> {
    stretched: Zeroizing<[u8; 32]>,
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
        let tag = mac(key.as_ref(), &[self.stretched.as_ref()]);
        Some(format!("{id}{}", BASE64URL_NOPAD.encode(&tag)))
    }
}

/// A salt for a history, as it is stored.
#[must_use]
pub fn history_salt(random: [u8; 16]) -> String {
    BASE64URL_NOPAD.encode(&random)
}

/// The history with one entry more, the oldest gone beyond the bound.
#[must_use]
pub fn history_with(account: &Account, entry: String) -> Vec<String> {
    let surplus = (account.history.len() + 1).saturating_sub(HISTORY_ENTRIES_MAX);
    account.history.iter().skip(surplus).cloned().chain([entry]).collect()
}

#[cfg(test)]
#[path = "hashing_tests.rs"]
mod tests;
