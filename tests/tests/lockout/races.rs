//! Passwords tried at the same moment: no more wrong ones are looked at than the limit, and right
//! ones never lock themselves out.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use regain_tests::{Reply, World, after};

use crate::{
    FAILED, MO, RIGHT, WRONG, account_at, count, counted, looked_at, sign_in, subjects, world,
    wrong,
};

/// Status, code and `Retry-After` of many, and how often each.
fn outcomes(replies: &[Reply]) -> BTreeMap<(u16, &str, &str), usize> {
    let mut outcomes = BTreeMap::new();
    for reply in replies {
        let told = (reply.status, reply.code(), reply.header("retry-after"));
        *outcomes.entry(told).or_default() += 1;
    }
    outcomes
}

async fn at_once(world: &World, seconds: i64, passwords: &[&str]) -> Vec<Reply> {
    join_all(passwords.iter().map(|password| sign_in(world, seconds, MO, password))).await
}

const IN_FLIGHT: (u16, &str, &str) = (429, "too_many_requests", "1");

#[tokio::test]
async fn of_two_hundred_wrong_passwords_at_once_no_more_than_the_limit_are_looked_at() {
    for failures in [3_u32, 5] {
        let world = world(|settings| settings.lockout.failures = failures).await;
        let replies = at_once(&world, 0, &[WRONG; 200]).await;
        let mut seen = outcomes(&replies);
        let failed = seen.remove(&(401, "sign_in_failed", "")).unwrap();
        let in_flight = seen.remove(&IN_FLIGHT).unwrap_or_default();
        assert_eq!((seen, failed + in_flight), (BTreeMap::new(), 200), "{failures}");
        let [begun, wrong, while_locked, in_a_row] = counted(&world, MO).await;
        assert_eq!((begun, wrong), (failures, failures), "{failures}");
        assert!(while_locked <= failures, "{while_locked} of {failures}");
        assert_eq!(in_a_row, begun + while_locked, "{failures}");
        let evaluated = usize::try_from(in_a_row).unwrap();
        assert_eq!(looked_at(&world), evaluated, "{failures}");
        world.deliver(after(1)).await;
        assert_eq!(count(&world, MO, "sign_in_failed").await, evaluated, "{failures}");
        assert_eq!(count(&world, MO, "account_locked").await, 1, "{failures}");

        // The right one among those that come now is told, past them it is refused unseen.
        for password in [RIGHT; 10] {
            let status = sign_in(&world, 2, MO, password).await.status;
            assert!([423, 401].contains(&status), "{status}");
        }
        assert_eq!(counted(&world, MO).await[..3], [failures; 3], "{failures}");
        assert_eq!(sign_in(&world, 3, MO, RIGHT).await.status, 401, "{failures}");
        assert_eq!(sign_in(&world, 900, MO, RIGHT).await.status, 200, "{failures}");
    }
}

/// Each at another address, each with its own idea of now.
#[tokio::test]
async fn many_at_the_end_of_a_lock_are_looked_at_once_over() {
    for round in 0..3 {
        let world = world(|_| {}).await;
        wrong(&world, 0, MO, 10).await;
        let tries = (0..100).map(|n| sign_in(&world, 895 + n % 10, MO, WRONG));
        let replies = join_all(tries).await;
        assert!(replies.iter().all(|reply| [401, 429].contains(&reply.status)), "{replies:?}");
        let [begun, failed, while_locked, in_a_row] = counted(&world, MO).await;
        assert_eq!((begun, failed), (5, 5), "{round}");
        assert!(while_locked <= 5 && in_a_row == 15 + while_locked, "{round}: {while_locked}");
        assert_eq!(looked_at(&world), usize::try_from(in_a_row).unwrap());
    }
}

#[tokio::test]
async fn right_passwords_at_once_are_never_locked_out_by_their_own_count() {
    for before in 0..5 {
        let world = world(|_| {}).await;
        wrong(&world, 0, MO, before).await;
        let replies = at_once(&world, 1, &[RIGHT; 20]).await;
        let mut seen = outcomes(&replies);
        let signed_in = seen.remove(&(200, "", "")).unwrap_or_default();
        let in_flight = seen.remove(&IN_FLIGHT).unwrap_or_default();
        assert_eq!((seen, signed_in + in_flight), (BTreeMap::new(), 20), "{before}");
        assert!(signed_in >= 1, "{before}");
        assert_eq!(sign_in(&world, 1, MO, RIGHT).await.status, 200, "{before}");
        assert_eq!(account_at(&world, 1, "id-of-mo").await.get("lock"), None, "{before}");
        assert_eq!(counted(&world, MO).await, [0; 4], "{before}");
    }
}

#[tokio::test]
async fn right_and_wrong_ones_at_once_end_in_a_lock_or_a_clean_count() {
    for round in 0..6 {
        let world = world(|_| {}).await;
        let passwords: Vec<&str> =
            (0..30).map(|n| if (n + round) % 3 == 0 { RIGHT } else { WRONG }).collect();
        let replies = at_once(&world, 0, &passwords).await;
        let mut forgotten = 0;
        for (password, reply) in passwords.iter().zip(&replies) {
            let expected: &[u16] = match *password {
                RIGHT => &[200, 401, 423, 429],
                _ => &[401, 429],
            };
            assert!(expected.contains(&reply.status), "{round}: {reply:?}");
            forgotten += usize::from(reply.status == 200);
        }
        // Each right one lets as many wrong ones begin again; and a lock has as many of its own.
        assert!(looked_at(&world) <= 5 * (forgotten + 2), "{round}: {:?}", outcomes(&replies));
        let [begun, failed, while_locked, _] = counted(&world, MO).await;
        assert!(begun <= 5 && failed <= 5 && while_locked <= 5, "{round}");
        let later = sign_in(&world, 930, MO, RIGHT).await;
        assert_eq!(later.status, 200, "{round}: {later:?}");
    }
}

#[tokio::test]
async fn a_hundred_in_a_row_at_once_are_a_hundred_and_no_more() {
    let world = world(|settings| settings.lockout.failures = 100).await;
    let replies = at_once(&world, 0, &[WRONG; 200]).await;
    let mut seen = outcomes(&replies);
    seen.remove(&(401, "sign_in_failed", ""));
    seen.remove(&IN_FLIGHT);
    assert_eq!(seen, BTreeMap::new());
    assert_eq!(counted(&world, MO).await, [100, 100, 0, 100]);
    assert_eq!(looked_at(&world), 100);
    for seconds in [0, 899, 900, 86_400] {
        let reply = sign_in(&world, seconds, MO, RIGHT).await;
        assert_eq!((reply.status, reply.code()), FAILED, "{seconds}");
    }
    world.deliver(after(1)).await;
    world.schedule(after(62)).await;
    assert_eq!(count(&world, MO, "password_disabled").await, 1);
    assert_eq!(count(&world, MO, "account_locked").await, 0, "one mail says it all");
    assert_eq!(subjects(&world, MO), ["Your password at Demo was switched off (at 15:00)"]);
}

/// A password that is right when it is looked at and replaced before that is written.
#[tokio::test]
async fn a_reset_and_many_sign_ins_at_once_never_sign_in_with_the_old_password_afterwards() {
    for round in 0..5 {
        let world = world(|_| {}).await;
        let token = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(1), &token).await;
        let (set, _) = tokio::join!(
            world.set(after(2), &grant, crate::NEW),
            join_all((0..20).map(|_| sign_in(&world, 2, MO, RIGHT))),
        );
        assert_eq!(set.status, 200, "{round}: {set:?}");
        assert_ne!(sign_in(&world, 3, MO, RIGHT).await.status, 200, "{round}");
        // What was looked at before may have been counted after: at worst a lock.
        let new = sign_in(&world, 3, MO, crate::NEW).await.status;
        assert!([200, 423].contains(&new), "{round}: {new}");
        assert_eq!(sign_in(&world, 940, MO, crate::NEW).await.status, 200, "{round}");
    }
}
