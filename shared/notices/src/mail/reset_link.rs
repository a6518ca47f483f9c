//! The mail with the link to choose a new password.

use jiff::Timestamp;
use regain_domain::Language;

use crate::{
    line::{TENANT_CHARS_IN_SUBJECT, greeted, one_line, short_line},
    moment::{duration, exact_moment, minute, moment},
};

use super::Mail;

/// What the mail with a reset link says.
#[derive(Clone, Copy, Debug)]
pub struct ResetLink<'a> {
    /// The tenant's name.
    pub tenant_name: &'a str,
    /// The first name to greet by, if there is one.
    pub first_name: Option<&'a str>,
    /// Whom to contact, in the tenant's own words: an address, a number, a page.
    pub support_contact: Option<&'a str>,
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
    /// The support code of the request.
    pub support_code: &'a str,
}

impl ResetLink<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        View {
            tenant: one_line(self.tenant_name),
            tenant_short: short_line(self.tenant_name, TENANT_CHARS_IN_SUBJECT),
            first_name: greeted(self.first_name),
            support_contact: self.support_contact.map(one_line).filter(|line| !line.is_empty()),
            login: one_line(self.login),
            url: self.url,
            not_me_url: self.not_me_url,
            requested_minute: minute(self.requested_at),
            requested: exact_moment(language, self.requested_at),
            valid_until: moment(language, self.valid_until),
            click_time: duration(language, self.click_minutes),
            support_code: self.support_code,
        }
        .render(language)
    }
}

struct View<'a> {
    tenant: String,
    tenant_short: String,
    first_name: Option<String>,
    support_contact: Option<String>,
    login: String,
    url: &'a str,
    not_me_url: &'a str,
    requested_minute: String,
    requested: String,
    valid_until: String,
    click_time: String,
    support_code: &'a str,
}

super::templates! {
    View {
        En: "en/reset_link/subject.txt", "en/reset_link/body.txt", "en/reset_link/body.html";
        Nl: "nl/reset_link/subject.txt", "nl/reset_link/body.txt", "nl/reset_link/body.html";
    }
}
