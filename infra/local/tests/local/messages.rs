//! Mail and secrets: what is taken, what is refused, and what the inbox shows of it.

use crate::support::cloud;
use aws_sdk_sesv2::{
    error::ProvideErrorMetadata,
    operation::send_email::{SendEmailError, SendEmailOutput},
    types::{Body, Content, Destination, EmailContent, Message, MessageHeader},
};
use jiff::Timestamp;
use regain_domain::captcha::{self, Challenge};
use regain_domain::{Language, TenantId, keys::Keyring, seal::Seal};
use regain_local::{Channel, Chaos, Cloud, Rel, SenderChaos, SenderError};
use serde_json::{Value, json};

const TOKEN: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ0123";

pub(crate) async fn send(
    cloud: &Cloud,
    caller: &str,
    to: &str,
    subject: &str,
) -> Result<SendEmailOutput, SendEmailError> {
    let content = |text: &str| Content::builder().data(text).charset("UTF-8").build().unwrap();
    let text = format!(
        "https://a.example/p/demo/link/{TOKEN}\nhttps://a.example/p/demo/not-me/{TOKEN}\n123456"
    );
    let header = MessageHeader::builder().name("Auto-Submitted").value("auto-generated");
    let message = Message::builder()
        .subject(content(subject))
        .body(Body::builder().text(content(&text)).html(content("<p>hello</p>")).build())
        .headers(header.build().unwrap())
        .build();
    aws_sdk_sesv2::Client::new(&cloud.sdk(caller).await)
        .send_email()
        .from_email_address("Demo <no-reply@demo.example>")
        .destination(Destination::builder().to_addresses(to).build())
        .content(EmailContent::builder().simple(message).build())
        .configuration_set_name("regain")
        .send()
        .await
        .map_err(aws_sdk_sesv2::error::SdkError::into_service_error)
}

#[tokio::test]
async fn a_mail_lands_in_the_inbox_whole() {
    let cloud = cloud();
    let sent = send(&cloud, "process-outbox", "Jan@Example.com", "Hello").await.unwrap();
    let messages = cloud.messages(Some("jan@example.com"));
    let [message] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(Some(&message.id), sent.message_id.as_ref());
    assert_eq!(message.channel, Channel::Email);
    assert_eq!(message.to, "Jan@Example.com", "as it was sent");
    assert_eq!(message.from, "Demo <no-reply@demo.example>");
    assert_eq!(message.subject.as_deref(), Some("Hello"));
    assert_eq!(message.html.as_deref(), Some("<p>hello</p>"));
    assert_eq!(message.headers["Auto-Submitted"], "auto-generated");
    assert!(message.headers.contains_key("Message-ID"));
    assert_eq!(message.configuration_set.as_deref(), Some("regain"));
    let rels: Vec<Rel> = message.links.iter().map(|link| link.rel).collect();
    assert_eq!(rels, [Rel::Action, Rel::NotMe]);
    assert!(message.codes.is_empty(), "codes come by SMS");
}

#[tokio::test]
async fn mail_that_ses_would_refuse_is_refused() {
    let cloud = cloud();
    let denied = send(&cloud, "request-reset", "jan@example.com", "Hello").await.unwrap_err();
    assert_eq!(denied.code(), Some("AccessDeniedException"));
    for (to, subject) in [
        ("jan@example.com\r\nBcc: eve@example.com", "Hello"),
        ("jan@example.com, eve@example.com", "Hello"),
        ("jan", "Hello"),
        ("jan.@example.com", "Hello"),
        ("jan@example.com", "Hello\r\nBcc: eve@example.com"),
    ] {
        let refused = send(&cloud, "process-outbox", to, subject).await.unwrap_err();
        assert!(refused.is_bad_request_exception(), "{to:?} {subject:?}: {refused:?}");
    }
    assert!(cloud.messages(None).is_empty());
}

#[tokio::test]
async fn mail_fails_as_switched_and_then_goes() {
    let cloud = cloud();
    for (error, code, calls) in [
        (SenderError::Throttled, "TooManyRequestsException", 3),
        (SenderError::Down, "ServiceUnavailableException", 3),
        (SenderError::Rejected, "MessageRejected", 1),
    ] {
        cloud.forget_calls();
        let ses = SenderChaos { fail_next: calls, error, hang_ms: 0 };
        cloud.set_chaos(Chaos { ses, ..Chaos::default() });
        let refused = send(&cloud, "process-outbox", "jan@example.com", "x").await.unwrap_err();
        assert_eq!(refused.code(), Some(code));
        assert_eq!(cloud.calls_of("process-outbox").len() as u64, calls, "{code}");
        send(&cloud, "process-outbox", "jan@example.com", "x").await.unwrap();
    }
    assert_eq!(cloud.messages(None).len(), 3);
}

#[tokio::test]
async fn the_inbox_speaks_json() {
    let cloud = cloud();
    for (to, subject) in [("a@example.com", "1"), ("b@example.com", "2"), ("a@example.com", "3")] {
        send(&cloud, "process-outbox", to, subject).await.unwrap();
    }
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let api = |path: &str| format!("{}/api/{path}", cloud.inbox_url());
    let get = async |path: &str| -> Value {
        http.get(api(path)).send().await.unwrap().json().await.unwrap()
    };
    let subjects = |messages: Value| -> Vec<String> {
        let messages = messages.as_array().unwrap().clone();
        messages.iter().map(|message| message["subject"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(subjects(get("messages").await), ["3", "2", "1"], "newest first");
    assert_eq!(subjects(get("messages?to=A%40example.com").await), ["3", "1"]);
    let first = get("messages?to=b@example.com").await[0].clone();
    assert_eq!(first["channel"], "email");
    assert_eq!(first["links"][1]["rel"], "not_me");
    assert!(first["sent_at"].as_str().unwrap().ends_with('Z'));
    http.delete(api("messages")).send().await.unwrap();
    assert_eq!(get("messages").await, json!([]));

    let switched =
        json!({"ses": {"fail_next": 3, "error": "throttled"}, "dynamodb": {"throttle_one_in": 3}});
    let answer = http.put(api("chaos")).json(&switched).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(cloud.chaos().ses.error, SenderError::Throttled);
    assert_eq!(get("chaos").await["dynamodb"]["throttle_one_in"], 3);
    let unknown = http.put(api("chaos")).json(&json!({"sess": {}})).send().await.unwrap();
    assert_eq!(unknown.status(), 400);
    http.delete(api("chaos")).send().await.unwrap();
    assert_eq!(cloud.chaos(), Chaos::default());
}

#[tokio::test]
async fn a_function_reads_its_own_secrets_only() {
    let cloud = cloud();
    let get = async |caller: &str, secret: &str| {
        aws_sdk_secretsmanager::Client::new(&cloud.sdk(caller).await)
            .get_secret_value()
            .secret_id(secret)
            .send()
            .await
            .map(|answer| answer.secret_string.unwrap())
            .map_err(|error| error.code().unwrap_or_default().to_owned())
    };
    let links: Value =
        serde_json::from_str(&get("click-link", "regain/links").await.unwrap()).unwrap();
    assert_eq!(links["current"], "1");
    assert!(links["1"].as_str().unwrap().len() >= 43);
    assert_eq!(get("click-link", "regain/sessions").await.unwrap_err(), "AccessDeniedException");
    assert_ne!(get("sign-in", "regain/sessions").await, get("sign-in", "regain/edge").await);
    let at_rest = "regain/at-rest";
    assert_eq!(get("unlock", at_rest).await.unwrap_err(), "AccessDeniedException");
    let arn = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:regain/at-rest-local0";
    assert_eq!(get("second-step", at_rest).await, get("second-step", arn).await);
    assert!(get("second-step", at_rest).await.is_ok());
    assert_eq!(get("local-admin", "regain/other").await.unwrap_err(), "ResourceNotFoundException");
    assert_eq!(cloud.calls_of("click-link"), ["GetSecretValue links", "GetSecretValue sessions"]);
}

#[tokio::test]
async fn the_inbox_answers_a_captcha_of_this_cloud_and_no_other() {
    let cloud = cloud();
    let tenant = TenantId::parse("demo").unwrap();
    let challenge = Challenge::new(&tenant, Language::Nl, [7; 32], Timestamp::UNIX_EPOCH);
    let id = |secret: &str| {
        let keys = Keyring::parse(secret).unwrap();
        challenge.seal(&Seal::new(&keys, captcha::SEAL_LABEL), [1; 24])
    };
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = async |id: &str| {
        http.get(format!("{}/api/captcha/{id}", cloud.inbox_url())).send().await.unwrap()
    };
    let answer = ask(&id(&cloud.secret("edge").unwrap())).await;
    assert_eq!(answer.status(), 200, "whose time is over too");
    assert_eq!(answer.json::<Value>().await.unwrap(), json!({"answer": challenge.answer()}));
    let other = id(&cloud.secret("links").unwrap());
    for unknown in [other.as_str(), "x"] {
        assert_eq!(ask(unknown).await.status(), 404, "{unknown}");
    }
}
