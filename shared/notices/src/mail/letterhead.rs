//! What every mail has: whose it is, whom it greets, and where help is.

use jiff::tz::TimeZone;
use regain_domain::colour::Accent;

use crate::line::{TENANT_CHARS_IN_SUBJECT, greeted, one_line, short_line};

/// What every mail says, as callers fill it.
#[derive(Clone, Copy, Debug)]
pub struct Letterhead<'a> {
    /// The tenant's name.
    pub tenant_name: &'a str,
    /// The first name to greet by, if there is one.
    pub first_name: Option<&'a str>,
    /// Whom to contact, in the tenant's own words: an address, a number, a page.
    pub support_contact: Option<&'a str>,
    /// The support code of what led to the mail.
    pub support_code: &'a str,
    /// The time zone that its moments are told in.
    pub zone: &'a TimeZone,
    /// The colour of its button and its links.
    pub accent: Accent,
}

impl<'a> Letterhead<'a> {
    pub(super) fn head(&self) -> Head<'a> {
        Head {
            tenant: one_line(self.tenant_name),
            tenant_short: short_line(self.tenant_name, TENANT_CHARS_IN_SUBJECT),
            first_name: greeted(self.first_name),
            support_contact: self.support_contact.map(one_line).filter(|line| !line.is_empty()),
            support_code: self.support_code,
            accent: self.accent,
        }
    }
}

/// The same as templates see it, a part of every view.
pub(super) struct Head<'a> {
    pub(super) tenant: String,
    pub(super) tenant_short: String,
    pub(super) first_name: Option<String>,
    pub(super) support_contact: Option<String>,
    pub(super) support_code: &'a str,
    pub(super) accent: Accent,
}
