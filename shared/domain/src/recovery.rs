//! A recovery: a case begun by someone who proved to be human, and the codes that are sent in it.
//!
//! ```text
//!   started ──right number──▶ code asked ──counted──▶ code sent ──right code──▶ used: its grant is
//!      │                                                │             a link, clicked from birth
//!      ├────────wrong number────────┐ ┌────wrong code────┘
//!      ▼                            ▼ ▼
//!   expired                five tries in all: spent
//! ```
//!
//! A code is looked at once it was counted against the limits, and not before: what was never sent
//! cannot be guessed at, and what was sent stays good until another takes its place.
//!
//! It is the same for a login that nobody has: then no number is ever the right one.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::account::AccountRef;
use crate::keys::{DerivedKey, KeyId, KeyState, Keyring, mac};
use crate::link::{LinkId, LinkPurpose};
use crate::login::Login;
use crate::support::SupportCode;
use crate::tenant::TenantId;
use crate::time::micros;

/// Numbers and codes tried in one recovery, however many codes it sends.
pub const TRIES_MAX: u32 = 5;
/// Mails with a link of one recovery.
pub const MAILS_MAX: u32 = 3;

/// Why a person cannot get in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// "I forgot my password."
    ForgotPassword,
    /// "I know my password but cannot get in."
    LockedOut,
}

impl Reason {
    /// Their words.
    pub const WORDS: [&'static str; 2] = ["forgot_password", "locked_out"];

    /// The reason of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::ForgotPassword, Self::LockedOut].into_iter().find(|reason| reason.as_str() == word)
    }

    /// The word in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ForgotPassword => "forgot_password",
            Self::LockedOut => "locked_out",
        }
    }

    /// The link that helps, where the person asks for a mail.
    #[must_use]
    pub fn mailed(self) -> LinkPurpose {
        match self {
            Self::ForgotPassword => LinkPurpose::Reset,
            Self::LockedOut => LinkPurpose::Unlock,
        }
    }

    /// What a right code gives.
    #[must_use]
    pub fn granted(self) -> LinkPurpose {
        match self {
            Self::ForgotPassword => LinkPurpose::CodeReset,
            Self::LockedOut => LinkPurpose::CodeUnlock,
        }
    }
}

/// How a code travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeChannel {
    /// As a text message.
    Sms,
    /// Spoken in a call.
    Voice,
}

impl CodeChannel {
    /// Their words.
    pub const WORDS: [&'static str; 2] = ["sms", "voice"];

    /// The channel of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Sms, Self::Voice].into_iter().find(|channel| channel.as_str() == word)
    }

    /// The word in bodies and in the timeline.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Voice => "voice",
        }
    }
}

/// A code of a recovery: everything it is derived from, and not the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCode {
    /// Whose number it went to.
    pub account_id: String,
    /// The account's epoch, which rises with every change of its number.
    pub epoch: u64,
    /// How many codes there were before it, and this one.
    pub number: u32,
    /// How many digits it has.
    pub digits: u32,
    /// The key that it is derived with.
    pub key: KeyId,
    /// Nothing is accepted from this moment on.
    #[serde(with = "micros")]
    pub until: Timestamp,
}

/// A recovery as it is kept. It says of whom only by a reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// Its name, and that of the link that it becomes.
    pub recovery_id: LinkId,
    /// Where the account is, if there is one.
    pub account_ref: AccountRef,
    /// What the person said.
    pub reason: Reason,
    /// When it was started.
    #[serde(with = "micros")]
    pub started_at: Timestamp,
    /// Until when it can be used.
    #[serde(with = "micros")]
    pub expires_at: Timestamp,
    /// Wrong numbers and codes.
    #[serde(default)]
    pub tries: u32,
    /// Mails asked for.
    #[serde(default)]
    pub mails: u32,
    /// The newest code that was asked for.
    #[serde(default)]
    pub asked: Option<SentCode>,
    /// The newest that was counted, and goes: the one that is looked at.
    #[serde(default)]
    pub code: Option<SentCode>,
    /// From when another code can be asked for.
    #[serde(default, with = "micros::option")]
    pub next_code_at: Option<Timestamp>,
    /// When its code was used, or its owner said "this was not me".
    #[serde(default, with = "micros::option")]
    pub ended_at: Option<Timestamp>,
    /// The code by which the desk finds its story.
    pub support_code: SupportCode,
}

/// Why a recovery can do nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Its time is.
    Expired,
    /// Its tries are, or it was used or ended.
    Spent,
    /// It goes on, but the time of its code is over.
    CodeExpired,
}

impl Recovery {
    /// Why it can do nothing more, if so.
    #[must_use]
    pub fn over(&self, now: Timestamp) -> Option<Over> {
        if self.ended_at.is_some() || self.tries >= TRIES_MAX {
            Some(Over::Spent)
        } else if now >= self.expires_at {
            Some(Over::Expired)
        } else {
            None
        }
    }

    /// Why no code is looked at, if so.
    #[must_use]
    pub fn code_over(&self, now: Timestamp) -> Option<Over> {
        let code_expired = || self.code.as_ref().is_some_and(|code| now >= code.until);
        self.over(now).or_else(|| code_expired().then_some(Over::CodeExpired))
    }

    /// Numbers and codes that can still be tried.
    #[must_use]
    pub fn tries_left(&self) -> u32 {
        TRIES_MAX.saturating_sub(self.tries)
    }

    /// How long a person waits before asking for code `number + 1`: not at all for the second, so
    /// that who mistook a landline for a mobile can ask for a call.
    #[must_use]
    pub fn pause_seconds(number: u32) -> u32 {
        match number {
            0 | 1 => 0,
            2 => 30,
            _ => 60,
        }
    }

    /// The newest code itself; none if there is none, or its key is retired.
    #[must_use]
    pub fn code(&self, keys: &Keyring, tenant: &TenantId) -> Option<SecretString> {
        self.derive(self.code.as_ref()?, keys, tenant)
    }

    /// The digits of a code; none if its key is retired.
    #[must_use]
    pub fn derive(
        &self,
        code: &SentCode,
        keys: &Keyring,
        tenant: &TenantId,
    ) -> Option<SecretString> {
        let (key, KeyState::Accepted) = keys.derive(code.key, LABEL)? else { return None };
        let tag = mac(
            key.as_slice(),
            &[
                tenant.as_str().as_bytes(),
                &self.recovery_id.bytes(),
                &code.epoch.to_be_bytes(),
                &code.number.to_be_bytes(),
            ],
        );
        let (first, _) = tag.split_first_chunk()?;
        let (value, width) = (u64::from_be_bytes(*first), code.digits as usize);
        Some(format!("{:0width$}", value % 10_u64.pow(code.digits)).into())
    }

    /// Whether `typed` is the newest code.
    #[must_use]
    pub fn is_code(&self, keys: &Keyring, tenant: &TenantId, typed: &str) -> bool {
        // SECURITY: constant time; the try is counted before. Held by
        // `of_a_thousand_parallel_codes_five_are_looked_at`.
        self.code(keys, tenant)
            .is_some_and(|code| bool::from(code.expose_secret().as_bytes().ct_eq(typed.as_bytes())))
    }
}

const LABEL: &str = "regain code v1";

/// The key of decoys: of the first key of the secret `edge`, which stays in it for ever, because a
/// decoy that changed when keys are rotated would say that it is one.
#[must_use]
pub fn decoy_key(edge: &Keyring) -> Option<DerivedKey> {
    edge.derive('1', "regain decoy v1").map(|(key, _)| key)
}

/// The last two digits of a number that nobody has: always the same ones for the same login.
#[must_use]
pub fn decoy_hint(key: &DerivedKey, tenant: &TenantId, login: &Login) -> String {
    let tag = mac(key.as_slice(), &[tenant.as_str().as_bytes(), login.as_str().as_bytes()]);
    let value = tag.first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
    format!("{:02}", value % 100)
}

#[cfg(test)]
#[path = "recovery_tests.rs"]
mod tests;
