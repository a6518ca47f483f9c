//! See [`World`].

#![expect(clippy::unwrap_used, reason = "a harness stops the test that it serves")]

use std::net::IpAddr;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::{SignedDuration, Timestamp};
use process_outbox::{Mailer, Phones, ProcessOutbox};
use regain_domain::hashing::{Cost, Hasher};
use regain_domain::keys::Keyring;
use regain_domain::{AccountRef, Login, Settings, TenantId};
use regain_http::edge::Incoming;
use regain_http::{ResponseBody, SettingsCache, routes};
use regain_local::{Cloud, Delivered, Message, Options, Rel, VOICE_ORIGIN};
use regain_store::Store;
use serde_json::{Value, json};
use url::{Position, Url};

use crate::functions::{Functions, ring, store};

/// Where every suite begins. On the hour, so that limits have a whole window before them.
pub const NOW: &str = "2026-11-22T14:00:00Z";

pub(crate) const STACK: &str = "regain";
pub(crate) const PUBLIC_BASE: &str = "http://127.0.0.1:9000";

/// The moment so many seconds after [`NOW`].
pub fn after(seconds: i64) -> Timestamp {
    NOW.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

/// A Regain of its own: in memory, on free ports, gone when dropped.
pub struct World {
    /// The cloud beneath: calls, inbox, chaos, what is at rest.
    pub cloud: Cloud,
    /// The tables, with every right.
    pub store: Store,
    /// The keys of links.
    pub links: Keyring,
    functions: Functions,
    process_outbox: ProcessOutbox,
    /// The key of the operator.
    pub operator: String,
    /// The key of an admin of the tenant `demo`.
    pub admin: String,
    /// The key of its service desk.
    pub desk: String,
    /// A session of `ann@example.com`, of the whole day.
    pub session: String,
}

/// A request to be made. Start from [`Request::post`] and change what the test is about.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Path.
    pub path: String,
    /// Query string.
    pub query: String,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// The gateway's view of the caller.
    pub source_ip: Option<IpAddr>,
}

impl Request {
    /// JSON to an endpoint of the tenant `demo`.
    pub fn post(endpoint: &str, body: &Value) -> Self {
        Self {
            method: Method::POST,
            path: format!("/v1/demo/{endpoint}"),
            query: String::new(),
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into_bytes(),
            source_ip: Some([192, 0, 2, 7].into()),
        }
    }

    /// What a browser asks for at an address: a path, with or without a query.
    pub fn get(address: &str) -> Self {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        Self {
            method: Method::GET,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            ..Self::post("", &Value::Null)
        }
    }

    /// The same of a whole URL, as of one that somebody is sent back to.
    pub fn get_url(url: &str) -> Self {
        let url = Url::parse(url).unwrap();
        Self::get(&url[Position::BeforePath..Position::AfterQuery])
    }

    /// With a header more.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body; null if there was none, or none of JSON.
    pub body: Value,
    /// A body that is a picture, a sound or a page.
    pub bytes: Vec<u8>,
    /// The line in the log.
    pub log: Value,
}

impl Reply {
    /// The problem's code, or `""`.
    pub fn code(&self) -> &str {
        self.text("code")
    }

    /// A text in the body, or `""`.
    pub fn text(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A header, or `""`.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl World {
    /// With the tenant `demo` under default settings.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With the tenant `demo` under changed settings.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::with_cost(Cost { memory_kib: 64, passes: 1 }, change).await
    }

    /// The same, hashing at a cost; the others hash cheaply, because they do not ask how.
    pub async fn with_cost(cost: Cost, change: impl FnOnce(&mut Settings)) -> Self {
        let cloud = Cloud::start(Options::default()).unwrap();
        let links = ring(&cloud, "links");
        let admin = store(&cloud, regain_local::ADMIN).await;
        let senders = regain_store::Cloud::with(cloud.sdk("process-outbox").await, STACK);
        let outbox_store = store(&cloud, "process-outbox").await;
        let mut world = Self {
            functions: Functions::new(&cloud, || Hasher::new(cost)).await,
            process_outbox: ProcessOutbox {
                settings: SettingsCache::new(outbox_store.settings_loader()),
                store: outbox_store,
                links: ring(&cloud, "links"),
                mailer: Mailer::new(&senders, STACK),
                phones: Phones::new(&senders, Some(VOICE_ORIGIN.to_owned())),
                public_base: PUBLIC_BASE.to_owned(),
            },
            store: admin,
            links,
            operator: String::new(),
            admin: String::new(),
            desk: String::new(),
            session: String::new(),
            cloud,
        };
        world.seed(&Hasher::new(cost), change).await;
        world.session = world.session_without_a_call("ann@example.com").await;
        world.cloud.forget_calls();
        world
    }

    /// Gives every function another `links` secret, as a new sandbox reads it.
    pub fn rotate_links(&mut self, secret: &Value) {
        let ring = || Keyring::parse(&secret.to_string()).unwrap();
        self.links = ring();
        self.functions.rotate_links(ring);
        self.process_outbox.links = ring();
    }

    /// Has `federated-login` look for the providers there.
    pub fn look_for_providers_at(&mut self, base: &str) {
        self.functions.look_for_providers_at(base);
    }

    /// The same, and wait for no answer longer than this.
    pub fn wait_for_providers_at(&mut self, base: &str, answer_max: Duration) {
        self.functions.wait_for_providers_at(base, answer_max);
    }

    /// The tenant of the world.
    pub fn tenant(&self) -> TenantId {
        TenantId::parse("demo").unwrap()
    }

    /// The account of a login, as stored.
    pub async fn account(&self, login: &str) -> regain_domain::Account {
        let place = AccountRef::of(&self.tenant(), &Login::parse(login).unwrap());
        self.store.account(&self.tenant(), &place).await.unwrap().unwrap()
    }

    /// Makes a request at a moment.
    pub async fn send(&self, now: Timestamp, request: &Request) -> Reply {
        let headers: HeaderMap = request
            .headers
            .iter()
            .map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
            })
            .collect();
        let incoming = Incoming {
            method: &request.method,
            path: &request.path,
            query: &request.query,
            headers: &headers,
            body: &request.body,
            source_ip: request.source_ip,
            request_id: "request-id",
        };
        let route = routes::find(&request.path).map(|found| found.route.function);
        let page = routes::pages::find(&request.path).map(|found| found.route.function);
        let function = route.or(page).unwrap_or(routes::CATCH_ALL_FUNCTION);
        let (response, line) = self.functions.answer(function, now, incoming).await;
        let (parts, body) = response.into_parts();
        let is_of = |kind| parts.headers.get("content-type").is_some_and(|t| t == kind);
        let (lines, json) = (is_of("application/x-ndjson"), is_of("application/json"));
        let (body, bytes) = match body {
            ResponseBody::Bytes(bytes) => (Value::Null, bytes),
            ResponseBody::Text(text) if text.is_empty() => (Value::Null, Vec::new()),
            // Pages, their style and their script.
            ResponseBody::Text(text) if !lines && !json && !is_of("application/problem+json") => {
                (Value::Null, text.into_bytes())
            }
            // Lines are told as a list.
            ResponseBody::Text(text) if lines => {
                let lines = text.lines().map(|l| serde_json::from_str::<Value>(l).unwrap());
                (lines.collect(), Vec::new())
            }
            ResponseBody::Text(text) => (serde_json::from_str(&text).unwrap(), Vec::new()),
        };
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
            bytes,
            log: line.into_value(),
        }
    }

    /// Posts JSON to an endpoint of the tenant.
    pub async fn post(&self, now: Timestamp, endpoint: &str, body: Value) -> Reply {
        self.send(now, &Request::post(endpoint, &body)).await
    }

    /// Hands an event to `process-outbox`.
    pub async fn process(&self, now: Timestamp, event: &Value) -> Value {
        Box::pin(process_outbox::handle(&self.process_outbox, event, now)).await
    }

    /// Hands what is new in the outbox's stream to `process-outbox`.
    pub async fn deliver(&self, now: Timestamp) -> Delivered {
        let outbox = &self.process_outbox;
        let function =
            async |event: Value| Ok(Box::pin(process_outbox::handle(outbox, &event, now)).await);
        self.cloud.deliver(function).await.unwrap()
    }

    /// Runs the schedule of `process-outbox`.
    pub async fn schedule(&self, now: Timestamp) -> Value {
        self.process(now, &regain_local::scheduled_event()).await
    }

    /// Asks for a reset and delivers it; gives the token in the mail.
    pub async fn reset_token(&self, now: Timestamp, login: &str) -> String {
        let reply = self.post(now, "request-reset", json!({"login": login})).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        self.deliver(now).await;
        self.newest_token(login)
    }

    /// The token of the newest mail to an address.
    pub fn newest_token(&self, login: &str) -> String {
        token(&self.newest_mail(login), Rel::Action)
    }

    /// The token of the "this was not me" in the newest mail to an address.
    pub fn newest_not_me(&self, login: &str) -> String {
        token(&self.newest_mail(login), Rel::NotMe)
    }

    /// The newest mail to an address.
    pub fn newest_mail(&self, login: &str) -> Message {
        self.cloud.messages(Some(login)).into_iter().next().unwrap()
    }

    /// Clicks a link; gives the grant.
    pub async fn grant(&self, now: Timestamp, token: &str) -> String {
        let reply = self.post(now, "click-link", json!({"token": token})).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.text("grant").to_owned()
    }

    /// Signs in; gives the status and, if it failed, the code.
    pub async fn sign_in(&self, now: Timestamp, login: &str, password: &str) -> (u16, String) {
        let body = json!({"login": login, "password": password});
        let reply = self.post(now, "sign-in", body).await;
        (reply.status, reply.code().to_owned())
    }
}

/// The token in a mail's link.
fn token(mail: &Message, rel: Rel) -> String {
    let link = mail.links.iter().find(|link| link.rel == rel).unwrap();
    link.url.rsplit('/').next().unwrap_or_default().to_owned()
}
