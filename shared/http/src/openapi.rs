//! The OpenAPI document, from the route table. `cargo xtask openapi` writes it to
//! `infra/openapi.json`; a test fails when the two differ.
//!
//! Version 3.0.3, the last one that API Gateway can import.

use std::collections::BTreeMap;

use regain_domain::Language;
use regain_domain::account::BlockReason;
use regain_domain::link::WithdrawnReason;
use regain_domain::policy::Violation;
use regain_notices::ProblemCode;
use serde_json::{Map, Value, json};

use crate::api::{BODY_PROBLEMS, COMMON_PROBLEMS, Field, Kind, Operation, Presence, Route};
use crate::problem::{FAULT_CODES, status};
use crate::routes::ROUTES;

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
            "schemas": {"Problem": problem_schema()},
            "parameters": {"tenant": {
                "name": "tenant",
                "in": "path",
                "required": true,
                "description": "The tenant's name.",
                "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$"},
                "example": "demo",
            }},
        },
    })
}

fn path(route: &Route) -> Value {
    let mut path = Map::new();
    path.insert("parameters".to_owned(), json!([{"$ref": "#/components/parameters/tenant"}]));
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
    if let (false, Some(members)) = (operation.body.is_empty(), described.as_object_mut()) {
        let mut schema = object(operation.body);
        if let (false, Some(schema)) = (operation.exactly_one.is_empty(), schema.as_object_mut()) {
            let one = operation.exactly_one.iter().map(|name| json!({"required": [name]}));
            schema.insert("oneOf".to_owned(), one.collect());
        }
        let content = json!({"application/json": {"schema": schema}});
        members.insert("requestBody".to_owned(), json!({"required": true, "content": content}));
    }
    described
}

fn responses(operation: &Operation) -> Map<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<ProblemCode>> = BTreeMap::new();
    let of_body = if operation.body.is_empty() { &[] } else { BODY_PROBLEMS };
    for code in operation.problems.iter().chain(of_body).chain(COMMON_PROBLEMS) {
        by_status.entry(status(*code)).or_default().push(*code);
    }
    let success = json!({
        "description": "Done.",
        "content": {"application/json": {"schema": object(operation.answer)}},
    });
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

fn object(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| {
            let mut schema = schema(field.kind);
            if let Some(schema) = schema.as_object_mut() {
                schema.insert("description".to_owned(), field.meaning.into());
            }
            (field.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<_> = fields
        .iter()
        .filter(|field| field.presence == Presence::Required)
        .map(|field| field.name)
        .collect();
    let mut object =
        json!({"type": "object", "properties": properties, "additionalProperties": false});
    if let (false, Some(object)) = (required.is_empty(), object.as_object_mut()) {
        object.insert("required".to_owned(), json!(required));
    }
    object
}

fn schema(kind: Kind) -> Value {
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
        Kind::Object(fields) => object(fields),
        Kind::List(fields) => json!({"type": "array", "items": object(fields)}),
        Kind::Words(words) => {
            json!({"type": "array", "items": {"type": "string", "enum": words}})
        }
    }
}

/// RFC 9457, with our extension members.
fn problem_schema() -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    let list = |properties: Value, description: &str| {
        let items = json!({"type": "object", "required": ["code"], "properties": properties});
        json!({"type": "array", "items": items, "description": description})
    };
    let pointer = text("Which member, as a JSON pointer (RFC 6901); empty for the whole body.");
    let errors = json!({"pointer": pointer, "code": {"type": "string", "enum": FAULT_CODES}});
    let bound = json!({"type": "integer"});
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
            "errors": list(errors, "`invalid_request`: everything at fault."),
            "violations": list(violations, "`password_rejected`: every rule not kept, and its bound."),
            "at": {"type": "string", "format": "date-time", "description": "When a link died."},
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
