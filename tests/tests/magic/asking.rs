//! Asking for a link: how often, with a captcha, by a dead link, on the way to where, and where the
//! tenant has none.

use regain_domain::settings::Demand;
use regain_domain::{LinkId, Settings};
use regain_tests::{Reply, Request, World, after};
use serde_json::{Value, json};

use crate::steps::{
    ANN, BACK, MIN15, MO, NEW, RIGHT, ask, count, outcome, session, subjects, world,
};

#[tokio::test]
async fn one_login_is_asked_for_so_often_from_an_address_and_another_address_has_its_own() {
    let world = World::with(|settings| settings.limits.per_login_and_address_hour = 3).await;
    for _ in 0..3 {
        assert_eq!(ask(&world, 0, MO).await.status, 202);
    }
    let limited = ask(&world, 1, MO).await;
    assert_eq!(outcome(&limited), (429, "too_many_requests"));
    assert_eq!(limited.header("retry-after"), "3599");
    assert_eq!(ask(&world, 1, ANN).await.status, 202, "another login");
    let mut elsewhere = Request::post("magic-login", &json!({"login": MO}));
    elsewhere.source_ip = Some([198, 51, 100, 9].into());
    assert_eq!(world.send(after(1), &elsewhere).await.status, 202);
    // What the caller says of its own address counts for nothing.
    let spoofed = Request::post("magic-login", &json!({"login": MO}))
        .header("x-forwarded-for", "203.0.113.5")
        .header("forwarded", "for=203.0.113.5");
    assert_eq!(world.send(after(1), &spoofed).await.status, 429);
    assert_eq!(ask(&world, 3600, MO).await.status, 202, "another hour");
    assert_eq!(world.request(after(1), MO).await.status, 202, "a reset is counted by itself");
}

#[tokio::test]
async fn an_address_asks_for_so_many_logins() {
    let world = World::with(|settings| settings.limits.per_address_hour = 3).await;
    for n in 0..3 {
        assert_eq!(ask(&world, 0, &format!("n{n}@example.com")).await.status, 202);
    }
    assert_eq!(ask(&world, 0, MO).await.status, 429);
    let token = world.mint(regain_domain::token::TokenPurpose::MagicLink, LinkId::new([9; 10]));
    let by_token = world.post(after(0), "magic-login", json!({"token": token})).await;
    assert_eq!(by_token.status, 429, "whichever way it is asked");
}

#[tokio::test]
async fn mails_of_one_login_are_limited_whatever_they_are_and_the_newest_stays_good() {
    let world = world(|settings| settings.limits.mails_per_login_hour = 2).await;
    world.reset_token(after(0), MO).await;
    let token = world.magic_token(after(10), MO).await;
    for seconds in 11..20 {
        assert_eq!(ask(&world, seconds, MO).await.status, 202);
        world.deliver(after(seconds)).await;
    }
    assert_eq!(subjects(&world, MO).len(), 2);
    assert_eq!(count(&world, MO, "request_dropped: mail_limit").await, 9);
    session(&world, 30, &token).await;
    world.magic_token(after(3600), MO).await;
    assert_eq!(subjects(&world, MO).len(), 3, "another hour");
}

#[tokio::test]
async fn where_mails_ask_for_a_captcha_it_cannot_be_left_out() {
    let asked = |settings: &mut Settings| settings.captcha.request_reset = Demand::Always;
    let world = world(asked).await;
    let captcha = world.captcha(after(0));
    let before = world.cloud.dump().unwrap();
    for given in [None, Some(Value::Null), Some(json!({})), Some(json!({"id": captcha["id"]}))] {
        let mut body = json!({"login": MO});
        if let Some(given) = given {
            body["captcha"] = given;
        }
        let reply = world.post(after(1), "magic-login", body.clone()).await;
        assert_eq!(outcome(&reply), (400, "invalid_request"), "{body}");
    }
    assert_eq!(world.cloud.dump().unwrap(), before);
    let post = async |login: &str, captcha: &Value| {
        world.post(after(1), "magic-login", json!({"login": login, "captcha": captcha})).await
    };
    let wrong = json!({"id": captcha["id"], "answer": "999999"});
    assert_eq!(outcome(&post(MO, &wrong).await), (422, "captcha_wrong"));
    assert_eq!(post(MO, &captcha).await.status, 202);
    for login in [MO, ANN] {
        assert_eq!(outcome(&post(login, &captcha).await), (410, "captcha_spent"), "once: {login}");
    }
    let body = json!({"login": MO, "captcha": captcha});
    let reset = world.post(after(1), "request-reset", body).await;
    assert_eq!(outcome(&reset), (410, "captcha_spent"), "nor for another mail");
    world.deliver(after(2)).await;
    session(&world, 3, &world.newest_token(MO)).await;
}

async fn asked_again(world: &World, seconds: i64, token: &str) -> String {
    let mails = world.cloud.messages(Some(MO)).len();
    let reply = world.post(after(seconds), "magic-login", json!({"token": token})).await;
    assert_eq!((reply.status, reply.text("status")), (202, "accepted"), "{reply:?}");
    assert!(!reply.body.to_string().contains("example.com"));
    world.deliver(after(seconds)).await;
    assert_eq!(world.cloud.messages(Some(MO)).len(), mails + 1);
    world.newest_token(MO)
}

#[tokio::test]
async fn a_dead_link_asks_for_another_without_retyping_the_login() {
    let world = world(|_| {}).await;
    let first = world.magic_token(after(0), MO).await;
    let second = asked_again(&world, MIN15, &first).await; // expired
    let third = asked_again(&world, MIN15 + 10, &first).await;
    let fourth = asked_again(&world, MIN15 + 20, &second).await; // superseded
    assert_eq!(outcome(&world.redeem(after(MIN15 + 21), &third).await), (410, "link_superseded"));
    session(&world, MIN15 + 30, &fourth).await;
    let fifth = asked_again(&world, MIN15 + 40, &fourth).await; // used
    assert_eq!(world.not_me(after(MIN15 + 50), &fifth).await.status, 200);
    let sixth = asked_again(&world, MIN15 + 60, &fifth).await; // withdrawn
    session(&world, MIN15 + 70, &sixth).await;
}

/// A person has the mail that is there, and chooses another way.
#[tokio::test]
async fn a_dead_link_of_either_kind_asks_for_the_other() {
    let world = world(|_| {}).await;
    let reset = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(1), &reset).await;
    assert_eq!(world.set(after(2), &grant, NEW).await.status, 200);
    world.deliver(after(3)).await;
    let magic = asked_again(&world, 10, &reset).await;
    assert_eq!(world.check(after(11), &magic).await.text("purpose"), "magic");
    session(&world, 12, &magic).await;
    let reply = world.post(after(20), "request-reset", json!({"token": magic})).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    world.deliver(after(20)).await;
    assert_eq!(world.check(after(21), &world.newest_token(MO)).await.text("purpose"), "reset");
}

async fn redeemed(world: &World, body: Value, back: &[&str]) -> Reply {
    assert_eq!(world.post(after(0), "magic-login", body).await.status, 202);
    world.deliver(after(0)).await;
    let urls: Vec<String> = back.iter().map(|url| (*url).to_owned()).collect();
    world.change_settings(|settings| settings.frontend.return_urls = urls).await;
    // After the functions have read their settings anew.
    let reply = world.redeem(after(100), &world.newest_token(MO)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}

#[tokio::test]
async fn where_to_go_afterwards_is_in_the_answer_if_the_tenant_still_allows_it() {
    let there = |settings: &mut Settings| settings.frontend.return_urls = vec![BACK.to_owned()];
    let body = || json!({"login": MO, "return_url": BACK});
    let reply = redeemed(&world(there).await, body(), &[BACK]).await;
    assert_eq!(reply.text("return_url"), BACK);
    let reply = redeemed(&world(there).await, body(), &["https://app.example/other"]).await;
    assert_eq!(reply.body.get("return_url"), None, "taken off the list since");
    let reply = redeemed(&world(there).await, json!({"login": MO}), &[BACK]).await;
    assert_eq!(reply.body.get("return_url"), None, "none was asked for");
}

#[tokio::test]
async fn it_comes_in_the_language_that_was_asked_for() {
    let world = world(|_| {}).await;
    let body = json!({"login": MO, "language": "nl"});
    assert_eq!(world.post(after(0), "magic-login", body).await.status, 202);
    world.deliver(after(0)).await;
    let subject = world.newest_mail(MO).subject.unwrap();
    assert!(subject.contains("inloggen") || subject.contains("Log in"), "{subject}");
    assert!(!subject.contains("Sign in"), "{subject}");
}

/// The switch is the tenant's: what was mailed before is refused, and good again when it is on.
#[tokio::test]
async fn where_it_is_switched_off_none_is_made_and_none_is_good() {
    let world = world(|_| {}).await;
    let token = world.magic_token(after(0), MO).await;
    world.change_settings(|settings| settings.magic_login.enabled = false).await;
    let off = (403, "magic_login_disabled");
    for body in [json!({"login": MO}), json!({"token": token})] {
        assert_eq!(outcome(&world.post(after(100), "magic-login", body).await), off);
    }
    assert_eq!(outcome(&world.redeem(after(100), &token).await), off);
    assert_eq!(world.outbox(), [] as [Value; 0]);
    assert_eq!(world.link(&token).await.unwrap().died_at, None);
    assert_eq!(world.sign_in(after(101), MO, RIGHT).await.0, 200, "a password is another matter");
    world.change_settings(|settings| settings.magic_login.enabled = true).await;
    session(&world, 200, &token).await;
}
