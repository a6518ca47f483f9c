//! What a recovery by code asks of the store, step by step; and that each step is the same for a
//! login that nobody has.

use http::Method;
use regain_domain::Settings;
use regain_domain::settings::Demand;
use regain_tests::{Request, World, after};
use serde_json::{Value, json};

use super::{MO, OLD, ask, warm};

const ANN: &str = "ann@example.com";
const BO: &str = "bo@example.com";
const NOBODY: &str = "nobody@example.com";
const PHONE: &str = "+31612345678";
const OTHER_PHONE: &str = "+31612345670";

const READ: &str = "GetItem accounts";
const COUNT: &str = "UpdateItem tokens";
const TOLD: &str = "PutItem outbox";
/// Three limits and the captcha.
const PASSED: &str = "TransactWriteItems[UpdateItem tokens, UpdateItem tokens, \
     UpdateItem tokens, UpdateItem tokens]";
const STARTED: &str = "TransactWriteItems[PutItem tokens, PutItem timeline]";
const SENT: &str = "TransactWriteItems[UpdateItem tokens, PutItem outbox]";
const USED: &str = "TransactWriteItems[UpdateItem tokens, PutItem tokens, UpdateItem accounts, \
     PutItem timeline]";
const SUPERSEDED: &str = "TransactWriteItems[UpdateItem tokens, PutItem tokens, \
     UpdateItem accounts, UpdateItem tokens, PutItem timeline]";
const UNLOCKED: &str = "TransactWriteItems[UpdateItem tokens, UpdateItem accounts, \
     DeleteItem tokens, PutItem outbox, PutItem timeline]";
const UNLOCKED_AND_IN: &str = "TransactWriteItems[UpdateItem tokens, UpdateItem accounts, \
     DeleteItem tokens, PutItem outbox, PutItem timeline, PutItem timeline]";
const SIGNED_IN: &str = "TransactWriteItems[ConditionCheckItem accounts, DeleteItem tokens, \
     PutItem timeline]";

/// Asks, and is answered so at the price of these calls.
async fn costs(world: &World, (endpoint, body): (&str, Value), status: u16, expected: &[&str]) {
    let told = format!("{endpoint} {body}");
    let (reply, calls) = ask(world, 2, endpoint, body).await;
    assert_eq!((reply.status, &*calls), (status, &*own(expected)), "{told}: {reply:?}");
}

fn own(calls: &[&str]) -> Vec<String> {
    calls.iter().map(|call| (*call).to_owned()).collect()
}

fn begin(world: &World, login: &str) -> (&'static str, Value) {
    let captcha = world.captcha(after(2));
    let body = json!({"login": login, "reason": "locked_out", "captcha": captcha});
    ("start-recovery", body)
}

fn send(recovery: &str, phone: &str) -> (&'static str, Value) {
    ("send-sms-code", json!({"recovery": recovery, "phone": phone, "channel": "sms"}))
}

fn check(recovery: &str, code: &str) -> (&'static str, Value) {
    ("check-sms-code", json!({"recovery": recovery, "code": code}))
}

#[tokio::test]
async fn start_recovery_is_three_calls_whoever_is_asked_for_and_one_where_it_is_refused() {
    let world = warm().await;
    for login in [MO, ANN, BO, NOBODY] {
        costs(&world, begin(&world, login), 201, &[PASSED, READ, STARTED]).await;
    }
    let (start, mut body) = begin(&world, MO);
    let right = body["captcha"]["answer"].clone();
    body["captcha"]["answer"] = json!("wrong");
    for status in [422, 422, 422, 410] {
        costs(&world, (start, body.clone()), status, &[COUNT]).await;
    }
    body["captcha"]["answer"] = right;
    costs(&world, (start, body.clone()), 410, &[PASSED]).await;
    for forged in ["", "x"] {
        body["captcha"]["id"] = json!(forged);
        let (reply, calls) = ask(&world, 2, start, body.clone()).await;
        assert!(reply.status == 400 || reply.status == 404, "{reply:?}");
        assert_eq!(calls, [""; 0], "{forged:?}");
    }
    for _ in 1..Settings::default().limits.per_login_and_address_hour {
        let _ = ask(&world, 2, "start-recovery", begin(&world, MO).1).await;
    }
    costs(&world, begin(&world, MO), 429, &[PASSED]).await;
}

#[tokio::test]
async fn send_recovery_link_is_two_calls_whoever_is_asked_for() {
    let world = warm().await;
    for login in [MO, BO, NOBODY] {
        let recovery = world.recovery(after(1), login, "forgot_password").await;
        let body = json!({"recovery": recovery});
        for _ in 0..3 {
            costs(&world, ("send-recovery-link", body.clone()), 202, &[COUNT, TOLD]).await;
        }
        costs(&world, ("send-recovery-link", body), 410, &[COUNT]).await;
    }
}

#[tokio::test]
async fn send_sms_code_is_three_calls_with_the_right_number_and_with_a_wrong_one() {
    let world = warm().await;
    for (login, phone) in [(MO, PHONE), (BO, "+31687654321")] {
        let recovery = world.recovery(after(1), login, "forgot_password").await;
        costs(&world, send(&recovery, "no number"), 400, &[]).await;
        costs(&world, send(&recovery, OTHER_PHONE), 422, &[COUNT, READ, TOLD]).await;
        for _ in 0..2 {
            costs(&world, send(&recovery, phone), 202, &[COUNT, READ, SENT]).await;
        }
        costs(&world, send(&recovery, phone), 429, &[COUNT]).await;
    }
    for login in [MO, ANN, NOBODY] {
        let recovery = world.recovery(after(1), login, "forgot_password").await;
        for _ in 0..5 {
            costs(&world, send(&recovery, OTHER_PHONE), 422, &[COUNT, READ, TOLD]).await;
        }
        costs(&world, send(&recovery, OTHER_PHONE), 410, &[COUNT]).await;
    }
}

#[tokio::test]
async fn check_sms_code_is_two_calls_right_or_wrong_and_three_where_another_grant_waits() {
    let world = warm().await;
    for last in [[COUNT, USED].as_slice(), &[COUNT, USED_REFUSED, SUPERSEDED]] {
        let recovery = world.recovery(after(1), MO, "locked_out").await;
        let code = world.sent_code(after(1), &recovery, PHONE).await;
        let wrong = if code == "000000" { "111111" } else { "000000" };
        costs(&world, check(&recovery, "no code"), 400, &[]).await;
        costs(&world, check(&recovery, wrong), 422, &[COUNT, TOLD]).await;
        costs(&world, check(&recovery, &code), 200, last).await;
        costs(&world, check(&recovery, &code), 410, &[COUNT]).await;
    }
    for login in [MO, NOBODY] {
        let recovery = world.recovery(after(1), login, "locked_out").await;
        for _ in 0..5 {
            costs(&world, check(&recovery, "000000"), 422, &[COUNT, TOLD]).await;
        }
        costs(&world, check(&recovery, "000000"), 410, &[COUNT]).await;
    }
}

/// Of a transaction that is refused the calls look the same.
const USED_REFUSED: &str = USED;

#[tokio::test]
async fn not_me_of_a_code_is_three_calls_and_again() {
    let world = warm().await;
    let recovery = world.recovery(after(1), MO, "locked_out").await;
    world.sent_code(after(1), &recovery, PHONE).await;
    let body = json!({"token": world.newest_not_me(MO)});
    let read = "GetItem tokens";
    let ended = "TransactWriteItems[UpdateItem tokens, PutItem timeline]";
    costs(&world, ("withdraw-link", body.clone()), 200, &[read, read, ended]).await;
    costs(&world, ("withdraw-link", body), 200, &[read, read, read]).await;
}

#[tokio::test]
async fn making_a_captcha_and_drawing_it_costs_nothing() {
    let world = World::new().await;
    let (made, calls) = ask(&world, 1, "captcha", json!({})).await;
    assert_eq!((made.status, calls), (201, own(&["GetItem tenants"])));
    world.cloud.forget_calls();
    for drawn in ["image.png", "audio.wav"] {
        let path = format!("captcha/{}/{drawn}", made.text("id"));
        let request = Request::post(&path, &json!({}));
        let request = Request { method: Method::GET, body: Vec::new(), ..request };
        let reply = world.send(after(2), &request).await;
        assert_eq!((reply.status, world.cloud.calls()), (200, Vec::new()), "{drawn}");
    }
}

#[tokio::test]
async fn unlock_is_two_calls_and_one_again() {
    let world = warm().await;
    let grant = world.code_grant(after(1), MO, PHONE, "locked_out").await;
    let unlock = || ("unlock", json!({"grant": grant}));
    let read = "GetItem tokens";
    costs(&world, unlock(), 200, &[read, UNLOCKED]).await;
    costs(&world, unlock(), 200, &[read]).await;
    let dead = world.code_grant(after(1), MO, PHONE, "locked_out").await;
    world.change_account(MO, |account| account.epoch += 1).await;
    let unlock = || ("unlock", json!({"grant": dead}));
    let refused = [read, UNLOCKED];
    costs(&world, unlock(), 410, &refused).await;
    costs(&world, ("unlock", json!({"grant": "x"})), 404, &[]).await;
}

#[tokio::test]
async fn unlock_with_a_password_is_three_calls_and_one_argon2_run_right_or_wrong() {
    let world = warm().await;
    let grant = world.code_grant(after(1), MO, PHONE, "locked_out").await;
    for (password, status, last) in [
        ("wrong", 401, TOLD),
        (OLD, 200, UNLOCKED_AND_IN),
        ("wrong", 401, TOLD),
        (OLD, 200, SIGNED_IN),
    ] {
        let body = json!({"grant": grant, "password": password});
        let (reply, calls) = ask(&world, 2, "unlock", body).await;
        assert_eq!((reply.status, calls), (status, own(&[COUNT, READ, last])), "{password}");
        assert_eq!(reply.log["argon2.runs"], 1, "{password}");
    }
}

#[tokio::test]
async fn a_demanded_captcha_is_used_in_the_one_call_of_the_request() {
    let world = World::with(|settings| settings.captcha.request_reset = Demand::Always).await;
    assert_eq!(ask(&world, 1, "request-reset", json!({})).await.1, ["GetItem tenants"]);
    let accepted = "TransactWriteItems[UpdateItem tokens, UpdateItem tokens, UpdateItem tokens, \
         PutItem outbox]";
    for login in [MO, NOBODY] {
        let mut body = json!({"login": login});
        costs(&world, ("request-reset", body.clone()), 400, &[]).await;
        body["captcha"] = world.captcha(after(2));
        costs(&world, ("request-reset", body.clone()), 202, &[accepted]).await;
        costs(&world, ("request-reset", body.clone()), 410, &[accepted]).await;
        body["captcha"] = world.captcha(after(2));
        body["captcha"]["answer"] = json!("wrong");
        costs(&world, ("request-reset", body), 422, &[COUNT]).await;
    }
}
