//! When an account is locked, for how long, and what anyone hears meanwhile.

use regain_domain::TenantId;
use regain_domain::hashing::{Cost, Hasher};
use regain_tests::ACCOUNTS;
use regain_tests::{Reply, Request, World, after};
use serde_json::{Value, json};

use crate::{
    ANN, FAILED, LOCKED, MO, NOBODY, RIGHT, WITHOUT_PASSWORD, WRONG, account_at, counted, disabled,
    looked_at, masked, sign_in, tries, without_limits, world, wrong,
};

fn told(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.code())
}

#[tokio::test]
async fn exactly_so_many_wrong_ones_lock() {
    for failures in [3, 5, 40] {
        let world = world(|settings| settings.lockout.failures = failures).await;
        wrong(&world, 0, MO, failures - 1).await;
        assert_eq!(sign_in(&world, 1, MO, RIGHT).await.status, 200, "one fewer: {failures}");
        wrong(&world, 2, MO, failures).await;
        let reply = sign_in(&world, 3, MO, RIGHT).await;
        assert_eq!(told(&reply), LOCKED, "{failures}: {reply:?}");
        assert_eq!(reply.body["until"], json!(after(902)), "{failures}");
        assert_eq!(reply.body.get("token"), None, "{failures}");
        assert_eq!(reply.header("retry-after"), "", "when is said by `until`");
    }
}

#[tokio::test]
async fn a_lock_is_over_to_the_second_counted_from_the_last_wrong_one() {
    for lock_seconds in [1, 60, 900, 86_400] {
        let world = world(|settings| settings.lockout.lock_seconds = lock_seconds).await;
        wrong(&world, 0, MO, 4).await;
        wrong(&world, 10, MO, 1).await;
        let until = 10 + i64::from(lock_seconds);
        let reply = sign_in(&world, until - 1, MO, RIGHT).await;
        assert_eq!(told(&reply), LOCKED, "{lock_seconds}");
        assert_eq!(reply.body["until"], json!(after(until)), "{lock_seconds}");
        assert_eq!(sign_in(&world, until, MO, RIGHT).await.status, 200, "{lock_seconds}");
        assert_eq!(counted(&world, MO).await, [0; 4], "forgotten");
    }
}

#[tokio::test]
async fn a_lock_of_no_seconds_holds_until_it_is_taken_off() {
    let world = world(|settings| settings.lockout.lock_seconds = 0).await;
    wrong(&world, 0, MO, 5).await;
    for seconds in [0, 900, 86_400, 30 * 86_400] {
        let reply = sign_in(&world, seconds, MO, RIGHT).await;
        assert_eq!(told(&reply), LOCKED, "{seconds}");
        assert_eq!(reply.body.get("until"), Some(&Value::Null), "there, and none: {seconds}");
        let lock = &account_at(&world, seconds, "id-of-mo").await["lock"];
        assert_eq!(*lock, json!({"since": after(0), "until": null}));
    }
    let path = "tenants/demo/accounts/id-of-mo/unlock";
    let now = after(30 * 86_400);
    let reply = world.admin_at(now, http::Method::POST, path, &world.desk, Value::Null).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(sign_in(&world, 30 * 86_400, MO, RIGHT).await.status, 200);
}

#[tokio::test]
async fn tries_while_locked_never_prolong_it() {
    let world = world(|_| {}).await;
    wrong(&world, 0, MO, 5).await;
    let lock = json!({"since": after(0), "until": after(900)});
    for seconds in [1, 100, 500, 898, 899] {
        wrong(&world, seconds, MO, 4).await;
        assert_eq!(account_at(&world, seconds, "id-of-mo").await["lock"], lock, "{seconds}");
    }
    assert_eq!(account_at(&world, 900, "id-of-mo").await.get("lock"), None);
    assert_eq!(sign_in(&world, 900, MO, RIGHT).await.status, 200);
}

#[tokio::test]
async fn while_locked_exactly_so_many_more_are_looked_at_the_right_one_among_them() {
    for failures in [3_u32, 5] {
        for before in 0..=failures + 1 {
            let world = world(|settings| settings.lockout.failures = failures).await;
            wrong(&world, 0, MO, failures + before).await;
            let reply = sign_in(&world, 1, MO, RIGHT).await;
            let expected = if before < failures { LOCKED } else { FAILED };
            assert_eq!(told(&reply), expected, "{before} more than {failures}");
            assert_eq!(reply.log["argon2.runs"], 1, "{before} more than {failures}");
            let looked_at_now = u32::try_from(looked_at(&world)).unwrap();
            assert_eq!(looked_at_now, failures + before.min(failures));
        }
    }
}

/// Whoever has the right password is told that the account is locked, five times; a stranger who
/// has it learns no more by asking more often.
#[tokio::test]
async fn right_ones_while_locked_are_counted_too_and_each_lock_has_its_own() {
    let world = world(|_| {}).await;
    for lock in 0..3 {
        let at = 900 * lock;
        wrong(&world, at, MO, 5).await;
        for n in 0..5 {
            assert_eq!(told(&sign_in(&world, at + n, MO, RIGHT).await), LOCKED, "{n} of {lock}");
        }
        for seconds in [at + 5, at + 899] {
            let reply = sign_in(&world, seconds, MO, RIGHT).await;
            assert_eq!((told(&reply), &reply.log["argon2.runs"]), (FAILED, &json!(1)));
        }
    }
    assert_eq!(sign_in(&world, 2700, MO, RIGHT).await.status, 200);
}

/// Open, locked, shut, over, disabled; nobody's, and without a password.
#[tokio::test]
async fn a_wrong_password_hears_the_same_whether_locked_or_not() {
    let world = world(|_| {}).await;
    let open = sign_in(&world, 0, MO, WRONG).await;
    let headers: Vec<_> = open.headers.keys().map(ToString::to_string).collect();
    for login in [MO, NOBODY, WITHOUT_PASSWORD] {
        for (n, seconds) in (0..14).map(|n| (n, n)).chain([(14, 2000), (15, 2001)]) {
            let reply = sign_in(&world, seconds, login, WRONG).await;
            assert_eq!(told(&reply), FAILED, "{login} {n}");
            assert_eq!(masked(&reply), masked(&open), "{login} {n}");
            let names: Vec<_> = reply.headers.keys().map(ToString::to_string).collect();
            assert_eq!(names, headers, "{login} {n}");
            assert_eq!(reply.log["argon2.runs"], 1, "{login} {n}");
        }
    }
    disabled(&world, 10_000).await;
    for password in [WRONG, RIGHT] {
        let reply = sign_in(&world, 100_000, MO, password).await;
        assert_eq!((masked(&reply), &reply.log["argon2.runs"]), (masked(&open), &json!(1)));
    }
}

#[tokio::test]
async fn a_login_that_nobody_has_is_counted_and_locked_alike() {
    let world = world(|_| {}).await;
    for (n, seconds) in [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1000, 1001].into_iter().enumerate() {
        let mut seen = Vec::new();
        for login in [MO, NOBODY, WITHOUT_PASSWORD] {
            wrong(&world, seconds, login, 1).await;
            seen.push(tries(&world, login).await);
        }
        assert!(seen.iter().all(|other| *other == seen[0]), "{n}: {seen:?}");
    }
    world.deliver(after(1001)).await;
    assert!(world.cloud.messages(Some(NOBODY)).is_empty());
    assert!(world.cloud.messages(Some(WITHOUT_PASSWORD)).is_empty());
}

#[tokio::test]
async fn one_login_at_one_tenant_is_counted_however_it_is_spelt_and_no_other() {
    let world = world(|_| {}).await;
    let other = TenantId::parse("other").unwrap();
    let mut settings = regain_domain::Settings { name: "Other".to_owned(), ..Default::default() };
    without_limits(&mut settings);
    world.create_tenant(&other, &settings).await;
    let hasher = Hasher::new(Cost { memory_kib: 64, passes: 1 });
    world.create(&other, &ACCOUNTS[0], &hasher).await;
    for login in [MO, "MO@example.com", "mo@EXAMPLE.com", " mo@example.com ", "Mo@Example.Com"] {
        wrong(&world, 0, login, 1).await;
    }
    assert_eq!(told(&sign_in(&world, 1, MO, RIGHT).await), LOCKED);
    assert_eq!(sign_in(&world, 1, ANN, "Bakfiets8").await.status, 200);
    assert_eq!(elsewhere(&world, 1).await.status, 200);
    wrong(&world, 2, ANN, 4).await;
    assert_eq!(sign_in(&world, 3, ANN, "Bakfiets8").await.status, 200);
}

/// Signs Mo in at the other tenant.
async fn elsewhere(world: &World, seconds: i64) -> Reply {
    let body = json!({"login": MO, "password": RIGHT});
    let request = Request::post("sign-in", &body);
    world.send(after(seconds), &Request { path: "/v1/other/sign-in".to_owned(), ..request }).await
}
