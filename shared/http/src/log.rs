//! One wide line per call: everything about it, and nothing about the person.

use std::io::Write;
use std::sync::Mutex;

use serde_json::{Map, Value, json};

/// A line of JSON with dotted fields, filled while the call is handled.
///
/// Never in it: a login, a name, a phone, a token, a code, a password, a caller's address.
#[derive(Debug, Default)]
pub struct LogLine(Mutex<Map<String, Value>>);

impl LogLine {
    /// Sets a field.
    pub fn set(&self, field: &'static str, value: impl Into<Value>) {
        // A poisoned lock means a panic while logging; the line is lost, the call is not.
        if let Ok(mut fields) = self.0.lock() {
            fields.insert(field.to_owned(), value.into());
        }
    }

    /// The line.
    #[must_use]
    pub fn into_value(self) -> Value {
        Value::Object(self.0.into_inner().unwrap_or_default())
    }

    /// Writes the line where Lambda collects it.
    pub fn write(self) {
        // Nothing can be done about a closed standard output, least of all failing the call.
        let _ = writeln!(std::io::stdout().lock(), "{}", self.into_value());
    }
}

/// Tells the operator of a failure, with its chain of causes.
pub fn failure(function: &str, what: &str, error: &(dyn std::error::Error + 'static)) {
    let line = LogLine::default();
    line.set("level", "error");
    line.set("function", function);
    line.set("message", what);
    line.set("error", chain(error));
    line.write();
}

/// An error and everything that caused it.
#[must_use]
pub fn chain(error: &(dyn std::error::Error + 'static)) -> Value {
    let causes = std::iter::successors(Some(error), |error| error.source());
    json!(causes.map(ToString::to_string).collect::<Vec<_>>())
}
