//! Blocking: what ends, what is said to whom, and what comes back.

use http::Method;
use regain_domain::account::BlockReason;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{MO, NEW, OLD, assert_sound, at_rest, invited, on_mo};

async fn block(world: &World, seconds: i64, reason: &str) -> Reply {
    on_mo(world, after(seconds), Method::POST, "/block", json!({"reason": reason})).await
}

#[tokio::test]
async fn a_block_ends_links_and_sessions_and_is_told_after_the_right_password_only() {
    for reason in BlockReason::WORDS {
        let world = World::new().await;
        let reset = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(1), &reset).await;
        let invite = invited(&world, after(2)).await;
        let reply = block(&world, 10, reason).await;
        assert_eq!((reply.status, reply.text("blocked")), (200, reason), "{reply:?}");
        assert_eq!((world.account(MO).await.epoch, &reply.body["links"]), (1, &json!([])));
        for (reply, code) in [
            (world.check(after(20), &reset).await, "link_withdrawn"),
            (world.click(after(20), &invite).await, "link_withdrawn"),
            (world.set(after(20), &grant, NEW).await, "grant_withdrawn"),
        ] {
            let told = [reply.code(), reply.text("reason"), reply.text("remedy")];
            assert_eq!(told, [code, "account_blocked", "contact_support"]);
        }
        let wrong = json!({"login": MO, "password": "Wrong-1234"});
        let wrong = world.post(after(30), "sign-in", wrong).await;
        assert_eq!((wrong.status, wrong.code()), (401, "sign_in_failed"));
        assert!(
            !wrong.body.to_string().contains("block") && !wrong.body.to_string().contains(reason)
        );
        let right = world.post(after(30), "sign-in", json!({"login": MO, "password": OLD})).await;
        assert_eq!((right.status, right.code()), (403, "account_blocked"));
        assert_eq!(right.text("reason"), reason);
        assert_eq!(right.body.get("token"), None);
        assert!(world.events(MO).await.contains(&format!("account_blocked: {reason}")));
        assert_sound(&world, after(30)).await;
    }
}

#[tokio::test]
async fn a_blocked_account_asks_for_a_reset_and_is_mailed_whom_to_ask() {
    let world = World::new().await;
    block(&world, 0, "cancelled").await;
    world.deliver(after(5)).await;
    assert!(world.cloud.messages(None).is_empty(), "a block mails nobody");
    let (blocked, known) =
        (world.request(after(10), MO).await, world.request(after(10), "ann@example.com").await);
    assert_eq!((blocked.status, known.status), (202, 202));
    assert_eq!(blocked.text("status"), known.text("status"));
    world.deliver(after(20)).await;
    let mail = world.newest_mail(MO);
    assert!(mail.links.is_empty() && mail.text.contains("help@example.com"), "{mail:?}");
    assert!(!mail.text.contains("cancelled"));
    assert_eq!(world.outcome(blocked.text("support_code")).as_deref(), Some("request_refused"));
    assert!(world.account(MO).await.slots.is_empty());
}

#[tokio::test]
async fn what_a_block_ended_stays_ended_when_it_is_taken_off() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(1), &token).await;
    block(&world, 10, "trial_ended").await;
    let reply = on_mo(&world, after(20), Method::POST, "/unblock", Value::Null).await;
    assert_eq!((reply.status, &reply.body["blocked"]), (200, &Value::Null));
    assert_eq!(world.sign_in(after(30), MO, OLD).await.0, 200);
    let dead = world.set(after(30), &grant, NEW).await;
    let told = [dead.code(), dead.text("reason"), dead.text("remedy")];
    assert_eq!(told, ["grant_withdrawn", "account_blocked", "request_again"]);
    assert_eq!(world.click(after(30), &token).await.text("reason"), "account_blocked");
    let events = world.events(MO).await;
    assert!(events.contains(&"account_unblocked: trial_ended".to_owned()), "{events:?}");
    let before = at_rest(&world);
    let again = on_mo(&world, after(40), Method::POST, "/unblock", Value::Null).await;
    assert_eq!((again.status, at_rest(&world)), (200, before), "twice is once");
    let token = world.reset_token(after(50), MO).await;
    let grant = world.grant(after(60), &token).await;
    assert_eq!(world.set(after(70), &grant, NEW).await.status, 200);
}

#[tokio::test]
async fn the_newest_reason_is_the_one_that_is_told() {
    let world = World::new().await;
    assert_eq!(block(&world, 0, "payment_overdue").await.status, 200);
    let before = at_rest(&world);
    assert_eq!(block(&world, 10, "payment_overdue").await.status, 200);
    assert_eq!(at_rest(&world), before, "the same again is no change");
    assert_eq!(block(&world, 20, "revoked_by_admin").await.text("blocked"), "revoked_by_admin");
    let right = world.post(after(30), "sign-in", json!({"login": MO, "password": OLD})).await;
    assert_eq!(right.text("reason"), "revoked_by_admin");
    for (body, pointer, code) in [
        (json!({}), "/reason", "required"),
        (json!({"reason": "because"}), "/reason", "not_one_of"),
        (json!({"reason": null}), "/reason", "wrong_type"),
        (json!({"reason": "other", "until": 1}), "/until", "unknown_field"),
    ] {
        let reply = on_mo(&world, after(40), Method::POST, "/block", body).await;
        assert_eq!(reply.status, 400);
        assert_eq!(reply.body["errors"], json!([{"pointer": pointer, "code": code}]));
    }
    let path = crate::path("id-of-nobody", "/block");
    let reply = world.admin(Method::POST, &path, &world.admin, json!({"reason": "other"})).await;
    assert_eq!((reply.status, reply.code()), (404, "account_unknown"));
}
