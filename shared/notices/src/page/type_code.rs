//! The page on which the code that was sent is typed.

use askama::Template;
use jiff::Timestamp;

use crate::line::one_line;
use crate::mail::render;

use super::clock::Time;
use super::field::{Field, Kind, focus_first};
use super::shell::Shell;
use super::words::{self, Words};
use super::{Form, Frame};

/// Type the code. Field: `code`.
pub struct TypeCode<'a> {
    /// What every page has.
    pub frame: Frame<'a>,
    /// Checks the code.
    pub form: Form,
    /// Whether the phone was called; else it got a text message.
    pub by_call: bool,
    /// The last digits of the number.
    pub phone_hint: &'a str,
    /// Until when the code works.
    pub until: Timestamp,
    /// Sends another, to the same number in the same way.
    pub again: Form,
    /// How long to wait before that.
    pub retry_after_seconds: u32,
    /// Where cancelling leads.
    pub cancel: String,
}

impl TypeCode<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let all = Words::of(self.frame.language);
        let (words, errors) = (&all.code, &self.form.errors);
        let mut code = Field::new(Kind::SentCode, "code", words.label, errors).hint(words.nobody);
        focus_first([&mut code]);
        let hint = one_line(self.phone_hint);
        let (lead, again) = if self.by_call {
            ((words.voice_lead)(&hint), words.voice_again)
        } else {
            ((words.sms_lead)(&hint), words.sms_again)
        };
        let seconds = self.retry_after_seconds;
        render(&View {
            page: self,
            shell: Shell::new(self.frame, words.heading).with_errors(errors, &[code.name]),
            words,
            lead,
            time: Time::new(&self.frame, self.until, words.until),
            code,
            again,
            wait: (seconds > 0).then(|| (words.wait)(seconds)),
        })
    }
}

#[derive(Template)]
#[template(path = "page/type_code.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a TypeCode<'a>,
    shell: Shell<'a>,
    words: &'static words::Code,
    lead: String,
    time: Time,
    code: Field<'a>,
    again: &'static str,
    wait: Option<String>,
}
