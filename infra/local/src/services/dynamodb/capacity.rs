//! What a call consumes: asked of the database with every call that can say, and hidden from a
//! caller who did not ask, so that a function sees what it would see on AWS.
//!
//! What it deliberately does not do: reckon. The numbers are the database's own.

use axum::body::Bytes;
use serde_json::{Value, json};

/// The operations that know `ReturnConsumedCapacity`.
const OPERATIONS: [&str; 10] = [
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
];

/// Who wants to know what a call consumes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum AskedBy {
    /// The caller, who gets the answer as it is.
    Caller,
    /// The journal alone.
    Journal,
}

/// A request that asks for the capacity, unless its operation knows of none.
pub(super) struct Asked {
    pub(super) body: Bytes,
    pub(super) by: AskedBy,
}

/// Adds the question to a request. What is no JSON object stays as it is, for the database to refuse.
pub(super) fn ask(operation: &str, body: Bytes) -> Asked {
    let mut request = super::parse(&body);
    let knows = OPERATIONS.contains(&operation);
    let Some(members) = request.as_object_mut().filter(|_| knows) else {
        return Asked { body, by: AskedBy::Caller };
    };
    let mode = members.get("ReturnConsumedCapacity");
    if mode.is_some_and(|mode| !mode.is_null() && mode != "NONE") {
        return Asked { body, by: AskedBy::Caller };
    }
    members.insert("ReturnConsumedCapacity".to_owned(), json!("TOTAL"));
    Asked { body: request.to_string().into(), by: AskedBy::Journal }
}

/// An answer for the caller, and what it told the journal.
pub(super) struct Told {
    pub(super) body: Bytes,
    pub(super) units: f64,
    /// Whether the body is another than the database's.
    pub(super) rewritten: bool,
}

/// Reads the capacity out of an answer: one table's, or a list of them. An error tells none.
pub(super) fn read(asked: &AskedBy, body: Bytes) -> Told {
    let mut answer = super::parse(&body);
    let Some(consumed) = answer.get("ConsumedCapacity") else {
        return Told { body, units: 0.0, rewritten: false };
    };
    let units = match consumed {
        Value::Array(tables) => tables.iter().map(units).sum(),
        table => units(table),
    };
    if *asked == AskedBy::Caller {
        return Told { body, units, rewritten: false };
    }
    if let Some(members) = answer.as_object_mut() {
        members.remove("ConsumedCapacity");
    }
    Told { body: answer.to_string().into(), units, rewritten: true }
}

fn units(table: &Value) -> f64 {
    table.get("CapacityUnits").and_then(Value::as_f64).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(operation: &str, body: &Value) -> (Value, AskedBy) {
        let asked = ask(operation, body.to_string().into());
        (super::super::parse(&asked.body), asked.by)
    }

    #[test]
    fn the_question_is_added_where_the_caller_did_not_ask() {
        for body in [json!({}), json!({"ReturnConsumedCapacity": "NONE"})] {
            let (request, by) = asked("GetItem", &body);
            assert_eq!(request, json!({"ReturnConsumedCapacity": "TOTAL"}));
            assert_eq!(by, AskedBy::Journal);
        }
    }

    #[test]
    fn a_callers_own_question_and_what_has_no_such_question_stay_as_they_are() {
        for (operation, body) in [
            ("Query", json!({"ReturnConsumedCapacity": "INDEXES"})),
            ("Query", json!({"ReturnConsumedCapacity": "no such mode"})),
            ("CreateTable", json!({"TableName": "t"})),
            ("GetItem", json!(["no", "object"])),
        ] {
            assert_eq!(asked(operation, &body), (body, AskedBy::Caller), "{operation}");
        }
        let damaged = Bytes::from_static(b"{\"TableName\": ");
        assert_eq!(ask("GetItem", damaged.clone()).body, damaged);
    }

    #[test]
    fn the_units_of_all_tables_are_summed_and_shown_to_who_asked() {
        let one = json!({"TableName": "a", "CapacityUnits": 0.5});
        let two = json!({"TableName": "b", "CapacityUnits": 6.0, "WriteCapacityUnits": 6.0});
        for (consumed, expected) in [(one.clone(), 0.5), (json!([one, two]), 6.5), (json!([]), 0.0)]
        {
            let body = Bytes::from(json!({"Count": 1, "ConsumedCapacity": consumed}).to_string());
            let told = read(&AskedBy::Caller, body.clone());
            assert_eq!((told.units, &told.body, told.rewritten), (expected, &body, false));
            let told = read(&AskedBy::Journal, body);
            assert_eq!((told.units, told.rewritten), (expected, true));
            assert_eq!(super::super::parse(&told.body), json!({"Count": 1}));
        }
        let silent = read(&AskedBy::Journal, Bytes::from_static(b"{}"));
        assert_eq!((silent.units, silent.rewritten), (0.0, false));
    }
}
