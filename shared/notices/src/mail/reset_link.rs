//! The mail with the link to choose a new password.

use jiff::Timestamp;
use regain_domain::{Language, link::Origin};

use crate::{
    line::one_line,
    moment::{duration, exact_moment, minute, moment},
};

use super::{Letterhead, Mail, letterhead::Head};

/// What the mail with a reset link says.
#[derive(Clone, Copy, Debug)]
pub struct ResetLink<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// Who asked for the link. Where it was the desk, the mail says so.
    pub origin: Origin,
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
}

impl ResetLink<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        View {
            head: self.letterhead.head(),
            origin: self.origin,
            login: one_line(self.login),
            url: self.url,
            not_me_url: self.not_me_url,
            requested_minute: minute(self.requested_at),
            requested: exact_moment(language, self.requested_at),
            valid_until: moment(language, self.valid_until),
            click_time: duration(language, self.click_minutes),
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    origin: Origin,
    login: String,
    url: &'a str,
    not_me_url: &'a str,
    requested_minute: String,
    requested: String,
    valid_until: String,
    click_time: String,
}

super::templates! {
    View {
        En: "en/reset_link/subject.txt", "en/reset_link/body.txt", "en/reset_link/body.html";
        Nl: "nl/reset_link/subject.txt", "nl/reset_link/body.txt", "nl/reset_link/body.html";
    }
}
