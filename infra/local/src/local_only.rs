//! Who may talk to the inbox. It shows links that reset passwords, and any page in the developer's
//! browser can reach a port of this machine.
//!
//! A page elsewhere cannot read an answer, because nothing here allows another origin. What is left
//! to it is a name of its own that leads to this machine (DNS rebinding), and calls that change
//! something unseen.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// The names that lead here. The port is left open: it may be forwarded under another number, and a
/// name that is forged has the right one anyway.
const NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// On every answer of the inbox.
const HEADERS: [(HeaderName, &str); 3] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// Refuses what no page of the inbox and no tool on this machine would send.
pub(crate) async fn check(request: Request, next: Next) -> Response {
    let mut response = match refusal(request.method(), request.headers()) {
        Some(why) => (StatusCode::FORBIDDEN, why).into_response(),
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn refusal(method: &Method, headers: &HeaderMap) -> Option<&'static str> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let host = text(header::HOST).unwrap_or_default();
    // SECURITY: a name of somebody else's that leads to this machine is refused
    // (`the_inbox_answers_under_a_name_of_this_machine_and_no_other`).
    if !is_here(host) {
        return Some(
            "The inbox answers as 127.0.0.1 or localhost only: open it under that name.\n",
        );
    }
    // SECURITY: a page elsewhere changes nothing
    // (`a_page_of_another_origin_changes_nothing_in_the_inbox`).
    let own = format!("http://{host}");
    let foreign = headers.contains_key(header::ORIGIN) && text(header::ORIGIN) != Some(&own);
    if foreign && !method.is_safe() {
        return Some("A page of another origin may not change this: use the inbox's own.\n");
    }
    None
}

/// Whether a `Host` names this machine, whatever its port.
fn is_here(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (host, ""),
    };
    NAMES.iter().any(|here| name.eq_ignore_ascii_case(here))
        && port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_this_machine_is_told_from_one_that_looks_like_it() {
        for here in
            ["127.0.0.1:8025", "127.0.0.1", "localhost:1", "LOCALHOST", "[::1]", "[::1]:8025"]
        {
            assert!(is_here(here), "{here}");
        }
        for elsewhere in [
            "",
            ":8025",
            "evil.example",
            "127.0.0.1.evil.example:8025",
            "localhost.evil.example",
            "evil.example:127.0.0.1",
            "127.0.0.1:8025@evil.example",
            "localhost:80:80",
            "::1",
            "0.0.0.0",
        ] {
            assert!(!is_here(elsewhere), "{elsewhere}");
        }
    }
}
