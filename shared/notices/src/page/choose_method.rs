//! The page on which a recovery's way is chosen: a code on the phone, or a link in a mail.

use askama::Template;
use jiff::Timestamp;

use crate::line::one_line;
use crate::mail::render;

use super::clock::Time;
use super::field::{Field, Kind, focus_wrong};
use super::shell::Shell;
use super::words::{self, Words};
use super::{Form, Frame};

/// Choose how to go on. Fields: `phone`, and two buttons `channel` with the values `sms` and
/// `voice`.
pub struct ChooseMethod<'a> {
    /// What every page has.
    pub frame: Frame<'a>,
    /// Sends the code.
    pub form: Form,
    /// The last digits of the number.
    pub phone_hint: &'a str,
    /// What was typed as the number.
    pub phone: &'a str,
    /// Mails a link.
    pub by_mail: Form,
    /// Where to, masked.
    pub mail_hint: &'a str,
    /// When the time is over.
    pub until: Timestamp,
    /// Where cancelling leads.
    pub cancel: String,
}

impl ChooseMethod<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let all = Words::of(self.frame.language);
        let (words, errors) = (&all.method, &self.form.errors);
        let mut phone = Field::new(Kind::Phone, "phone", words.phone, errors)
            .value(self.phone)
            .hint((words.phone_hint)(&one_line(self.phone_hint)));
        focus_wrong([&mut phone]);
        render(&View {
            page: self,
            shell: Shell::new(self.frame, words.heading).with_errors(errors, &[phone.name]),
            words,
            time: Time::new(&self.frame, self.until, words.until),
            mail_lead: (words.mail_lead)(&one_line(self.mail_hint)),
            phone,
        })
    }
}

#[derive(Template)]
#[template(path = "page/choose_method.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a ChooseMethod<'a>,
    shell: Shell<'a>,
    words: &'static words::Method,
    time: Time,
    mail_lead: String,
    phone: Field<'a>,
}
