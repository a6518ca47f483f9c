//! What every file here needs: who is there, what the desk does with one call, and what must hold
//! at any moment.

use std::collections::BTreeMap;

use http::Method;
use jiff::Timestamp;
use regain_tests::{Reply, World, after, plain};
use serde_json::{Value, json};

pub(crate) const MO: &str = "mo@example.com";
pub(crate) const ANN: &str = "ann@example.com";
/// Mo's account, and where it is in the back office.
pub(crate) const MO_ID: &str = "id-of-mo";
pub(crate) const OLD: &str = "Zeilboot7";
pub(crate) const NEW: &str = "Molenwiek42";
/// Where Mo moves to.
pub(crate) const MOVED: &str = "mo.jansen@example.org";

/// The path of an account, and what follows it.
pub(crate) fn path(account_id: &str, end: &str) -> String {
    format!("tenants/demo/accounts/{account_id}{end}")
}

/// An operation on Mo's account, by the admin.
pub(crate) async fn on_mo(
    world: &World,
    now: Timestamp,
    method: Method,
    end: &str,
    body: Value,
) -> Reply {
    world.admin_at(now, method, &path(MO_ID, end), &world.admin, body).await
}

/// Makes an account, by the admin; gives what the answer shows.
pub(crate) async fn created(world: &World, now: Timestamp, body: Value) -> Value {
    let accounts = "tenants/demo/accounts";
    let reply = world.admin_at(now, Method::POST, accounts, &world.admin, body).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.body
}

/// What the desk finds under a login, as it stands in a query string.
pub(crate) async fn found(world: &World, login: &str) -> Vec<Value> {
    let path = format!("tenants/demo/accounts?login={login}");
    let reply = world.admin_at(after(1), Method::GET, &path, &world.desk, Value::Null).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body["accounts"].as_array().unwrap().clone()
}

/// Has the desk send a link to Mo; gives its token.
pub(crate) async fn sent_link(world: &World, now: Timestamp, kind: &str) -> String {
    let body = json!({"kind": kind});
    let reply =
        world.admin_at(now, Method::POST, &path(MO_ID, "/send-link"), &world.desk, body).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    world.deliver(now).await;
    world.newest_token(MO)
}

/// Has the desk invite Mo, as one who has no password yet; gives the token.
pub(crate) async fn invited(world: &World, now: Timestamp) -> String {
    let mut kept = None;
    world.change_account(MO, |mo| kept = mo.password_phc.take()).await;
    let token = sent_link(world, now, "invite").await;
    world.change_account(MO, |mo| mo.password_phc = kept).await;
    token
}

/// Everything at rest, but for when a key was last used.
pub(crate) fn at_rest(world: &World) -> Vec<(String, Value)> {
    let mut all = world.cloud.dump().unwrap();
    for (_, item) in &mut all {
        item.as_object_mut().unwrap().remove("last_used_at");
    }
    all
}

/// The places in what is at rest where a text stands, whatever its case.
pub(crate) fn places_of(world: &World, text: &str) -> Vec<String> {
    let all = world.cloud.dump().unwrap().into_iter();
    let holds = |item: &Value| item.to_string().to_lowercase().contains(&text.to_lowercase());
    all.filter(|(_, item)| holds(item)).map(|(table, item)| format!("{table}: {item}")).collect()
}

/// What must hold at any moment: every account has its one pointer, and every live link stands in
/// the slot of an active account of its epoch.
pub(crate) async fn assert_sound(world: &World, now: Timestamp) {
    let items: Vec<Value> = world.cloud.items("accounts").unwrap().iter().map(plain).collect();
    let pk = |item: &Value| item["pk"].as_str().unwrap().to_owned();
    let (accounts, pointers): (Vec<Value>, Vec<Value>) =
        items.into_iter().partition(|item| item.get("login").is_some());
    let accounts: BTreeMap<String, Value> =
        accounts.into_iter().map(|account| (pk(&account), account)).collect();
    assert_eq!(accounts.len(), pointers.len(), "an account has one pointer");
    for pointer in &pointers {
        let account_ref = pointer["account_ref"].as_str().unwrap();
        let account = &accounts[&format!("demo#account#{account_ref}")];
        assert_eq!(pk(pointer), format!("demo#id#{}", account["account_id"].as_str().unwrap()));
        let place = world.place(account["login"].as_str().unwrap());
        assert_eq!(place.as_str(), account_ref, "it stands under its login");
    }
    for link in world.live_links(now).await {
        let account = &accounts[&format!("demo#account#{}", link.account_ref.as_str())];
        assert_eq!(account["account_id"], link.account_id, "{link:?}");
        assert_eq!(account["epoch"], link.epoch, "{link:?}");
        assert_eq!(account.get("blocked"), None, "{link:?}");
        let slot = &account["slots"][link.purpose.as_str()];
        assert_eq!(slot["link_id"], link.link_id.to_string(), "{link:?}");
    }
}
