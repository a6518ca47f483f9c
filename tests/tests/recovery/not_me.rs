//! "This was not me" of the mail that a code was sent: before the code is used, between its use
//! and the change, and after it.

use regain_tests::{World, after};
use serde_json::json;

use crate::{MO, NEW, OLD, ON_FILE, TYPED, count, heard, open};

/// A recovery with a code that was sent and told of: the recovery, the code, and the report.
async fn told(world: &World, reason: &str) -> (String, String, String) {
    let recovery = world.recovery(after(0), MO, reason).await;
    let code = world.sent_code(after(0), &recovery, ON_FILE).await;
    world.deliver(after(0)).await;
    (recovery, code, world.newest_not_me(MO))
}

#[tokio::test]
async fn before_the_code_is_used_it_ends_the_recovery() {
    let world = World::with(open).await;
    let (recovery, code, report) = told(&world, "forgot_password").await;
    for seconds in [1, 2, 100_000] {
        let reply = world.not_me(after(seconds), &report).await;
        assert_eq!((reply.status, reply.text("status")), (200, "withdrawn"), "{seconds}");
    }
    let typed = world.type_code(after(3), &recovery, &code).await;
    assert_eq!(heard(&typed), (410, "code_spent", None));
    assert_eq!(world.ask_code(after(3), &recovery, TYPED, "sms").await.code(), "recovery_spent");
    let body = json!({"recovery": recovery});
    let mail = world.post(after(3), "send-recovery-link", body).await;
    assert_eq!(mail.code(), "recovery_spent");
    let events = world.events(MO).await;
    let ended: Vec<_> = events.iter().filter(|event| event.ends_with("not_me")).collect();
    assert_eq!(ended, ["recovery_ended: not_me"], "said once");
    let account = world.account(MO).await;
    assert_eq!(account.epoch, 0, "nothing was changed, so nothing else ends");
    assert_eq!(world.sign_in(after(4), MO, OLD).await.0, 200);
}

#[tokio::test]
async fn it_ends_a_recovery_that_has_run_out_as_well() {
    let world = World::with(open).await;
    let (.., report) = told(&world, "locked_out").await;
    let reply = world.not_me(after(86_400), &report).await;
    assert_eq!((reply.status, reply.text("status")), (200, "withdrawn"));
}

#[tokio::test]
async fn after_the_code_it_ends_the_grant() {
    for reason in ["forgot_password", "locked_out"] {
        let world = World::with(open).await;
        let (recovery, code, report) = told(&world, reason).await;
        let grant = world.type_code(after(1), &recovery, &code).await.text("grant").to_owned();
        for seconds in [2, 3] {
            let reply = world.not_me(after(seconds), &report).await;
            assert_eq!((reply.status, reply.text("status")), (200, "withdrawn"));
        }
        let used = match reason {
            "locked_out" => world.unlock(after(4), &grant).await,
            _ => world.set(after(4), &grant, NEW).await,
        };
        assert_eq!((used.code(), used.text("reason")), ("grant_withdrawn", "not_me"), "{reason}");
        assert_eq!(world.account(MO).await.epoch, 0);
    }
}

#[tokio::test]
async fn after_the_change_it_ends_every_session_once_and_changes_no_password() {
    for reason in ["forgot_password", "locked_out"] {
        let world = World::with(open).await;
        let (recovery, code, report) = told(&world, reason).await;
        let grant = world.type_code(after(1), &recovery, &code).await.text("grant").to_owned();
        let (used, password) = match reason {
            "locked_out" => (world.unlock(after(2), &grant).await, OLD),
            _ => (world.set(after(2), &grant, NEW).await, NEW),
        };
        assert_eq!(used.status, 200);
        let before = world.account(MO).await.epoch;
        let link = world.reset_token(after(3), MO).await;
        for seconds in [4, 5, 90_000] {
            let reply = world.not_me(after(seconds), &report).await;
            assert_eq!((reply.status, reply.text("status")), (200, "reported"), "{reason}");
            assert_eq!(world.account(MO).await.epoch, before + 1, "{reason} {seconds}");
        }
        assert_eq!(world.check(after(6), &link).await.status, 410, "links end with it");
        assert_eq!(world.sign_in(after(7), MO, password).await.0, 200, "the password stays");
        let events = world.events(MO).await;
        let reported = events.iter().filter(|event| event.starts_with("not_me_reported")).count();
        assert_eq!(reported, 1, "{events:?}");
    }
}

/// Each code is told, and whichever mail is answered, the whole recovery ends.
#[tokio::test]
async fn the_report_of_any_of_its_codes_ends_all_codes_of_a_recovery() {
    for (answered, used) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let case = format!("mail {answered}, code {used}");
        let world = World::with(open).await;
        let (recovery, first, report) = told(&world, "forgot_password").await;
        let second = world.sent_code(after(1), &recovery, ON_FILE).await;
        world.deliver(after(2)).await;
        assert_eq!(world.cloud.messages(Some(MO)).len(), 2, "{case}");
        let report = [report, world.newest_not_me(MO)][answered].clone();
        assert_eq!(world.not_me(after(3), &report).await.text("status"), "withdrawn", "{case}");
        let typed = world.type_code(after(4), &recovery, [&first, &second][used]).await;
        assert_eq!(typed.code(), "code_spent", "{case}");
    }
}

#[tokio::test]
async fn it_ends_no_other_recovery() {
    let world = World::with(open).await;
    let (.., report) = told(&world, "forgot_password").await;
    let other = world.recovery(after(0), MO, "forgot_password").await;
    let code = world.sent_code(after(1), &other, ON_FILE).await;
    assert_eq!(world.not_me(after(2), &report).await.status, 200);
    assert_eq!(world.type_code(after(3), &other, &code).await.status, 200);
    assert_eq!(count(&world, "tokens", "#link#"), 1);
}

/// The holder of a recovery has no token to end it with, and a recovery that sent nothing has no
/// mail with one.
#[tokio::test]
async fn a_report_belongs_to_a_code_that_was_sent() {
    let world = World::with(open).await;
    let recovery = world.recovery(after(0), MO, "forgot_password").await;
    assert_eq!(world.not_me(after(0), &recovery).await.code(), "link_unknown");
    let id = {
        let purposes = [regain_domain::token::TokenPurpose::Recovery];
        let read = regain_domain::token::read(&world.links, &world.tenant(), &purposes, &recovery);
        read.unwrap().id
    };
    let early = world.mint(regain_domain::token::TokenPurpose::CodeReport, id);
    assert_eq!(world.not_me(after(0), &early).await.code(), "link_unknown");
    let code = world.sent_code(after(1), &recovery, ON_FILE).await;
    assert_eq!(world.type_code(after(1), &recovery, &code).await.status, 200);
}
