//! What ends a grant to unlock before it is used, and what "this was not me" does before and after.

use http::Method;
use regain_domain::account::BlockReason;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{MO, NEW, RIGHT, code_grant, count, deaths, mailed_grant, sign_in, verified, world};

async fn on_mo(world: &World, seconds: i64, method: Method, end: &str, body: Value) -> Reply {
    let path = format!("tenants/demo/accounts/id-of-mo{end}");
    let reply = world.admin_at(after(seconds), method, &path, &world.admin, body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}

#[tokio::test]
async fn a_block_between_click_and_unlock_wins_and_stays() {
    for by_code in [false, true] {
        let world = world(|_| {}).await;
        let mut grant = mailed_grant(&world, 0).await;
        if by_code {
            grant = code_grant(&world, 1, "locked_out").await;
        }
        on_mo(&world, 10, Method::POST, "/block", json!({"reason": "trial_ended"})).await;
        for reply in [
            world.unlock(after(20), &grant).await,
            world.unlock_with(after(21), &grant, RIGHT).await,
        ] {
            let dead = ["grant_withdrawn", "account_blocked", "2026-11-22T14:00:10Z"];
            assert_eq!(deaths(&reply)[..3], dead, "{by_code}");
            assert_eq!(reply.text("remedy"), "contact_support");
        }
        let blocked = world.account(MO).await.blocked;
        assert_eq!(blocked, Some(BlockReason::TrialEnded), "{by_code}");
        on_mo(&world, 30, Method::POST, "/unblock", Value::Null).await;
        assert_eq!(world.unlock(after(31), &grant).await.status, 410, "it does not revive");
        assert_eq!(sign_in(&world, 32, MO, RIGHT).await.status, 423, "nor was the lock taken off");
    }
}

#[tokio::test]
async fn a_block_and_an_unlock_at_once_end_in_a_block() {
    for round in 0..10 {
        let world = world(|_| {}).await;
        let grant = mailed_grant(&world, 0).await;
        let (unlocked, _) = tokio::join!(
            world.unlock(after(10), &grant),
            on_mo(&world, 10, Method::POST, "/block", json!({"reason": "other"})),
        );
        assert!([200, 410].contains(&unlocked.status), "{round}: {unlocked:?}");
        assert_eq!(world.account(MO).await.blocked, Some(BlockReason::Other), "{round}");
        let reply = sign_in(&world, 11, MO, RIGHT).await;
        assert_eq!((reply.status, reply.code()), (403, "account_blocked"), "{round}");
    }
}

#[tokio::test]
async fn a_change_of_the_account_ends_it() {
    for (end, reason) in [
        ("password", "password_changed"),
        ("temporary", "by_desk"),
        ("login", "address_changed"),
        ("erased", "account_deleted"),
    ] {
        for by_code in [false, true] {
            let case = (end, by_code);
            let world = world(|settings| settings.temporary_passwords_enabled = true).await;
            let mut grant = mailed_grant(&world, 0).await;
            if by_code {
                grant = code_grant(&world, 1, "locked_out").await;
            }
            let path = "tenants/demo/accounts/id-of-mo";
            match end {
                "password" => {
                    let token = world.reset_token(after(8), MO).await;
                    let reset = world.grant(after(9), &token).await;
                    assert_eq!(world.set(after(10), &reset, NEW).await.status, 200);
                }
                "temporary" => {
                    on_mo(&world, 10, Method::POST, "/temporary-password", Value::Null).await;
                }
                "login" => {
                    let body = json!({"login": "mo@example.org"});
                    on_mo(&world, 10, Method::PATCH, "", body).await;
                }
                _ => {
                    let key = &world.admin;
                    world.admin_at(after(10), Method::DELETE, path, key, Value::Null).await;
                }
            }
            for reply in [
                world.unlock(after(20), &grant).await,
                world.unlock_with(after(21), &grant, RIGHT).await,
            ] {
                let told = deaths(&reply);
                assert_eq!(told[..2], ["grant_withdrawn", reason], "{case:?}: {reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_newer_one_of_its_kind_supersedes_it_and_one_of_another_kind_does_not() {
    let world = world(|_| {}).await;
    let mailed = mailed_grant(&world, 0).await;
    let coded = code_grant(&world, 10, "locked_out").await;
    let reset = world.reset_token(after(15), MO).await;
    let reset_by_code = code_grant(&world, 50, "forgot_password").await;
    let newer = code_grant(&world, 120, "locked_out").await;
    let reply = world.unlock(after(121), &coded).await;
    let dead = ["grant_superseded", "", "2026-11-22T14:02:00Z", "use_newer_link"];
    let told = deaths(&reply);
    assert!(told == dead || told[0] == "grant_withdrawn", "{told:?}");
    for grant in [&mailed, &newer] {
        assert_eq!(world.unlock(after(122), grant).await.status, 200);
    }
    assert_eq!(
        world.check(after(123), &reset).await.status,
        200,
        "taking a lock off ends no reset"
    );
    assert_eq!(world.set(after(124), &reset_by_code, NEW).await.status, 200);
}

#[tokio::test]
async fn not_me_after_the_unlock_ends_every_session_and_is_counted_once() {
    for by_code in [false, true] {
        let world = world(|_| {}).await;
        let mut grant = mailed_grant(&world, 0).await;
        if by_code {
            grant = code_grant(&world, 1, "locked_out").await;
        }
        let signed_in = world.unlock_with(after(10), &grant, RIGHT).await;
        assert_eq!(verified(&world, &signed_in).await["epoch"], 0, "{by_code}");
        world.deliver(after(11)).await;
        let not_me = world.newest_not_me(MO);
        for seconds in [20, 21, 5000] {
            let reply = world.not_me(after(seconds), &not_me).await;
            assert_eq!((reply.status, reply.text("status")), (200, "reported"), "{by_code}");
        }
        let account = world.account(MO).await;
        assert_eq!((account.epoch, account.reported_at), (1, Some(after(20))), "{by_code}");
        assert_eq!(count(&world, MO, "not_me_reported").await, 1, "{by_code}");
        let again = sign_in(&world, 5001, MO, RIGHT).await;
        assert_eq!(verified(&world, &again).await["epoch"], 1, "the password stays: {by_code}");
    }
}

/// What was ended since is not ended again: the owner who reads old mail signs nobody out.
#[tokio::test]
async fn not_me_of_an_unlock_long_past_flags_and_ends_nothing() {
    let world = world(|_| {}).await;
    let grant = mailed_grant(&world, 0).await;
    assert_eq!(world.unlock(after(10), &grant).await.status, 200);
    world.deliver(after(11)).await;
    let not_me = world.newest_not_me(MO);
    let token = world.reset_token(after(20), MO).await;
    let reset = world.grant(after(21), &token).await;
    assert_eq!(world.set(after(22), &reset, NEW).await.status, 200);
    let before = world.account(MO).await.epoch;
    let reply = world.not_me(after(30), &not_me).await;
    assert_eq!((reply.status, reply.text("status")), (200, "reported"));
    let account = world.account(MO).await;
    assert_eq!((account.epoch, account.reported_at), (before, Some(after(30))));
}

#[tokio::test]
async fn not_me_of_a_grant_that_lives_ends_it_and_leaves_the_lock() {
    let world = world(|_| {}).await;
    let grant = mailed_grant(&world, 0).await;
    let not_me = world.newest_not_me(MO);
    for seconds in [10, 11] {
        let reply = world.not_me(after(seconds), &not_me).await;
        assert_eq!((reply.status, reply.text("status")), (200, "withdrawn"));
    }
    let reply = world.unlock_with(after(12), &grant, RIGHT).await;
    let dead = ["grant_withdrawn", "not_me", "2026-11-22T14:00:10Z", "request_again"];
    assert_eq!(deaths(&reply), dead);
    assert_eq!(sign_in(&world, 13, MO, RIGHT).await.status, 423);
    assert_eq!(world.account(MO).await.epoch, 0);
}

#[tokio::test]
async fn not_me_and_an_unlock_at_once_leave_one_answer_standing() {
    for round in 0..10 {
        let world = world(|_| {}).await;
        let grant = mailed_grant(&world, 0).await;
        let not_me = world.newest_not_me(MO);
        let (unlocked, withdrawn) =
            tokio::join!(world.unlock(after(10), &grant), world.not_me(after(10), &not_me));
        assert_eq!(withdrawn.status, 200, "{round}: {withdrawn:?}");
        let epoch = world.account(MO).await.epoch;
        match withdrawn.text("status") {
            "withdrawn" => assert_eq!((unlocked.status, epoch), (410, 0), "{round}"),
            _ => assert_eq!((unlocked.status, epoch), (200, 1), "{round}"),
        }
        let locked = sign_in(&world, 11, MO, RIGHT).await.status == 423;
        assert_eq!(locked, unlocked.status == 410, "{round}");
    }
}
