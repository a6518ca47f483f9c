//! Who may do what. A function's access key id is its own name, so the local cloud knows who calls
//! and refuses what that function's statement in `infra/template.yaml` does not grant. Least
//! privilege is thereby tested wherever a function runs, not declared.
//!
//! What it deliberately does not do: check signatures. Anyone on this machine may claim any name.

use serde_json::Value;

use crate::template::{Grant, Template, table_arn};

/// The access key id that may do anything, for tools and seeds; no function has it.
pub const ADMIN: &str = "local-admin";

/// One action on one resource, asked for by a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Such as `dynamodb:UpdateItem`.
    pub action: String,
    /// The ARN.
    pub resource: String,
}

/// What IAM says to a call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    /// No such access key.
    Unknown,
    /// The first part that is not granted.
    Denied(Part),
}

/// The access key id in an `Authorization` header of signature version 4.
pub(crate) fn access_key_id(authorization: Option<&str>) -> Option<&str> {
    let (_, credential) = authorization?.split_once("Credential=")?;
    credential.split('/').next().filter(|id| !id.is_empty())
}

/// Whether the caller may do all parts.
pub(crate) fn decide(template: &Template, caller: &str, parts: &[Part]) -> Verdict {
    if caller == ADMIN {
        return Verdict::Allowed;
    }
    let Some(function) = template.functions.get(caller) else { return Verdict::Unknown };
    let covered = |grants: &[Grant], part| grants.iter().any(|grant| covers(grant, part));
    let refused = parts
        .iter()
        .find(|part| covered(&function.denials, part) || !covered(&function.grants, part));
    match refused {
        Some(part) => Verdict::Denied(part.clone()),
        None => Verdict::Allowed,
    }
}

/// Whether a grant allows this part.
pub(crate) fn covers(grant: &Grant, part: &Part) -> bool {
    grant.action == part.action && matches_pattern(&grant.resource, &part.resource)
}

/// `*` in a pattern stands for any text, as in IAM.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == text };
    let Some(rest) = text.strip_prefix(head) else { return false };
    let mut ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    ends.any(|at| rest.get(at..).is_some_and(|rest| matches_pattern(tail, rest)))
}

/// The parts of a DynamoDB call: a transaction needs the action of each of its parts, a query of an
/// index is a query of that index and not of its table.
pub(crate) fn dynamodb_parts(operation: &str, body: &Value) -> Vec<Part> {
    match operation {
        "TransactWriteItems" => transaction(body, |kind| match kind {
            "ConditionCheck" => Some("ConditionCheckItem"),
            "Put" => Some("PutItem"),
            "Update" => Some("UpdateItem"),
            "Delete" => Some("DeleteItem"),
            _ => None,
        }),
        "TransactGetItems" => transaction(body, |kind| (kind == "Get").then_some("GetItem")),
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = body.get("RequestItems").and_then(Value::as_object);
            tables
                .into_iter()
                .flat_map(|tables| tables.keys())
                .map(|t| part(operation, t))
                .collect()
        }
        _ => match (string(body, "TableName"), string(body, "IndexName")) {
            (Some(table), Some(index)) => vec![Part {
                action: format!("dynamodb:{operation}"),
                resource: format!("{}/index/{index}", table_arn(table)),
            }],
            (Some(table), None) => vec![part(operation, table)],
            (None, _) => {
                vec![Part { action: format!("dynamodb:{operation}"), resource: "*".to_owned() }]
            }
        },
    }
}

fn transaction(body: &Value, action: impl Fn(&str) -> Option<&'static str>) -> Vec<Part> {
    let items = body.get("TransactItems").and_then(Value::as_array);
    let kinds = items.into_iter().flatten().filter_map(Value::as_object).flatten();
    kinds
        .map(|(kind, detail)| {
            let table = string(detail, "TableName").unwrap_or_default();
            part(action(kind).unwrap_or(kind), table)
        })
        .collect()
}

fn part(operation: &str, table: &str) -> Part {
    Part { action: format!("dynamodb:{operation}"), resource: table_arn(table) }
}

fn string<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text_and_nothing_else_does() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "a", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c*e", "abcde", true),
            ("a*c", "abcd", false),
            ("*", "anything", true),
            ("a.c", "abc", false),
        ] {
            assert_eq!(matches_pattern(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn the_caller_is_read_from_the_signature() {
        let header = "AWS4-HMAC-SHA256 Credential=sign-in/20261122/eu-west-1/dynamodb/aws4_request, \
                      SignedHeaders=host, Signature=0";
        assert_eq!(access_key_id(Some(header)), Some("sign-in"));
        assert_eq!(access_key_id(Some("Bearer x")), None);
        assert_eq!(access_key_id(Some("AWS4-HMAC-SHA256 Credential=/x")), None);
        assert_eq!(access_key_id(None), None);
    }
}
