//! Records of the stream: repeated, late, out of order, lost; and work that was begun and dropped.

use std::ops::RangeInclusive;

use futures_util::future::{join, select};
use regain_domain::LinkId;
use regain_domain::token::{self, TokenPurpose};
use regain_local::{Chaos, DynamoDbChaos, SenderChaos};
use regain_tests::{World, after, plain};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

const NO_FAILURES: &str = r#"{"batchItemFailures":[]}"#;

#[tokio::test]
async fn a_record_delivered_three_times_sends_one_mail_and_issues_one_link() {
    let world = World::new().await;
    world.request(after(0), "mo@example.com").await;
    let thrice = world.stream_event(&[0, 0, 0]);
    assert_eq!(world.process(after(1), &thrice).await.to_string(), NO_FAILURES);
    for seconds in [2, 70, 90_000] {
        assert_eq!(world.process(after(seconds), &thrice).await.to_string(), NO_FAILURES);
    }
    assert_eq!(world.cloud.messages(None).len(), 1);
    assert_eq!(world.events("mo@example.com").await, ["link_issued", "link_sent"]);
    assert_eq!(world.live_links(after(3)).await.len(), 1);
    assert_eq!(world.outbox(), [] as [Value; 0]);
}

#[tokio::test]
async fn an_older_request_processed_after_a_newer_one_issues_nothing_and_says_so() {
    for together in [true, false] {
        let world = World::new().await;
        let older = world.request(after(0), "mo@example.com").await;
        let newer = world.request(after(10), "mo@example.com").await;
        if together {
            // Both at once: whichever is first, the newer one is what is left.
            world.process(after(20), &world.stream_event(&[1, 0])).await;
            world.schedule(after(90)).await;
        } else {
            world.process(after(20), &world.stream_event(&[1])).await;
            world.process(after(30), &world.stream_event(&[0])).await;
            assert_eq!(world.cloud.messages(None).len(), 1);
            assert_eq!(
                world.events("mo@example.com").await,
                ["link_issued", "link_sent", "request_dropped: newer_request"]
            );
            let outcome = world.outcome(older.text("support_code"));
            assert_eq!(outcome.as_deref(), Some("request_dropped"));
        }
        let live = world.live_links(after(100)).await;
        assert_eq!(live.len(), 1);
        assert_eq!(live[0].support_code.as_str(), newer.text("support_code"));
        assert_eq!(live[0].requested_at, after(10));
    }
}

#[tokio::test]
async fn what_the_stream_loses_the_schedule_finds() {
    let world = World::new().await;
    world.request(after(0), "mo@example.com").await;
    world.sign_in(after(0), "ann@example.com", "Wrong-1234").await;
    assert_eq!(world.schedule(after(0)).await, json!({"worked_on": 2}));
    assert_eq!(world.events("mo@example.com").await, ["link_issued", "link_sent"]);
    assert_eq!(world.events("ann@example.com").await, ["sign_in_failed"]);
    assert_eq!(world.schedule(after(60)).await, json!({"worked_on": 0}));
    assert_eq!(world.deliver(after(60)).await.dead, 0);
    assert_eq!(world.cloud.messages(None).len(), 1);
}

#[tokio::test]
async fn only_an_insert_is_work() {
    let world = World::new().await;
    world.request(after(0), "mo@example.com").await;
    for name in ["MODIFY", "REMOVE", ""] {
        let mut event = world.stream_event(&[0]);
        event["Records"][0]["eventName"] = json!(name);
        assert_eq!(world.process(after(1), &event).await.to_string(), NO_FAILURES);
    }
    assert_eq!(world.cloud.calls_of("process-outbox"), [] as [&str; 0]);
}

#[tokio::test]
async fn work_that_was_claimed_and_dropped_is_taken_up_after_its_lease() {
    let world = World::new().await;
    world.request(after(0), "mo@example.com").await;
    let key = world.outbox()[0]["pk"].as_str().unwrap().to_owned();
    assert!(world.store.claim(&key, after(0)).await.unwrap().is_some());
    world.deliver(after(1)).await;
    assert!(world.store.claim(&key, after(59)).await.unwrap().is_none());
    assert_eq!(world.schedule(after(59)).await, json!({"worked_on": 0}));
    assert_eq!(world.cloud.messages(None).len(), 0);
    assert_eq!(world.schedule(after(60)).await, json!({"worked_on": 1}));
    assert_eq!(world.cloud.messages(Some("mo@example.com")).len(), 1);
    assert_eq!(world.events("mo@example.com").await, ["link_issued", "link_sent"]);
}

/// Leaves the outbox as a function does that dies between issuing the link and sending its mail:
/// claimed at `after(0)`, a notice to be sent. Gives that item, and the token of the link.
async fn died_after_issue(world: &World) -> (Value, String) {
    let ses = SenderChaos { fail_next: 1, ..SenderChaos::default() };
    world.cloud.set_chaos(Chaos { ses, ..Chaos::default() });
    world.request(after(0), "mo@example.com").await;
    world.deliver(after(0)).await;
    let mut item = world.cloud.items("outbox").unwrap().remove(0);
    item["next_attempt_at"] = json!({"N": after(60).as_microsecond().to_string()});
    world.put_item("outbox", &item);
    let link_id = plain(&item)["work"]["send"]["notice"]["link"].as_str().unwrap().to_owned();
    let link_id = LinkId::parse(&link_id).unwrap();
    let token = token::mint(&world.links, &world.tenant(), TokenPurpose::ResetLink, link_id);
    (item, token.expose_secret().to_owned())
}

#[tokio::test]
async fn a_mail_that_was_issued_and_not_sent_goes_with_the_same_link() {
    let world = World::new().await;
    let (_, token) = died_after_issue(&world).await;
    world.deliver(after(30)).await;
    world.schedule(after(59)).await;
    assert_eq!(world.cloud.messages(None).len(), 0);
    world.schedule(after(60)).await;
    assert_eq!(world.newest_token("mo@example.com"), token);
    assert_eq!(world.live_links(after(61)).await.len(), 1);
    assert_eq!(world.outbox(), [] as [Value; 0]);
}

#[tokio::test]
async fn a_mail_that_ses_took_and_nobody_noted_is_at_most_repeated_with_the_same_link() {
    let world = World::new().await;
    let (item, token) = died_after_issue(&world).await;
    world.schedule(after(60)).await;
    world.put_item("outbox", &item);
    world.schedule(after(120)).await;
    let mails = world.cloud.messages(Some("mo@example.com"));
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].text, mails[1].text);
    assert!(mails[0].text.contains(&token));
    let issued = world.events("mo@example.com").await;
    assert_eq!(issued.iter().filter(|event| *event == "link_issued").count(), 1);
}

/// Waits, without sleeping, until so many calls of the work were answered.
async fn answered(world: &World, calls: usize) {
    while world.cloud.calls_of("process-outbox").len() < calls {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn wherever_it_dies_the_work_is_done_once_a_minute_later() {
    // Claim, settings, account, issue, account, link, mail, finish.
    for calls in 1..=8 {
        let world = World::new().await;
        world.request(after(0), "mo@example.com").await;
        let event = world.stream_event(&[0]);
        let work = Box::pin(world.process(after(0), &event));
        drop(select(work, Box::pin(answered(&world, calls))).await);
        world.schedule(after(60)).await;
        world.schedule(after(120)).await;
        done_once(&world, 1..=2, &format!("died after {calls} calls")).await;
    }
}

#[tokio::test]
async fn an_answer_of_the_store_that_gets_lost_changes_nothing() {
    for calls in 0..8 {
        let world = World::new().await;
        world.request(after(0), "mo@example.com").await;
        let event = world.stream_event(&[0]);
        let loses = async {
            answered(&world, calls).await;
            let dynamodb = DynamoDbChaos { lose_answer_next: 1, ..DynamoDbChaos::default() };
            world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
        };
        join(world.process(after(0), &event), loses).await;
        world.cloud.set_chaos(Chaos::default());
        world.schedule(after(60)).await;
        done_once(&world, 1..=1, &format!("lost the answer after {calls} calls")).await;
    }
}

/// One link, in every mail the same; nothing left to do, nothing told twice.
async fn done_once(world: &World, mails_expected: RangeInclusive<usize>, case: &str) {
    let live = world.live_links(after(121)).await;
    assert_eq!(live.len(), 1, "{case}");
    let mails = world.cloud.messages(Some("mo@example.com"));
    assert!(mails_expected.contains(&mails.len()), "{case}: {} mails", mails.len());
    assert!(mails.iter().all(|mail| mail.links == mails[0].links), "{case}");
    assert_eq!(world.link_id(&world.newest_token("mo@example.com")), live[0].link_id, "{case}");
    assert_eq!(world.outbox(), [] as [Value; 0], "{case}");
    let events = world.events("mo@example.com").await;
    assert_eq!(events.iter().filter(|event| *event == "link_issued").count(), 1, "{case}");
    assert_eq!(
        world.outcome(live[0].support_code.as_str()).as_deref(),
        Some("link_issued"),
        "{case}"
    );
}
