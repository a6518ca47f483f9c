//! From what a step answered to a page. One function for each operation: the page that follows its
//! success, and its form once more where what was sent is at fault.

use jiff::Timestamp;
use regain_notices::ProblemCode as P;
use regain_notices::page::{Asked, Asking, Finished, Form};
use serde_json::{Value, json};

use super::frame::{Around, LEADS_ON};
use super::trouble::{self, errors};
use super::{Html, Outcome, Shown};
use crate::routes::pages::Opens;
use crate::{Answer, Problem};

/// The page.
pub(super) fn draw(shown: &Shown<'_>, outcome: &Outcome) -> Html {
    let support_code = match outcome {
        Outcome::Opened => None,
        Outcome::Answered(answer) => answer.member("support_code"),
        Outcome::Refused(problem) => problem.members.get("support_code"),
    };
    let around = Around::new(shown, support_code.and_then(Value::as_str).map(str::to_owned));
    let pages = Pages { shown, around: &around };
    let (status, drawn) = match outcome {
        Outcome::Opened => (200, pages.form(None)),
        Outcome::Answered(answer) => match &answer.location {
            // What is shown once is shown before anybody goes on.
            Some(location) if answer.member("recovery_code").is_none() => {
                let location = Some(location.clone());
                return Html { location, ..Html::new(303, shown.language, String::new()) };
            }
            _ => (200, pages.answered(answer)),
        },
        Outcome::Refused(problem) => {
            let again = !trouble::ends(problem.code);
            (problem.status(), again.then(|| pages.form(Some(problem))).flatten())
        }
    };
    // What cannot be drawn was put together by somebody else than these pages.
    let stopped = match outcome {
        Outcome::Refused(problem) => problem,
        Outcome::Opened | Outcome::Answered(_) => &Problem::new(P::InvalidRequest),
    };
    let (status, body) = match drawn {
        Some(body) => (status, body),
        None => (stopped.status(), pages.trouble(stopped)),
    };
    Html {
        allow: (stopped.code == P::MethodNotAllowed)
            .then(|| shown.page.map(crate::routes::pages::Page::allow))
            .flatten(),
        retry_after_seconds: stopped.retry_after_seconds,
        leads_to: shown.settings.return_origins(),
        ..Html::new(status, shown.language, body)
    }
}

/// Draws the pages of one request.
pub(super) struct Pages<'a> {
    pub(super) shown: &'a Shown<'a>,
    pub(super) around: &'a Around<'a>,
}

/// What was answered to an earlier form, or to this one.
pub(super) type Known = Value;

pub(super) fn text<'v>(known: &'v Known, name: &str) -> &'v str {
    known.get(name).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn moment(known: &Known, name: &str) -> Option<Timestamp> {
    text(known, name).parse().ok()
}

impl Pages<'_> {
    pub(super) fn typed(&self, name: &str) -> &str {
        self.shown.form.text(name).unwrap_or_default()
    }

    /// What the form of this page was drawn from, if it was drawn from an answer.
    pub(super) fn carried(&self) -> Known {
        serde_json::from_str(self.typed("carried")).unwrap_or_default()
    }

    /// A form of these pages. It goes on to where this one does, unless `hidden` says where to.
    pub(super) fn to(&self, page: &str, hidden: &[(&'static str, &str)]) -> Form {
        let is_said = |name| hidden.iter().any(|(said, _)| *said == name);
        let leads_on = LEADS_ON.into_iter().filter(|name| !is_said(*name));
        let leads_on = leads_on.map(|name| (name, self.typed(name)));
        let hidden = [("lang", self.shown.language.as_str())]
            .into_iter()
            .chain(leads_on)
            .chain(hidden.iter().copied())
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.to_owned()));
        Form {
            action: format!("{}/{page}", self.around.base),
            hidden: hidden.collect(),
            errors: Vec::new(),
        }
    }

    /// The same, to be sent again after `problem`.
    pub(super) fn again(
        &self,
        page: &str,
        hidden: &[(&'static str, &str)],
        fields: &[&'static str],
        problem: Option<&Problem>,
    ) -> Form {
        let errors = problem.map(|problem| errors(self, problem, fields)).unwrap_or_default();
        Form { errors, ..self.to(page, hidden) }
    }

    /// What the function is asked by this page.
    pub(super) fn operation(&self) -> &'static str {
        match self.shown.page.map(|page| (page.opens, page.sends)) {
            Some((Opens::Form(id) | Opens::Asked(id), _)) if self.shown.here.is_some() => id,
            Some((_, Some(id))) => id,
            _ => "",
        }
    }

    /// The form of the operation, as it was typed; none where it has no fields to be typed again.
    fn form(&self, problem: Option<&Problem>) -> Option<String> {
        match self.operation() {
            "request-reset" => Some(self.ask_for_link(Asking::Reset, problem)),
            "magic-login" => Some(self.ask_for_link(Asking::Magic, problem)),
            "sign-in" | "federated-login" => match problem {
                Some(problem) if problem.code == P::PasswordMustChange => self.must_change(problem),
                _ => Some(self.sign_in(problem)),
            },
            "finish-sign-in" => self.second_step(&self.carried(), problem),
            "start-recovery" => Some(self.recover(problem)),
            "send-sms-code" => self.code_refused(&self.carried(), problem),
            "check-sms-code" => self.type_code(&self.carried(), problem),
            "set-password" => self.new_password(&self.carried(), problem),
            "withdraw-link" if problem.is_none() => Some(self.not_me()),
            _ => None,
        }
    }

    /// What follows.
    fn answered(&self, answer: &Answer) -> Option<String> {
        let known = answer.json()?;
        match self.operation() {
            "request-reset" => Some(self.link_asked(Asked::Reset)),
            "magic-login" => Some(self.link_asked(Asked::Magic)),
            "send-recovery-link" => {
                let asked = match text(&self.carried(), "reason") {
                    "locked_out" => Asked::Unlock,
                    _ => Asked::Reset,
                };
                Some(self.link_asked(asked))
            }
            "check-link" => self.opened_link(known),
            "click-link" | "check-sms-code" => {
                // Of a code's, no answer says whose; who typed it began by saying it.
                let carried = self.carried();
                let login = carried.pointer("/begun/login").and_then(Value::as_str);
                let more = [("link", self.typed("token")), ("login", login.unwrap_or_default())];
                let known = self.known_with(known, &more);
                match text(&known, "purpose") {
                    "unlock" => self.take_lock_off(&known),
                    _ => self.new_password(&known, None),
                }
            }
            "withdraw-link" => Some(self.done(match text(known, "status") {
                "reported" => Finished::Reported,
                _ => Finished::Withdrawn,
            })),
            "set-password" => {
                let generated = known.get("generated_password").and_then(Value::as_str);
                let go_on = known.get("return_url").and_then(Value::as_str).map(str::to_owned);
                Some(self.done_on(Finished::PasswordChanged { generated }, go_on))
            }
            "start-recovery" => {
                let said = ["reason", "login"].map(|name| (name, self.typed(name)));
                self.choose_method(&self.known_with(known, &said), None)
            }
            "send-sms-code" => {
                let carried = self.carried();
                let sent = json!({
                    // Another code is asked for from the page of the one before.
                    "begun": carried.get("begun").unwrap_or(&carried),
                    "phone": self.typed("phone"),
                    "channel": self.typed("channel"),
                    "until": known.get("valid_until"),
                    "retry_after_seconds": known.get("retry_after_seconds"),
                });
                self.type_code(&sent, None)
            }
            "unlock" => Some(self.done(Finished::Unlocked)),
            "sign-in" | "redeem-magic-link" | "finish-sign-in" => self.signed_in(answer, known),
            "federated-login" => self.to_provider(known),
            _ => None,
        }
    }

    pub(super) fn known_with(&self, known: &Known, more: &[(&str, &str)]) -> Known {
        let mut known = known.clone();
        if let Some(members) = known.as_object_mut() {
            let more = more.iter().filter(|(_, value)| !value.is_empty());
            members.extend(more.map(|(name, value)| ((*name).to_owned(), (*value).into())));
        }
        known
    }
}
