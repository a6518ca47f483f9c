//! The OpenAPI document, from the route table. `cargo xtask openapi` writes it to
//! `infra/openapi.json`; a test fails when the two differ.
//!
//! Version 3.0.3, the last one that API Gateway can import.

use std::collections::BTreeMap;

use regain_domain::account::BlockReason;
use regain_domain::link::WithdrawnReason;
use regain_domain::policy::Violation;
use regain_domain::settings::SettingFault;
use regain_domain::{Language, Provider};
use regain_notices::ProblemCode;
use serde_json::{Map, Value, json};

use crate::api::{Access, Field, Form, Kind, Operation, Presence, Route};
use crate::problem::{FAULT_CODES, status};
use crate::routes::{NAMED, ROUTES};

/// The whole document.
#[must_use]
pub fn document() -> Value {
    let paths: Map<String, Value> =
        ROUTES.iter().map(|route| (route.path.to_owned(), path(route))).collect();
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Regain",
            "version": "1",
            "description": "Account recovery for the tenants of one installation. Every problem is \
                            RFC 9457; its `code` is what a program decides by.",
            "license": {"name": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "http://127.0.0.1:9000", "description": "cargo xtask up"}],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {
                "api_key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key of the back office, `rk_…`.",
                },
                "session": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The `token` of a sign-in.",
                },
            },
            "parameters": {
                "tenant": param(
                    "tenant",
                    "The tenant's name.",
                    json!({"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$"}),
                    "demo",
                ),
                "id": param(
                    "id",
                    "What is meant: an account, a key, or a captcha.",
                    json!({"type": "string", "minLength": 1, "maxLength": 256}),
                    "0193c7f0-0000-7000-8000-000000000000",
                ),
                "provider": param(
                    "provider",
                    "An identity provider.",
                    json!({"type": "string", "enum": Provider::WORDS}),
                    "google",
                ),
                "code": param(
                    "code",
                    "A support code.",
                    json!({"type": "string", "minLength": 7, "maxLength": 7}),
                    "7K2F9QX",
                ),
            },
        },
    })
}

/// What is described once and referred to: problems, and the objects that stand in many places.
fn schemas() -> Map<String, Value> {
    let named =
        NAMED.iter().map(|(name, fields, form)| ((*name).to_owned(), object(fields, *form)));
    named.chain([("Problem".to_owned(), problem_schema())]).collect()
}

/// An object, by its name if it has one.
fn referred(fields: &[Field], form: Form) -> Value {
    let members = |fields: &[Field]| fields.iter().map(|field| field.name).collect::<Vec<_>>();
    let named =
        NAMED.iter().find(|(_, named, of)| *of == form && members(named) == members(fields));
    match named {
        Some((name, ..)) => json!({"$ref": format!("#/components/schemas/{name}")}),
        None => object(fields, form),
    }
}

fn path(route: &Route) -> Value {
    let mut path = Map::new();
    let params = route.path.split('/').filter_map(|word| word.strip_prefix('{')?.strip_suffix('}'));
    let params = params.map(|name| json!({"$ref": format!("#/components/parameters/{name}")}));
    let params: Vec<Value> = params.collect();
    if !params.is_empty() {
        path.insert("parameters".to_owned(), params.into());
    }
    for operation in route.operations {
        path.insert(operation.method.as_str().to_lowercase(), describe(operation));
    }
    path.into()
}

fn describe(operation: &Operation) -> Value {
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "responses": responses(operation),
    });
    let Some(members) = described.as_object_mut() else { return described };
    let headers = operation.problems.contains(&ProblemCode::PreconditionFailed).then(|| {
        let schema = json!({"type": "string"});
        let description = "The ETag of what was read; what has changed since is left alone.";
        json!({"name": "If-Match", "in": "header", "description": description, "schema": schema})
    });
    let query = operation.query.iter().map(|field| {
        let schema = schema(field.kind, Form::Json);
        json!({"name": field.name, "in": "query", "description": field.meaning, "schema": schema})
    });
    let parameters: Vec<Value> = query.chain(headers).collect();
    if !parameters.is_empty() {
        members.insert("parameters".to_owned(), parameters.into());
    }
    let security = match operation.access {
        Access::Public => None,
        Access::SignedIn => Some(json!([{"session": []}])),
        Access::PublicOrSignedIn => Some(json!([{}, {"session": []}])),
        Access::Key(_) => Some(json!([{"api_key": []}])),
    };
    members.extend(security.map(|security| ("security".to_owned(), security)));
    if let Access::Key(role) = operation.access {
        let least = format!("For keys of the role {} and above.", role.as_str());
        members.insert("description".to_owned(), least.into());
    }
    if !operation.body.is_empty() {
        let mut schema = referred(operation.body, operation.form);
        if let (false, Some(schema)) = (operation.exactly_one.is_empty(), schema.as_object_mut()) {
            let one = operation.exactly_one.iter().map(|name| json!({"required": [name]}));
            schema.insert("oneOf".to_owned(), one.collect());
        }
        let example = example(operation);
        let content = match operation.form {
            Form::Json => json!({"application/json": {"schema": schema, "example": example}}),
            Form::MergePatch => json!({
                "application/merge-patch+json": {"schema": schema, "example": example},
                "application/json": {"schema": schema, "example": example},
            }),
            // OpenAPI 3.0 has no word for lines: the schema is that of each.
            Form::Lines => json!({"application/x-ndjson": {"schema": schema}}),
        };
        let required = operation.body_is_required();
        members.insert("requestBody".to_owned(), json!({"required": required, "content": content}));
    }
    described
}

fn responses(operation: &Operation) -> Map<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<ProblemCode>> = BTreeMap::new();
    for code in operation.all_problems() {
        by_status.entry(status(code)).or_default().push(code);
    }
    let media_type = match operation.form {
        Form::Json | Form::MergePatch => "application/json",
        Form::Lines => "application/x-ndjson",
    };
    let mut success = json!({"description": "Done."});
    if let (false, Some(success)) = (operation.answer.is_empty(), success.as_object_mut()) {
        let answer = referred(operation.answer, Form::Json);
        success.insert("content".to_owned(), json!({media_type: {"schema": answer}}));
    }
    if let (Some(media), Some(success)) = (operation.media, success.as_object_mut()) {
        let bytes = json!({"type": "string", "format": "binary"});
        success.insert("content".to_owned(), json!({media: {"schema": bytes}}));
    }
    if let (303, Some(success)) = (operation.status, success.as_object_mut()) {
        let location = json!({"description": "Where to.", "schema": {"type": "string"}});
        success.insert("headers".to_owned(), json!({"Location": location}));
    }
    let problems = by_status.into_iter().map(|(status, codes)| {
        let codes: Vec<_> = codes.into_iter().map(ProblemCode::as_str).collect();
        let mut response = json!({
            "description": codes.join(", "),
            "content": {"application/problem+json": {"schema": {"allOf": [
                {"$ref": "#/components/schemas/Problem"},
                {"type": "object", "properties": {"code": {"enum": codes}}},
            ]}}},
        });
        if let (429 | 503, Some(response)) = (status, response.as_object_mut()) {
            let seconds = json!({"description": "Seconds.", "schema": {"type": "integer"}});
            response.insert("headers".to_owned(), json!({"Retry-After": seconds}));
        }
        (status.to_string(), response)
    });
    [(operation.status.to_string(), success)].into_iter().chain(problems).collect()
}

fn param(name: &str, description: &str, schema: Value, example: &str) -> Value {
    json!({
        "name": name,
        "in": "path",
        "required": true,
        "description": description,
        "schema": schema,
        "example": example,
    })
}

/// In a merge patch nothing is required, and anything may be null.
fn object(fields: &[Field], form: Form) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| {
            let mut schema = schema(field.kind, form);
            if schema.get("$ref").is_some() {
                // OpenAPI 3.0 reads nothing beside a reference.
                schema = json!({"allOf": [schema]});
            }
            if let Some(schema) = schema.as_object_mut() {
                if form == Form::MergePatch || field.presence == Presence::Nullable {
                    schema.insert("nullable".to_owned(), true.into());
                    if let Some(Value::Array(words)) = schema.get_mut("enum") {
                        words.push(Value::Null);
                    }
                }
                schema.insert("description".to_owned(), field.meaning.into());
            }
            (field.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<_> = fields
        .iter()
        .filter(|field| form != Form::MergePatch && field.presence != Presence::Optional)
        .map(|field| field.name)
        .collect();
    let mut object =
        json!({"type": "object", "properties": properties, "additionalProperties": false});
    if let (false, Some(object)) = (required.is_empty(), object.as_object_mut()) {
        object.insert("required".to_owned(), json!(required));
    }
    object
}

fn schema(kind: Kind, form: Form) -> Value {
    match kind {
        Kind::Text(bytes_max) => json!({"type": "string", "minLength": 1, "maxLength": bytes_max}),
        Kind::Login => json!({"type": "string", "format": "email", "maxLength": 254}),
        Kind::Token => json!({"type": "string", "minLength": 1, "maxLength": 256}),
        Kind::Password => json!({"type": "string", "format": "password", "minLength": 1}),
        Kind::Language => json!({"type": "string", "enum": Language::ALL.map(Language::as_str)}),
        Kind::Moment => json!({"type": "string", "format": "date-time"}),
        Kind::Integer => json!({"type": "integer", "minimum": 0}),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::OneOf(words) => json!({"type": "string", "enum": words}),
        Kind::Object(fields) => referred(fields, form),
        Kind::List(fields) => json!({"type": "array", "items": referred(fields, form)}),
        Kind::Texts(bytes_max) => {
            let text = json!({"type": "string", "minLength": 1, "maxLength": bytes_max});
            json!({"type": "array", "items": text})
        }
        Kind::Words(words) => {
            json!({"type": "array", "items": {"type": "string", "enum": words}})
        }
    }
}

/// The body that the row gives, else the least that an operation takes: of two ways to name something
/// the first, and nothing that can be left out. Readers would make it up from the schema, all of it at
/// once.
pub(crate) fn example(operation: &Operation) -> Value {
    let given = serde_json::from_str(operation.example);
    given.unwrap_or_else(|_| least(operation.body, operation.exactly_one))
}

fn least(fields: &[Field], exactly_one: &[&str]) -> Value {
    let is_taken = |field: &&Field| {
        field.presence != Presence::Optional || exactly_one.first() == Some(&field.name)
    };
    let taken = fields.iter().filter(is_taken);
    taken.map(|field| (field.name.to_owned(), example_of(field.kind))).collect()
}

fn example_of(kind: Kind) -> Value {
    match kind {
        Kind::Login => json!("sam@demo.example"),
        Kind::Password => json!("Quiet-Harbour-73"),
        Kind::Language => json!(Language::En.as_str()),
        Kind::Moment => json!("2026-11-22T14:03:00Z"),
        Kind::Integer => json!(0),
        Kind::Flag => json!(true),
        Kind::OneOf(words) => json!(words.first()),
        Kind::Object(fields) => least(fields, &[]),
        Kind::List(fields) => json!([least(fields, &[])]),
        Kind::Words(_) | Kind::Texts(_) => json!([]),
        Kind::Text(_) | Kind::Token => json!("…"),
    }
}

/// RFC 9457, with our extension members.
fn problem_schema() -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    let list = |properties: Value, description: &str| {
        let items = json!({"type": "object", "required": ["code"], "properties": properties});
        json!({"type": "array", "items": items, "description": description})
    };
    let pointer = text(
        "Which member, as a JSON pointer (RFC 6901), empty for the whole body; or `?` and a \
         parameter of the query.",
    );
    let bound = json!({"type": "integer"});
    let mut codes = FAULT_CODES.to_vec();
    codes.extend(SettingFault::CODES);
    codes.sort_unstable();
    codes.dedup();
    let code = json!({"type": "string", "enum": codes});
    // Of a contrast it is no whole number.
    let setting_bound = json!({"type": "number"});
    let errors =
        json!({"pointer": pointer, "code": code, "min": setting_bound, "max": setting_bound});
    let violation = json!({"type": "string", "enum": Violation::CODES});
    let violations = json!({"code": violation, "min": bound, "max": bound});
    let withdrawn = WithdrawnReason::ALL.map(WithdrawnReason::as_str);
    let blocked = BlockReason::ALL.map(BlockReason::as_str);
    let reasons = [withdrawn.as_slice(), blocked.as_slice()].concat();
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "code", "request_id"],
        "properties": {
            "type": text("`/problems/` and the code."),
            "title": text("What it is, in the caller's language."),
            "status": {"type": "integer"},
            "detail": text("What happened and what helps, in the caller's language."),
            "code": text("What a program decides by."),
            "request_id": text("The gateway's id of this request."),
            "support_code": text("By which the service desk finds the story."),
            "errors": list(errors, "`invalid_request` and `settings_invalid`: everything at fault, and the bounds of a number or a contrast."),
            "violations": list(violations, "`password_rejected`: every rule not kept, and its bound."),
            "at": {"type": "string", "format": "date-time", "description": "When a link died."},
            "accepted": {
                "type": "array",
                "items": {"type": "string"},
                "description": "`unsupported_media_type`: what is taken.",
            },
            "grant": text("`password_must_change`: the right to set one of one's own."),
            "valid_until": {
                "type": "string",
                "format": "date-time",
                "description": "Until when that grant can be used.",
            },
            "attempts_left": {
                "type": "integer",
                "description": "How often it may be tried yet, where tries are counted down.",
            },
            "until": {
                "type": "string",
                "format": "date-time",
                "nullable": true,
                "description": "When a lock is over; null: when it is taken off.",
            },
            "remedy": {
                "type": "string",
                "enum": ["request_again", "use_newer_link", "sign_in", "contact_support"],
                "description": "The one step that helps.",
            },
            "reason": {
                "type": "string",
                "enum": reasons,
                "description": "Why a link or grant was withdrawn, or why an account is blocked.",
            },
        },
    })
}
