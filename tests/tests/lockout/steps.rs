//! What every file here needs: passwords that are wrong, and ways to see what was looked at.

use http::Method;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use regain_domain::Settings;
use regain_domain::tries::Tries;
use regain_tests::{Reply, Request, World, after};
use serde_json::{Value, json};

pub(crate) const MO: &str = "mo@example.com";
pub(crate) const ANN: &str = "ann@example.com";
pub(crate) const BO: &str = "bo@example.com";
pub(crate) const WITHOUT_PASSWORD: &str = "new@example.com";
pub(crate) const NOBODY: &str = "nobody@example.com";
/// Mo's number.
pub(crate) const PHONE: &str = "+31612345678";
/// Mo's password.
pub(crate) const RIGHT: &str = "Zeilboot7";
pub(crate) const WRONG: &str = "Zeilboot8";
/// What Mo chooses instead.
pub(crate) const NEW: &str = "Molenwiek42";

/// A wrong password.
pub(crate) const FAILED: (u16, &str) = (401, "sign_in_failed");
/// The right one, while locked.
pub(crate) const LOCKED: (u16, &str) = (423, "account_locked");

/// One address tries as often as it likes.
pub(crate) fn without_limits(settings: &mut Settings) {
    settings.limits.per_login_and_address_hour = 10_000;
    settings.limits.per_address_hour = 10_000;
}

/// A world where one address tries as often as it likes.
pub(crate) async fn world(change: impl FnOnce(&mut Settings)) -> World {
    World::with(|settings| {
        without_limits(settings);
        change(settings);
    })
    .await
}

pub(crate) async fn sign_in(world: &World, seconds: i64, login: &str, password: &str) -> Reply {
    let body = json!({"login": login, "password": password});
    world.post(after(seconds), "sign-in", body).await
}

/// So many wrong passwords, one after another.
pub(crate) async fn wrong(world: &World, seconds: i64, login: &str, times: u32) {
    for n in 0..times {
        let reply = sign_in(world, seconds, login, WRONG).await;
        assert_eq!((reply.status, reply.code()), FAILED, "{n}: {reply:?}");
    }
}

/// Fills the counter until nothing more is looked at, and lets the mails go.
pub(crate) async fn shut(world: &World, seconds: i64, login: &str) {
    let before = looked_at(world);
    loop {
        let so_far = looked_at(world);
        let reply = sign_in(world, seconds, login, WRONG).await;
        assert!([401, 429].contains(&reply.status), "{reply:?}");
        if looked_at(world) == so_far {
            break;
        }
        assert!(so_far < before + 20, "it is never shut");
    }
    world.deliver(after(seconds)).await;
}

/// Wrong passwords that were compared with a stored hash so far, of any account: each is told by
/// the outbox or, once that is delivered, by the timeline; one that was refused unseen is in neither.
pub(crate) fn looked_at(world: &World) -> usize {
    let waiting = world.outbox().into_iter();
    let waiting = waiting.filter(|item| item.to_string().contains(r#""of":"password""#));
    let told = world.cloud.items("timeline").unwrap().into_iter();
    let told = told.filter(|entry| entry["event"]["S"] == "sign_in_failed");
    waiting.count() + told.count()
}

/// What is counted for a login.
pub(crate) async fn tries(world: &World, login: &str) -> Tries {
    world
        .store
        .tries(&world.tenant(), regain_store::TriesOf::Password(&world.place(login)))
        .await
        .unwrap()
}

/// The same in short: begun, failed, begun while locked, in a row.
pub(crate) async fn counted(world: &World, login: &str) -> [u32; 4] {
    let tries = tries(world, login).await;
    [tries.begun, tries.failed, tries.while_locked, tries.in_a_row]
}

/// How often the timeline of an account tells of an event.
pub(crate) async fn count(world: &World, login: &str, event: &str) -> usize {
    world.events(login).await.iter().filter(|told| *told == event).count()
}

/// An account as the desk reads it.
pub(crate) async fn account_at(world: &World, seconds: i64, account_id: &str) -> Value {
    let path = format!("tenants/demo/accounts/{account_id}");
    let reply = world.admin_at(after(seconds), Method::GET, &path, &world.desk, Value::Null).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body
}

/// The subjects of the mails to an address, oldest first.
pub(crate) fn subjects(world: &World, to: &str) -> Vec<String> {
    let mut mails = world.cloud.messages(Some(to));
    mails.reverse();
    mails.into_iter().map(|mail| mail.subject.unwrap()).collect()
}

/// Locks Mo's account and clicks the link in the mail; gives the grant.
pub(crate) async fn mailed_grant(world: &World, seconds: i64) -> String {
    world.lock(after(seconds), MO).await;
    world.grant(after(seconds), &world.newest_token(MO)).await
}

/// Types the right code for Mo; gives the grant.
pub(crate) async fn code_grant(world: &World, seconds: i64, reason: &str) -> String {
    world.code_grant(after(seconds), MO, PHONE, reason).await
}

/// A body without what differs between any two.
pub(crate) fn masked(reply: &Reply) -> Value {
    let mut body = reply.body.clone();
    assert_eq!(body["support_code"].as_str().map(str::len), Some(7), "{body}");
    body["support_code"] = json!("masked");
    body["request_id"] = json!("masked");
    body
}

/// Code, reason, moment and remedy of a death.
pub(crate) fn deaths(reply: &Reply) -> [&str; 4] {
    assert_eq!(reply.status, 410, "{reply:?}");
    [reply.code(), reply.text("reason"), reply.text("at"), reply.text("remedy")]
}

/// Disables Mo's password, as a hundred wrong ones do, and locks the account.
pub(crate) async fn disabled(world: &World, seconds: i64) {
    world.change_account(MO, |mo| mo.password_disabled_at = Some(after(seconds))).await;
    wrong(world, seconds, MO, 6).await;
    world.deliver(after(seconds)).await;
}

/// What a session says, after its signature was verified as anyone can.
pub(crate) async fn verified(world: &World, reply: &Reply) -> Value {
    assert_eq!((reply.status, reply.text("token_type")), (200, "Bearer"), "{reply:?}");
    let request = Request::post("jwks.json", &json!({}));
    let request = Request { method: Method::GET, body: Vec::new(), ..request };
    let keys: JwkSet = serde_json::from_value(world.send(after(0), &request).await.body).unwrap();
    let token = reply.text("token");
    let header = decode_header(token).unwrap();
    let key = keys.find(header.kid.as_deref().unwrap_or_default()).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.set_audience(&["demo"]);
    validation.set_issuer(&["http://127.0.0.1:9000/v1/demo"]);
    let claims = decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &validation);
    claims.unwrap().claims
}
