//! A link that signs in, used and ended by many at the same moment; and work of it that comes twice,
//! late, or in another order.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::steps::{ANN, MO, MO_ID, NEW, ask, count, office, session, stands, subjects, world};

#[tokio::test]
async fn a_hundred_redemptions_at_once_make_one_session() {
    let world = world(|_| {}).await;
    let token = world.magic_token(after(0), MO).await;
    let replies = join_all((0..100).map(|_| world.redeem(after(10), &token))).await;
    let mut outcomes: BTreeMap<_, u32> = BTreeMap::new();
    for reply in &replies {
        *outcomes.entry((reply.status, reply.code())).or_default() += 1;
    }
    assert_eq!(outcomes.remove(&(200, "")), Some(1), "{outcomes:?}");
    assert_eq!(outcomes, BTreeMap::from([((410, "link_used"), 99)]));
    assert_eq!(count(&world, MO, "signed_in: magic").await, 1);
    assert!(world.account(MO).await.slots.is_empty());
}

/// Whoever comes first, nobody is signed in by what has ended.
#[tokio::test]
async fn a_redemption_and_what_ends_it_at_once_leave_no_session_that_stands() {
    for round in 0..10 {
        let world = world(|_| {}).await;
        let token = world.magic_token(after(0), MO).await;
        let block = format!("{MO_ID}/block");
        let (redeemed, ()) = tokio::join!(
            world.redeem(after(10), &token),
            office(&world, 10, http::Method::POST, &block, json!({"reason": "other"})),
        );
        assert!([200, 410].contains(&redeemed.status), "round {round}: {redeemed:?}");
        if redeemed.status == 200 {
            let session = redeemed.text("token");
            assert_eq!(stands(&world, 11, session).await.0, 401, "round {round}");
        }
        assert_eq!(world.redeem(after(12), &token).await.status, 410, "round {round}");
    }
}

#[tokio::test]
async fn a_redemption_and_a_reset_at_once_leave_no_session_of_before() {
    for round in 0..10 {
        let world = world(|_| {}).await;
        let reset = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(1), &reset).await;
        let token = world.magic_token(after(2), MO).await;
        let (redeemed, set) =
            tokio::join!(world.redeem(after(10), &token), world.set(after(10), &grant, NEW));
        assert_eq!(set.status, 200, "round {round}: {set:?}");
        if redeemed.status == 200 {
            let session = redeemed.text("token");
            assert_eq!(stands(&world, 11, session).await.0, 401, "round {round}");
        } else {
            assert_eq!(redeemed.code(), "link_withdrawn", "round {round}");
        }
        assert_eq!(world.redeem(after(12), &token).await.status, 410, "round {round}");
    }
}

#[tokio::test]
async fn a_redemption_and_a_not_me_at_once_leave_nobody_signed_in() {
    for round in 0..10 {
        let world = world(|_| {}).await;
        let token = world.magic_token(after(0), MO).await;
        let (redeemed, not_me) =
            tokio::join!(world.redeem(after(10), &token), world.not_me(after(10), &token));
        assert_eq!(not_me.status, 200, "round {round}: {not_me:?}");
        if redeemed.status == 200 {
            assert_eq!(not_me.text("status"), "reported", "round {round}");
            let session = redeemed.text("token");
            assert_eq!(stands(&world, 11, session).await.0, 401, "round {round}");
        } else {
            assert_eq!((redeemed.code(), redeemed.text("reason")), ("link_withdrawn", "not_me"));
        }
    }
}

#[tokio::test]
async fn what_comes_twice_issues_nothing_twice() {
    let world = world(|_| {}).await;
    let token = world.magic_token(after(0), MO).await;
    for seconds in [1, 2, 3] {
        world.cloud.rewind_stream().await;
        world.deliver(after(seconds)).await;
        world.schedule(after(seconds * 100)).await;
    }
    assert_eq!((subjects(&world, MO).len(), count(&world, MO, "link_issued").await), (1, 1));
    session(&world, 301, &token).await;
    world.cloud.rewind_stream().await;
    world.deliver(after(302)).await;
    assert_eq!(subjects(&world, MO).len(), 1, "nor when it was used");
}

#[tokio::test]
async fn an_older_request_never_ends_a_newer_link() {
    let world = world(|_| {}).await;
    ask(&world, 0, MO).await;
    ask(&world, 5, MO).await;
    world.process(after(10), &world.stream_event(&[1])).await;
    let newer = world.newest_token(MO);
    world.process(after(11), &world.stream_event(&[0])).await;
    assert_eq!(subjects(&world, MO).len(), 1);
    assert_eq!(count(&world, MO, "request_dropped: newer_request").await, 1);
    session(&world, 12, &newer).await;
}

#[tokio::test]
async fn a_request_that_is_found_a_day_late_becomes_nothing() {
    let world = world(|_| {}).await;
    ask(&world, 0, MO).await;
    world.deliver(after(86_400)).await;
    assert_eq!(subjects(&world, MO), [] as [&str; 0]);
    assert_eq!(count(&world, MO, "request_dropped: too_late").await, 1);
    assert_eq!(world.outbox(), [] as [Value; 0]);
}

#[tokio::test]
async fn two_hundred_requests_at_once_are_no_more_mails_than_the_limit() {
    let world = World::with(|settings| {
        settings.limits.per_login_and_address_hour = 50;
        settings.limits.per_address_hour = 10_000;
        settings.limits.mails_per_login_hour = 3;
    })
    .await;
    let replies = join_all((0..200).map(|_| ask(&world, 0, ANN))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 202).count(), 50);
    assert_eq!(replies.iter().filter(|reply| reply.status == 429).count(), 150);
    world.deliver(after(10)).await;
    for minute in 1..40 {
        world.schedule(after(10 + 61 * minute)).await;
    }
    assert!(world.outbox().is_empty());
    assert!((1..=3).contains(&world.cloud.messages(Some(ANN)).len()));
    assert!(world.live_links(after(500)).await.len() <= 1);
}
