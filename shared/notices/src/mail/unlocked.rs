//! The mail that tells the owner of an account that it was unlocked.

use jiff::Timestamp;
use regain_domain::Language;

use crate::moment::{minute, moment};

use super::{Letterhead, Mail, letterhead::Head};

/// What the mail after an unlock says.
#[derive(Clone, Copy, Debug)]
pub struct Unlocked<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// When the account was unlocked.
    pub unlocked_at: Timestamp,
    /// Where "this was not me" leads: a whole URL without white space. None if the service desk
    /// unlocked it, and then the mail says so.
    pub not_me_url: Option<&'a str>,
}

impl Unlocked<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            unlocked_minute: minute(zone, self.unlocked_at),
            unlocked: moment(language, zone, self.unlocked_at),
            not_me_url: self.not_me_url,
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    unlocked_minute: String,
    unlocked: String,
    not_me_url: Option<&'a str>,
}

super::templates! {
    View {
        En: "en/unlocked/subject.txt", "en/unlocked/body.txt", "en/unlocked/body.html";
        Nl: "nl/unlocked/subject.txt", "nl/unlocked/body.txt", "nl/unlocked/body.html";
    }
}
