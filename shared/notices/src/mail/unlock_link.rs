//! The mail with the link to unlock an account. Its password stays as it is; who wants another one
//! is mailed another link.

use jiff::Timestamp;
use regain_domain::{Language, link::Origin};

use crate::{
    line::one_line,
    moment::{duration, exact_moment, minute, moment},
};

use super::{Letterhead, Mail, letterhead::Head};

/// What the mail with an unlock link says.
#[derive(Clone, Copy, Debug)]
pub struct UnlockLink<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// The login that the link is for.
    pub login: &'a str,
    /// Where the link leads: a whole URL without white space.
    pub url: &'a str,
    /// Where "this was not me" leads: a whole URL without white space.
    pub not_me_url: &'a str,
    /// When the link was asked for. The mail says it to the second, as people ask twice a minute.
    pub requested_at: Timestamp,
    /// Until when it can be clicked.
    pub valid_until: Timestamp,
    /// How long it can be used after the click.
    pub click_minutes: u32,
    /// Who asked for the link. Where it was the desk, the mail says so.
    pub origin: Origin,
}

impl UnlockLink<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        View {
            head: self.letterhead.head(),
            login: one_line(self.login),
            url: self.url,
            not_me_url: self.not_me_url,
            requested_minute: minute(self.requested_at),
            requested: exact_moment(language, self.requested_at),
            valid_until: moment(language, self.valid_until),
            click_time: duration(language, self.click_minutes),
            origin: self.origin,
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    login: String,
    url: &'a str,
    not_me_url: &'a str,
    requested_minute: String,
    requested: String,
    valid_until: String,
    click_time: String,
    origin: Origin,
}

super::templates! {
    View {
        En: "en/unlock_link/subject.txt", "en/unlock_link/body.txt", "en/unlock_link/body.html";
        Nl: "nl/unlock_link/subject.txt", "nl/unlock_link/body.txt", "nl/unlock_link/body.html";
    }
}
