//! Items of the outbox: what is to be done, and what for.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use regain_domain::event::Actor;
use regain_domain::link::{LinkPurpose, Origin};
use regain_domain::recovery::CodeChannel;
use regain_domain::second_step::Change;
use regain_domain::{AccountRef, Language, LinkId, Provider, SupportCode, TenantId};
use serde::{Deserialize, Serialize};

use crate::StoreError;
use crate::item::{Item, Key, text, to_item, ttl};

/// Items are swept eight days after they were written: a day of tries and a week to look at.
const KEPT_SECONDS: u32 = 8 * 24 * 60 * 60;
/// The `due` index has this many partitions, so that writing to it is no bottleneck.
pub(crate) const SHARDS: u8 = 4;

/// Something to be done for one tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OutboxItem {
    /// Its name; derived from what it follows from, so that a repeat writes no second one.
    pub outbox_id: String,
    /// Whose.
    pub tenant: TenantId,
    /// What.
    pub work: Work,
    /// When it was written.
    #[serde(with = "regain_domain::time::micros")]
    pub created_at: Timestamp,
    /// From when it may be claimed.
    #[serde(with = "regain_domain::time::micros")]
    pub next_attempt_at: Timestamp,
    /// Claims so far.
    pub attempts: u32,
}

/// What is to be done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Find out whose the request is, and turn it into a notice, or into nothing.
    MailRequested(MailRequest),
    /// Send a notice.
    Send(Notice),
    /// Send a code.
    SendCode(CodeToSend),
    /// Tell the account's timeline, if there is such an account, and lock it if it is to be.
    TryFailed(FailedTry),
    /// Erase what is left of a tenant that was deleted.
    TenantDeleted,
}

/// A request for a mail, as the caller made it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MailRequest {
    /// What for.
    pub wanted: Wanted,
    /// Who asked.
    pub actor: Actor,
    /// Whose link is asked for.
    pub by: RequestedBy,
    /// The link that it becomes; else its name.
    pub link_id: LinkId,
    /// When.
    #[serde(with = "regain_domain::time::micros")]
    pub requested_at: Timestamp,
    /// Where the person wants to go afterwards; the tenant allows it.
    pub return_url: Option<String>,
    /// And whom a sign-in is handed over to there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// The language in the body.
    pub language_asked: Option<Language>,
    /// The language of the browser.
    pub language_accepted: Option<Language>,
    /// The caller's address, pseudonymised.
    pub source: Option<String>,
    /// The code on the answer.
    pub support_code: SupportCode,
}

/// What a mail is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// A link.
    Link(LinkPurpose),
    /// Why signing in fails, and what helps.
    Help,
}

impl MailRequest {
    /// Who asked, as the link remembers it.
    #[must_use]
    pub fn origin(&self) -> Origin {
        match self.actor {
            Actor::Key(_) => Origin::BackOffice,
            Actor::Caller => Origin::SelfService,
            Actor::System => Origin::Lockout,
        }
    }
}

/// By what a request names its account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestedBy {
    /// By the login that was typed.
    Login(AccountRef),
    /// By a link that Regain issued.
    Link(LinkId),
    /// By itself: where it was, and which it is, if it has moved since.
    Account {
        /// Where.
        account_ref: AccountRef,
        /// Which.
        account_id: String,
    },
}

/// A notice to be sent. It holds no address: that is read from the account when it goes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Notice {
    /// Which.
    pub notice: NoticeKind,
    /// To whom: where the account was,
    pub account_ref: AccountRef,
    /// and which it is, if it has moved since.
    pub account_id: String,
    /// The address that it goes to; none: the account's when it goes. One of that moment is kept for
    /// what the owner of that address must hear of, wherever the account moves.
    pub to: Option<String>,
    /// When what it tells of happened.
    #[serde(with = "regain_domain::time::micros")]
    pub at: Timestamp,
    /// The language in the body of the call.
    pub language_asked: Option<Language>,
    /// The language of the browser.
    pub language_accepted: Option<Language>,
    /// The code on the answer.
    pub support_code: SupportCode,
}

/// Which notice, and the link it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// The mail with the link; sent only while the link is live.
    Link(LinkId),
    /// The same, in a mail that tells of a lock, or of a password that is disabled.
    Lockout(LinkId),
    /// The password was changed, by this link.
    PasswordChanged {
        /// Which.
        link_id: LinkId,
        /// Providers that were unlinked with it.
        unlinked: Vec<Provider>,
    },
    /// A reset was asked for, and its owner signs in with a provider.
    SignInWithProvider,
    /// Why signing in fails was asked for.
    SignInHelp,
    /// The second step was changed.
    SecondStepChanged(Change),
    /// Too many wrong codes of the second step; until when none is accepted, or ever.
    SecondStepGuessed {
        /// When it is over.
        #[serde(with = "regain_domain::time::micros::option")]
        until: Option<Timestamp>,
    },
    /// A provider was linked.
    ProviderLinked(Provider),
    /// A provider was unlinked.
    ProviderUnlinked(Provider),
    /// A reset was asked for, and the account is blocked.
    AccountBlocked,
    /// The login was changed: to the old address, and to the new one.
    LoginChanged,
    /// The phone number was changed.
    PhoneChanged,
    /// An admin set a temporary password.
    TemporaryPassword,
    /// The lock was taken off, by this link or by a code that became it.
    Unlocked(LinkId),
    /// The service desk took the lock off.
    UnlockedByDesk,
    /// A code was sent in this recovery.
    CodeSent {
        /// Which.
        recovery_id: LinkId,
        /// How.
        channel: CodeChannel,
    },
}

/// A code to be sent. It holds neither the code nor the number: the one is derived and the other
/// read from the account when it goes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CodeToSend {
    /// In which recovery,
    pub recovery_id: LinkId,
    /// and which of its codes. Only the newest is sent.
    pub number: u32,
    /// How.
    pub channel: CodeChannel,
    /// To whom: where the account was,
    pub account_ref: AccountRef,
    /// and which it is.
    pub account_id: String,
    /// Whether it has been counted: once, however often it is tried.
    pub limits: CodeLimits,
    /// When it was asked for.
    #[serde(with = "regain_domain::time::micros")]
    pub at: Timestamp,
    /// The language in the body of the call.
    pub language_asked: Option<Language>,
    /// The language of the browser.
    pub language_accepted: Option<Language>,
    /// The caller's address, pseudonymised.
    pub source: Option<String>,
    /// The code of the recovery.
    pub support_code: SupportCode,
}

/// Whether a code has been counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeLimits {
    /// Not yet.
    ToTake,
    /// It has, and may be sent.
    Taken,
}

/// A wrong password, number or code, for the timeline of the account that was meant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FailedTry {
    /// Of what.
    pub of: TryOf,
    /// Which account was meant.
    pub account_ref: AccountRef,
    /// When.
    #[serde(with = "regain_domain::time::micros")]
    pub at: Timestamp,
    /// The caller's address, pseudonymised.
    pub source: Option<String>,
    /// The code on the answer.
    pub support_code: SupportCode,
}

/// What was tried and wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TryOf {
    /// A password.
    Password,
    /// A password that was not looked at any more.
    PasswordShut,
    /// A phone number, in a recovery.
    Phone,
    /// A code.
    Code,
    /// A code of the second step.
    SecondStep,
}

impl OutboxItem {
    /// Work to be done at once.
    #[must_use]
    pub fn new(tenant: &TenantId, outbox_id: String, work: Work, now: Timestamp) -> Self {
        let tenant = tenant.clone();
        Self { outbox_id, tenant, work, created_at: now, next_attempt_at: now, attempts: 0 }
    }

    pub(crate) fn key(&self) -> Key {
        Key::outbox(&self.tenant, &self.outbox_id)
    }

    /// In the `due` index from the first moment: if the stream loses it, the schedule finds it.
    pub(crate) fn item(&self, operation: &'static str) -> Result<Item, StoreError> {
        let mut item = to_item(operation, &self.key(), self)?;
        let shard = self.outbox_id.bytes().fold(0_u8, |sum, byte| sum.wrapping_add(byte)) % SHARDS;
        item.insert("due_shard".to_owned(), shard_value(shard));
        // What is left of a tenant must go, however long that takes.
        if !matches!(self.work, Work::TenantDeleted) {
            item.insert("ttl".to_owned(), ttl(self.created_at, KEPT_SECONDS));
        }
        Ok(item)
    }
}

/// A partition of the `due` index.
pub(crate) fn shard_value(shard: u8) -> AttributeValue {
    text(format!("due#{shard}"))
}
