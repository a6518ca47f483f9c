//! `SendVoiceMessage` of AWS End User Messaging: what it refuses is refused, what it takes is a
//! call in the inbox. One number can be called from, [`VOICE_ORIGIN`]; nothing is spoken.

use axum::{
    body::Bytes,
    http::{StatusCode, request},
    response::Response,
};
use serde_json::{Map, Value, json};

use super::{Incoming, broken, hang, json_answer, parse};
use crate::{
    ACCOUNT, REGION, VOICE_ORIGIN,
    chaos::PhoneError,
    iam::Part,
    inbox::{Channel, Draft},
    shared::Shared,
};

const TEXT_CHARACTERS_MAX: usize = 3000;
const SSML_CHARACTERS_MAX: usize = 6000;
const SECONDS_TO_LIVE: std::ops::RangeInclusive<u64> = 5..=259_200;
/// Polly's standard voices of the languages that Regain speaks.
const VOICES: [&str; 5] = ["AMY", "BRIAN", "EMMA", "LOTTE", "RUBEN"];

/// A status, an error's name, what it says, and its reason if it has one.
struct Failure {
    status: StatusCode,
    code: &'static str,
    text: String,
    reason: Option<&'static str>,
}

pub(super) async fn call(
    shared: &Shared,
    request: &request::Parts,
    operation: &str,
    body: &Bytes,
) -> Response {
    let body = parse(body);
    let origin = text(&body, "OriginationIdentity").unwrap_or("*");
    let parts = vec![Part {
        action: format!("sms-voice:{operation}"),
        resource: format!("arn:aws:sms-voice:{REGION}:{ACCOUNT}:phone-number/{origin}"),
    }];
    let incoming = Incoming::new(shared, request, "sms-voice", operation, parts);
    let taken = match incoming.refusal() {
        Some(refusal) => Err(refused(refusal.code, refusal.text, None)),
        None => {
            let (wait, fault) = shared.switches.sender(|chaos| &mut chaos.voice);
            hang(wait).await;
            match fault {
                Some(fault) => Err(failure(fault, &body)),
                None => accept(operation, &body),
            }
        }
    };
    match taken {
        Ok((to, draft)) => match shared.inbox.file(Channel::Voice, &[to], &draft) {
            Ok(id) => {
                incoming.record(StatusCode::OK, None);
                json_answer(StatusCode::OK, None, &json!({"MessageId": id}))
            }
            Err(error) => broken(&error),
        },
        Err(Failure { status, code, text, reason }) => {
            incoming.record(status, Some(code.to_owned()));
            let answer = json!({"__type": code, "Message": text, "Reason": reason});
            json_answer(status, Some(code), &answer)
        }
    }
}

fn refused(code: &'static str, text: String, reason: Option<&'static str>) -> Failure {
    Failure { status: StatusCode::BAD_REQUEST, code, text, reason }
}

fn failure(fault: PhoneError, body: &Value) -> Failure {
    // Like the service, whose text may name who was to be called.
    let to = text(body, "DestinationPhoneNumber").unwrap_or("-");
    match fault {
        PhoneError::Down => Failure {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "InternalServerException",
            text: "The service has an internal error.".to_owned(),
            reason: None,
        },
        PhoneError::Throttled => refused("ThrottlingException", "Rate exceeded".to_owned(), None),
        PhoneError::OptedOut => refused(
            "ConflictException",
            format!("The destination phone number {to} is opted out"),
            Some("DESTINATION_PHONE_NUMBER_OPTED_OUT"),
        ),
        PhoneError::SpendLimit => refused(
            "ServiceQuotaExceededException",
            "The monthly spend limit is reached".to_owned(),
            Some("MONTHLY_SPEND_LIMIT_REACHED_FOR_VOICE"),
        ),
        PhoneError::Refused => refused(
            "ConflictException",
            format!("The country of {to} is blocked"),
            Some("DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION"),
        ),
        PhoneError::Denied => refused(
            "AccessDeniedException",
            "The account is disabled".to_owned(),
            Some("ACCOUNT_DISABLED"),
        ),
    }
}

fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

fn accept(operation: &str, body: &Value) -> Result<(String, Draft), Failure> {
    let invalid = |field: &str| {
        let reason = Some("FIELD_VALIDATION_FAILED");
        refused("ValidationException", format!("{field} is not valid"), reason)
    };
    if operation != "SendVoiceMessage" {
        let told = "only SendVoiceMessage is offered here".to_owned();
        return Err(refused("ValidationException", told, Some("UNKNOWN_OPERATION")));
    }
    let needed = |field: &str| text(body, field).ok_or_else(|| invalid(field));
    let to = needed("DestinationPhoneNumber")?;
    if !is_a_number(to) {
        return Err(invalid("DestinationPhoneNumber"));
    }
    let from = needed("OriginationIdentity")?;
    if from != VOICE_ORIGIN {
        return Err(refused("ResourceNotFoundException", format!("no {from}"), None));
    }
    let said = needed("MessageBody")?;
    let is_ssml = match text(body, "MessageBodyTextType") {
        Some("SSML") => true,
        Some("TEXT") | None => false,
        Some(_) => return Err(invalid("MessageBodyTextType")),
    };
    let length_max = if is_ssml { SSML_CHARACTERS_MAX } else { TEXT_CHARACTERS_MAX };
    if !(1..=length_max).contains(&said.chars().count()) || is_ssml && !is_well_formed(said) {
        return Err(invalid("MessageBody"));
    }
    if text(body, "VoiceId").is_some_and(|voice| !VOICES.contains(&voice)) {
        return Err(invalid("VoiceId"));
    }
    if text(body, "MaxPricePerMinute").is_some_and(|price| !is_a_price(price)) {
        return Err(invalid("MaxPricePerMinute"));
    }
    let time = body.get("TimeToLive");
    if time.is_some_and(|time| !time.as_u64().is_some_and(|time| SECONDS_TO_LIVE.contains(&time))) {
        return Err(invalid("TimeToLive"));
    }
    let told = ["VoiceId", "MaxPricePerMinute", "TimeToLive"];
    let told = told.map(|name| (name.to_owned(), body.get(name).cloned().unwrap_or_default()));
    let headers = Map::from_iter(told);
    let (from, text) = (from.to_owned(), said.to_owned());
    Ok((to.to_owned(), Draft { from, text, headers, ..Draft::default() }))
}

/// `\+?[1-9][0-9]{1,18}`, as the API has it.
fn is_a_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (2..=19).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// `[0-9]{0,2}\.[0-9]{1,5}`, likewise.
fn is_a_price(text: &str) -> bool {
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(dollars, rest)| {
        dollars.len() <= 2
            && (1..=5).contains(&rest.len())
            && are_digits(dollars)
            && are_digits(rest)
    })
}

/// Whether one `speak` holds it all, tags are closed in their order, and `&` begins an entity.
fn is_well_formed(ssml: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let Some(inside) = ssml.strip_prefix('<') else { return false };
    let mut pieces = inside.split('<').peekable();
    while let Some(piece) = pieces.next() {
        let Some((tag, words)) = piece.split_once('>') else { return false };
        if let Some(closed) = tag.strip_prefix('/') {
            if open.pop() != Some(closed) {
                return false;
            }
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap_or_default());
        }
        let is_over = open.is_empty();
        if is_over && (pieces.peek().is_some() || !words.is_empty()) {
            return false;
        }
        if open.first().is_some_and(|outermost| *outermost != "speak") {
            return false;
        }
        let mut entities = words.split('&').skip(1);
        if !entities.all(|rest| rest.split_once(';').is_some_and(|(name, _)| !name.is_empty())) {
            return false;
        }
    }
    open.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ssml_is_one_speak_with_its_tags_closed() {
        for ssml in [
            "<speak>Hello</speak>",
            "<speak version=\"1.1\">1<break time=\"1s\"/>2 <p>a &amp; b</p></speak>",
        ] {
            assert!(is_well_formed(ssml), "{ssml}");
        }
        for ssml in [
            "",
            "Hello",
            "<speak>Hello",
            "Hello</speak>",
            "<p>Hello</p>",
            "<speak>a & b</speak>",
            "<speak><p>a</speak></p>",
            "<speak>a</speak>b",
            "<speak>a</speak><speak>b</speak>",
            "<break/><speak>b</speak>",
            "<speak>1 < 2</speak>",
        ] {
            assert!(!is_well_formed(ssml), "{ssml}");
        }
    }

    #[test]
    fn a_price_and_a_number_are_spelt_as_the_api_has_them() {
        for price in ["1.00", ".5", "99.99999"] {
            assert!(is_a_price(price), "{price}");
        }
        for price in ["1", "1.", "100.0", "1.000001", "-1.0", "a.b"] {
            assert!(!is_a_price(price), "{price}");
        }
        assert!(is_a_number("+31612345678") && is_a_number("31612345678"));
        assert!(!is_a_number("0612345678") && !is_a_number("+3161234567a") && !is_a_number("+1"));
    }
}
