//! A database that conflicts and loses answers: it takes longer, and what happens is the same.

use regain_local::{Chaos, DynamoDbChaos};
use regain_tests::{World, after};
use serde_json::Value;

use crate::{MO, NEW};

/// A recovery with the database in this state at every step; gives what the steps answered.
async fn recovery(chaos: &DynamoDbChaos) -> (World, Vec<(u16, Value)>) {
    let world = World::new().await;
    let switch = |dynamodb: &DynamoDbChaos| {
        world.cloud.set_chaos(Chaos { dynamodb: dynamodb.clone(), ..Chaos::default() });
    };
    let mut answers = Vec::new();
    let mut keep = |reply: regain_tests::Reply| {
        answers.push((reply.status, reply.body.clone()));
        reply
    };
    // Whatever loads settings must be warm, or it would meet the fault in place of the step.
    for warm in ["check-link", "set-password", "request-reset", "sign-in"] {
        world.post(after(0), warm, serde_json::json!({})).await;
    }
    switch(chaos);
    keep(world.request(after(0), MO).await);
    world.deliver(after(0)).await;
    // The answer to the claim may be lost; then the lease must pass.
    switch(chaos);
    world.schedule(after(61)).await;
    world.schedule(after(122)).await;
    switch(&DynamoDbChaos::default());
    let token = world.newest_token(MO);
    switch(chaos);
    let grant = keep(world.click(after(130), &token).await).text("grant").to_owned();
    switch(chaos);
    keep(world.set(after(140), &grant, NEW).await);
    switch(chaos);
    world.deliver(after(150)).await;
    world.schedule(after(211)).await;
    world.schedule(after(272)).await;
    switch(chaos);
    let body = serde_json::json!({"login": MO, "password": NEW});
    keep(world.post(after(280), "sign-in", body).await);
    switch(&DynamoDbChaos::default());
    (world, answers)
}

#[tokio::test]
async fn conflicts_and_lost_answers_change_nothing_but_time() {
    let none = DynamoDbChaos::default();
    for chaos in [
        none.clone(),
        DynamoDbChaos { conflict_next: 1, ..none.clone() },
        DynamoDbChaos { conflict_next: 5, ..none.clone() },
        DynamoDbChaos { lose_transaction_next: 1, ..none.clone() },
        DynamoDbChaos { lose_transaction_next: 2, ..none.clone() },
        DynamoDbChaos { lose_answer_next: 2, ..none.clone() },
        DynamoDbChaos { fail_next: 2, ..none.clone() },
    ] {
        let (world, answers) = recovery(&chaos).await;
        let statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, [202, 200, 200, 200], "{chaos:?}");
        let account = world.account(MO).await;
        assert_eq!((account.epoch, account.password_version), (1, 2), "{chaos:?}");
        assert_eq!(account.history.len(), 2, "{chaos:?}");
        assert!(account.slots.is_empty(), "{chaos:?}");
        assert!(world.cloud.items("outbox").unwrap().is_empty(), "{chaos:?}");
        let subjects: Vec<_> =
            world.cloud.messages(Some(MO)).into_iter().map(|mail| mail.subject).collect();
        assert_eq!(subjects.len(), 2, "{chaos:?}: {subjects:?}");
        let count = |event: &str| {
            let told = world.cloud.items("timeline").unwrap();
            told.iter().filter(|entry| entry["event"]["S"] == event).count()
        };
        for event in [
            "link_issued",
            "link_sent",
            "link_clicked",
            "password_changed",
            "notice_sent",
            "signed_in",
        ] {
            assert_eq!(count(event), 1, "{event} under {chaos:?}");
        }
    }
}

/// Three lost answers are more than the SDK repeats: the caller hears 503, and asks again.
#[tokio::test]
async fn what_was_done_though_its_answer_was_lost_for_good_is_done_once() {
    let lost = || Chaos {
        dynamodb: DynamoDbChaos { lose_transaction_next: 3, ..DynamoDbChaos::default() },
        ..Chaos::default()
    };
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;

    world.cloud.set_chaos(lost());
    let clicked = world.click(after(10), &token).await;
    assert_eq!((clicked.status, clicked.header("retry-after")), (503, "5"));
    let again = world.click(after(20), &token).await;
    assert_eq!((again.status, again.text("valid_until")), (200, "2026-11-22T14:15:10Z"));

    let grant = again.text("grant");
    world.cloud.set_chaos(lost());
    assert_eq!(world.set(after(30), grant, NEW).await.status, 503);
    let again = world.set(after(40), grant, NEW).await;
    assert_eq!((again.status, again.code()), (410, "grant_used"));
    assert_eq!(again.text("remedy"), "sign_in");
    assert_eq!(world.sign_in(after(50), MO, NEW).await.0, 200);
    assert_eq!(world.account(MO).await.password_version, 2);
}

#[tokio::test]
async fn endless_conflicts_are_503_and_leave_everything_as_it_was() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(10), &token).await;
    let before = (world.cloud.items("accounts").unwrap(), world.cloud.items("timeline").unwrap());
    let dynamodb = DynamoDbChaos { conflict_next: 1000, ..DynamoDbChaos::default() };
    world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    let reply = world.set(after(20), &grant, NEW).await;
    assert_eq!((reply.status, reply.code()), (503, "unavailable"));
    assert_eq!(reply.header("retry-after"), "5");
    world.cloud.set_chaos(Chaos::default());
    let now = (world.cloud.items("accounts").unwrap(), world.cloud.items("timeline").unwrap());
    assert_eq!(now, before);
    assert_eq!(world.set(after(30), &grant, NEW).await.status, 200);
}
