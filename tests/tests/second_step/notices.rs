//! The owner is told of each change, once, at the address on file.

use http::Method;
use regain_domain::Language;
use regain_tests::after;
use serde_json::{Value, json};

use crate::{MO, OLD, confirm, enrolled, on_mo, start, subjects, switched_off, typed, world};

#[tokio::test]
async fn each_change_is_told_once_and_by_its_name() {
    let world = world(|_| {}).await;
    let mut app = world.switch_on(after(0), MO, OLD).await;
    assert_eq!(typed(&world, 1, &app.recovery_codes[0]).await.status, 200);
    let proof = json!({"password": OLD, "code": app.code(after(60))});
    let renewed = world.signed_in(after(60), &app.session, "renew-recovery-codes", proof).await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    let proof = json!({"password": OLD, "code": app.code(after(90))});
    let other = enrolled(&world, 90, &app.session, proof).await;
    let reply = confirm(&world, 120, &app.session, &other.code(after(120))).await;
    let session = reply.body.pointer("/session/token").and_then(Value::as_str).unwrap();
    switched_off(&world, 180, &other, session).await;
    app = world.switch_on(after(240), MO, OLD).await;
    let off = (Method::POST, "/second-step-off");
    assert_eq!(on_mo(&world, 300, off, &world.admin, Value::Null).await.status, 200);
    for seconds in [301, 362, 423] {
        world.deliver(after(seconds)).await;
        world.cloud.rewind_stream().await;
        world.schedule(after(seconds)).await;
    }
    let mut told = subjects(&world);
    told.sort();
    let mut expected = [
        "Two-step verification at Demo was switched on (at 15:00)",
        "A recovery code was used at Demo (at 15:00)",
        "Your recovery codes at Demo were renewed (at 15:01)",
        "Your authenticator app at Demo was replaced (at 15:02)",
        "Two-step verification at Demo was switched off (at 15:03)",
        "Two-step verification at Demo was switched on (at 15:04)",
        "The service desk of Demo switched two-step verification off (at 15:05)",
    ];
    expected.sort_unstable();
    assert_eq!(told, expected);
    assert_eq!(world.outbox(), [] as [Value; 0]);
    drop(app);
}

#[tokio::test]
async fn the_timeline_has_each_of_them_with_who_did_it() {
    let (world, app) = start(|_| {}).await;
    assert_eq!(typed(&world, 1, &app.recovery_codes[0]).await.status, 200);
    let reply = crate::replaced(&world, 60, &app, &app.session).await;
    let session = reply.body.pointer("/session/token").and_then(Value::as_str).unwrap();
    let recovery = reply.body["recovery_codes"][0].as_str().unwrap();
    let proof = json!({"password": OLD, "code": recovery});
    let reply = world.signed_in(after(61), session, "switch-off-second-step", proof).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let mut events = world.events(MO).await;
    events.retain(|event| !event.starts_with("notice_sent"));
    let expected = [
        "signed_in",
        "second_step_begun",
        "second_step_switched_on",
        "second_step_asked",
        "signed_in",
        "recovery_code_used",
        "second_step_begun",
        "second_step_replaced",
        "second_step_switched_off",
    ];
    events.sort();
    let mut sorted = expected.map(str::to_owned);
    sorted.sort();
    assert_eq!(events, sorted);
}

#[tokio::test]
async fn it_is_in_the_language_of_the_account() {
    let world = world(|_| {}).await;
    world.change_account(MO, |mo| mo.language = Some(Language::Nl)).await;
    world.switch_on(after(0), MO, OLD).await;
    world.deliver(after(1)).await;
    let mail = world.newest_mail(MO);
    assert!(mail.subject.as_deref().unwrap_or_default().contains("Demo"), "{mail:?}");
    assert!(mail.text.starts_with("Hallo Robin,"), "{mail:?}");
}
