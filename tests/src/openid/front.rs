//! What stands before the providers: it passes requests on, counts them, and plays tricks.

#![expect(clippy::unwrap_used, reason = "a harness stops the test that it serves")]

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// More than any request or answer of the real providers.
const BYTES_MAX: usize = 1024 * 1024;
/// The real providers have crashed by then.
const PATIENCE: Duration = Duration::from_secs(60);
const CHUNK: &[u8] = &[b' '; 16 * 1024];

/// What functions ask of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Document {
    /// Where everything is.
    Discovery,
    /// The public keys.
    Keys,
    /// The ID token for a code.
    Token,
}

/// Another answer than the real one.
#[derive(Clone)]
pub enum Trick {
    /// The real JSON, changed.
    Changed(Arc<dyn Fn(&mut Value) + Send + Sync>),
    /// A status, and a body without a type.
    Status(u16, String),
    /// To somewhere else.
    Redirect(String),
    /// The real JSON, behind as many spaces as make it so many bytes.
    Padded(usize),
    /// The real answer, so much later.
    After(Duration),
    /// A body that never ends.
    Endless,
    /// A body that begins, and then nothing.
    Stalling,
    /// Nothing at all.
    Silence,
    /// The connection is cut.
    Cut,
}

impl Trick {
    /// The real JSON, changed.
    pub fn changed(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self::Changed(Arc::new(change))
    }
}

pub(super) struct Front {
    base: String,
    behind: String,
    http: reqwest::Client,
    tricks: Mutex<HashMap<Document, Trick>>,
    asked: Mutex<HashMap<Document, usize>>,
    running: OnceLock<JoinHandle<()>>,
}

impl Front {
    pub(super) async fn before(behind: String) -> Arc<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let front = Arc::new(Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            behind,
            http: client(),
            tricks: Mutex::default(),
            asked: Mutex::default(),
            running: OnceLock::new(),
        });
        // Weak, or the two would keep each other.
        let router = Router::new().fallback(answer).with_state(Arc::downgrade(&front));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        front.running.set(serving).unwrap();
        front
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }

    pub(super) fn play(&self, document: Document, trick: Trick) {
        self.tricks.lock().unwrap().insert(document, trick);
    }

    pub(super) fn play_fair(&self) {
        self.tricks.lock().unwrap().clear();
    }

    pub(super) fn asked(&self, document: Document) -> usize {
        self.asked.lock().unwrap().get(&document).copied().unwrap_or_default()
    }

    async fn pass_on(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let url = format!("{}{}", self.behind, parts.uri);
        let body = axum::body::to_bytes(body, BYTES_MAX).await.unwrap();
        // With its `Host`: issuers are called as the front is.
        let passed = self.http.request(parts.method, url).headers(parts.headers).body(body);
        let answer = passed.send().await.unwrap();
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(header::CONTENT_LENGTH);
        headers.remove(header::TRANSFER_ENCODING);
        (status, headers, answer.bytes().await.unwrap()).into_response()
    }

    async fn play_trick(&self, trick: Trick, request: Request) -> Response {
        match trick {
            Trick::Changed(change) => {
                let (mut parts, body) = self.pass_on(request).await.into_parts();
                let body = axum::body::to_bytes(body, BYTES_MAX).await.unwrap();
                let mut body: Value = serde_json::from_slice(&body).unwrap();
                change(&mut body);
                parts.headers.remove(header::CONTENT_LENGTH);
                Response::from_parts(parts, Body::from(body.to_string()))
            }
            Trick::Status(status, body) => {
                (StatusCode::from_u16(status).unwrap(), body).into_response()
            }
            Trick::Redirect(location) => {
                (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
            }
            Trick::Padded(bytes) => {
                let (mut parts, body) = self.pass_on(request).await.into_parts();
                let body = axum::body::to_bytes(body, BYTES_MAX).await.unwrap();
                parts.headers.remove(header::CONTENT_LENGTH);
                let spaces = " ".repeat(bytes - body.len()).into_bytes();
                Response::from_parts(parts, Body::from([spaces, body.to_vec()].concat()))
            }
            Trick::After(delay) => {
                tokio::time::sleep(delay).await;
                self.pass_on(request).await
            }
            Trick::Endless => streamed(stream::repeat(CHUNK)),
            Trick::Stalling => streamed(stream::iter([b" ".as_slice()]).chain(stream::pending())),
            Trick::Silence => std::future::pending().await,
            Trick::Cut => {
                let cut = stream::iter([Err::<Bytes, _>(std::io::Error::other("cut"))]);
                Body::from_stream(cut).into_response()
            }
        }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        if let Some(running) = self.running.get() {
            running.abort();
        }
    }
}

/// Of a browser that shows where it is sent, or of the front.
pub(super) fn client() -> reqwest::Client {
    let no_redirects = reqwest::redirect::Policy::none();
    let client = reqwest::Client::builder().no_proxy().redirect(no_redirects);
    // Nothing is kept: what idles would be closed by the other side just as it is used again.
    client.pool_max_idle_per_host(0).timeout(PATIENCE).build().unwrap()
}

fn streamed(chunks: impl stream::Stream<Item = &'static [u8]> + Send + 'static) -> Response {
    let chunks = chunks.map(|chunk| Ok::<_, Infallible>(Bytes::from_static(chunk)));
    Body::from_stream(chunks).into_response()
}

async fn answer(State(front): State<Weak<Front>>, request: Request) -> Response {
    let front = front.upgrade().unwrap();
    let path = request.uri().path();
    let document = [
        (Document::Discovery, "/.well-known/openid-configuration"),
        (Document::Keys, "/jwks"),
        (Document::Token, "/token"),
    ]
    .into_iter()
    .find_map(|(document, ending)| path.ends_with(ending).then_some(document));
    let trick = document.and_then(|document| {
        *front.asked.lock().unwrap().entry(document).or_default() += 1;
        front.tricks.lock().unwrap().get(&document).cloned()
    });
    match trick {
        None => front.pass_on(request).await,
        Some(trick) => front.play_trick(trick, request).await,
    }
}
