//! Codes of the app: when one is right, and that it counts once.

use futures_util::future::join_all;
use regain_tests::after;
use serde_json::json;

use crate::{
    MO, OLD, OVER, USED, WRONG, counted, outcomes, pending, pendings, second_step, start, told,
    typed,
};

#[tokio::test]
async fn this_step_and_the_one_before_are_right_and_no_other() {
    for (now, shown_at, expected) in [
        (90, 30, Some(WRONG)),
        (90, 59, Some(WRONG)),
        (90, 60, None),
        (90, 89, None),
        (90, 90, None),
        (90, 119, None),
        (90, 120, Some(WRONG)),
        (90, 150, Some(WRONG)),
        // From the first second of its step to the last of the next: a minute.
        (60, 60, None),
        (119, 60, None),
        (120, 60, Some(WRONG)),
        (59, 60, Some(WRONG)),
    ] {
        let (world, app) = start(|_| {}).await;
        let reply = typed(&world, now, &app.code(after(shown_at))).await;
        let seen = Some(told(&reply)).filter(|_| reply.status != 200);
        assert_eq!(seen, expected, "shown at {shown_at}, typed at {now}");
    }
}

#[tokio::test]
async fn the_same_code_counts_once_in_order() {
    let (world, app) = start(|_| {}).await;
    // What switched it on is used.
    assert_eq!(told(&typed(&world, 0, &app.code(after(-30))).await), USED);
    let code = app.code(after(60));
    assert_eq!(typed(&world, 60, &code).await.status, 200);
    for seconds in [60, 61, 89, 119] {
        assert_eq!(told(&typed(&world, seconds, &code).await), USED, "{seconds}");
    }
    assert_eq!(told(&typed(&world, 120, &code).await), WRONG);
    assert_eq!(counted(&world).await, [1, 1, 0, 1], "what is used is not guessed");
}

#[tokio::test]
async fn an_older_code_after_a_newer_one_is_refused() {
    let (world, app) = start(|_| {}).await;
    let (older, newer) = (app.code(after(60)), app.code(after(90)));
    assert_eq!(typed(&world, 90, &newer).await.status, 200);
    assert_eq!(told(&typed(&world, 91, &older).await), USED);
    assert_eq!(told(&typed(&world, 91, &newer).await), USED);
    assert_eq!(typed(&world, 120, &app.code(after(120))).await.status, 200);
}

/// Of one sign-in, and each of its own; with as many tries as there are codes, and with five.
#[tokio::test]
async fn the_same_code_fifty_times_at_once_makes_one_session() {
    for (of_one, failures) in [(true, 100), (false, 100), (true, 5), (false, 5)] {
        let (world, app) = start(|settings| settings.lockout.failures = failures).await;
        let pendings = pendings(&world, 60, if of_one { 1 } else { 50 }).await;
        let pendings = pendings.iter().cycle().take(50);
        let code = app.code(after(60));
        let typed_at_once = pendings.map(|pending| world.finish(after(61), pending, &code));
        let replies = join_all(typed_at_once).await;
        let mut seen = outcomes(&replies);
        assert_eq!(seen.remove(&(200, "")), Some(1), "{of_one}, {failures}: {seen:?}");
        seen.remove(&USED);
        seen.remove(&OVER);
        // As many as may be wrong are being looked at, or too many met.
        seen.remove(&(429, "too_many_requests"));
        seen.remove(&(503, "unavailable"));
        assert!(seen.is_empty(), "{of_one}, {failures}: {seen:?}");
        let sessions = world.events(MO).await;
        let sessions = sessions.iter().filter(|event| *event == "signed_in").count();
        assert_eq!(sessions, 1 + 1, "the first was before it was switched on");
        // None of them was a guess.
        assert_eq!(counted(&world).await[1], 0, "{of_one}, {failures}");
        let next = typed(&world, 90, &app.code(after(90))).await;
        assert_eq!(next.status, 200, "{of_one}, {failures}: {next:?}");
    }
}

#[tokio::test]
async fn a_code_used_anywhere_is_used_everywhere() {
    let (world, app) = start(|_| {}).await;
    let (now, code) = (after(60), app.code(after(60)));
    let signed_in = typed(&world, 60, &code).await;
    let session = signed_in.text("token");
    let proof = || json!({"password": OLD, "code": code});
    for endpoint in ["enroll-second-step", "switch-off-second-step", "renew-recovery-codes"] {
        let reply = world.signed_in(now, session, endpoint, proof()).await;
        assert_eq!(told(&reply), USED, "{endpoint}");
    }
    let (now, code) = (after(90), app.code(after(90)));
    let proof = json!({"password": OLD, "code": code});
    let renewed = world.signed_in(now, session, "renew-recovery-codes", proof).await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    assert_eq!(told(&typed(&world, 90, &code).await), USED);
}

#[tokio::test]
async fn a_code_typed_in_two_places_at_once_counts_in_one() {
    let mut won = [0, 0];
    for round in 0..12 {
        let (world, app) = start(|_| {}).await;
        let pending = pending(&world, 60).await;
        let (now, code) = (after(60), app.code(after(60)));
        let proof = json!({"password": OLD, "code": code});
        let switch_off = world.signed_in(now, &app.session, "switch-off-second-step", proof);
        let finish = world.finish(now, &pending, &code);
        // Whoever is polled first reads first; the other has the head start every second time.
        let (switched, finished) = if round % 2 == 0 {
            tokio::join!(switch_off, finish)
        } else {
            let (finished, switched) = tokio::join!(finish, switch_off);
            (switched, finished)
        };
        let ended = (switched.status == 200, finished.status == 200);
        assert!(ended.0 != ended.1, "{round}: {switched:?} {finished:?}");
        won[usize::from(ended.1)] += 1;
        assert_eq!(second_step(&world).await.is_none(), ended.0, "{round}");
        let refused = if ended.0 { &finished } else { &switched };
        assert!([USED, OVER].contains(&told(refused)), "{round}: {refused:?}");
    }
    assert_eq!(won[0] + won[1], 12);
}

#[tokio::test]
async fn what_is_no_code_is_a_slip_that_counts_nothing() {
    let (world, app) = start(|_| {}).await;
    let pending = pending(&world, 60).await;
    for slip in ["12345", "1234567", "12345a", "abcdef-ghjkmn", "١٢٣٤٥٦", "12.34.56"] {
        let reply = world.finish(after(60), &pending, slip).await;
        assert_eq!(told(&reply), (400, "invalid_request"), "{slip}");
        let fault = json!([{"pointer": "/code", "code": "not_a_code"}]);
        assert_eq!(reply.body["errors"], fault, "{slip}");
    }
    for (body, fault) in [
        (json!({"pending": pending}), json!({"pointer": "/code", "code": "required"})),
        (
            json!({"pending": pending, "code": 123_456}),
            json!({"pointer": "/code", "code": "wrong_type"}),
        ),
        (
            json!({"pending": pending, "code": null}),
            json!({"pointer": "/code", "code": "wrong_type"}),
        ),
        (json!({"pending": pending, "code": ""}), json!({"pointer": "/code", "code": "blank"})),
    ] {
        let reply = world.post(after(60), "finish-sign-in", body.clone()).await;
        assert_eq!(told(&reply), (400, "invalid_request"), "{body}");
        assert_eq!(reply.body["errors"], json!([fault]), "{body}");
    }
    assert_eq!(counted(&world).await, [0; 4]);
    // As apps show it.
    let code = app.code(after(60));
    let grouped = format!("{} {}", &code[..3], &code[3..]);
    assert_eq!(world.finish(after(60), &pending, &grouped).await.status, 200);
}
