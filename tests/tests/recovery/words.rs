//! What a person reads and hears: the text, the call and the mail, in the right language and with
//! nothing in it that it should not say.

use regain_domain::Language;
use regain_local::{Channel, Chaos, Message, PhoneError, SenderChaos};
use regain_tests::{Request, World, after};
use serde_json::json;

use crate::{MO, ON_FILE, TYPED, open, recovery_for, told};

/// The newest message to the phone.
async fn message(world: &World, channel: &str, change: impl FnOnce(Request) -> Request) -> Message {
    let recovery = recovery_for(world, after(0)).await;
    let body = json!({"recovery": recovery, "phone": TYPED, "channel": channel});
    let request = change(Request::post("send-sms-code", &body));
    let reply = world.send(after(0), &request).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    world.deliver(after(0)).await;
    world.deliver(after(0)).await;
    told(world).remove(0)
}

/// Adds the language that the person chose on the page.
fn in_language(language: &str) -> impl FnOnce(Request) -> Request {
    move |mut request| {
        let mut body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        body["language"] = json!(language);
        request.body = body.to_string().into_bytes();
        request
    }
}

/// What stands between the tags.
fn read_aloud(ssml: &str) -> String {
    let parts = ssml.split('<').filter_map(|part| part.split_once('>'));
    let words: Vec<_> = parts.flat_map(|(_, text)| text.split_whitespace()).collect();
    words.join(" ")
}

#[tokio::test]
async fn a_text_is_one_segment_with_the_code_first_and_the_host_last() {
    for (language, words) in [
        ("en", "is your verification code. It works for 10 minutes; give it to no one."),
        ("nl", "is je verificatiecode. Hij werkt 10 minuten; geef hem aan niemand."),
    ] {
        let world = World::new().await;
        let text = message(&world, "sms", in_language(language)).await;
        let [code] = text.codes.as_slice() else { panic!("{text:?}") };
        assert_eq!(text.text, format!("{code} {words}\n@127.0.0.1 #{code}"));
        assert!(text.text.len() <= 160 && text.text.is_ascii());
        assert_eq!((text.channel, text.to.as_str()), (Channel::Sms, ON_FILE));
        assert!(!text.text.contains("http"), "no link, which people learn not to trust");
        for header in ["AWS.SNS.SMS.SMSType", "AWS.SNS.SMS.MaxPrice"] {
            assert!(text.headers.contains_key(header), "{:?}", text.headers);
        }
        assert_eq!(text.headers["AWS.SNS.SMS.SMSType"], "Transactional");
    }
}

#[tokio::test]
async fn the_host_is_that_of_the_tenants_first_origin_and_the_name_its_own() {
    let world = World::with(|settings| {
        settings.frontend.allowed_origins =
            vec!["https://login.example.com:8443".to_owned(), "https://b.example".to_owned()];
        settings.sms_names = vec!["Demo".to_owned()];
        settings.sender.sms_name = Some("Demo".to_owned());
        settings.code.digits = 8;
    })
    .await;
    let text = message(&world, "sms", |request| request).await;
    let last = text.text.lines().last().unwrap();
    assert_eq!(last, format!("@login.example.com #{}", text.codes[0]));
    assert_eq!((text.codes[0].len(), text.from.as_str()), (8, "Demo"));
}

#[tokio::test]
async fn a_host_too_long_for_one_segment_costs_words_and_never_the_code() {
    let host = format!("{}.{}.example", "a".repeat(60), "b".repeat(60));
    let world = World::with(|settings| {
        settings.frontend.allowed_origins = vec![format!("https://{host}")];
    })
    .await;
    let text = message(&world, "sms", |request| request).await;
    assert!(text.text.len() <= 160, "{}", text.text);
    assert!(text.text.starts_with(&text.codes[0]));
}

#[tokio::test]
async fn the_text_says_no_more_minutes_than_the_recovery_has() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    assert_eq!(world.ask_code(after(780), &recovery, TYPED, "sms").await.status, 202);
    world.deliver(after(780)).await;
    assert!(told(&world)[0].text.contains("It works for 2 minutes;"));
}

#[tokio::test]
async fn a_call_reads_the_right_digits_twice() {
    for (language, greeting, voice) in [
        ("en", "Hello. Here is your verification code.", "AMY"),
        ("nl", "Hallo. Hier is je verificatiecode.", "LOTTE"),
    ] {
        let world = World::with(|settings| {
            open(settings);
            settings.code.digits = 7;
        })
        .await;
        let call = message(&world, "voice", in_language(language)).await;
        assert_eq!((call.channel, call.to.as_str()), (Channel::Voice, ON_FILE));
        let heard = read_aloud(&call.text);
        assert!(heard.starts_with(greeting), "{heard}");
        let digits: String = heard.chars().filter(char::is_ascii_digit).collect();
        let (once, again) = digits.split_at(7);
        assert_eq!(once, again, "{heard}");
        let spaced: Vec<String> = once.chars().map(String::from).collect();
        assert_eq!(heard.matches(&spaced.join(" ")).count(), 2, "slowly: {heard}");
        let headers = serde_json::to_string(&call.headers).unwrap().to_uppercase();
        assert!(headers.contains(voice), "{headers}");
        let recovery = recovery_for(&world, after(0)).await;
        assert_eq!(world.ask_code(after(0), &recovery, TYPED, "voice").await.status, 202);
        world.deliver(after(0)).await;
        let code = world.newest_code(ON_FILE);
        assert_eq!(world.type_code(after(1), &recovery, &code).await.status, 200);
    }
}

/// The page's, else the account's, else the browser's, else the tenant's.
#[tokio::test]
async fn the_language_is_the_persons() {
    use Language::{En, Nl};
    for (asked, account, browser, tenant, spoken) in [
        (Some("nl"), Some(En), Some("en"), En, Nl),
        (Some("en"), Some(Nl), Some("nl"), Nl, En),
        (None, Some(Nl), Some("en"), En, Nl),
        (None, Some(En), Some("nl"), Nl, En),
        (None, None, Some("nl-BE"), En, Nl),
        (None, None, Some("fr"), Nl, Nl),
        (None, None, None, En, En),
        (None, None, None, Nl, Nl),
    ] {
        let case = format!("{asked:?} {account:?} {browser:?} {tenant:?}");
        for channel in ["sms", "voice"] {
            let world = World::with(|settings| settings.default_language = tenant).await;
            world.change_account(MO, |mo| mo.language = account).await;
            let told = message(&world, channel, |mut request| {
                if let Some(asked) = asked {
                    request = in_language(asked)(request);
                }
                match browser {
                    Some(browser) => request.header("accept-language", browser),
                    None => request,
                }
            })
            .await;
            let dutch = told.text.contains("verificatiecode");
            assert_eq!(dutch, spoken == Nl, "{case} {channel}: {}", told.text);
            let mail = world.newest_mail(MO);
            assert_eq!(mail.text.contains("Hallo"), spoken == Nl, "{case} {channel}");
        }
    }
}

#[tokio::test]
async fn the_mail_says_how_and_to_which_ending_and_never_the_code() {
    for (language, channel, words) in [
        ("en", "sms", "a text message with a code"),
        ("en", "voice", "the number ending in 78 was called with a code"),
        ("nl", "sms", "een sms met een code"),
        ("nl", "voice", "is het nummer dat eindigt op 78 gebeld met een code"),
    ] {
        let world = World::new().await;
        let code = message(&world, channel, in_language(language)).await.codes.remove(0);
        let mails = world.cloud.messages(Some(MO));
        assert_eq!(mails.len(), 1, "{mails:?}");
        let (subject, html) = (mails[0].subject.as_ref().unwrap(), mails[0].html.as_ref().unwrap());
        for part in [subject, &mails[0].text, html] {
            assert!(!part.contains(&code), "{part}");
            assert!(!part.contains("612345678") && !part.contains("06 12"), "{part}");
        }
        assert!(mails[0].text.contains(words) && mails[0].text.contains("78"), "{}", mails[0].text);
        assert!(mails[0].links.iter().all(|link| link.rel == regain_local::Rel::NotMe));
    }
}

/// Whoever has the phone of another is not to get a second code unseen.
#[tokio::test]
async fn each_code_that_goes_is_mailed_of_once() {
    let world = World::with(open).await;
    let mut mails = 0;
    for _ in 0..2 {
        let recovery = recovery_for(&world, after(0)).await;
        for (seconds, channel, hint) in
            [(0, "sms", "text message"), (0, "voice", "called"), (30, "sms", "text message")]
        {
            let reply = world.ask_code(after(seconds), &recovery, TYPED, channel).await;
            assert_eq!(reply.status, 202);
            mails += 1;
            for _ in 0..2 {
                world.deliver(after(seconds)).await;
                world.cloud.rewind_stream().await;
                assert_eq!(world.cloud.messages(Some(MO)).len(), mails);
            }
            assert!(world.newest_mail(MO).text.contains(hint), "{channel}");
        }
    }
    assert_eq!(told(&world).len(), 6);
}

#[tokio::test]
async fn a_code_that_goes_after_one_that_was_refused_is_mailed_of() {
    for error in [PhoneError::OptedOut, PhoneError::Refused] {
        let world = World::with(open).await;
        let recovery = recovery_for(&world, after(0)).await;
        let sns = SenderChaos { fail_next: 1, error, ..SenderChaos::default() };
        world.cloud.set_chaos(Chaos { sns, ..Chaos::default() });
        assert_eq!(world.ask_code(after(0), &recovery, TYPED, "sms").await.status, 202);
        world.deliver(after(0)).await;
        world.deliver(after(0)).await;
        assert_eq!(world.cloud.messages(None).len(), 0, "{error:?}: nothing went, nothing is told");
        let code = world.sent_code(after(1), &recovery, ON_FILE).await;
        world.deliver(after(1)).await;
        assert_eq!(world.cloud.messages(Some(MO)).len(), 1, "{error:?}");
        let report = world.newest_not_me(MO);
        assert_eq!(world.not_me(after(2), &report).await.text("status"), "withdrawn", "{error:?}");
        assert_eq!(world.type_code(after(3), &recovery, &code).await.code(), "code_spent");
    }
}
