//! The API as a web page, `/docs` of the inbox: `infra/openapi.json` shown by Swagger UI, whose
//! files come from npm and are served from this machine.
//!
//! "Try it out" works for every operation: the page's calls go to its own origin and are handed on
//! from there. On the API itself the origins are the tenant's, as anywhere, and the back office
//! answers to no page at all.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Json, Router,
    body::to_bytes,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use serde_json::{Value, json};

use crate::{
    inbox_page::{CSS, JAVASCRIPT, page},
    shared::Shared,
};

const DOCUMENT: &str = include_str!("../../openapi.json");
const PAGE: &str = include_str!("../page/api/index.html");
const SCRIPT: &str = include_str!("../page/api/api.js");

/// What is served of Swagger UI: what the page names, and the licences.
const FILES: [(&str, &str); 5] = [
    ("swagger-ui.css", CSS),
    ("swagger-ui-bundle.js", JAVASCRIPT),
    ("swagger-ui-bundle.js.LICENSE.txt", TEXT),
    ("LICENSE", TEXT),
    ("NOTICE", TEXT),
];
const TEXT: &str = "text/plain; charset=utf-8";

/// Swagger UI writes style attributes, and its icons are `data:` URLs. Its calls go to `/docs/api`.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

const ABSENT: &str = "The API page is not installed yet: if it stays so, `cargo xtask tool \
     swagger-ui-dist` installs it or says why it cannot; then reload this page.\n";

const NO_API: &str = "No API runs beside this inbox: start it with `cargo xtask up`.\n";

/// Where calls are handed on from.
const HANDED_ON: &str = "/docs/api";

/// API Gateway's own limit.
const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;

/// What belongs to one connection, or says that a page of another origin calls. Here it is the
/// developer who does.
const NOT_HANDED_ON: [HeaderName; 6] = [
    header::HOST,
    header::ORIGIN,
    header::REFERER,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
];

/// `/docs` of the inbox's port.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/docs", get(show))
        .route("/docs/openapi.json", get(document))
        .route("/docs/api.js", get(|| async { ([(header::CONTENT_TYPE, JAVASCRIPT)], SCRIPT) }))
        .route("/docs/{file}", get(file))
        .route("/docs/api/{*path}", any(hand_on))
        .with_state(shared)
}

async fn show(State(shared): State<Arc<Shared>>) -> Response {
    let there = match path_of(&shared, "swagger-ui-bundle.js") {
        Some(path) => tokio::fs::try_exists(path).await.unwrap_or(false),
        None => false,
    };
    if there {
        page(POLICY, PAGE)
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, ABSENT).into_response()
    }
}

/// The document, with the API that runs here in place of the one it names.
async fn document(State(shared): State<Arc<Shared>>) -> Response {
    let mut document: Value = serde_json::from_str(DOCUMENT).unwrap_or_default();
    if let (Some(api), Some(document)) = (shared.api.get(), document.as_object_mut()) {
        document.insert("servers".to_owned(), json!([{"url": api.base}]));
    }
    Json(document).into_response()
}

async fn file(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    let known = FILES.iter().find(|(known, _)| *known == name);
    let Some(((_, kind), path)) = known.zip(path_of(&shared, &name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match tokio::fs::read(path).await {
        Ok(bytes) => ([(header::CONTENT_TYPE, *kind)], bytes).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn path_of(shared: &Shared, file: &str) -> Option<PathBuf> {
    shared.swagger_ui.as_ref().map(|folder| folder.join(file))
}

async fn hand_on(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let whole = parts.uri.path_and_query().map_or("", |whole| whole.as_str());
    let Some((api, path)) = shared.api.get().zip(whole.strip_prefix(HANDED_ON)) else {
        return (StatusCode::SERVICE_UNAVAILABLE, NO_API).into_response();
    };
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let call = shared
        .http
        .request(parts.method, format!("{}{path}", api.base))
        .headers(without_own(parts.headers))
        .body(body);
    let answered = async {
        let answer = call.send().await?;
        let (status, headers) = (answer.status(), without_own(answer.headers().clone()));
        Ok::<_, reqwest::Error>((status, headers, answer.bytes().await?).into_response())
    };
    answered
        .await
        .unwrap_or_else(|error| (StatusCode::BAD_GATEWAY, format!("{error}\n")).into_response())
}

fn without_own(mut headers: HeaderMap) -> HeaderMap {
    for name in NOT_HANDED_ON {
        headers.remove(name);
    }
    headers
}
