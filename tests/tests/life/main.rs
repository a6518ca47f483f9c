//! The life of a link, as its holder lives through it: deadlines, deaths, and what is accepted.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod deaths;
#[cfg(test)]
mod passwords;
#[cfg(test)]
mod tokens;

use regain_tests::Reply;
use serde_json::{Value, json};

/// Mo's login, and the one password that Mo chooses anew.
const MO: &str = "mo@example.com";
const NEW: &str = "Molenwiek42";
/// 48 hours, and 15 minutes.
const H48: i64 = 172_800;
const MIN15: i64 = 900;

/// What a reply says of a death: status, code, reason if any, moment, remedy.
fn death(reply: &Reply) -> Value {
    assert!(reply.status != 410 || reply.text("support_code").len() == 7, "{reply:?}");
    let mut told = json!({"status": reply.status, "code": reply.code()});
    for name in ["reason", "at", "remedy"] {
        if let (Some(value), Some(told)) = (reply.body.get(name), told.as_object_mut()) {
            told.insert(name.to_owned(), value.clone());
        }
    }
    told
}

/// The same, as expected.
fn gone(code: &str, at: jiff::Timestamp, remedy: &str) -> Value {
    json!({"status": 410, "code": code, "at": at, "remedy": remedy})
}

/// The same of a withdrawal, which has a reason.
fn withdrawn(code: &str, reason: &str, at: jiff::Timestamp, remedy: &str) -> Value {
    json!({"status": 410, "code": code, "reason": reason, "at": at, "remedy": remedy})
}
