//! The second step: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for who has
//! lost it.
//!
//! ```text
//!   off ──enrol──▶ being set up ──a right code──▶ on ──password and a code──▶ off, or another
//!                    10 minutes                   │
//!                                                 └ a hundred wrong codes in a row: recovery codes only
//! ```
//!
//! A code is accepted once, and none of an older step after a newer one. SHA-1, six digits and half
//! a minute, because some apps ignore anything else that the URI says.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

use crate::seal::Seal;
use crate::tenant::TenantId;
use crate::time::{after, micros};
use crate::token::CROCKFORD;

/// Bytes of a secret (RFC 4226 §4 recommends 160 bits).
pub const SECRET_BYTES: usize = 20;
/// Bytes of a recovery code: with 112 bits or more a plain hash keeps it (NIST SP 800-63B-4
/// §3.1.2.2), and no lock need stop it.
pub const RECOVERY_CODE_BYTES: usize = 15;
/// Recovery codes of an account.
pub const RECOVERY_CODES: usize = 10;
/// How long setting it up may take.
pub const ENROLMENT_SECONDS: u32 = 600;
/// For `Seal::new`, over the keyring of what is encrypted at rest.
pub const SEAL_LABEL: &str = "regain second step v1";

const NAME_CHARACTERS_MAX: usize = 40;
const STEP_SECONDS: u64 = 30;
const DIGITS: u8 = 6;
const RECOVERY_CODE_SYMBOLS: usize = 24;
const GROUP_SYMBOLS: usize = 6;

/// A second step that is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondStep {
    /// The app's secret, sealed.
    pub sealed: String,
    /// Since when it is on.
    #[serde(with = "micros")]
    pub since: Timestamp,
    /// The newest step of which a code was accepted.
    pub last_step: u64,
    /// Hashes of the recovery codes that were not used.
    pub recovery_codes: Vec<String>,
    /// Since when no code of the app is accepted, because of a hundred wrong ones in a row. Left out
    /// where it is not so: the store asks whether it is there.
    #[serde(default, with = "micros::option", skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
}

/// A second step that is being set up, and not asked for yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// The app's secret, sealed.
    pub sealed: String,
    /// Until when a right code switches it on.
    #[serde(with = "micros")]
    pub until: Timestamp,
}

/// What its owner is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It was switched on.
    On,
    /// Another app is in the place of the one before.
    Replaced,
    /// It was switched off.
    Off,
    /// The service desk switched it off.
    OffByDesk,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// There are other recovery codes.
    RecoveryCodesRenewed,
}

/// A code as it was typed, told by its shape.
#[derive(Debug)]
pub enum TypedCode {
    /// Of the app.
    Totp(SecretString),
    /// In its place.
    Recovery(SecretString),
}

/// What a typed code is worth.
#[derive(Debug, PartialEq, Eq)]
pub enum Checked {
    /// It is right; this is the second step once it is used.
    Right(Box<SecondStep>),
    /// It was, and is used.
    Used,
    /// It is of an app of which none is accepted any more, and was not looked at.
    Disabled,
    /// It is wrong.
    Wrong,
}

/// Whose second step it is; what is sealed opens for nobody else.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// At which tenant.
    pub tenant: &'a TenantId,
    /// Which account.
    pub account_id: &'a str,
}

impl Whose<'_> {
    fn context(self) -> String {
        format!("{} {}", self.tenant, self.account_id)
    }
}

/// A recovery code, to be shown once.
pub struct RecoveryCode {
    /// As it is shown: four groups of six.
    pub text: SecretString,
    hash: String,
}

impl RecoveryCode {
    /// From random bytes.
    #[must_use]
    pub fn new(whose: Whose<'_>, random: [u8; RECOVERY_CODE_BYTES]) -> Self {
        let symbols = Zeroizing::new(CROCKFORD.encode(&*Zeroizing::new(random)));
        let groups = symbols.as_bytes().chunks(GROUP_SYMBOLS).map(String::from_utf8_lossy);
        let text = groups.collect::<Vec<_>>().join("-");
        Self { hash: hash(whose, &symbols), text: text.into() }
    }
}

fn hash(whose: Whose<'_>, symbols: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(whose.context());
    hash.update(b"\n"); // in neither a tenant's name nor an id
    hash.update(symbols);
    let digest: [u8; 32] = hash.finalize().into();
    data_encoding::BASE64URL_NOPAD.encode(&digest)
}

impl TypedCode {
    /// Reads a code, however it is grouped; none: it can be neither.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let symbols: String = typed.chars().filter(|symbol| !" -".contains(*symbol)).collect();
        if symbols.len() == usize::from(DIGITS) && symbols.bytes().all(|c| c.is_ascii_digit()) {
            return Some(Self::Totp(symbols.into()));
        }
        let bytes = Zeroizing::new(CROCKFORD.decode(symbols.as_bytes()).ok()?);
        let is_one = symbols.len() == RECOVERY_CODE_SYMBOLS;
        is_one.then(|| Self::Recovery(CROCKFORD.encode(&bytes).into()))
    }
}

impl Enrolment {
    /// A new secret, sealed.
    #[must_use]
    pub fn new(
        seal: &Seal,
        whose: Whose<'_>,
        secret: &[u8; SECRET_BYTES],
        nonce: [u8; 24],
        now: Timestamp,
    ) -> Self {
        let text = Zeroizing::new(data_encoding::HEXLOWER.encode(secret));
        let sealed = seal.seal(&whose.context(), &text, nonce);
        Self { sealed, until: after(now, ENROLMENT_SECONDS) }
    }

    /// The second step that a right code makes of it; none if it is wrong or comes too late.
    #[must_use]
    pub fn confirmed(
        &self,
        seal: &Seal,
        whose: Whose<'_>,
        code: &TypedCode,
        recovery_codes: &[RecoveryCode],
        now: Timestamp,
    ) -> Option<SecondStep> {
        let TypedCode::Totp(code) = code else { return None };
        let totp = totp(seal, whose, &self.sealed).filter(|_| now < self.until)?;
        Some(SecondStep {
            sealed: self.sealed.clone(),
            since: now,
            last_step: step_of(&totp, code.expose_secret(), now)?,
            recovery_codes: recovery_codes.iter().map(|code| code.hash.clone()).collect(),
            disabled_at: None,
        })
    }
}

impl SecondStep {
    /// What a code is worth now. A recovery code that is right is replaced by `replacement`.
    #[must_use]
    pub fn check(
        &self,
        seal: &Seal,
        whose: Whose<'_>,
        code: &TypedCode,
        replacement: Option<&RecoveryCode>,
        now: Timestamp,
    ) -> Checked {
        match code {
            TypedCode::Totp(code) => self.check_totp(seal, whose, code.expose_secret(), now),
            TypedCode::Recovery(code) => {
                let typed = hash(whose, code.expose_secret());
                // SECURITY: constant time for each; which of ten fits says nothing.
                let is_it = |kept: &String| bool::from(kept.as_bytes().ct_eq(typed.as_bytes()));
                if !self.recovery_codes.iter().any(is_it) {
                    return Checked::Wrong;
                }
                let mut next = self.clone();
                next.recovery_codes.retain(|kept| !is_it(kept));
                next.recovery_codes.extend(replacement.map(|code| code.hash.clone()));
                Checked::Right(Box::new(next))
            }
        }
    }

    fn check_totp(&self, seal: &Seal, whose: Whose<'_>, code: &str, now: Timestamp) -> Checked {
        if self.disabled_at.is_some() {
            return Checked::Disabled;
        }
        match totp(seal, whose, &self.sealed).and_then(|totp| step_of(&totp, code, now)) {
            // SECURITY: RFC 6238 §5.2. Held by `a_code_is_accepted_once`.
            Some(step) if step <= self.last_step => Checked::Used,
            Some(step) => Checked::Right(Box::new(Self { last_step: step, ..self.clone() })),
            None => Checked::Wrong,
        }
    }

    /// The same with other recovery codes.
    #[must_use]
    pub fn with_recovery_codes(&self, codes: &[RecoveryCode]) -> Self {
        let recovery_codes = codes.iter().map(|code| code.hash.clone()).collect();
        Self { recovery_codes, ..self.clone() }
    }
}

/// What an app is given: the URI that its camera reads, and the secret for who types it.
pub struct AppSecret {
    /// `otpauth://totp/…`.
    pub uri: SecretString,
    /// Base32.
    pub text: SecretString,
}

impl AppSecret {
    /// Of `login` at `name`, which is how the app lists it. None if they make no URI.
    #[must_use]
    pub fn new(secret: &[u8; SECRET_BYTES], name: &str, login: &str) -> Option<Self> {
        // A colon parts the two, and so cannot be in the name. What is longer no app shows, and no
        // picture holds.
        let name: String = name.replace(':', " ").chars().take(NAME_CHARACTERS_MAX).collect();
        let totp = builder(secret.to_vec()).with_issuer(Some(name)).with_account_name(login);
        let totp = totp.build().ok()?;
        let text = totp.secret().to_base32().into();
        Some(Self { uri: totp.to_url().ok()?.into(), text })
    }
}

fn builder(secret: Vec<u8>) -> Builder {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_step_duration(STEP_SECONDS)
        // Drift is weighed here, one way only.
        .with_skew(0)
        .with_secret(secret)
}

fn totp(seal: &Seal, whose: Whose<'_>, sealed: &str) -> Option<Totp> {
    let text = Zeroizing::new(seal.open(&whose.context(), sealed)?);
    let secret = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
    Some(builder(secret).build_noncompliant())
}

/// The step whose code it is: this one, or the one before, for clocks that are behind and for who
/// types slowly. So a code lives a minute at most.
fn step_of(totp: &Totp, code: &str, now: Timestamp) -> Option<u64> {
    let seconds = u64::try_from(now.as_second()).ok()?;
    let before = seconds.checked_sub(STEP_SECONDS);
    totp.check(code, seconds).or_else(|| totp.check(code, before?))
}

#[cfg(test)]
#[path = "second_step_tests.rs"]
mod tests;
