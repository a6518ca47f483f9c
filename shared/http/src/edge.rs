//! From a request to a step and back.

use std::future::Future;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use futures_util::FutureExt;
use http::{HeaderMap, Method, Response, header};
use jiff::Timestamp;
use regain_domain::client::ClientAddress;
use regain_domain::keys::{DerivedKey, Keyring};
use regain_domain::{Language, Settings, SupportCode, TenantId};
use regain_notices::ProblemCode;

use crate::api::{Operation, Route};
use crate::body::{BODY_BYTES_MAX, Body};
use crate::log::chain;
use crate::{
    Answer, Call, LogLine, Problem, SettingsCache, call, conformance, cors, random, routes,
};

/// The part of a function that is the same in all of them.
pub struct Edge {
    function: &'static str,
    key: Arc<DerivedKey>,
    settings: SettingsCache,
    calls: Box<dyn Fn() -> u32 + Send + Sync>,
    warm: AtomicBool,
}

/// A request, as the gateway hands it over.
pub struct Incoming<'r> {
    /// Its method.
    pub method: &'r Method,
    /// Its path, as the gateway gives it.
    pub path: &'r str,
    /// Its headers.
    pub headers: &'r HeaderMap,
    /// Its body.
    pub body: &'r [u8],
    /// The address at the other end of the connection, as the gateway saw it.
    pub source_ip: Option<IpAddr>,
    /// The gateway's id of the request.
    pub request_id: &'r str,
}

/// What is known so far; a problem is answered with as much.
struct Known {
    route: Option<&'static Route>,
    settings: Option<Arc<Settings>>,
    language: Language,
}

enum Reply {
    Answer(&'static Operation, Answer),
    Preflight(&'static Route),
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
        Self { function, key, settings, calls: Box::new(calls), warm: AtomicBool::new(false) }
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
    ) -> (Response<String>, LogLine)
    where
        F: Fn(Arc<Call>) -> R,
        R: Future<Output = Result<Answer, Problem>>,
    {
        let (begun, calls_before) = (Instant::now(), (self.calls)());
        let line = Arc::new(LogLine::default());
        let mut known = Known {
            route: None,
            settings: None,
            language: accepted(&request).unwrap_or(Language::En),
        };
        let replied = self.reply(now, &request, &mut known, &line, step).await;
        let response = respond(&request, &known, &replied, &line);
        line.set("level", if response.status().is_server_error() { "error" } else { "info" });
        line.set("message", "call");
        line.set("time", now.to_string());
        line.set("function", self.function);
        line.set("http.method", request.method.as_str());
        line.set("http.route", known.route.map(|route| route.path));
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
        let (route, tenant) =
            routes::find(request.path).ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
        if route.function != self.function {
            return Err(Problem::new(ProblemCode::NotFound));
        }
        known.route = Some(route);
        let unknown = || Problem::new(ProblemCode::TenantUnknown);
        let tenant = TenantId::parse(tenant).map_err(|_| unknown())?;
        let settings = self.settings.get(&tenant, now).await.map_err(unavailable)?;
        let settings = settings.ok_or_else(unknown)?;
        line.set("tenant", tenant.as_str());
        let language_accepted = accepted(request).filter(|tag| settings.languages.contains(tag));
        known.language = language_accepted.unwrap_or(settings.default_language);
        known.settings = Some(Arc::clone(&settings));
        if request.method == Method::OPTIONS {
            return Ok(Reply::Preflight(route));
        }
        let operation = operation(route, request.method)?;
        let body = read_body(operation, request)?;
        let language_asked =
            body.language("language").filter(|asked| settings.languages.contains(asked));
        known.language = language_asked.unwrap_or(known.language);
        let address = request.source_ip.ok_or_else(|| Problem::new(ProblemCode::Internal))?;
        let client = ClientAddress::new(address);
        let support_code = SupportCode::new(random());
        line.set("support.code", support_code.as_str());
        let call = Arc::new(Call {
            now,
            operation,
            source: call::source(&self.key, &tenant, client),
            tenant,
            settings,
            body,
            language_asked,
            language_accepted,
            support_code,
            log: Arc::clone(line),
            client,
            edge_key: Arc::clone(&self.key),
        });
        // A panic is this request's alone: it answers 500, and the sandbox lives on.
        let stepped = AssertUnwindSafe(step(call)).catch_unwind().await;
        let answer = stepped.unwrap_or_else(|_| Err(Problem::new(ProblemCode::Internal)));
        conformance::check(operation, &answer);
        answer.map(|answer| Reply::Answer(operation, answer))
    }
}

fn unavailable(cause: Box<dyn std::error::Error + Send + Sync>) -> Problem {
    Problem { cause: Some(cause), ..Problem::unavailable() }
}

fn accepted(request: &Incoming<'_>) -> Option<Language> {
    let header = request.headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    Language::negotiate(header, &Language::ALL)
}

fn operation(route: &'static Route, method: &Method) -> Result<&'static Operation, Problem> {
    let asked = if method == Method::HEAD { "GET" } else { method.as_str() };
    let found = route.operations.iter().find(|operation| operation.method.as_str() == asked);
    found.ok_or_else(|| Problem {
        allow: Some(cors::allow(route)),
        ..Problem::new(ProblemCode::MethodNotAllowed)
    })
}

fn read_body(operation: &Operation, request: &Incoming<'_>) -> Result<Body, Problem> {
    if request.body.len() > BODY_BYTES_MAX {
        return Err(Problem::new(ProblemCode::BodyTooLarge));
    }
    if operation.body.is_empty() {
        return Ok(Body::default());
    }
    let content_type =
        request.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_json = content_type.is_some_and(|content_type| {
        let mut parts = content_type.split(';').map(str::trim);
        parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
            && parts.all(|parameter| parameter.eq_ignore_ascii_case("charset=utf-8"))
    });
    // A compressed body is not JSON yet, and nothing here inflates what a stranger sends.
    if !is_json || request.headers.contains_key(header::CONTENT_ENCODING) {
        return Err(Problem::new(ProblemCode::UnsupportedMediaType));
    }
    Body::read(operation, request.body)
}

/// On every answer.
const SECURITY_HEADERS: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
];

fn respond(
    request: &Incoming<'_>,
    known: &Known,
    replied: &Result<Reply, Problem>,
    line: &LogLine,
) -> Response<String> {
    let origin = request.headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    let settings = known.settings.as_deref();
    let mut headers = cors::headers(settings, origin);
    headers.extend(SECURITY_HEADERS.map(|(name, value)| (name, value.to_owned())));
    let mut cache = "no-store".to_owned();
    let (status, body) = match replied {
        Ok(Reply::Answer(operation, answer)) => {
            if let Some(seconds) = answer.cache_seconds {
                cache = format!("public, max-age={seconds}");
            }
            headers.push(("content-type", "application/json".to_owned()));
            (operation.status, answer.body.to_string())
        }
        Ok(Reply::Preflight(route)) => {
            headers.extend(
                settings
                    .map(|settings| cors::preflight(route, settings, origin))
                    .unwrap_or_default(),
            );
            (204, String::new())
        }
        Err(problem) => {
            headers.push(("content-type", "application/problem+json".to_owned()));
            headers.push(("content-language", known.language.as_str().to_owned()));
            headers.extend(problem.allow.clone().map(|allow| ("allow", allow)));
            headers.extend(
                problem.retry_after_seconds.map(|after| ("retry-after", after.to_string())),
            );
            line.set("problem", problem.code.as_str());
            if let Some(cause) = &problem.cause {
                line.set("error", chain(cause.as_ref()));
            }
            (problem.status(), problem.document(known.language, request.request_id).to_string())
        }
    };
    headers.push(("cache-control", cache));
    let bodyless = request.method == Method::HEAD || body.is_empty();
    let body = if bodyless { String::new() } else { body };
    let builder =
        headers.into_iter().fold(Response::builder().status(status), |builder, (name, value)| {
            builder.header(name, value)
        });
    builder.body(body).unwrap_or_else(|_| {
        // Only a header value that is none can lead here; all of ours are.
        let mut bare = Response::new(String::new());
        *bare.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
        bare
    })
}

#[cfg(test)]
#[path = "edge_tests.rs"]
mod tests;
