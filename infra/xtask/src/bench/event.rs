//! A request as API Gateway hands it over, and the body of what comes back.
//!
//! Each comes from an address of its own, so that what is measured is the step and not its limits.

use serde_json::{Value, json};

/// A call of anyone.
pub(super) fn public(endpoint: &str, body: &Value, round: usize) -> Value {
    let mut event = event("POST", &format!("/v1/demo/{endpoint}"), round);
    insert(&mut event, "/headers", "content-type", json!("application/json"));
    insert(&mut event, "", "body", json!(body.to_string()));
    event
}

/// A call of anyone that reads.
pub(super) fn read(what: &str, round: usize) -> Value {
    event("GET", &format!("/v1/demo/{what}"), round)
}

/// A page that is opened.
pub(super) fn page(what: &str, round: usize) -> Value {
    event("GET", &format!("/p/demo/{what}"), round)
}

/// A call of the back office that reads.
pub(super) fn admin(what: &str, key: &str, round: usize) -> Value {
    let mut event = event("GET", &format!("/admin/v1/tenants/demo/{what}"), round);
    insert(&mut event, "/headers", "authorization", json!(format!("Bearer {key}")));
    event
}

/// A call of who is signed in, that reads.
pub(super) fn signed_in(what: &str, session: &str, round: usize) -> Value {
    let mut event = read(what, round);
    insert(&mut event, "/headers", "authorization", json!(format!("Bearer {session}")));
    event
}

/// The JSON of an answer.
pub(super) fn body_of(answer: &Value) -> Value {
    let body = answer.get("body").and_then(Value::as_str).unwrap_or_default();
    serde_json::from_str(body).unwrap_or(Value::Null)
}

fn event(method: &str, path: &str, round: usize) -> Value {
    let source_ip = format!("2001:db8:{:x}:{:x}::1", round >> 16, round & 0xffff);
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "127.0.0.1:9000"},
        "requestContext": {
            "accountId": "0", "apiId": "bench", "domainName": "127.0.0.1", "domainPrefix": "bench",
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1",
                "sourceIp": source_ip, "userAgent": "bench",
            },
            "requestId": "bench", "routeKey": "$default", "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": 0,
        },
        "isBase64Encoded": false,
    })
}

fn insert(event: &mut Value, pointer: &str, name: &str, value: Value) {
    if let Some(object) = event.pointer_mut(pointer).and_then(Value::as_object_mut) {
        object.insert(name.to_owned(), value);
    }
}
