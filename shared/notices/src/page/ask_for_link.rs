//! The page on which a link is asked for: `forgot-password` and `magic`.

use askama::Template;

use crate::mail::render;

use super::field::{Field, Kind, focus_first};
use super::shell::Shell;
use super::words::{self, Words};
use super::{Captcha, Form, Frame};

/// What the link is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// To choose a new password.
    Reset,
    /// To sign in.
    Magic,
}

/// Ask for a link. Fields: `login`, `captcha.answer` where there is a captcha, and a button
/// `again` with the value `captcha` that asks for another.
pub struct AskForLink<'a> {
    /// What every page has.
    pub frame: Frame<'a>,
    /// Asks for the link.
    pub form: Form,
    /// What the link is asked for.
    pub asking: Asking,
    /// What was typed as the login.
    /// None where the form knows whose link it asks for: it carries one that is dead.
    pub login: Option<&'a str>,
    /// The captcha, if the tenant wants one here.
    pub captcha: Option<Captcha>,
    /// Where signing in is.
    pub sign_in: String,
    /// Where the way by phone is.
    pub recover: String,
}

impl AskForLink<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let all = Words::of(self.frame.language);
        let errors = &self.form.errors;
        let mut login = self
            .login
            .map(|typed| Field::new(Kind::Login, "login", all.common.login, errors).value(typed));
        let answer = Field::new(Kind::Characters, "captcha.answer", all.captcha.label, errors)
            .hint(all.captcha.hint);
        let mut answer = self.captcha.is_some().then_some(answer);
        focus_first(login.iter_mut().chain(&mut answer));
        let words = &all.ask;
        let (heading, lead) = match self.asking {
            Asking::Reset => (words.reset, words.reset_lead),
            Asking::Magic => (words.magic, words.magic_lead),
        };
        let names: Vec<_> = login.iter().chain(&answer).map(|field| field.name).collect();
        let shell = Shell::new(self.frame, heading).with_errors(errors, &names);
        render(&View { page: self, shell, words, captcha: &all.captcha, lead, login, answer })
    }
}

#[derive(Template)]
#[template(path = "page/ask_for_link.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a AskForLink<'a>,
    shell: Shell<'a>,
    words: &'static words::Ask,
    captcha: &'static words::Captcha,
    lead: &'static str,
    login: Option<Field<'a>>,
    answer: Option<Field<'a>>,
}
