//! The inbox's JSON interface, and the switches beside it.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response, Sse, sse::KeepAlive},
    routing::{get, post},
};
use regain_domain::{captcha, keys::Keyring, seal::Seal};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{chaos::Chaos, events, shared::Shared};

/// The pages that people begin at, by what a link to them says.
const PAGES: [(&str, &str); 4] = [
    ("Sign in", "sign-in"),
    ("Forgot password", "forgot-password"),
    ("Sign in by mail", "magic"),
    ("Locked out", "recover"),
];

/// `/api/…` of the inbox's port.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/messages", get(messages).delete(clear))
        .route("/api/events", get(tell))
        .route("/api/pages", get(pages))
        .route("/api/captcha/{id}", get(captcha))
        .route("/api/chaos", get(chaos).put(set_chaos).delete(end_chaos))
        .route("/api/schedule", post(run_schedule))
        .route("/api/dead-letters", get(dead_letters))
        .with_state(shared)
}

#[derive(Deserialize)]
struct Filter {
    to: Option<String>,
}

async fn messages(State(shared): State<Arc<Shared>>, Query(filter): Query<Filter>) -> Response {
    Json(shared.inbox.messages(filter.to.as_deref())).into_response()
}

async fn clear(State(shared): State<Arc<Shared>>) -> Response {
    match shared.inbox.clear() {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
    }
}

/// Messages as they come; a caller that was cut off says which it had last.
async fn tell(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> impl IntoResponse {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    Sse::new(events::stream(shared, last.map(str::to_owned))).keep_alive(KeepAlive::default())
}

/// The hosted pages of the demo, for who looks around; none where no API runs.
async fn pages(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let Some(api) = shared.api.get() else { return Json(json!([])) };
    let page = |(name, path)| json!({"name": name, "url": format!("{}/p/{}/{path}", api.base, api.tenant)});
    Json(PAGES.map(page).into_iter().collect())
}

/// What only a person should be able to tell; here, so that tests need no eyes.
async fn captcha(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let secret = shared.secrets.get(&format!("{}/edge", shared.template.stack));
    let keys = secret.and_then(|secret| Keyring::parse(&secret).ok());
    let answer =
        keys.and_then(|keys| captcha::answer_of(&Seal::new(&keys, captcha::SEAL_LABEL), &id));
    match answer {
        Some(answer) => Json(json!({"answer": answer})).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn chaos(State(shared): State<Arc<Shared>>) -> Json<Chaos> {
    Json(shared.switches.get())
}

/// Sets all switches: what the body does not name is off.
async fn set_chaos(State(shared): State<Arc<Shared>>, Json(body): Json<Value>) -> Response {
    match serde_json::from_value::<Chaos>(body) {
        Ok(chaos) => {
            shared.switches.set(chaos);
            Json(shared.switches.get()).into_response()
        }
        Err(error) => {
            (StatusCode::BAD_REQUEST, Json(json!({"error": error.to_string()}))).into_response()
        }
    }
}

async fn end_chaos(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.switches.set(Chaos::default());
    StatusCode::NO_CONTENT
}

/// The next minute, now.
async fn run_schedule(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.schedule_now.notify_one();
    StatusCode::ACCEPTED
}

async fn dead_letters(State(shared): State<Arc<Shared>>) -> Json<Vec<Value>> {
    let mut letters = Vec::new();
    for pump in &shared.pumps {
        letters.extend_from_slice(pump.lock().await.dead_letters());
    }
    Json(letters)
}
