//! What is on is changed by who has the password and a code, and by nobody with a session alone.

use regain_store::TriesOf;
use regain_tests::{App, Reply, World, after};
use serde_json::{Value, json};

use crate::{MO, OLD, WRONG, counted, start, told, typed, wrong};

/// All that take a password and a code.
const CHANGES: [&str; 3] = ["enroll-second-step", "switch-off-second-step", "renew-recovery-codes"];

/// Mo's account, as stored.
async fn kept(world: &World) -> Value {
    serde_json::to_value(world.account(MO).await).unwrap()
}

/// Makes a call that must change nothing.
async fn refused(world: &World, app: &App, endpoint: &str, body: &Value) -> Reply {
    let before = kept(world).await;
    let reply = world.signed_in(after(60), &app.session, endpoint, body.clone()).await;
    assert!(reply.status >= 400, "{endpoint} {body}: {reply:?}");
    assert_eq!(kept(world).await, before, "{endpoint} {body}");
    assert_eq!(world.session(after(60), &app.session).await.status, 200, "{endpoint} {body}");
    reply
}

#[tokio::test]
async fn a_session_alone_changes_nothing_that_is_on() {
    let (world, app) = start(|_| {}).await;
    let code = app.code(after(60));
    for endpoint in CHANGES {
        for (body, missing) in [
            (json!({}), "code"),
            (json!({"password": OLD}), "code"),
            (json!({"code": code}), "password"),
            (json!({"code": app.recovery_codes[0]}), "password"),
        ] {
            let reply = refused(&world, &app, endpoint, &body).await;
            assert_eq!(told(&reply), (400, "invalid_request"), "{endpoint} {body}");
            let errors = json!([{"pointer": format!("/{missing}"), "code": "required"}]);
            assert_eq!(reply.body["errors"], errors, "{endpoint} {body}");
        }
    }
    world.deliver(after(61)).await;
    assert!(world.cloud.messages(Some(MO)).is_empty());
    assert_eq!(counted(&world).await, [0; 4]);
    assert_eq!(typed(&world, 60, &code).await.status, 200, "and nothing is used up");
    assert_eq!(typed(&world, 60, &app.recovery_codes[0]).await.status, 200);
}

#[tokio::test]
async fn a_wrong_password_or_code_changes_nothing_and_is_counted() {
    let failed = (422, "password_wrong");
    for endpoint in CHANGES {
        let (world, app) = start(|_| {}).await;
        let right = app.code(after(60));
        for (password, code, expected) in [
            ("Zeilboot8", &right, failed),
            ("Zeilboot8", &app.recovery_codes[0], failed),
            ("Zeilboot8", &wrong(&app, 60), failed),
            (OLD, &wrong(&app, 60), WRONG),
            (OLD, &"000000-000000-000000-000000".to_owned(), WRONG),
            (OLD, &app.code(after(-30)), WRONG),
            (OLD, &app.code(after(90)), WRONG),
            (OLD, &"no code".to_owned(), (400, "invalid_request")),
        ] {
            let body = json!({"password": password, "code": code});
            let reply = refused(&world, &app, endpoint, &body).await;
            assert_eq!(told(&reply), expected, "{endpoint} {body}");
        }
        // Three wrong passwords of the login, four wrong codes of the second step.
        let place = world.place(MO);
        let passwords =
            world.store.tries(&world.tenant(), TriesOf::Password(&place)).await.unwrap();
        assert_eq!((passwords.failed, passwords.in_a_row), (3, 3), "{endpoint}");
        assert_eq!(counted(&world).await, [4, 4, 0, 4], "{endpoint}");
        let events = world.events(MO).await;
        assert!(!events.iter().any(|event| event == "second_step_failed"), "told by the outbox");
        world.deliver(after(61)).await;
        let events = world.events(MO).await;
        let count = |name| events.iter().filter(|event| *event == name).count();
        assert_eq!((count("sign_in_failed"), count("second_step_failed")), (3, 4), "{events:?}");
        assert!(world.cloud.messages(Some(MO)).is_empty());

        let body = json!({"password": OLD, "code": right});
        let reply = world.signed_in(after(60), &app.session, endpoint, body).await;
        assert_eq!(reply.status, 200, "the right ones are not used up: {endpoint} {reply:?}");
        assert_eq!(counted(&world).await, [0; 4], "and what was counted is forgotten");
    }
}

/// Whoever has a session guesses no password here that the lock would have kept.
#[tokio::test]
async fn passwords_and_codes_are_locked_here_as_they_are_where_people_sign_in() {
    let (world, app) = start(|_| {}).await;
    let code = app.code(after(60));
    for endpoint in ["renew-recovery-codes", "switch-off-second-step"] {
        world.lock(after(60), MO).await;
        let body = json!({"password": OLD, "code": code});
        let reply = refused(&world, &app, endpoint, &body).await;
        assert_eq!(told(&reply), (423, "account_locked"), "{endpoint}");
        world.change_account(MO, |_| {}).await; // forgets the tries of the login
    }
    for n in 0..5 {
        let endpoint = CHANGES[n % 3];
        let body = json!({"password": OLD, "code": wrong(&app, 60)});
        assert_eq!(told(&refused(&world, &app, endpoint, &body).await), WRONG);
    }
    for endpoint in CHANGES {
        let body = json!({"password": OLD, "code": code});
        let reply = refused(&world, &app, endpoint, &body).await;
        assert_eq!(told(&reply), crate::LOCKED, "{endpoint}");
        assert_eq!(reply.body["until"], json!(after(960)), "{endpoint}");
    }
    assert_eq!(told(&typed(&world, 60, &code).await), crate::LOCKED, "one lock for all doors");
}

#[tokio::test]
async fn where_none_is_on_there_is_none_to_change() {
    let world = crate::world(|_| {}).await;
    let session = world.session_of(after(0), MO, OLD).await;
    for endpoint in ["switch-off-second-step", "renew-recovery-codes"] {
        let body = json!({"password": OLD, "code": "123456"});
        let reply = world.signed_in(after(1), &session, endpoint, body).await;
        assert_eq!(told(&reply), (409, "second_step_missing"), "{endpoint}");
    }
    // A session alone does not begin one either.
    let reply = world.signed_in(after(1), &session, "enroll-second-step", json!({})).await;
    assert_eq!(told(&reply), (400, "invalid_request"));
    let body = json!({"password": "Zeilboot8"});
    let reply = world.signed_in(after(1), &session, "enroll-second-step", body).await;
    assert_eq!(told(&reply), (422, "password_wrong"));
    assert!(world.account(MO).await.enrolment.is_none());
}

#[tokio::test]
async fn without_a_session_nothing_is_looked_at() {
    let (world, app) = start(|_| {}).await;
    let body = json!({"password": OLD, "code": app.code(after(60))});
    for endpoint in CHANGES.into_iter().chain(["confirm-second-step"]) {
        let reply = world.post(after(60), endpoint, body.clone()).await;
        assert_eq!(told(&reply), (401, "unauthorized"), "{endpoint}");
        let pending = crate::pending(&world, 60).await;
        for bearer in [&pending, &world.admin] {
            let reply = world.signed_in(after(60), bearer, endpoint, body.clone()).await;
            assert_eq!(told(&reply), (401, "unauthorized"), "{endpoint}");
        }
    }
    assert_eq!(counted(&world).await, [0; 4]);
}
