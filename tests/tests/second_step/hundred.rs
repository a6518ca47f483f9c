//! A hundred wrong codes in a row: no code of this app is accepted any more, until another is set up.

use futures_util::future::join_all;
use regain_tests::{App, World, after};
use serde_json::{Value, json};

use crate::{
    LOCKED, MO, OLD, WRONG, confirm, counted, enrolled, outcomes, pending, pendings, second_step,
    start, subjects, told, typed, wrong, wrong_ones,
};

const DISABLED: (u16, &str) = (403, "second_step_disabled");
const MAIL: &str = "Codes from your app at Demo no longer work";

fn told_off(world: &World) -> usize {
    subjects(world).iter().filter(|subject| subject.starts_with(MAIL)).count()
}

/// The hundredth in a row, and what follows.
async fn disabled(seconds: i64) -> (World, App) {
    let (world, app) = start(|_| {}).await;
    let key = format!("demo#second-step-tries#{}", crate::MO_ID);
    world.put_item("tokens", &json!({"pk": {"S": key}, "in_a_row": {"N": "99"}}));
    wrong_ones(&world, &app, seconds, 1).await;
    assert!(second_step(&world).await.unwrap().disabled_at.is_some());
    (world, app)
}

/// Removes what was counted, as TTL does.
async fn sweep_tries(world: &World) {
    let table = format!("{}-tokens", world.cloud.template().stack);
    let key = format!("demo#second-step-tries#{}", crate::MO_ID);
    let request = json!({"TableName": table, "Key": {"pk": {"S": key}}});
    world.cloud.database().delete_item(serde_json::from_value(request).unwrap()).unwrap();
    assert_eq!(counted(world).await, [0; 4]);
}

#[tokio::test]
async fn a_hundred_in_a_row_are_the_last_however_they_are_paced() {
    let (world, app) = start(|_| {}).await;
    let mut at = 60;
    for lock in 1..=20 {
        assert_eq!(told_off(&world), 0, "{lock}");
        wrong_ones(&world, &app, at, 5).await;
        at += 900;
    }
    assert_eq!((told_off(&world), subjects(&world).len()), (1, 20), "nineteen locks and the end");
    let before = second_step(&world).await;
    for pause in [-899, 0, 1, 900, 86_400] {
        at += pause;
        for code in [app.code(after(at)), wrong(&app, at)] {
            let reply = typed(&world, at, &code).await;
            assert!([DISABLED, LOCKED].contains(&told(&reply)), "{pause}: {reply:?}");
        }
        world.cloud.rewind_stream().await;
        world.deliver(after(at)).await;
        world.schedule(after(at + 61)).await;
    }
    assert_eq!(told(&typed(&world, at, &app.code(after(at))).await), DISABLED);
    assert_eq!(second_step(&world).await, before, "no code was used");
    assert_eq!((told_off(&world), subjects(&world).len()), (1, 20), "once");
    let events = world.events(MO).await;
    assert_eq!(events.iter().filter(|event| *event == "second_step_disabled").count(), 1);
    assert_eq!(events.iter().filter(|event| *event == "second_step_failed").count(), 100);
}

#[tokio::test]
async fn two_hundred_at_once_are_a_hundred_and_no_more() {
    let (world, app) = start(|settings| settings.lockout.failures = 100).await;
    let pendings = pendings(&world, 60, 20).await;
    let (code, many) = (wrong(&app, 60), pendings.iter().cycle().take(200));
    let replies = join_all(many.map(|it| world.finish(after(60), it, &code))).await;
    let mut seen = outcomes(&replies);
    assert_eq!(seen.remove(&WRONG), Some(100), "{seen:?}");
    seen.remove(&(429, "too_many_requests"));
    seen.remove(&LOCKED);
    assert!(seen.is_empty(), "{seen:?}");
    assert_eq!(counted(&world).await, [100, 100, 0, 100]);
    // Before the outbox is delivered, too.
    assert_ne!(typed(&world, 61, &app.code(after(61))).await.status, 200);
    assert_ne!(typed(&world, 990, &app.code(after(990))).await.status, 200);
    world.deliver(after(991)).await;
    assert_eq!((told_off(&world), subjects(&world).len()), (1, 1), "one mail says it all");
    assert_eq!(told(&typed(&world, 992, &app.code(after(992))).await), DISABLED);
}

/// What was counted is kept for 90 days; that it is disabled, for good.
#[tokio::test]
async fn it_stays_disabled_when_what_was_counted_is_gone() {
    let (world, app) = disabled(60).await;
    sweep_tries(&world).await;
    for seconds in [1000, 8_640_000] {
        let pending = pending(&world, seconds).await;
        for _ in 0..8 {
            for code in [app.code(after(seconds)), wrong(&app, seconds)] {
                let reply = world.finish(after(seconds), &pending, &code).await;
                assert_eq!(told(&reply), DISABLED, "{seconds}: {reply:?}");
            }
        }
        // Neither is there anything left to guess or to lock.
        assert_eq!(counted(&world).await[1..], [0; 3], "{seconds}");
    }
    let recovered = typed(&world, 8_640_001, &app.recovery_codes[0]).await;
    assert_eq!(recovered.status, 200, "{recovered:?}");
    let session = recovered.text("token");
    let code = app.code(after(8_640_002));
    for endpoint in ["enroll-second-step", "switch-off-second-step", "renew-recovery-codes"] {
        let body = json!({"password": OLD, "code": code});
        let reply = world.signed_in(after(8_640_002), session, endpoint, body).await;
        assert_eq!(told(&reply), DISABLED, "{endpoint}: {reply:?}");
    }
}

#[tokio::test]
async fn a_recovery_code_gets_in_and_another_app_makes_it_whole() {
    for swept in [false, true] {
        let (world, app) = disabled(60).await;
        if swept {
            sweep_tries(&world).await;
        }
        let recovered = typed(&world, 1000, &app.recovery_codes[0]).await;
        assert_eq!(recovered.status, 200, "{recovered:?}");
        let replacement = recovered.text("recovery_code");
        assert_eq!(told(&typed(&world, 1001, &app.code(after(1001))).await), DISABLED);
        // Other recovery codes make no app good again.
        let session = recovered.text("token");
        let body = json!({"password": OLD, "code": replacement});
        let renewed = world.signed_in(after(1002), session, "renew-recovery-codes", body).await;
        assert_eq!(renewed.status, 200, "{renewed:?}");
        assert_eq!(told(&typed(&world, 1003, &app.code(after(1003))).await), DISABLED);

        let recovery = renewed.body["recovery_codes"][0].as_str().unwrap();
        let proof = json!({"password": OLD, "code": recovery});
        let other = enrolled(&world, 1010, session, proof).await;
        assert_eq!(told(&typed(&world, 1011, &app.code(after(1011))).await), DISABLED);
        let reply = confirm(&world, 1012, session, &other.code(after(1012))).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.body["recovery_codes"].as_array().map(Vec::len), Some(10));
        let kept = second_step(&world).await.unwrap();
        assert_eq!((kept.disabled_at, kept.recovery_codes.len()), (None, 10));
        assert_eq!(counted(&world).await, [0; 4]);
        assert_eq!(typed(&world, 1050, &other.code(after(1050))).await.status, 200, "{swept}");
        assert_eq!(told(&typed(&world, 1051, &app.code(after(1051))).await), WRONG, "the old one");
        world.deliver(after(1100)).await;
        assert_eq!(told_off(&world), 1);
    }
}

/// Who has the password goes on guessing while its owner sets another app up.
#[tokio::test]
async fn nobody_locks_the_owner_out_of_setting_another_one_up() {
    let (world, app) = disabled(60).await;
    let recovered = typed(&world, 1000, &app.recovery_codes[0]).await;
    let session = recovered.text("token");
    let proof = json!({"password": OLD, "code": recovered.text("recovery_code")});
    let other = enrolled(&world, 1001, session, proof).await;
    let pending = pending(&world, 1002).await;
    for _ in 0..20 {
        let reply = world.finish(after(1003), &pending, &wrong(&app, 1003)).await;
        assert_eq!(told(&reply), DISABLED, "{reply:?}");
    }
    let reply = confirm(&world, 1004, session, &other.code(after(1004))).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

/// The desk's way out is to switch it off.
#[tokio::test]
async fn an_admin_ends_it_too() {
    let (world, _) = disabled(60).await;
    let off = (http::Method::POST, "/second-step-off");
    assert_eq!(crate::on_mo(&world, 1000, off, &world.admin, Value::Null).await.status, 200);
    let app = world.switch_on(after(1020), MO, OLD).await;
    assert_eq!(typed(&world, 1020, &app.code(after(1020))).await.status, 200);
}
