//! The mail to the owner of a password that was switched off after a hundred wrong ones in a row,
//! with the link to choose another.

use jiff::Timestamp;
use regain_domain::Language;

use crate::moment::{duration, exact_moment, minute};

use super::{Letterhead, Mail, MailedLink, letterhead::Head, mailed_link::LinkPart};

/// What the mail about a password that was switched off says.
#[derive(Clone, Copy, Debug)]
pub struct PasswordDisabled<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// The link to choose another, for its login.
    pub link: MailedLink<'a>,
    /// When the password was switched off.
    pub disabled_at: Timestamp,
    /// How long the link can be used after the click.
    pub click_minutes: u32,
}

impl PasswordDisabled<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            link: self.link.part(language, zone),
            disabled_minute: minute(zone, self.disabled_at),
            disabled: exact_moment(language, zone, self.disabled_at),
            click_time: duration(language, self.click_minutes),
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    link: LinkPart<'a>,
    disabled_minute: String,
    disabled: String,
    click_time: String,
}

super::templates! {
    View {
        En: "en/password_disabled/subject.txt", "en/password_disabled/body.txt", "en/password_disabled/body.html";
        Nl: "nl/password_disabled/subject.txt", "nl/password_disabled/body.txt", "nl/password_disabled/body.html";
    }
}
