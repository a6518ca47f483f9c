//! The mail with the link to choose a new password.

use jiff::Timestamp;
use regain_domain::{Language, link::Origin};

use crate::moment::{duration, exact_moment, minute};

use super::{Letterhead, Mail, MailedLink, letterhead::Head, mailed_link::LinkPart};

/// What the mail with a reset link says.
#[derive(Clone, Copy, Debug)]
pub struct ResetLink<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// The link to choose a new password.
    pub link: MailedLink<'a>,
    /// Who asked for the link. Where it was the desk, the mail says so.
    pub origin: Origin,
    /// When the link was asked for. The mail says it to the second, as people ask twice a minute.
    pub requested_at: Timestamp,
    /// How long the link can be used after the click.
    pub click_minutes: u32,
}

impl ResetLink<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            link: self.link.part(language, zone),
            origin: self.origin,
            requested_minute: minute(zone, self.requested_at),
            requested: exact_moment(language, zone, self.requested_at),
            click_time: duration(language, self.click_minutes),
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    link: LinkPart<'a>,
    origin: Origin,
    requested_minute: String,
    requested: String,
    click_time: String,
}

super::templates! {
    View {
        En: "en/reset_link/subject.txt", "en/reset_link/body.txt", "en/reset_link/body.html";
        Nl: "nl/reset_link/subject.txt", "nl/reset_link/body.txt", "nl/reset_link/body.html";
    }
}
