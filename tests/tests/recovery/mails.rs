//! The third way: a mail with a link, asked for in a recovery.

use futures_util::future::join_all;
use http::Method;
use regain_tests::{Reply, World, after};
use serde_json::json;

use crate::{BO, MO, NOBODY, ON_FILE, OTHER, TYPED, count, heard, left, open, wrong_code};

async fn ask(world: &World, seconds: i64, recovery: &str) -> Reply {
    world.post(after(seconds), "send-recovery-link", json!({"recovery": recovery})).await
}

#[tokio::test]
async fn the_link_is_for_the_reason_that_was_given() {
    for (reason, purpose) in [("forgot_password", "reset"), ("locked_out", "unlock")] {
        let world = World::new().await;
        let recovery = world.recovery(after(0), MO, reason).await;
        let reply = ask(&world, 0, &recovery).await;
        assert_eq!((reply.status, reply.text("status")), (202, "accepted"));
        world.deliver(after(0)).await;
        assert_eq!(world.outcome(reply.text("support_code")).as_deref(), Some("link_issued"));
        let link = world.check(after(1), &world.newest_token(MO)).await;
        assert_eq!((link.status, link.text("purpose")), (200, purpose));
        assert_eq!(link.text("valid_until"), "2026-11-24T14:00:00Z", "as of any other link");
    }
}

#[tokio::test]
async fn a_recovery_has_three_mails_and_the_tries_are_another_count() {
    let world = World::with(open).await;
    let recovery = world.recovery(after(0), MO, "locked_out").await;
    assert_eq!(left(&world.ask_code(after(0), &recovery, OTHER, "sms").await), Some(4));
    for _ in 0..3 {
        assert_eq!(ask(&world, 1, &recovery).await.status, 202);
    }
    for seconds in [1, 2] {
        let over = ask(&world, seconds, &recovery).await;
        assert_eq!(heard(&over), (410, "recovery_spent", None));
    }
    assert_eq!(left(&world.ask_code(after(3), &recovery, OTHER, "sms").await), Some(3));
    let code = world.sent_code(after(4), &recovery, ON_FILE).await;
    assert_eq!(world.type_code(after(5), &recovery, &code).await.status, 200);
}

#[tokio::test]
async fn of_twenty_presses_at_once_three_send_a_mail() {
    let world = World::with(open).await;
    for login in [MO, NOBODY] {
        let recovery = world.recovery(after(0), login, "forgot_password").await;
        let replies = join_all((0..20).map(|_| ask(&world, 1, &recovery))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 202).count(), 3, "{login}");
        assert_eq!(count(&world, "outbox", "#reset-"), 3, "{login}");
        world.deliver(after(2)).await;
        for minute in 1..5 {
            world.schedule(after(2 + 61 * minute)).await;
        }
        assert_eq!(count(&world, "outbox", ""), 0);
    }
    assert_eq!(world.live_links(after(300)).await.len(), 1);
}

#[tokio::test]
async fn a_login_that_nobody_has_is_answered_alike_and_gets_nothing() {
    let world = World::new().await;
    for reason in ["forgot_password", "locked_out"] {
        let (known, unknown) = (
            world.recovery(after(0), MO, reason).await,
            world.recovery(after(0), NOBODY, reason).await,
        );
        let (known, unknown) = (ask(&world, 0, &known).await, ask(&world, 0, &unknown).await);
        let shape = |reply: &Reply| {
            let names: Vec<_> = reply.body.as_object().unwrap().keys().cloned().collect();
            (reply.status, names, reply.text("status").to_owned())
        };
        assert_eq!(shape(&known), shape(&unknown));
        world.deliver(after(0)).await;
        assert_eq!(world.outcome(unknown.text("support_code")).as_deref(), Some("no_such_account"));
    }
    assert_eq!(world.cloud.messages(None).len(), 2);
    assert!(world.cloud.messages(None).iter().all(|mail| mail.to == MO));
}

#[tokio::test]
async fn a_blocked_account_hears_whom_to_ask() {
    for reason in ["forgot_password", "locked_out"] {
        let world = World::new().await;
        let recovery = world.recovery(after(0), BO, reason).await;
        assert_eq!(ask(&world, 0, &recovery).await.status, 202);
        world.deliver(after(0)).await;
        let mails = world.cloud.messages(None);
        assert_eq!(mails.len(), 1);
        assert_eq!((mails[0].to.as_str(), mails[0].links.len()), (BO, 0), "{reason}");
        assert!(mails[0].text.contains("help@example.com"));
    }
}

#[tokio::test]
async fn a_return_url_is_kept_if_it_is_allowed_and_costs_no_mail_if_not() {
    let world = World::with(|settings| {
        settings.frontend.return_urls = vec!["https://app.example.com/in".to_owned()];
    })
    .await;
    for (reason, pressed) in [("forgot_password", 0), ("locked_out", 10)] {
        let recovery = world.recovery(after(pressed), MO, reason).await;
        let with = |url: &str| json!({"recovery": recovery, "return_url": url});
        for _ in 0..4 {
            let refused = world
                .post(after(pressed), "send-recovery-link", with("https://evil.example/in"))
                .await;
            assert_eq!((refused.status, refused.code()), (400, "invalid_request"));
            assert_eq!(refused.body["errors"][0]["pointer"], "/return_url");
        }
        let body = with("https://app.example.com/in");
        assert_eq!(world.post(after(pressed), "send-recovery-link", body).await.status, 202);
        world.deliver(after(pressed)).await;
        let clicked = world.click(after(pressed + 1), &world.newest_token(MO)).await;
        assert_eq!(clicked.text("return_url"), "https://app.example.com/in");
    }
}

/// Taking the lock off would help nobody whose password no longer counts.
#[tokio::test]
async fn who_has_no_password_that_counts_is_mailed_a_reset() {
    let world = World::with(open).await;
    world.change_account(MO, |mo| mo.password_disabled_at = Some(after(-1))).await;
    let recovery = world.recovery(after(0), MO, "locked_out").await;
    assert_eq!(ask(&world, 0, &recovery).await.status, 202);
    world.deliver(after(0)).await;
    let link = world.click(after(1), &world.newest_token(MO)).await;
    assert_eq!((link.status, link.text("purpose")), (200, "reset"));
    assert_eq!(world.set(after(2), link.text("grant"), crate::NEW).await.status, 200);
    assert_eq!(world.sign_in(after(3), MO, crate::NEW).await.0, 200);
}

#[tokio::test]
async fn a_recovery_that_is_over_sends_no_mail() {
    let world = World::with(open).await;
    let spent = world.recovery(after(0), MO, "locked_out").await;
    for _ in 0..5 {
        world.type_code(after(0), &spent, "000000").await;
    }
    let used = world.recovery(after(0), MO, "locked_out").await;
    let code = world.sent_code(after(0), &used, ON_FILE).await;
    wrong_code(&world, after(0), &used, &code).await;
    assert_eq!(world.type_code(after(1), &used, &code).await.status, 200);
    world.deliver(after(1)).await;
    for recovery in [&spent, &used] {
        assert_eq!(heard(&ask(&world, 2, recovery).await), (410, "recovery_spent", None));
        let late = ask(&world, 900, recovery).await;
        assert_eq!(late.code(), "recovery_spent", "what it died of first");
    }
    let expired = world.recovery(after(0), MO, "locked_out").await;
    assert_eq!(heard(&ask(&world, 900, &expired).await), (410, "recovery_expired", None));
    assert_eq!(count(&world, "outbox", ""), 0);
}

#[tokio::test]
async fn the_limit_of_mails_holds_for_these_as_for_any() {
    let world = World::with(|settings| {
        open(settings);
        settings.limits.mails_per_login_hour = 2;
    })
    .await;
    for n in 0..2 {
        let recovery = world.recovery(after(n), MO, "forgot_password").await;
        for _ in 0..2 {
            assert_eq!(ask(&world, n, &recovery).await.status, 202);
            world.deliver(after(n)).await;
        }
    }
    assert_eq!(world.cloud.messages(Some(MO)).len(), 2);
    assert_eq!(
        world.check(after(10), &world.newest_token(MO)).await.status,
        200,
        "the newest lives"
    );
}

#[tokio::test]
async fn an_erased_account_is_mailed_nothing() {
    let world = World::new().await;
    let recovery = world.recovery(after(0), MO, "forgot_password").await;
    let path = "tenants/demo/accounts/id-of-mo";
    let erased = world.admin_at(after(1), Method::DELETE, path, &world.admin, json!(null)).await;
    assert_eq!(erased.status, 204, "{erased:?}");
    world.deliver(after(1)).await;
    world.cloud.clear_messages().unwrap();
    assert_eq!(ask(&world, 2, &recovery).await.status, 202);
    assert_eq!(left(&world.ask_code(after(2), &recovery, TYPED, "sms").await), Some(4));
    world.deliver(after(2)).await;
    assert!(world.cloud.messages(None).is_empty());
}
