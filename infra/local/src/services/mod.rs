//! The services of AWS, on one port. Which one is meant shows in the request: `x-amz-target` for
//! DynamoDB, Secrets Manager and the voice API, the path for SES, a form for SNS.

mod dynamodb;
mod secrets;
mod ses;
mod sns;
mod voice;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header, request},
    response::{IntoResponse, Response},
};
use serde_json::Value;

pub(crate) use secrets::Secrets;

use crate::{
    calls::{self, Call},
    iam::{self, Part, Verdict},
    shared::Shared,
};

/// What DynamoDB takes at most; nothing else comes near.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The endpoint of every service.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(dispatch).with_state(shared)
}

async fn dispatch(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let target = header_text(&parts.headers, "x-amz-target").unwrap_or_default();
    match target.split_once('.') {
        Some((service, operation)) if service.starts_with("DynamoDB") => {
            dynamodb::call(&shared, &parts, operation, body).await
        }
        Some(("secretsmanager", operation)) => {
            secrets::call(&shared, &parts, operation, &body).await
        }
        Some(("PinpointSMSVoiceV2", operation)) => {
            voice::call(&shared, &parts, operation, &body).await
        }
        _ if parts.uri.path().starts_with("/v2/email/") => ses::call(&shared, &parts, &body).await,
        _ if is_form(&parts) => sns::call(&shared, &parts, &body).await,
        _ => (StatusCode::NOT_FOUND, "not a call that the local cloud knows\n").into_response(),
    }
}

fn is_form(parts: &request::Parts) -> bool {
    header_text(&parts.headers, header::CONTENT_TYPE.as_str())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A call on its way through: who it is from and what it asks for.
struct Incoming<'a> {
    shared: &'a Shared,
    caller: String,
    service: &'static str,
    operation: &'a str,
    parts: Vec<Part>,
    /// Capacity units, once they are known.
    capacity: f64,
}

/// An error code with its text, as each service words its own envelope.
struct Refusal {
    code: &'static str,
    text: String,
}

impl<'a> Incoming<'a> {
    fn new(
        shared: &'a Shared,
        request: &request::Parts,
        service: &'static str,
        operation: &'a str,
        parts: Vec<Part>,
    ) -> Self {
        let authorization = header_text(&request.headers, header::AUTHORIZATION.as_str());
        let caller = iam::access_key_id(authorization).unwrap_or_default().to_owned();
        Self { shared, caller, service, operation, parts, capacity: 0.0 }
    }

    /// What IAM has against this call.
    fn refusal(&self) -> Option<Refusal> {
        match iam::decide(&self.shared.template, &self.caller, &self.parts) {
            Verdict::Allowed => None,
            Verdict::Unknown => Some(Refusal {
                code: "UnrecognizedClientException",
                text: "The security token included in the request is invalid.".to_owned(),
            }),
            Verdict::Denied(part) => Some(Refusal {
                code: "AccessDeniedException",
                text: format!(
                    "User: {} is not authorized to perform: {} on resource: {} because no \
                     identity-based policy allows the {} action",
                    self.caller, part.action, part.resource, part.action
                ),
            }),
        }
    }

    /// Writes the call into the journal.
    fn record(self, status: StatusCode, error: Option<String>) {
        let summary = calls::summary(&self.shared.template, self.operation, &self.parts);
        self.shared.journal.add(Call {
            caller: self.caller,
            service: self.service,
            operation: self.operation.to_owned(),
            parts: self.parts,
            status: status.as_u16(),
            error,
            summary,
            capacity: self.capacity,
        });
    }
}

/// An answer in the JSON protocols: the error's name in the body and in a header.
fn json_answer(status: StatusCode, error: Option<&str>, body: &Value) -> Response {
    let mut answer = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/x-amz-json-1.0")
        .header("x-amzn-requestid", "local");
    if let Some(error) = error {
        answer = answer.header("x-amzn-errortype", error);
    }
    answer
        .body(Body::from(body.to_string()))
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// The local cloud itself cannot go on; the SDK shows this text in its error.
fn broken(reason: &dyn std::fmt::Display) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("the local cloud: {reason}\n")).into_response()
}

fn parse(body: &Bytes) -> Value {
    serde_json::from_slice(body).unwrap_or(Value::Null)
}

async fn hang(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
