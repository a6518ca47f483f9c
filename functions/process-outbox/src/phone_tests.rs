use std::time::{Duration, Instant};

use regain_domain::{Language, PhoneNumber, Settings};
use regain_local::{
    Channel, Chaos, Cloud, Message, Options, PhoneError, SenderChaos, VOICE_ORIGIN,
};

use super::{ANSWER_MAX, NotSent, Pause, Phones};

const NUMBER: &str = "+31612345678";
const TEXT: &str = "012345 is your code.\n@demo.example #012345";
const SSML: &str = "<speak>Your code: 0 1 2 3 4 5. Again: 0 1 2 3 4 5.</speak>";

async fn phones(cloud: &Cloud) -> Phones {
    phones_from(cloud, ANSWER_MAX).await
}

async fn phones_from(cloud: &Cloud, answer_max: Duration) -> Phones {
    let sdk = regain_store::Cloud::with(cloud.sdk("process-outbox").await, "regain");
    Phones::within(&sdk, Some(VOICE_ORIGIN.to_owned()), answer_max)
}

fn local() -> Cloud {
    Cloud::start(Options::default()).unwrap()
}

async fn text(phones: &Phones) -> Result<(), NotSent> {
    let number = PhoneNumber::parse(NUMBER, "NL").unwrap();
    phones.send_sms(&Settings::default(), &number, TEXT.to_owned()).await
}

async fn call(phones: &Phones) -> Result<(), NotSent> {
    let number = PhoneNumber::parse(NUMBER, "NL").unwrap();
    phones.call(&number, SSML.to_owned(), Language::Nl).await
}

fn both(fail_next: u64, error: PhoneError) -> Chaos {
    let chaos = SenderChaos { fail_next, error, hang_ms: 0 };
    Chaos { sns: chaos.clone(), voice: chaos, ..Chaos::default() }
}

/// The word for the timeline, or why it did not go now.
fn told(result: Result<(), NotSent>) -> Result<&'static str, String> {
    match result.unwrap_err() {
        NotSent::Never(cause) => Ok(cause),
        NotSent::NotNow(error) => Err(regain_http::log::chain(error.as_ref()).to_string()),
    }
}

fn only(cloud: &Cloud) -> Message {
    let [message] = cloud.messages(Some(NUMBER)).try_into().unwrap();
    message
}

#[tokio::test]
async fn a_text_goes_out_as_transactional_under_a_price_and_the_tenants_name() {
    let cloud = local();
    let phones = phones(&cloud).await;
    let number = PhoneNumber::parse(NUMBER, "NL").unwrap();
    let mut settings = Settings::default();
    settings.sender.sms_name = Some("Zuid".to_owned());
    phones.send_sms(&settings, &number, TEXT.to_owned()).await.unwrap();
    let message = only(&cloud);
    assert_eq!((message.channel, message.text.as_str()), (Channel::Sms, TEXT));
    assert_eq!((message.from.as_str(), message.codes.len()), ("Zuid", 1));
    assert_eq!(message.headers["AWS.SNS.SMS.SMSType"], "Transactional");
    assert_eq!(message.headers["AWS.SNS.SMS.MaxPrice"], "0.50");

    cloud.clear_messages().unwrap();
    text(&phones).await.unwrap();
    assert!(!only(&cloud).headers.contains_key("AWS.SNS.SMS.SenderID"), "no name, no attribute");
}

#[tokio::test]
async fn a_call_is_read_in_a_voice_of_its_language() {
    let cloud = local();
    let phones = phones(&cloud).await;
    let number = PhoneNumber::parse(NUMBER, "NL").unwrap();
    for (language, voice) in [(Language::En, "AMY"), (Language::Nl, "LOTTE")] {
        cloud.clear_messages().unwrap();
        phones.call(&number, SSML.to_owned(), language).await.unwrap();
        let message = only(&cloud);
        assert_eq!((message.channel, message.from.as_str()), (Channel::Voice, VOICE_ORIGIN));
        assert_eq!(message.headers["VoiceId"], voice);
        assert_eq!(message.headers["MaxPricePerMinute"], "1.00");
        assert_eq!(message.headers["TimeToLive"], 60);
        assert_eq!(message.codes, ["012345"]);
    }
}

#[tokio::test]
async fn what_would_be_refused_again_is_told_apart_from_what_may_pass() {
    let cloud = local();
    let phones = phones(&cloud).await;
    for (error, texted, called) in [
        (PhoneError::OptedOut, Ok("opted_out"), Ok("opted_out")),
        (PhoneError::Refused, Ok("refused"), Ok("refused")),
        (PhoneError::Throttled, Err("Throttled"), Err("ThrottlingException")),
        (PhoneError::Down, Err("InternalError"), Err("InternalServerException")),
        (
            PhoneError::Denied,
            Err("AuthorizationError"),
            Err("AccessDeniedException (ACCOUNT_DISABLED)"),
        ),
    ] {
        cloud.forget_calls();
        cloud.set_chaos(both(1, error));
        let codes = |code: &str, service: &str| format!("[\"{service} answered {code}\"]");
        let texted = texted.map_err(|code| codes(code, "SNS"));
        let called = called.map_err(|code| codes(code, "the voice API"));
        assert_eq!(told(text(&phones).await), texted, "{error:?}");
        assert_eq!(told(call(&phones).await), called, "{error:?}");
        assert_eq!(cloud.calls().len(), 2, "one try each");
        text(&phones).await.unwrap();
        call(&phones).await.unwrap();
    }
}

#[tokio::test]
async fn money_that_is_spent_shows_in_calls_and_is_silent_in_texts() {
    let cloud = local();
    let phones = phones(&cloud).await;
    cloud.set_chaos(both(1, PhoneError::SpendLimit));
    text(&phones).await.unwrap();
    assert_eq!(cloud.messages(None).len(), 0);
    assert_eq!(told(call(&phones).await), Ok("spend_limit"));
}

#[tokio::test]
async fn nobody_is_called_from_nowhere() {
    let cloud = local();
    let number = PhoneNumber::parse(NUMBER, "NL").unwrap();
    let sdk = regain_store::Cloud::with(cloud.sdk(regain_local::ADMIN).await, "regain");
    let nowhere = Phones::new(&sdk, None);
    let result = nowhere.call(&number, SSML.to_owned(), Language::En).await;
    assert_eq!(told(result), Ok("voice_not_configured"));
    assert_eq!(cloud.calls().len(), 0);
    let unknown = Phones::new(&sdk, Some("phone-gone".to_owned()));
    let result = unknown.call(&number, SSML.to_owned(), Language::En).await;
    assert_eq!(told(result), Ok("voice_not_configured"));
    assert_eq!(cloud.calls().len(), 1);
}

#[tokio::test]
async fn what_a_service_says_of_a_number_is_not_repeated() {
    let cloud = local();
    let phones = phones(&cloud).await;
    cloud.set_chaos(both(1, PhoneError::Denied));
    let texted = text(&phones).await.unwrap_err();
    let called = call(&phones).await.unwrap_err();
    let said = format!("{texted:?} {called:?}");
    assert!(!said.contains("612345678"), "{said}");
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_left_alone_and_the_other_is_not() {
    let cloud = local();
    let phones = phones_from(&cloud, Duration::from_secs(1)).await;
    let hangs = SenderChaos { hang_ms: 600_000, ..SenderChaos::default() };
    cloud.set_chaos(Chaos { sns: hangs, ..Chaos::default() });
    let first = told(text(&phones).await).unwrap_err();
    assert!(first.contains("timeout") || first.contains("timed out"), "{first}");
    cloud.set_chaos(Chaos::default());
    let second = told(text(&phones).await).unwrap_err();
    assert_eq!(second, "[\"SNS did not answer a moment ago\"]");
    call(&phones).await.unwrap();
    assert_eq!(only(&cloud).channel, Channel::Voice);
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_is_left_alone_too() {
    let cloud = local();
    let phones = phones(&cloud).await;
    drop(cloud);
    assert!(told(call(&phones).await).is_err_and(|error| error.contains("dispatch failure")));
    let second = told(call(&phones).await).unwrap_err();
    assert_eq!(second, "[\"the voice API did not answer a moment ago\"]");
    assert!(told(text(&phones).await).is_err_and(|error| error.contains("dispatch failure")));
}

#[test]
fn a_service_is_left_alone_for_ten_seconds() {
    let (pause, begun) = (Pause::default(), Instant::now());
    assert!(!pause.lasts(begun));
    pause.begin(begun);
    assert!(pause.lasts(begun) && pause.lasts(begun + Duration::from_millis(9_999)));
    assert!(!pause.lasts(begun + Duration::from_secs(10)));
    pause.begin(begun + Duration::from_secs(20));
    assert!(pause.lasts(begun + Duration::from_secs(29)));
}
