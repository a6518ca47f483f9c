//! The two mails after an account's login, its e-mail address, was changed: one to the old address,
//! where a change by someone else is noticed, and one to the new.

use jiff::Timestamp;
use regain_domain::Language;

use crate::{
    line::one_line,
    moment::{minute, moment},
};

use super::{Letterhead, Mail, letterhead::Head};

/// Which of the two addresses of a changed login a mail goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// The one that was the login until then.
    Old,
    /// The one that is the login from then on.
    New,
}

/// What the mails after a change of login say.
#[derive(Clone, Copy, Debug)]
pub struct LoginChanged<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// When the login was changed.
    pub changed_at: Timestamp,
    /// Which address the mail goes to.
    pub which: Address,
    /// The new login, masked: `m•••@example.org`. In full it is for its owner only, and the mail
    /// to the new address, which is its owner's, needs no hint of itself.
    pub new_login_hint: &'a str,
}

impl LoginChanged<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            changed_minute: minute(zone, self.changed_at),
            changed: moment(language, zone, self.changed_at),
            which: self.which,
            new_login_hint: one_line(self.new_login_hint),
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    changed_minute: String,
    changed: String,
    which: Address,
    new_login_hint: String,
}

super::templates! {
    View {
        En: "en/login_changed/subject.txt", "en/login_changed/body.txt", "en/login_changed/body.html";
        Nl: "nl/login_changed/subject.txt", "nl/login_changed/body.txt", "nl/login_changed/body.html";
    }
}
