//! The mail to the owner of a password that was switched off after a hundred wrong ones in a row,
//! with the link to choose another.

use jiff::Timestamp;
use regain_domain::Language;

use crate::{
    line::one_line,
    moment::{duration, exact_moment, minute, moment},
};

use super::{Letterhead, Mail, letterhead::Head};

/// What the mail about a password that was switched off says.
#[derive(Clone, Copy, Debug)]
pub struct PasswordDisabled<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// The login of the account.
    pub login: &'a str,
    /// Where the link to choose a password leads: a whole URL without white space.
    pub url: &'a str,
    /// Where "this was not me" leads: a whole URL without white space.
    pub not_me_url: &'a str,
    /// When the password was switched off.
    pub disabled_at: Timestamp,
    /// Until when the link can be clicked.
    pub valid_until: Timestamp,
    /// How long it can be used after the click.
    pub click_minutes: u32,
}

impl PasswordDisabled<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        View {
            head: self.letterhead.head(),
            login: one_line(self.login),
            url: self.url,
            not_me_url: self.not_me_url,
            disabled_minute: minute(self.disabled_at),
            disabled: exact_moment(language, self.disabled_at),
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
    disabled_minute: String,
    disabled: String,
    valid_until: String,
    click_time: String,
}

super::templates! {
    View {
        En: "en/password_disabled/subject.txt", "en/password_disabled/body.txt", "en/password_disabled/body.html";
        Nl: "nl/password_disabled/subject.txt", "nl/password_disabled/body.txt", "nl/password_disabled/body.html";
    }
}
