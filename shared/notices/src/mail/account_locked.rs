//! The mail to the owner of an account that too many wrong passwords locked, with the way out. It
//! presumes nothing about who typed them.

use jiff::Timestamp;
use regain_domain::Language;

use crate::{
    line::one_line,
    moment::{duration, exact_moment, minute, moment, moment_not_before},
};

use super::{Letterhead, Mail, letterhead::Head};

/// What the mail about a locked account says.
#[derive(Clone, Copy, Debug)]
pub struct AccountLocked<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// The login of the account.
    pub login: &'a str,
    /// Where the link to unlock it leads: a whole URL without white space.
    pub url: &'a str,
    /// Where "this was not me" leads: a whole URL without white space.
    pub not_me_url: &'a str,
    /// When it was locked.
    pub locked_at: Timestamp,
    /// When the lock goes off by itself; none if it never does.
    pub locked_until: Option<Timestamp>,
    /// Until when the link can be clicked.
    pub valid_until: Timestamp,
    /// How long it can be used after the click.
    pub click_minutes: u32,
}

impl AccountLocked<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        View {
            head: self.letterhead.head(),
            login: one_line(self.login),
            url: self.url,
            not_me_url: self.not_me_url,
            locked_minute: minute(self.locked_at),
            locked: exact_moment(language, self.locked_at),
            locked_until: self.locked_until.map(|at| moment_not_before(language, at)),
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
    locked_minute: String,
    locked: String,
    locked_until: Option<String>,
    valid_until: String,
    click_time: String,
}

super::templates! {
    View {
        En: "en/account_locked/subject.txt", "en/account_locked/body.txt", "en/account_locked/body.html";
        Nl: "nl/account_locked/subject.txt", "nl/account_locked/body.txt", "nl/account_locked/body.html";
    }
}
