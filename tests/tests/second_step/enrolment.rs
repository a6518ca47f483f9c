//! Setting an app up: nothing is asked for before its first right code, and what is shown is shown
//! once.

use http::Method;
use regain_tests::{App, after};
use serde_json::{Value, json};
use totp_rs::Totp;

use crate::{
    ANN, ANNS, MO, OLD, WRONG, confirm, enrolled, on_mo, pending, second_step, start, told, typed,
    world, wrong,
};

const MISSING: (u16, &str) = (409, "second_step_missing");

fn proof() -> Value {
    json!({"password": OLD})
}

#[tokio::test]
async fn it_is_not_asked_for_before_its_first_right_code() {
    let world = world(|_| {}).await;
    let session = world.session_of(after(0), MO, OLD).await;
    let app = enrolled(&world, 0, &session, proof()).await;
    let still_off = async |seconds| {
        let signed_in = world.session_of(after(seconds), MO, OLD).await;
        let told = world.session(after(seconds), &signed_in).await;
        assert_eq!(told.body["second_step"], Value::Null);
        let kept = world.account(MO).await;
        assert!(kept.second_step.is_none() && kept.enrolment.is_some());
    };
    still_off(1).await;
    assert_eq!(told(&confirm(&world, 2, &session, &wrong(&app, 2)).await), WRONG);
    for recovery in ["000000-000000-000000-000000", "abcdef-ghjkmn-pqrstv-wxyz01"] {
        assert_eq!(told(&confirm(&world, 2, &session, recovery).await), WRONG);
    }
    still_off(3).await;
    assert_eq!(world.session(after(3), &session).await.status, 200, "and nothing has ended");

    let reply = confirm(&world, 4, &session, &app.code(after(4))).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(world.session(after(5), &session).await.code(), "session_ended");
    let new = reply.body.pointer("/session/token").and_then(Value::as_str).unwrap();
    let told_now = world.session(after(5), new).await;
    assert_eq!(told_now.body["second_step"], "totp");
    assert_eq!(told_now.body["methods"], json!(["password", "totp"]));
    assert!(world.account(MO).await.enrolment.is_none());
    assert_eq!(typed(&world, 30, &app.code(after(30))).await.status, 200);
    let again = confirm(&world, 31, new, &app.code(after(31))).await;
    assert_eq!(told(&again), MISSING, "it is on");
}

#[tokio::test]
async fn what_is_shown_any_app_reads_and_it_is_shown_once() {
    let world = world(|settings| settings.name = "De: Demo & Zn.".to_owned()).await;
    let session = world.session_of(after(0), MO, OLD).await;
    let shown = world.signed_in(after(0), &session, "enroll-second-step", proof()).await;
    assert_eq!(shown.text("valid_until"), after(600).to_string());
    let (secret, uri) = (shown.text("secret").to_owned(), shown.text("otpauth_uri"));
    assert_eq!(secret.len(), 32, "160 bits");
    assert!(shown.text("qr_svg").contains("<svg"));
    let read = Totp::from_url(uri).unwrap();
    let app = App::new(&secret);
    let now = u64::try_from(after(0).as_second()).unwrap();
    assert_eq!(read.generate(now).to_string(), app.code(after(0)));
    assert_eq!((read.account_name(), read.issuer()), (MO, Some("De  Demo & Zn.")));

    let reply = confirm(&world, 1, &session, &app.code(after(1))).await;
    let session = reply.body.pointer("/session/token").and_then(Value::as_str).unwrap().to_owned();
    let codes = reply.body["recovery_codes"].as_array().unwrap().clone();
    world.deliver(after(2)).await;
    let mut seen = vec![reply.log.to_string(), shown.log.to_string()];
    seen.extend(world.cloud.messages(Some(MO)).iter().map(|mail| format!("{mail:?}")));
    for (method, end) in [(Method::GET, ""), (Method::GET, "/timeline")] {
        seen.push(
            on_mo(&world, 3, (method, end), &world.admin, Value::Null).await.body.to_string(),
        );
    }
    seen.push(world.session(after(3), &session).await.body.to_string());
    let confirmed = reply.body.to_string();
    assert!(!confirmed.contains(&secret));
    for place in &seen {
        assert!(!place.contains(&secret), "{place}");
        assert!(codes.iter().all(|code| !place.contains(code.as_str().unwrap())), "{place}");
    }
    // Asking again gives another.
    let body = json!({"password": OLD, "code": app.code(after(30))});
    let again = world.signed_in(after(30), &session, "enroll-second-step", body).await;
    assert!(again.status == 200 && again.text("secret") != secret, "{again:?}");
}

#[tokio::test]
async fn a_second_one_voids_the_first() {
    let world = world(|_| {}).await;
    let session = world.session_of(after(0), MO, OLD).await;
    let first = enrolled(&world, 0, &session, proof()).await;
    let second = enrolled(&world, 1, &session, proof()).await;
    assert_eq!(told(&confirm(&world, 2, &session, &first.code(after(2))).await), WRONG);
    assert_eq!(confirm(&world, 2, &session, &second.code(after(2))).await.status, 200);
    assert_eq!(told(&typed(&world, 30, &first.code(after(30))).await), WRONG);
    assert_eq!(typed(&world, 30, &second.code(after(30))).await.status, 200);
}

#[tokio::test]
async fn of_two_begun_or_confirmed_at_once_one_stands() {
    for round in 0..6 {
        let world = world(|_| {}).await;
        let session = world.session_of(after(0), MO, OLD).await;
        let both = tokio::join!(
            enrolled(&world, 0, &session, proof()),
            enrolled(&world, 0, &session, proof()),
        );
        let codes = [both.0.code(after(1)), both.1.code(after(1))];
        let (one, other) = tokio::join!(
            confirm(&world, 1, &session, &codes[0]),
            confirm(&world, 1, &session, &codes[1]),
        );
        assert_eq!([&one, &other].iter().filter(|it| it.status == 200).count(), 1, "{round}");
        let stands = if one.status == 200 { &both.0 } else { &both.1 };
        assert_eq!(typed(&world, 30, &stands.code(after(30))).await.status, 200, "{round}");

        // And the same code twice at once is one second step, with the codes of its own answer.
        let session = world.session_of(after(0), ANN, ANNS).await;
        let app = enrolled(&world, 0, &session, json!({"password": ANNS})).await;
        let code = app.code(after(1));
        let replies =
            tokio::join!(confirm(&world, 1, &session, &code), confirm(&world, 1, &session, &code));
        let won: Vec<_> =
            [&replies.0, &replies.1].into_iter().filter(|it| it.status == 200).collect();
        assert_eq!(won.len(), 1, "{round}: {replies:?}");
        let pending = world.pending(after(2), ANN, ANNS).await;
        let recovery = won[0].body["recovery_codes"][0].as_str().unwrap();
        assert_eq!(world.finish(after(2), &pending, recovery).await.status, 200, "{round}");
    }
}

#[tokio::test]
async fn it_takes_ten_minutes_at_most() {
    for (seconds, expected) in [(599, (200, "")), (600, MISSING), (899, MISSING)] {
        let world = world(|_| {}).await;
        let session = world.session_of(after(0), MO, OLD).await;
        let app = enrolled(&world, 0, &session, proof()).await;
        let reply = confirm(&world, seconds, &session, &app.code(after(seconds))).await;
        assert_eq!(told(&reply), expected, "{seconds}");
        assert_eq!(second_step(&world).await.is_some(), expected.0 == 200);
    }
    let world = world(|_| {}).await;
    let session = world.session_of(after(0), MO, OLD).await;
    assert_eq!(told(&confirm(&world, 1, &session, "123456").await), MISSING, "none was begun");
}

#[tokio::test]
async fn the_one_before_is_asked_for_until_the_new_one_is_confirmed() {
    let (world, app) = start(|_| {}).await;
    let proof = json!({"password": OLD, "code": app.code(after(0))});
    let other = enrolled(&world, 0, &app.session, proof).await;
    assert_eq!(told(&typed(&world, 30, &other.code(after(30))).await), WRONG);
    assert_eq!(typed(&world, 30, &app.code(after(30))).await.status, 200);
    let reply = confirm(&world, 60, &app.session, &other.code(after(60))).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(told(&typed(&world, 90, &app.code(after(90))).await), WRONG);
    assert_eq!(told(&typed(&world, 90, &app.recovery_codes[0]).await), WRONG);
    assert_eq!(typed(&world, 90, &other.code(after(90))).await.status, 200);
    let methods = &reply.body["session"]["methods"];
    assert_eq!(*methods, json!(["password", "totp"]), "each once");
}

/// Someone with a session that ends meanwhile finishes nothing.
#[tokio::test]
async fn an_app_begun_before_a_reset_is_not_confirmed_after_it() {
    let world = world(|_| {}).await;
    let session = world.session_of(after(0), MO, OLD).await;
    let app = enrolled(&world, 0, &session, proof()).await;
    let token = world.reset_token(after(1), MO).await;
    let grant = world.grant(after(2), &token).await;
    assert_eq!(world.set(after(3), &grant, crate::NEW).await.status, 200);
    let reply = confirm(&world, 4, &session, &app.code(after(4))).await;
    assert_eq!(told(&reply), (401, "session_ended"));
    assert!(second_step(&world).await.is_none());
}

#[tokio::test]
async fn who_has_no_password_needs_none() {
    let world = world(|_| {}).await;
    let reply = world.redeem(after(0), &world.magic_token(after(0), "new@example.com").await).await;
    let session = reply.text("token");
    let app = enrolled(&world, 1, session, json!({})).await;
    let reply = confirm(&world, 2, session, &app.code(after(2))).await;
    assert_eq!(reply.body["session"]["methods"], json!(["link", "totp"]), "{reply:?}");
    let session = reply.body["session"]["token"].as_str().unwrap();
    // Another one still takes a code.
    let reply = world.signed_in(after(3), session, "enroll-second-step", json!({})).await;
    assert_eq!(told(&reply), (400, "invalid_request"));
    let body = json!({"code": app.code(after(30))});
    let reply = world.signed_in(after(30), session, "switch-off-second-step", body).await;
    assert_eq!((reply.status, &reply.body["status"]), (200, &json!("off")));
}

#[tokio::test]
async fn where_it_is_not_offered_none_is_begun_and_what_is_on_stays_on() {
    let (world, app) = start(|_| {}).await;
    let ann = world.session_of(after(0), ANN, ANNS).await;
    let begun = enrolled(&world, 0, &ann, json!({"password": ANNS})).await;
    world.change_settings(|settings| settings.second_step.offered = false).await;
    let now = after(61); // settings are held for a minute
    let replacing = json!({"password": OLD, "code": app.code(now)});
    for (session, body) in [(&ann, json!({"password": ANNS})), (&app.session, replacing)] {
        let reply = world.signed_in(now, session, "enroll-second-step", body).await;
        assert_eq!(told(&reply), (403, "second_step_not_offered"));
    }
    let _: (App, String) = (begun, pending(&world, 61).await);
    assert_eq!(typed(&world, 61, &app.code(now)).await.status, 200, "it is asked for");
    let body = json!({"password": OLD, "code": app.code(after(90))});
    let reply = world.signed_in(after(90), &app.session, "renew-recovery-codes", body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let body = json!({"password": OLD, "code": app.code(after(120))});
    let reply = world.signed_in(after(120), &app.session, "switch-off-second-step", body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}
