//! Keys of the back office: shown once, kept as a hash, gone at once.

use http::Method;
use regain_domain::TenantId;
use regain_domain::api_key;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::steps::{DEMO_SETTINGS, NULL, at_rest, faults, other, outcome};

const KEYS: &str = "tenants/demo/api-keys";

async fn create(world: &World, body: Value) -> Reply {
    world.admin(Method::POST, KEYS, &world.admin, body).await
}

async fn listed(world: &World) -> Vec<Value> {
    let reply = world.admin(Method::GET, KEYS, &world.admin, NULL).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body["api_keys"].as_array().unwrap().clone()
}

async fn try_key(world: &World, key: &str) -> u16 {
    world.admin(Method::GET, "tenants/demo/accounts", key, NULL).await.status
}

/// Whether a text stands anywhere at rest, streams included.
fn is_at_rest(world: &World, text: &str) -> bool {
    world.cloud.dump().unwrap().iter().any(|(_, item)| item.to_string().contains(text))
}

#[tokio::test]
async fn a_key_is_shown_once_and_kept_as_a_hash() {
    let world = World::new().await;
    let made = create(&world, json!({"role": "desk", "name": "the front desk"})).await;
    assert_eq!(made.status, 201, "{made:?}");
    let (key, id) = (made.text("api_key"), made.text("id"));
    let said = json!({"id": id, "api_key": key, "role": "desk", "name": "the front desk"});
    assert_eq!(made.body, said);
    assert!(key.starts_with("rk_demo_") && key.len() == "rk_demo_".len() + 52, "{key}");
    let credential = api_key::read(key).unwrap();
    assert_eq!(id, credential.id.as_str());
    assert!(is_at_rest(&world, &credential.hash));

    // Used, listed, refused, revoked: its text is in no other answer, no log and no table.
    let path = format!("{KEYS}/{id}");
    let replies = [
        world.admin(Method::GET, "tenants/demo/accounts", key, NULL).await,
        world.admin(Method::GET, DEMO_SETTINGS, key, NULL).await,
        world.admin(Method::GET, "tenants/other/settings", key, NULL).await,
        world.admin(Method::POST, "tenants/demo/accounts", key, json!({"login": key})).await,
        world.admin(Method::GET, KEYS, &world.admin, NULL).await,
        world.admin(Method::DELETE, &path, &world.admin, NULL).await,
        world.admin(Method::GET, "tenants/demo/accounts", key, NULL).await,
    ];
    let secret = key.strip_prefix("rk_demo_").unwrap();
    for reply in &replies {
        let told = format!("{} {:?} {}", reply.body, reply.headers, reply.log);
        assert!(!told.contains(&secret[..8]), "{told}");
        assert!(!is_at_rest(&world, &secret[..8]));
    }
    let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    assert_eq!(statuses, [200, 403, 404, 403, 200, 204, 401]);
    assert!(!made.log.to_string().contains(&secret[..8]), "{}", made.log);
}

#[tokio::test]
async fn the_log_names_the_key_by_which_something_was_done_or_tried() {
    let world = World::new().await;
    let others = other(&world).await;
    for (key, tenant, role, path, status) in [
        (&world.desk, "demo", "desk", "tenants/demo/accounts", 200),
        (&world.desk, "demo", "desk", "tenants/demo/settings", 403),
        (&others, "other", "admin", "tenants/demo/settings", 404),
        (&world.operator, "regain", "operator", "tenants/demo/settings", 200),
    ] {
        let reply = world.admin(Method::GET, path, key, NULL).await;
        assert_eq!((reply.status, &reply.log["tenant"]), (status, &json!("demo")), "{path}");
        let id = api_key::read(key).unwrap().id;
        let named = json!({"id": id, "tenant": tenant, "role": role});
        for member in ["id", "tenant", "role"] {
            assert_eq!(reply.log[format!("key.{member}")], named[member], "{path}");
        }
    }
}

#[tokio::test]
async fn a_list_of_keys_says_what_each_begins_with_and_when_it_was_last_used() {
    let world = World::new().await;
    let made =
        world.admin_at(after(10), Method::POST, KEYS, &world.admin, json!({"role": "admin"}));
    let made = made.await;
    let key = made.text("api_key").to_owned();
    assert!(made.body.get("name").is_none(), "{}", made.body);
    let row = async || {
        let keys = listed(&world).await;
        keys.into_iter().find(|row| row["id"] == made.body["id"]).unwrap()
    };
    let mut expected = json!({
        "id": made.text("id"),
        "prefix": &key[.."rk_demo_".len() + 4],
        "role": "admin",
        "name": null,
        "created_at": after(10),
        "last_used_at": null,
    });
    assert_eq!(row().await, expected);
    // Every call with it, whatever comes of it.
    for (seconds, path, status) in [
        (20, DEMO_SETTINGS, 200),
        (30, "tenants", 403),
        (40, "tenants/nowhere/settings", 404),
        (50, "tenants/demo/support/0000000", 404),
    ] {
        let reply = world.admin_at(after(seconds), Method::GET, path, &key, NULL).await;
        assert_eq!(reply.status, status, "{path}: {reply:?}");
        expected["last_used_at"] = json!(after(seconds));
        assert_eq!(row().await, expected, "{path}");
    }
    let moments: Vec<Value> =
        listed(&world).await.iter().map(|row| row["created_at"].clone()).collect();
    assert!(moments.is_sorted_by_key(|at| at.as_str().unwrap().to_owned()), "{moments:?}");
    // The operator's keys are nobody's to list.
    assert!(listed(&world).await.iter().all(|row| row["role"] != "operator"));
}

#[tokio::test]
async fn a_revoked_key_is_refused_from_the_next_call_on() {
    let world = World::new().await;
    let made = create(&world, json!({"role": "desk"})).await;
    let (key, path) = (made.text("api_key"), format!("{KEYS}/{}", made.text("id")));
    // Warm functions forget it as well.
    assert_eq!(try_key(&world, key).await, 200);
    assert_eq!(world.admin(Method::DELETE, &path, &world.admin, NULL).await.status, 204);
    let refused = world.admin(Method::GET, "tenants/demo/accounts", key, NULL).await;
    assert_eq!(outcome(&refused), (401, "unauthorized"));
    let again = world.admin(Method::DELETE, &path, &world.admin, NULL).await;
    assert_eq!(outcome(&again), (404, "api_key_unknown"));
    assert!(listed(&world).await.iter().all(|row| row["id"] != made.body["id"]));
    assert_eq!(try_key(&world, &world.desk).await, 200, "the others live");
    // A key may end itself.
    let own = format!("{KEYS}/{}", api_key::read(&world.admin).unwrap().id);
    assert_eq!(world.admin(Method::DELETE, &own, &world.admin, NULL).await.status, 204);
    assert_eq!(try_key(&world, &world.admin).await, 401);
}

#[tokio::test]
async fn a_key_that_is_not_the_tenants_cannot_be_revoked_there() {
    let world = World::new().await;
    let others = other(&world).await;
    let theirs = api_key::read(&others).unwrap().id.to_string();
    let operators = api_key::read(&world.operator).unwrap().id.to_string();
    let before = at_rest(&world);
    for id in [&theirs, &operators, "0000000000000000", "settings", "x", "%23", "key#", " "] {
        let path = format!("{KEYS}/{id}");
        for key in [&world.admin, &world.operator] {
            let reply = world.admin(Method::DELETE, &path, key, NULL).await;
            assert_eq!(outcome(&reply), (404, "api_key_unknown"), "{id}");
        }
    }
    assert_eq!(at_rest(&world), before);
    let read = world.admin(Method::GET, "tenants/other/settings", &others, NULL).await;
    assert_eq!(read.status, 200);
}

#[tokio::test]
async fn nobody_makes_a_key_of_an_operator() {
    let world = World::new().await;
    let before = at_rest(&world);
    for (body, fault) in [
        (json!({"role": "operator"}), ("/role", "not_one_of")),
        (json!({"role": "owner"}), ("/role", "not_one_of")),
        (json!({"role": null}), ("/role", "wrong_type")),
        (json!({}), ("/role", "required")),
        (json!({"role": "desk", "tenant": "regain"}), ("/tenant", "unknown_field")),
        (json!({"role": "desk", "name": "x".repeat(101)}), ("/name", "too_long")),
        (json!({"role": "desk", "name": "a\nb"}), ("/name", "control_character")),
    ] {
        for key in [&world.admin, &world.operator] {
            let reply = world.admin(Method::POST, KEYS, key, body.clone()).await;
            assert_eq!((reply.status, faults(&reply)), (400, vec![fault]), "{body}");
        }
    }
    for tenant in [TenantId::installation().as_str(), "nowhere"] {
        let path = format!("tenants/{tenant}/api-keys");
        let body = json!({"role": "admin"});
        let reply = world.admin(Method::POST, &path, &world.operator, body).await;
        assert_eq!(outcome(&reply), (404, "tenant_unknown"), "{tenant}");
    }
    assert_eq!(at_rest(&world), before);
}

#[tokio::test]
async fn a_tenant_has_fifty_keys_and_no_more() {
    let world = World::new().await;
    let there = listed(&world).await.len();
    let mut last = String::new();
    for _ in there..50 {
        let made = create(&world, json!({"role": "desk"})).await;
        assert_eq!(made.status, 201, "{made:?}");
        last = made.text("id").to_owned();
    }
    let refused = create(&world, json!({"role": "desk"})).await;
    assert_eq!(outcome(&refused), (409, "too_many_api_keys"));
    assert_eq!(listed(&world).await.len(), 50);
    let path = format!("{KEYS}/{last}");
    assert_eq!(world.admin(Method::DELETE, &path, &world.admin, NULL).await.status, 204);
    assert_eq!(create(&world, json!({"role": "desk"})).await.status, 201);
    // All of them go with their tenant, in one transaction.
    let ended = world.admin(Method::DELETE, "tenants/demo", &world.operator, NULL).await;
    assert_eq!(ended.status, 204, "{ended:?}");
    assert_eq!(try_key(&world, &world.admin).await, 401);
}
