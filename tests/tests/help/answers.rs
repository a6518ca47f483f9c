//! Nothing about the answer to "why can I not sign in" depends on whose login it is.

use regain_domain::account::BlockReason;
use regain_domain::settings::Demand;
use regain_domain::{Provider, Settings};
use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::seen::{alike, seen};
use crate::steps::{ANN, BO, MO, NOBODY, RIGHT, WITHOUT_PASSWORD, ask, link, told, world};

/// Existing, unknown, blocked, signing in with a provider only, locked.
const LOGINS: [&str; 5] = [MO, NOBODY, BO, WITHOUT_PASSWORD, ANN];

async fn everyone(change: impl FnOnce(&mut Settings)) -> World {
    let world = world(change).await;
    link(&world, after(-20), WITHOUT_PASSWORD, Provider::Google).await;
    world.lock(after(-10), ANN).await;
    ask(&world, after(-1), "warm@example.com").await;
    world.deliver(after(-1)).await;
    world.cloud.clear_messages().unwrap();
    world.cloud.forget_calls();
    world
}

#[tokio::test]
async fn asking_why_is_one_call_and_answered_alike_for_everyone() {
    let world = everyone(|_| {}).await;
    let mut all = Vec::new();
    for login in LOGINS {
        let reply = ask(&world, after(0), login).await;
        all.push(seen(&world, "request-reset", &reply));
    }
    let one = alike(&all, &LOGINS);
    assert_eq!(one["status"], 202);
    assert_eq!(one["body"], json!({"status": "accepted", "support_code": "*"}));
    let accept = "TransactWriteItems[UpdateItem tokens, UpdateItem tokens, PutItem outbox]";
    assert_eq!(one["calls"], json!([accept]));
}

#[tokio::test]
async fn whoever_has_the_login_is_mailed_and_nobody_else() {
    let world = everyone(|_| {}).await;
    for login in LOGINS {
        let reply = ask(&world, after(0), login).await;
        world.deliver(after(1)).await;
        let mails = world.cloud.messages(Some(login));
        assert_eq!(mails.len(), usize::from(login != NOBODY), "{login}");
        // The desk finds it by the code that the caller has and the mail says.
        let code = reply.text("support_code");
        let outcome = if login == NOBODY { "no_such_account" } else { "help_asked" };
        assert_eq!(world.outcome(code).as_deref(), Some(outcome), "{login}");
        assert!(mails.iter().all(|mail| mail.text.contains(code)), "{login}");
    }
    assert_eq!(world.cloud.messages(None).len(), 4);
    assert_eq!(world.events(MO).await, ["help_asked", "notice_sent"]);
}

/// The submitted spelling goes nowhere.
#[tokio::test]
async fn it_goes_to_the_address_on_the_account() {
    let world = world(|_| {}).await;
    ask(&world, after(0), "  MO@Example.COM ").await;
    world.deliver(after(0)).await;
    assert_eq!(world.cloud.messages(None).len(), 1);
    assert_eq!(world.newest_mail(MO).to, MO);
}

#[tokio::test]
async fn a_bad_parameter_is_refused_before_anyone_is_looked_up() {
    let world = everyone(|_| {}).await;
    for (name, value) in [
        ("language", json!("xx")),
        ("captcha", json!({"id": "x"})),
        ("token", json!("x")),
        ("return_url", json!("https://app.example/")),
    ] {
        let mut all = Vec::new();
        for login in LOGINS {
            let mut body = json!({"login": login});
            body[name] = value.clone();
            let reply = world.post(after(0), "why-cannot-i-sign-in", body).await;
            all.push(seen(&world, "request-reset", &reply));
        }
        let one = alike(&all, &LOGINS);
        assert_eq!((&one["status"], &one["calls"]), (&json!(400), &json!([])), "{name}");
    }
    let token = world.reset_token(after(0), MO).await;
    let by_token = world.post(after(1), "why-cannot-i-sign-in", json!({"token": token})).await;
    assert_eq!(by_token.status, 400, "a login is typed, or nothing is told: {by_token:?}");
}

#[tokio::test]
async fn a_limit_is_reached_alike_by_everyone() {
    let world = everyone(|settings| settings.limits.per_login_and_address_hour = 1).await;
    let mut all = Vec::new();
    for login in LOGINS {
        assert_eq!(ask(&world, after(1), login).await.status, 202);
        world.cloud.forget_calls();
        let reply = ask(&world, after(2), login).await;
        all.push(seen(&world, "request-reset", &reply));
    }
    assert_eq!(alike(&all, &LOGINS)["status"], 429);
}

#[tokio::test]
async fn where_mails_ask_for_a_captcha_it_cannot_be_left_out() {
    let world = world(|settings| settings.captcha.request_reset = Demand::Always).await;
    for given in [None, Some(Value::Null), Some(json!({}))] {
        let mut body = json!({"login": MO});
        if let Some(given) = given {
            body["captcha"] = given;
        }
        let reply = world.post(after(0), "why-cannot-i-sign-in", body).await;
        assert_eq!((reply.status, reply.code()), (400, "invalid_request"));
    }
    let body = json!({"login": MO, "captcha": world.captcha(after(0))});
    assert_eq!(world.post(after(0), "why-cannot-i-sign-in", body.clone()).await.status, 202);
    let again = world.post(after(0), "why-cannot-i-sign-in", body).await;
    assert_eq!((again.status, again.code()), (410, "captcha_spent"));
}

#[tokio::test]
async fn mails_that_help_are_limited_and_use_up_none_with_a_link() {
    let world = world(|settings| settings.limits.mails_per_login_hour = 2).await;
    for seconds in 1..6 {
        assert_eq!(ask(&world, after(seconds), MO).await.status, 202);
        world.deliver(after(seconds)).await;
    }
    assert_eq!(world.cloud.messages(Some(MO)).len(), 2);
    let events = world.events(MO).await;
    let dropped = events.iter().filter(|event| *event == "request_dropped: mail_limit");
    assert_eq!(dropped.count(), 3, "{events:?}");
    world.reset_token(after(7), MO).await;
    world.magic_token(after(8), MO).await;
    told(&world, 3600, MO).await;
}

/// Whoever asks and asks in another's name takes nobody's way in away.
#[tokio::test]
async fn mails_of_help_that_a_stranger_used_up_leave_a_link_that_gets_in() {
    let world = world(|settings| settings.limits.mails_per_login_hour = 2).await;
    for seconds in 0..20 {
        assert_eq!(ask(&world, after(seconds), MO).await.status, 202);
    }
    world.deliver(after(20)).await;
    assert_eq!(world.cloud.messages(Some(MO)).len(), 2);
    let token = world.reset_token(after(30), MO).await;
    assert_eq!(world.click(after(31), &token).await.status, 200);
    let token = world.magic_token(after(40), MO).await;
    assert_eq!(world.redeem(after(41), &token).await.status, 200);
}

#[tokio::test]
async fn what_comes_twice_or_a_day_late_is_mailed_once_or_not_at_all() {
    let world = world(|_| {}).await;
    told(&world, 0, MO).await;
    for seconds in [1, 2] {
        world.cloud.rewind_stream().await;
        world.deliver(after(seconds)).await;
        world.schedule(after(seconds * 100)).await;
    }
    assert_eq!(world.cloud.messages(Some(MO)).len(), 1);
    ask(&world, after(300), ANN).await;
    world.deliver(after(300 + 86_400)).await;
    assert_eq!(world.cloud.messages(Some(ANN)).len(), 0);
    assert_eq!(world.events(ANN).await, ["request_dropped: too_late"]);
}

#[tokio::test]
async fn it_comes_in_the_language_that_was_asked_for_else_the_accounts() {
    let world = world(|_| {}).await;
    let english = told(&world, 0, MO).await;
    assert_eq!(english.subject.unwrap(), "Help with signing in at Demo (asked at 15:00)");
    let body = json!({"login": MO, "language": "nl"});
    assert_eq!(world.post(after(1), "why-cannot-i-sign-in", body).await.status, 202);
    world.deliver(after(1)).await;
    let dutch = world.newest_mail(MO).text;
    assert!(dutch.contains("Je account") || dutch.contains("Uw account"), "{dutch}");
    assert!(!dutch.contains("Your account"), "{dutch}");
}

/// It changes nothing, ends nothing, and is no way in.
#[tokio::test]
async fn asking_why_changes_nothing_about_the_account() {
    let world = everyone(|_| {}).await;
    crate::steps::block(&world, BO, BlockReason::Other).await;
    let session = world.session_of(after(0), MO, RIGHT).await;
    let link_before = world.reset_token(after(0), MO).await;
    let before = world.cloud.items("accounts").unwrap();
    for login in LOGINS {
        ask(&world, after(1), login).await;
    }
    world.deliver(after(1)).await;
    assert_eq!(world.cloud.items("accounts").unwrap(), before);
    assert_eq!(world.session(after(2), &session).await.status, 200);
    assert_eq!(world.check(after(2), &link_before).await.status, 200);
    assert_eq!(world.sign_in(after(2), ANN, "Bakfiets8").await.0, 423, "the lock stays");
    let mail = world.newest_mail(MO);
    assert!(mail.links.is_empty(), "no secret is in it: {:?}", mail.links);
}
