//! The mail that answers "why can I not sign in": what is known of the account, and one step to
//! take. The answer to the request says nothing of it, so the mailbox hears it all.
//!
//! Left out on purpose: how often and from where signing in was tried. That is for the service
//! desk, which finds it by the support code.

mod en;
mod nl;

use jiff::Timestamp;
use regain_domain::account::BlockReason;
use regain_domain::link::{Death, LinkPurpose};
use regain_domain::{Language, Provider, tries::Lock};

use crate::moment::{exact_moment, minute};

use super::{Letterhead, Mail, letterhead::Head};

/// What the mail about signing in says.
#[derive(Clone, Copy, Debug)]
pub struct SignInHelp<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// When help was asked for. The mail says it to the second, as people ask twice a minute.
    pub requested_at: Timestamp,
    /// Why the account is blocked, if it is.
    pub blocked: Option<BlockReason>,
    /// The lock that is on it now.
    pub lock: Option<Lock>,
    /// What its password is worth.
    pub password: PasswordStands,
    /// The last link that was mailed.
    pub last_link: Option<LastLink>,
    /// Whom it can sign in with.
    pub providers: &'a [Provider],
    /// Whether a code of an app is asked for.
    pub second_step: bool,
    /// The lock that wrong codes have put on it.
    pub second_step_lock: Option<Lock>,
    /// What to do.
    pub step: HelpStep<'a>,
}

/// What an account's password is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordStands {
    /// It signs in.
    Works,
    /// There is none.
    None,
    /// It was switched off after a hundred wrong ones in a row.
    Disabled,
    /// It is temporary.
    Temporary {
        /// And works until then.
        until: Timestamp,
    },
    /// It was temporary, and its time is over.
    TemporaryOver,
}

/// The last link that was mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastLink {
    /// What for.
    pub purpose: LinkPurpose,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Until when it works, or what it died of.
    pub fate: Result<Timestamp, Death>,
}

/// The one step that helps. Each URL is whole and without white space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpStep<'a> {
    /// Nothing that its owner can do alone: ask the service desk.
    ContactSupport,
    /// Sign in with a provider; one at least is linked.
    UseProvider {
        /// The page to sign in.
        url: &'a str,
    },
    /// The last link works yet.
    UseNewestLink,
    /// Choose another password.
    ChoosePassword {
        /// The page where that begins.
        url: &'a str,
    },
    /// Take the lock off.
    TakeLockOff {
        /// The page where that begins.
        url: &'a str,
    },
    /// Nothing stands in the way: try once more, with care.
    SignIn {
        /// The page to sign in.
        url: &'a str,
    },
}

impl SignInHelp<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let (facts, advice) = match language {
            Language::En => (en::facts(self), en::advice(self)),
            Language::Nl => (nl::facts(self), nl::advice(self)),
        };
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            requested_minute: minute(zone, self.requested_at),
            requested: exact_moment(language, zone, self.requested_at),
            facts,
            advice,
        }
        .render(language)
    }
}

/// The step in words.
struct Advice<'a> {
    /// A sentence or a few.
    words: String,
    /// Where it is done, if that is a page.
    button: Option<Button<'a>>,
}

struct Button<'a> {
    url: &'a str,
    label: &'static str,
}

struct View<'a> {
    head: Head<'a>,
    requested_minute: String,
    requested: String,
    facts: Vec<String>,
    /// None: ask the service desk, whose contact the templates know.
    advice: Option<Advice<'a>>,
}

super::templates! {
    View {
        En: "en/sign_in_help/subject.txt", "en/sign_in_help/body.txt", "en/sign_in_help/body.html";
        Nl: "nl/sign_in_help/subject.txt", "nl/sign_in_help/body.txt", "nl/sign_in_help/body.html";
    }
}
