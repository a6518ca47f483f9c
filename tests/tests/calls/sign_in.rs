//! What signing in asks of the store: the same for everyone, and what a lock adds to it.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use regain_domain::account::TEMPORARY_PASSWORD_SECONDS;
use regain_domain::hashing::{Cost, Hasher};
use regain_domain::password::Password;
use regain_domain::settings::Lockout;
use regain_local::{Chaos, DynamoDbChaos};
use regain_store::{Begun, TriesOf};
use regain_tests::{World, after};
use serde_json::{Value, json};

use super::{MO, OLD, ask, warm, warm_at};

const NOBODY: &str = "nobody@example.com";
const BO: &str = "bo@example.com";

const RIGHT: &str = "TransactWriteItems[ConditionCheckItem accounts, DeleteItem tokens, \
     PutItem timeline]";
const REHASH: &str = "TransactWriteItems[UpdateItem accounts, DeleteItem tokens, PutItem timeline]";
const WRONG: &str = "TransactWriteItems[UpdateItem tokens, PutItem outbox]";
const MUST_CHANGE: &str = "TransactWriteItems[PutItem tokens, UpdateItem accounts, \
     DeleteItem tokens, PutItem timeline, PutItem timeline]";
/// Right, but refused: what was counted is forgotten.
const REFUSED: &str = "TransactWriteItems[PutItem timeline, PutItem timeline, DeleteItem tokens]";
/// Right, but refused for the lock: what was counted stays.
const LOCKED: &str = "TransactWriteItems[PutItem timeline, PutItem timeline]";
/// Wrong, where that is counted already or for nothing.
const TOLD: &str = "PutItem outbox";

/// The first round trip, in the order of names, and what follows.
fn calls(then: &str) -> Vec<String> {
    let all = ["GetItem accounts", "UpdateItem tokens", "UpdateItem tokens", then];
    all.into_iter().filter(|call| !call.is_empty()).map(str::to_owned).collect()
}

/// The same, where a second look at the tries is needed.
fn locked(then: &str) -> Vec<String> {
    let mut calls = calls(then);
    calls.insert(1, "UpdateItem tokens".to_owned());
    calls
}

/// Status, code, calls, runs.
type Seen = (u16, String, Vec<String>, Value);

/// Signs in; what is asked at once may be answered in any order.
async fn sign_in(world: &World, seconds: i64, login: &str, password: &str) -> Seen {
    let body = json!({"login": login, "password": password});
    let (reply, mut calls) = ask(world, seconds, "sign-in", body).await;
    let is_first = |call: &&String| ["GetItem accounts", "UpdateItem tokens"].contains(&&***call);
    let at_once = calls.iter().filter(is_first).count();
    calls[..at_once].sort();
    (reply.status, reply.code().to_owned(), calls, reply.log["argon2.runs"].clone())
}

fn seen(status: u16, code: &str, calls: Vec<String>, runs: u32) -> Seen {
    (status, code.to_owned(), calls, json!(runs))
}

fn failed(calls: Vec<String>) -> Seen {
    seen(401, "sign_in_failed", calls, 1)
}

/// The functions hold settings for a minute: they are read here and not in what is counted.
async fn settings_read(world: &World, seconds: i64) {
    ask(world, seconds, "sign-in", json!({})).await;
}

#[tokio::test]
async fn sign_in_is_four_calls_and_one_argon2_run_whoever_tries() {
    let world = warm().await;
    for (login, password) in
        [(NOBODY, OLD), (MO, "Zeilboot8"), ("new@example.com", OLD), (BO, "Zeilboot8")]
    {
        assert_eq!(sign_in(&world, 1, login, password).await, failed(calls(WRONG)), "{login}");
    }
    assert_eq!(sign_in(&world, 1, MO, OLD).await, seen(200, "", calls(RIGHT), 1));
    let blocked = seen(403, "account_blocked", calls(REFUSED), 1);
    assert_eq!(sign_in(&world, 1, BO, "Klompen99").await, blocked);
}

#[tokio::test]
async fn the_first_three_calls_of_a_sign_in_are_made_at_once() {
    let world = warm().await;
    let dynamodb = DynamoDbChaos { hang_ms: 1000, ..DynamoDbChaos::default() };
    world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    let begun = Instant::now();
    assert_eq!(sign_in(&world, 1, MO, OLD).await.0, 200);
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(3), "two round trips of a second each: {took:?}");
}

#[tokio::test]
async fn a_lock_costs_one_call_while_passwords_are_looked_at_and_none_where_nobody_can_tell() {
    let world = warm().await;
    for login in [MO, NOBODY] {
        for _ in 0..5 {
            assert_eq!(sign_in(&world, 1, login, "x").await, failed(calls(WRONG)), "{login}");
        }
        for _ in 0..4 {
            assert_eq!(sign_in(&world, 2, login, "x").await, failed(locked(TOLD)), "{login}");
        }
    }
    let right = seen(423, "account_locked", locked(LOCKED), 1);
    assert_eq!(sign_in(&world, 2, MO, OLD).await, right);
    assert_eq!(sign_in(&world, 2, NOBODY, OLD).await, failed(locked(TOLD)));
    // As many have been looked at as may be: the right one is not, and costs what a wrong one does.
    for (login, password) in [(MO, "x"), (MO, OLD), (NOBODY, "x")] {
        let shut = sign_in(&world, 3, login, password).await;
        assert_eq!(shut, failed(calls(TOLD)), "{login} {password}");
    }
    // Counting begins anew, which is the second look.
    let over = 1 + i64::from(Lockout::default().lock_seconds);
    settings_read(&world, over).await;
    for login in [MO, NOBODY] {
        assert_eq!(sign_in(&world, over, login, "x").await, failed(locked(WRONG)), "{login}");
        assert_eq!(sign_in(&world, over, login, "x").await, failed(calls(WRONG)), "{login}");
    }
    assert_eq!(sign_in(&world, over, MO, OLD).await, seen(200, "", calls(RIGHT), 1));
}

/// Counts tries, as sign-ins do that are under way.
pub(super) async fn begin(world: &World, (now, login): (Timestamp, &str), tries: u32) {
    let lockout = Lockout { failures: tries, ..Lockout::default() };
    for _ in 0..tries {
        let place = world.place(login);
        let begun =
            world.store.begin_try(&world.tenant(), TriesOf::Password(&place), &lockout, now).await;
        assert_eq!(begun.unwrap(), Begun::Open);
    }
}

#[tokio::test]
async fn what_is_not_looked_at_costs_no_run() {
    let world = World::with(|settings| settings.limits.per_address_hour = 1).await;
    settings_read(&world, 1).await;
    begin(&world, (after(1), MO), 5).await;
    let in_flight = seen(429, "too_many_requests", calls(""), 0);
    assert_eq!(sign_in(&world, 1, MO, OLD).await, in_flight);
    // Past the limit of the address nothing else is told, and a try that was counted is taken back.
    assert_eq!(sign_in(&world, 1, MO, OLD).await, in_flight);
    let taken_back = seen(429, "too_many_requests", locked(""), 0);
    for login in ["ann@example.com", NOBODY] {
        assert_eq!(sign_in(&world, 1, login, OLD).await, taken_back, "{login}");
        let tries = world
            .store
            .tries(&world.tenant(), regain_store::TriesOf::Password(&world.place(login)))
            .await
            .unwrap();
        assert_eq!((tries.begun, tries.in_a_row), (0, 0), "{login}");
    }
}

#[tokio::test]
async fn after_a_hundred_in_a_row_every_password_costs_what_a_wrong_one_does() {
    let world = warm().await;
    begin(&world, (after(1), MO), 100).await;
    begin(&world, (after(1), NOBODY), 100).await;
    for seconds in [31, 100_000] {
        settings_read(&world, seconds).await;
        for (login, password) in [(MO, OLD), (MO, "x"), (NOBODY, OLD)] {
            let shut = sign_in(&world, seconds, login, password).await;
            assert_eq!(shut, failed(calls(TOLD)), "{login} {password}");
        }
    }
}

#[tokio::test]
async fn a_temporary_password_costs_what_a_right_one_does_and_over_it_costs_what_a_wrong_one_does()
{
    let world = World::with(|settings| settings.temporary_passwords_enabled = true).await;
    let path = "tenants/demo/accounts/id-of-mo/temporary-password";
    let made = world.admin(http::Method::POST, path, &world.admin, Value::Null).await;
    let (password, day) = (made.text("password"), i64::from(TEMPORARY_PASSWORD_SECONDS));
    let again =
        MUST_CHANGE.replace("accounts, DeleteItem", "accounts, UpdateItem tokens, DeleteItem");
    // While its grant lives it is given again; after that a new one, which ends the one before.
    for (seconds, expected) in
        [(1, MUST_CHANGE), (2, REFUSED), (900, REFUSED), (901, &again), (day - 1, &again)]
    {
        settings_read(&world, seconds).await;
        let told = sign_in(&world, seconds, MO, password).await;
        let expected = seen(403, "password_must_change", calls(expected), 1);
        assert_eq!(told, expected, "at {seconds} s");
    }
    settings_read(&world, day).await;
    let wrong = failed(calls(WRONG));
    for (login, password) in [(MO, "Zeilboot8"), (MO, password), (MO, OLD), (NOBODY, password)] {
        assert_eq!(sign_in(&world, day, login, password).await, wrong, "{login}");
    }
}

#[tokio::test]
async fn a_rehash_is_one_run_and_no_call_more() {
    let world = warm_at(Cost { memory_kib: 128, passes: 1 }).await;
    let cheap = Hasher::new(Cost { memory_kib: 64, passes: 1 });
    let phc = cheap.hash(&Password::parse(OLD).unwrap(), [1; 16]).unwrap();
    world.change_account(MO, |account| account.password_phc = Some(phc)).await;
    for (last, runs) in [(REHASH, 2), (RIGHT, 1)] {
        assert_eq!(sign_in(&world, 1, MO, OLD).await, seen(200, "", calls(last), runs));
    }
}
