//! The mail to the owner of an account that too many wrong passwords locked, with the way out. It
//! presumes nothing about who typed them.

use jiff::Timestamp;
use regain_domain::Language;

use crate::moment::{duration, exact_moment, minute, moment_not_before};

use super::{Letterhead, Mail, MailedLink, letterhead::Head, mailed_link::LinkPart};

/// What the mail about a locked account says.
#[derive(Clone, Copy, Debug)]
pub struct AccountLocked<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// The link to unlock it, for its login.
    pub link: MailedLink<'a>,
    /// When it was locked.
    pub locked_at: Timestamp,
    /// When the lock goes off by itself; none if it never does.
    pub locked_until: Option<Timestamp>,
    /// How long the link can be used after the click.
    pub click_minutes: u32,
}

impl AccountLocked<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            link: self.link.part(language, zone),
            locked_minute: minute(zone, self.locked_at),
            locked: exact_moment(language, zone, self.locked_at),
            locked_until: self.locked_until.map(|at| moment_not_before(language, zone, at)),
            click_time: duration(language, self.click_minutes),
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    link: LinkPart<'a>,
    locked_minute: String,
    locked: String,
    locked_until: Option<String>,
    click_time: String,
}

super::templates! {
    View {
        En: "en/account_locked/subject.txt", "en/account_locked/body.txt", "en/account_locked/body.html";
        Nl: "nl/account_locked/subject.txt", "nl/account_locked/body.txt", "nl/account_locked/body.html";
    }
}
