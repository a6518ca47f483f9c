//! What every file of this suite does or looks at.

use http::Method;
use jiff::Timestamp;
use regain_domain::provider::{Identity, IdentityRef};
use regain_domain::{Provider, Settings};
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

/// Mo's login and password.
pub(crate) const MO: &str = "mo@example.com";
pub(crate) const RIGHT: &str = "Zeilboot7";
/// What Mo chooses instead.
pub(crate) const NEW: &str = "Molenwiek42";
pub(crate) const ANN: &str = "ann@example.com";
pub(crate) const BO: &str = "bo@example.com";
pub(crate) const NOBODY: &str = "nobody@example.com";
/// Has no password.
pub(crate) const WITHOUT_PASSWORD: &str = "new@example.com";
pub(crate) const MO_ID: &str = "tenants/demo/accounts/id-of-mo";
/// 15 minutes.
pub(crate) const MIN15: i64 = 900;
/// Where Mo wants to go afterwards.
pub(crate) const BACK: &str = "https://app.example/done";

/// One address asks and tries as often as it likes.
pub(crate) fn without_limits(settings: &mut Settings) {
    settings.limits.per_login_and_address_hour = 10_000;
    settings.limits.per_address_hour = 10_000;
    settings.limits.mails_per_login_hour = 10_000;
}

/// A world where one address asks as often as it likes.
pub(crate) async fn world(change: impl FnOnce(&mut Settings)) -> World {
    World::with(|settings| {
        without_limits(settings);
        change(settings);
    })
    .await
}

/// Asks for a link; nothing is processed yet.
pub(crate) async fn ask(world: &World, seconds: i64, login: &str) -> Reply {
    world.post(after(seconds), "magic-login", json!({"login": login})).await
}

/// What a reply says of a death: status, code, reason if any, moment, remedy.
pub(crate) fn death(reply: &Reply) -> Value {
    assert!(reply.status != 410 || reply.text("support_code").len() == 7, "{reply:?}");
    let mut told = json!({"status": reply.status, "code": reply.code()});
    for name in ["reason", "at", "remedy"] {
        if let Some(value) = reply.body.get(name) {
            told[name] = value.clone();
        }
    }
    told
}

/// The same, as expected.
pub(crate) fn gone(code: &str, at: Timestamp, remedy: &str) -> Value {
    json!({"status": 410, "code": code, "at": at, "remedy": remedy})
}

/// The same of a withdrawal, which has a reason.
pub(crate) fn withdrawn(reason: &str, at: Timestamp, remedy: &str) -> Value {
    let code = "link_withdrawn";
    json!({"status": 410, "code": code, "reason": reason, "at": at, "remedy": remedy})
}

/// Status and code.
pub(crate) fn outcome(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.code())
}

/// Redeems a link, which is all that is asked for; gives the session.
pub(crate) async fn session(world: &World, seconds: i64, token: &str) -> String {
    let reply = world.redeem(after(seconds), token).await;
    assert_eq!((reply.status, reply.text("token_type")), (200, "Bearer"), "{reply:?}");
    assert_eq!(reply.body["methods"], json!(["link"]));
    reply.text("token").to_owned()
}

/// Whether a session stands, and how it ended if not.
pub(crate) async fn stands(world: &World, seconds: i64, session: &str) -> (u16, String) {
    let reply = world.session(after(seconds), session).await;
    (reply.status, reply.code().to_owned())
}

/// An account signs in with a provider from now on, and with nothing else if it has no password.
pub(crate) async fn linked(world: &World, login: &str) {
    let identity = IdentityRef::of(&world.tenant(), "https://issuer.example", login);
    let linked = Identity { identity, linked_at: after(-500) };
    world
        .change_account(login, |account| {
            account.identities.insert(Provider::Google, linked);
        })
        .await;
}

/// A call of the back office as its admin.
pub(crate) async fn office(world: &World, seconds: i64, method: Method, path: &str, body: Value) {
    let reply = world.admin_at(after(seconds), method, path, &world.admin, body).await;
    assert!([200, 202, 204].contains(&reply.status), "{path}: {reply:?}");
}

/// How often the timeline of an account tells of an event.
pub(crate) async fn count(world: &World, login: &str, event: &str) -> usize {
    world.events(login).await.iter().filter(|told| *told == event).count()
}

/// The subjects of the mails to an address, oldest first.
pub(crate) fn subjects(world: &World, to: &str) -> Vec<String> {
    let mut mails = world.cloud.messages(Some(to));
    mails.reverse();
    mails.into_iter().map(|mail| mail.subject.unwrap()).collect()
}
