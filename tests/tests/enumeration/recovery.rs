//! The steps of a recovery by code, and signing in behind a lock, as who has no account sees them.

use regain_tests::{World, after};
use serde_json::json;

use crate::answers::{Seen, seen};

/// With a phone, without one, blocked, without a password, nobody's; each of one length.
const LOGINS: [&str; 5] =
    ["mo@example.com", "ann@example.com", "bo@example.com", "new@example.com", "noo@example.com"];
const WRONG_PHONE: &str = "+31612345670";

/// Nothing is read of the tenant while something is compared.
async fn warm() -> World {
    let world = World::new().await;
    let recovery = world.recovery(after(-1), "warm@example.com", "locked_out").await;
    world.ask_code(after(-1), &recovery, WRONG_PHONE, "sms").await;
    world.type_code(after(-1), &recovery, "000000").await;
    world.sign_in(after(-1), "warm@example.com", "x").await;
    world.cloud.forget_calls();
    world
}

fn all_alike(all: &[Seen], what: &str) {
    for (other, login) in all.iter().zip(LOGINS) {
        assert_eq!(*other, all[0], "{what} of {login}");
    }
}

#[tokio::test]
async fn starting_a_recovery_is_answered_alike_for_everyone_locked_or_not() {
    let world = warm().await;
    for reason in ["forgot_password", "locked_out"] {
        for round in ["open", "locked"] {
            let mut all = Vec::new();
            for login in LOGINS {
                let mut reply = world.start(after(1), login, reason).await;
                for method in [0, 1] {
                    let hint = &mut reply.body["methods"][method]["hint"];
                    let digits = hint.as_str().unwrap();
                    assert!(digits.len() == 2 && digits.bytes().all(|at| at.is_ascii_digit()));
                    *hint = json!("**");
                }
                // Of what was typed, and of one length for those of one length.
                let first = login.get(..1).unwrap();
                assert_eq!(reply.body["methods"][2]["hint"], format!("{first}•••@example.com"));
                reply.body["methods"][2]["hint"] = json!("*");
                assert_eq!(reply.text("recovery").len(), 47);
                reply.body["recovery"] = json!("*");
                all.push(seen(&world, "start-recovery", &reply));
            }
            assert_eq!((all[0].status, all[0].calls.len()), (201, 3));
            all_alike(&all, round);
            for login in LOGINS {
                world.lock(after(2), login).await;
            }
            world.cloud.forget_calls();
        }
    }
}

#[tokio::test]
async fn a_wrong_number_and_a_wrong_code_are_answered_alike_for_everyone() {
    let world = warm().await;
    let mut recoveries = Vec::new();
    for login in LOGINS {
        recoveries.push(world.recovery(after(1), login, "forgot_password").await);
    }
    world.cloud.forget_calls();
    for left in [4, 2] {
        let (mut numbers, mut codes) = (Vec::new(), Vec::new());
        for recovery in &recoveries {
            let reply = world.ask_code(after(2), recovery, WRONG_PHONE, "voice").await;
            numbers.push(seen(&world, "send-sms-code", &reply));
            let reply = world.type_code(after(2), recovery, "000000").await;
            codes.push(seen(&world, "check-sms-code", &reply));
        }
        assert_eq!((numbers[0].status, codes[0].status), (422, 422));
        assert_eq!(numbers[0].body["attempts_left"], left);
        assert_eq!(codes[0].body["attempts_left"], left - 1);
        all_alike(&numbers, "a wrong number");
        all_alike(&codes, "a wrong code");
    }
    // The fifth, and past it.
    for status in [422, 410] {
        let mut all = Vec::new();
        for recovery in &recoveries {
            let reply = world.ask_code(after(3), recovery, WRONG_PHONE, "sms").await;
            all.push(seen(&world, "send-sms-code", &reply));
        }
        assert_eq!(all[0].status, status);
        all_alike(&all, "the last number");
    }
}

/// The code of another's recovery is on its way; it changes nothing for who guesses.
#[tokio::test]
async fn that_a_code_was_sent_shows_only_to_who_gave_the_right_number() {
    let world = warm().await;
    let mut all = Vec::new();
    for (login, phone) in [("mo@example.com", "+31612345678"), ("bo@example.com", "+31687654321")] {
        let recovery = world.recovery(after(1), login, "forgot_password").await;
        world.cloud.forget_calls();
        let reply = world.ask_code(after(1), &recovery, phone, "sms").await;
        all.push(seen(&world, "send-sms-code", &reply));
        world.deliver(after(1)).await;
        let reply = world.ask_code(after(2), &recovery, WRONG_PHONE, "sms").await;
        all.push(seen(&world, "send-sms-code", &reply));
    }
    for at in [0, 1] {
        assert_eq!(masked(&all[at]), masked(&all[at + 2]), "blocked and not");
    }
    assert_eq!((all[0].status, all[1].status), (202, 422));
}

/// Whose account it was is in the log alone.
fn masked(seen: &Seen) -> Seen {
    let mut seen = seen.clone();
    if let Some(account) = seen.log.get_mut("account.ref") {
        *account = json!("*");
    }
    seen
}

#[tokio::test]
async fn a_wrong_password_is_answered_alike_whether_open_locked_or_shut() {
    let world = warm().await;
    let mut rounds = Vec::new();
    // Five lock it, five more are looked at, and then none.
    for round in 1..=12 {
        let mut all = Vec::new();
        for login in LOGINS {
            let body = json!({"login": login, "password": "Wrong-1234"});
            let reply = world.post(after(1), "sign-in", body).await;
            all.push(seen(&world, "sign-in", &reply));
        }
        all_alike(&all, &format!("round {round}"));
        rounds.push(all.swap_remove(0));
    }
    for round in &rounds {
        let told = |seen: &Seen| (seen.status, seen.headers.clone(), seen.body.clone());
        assert_eq!(told(round), told(&rounds[0]));
        assert_eq!(round.log["argon2.runs"], 1);
    }
    let calls: Vec<usize> = rounds.iter().map(|round| round.calls.len()).collect();
    assert_eq!(calls, [4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 4, 4], "a lock shows nowhere but here");
}
