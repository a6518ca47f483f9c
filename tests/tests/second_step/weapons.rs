//! What somebody with a password or a session can do with the second step against its owner, and what
//! not.

use http::Method;
use regain_domain::Settings;
use regain_tests::{App, World, after};
use serde_json::{Value, json};

use crate::{MO, NEW, OLD, on_mo, second_step, start, switched_off, told, typed, wrong_ones};

fn one_mail_an_hour(settings: &mut Settings) {
    settings.limits.mails_per_login_hour = 1;
}

/// Its one notice of the hour is the one that it was switched on.
async fn told_enough() -> (World, App) {
    start(one_mail_an_hour).await
}

#[tokio::test]
async fn what_its_owner_changes_keeps_the_back_office_from_nothing() {
    let (world, app) = told_enough().await;
    let body = json!({"password": OLD, "code": app.code(after(60))});
    let reply = world.signed_in(after(60), &app.session, "renew-recovery-codes", body).await;
    assert_eq!(told(&reply), (429, "too_many_requests"));
    let off = (Method::POST, "/second-step-off");
    let reply = on_mo(&world, 61, off, &world.admin, Value::Null).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(second_step(&world).await.is_none());
}

#[tokio::test]
async fn switching_off_is_done_told_or_not() {
    let (world, app) = told_enough().await;
    let reply = switched_off(&world, 60, &app, &app.session).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(second_step(&world).await.is_none());
    world.deliver(after(61)).await;
    assert!(world.cloud.messages(Some(MO)).is_empty());
    assert!(world.events(MO).await.contains(&"second_step_switched_off".to_owned()));
}

#[tokio::test]
async fn whoever_signs_out_everywhere_again_and_again_stops_no_reset() {
    let world = World::new().await;
    let reset = world.reset_token(after(0), MO).await;
    for seconds in [1, 3, 5] {
        let thief = world.session_of(after(seconds), MO, OLD).await;
        let out = world.signed_in(after(seconds), &thief, "sign-out-everywhere", json!({})).await;
        assert_eq!(out.status, 200, "{out:?}");
        let thief = world.session_of(after(seconds + 1), MO, OLD).await;
        let body = json!({"password": OLD});
        world.signed_in(after(seconds + 1), &thief, "enroll-second-step", body).await;
    }
    let grant = world.grant(after(10), &reset).await;
    let thief = world.session_of(after(11), MO, OLD).await;
    world.signed_in(after(11), &thief, "sign-out-everywhere", json!({})).await;
    assert_eq!(world.set(after(12), &grant, NEW).await.status, 200);
}

#[tokio::test]
async fn a_session_in_the_place_of_another_lives_no_longer_than_that() {
    let (world, app) = start(|_| {}).await;
    let body = json!({"password": OLD, "code": app.code(after(600))});
    let off = world.signed_in(after(600), &app.session, "switch-off-second-step", body).await;
    assert_eq!(off.body["session"]["expires_at"], json!(after(900)));
    let session = off.body["session"]["token"].as_str().unwrap();
    assert_eq!(world.session(after(899), session).await.status, 200);
    assert_eq!(told(&world.session(after(900), session).await), (401, "session_ended"));
}

#[tokio::test]
async fn a_long_name_of_a_tenant_is_cut_before_anything_is_written() {
    for name in ["\u{1f6b2}".repeat(100), "\u{6c34}".repeat(100), "W".repeat(100)] {
        let world = World::with(|settings| settings.name.clone_from(&name)).await;
        let session = world.session_of(after(0), MO, OLD).await;
        let body = json!({"password": OLD});
        let enrolled = world.signed_in(after(0), &session, "enroll-second-step", body).await;
        assert_eq!(enrolled.status, 200, "{name}: {enrolled:?}");
        assert!(enrolled.text("qr_svg").contains("<svg"));
    }
}

/// Whoever reads the code of a mail to the desk is told what it was about.
#[tokio::test]
async fn every_mail_of_it_has_a_story() {
    let (world, app) = start(|_| {}).await;
    wrong_ones(&world, &app, 60, 5).await;
    assert_eq!(typed(&world, 62, &app.recovery_codes[0]).await.status, 200);
    world.deliver(after(63)).await;
    let mails = world.cloud.messages(Some(MO));
    assert_eq!(mails.len(), 2, "a lock, and a recovery code");
    for (mail, outcome) in mails.iter().zip(["recovery_code_used", "second_step_failed"]) {
        let words = mail.text.split_whitespace();
        let code = words
            .rev()
            .find(|word| word.len() == 7 && word.chars().all(|c| c.is_ascii_alphanumeric()))
            .unwrap();
        let path = format!("tenants/demo/support/{code}");
        let story = world.admin_at(after(64), Method::GET, &path, &world.desk, Value::Null).await;
        assert_eq!((story.status, story.text("outcome")), (200, outcome), "{story:?}");
    }
}
