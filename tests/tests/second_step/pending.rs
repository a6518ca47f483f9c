//! What is pending between the two steps: for five minutes, for one finish, for its tenant, and as
//! long as nothing ends what was issued.

use http::Method;
use regain_domain::{Settings, TenantId};
use regain_tests::{App, Reply, Request, World, after};
use serde_json::{Value, json};

use crate::{MO, NEW, OLD, OVER, counted, on_mo, pending, second_step, start, told, typed};

const UNKNOWN: (u16, &str) = (404, "sign_in_unknown");

async fn finished(world: &World, seconds: i64, pending: &str, app: &App) -> Reply {
    world.finish(after(seconds), pending, &app.code(after(seconds))).await
}

#[tokio::test]
async fn it_is_good_for_five_minutes() {
    for (seconds, expected) in [(359, (200, "")), (360, OVER), (361, OVER), (86_400, OVER)] {
        let (world, app) = start(|_| {}).await;
        let pending = pending(&world, 60).await;
        let reply = finished(&world, seconds, &pending, &app).await;
        assert_eq!(told(&reply), expected, "{seconds}");
    }
}

#[tokio::test]
async fn it_is_finished_once() {
    let (world, app) = start(|_| {}).await;
    let first = pending(&world, 60).await;
    assert_eq!(finished(&world, 60, &first, &app).await.status, 200);
    let before = second_step(&world).await;
    // With a code that is as good as the first, and in its place a recovery code.
    assert_eq!(told(&finished(&world, 90, &first, &app).await), OVER);
    assert_eq!(told(&world.finish(after(90), &first, &app.recovery_codes[0]).await), OVER);
    assert_eq!(second_step(&world).await, before, "neither is used up");
    assert_eq!(counted(&world).await, [0; 4]);
    assert_eq!(typed(&world, 90, &app.code(after(90))).await.status, 200);
}

/// Two sign-ins of one person, on the phone and on the laptop.
#[tokio::test]
async fn two_at_a_time_are_two() {
    let (world, app) = start(|_| {}).await;
    let (one, other) = (pending(&world, 60).await, pending(&world, 60).await);
    assert_ne!(one, other);
    let first = finished(&world, 90, &other, &app).await;
    let second = finished(&world, 120, &one, &app).await;
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(world.session(after(121), first.text("token")).await.status, 200, "both stand");
}

#[tokio::test]
async fn what_was_not_sealed_here_is_unknown() {
    let (world, app) = start(|_| {}).await;
    let pending = pending(&world, 60).await;
    let mut forged =
        vec!["x".to_owned(), "1".to_owned(), pending[1..].to_owned(), app.session.clone()];
    forged.push(pending[..pending.len() - 1].to_owned());
    forged.push(format!("{pending}A"));
    for at in (0..pending.len()).step_by(7) {
        let mut bent = pending.clone().into_bytes();
        bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
        forged.push(String::from_utf8(bent).unwrap());
    }
    for forged in forged.iter().filter(|forged| **forged != pending) {
        let reply = finished(&world, 60, forged, &app).await;
        assert_eq!(told(&reply), UNKNOWN, "{forged}");
    }
    // And it is no handover.
    let body = json!({"handover": pending, "verifier": "x"});
    let reply = world.post(after(60), "finish-sign-in", body).await;
    assert_eq!(told(&reply), UNKNOWN);
    for (body, code) in [
        (json!({"pending": pending, "handover": pending, "code": "123456"}), 400),
        (json!({"pending": pending, "code": "123456", "verifier": "x"}), 400),
        (json!({"pending": pending, "code": "123456", "login": MO}), 400),
        (json!({"code": "123456"}), 400),
    ] {
        assert_eq!(
            world.post(after(60), "finish-sign-in", body.clone()).await.status,
            code,
            "{body}"
        );
    }
    assert_eq!(finished(&world, 60, &pending, &app).await.status, 200);
}

#[tokio::test]
async fn it_is_unknown_at_another_tenant() {
    let (world, app) = start(|_| {}).await;
    let other = TenantId::parse("other").unwrap();
    let settings = Settings { name: "Other".to_owned(), ..Settings::default() };
    world.create_tenant(&other, &settings).await;
    // The same person under the same id, with the same second step.
    let account = world.account(MO).await;
    let place = regain_domain::AccountRef::of(&other, &regain_domain::Login::parse(MO).unwrap());
    world.put_account(&other, place, account).await;
    let pending = pending(&world, 60).await;
    let body = json!({"pending": pending, "code": app.code(after(60))});
    let there = Request {
        path: "/v1/other/finish-sign-in".to_owned(),
        ..Request::post("finish-sign-in", &body)
    };
    assert_eq!(told(&world.send(after(60), &there).await), UNKNOWN);
    assert_eq!(counted(&world).await, [0; 4]);
    assert_eq!(finished(&world, 60, &pending, &app).await.status, 200);

    // Its secret, copied there, opens for nobody.
    let body = json!({"login": MO, "password": OLD});
    let sign_in = Request { path: "/v1/other/sign-in".to_owned(), ..Request::post("", &body) };
    let asked = world.send(after(90), &sign_in).await;
    assert_eq!(asked.text("second_step"), "totp", "{asked:?}");
    for code in [app.code(after(90)), app.recovery_codes[0].clone()] {
        let body = json!({"pending": asked.text("pending"), "code": code});
        let finish =
            Request { path: "/v1/other/finish-sign-in".to_owned(), ..Request::post("", &body) };
        assert_eq!(told(&world.send(after(90), &finish).await), crate::WRONG);
    }
}

#[derive(Clone, Copy, Debug)]
enum End {
    Reset,
    SignOutEverywhere,
    Off,
    OffByDesk,
    Moved,
    Temporary,
    NotMe,
    Erased,
    BlockedAndNot,
}

async fn ended(world: &World, app: &App, end: End) -> Reply {
    let (now, key) = (after(100), world.admin.as_str());
    let patch = (Method::PATCH, "");
    match end {
        End::Reset | End::NotMe => {
            let token = world.reset_token(now, MO).await;
            let grant = world.grant(now, &token).await;
            let set = world.set(now, &grant, NEW).await;
            if matches!(end, End::Reset) {
                return set;
            }
            world.not_me(now, &token).await
        }
        End::SignOutEverywhere => {
            world.signed_in(now, &app.session, "sign-out-everywhere", json!({})).await
        }
        End::Off => crate::switched_off(world, 100, app, &app.session).await,
        End::OffByDesk => {
            on_mo(world, 100, (Method::POST, "/second-step-off"), key, Value::Null).await
        }
        End::Moved => on_mo(world, 100, patch, key, json!({"login": "mo@example.org"})).await,
        End::Temporary => {
            on_mo(world, 100, (Method::POST, "/temporary-password"), key, json!({})).await
        }
        End::Erased => on_mo(world, 100, (Method::DELETE, ""), key, Value::Null).await,
        End::BlockedAndNot => {
            let reason = json!({"reason": "other"});
            on_mo(world, 100, (Method::POST, "/block"), key, reason).await;
            on_mo(world, 101, (Method::POST, "/unblock"), key, Value::Null).await
        }
    }
}

#[tokio::test]
async fn it_ends_with_everything_that_was_issued() {
    for end in [
        End::Reset,
        End::SignOutEverywhere,
        End::Off,
        End::OffByDesk,
        End::Moved,
        End::Temporary,
        End::NotMe,
        End::Erased,
        End::BlockedAndNot,
    ] {
        let (world, app) = start(|settings| settings.temporary_passwords_enabled = true).await;
        let pending = pending(&world, 60).await;
        let reply = ended(&world, &app, end).await;
        assert!([200, 204].contains(&reply.status), "{end:?}: {reply:?}");
        for code in [app.code(after(130)), app.recovery_codes[0].clone(), "000000".to_owned()] {
            let reply = world.finish(after(130), &pending, &code).await;
            assert_eq!(told(&reply), OVER, "{end:?}: {reply:?}");
        }
        assert_eq!(counted(&world).await[1..], [0; 3], "{end:?}");
    }
}

#[tokio::test]
async fn a_block_between_the_steps_is_told_and_uses_no_code() {
    let (world, app) = start(|_| {}).await;
    let pending = pending(&world, 60).await;
    let reason = json!({"reason": "payment_overdue"});
    let reply = on_mo(&world, 61, (Method::POST, "/block"), &world.admin, reason).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let before = second_step(&world).await;
    for code in [app.code(after(62)), app.recovery_codes[0].clone(), "000000".to_owned()] {
        let reply = world.finish(after(62), &pending, &code).await;
        assert_eq!(told(&reply), (403, "account_blocked"), "{reply:?}");
        assert_eq!(reply.text("reason"), "payment_overdue");
    }
    assert_eq!(second_step(&world).await, before);
    assert_eq!(counted(&world).await[1..], [0; 3]);
}

/// The code is right when it is looked at, and the account is another's a moment later.
#[tokio::test]
async fn a_reset_and_a_right_code_at_once_leave_no_session_of_before() {
    for round in 0..10 {
        let (world, app) = start(|_| {}).await;
        let pending = pending(&world, 60).await;
        let token = world.reset_token(after(60), MO).await;
        let grant = world.grant(after(60), &token).await;
        let (set, reply) =
            tokio::join!(world.set(after(61), &grant, NEW), finished(&world, 61, &pending, &app),);
        assert_eq!(set.status, 200, "{round}: {set:?}");
        assert!([200, 410].contains(&reply.status), "{round}: {reply:?}");
        if reply.status == 200 {
            let session = world.session(after(62), reply.text("token")).await;
            assert_eq!(told(&session), (401, "session_ended"), "{round}");
        }
    }
}
