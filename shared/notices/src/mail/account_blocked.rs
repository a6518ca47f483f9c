//! The mail to the owner of a blocked account who asked for a link. The answer to the request may
//! not say that the account is blocked, so the mailbox hears it.

use jiff::Timestamp;
use regain_domain::Language;

use crate::{
    line::{TENANT_CHARS_IN_SUBJECT, greeted, one_line, short_line},
    moment::{exact_moment, minute},
};

use super::Mail;

/// What the mail says that comes in place of a link.
#[derive(Clone, Copy, Debug)]
pub struct AccountBlocked<'a> {
    /// The tenant's name.
    pub tenant_name: &'a str,
    /// The first name to greet by, if there is one.
    pub first_name: Option<&'a str>,
    /// Whom to contact, in the tenant's own words: an address, a number, a page.
    pub support_contact: Option<&'a str>,
    /// When a link was asked for.
    pub requested_at: Timestamp,
    /// The support code of the request.
    pub support_code: &'a str,
}

impl AccountBlocked<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        View {
            tenant: one_line(self.tenant_name),
            tenant_short: short_line(self.tenant_name, TENANT_CHARS_IN_SUBJECT),
            first_name: greeted(self.first_name),
            support_contact: self.support_contact.map(one_line).filter(|line| !line.is_empty()),
            requested_minute: minute(self.requested_at),
            requested: exact_moment(language, self.requested_at),
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
    requested_minute: String,
    requested: String,
    support_code: &'a str,
}

super::templates! {
    View {
        En: "en/account_blocked/subject.txt", "en/account_blocked/body.txt", "en/account_blocked/body.html";
        Nl: "nl/account_blocked/subject.txt", "nl/account_blocked/body.txt", "nl/account_blocked/body.html";
    }
}
