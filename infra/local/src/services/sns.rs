//! SNS `Publish` to a phone number, in the query protocol: a form in, XML out. Topics are not
//! offered: the product has none.

use axum::{
    body::{Body, Bytes},
    http::{StatusCode, header, request},
    response::{IntoResponse, Response},
};

use super::{Incoming, broken, hang};
use crate::{
    chaos::PhoneError,
    iam::Part,
    inbox::{Channel, Draft},
    shared::Shared,
};

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

/// The most that SNS takes, over several parts.
const TEXT_BYTES_MAX: usize = 1600;

/// How the attributes of a text message begin.
const ATTRIBUTES: &str = "AWS.SNS.SMS.";

type Failure = (StatusCode, &'static str, String);

pub(super) async fn call(shared: &Shared, request: &request::Parts, body: &Bytes) -> Response {
    let form = Form(url::form_urlencoded::parse(body).into_owned().collect());
    let operation = form.field("Action").unwrap_or_default();
    // A phone number has no ARN: on AWS too it is the resource itself.
    let resource = ["TopicArn", "TargetArn", "PhoneNumber"].iter().find_map(|to| form.field(to));
    let resource = resource.unwrap_or("*").to_owned();
    let parts = vec![Part { action: format!("sns:{operation}"), resource }];
    let incoming = Incoming::new(shared, request, "sns", operation, parts);
    let id = match incoming.refusal() {
        Some(refusal) => Err((StatusCode::FORBIDDEN, "AuthorizationError", refusal.text)),
        None => {
            let (wait, fault) = shared.switches.sender(|chaos| &mut chaos.sns);
            hang(wait).await;
            take(shared, &form, fault)
        }
    };
    match id {
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
        Err((_, "StateUnavailable", text)) => broken(&text),
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

/// The fields of a call.
struct Form(Vec<(String, String)>);

impl Form {
    fn field(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Name, data type and value of each attribute of the message.
    fn attributes(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.0.iter().filter_map(|(key, name)| {
            let entry = key.strip_prefix("MessageAttributes.entry.")?.strip_suffix(".Name")?;
            let of =
                |part: &str| self.field(&format!("MessageAttributes.entry.{entry}.Value.{part}"));
            let (kind, value) = (of("DataType"), of("StringValue"));
            Some((name.as_str(), kind.unwrap_or_default(), value.unwrap_or_default()))
        })
    }
}

/// The id of the message, if it was accepted.
fn take(shared: &Shared, form: &Form, fault: Option<PhoneError>) -> Result<String, Failure> {
    let dropped = fault == Some(PhoneError::SpendLimit);
    if let (Some(fault), false) = (fault, dropped) {
        return Err(failure(fault, form.field("PhoneNumber").unwrap_or("-")));
    }
    let (to, draft) = accept(form)?;
    let recipients = if dropped { Vec::new() } else { vec![to] };
    let filed = shared.inbox.file(Channel::Sms, &recipients, &draft);
    filed
        .map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, "StateUnavailable", error.to_string()))
}

fn accept(form: &Form) -> Result<(String, Draft), Failure> {
    let invalid = |what: &str| {
        (StatusCode::BAD_REQUEST, "InvalidParameter", format!("Invalid parameter: {what}"))
    };
    if form.field("Action") != Some("Publish") {
        let told = "only Publish is offered here".to_owned();
        return Err((StatusCode::BAD_REQUEST, "InvalidAction", told));
    }
    let phone = form.field("PhoneNumber").ok_or_else(|| invalid("PhoneNumber"))?;
    let digits = phone.strip_prefix('+').unwrap_or_default();
    if !(5..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(invalid("PhoneNumber Reason: not valid to publish to"));
    }
    let text = form.field("Message");
    let text = text.filter(|text| !text.is_empty() && text.len() <= TEXT_BYTES_MAX);
    let text = text.ok_or_else(|| invalid("Message"))?.to_owned();
    let mut draft = Draft { from: "NOTICE".to_owned(), text, ..Draft::default() };
    for (name, kind, value) in form.attributes() {
        let Some(attribute) = name.strip_prefix(ATTRIBUTES) else { continue };
        let is_valid = match (attribute, kind) {
            ("SenderID", "String") => is_a_sender(value),
            ("SMSType", "String") => matches!(value, "Promotional" | "Transactional"),
            ("MaxPrice", "String" | "Number") => is_a_price(value),
            _ => false,
        };
        if !is_valid {
            return Err(invalid(name));
        }
        if attribute == "SenderID" {
            value.clone_into(&mut draft.from);
        }
        draft.headers.insert(name.to_owned(), value.into());
    }
    Ok((phone.to_owned(), draft))
}

/// 1 to 11 letters and digits, at least one letter.
fn is_a_sender(text: &str) -> bool {
    (1..=11).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Dollars, as a decimal number.
fn is_a_price(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.parse::<f64>().is_ok_and(|dollars| dollars > 0.0)
}

fn failure(fault: PhoneError, to: &str) -> Failure {
    let (status, code, text) = match fault {
        PhoneError::Down => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalError",
            "The service has an internal error.".to_owned(),
        ),
        PhoneError::Throttled => {
            (StatusCode::TOO_MANY_REQUESTS, "Throttled", "Rate exceeded.".to_owned())
        }
        PhoneError::Denied => (
            StatusCode::FORBIDDEN,
            "AuthorizationError",
            format!("not authorized to perform: SNS:Publish on resource: {to}"),
        ),
        PhoneError::OptedOut => (
            StatusCode::BAD_REQUEST,
            "OptedOut",
            format!("The phone number {to} has opted out of receiving SMS messages."),
        ),
        PhoneError::Refused | PhoneError::SpendLimit => (
            StatusCode::BAD_REQUEST,
            "InvalidParameter",
            format!("Invalid parameter: PhoneNumber Reason: {to} is not valid to publish to"),
        ),
    };
    (status, code, text)
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
