//! What a story says of its link: where it stands at the moment of asking, in the words that its
//! holder is told at that moment.

use http::Method;
use jiff::Timestamp;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{MO, MOVED, NEW, invited, on_mo};

const H48: i64 = 172_800;

async fn story(world: &World, now: Timestamp, code: &str) -> Value {
    let path = format!("tenants/demo/support/{code}");
    let reply = world.admin_at(now, Method::GET, &path, &world.desk, Value::Null).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body
}

/// Asks for a reset and delivers it; gives token and support code.
async fn asked(world: &World, seconds: i64) -> (String, String) {
    let reply = world.request(after(seconds), MO).await;
    world.deliver(after(seconds)).await;
    (world.newest_token(MO), reply.text("support_code").to_owned())
}

async fn done(world: &World, method: Method, end: &str, body: Value) {
    let reply = on_mo(world, after(100), method, end, body).await;
    assert!(reply.status < 300, "{reply:?}");
}

/// Brings a link to its end at second 100, or to where time ends it; says when to look.
async fn brought_to(world: &World, end: &str, token: &str) -> i64 {
    match end {
        "expired" => return H48,
        "click_expired" => {
            world.grant(after(100), token).await;
            return 1000;
        }
        "superseded" => drop(asked(world, 100).await),
        "used" => {
            let grant = world.grant(after(99), token).await;
            assert_eq!(world.set(after(100), &grant, NEW).await.status, 200);
        }
        "password_changed" => {
            let invite = invited(world, after(98)).await;
            let grant = world.grant(after(99), &invite).await;
            assert_eq!(world.set(after(100), &grant, NEW).await.status, 200);
        }
        "too_many_tries" => {
            let grant = world.grant(after(94), token).await;
            for seconds in [95; 20].into_iter().chain([100]) {
                world.set(after(seconds), &grant, "weak").await;
            }
        }
        "address_changed" => done(world, Method::PATCH, "", json!({"login": MOVED})).await,
        "account_blocked" => {
            done(world, Method::POST, "/block", json!({"reason": "other"})).await;
        }
        "not_me" => assert_eq!(world.not_me(after(100), token).await.status, 200),
        "by_desk" => done(world, Method::POST, "/temporary-password", Value::Null).await,
        "account_deleted" => done(world, Method::DELETE, "", Value::Null).await,
        other => panic!("no end {other}"),
    }
    200
}

/// The members that a holder's answer and a story have in common.
fn told(reply: &Reply) -> Value {
    let mut told = json!({"purpose": "reset", "state": "dead"});
    for name in ["code", "at", "remedy", "reason"] {
        if let Some(value) = reply.body.get(name) {
            told[name] = value.clone();
        }
    }
    told
}

#[tokio::test]
async fn of_a_dead_link_the_desk_reads_what_its_holder_is_told() {
    for (end, code, remedy) in [
        ("expired", "link_expired", "request_again"),
        ("click_expired", "link_click_expired", "request_again"),
        ("superseded", "link_superseded", "use_newer_link"),
        ("used", "link_used", "sign_in"),
        ("password_changed", "link_withdrawn", "sign_in"),
        ("too_many_tries", "link_withdrawn", "request_again"),
        ("address_changed", "link_withdrawn", "request_again"),
        ("account_blocked", "link_withdrawn", "contact_support"),
        ("not_me", "link_withdrawn", "request_again"),
        ("by_desk", "link_withdrawn", "request_again"),
        ("account_deleted", "link_withdrawn", "contact_support"),
    ] {
        let world = World::with(|settings| settings.temporary_passwords_enabled = true).await;
        let (token, support_code) = asked(&world, 0).await;
        let at = brought_to(&world, end, &token).await;
        let link = story(&world, after(at), &support_code).await["link"].clone();
        let holder = world.click(after(at), &token).await;
        assert_eq!(link, told(&holder), "{end}");
        assert_eq!((&link["code"], &link["remedy"]), (&json!(code), &json!(remedy)), "{end}");
        if code == "link_withdrawn" {
            assert_eq!(link["reason"], end);
        }
        // The step that helps is that of the moment of asking: there is a newer link by now.
        if ["expired", "address_changed"].contains(&end) {
            let login = if end == "expired" { MO } else { MOVED };
            world.reset_token(after(at + 10), login).await;
            let later = story(&world, after(at + 20), &support_code).await["link"].clone();
            assert_eq!(later["remedy"], "use_newer_link", "{end}");
            assert_eq!(later, told(&world.click(after(at + 20), &token).await), "{end}");
        }
    }
}

#[tokio::test]
async fn of_a_live_link_the_desk_reads_how_far_it_is_and_until_when() {
    for (kind, deadline) in [("reset", H48), ("invite", 604_800)] {
        let world = World::new().await;
        let send = "tenants/demo/accounts/id-of-new/send-link";
        let body = json!({"kind": kind});
        let sent = world.admin(Method::POST, send, &world.desk, body).await;
        world.deliver(after(0)).await;
        let token = world.newest_token("new@example.com");
        for (state, until) in [("sent", deadline), ("clicked", deadline - 1 + 900)] {
            if state == "clicked" {
                world.grant(after(deadline - 1), &token).await;
            }
            let at = after(until - 1);
            let found = story(&world, at, sent.text("support_code")).await;
            let link =
                json!({"purpose": kind, "state": state, "valid_until": after(until).to_string()});
            assert_eq!(found["link"], link);
            let checked = world.check(at, &token).await;
            for name in ["purpose", "state", "valid_until"] {
                assert_eq!(found["link"][name], checked.body[name], "{kind} {state}");
            }
            let shown = found.to_string();
            assert!(!shown.contains(&token) && !shown.contains("@"), "{shown}");
        }
    }
}

#[tokio::test]
async fn a_story_without_a_link_tells_of_none() {
    let world = World::with(|settings| settings.temporary_passwords_enabled = true).await;
    let sign_in = async |login: &str| {
        let body = json!({"login": login, "password": "Wrong-1234"});
        world.post(after(0), "sign-in", body).await.text("support_code").to_owned()
    };
    let mut codes = vec![sign_in(MO).await, sign_in("nobody@example.com").await];
    for login in ["nobody@example.com", "bo@example.com"] {
        codes.push(world.request(after(0), login).await.text("support_code").to_owned());
    }
    let sent = on_mo(&world, after(0), Method::POST, "/send-link", json!({"kind": "reset"})).await;
    codes.push(sent.text("support_code").to_owned());
    done(&world, Method::POST, "/block", json!({"reason": "other"})).await;
    world.deliver(after(101)).await;
    for code in codes {
        let found = story(&world, after(110), &code).await;
        assert_eq!(found.get("link"), None, "{found}");
    }
    // Nor does one whose link was swept, a week after it ended.
    let world = World::new().await;
    let (token, code) = asked(&world, 0).await;
    assert_eq!(story(&world, after(1), &code).await["link"]["state"], "sent");
    world.sweep_link(&token);
    assert_eq!(story(&world, after(1), &code).await.get("link"), None);
}

#[tokio::test]
async fn a_repeated_request_tells_of_the_link_that_was_mailed_again() {
    let world = World::with(|settings| settings.validity.same_link_window_seconds = 300).await;
    let (first, _) = asked(&world, 0).await;
    let (again, code) = asked(&world, 10).await;
    assert_eq!(first, again);
    world.grant(after(20), &again).await;
    let told = story(&world, after(30), &code).await;
    assert_eq!(
        (&told["outcome"], &told["link"]["state"]),
        (&json!("link_repeated"), &json!("clicked"))
    );
}
