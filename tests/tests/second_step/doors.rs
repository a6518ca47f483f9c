//! Every way in asks for it, no way out of a forgotten password gets past it, and nobody hears of it
//! before the first step is right.

use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{ANN, ANNS, MO, NEW, OLD, PHONE, outcomes, second_step, start, told, typed, world};

#[derive(Clone, Copy, Debug)]
enum Door {
    SignIn,
    UnlockByMail,
    UnlockByCode,
    MagicLink,
}

const DOORS: [(Door, &str); 4] = [
    (Door::SignIn, "password"),
    (Door::UnlockByMail, "password"),
    (Door::UnlockByCode, "password"),
    (Door::MagicLink, "link"),
];

async fn came(world: &World, door: Door, seconds: i64) -> Reply {
    let now = after(seconds);
    match door {
        Door::SignIn => world.post(now, "sign-in", json!({"login": MO, "password": OLD})).await,
        Door::UnlockByMail => {
            world.lock(now, MO).await;
            let grant = world.grant(now, &world.newest_token(MO)).await;
            world.unlock_with(now, &grant, OLD).await
        }
        Door::UnlockByCode => {
            let grant = world.code_grant(now, MO, PHONE, "locked_out").await;
            world.unlock_with(now, &grant, OLD).await
        }
        Door::MagicLink => world.redeem(now, &world.magic_token(now, MO).await).await,
    }
}

#[tokio::test]
async fn every_door_asks_for_the_second_step() {
    for (door, method) in DOORS {
        let (world, app) = start(|_| {}).await;
        let reply = came(&world, door, 60).await;
        let pending = reply.text("pending").to_owned();
        let asked = json!({"second_step": "totp", "pending": pending, "valid_until": after(360)});
        assert_eq!((reply.status, &reply.body), (200, &asked), "{door:?}");
        // What is pending is no session.
        let refused = world.session(after(61), &pending).await;
        assert_eq!(told(&refused), (401, "unauthorized"), "{door:?}");
        let events = world.events(MO).await;
        let count = |name| events.iter().filter(|event| event.starts_with(name)).count();
        // The one to set it up.
        assert_eq!((count("second_step_asked"), count("signed_in")), (1, 1), "{events:?}");

        let reply = world.finish(after(62), &pending, &app.code(after(62))).await;
        assert_eq!((reply.status, &reply.body["methods"]), (200, &json!([method, "totp"])));
        let session = world.session(after(63), reply.text("token")).await;
        assert_eq!(session.body["methods"], json!([method, "totp"]), "{door:?}: {session:?}");
        assert_eq!(session.body["second_step"], "totp");
    }
}

/// The same doors, of an account that has none.
#[tokio::test]
async fn where_it_is_off_every_door_gives_a_session_at_once() {
    for (door, method) in DOORS {
        let world = world(|_| {}).await;
        let reply = came(&world, door, 60).await;
        assert_eq!(reply.body["methods"], json!([method]), "{door:?}: {reply:?}");
        assert_eq!(world.session(after(61), reply.text("token")).await.status, 200, "{door:?}");
        assert_eq!(reply.body.get("pending"), None);
    }
}

/// By mail and by code: the new password is the first step, and no more.
#[tokio::test]
async fn a_reset_leaves_it_on_and_gives_no_session_past_it() {
    for by_code in [false, true] {
        let (world, app) = start(|_| {}).await;
        let before = second_step(&world).await;
        let now = after(100);
        let grant = if by_code {
            world.code_grant(now, MO, PHONE, "forgot_password").await
        } else {
            let token = world.reset_token(now, MO).await;
            world.grant(now, &token).await
        };
        let reply = world.set(now, &grant, NEW).await;
        assert_eq!((reply.status, &reply.body), (200, &json!({"status": "changed"})));
        assert_eq!(second_step(&world).await, before, "by code: {by_code}");
        assert_eq!(told(&world.session(now, &app.session).await), (401, "session_ended"));

        let pending = world.pending(now, MO, NEW).await;
        let wrong = world.finish(now, &pending, &crate::wrong(&app, 100)).await;
        assert_eq!(told(&wrong), crate::WRONG);
        assert_eq!(world.finish(now, &pending, &app.code(now)).await.status, 200);
        // And the recovery codes are those that were.
        let pending = world.pending(now, MO, NEW).await;
        assert_eq!(world.finish(now, &pending, &app.recovery_codes[9]).await.status, 200);
    }
}

fn masked(mut reply: Reply) -> (u16, Value, Vec<String>) {
    let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
    names.sort();
    for name in ["support_code", "request_id", "recovery"] {
        if let Some(text) = reply.body.get_mut(name) {
            *text = json!(text.as_str().map(str::len));
        }
    }
    (reply.status, reply.body, names)
}

/// Mo has one, Ann has none: what is answered, and which calls that takes.
#[tokio::test]
async fn nobody_hears_of_it_before_the_right_password() {
    let (world, _) = start(|_| {}).await;
    for (endpoint, rest) in [
        ("sign-in", json!({"password": "Zeilboot8"})),
        ("sign-in", json!({"password": ""})),
        ("request-reset", json!({})),
        ("magic-login", json!({})),
        ("why-cannot-i-sign-in", json!({})),
        ("start-recovery", json!({"reason": "forgot_password"})),
    ] {
        let ask = async |login: &str| {
            let mut body = rest.clone();
            body["login"] = json!(login);
            if endpoint == "start-recovery" {
                body["captcha"] = world.captcha(after(10));
            }
            world.cloud.forget_calls();
            let reply = world.post(after(10), endpoint, body).await;
            let mut calls = world.cloud.calls_of(endpoint_function(endpoint));
            calls.sort();
            (masked(reply), calls)
        };
        ask("warm@example.com").await;
        let (with, mut without) = (ask(MO).await, ask(ANN).await);
        if endpoint == "start-recovery" {
            // The hint of a number is of the number.
            without.0.1["methods"] = with.0.1["methods"].clone();
        }
        assert_eq!(with, without, "{endpoint}");
        assert!(!with.0.1.to_string().contains("second_step"), "{endpoint}");
    }
}

fn endpoint_function(endpoint: &str) -> &str {
    match endpoint {
        "why-cannot-i-sign-in" => "request-reset",
        other => other,
    }
}

#[tokio::test]
async fn a_blocked_or_locked_account_is_told_so_before_it_is_asked_for() {
    let (world, app) = start(|_| {}).await;
    let body = || json!({"login": MO, "password": OLD});
    world.lock(after(100), MO).await;
    let locked = world.post(after(101), "sign-in", body()).await;
    assert_eq!(told(&locked), (423, "account_locked"));
    assert_eq!((locked.body.get("pending"), locked.body.get("second_step")), (None, None));
    assert_eq!(typed(&world, 1001, &app.code(after(1001))).await.status, 200);
    let reason = json!({"reason": "cancelled"});
    let block = (http::Method::POST, "/block");
    let reply = crate::on_mo(&world, 1002, block, &world.admin, reason).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let blocked = world.post(after(1003), "sign-in", body()).await;
    assert_eq!(told(&blocked), (403, "account_blocked"));
    assert_eq!((blocked.body.get("pending"), blocked.body.get("second_step")), (None, None));
}

/// Someone tries passwords while the owner is between the two steps: that locks the first one.
#[tokio::test]
async fn a_lock_between_the_steps_takes_no_sign_in_away() {
    let (world, app) = start(|_| {}).await;
    let pending = crate::pending(&world, 100).await;
    world.lock(after(110), MO).await;
    let reply = world.finish(after(120), &pending, &app.code(after(120))).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let refused = world.sign_in(after(121), MO, OLD).await;
    assert_eq!(refused, (423, "account_locked".to_owned()), "the lock of the password stays");
}

/// Sign-ins that read the account before it was switched on, and write after.
#[tokio::test]
async fn no_session_of_before_it_was_switched_on_stands_after() {
    for round in 0..10 {
        let world = world(|_| {}).await;
        let session = world.session_of(after(0), ANN, ANNS).await;
        let app = crate::enrolled(&world, 0, &session, json!({"password": ANNS})).await;
        let magic = world.magic_token(after(1), ANN).await;
        let (code, body) = (app.code(after(2)), json!({"login": ANN, "password": ANNS}));
        let sign_in = (0..10).map(|_| world.post(after(2), "sign-in", body.clone()));
        let (confirmed, redeemed, signed_in) = tokio::join!(
            crate::confirm(&world, 2, &session, &code),
            world.redeem(after(2), &magic),
            futures_util::future::join_all(sign_in),
        );
        let all = [signed_in.as_slice(), &[redeemed]].concat();
        for reply in all.iter().filter(|reply| !reply.text("token").is_empty()) {
            let stands = world.session(after(3), reply.text("token")).await.status == 200;
            assert!(!stands || confirmed.status != 200, "{round}: {:?}", outcomes(&all));
        }
    }
}
