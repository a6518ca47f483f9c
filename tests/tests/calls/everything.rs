//! Everything that every function does, in one world: whatever right none of it uses, no function
//! needs.

use http::Method;
use regain_domain::hashing::{Cost, Hasher};
use regain_domain::password::Password;
use regain_local::{Chaos, SenderChaos};
use regain_tests::{World, after};
use serde_json::{Value, json};

use super::sign_in::begin;
use super::signing_in::ways_in;
use super::{MO, NEW, OLD};

/// Lives through it.
pub(super) async fn everything() -> World {
    let mut world = World::with_cost(Cost { memory_kib: 128, passes: 1 }, |settings| {
        settings.limits.per_login_and_address_hour = 100;
        settings.validity.same_link_window_seconds = 60;
        settings.temporary_passwords_enabled = true;
    })
    .await;
    let cheap = Hasher::new(Cost { memory_kib: 64, passes: 1 });
    let phc = cheap.hash(&Password::parse(OLD).unwrap(), [1; 16]).unwrap();
    world.change_account(MO, |account| account.password_phc = Some(phc)).await;
    world.cloud.forget_calls();
    // Boxed, for together they are more than the stack of a thread.
    Box::pin(recoveries(&world)).await;
    Box::pin(reports(&world)).await;
    Box::pin(codes(&world)).await;
    Box::pin(locks(&world)).await;
    Box::pin(back_office(&world)).await;
    Box::pin(ways_in(&mut world)).await;
    Box::pin(a_tenant_ends(&world)).await;
    world
}

async fn recoveries(world: &World) {
    assert_eq!(world.sign_in(after(0), MO, OLD).await.0, 200); // with a rehash
    assert_eq!(world.sign_in(after(0), MO, OLD).await.0, 200); // without
    assert_eq!(world.sign_in(after(0), MO, "x").await.0, 401);
    assert_eq!(world.sign_in(after(0), "bo@example.com", "Klompen99").await.0, 403);
    for login in ["nobody@example.com", "bo@example.com", MO] {
        world.request(after(1), login).await;
    }
    let ses = SenderChaos { fail_next: 1, ..SenderChaos::default() };
    world.cloud.set_chaos(Chaos { ses, ..Chaos::default() });
    world.deliver(after(2)).await;
    world.schedule(after(100)).await;
    let first = world.newest_token(MO);
    world.reset_token(after(101), MO).await; // supersedes
    let token = world.reset_token(after(102), MO).await; // the same again
    world.check(after(103), &first).await;
    world.check(after(103), &token).await;
    let grant = world.grant(after(104), &token).await;
    assert_eq!(world.set(after(105), &grant, "weak").await.status, 422);
    assert_eq!(world.set(after(106), &grant, NEW).await.status, 200);
    world.deliver(after(107)).await;
    assert_eq!(world.not_me(after(108), &token).await.status, 200);
}

async fn reports(world: &World) {
    let token = world.reset_token(after(300), MO).await;
    assert_eq!(world.not_me(after(301), &token).await.status, 200);
    let token = world.reset_token(after(310), MO).await;
    let grant = world.grant(after(311), &token).await;
    world.change_account(MO, |account| account.epoch += 1).await; // the grant ends with it
    assert_eq!(world.set(after(312), &grant, OLD).await.status, 410);
    world.request(after(313), MO).await;
    // A day of failing mail: given up.
    let ses = SenderChaos { fail_next: 1000, ..SenderChaos::default() };
    world.cloud.set_chaos(Chaos { ses, ..Chaos::default() });
    world.deliver(after(314)).await;
    world.schedule(after(314 + 86_400)).await;
    world.cloud.set_chaos(Chaos::default());
}

async fn codes(world: &World) {
    let (now, phone) = (after(87_000), "+31612345678");
    assert_eq!(world.post(now, "captcha", json!({})).await.status, 201);
    let recovery = world.recovery(now, MO, "locked_out").await;
    let mailed = world.post(now, "send-recovery-link", json!({"recovery": recovery})).await;
    assert_eq!(mailed.status, 202);
    assert_eq!(world.ask_code(now, &recovery, "+31612345670", "sms").await.status, 422);
    for channel in ["sms", "voice"] {
        assert_eq!(world.ask_code(now, &recovery, phone, channel).await.status, 202);
        world.deliver(now).await;
    }
    let code = world.newest_code(phone);
    let wrong = if code == "000000" { "111111" } else { "000000" };
    assert_eq!(world.type_code(now, &recovery, wrong).await.status, 422);
    let typed = world.type_code(now, &recovery, &code).await;
    let grant = typed.text("grant");
    assert_eq!(world.unlock_with(now, grant, "wrong").await.status, 401);
    assert_eq!(world.unlock(now, grant).await.status, 200);
    assert_eq!(world.unlock_with(now, grant, NEW).await.status, 200);
    world.deliver(now).await;
}

async fn locks(world: &World) {
    world.lock(after(87_000), MO).await;
    assert_eq!(world.sign_in(after(87_000), MO, NEW).await.0, 423);
    // The hundredth in a row.
    let ann = "ann@example.com";
    begin(world, (after(87_000), ann), 95).await;
    world.lock(after(87_031), ann).await;
    assert!(world.account(ann).await.password_disabled_at.is_some());
}

async fn ask(world: &World, method: Method, path: &str, body: Value) -> Value {
    let reply = world.admin_at(after(90_000), method, path, &world.operator, body).await;
    assert!(reply.status < 300, "{path}: {reply:?}");
    reply.body
}

async fn back_office(world: &World) {
    let (get, post) = (Method::GET, Method::POST);
    let (patch, delete) = (Method::PATCH, Method::DELETE);
    world.lock(after(90_000), MO).await;
    ask(world, post.clone(), "tenants/demo/accounts/id-of-mo/unlock", Value::Null).await;
    // Who has no password yet can have a reset and an invite at once.
    let fresh = "tenants/demo/accounts/id-of-new";
    let of_fresh = |end: &str| format!("{fresh}/{end}");
    let made = json!({"login": "jo@example.com", "password": "Molenwiek42"});
    ask(world, post.clone(), "tenants/demo/accounts", made).await;
    ask(world, get.clone(), "tenants/demo/accounts", Value::Null).await;
    for kind in ["reset", "invite"] {
        ask(world, post.clone(), &of_fresh("send-link"), json!({"kind": kind})).await;
    }
    world.deliver(after(90_000)).await;
    ask(world, patch, fresh, json!({"login": "new2@example.com"})).await; // kills both
    ask(world, post.clone(), &of_fresh("block"), json!({"reason": "other"})).await;
    ask(world, post.clone(), &of_fresh("unblock"), Value::Null).await;
    let path = of_fresh("temporary-password");
    let temporary = ask(world, post, &path, Value::Null).await;
    world.deliver(after(90_000)).await;
    let password = temporary["password"].as_str().unwrap();
    for _ in 0..2 {
        assert_eq!(world.sign_in(after(90_001), "new2@example.com", password).await.0, 403);
    }
    ask(world, get.clone(), &of_fresh("timeline"), Value::Null).await;
    let code = world.request(after(90_002), "new2@example.com").await;
    world.deliver(after(90_002)).await;
    let story = format!("tenants/demo/support/{}", code.text("support_code"));
    ask(world, get, &story, Value::Null).await;
    ask(world, delete, fresh, Value::Null).await;
}

async fn a_tenant_ends(world: &World) {
    let (get, post) = (Method::GET, Method::POST);
    let (patch, delete) = (Method::PATCH, Method::DELETE);
    ask(world, post.clone(), "tenants", json!({"tenant": "zuid", "name": "Zuid"})).await;
    ask(world, get.clone(), "tenants", Value::Null).await;
    let key = ask(world, post, "tenants/zuid/api-keys", json!({"role": "desk"})).await;
    let key = format!("tenants/zuid/api-keys/{}", key["id"].as_str().unwrap());
    ask(world, patch, "tenants/zuid/settings", json!({"name": "Z"})).await;
    ask(world, delete.clone(), &key, Value::Null).await;
    let lines = "{\"login\":\"al@example.com\"}\n{\"login\":\"ed@example.com\"}\n";
    world.import(after(90_003), "zuid", &world.operator, lines).await;
    ask(world, delete, "tenants/zuid", Value::Null).await;
    world.deliver(after(90_004)).await;
    for minute in 1..6 {
        world.schedule(after(90_004 + 60 * minute)).await;
    }
    let left = world.cloud.items("accounts").unwrap();
    assert!(left.iter().all(|item| !item.to_string().contains("zuid")), "{left:?}");
}
