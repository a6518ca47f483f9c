//! A request as an event of version 2.0.

use std::net::IpAddr;

use axum::http::{HeaderMap, header, request::Parts};
use data_encoding::BASE64;
use serde_json::{Map, Value, json};

use crate::{ACCOUNT, Template, state::wall_clock};

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) key: String,
    pub(super) function: String,
    pub(super) parameters: Vec<(String, String)>,
}

/// The route of a path: the most specific that fits, or `$default`.
pub(super) fn find_route(template: &Template, path: &str) -> Route {
    let fitting = template.routes().filter_map(|(pattern, function)| {
        let parameters = fit(pattern, path)?;
        Some((pattern, function, parameters))
    });
    match fitting.min_by_key(|(pattern, _, _)| specificity(pattern)) {
        Some((pattern, function, parameters)) => {
            Route { key: format!("ANY {pattern}"), function: function.name.clone(), parameters }
        }
        None => {
            let default = template.routes().find(|(pattern, _)| *pattern == "$default");
            let function = default.map(|(_, function)| function.name.clone()).unwrap_or_default();
            Route { key: "$default".to_owned(), function, parameters: Vec::new() }
        }
    }
}

/// Sorts patterns that fit one path: a literal goes before a parameter, the first difference
/// decides. So `/accounts/import` is never an account with that id.
fn specificity(pattern: &str) -> Vec<bool> {
    pattern.split('/').map(|segment| parameter_name(segment).is_some()).collect()
}

fn parameter_name(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// The parameters of a path that fits a pattern such as `/v1/{tenant}/sign-in`.
fn fit(pattern: &str, path: &str) -> Option<Vec<(String, String)>> {
    let mut segments = path.split('/');
    let mut parameters = Vec::new();
    for expected in pattern.split('/') {
        let segment = segments.next()?;
        match parameter_name(expected) {
            Some(_) if segment.is_empty() => return None,
            Some(name) => parameters.push((name.to_owned(), percent_decoded(segment))),
            None if segment == expected => {}
            None => return None,
        }
    }
    segments.next().is_none().then_some(parameters)
}

/// API Gateway decodes path parameters, and leaves the raw path as it came.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let decoded = (first == b'%')
            .then(|| tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match decoded {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The event that the function gets.
pub(super) fn event(
    request: &Parts,
    body: &[u8],
    peer: IpAddr,
    route: &Route,
    request_id: &str,
) -> Value {
    let now = wall_clock();
    let query = request.uri.query().unwrap_or_default();
    let mut headers = headers(&request.headers);
    let forwarded = match headers.get("x-forwarded-for").and_then(Value::as_str) {
        Some(before) => format!("{before}, {peer}"),
        None => peer.to_string(),
    };
    headers.insert("x-forwarded-for".to_owned(), json!(forwarded));
    let mut event = json!({
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": request.uri.path(),
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": "127.0.0.1",
            "domainPrefix": "127",
            "http": {
                "method": request.method.as_str(),
                "path": request.uri.path(),
                "protocol": "HTTP/1.1",
                "sourceIp": peer.to_string(),
                "userAgent": headers.get("user-agent").cloned().unwrap_or_else(|| json!("")),
            },
            "requestId": request_id,
            "routeKey": route.key,
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    if let Some(event) = event.as_object_mut() {
        add_optional(event, request, query, body, route);
    }
    event
}

/// What is left out when there is none of it.
fn add_optional(
    event: &mut Map<String, Value>,
    request: &Parts,
    query: &str,
    body: &[u8],
    route: &Route,
) {
    let cookies: Vec<&str> = request
        .headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookie| cookie.to_str().ok())
        .flat_map(|cookie| cookie.split("; "))
        .collect();
    if !cookies.is_empty() {
        event.insert("cookies".to_owned(), json!(cookies));
    }
    if !query.is_empty() {
        let mut parameters = Map::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            join(&mut parameters, &name, &value);
        }
        event.insert("queryStringParameters".to_owned(), Value::Object(parameters));
    }
    if !route.parameters.is_empty() {
        let parameters = route.parameters.iter().map(|(name, value)| (name.clone(), json!(value)));
        event.insert("pathParameters".to_owned(), Value::Object(parameters.collect()));
    }
    if !body.is_empty() {
        let text = is_text(&request.headers).then(|| std::str::from_utf8(body).ok()).flatten();
        event.insert("isBase64Encoded".to_owned(), json!(text.is_none()));
        let body = text.map_or_else(|| BASE64.encode(body), str::to_owned);
        event.insert("body".to_owned(), Value::String(body));
    }
}

/// Names in lower case, a repeated header's values joined by commas, cookies apart.
fn headers(headers: &HeaderMap) -> Map<String, Value> {
    let mut joined = Map::new();
    for (name, value) in headers {
        if name != header::COOKIE {
            join(&mut joined, name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        }
    }
    joined
}

fn join(map: &mut Map<String, Value>, name: &str, value: &str) {
    let joined = match map.get(name).and_then(Value::as_str) {
        Some(before) => format!("{before},{value}"),
        None => value.to_owned(),
    };
    map.insert(name.to_owned(), Value::String(joined));
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_lowercase();
    kind.starts_with("text/")
        || ["application/json", "application/javascript", "application/xml"].contains(&&*kind)
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn template() -> Template {
        Template::load("regain").unwrap()
    }

    #[test]
    fn a_path_finds_its_function_or_the_default() {
        for (path, key, function) in [
            ("/v1/demo/request-reset", "ANY /v1/{tenant}/request-reset", "request-reset"),
            ("/v1/demo/check-link", "ANY /v1/{tenant}/check-link", "click-link"),
            ("/v1/demo/jwks.json", "ANY /v1/{tenant}/jwks.json", "sign-in"),
            (
                "/v1/demo/federated-login/callback/google",
                "ANY /v1/{tenant}/federated-login/callback/{provider}",
                "federated-login",
            ),
            ("/v1/demo/federated-login/callback", "$default", "click-link"),
            ("/v1//sign-in", "$default", "click-link"),
            ("/v1/demo/sign-in/", "$default", "click-link"),
            ("/v1/demo/sign-in/more", "$default", "click-link"),
            ("/", "$default", "click-link"),
            (
                "/admin/v1/tenants/demo/accounts/import",
                "ANY /admin/v1/tenants/{tenant}/accounts/import",
                "manage-accounts",
            ),
            (
                "/admin/v1/tenants/demo/accounts/imports",
                "ANY /admin/v1/tenants/{tenant}/accounts/{id}",
                "manage-accounts",
            ),
            (
                "/admin/v1/tenants/demo/accounts/import/block",
                "ANY /admin/v1/tenants/{tenant}/accounts/{id}/block",
                "manage-accounts",
            ),
            ("/admin/v1/tenants/accounts", "ANY /admin/v1/tenants/{tenant}", "manage-tenants"),
            ("/admin/v1/tenants/demo/accounts/", "$default", "click-link"),
        ] {
            let route = find_route(&template(), path);
            assert_eq!((route.key.as_str(), route.function.as_str()), (key, function), "{path}");
        }
        let route = find_route(&template(), "/v1/a%2fb%/sign-in");
        assert_eq!(route.parameters, [("tenant".to_owned(), "a/b%".to_owned())]);
    }

    #[test]
    fn a_literal_goes_before_a_parameter_and_the_first_difference_decides() {
        let mut patterns = ["/{a}/b/c", "/a/{b}/{c}", "/{a}/{b}/c", "/a/{b}/c", "/a/b/{c}"];
        patterns.sort_by_key(|pattern| specificity(pattern));
        assert_eq!(patterns, ["/a/b/{c}", "/a/{b}/c", "/a/{b}/{c}", "/{a}/b/c", "/{a}/{b}/c"]);
    }

    #[test]
    fn every_parameter_of_a_route_is_in_the_event() {
        let path = "/admin/v1/tenants/demo/accounts/0192%2D7/timeline?cursor=a%3D&limit=2";
        let event = event_of(Request::get(path).body(()).unwrap(), b"");
        assert_eq!(event["pathParameters"], json!({"tenant": "demo", "id": "0192-7"}));
        assert_eq!(event["rawPath"], "/admin/v1/tenants/demo/accounts/0192%2D7/timeline");
        assert_eq!(event["rawQueryString"], "cursor=a%3D&limit=2");
        assert_eq!(event["queryStringParameters"], json!({"cursor": "a=", "limit": "2"}));
    }

    fn event_of(request: Request<()>, body: &[u8]) -> Value {
        let (parts, ()) = request.into_parts();
        let route = find_route(&template(), parts.uri.path());
        event(&parts, body, IpAddr::from([203, 0, 113, 9]), &route, "r1")
    }

    #[test]
    fn the_event_says_who_calls_and_joins_what_is_repeated() {
        let request = Request::post("/v1/demo/sign-in?a=1&a=2%20x&b=")
            .header("X-Thing", "one")
            .header("x-thing", "two")
            .header("Cookie", "k=v; l=w")
            .header("X-Forwarded-For", "192.0.2.1")
            .header("Content-Type", "application/json; charset=utf-8")
            .body(())
            .unwrap();
        let event = event_of(request, b"{\"a\":1}");
        assert_eq!(event["requestContext"]["http"]["sourceIp"], "203.0.113.9");
        assert_eq!(event["requestContext"]["routeKey"], "ANY /v1/{tenant}/sign-in");
        assert_eq!(event["headers"]["x-forwarded-for"], "192.0.2.1, 203.0.113.9");
        assert_eq!(event["headers"]["x-thing"], "one,two");
        assert_eq!(event["headers"].get("cookie"), None);
        assert_eq!(event["cookies"], json!(["k=v", "l=w"]));
        assert_eq!(event["queryStringParameters"], json!({"a": "1,2 x", "b": ""}));
        assert_eq!(event["rawQueryString"], "a=1&a=2%20x&b=");
        assert_eq!(event["pathParameters"], json!({"tenant": "demo"}));
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!("{\"a\":1}"), &json!(false))
        );
    }

    #[test]
    fn a_body_that_is_no_text_is_base64() {
        for (kind, body) in [
            ("application/octet-stream", &b"abc"[..]),
            ("application/x-ndjson", b"{}\n{}\n"),
            ("application/json", b"\xff"),
        ] {
            let request = Request::post("/").header("content-type", kind).body(()).unwrap();
            let event = event_of(request, body);
            assert_eq!(event["isBase64Encoded"], true, "{kind}");
            assert_eq!(event["body"], BASE64.encode(body));
        }
        let event = event_of(Request::get("/").body(()).unwrap(), b"");
        assert_eq!(event.get("body"), None);
    }
}
