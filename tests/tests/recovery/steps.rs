//! What more than one of these files needs.

use http::Method;
use jiff::Timestamp;
use regain_domain::{AccountRef, Login, Settings, TenantId};
use regain_local::{Channel, Message};
use regain_tests::{Reply, Request, World, plain};
use serde_json::{Value, json};

pub(crate) const MO: &str = "mo@example.com";
/// Has no phone.
pub(crate) const ANN: &str = "ann@example.com";
/// Is blocked.
pub(crate) const BO: &str = "bo@example.com";
pub(crate) const NOBODY: &str = "nobody@example.com";
pub(crate) const OLD: &str = "Zeilboot7";
pub(crate) const NEW: &str = "Molenwiek42";
/// The number of Mo, as a person types it and as it is kept.
pub(crate) const TYPED: &str = "06 12345678";
pub(crate) const ON_FILE: &str = "+31612345678";
/// A number that is nobody's.
pub(crate) const OTHER: &str = "06 11111111";

/// Settings under which nothing but the limits of a recovery itself is ever reached.
pub(crate) fn open(settings: &mut Settings) {
    settings.limits.per_login_and_address_hour = 10_000;
    settings.limits.per_address_hour = 10_000;
    settings.limits.mails_per_login_hour = 10_000;
    settings.limits.codes_per_account_day = 1_000;
}

/// A call at any tenant.
pub(crate) async fn at(
    world: &World,
    tenant: &str,
    now: Timestamp,
    endpoint: &str,
    body: Value,
) -> Reply {
    let path = format!("/v1/{tenant}/{endpoint}");
    world.send(now, &Request { path, ..Request::post("", &body) }).await
}

/// A recovery of Mo, who forgot the password.
pub(crate) async fn recovery_for(world: &World, now: Timestamp) -> String {
    world.recovery(now, MO, "forgot_password").await
}

/// Status, code and, where the answer says it, how many tries are left.
pub(crate) fn heard(reply: &Reply) -> (u16, &str, Option<u64>) {
    (reply.status, reply.code(), left(reply))
}

pub(crate) fn left(reply: &Reply) -> Option<u64> {
    reply.body.get("attempts_left").and_then(Value::as_u64)
}

/// What went to phones, newest first.
pub(crate) fn told(world: &World) -> Vec<Message> {
    let mut messages = world.cloud.messages(None);
    messages.retain(|message| message.channel != Channel::Email);
    messages
}

/// Another code of the same length.
pub(crate) fn other_code(code: &str) -> String {
    let (head, last) = code.split_at(code.len() - 1);
    let last: u32 = last.parse().unwrap();
    format!("{head}{}", (last + 1) % 10)
}

/// Types a code that is not the right one.
pub(crate) async fn wrong_code(world: &World, now: Timestamp, recovery: &str, code: &str) -> Reply {
    world.type_code(now, recovery, &other_code(code)).await
}

/// How many items of a table have `part` in their key.
pub(crate) fn count(world: &World, table: &str, part: &str) -> usize {
    let items = world.cloud.items(table).unwrap();
    items.iter().filter(|item| plain(item)["pk"].as_str().unwrap().contains(part)).count()
}

/// An admin changes an account.
pub(crate) async fn admin_changes(world: &World, now: Timestamp, id: &str, change: Value) {
    let path = format!("tenants/demo/accounts/{id}");
    let reply = world.admin_at(now, Method::PATCH, &path, &world.admin, change).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

/// The number of the neighbour of that number, in blocks of ten thousand.
pub(crate) fn phone_of(block: usize, number: usize) -> String {
    format!("+316{:04}{number:04}", 1000 + block)
}

/// Makes an account with a number at a tenant.
pub(crate) async fn neighbour(world: &World, tenant: &TenantId, login: &str, phone: &str) {
    let login = Login::parse(login).unwrap();
    let id = format!("id-of-{}", login.as_str().split('@').next().unwrap());
    let mut account = regain_domain::Account::new(id, &login, regain_tests::after(-1000));
    account.phone = Some(phone.to_owned());
    world.put_account(tenant, AccountRef::of(tenant, &login), account).await;
}

/// What a body needs for a captcha at start-recovery.
pub(crate) fn start_body(login: &str, captcha: &Value) -> Value {
    json!({"login": login, "reason": "forgot_password", "captcha": captcha})
}
