//! What every mail with a link has: where it leads, for whom, and until when.

use jiff::{Timestamp, tz::TimeZone};
use regain_domain::Language;

use crate::{line::one_line, moment::moment};

/// What every mail with a link says of it, as callers fill it.
#[derive(Clone, Copy, Debug)]
pub struct MailedLink<'a> {
    /// The login that the link is for.
    pub login: &'a str,
    /// Where the link leads: a whole URL without white space.
    pub url: &'a str,
    /// Where "this was not me" leads: a whole URL without white space.
    pub not_me_url: &'a str,
    /// Until when the link can be clicked.
    pub valid_until: Timestamp,
}

impl<'a> MailedLink<'a> {
    pub(super) fn part(&self, language: Language, zone: &TimeZone) -> LinkPart<'a> {
        LinkPart {
            login: one_line(self.login),
            url: self.url,
            not_me_url: self.not_me_url,
            valid_until: moment(language, zone, self.valid_until),
        }
    }
}

/// The same as templates see it, a part of the view of each of those mails.
pub(super) struct LinkPart<'a> {
    pub(super) login: String,
    pub(super) url: &'a str,
    pub(super) not_me_url: &'a str,
    pub(super) valid_until: String,
}
