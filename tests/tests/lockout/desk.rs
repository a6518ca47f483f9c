//! What the service desk sees of a lock, and takes off.

use http::Method;
use regain_domain::api_key::Role;
use regain_domain::{Settings, TenantId};
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{
    MO, NOBODY, RIGHT, WRONG, account_at, count, counted, looked_at, sign_in, subjects, world,
    wrong,
};

const PATH: &str = "tenants/demo/accounts/id-of-mo/unlock";

async fn take_off(world: &World, seconds: i64, key: &str) -> Reply {
    world.admin_at(after(seconds), Method::POST, PATH, key, Value::Null).await
}

#[tokio::test]
async fn every_role_takes_a_lock_off_and_the_mail_says_who_did() {
    for role in [Role::Desk, Role::Admin, Role::Operator] {
        let world = world(|_| {}).await;
        wrong(&world, 0, MO, 7).await;
        world.deliver(after(1)).await;
        let key = world.key(role).to_owned();
        let reply = take_off(&world, 10, &key).await;
        assert_eq!((reply.status, reply.text("login")), (200, MO), "{role:?}");
        assert_eq!(reply.body.get("lock"), None, "{role:?}");
        assert_eq!(counted(&world, MO).await, [0; 4], "{role:?}");
        assert_eq!(sign_in(&world, 11, MO, RIGHT).await.status, 200, "{role:?}");
        world.deliver(after(12)).await;
        let mail = world.newest_mail(MO);
        let subject = "The service desk of Demo unlocked your account (at 15:00)";
        assert_eq!(mail.subject.as_deref(), Some(subject), "{role:?}");
        assert_eq!(mail.links, [], "there is no link of which to say \"not me\"");
        let path = "tenants/demo/accounts/id-of-mo/timeline";
        let told = world.admin(Method::GET, path, &world.desk, Value::Null).await;
        let events = told.body["events"].as_array().unwrap();
        let event = events.iter().find(|event| event["event"] == "account_unlocked").unwrap();
        assert_eq!((&event["cause"], &event["actor"]), (&json!("by_desk"), &json!("key")));
        assert!(event["key_id"].is_string(), "{event}");
        let code = event["support_code"].as_str().unwrap();
        let path = format!("tenants/demo/support/{code}");
        let story = world.admin(Method::GET, &path, &world.desk, Value::Null).await;
        assert_eq!((story.status, story.text("outcome")), (200, "account_unlocked"));
    }
}

#[tokio::test]
async fn what_is_not_locked_is_left_as_it_is_and_nobody_is_mailed() {
    for (wrong_ones, seconds) in [(0, 10), (4, 10), (5, 900), (10, 900)] {
        let world = world(|_| {}).await;
        wrong(&world, 0, MO, wrong_ones).await;
        world.deliver(after(1)).await;
        let (before, mails) = (counted(&world, MO).await, subjects(&world, MO));
        for _ in 0..20 {
            let reply = take_off(&world, seconds, &world.desk).await;
            assert_eq!((reply.status, reply.text("login")), (200, MO), "{wrong_ones}");
        }
        assert_eq!(counted(&world, MO).await, before, "{wrong_ones}");
        assert_eq!(world.outbox(), [] as [Value; 0], "{wrong_ones}");
        assert_eq!(subjects(&world, MO), mails, "{wrong_ones}");
        assert_eq!(count(&world, MO, "account_unlocked: by_desk").await, 0, "{wrong_ones}");
    }
}

#[tokio::test]
async fn another_tenants_key_finds_no_account_and_no_key_is_no_key() {
    let world = world(|_| {}).await;
    let other = TenantId::parse("other").unwrap();
    let settings = Settings { name: "Other".to_owned(), ..Settings::default() };
    let others_admin = world.create_tenant(&other, &settings).await;
    let others_desk = world.create_key(&other, Role::Desk).await;
    wrong(&world, 0, MO, 5).await;
    for key in [&others_admin, &others_desk] {
        let reply = take_off(&world, 1, key).await;
        assert!([403, 404].contains(&reply.status), "{reply:?}");
        let path = "tenants/other/accounts/id-of-mo/unlock";
        let reply = world.admin_at(after(1), Method::POST, path, key, Value::Null).await;
        assert_eq!((reply.status, reply.code()), (404, "account_unknown"));
    }
    assert_eq!(take_off(&world, 1, "rk_none").await.status, 401);
    let unknown = "tenants/demo/accounts/id-of-none/unlock";
    let reply = world.admin_at(after(1), Method::POST, unknown, &world.desk, Value::Null).await;
    assert_eq!((reply.status, reply.code()), (404, "account_unknown"));
    assert_eq!(sign_in(&world, 2, MO, RIGHT).await.status, 423);
}

/// Who has a key, or has stolen one, must not be able to fill somebody's mailbox.
#[tokio::test]
async fn past_its_notices_of_the_hour_a_lock_stays_and_the_desk_hears_when() {
    let world = world(|settings| settings.limits.mails_per_login_hour = 2).await;
    for seconds in [0, 10] {
        wrong(&world, seconds, MO, 5).await;
        assert_eq!(take_off(&world, seconds, &world.desk).await.status, 200);
    }
    wrong(&world, 3000, MO, 5).await;
    for (seconds, retry_after) in [(3000, "600"), (3599, "1")] {
        let reply = take_off(&world, seconds, &world.desk).await;
        let told = (reply.status, reply.code(), reply.header("retry-after"));
        assert_eq!(told, (429, "too_many_requests", retry_after));
    }
    assert_eq!(sign_in(&world, 3599, MO, RIGHT).await.status, 423);
    assert_eq!(take_off(&world, 3600, &world.desk).await.status, 200);
    assert_eq!(sign_in(&world, 3601, MO, RIGHT).await.status, 200);
}

#[tokio::test]
async fn twenty_desks_at_once_take_it_off_and_tell_at_least_once() {
    let world = world(|_| {}).await;
    wrong(&world, 0, MO, 5).await;
    let replies = (0..20).map(|_| take_off(&world, 10, &world.desk));
    for reply in futures_util::future::join_all(replies).await {
        assert!([200, 429, 503].contains(&reply.status), "{reply:?}");
    }
    assert_eq!(sign_in(&world, 11, MO, RIGHT).await.status, 200);
    world.deliver(after(12)).await;
    let told = subjects(&world, MO);
    let by_desk = told.iter().filter(|subject| subject.contains("service desk")).count();
    assert!((1..=10).contains(&by_desk), "never more than the limit: {by_desk}");
}

#[tokio::test]
async fn an_account_shows_its_lock_while_there_is_one() {
    let world = world(|_| {}).await;
    for (seconds, wrong_ones, lock) in [
        (0, 4, Value::Null),
        (30, 1, json!({"since": after(30), "until": after(930)})),
        (929, 3, json!({"since": after(30), "until": after(930)})),
        (930, 0, Value::Null),
        (931, 4, Value::Null),
        (940, 1, json!({"since": after(940), "until": after(1840)})),
    ] {
        wrong(&world, seconds, MO, wrong_ones).await;
        let account = account_at(&world, seconds, "id-of-mo").await;
        assert_eq!(account["lock"], lock, "{seconds}");
        let other = account_at(&world, seconds, "id-of-ann").await;
        assert_eq!(other.get("lock"), None, "{seconds}");
    }
}

async fn story(world: &World, failed: &Reply) -> Value {
    let path = format!("tenants/demo/support/{}", failed.text("support_code"));
    let reply = world.admin(Method::GET, &path, &world.desk, Value::Null).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body
}

#[tokio::test]
async fn a_failed_sign_in_has_a_story_by_its_code_also_when_nothing_was_looked_at() {
    let world = world(|_| {}).await;
    for n in 0..14 {
        let failed = sign_in(&world, n, MO, WRONG).await;
        let before = world.events(MO).await.len();
        world.deliver(after(n)).await;
        let story = story(&world, &failed).await;
        assert_eq!(story["outcome"], "sign_in_failed", "{n}: {story}");
        assert_eq!(story["account_id"], "id-of-mo", "{n}");
        let is_shut = n >= 10;
        assert_eq!(story.get("cause").is_some(), is_shut, "{n}: {story}");
        if is_shut {
            assert_eq!(story["cause"], "too_many_tries", "{n}");
            assert_eq!(world.events(MO).await.len(), before, "a shut door fills no timeline: {n}");
        }
        let link = story.get("link");
        assert_eq!(link, None, "the lock's mail has a code of its own: {n}");
    }
    assert_eq!(count(&world, MO, "sign_in_failed").await, looked_at(&world));
    let refused = sign_in(&world, 900, NOBODY, WRONG).await;
    world.deliver(after(900)).await;
    assert_eq!(story(&world, &refused).await["outcome"], "no_such_account");
}

#[tokio::test]
async fn a_right_password_that_a_lock_refused_has_a_story_too() {
    let world = world(|_| {}).await;
    wrong(&world, 0, MO, 5).await;
    let refused = sign_in(&world, 1, MO, RIGHT).await;
    assert_eq!(refused.status, 423);
    let story = story(&world, &refused).await;
    assert_eq!(
        (&story["outcome"], &story["cause"]),
        (&json!("sign_in_refused"), &json!("account_locked"))
    );
    assert_eq!(count(&world, MO, "sign_in_refused: account_locked").await, 1);
}

#[tokio::test]
async fn the_mail_of_a_lock_has_a_story_by_the_code_in_it() {
    let world = world(|_| {}).await;
    wrong(&world, 0, MO, 5).await;
    world.deliver(after(1)).await;
    let path = "tenants/demo/accounts/id-of-mo/timeline";
    let told = world.admin(Method::GET, path, &world.desk, Value::Null).await;
    let events = told.body["events"].as_array().unwrap();
    let locked = events.iter().find(|event| event["event"] == "account_locked").unwrap();
    assert_eq!(locked["actor"], "system");
    let code = locked["support_code"].as_str().unwrap();
    assert!(world.newest_mail(MO).text.contains(code));
    let path = format!("tenants/demo/support/{code}");
    let story = world.admin(Method::GET, &path, &world.desk, Value::Null).await;
    assert_eq!(story.body["link"]["purpose"], "unlock", "{story:?}");
    assert_eq!(story.body["link"]["state"], "sent", "{story:?}");
}
