//! The mail that tells the owner of an account that its phone number was changed or removed.

use jiff::Timestamp;
use regain_domain::Language;

use crate::{
    line::one_line,
    moment::{minute, moment},
};

use super::{Letterhead, Mail, letterhead::Head};

/// What the mail after a change of phone number says.
#[derive(Clone, Copy, Debug)]
pub struct PhoneChanged<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// When the phone number was changed.
    pub changed_at: Timestamp,
    /// The last two digits of the new number; none if the number was removed.
    pub phone_hint: Option<&'a str>,
}

impl PhoneChanged<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            changed_minute: minute(zone, self.changed_at),
            changed: moment(language, zone, self.changed_at),
            phone_hint: self.phone_hint.map(one_line),
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    changed_minute: String,
    changed: String,
    phone_hint: Option<String>,
}

super::templates! {
    View {
        En: "en/phone_changed/subject.txt", "en/phone_changed/body.txt", "en/phone_changed/body.html";
        Nl: "nl/phone_changed/subject.txt", "nl/phone_changed/body.txt", "nl/phone_changed/body.html";
    }
}
