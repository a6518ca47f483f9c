//! Stored hashes: what this software makes, and what tenants bring along from other software.
//!
//! One parser decides what is ever run: the import asks it line by line, sign-in asks it again. It
//! makes none of these forms; whoever signs in with one gets an argon2id hash the same moment.
//!
//! Left out on purpose: `$2x$`, the hashes of a bug in crypt_blowfish; SHA-1, MD5 and plain digests,
//! which are guessed by the billion; and hashes under a pepper, which only their maker can check.
//! That an imported hash takes another time to check than ours is not hidden either: an account
//! imported with one can be told from an unknown login by the clock until its first sign-in.

use std::borrow::Cow;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Params, Version};
use data_encoding::{BASE64, BASE64_NOPAD, Encoding, Specification};
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::{Cost, HashFault};
use crate::password::Password;

/// Why a hash made elsewhere cannot be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashRefusal {
    /// No form that this software reads.
    #[error("the hash is of no known form")]
    Unknown,
    /// A known form, and dearer to check than this software is willing to pay at every sign-in.
    #[error("the hash costs more than is allowed")]
    TooCostly,
}

impl HashRefusal {
    /// The word in answers.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown_hash",
            Self::TooCostly => "hash_too_costly",
        }
    }
}

// SECURITY: what a stored hash may cost at most; more would let a hostile import stall a function.
// Held by `a_hostile_stored_hash_is_never_run` and `a_hash_is_run_up_to_its_cap_and_not_beyond`.
const MEMORY_KIB_MAX: u32 = 64 * 1024;
const PASSES_MAX: u32 = 4;
const LANES_MAX: u32 = 4;
const BCRYPT_COST_MAX: u32 = 13;
/// Of PBKDF2, counted per block of output, for each block costs all iterations anew.
const ITERATIONS_MAX: u32 = 1_000_000;
/// Of scrypt, which needs 128 times this for each lane beside its memory; 8 is what all use.
const BLOCK_SIZE_MAX: u32 = 64;
/// Of the whole text; the longest that anybody makes has about 200.
const TEXT_BYTES_MAX: usize = 512;

/// The least output is what a guess by chance needs: 128 bits (NIST SP 800-132 asks 112).
const HASH_BYTES_MIN: usize = 16;
const HASH_BYTES_MAX: usize = 64;

const BCRYPT_KEY_BYTES_MAX: usize = 72;
const BCRYPT_HASH_BYTES: usize = 23; // the last byte of the output is not stored

/// A stored hash that this software is willing to run.
pub(super) struct Stored {
    pub(super) function: Function,
    pub(super) salt: Vec<u8>,
    pub(super) hash: Vec<u8>,
}

/// The function that made a hash, at its price.
pub(super) enum Function {
    /// Needs a working memory, which `Hasher` keeps.
    Argon2 { algorithm: Algorithm, version: Version, params: Params },
    /// Needs none, or its own.
    Other(Other),
}

/// A function that this software only checks with.
pub(super) enum Other {
    Bcrypt { cost: u32 },
    Scrypt(scrypt::Params),
    Pbkdf2 { digest: Pbkdf2Digest, iterations: u32 },
}

/// What HMAC runs on under PBKDF2.
#[derive(Clone, Copy)]
pub(super) enum Pbkdf2Digest {
    Sha256,
    Sha512,
}

/// A hash made elsewhere, as an account keeps it: in a form that begins with `$`. Nothing is run;
/// what this accepts is what sign-in runs, and it leaves alone what it has once made.
pub fn normalised(text: &str) -> Result<String, HashRefusal> {
    let phc = spelled_as_phc(text)?;
    Stored::parse(&phc)?;
    Ok(phc.into_owned())
}

impl Stored {
    /// Reads a stored hash, whoever made it.
    pub(super) fn parse(text: &str) -> Result<Self, HashRefusal> {
        let text = &*spelled_as_phc(text)?;
        if text.len() > TEXT_BYTES_MAX {
            return Err(HashRefusal::Unknown);
        }
        let fields: Vec<&str> = text.split('$').collect();
        match *fields.as_slice() {
            ["", "argon2id" | "argon2i" | "argon2d", ..] => argon2(text),
            ["", "2a" | "2b" | "2y", cost, salt_and_hash] => bcrypt(cost, salt_and_hash),
            ["", "scrypt", params, salt, hash] => scrypt(params, salt, hash),
            ["", "pbkdf2-sha256", params, salt, hash] => {
                pbkdf2(Pbkdf2Digest::Sha256, params, salt, hash)
            }
            ["", "pbkdf2-sha512", params, salt, hash] => {
                pbkdf2(Pbkdf2Digest::Sha512, params, salt, hash)
            }
            _ => Err(HashRefusal::Unknown),
        }
    }

    /// Whether the hash depends on all of the password. Bcrypt reads 72 bytes: one that fits so far
    /// may go on otherwise, and must not take the place of the right one.
    pub(super) fn reads_all_of(&self, password: &Password) -> bool {
        let is_bcrypt = matches!(self.function, Function::Other(Other::Bcrypt { .. }));
        !is_bcrypt || password.expose().len() < BCRYPT_KEY_BYTES_MAX
    }

    /// Whether it is what a new hash is today, or dearer. Argon2's price is its memory times its
    /// passes, as in OWASP's list of settings of equal strength; so that making a hash anew never
    /// makes it cheaper to guess.
    pub(super) fn is_worth(&self, today: Cost) -> bool {
        let Function::Argon2 { algorithm: Algorithm::Argon2id, version: Version::V0x13, params } =
            &self.function
        else {
            return false;
        };
        let price = |memory_kib, passes| u64::from(memory_kib) * u64::from(passes);
        price(params.m_cost(), params.t_cost()) >= price(today.memory_kib, today.passes)
    }
}

impl Other {
    /// Runs it. Output and key are wiped; what is left inside the libraries is theirs.
    pub(super) fn run(
        &self,
        password: &Password,
        salt: &[u8],
        output: &mut [u8],
    ) -> Result<(), HashFault> {
        let password = password.expose().as_bytes();
        match self {
            Self::Bcrypt { cost } => {
                let salt = salt.try_into().map_err(|_| HashFault)?;
                output.copy_from_slice(&bcrypt_output(*cost, salt, password));
            }
            Self::Scrypt(params) => {
                scrypt::scrypt(password, salt, params, output).map_err(|_| HashFault)?;
            }
            Self::Pbkdf2 { digest: Pbkdf2Digest::Sha256, iterations } => {
                pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, *iterations, output);
            }
            Self::Pbkdf2 { digest: Pbkdf2Digest::Sha512, iterations } => {
                pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, *iterations, output);
            }
        }
        Ok(())
    }
}

/// The key is the password with the NUL that ends it in C, cut off after 72 bytes: a weakness, but
/// the one the hash was made with.
fn bcrypt_output(cost: u32, salt: [u8; 16], password: &[u8]) -> [u8; BCRYPT_HASH_BYTES] {
    let key = password.iter().copied().chain([0]).take(BCRYPT_KEY_BYTES_MAX);
    let key: Zeroizing<Vec<u8>> = Zeroizing::new(key.collect());
    let [hash @ .., _] = bcrypt::bcrypt(cost, salt, key.as_slice());
    hash
}

/// Django has no `$` in front and salts with the text itself; passlib and RustCrypto write the same
/// hash as a PHC string.
fn spelled_as_phc(text: &str) -> Result<Cow<'_, str>, HashRefusal> {
    let Some(django) = text.strip_prefix("pbkdf2_sha256$") else {
        return Ok(text.into());
    };
    let mut fields = django.split('$');
    let (Some(iterations), Some(salt), Some(hash), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(HashRefusal::Unknown);
    };
    let hash = BASE64.decode(hash.as_bytes()).map_err(|_| HashRefusal::Unknown)?;
    let [salt, hash] = [salt.as_bytes(), &hash].map(|bytes| BASE64_NOPAD.encode(bytes));
    Ok(format!("$pbkdf2-sha256$i={iterations}${salt}${hash}").into())
}

fn argon2(text: &str) -> Result<Stored, HashRefusal> {
    let phc = PasswordHash::new(text).map_err(|_| HashRefusal::Unknown)?;
    let algorithm =
        Algorithm::try_from(phc.algorithm.as_str()).map_err(|_| HashRefusal::Unknown)?;
    // Version 1.0 did not write its number (PHC string format, argon2 "1.0").
    let version = phc.version.unwrap_or(Version::V0x10.into());
    let version = Version::try_from(version).map_err(|_| HashRefusal::Unknown)?;
    let params = Params::try_from(&phc).map_err(|_| HashRefusal::Unknown)?;
    let (Some(salt), Some(hash)) = (phc.salt, phc.hash) else {
        return Err(HashRefusal::Unknown);
    };
    let within = params.m_cost() <= MEMORY_KIB_MAX
        && params.t_cost() <= PASSES_MAX
        && params.p_cost() <= LANES_MAX;
    let function = Function::Argon2 { algorithm, version, params };
    priced(within, function, salt.to_vec(), hash.as_bytes().to_vec())
}

fn bcrypt(cost: &str, salt_and_hash: &str) -> Result<Stored, HashRefusal> {
    let cost = match cost.as_bytes() {
        [b'0', digit @ b'4'..=b'9'] => u32::from(digit - b'0'),
        _ => number(cost).filter(|cost| (10..32).contains(cost)).ok_or(HashRefusal::Unknown)?,
    };
    let (salt, hash) = salt_and_hash.split_at_checked(22).ok_or(HashRefusal::Unknown)?;
    let base64 = bcrypt_base64()?;
    let [salt, hash] = [salt, hash].map(|text| base64.decode(text.as_bytes()).unwrap_or_default());
    if hash.len() != BCRYPT_HASH_BYTES {
        return Err(HashRefusal::Unknown);
    }
    priced(cost <= BCRYPT_COST_MAX, Function::Other(Other::Bcrypt { cost }), salt, hash)
}

/// Its alphabet is its own, and the bits that its last character has too many are left as they
/// come: some generators of salts never cleared them.
fn bcrypt_base64() -> Result<Encoding, HashRefusal> {
    let mut base64 = Specification::new();
    base64.symbols.push_str("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    base64.check_trailing_bits = false;
    base64.encoding().map_err(|_| HashRefusal::Unknown)
}

/// As RustCrypto and passlib write it: `ln=16,r=8,p=1`.
fn scrypt(params: &str, salt: &str, hash: &str) -> Result<Stored, HashRefusal> {
    let params: Vec<&str> = params.split(',').collect();
    let [ln, r, p] = *params.as_slice() else { return Err(HashRefusal::Unknown) };
    let named = |text: &str, name| text.strip_prefix(name).and_then(number);
    let (Some(ln @ 1..), Some(r @ 1..), Some(p @ 1..)) =
        (named(ln, "ln="), named(r, "r="), named(p, "p="))
    else {
        return Err(HashRefusal::Unknown);
    };
    let [salt, hash] = decoded([salt, hash])?;
    // The order matters: past the first two, the product cannot overflow.
    let within = ln <= u32::BITS
        && r <= BLOCK_SIZE_MAX
        && p <= LANES_MAX
        && (128 * u64::from(r)) << ln <= u64::from(MEMORY_KIB_MAX) * 1024;
    let params = u8::try_from(ln).ok().filter(|_| within);
    let params = params.and_then(|ln| scrypt::Params::new(ln, r, p).ok());
    let params = params.ok_or(HashRefusal::TooCostly)?;
    priced(within, Function::Other(Other::Scrypt(params)), salt, hash)
}

/// As RustCrypto writes it, `i=600000,l=32` with standard Base64, or as passlib does, `29000` with
/// dots for pluses.
fn pbkdf2(
    digest: Pbkdf2Digest,
    params: &str,
    salt: &str,
    hash: &str,
) -> Result<Stored, HashRefusal> {
    let (iterations, length, [salt, hash]) = if let Some(params) = params.strip_prefix("i=") {
        let (iterations, length) = params
            .split_once(",l=")
            .map_or((params, None), |(iterations, length)| (iterations, Some(length)));
        (iterations, length, decoded([salt, hash])?)
    } else {
        let plain = [salt, hash].map(|text| text.replace('.', "+"));
        (params, None, decoded(plain.each_ref().map(String::as_str))?)
    };
    let Some(iterations @ 1..) = number(iterations) else { return Err(HashRefusal::Unknown) };
    if length.is_some_and(|length| length != hash.len().to_string()) {
        return Err(HashRefusal::Unknown);
    }
    let block_bytes = match digest {
        Pbkdf2Digest::Sha256 => 32,
        Pbkdf2Digest::Sha512 => 64,
    };
    let blocks = u32::try_from(hash.len().div_ceil(block_bytes)).unwrap_or(u32::MAX);
    let within = iterations.saturating_mul(blocks) <= ITERATIONS_MAX;
    priced(within, Function::Other(Other::Pbkdf2 { digest, iterations }), salt, hash)
}

/// The last checks, the same for all.
fn priced(
    within: bool,
    function: Function,
    salt: Vec<u8>,
    hash: Vec<u8>,
) -> Result<Stored, HashRefusal> {
    if salt.is_empty() || !(HASH_BYTES_MIN..=HASH_BYTES_MAX).contains(&hash.len()) {
        return Err(HashRefusal::Unknown);
    }
    if !within {
        return Err(HashRefusal::TooCostly);
    }
    Ok(Stored { function, salt, hash })
}

fn decoded(texts: [&str; 2]) -> Result<[Vec<u8>; 2], HashRefusal> {
    let [salt, hash] = texts.map(|text| BASE64_NOPAD.decode(text.as_bytes()));
    Ok([salt.map_err(|_| HashRefusal::Unknown)?, hash.map_err(|_| HashRefusal::Unknown)?])
}

/// A decimal without sign or leading zeros; one beyond `u32` is beyond every cap as well.
fn number(text: &str) -> Option<u32> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (canonical && digits).then(|| text.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
#[path = "stored_tests.rs"]
mod tests;
