//! The mail that tells the owner of an account that its password was changed.

use jiff::Timestamp;
use regain_domain::{Language, Provider};

use crate::{
    moment::{minute, moment},
    named::all_of,
};

use super::{Letterhead, Mail, letterhead::Head};

/// What the mail after a change of password says.
#[derive(Clone, Copy, Debug)]
pub struct PasswordChanged<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// When the password was changed.
    pub changed_at: Timestamp,
    /// Where "this was not me" leads: a whole URL without white space.
    pub not_me_url: &'a str,
    /// The providers that were unlinked with the old password.
    pub unlinked: &'a [Provider],
}

impl PasswordChanged<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            changed_minute: minute(zone, self.changed_at),
            changed: moment(language, zone, self.changed_at),
            not_me_url: self.not_me_url,
            unlinked: all_of(language, self.unlinked),
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    changed_minute: String,
    changed: String,
    not_me_url: &'a str,
    unlinked: Option<String>,
}

super::templates! {
    View {
        En: "en/password_changed/subject.txt", "en/password_changed/body.txt", "en/password_changed/body.html";
        Nl: "nl/password_changed/subject.txt", "nl/password_changed/body.txt", "nl/password_changed/body.html";
    }
}
