//! The mail to the owner of an account for which too many wrong codes of the second step were
//! typed. Who did that came through the first step, so unlike a locked account this may ask for a
//! new password.

use jiff::Timestamp;
use regain_domain::Language;

use crate::moment::{minute, moment, moment_not_before};

use super::{Letterhead, Mail, letterhead::Head};

/// What the mail about wrong codes says.
#[derive(Clone, Copy, Debug)]
pub struct SecondStepGuessed<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// When the last of them was typed.
    pub at: Timestamp,
    /// Until when no codes are accepted; none: those of this app never again, as a hundred in a row
    /// were wrong.
    pub until: Option<Timestamp>,
    /// The page to ask for a new password: a whole URL without white space.
    pub url: &'a str,
}

impl SecondStepGuessed<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            minute: minute(zone, self.at),
            at: moment(language, zone, self.at),
            until: self.until.map(|until| moment_not_before(language, zone, until)),
            url: self.url,
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    minute: String,
    at: String,
    until: Option<String>,
    url: &'a str,
}

super::templates! {
    View {
        En: "en/second_step_guessed/subject.txt", "en/second_step_guessed/body.txt", "en/second_step_guessed/body.html";
        Nl: "nl/second_step_guessed/subject.txt", "nl/second_step_guessed/body.txt", "nl/second_step_guessed/body.html";
    }
}
