//! What goes out is what the route table says. Checked in debug builds, so by every test.

use serde_json::Value;

use crate::answer::Content;
use crate::api::{Field, Kind, Operation, Presence};
use crate::{Answer, Problem, routes};

/// Stops a debug build whose step answers something undocumented.
pub(crate) fn check(operation: &Operation, answered: &Result<Answer, Problem>) {
    if cfg!(debug_assertions) {
        // Who was sent back to us sees what `sign-in` would answer.
        let is_page = |answer: &Answer| answer.page.is_some();
        let shown =
            answered.as_ref().is_ok_and(is_page).then(|| routes::pages::operation("sign-in"));
        let operation = shown.flatten().unwrap_or(operation);
        let fault = match answered {
            Ok(answer) => match &answer.content {
                Content::Media(_) => operation.media.is_none().then(|| "bytes".to_owned()),
                _ if operation.media.is_some() => Some("no bytes".to_owned()),
                Content::Nothing => (!operation.answer.is_empty()).then(|| "nothing".to_owned()),
                Content::Json(body) => object(operation.answer, body).err(),
                Content::Lines(lines) => {
                    lines.iter().find_map(|line| object(operation.answer, line).err())
                }
            },
            Err(problem) => {
                let documented = operation.all_problems().contains(&problem.code);
                (!documented).then(|| problem.code.as_str().to_owned())
            }
        };
        debug_assert_eq!(fault, None, "{} answers what its row does not say", operation.id);
    }
}

fn object(fields: &[Field], value: &Value) -> Result<(), String> {
    let members = value.as_object().ok_or_else(|| format!("no object: {value}"))?;
    for field in fields {
        match members.get(field.name) {
            Some(Value::Null) if field.presence == Presence::Nullable => {}
            Some(value) if !fits(field.kind, value)? => {
                return Err(format!("type of {}", field.name));
            }
            None if field.presence != Presence::Optional => {
                return Err(format!("missing {}", field.name));
            }
            _ => {}
        }
    }
    let undocumented = members.keys().find(|name| fields.iter().all(|field| field.name != **name));
    undocumented.map_or(Ok(()), |name| Err(format!("undocumented {name}")))
}

fn fits(kind: Kind, value: &Value) -> Result<bool, String> {
    Ok(match kind {
        Kind::Integer => value.is_u64(),
        Kind::Flag => value.is_boolean(),
        Kind::Object(fields) => object(fields, value).map(|()| true)?,
        Kind::List(fields) => {
            let items = value.as_array().ok_or("no list")?;
            items.iter().try_for_each(|item| object(fields, item)).map(|()| true)?
        }
        Kind::Words(words) => value
            .as_array()
            .is_some_and(|list| list.iter().all(|word| words.iter().any(|known| word == known))),
        Kind::Texts(bytes_max) => value.as_array().is_some_and(|list| {
            list.iter().all(|text| text.as_str().is_some_and(|text| text.len() <= bytes_max))
        }),
        Kind::OneOf(words) => words.iter().any(|word| value == word),
        Kind::Moment => value.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok()),
        Kind::Text(bytes_max) => value.as_str().is_some_and(|text| text.len() <= bytes_max),
        Kind::Login | Kind::Token | Kind::Password | Kind::Language => value.is_string(),
    })
}
