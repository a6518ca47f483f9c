//! Tenants made, listed and ended.

use http::Method;
use regain_domain::TenantId;
use regain_domain::api_key::Role;
use regain_tests::{Reply, World, after, plain};
use serde_json::{Value, json};

use crate::steps::{MO, NEW, NULL, OLD, OTHER, at_rest, at_rest_of, faults, outcome, post_at};

async fn make(world: &World, seconds: i64, tenant: &str, name: &str) -> Reply {
    let body = json!({"tenant": tenant, "name": name});
    world.admin_at(after(seconds), Method::POST, "tenants", &world.operator, body).await
}

pub(crate) async fn end(world: &World, seconds: i64, tenant: &str) -> Reply {
    let path = format!("tenants/{tenant}");
    world.admin_at(after(seconds), Method::DELETE, &path, &world.operator, NULL).await
}

async fn list(world: &World, query: &str) -> Reply {
    let path = format!("tenants?{query}");
    world.admin(Method::GET, &path, &world.operator, NULL).await
}

#[tokio::test]
async fn a_tenant_is_made_once_with_a_key_that_works_at_once() {
    let world = World::new().await;
    let made = make(&world, 0, "acme", "Acme").await;
    assert_eq!((made.status, made.text("tenant")), (201, "acme"), "{made:?}");
    let key = made.text("api_key");
    let accounts = world.admin(Method::GET, "tenants/acme/accounts", key, NULL).await;
    assert_eq!((accounts.status, &accounts.body), (200, &json!({"accounts": []})));
    let keys = world.admin(Method::GET, "tenants/acme/api-keys", key, NULL).await;
    let first = &keys.body["api_keys"][0];
    assert_eq!((&first["role"], &first["name"]), (&json!("admin"), &json!("the first key")));

    let before = at_rest(&world);
    for name in ["acme", "demo"] {
        let again = make(&world, 1, name, "Other").await;
        assert_eq!(outcome(&again), (409, "tenant_exists"));
        assert_eq!(again.text("api_key"), "");
    }
    assert_eq!(at_rest(&world), before);
}

#[tokio::test]
async fn a_tenants_name_is_plain_or_refused() {
    let world = World::new().await;
    let before = at_rest(&world);
    let long = "a".repeat(41);
    for (tenant, code) in [
        ("regain", "not_a_tenant_name"),
        ("a", "not_a_tenant_name"),
        ("Acme", "not_a_tenant_name"),
        ("ac_me", "not_a_tenant_name"),
        ("-acme", "not_a_tenant_name"),
        ("acme-", "not_a_tenant_name"),
        ("ac me", "not_a_tenant_name"),
        (" acme", "not_a_tenant_name"),
        ("ac/me", "not_a_tenant_name"),
        ("ac#me", "not_a_tenant_name"),
        ("ac.me", "not_a_tenant_name"),
        ("..", "not_a_tenant_name"),
        ("acmé", "not_a_tenant_name"),
        ("аcme", "not_a_tenant_name"),
        ("%61cme", "not_a_tenant_name"),
        ("", "blank"),
        ("acme\n", "control_character"),
        (&long, "too_long"),
    ] {
        let reply = make(&world, 0, tenant, "Acme").await;
        assert_eq!((reply.status, faults(&reply)), (400, vec![("/tenant", code)]), "{tenant:?}");
    }
    let reply = make(&world, 0, "acme", &"x".repeat(101)).await;
    assert_eq!((reply.status, faults(&reply)), (422, vec![("/name", "not_a_name")]));
    assert_eq!(at_rest(&world), before);
    for tenant in ["a1", "1a", "a-b", "a--b", &"a".repeat(40)] {
        assert_eq!(make(&world, 0, tenant, "Acme").await.status, 201, "{tenant}");
    }
}

#[tokio::test]
async fn tenants_are_listed_page_by_page_each_once() {
    let world = World::new().await;
    for (seconds, tenant) in ["beta", "acme", "zeta", "eta"].into_iter().enumerate() {
        make(&world, seconds.try_into().unwrap(), tenant, &format!("{tenant}'s")).await;
    }
    assert_eq!(end(&world, 9, "eta").await.status, 204);
    let (mut seen, mut query) = (Vec::new(), "limit=1".to_owned());
    let mut first_cursor = String::new();
    loop {
        let page = list(&world, &query).await;
        assert_eq!(page.status, 200, "{page:?}");
        seen.extend(page.body["tenants"].as_array().unwrap().iter().cloned());
        let cursor = page.text("cursor");
        if cursor.is_empty() {
            break;
        }
        assert!(!cursor.contains("acme") && page.body["tenants"].as_array().unwrap().len() == 1);
        if first_cursor.is_empty() {
            cursor.clone_into(&mut first_cursor);
        }
        query = format!("limit=1&cursor={cursor}");
    }
    let row = |tenant: &str, name: &str, seconds| json!({"tenant": tenant, "name": name, "created_at": after(seconds)});
    let expected = [
        row("acme", "acme's", 1),
        row("beta", "beta's", 0),
        row("demo", "Demo", -1000),
        row("zeta", "zeta's", 2),
    ];
    assert_eq!(seen, expected);
    assert_eq!(list(&world, "").await.body["tenants"], json!(expected));
    // A name that was changed is the name in the list.
    let renamed = json!({"name": "Demo & Co"});
    crate::steps::patch(&world, after(0), &world.admin, renamed).await;
    assert_eq!(list(&world, "").await.body["tenants"][2]["name"], "Demo & Co");

    let (kept, last) = first_cursor.split_at(first_cursor.len() - 1);
    let bent = format!("{kept}{}", if last == "x" { "y" } else { "x" });
    let accounts = world.admin(Method::GET, "tenants/demo/accounts?limit=1", &world.admin, NULL);
    let foreign = accounts.await.text("cursor").to_owned();
    assert!(!foreign.is_empty());
    for cursor in [&bent, &foreign, "x", "tenant%23demo", &first_cursor[..20]] {
        let reply = list(&world, &format!("cursor={cursor}")).await;
        assert_eq!(outcome(&reply), (404, "cursor_unknown"), "{cursor}");
    }
    let own = format!("tenants/demo/accounts?cursor={first_cursor}");
    let reply = world.admin(Method::GET, &own, &world.operator, NULL).await;
    assert_eq!(outcome(&reply), (404, "cursor_unknown"));
    for limit in ["0", "101", "-1", "x"] {
        assert_eq!(list(&world, &format!("limit={limit}")).await.status, 400, "{limit}");
    }
}

/// A tenant with sixty accounts, and everything that can be under way at one. Gives its keys.
pub(crate) async fn busy_tenant(world: &World) -> [String; 2] {
    let made = make(world, 0, OTHER, "Other").await;
    let admin = made.text("api_key").to_owned();
    let tenant = TenantId::parse(OTHER).unwrap();
    let desk = world.create_key(&tenant, Role::Desk).await;
    let person = |n| format!(r#"{{"login":"p{n}@people.example","last_name":"Geheim{n}"}}"#);
    let lines: Vec<String> = (0..60).map(person).collect();
    let imported = world.import(after(0), OTHER, &admin, &lines.join("\n")).await;
    assert_eq!(imported.status, 200, "{imported:?}");
    let mo = json!({"login": MO, "password": OLD, "last_name": "Jansen"});
    let path = "tenants/other/accounts";
    let created = world.admin(Method::POST, path, &admin, mo).await;
    assert_eq!(created.status, 201, "{created:?}");
    for login in [MO, "p1@people.example", "p2@people.example"] {
        post_at(world, after(1), OTHER, "request-reset", json!({"login": login})).await;
    }
    world.deliver(after(2)).await;
    let wrong = json!({"login": MO, "password": "Zeilboot8"});
    post_at(world, after(3), OTHER, "sign-in", wrong).await;
    [admin, desk]
}

/// The keys of its items in a table, of one kind.
pub(crate) fn keys_of(world: &World, table: &str, kind: &str) -> Vec<String> {
    let prefix = format!("{OTHER}#{kind}#");
    let items = world.cloud.items(table).unwrap();
    let keys = items.iter().map(|item| item["pk"]["S"].as_str().unwrap().to_owned());
    keys.filter(|key| key.starts_with(&prefix)).collect()
}

/// What is left of its people: accounts, ids, timelines.
pub(crate) fn people(world: &World) -> [usize; 3] {
    let count = |table, kind| keys_of(world, table, kind).len();
    [count("accounts", "account"), count("accounts", "id"), count("timeline", "timeline")]
}

#[tokio::test]
async fn a_deleted_tenant_is_nowhere_within_a_minute_and_its_keys_are_dead_at_once() {
    let world = World::new().await;
    let [admin, desk] = busy_tenant(&world).await;
    let token = world.newest_token(MO);
    let at_demo = at_rest_of(&world, "demo");
    assert_eq!(end(&world, 10, OTHER).await.status, 204);

    for key in [&admin, &desk] {
        for path in ["tenants/other/accounts", "tenants/other/settings", "tenants/demo/settings"] {
            let reply = world.admin_at(after(10), Method::GET, path, key, NULL).await;
            assert_eq!(outcome(&reply), (401, "unauthorized"), "{path}");
        }
    }
    // What is read from the table itself is gone at once, for the operator too.
    for path in ["tenants/other/settings", "tenants/other/compliance"] {
        let reply = world.admin_at(after(10), Method::GET, path, &world.operator, NULL).await;
        assert_eq!(outcome(&reply), (404, "tenant_unknown"), "{path}");
    }
    let patched = json!({"name": "Back"});
    let path = "tenants/other/settings";
    let reply = world.admin_at(after(10), Method::PATCH, path, &world.operator, patched).await;
    assert_eq!(outcome(&reply), (404, "tenant_unknown"));
    let body = json!({"role": "admin"});
    let path = "tenants/other/api-keys";
    let reply = world.admin_at(after(10), Method::POST, path, &world.operator, body).await;
    assert_eq!(outcome(&reply), (404, "tenant_unknown"));
    assert_eq!(outcome(&end(&world, 11, OTHER).await), (404, "tenant_unknown"), "ended once");

    // A function that had not met the tenant yet does not meet it any more.
    let grant = json!({"grant": token, "password": NEW});
    for (endpoint, body) in [("check-link", json!({"token": token})), ("set-password", grant)] {
        let reply = post_at(&world, after(10), OTHER, endpoint, body).await;
        assert_eq!(outcome(&reply), (404, "tenant_unknown"), "{endpoint}");
    }

    // And everything else when the minute of the settings is over.
    let routes =
        ["tenants/other/accounts", "tenants/other/api-keys", "tenants/other/support/0000000"];
    for path in routes {
        let reply = world.admin_at(after(71), Method::GET, path, &world.operator, NULL).await;
        assert_eq!(outcome(&reply), (404, "tenant_unknown"), "{path}");
    }
    for (endpoint, body) in [
        ("request-reset", json!({"login": MO})),
        ("check-link", json!({"token": token})),
        ("click-link", json!({"token": token})),
        ("withdraw-link", json!({"token": token})),
        ("set-password", json!({"grant": token, "password": NEW})),
        ("sign-in", json!({"login": MO, "password": OLD})),
    ] {
        let reply = post_at(&world, after(71), OTHER, endpoint, body).await;
        assert_eq!(outcome(&reply), (404, "tenant_unknown"), "{endpoint}");
    }
    for seconds in [11, 100, 1_000_000] {
        let again = make(&world, seconds, OTHER, "Again").await;
        assert_eq!(outcome(&again), (409, "tenant_exists"), "its name is never given again");
    }
    let listed = list(&world, "").await.body;
    assert!(!listed.to_string().contains(OTHER), "{listed}");
    assert_eq!(at_rest_of(&world, "demo"), at_demo, "another tenant is as it was");
}

#[tokio::test]
async fn the_people_of_a_deleted_tenant_are_forgotten_and_nobody_elses() {
    let world = World::new().await;
    busy_tenant(&world).await;
    world.reset_token(after(5), MO).await;
    world.deliver(after(5)).await;
    let [accounts, ids, told] = people(&world);
    assert!((accounts, ids) == (61, 61) && told >= 64, "{accounts} {ids} {told}");
    let at_demo = at_rest_of(&world, "demo");
    assert_eq!(end(&world, 10, OTHER).await.status, 204);

    // By the stream at once, by the schedule each minute: nothing yet.
    world.deliver(after(10)).await;
    for seconds in [70, 129] {
        world.schedule(after(seconds)).await;
        assert_eq!(people(&world), [accounts, ids, told], "at {seconds}");
    }
    // A function that knows the tenant from memory may make an account yet; it goes with the rest.
    let late = json!({"login": "late@people.example"});
    let path = "tenants/other/accounts";
    let reply = world.admin_at(after(59), Method::POST, path, &world.operator, late).await;
    assert_eq!(reply.status, 201, "{reply:?}");

    world.schedule(after(130)).await;
    assert_eq!(people(&world), [0, 0, 0]);
    assert_eq!(keys_of(&world, "outbox", "outbox"), Vec::<String>::new(), "the job is done");
    // What is left goes by itself, and names nobody.
    for table in ["accounts", "tenants", "tokens", "timeline", "outbox"] {
        for item in world.cloud.items(table).unwrap() {
            let text = item.to_string();
            assert!(!text.contains("people.example") && !text.contains("Geheim"), "{item}");
        }
    }
    let links = keys_of(&world, "tokens", "link");
    assert_eq!(links.len(), 3);
    let left: Vec<Value> = at_rest_of(&world, OTHER).into_iter().map(|(_, item)| item).collect();
    for item in left.iter().filter(|item| item.get("pk").is_some()) {
        let item = plain(item);
        assert!(item["ttl"].is_i64() && item.get("login").is_none(), "{item}");
    }
    // The schedule finds nothing more to do, and another tenant's is as it was.
    world.schedule(after(200)).await;
    assert_eq!(at_rest_of(&world, "demo"), at_demo);
    assert_eq!(world.sign_in(after(201), MO, OLD).await.0, 200);
}

#[tokio::test]
async fn work_that_waits_when_its_tenant_ends_sends_nothing() {
    let world = World::new().await;
    busy_tenant(&world).await;
    post_at(&world, after(5), OTHER, "request-reset", json!({"login": MO})).await;
    assert_eq!(end(&world, 10, OTHER).await.status, 204);
    world.cloud.clear_messages().unwrap();
    world.deliver(after(70)).await;
    for minute in 0..5 {
        world.schedule(after(130 + 60 * minute)).await;
    }
    assert!(world.cloud.messages(None).is_empty());
    assert_eq!((people(&world), keys_of(&world, "outbox", "outbox").len()), ([0, 0, 0], 0));
}

#[tokio::test]
async fn a_deletion_that_is_interrupted_is_finished_by_the_next_minute() {
    let world = World::new().await;
    busy_tenant(&world).await;
    assert_eq!(end(&world, 10, OTHER).await.status, 204);
    world.deliver(after(11)).await;
    let chaos = json!({"dynamodb": {"throttle_one_in": 5}});
    world.cloud.set_chaos(serde_json::from_value(chaos).unwrap());
    for minute in 2..12 {
        world.schedule(after(10 + 60 * minute)).await;
    }
    world.cloud.set_chaos(serde_json::from_value(json!({})).unwrap());
    // Whatever was in hand is free again when its lease is over.
    for minute in 12..20 {
        world.schedule(after(10 + 60 * minute)).await;
    }
    assert_eq!((people(&world), keys_of(&world, "outbox", "outbox").len()), ([0, 0, 0], 0));
}

#[tokio::test]
async fn what_is_no_tenant_cannot_be_deleted() {
    let world = World::new().await;
    let before = at_rest(&world);
    for name in ["regain", "nowhere", "Demo", "de%6Do", "demo%23settings", "x"] {
        let reply = end(&world, 0, name).await;
        assert_eq!(outcome(&reply), (404, "tenant_unknown"), "{name}");
    }
    assert_eq!(at_rest(&world), before);
}
