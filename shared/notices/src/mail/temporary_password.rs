//! The mail that tells the owner of an account that the service desk set a temporary password. The
//! password is not in it, and there is no field for one: who sets it hands it over in person.

use jiff::Timestamp;
use regain_domain::Language;

use crate::moment::{minute, moment};

use super::{Letterhead, Mail, letterhead::Head};

/// What the mail about a temporary password says.
#[derive(Clone, Copy, Debug)]
pub struct TemporaryPassword<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// When it was set.
    pub set_at: Timestamp,
    /// Until when it works.
    pub valid_until: Timestamp,
}

impl TemporaryPassword<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            set_minute: minute(zone, self.set_at),
            set: moment(language, zone, self.set_at),
            valid_until: moment(language, zone, self.valid_until),
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    set_minute: String,
    set: String,
    valid_until: String,
}

super::templates! {
    View {
        En: "en/temporary_password/subject.txt", "en/temporary_password/body.txt", "en/temporary_password/body.html";
        Nl: "nl/temporary_password/subject.txt", "nl/temporary_password/body.txt", "nl/temporary_password/body.html";
    }
}
