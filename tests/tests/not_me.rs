//! "This was not me": a live link dies; after use, everything that was issued does.

use regain_domain::account::BlockReason;
use regain_local::{Chaos, DynamoDbChaos};
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

const MO: &str = "mo@example.com";
const OLD: &str = "Zeilboot7";
const NEW: &str = "Molenwiek42";

fn answer(reply: &Reply) -> (u16, Value) {
    (reply.status, reply.body.clone())
}

fn withdrawn() -> (u16, Value) {
    (200, json!({"status": "withdrawn"}))
}

fn reported() -> (u16, Value) {
    (200, json!({"status": "reported"}))
}

/// Code, reason, moment and remedy of a death.
fn death(reply: &Reply) -> [&str; 4] {
    [reply.code(), reply.text("reason"), reply.text("at"), reply.text("remedy")]
}

/// Whether the timeline of the account tells of this, with this cause.
fn is_told(world: &World, event: &str, cause: Option<&str>) -> bool {
    let entries = world.cloud.items("timeline").unwrap_or_default();
    entries.iter().any(|entry| {
        entry.pointer("/event/S").and_then(Value::as_str) == Some(event)
            && entry.pointer("/cause/S").and_then(Value::as_str) == cause
    })
}

/// Sets the password by a link; gives the link's token and the report token of the notice.
async fn used(world: &World, seconds: i64) -> (String, String) {
    let token = world.reset_token(after(seconds), MO).await;
    let grant = world.grant(after(seconds + 1), &token).await;
    assert_eq!(world.set(after(seconds + 2), &grant, NEW).await.status, 200);
    world.deliver(after(seconds + 3)).await;
    (token, world.newest_not_me(MO))
}

#[tokio::test]
async fn not_me_ends_a_link_that_lives_and_leaves_the_account_alone() {
    for clicked in [false, true] {
        let world = World::new().await;
        let token = world.reset_token(after(0), MO).await;
        let report = world.newest_not_me(MO);
        assert_eq!(world.click(after(5), &report).await.code(), "link_unknown", "it opens nothing");
        let grant = if clicked { world.grant(after(10), &token).await } else { String::new() };
        let before = world.account(MO).await;

        assert_eq!(answer(&world.not_me(after(20), &report).await), withdrawn());
        let dead = ["link_withdrawn", "not_me", "2026-11-22T14:00:20Z", "request_again"];
        assert_eq!(death(&world.check(after(30), &token).await), dead);
        assert_eq!(death(&world.click(after(30), &token).await), dead);
        if clicked {
            let dead = ["grant_withdrawn", "not_me", "2026-11-22T14:00:20Z", "request_again"];
            assert_eq!(death(&world.set(after(30), &grant, NEW).await), dead);
        }
        let now = world.account(MO).await;
        assert_eq!((now.epoch, now.reported_at), (before.epoch, None));
        assert_eq!(now.password_phc, before.password_phc);
        assert_eq!(world.sign_in(after(40), MO, OLD).await.0, 200);
        assert!(is_told(&world, "link_withdrawn", None));
    }
}

#[tokio::test]
async fn saying_it_again_is_the_same_and_writes_nothing() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    assert_eq!(answer(&world.not_me(after(20), &token).await), withdrawn());
    let at_rest = world.cloud.dump().unwrap();
    for seconds in [20, 21, 4000, 172_800, 900_000] {
        assert_eq!(answer(&world.not_me(after(seconds), &token).await), withdrawn(), "{seconds}");
    }
    assert_eq!(world.cloud.dump().unwrap(), at_rest);
    assert_eq!(world.check(after(900_000), &token).await.text("at"), "2026-11-22T14:00:20Z");
}

#[tokio::test]
async fn of_a_link_that_died_otherwise_it_hears_that_and_changes_nothing() {
    let world = World::new().await;
    let superseded = world.reset_token(after(0), MO).await;
    let expired = world.reset_token(after(100), MO).await;
    let click_expired = world.reset_token(after(0), "ann@example.com").await;
    world.grant(after(10), &click_expired).await;
    let at_rest = world.cloud.dump().unwrap();
    for (token, code) in [
        (&superseded, "link_superseded"),
        (&expired, "link_expired"),
        (&click_expired, "link_click_expired"),
    ] {
        let reply = world.not_me(after(200_000), token).await;
        assert_eq!((reply.status, reply.code()), (410, code));
    }
    assert_eq!(world.cloud.dump().unwrap(), at_rest);
}

#[tokio::test]
async fn after_use_it_ends_everything_that_was_issued_and_changes_no_password() {
    for by_notice in [false, true] {
        let world = World::new().await;
        let (token, report) = used(&world, 0).await;
        assert_ne!(token, report, "the notice gives no right to a link");
        // Someone else is at the mailbox, and has asked and clicked once more.
        let second = world.reset_token(after(100), MO).await;
        let grant = world.grant(after(110), &second).await;
        let before = world.account(MO).await;

        let said = if by_notice { &report } else { &token };
        assert_eq!(answer(&world.not_me(after(120), said).await), reported());
        let account = world.account(MO).await;
        assert_eq!(account.epoch, before.epoch + 1, "sessions name the epoch before");
        assert!(account.slots.is_empty());
        assert_eq!(account.reported_at, Some(after(120)), "flagged to the desk");
        assert_eq!(account.password_phc, before.password_phc);
        assert_eq!(account.password_version, before.password_version);
        let at = "2026-11-22T14:02:00Z";
        assert_eq!(
            death(&world.set(after(130), &grant, "Dijkhuis77").await),
            ["grant_withdrawn", "not_me", at, "request_again"]
        );
        assert_eq!(
            death(&world.click(after(130), &second).await),
            ["link_withdrawn", "not_me", at, "request_again"]
        );
        assert_eq!(world.click(after(130), &token).await.code(), "link_used", "it stays used");
        assert!(world.live_links(after(130)).await.is_empty());
        assert!(is_told(&world, "not_me_reported", None));
        assert_eq!(world.sign_in(after(140), MO, NEW).await.0, 200, "no password was changed");

        // Again, by either token; and the owner can recover.
        for said in [&report, &token] {
            assert_eq!(answer(&world.not_me(after(150), said).await), reported());
        }
        let third = world.reset_token(after(200), MO).await;
        let grant = world.grant(after(210), &third).await;
        assert_eq!(world.set(after(220), &grant, "Dijkhuis77").await.status, 200);
    }
}

#[tokio::test]
async fn a_blocked_account_can_still_be_reported_and_a_deleted_one_has_nothing_to_report() {
    let world = World::new().await;
    let (token, report) = used(&world, 0).await;
    world.change_account(MO, |account| account.blocked = Some(BlockReason::Other)).await;
    assert_eq!(answer(&world.not_me(after(50), &report).await), reported());
    assert_eq!(world.account(MO).await.reported_at, Some(after(50)));
    world.remove_account(MO);
    for said in [&token, &report] {
        let reply = world.not_me(after(60), said).await;
        let used = ["link_used", "", "2026-11-22T14:00:02Z", "contact_support"];
        assert_eq!(death(&reply), used);
    }
}

#[tokio::test]
async fn a_request_made_before_it_and_processed_after_it_issues_nothing() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    world.request(after(10), MO).await;
    assert_eq!(answer(&world.not_me(after(20), &token).await), withdrawn());
    world.deliver(after(30)).await;
    assert_eq!(world.cloud.messages(Some(MO)).len(), 1);
    assert!(world.live_links(after(30)).await.is_empty());
    assert!(is_told(&world, "request_dropped", Some("killed_since")));

    let (_, report) = used(&world, 4000).await;
    world.cloud.clear_messages().unwrap();
    world.request(after(4010), MO).await;
    assert_eq!(answer(&world.not_me(after(4020), &report).await), reported());
    world.deliver(after(4030)).await;
    assert!(world.cloud.messages(Some(MO)).is_empty());
    assert!(world.live_links(after(4030)).await.is_empty());

    world.request(after(4040), MO).await;
    world.deliver(after(4040)).await;
    assert_eq!(world.cloud.messages(Some(MO)).len(), 1, "made after it, it is a new story");
}

#[tokio::test]
async fn a_report_meets_conflicts_and_lost_answers_and_is_written_once() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let chaos = |dynamodb| world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    chaos(DynamoDbChaos { conflict_next: 4, ..DynamoDbChaos::default() });
    assert_eq!(answer(&world.not_me(after(10), &token).await), withdrawn());

    let (token, _) = used(&world, 100).await;
    let epoch = world.account(MO).await.epoch;
    chaos(DynamoDbChaos { conflict_next: 4, ..DynamoDbChaos::default() });
    assert_eq!(answer(&world.not_me(after(110), &token).await), reported());
    assert_eq!(world.account(MO).await.epoch, epoch + 1);
    // Its answer is lost on the way: the SDK asks again, and it has happened once.
    chaos(DynamoDbChaos { lose_transaction_next: 2, ..DynamoDbChaos::default() });
    assert_eq!(answer(&world.not_me(after(120), &token).await), reported());
    assert_eq!(world.account(MO).await.epoch, epoch + 2);
    // Lost for good: who asks again hears that it is done.
    let token = world.reset_token(after(200), MO).await;
    chaos(DynamoDbChaos { lose_transaction_next: 3, ..DynamoDbChaos::default() });
    assert_eq!(world.not_me(after(210), &token).await.status, 503);
    assert_eq!(answer(&world.not_me(after(220), &token).await), withdrawn());
    assert_eq!(world.check(after(230), &token).await.text("at"), "2026-11-22T14:03:30Z");
}
