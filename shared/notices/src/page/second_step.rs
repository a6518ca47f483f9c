//! The page of the second step of signing in.

use askama::Template;
use jiff::Timestamp;

use crate::mail::render;

use super::clock::Time;
use super::field::{Field, Kind, focus_first};
use super::shell::Shell;
use super::words::Words;
use super::{Form, Frame};

/// Type the code of the app, or a recovery code. Field: `code`.
pub struct SecondStep<'a> {
    /// What every page has.
    pub frame: Frame<'a>,
    /// Finishes signing in.
    pub form: Form,
    /// When the time is over.
    pub until: Timestamp,
    /// Where cancelling leads.
    pub cancel: String,
}

impl SecondStep<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let all = Words::of(self.frame.language);
        let (words, errors) = (&all.second_step, &self.form.errors);
        let mut code = Field::new(Kind::AppCode, "code", words.label, errors).hint(words.hint);
        focus_first([&mut code]);
        let shell = Shell::new(self.frame, words.heading).with_errors(errors, &[code.name]);
        render(&View {
            page: self,
            button: all.sign_in.button,
            lead: (words.lead)(&shell.tenant),
            shell,
            time: Time::new(&self.frame, self.until, words.until),
            code,
        })
    }
}

#[derive(Template)]
#[template(path = "page/second_step.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a SecondStep<'a>,
    shell: Shell<'a>,
    button: &'static str,
    lead: String,
    time: Time,
    code: Field<'a>,
}
