//! What ends a link that signs in before it is used, why it says it did, and what helps.

use http::Method;
use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::steps::{
    MO, MO_ID, NEW, RIGHT, ask, count, death, gone, office, session, stands, subjects, withdrawn,
    world,
};

/// What ends it, the reason that it gives, what helps.
const ENDS: [(&str, &str, &str); 6] = [
    ("a reset", "password_changed", "sign_in"),
    ("another address", "address_changed", "request_again"),
    ("a block", "account_blocked", "contact_support"),
    ("a block that is over", "account_blocked", "request_again"),
    ("an erasure", "account_deleted", "contact_support"),
    ("not me", "not_me", "request_again"),
];

async fn end(world: &World, token: &str, by: &str) {
    let path = |act: &str| format!("{MO_ID}{act}");
    match by {
        "a reset" => {
            let reset = world.reset_token(after(40), MO).await;
            let grant = world.grant(after(41), &reset).await;
            assert_eq!(world.set(after(60), &grant, NEW).await.status, 200);
        }
        "another address" => {
            let body = json!({"login": "moved@example.com"});
            office(world, 60, Method::PATCH, MO_ID, body).await;
        }
        "a block" => {
            office(world, 60, Method::POST, &path("/block"), json!({"reason": "other"})).await;
        }
        "a block that is over" => {
            office(world, 60, Method::POST, &path("/block"), json!({"reason": "other"})).await;
            office(world, 70, Method::POST, &path("/unblock"), Value::Null).await;
        }
        "an erasure" => office(world, 60, Method::DELETE, MO_ID, Value::Null).await,
        "not me" => {
            let reply = world.not_me(after(60), token).await;
            assert_eq!((reply.status, reply.text("status")), (200, "withdrawn"));
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn whatever_ends_it_is_told_with_its_time_and_what_helps() {
    for (by, reason, remedy) in ENDS {
        let world = world(|_| {}).await;
        let token = world.magic_token(after(0), MO).await;
        end(&world, &token, by).await;
        let expected = withdrawn(reason, after(60), remedy);
        for seconds in [80, 80 + 86_400] {
            assert_eq!(death(&world.redeem(after(seconds), &token).await), expected, "{by}");
            assert_eq!(death(&world.check(after(seconds), &token).await), expected, "{by}");
        }
        assert!(world.live_links(after(80)).await.is_empty(), "{by}");
    }
}

#[tokio::test]
async fn a_temporary_password_ends_it() {
    let world = world(|settings| settings.temporary_passwords_enabled = true).await;
    let token = world.magic_token(after(0), MO).await;
    office(&world, 60, Method::POST, &format!("{MO_ID}/temporary-password"), json!({})).await;
    let dead = death(&world.redeem(after(80), &token).await);
    assert_eq!((&dead["reason"], &dead["at"]), (&json!("by_desk"), &json!(after(60))));
}

/// Its mail would still be on its way.
#[tokio::test]
async fn a_request_made_before_such_an_end_becomes_no_link() {
    for (by, ..) in ENDS.into_iter().filter(|(by, ..)| *by != "a reset" && *by != "another address")
    {
        let world = world(|_| {}).await;
        let token = world.magic_token(after(0), MO).await;
        assert_eq!(ask(&world, 30, MO).await.status, 202);
        let mails = subjects(&world, MO).len();
        end(&world, &token, by).await;
        world.deliver(after(90)).await;
        let links = subjects(&world, MO);
        let links = links.iter().skip(mails).filter(|subject| subject.contains("with this link"));
        assert_eq!(links.count(), 0, "{by}");
        assert!(world.live_links(after(90)).await.is_empty(), "{by}");
    }
}

#[tokio::test]
async fn not_me_before_it_is_used_ends_the_link_alone() {
    let world = world(|_| {}).await;
    let mine = world.session_of(after(0), MO, RIGHT).await;
    let reset = world.reset_token(after(0), MO).await;
    let token = world.magic_token(after(0), MO).await;
    let not_me = world.newest_not_me(MO);
    for (seconds, token) in [(10, &not_me), (11, &token), (12, &not_me)] {
        let reply = world.not_me(after(seconds), token).await;
        assert_eq!((reply.status, reply.text("status")), (200, "withdrawn"), "{seconds}");
    }
    let dead = withdrawn("not_me", after(10), "request_again");
    assert_eq!(death(&world.redeem(after(20), &token).await), dead);
    assert_eq!(stands(&world, 21, &mine).await.0, 200);
    assert_eq!(world.check(after(22), &reset).await.status, 200);
    assert_eq!(world.account(MO).await.epoch, 0);
}

#[tokio::test]
async fn not_me_after_it_was_used_ends_its_session_and_everything_else_but_the_password() {
    for by_report in [false, true] {
        let world = world(|_| {}).await;
        let reset = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(1), &reset).await;
        let token = world.magic_token(after(2), MO).await;
        let not_me = if by_report { world.newest_not_me(MO) } else { token.clone() };
        let theirs = session(&world, 10, &token).await;
        assert_eq!(stands(&world, 11, &theirs).await.0, 200);
        for seconds in [20, 30] {
            let reply = world.not_me(after(seconds), &not_me).await;
            assert_eq!((reply.status, reply.text("status")), (200, "reported"), "{seconds}");
        }
        assert_eq!(stands(&world, 21, &theirs).await, (401, "session_ended".to_owned()));
        assert_eq!(world.set(after(22), &grant, NEW).await.code(), "grant_withdrawn");
        assert_eq!(world.sign_in(after(23), MO, RIGHT).await.0, 200, "the password stays");
        let account = world.account(MO).await;
        assert_eq!((account.epoch, account.reported_at), (1, Some(after(20))));
        assert_eq!(count(&world, MO, "not_me_reported").await, 1);
        let used = gone("link_used", after(10), "request_again");
        assert_eq!(death(&world.redeem(after(40), &token).await), used);
    }
}

/// Where a code is still asked for, what waits for it is over.
#[tokio::test]
async fn not_me_after_it_was_used_ends_what_waits_for_a_code_too() {
    let world = world(|_| {}).await;
    let app = world.switch_on(after(0), MO, RIGHT).await;
    let token = world.magic_token(after(10), MO).await;
    let pending = world.redeem(after(20), &token).await.text("pending").to_owned();
    let reply = world.not_me(after(30), &token).await;
    assert_eq!((reply.status, reply.text("status")), (200, "reported"));
    for code in [app.code(after(60)), app.recovery_codes[0].clone()] {
        let reply = world.finish(after(60), &pending, &code).await;
        assert_eq!((reply.status, reply.code()), (410, "sign_in_over"), "{reply:?}");
    }
    assert_eq!(world.session(after(61), &app.session).await.code(), "session_ended");
}

/// A session that a link gave is one like any other.
#[tokio::test]
async fn a_reset_ends_the_session_that_a_link_gave() {
    let world = world(|_| {}).await;
    let token = world.magic_token(after(0), MO).await;
    let mine = session(&world, 10, &token).await;
    let reset = world.reset_token(after(20), MO).await;
    let grant = world.grant(after(21), &reset).await;
    assert_eq!(world.set(after(22), &grant, NEW).await.status, 200);
    assert_eq!(stands(&world, 22, &mine).await, (401, "session_ended".to_owned()));
}
