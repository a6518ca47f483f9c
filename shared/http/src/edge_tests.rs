use std::net::{IpAddr, Ipv4Addr};
use std::sync::Mutex;

use http::{HeaderMap, HeaderValue};
use jiff::SignedDuration;
use regain_domain::settings::Frontend;
use serde_json::{Value, json};

use super::*;
use crate::body::BODY_BYTES_MAX;

const PATH: &str = "/v1/demo/sign-in";

fn at(seconds: i64) -> Timestamp {
    "2026-11-22T14:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

/// What happened around the steps of an edge.
#[derive(Default)]
struct Seen {
    loads: Mutex<u32>,
    steps: Mutex<u32>,
}

/// An edge of `sign-in` whose tenant `demo` speaks Dutch first, and whose `down` cannot be read.
fn edge(seen: &Arc<Seen>) -> Edge {
    let seen = Arc::clone(seen);
    let settings = SettingsCache::new(move |tenant: TenantId| {
        *seen.loads.lock().unwrap() += 1;
        async move {
            match tenant.as_str() {
                "demo" => Ok(Some(Settings {
                    default_language: Language::Nl,
                    frontend: Frontend {
                        allowed_origins: vec!["https://zuid.example".to_owned()],
                        ..Frontend::default()
                    },
                    ..Settings::default()
                })),
                "down" => Err(std::io::Error::other("arn:aws:dynamodb:eu-west-1 regain-tenants")),
                _ => Ok(None),
            }
        }
    });
    let ring = format!(r#"{{"current":"1","1":"{}"}}"#, "k".repeat(43));
    Edge::new("sign-in", &Keyring::parse(&ring).unwrap(), settings, || 0)
}

struct Asked<'a> {
    method: Method,
    path: &'a str,
    headers: &'a [(&'static str, &'a str)],
    body: Vec<u8>,
    source_ip: Option<IpAddr>,
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

impl Default for Asked<'_> {
    fn default() -> Self {
        Self {
            method: Method::POST,
            path: PATH,
            headers: JSON,
            body: br#"{"login":"mo@example.com","password":"x"}"#.to_vec(),
            source_ip: Some(Ipv4Addr::new(192, 0, 2, 7).into()),
        }
    }
}

/// Makes a call at a moment to a step that fails to sign in; gives status, headers, body, log.
async fn ask(
    edge: &Edge,
    seen: &Seen,
    now: Timestamp,
    asked: Asked<'_>,
) -> (u16, HeaderMap, Value, Value) {
    let step = async |_: Arc<Call>| -> Result<Answer, Problem> {
        *seen.steps.lock().unwrap() += 1;
        Err(Problem::new(ProblemCode::SignInFailed))
    };
    answered(edge, now, asked, step).await
}

async fn answered<F, R>(
    edge: &Edge,
    now: Timestamp,
    asked: Asked<'_>,
    step: F,
) -> (u16, HeaderMap, Value, Value)
where
    F: Fn(Arc<Call>) -> R,
    R: Future<Output = Result<Answer, Problem>>,
{
    let pairs = asked.headers.iter();
    let headers = pairs.map(|(name, value)| {
        (header::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
    });
    let headers: HeaderMap = headers.collect();
    let incoming = Incoming {
        method: &asked.method,
        path: asked.path,
        query: "",
        headers: &headers,
        body: &asked.body,
        source_ip: asked.source_ip,
        request_id: "request-id",
    };
    let (response, line) = edge.answer(now, incoming, step).await;
    let (parts, body) = response.into_parts();
    let body = match body.as_bytes() {
        [] => Value::Null,
        bytes => serde_json::from_slice(bytes).unwrap(),
    };
    (parts.status.as_u16(), parts.headers, body, line.into_value())
}

#[tokio::test]
async fn a_panic_answers_500_and_the_next_call_is_fine() {
    let seen = Arc::default();
    let edge = edge(&seen);
    let panics = async |_: Arc<Call>| -> Result<Answer, Problem> { panic!("secret-of-the-step") };
    let (status, _, body, log) = answered(&edge, at(0), Asked::default(), panics).await;
    assert_eq!((status, &body["code"]), (500, &json!("internal")));
    assert_eq!((&log["level"], &log["problem"]), (&json!("error"), &json!("internal")));
    assert!(!format!("{body}{log}").contains("secret"), "{body} {log}");

    let (status, _, _, log) = ask(&edge, &seen, at(1), Asked::default()).await;
    assert_eq!(status, 401);
    assert_eq!((&log["level"], &log["cold"]), (&json!("info"), &json!(false)));
}

#[tokio::test]
async fn without_the_gateways_word_on_the_address_nothing_is_done() {
    let seen = Arc::default();
    let headers = [JSON[0], ("x-forwarded-for", "192.0.2.7")];
    let asked = Asked { source_ip: None, headers: &headers, ..Asked::default() };
    let (status, _, body, _) = ask(&edge(&seen), &seen, at(0), asked).await;
    assert_eq!((status, &body["code"]), (500, &json!("internal")));
    assert_eq!(*seen.steps.lock().unwrap(), 0);
}

#[tokio::test]
async fn what_failed_is_told_to_the_operator_and_not_to_the_caller() {
    let seen = Arc::default();
    let asked = Asked { path: "/v1/down/sign-in", ..Asked::default() };
    let (status, headers, body, log) = ask(&edge(&seen), &seen, at(0), asked).await;
    assert_eq!((status, headers["retry-after"].to_str().unwrap()), (503, "5"));
    assert!(!body.to_string().contains("arn") && !body.to_string().contains("regain-"), "{body}");
    assert_eq!(log["error"], json!(["arn:aws:dynamodb:eu-west-1 regain-tenants"]));
}

#[tokio::test]
async fn settings_are_kept_for_a_minute_and_an_unknown_tenant_never() {
    let seen = Arc::default();
    let edge = edge(&seen);
    // A clock that goes back trusts nothing that it read later.
    for (seconds, loads) in [(0, 1), (59, 1), (60, 2), (119, 2), (30, 3)] {
        ask(&edge, &seen, at(seconds), Asked::default()).await;
        assert_eq!(*seen.loads.lock().unwrap(), loads, "{seconds}");
    }
    for loads in 4..=5 {
        let asked = Asked { path: "/v1/other/sign-in", ..Asked::default() };
        let (status, _, body, _) = ask(&edge, &seen, at(31), asked).await;
        assert_eq!((status, &body["code"]), (404, &json!("tenant_unknown")));
        assert_eq!(*seen.loads.lock().unwrap(), loads);
    }
}

#[tokio::test]
async fn only_json_in_utf_8_is_read() {
    let seen = Arc::default();
    let edge = edge(&seen);
    for (content_type, fine) in [
        ("application/json", true),
        ("Application/JSON; Charset=UTF-8", true),
        ("application/json;charset=utf-8", true),
        ("application/json; charset=iso-8859-1", false),
        ("application/json; charset=utf-16", false),
        ("application/json, text/plain", false),
        ("application/problem+json", false),
        ("text/json", false),
        ("text/plain", false),
        ("text/plain; application/json", false),
        ("application/x-www-form-urlencoded", false),
        ("multipart/form-data; boundary=x", false),
        ("*/*", false),
        ("", false),
    ] {
        let headers = [("content-type", content_type)];
        let asked = Asked { headers: &headers, ..Asked::default() };
        let (status, _, _, _) = ask(&edge, &seen, at(0), asked).await;
        assert_eq!(status, if fine { 401 } else { 415 }, "{content_type:?}");
    }
    for headers in [
        &[][..],
        &[JSON[0], ("content-encoding", "gzip")],
        &[JSON[0], ("content-encoding", "identity")],
    ] {
        let (status, _, body, _) =
            ask(&edge, &seen, at(0), Asked { headers, ..Asked::default() }).await;
        assert_eq!((status, &body["code"]), (415, &json!("unsupported_media_type")));
    }
    assert_eq!(*seen.steps.lock().unwrap(), 3);
}

#[tokio::test]
async fn sixteen_kib_are_read_and_not_a_byte_more() {
    let seen = Arc::default();
    let edge = edge(&seen);
    for (bytes, expected) in [(BODY_BYTES_MAX, 401), (BODY_BYTES_MAX + 1, 413), (1 << 20, 413)] {
        let mut body = Asked::default().body;
        body.resize(bytes, b' ');
        let (status, _, answer, _) =
            ask(&edge, &seen, at(0), Asked { body, ..Asked::default() }).await;
        assert_eq!(status, expected, "{bytes}");
        assert_eq!(answer["code"] == "body_too_large", expected == 413);
    }
    assert_eq!(*seen.steps.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_problem_speaks_the_callers_language() {
    let seen = Arc::default();
    let edge = edge(&seen);
    for (accept, path, expected) in [
        (None, PATH, "nl"),
        (Some("en"), PATH, "en"),
        (Some("en;q=0.1, nl-BE"), PATH, "nl"),
        (Some("fr, de"), PATH, "nl"),
        (Some("\u{fc}"), PATH, "nl"),
        // No tenant, no default of its own.
        (None, "/v1/other/sign-in", "en"),
        (Some("nl"), "/v1/other/sign-in", "nl"),
        (Some("nl"), "/nowhere", "nl"),
    ] {
        let mut headers = JSON.to_vec();
        headers.extend(accept.map(|accept| ("accept-language", accept)));
        let asked = Asked { path, headers: &headers, ..Asked::default() };
        let (_, headers, body, _) = ask(&edge, &seen, at(0), asked).await;
        assert_eq!(headers["content-language"], expected, "{accept:?}");
        let code = body["code"].as_str().unwrap();
        let code = ProblemCode::ALL.iter().find(|known| known.as_str() == code).unwrap();
        let language = Language::from_tag(expected).unwrap();
        assert_eq!(body["title"], code.words(language).title, "{accept:?}");
    }
}

#[tokio::test]
async fn a_function_answers_for_its_own_paths_only() {
    let seen = Arc::default();
    let edge = edge(&seen);
    for path in ["/v1/demo/set-password", "/v1/demo/click-link", "/", "", "/v1/demo/sign-in/"] {
        let (status, _, body, _) =
            ask(&edge, &seen, at(0), Asked { path, ..Asked::default() }).await;
        assert_eq!((status, &body["code"]), (404, &json!("not_found")), "{path}");
    }
    assert_eq!((*seen.steps.lock().unwrap(), *seen.loads.lock().unwrap()), (0, 0));
}

#[tokio::test]
async fn head_is_get_without_its_body() {
    let seen = Arc::default();
    let edge = edge(&seen);
    let keys = async |_: Arc<Call>| Ok(Answer::new(json!({"keys": []})).cached(300));
    let jwks = |method| Asked {
        method,
        path: "/v1/demo/jwks.json",
        headers: &[],
        body: Vec::new(),
        ..Asked::default()
    };
    let (status, get, body, _) = answered(&edge, at(0), jwks(Method::GET), keys).await;
    assert_eq!((status, body), (200, json!({"keys": []})));
    let (status, head, body, _) = answered(&edge, at(0), jwks(Method::HEAD), keys).await;
    assert_eq!((status, body), (200, Value::Null));
    assert_eq!(head, get);
    assert_eq!(get["cache-control"], "public, max-age=300");
}
