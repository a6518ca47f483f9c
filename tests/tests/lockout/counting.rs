//! What is counted, what forgets it, and what is not counted at all.

use http::Method;
use regain_domain::account::BlockReason;
use regain_local::{Chaos, DynamoDbChaos};
use regain_tests::{Reply, Request, World, after};
use serde_json::{Value, json};

use crate::{
    BO, FAILED, LOCKED, MO, NEW, NOBODY, RIGHT, WRONG, account_at, counted, looked_at, sign_in,
    world, wrong,
};

const IN_FLIGHT: (u16, &str, &str) = (429, "too_many_requests", "1");

fn told(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.code())
}

#[tokio::test]
async fn a_right_password_forgets_the_wrong_ones_before_it() {
    let world = world(|_| {}).await;
    for round in 0..5 {
        wrong(&world, round, MO, 4).await;
        assert_eq!(counted(&world, MO).await, [4, 4, 0, 4]);
        assert_eq!(sign_in(&world, round, MO, RIGHT).await.status, 200, "{round}");
        assert_eq!(counted(&world, MO).await, [0; 4], "{round}");
    }
}

#[tokio::test]
async fn wrong_ones_count_however_far_apart_they_are() {
    let world = world(|_| {}).await;
    for day in 0..5 {
        wrong(&world, day * 86_400, MO, 1).await;
    }
    let reply = sign_in(&world, 4 * 86_400 + 899, MO, RIGHT).await;
    assert_eq!(told(&reply), LOCKED);
}

#[tokio::test]
async fn after_a_lock_counting_begins_anew() {
    let world = world(|_| {}).await;
    wrong(&world, 0, MO, 12).await;
    assert_eq!(counted(&world, MO).await, [5, 5, 5, 10]);
    wrong(&world, 900, MO, 1).await;
    assert_eq!(counted(&world, MO).await, [1, 1, 0, 11], "but for the hundred in a row");
    wrong(&world, 901, MO, 3).await;
    assert_eq!(account_at(&world, 901, "id-of-mo").await.get("lock"), None);
    wrong(&world, 902, MO, 1).await;
    let lock = json!({"since": after(902), "until": after(1802)});
    assert_eq!(account_at(&world, 902, "id-of-mo").await["lock"], lock);
}

/// They have shown that they know it; what they then hear is another matter.
#[tokio::test]
async fn the_right_password_of_a_blocked_account_forgets_the_count_and_of_a_locked_one_does_not() {
    let world = world(|_| {}).await;
    wrong(&world, 0, BO, 4).await;
    let reply = sign_in(&world, 1, BO, "Klompen99").await;
    assert_eq!(told(&reply), (403, "account_blocked"));
    assert_eq!(counted(&world, BO).await, [0; 4]);
    wrong(&world, 2, BO, 5).await;
    for n in 0..5 {
        let reply = sign_in(&world, 3, BO, "Klompen99").await;
        assert_eq!(told(&reply), (403, "account_blocked"), "the block outlasts the lock: {n}");
    }
    assert_eq!(counted(&world, BO).await, [5, 5, 5, 10]);
    assert_eq!(told(&sign_in(&world, 4, BO, "Klompen99").await), FAILED);
    let path = "tenants/demo/accounts/id-of-bo/unblock";
    let reply = world.admin_at(after(5), Method::POST, path, &world.admin, Value::Null).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(told(&sign_in(&world, 899, BO, "Klompen99").await), FAILED);
    assert_eq!(sign_in(&world, 902, BO, "Klompen99").await.status, 200);
    world.change_account(MO, |mo| mo.blocked = Some(BlockReason::Other)).await;
    assert_eq!(told(&sign_in(&world, 903, MO, RIGHT).await), (403, "account_blocked"));
}

#[tokio::test]
async fn a_temporary_password_forgets_the_count_is_locked_too_and_over_is_a_wrong_one() {
    let world = world(|settings| settings.temporary_passwords_enabled = true).await;
    wrong(&world, 0, MO, 5).await;
    let path = "tenants/demo/accounts/id-of-mo/temporary-password";
    let made = world.admin(Method::POST, path, &world.admin, Value::Null).await;
    assert_eq!(made.status, 200, "{made:?}");
    let password = made.text("password");
    assert_eq!(counted(&world, MO).await, [0; 4], "setting one takes the lock off");
    for round in 1..4 {
        wrong(&world, round, MO, 4).await;
        let reply = sign_in(&world, round, MO, password).await;
        assert_eq!(told(&reply), (403, "password_must_change"), "{round}");
        assert_eq!(counted(&world, MO).await, [0; 4], "{round}");
    }
    wrong(&world, 10, MO, 5).await;
    let reply = sign_in(&world, 11, MO, password).await;
    assert_eq!(told(&reply), LOCKED);
    assert_eq!(reply.body.get("grant"), None);
    let day = 86_400;
    for n in 1..=5 {
        let reply = sign_in(&world, day, MO, password).await;
        assert_eq!(told(&reply), FAILED);
        assert_eq!(counted(&world, MO).await[..2], [n, n]);
    }
    let lock = &account_at(&world, day, "id-of-mo").await["lock"];
    assert_eq!(lock["since"], json!(after(day)));
}

#[tokio::test]
async fn changed_settings_hold_for_what_was_counted_before() {
    for (before, counted_before, now, locked) in [
        (5, 4, 3, true),
        (5, 3, 3, true),
        (5, 2, 3, false),
        (5, 5, 6, false),
        (5, 5, 10, false),
        (5, 5, 5, true),
        (100, 50, 50, true),
    ] {
        let case = (before, counted_before, now);
        let world = world(|settings| settings.lockout.failures = before).await;
        wrong(&world, 0, MO, counted_before).await;
        world.change_settings(|settings| settings.lockout.failures = now).await;
        let lock = account_at(&world, 61, "id-of-mo").await.get("lock").cloned();
        assert_eq!(lock.is_some(), locked, "{case:?}");
        let reply = sign_in(&world, 61, MO, RIGHT).await;
        assert_eq!(reply.status, if locked { 423 } else { 200 }, "{case:?}");
    }
}

#[tokio::test]
async fn a_longer_limit_lets_so_many_more_and_a_shorter_lock_ends_sooner() {
    let world = world(|_| {}).await;
    wrong(&world, 0, MO, 10).await;
    world.change_settings(|settings| settings.lockout.failures = 8).await;
    wrong(&world, 61, MO, 3).await;
    assert_eq!(account_at(&world, 61, "id-of-mo").await["lock"]["since"], json!(after(61)));
    world.change_settings(|settings| settings.lockout.lock_seconds = 100).await;
    let reply = sign_in(&world, 160, MO, RIGHT).await;
    assert_eq!((told(&reply), &reply.body["until"]), (LOCKED, &json!(after(161))));
    assert_eq!(sign_in(&world, 161, MO, RIGHT).await.status, 200);
}

/// As when the function dies, or the database with it: nobody knows how it ended.
#[tokio::test]
async fn a_try_that_was_counted_and_never_settled_is_in_flight_for_half_a_minute_then_wrong() {
    for password in [WRONG, RIGHT] {
        let world = world(|_| {}).await;
        sign_in(&world, 0, NOBODY, WRONG).await;
        let dynamodb = DynamoDbChaos { conflict_next: u64::MAX, ..DynamoDbChaos::default() };
        world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
        for seconds in 0..5 {
            let reply = sign_in(&world, seconds, MO, password).await;
            assert_eq!(told(&reply), (503, "unavailable"), "{reply:?}");
        }
        world.cloud.set_chaos(Chaos::default());
        assert_eq!(counted(&world, MO).await, [5, 0, 0, 5]);
        for seconds in [4, 5, 33] {
            for password in [WRONG, RIGHT] {
                let reply = sign_in(&world, seconds, MO, password).await;
                let told = (reply.status, reply.code(), reply.header("retry-after"));
                assert_eq!(told, IN_FLIGHT, "{seconds}");
                assert_eq!(reply.log["argon2.runs"], 0, "{seconds}");
            }
        }
        assert_eq!(account_at(&world, 33, "id-of-mo").await.get("lock"), None);
        let reply = sign_in(&world, 34, MO, RIGHT).await;
        assert_eq!((told(&reply), &reply.body["until"]), (LOCKED, &json!(after(904))));
        assert_eq!(told(&sign_in(&world, 903, MO, RIGHT).await), LOCKED);
        assert_eq!(sign_in(&world, 904, MO, RIGHT).await.status, 200);
    }
}

#[tokio::test]
async fn one_that_died_counts_among_those_that_did_not() {
    for died in 1..5 {
        let world = world(|_| {}).await;
        wrong(&world, 0, MO, 5 - died).await;
        let dynamodb = DynamoDbChaos { conflict_next: u64::MAX, ..DynamoDbChaos::default() };
        world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
        for _ in 0..died {
            assert_eq!(sign_in(&world, 10, MO, WRONG).await.status, 503, "{died}");
        }
        world.cloud.set_chaos(Chaos::default());
        assert_eq!(sign_in(&world, 39, MO, RIGHT).await.status, 429, "{died}");
        let reply = sign_in(&world, 40, MO, RIGHT).await;
        assert_eq!((told(&reply), &reply.body["until"]), (LOCKED, &json!(after(910))), "{died}");
    }
}

fn from(address: u8, password: &str) -> Request {
    let body = json!({"login": MO, "password": password});
    let request = Request::post("sign-in", &body);
    Request { source_ip: Some([192, 0, 2, address].into()), ..request }
}

/// Whoever is over it could else lock out whom they like, without a password being looked at.
#[tokio::test]
async fn over_the_limit_of_an_address_nothing_is_counted() {
    for (first, at_rest) in [(4, [4, 4, 0, 4]), (7, [5, 5, 2, 7]), (10, [5, 5, 5, 10])] {
        let world = World::with(|settings| settings.limits.per_address_hour = first).await;
        wrong(&world, 0, MO, first).await;
        for password in [WRONG, RIGHT].repeat(10) {
            let reply = world.send(after(1), &from(7, password)).await;
            assert_eq!(told(&reply), (429, "too_many_requests"), "{first}");
            assert_eq!(reply.log["argon2.runs"], 0, "{first}");
        }
        assert_eq!(counted(&world, MO).await, at_rest, "{first}");
        assert_eq!(looked_at(&world), usize::try_from(first).unwrap());
        let reply = world.send(after(2), &from(8, RIGHT)).await;
        let expected = match first {
            4 => 200,
            7 => 423,
            _ => 401,
        };
        assert_eq!(reply.status, expected, "another address: {first}");
    }
}

#[tokio::test]
async fn over_the_limit_of_an_address_at_the_same_moment_nobody_is_locked() {
    let world = World::with(|settings| settings.limits.per_address_hour = 1).await;
    wrong(&world, 0, MO, 1).await;
    let requests: Vec<Request> = (0..50).map(|_| from(7, WRONG)).collect();
    let tries = requests.iter().map(|request| world.send(after(1), request));
    for reply in futures_util::future::join_all(tries).await {
        assert_eq!(reply.status, 429, "{reply:?}");
    }
    assert_eq!(counted(&world, MO).await, [1, 1, 0, 1]);
    assert_eq!(world.send(after(1), &from(8, RIGHT)).await.status, 200);
}

#[tokio::test]
async fn a_new_password_takes_the_lock_off() {
    let world = world(|_| {}).await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(1), &token).await;
    wrong(&world, 2, MO, 11).await;
    assert_eq!(world.set(after(3), &grant, NEW).await.status, 200);
    assert_eq!(counted(&world, MO).await, [0; 4]);
    assert_eq!(sign_in(&world, 4, MO, NEW).await.status, 200);
}
