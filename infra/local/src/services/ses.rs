//! SES v2 `SendEmail` with simple content: what SES refuses is refused, what it takes lands in the
//! inbox. Templates, raw mails and attachments are not offered: the product sends none.

use axum::{
    body::Bytes,
    http::{Method, StatusCode, request},
    response::Response,
};
use serde_json::{Map, Value, json};

use super::{Incoming, broken, hang, json_answer, parse};
use crate::{
    ACCOUNT, REGION,
    chaos::SenderError,
    iam::Part,
    inbox::{Channel, Draft},
    shared::Shared,
    state::random_hex,
};

const SEND: &str = "/v2/email/outbound-emails";

/// SES takes so many recipients and added headers.
const RECIPIENTS_MAX: usize = 50;
const HEADERS_MAX: usize = 15;
const HEADER_VALUE_BYTES_MAX: usize = 870;

type Failure = (StatusCode, &'static str, String);

pub(super) async fn call(shared: &Shared, request: &request::Parts, body: &Bytes) -> Response {
    let body = parse(body);
    let operation = match (&request.method, request.uri.path()) {
        (&Method::POST, SEND) => "SendEmail",
        _ => "Other",
    };
    let incoming = Incoming::new(shared, request, "ses", operation, parts(operation, &body));
    let outcome = match incoming.refusal() {
        Some(refusal) => Err((StatusCode::FORBIDDEN, refusal.code, refusal.text)),
        None => {
            let (wait, fault) = shared.switches.sender(|chaos| &mut chaos.ses);
            hang(wait).await;
            match fault {
                Some(fault) => Err(failure(fault, &body)),
                None => accept(shared, operation, &body),
            }
        }
    };
    let sent = outcome.and_then(|(recipients, mut draft)| {
        let id = random_hex(16).map_err(|error| unavailable(&error))?;
        let message_id = format!("<{id}@{REGION}.amazonses.com>");
        draft.headers.insert("Message-ID".to_owned(), Value::String(message_id));
        shared.inbox.file(Channel::Email, &recipients, &draft).map_err(|error| unavailable(&error))
    });
    match sent {
        Ok(id) => {
            incoming.record(StatusCode::OK, None);
            json_answer(StatusCode::OK, None, &json!({"MessageId": id}))
        }
        Err((_, "StateUnavailable", text)) => broken(&text),
        Err((status, code, text)) => {
            incoming.record(status, Some(code.to_owned()));
            json_answer(status, Some(code), &json!({"message": text}))
        }
    }
}

fn unavailable(error: &crate::LocalError) -> Failure {
    (StatusCode::INTERNAL_SERVER_ERROR, "StateUnavailable", error.to_string())
}

/// SES asks for the right to send as the identity, and to use the configuration set.
fn parts(operation: &str, body: &Value) -> Vec<Part> {
    let from = body.get("FromEmailAddress").and_then(Value::as_str).unwrap_or_default();
    let domain = address(from).rsplit('@').next().unwrap_or_default().to_owned();
    let mut resources = vec![format!("identity/{domain}")];
    if let Some(set) = body.get("ConfigurationSetName").and_then(Value::as_str) {
        resources.push(format!("configuration-set/{set}"));
    }
    let part = |resource| Part {
        action: format!("ses:{operation}"),
        resource: format!("arn:aws:ses:{REGION}:{ACCOUNT}:{resource}"),
    };
    resources.into_iter().map(part).collect()
}

/// The bare address of `Name <address>`.
fn address(mailbox: &str) -> &str {
    match mailbox.rsplit_once('<') {
        Some((_, rest)) => rest.trim_end_matches('>'),
        None => mailbox,
    }
}

fn failure(fault: SenderError, body: &Value) -> Failure {
    match fault {
        SenderError::Down => (
            StatusCode::SERVICE_UNAVAILABLE,
            "ServiceUnavailableException",
            "The service is not available.".to_owned(),
        ),
        SenderError::Throttled => (
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            "Maximum sending rate exceeded.".to_owned(),
        ),
        SenderError::Rejected => (
            StatusCode::BAD_REQUEST,
            "MessageRejected",
            // Like SES, whose text names who the mail was for.
            format!(
                "Email address is not verified. The following identities failed the check in \
                 region {}: {}",
                REGION.to_uppercase(),
                body.pointer("/Destination/ToAddresses/0").and_then(Value::as_str).unwrap_or("-"),
            ),
        ),
    }
}

fn bad(text: &str) -> Failure {
    (StatusCode::BAD_REQUEST, "BadRequestException", text.to_owned())
}

fn accept(shared: &Shared, operation: &str, body: &Value) -> Result<(Vec<String>, Draft), Failure> {
    if operation != "SendEmail" {
        return Err(bad("only SendEmail is offered here"));
    }
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let from = text("/FromEmailAddress").filter(|from| is_mailbox(from));
    let from = from.ok_or_else(|| bad("FromEmailAddress is missing or not an address"))?;
    let mut recipients = Vec::new();
    for kind in ["ToAddresses", "CcAddresses", "BccAddresses"] {
        let list = body.pointer(&format!("/Destination/{kind}")).and_then(Value::as_array);
        let list = list.into_iter().flatten().filter_map(Value::as_str);
        recipients.extend(list.map(str::to_owned));
    }
    if recipients.is_empty() || recipients.len() > RECIPIENTS_MAX {
        return Err(bad("between 1 and 50 recipients are needed"));
    }
    if !recipients.iter().all(|recipient| is_mailbox(recipient)) {
        return Err(bad("a recipient is not an address"));
    }
    let subject = text("/Content/Simple/Subject/Data").ok_or_else(|| bad("no simple content"))?;
    if subject.chars().any(char::is_control) {
        return Err(bad("the subject holds a control character"));
    }
    let plain = text("/Content/Simple/Body/Text/Data");
    let html = text("/Content/Simple/Body/Html/Data");
    if plain.is_none() && html.is_none() {
        return Err(bad("the message has no body"));
    }
    let configuration_set = text("/ConfigurationSetName");
    if let Some(set) = &configuration_set
        && !shared.template.configuration_sets.contains(set)
    {
        let text = format!("Configuration set <{set}> does not exist.");
        return Err((StatusCode::NOT_FOUND, "NotFoundException", text));
    }
    let draft = Draft {
        from,
        subject: Some(subject),
        text: plain.unwrap_or_default(),
        html,
        headers: headers(body)?,
        configuration_set,
    };
    Ok((recipients, draft))
}

fn headers(body: &Value) -> Result<Map<String, Value>, Failure> {
    let list = body.pointer("/Content/Simple/Headers").and_then(Value::as_array);
    let mut headers = Map::new();
    for header in list.into_iter().flatten() {
        let part = |key: &str| header.get(key).and_then(Value::as_str).unwrap_or_default();
        let (name, value) = (part("Name"), part("Value"));
        let name_fits =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
        let reserved = ["from", "to", "cc", "bcc", "subject", "message-id", "date", "return-path"]
            .contains(&name.to_lowercase().as_str());
        let value_fits = value.len() <= HEADER_VALUE_BYTES_MAX
            && value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        if !name_fits || reserved || !value_fits {
            return Err(bad("a header is not allowed"));
        }
        headers.insert(name.to_owned(), Value::String(value.to_owned()));
    }
    if headers.len() > HEADERS_MAX {
        return Err(bad("too many headers"));
    }
    Ok(headers)
}

/// One mailbox that SES takes: ASCII, one address, nothing that ends a header line.
fn is_mailbox(mailbox: &str) -> bool {
    let bare = address(mailbox);
    let sides = bare
        .rsplit_once('@')
        .filter(|(local, domain)| !local.is_empty() && !domain.is_empty() && !local.ends_with('.'));
    sides.is_some()
        && bare.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b',' | b';' | b'<'))
        && !mailbox.chars().any(char::is_control)
}
