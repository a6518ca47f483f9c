//! The mail with the link that signs in. A click alone does not: programs open links too, so the
//! page behind it has a button.

use jiff::Timestamp;
use regain_domain::Language;

use crate::moment::{exact_moment, minute};

use super::{Letterhead, Mail, MailedLink, letterhead::Head, mailed_link::LinkPart};

/// What the mail with a link that signs in says.
#[derive(Clone, Copy, Debug)]
pub struct MagicLink<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// The link to sign in.
    pub link: MailedLink<'a>,
    /// When the link was asked for. The mail says it to the second, as people ask twice a minute.
    pub requested_at: Timestamp,
}

impl MagicLink<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            link: self.link.part(language, zone),
            requested_minute: minute(zone, self.requested_at),
            requested: exact_moment(language, zone, self.requested_at),
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    link: LinkPart<'a>,
    requested_minute: String,
    requested: String,
}

super::templates! {
    View {
        En: "en/magic_link/subject.txt", "en/magic_link/body.txt", "en/magic_link/body.html";
        Nl: "nl/magic_link/subject.txt", "nl/magic_link/body.txt", "nl/magic_link/body.html";
    }
}
