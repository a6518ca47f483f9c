//! The back office: an admin switches it off for who has lost everything, the desk does not.

use http::Method;
use regain_domain::TenantId;
use regain_domain::api_key::Role;
use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::{
    MO, OLD, confirm, enrolled, on_mo, second_step, start, subjects, told, typed, wrong_ones,
};

const OFF: (Method, &str) = (Method::POST, "/second-step-off");
const TEMPORARY: (Method, &str) = (Method::POST, "/temporary-password");

async fn shown(world: &World, seconds: i64) -> Value {
    let reply = on_mo(world, seconds, (Method::GET, ""), &world.desk, Value::Null).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body
}

#[tokio::test]
async fn an_admin_switches_it_off_and_the_owner_is_told() {
    let (world, app) = start(|_| {}).await;
    assert_eq!(shown(&world, 59).await["second_step"], "totp");
    let reply = on_mo(&world, 60, OFF, &world.admin, Value::Null).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(second_step(&world).await.is_none() && world.account(MO).await.enrolment.is_none());
    assert_eq!(told(&world.session(after(61), &app.session).await), (401, "session_ended"));
    let session = world.session_of(after(61), MO, OLD).await;
    assert_eq!(world.session(after(61), &session).await.status, 200, "the password is enough");
    world.deliver(after(62)).await;
    let told_of = "The service desk of Demo switched two-step verification off (at 15:01)";
    assert_eq!(subjects(&world), [told_of]);
    let events = world.events(MO).await;
    assert!(events.contains(&"second_step_switched_off: by_desk".to_owned()), "{events:?}");
    assert_ne!(shown(&world, 62).await["second_step"], "totp");

    // Again: nothing to do, nobody is told, no session ends.
    let before = world.account(MO).await.session_epoch();
    assert_eq!(on_mo(&world, 63, OFF, &world.admin, Value::Null).await.status, 200);
    assert_eq!(world.account(MO).await.session_epoch(), before);
    assert_eq!(world.session(after(64), &session).await.status, 200);
    world.deliver(after(64)).await;
    assert_eq!(subjects(&world).len(), 1);
}

#[tokio::test]
async fn the_desk_sees_the_lock_that_wrong_codes_have_put_on_it() {
    let (world, app) = start(|_| {}).await;
    assert_eq!(shown(&world, 59).await.get("second_step_lock"), None);
    wrong_ones(&world, &app, 60, 5).await;
    let lock = json!({"since": after(60), "until": after(960)});
    let shown_now = shown(&world, 61).await;
    assert_eq!((&shown_now["second_step_lock"], shown_now.get("lock")), (&lock, None));
    assert_eq!(shown(&world, 960).await.get("second_step_lock"), None);
}

#[tokio::test]
async fn the_desk_may_not_and_neither_may_another_tenants_admin() {
    let (world, app) = start(|_| {}).await;
    let other = TenantId::parse("other").unwrap();
    let stranger = world.create_tenant(&other, &regain_domain::Settings::default()).await;
    let before = second_step(&world).await;
    let operator = world.create_key(&world.tenant(), Role::Desk).await;
    for (key, expected) in [
        (world.desk.as_str(), (403, "forbidden")),
        (&operator, (403, "forbidden")),
        (&stranger, (404, "tenant_unknown")),
        (&app.session, (401, "unauthorized")),
        ("", (401, "unauthorized")),
    ] {
        let reply = on_mo(&world, 60, OFF, key, Value::Null).await;
        assert_eq!(told(&reply), expected, "{reply:?}");
    }
    let path = format!("tenants/other/accounts/{}/second-step-off", crate::MO_ID);
    let reply = world.admin(Method::POST, &path, &stranger, Value::Null).await;
    assert_eq!(told(&reply), (404, "account_unknown"));
    assert_eq!(second_step(&world).await, before);
    assert_eq!(world.session(after(61), &app.session).await.status, 200);
}

#[tokio::test]
async fn a_temporary_password_switches_the_second_step_off() {
    let (world, app) = start(|settings| settings.temporary_passwords_enabled = true).await;
    let proof = json!({"password": OLD, "code": app.code(after(30))});
    let begun = enrolled(&world, 30, &app.session, proof).await;
    let pending = crate::pending(&world, 31).await;
    let made = on_mo(&world, 60, TEMPORARY, &world.admin, json!({})).await;
    assert_eq!(made.status, 200, "{made:?}");
    let account = world.account(MO).await;
    assert!(account.second_step.is_none() && account.enrolment.is_none());
    assert_eq!(told(&world.session(after(61), &app.session).await), (401, "session_ended"));
    assert_eq!(told(&confirm(&world, 61, &app.session, &begun.code(after(61))).await).0, 401);
    assert_eq!(told(&world.finish(after(61), &pending, &app.code(after(61))).await), crate::OVER);
    world.deliver(after(61)).await;
    let mut mails = subjects(&world);
    mails.sort();
    assert_eq!(mails.len(), 2, "{mails:?}");
    let off = "The service desk of Demo switched two-step verification off (at 15:01)";
    assert_eq!(mails[1], off, "{mails:?}");

    let body = json!({"login": MO, "password": made.text("password")});
    let must_change = world.post(after(62), "sign-in", body).await;
    assert_eq!(told(&must_change), (403, "password_must_change"), "and no code is asked for");
    let set = world.set(after(63), must_change.text("grant"), crate::NEW).await;
    assert_eq!(set.status, 200, "{set:?}");
    let session = world.session_of(after(64), MO, crate::NEW).await;
    let standing = world.session(after(64), &session).await;
    assert_eq!(standing.body["second_step"], Value::Null);
}

#[tokio::test]
async fn what_guesses_came_to_is_forgotten_with_it() {
    let (world, app) = start(|_| {}).await;
    wrong_ones(&world, &app, 60, 5).await;
    assert_eq!(told(&typed(&world, 61, &app.code(after(61))).await), crate::LOCKED);
    assert_eq!(on_mo(&world, 62, OFF, &world.admin, Value::Null).await.status, 200);
    // A new app is set up as any first one.
    let app = world.switch_on(after(120), MO, OLD).await;
    assert_eq!(typed(&world, 120, &app.code(after(120))).await.status, 200);
    assert_eq!(crate::counted(&world).await, [0; 4]);
}
