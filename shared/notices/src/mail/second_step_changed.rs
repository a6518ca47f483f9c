//! The mail that tells the owner of an account of a change to its second step. No code is in it, and
//! there is no field for one.

use jiff::Timestamp;
use regain_domain::{Language, second_step::Change};

use crate::moment::{minute, moment};

use super::{Letterhead, Mail, letterhead::Head};

/// What the mail after a change of the second step says.
#[derive(Clone, Copy, Debug)]
pub struct SecondStepChanged<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// When it was changed.
    pub changed_at: Timestamp,
    /// What was.
    pub change: Change,
    /// How many recovery codes can be used yet. Said where one was used.
    pub codes_left: u32,
    /// The page to ask for a new password: a whole URL without white space.
    pub url: &'a str,
}

impl SecondStepChanged<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            changed_minute: minute(zone, self.changed_at),
            changed: moment(language, zone, self.changed_at),
            change: self.change,
            codes_left: self.codes_left,
            url: self.url,
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    changed_minute: String,
    changed: String,
    change: Change,
    codes_left: u32,
    url: &'a str,
}

super::templates! {
    View {
        En: "en/second_step_changed/subject.txt", "en/second_step_changed/body.txt", "en/second_step_changed/body.html";
        Nl: "nl/second_step_changed/subject.txt", "nl/second_step_changed/body.txt", "nl/second_step_changed/body.html";
    }
}
