//! The page to sign in on.

use askama::Template;
use regain_domain::Provider;

use crate::mail::render;

use super::field::{Field, Kind, focus_first};
use super::shell::Shell;
use super::words::{self, Words};
use super::{Form, Frame};

/// Sign in with a password. Fields: `login`, `password`.
pub struct SignIn<'a> {
    /// What every page has.
    pub frame: Frame<'a>,
    /// Signs in.
    pub form: Form,
    /// What was typed as the login.
    pub login: &'a str,
    /// Where else one can sign in with.
    pub providers: Vec<Provider>,
    /// Leads to one of them. Field: `provider`.
    pub to_provider: Form,
    /// Where the way by a forgotten password is.
    pub forgot_password: String,
    /// Where links that sign in are asked for, if the tenant offers them.
    pub magic: Option<String>,
    /// Where the way by phone is, and of a lock.
    pub recover: String,
}

impl SignIn<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let Words { common, sign_in: words, .. } = Words::of(self.frame.language);
        let errors = &self.form.errors;
        let mut login = Field::new(Kind::Login, "login", common.login, errors).value(self.login);
        let mut password = Field::new(Kind::CurrentPassword, "password", words.password, errors);
        focus_first([&mut login, &mut password]);
        let shell =
            Shell::new(self.frame, words.heading).with_errors(errors, &[login.name, password.name]);
        render(&View { page: self, shell, words, login, password })
    }
}

#[derive(Template)]
#[template(path = "page/sign_in.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a SignIn<'a>,
    shell: Shell<'a>,
    words: &'static words::SignIn,
    login: Field<'a>,
    password: Field<'a>,
}
