//! The form that was sent: whether it comes from these pages, what it holds, and where it leads.

use regain_domain::session::{GoesOn, is_challenge};
use regain_domain::{Language, Settings};
use regain_notices::ProblemCode;

use crate::Problem;
use crate::api::Operation;
use crate::body::{BODY_BYTES_MAX, Body, PageForm};
use crate::problem::Fault;
use crate::request::{Incoming, is_of};
use crate::routes::pages::{self, Page};

/// Whether a form comes from these pages. `Sec-Fetch-Site` says so, which no script can set; a browser
/// that does not send it names where the form was, and who is no browser has nobody's rights to abuse.
///
/// SECURITY: held by `a_form_from_elsewhere_is_refused`.
fn is_own(request: &Incoming<'_>) -> Result<(), Problem> {
    let text = |name| request.headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let is_own = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text("host")
        }
        (None, None) => true,
    };
    if is_own { Ok(()) } else { Err(Problem::new(ProblemCode::Forbidden)) }
}

/// What was typed, where that can be read.
pub(super) fn typed(request: &Incoming<'_>, page: &Page) -> Option<PageForm> {
    sent_form(request, pages::operation(page.sends?)?).ok()
}

/// The form that was sent from these pages.
pub(super) fn sent_form(
    request: &Incoming<'_>,
    operation: &Operation,
) -> Result<PageForm, Problem> {
    is_own(request)?;
    if request.body.len() > BODY_BYTES_MAX {
        return Err(Problem::new(ProblemCode::BodyTooLarge));
    }
    if !is_of(request, &["application/x-www-form-urlencoded"]) {
        return Err(Problem::new(ProblemCode::UnsupportedMediaType));
    }
    Ok(PageForm::read(operation, request.body))
}

/// The language that a form names.
pub(super) fn lang(form: &PageForm) -> Result<Option<Language>, Problem> {
    let Some(tag) = form.text("lang") else { return Ok(None) };
    let known = Language::ALL.into_iter().find(|language| language.as_str() == tag);
    let fault = || Problem::invalid(vec![Fault::new("/lang", "not_a_language")]);
    known.map(Some).ok_or_else(fault)
}

/// Where a page leads in the end, if the tenant allows it.
pub(super) fn goes_on(
    form: &PageForm,
    settings: &Settings,
    id: &str,
) -> Result<Option<GoesOn>, Problem> {
    let fault = |pointer, code| Err(Problem::invalid(vec![Fault::new(pointer, code)]));
    let signs_in = matches!(id, "sign-in" | "finish-sign-in" | "federated-login");
    match (form.text("return_url"), form.text("challenge")) {
        (None, None) => Ok(None),
        (None, Some(_)) => fault("/return_url", "required"),
        (Some(url), challenge) => match (settings.allowed_return_url(url), challenge) {
            (None, _) => fault("/return_url", "not_allowed"),
            (Some(_), None) if signs_in => fault("/challenge", "required"),
            (Some(_), None) => Ok(None),
            (Some(url), Some(challenge)) if is_challenge(challenge) => {
                Ok(Some(GoesOn { url, challenge: challenge.to_owned() }))
            }
            (Some(_), Some(_)) => fault("/challenge", "not_a_challenge"),
        },
    }
}

/// A password is typed twice. This slip costs nobody a try.
pub(super) fn confirmed(body: &Body, form: &PageForm) -> Result<(), Problem> {
    let differs = |name| match body.password(name) {
        Ok(password) => !password.is(form.text("confirm").unwrap_or_default()),
        // Its own fault is the step's to tell.
        Err(_) => false,
    };
    if ["password", "beginning"].into_iter().any(|name| body.has(name) && differs(name)) {
        let fault = Fault { pointer: "/confirm".to_owned(), code: "not_the_same" };
        return Err(Problem::invalid(vec![fault]));
    }
    Ok(())
}
