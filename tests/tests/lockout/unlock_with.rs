//! Taking the lock off and signing in by one call, under the grant's own five tries.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use http::Method;
use regain_domain::account::BlockReason;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{
    MO, NEW, RIGHT, WRONG, account_at, code_grant, count, counted, deaths, looked_at, mailed_grant,
    shut, sign_in, subjects, verified, world, wrong,
};

const LAST_DEATH: [&str; 2] = ["grant_withdrawn", "too_many_tries"];

fn assert_wrong(reply: &Reply, left: u32, case: &str) {
    assert_eq!((reply.status, reply.code()), (401, "sign_in_failed"), "{case}: {reply:?}");
    assert_eq!(reply.body["attempts_left"], json!(left), "{case}");
    assert_eq!(reply.log["argon2.runs"], 1, "{case}");
    assert_eq!(reply.body.get("token"), None, "{case}");
}

#[tokio::test]
async fn the_right_password_signs_in_by_the_same_call() {
    for by_code in [false, true] {
        let world = world(|_| {}).await;
        let mut grant = mailed_grant(&world, 0).await;
        let mut event = "account_unlocked: unlock";
        if by_code {
            grant = code_grant(&world, 1, "locked_out").await;
            event = "account_unlocked: code_unlock";
        }
        let reply = world.unlock_with(after(10), &grant, RIGHT).await;
        let claims = verified(&world, &reply).await;
        let jti = &claims["jti"];
        assert_eq!(
            claims,
            json!({
                "iss": "http://127.0.0.1:9000/v1/demo",
                "aud": "demo",
                "sub": "id-of-mo",
                "iat": after(10).as_second(),
                "exp": after(910).as_second(),
                "jti": jti,
                "amr": ["pwd"],
                "methods": ["password"],
                "epoch": 0,
            })
        );
        let as_sign_in = sign_in(&world, 11, MO, RIGHT).await;
        let names = |reply: &Reply| -> Vec<String> {
            reply.body.as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(names(&reply), names(&as_sign_in), "as sign-in answers");
        assert_eq!(reply.body["methods"], json!(["password"]));
        assert_eq!(counted(&world, MO).await, [0; 4]);
        assert_eq!(count(&world, MO, event).await, 1);
        assert_eq!(count(&world, MO, "signed_in").await, 2);
        world.deliver(after(12)).await;
        assert!(subjects(&world, MO).pop().unwrap().contains("was unlocked"));
    }
}

#[tokio::test]
async fn five_are_looked_at_and_a_wrong_one_takes_no_lock_off() {
    for right_at in 0..=6 {
        let world = world(|_| {}).await;
        let grant = mailed_grant(&world, 0).await;
        for n in 0..right_at.min(5) {
            let case = format!("{n} before {right_at}");
            let reply = world.unlock_with(after(10), &grant, WRONG).await;
            assert_wrong(&reply, 4 - n, &case);
            assert!(account_at(&world, 10, "id-of-mo").await.get("lock").is_some(), "{case}");
        }
        let reply = world.unlock_with(after(20), &grant, RIGHT).await;
        if right_at < 5 {
            assert_eq!(reply.status, 200, "{right_at}: {reply:?}");
            continue;
        }
        assert_eq!(deaths(&reply)[..2], LAST_DEATH, "{right_at}");
        assert_eq!(reply.log["argon2.runs"], 0, "{right_at}");
        assert_eq!(reply.text("remedy"), "request_again", "{right_at}");
        assert_eq!(sign_in(&world, 21, MO, RIGHT).await.status, 423, "{right_at}");
    }
}

/// They are the grant's own: neither count towards a lock nor are held back by one.
#[tokio::test]
async fn its_tries_and_those_of_sign_in_are_counted_apart() {
    let world = world(|_| {}).await;
    let grant = mailed_grant(&world, 0).await;
    let before = counted(&world, MO).await;
    for n in 0..4 {
        assert_wrong(&world.unlock_with(after(10), &grant, WRONG).await, 3 - n + 1, "one of five");
    }
    assert_eq!(counted(&world, MO).await, before);
    shut(&world, 20, MO).await;
    assert_eq!(world.unlock_with(after(30), &grant, RIGHT).await.status, 200);
    world.deliver(after(31)).await;
    assert!(count(&world, MO, "sign_in_failed").await >= 5 + 4, "the desk reads of each");
}

#[tokio::test]
async fn what_is_too_long_for_anyone_is_a_wrong_one_and_a_malformed_one_costs_no_try() {
    let world = world(|_| {}).await;
    let grant = mailed_grant(&world, 0).await;
    let reply = world.unlock_with(after(10), &grant, &"a".repeat(5000)).await;
    assert_eq!((reply.status, reply.code()), (401, "sign_in_failed"), "{reply:?}");
    assert_eq!(reply.body["attempts_left"], 4);
    for body in [
        json!({"grant": grant, "password": null}),
        json!({"grant": grant, "password": 7}),
        json!({"grant": grant, "password": "a\u{0}b"}),
        json!({"grant": grant, "password": RIGHT, "login": MO}),
    ] {
        let reply = world.post(after(11), "unlock", body).await;
        assert_eq!((reply.status, reply.code()), (400, "invalid_request"), "{reply:?}");
    }
    assert_wrong(&world.unlock_with(after(12), &grant, WRONG).await, 3, "the second");
}

#[tokio::test]
async fn of_a_hundred_wrong_ones_at_once_five_are_looked_at_and_the_right_one_after_is_refused() {
    for used in [false, true] {
        let world = world(|_| {}).await;
        let grant = mailed_grant(&world, 0).await;
        if used {
            assert_eq!(world.unlock(after(5), &grant).await.status, 200);
        }
        let before = looked_at(&world);
        let tries = (0..100).map(|_| world.unlock_with(after(10), &grant, WRONG));
        let replies = join_all(tries).await;
        let mut left: BTreeMap<String, u32> = BTreeMap::new();
        for reply in replies.iter().filter(|reply| reply.status == 401) {
            *left.entry(reply.body["attempts_left"].to_string()).or_default() += 1;
        }
        let each: Vec<(String, u32)> = (0..5).map(|n| (n.to_string(), 1)).collect();
        assert_eq!(left.into_iter().collect::<Vec<_>>(), each, "{used}");
        assert_eq!(replies.iter().filter(|reply| reply.status == 410).count(), 95, "{used}");
        assert_eq!(looked_at(&world) - before, 5, "{used}");
        let reply = world.unlock_with(after(11), &grant, RIGHT).await;
        assert_eq!((reply.status, &reply.log["argon2.runs"]), (410, &json!(0)), "{used}");
        assert_eq!(sign_in(&world, 12, MO, RIGHT).await.status, if used { 200 } else { 423 });
    }
}

#[tokio::test]
async fn a_hundred_right_ones_at_once_sign_in_five_times_at_most_and_unlock_once() {
    let world = world(|_| {}).await;
    let grant = mailed_grant(&world, 0).await;
    let replies = join_all((0..100).map(|_| world.unlock_with(after(10), &grant, RIGHT))).await;
    let signed_in = replies.iter().filter(|reply| reply.status == 200).count();
    assert!((1..=5).contains(&signed_in), "{signed_in}");
    let others = replies.iter().filter(|reply| reply.status != 200);
    for reply in others {
        assert!([410, 503].contains(&reply.status), "{reply:?}");
    }
    world.deliver(after(11)).await;
    let told = subjects(&world, MO);
    assert_eq!(told.iter().filter(|subject| subject.contains("was unlocked")).count(), 1);
    assert_eq!(count(&world, MO, "account_unlocked: unlock").await, 1);
    assert_eq!(count(&world, MO, "signed_in").await, signed_in);
}

#[tokio::test]
async fn a_used_grant_signs_in_within_its_time_under_the_same_five_tries() {
    let world = world(|_| {}).await;
    let grant = mailed_grant(&world, 0).await;
    assert_eq!(world.unlock(after(10), &grant).await.status, 200);
    shut(&world, 20, MO).await;
    assert_wrong(&world.unlock_with(after(30), &grant, WRONG).await, 4, "first");
    let claims = verified(&world, &world.unlock_with(after(40), &grant, RIGHT).await).await;
    assert_eq!(claims["sub"], "id-of-mo");
    shut(&world, 50, MO).await;
    assert_eq!(world.unlock_with(after(60), &grant, RIGHT).await.status, 200);
    let tries = [world.unlock_with(after(899), &grant, WRONG).await];
    assert_wrong(&tries[0], 1, "fourth");
    let reply = world.unlock_with(after(900), &grant, RIGHT).await;
    assert_eq!(deaths(&reply)[0], "grant_used");
    assert_eq!(reply.log["argon2.runs"], 0);
    assert_eq!(count(&world, MO, "account_unlocked: unlock").await, 1);
}

#[tokio::test]
async fn what_ended_since_it_was_used_signs_nobody_in() {
    for end in ["blocked", "reset", "reported", "disabled"] {
        let world = world(|_| {}).await;
        let grant = mailed_grant(&world, 0).await;
        assert_eq!(world.unlock(after(10), &grant).await.status, 200);
        let mut password = RIGHT;
        match end {
            "blocked" => {
                world.change_account(MO, |mo| mo.blocked = Some(BlockReason::Other)).await;
            }
            "reset" => {
                let token = world.reset_token(after(11), MO).await;
                let reset = world.grant(after(12), &token).await;
                assert_eq!(world.set(after(13), &reset, NEW).await.status, 200);
                password = NEW;
            }
            "reported" => {
                world.deliver(after(11)).await;
                let reply = world.not_me(after(12), &world.newest_not_me(MO)).await;
                assert_eq!(reply.text("status"), "reported");
            }
            _ => world.change_account(MO, |mo| mo.password_disabled_at = Some(after(11))).await,
        }
        let reply = world.unlock_with(after(20), &grant, password).await;
        assert!([403, 410].contains(&reply.status), "{end}: {reply:?}");
        assert_eq!(reply.body.get("token"), None, "{end}");
        assert_eq!(reply.log["argon2.runs"], 0, "{end}");
    }
}

/// It gives no session, nor the right to replace it: `sign-in` gives that.
#[tokio::test]
async fn a_temporary_password_takes_the_lock_off_and_signs_nobody_in() {
    let world = world(|settings| settings.temporary_passwords_enabled = true).await;
    let path = "tenants/demo/accounts/id-of-mo/temporary-password";
    let made = world.admin(Method::POST, path, &world.admin, Value::Null).await;
    let password = made.text("password");
    world.deliver(after(1)).await;
    let grant = mailed_grant(&world, 2).await;
    let reply = world.unlock_with(after(10), &grant, password).await;
    assert_eq!((reply.status, &reply.body), (200, &json!({"status": "unlocked"})));
    assert_eq!(counted(&world, MO).await, [0; 4]);
    let reply = sign_in(&world, 11, MO, password).await;
    assert_eq!((reply.status, reply.code()), (403, "password_must_change"));
    let again = world.unlock_with(after(12), &grant, password).await;
    assert_eq!((again.status, &again.body), (200, &json!({"status": "unlocked"})));
    // Over, it is a wrong one.
    let day = 86_400;
    let grant = mailed_grant(&world, day).await;
    assert_wrong(&world.unlock_with(after(day + 10), &grant, password).await, 4, "over");
    assert_eq!(world.unlock(after(day + 11), &grant).await.status, 200);
}

#[tokio::test]
async fn an_account_without_a_password_has_no_right_one() {
    let world = world(|_| {}).await;
    let grant = mailed_grant(&world, 0).await;
    world.change_account(MO, |mo| mo.password_phc = None).await;
    for n in 0..3 {
        assert_wrong(&world.unlock_with(after(10), &grant, RIGHT).await, 4 - n, "none");
    }
    wrong(&world, 11, MO, 1).await;
}

#[tokio::test]
async fn the_owner_who_only_forgot_that_it_changed_hears_how_many_are_left_and_unlocks_without() {
    let world = world(|_| {}).await;
    let grant = mailed_grant(&world, 0).await;
    for n in 0..5 {
        assert_wrong(&world.unlock_with(after(10), &grant, WRONG).await, 4 - n, "guess");
    }
    // The grant itself is proof of the mailbox, and needs no password.
    let reply = world.unlock(after(11), &grant).await;
    assert_eq!((reply.status, &reply.body), (200, &json!({"status": "unlocked"})));
    assert_eq!(sign_in(&world, 12, MO, RIGHT).await.status, 200);
}

/// A world where the answer to the call that signs in is lost still signs in the next time.
#[tokio::test]
async fn a_lost_answer_is_made_good_by_the_next_call() {
    let world: World = world(|_| {}).await;
    let grant = mailed_grant(&world, 0).await;
    sign_in(&world, 1, "warm@example.com", WRONG).await;
    let dynamodb =
        regain_local::DynamoDbChaos { lose_transaction_next: u64::MAX, ..Default::default() };
    world.cloud.set_chaos(regain_local::Chaos { dynamodb, ..Default::default() });
    let reply = world.unlock_with(after(10), &grant, RIGHT).await;
    assert_eq!((reply.status, reply.header("retry-after")), (503, "5"), "{reply:?}");
    world.cloud.set_chaos(regain_local::Chaos::default());
    assert_eq!(world.unlock_with(after(11), &grant, RIGHT).await.status, 200);
    world.deliver(after(12)).await;
    let told = subjects(&world, MO);
    assert_eq!(told.iter().filter(|subject| subject.contains("was unlocked")).count(), 1);
}
