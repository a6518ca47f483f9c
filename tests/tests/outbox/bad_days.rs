//! The mail service down, slow or gone for a day; items that cannot be read.

use futures_util::future::{Either, select};
use regain_local::{Chaos, SenderChaos, SenderError};
use regain_tests::{World, after, moment};
use serde_json::{Value, json};

const DAY: i64 = 24 * 3600;

fn ses(fail_next: u64, error: SenderError) -> Chaos {
    let ses = SenderChaos { fail_next, error, ..SenderChaos::default() };
    Chaos { ses, ..Chaos::default() }
}

/// Seconds from the start to the next try of the only item in the outbox.
fn next_try(world: &World) -> i64 {
    let [item] = world.outbox().try_into().unwrap();
    moment(&item["next_attempt_at"]).as_second() - after(0).as_second()
}

#[tokio::test]
async fn ses_down_for_three_tries_loses_no_mail_and_no_caller_notices() {
    for error in [SenderError::Down, SenderError::Throttled, SenderError::Rejected] {
        let world = World::new().await;
        world.cloud.set_chaos(ses(3, error));
        let asked = world.request(after(0), "mo@example.com").await;
        assert_eq!((asked.status, asked.text("status")), (202, "accepted"));
        assert_eq!(world.deliver(after(0)).await.dead, 0);
        for seconds in [30, 90] {
            assert_eq!(next_try(&world), seconds);
            assert_eq!(world.schedule(after(seconds - 1)).await, json!({"worked_on": 0}));
            assert_eq!(world.schedule(after(seconds)).await, json!({"worked_on": 1}));
        }
        assert_eq!(world.cloud.messages(None).len(), 0);
        assert_eq!(next_try(&world), 210);
        world.schedule(after(210)).await;
        let mail = world.newest_mail("mo@example.com");
        assert!(mail.subject.unwrap().contains("15:00)"), "as it was asked, not as it was sent");
        let token = world.newest_token("mo@example.com");
        assert_eq!(world.check(after(211), &token).await.status, 200);
        assert_eq!(world.outbox(), [] as [Value; 0]);
        assert_eq!(world.events("mo@example.com").await, ["link_issued", "link_sent"]);
    }
}

#[tokio::test]
async fn one_mail_that_fails_holds_up_nobody_else_of_its_batch() {
    let world = World::new().await;
    for login in ["mo@example.com", "ann@example.com", "new@example.com", "bo@example.com"] {
        world.request(after(0), login).await;
    }
    world.cloud.set_chaos(ses(1, SenderError::Down));
    let delivered = world.deliver(after(1)).await;
    assert_eq!((delivered.invocations, delivered.dead), (1, 0));
    assert_eq!(world.cloud.messages(None).len(), 3);
    world.schedule(after(31)).await;
    assert_eq!(world.cloud.messages(None).len(), 4);
}

#[tokio::test]
async fn the_pause_between_two_tries_doubles_up_to_ten_minutes() {
    let world = World::new().await;
    world.cloud.set_chaos(ses(u64::MAX, SenderError::Down));
    world.request(after(0), "mo@example.com").await;
    let mut at = 0;
    let mut pauses = Vec::new();
    for _ in 0..8 {
        world.schedule(after(at)).await;
        pauses.push(next_try(&world) - at);
        at = next_try(&world);
    }
    assert_eq!(pauses, [30, 60, 120, 240, 480, 600, 600, 600]);
}

#[tokio::test]
async fn after_a_day_a_notice_is_given_up_and_kept_to_be_looked_at() {
    let world = World::new().await;
    world.cloud.set_chaos(ses(2, SenderError::Down));
    world.request(after(0), "mo@example.com").await;
    world.deliver(after(0)).await;
    world.schedule(after(DAY - 1)).await;
    assert_eq!(world.outbox()[0]["failed_at"], Value::Null);
    world.schedule(after(DAY + 59)).await;
    let [item] = world.outbox().try_into().unwrap();
    assert_eq!(moment(&item["failed_at"]), after(DAY + 59));
    assert_eq!(item["due_shard"], Value::Null);
    assert!(item["ttl"].as_i64().unwrap() > after(7 * DAY).as_second());
    for seconds in [2 * DAY, 3 * DAY] {
        assert_eq!(world.schedule(after(seconds)).await, json!({"worked_on": 0}));
    }
    world.cloud.rewind_stream().await;
    world.deliver(after(3 * DAY)).await;
    assert_eq!(world.cloud.messages(None).len(), 0);
    assert_eq!(world.events("mo@example.com").await, ["link_issued", "notice_failed"]);
}

#[tokio::test]
async fn what_is_given_up_keeps_no_address() {
    let world = World::new().await;
    world.cloud.set_chaos(ses(4, SenderError::Down));
    let path = "tenants/demo/accounts/id-of-mo";
    let other = json!({"login": "mo@example.org"});
    let reply = world.admin(http::Method::PATCH, path, &world.admin, other).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    world.deliver(after(0)).await;
    let holds_it = || Value::from(world.outbox()).to_string().contains("mo@example.com");
    assert!(holds_it(), "the old address is needed until it was told");
    world.schedule(after(DAY + 59)).await;
    assert_eq!(world.outbox().len(), 2);
    assert!(world.outbox().iter().all(|item| item["failed_at"].is_i64()));
    assert!(!holds_it());
}

#[tokio::test]
async fn a_request_found_after_a_day_supersedes_nothing() {
    let world = World::new().await;
    let newest = world.reset_token(after(-60), "mo@example.com").await;
    let asked = world.request(after(0), "mo@example.com").await;
    world.schedule(after(DAY)).await;
    assert_eq!(world.cloud.messages(None).len(), 1);
    assert_eq!(world.check(after(DAY + 1), &newest).await.status, 200);
    assert_eq!(
        world.events("mo@example.com").await,
        ["link_issued", "link_sent", "request_dropped: too_late"]
    );
    let outcome = world.outcome(asked.text("support_code"));
    assert_eq!(outcome.as_deref(), Some("request_dropped"));
    assert_eq!(world.outbox(), [] as [Value; 0]);
}

#[tokio::test]
async fn a_mail_service_that_hangs_stalls_nobody_else() {
    let world = World::new().await;
    world.request(after(0), "mo@example.com").await;
    world.sign_in(after(0), "ann@example.com", "Wrong-1234").await;
    let hangs = SenderChaos { hang_ms: 600_000, ..SenderChaos::default() };
    world.cloud.set_chaos(Chaos { ses: hangs, ..Chaos::default() });
    let event = world.stream_event(&[0, 1]);
    let work = Box::pin(world.process(after(1), &event));
    let told = Box::pin(async {
        while world.events("ann@example.com").await.is_empty() {
            tokio::task::yield_now().await;
        }
    });
    let first = select(work, told).await;
    assert!(matches!(first, Either::Right(_)), "the one behind was done while the first hung");
    assert_eq!(world.cloud.messages(None).len(), 0);
    drop(first);

    world.cloud.set_chaos(Chaos::default());
    world.schedule(after(61)).await;
    assert_eq!(world.cloud.messages(Some("mo@example.com")).len(), 1);
}

#[tokio::test]
async fn an_item_that_cannot_be_read_ends_with_the_dead_letters_and_the_others_are_delivered() {
    let world = World::new().await;
    world.request(after(0), "mo@example.com").await;
    world.put_item(
        "outbox",
        &json!({
            "pk": {"S": "demo#outbox#poison"},
            "attempts": {"N": "0"},
            "next_attempt_at": {"N": "0"},
            "due_shard": {"S": "due#0"},
        }),
    );
    world.request(after(0), "ann@example.com").await;
    let delivered = world.deliver(after(1)).await;
    assert_eq!(delivered.dead, 1);
    assert_eq!(world.cloud.dead_letters().await.len(), 1);
    assert_eq!(world.cloud.messages(Some("mo@example.com")).len(), 1);
    assert_eq!(world.cloud.messages(Some("ann@example.com")).len(), 1);

    let again = world.deliver(after(2)).await;
    assert_eq!((again.records, again.dead), (0, 0));
}

#[tokio::test]
async fn a_record_that_names_no_item_is_told_apart_from_its_neighbours() {
    let world = World::new().await;
    world.request(after(0), "mo@example.com").await;
    world.request(after(0), "ann@example.com").await;
    let mut event = world.stream_event(&[0, 1, 1]);
    event["Records"][1]["dynamodb"]["Keys"] = json!({});
    let number = event["Records"][1]["dynamodb"]["SequenceNumber"].clone();
    let answered = world.process(after(1), &event).await;
    assert_eq!(answered, json!({"batchItemFailures": [{"itemIdentifier": number}]}));
    assert_eq!(world.cloud.messages(None).len(), 2);
}
