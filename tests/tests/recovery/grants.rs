//! The grant that a right code gives: what it is good for, for how long, and what ends it.

use http::Method;
use regain_domain::token::TokenPurpose;
use regain_tests::{Reply, World, after};
use serde_json::json;

use crate::{MO, NEW, NOBODY, OLD, ON_FILE, admin_changes, open, recovery_for};

const FORGOT: &str = "forgot_password";
const LOCKED: &str = "locked_out";

/// Code, reason and remedy of a grant that is dead.
fn death(reply: &Reply) -> (u16, &str, &str, &str) {
    (reply.status, reply.code(), reply.text("reason"), reply.text("remedy"))
}

/// Uses a grant for what its recovery was for.
async fn used(world: &World, seconds: i64, grant: &str, reason: &str) -> Reply {
    match reason {
        FORGOT => world.set(after(seconds), grant, NEW).await,
        _ => world.unlock(after(seconds), grant).await,
    }
}

#[tokio::test]
async fn a_grant_is_good_for_as_long_as_a_clicked_link() {
    for (window, reason) in [(60, FORGOT), (900, FORGOT), (60, LOCKED), (900, LOCKED)] {
        for (seconds, status, code) in [(window, 200, ""), (window + 1, 410, "grant_expired")] {
            let world = World::with(|settings| {
                settings.validity.link_clicked_seconds = u32::try_from(window).unwrap();
            })
            .await;
            let recovery = world.recovery(after(0), MO, reason).await;
            let sms = world.sent_code(after(0), &recovery, ON_FILE).await;
            let typed = world.type_code(after(1), &recovery, &sms).await;
            assert_eq!(typed.body["valid_until"], json!(after(1 + window)));
            let reply = used(&world, seconds, typed.text("grant"), reason).await;
            assert_eq!((reply.status, reply.code()), (status, code), "{reason} {seconds}");
        }
    }
}

#[tokio::test]
async fn a_grant_does_what_the_recovery_was_for_and_nothing_else() {
    let world = World::with(open).await;
    let set = world.code_grant(after(0), MO, ON_FILE, FORGOT).await;
    let unlock = world.code_grant(after(0), MO, ON_FILE, LOCKED).await;
    for (reply, what) in [
        (world.unlock(after(1), &set).await, "a password grant unlocks nothing"),
        (world.unlock_with(after(1), &set, OLD).await, "nor with the password"),
        (world.set(after(1), &unlock, NEW).await, "an unlock grant sets no password"),
    ] {
        assert_eq!((reply.status, reply.code()), (404, "grant_unknown"), "{what}");
    }
    assert_eq!(world.unlock(after(2), &unlock).await.status, 200, "neither was used up");
    assert_eq!(world.set(after(2), &set, NEW).await.status, 200);
}

#[tokio::test]
async fn no_token_is_taken_for_another() {
    let world = World::with(open).await;
    let recovery = recovery_for(&world, after(0)).await;
    let code = world.sent_code(after(0), &recovery, ON_FILE).await;
    world.deliver(after(0)).await;
    let report = world.newest_not_me(MO);
    let grant = world.type_code(after(1), &recovery, &code).await.text("grant").to_owned();
    let id = world.link_id(&grant);
    let link = world.mint(TokenPurpose::ResetLink, id);
    for token in [&recovery, &report, &link] {
        let refused = world.set(after(2), token, NEW).await;
        assert_eq!((refused.status, refused.code()), (404, "grant_unknown"));
        assert_eq!(world.unlock(after(2), token).await.code(), "grant_unknown");
    }
    for token in [&recovery, &report, &grant] {
        for endpoint in ["check-link", "click-link"] {
            let refused = world.post(after(2), endpoint, json!({"token": token})).await;
            assert_eq!((refused.status, refused.code()), (404, "link_unknown"), "{endpoint}");
        }
    }
    for token in [&grant, &report, &link] {
        let refused = world.type_code(after(2), token, &code).await;
        assert_eq!((refused.status, refused.code()), (404, "recovery_unknown"));
    }
    assert_eq!(world.set(after(3), &grant, NEW).await.status, 200);
}

#[tokio::test]
async fn a_grant_sets_one_password_and_a_rejected_one_burns_nothing() {
    let world = World::new().await;
    let grant = world.code_grant(after(0), MO, ON_FILE, FORGOT).await;
    for weak in ["short", OLD] {
        assert_eq!(world.set(after(1), &grant, weak).await.status, 422);
    }
    assert_eq!(world.set(after(2), &grant, NEW).await.status, 200);
    let again = world.set(after(3), &grant, "Waterval55").await;
    assert_eq!(death(&again), (410, "grant_used", "", "sign_in"));
    assert_eq!(world.sign_in(after(4), MO, NEW).await.0, 200);
    world.deliver(after(4)).await;
    assert!(world.newest_mail(MO).subject.unwrap().contains("password"), "its owner is told");
    let told = world.events(MO).await;
    assert!(told.contains(&"code_accepted: forgot_password".to_owned()), "{told:?}");
}

#[tokio::test]
async fn whatever_ends_what_was_issued_ends_the_grant() {
    for reason in [FORGOT, LOCKED] {
        for (what, withdrawn) in [
            ("reset", "password_changed"),
            ("number", ""),
            ("login", "address_changed"),
            ("block", "account_blocked"),
            ("not me", "not_me"),
        ] {
            let world = World::new().await;
            let grant = world.code_grant(after(0), MO, ON_FILE, reason).await;
            world.deliver(after(1)).await;
            match what {
                "reset" => {
                    let token = world.reset_token(after(2), MO).await;
                    let by_mail = world.grant(after(3), &token).await;
                    assert_eq!(world.set(after(4), &by_mail, "Waterval55").await.status, 200);
                }
                "number" => {
                    let phone = json!({"phone": "+31611112222"});
                    admin_changes(&world, after(2), "id-of-mo", phone).await;
                }
                "login" => {
                    let login = json!({"login": "mo@example.org"});
                    admin_changes(&world, after(2), "id-of-mo", login).await;
                }
                "block" => {
                    let path = "tenants/demo/accounts/id-of-mo/block";
                    let body = json!({"reason": "other"});
                    world.admin_at(after(2), Method::POST, path, &world.admin, body).await;
                }
                _ => {
                    let report = world.newest_not_me(MO);
                    assert_eq!(world.not_me(after(2), &report).await.text("status"), "withdrawn");
                }
            }
            let reply = used(&world, 10, &grant, reason).await;
            assert_eq!((reply.status, reply.code()), (410, "grant_withdrawn"), "{reason} {what}");
            if !withdrawn.is_empty() {
                assert_eq!(reply.text("reason"), withdrawn, "{reason} {what}");
            }
        }
    }
}

#[tokio::test]
async fn the_grant_of_a_second_recovery_supersedes_that_of_the_first() {
    for reason in [FORGOT, LOCKED] {
        let world = World::with(open).await;
        let first = world.code_grant(after(0), MO, ON_FILE, reason).await;
        let second = world.code_grant(after(10), MO, ON_FILE, reason).await;
        let dead = used(&world, 11, &first, reason).await;
        assert_eq!((dead.status, dead.code()), (410, "grant_withdrawn"), "{dead:?}");
        assert_eq!(world.live_links(after(11)).await.len(), 1);
        assert_eq!(used(&world, 12, &second, reason).await.status, 200);
    }
}

#[tokio::test]
async fn a_used_up_or_expired_grant_is_in_nobodys_way() {
    let world = World::with(open).await;
    let first = world.code_grant(after(0), MO, ON_FILE, FORGOT).await;
    assert_eq!(world.set(after(1), &first, NEW).await.status, 200);
    let second = world.code_grant(after(10), MO, ON_FILE, FORGOT).await;
    let third = world.code_grant(after(2000), MO, ON_FILE, FORGOT).await;
    assert_eq!(world.set(after(2001), &second, "Waterval55").await.status, 410);
    assert_eq!(world.set(after(2001), &third, "Waterval55").await.status, 200);
}

#[tokio::test]
async fn a_code_touches_no_link_in_the_mailbox_nor_a_mail_the_grant() {
    for (reason, mailed) in [(FORGOT, "reset"), (LOCKED, "unlock")] {
        let world = World::with(open).await;
        let recovery = world.recovery(after(0), MO, reason).await;
        let body = json!({"recovery": recovery});
        assert_eq!(world.post(after(0), "send-recovery-link", body.clone()).await.status, 202);
        world.deliver(after(0)).await;
        let token = world.newest_token(MO);
        let code = world.sent_code(after(1), &recovery, ON_FILE).await;
        let typed = world.type_code(after(2), &recovery, &code).await;
        assert_eq!(typed.status, 200, "{typed:?}");
        let link = world.check(after(3), &token).await;
        assert_eq!((link.status, link.text("purpose")), (200, mailed), "the link lives on");

        let other = world.recovery(after(3), MO, reason).await;
        world.post(after(3), "send-recovery-link", json!({"recovery": other})).await;
        world.deliver(after(3)).await;
        assert_eq!(world.check(after(4), &token).await.code(), "link_superseded");
        assert_eq!(used(&world, 5, typed.text("grant"), reason).await.status, 200);
    }
}

#[tokio::test]
async fn a_stranger_who_asks_for_mails_cannot_end_a_grant() {
    let world = World::with(open).await;
    let grant = world.code_grant(after(0), MO, ON_FILE, FORGOT).await;
    for seconds in 1..=10 {
        world.request(after(seconds), MO).await;
        world.deliver(after(seconds)).await;
        let recovery = world.recovery(after(seconds), MO, FORGOT).await;
        world.ask_code(after(seconds), &recovery, crate::OTHER, "sms").await;
        world.sign_in(after(seconds), MO, "wrong").await;
    }
    assert_eq!(world.set(after(20), &grant, NEW).await.status, 200);
    assert_eq!(world.sign_in(after(21), MO, NEW).await.0, 200, "and the lock is off with it");
}

#[tokio::test]
async fn a_password_by_code_ends_the_links_in_the_mailbox() {
    let world = World::with(open).await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.code_grant(after(1), MO, ON_FILE, FORGOT).await;
    assert_eq!(world.set(after(2), &grant, NEW).await.status, 200);
    let dead = world.click(after(3), &token).await;
    assert_eq!(death(&dead), (410, "link_withdrawn", "password_changed", "sign_in"));
    assert_eq!(world.start(after(3), NOBODY, FORGOT).await.status, 201);
}

/// The lock alone is taken off: passwords, links and sessions stay as they are.
#[tokio::test]
async fn an_unlock_by_code_ends_nothing_else() {
    let world = World::with(open).await;
    world.lock(after(0), MO).await;
    let token = world.reset_token(after(1), MO).await;
    let epoch = world.account(MO).await.epoch;
    let grant = world.code_grant(after(2), MO, ON_FILE, LOCKED).await;
    assert_eq!(world.unlock(after(3), &grant).await.status, 200);
    assert_eq!(world.account(MO).await.epoch, epoch);
    assert_eq!(world.check(after(4), &token).await.status, 200);
    assert_eq!(world.sign_in(after(4), MO, OLD).await.0, 200);
}
