//! The hosted pages at the edge. A page is a frontend that runs inside the function: what a form
//! sent becomes the body of the same call that a frontend would make, and what the step answers is
//! drawn. Nothing here decides anything about an account.
//!
//! Everything ends in a page that can be read, whatever came in: an unknown path, a foreign form, a
//! tenant that is not there.

mod assets;
mod draw;
mod frame;
mod sent;
mod trouble;
mod views;

use std::future::Future;
use std::sync::Arc;

use http::{Method, header};
use jiff::Timestamp;
use regain_domain::captcha::Challenge;
use regain_domain::{Language, Settings, TenantId};
use regain_notices::ProblemCode;

use crate::body::{Body, PageForm};
use crate::call::Hosted;
use crate::edge::{Asked, Edge, Known, stepped};
use crate::request::{Incoming, accepted, header};
use crate::respond::log_problem;
use crate::routes::pages::{self, Opens, Page};
use crate::{Answer, Call, LogLine, Problem, random};

use self::draw::draw;
use self::sent::{confirmed, goes_on, lang, sent_form, typed};

/// A page, ready to be sent.
pub(crate) struct Html {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) cache: &'static str,
    content_type: &'static str,
    language: Language,
    location: Option<String>,
    allow: Option<&'static str>,
    retry_after_seconds: Option<u32>,
    /// Where forms may lead, beside these pages.
    leads_to: Vec<String>,
}

const NO_STORE: &str = "no-store";

impl Html {
    fn new(status: u16, language: Language, body: String) -> Self {
        Self {
            status,
            body,
            cache: NO_STORE,
            content_type: "text/html; charset=utf-8",
            language,
            location: None,
            allow: None,
            retry_after_seconds: None,
            leads_to: Vec::new(),
        }
    }

    /// Its headers, but those of every answer.
    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("vary", "Accept-Language".to_owned()),
            ("content-type", self.content_type.to_owned()),
            ("content-language", self.language.as_str().to_owned()),
            // A browser asks this of where a form's answer sends it on to, too.
            ("content-security-policy", policy(&self.leads_to)),
            ("cross-origin-opener-policy", "same-origin".to_owned()),
        ];
        headers.extend(self.location.clone().map(|location| ("location", location)));
        headers.extend(self.allow.map(|allow| ("allow", allow.to_owned())));
        headers.extend(self.retry_after_seconds.map(|after| ("retry-after", after.to_string())));
        headers
    }
}

/// More origins than a header has room for: a gateway drops one that is too long.
const LEADS_TO_BYTES_MAX: usize = 4096;

/// What comes from settings stands last: whatever it held, it could loosen nothing before it.
fn policy(leads_to: &[String]) -> String {
    let mut policy = "default-src 'none'; style-src 'self'; script-src 'self'; \
                      img-src 'self' data:; media-src 'self'; frame-ancestors 'none'; \
                      base-uri 'none'; form-action 'self'"
        .to_owned();
    let longest = policy.len() + LEADS_TO_BYTES_MAX;
    for origin in leads_to {
        if policy.len() + 1 + origin.len() <= longest {
            policy.push(' ');
            policy.push_str(origin);
        }
    }
    policy
}

/// What a page shows.
pub(crate) enum Outcome {
    /// A form, not sent yet; or sent only to be shown again.
    Opened,
    /// What the step answered.
    Answered(Answer),
    /// Or why it did not.
    Refused(Problem),
}

/// All that a page is drawn from.
pub(crate) struct Shown<'a> {
    /// None: there is no such page.
    pub(crate) page: Option<&'static Page>,
    /// The path, where it can be opened again.
    pub(crate) here: Option<&'a str>,
    pub(crate) tenant: &'a TenantId,
    pub(crate) settings: &'a Settings,
    pub(crate) language: Language,
    pub(crate) now: Timestamp,
    pub(crate) form: &'a PageForm,
    /// The id of a captcha that was made for this page.
    pub(crate) captcha: &'a dyn Fn() -> String,
}

impl Edge {
    /// Answers a request for a page.
    pub(crate) async fn page<F, R>(
        &self,
        now: Timestamp,
        request: &Incoming<'_>,
        known: &mut Known,
        line: &Arc<LogLine>,
        step: F,
    ) -> Html
    where
        F: Fn(Arc<Call>) -> R,
        R: Future<Output = Result<Answer, Problem>>,
    {
        let found = pages::find(request.path);
        let page = found.as_ref().map(|found| found.route);
        known.path = page.map(|page| page.path);
        if page.is_some_and(|page| page.opens == Opens::ChangePassword) {
            return self.change_password(request, known.language);
        }
        // A path that is no page may still be below a tenant.
        let named = request.path.split('/').nth(2);
        let ((tenant, settings), missing) = self.whose(named, now).await;
        if missing.is_none() {
            line.set("tenant", tenant.as_str());
        }
        known.settings = Some(Arc::clone(&settings));
        // Named by what is in it, so that of no tenant is there too, for the page that says so.
        if let Some(found) = &found
            && found.route.opens == Opens::Asset
            && is_read(request)
        {
            return assets::asset(&settings, found.param("file").unwrap_or_default());
        }
        let token = found.as_ref().and_then(|found| found.param("token")).unwrap_or_default();
        let mut form = match request.method {
            &Method::POST => PageForm::default(),
            _ => PageForm::of_link(token, request.query),
        };
        let mut language = self.spoken(request, &settings);
        let outcome = match (missing, page) {
            (Some(problem), _) => {
                // What was typed is there for the next try.
                form = page.and_then(|page| typed(request, page)).unwrap_or(form);
                language = lang(&form).ok().flatten().unwrap_or(language);
                Err(problem)
            }
            (None, None) => Err(Problem::new(ProblemCode::NotFound)),
            (None, Some(page)) => {
                let sent = Sent { now, request, line, page, whose: (&tenant, &settings) };
                self.outcome(sent, &mut form, &mut language, step).await
            }
        };
        known.language = language;
        let outcome = match outcome {
            Ok(None) => Outcome::Opened,
            Ok(Some(answer)) => Outcome::Answered(answer),
            Err(problem) => Outcome::Refused(problem),
        };
        let captcha = || self.captcha(&tenant, language, now);
        let shown = Shown {
            page,
            here: (request.method != Method::POST).then_some(request.path),
            tenant: &tenant,
            settings: &settings,
            language,
            now,
            form: &form,
            captcha: &captcha,
        };
        if let Outcome::Refused(problem) = &outcome {
            log_problem(line, problem);
        }
        draw(&shown, &outcome)
    }
}

impl Edge {
    /// The tenant of a page, as far as it is known, and why it is not.
    async fn whose(
        &self,
        named: Option<&str>,
        now: Timestamp,
    ) -> ((TenantId, Arc<Settings>), Option<Problem>) {
        match self.tenant(named, now).await {
            Ok(whose) => (whose, None),
            // Whoever comes again on a better day comes to the same address.
            Err(problem) => {
                let tenant = named.and_then(|named| TenantId::parse(named).ok());
                let tenant = tenant.unwrap_or_else(TenantId::installation);
                ((tenant, Arc::new(Settings::default())), Some(problem))
            }
        }
    }
}

/// A request for a page of a tenant that is there.
struct Sent<'a> {
    now: Timestamp,
    request: &'a Incoming<'a>,
    line: &'a Arc<LogLine>,
    page: &'static Page,
    whose: (&'a TenantId, &'a Arc<Settings>),
}

impl Edge {
    /// What the step answers; nothing, where a form is shown that was not sent.
    async fn outcome<F, R>(
        &self,
        sent: Sent<'_>,
        form: &mut PageForm,
        language: &mut Language,
        step: F,
    ) -> Result<Option<Answer>, Problem>
    where
        F: Fn(Arc<Call>) -> R,
        R: Future<Output = Result<Answer, Problem>>,
    {
        let Sent { now, request, line, page, whose: (tenant, settings) } = sent;
        let is_sent = request.method == Method::POST;
        let (id, is_asked) = match (request.method.as_str(), page.opens, page.sends) {
            ("GET" | "HEAD", Opens::Form(id), _) => (id, false),
            ("GET" | "HEAD", Opens::Asked(id), _) | ("POST", _, Some(id)) => (id, true),
            _ => return Err(Problem::new(ProblemCode::MethodNotAllowed)),
        };
        let unknown = || Problem::new(ProblemCode::NotFound);
        let operation = pages::operation(id).ok_or_else(unknown)?;
        if is_sent {
            *form = sent_form(request, operation)?;
        }
        let named = match is_sent {
            true => lang(form)?,
            // A link may name any language; a page that is there beats one that complains.
            false => form.text("lang").and_then(Language::from_tag),
        };
        let named = named.filter(|named| settings.languages.contains(named));
        *language = named.unwrap_or(*language);
        let goes_on = goes_on(form, settings, id)?;
        if id == "magic-login" && !settings.magic_login.enabled {
            return Err(Problem::new(ProblemCode::MagicLoginDisabled));
        }
        // Another picture, say: the form again, with what was typed.
        if !is_asked || form.text("again").is_some() {
            return Ok(None);
        }
        let body = Body::of_form(operation, form)?;
        if id == "set-password" {
            confirmed(&body, form)?;
        }
        let asked = Asked {
            language_asked: body.language("language").and(named),
            language_accepted: accepted(request).filter(|tag| settings.languages.contains(tag)),
            body,
            hosted: Some(Hosted { language: *language, goes_on }),
            ..Asked::default()
        };
        let whose = (tenant.clone(), Arc::clone(settings));
        let call = self.call(now, request, line, operation, whose, asked)?;
        stepped(operation, step(call)).await.map(Some)
    }

    /// The page of a person who was sent back here: what is still asked for, or why it ends here.
    pub(crate) fn sent_back(
        now: Timestamp,
        known: &Known,
        tenant: &TenantId,
        came_of_it: Result<Answer, Problem>,
        line: &LogLine,
    ) -> Html {
        let (page, language, outcome) = match came_of_it {
            Ok(answer) => (pages::of("sign-in"), answer.page, Outcome::Answered(answer)),
            Err(problem) => {
                log_problem(line, &problem);
                (None, problem.page, Outcome::Refused(problem))
            }
        };
        let settings = known.settings.clone().unwrap_or_default();
        let form = match &outcome {
            Outcome::Answered(Answer { goes_on: Some(goes_on), .. }) => PageForm::leading(goes_on),
            _ => PageForm::default(),
        };
        let shown = Shown {
            page,
            here: None,
            tenant,
            settings: &settings,
            language: language.unwrap_or(known.language),
            now,
            form: &form,
            captcha: &String::new,
        };
        draw(&shown, &outcome)
    }

    /// The language of a page before its form is read.
    fn spoken(&self, request: &Incoming<'_>, settings: &Settings) -> Language {
        let accepted = header(request, &header::ACCEPT_LANGUAGE)
            .and_then(|ranges| Language::negotiate(ranges, &settings.languages));
        accepted.unwrap_or(settings.default_language)
    }

    fn captcha(&self, tenant: &TenantId, language: Language, now: Timestamp) -> String {
        Challenge::new(tenant, language, random(), now).seal(&self.captchas, random())
    }

    /// W3C, "A Well-Known URL for Changing Passwords".
    fn change_password(&self, request: &Incoming<'_>, language: Language) -> Html {
        match &self.home {
            Some(home) if is_read(request) => Html {
                location: Some(format!("/p/{home}/forgot-password")),
                ..Html::new(303, language, String::new())
            },
            Some(_) => Html { allow: Some("GET, HEAD"), ..Html::new(405, language, String::new()) },
            None => Html::new(404, language, String::new()),
        }
    }
}

fn is_read(request: &Incoming<'_>) -> bool {
    matches!(*request.method, Method::GET | Method::HEAD)
}
