//! From the answer to the phone: once, whatever is repeated, lost or dies on the way.

use futures_util::future::{join, select};
use regain_local::{Chaos, DynamoDbChaos};
use regain_tests::{World, after, plain};
use serde_json::{Value, json};

use crate::{MO, NEW, ON_FILE, TYPED, count, open, recovery_for, told};

const DEAD: &str = "code_not_sent: no_longer_live";

/// A recovery of Mo with a code that was asked for and not yet processed.
async fn asked(world: &World) -> String {
    let recovery = recovery_for(world, after(0)).await;
    let reply = world.ask_code(after(0), &recovery, TYPED, "sms").await;
    assert_eq!(reply.status, 202, "{reply:?}");
    recovery
}

/// How often the codes of Mo were counted: against the account, and against the number.
fn counted(world: &World) -> (usize, i64) {
    let items = world.cloud.items("tokens").unwrap();
    let items: Vec<Value> = items.iter().map(plain).collect();
    let find = |part: &str| items.iter().find(|item| item["pk"].as_str().unwrap().contains(part));
    let account = find("#codes#id-of-mo").map_or(0, |item| item["sent"].as_array().unwrap().len());
    let number = find("#limit#codes.number.day#").map_or(0, |item| item["taken"].as_i64().unwrap());
    (account, number)
}

#[tokio::test]
async fn a_record_that_is_delivered_again_sends_nothing_again() {
    let world = World::new().await;
    let recovery = asked(&world).await;
    let thrice = world.stream_event(&[0, 0, 0]);
    for seconds in [0, 1, 70, 90_000] {
        world.process(after(seconds), &thrice).await;
        world.schedule(after(seconds)).await;
    }
    world.cloud.rewind_stream().await;
    world.deliver(after(90_001)).await;
    assert_eq!(told(&world).len(), 1);
    assert_eq!(world.cloud.messages(Some(MO)).len(), 1, "and one mail that says so");
    assert_eq!(counted(&world), (1, 1));
    assert_eq!(world.events(MO).await, ["code_sent: sms", "notice_sent"]);
    assert_eq!(count(&world, "outbox", ""), 0);
    let code = world.newest_code(ON_FILE);
    assert_eq!(world.type_code(after(100), &recovery, &code).await.status, 200);
}

#[tokio::test]
async fn what_the_stream_loses_the_schedule_sends() {
    let world = World::new().await;
    let recovery = asked(&world).await;
    world.schedule(after(60)).await;
    assert_eq!(told(&world).len(), 1);
    let code = world.newest_code(ON_FILE);
    assert_eq!(world.type_code(after(599), &recovery, &code).await.status, 200);
}

/// Waits, without sleeping, until so many calls of the work were answered.
async fn answered(world: &World, calls: usize) {
    while world.cloud.calls_of("process-outbox").len() < calls {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn wherever_it_dies_a_code_is_counted_once_and_comes_a_minute_later() {
    // Claim, settings, account, recovery, codes, count, text message, finish.
    for calls in 1..=8 {
        let case = format!("died after {calls} calls");
        let world = World::new().await;
        let recovery = asked(&world).await;
        let event = world.stream_event(&[0]);
        let work = Box::pin(world.process(after(0), &event));
        drop(select(work, Box::pin(answered(&world, calls))).await);
        world.schedule(after(60)).await;
        world.schedule(after(120)).await;
        let messages = told(&world);
        // A text that nobody noted is at most repeated.
        assert!((1..=2).contains(&messages.len()), "{case}");
        assert!(messages.iter().all(|message| message.codes == messages[0].codes), "{case}");
        assert_eq!(counted(&world), (1, 1), "{case}");
        assert_eq!(count(&world, "outbox", ""), 0, "{case}");
        assert_eq!(world.cloud.messages(Some(MO)).len(), 1, "{case}");
        let code = world.newest_code(ON_FILE);
        assert_eq!(world.type_code(after(130), &recovery, &code).await.status, 200, "{case}");
    }
}

#[tokio::test]
async fn an_answer_of_the_store_that_gets_lost_counts_nothing_twice() {
    for calls in 0..8 {
        let case = format!("lost the answer after {calls} calls");
        let world = World::new().await;
        asked(&world).await;
        let event = world.stream_event(&[0]);
        let loses = async {
            answered(&world, calls).await;
            let dynamodb = DynamoDbChaos { lose_answer_next: 1, ..DynamoDbChaos::default() };
            world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
        };
        join(world.process(after(0), &event), loses).await;
        world.cloud.set_chaos(Chaos::default());
        world.schedule(after(60)).await;
        world.schedule(after(121)).await;
        assert_eq!((told(&world).len(), counted(&world)), (1, (1, 1)), "{case}");
        assert_eq!(count(&world, "outbox", ""), 0, "{case}");
    }
}

/// The answers of the caller's own steps get lost too; whoever repeats them gets the same.
#[tokio::test]
async fn a_store_on_a_bad_day_loses_no_code() {
    let none = DynamoDbChaos::default();
    for chaos in [
        DynamoDbChaos { conflict_next: 5, ..none.clone() },
        DynamoDbChaos { lose_transaction_next: 1, ..none.clone() },
        DynamoDbChaos { fail_next: 2, ..none.clone() },
        DynamoDbChaos { throttle_one_in: 3, ..none.clone() },
    ] {
        let world = World::new().await;
        let switch = || {
            world.cloud.set_chaos(Chaos { dynamodb: chaos.clone(), ..Chaos::default() });
        };
        // Settings are read once more by each cold function; that is not what this is about.
        for warm in ["start-recovery", "send-sms-code", "check-sms-code", "set-password"] {
            world.post(after(0), warm, json!({})).await;
        }
        switch();
        let recovery = recovery_for(&world, after(0)).await;
        switch();
        let reply = world.ask_code(after(0), &recovery, TYPED, "sms").await;
        assert_eq!(reply.status, 202, "{chaos:?}: {reply:?}");
        switch();
        world.deliver(after(1)).await;
        world.cloud.set_chaos(Chaos::default());
        world.schedule(after(62)).await;
        world.schedule(after(124)).await;
        assert_eq!(told(&world).len(), 1, "{chaos:?}");
        switch();
        let typed = world.type_code(after(130), &recovery, &world.newest_code(ON_FILE)).await;
        assert_eq!(typed.status, 200, "{chaos:?}: {typed:?}");
        assert_eq!(world.set(after(131), typed.text("grant"), NEW).await.status, 200);
        assert_eq!(counted(&world), (1, 1), "{chaos:?}");
    }
}

#[tokio::test]
async fn a_code_that_is_no_longer_the_newest_is_not_sent() {
    let world = World::new().await;
    let recovery = asked(&world).await;
    world.ask_code(after(1), &recovery, TYPED, "voice").await;
    // Late and out of order: whichever record comes first.
    for order in [[1, 0], [0, 1]] {
        world.process(after(2), &world.stream_event(&order)).await;
    }
    world.deliver(after(3)).await;
    let messages = told(&world);
    assert_eq!(messages.len(), 1);
    let code = world.newest_code(ON_FILE);
    assert_eq!(world.type_code(after(4), &recovery, &code).await.status, 200);
    let mut events = world.events(MO).await;
    events.sort();
    assert_eq!(
        events,
        ["code_accepted: forgot_password", DEAD, "code_sent: voice", "notice_sent"],
        "what did not go tells nobody"
    );
    assert_eq!(counted(&world), (1, 1), "what is not sent is not counted");
}

#[tokio::test]
async fn what_died_on_the_way_to_the_phone_is_not_sent() {
    for what in ["time", "tries", "not me", "number", "password", "block"] {
        let world = World::with(open).await;
        let recovery = recovery_for(&world, after(0)).await;
        let code = world.sent_code(after(0), &recovery, ON_FILE).await;
        world.deliver(after(0)).await;
        let report = world.newest_not_me(MO);
        let token = world.reset_token(after(0), MO).await;
        assert_eq!(world.ask_code(after(1), &recovery, TYPED, "sms").await.status, 202);
        let mut late = 5;
        let path = "tenants/demo/accounts/id-of-mo";
        match what {
            "time" => late = 601,
            "tries" => {
                for _ in 0..5 {
                    crate::wrong_code(&world, after(2), &recovery, &code).await;
                }
            }
            "not me" => assert_eq!(world.not_me(after(2), &report).await.status, 200),
            "number" => {
                let phone = json!({"phone": "+31611112222"});
                crate::admin_changes(&world, after(2), "id-of-mo", phone).await;
            }
            "password" => {
                let grant = world.grant(after(2), &token).await;
                assert_eq!(world.set(after(3), &grant, NEW).await.status, 200);
            }
            _ => {
                let body = json!({"reason": "other"});
                let path = format!("{path}/block");
                let key = &world.admin;
                world.admin_at(after(2), http::Method::POST, &path, key, body).await;
            }
        }
        world.deliver(after(late)).await;
        assert_eq!(told(&world).len(), 1, "{what}: only the one before");
        let events = world.events(MO).await;
        assert!(events.contains(&DEAD.to_owned()), "{what}: {events:?}");
        assert_eq!(counted(&world), (1, 1), "{what}");
    }
}

#[tokio::test]
async fn a_code_for_an_account_that_was_erased_goes_nowhere() {
    let world = World::new().await;
    asked(&world).await;
    let path = "tenants/demo/accounts/id-of-mo";
    let key = &world.admin;
    let erased = world.admin_at(after(1), http::Method::DELETE, path, key, Value::Null).await;
    assert_eq!(erased.status, 204);
    world.deliver(after(2)).await;
    assert!(told(&world).is_empty());
    assert_eq!(count(&world, "outbox", ""), 0);
}
