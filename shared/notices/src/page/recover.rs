//! The page on which a recovery begins: who, and what the matter is.

use askama::Template;

use crate::mail::render;

use super::field::{Field, Kind, errors_of, focus_first};
use super::shell::Shell;
use super::words::{self, Words};
use super::{Captcha, Form, Frame};

/// Begin a recovery. Fields: `login`, `reason` (`forgot_password` or `locked_out`),
/// `captcha.answer`, and a button `again` with the value `captcha` that asks for another.
pub struct Recover<'a> {
    /// What every page has.
    pub frame: Frame<'a>,
    /// Begins the recovery.
    pub form: Form,
    /// What was typed as the login.
    pub login: &'a str,
    /// The reason that was chosen; else "".
    pub reason: &'a str,
    /// The captcha.
    pub captcha: Captcha,
    /// Where the way by mail is, for who can neither see nor hear a captcha.
    pub forgot_password: String,
    /// Where cancelling leads.
    pub cancel: String,
}

impl Recover<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let all = Words::of(self.frame.language);
        let errors = &self.form.errors;
        let mut login =
            Field::new(Kind::Login, "login", all.common.login, errors).value(self.login);
        let mut answer = Field::new(Kind::Characters, "captcha.answer", all.captcha.label, errors)
            .hint(all.captcha.hint);
        let reason_errors = errors_of("reason", errors);
        // A choice that is missing stands between the two fields, and comes first if it is wrong.
        let focus_reason = !reason_errors.is_empty() && !login.is_wrong();
        if !focus_reason {
            focus_first([&mut login, &mut answer]);
        }
        let words = &all.recover;
        let shell = Shell::new(self.frame, words.heading)
            .with_errors(errors, &[login.name, "reason", answer.name]);
        let captcha = &all.captcha;
        let reasons = [
            ("forgot_password", "reason", words.forgot, words.forgot_hint),
            ("locked_out", "reason-locked", words.locked, words.locked_hint),
        ];
        render(&View {
            page: self,
            shell,
            words,
            captcha,
            login,
            answer,
            reason_errors,
            focus_reason,
            reasons: reasons.map(|(value, id, label, hint)| Reason { value, id, label, hint }),
        })
    }
}

struct Reason {
    value: &'static str,
    id: &'static str,
    label: &'static str,
    hint: &'static str,
}

#[derive(Template)]
#[template(path = "page/recover.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a Recover<'a>,
    shell: Shell<'a>,
    words: &'static words::Recover,
    captcha: &'static words::Captcha,
    login: Field<'a>,
    answer: Field<'a>,
    reason_errors: Vec<&'a str>,
    /// Whether the choice has the focus when the page opens.
    focus_reason: bool,
    reasons: [Reason; 2],
}
