//! Recovery codes: for who has lost the app, each once.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use regain_tests::{App, World, after};
use serde_json::json;

use crate::{
    ANN, ANNS, MO, OLD, OVER, WRONG, counted, outcomes, pending, pendings, second_step, start,
    subjects, told, typed, wrong_ones,
};

const USED_MAIL: &str = "A recovery code was used at Demo";

#[tokio::test]
async fn there_are_ten_and_no_two_are_alike() {
    let (_, app) = start(|_| {}).await;
    let codes: BTreeSet<&String> = app.recovery_codes.iter().collect();
    assert_eq!(codes.len(), 10);
    for code in codes {
        let groups: Vec<usize> = code.split('-').map(str::len).collect();
        assert_eq!(groups, [6; 4], "{code}");
    }
}

#[tokio::test]
async fn each_gets_in_once_and_is_replaced() {
    let (world, app) = start(|_| {}).await;
    let mut replacements = Vec::new();
    for (n, code) in (1..).zip(&app.recovery_codes) {
        let reply = typed(&world, n, code).await;
        assert_eq!(
            (reply.status, &reply.body["methods"]),
            (200, &json!(["password", "recovery_code"]))
        );
        assert_eq!(world.session(after(n), reply.text("token")).await.status, 200);
        let replacement = reply.text("recovery_code").to_owned();
        assert!(!app.recovery_codes.contains(&replacement) && !replacements.contains(&replacement));
        replacements.push(replacement);
        assert_eq!(told(&typed(&world, n, code).await), WRONG, "{n}");
        assert_eq!(second_step(&world).await.unwrap().recovery_codes.len(), 10, "{n}");
        world.deliver(after(n)).await;
    }
    assert_eq!(subjects(&world).len(), 10, "each use is told: {:?}", subjects(&world));
    assert!(subjects(&world).iter().all(|subject| subject.starts_with(USED_MAIL)));
    for code in &replacements {
        assert_eq!(typed(&world, 20, code).await.status, 200, "the replacement works");
        assert_eq!(told(&typed(&world, 20, code).await), WRONG, "once");
    }
    // The app goes on.
    let reply = typed(&world, 60, &app.code(after(60))).await;
    assert_eq!((reply.status, reply.body.get("recovery_code")), (200, None));
}

#[tokio::test]
async fn one_code_fifty_times_at_once_makes_one_session() {
    for of_one in [true, false] {
        let (world, app) = start(|_| {}).await;
        let pendings = pendings(&world, 60, if of_one { 1 } else { 50 }).await;
        let pendings = pendings.iter().cycle().take(50);
        let code = &app.recovery_codes[4];
        let replies = join_all(pendings.map(|it| world.finish(after(61), it, code))).await;
        let mut seen = outcomes(&replies);
        assert_eq!(seen.remove(&(200, "")), Some(1), "{of_one}: {seen:?}");
        for lost in [WRONG, OVER, (503, "unavailable")] {
            seen.remove(&lost);
        }
        assert!(seen.is_empty(), "{of_one}: {seen:?}");
        world.deliver(after(62)).await;
        assert_eq!(subjects(&world).len(), 1, "{of_one}: {:?}", subjects(&world));
        assert_eq!(second_step(&world).await.unwrap().recovery_codes.len(), 10);
        assert_eq!(typed(&world, 63, &app.recovery_codes[5]).await.status, 200);
    }
}

#[tokio::test]
async fn different_ones_at_once_are_each_used_up() {
    let (world, app) = start(|_| {}).await;
    let pendings = pendings(&world, 60, 10).await;
    let both = pendings.iter().zip(&app.recovery_codes);
    let replies = join_all(both.map(|(it, code)| world.finish(after(61), it, code))).await;
    for (reply, code) in replies.iter().zip(&app.recovery_codes) {
        let again = typed(&world, 62, code).await.status;
        // Who met too many others may try again with the same one.
        assert_eq!(
            (reply.status, again),
            if reply.status == 200 { (200, 422) } else { (503, 200) }
        );
    }
    assert!(replies.iter().any(|reply| reply.status == 200));
    assert_eq!(second_step(&world).await.unwrap().recovery_codes.len(), 10);
}

#[tokio::test]
async fn it_is_read_as_people_write_it() {
    let (world, app) = start(|_| {}).await;
    let code = &app.recovery_codes;
    for typed_code in [
        code[0].to_uppercase(),
        code[1].replace('-', ""),
        code[2].replace('-', " "),
        format!(" {} ", code[3]),
    ] {
        let reply = typed(&world, 1, &typed_code).await;
        assert_eq!(reply.status, 200, "{typed_code}: {reply:?}");
    }
}

#[tokio::test]
async fn it_gets_its_owner_in_while_others_have_the_app_locked() {
    let (world, app) = start(|_| {}).await;
    wrong_ones(&world, &app, 60, 5).await;
    let reply = typed(&world, 61, &app.code(after(61))).await;
    assert_eq!(told(&reply), crate::LOCKED);
    let reply = typed(&world, 62, &app.recovery_codes[0]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    // Whoever has one is its owner: the lock is off.
    assert_eq!(counted(&world).await, [0; 4]);
    assert_eq!(typed(&world, 63, &app.code(after(63))).await.status, 200);
}

#[tokio::test]
async fn wrong_ones_lock_the_app_and_are_told_to_the_desk_until_then() {
    let (world, app) = start(|_| {}).await;
    let pending = pending(&world, 60).await;
    for _ in 0..30 {
        let reply = world.finish(after(60), &pending, "000000-000000-000000-000000").await;
        assert_eq!(told(&reply), WRONG);
        assert_eq!(reply.text("support_code").len(), 7);
    }
    world.deliver(after(61)).await;
    assert_eq!(counted(&world).await, [5, 5, 0, 5]);
    assert_eq!(subjects(&world).len(), 1, "a lock is told once");
    // Whoever goes on and on fills no timeline.
    let failed = world.events(MO).await;
    assert_eq!(failed.iter().filter(|event| *event == "second_step_failed").count(), 5);
    let reply = world.finish(after(62), &pending, &app.code(after(62))).await;
    assert_eq!(told(&reply), crate::LOCKED);
    let reply = world.finish(after(62), &pending, &app.recovery_codes[0]).await;
    assert_eq!(reply.status, 200, "a right one is looked at all the same");
}

#[tokio::test]
async fn anothers_is_wrong() {
    let (world, mo) = start(|_| {}).await;
    let ann = world.switch_on(after(0), ANN, ANNS).await;
    for (login, password, other) in [(MO, OLD, &ann), (ANN, ANNS, &mo)] {
        let pending = world.pending(after(60), login, password).await;
        for code in [&other.recovery_codes[0], &other.code(after(60))] {
            let reply = world.finish(after(60), &pending, code).await;
            assert_eq!(told(&reply), WRONG, "{login}: {reply:?}");
        }
    }
    // Neither is used up by that.
    let pending = world.pending(after(61), ANN, ANNS).await;
    assert_eq!(world.finish(after(61), &pending, &ann.recovery_codes[0]).await.status, 200);
}

async fn renewed(world: &World, seconds: i64, session: &str, code: &str) -> Vec<String> {
    let proof = json!({"password": OLD, "code": code});
    let reply = world.signed_in(after(seconds), session, "renew-recovery-codes", proof).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let codes = reply.body["recovery_codes"].as_array().unwrap();
    codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn new_ones_take_the_place_of_all_before() {
    let (world, app) = start(|_| {}).await;
    let new = renewed(&world, 60, &app.session, &app.code(after(60))).await;
    assert_eq!(new.len(), 10);
    for code in &app.recovery_codes {
        assert_eq!(told(&typed(&world, 61, code).await), WRONG);
    }
    for code in &new {
        assert_eq!(typed(&world, 62, code).await.status, 200);
    }
    // With one of them in the place of the app's, which is used by that.
    let (one, session) = (typed(&world, 63, &app.code(after(90))).await, app.session.clone());
    assert_eq!(told(&one), WRONG, "not shown yet");
    let newer = renewed(&world, 90, &session, &app.code(after(90))).await;
    let newest = renewed(&world, 91, &session, &newer[0]).await;
    assert_eq!(told(&typed(&world, 92, &newer[0]).await), WRONG);
    assert_eq!(told(&typed(&world, 92, &newer[1]).await), WRONG);
    assert_eq!(typed(&world, 92, &newest[0]).await.status, 200);
}

/// It is told at once: who set the app up may have lost more than the app.
#[tokio::test]
async fn one_that_begins_to_replace_the_app_is_used_and_told() {
    let (world, app) = start(|_| {}).await;
    let code = &app.recovery_codes[0];
    let proof = || json!({"password": OLD, "code": code});
    let other = crate::enrolled(&world, 60, &app.session, proof()).await;
    world.deliver(after(61)).await;
    assert_eq!(subjects(&world).len(), 1, "{:?}", subjects(&world));
    assert!(subjects(&world)[0].starts_with(USED_MAIL));
    let again = world.signed_in(after(62), &app.session, "enroll-second-step", proof()).await;
    assert_eq!(told(&again), WRONG);
    assert_eq!(told(&typed(&world, 62, code).await), WRONG);
    let reply = crate::confirm(&world, 63, &app.session, &other.code(after(63))).await;
    assert_eq!(reply.body["recovery_codes"].as_array().map(Vec::len), Some(10), "{reply:?}");
    let _: App = app;
}
