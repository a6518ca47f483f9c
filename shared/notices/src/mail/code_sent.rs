//! The mail that tells the owner of an account that a code went to its phone. The code is not in
//! it, and there is no field for one: who reads the mailbox has not got the phone.

use jiff::Timestamp;
use regain_domain::{Language, recovery::CodeChannel};

use crate::{
    line::one_line,
    moment::{exact_moment, minute},
};

use super::{Letterhead, Mail, letterhead::Head};

/// What the mail about a code says.
#[derive(Clone, Copy, Debug)]
pub struct CodeSent<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// When the code was sent. The mail says it to the second, as people ask twice a minute.
    pub sent_at: Timestamp,
    /// By what.
    pub channel: CodeChannel,
    /// The last two digits of the number that it went to.
    pub phone_hint: &'a str,
    /// Where "this was not me" leads: a whole URL without white space.
    pub not_me_url: &'a str,
}

impl CodeSent<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            sent_minute: minute(zone, self.sent_at),
            sent: exact_moment(language, zone, self.sent_at),
            channel: self.channel,
            phone_hint: one_line(self.phone_hint),
            not_me_url: self.not_me_url,
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    sent_minute: String,
    sent: String,
    channel: CodeChannel,
    phone_hint: String,
    not_me_url: &'a str,
}

super::templates! {
    View {
        En: "en/code_sent/subject.txt", "en/code_sent/body.txt", "en/code_sent/body.html";
        Nl: "nl/code_sent/subject.txt", "nl/code_sent/body.txt", "nl/code_sent/body.html";
    }
}
