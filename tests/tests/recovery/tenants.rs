//! A recovery at one tenant is nothing to another.

use regain_domain::hashing::{Cost, Hasher};
use regain_domain::{Settings, TenantId};
use regain_tests::{Account, Reply, World, after};
use serde_json::{Value, json};

use crate::steps::start_body;
use crate::{MO, NEW, OLD, ON_FILE, at, other_code};

const THERE: &str = "other";
const PHONE_THERE: &str = "+31687650032";

fn there() -> TenantId {
    TenantId::parse(THERE).unwrap()
}

/// Mo at both tenants, with the same password and another number.
async fn both() -> World {
    let world = World::new().await;
    let settings = Settings { name: "Other".to_owned(), ..Settings::default() };
    world.create_tenant(&there(), &settings).await;
    let mo = Account {
        login: MO,
        password: Some(OLD),
        last_name: "Jansen",
        phone: Some(PHONE_THERE),
        blocked: None,
    };
    let hasher = Hasher::new(Cost { memory_kib: 64, passes: 1 });
    world.create(&there(), &mo, &hasher).await;
    world
}

async fn call(world: &World, seconds: i64, endpoint: &str, body: Value) -> Reply {
    at(world, THERE, after(seconds), endpoint, body).await
}

/// Goes all the way to a grant at the other tenant.
async fn recovered(world: &World, reason: &str) -> (String, String, String) {
    let mut body = start_body(MO, &world.captcha_at(&there(), after(0)));
    body["reason"] = json!(reason);
    let started = call(world, 0, "start-recovery", body).await;
    assert_eq!(started.body["methods"][0]["hint"], "32", "{started:?}");
    let recovery = started.text("recovery").to_owned();
    let body = json!({"recovery": recovery, "phone": PHONE_THERE, "channel": "sms"});
    assert_eq!(call(world, 0, "send-sms-code", body).await.status, 202);
    world.deliver(after(0)).await;
    let code = world.newest_code(PHONE_THERE);
    let body = json!({"recovery": recovery, "code": code});
    let typed = call(world, 1, "check-sms-code", body).await;
    assert_eq!(typed.status, 200, "{typed:?}");
    (recovery, code, typed.text("grant").to_owned())
}

/// What is at rest of a tenant.
fn at_rest(world: &World, tenant: &str) -> Vec<(String, Value)> {
    let mut items = world.cloud.dump().unwrap();
    items.retain(|(_, item)| {
        let key = item["pk"]["S"].as_str().unwrap_or_default();
        key == tenant || key.starts_with(&format!("{tenant}#"))
    });
    items
}

#[tokio::test]
async fn what_is_done_in_one_changes_no_item_of_the_other() {
    let world = both().await;
    let before = at_rest(&world, "demo");
    assert!(before.len() > 4);
    for reason in ["forgot_password", "locked_out"] {
        let (recovery, code, grant) = recovered(&world, reason).await;
        let wrong = json!({"recovery": recovery, "code": other_code(&code)});
        assert_eq!(call(&world, 2, "check-sms-code", wrong).await.status, 410);
        let used = match reason {
            "locked_out" => call(&world, 3, "unlock", json!({"grant": grant})).await,
            _ => call(&world, 3, "set-password", json!({"grant": grant, "password": NEW})).await,
        };
        assert_eq!(used.status, 200, "{used:?}");
        world.deliver(after(4)).await;
    }
    assert_eq!(at_rest(&world, "demo"), before);
    assert_eq!(world.sign_in(after(5), MO, OLD).await.0, 200);
    assert_eq!(world.sign_in(after(5), MO, NEW).await.0, 401);
}

#[tokio::test]
async fn what_was_issued_in_one_is_unknown_in_the_other() {
    let world = both().await;
    let (recovery, code, grant) = recovered(&world, "forgot_password").await;
    world.deliver(after(1)).await;
    let report = world.newest_not_me(MO);
    let (.., unlock) = recovered(&world, "locked_out").await;
    for (endpoint, body, problem) in [
        (
            "send-sms-code",
            json!({"recovery": recovery, "phone": ON_FILE, "channel": "sms"}),
            "recovery_unknown",
        ),
        ("check-sms-code", json!({"recovery": recovery, "code": code}), "recovery_unknown"),
        ("send-recovery-link", json!({"recovery": recovery}), "recovery_unknown"),
        ("set-password", json!({"grant": grant, "password": NEW}), "grant_unknown"),
        ("unlock", json!({"grant": unlock}), "grant_unknown"),
        ("unlock", json!({"grant": unlock, "password": OLD}), "grant_unknown"),
        ("withdraw-link", json!({"token": report}), "link_unknown"),
    ] {
        let reply = world.post(after(2), endpoint, body).await;
        assert_eq!((reply.status, reply.code()), (404, problem), "{endpoint}");
    }
    let set = call(&world, 3, "set-password", json!({"grant": grant, "password": NEW})).await;
    assert_eq!(set.status, 200, "and all of it works where it is from: {set:?}");
}

/// A number on file at the one is no number of the other.
#[tokio::test]
async fn the_number_of_the_one_is_wrong_at_the_other() {
    let world = both().await;
    let recovery = world.recovery(after(0), MO, "locked_out").await;
    let reply = world.ask_code(after(0), &recovery, PHONE_THERE, "sms").await;
    assert_eq!((reply.status, reply.code()), (422, "phone_mismatch"));
    let code = world.sent_code(after(0), &recovery, ON_FILE).await;
    let (_, foreign, _) = recovered(&world, "locked_out").await;
    if foreign != code {
        let typed = world.type_code(after(1), &recovery, &foreign).await;
        assert_eq!((typed.status, typed.code()), (422, "code_wrong"));
    }
    assert_eq!(world.type_code(after(1), &recovery, &code).await.status, 200);
}

#[tokio::test]
async fn a_captcha_of_the_one_is_unknown_at_the_other_and_stays_good_where_it_is_from() {
    let world = both().await;
    let captcha = world.captcha_at(&there(), after(0));
    let here = world.post(after(0), "start-recovery", start_body(MO, &captcha)).await;
    assert_eq!((here.status, here.code()), (404, "captcha_unknown"));
    assert_eq!(call(&world, 0, "start-recovery", start_body(MO, &captcha)).await.status, 201);
}

/// Who is over the limit of requests at the one may still start at the other.
#[tokio::test]
async fn limits_of_the_one_do_not_hold_at_the_other() {
    let world = both().await;
    for n in 0..6 {
        let status = world.start(after(n), MO, "locked_out").await.status;
        assert_eq!(status, if n < 5 { 201 } else { 429 });
    }
    recovered(&world, "locked_out").await;
}
