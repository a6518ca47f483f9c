//! The mail to the owner of a blocked account who asked for a link. The answer to the request may
//! not say that the account is blocked, so the mailbox hears it.

use jiff::Timestamp;
use regain_domain::Language;

use crate::moment::{exact_moment, minute};

use super::{Letterhead, Mail, letterhead::Head};

/// What the mail says that comes in place of a link.
#[derive(Clone, Copy, Debug)]
pub struct AccountBlocked<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// When a link was asked for.
    pub requested_at: Timestamp,
}

impl AccountBlocked<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            requested_minute: minute(zone, self.requested_at),
            requested: exact_moment(language, zone, self.requested_at),
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    requested_minute: String,
    requested: String,
}

super::templates! {
    View {
        En: "en/account_blocked/subject.txt", "en/account_blocked/body.txt", "en/account_blocked/body.html";
        Nl: "nl/account_blocked/subject.txt", "nl/account_blocked/body.txt", "nl/account_blocked/body.html";
    }
}
