//! Text messages and calls: what is taken, what is refused, and what the inbox shows of it.

use crate::support::cloud;
use aws_sdk_pinpointsmsvoicev2::{
    error::ProvideErrorMetadata,
    operation::send_voice_message::SendVoiceMessageError,
    types::{
        ConflictExceptionReason, ServiceQuotaExceededExceptionReason, VoiceId,
        VoiceMessageBodyTextType,
    },
};
use aws_sdk_sns::{
    error::SdkError, operation::publish::PublishError, types::MessageAttributeValue,
};
use regain_local::{Channel, Chaos, Cloud, PhoneError, SenderChaos, VOICE_ORIGIN};
use serde_json::{Value, json};

const NUMBER: &str = "+31612345678";
const TEXT: &str = "012345 is your code.\n@demo.example #012345";
const SSML: &str = "<speak>Your code is 0<break time=\"500ms\"/>1 2 3 4 5. <p>Again: \
                    <say-as interpret-as=\"digits\">012345</say-as></p></speak>";

async fn text(
    cloud: &Cloud,
    caller: &str,
    to: &str,
    attributes: &[(&str, &str, &str)],
) -> Result<String, PublishError> {
    let client = aws_sdk_sns::Client::new(&cloud.sdk(caller).await);
    let mut publish = client.publish().message(TEXT);
    publish = match to.strip_prefix("arn:") {
        Some(_) => publish.topic_arn(to),
        None => publish.phone_number(to),
    };
    for (name, kind, value) in attributes {
        let value = MessageAttributeValue::builder().data_type(*kind).string_value(*value);
        publish = publish.message_attributes(*name, value.build().unwrap());
    }
    let sent = publish.send().await.map_err(SdkError::into_service_error);
    sent.map(|sent| sent.message_id.unwrap())
}

/// A call with one thing changed.
async fn call(cloud: &Cloud, change: (&str, &str)) -> Result<String, SendVoiceMessageError> {
    let or = |name: &str, usual: &str| {
        if change.0 == name { change.1.to_owned() } else { usual.to_owned() }
    };
    let sdk = cloud.sdk(&or("caller", "process-outbox")).await;
    let sent = aws_sdk_pinpointsmsvoicev2::Client::new(&sdk)
        .send_voice_message()
        .destination_phone_number(or("to", NUMBER))
        .origination_identity(or("from", VOICE_ORIGIN))
        .message_body(or("said", SSML))
        .message_body_text_type(VoiceMessageBodyTextType::from(or("type", "SSML").as_str()))
        .voice_id(VoiceId::from(or("voice", "LOTTE").as_str()))
        .max_price_per_minute(or("price", "1.00"))
        .time_to_live(or("time", "60").parse().unwrap())
        .send()
        .await;
    sent.map(|sent| sent.message_id.unwrap()).map_err(SdkError::into_service_error)
}

fn both(fail_next: u64, error: PhoneError) -> Chaos {
    let chaos = SenderChaos { fail_next, error, hang_ms: 0 };
    Chaos { sns: chaos.clone(), voice: chaos, ..Chaos::default() }
}

#[tokio::test]
async fn an_sms_lands_in_the_inbox_with_its_code() {
    let cloud = cloud();
    let attributes =
        [("AWS.SNS.SMS.SenderID", "String", "Demo"), ("AWS.SNS.SMS.MaxPrice", "Number", "0.50")];
    let id = text(&cloud, "process-outbox", NUMBER, &attributes).await.unwrap();
    let [message] = cloud.messages(Some(NUMBER)).try_into().unwrap();
    assert_eq!((message.id, message.channel), (id, Channel::Sms));
    assert_eq!((message.from.as_str(), message.text.as_str()), ("Demo", TEXT));
    assert_eq!(message.headers["AWS.SNS.SMS.MaxPrice"], "0.50");
    assert_eq!(message.codes, ["012345"]);
    text(&cloud, "process-outbox", NUMBER, &[]).await.unwrap();
    assert_eq!(cloud.messages(None)[0].from, "NOTICE", "a sender nobody named");
}

#[tokio::test]
async fn an_sms_that_sns_would_refuse_is_refused() {
    let cloud = cloud();
    for to in ["0612345678", "+31 612345678", "+3161234567890123", "+1", "+3161234567a"] {
        let refused = text(&cloud, "process-outbox", to, &[]).await.unwrap_err();
        assert!(refused.is_invalid_parameter_exception(), "{to}: {refused:?}");
    }
    for (name, kind, value, taken) in [
        ("SenderID", "String", "A", true),
        ("SenderID", "String", "Elevenchars", true),
        ("SenderID", "String", "Twelve chars", false),
        ("SenderID", "String", "Twelvechars1", false),
        ("SenderID", "String", "12345", false),
        ("SenderID", "Number", "Demo", false),
        ("SMSType", "String", "Transactional", true),
        ("SMSType", "String", "Promotional", true),
        ("SMSType", "String", "transactional", false),
        ("MaxPrice", "Number", "0.50", true),
        ("MaxPrice", "String", "1", true),
        ("MaxPrice", "Number", "0", false),
        ("MaxPrice", "Number", "0,50", false),
        ("MaxPrice", "Number", "1e3", false),
        ("MaxPrize", "Number", "1", false),
    ] {
        let name = format!("AWS.SNS.SMS.{name}");
        let answer = text(&cloud, "process-outbox", NUMBER, &[(&name, kind, value)]).await;
        assert_eq!(answer.is_ok(), taken, "{name} {kind} {value}: {answer:?}");
    }
}

#[tokio::test]
async fn a_call_lands_in_the_inbox_with_its_code() {
    let cloud = cloud();
    let id = call(&cloud, ("", "")).await.unwrap();
    let [message] = cloud.messages(Some(NUMBER)).try_into().unwrap();
    assert_eq!((message.id, message.channel), (id, Channel::Voice));
    assert_eq!((message.from.as_str(), message.text.as_str()), (VOICE_ORIGIN, SSML));
    assert_eq!(message.codes, ["012345"]);
    assert_eq!(message.headers["VoiceId"], "LOTTE");
    assert_eq!(cloud.calls_of("process-outbox"), ["SendVoiceMessage"]);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/api/messages?to=%2B31612345678", cloud.inbox_url());
    let told: Value = http.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!((&told[0]["channel"], &told[0]["codes"]), (&json!("voice"), &json!(["012345"])));
}

#[tokio::test]
async fn a_call_that_the_service_would_refuse_is_refused() {
    let cloud = cloud();
    let long = format!("<speak>{}</speak>", "a".repeat(6000));
    for change in [
        ("to", "0612345678"),
        ("to", "+31 612345678"),
        ("said", "1 2 3 4 5 6"),
        ("said", "<speak>a & b</speak>"),
        ("said", long.as_str()),
        ("type", "HTML"),
        ("voice", "NOBODY"),
        ("price", "1"),
        ("time", "4"),
        ("time", "259201"),
    ] {
        let refused = call(&cloud, change).await.unwrap_err();
        assert!(refused.is_validation_exception(), "{change:?}: {refused:?}");
    }
    assert_eq!(cloud.messages(None).len(), 0);
    for change in [("said", "no tags"), ("type", "TEXT"), ("time", "5"), ("time", "259200")] {
        let answer = call(&cloud, change).await;
        assert_eq!(answer.is_ok(), change.0 != "said", "{change:?}: {answer:?}");
    }
    let unknown = call(&cloud, ("from", "phone-other")).await.unwrap_err();
    assert_eq!(unknown.code(), Some("AccessDeniedException"), "the grant is for one number");
    let other = call(&cloud, ("caller", "sign-in")).await.unwrap_err();
    assert!(other.is_access_denied_exception());
    let open = cloud.sdk(regain_local::ADMIN).await;
    let nowhere = aws_sdk_pinpointsmsvoicev2::Client::new(&open).send_voice_message();
    let nowhere = nowhere.destination_phone_number(NUMBER).origination_identity("phone-other");
    let nowhere = nowhere.message_body("hello").send().await.unwrap_err().into_service_error();
    assert!(nowhere.is_resource_not_found_exception());
}

#[tokio::test]
async fn process_outbox_may_text_numbers_and_no_topic() {
    let cloud = cloud();
    let topic = "arn:aws:sns:eu-west-1:000000000000:alarms";
    for (caller, to) in [("process-outbox", topic), ("sign-in", NUMBER), ("sign-in", topic)] {
        let denied = text(&cloud, caller, to, &[]).await.unwrap_err();
        assert!(denied.is_authorization_error_exception(), "{caller} {to}: {denied:?}");
    }
    text(&cloud, "process-outbox", NUMBER, &[]).await.unwrap();
}

#[tokio::test]
async fn texts_and_calls_fail_as_switched_and_then_go() {
    let cloud = cloud();
    for (error, code, spoken) in [
        (PhoneError::Down, "InternalError", "InternalServerException"),
        (PhoneError::Throttled, "Throttled", "ThrottlingException"),
        (PhoneError::OptedOut, "OptedOut", "ConflictException"),
        (PhoneError::Refused, "InvalidParameter", "ConflictException"),
        (PhoneError::Denied, "AuthorizationError", "AccessDeniedException"),
    ] {
        cloud.set_chaos(both(u64::MAX, error));
        let refused = text(&cloud, "process-outbox", NUMBER, &[]).await.unwrap_err();
        assert_eq!(refused.code(), Some(code), "{error:?}");
        let refused = call(&cloud, ("", "")).await.unwrap_err();
        assert_eq!(refused.code(), Some(spoken), "{error:?}");
        cloud.set_chaos(both(0, error));
        text(&cloud, "process-outbox", NUMBER, &[]).await.unwrap();
        call(&cloud, ("", "")).await.unwrap();
    }
    assert_eq!(cloud.messages(None).len(), 10);
}

#[tokio::test]
async fn a_refused_call_says_why() {
    let cloud = cloud();
    cloud.set_chaos(both(1, PhoneError::OptedOut));
    let refused = call(&cloud, ("", "")).await.unwrap_err();
    let SendVoiceMessageError::ConflictException(conflict) = refused else { panic!("{refused:?}") };
    let reason = ConflictExceptionReason::DestinationPhoneNumberOptedOut;
    assert_eq!(conflict.reason(), Some(&reason));
    cloud.set_chaos(both(1, PhoneError::SpendLimit));
    let refused = call(&cloud, ("", "")).await.unwrap_err();
    let SendVoiceMessageError::ServiceQuotaExceededException(quota) = refused else { panic!() };
    let reason = ServiceQuotaExceededExceptionReason::MonthlySpendLimitReachedForVoice;
    assert_eq!(quota.reason(), Some(&reason));
}

#[tokio::test]
async fn sns_without_money_takes_a_text_and_drops_it() {
    let cloud = cloud();
    cloud.set_chaos(both(1, PhoneError::SpendLimit));
    let id = text(&cloud, "process-outbox", NUMBER, &[]).await.unwrap();
    assert!(!id.is_empty());
    assert_eq!(cloud.messages(None).len(), 0);
    text(&cloud, "process-outbox", NUMBER, &[]).await.unwrap();
    assert_eq!(cloud.messages(None).len(), 1);
}

#[tokio::test]
async fn the_switches_of_phones_speak_json() {
    let cloud = cloud();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/api/chaos", cloud.inbox_url());
    let put = async |body: Value| http.put(&url).json(&body).send().await.unwrap();
    for (word, error) in [
        ("down", PhoneError::Down),
        ("throttled", PhoneError::Throttled),
        ("opted_out", PhoneError::OptedOut),
        ("rejected", PhoneError::OptedOut),
        ("spend_limit", PhoneError::SpendLimit),
        ("refused", PhoneError::Refused),
        ("denied", PhoneError::Denied),
    ] {
        let switched = json!({"fail_next": 2, "error": word});
        let answer = put(json!({"sns": switched, "voice": switched})).await;
        assert_eq!(answer.status(), 200, "{word}");
        assert_eq!(cloud.chaos(), both(2, error), "{word}");
    }
    for unknown in [json!({"sns": {"error": "no"}}), json!({"ses": {"error": "opted_out"}})] {
        assert_eq!(put(unknown.clone()).await.status(), 400, "{unknown}");
    }
}
