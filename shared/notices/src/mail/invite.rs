//! The mail with the link to choose the first password of an account that was made for someone.
//! Who made it is not said, as the tenant's name is all that is known of that.

use jiff::Timestamp;
use regain_domain::Language;

use crate::{
    line::one_line,
    moment::{duration, exact_moment, minute, moment},
};

use super::{Letterhead, Mail, letterhead::Head};

/// What the mail with an invite says.
#[derive(Clone, Copy, Debug)]
pub struct Invite<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// The login that the account was made for.
    pub login: &'a str,
    /// Where the link leads: a whole URL without white space.
    pub url: &'a str,
    /// Where "this was not me" leads: a whole URL without white space.
    pub not_me_url: &'a str,
    /// When the link was asked for. The mail says it to the second, to tell it from another.
    pub requested_at: Timestamp,
    /// Until when it can be clicked.
    pub valid_until: Timestamp,
    /// How long it can be used after the click.
    pub click_minutes: u32,
}

impl Invite<'_> {
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
}

super::templates! {
    View {
        En: "en/invite/subject.txt", "en/invite/body.txt", "en/invite/body.html";
        Nl: "nl/invite/subject.txt", "nl/invite/body.txt", "nl/invite/body.html";
    }
}
