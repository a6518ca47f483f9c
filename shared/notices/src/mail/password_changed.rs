//! The mail that tells the owner of an account that its password was changed.

use jiff::Timestamp;
use regain_domain::Language;

use crate::{
    line::{TENANT_CHARS_IN_SUBJECT, greeted, one_line, short_line},
    moment::{minute, moment},
};

use super::Mail;

/// What the mail after a change of password says.
#[derive(Clone, Copy, Debug)]
pub struct PasswordChanged<'a> {
    /// The tenant's name.
    pub tenant_name: &'a str,
    /// The first name to greet by, if there is one.
    pub first_name: Option<&'a str>,
    /// Whom to contact, in the tenant's own words: an address, a number, a page.
    pub support_contact: Option<&'a str>,
    /// When the password was changed.
    pub changed_at: Timestamp,
    /// Where "this was not me" leads: a whole URL without white space.
    pub not_me_url: &'a str,
    /// The support code of the change.
    pub support_code: &'a str,
}

impl PasswordChanged<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        View {
            tenant: one_line(self.tenant_name),
            tenant_short: short_line(self.tenant_name, TENANT_CHARS_IN_SUBJECT),
            first_name: greeted(self.first_name),
            support_contact: self.support_contact.map(one_line).filter(|line| !line.is_empty()),
            changed_minute: minute(self.changed_at),
            changed: moment(language, self.changed_at),
            not_me_url: self.not_me_url,
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
    changed_minute: String,
    changed: String,
    not_me_url: &'a str,
    support_code: &'a str,
}

super::templates! {
    View {
        En: "en/password_changed/subject.txt", "en/password_changed/body.txt", "en/password_changed/body.html";
        Nl: "nl/password_changed/subject.txt", "nl/password_changed/body.txt", "nl/password_changed/body.html";
    }
}
