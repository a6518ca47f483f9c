//! Event filtering as in an event source mapping's `FilterCriteria`: the part of its pattern
//! language that tells records apart by literal values, prefixes and existence.

use serde_json::Value;

/// Whether a record passes: it matches one of the patterns, or there are none.
pub(super) fn passes(filters: &[Value], record: &Value) -> bool {
    filters.is_empty() || filters.iter().any(|filter| matches(filter, Some(record)))
}

/// An object in a pattern asks for each of its members; a list, for any of its rules.
fn matches(pattern: &Value, value: Option<&Value>) -> bool {
    match pattern {
        Value::Object(members) => members
            .iter()
            .all(|(key, pattern)| matches(pattern, value.and_then(|value| value.get(key)))),
        Value::Array(rules) => rules.iter().any(|rule| satisfies(rule, value)),
        _ => false,
    }
}

fn satisfies(rule: &Value, value: Option<&Value>) -> bool {
    let Some(rule) = rule.as_object() else { return value == Some(rule) };
    rule.iter().all(|(name, argument)| match (name.as_str(), argument) {
        ("exists", Value::Bool(wanted)) => value.is_some() == *wanted,
        ("prefix", Value::String(prefix)) => {
            value.and_then(Value::as_str).is_some_and(|text| text.starts_with(prefix.as_str()))
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_passes_when_one_pattern_fits_whole() {
        let record =
            json!({"eventName": "INSERT", "dynamodb": {"NewImage": {"kind": {"S": "mail"}}}});
        for (filters, expected) in [
            (json!([]), true),
            (json!([{"eventName": ["INSERT"]}]), true),
            (json!([{"eventName": ["MODIFY", "INSERT"]}]), true),
            (json!([{"eventName": ["REMOVE"]}]), false),
            (json!([{"eventName": ["REMOVE"]}, {"eventName": ["INSERT"]}]), true),
            (
                json!([{"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["sms"]}}}}]),
                false,
            ),
            (json!([{"dynamodb": {"NewImage": {"kind": {"S": [{"prefix": "ma"}]}}}}]), true),
            (json!([{"dynamodb": {"OldImage": [{"exists": false}]}}]), true),
        ] {
            let filters = filters.as_array().cloned().unwrap();
            assert_eq!(passes(&filters, &record), expected, "{filters:?}");
        }
    }
}
