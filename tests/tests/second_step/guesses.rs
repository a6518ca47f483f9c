//! Guesses: counted under the account, whoever makes them and however many sign-ins they begin.

use futures_util::future::join_all;
use regain_tests::{App, Reply, Request, World, after};
use serde_json::json;

use crate::{
    LOCKED, MO, OLD, WRONG, counted, outcomes, pending, pendings, second_step, start, subjects,
    told, typed, wrong, wrong_ones,
};

fn guessed(world: &World) -> usize {
    let told = world.cloud.items("timeline").unwrap().into_iter();
    told.filter(|entry| entry["event"]["S"] == "second_step_failed").count()
}

/// Wrong codes at once: of twenty sign-ins, each from an address of its own.
async fn at_once(world: &World, app: &App, seconds: i64, times: u8) -> Vec<Reply> {
    let (mut requests, pendings) = (Vec::new(), pendings(world, seconds, 20).await);
    for (n, pending) in (0..times).zip(pendings.iter().cycle()) {
        let body = json!({"pending": pending, "code": wrong(app, seconds)});
        let request = Request::post("finish-sign-in", &body);
        let request = request.header("x-forwarded-for", &format!("198.51.100.{n}"));
        requests.push(Request { source_ip: Some([203, 0, 113, n].into()), ..request });
    }
    join_all(requests.iter().map(|request| world.send(after(seconds), request))).await
}

#[tokio::test]
async fn of_two_hundred_wrong_codes_at_once_no_more_than_the_limit_are_looked_at() {
    for failures in [3_u32, 5] {
        let (world, app) = start(|settings| settings.lockout.failures = failures).await;
        let replies = at_once(&world, &app, 60, 200).await;
        let mut seen = outcomes(&replies);
        let looked_at = seen.remove(&WRONG).unwrap_or_default();
        assert_eq!(looked_at, usize::try_from(failures).unwrap(), "{seen:?}");
        let refused = seen.remove(&LOCKED).unwrap_or_default();
        let in_flight = seen.remove(&(429, "too_many_requests")).unwrap_or_default();
        assert_eq!((seen.len(), looked_at + refused + in_flight), (0, 200), "{seen:?}");
        assert_eq!(counted(&world).await, [failures, failures, 0, failures]);

        world.deliver(after(61)).await;
        assert_eq!(guessed(&world), looked_at);
        assert_eq!(subjects(&world), ["Too many wrong codes at Demo (at 15:01)"]);
        let reply = typed(&world, 62, &app.code(after(62))).await;
        assert_eq!((told(&reply), &reply.body["until"]), (LOCKED, &json!(after(960))));
        assert_eq!(typed(&world, 960, &app.code(after(960))).await.status, 200, "{failures}");
        assert_eq!(counted(&world).await, [0; 4]);
    }
}

#[tokio::test]
async fn a_right_code_while_locked_is_refused_and_not_used_up() {
    let (world, app) = start(|settings| settings.lockout.lock_seconds = 20).await;
    let pending = pending(&world, 60).await;
    wrong_ones(&world, &app, 60, 5).await;
    let before = second_step(&world).await;
    let code = app.code(after(60));
    for seconds in [60, 61, 79] {
        let reply = world.finish(after(seconds), &pending, &code).await;
        assert_eq!((told(&reply), &reply.body["until"]), (LOCKED, &json!(after(80))), "{seconds}");
    }
    assert_eq!(second_step(&world).await, before);
    assert_eq!(counted(&world).await, [5, 5, 0, 5], "what is not looked at is not counted");
    assert_eq!(world.finish(after(80), &pending, &code).await.status, 200);
}

/// It is over by itself, and no longer for what comes meanwhile.
#[tokio::test]
async fn every_lock_ends_even_where_that_of_a_password_does_not() {
    for (lock_seconds, is_over) in [(0, 960), (900, 960), (30, 90)] {
        let (world, app) = start(|settings| settings.lockout.lock_seconds = lock_seconds).await;
        wrong_ones(&world, &app, 60, 5).await;
        for seconds in [60, is_over - 1] {
            let pending = pending(&world, seconds).await;
            for code in [wrong(&app, seconds), app.code(after(seconds))] {
                for _ in 0..20 {
                    let reply = world.finish(after(seconds), &pending, &code).await;
                    assert_eq!(told(&reply), LOCKED, "{lock_seconds}: {reply:?}");
                }
            }
        }
        let reply = typed(&world, is_over, &app.code(after(is_over))).await;
        assert_eq!(reply.status, 200, "{lock_seconds}: {reply:?}");
    }
}

#[tokio::test]
async fn a_lock_of_codes_is_none_of_the_password_and_each_is_told_once() {
    let (world, app) = start(|_| {}).await;
    for (lock, at) in (1..).zip([60, 960, 1860]) {
        wrong_ones(&world, &app, at, 4).await;
        assert_eq!(subjects(&world).len(), lock - 1, "not yet");
        wrong_ones(&world, &app, at, 1).await;
        for seconds in [at + 1, at + 300] {
            assert_eq!(told(&typed(&world, seconds, &wrong(&app, seconds)).await), LOCKED);
            world.cloud.rewind_stream().await;
            world.deliver(after(seconds)).await;
            world.schedule(after(seconds + 61)).await;
        }
        assert_eq!(subjects(&world).len(), lock, "{:?}", subjects(&world));
    }
    assert_eq!(world.outbox().len(), 0);
    let events = world.events(MO).await;
    assert_eq!(events.iter().filter(|event| *event == "second_step_locked").count(), 3);
    assert!(!events.iter().any(|event| event == "account_locked"), "{events:?}");
    // The password is right as ever, and so is everything else but the codes.
    assert!(!pending(&world, 2400).await.is_empty());
}

/// Beginning anew gains nobody a guess; a right code forgets what was counted.
#[tokio::test]
async fn a_right_code_forgets_the_wrong_ones() {
    let (world, app) = start(|_| {}).await;
    for round in 0..4 {
        let at = 60 + 30 * round;
        wrong_ones(&world, &app, at, 4).await;
        assert_eq!(counted(&world).await, [4, 4, 0, 4], "{round}");
        assert_eq!(typed(&world, at, &app.code(after(at))).await.status, 200, "{round}");
        assert_eq!(counted(&world).await, [0; 4], "{round}");
    }
    assert!(subjects(&world).is_empty());
}

#[tokio::test]
async fn right_and_wrong_ones_at_once_end_in_a_lock_or_one_session() {
    for round in 0..6 {
        let (world, app) = start(|_| {}).await;
        let (right, wrong) = (app.code(after(60)), wrong(&app, 60));
        let pendings = pendings(&world, 60, 30).await;
        let code = |n: usize| if (n + round).is_multiple_of(3) { &right } else { &wrong };
        let typed_at_once = pendings.iter().enumerate();
        let finish = typed_at_once.map(|(n, it)| world.finish(after(60), it, code(n)));
        let replies = join_all(finish).await;
        let sessions = replies.iter().filter(|reply| reply.status == 200).count();
        assert!(sessions <= 1, "{round}: {:?}", outcomes(&replies));
        let wrongs = replies.iter().filter(|reply| told(reply) == WRONG).count();
        assert!(wrongs <= 5 * (sessions + 1), "{round}: {:?}", outcomes(&replies));
        let codes = [200, 422, 423, 429, 503];
        assert!(replies.iter().all(|reply| codes.contains(&reply.status)), "{round}");
        let later = typed(&world, 990, &app.code(after(990))).await;
        assert_eq!(later.status, 200, "{round}: {later:?}");
    }
}

/// Someone who holds the password cannot have the codes locked by sign-ins that are over.
#[tokio::test]
async fn codes_of_a_sign_in_that_is_over_count_nobody_a_try() {
    let (world, app) = start(|_| {}).await;
    let old = pending(&world, 60).await;
    for _ in 0..20 {
        let reply = world.finish(after(360), &old, &wrong(&app, 360)).await;
        assert_eq!(told(&reply), crate::OVER);
    }
    let other = pending(&world, 400).await;
    let token = world.reset_token(after(400), MO).await;
    let grant = world.grant(after(400), &token).await;
    assert_eq!(world.set(after(401), &grant, crate::NEW).await.status, 200);
    for _ in 0..20 {
        let reply = world.finish(after(402), &other, &wrong(&app, 402)).await;
        assert_eq!(told(&reply), crate::OVER);
    }
    assert_eq!(counted(&world).await[1..], [0; 3]);
    let pending = world.pending(after(420), MO, crate::NEW).await;
    assert_eq!(world.finish(after(420), &pending, &app.code(after(420))).await.status, 200);
    assert_eq!(world.sign_in(after(421), MO, OLD).await.0, 401);
}
