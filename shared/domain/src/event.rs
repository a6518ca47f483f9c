//! The one list of what a timeline can hold, and an entry of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

use crate::api_key::ApiKeyId;
use crate::support::SupportCode;
use crate::time::micros;

macro_rules! events {
    ($($(#[$doc:meta])+ $name:ident = $word:literal,)+) => {
        /// Something that happened to an account, in the past tense; in the order in which they
        /// follow from each other, by which events of one moment are sorted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Event {
            $($(#[$doc])+ $name,)+
        }

        impl Event {
            /// All the words.
            pub const WORDS: &[&'static str] = &[$($word,)+];

            /// The word in the timeline.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// Its place among events of one moment.
            #[must_use]
            pub fn rank(self) -> u8 {
                self as u8
            }
        }
    };
}

events! {
    /// The account was made.
    AccountCreated = "account_created",
    /// What it holds was changed; `cause` names the members.
    AccountChanged = "account_changed",
    /// It was blocked, for the reason in `cause`.
    AccountBlocked = "account_blocked",
    /// The block was taken off.
    AccountUnblocked = "account_unblocked",
    /// An admin set a temporary password.
    TemporaryPasswordSet = "temporary_password_set",
    /// A link was made for a request.
    LinkIssued = "link_issued",
    /// A repeated request mailed the unclicked link again.
    LinkRepeated = "link_repeated",
    /// The mail with the link was handed to the mail service.
    LinkSent = "link_sent",
    /// A person pressed the button behind the link.
    LinkClicked = "link_clicked",
    /// Why signing in fails was asked for.
    HelpAsked = "help_asked",
    /// "This was not me", while the link was alive.
    LinkWithdrawn = "link_withdrawn",
    /// "This was not me", after the link had been used.
    NotMeReported = "not_me_reported",
    /// A reset was asked for, and nothing was issued for the reason in `cause`.
    RequestDropped = "request_dropped",
    /// A blocked account asked for a reset and was mailed whom to ask.
    RequestRefused = "request_refused",
    /// Someone proved to be human and said why they cannot get in.
    RecoveryStarted = "recovery_started",
    /// Another number was typed than the one on file.
    PhoneRejected = "phone_rejected",
    /// A code was handed to the text message or the voice service.
    CodeSent = "code_sent",
    /// A code was asked for and not sent, for the reason in `cause`.
    CodeNotSent = "code_not_sent",
    /// A wrong code was typed.
    CodeRejected = "code_rejected",
    /// The right code was typed, for what is in `cause`.
    CodeAccepted = "code_accepted",
    /// "This was not me" of a code, before it was used.
    RecoveryEnded = "recovery_ended",
    /// The password was changed.
    PasswordChanged = "password_changed",
    /// A notice was handed to the mail service.
    NoticeSent = "notice_sent",
    /// A notice could not be sent for a day and was given up.
    NoticeFailed = "notice_failed",
    /// A first step was right, and a code of the second one is asked for.
    SecondStepAsked = "second_step_asked",
    /// A wrong code was typed for the second step.
    SecondStepFailed = "second_step_failed",
    /// Someone signed in.
    SignedIn = "signed_in",
    /// A sign-in on a page was handed over to a frontend, as a session.
    HandedOver = "handed_over",
    /// Every session was ended by the account's owner.
    SignedOutEverywhere = "signed_out_everywhere",
    /// The second step was switched on.
    SecondStepSwitchedOn = "second_step_switched_on",
    /// Another app is in the place of the one before.
    SecondStepReplaced = "second_step_replaced",
    /// The second step was switched off.
    SecondStepSwitchedOff = "second_step_switched_off",
    /// Setting up a second step was begun.
    SecondStepBegun = "second_step_begun",
    /// Too many wrong codes: none is accepted until it is over.
    SecondStepLocked = "second_step_locked",
    /// A hundred wrong codes in a row: no code of the app is accepted any more.
    SecondStepDisabled = "second_step_disabled",
    /// A recovery code was used in the place of the app.
    RecoveryCodeUsed = "recovery_code_used",
    /// There are other recovery codes.
    RecoveryCodesRenewed = "recovery_codes_renewed",
    /// The provider in `cause` was linked.
    ProviderLinked = "provider_linked",
    /// The provider in `cause` was unlinked.
    ProviderUnlinked = "provider_unlinked",
    /// A sign-in failed.
    SignInFailed = "sign_in_failed",
    /// The password was right, and the account is locked or blocked or the password was temporary.
    SignInRefused = "sign_in_refused",
    /// Too many wrong passwords: no more sign in until it is over or taken off.
    AccountLocked = "account_locked",
    /// A hundred wrong passwords in a row: the present one opens nothing any more.
    PasswordDisabled = "password_disabled",
    /// The lock was taken off, by what is in `cause`.
    AccountUnlocked = "account_unlocked",
    /// The account was erased.
    AccountErased = "account_erased",
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Who called a public endpoint.
    Caller,
    /// Who holds a key of the back office.
    Key(ApiKeyId),
    /// Regain itself.
    System,
}

/// One event of one account.
///
/// Moment, event and subject are its name, so that writing it again when work is repeated changes
/// nothing.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// What.
    #[serde(serialize_with = "word")]
    pub event: Event,
    /// When.
    #[serde(with = "micros")]
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// The caller's address, pseudonymised.
    pub source: Option<String>,
    /// Why, in one of the words of this crate.
    pub cause: Option<String>,
    /// To what: a link, or the call itself.
    pub subject: String,
    /// The support code of the request that led to it.
    pub support_code: Option<SupportCode>,
    /// How long it is kept, by the tenant's settings.
    #[serde(skip)]
    pub kept_days: u32,
}

fn word<S: Serializer>(event: &Event, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(event.as_str())
}

impl Entry {
    /// The same event of a link, which gives it its name and its story.
    #[must_use]
    pub fn of_link(self, link: &crate::Link) -> Self {
        let support_code = Some(link.support_code.clone());
        Self { subject: link.link_id.to_string(), support_code, ..self }
    }
}
