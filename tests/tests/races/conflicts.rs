//! A single update that meets a transaction on its item is asked again: the same answer, a little
//! later, and nothing counted twice.

use futures_util::future::{join, join_all};
use regain_local::{Call, Chaos, DynamoDbChaos};
use regain_tests::{Reply, World, after, plain};
use serde_json::{Value, json};

use crate::{MO, NEW, OLD};

const PHONE: &str = "+31612345678";

/// Steps that count something in an update of its own before they look at what was typed.
const COUNTING: [&str; 12] = [
    "sign-in: wrong",
    "sign-in: right",
    "sign-in: locked",
    "send-sms-code: wrong",
    "send-sms-code: right",
    "check-sms-code: wrong",
    "check-sms-code: right",
    "unlock: wrong",
    "unlock: right",
    "start-recovery: wrong captcha",
    "send-recovery-link",
    "set-password",
];
/// Steps that write in transactions alone. What is processed after them meets the conflict.
const OTHERS: [&str; 2] = ["request-reset", "start-recovery"];

/// Goes as far as the step; gives its body.
async fn before(world: &World, step: &str) -> Value {
    let password = if step.ends_with("wrong") { "wrong" } else { OLD };
    let (endpoint, what) = step.split_once(": ").unwrap_or((step, ""));
    match endpoint {
        "sign-in" => {
            if what == "locked" {
                world.lock(after(0), MO).await;
            }
            json!({"login": MO, "password": password})
        }
        "send-sms-code" => {
            let phone = if what == "wrong" { "+31611111111" } else { PHONE };
            let recovery = world.recovery(after(0), MO, "locked_out").await;
            json!({"recovery": recovery, "phone": phone, "channel": "sms"})
        }
        "check-sms-code" => {
            let recovery = world.recovery(after(0), MO, "locked_out").await;
            let code = world.sent_code(after(0), &recovery, PHONE).await;
            let code = if what == "wrong" { "1" } else { &code };
            json!({"recovery": recovery, "code": code})
        }
        "unlock" => {
            world.lock(after(0), MO).await;
            let grant = world.grant(after(0), &world.newest_token(MO)).await;
            json!({"grant": grant, "password": password})
        }
        "set-password" => {
            let token = world.reset_token(after(0), MO).await;
            json!({"grant": world.grant(after(0), &token).await, "password": NEW})
        }
        "start-recovery" => {
            let mut captcha = world.captcha(after(0));
            if what == "wrong captcha" {
                captcha["answer"] = json!("wrong");
            }
            json!({"login": MO, "reason": "locked_out", "captcha": captcha})
        }
        "send-recovery-link" => {
            json!({"recovery": world.recovery(after(0), MO, "locked_out").await})
        }
        _ => json!({"login": MO}),
    }
}

/// Everything that is counted, and how much is told and to be done.
fn counted(world: &World) -> (Vec<String>, usize, usize) {
    const COUNTERS: [&str; 8] =
        ["taken", "tries", "mails", "begun", "failed", "while_locked", "in_a_row", "wrong"];
    let items = world.cloud.items("tokens").unwrap();
    let mut counted: Vec<String> = Vec::new();
    for item in items.iter().map(plain) {
        let key = item["pk"].as_str().unwrap();
        let kind: Vec<&str> = key.split('#').skip(1).take(2).collect();
        // A limit has a name there, and the others an id.
        let kind = if kind[0] == "limit" { kind.join("#") } else { kind[0].to_owned() };
        for name in COUNTERS {
            if let Some(count) = item.get(name) {
                counted.push(format!("{kind} {name} {count}"));
            }
        }
    }
    counted.sort();
    let items = |table| world.cloud.items(table).unwrap().len();
    (counted, items("outbox"), items("timeline"))
}

/// What an answer says, but for what differs between any two.
fn heard(reply: &Reply) -> (u16, String, Value, String) {
    let left = reply.body["attempts_left"].clone();
    (reply.status, reply.code().to_owned(), left, reply.header("retry-after").to_owned())
}

/// A world where the step is the next one, and what is posted then.
async fn ready(step: &str) -> (World, &str, Value) {
    let world = World::new().await;
    let body = before(&world, step).await;
    let endpoint = step.split(':').next().unwrap();
    // Whatever loads settings must be warm, or it would meet the fault in place of the step.
    world.post(after(0), endpoint, json!({})).await;
    (world, endpoint, body)
}

/// The step with so many conflicts: its answer, and what was counted.
async fn stepped(step: &str, conflicts: u64) -> impl PartialEq + std::fmt::Debug + use<> {
    let (world, endpoint, body) = ready(step).await;
    let dynamodb = DynamoDbChaos { conflict_update_next: conflicts, ..DynamoDbChaos::default() };
    world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    let reply = world.post(after(1), endpoint, body).await;
    let unmet = world.cloud.chaos().dynamodb.conflict_update_next;
    let expected = if COUNTING.contains(&step) { 0 } else { conflicts };
    assert_eq!(unmet, expected, "{step}: {reply:?}");
    let (heard, counted) = (heard(&reply), counted(&world));
    world.deliver(after(2)).await;
    world.deliver(after(3)).await;
    (heard, counted, world.events(MO).await, world.cloud.messages(None).len())
}

#[tokio::test]
async fn a_single_update_that_meets_a_transaction_is_asked_again_and_counts_once() {
    // Boxed: all of them side by side are more than the stack of a thread.
    join_all([&COUNTING[..], &OTHERS].concat().into_iter().map(|step| {
        Box::pin(async move {
            let without = stepped(step, 0).await;
            for conflicts in [1, 2] {
                let with = stepped(step, conflicts).await;
                assert!(with == without, "{step} {conflicts}: {with:#?} for {without:#?}");
            }
        })
    }))
    .await;
}

/// Waits, without sleeping, until a transaction of the step was written and its answer lost; then
/// the SDK's own repeat of it meets a conflict.
async fn conflict_after_loss(world: &World, function: &str) {
    let is_lost = |call: &Call| {
        call.caller == function && call.operation == "TransactWriteItems" && call.status == 500
    };
    while !world.cloud.calls().iter().any(is_lost) {
        tokio::task::yield_now().await;
    }
    let dynamodb = DynamoDbChaos { conflict_next: 1, ..DynamoDbChaos::default() };
    world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
}

/// Whatever keeps the second answer away, the third is of the transaction that was written.
#[tokio::test]
async fn what_was_written_and_meets_a_conflict_when_it_is_asked_again_is_not_refused_by_itself() {
    let steps = [
        "send-sms-code: right",
        "check-sms-code: right",
        "unlock: right",
        "set-password",
        "sign-in: right",
    ];
    let met = join_all(steps.map(|step| {
        Box::pin(async move {
            let (world, endpoint, body) = ready(step).await;
            let dynamodb = DynamoDbChaos { lose_transaction_next: 1, ..DynamoDbChaos::default() };
            world.cloud.forget_calls();
            world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
            let then = conflict_after_loss(&world, endpoint);
            let (reply, ()) = join(world.post(after(1), endpoint, body), then).await;
            let expected = if endpoint == "send-sms-code" { 202 } else { 200 };
            assert_eq!(reply.status, expected, "{step}: {reply:?}");
            world.cloud.chaos().dynamodb.conflict_next == 0
        })
    }))
    .await;
    // The repeat may come at once, before the conflict does.
    assert!(met.iter().filter(|met| **met).count() >= 3, "{met:?}");
}
