//! Secrets Manager's `GetSecretValue`, and the secrets themselves: made once at random, as
//! `GenerateSecretString` in the template says, and kept with the state.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    http::{StatusCode, request},
    response::Response,
};
use serde_json::{Map, Value, json};

use super::{Incoming, hang, json_answer, parse};
use crate::{
    chaos::SenderError,
    error::LocalError,
    iam::Part,
    shared::Shared,
    state::{StateFolder, random_hex},
    template::{GeneratedSecret, Template, secret_arn},
};

const FILE: &str = "secrets.json";

/// The secrets by name.
#[derive(Debug)]
pub(crate) struct Secrets(Mutex<BTreeMap<String, String>>);

impl Secrets {
    /// What the state folder holds, completed by what the template adds.
    pub(crate) fn open(state: &StateFolder, template: &Template) -> Result<Self, LocalError> {
        let mut secrets: BTreeMap<String, String> = state.read(FILE)?.unwrap_or_default();
        for (name, recipe) in &template.secrets {
            if !secrets.contains_key(name) {
                secrets.insert(name.clone(), generate(recipe)?);
            }
        }
        state.write(FILE, &secrets)?;
        Ok(Self(Mutex::new(secrets)))
    }

    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    pub(crate) fn set(&self, name: &str, value: &str) {
        let mut secrets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.insert(name.to_owned(), value.to_owned());
    }
}

fn generate(recipe: &GeneratedSecret) -> Result<String, LocalError> {
    let mut secret: Map<String, Value> = serde_json::from_str(&recipe.template)
        .map_err(|error| LocalError::Template(format!("SecretStringTemplate: {error}")))?;
    let mut random = random_hex(recipe.length)?;
    random.truncate(recipe.length);
    secret.insert(recipe.key.clone(), Value::String(random));
    Ok(Value::Object(secret).to_string())
}

pub(super) async fn call(
    shared: &Shared,
    request: &request::Parts,
    operation: &str,
    body: &Bytes,
) -> Response {
    let body = parse(body);
    let id = body.get("SecretId").and_then(Value::as_str).unwrap_or_default();
    // An ARN ends in the name, a dash and six random characters.
    let name = id
        .split_once(":secret:")
        .map_or(id, |(_, name)| name.rsplit_once('-').map_or(name, |(name, _)| name));
    let parts =
        vec![Part { action: format!("secretsmanager:{operation}"), resource: secret_arn(name) }];
    let incoming = Incoming::new(shared, request, "secretsmanager", operation, parts);
    let answer = match incoming.refusal() {
        Some(refusal) => Err((StatusCode::BAD_REQUEST, refusal.code, refusal.text)),
        None => {
            let (wait, fault) = shared.switches.sender(|chaos| &mut chaos.secretsmanager);
            hang(wait).await;
            match fault {
                Some(fault) => Err(failure(fault)),
                None => value(shared, operation, name),
            }
        }
    };
    match answer {
        Ok(body) => {
            incoming.record(StatusCode::OK, None);
            json_answer(StatusCode::OK, None, &body)
        }
        Err((status, code, text)) => {
            incoming.record(status, Some(code.to_owned()));
            json_answer(status, Some(code), &json!({"__type": code, "Message": text}))
        }
    }
}

type Failure = (StatusCode, &'static str, String);

fn failure(fault: SenderError) -> Failure {
    match fault {
        SenderError::Down => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServiceError",
            "An error occurred on the server side.".to_owned(),
        ),
        SenderError::Throttled => {
            (StatusCode::BAD_REQUEST, "ThrottlingException", "Rate exceeded".to_owned())
        }
        SenderError::Rejected => (
            StatusCode::BAD_REQUEST,
            "DecryptionFailure",
            "Secrets Manager can't decrypt the protected secret text.".to_owned(),
        ),
    }
}

fn value(shared: &Shared, operation: &str, name: &str) -> Result<Value, Failure> {
    if operation != "GetSecretValue" {
        let text = format!("{operation} is not offered here");
        return Err((StatusCode::BAD_REQUEST, "InvalidRequestException", text));
    }
    let Some(secret) = shared.secrets.get(name) else {
        let text = "Secrets Manager can't find the specified secret.".to_owned();
        return Err((StatusCode::BAD_REQUEST, "ResourceNotFoundException", text));
    };
    Ok(json!({
        "ARN": secret_arn(name),
        "Name": name,
        "SecretString": secret,
        "VersionId": "00000000-0000-4000-8000-000000000001",
        "VersionStages": ["AWSCURRENT"],
    }))
}
