//! The mail to the owner of an account without a password for whom a new one was asked. The answer
//! to the request may not say how the account signs in, so the mailbox hears it.

use jiff::Timestamp;
use regain_domain::{Language, Provider};

use crate::{
    moment::{exact_moment, minute},
    named::any_of,
};

use super::{Letterhead, Mail, letterhead::Head};

/// What the mail says that comes in place of a link to choose a password.
#[derive(Clone, Copy, Debug)]
pub struct SignInWithProvider<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// When a new password was asked for.
    pub requested_at: Timestamp,
    /// Whom the account signs in with: one at least.
    pub providers: &'a [Provider],
    /// The page to sign in: a whole URL without white space.
    pub url: &'a str,
}

impl SignInWithProvider<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            requested_minute: minute(zone, self.requested_at),
            requested: exact_moment(language, zone, self.requested_at),
            providers: any_of(language, self.providers).unwrap_or_default(),
            url: self.url,
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    requested_minute: String,
    requested: String,
    providers: String,
    url: &'a str,
}

super::templates! {
    View {
        En: "en/sign_in_with_provider/subject.txt", "en/sign_in_with_provider/body.txt", "en/sign_in_with_provider/body.html";
        Nl: "nl/sign_in_with_provider/subject.txt", "nl/sign_in_with_provider/body.txt", "nl/sign_in_with_provider/body.html";
    }
}
