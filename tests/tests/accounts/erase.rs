//! Erasing an account: nothing that names a person is left.

use http::Method;
use regain_tests::{World, after, plain};
use serde_json::{Value, json};

use crate::{MO, MO_ID, MOVED, NEW, OLD, assert_sound, created, found, invited, on_mo, places_of};

/// A world in which Mo has everything that an account can have, and has just been erased at second
/// 100. With the tokens of a reset, of an invite, and the grant of the first.
async fn erased() -> (World, [String; 2], String) {
    let world = World::new().await;
    let all = json!({"first_name": "Maurits", "last_name": "Zeldzaam", "phone": "0612345678"});
    assert_eq!(on_mo(&world, after(0), Method::PATCH, "", all).await.status, 200);
    let used = world.reset_token(after(10), MO).await;
    let grant = world.grant(after(11), &used).await;
    assert_eq!(world.set(after(12), &grant, NEW).await.status, 200);
    assert_eq!(world.sign_in(after(13), MO, OLD).await.0, 401);
    world.reset_token(after(14), MO).await;
    let reset = world.reset_token(after(15), MO).await;
    let grant = world.grant(after(16), &reset).await;
    let invite = invited(&world, after(17)).await;
    world.request(after(18), MO).await;
    let reply = on_mo(&world, after(100), Method::DELETE, "", Value::Null).await;
    assert_eq!((reply.status, &reply.body), (204, &Value::Null), "{reply:?}");
    world.deliver(after(101)).await;
    (world, [reset, invite], grant)
}

#[tokio::test]
async fn an_erased_account_is_gone_and_its_links_say_so() {
    let (world, tokens, grant) = erased().await;
    for (method, end) in [(Method::GET, ""), (Method::DELETE, ""), (Method::POST, "/unblock")] {
        let reply = on_mo(&world, after(110), method, end, Value::Null).await;
        assert_eq!((reply.status, reply.code()), (404, "account_unknown"));
    }
    assert_eq!(found(&world, MO).await, [] as [Value; 0]);
    assert_eq!(world.sign_in(after(110), MO, NEW).await.0, 401);
    for (reply, code) in [
        (world.check(after(110), &tokens[0]).await, "link_withdrawn"),
        (world.click(after(110), &tokens[1]).await, "link_withdrawn"),
        (world.set(after(110), &grant, "Rotonde64").await, "grant_withdrawn"),
    ] {
        let told = [reply.code(), reply.text("reason"), reply.text("at"), reply.text("remedy")];
        assert_eq!(told, [code, "account_deleted", "2026-11-22T14:01:40Z", "contact_support"]);
    }
    world.cloud.clear_messages().unwrap();
    let again = world.post(after(120), "request-reset", json!({"token": tokens[0]})).await;
    assert_eq!(again.status, 202);
    world.deliver(after(120)).await;
    assert!(world.cloud.messages(None).is_empty());
    assert_sound(&world, after(120)).await;
}

#[tokio::test]
async fn nothing_at_rest_names_who_was_erased() {
    let (world, ..) = erased().await;
    world.deliver(after(102)).await;
    assert_eq!(world.outbox(), [] as [Value; 0]);
    for text in [MO, "Maurits", "Zeldzaam", "+31612345678", "612345678", NEW, OLD] {
        assert_eq!(places_of(&world, text), [] as [String; 0], "{text}");
    }
    // What is left of its hash and history are those of others.
    let accounts = world.cloud.items("accounts").unwrap();
    assert!(accounts.iter().map(plain).all(|item| item["account_id"] != MO_ID));
    for link in world.cloud.items("tokens").unwrap().iter().map(plain) {
        assert!(link["account_id"] != MO_ID || link.get("login").is_none(), "{link}");
    }
}

#[tokio::test]
async fn a_move_before_it_leaves_no_address_either() {
    let world = World::new().await;
    world.reset_token(after(0), MO).await;
    let body = json!({"login": MOVED});
    assert_eq!(on_mo(&world, after(10), Method::PATCH, "", body).await.status, 200);
    // Its notices were not sent yet.
    let reply = on_mo(&world, after(11), Method::DELETE, "", Value::Null).await;
    assert_eq!(reply.status, 204);
    world.deliver(after(20)).await;
    for text in [MO, MOVED] {
        assert_eq!(places_of(&world, text), [] as [String; 0], "{text}");
    }
}

#[tokio::test]
async fn its_timeline_is_told_under_its_id_and_names_nobody() {
    let (world, ..) = erased().await;
    let reply = on_mo(&world, after(130), Method::GET, "/timeline?limit=100", Value::Null).await;
    assert_eq!(reply.status, 200);
    let events: Vec<&str> = reply.body["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["event"].as_str().unwrap())
        .collect();
    assert_eq!(events[0], "account_erased", "{events:?}");
    assert_eq!(events.last(), Some(&"account_created"));
    assert!(events.contains(&"password_changed"));
    for text in ["Maurits", "Zeldzaam", "612345678", "mo@"] {
        assert!(!reply.body.to_string().contains(text), "{text}");
    }
}

#[tokio::test]
async fn its_login_can_be_another_persons_and_nothing_comes_along() {
    let (world, tokens, grant) = erased().await;
    let other = created(&world, after(200), json!({"login": MO, "password": NEW})).await;
    assert_ne!(other["account_id"], MO_ID);
    assert_eq!(world.sign_in(after(210), MO, NEW).await.0, 200, "no history was left to break");
    for token in &tokens {
        let dead = world.click(after(210), token).await;
        assert_eq!((dead.code(), dead.text("reason")), ("link_withdrawn", "account_deleted"));
        assert_eq!(dead.text("remedy"), "contact_support");
        assert_eq!(world.not_me(after(210), token).await.status, 410);
    }
    assert_eq!(world.set(after(210), &grant, "Rotonde64").await.status, 410);
    world.cloud.clear_messages().unwrap();
    world.post(after(220), "request-reset", json!({"token": tokens[0]})).await;
    world.deliver(after(220)).await;
    assert!(world.cloud.messages(None).is_empty(), "an old link mails nobody new");
    let account = world.account(MO).await;
    assert_eq!((account.reported_at, account.slots.len(), account.epoch), (None, 0, 0));
    assert_sound(&world, after(230)).await;
}
