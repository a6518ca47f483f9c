//! The front of the embedded DynamoDB: IAM, faults and the journal first, then dynoxide. Its answers
//! pass through untouched, but for the consumed capacity: that is always asked for, for the journal,
//! and taken out again where the caller did not ask.

mod capacity;

use axum::{
    body::{Body, Bytes},
    http::{StatusCode, header, request},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{Incoming, broken, hang, header_text, json_answer, parse};
use crate::{chaos::DynamoDbFault, iam, shared::Shared};

pub(super) async fn call(
    shared: &Shared,
    request: &request::Parts,
    operation: &str,
    body: Bytes,
) -> Response {
    let parts = iam::dynamodb_parts(operation, &parse(&body));
    let mut incoming = Incoming::new(shared, request, "dynamodb", operation, parts);
    if let Some(refusal) = incoming.refusal() {
        let answer = refused(StatusCode::BAD_REQUEST, refusal.code, &refusal.text);
        incoming.record(StatusCode::BAD_REQUEST, Some(refusal.code.to_owned()));
        return answer;
    }
    let (wait, fault) = shared.switches.dynamodb(operation);
    hang(wait).await;
    let answered = match fault {
        Some(fault) if fault != DynamoDbFault::LoseAnswer => {
            Answered::fault(fault, incoming.parts.len())
        }
        _ => match forward(shared, request, operation, body).await {
            Ok((answered, consumed)) => {
                incoming.capacity = consumed;
                match fault {
                    Some(_) => Answered::fault(DynamoDbFault::LoseAnswer, 0),
                    None => answered,
                }
            }
            Err(error) => return broken(&error),
        },
    };
    incoming.record(answered.status, answered.error);
    answered.response
}

struct Answered {
    status: StatusCode,
    error: Option<String>,
    response: Response,
}

impl Answered {
    fn fault(fault: DynamoDbFault, transaction_parts: usize) -> Self {
        let (status, code, response) = match fault {
            DynamoDbFault::Throttle => {
                let code = "ProvisionedThroughputExceededException";
                let text =
                    "The level of configured provisioned throughput for the table was exceeded.";
                (StatusCode::BAD_REQUEST, code, refused(StatusCode::BAD_REQUEST, code, text))
            }
            DynamoDbFault::Conflict => {
                let code = "TransactionCanceledException";
                (StatusCode::BAD_REQUEST, code, conflict(transaction_parts))
            }
            DynamoDbFault::ConflictUpdate => {
                let code = "TransactionConflictException";
                let text = "Transaction is ongoing for the item";
                (StatusCode::BAD_REQUEST, code, refused(StatusCode::BAD_REQUEST, code, text))
            }
            DynamoDbFault::Fail | DynamoDbFault::LoseAnswer => {
                let (status, code) = (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError");
                (status, code, refused(status, code, "Internal server error"))
            }
        };
        Self { status, error: Some(code.to_owned()), response }
    }
}

fn refused(status: StatusCode, code: &str, text: &str) -> Response {
    let namespace = match code {
        "AccessDeniedException" | "UnrecognizedClientException" => "com.amazon.coral.service",
        _ => "com.amazonaws.dynamodb.v20120810",
    };
    // Coral spells its text with a capital, DynamoDB without; the SDK reads either.
    let body = json!({"__type": format!("{namespace}#{code}"), "message": text, "Message": text});
    json_answer(status, None, &body)
}

fn conflict(parts: usize) -> Response {
    let mut reasons = vec![json!({
        "Code": "TransactionConflict",
        "Message": "Transaction is ongoing for the item"
    })];
    reasons.resize(parts.max(1), json!({"Code": "None"}));
    let codes: Vec<&str> =
        reasons.iter().filter_map(|reason| reason.get("Code").and_then(Value::as_str)).collect();
    let text = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes.join(", ")
    );
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": text,
        "message": text,
        "CancellationReasons": reasons,
    });
    json_answer(StatusCode::BAD_REQUEST, None, &body)
}

/// The answer of the database, and the capacity that the call consumed.
async fn forward(
    shared: &Shared,
    request: &request::Parts,
    operation: &str,
    body: Bytes,
) -> Result<(Answered, f64), reqwest::Error> {
    let asked = capacity::ask(operation, body);
    let mut call = shared.http.post(&shared.backend).body(asked.body);
    for name in ["x-amz-target", "authorization", "x-amz-date", "content-type"] {
        if let Some(value) = header_text(&request.headers, name) {
            call = call.header(name, value);
        }
    }
    let answer = call.send().await?;
    let status = answer.status();
    let headers = answer.headers().clone();
    let told = capacity::read(&asked.by, answer.bytes().await?);
    let mut builder = Response::builder().status(status);
    for name in ["content-type", "x-amzn-requestid", "x-amz-crc32"] {
        // The checksum is of the body as the database wrote it.
        let fits = name != "x-amz-crc32" || !told.rewritten;
        if let Some(value) = headers.get(name).filter(|_| fits) {
            builder = builder.header(name, value);
        }
    }
    let body = told.body;
    let error = (!status.is_success()).then(|| {
        let body = parse(&body);
        let kind = body.get("__type").and_then(Value::as_str).unwrap_or_default();
        kind.rsplit('#').next().unwrap_or_default().to_owned()
    });
    let response = builder
        .header(header::CONTENT_LENGTH, body.len())
        .body(Body::from(body))
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    Ok((Answered { status, error, response }, told.units))
}
