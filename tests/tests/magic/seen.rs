//! All that a caller sees and all that was done for it, to be compared with what another caller sees.

use regain_tests::{Reply, World};
use serde_json::{Value, json};

/// Status, headers, body, its length, the calls to the cloud and the line in the log; what differs
/// between any two, masked.
pub(crate) fn seen(world: &World, function: &str, reply: &Reply) -> Value {
    let headers = reply.headers.iter();
    let mut headers: Vec<String> =
        headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    headers.sort();
    let mut calls = world.cloud.calls_of(function);
    // Those of one round trip may arrive in either order.
    calls.sort();
    world.cloud.forget_calls();
    let (mut body, mut log) = (reply.body.clone(), reply.log.clone());
    let body_bytes = body.to_string().len();
    log["duration.ms"] = json!(0);
    for (document, name) in [(&mut body, "support_code"), (&mut log, "support.code")] {
        if let Some(code) = document.get_mut(name) {
            *code = json!("*");
        }
    }
    json!({
        "status": reply.status,
        "headers": headers,
        "body": body,
        "body_bytes": body_bytes,
        "calls": calls,
        "log": log,
    })
}

/// That all of them are alike; gives the one.
pub(crate) fn alike(all: &[Value], logins: &[&str]) -> Value {
    for (other, login) in all.iter().zip(logins) {
        assert_eq!(*other, all[0], "{login}");
    }
    assert_eq!(all.len(), logins.len());
    all[0].clone()
}
