//! From a request to a step and back.

use std::error::Error;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use futures_util::FutureExt;
use http::{Method, Response, header};
use jiff::Timestamp;
use regain_domain::api_key::{ApiKey, Credential};
use regain_domain::captcha;
use regain_domain::client::ClientAddress;
use regain_domain::keys::{DerivedKey, Keyring};
use regain_domain::seal::Seal;
use regain_domain::{Language, Session, Settings, SupportCode, TenantId};
use regain_notices::ProblemCode;

use crate::answer::ResponseBody;
use crate::api::{self, Access, Operation, Route};
use crate::authorize::{ApiKeys, bearer};
use crate::body::{Body, Line};
use crate::call::Hosted;
use crate::pages::Html;
pub use crate::request::Incoming;
use crate::request::{accepted, header, read_body, takes_pages};
use crate::respond::respond;
use crate::{
    Answer, Call, LogLine, Problem, Sessions, SettingsCache, call, conformance, cors, random,
    routes,
};

/// The part of a function that is the same in all of them.
pub struct Edge {
    function: &'static str,
    key: Arc<DerivedKey>,
    settings: SettingsCache,
    api_keys: Option<ApiKeys>,
    sessions: Option<Arc<Sessions>>,
    /// Seals the captchas of pages.
    pub(crate) captchas: Seal,
    /// Whose the page is where the installation's passwords are changed.
    pub(crate) home: Option<TenantId>,
    calls: Box<dyn Fn() -> u32 + Send + Sync>,
    warm: AtomicBool,
}

/// What is known so far; a problem is answered with as much.
pub(crate) struct Known {
    /// The path of the row, for the log.
    pub(crate) path: Option<&'static str>,
    pub(crate) settings: Option<Arc<Settings>>,
    pub(crate) language: Language,
    /// Of a path that a browser was sent back to: whose.
    sent_back: Option<TenantId>,
}

pub(crate) enum Reply {
    Answer(&'static Operation, Answer),
    Preflight(&'static Route),
    Page(Html),
}

/// What a call is made of, beside what every request has.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) key: Option<ApiKey>,
    pub(crate) session: Option<Session>,
    pub(crate) body: Body,
    pub(crate) lines: Vec<Line>,
    pub(crate) query: Body,
    pub(crate) params: Vec<(&'static str, String)>,
    pub(crate) language_asked: Option<Language>,
    pub(crate) language_accepted: Option<Language>,
    pub(crate) hosted: Option<Hosted>,
}

impl Edge {
    /// `edge` is the secret of that name; `calls` counts the store's calls, for the log.
    pub fn new(
        function: &'static str,
        edge: &Keyring,
        settings: SettingsCache,
        calls: impl Fn() -> u32 + Send + Sync + 'static,
    ) -> Self {
        let key = Arc::new(edge.derive_current("regain edge v1"));
        Self {
            function,
            key,
            settings,
            api_keys: None,
            sessions: None,
            captchas: Seal::new(edge, captcha::SEAL_LABEL),
            home: None,
            calls: Box::new(calls),
            warm: AtomicBool::new(false),
        }
    }

    /// With the function that finds a key of the back office, and notes that it was used. (The edge
    /// knows no store, so it is handed one.)
    #[must_use]
    pub fn with_api_keys<F, R, E>(self, find: F) -> Self
    where
        F: Fn(Credential, Timestamp) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Option<ApiKey>, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        Self { api_keys: Some(ApiKeys::new(find)), ..self }
    }

    /// With what tells sessions.
    #[must_use]
    pub fn with_sessions(self, sessions: Arc<Sessions>) -> Self {
        Self { sessions: Some(sessions), ..self }
    }

    /// With the tenant that the installation's `/.well-known/change-password` leads to.
    #[must_use]
    pub fn with_home(self, home: Option<TenantId>) -> Self {
        Self { home, ..self }
    }

    pub(crate) fn function(&self) -> &'static str {
        self.function
    }

    /// Answers one request at one moment, and gives the line to be logged.
    pub async fn answer<F, R>(
        &self,
        now: Timestamp,
        request: Incoming<'_>,
        step: F,
    ) -> (Response<ResponseBody>, LogLine)
    where
        F: Fn(Arc<Call>) -> R,
        R: Future<Output = Result<Answer, Problem>>,
    {
        let (begun, calls_before) = (Instant::now(), (self.calls)());
        let line = Arc::new(LogLine::default());
        let mut known = Known {
            path: None,
            settings: None,
            language: accepted(&request).unwrap_or(Language::En),
            sent_back: None,
        };
        let replied = match routes::pages::serves(self.function, request.path) {
            true => Ok(Reply::Page(self.page(now, &request, &mut known, &line, step).await)),
            false => self.reply(now, &request, &mut known, &line, step).await,
        };
        let replied = match (replied, &known.sent_back) {
            (Err(problem), Some(tenant)) if takes_pages(&request) => {
                Ok(Reply::Page(Self::sent_back(now, &known, tenant, Err(problem), &line)))
            }
            (Ok(Reply::Answer(_, answer)), Some(tenant)) if answer.page.is_some() => {
                Ok(Reply::Page(Self::sent_back(now, &known, tenant, Ok(answer), &line)))
            }
            (replied, _) => replied,
        };
        let response = respond(&request, &known, &replied, &line);
        line.set("level", if response.status().is_server_error() { "error" } else { "info" });
        line.set("message", "call");
        line.set("time", now.to_string());
        line.set("function", self.function);
        line.set("http.method", request.method.as_str());
        line.set("http.route", known.path);
        line.set("http.status", response.status().as_u16());
        line.set("request.id", request.request_id);
        line.set("dynamodb.calls", (self.calls)() - calls_before);
        line.set("duration.ms", u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
        line.set("cold", !self.warm.swap(true, Ordering::Relaxed));
        drop(replied);
        (response, Arc::into_inner(line).unwrap_or_default())
    }

    async fn reply<F, R>(
        &self,
        now: Timestamp,
        request: &Incoming<'_>,
        known: &mut Known,
        line: &Arc<LogLine>,
        step: F,
    ) -> Result<Reply, Problem>
    where
        F: Fn(Arc<Call>) -> R,
        R: Future<Output = Result<Answer, Problem>>,
    {
        let found =
            routes::find(request.path).ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
        let route = found.route;
        if route.function != self.function {
            return Err(Problem::new(ProblemCode::NotFound));
        }
        known.path = Some(route.path);
        let named = found.param("tenant");
        let operation = routes::operation(route, request.method.as_str());
        // Before anything of the tenant is read: a stranger learns nothing here.
        let key = match operation.map(|operation| operation.access) {
            Some(Access::Key(role)) => {
                let authorization = header(request, &header::AUTHORIZATION);
                Some(
                    ApiKeys::authorize(&self.api_keys, role, named, authorization, now, line)
                        .await?,
                )
            }
            Some(Access::Public | Access::SignedIn | Access::PublicOrSignedIn) | None => None,
        };
        let (tenant, settings) = self.tenant(named, now).await?;
        line.set("tenant", tenant.as_str());
        let language_accepted = accepted(request).filter(|tag| settings.languages.contains(tag));
        known.language = language_accepted.unwrap_or(settings.default_language);
        known.settings = Some(Arc::clone(&settings));
        let is_sent_back =
            operation.is_some_and(|operation| operation.method == api::Method::SentBack);
        known.sent_back = is_sent_back.then(|| tenant.clone());
        if request.method == Method::OPTIONS {
            return Ok(Reply::Preflight(route));
        }
        let operation = operation.ok_or_else(|| Problem {
            allow: Some(cors::allow(route)),
            ..Problem::new(ProblemCode::MethodNotAllowed)
        })?;
        let session = self.session(operation.access, request, &tenant, now)?;
        let (body, lines) = read_body(operation, request)?;
        let query = match operation.query {
            [] => Body::default(),
            _ => Body::query(operation, request.query)?,
        };
        let language_asked =
            body.language("language").filter(|asked| settings.languages.contains(asked));
        known.language = language_asked.unwrap_or(known.language);
        let asked = Asked {
            key,
            session,
            body,
            lines,
            query,
            params: found.into_params(),
            language_asked,
            language_accepted,
            hosted: None,
        };
        let call = self.call(now, request, line, operation, (tenant, settings), asked)?;
        stepped(operation, step(call)).await.map(|answer| Reply::Answer(operation, answer))
    }

    /// The call of a request that was checked.
    pub(crate) fn call(
        &self,
        now: Timestamp,
        request: &Incoming<'_>,
        line: &Arc<LogLine>,
        operation: &'static Operation,
        (tenant, settings): (TenantId, Arc<Settings>),
        asked: Asked,
    ) -> Result<Arc<Call>, Problem> {
        let address = request.source_ip.ok_or_else(|| Problem::new(ProblemCode::Internal))?;
        let client = ClientAddress::new(address);
        let support_code = SupportCode::new(random());
        line.set("support.code", support_code.as_str());
        Ok(Arc::new(Call {
            now,
            operation,
            source: call::source(&self.key, &tenant, client),
            tenant,
            settings,
            key: asked.key,
            session: asked.session,
            body: asked.body,
            lines: asked.lines,
            query: asked.query,
            // One that cannot be read is there all the same, and matches nothing.
            if_match: request
                .headers
                .get(header::IF_MATCH)
                .map(|tags| tags.to_str().unwrap_or_default().to_owned()),
            params: asked.params,
            language_asked: asked.language_asked,
            language_accepted: asked.language_accepted,
            hosted: asked.hosted,
            support_code,
            log: Arc::clone(line),
            client,
            edge_key: Arc::clone(&self.key),
        }))
    }
}

/// What a step comes to. A panic is this request's alone: it answers 500, and the sandbox lives on.
pub(crate) async fn stepped(
    operation: &'static Operation,
    step: impl Future<Output = Result<Answer, Problem>>,
) -> Result<Answer, Problem> {
    let stepped = AssertUnwindSafe(step).catch_unwind().await;
    let answer = stepped.unwrap_or_else(|_| Err(Problem::new(ProblemCode::Internal)));
    conformance::check(operation, &answer);
    answer
}

impl Edge {
    /// The tenant in the path and its settings; without one, the installation.
    pub(crate) async fn tenant(
        &self,
        named: Option<&str>,
        now: Timestamp,
    ) -> Result<(TenantId, Arc<Settings>), Problem> {
        let Some(named) = named else {
            return Ok((TenantId::installation(), Arc::new(Settings::default())));
        };
        let unknown = || Problem::new(ProblemCode::TenantUnknown);
        let tenant = TenantId::parse(named).map_err(|_| unknown())?;
        let settings = self.settings.get(&tenant, now).await.map_err(Problem::down)?;
        Ok((tenant, settings.ok_or_else(unknown)?))
    }
}

impl Edge {
    /// The session that a call comes with. Whether it still stands is the step's to ask.
    ///
    /// SECURITY: held by `a_forged_session_is_none`.
    fn session(
        &self,
        access: Access,
        request: &Incoming<'_>,
        tenant: &TenantId,
        now: Timestamp,
    ) -> Result<Option<Session>, Problem> {
        let authorization = header(request, &header::AUTHORIZATION);
        match (access, authorization) {
            (Access::Public | Access::Key(_), _) | (Access::PublicOrSignedIn, None) => Ok(None),
            (Access::SignedIn | Access::PublicOrSignedIn, authorization) => {
                let unauthorized = || Problem::new(ProblemCode::Unauthorized);
                let token = authorization.and_then(bearer).ok_or_else(unauthorized)?;
                let sessions = self.sessions.as_ref().ok_or_else(unauthorized)?;
                sessions.read(tenant, token, now).map(Some)
            }
        }
    }
}

#[cfg(test)]
#[path = "edge_tests.rs"]
mod tests;
