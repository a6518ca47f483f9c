//! What every file of this suite does or looks at.

use http::Method;
use jiff::Timestamp;
use regain_domain::{Settings, TenantId};
use regain_tests::{Reply, Request, World};
use serde_json::{Value, json};

/// Mo's login and password, at every tenant that has a Mo.
pub(crate) const MO: &str = "mo@example.com";
pub(crate) const OLD: &str = "Zeilboot7";
/// What Mo chooses anew.
pub(crate) const NEW: &str = "Molenwiek42";
/// Another tenant than the world's own.
pub(crate) const OTHER: &str = "other";
pub(crate) const DEMO_SETTINGS: &str = "tenants/demo/settings";
pub(crate) const NULL: Value = Value::Null;

/// Makes the other tenant; gives the key of its admin.
pub(crate) async fn other(world: &World) -> String {
    let settings = Settings { name: "Other".to_owned(), ..Settings::default() };
    world.create_tenant(&TenantId::parse(OTHER).unwrap(), &settings).await
}

/// Posts to a public endpoint of a tenant.
pub(crate) async fn post_at(
    world: &World,
    now: Timestamp,
    tenant: &str,
    endpoint: &str,
    body: Value,
) -> Reply {
    let path = format!("/v1/{tenant}/{endpoint}");
    world.send(now, &Request { path, ..Request::post(endpoint, &body) }).await
}

/// Changes settings of the tenant `demo`.
pub(crate) async fn patch(world: &World, now: Timestamp, key: &str, body: Value) -> Reply {
    world.admin_at(now, Method::PATCH, DEMO_SETTINGS, key, body).await
}

/// The settings of the tenant `demo`, as they are shown.
pub(crate) async fn shown(world: &World) -> Value {
    let reply = world.admin(Method::GET, DEMO_SETTINGS, &world.admin, NULL).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body["settings"].clone()
}

/// What a refused change of settings says is at fault: pointer and code of each.
pub(crate) fn faults(reply: &Reply) -> Vec<(&str, &str)> {
    let errors = reply.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors
        .iter()
        .map(|fault| (fault["pointer"].as_str().unwrap(), fault["code"].as_str().unwrap()))
        .collect()
}

/// Everything at rest but when a key was last used, which every call with one moves.
pub(crate) fn at_rest(world: &World) -> Vec<(String, Value)> {
    let mut all = world.cloud.dump().unwrap();
    for (_, item) in &mut all {
        if let Some(members) = item.as_object_mut() {
            members.remove("last_used_at");
        }
    }
    all.sort_by_key(|(table, item)| format!("{table} {item}"));
    all
}

/// What of it is a tenant's.
pub(crate) fn at_rest_of(world: &World, tenant: &str) -> Vec<(String, Value)> {
    let is_its = |item: &Value| {
        let key = item.pointer("/pk/S").or_else(|| item.pointer("/dynamodb/Keys/pk/S"));
        let key = key.and_then(Value::as_str).unwrap();
        key.split('#').next() == Some(tenant)
    };
    at_rest(world).into_iter().filter(|(_, item)| is_its(item)).collect()
}

/// Status and code.
pub(crate) fn outcome(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.code())
}

/// The body of a settings patch with one member at a JSON pointer.
pub(crate) fn at_pointer(pointer: &str, value: Value) -> Value {
    let names = pointer.split('/').skip(1).collect::<Vec<_>>();
    names.into_iter().rev().fold(value, |inner, name| json!({ name: inner }))
}
