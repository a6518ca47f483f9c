//! What strangers tried at a login before it was anyone's: who gets it inherits nothing.

use http::Method;
use regain_domain::Settings;
use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::import::BCRYPT;
use crate::{ANN, MO, OLD, created, on_mo};

const LOGIN: &str = "later@example.com";
const PASSWORD: &str = "Waterval55";

/// How often a login nobody has is tried: up to a lock, past it, and until nothing is looked at.
const TIMES: [u32; 4] = [4, 5, 6, 100];

/// One address tries as often as it likes.
fn without_limits(settings: &mut Settings) {
    settings.limits.per_login_and_address_hour = 10_000;
    settings.limits.per_address_hour = 10_000;
    // All of a hundred are looked at, and counted in a row.
    settings.lockout.failures = 5;
}

/// Tries so many wrong passwords at a login; gives the second of the last one.
async fn wrong(world: &World, login: &str, times: u32) -> i64 {
    let mut seconds = 0;
    for n in 0..times {
        // Ten are looked at, and then no more until the lock is over.
        seconds = i64::from(n / 10) * 901;
        let (status, code) = world.sign_in(after(seconds), login, "wrong").await;
        assert_eq!((status, code.as_str()), (401, "sign_in_failed"), "{n}");
    }
    seconds
}

async fn in_a_row(world: &World, login: &str) -> u32 {
    let tries = world
        .store
        .tries(&world.tenant(), regain_store::TriesOf::Password(&world.place(login)))
        .await
        .unwrap();
    tries.in_a_row
}

/// How the login gets to somebody.
#[derive(Clone, Copy, Debug)]
enum Way {
    Create,
    Import,
    Change,
}

/// Gives the login to somebody; gives the password.
async fn given(world: &World, seconds: i64, way: Way) -> &'static str {
    match way {
        Way::Create => {
            let body = json!({"login": LOGIN, "password": PASSWORD, "language": "en"});
            created(world, after(seconds), body).await;
            PASSWORD
        }
        Way::Import => {
            let line = json!({"login": LOGIN, "password_hash": BCRYPT}).to_string();
            let reply = world.import(after(seconds), "demo", &world.admin, &line).await;
            assert_eq!(reply.body[0]["status"], "created", "{reply:?}");
            OLD
        }
        Way::Change => {
            let body = json!({"login": LOGIN});
            let reply = on_mo(world, after(seconds), Method::PATCH, "", body).await;
            assert_eq!(reply.status, 200, "{reply:?}");
            OLD
        }
    }
}

#[tokio::test]
async fn who_gets_a_login_that_strangers_tried_signs_in_at_once() {
    for way in [Way::Create, Way::Import, Way::Change] {
        for times in TIMES {
            let world = World::with(without_limits).await;
            let last = wrong(&world, LOGIN, times).await;
            assert_eq!(in_a_row(&world, LOGIN).await, times);
            let password = given(&world, last + 1, way).await;
            assert_eq!(in_a_row(&world, LOGIN).await, 0, "{way:?} {times}");
            let (status, code) = world.sign_in(after(last + 1), LOGIN, password).await;
            assert_eq!((status, code.as_str()), (200, ""), "{way:?} {times}");
        }
    }
}

/// What is told later belongs to nobody either.
#[tokio::test]
async fn tries_that_are_processed_after_the_login_was_given_lock_and_disable_nothing() {
    for way in [Way::Create, Way::Import, Way::Change] {
        for times in [5, 100] {
            let world = World::with(without_limits).await;
            let last = wrong(&world, LOGIN, times).await;
            let password = given(&world, last + 1, way).await;
            // A hundred come in more than one batch.
            for seconds in [2, 3, 70, 140] {
                world.deliver(after(last + seconds)).await;
                world.schedule(after(last + seconds)).await;
            }
            let events = world.events(LOGIN).await;
            for event in ["account_locked", "password_disabled"] {
                assert!(!events.contains(&event.to_owned()), "{way:?} {times}: {events:?}");
            }
            let mails = world.cloud.messages(Some(LOGIN));
            let mails: Vec<_> = mails.into_iter().filter_map(|mail| mail.subject).collect();
            let of_locks = mails.iter().filter(|s| s.contains("locked") || s.contains("switched"));
            assert_eq!(of_locks.count(), 0, "{way:?} {times}: {mails:?}");
            assert_eq!(world.account(LOGIN).await.password_disabled_at, None);
            let (status, code) = world.sign_in(after(last + 141), LOGIN, password).await;
            assert_eq!((status, code.as_str()), (200, ""), "{way:?} {times}");
        }
    }
}

/// From then on they are its own: it takes as many as for anyone.
#[tokio::test]
async fn who_gets_a_login_is_locked_by_as_many_more_as_anyone() {
    for way in [Way::Create, Way::Import, Way::Change] {
        let world = World::with(without_limits).await;
        wrong(&world, LOGIN, 4).await;
        let password = given(&world, 1, way).await;
        for (more, status) in [(4, 200), (5, 423)] {
            wrong(&world, LOGIN, more).await;
            assert_eq!(world.sign_in(after(2), LOGIN, password).await.0, status, "{way:?}");
        }
    }
}

/// An import that changes nothing of an account takes no lock off it either.
#[tokio::test]
async fn a_login_that_is_taken_keeps_its_count_whoever_asks_for_it() {
    for (times, status) in [(4, 200), (5, 423), (6, 423), (100, 401)] {
        let world = World::with(without_limits).await;
        let last = wrong(&world, MO, times).await;
        let before = world
            .store
            .tries(&world.tenant(), regain_store::TriesOf::Password(&world.place(MO)))
            .await
            .unwrap();
        let free = json!({"login": LOGIN, "password_hash": BCRYPT});
        let taken = json!({"login": MO, "password_hash": BCRYPT});
        for lines in [format!("{taken}"), format!("{free}\n{taken}\n"), format!("{taken}\n{free}")]
        {
            let reply = world.import(after(last), "demo", &world.admin, &lines).await;
            assert_eq!(reply.status, 200, "{reply:?}");
            let lines = reply.body.as_array().unwrap().iter();
            let of_mo: Vec<&Value> = lines.filter(|line| line["login"] == MO).collect();
            assert_eq!(of_mo[0]["status"], "unchanged", "{times}");
        }
        let (accounts, taken) = ("tenants/demo/accounts", json!({"login": MO}));
        let made = world.admin_at(after(last), Method::POST, accounts, &world.admin, taken).await;
        assert_eq!(made.status, 409, "{made:?}");
        let anns = "tenants/demo/accounts/id-of-ann";
        let body = json!({"login": MO});
        let moved = world.admin_at(after(last), Method::PATCH, anns, &world.admin, body).await;
        assert_eq!(moved.status, 409, "{moved:?}");
        let now = world
            .store
            .tries(&world.tenant(), regain_store::TriesOf::Password(&world.place(MO)))
            .await
            .unwrap();
        assert_eq!(now, before, "{times}");
        assert_eq!(world.sign_in(after(last), MO, OLD).await.0, status, "{times}");
        assert_eq!(world.sign_in(after(last), ANN, "Bakfiets8").await.0, 200, "{times}");
    }
}

/// Neither does a login that was left keep what was tried at it for whoever comes next.
#[tokio::test]
async fn who_gets_a_login_that_another_left_inherits_nothing() {
    for erased in [false, true] {
        for times in [5, 100] {
            let world = World::with(without_limits).await;
            let last = wrong(&world, MO, times).await;
            let (method, body) = match erased {
                true => (Method::DELETE, Value::Null),
                false => (Method::PATCH, json!({"login": LOGIN})),
            };
            assert!(
                [200, 204].contains(&on_mo(&world, after(last), method, "", body).await.status)
            );
            // Strangers go on at the door of nobody.
            wrong(&world, MO, 7).await;
            let body = json!({"login": MO, "password": PASSWORD});
            created(&world, after(last + 1), body).await;
            let (status, code) = world.sign_in(after(last + 2), MO, PASSWORD).await;
            assert_eq!((status, code.as_str()), (200, ""), "{erased} {times}");
        }
    }
}
