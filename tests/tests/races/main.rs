//! Many at once, answers that are lost, conflicts, and histories nobody thought of: a secret is
//! accepted at most once, and at most one link of an account lives.

#[cfg(test)]
mod conflicts;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod parallel;

const MO: &str = "mo@example.com";
const OLD: &str = "Zeilboot7";
const NEW: &str = "Molenwiek42";

/// One outbox record as an event of its own.
fn event_of(record: &serde_json::Value) -> serde_json::Value {
    serde_json::json!({"Records": [record]})
}
