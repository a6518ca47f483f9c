//! A link that signs in and the locks: those of wrong passwords it takes off, unless the tenant has
//! them stay; a block it never touches.

use http::Method;
use regain_domain::Settings;
use regain_store::TriesOf;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::steps::{
    BO, MO, MO_ID, RIGHT, ask, death, office, outcome, session, stands, withdrawn, world,
};

async fn tries(world: &World) -> regain_domain::tries::Tries {
    let place = world.place(MO);
    world.store.tries(&world.tenant(), TriesOf::Password(&place)).await.unwrap()
}

fn stays(settings: &mut Settings) {
    settings.magic_login.takes_lock_off = false;
}

#[tokio::test]
async fn it_takes_the_lock_off_and_signs_in() {
    for lock_seconds in [900, 0] {
        let world = world(|settings| settings.lockout.lock_seconds = lock_seconds).await;
        world.lock(after(0), MO).await;
        let token = world.magic_token(after(10), MO).await;
        let locked = (423, "account_locked".to_owned());
        assert_eq!(world.sign_in(after(11), MO, RIGHT).await, locked);
        session(&world, 20, &token).await;
        assert_eq!(tries(&world).await, Default::default(), "all of it is forgotten");
        assert_eq!(world.sign_in(after(21), MO, RIGHT).await.0, 200);
    }
}

#[tokio::test]
async fn a_dead_link_takes_no_lock_off() {
    let world = world(|_| {}).await;
    let used = world.magic_token(after(0), MO).await;
    session(&world, 1, &used).await;
    let expired = world.magic_token(after(2), MO).await;
    world.lock(after(800), MO).await;
    let before = tries(&world).await;
    assert_eq!(world.redeem(after(810), &used).await.code(), "link_used");
    assert_eq!(world.redeem(after(902), &expired).await.code(), "link_expired");
    assert_eq!(tries(&world).await, before);
    assert_eq!(world.sign_in(after(903), MO, RIGHT).await.0, 423);
}

/// What strangers have tried never shuts the owner of the mailbox out; nor does a link bring back a
/// password that was tried a hundred times in a row.
#[tokio::test]
async fn a_disabled_password_stays_disabled_and_the_link_signs_in() {
    let world = world(|settings| settings.lockout.failures = 100).await;
    for n in 0..100 {
        assert_eq!(world.sign_in(after(0), MO, "Zeilboot8").await.0, 401, "{n}");
    }
    world.deliver(after(1)).await;
    assert_eq!(world.account(MO).await.password_disabled_at, Some(after(1)));
    let token = world.magic_token(after(10), MO).await;
    let mine = session(&world, 20, &token).await;
    assert_eq!(stands(&world, 21, &mine).await.0, 200);
    assert_eq!(world.account(MO).await.password_disabled_at, Some(after(1)));
    for seconds in [22, 2000] {
        let refused = world.sign_in(after(seconds), MO, RIGHT).await;
        assert_eq!(refused, (401, "sign_in_failed".to_owned()), "{seconds}");
    }
}

fn locked(reply: &Reply, until: i64) {
    assert_eq!(outcome(reply), (423, "account_locked"), "{reply:?}");
    assert_eq!(reply.body["until"], json!(after(until)));
    assert_eq!(reply.text("support_code").len(), 7);
}

#[tokio::test]
async fn where_locks_stay_it_waits_for_the_end_of_the_lock_unused() {
    let world = world(|settings| {
        stays(settings);
        settings.lockout.lock_seconds = 300;
    })
    .await;
    world.lock(after(0), MO).await;
    let token = world.magic_token(after(10), MO).await;
    let before = tries(&world).await;
    for seconds in [11, 12, 299] {
        locked(&world.redeem(after(seconds), &token).await, 300);
        assert_eq!(world.check(after(seconds), &token).await.text("state"), "sent");
    }
    assert_eq!(tries(&world).await, before);
    assert_eq!(world.link(&token).await.unwrap().died_at, None);
    session(&world, 300, &token).await;
    assert_eq!(tries(&world).await, before, "a link says nothing about the password");
    assert_eq!(world.redeem(after(301), &token).await.code(), "link_used");
}

#[tokio::test]
async fn where_locks_stay_until_taken_off_the_desk_makes_it_good_again() {
    let world = world(|settings| {
        stays(settings);
        settings.lockout.lock_seconds = 0;
    })
    .await;
    world.lock(after(0), MO).await;
    let token = world.magic_token(after(10), MO).await;
    let reply = world.redeem(after(11), &token).await;
    assert_eq!((outcome(&reply), &reply.body["until"]), ((423, "account_locked"), &Value::Null));
    office(&world, 20, Method::POST, &format!("{MO_ID}/unlock"), Value::Null).await;
    session(&world, 21, &token).await;
}

/// Half as many wrong ones lock nobody, and are not what the link is about.
#[tokio::test]
async fn where_locks_stay_what_was_counted_stays_too() {
    let world = world(stays).await;
    for _ in 0..4 {
        assert_eq!(world.sign_in(after(0), MO, "wrong").await.0, 401);
    }
    let token = world.magic_token(after(1), MO).await;
    session(&world, 2, &token).await;
    assert_eq!(world.sign_in(after(3), MO, "wrong").await.0, 401);
    assert_eq!(world.sign_in(after(4), MO, RIGHT).await.0, 423, "the fifth");
}

#[tokio::test]
async fn a_block_is_never_passed_nor_taken_off() {
    let world = world(|_| {}).await;
    let token = world.magic_token(after(0), MO).await;
    office(&world, 10, Method::POST, &format!("{MO_ID}/block"), json!({"reason": "other"})).await;
    let dead = withdrawn("account_blocked", after(10), "contact_support");
    assert_eq!(death(&world.redeem(after(11), &token).await), dead);
    assert!(world.account(MO).await.blocked.is_some());

    // Nor is there another: who was blocked before is told whom to ask.
    ask(&world, 20, BO).await;
    world.deliver(after(20)).await;
    assert!(world.newest_mail(BO).links.is_empty());
    assert!(world.live_links(after(21)).await.is_empty());
    // And a session that was there before is over.
    let world = crate::steps::world(|_| {}).await;
    let token = world.magic_token(after(0), MO).await;
    let mine = session(&world, 1, &token).await;
    office(&world, 10, Method::POST, &format!("{MO_ID}/block"), json!({"reason": "other"})).await;
    assert_eq!(stands(&world, 11, &mine).await, (401, "session_ended".to_owned()));
}
