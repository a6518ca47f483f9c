//! SNS `Publish` to a phone number, in the query protocol: a form in, XML out. Topics are not
//! offered: the product has none.

use axum::{
    body::{Body, Bytes},
    http::{StatusCode, header, request},
    response::{IntoResponse, Response},
};

use super::{Incoming, broken, hang};
use crate::{
    chaos::SenderError,
    cloud::Shared,
    iam::Part,
    inbox::{Channel, Draft},
};

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

/// The most that SNS takes, over several parts.
const TEXT_BYTES_MAX: usize = 1600;

type Failure = (StatusCode, &'static str, String);

pub(super) async fn call(shared: &Shared, request: &request::Parts, body: &Bytes) -> Response {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    let field =
        |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let operation = field("Action").unwrap_or_default();
    // A phone number has no ARN, so on AWS too the grant is on `*`.
    let parts = vec![Part { action: format!("sns:{operation}"), resource: "*".to_owned() }];
    let incoming = Incoming::new(shared, request, "sns", operation, parts);
    let outcome =
        match incoming.refusal() {
            Some(refusal) => Err((StatusCode::FORBIDDEN, refusal.code, refusal.text)),
            None => {
                let (wait, fault) = shared.switches.sender(|chaos| &mut chaos.sns);
                hang(wait).await;
                match fault {
                    Some(fault) => Err(failure(fault)),
                    None => accept(operation, field("PhoneNumber"), field("Message")).map(
                        |(to, text)| (to, Draft { from: sender(&form), text, ..Draft::default() }),
                    ),
                }
            }
        };
    match outcome {
        Ok((to, draft)) => match shared.inbox.file(Channel::Sms, &[to], &draft) {
            Ok(id) => {
                incoming.record(StatusCode::OK, None);
                let result = format!("<MessageId>{id}</MessageId>");
                xml(
                    StatusCode::OK,
                    &format!(
                        "<PublishResponse xmlns=\"{NAMESPACE}\"><PublishResult>{result}\
                         </PublishResult><ResponseMetadata><RequestId>local</RequestId>\
                         </ResponseMetadata></PublishResponse>"
                    ),
                )
            }
            Err(error) => broken(&error),
        },
        Err((status, code, text)) => {
            incoming.record(status, Some(code.to_owned()));
            let side = if status.is_server_error() { "Receiver" } else { "Sender" };
            xml(
                status,
                &format!(
                    "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{side}</Type>\
                     <Code>{code}</Code><Message>{}</Message></Error>\
                     <RequestId>local</RequestId></ErrorResponse>",
                    escape(&text)
                ),
            )
        }
    }
}

fn accept(
    operation: &str,
    phone: Option<&str>,
    text: Option<&str>,
) -> Result<(String, String), Failure> {
    let invalid = |text: &str| (StatusCode::BAD_REQUEST, "InvalidParameter", text.to_owned());
    if operation != "Publish" {
        return Err((
            StatusCode::BAD_REQUEST,
            "InvalidAction",
            "only Publish is offered here".into(),
        ));
    }
    let phone = phone.ok_or_else(|| invalid("Invalid parameter: PhoneNumber"))?;
    let digits = phone.strip_prefix('+').unwrap_or_default();
    if !(5..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(invalid("Invalid parameter: PhoneNumber Reason: not valid to publish to"));
    }
    let text = text.filter(|text| !text.is_empty() && text.len() <= TEXT_BYTES_MAX);
    let text = text.ok_or_else(|| invalid("Invalid parameter: Message"))?;
    Ok((phone.to_owned(), text.to_owned()))
}

/// The name that the phone shows, when the caller chose one.
fn sender(form: &[(String, String)]) -> String {
    let named =
        form.iter().find(|(key, value)| key.ends_with(".Name") && value == "AWS.SNS.SMS.SenderID");
    let value = named.and_then(|(key, _)| {
        let entry = key.strip_suffix(".Name")?;
        let wanted = format!("{entry}.Value.StringValue");
        form.iter().find(|(key, _)| *key == wanted).map(|(_, value)| value.clone())
    });
    value.unwrap_or_else(|| "NOTICE".to_owned())
}

fn failure(fault: SenderError) -> Failure {
    match fault {
        SenderError::Down => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalError",
            "The service has an internal error.".to_owned(),
        ),
        SenderError::Throttled => {
            (StatusCode::BAD_REQUEST, "Throttled", "Rate exceeded.".to_owned())
        }
        SenderError::Rejected => (
            StatusCode::BAD_REQUEST,
            "OptedOut",
            "The phone number has opted out of receiving SMS messages.".to_owned(),
        ),
    }
}

fn xml(status: StatusCode, body: &str) -> Response {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "text/xml")
        .body(Body::from(body.to_owned()))
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
