//! The inbox as a web page: three files of its own, and the HTML of a mail in a frame that can do
//! nothing but show it.
//!
//! What it deliberately has not: anything rendered here. The page reads the JSON interface as any
//! other caller does.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::shared::Shared;

const PAGE: &str = include_str!("../page/index.html");
const STYLE: &str = include_str!("../page/inbox.css");
const SCRIPT: &str = include_str!("../page/inbox.js");

/// Nothing inline, nothing from elsewhere. `form-action` is none because the script sends what the
/// forms hold.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     frame-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

/// A mail comes with styles of its own and may hold anything that a tenant's name can hold: no
/// script runs, nothing is fetched, and its links open in a tab that is free of all this.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; \
     default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'self'";

/// A mail's links are for a tab of their own; its frame is small.
const NEW_TAB: &str = "<base target=\"_blank\">";

pub(crate) const HTML: &str = "text/html; charset=utf-8";
pub(crate) const CSS: &str = "text/css; charset=utf-8";
pub(crate) const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// `/` of the inbox's port, with what belongs to it.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(|| async { page(PAGE_POLICY, PAGE) }))
        .route("/inbox.css", get(|| async { ([(header::CONTENT_TYPE, CSS)], STYLE) }))
        .route("/inbox.js", get(|| async { ([(header::CONTENT_TYPE, JAVASCRIPT)], SCRIPT) }))
        .route("/api/messages/{id}/html", get(mail))
        .with_state(shared)
}

/// HTML under a policy.
pub(crate) fn page(policy: &'static str, html: impl IntoResponse) -> Response {
    let headers: [(HeaderName, &str); 2] =
        [(header::CONTENT_TYPE, HTML), (header::CONTENT_SECURITY_POLICY, policy)];
    (headers, html).into_response()
}

/// SECURITY: the policy stands on the answer too, so that a mail opened by its address is no page of
/// the inbox's origin either (`a_mails_html_comes_under_a_policy_that_lets_it_do_nothing`).
async fn mail(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let message = shared.inbox.message(&id);
    match message.and_then(|message| message.html) {
        Some(html) => page(MAIL_POLICY, with_links_in_new_tabs(&html)),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn with_links_in_new_tabs(html: &str) -> String {
    match html.split_once("<head>") {
        Some((before, after)) => format!("{before}<head>{NEW_TAB}{after}"),
        None => format!("{NEW_TAB}{html}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_doctype_of_a_mail_stays_in_front() {
        let html = "<!doctype html>\n<html lang=\"nl\">\n<head>\n<title>x</title></head></html>";
        let framed = with_links_in_new_tabs(html);
        assert!(framed.starts_with("<!doctype html>"), "{framed}");
        assert!(framed.contains("<head><base target=\"_blank\">\n<title>"), "{framed}");
        assert_eq!(with_links_in_new_tabs("<p>x</p>"), "<base target=\"_blank\"><p>x</p>");
    }
}
