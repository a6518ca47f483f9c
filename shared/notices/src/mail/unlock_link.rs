//! The mail with the link to unlock an account. Its password stays as it is; who wants another one
//! is mailed another link.

use jiff::Timestamp;
use regain_domain::{Language, link::Origin};

use crate::moment::{duration, exact_moment, minute};

use super::{Letterhead, Mail, MailedLink, letterhead::Head, mailed_link::LinkPart};

/// What the mail with an unlock link says.
#[derive(Clone, Copy, Debug)]
pub struct UnlockLink<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// The link to unlock the account.
    pub link: MailedLink<'a>,
    /// When the link was asked for. The mail says it to the second, as people ask twice a minute.
    pub requested_at: Timestamp,
    /// How long the link can be used after the click.
    pub click_minutes: u32,
    /// Who asked for the link. Where it was the desk, the mail says so.
    pub origin: Origin,
}

impl UnlockLink<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            link: self.link.part(language, zone),
            requested_minute: minute(zone, self.requested_at),
            requested: exact_moment(language, zone, self.requested_at),
            click_time: duration(language, self.click_minutes),
            origin: self.origin,
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    link: LinkPart<'a>,
    requested_minute: String,
    requested: String,
    click_time: String,
    origin: Origin,
}

super::templates! {
    View {
        En: "en/unlock_link/subject.txt", "en/unlock_link/body.txt", "en/unlock_link/body.html";
        Nl: "nl/unlock_link/subject.txt", "nl/unlock_link/body.txt", "nl/unlock_link/body.html";
    }
}
