//! What stops a person: in words, with the one press that helps; and what is wrong with a form, beside
//! the field that it is about.

use regain_domain::Remedy;
use regain_domain::time::after;
use regain_notices::ProblemCode as P;
use regain_notices::page::{self, Action, FieldError, Trouble};
use serde_json::Value;

use super::draw::Pages;
use crate::Problem;

/// Whether nothing that is typed again would help.
pub(super) fn ends(code: P) -> bool {
    !matches!(
        code,
        P::InvalidRequest
            | P::TooManyRequests
            | P::Unavailable
            | P::Internal
            | P::CaptchaUnknown
            | P::CaptchaExpired
            | P::CaptchaWrong
            | P::CaptchaSpent
            | P::PasswordRejected
            | P::SignInFailed
            | P::PasswordMustChange
            | P::PhoneMismatch
            | P::CodeWrong
            | P::CodeExpired
            | P::CodeUsed
            | P::SecondStepLocked
            | P::SecondStepDisabled
    )
}

/// What was wrong with the fields of a form; under no field, what is wrong with nothing in it that can
/// be seen.
pub(super) fn errors(
    pages: &Pages<'_>,
    problem: &Problem,
    fields: &[&'static str],
) -> Vec<FieldError> {
    let language = pages.shown.language;
    let shown = |name: &str| fields.iter().copied().find(|field| *field == name);
    if problem.code == P::InvalidRequest {
        let faults = problem.members.get("errors").and_then(Value::as_array);
        let mut errors: Vec<FieldError> = Vec::new();
        for fault in faults.into_iter().flatten() {
            let pointer = fault.get("pointer").and_then(Value::as_str).unwrap_or_default();
            let code = fault.get("code").and_then(Value::as_str).unwrap_or_default();
            let name = pointer.trim_start_matches('/').replace('/', ".");
            let (name, code) = match name.as_str() {
                "captcha" => ("captcha.answer", code),
                // Where to go on to is the frontend's to say, and cannot be typed here.
                "return_url" | "challenge" => ("", "not_allowed"),
                name => (name, code),
            };
            let field = shown(name).unwrap_or_default();
            if errors.iter().all(|error| error.field != field) {
                errors.push(FieldError { field, text: page::fault(language, field, code) });
            }
        }
        // A field says more than the whole does.
        let some_field = errors.iter().any(|error| !error.field.is_empty());
        errors.retain(|error| !some_field || !error.field.is_empty());
        return errors;
    }
    let field = match problem.code {
        P::CaptchaUnknown | P::CaptchaExpired | P::CaptchaWrong | P::CaptchaSpent => {
            "captcha.answer"
        }
        P::PhoneMismatch => "phone",
        P::CodeWrong | P::CodeExpired | P::CodeUsed => "code",
        P::PasswordRejected if shown("beginning").is_some() && pages.asks_for_beginning() => {
            "beginning"
        }
        P::PasswordRejected => "password",
        _ => "",
    };
    let said = match problem.code {
        P::SignInFailed => page::fault(language, field, problem.code.as_str()),
        _ if field.is_empty() || field == "password" || field == "beginning" => {
            words(pages, problem).1
        }
        code => page::fault(language, field, code.as_str()),
    };
    // Of a captcha there is another one now, with all of its tries.
    let left = problem.members.get("attempts_left").filter(|_| field != "captcha.answer");
    let left = left.and_then(Value::as_u64);
    let left = left.map(|left| page::tries_left(language, u32::try_from(left).unwrap_or(0)));
    let text = [Some(said), left].into_iter().flatten().collect::<Vec<_>>().join(" ");
    vec![FieldError { field: shown(field).unwrap_or_default(), text }]
}

/// Title and detail.
fn words(pages: &Pages<'_>, problem: &Problem) -> (String, String) {
    let shown = pages.shown;
    let until = problem.members.get("until").and_then(Value::as_str);
    let until = until.and_then(|until| until.parse().ok());
    let after = problem.retry_after_seconds.map(|seconds| after(shown.now, seconds));
    let told = page::problem_words(&pages.around.frame(), problem.code, until.or(after));
    match problem.death {
        None => told,
        Some(_) => (told.0, problem.detail(shown.language, Some(shown.settings))),
    }
}

/// The page of a problem.
pub(super) fn page(pages: &Pages<'_>, problem: &Problem) -> String {
    let (title, detail) = words(pages, problem);
    let actions = actions(pages, problem);
    Trouble { frame: pages.around.frame(), title: &title, detail: &detail, actions }.html()
}

fn actions(pages: &Pages<'_>, problem: &Problem) -> Vec<Action> {
    let to = |page: &str| pages.around.page(page);
    let carried = pages.carried();
    let token = match pages.shown.form.text("token") {
        Some(token) => token,
        None => carried.get("link").and_then(Value::as_str).unwrap_or_default(),
    };
    let new_link = || match pages.new_link(token) {
        Some(form) => Action::NewLink(form),
        None => Action::Recover(to("recover")),
    };
    if let Some((_, _, remedy)) = problem.death {
        return match remedy {
            Remedy::RequestAgain => vec![new_link()],
            Remedy::UseNewerLink => match pages.new_link(token) {
                Some(form) => vec![Action::AnotherLink(form)],
                None => vec![new_link()],
            },
            Remedy::SignIn => vec![Action::SignIn(to("sign-in"))],
            Remedy::ContactSupport => vec![Action::Contact],
        };
    }
    let again = match pages.operation() {
        "sign-in" | "finish-sign-in" | "redeem-magic-link" | "federated-login" => "sign-in",
        // No page, or nobody's who was sent back.
        "" => "sign-in",
        "start-recovery" | "send-recovery-link" | "send-sms-code" | "check-sms-code" => "recover",
        "magic-login" => "magic",
        _ => "forgot-password",
    };
    match problem.code {
        P::SignInUnknown | P::SignInOver | P::ProviderUnknown | P::ProviderUnavailable => {
            vec![Action::SignIn(to("sign-in"))]
        }
        P::TenantUnknown | P::Internal => Vec::new(),
        P::LinkDamaged | P::LinkUnknown | P::GrantUnknown => {
            vec![Action::AskForLink(to("forgot-password")), Action::SignIn(to("sign-in"))]
        }
        P::AccountLocked => {
            vec![Action::Recover(to("recover")), Action::AskForLink(to("forgot-password"))]
        }
        P::AccountBlocked => vec![Action::Contact],
        P::PasswordDisabled | P::MagicLoginDisabled => {
            vec![Action::AskForLink(to("forgot-password")), Action::SignIn(to("sign-in"))]
        }
        P::Unavailable | P::TooManyRequests => match (pages.sent_again(), pages.shown.here) {
            (Some(form), _) => vec![Action::TryAgain(form)],
            (None, Some(here)) => {
                let lang = pages.shown.language.as_str();
                vec![Action::Again(format!("{here}?lang={lang}"))]
            }
            (None, None) => vec![Action::Again(to(again))],
        },
        _ => vec![Action::Again(to(again))],
    }
}

impl Pages<'_> {
    fn asks_for_beginning(&self) -> bool {
        self.carried().get("password").and_then(Value::as_str) == Some("choose_beginning")
    }

    /// The form that was just sent, where all of it is unseen: a button.
    fn sent_again(&self) -> Option<regain_notices::page::Form> {
        let text = |name| self.shown.form.text(name).unwrap_or_default();
        let (page, name) = match self.operation() {
            "click-link" => ("click-link", "token"),
            "withdraw-link" => ("withdraw-link", "token"),
            "redeem-magic-link" => ("redeem-magic-link", "token"),
            "unlock" => ("unlock", "grant"),
            "send-recovery-link" => ("send-recovery-link", "recovery"),
            _ => return None,
        };
        let sent = self.shown.here.is_none();
        sent.then(|| self.to(page, &[(name, text(name)), ("carried", text("carried"))]))
    }
}
