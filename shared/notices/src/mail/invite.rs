//! The mail with the link to choose the first password of an account that was made for someone.
//! Who made it is not said, as the tenant's name is all that is known of that.

use jiff::Timestamp;
use regain_domain::Language;

use crate::moment::{duration, exact_moment, minute};

use super::{Letterhead, Mail, MailedLink, letterhead::Head, mailed_link::LinkPart};

/// What the mail with an invite says.
#[derive(Clone, Copy, Debug)]
pub struct Invite<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// The link to choose the first password.
    pub link: MailedLink<'a>,
    /// When the link was asked for. The mail says it to the second, to tell it from another.
    pub requested_at: Timestamp,
    /// How long the link can be used after the click.
    pub click_minutes: u32,
}

impl Invite<'_> {
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
}

super::templates! {
    View {
        En: "en/invite/subject.txt", "en/invite/body.txt", "en/invite/body.html";
        Nl: "nl/invite/subject.txt", "nl/invite/body.txt", "nl/invite/body.html";
    }
}
