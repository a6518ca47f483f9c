//! An account: one person at one tenant.

use std::collections::BTreeMap;
use std::fmt;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::language::Language;
use crate::link::{LinkId, LinkPurpose, WithdrawnReason};
use crate::login::Login;
use crate::provider::{Identity, Provider};
use crate::second_step::{Enrolment, SecondStep};
use crate::session::SessionEpoch;
use crate::tenant::TenantId;
use crate::time::micros;

/// Where an account is found: a hash of tenant and login.
///
/// So sign-in reads the account in one call, and links, outbox and streams refer to a person
/// without holding an address. It is a name, not a secret: who knows the address can compute it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountRef(String);

impl AccountRef {
    /// The reference of a login at a tenant, whether or not such an account exists.
    #[must_use]
    pub fn of(tenant: &TenantId, login: &Login) -> Self {
        let mut hash = Sha256::new();
        hash.update(tenant.as_str());
        hash.update(b"\n"); // in neither a tenant's name nor a login
        hash.update(login.as_str());
        let digest: [u8; 32] = hash.finalize().into();
        Self(HEXLOWER.encode(digest.split_at(16).0))
    }

    /// 32 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why an account is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockReason {
    /// Invoices are unpaid.
    PaymentOverdue,
    /// The trial is over and nothing was taken out.
    TrialEnded,
    /// The organisation cancelled.
    Cancelled,
    /// An admin took the access away.
    RevokedByAdmin,
    /// The account is of another type than this door is for.
    WrongAccountType,
    /// Something else.
    Other,
}

impl BlockReason {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::PaymentOverdue,
        Self::TrialEnded,
        Self::Cancelled,
        Self::RevokedByAdmin,
        Self::WrongAccountType,
        Self::Other,
    ];

    /// Their words.
    pub const WORDS: [&'static str; 6] = [
        "payment_overdue",
        "trial_ended",
        "cancelled",
        "revoked_by_admin",
        "wrong_account_type",
        "other",
    ];

    /// The reason of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// The word in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PaymentOverdue => "payment_overdue",
            Self::TrialEnded => "trial_ended",
            Self::Cancelled => "cancelled",
            Self::RevokedByAdmin => "revoked_by_admin",
            Self::WrongAccountType => "wrong_account_type",
            Self::Other => "other",
        }
    }
}

/// The live link of one purpose: at most one, and whoever issues or kills moves this pointer in
/// the same transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// The link.
    pub link_id: LinkId,
    /// When the person asked for it; an older request never replaces a newer one.
    #[serde(with = "micros")]
    pub requested_at: Timestamp,
    /// Until when it lives: its validity, and from the click on its window.
    #[serde(with = "micros")]
    pub until: Timestamp,
}

/// One person at one tenant, as kept.
#[derive(Clone, Serialize, Deserialize)]
pub struct Account {
    /// A UUID v7.
    pub account_id: String,
    /// The address; notices go here and nowhere else.
    pub login: String,
    /// Given name.
    #[serde(default)]
    pub first_name: Option<String>,
    /// Family name, which a password may not contain.
    #[serde(default)]
    pub last_name: Option<String>,
    /// Mobile number, E.164.
    #[serde(default)]
    pub phone: Option<String>,
    /// The language of notices.
    #[serde(default)]
    pub language: Option<Language>,
    /// Present exactly when the account is blocked.
    #[serde(default)]
    pub blocked: Option<BlockReason>,
    /// Raised by every change that ends what was issued before.
    pub epoch: u64,
    /// How often its sessions alone were ended. What waits in the mailbox lives on, so that nobody
    /// who is signed in can keep the owner of the mailbox out.
    #[serde(default)]
    pub sign_outs: u64,
    /// Raised by every new hash; 0 while there is no password.
    pub password_version: u64,
    /// The hash, a PHC string; an imported one as `hashing::normalised` spells it.
    #[serde(default)]
    pub password_phc: Option<String>,
    /// Until when the present password works, which an admin set and its owner must replace.
    #[serde(default, with = "micros::option")]
    pub temporary_until: Option<Timestamp>,
    /// Since when the present password opens nothing, because of a hundred wrong ones in a row.
    #[serde(default, with = "micros::option")]
    pub password_disabled_at: Option<Timestamp>,
    /// When a person last set the password.
    #[serde(default, with = "micros::option")]
    pub password_set_at: Option<Timestamp>,
    /// Whether the present password is in `history`; not so for an imported hash.
    #[serde(default)]
    pub password_in_history: bool,
    /// The salt of all history entries, base64url.
    #[serde(default)]
    pub history_salt: Option<String>,
    /// Every password ever set, see `hashing::Hasher::history`.
    #[serde(default)]
    pub history: Vec<String>,
    /// The live link of each purpose.
    #[serde(default)]
    pub slots: BTreeMap<LinkPurpose, Slot>,
    /// The newest link that was mailed, alive or not.
    #[serde(default)]
    pub last_link: Option<LinkId>,
    /// The second step, if it is on.
    #[serde(default)]
    pub second_step: Option<SecondStep>,
    /// One that is being set up.
    #[serde(default)]
    pub enrolment: Option<Enrolment>,
    /// Who it is at providers that it signs in with.
    #[serde(default)]
    pub identities: BTreeMap<Provider, Identity>,
    /// When something last ended all links.
    #[serde(default, with = "micros::option")]
    pub killed_at: Option<Timestamp>,
    /// By what.
    #[serde(default)]
    pub kill_reason: Option<WithdrawnReason>,
    /// When its owner last said "this was not me" of something that had happened.
    #[serde(default, with = "micros::option")]
    pub reported_at: Option<Timestamp>,
    /// When the account was made.
    #[serde(with = "micros")]
    pub created_at: Timestamp,
}

impl Account {
    /// An active account without a password.
    #[must_use]
    pub fn new(account_id: String, login: &Login, now: Timestamp) -> Self {
        Self {
            account_id,
            login: login.as_str().to_owned(),
            first_name: None,
            last_name: None,
            phone: None,
            language: None,
            blocked: None,
            epoch: 0,
            sign_outs: 0,
            password_version: 0,
            password_phc: None,
            temporary_until: None,
            password_disabled_at: None,
            password_set_at: None,
            password_in_history: false,
            history_salt: None,
            history: Vec::new(),
            slots: BTreeMap::new(),
            last_link: None,
            second_step: None,
            enrolment: None,
            identities: BTreeMap::new(),
            killed_at: None,
            kill_reason: None,
            reported_at: None,
            created_at: now,
        }
    }
}

impl Account {
    /// Ends every link, grant and session that was issued until now.
    pub fn end(&mut self, reason: WithdrawnReason, now: Timestamp) {
        self.epoch += 1;
        self.slots.clear();
        self.killed_at = Some(now);
        self.kill_reason = Some(reason);
    }

    /// Ends every session, and what was proved on the way to one.
    pub fn end_sessions(&mut self) {
        self.sign_outs += 1;
    }

    /// What a session was begun under.
    #[must_use]
    pub fn session_epoch(&self) -> SessionEpoch {
        SessionEpoch { epoch: self.epoch, sign_outs: self.sign_outs }
    }

    /// The last two digits of the number on file.
    #[must_use]
    pub fn phone_hint(&self) -> Option<&str> {
        let phone = self.phone.as_deref()?;
        phone.get(phone.len().checked_sub(2)?..)
    }

    /// Whether the present password is a temporary one, and still works.
    #[must_use]
    pub fn temporary(&self, now: Timestamp) -> Temporary {
        match self.temporary_until {
            None => Temporary::No,
            Some(until) if now < until => Temporary::Until(until),
            Some(_) => Temporary::Over,
        }
    }
}

/// Whether a password is a temporary one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temporary {
    /// Its owner chose it.
    No,
    /// An admin set it, and it works until then.
    Until(Timestamp),
    /// An admin set it, and it works no more.
    Over,
}

/// How long a temporary password works.
pub const TEMPORARY_PASSWORD_SECONDS: u32 = 24 * 60 * 60;

/// Personal data and a hash: a debug print shows the id only.
impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Account({})", self.account_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_its_word() {
        assert_eq!(BlockReason::ALL.map(BlockReason::as_str), BlockReason::WORDS);
        assert!(BlockReason::ALL.iter().all(|r| BlockReason::from_word(r.as_str()) == Some(*r)));
        assert_eq!(BlockReason::from_word("no reason"), None);
    }

    #[test]
    fn one_address_at_two_tenants_is_two_accounts() {
        let login = Login::parse("mo@example.com").unwrap();
        let of = |name| AccountRef::of(&TenantId::parse(name).unwrap(), &login);
        assert_ne!(of("demo"), of("demo2"));
        assert_eq!(of("demo"), of("demo"));
        assert!(!of("demo").as_str().contains("mo@"));
    }
}
