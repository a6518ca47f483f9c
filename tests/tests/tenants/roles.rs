//! Who may do what: every operation of the back office, by every kind of caller.

use std::collections::BTreeSet;

use http::Method;
use regain_domain::TenantId;
use regain_domain::api_key::{self, Role};
use regain_http::api::{Access, Operation, Route};
use regain_http::random;
use regain_http::routes::ROUTES;
use regain_tests::{Reply, Request, World, after};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::steps::{MO, NULL, OTHER, at_rest, other, outcome, post_at};

/// The least of those who may.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Least {
    Desk,
    Admin,
    Operator,
}
use Least::{Admin as A, Desk as D, Operator as O};

/// What the contract says: operation, who may, a right body, the status of its success.
fn table() -> Vec<(&'static str, Least, Value, u16)> {
    let line = json!({"login": "eve@example.com"});
    vec![
        ("create-tenant", O, json!({"tenant": "acme", "name": "Acme"}), 201),
        ("list-tenants", O, NULL, 200),
        ("delete-tenant", O, NULL, 204),
        ("read-settings", A, NULL, 200),
        ("change-settings", A, json!({"timeline_days": 30}), 200),
        ("read-compliance", A, NULL, 200),
        ("create-api-key", A, json!({"role": "desk"}), 201),
        ("list-api-keys", A, NULL, 200),
        ("revoke-api-key", A, NULL, 204),
        ("create-account", A, json!({"login": "eve@example.com"}), 201),
        ("list-accounts", D, NULL, 200),
        ("import-accounts", A, line, 200),
        ("read-account", D, NULL, 200),
        ("change-account", A, json!({"first_name": "Eve"}), 200),
        ("erase-account", A, NULL, 204),
        ("send-link", D, json!({"kind": "reset"}), 202),
        ("block-account", A, json!({"reason": "other"}), 200),
        ("unblock-account", A, NULL, 200),
        ("unlock-account", D, NULL, 200),
        ("second-step-off", A, NULL, 200),
        ("set-temporary-password", A, json!({}), 200),
        ("read-timeline", D, NULL, 200),
        ("read-story", D, NULL, 200),
    ]
}

/// A world, every kind of caller in it, and what paths name.
struct Stage {
    world: World,
    callers: Vec<(&'static str, Option<String>)>,
    support_code: String,
    spare_key: String,
}

impl Stage {
    async fn new() -> Self {
        let world = World::with(|settings| settings.temporary_passwords_enabled = true).await;
        let others_admin = other(&world).await;
        let (demo, regain) = (world.tenant(), TenantId::installation());
        let mint = |tenant: &TenantId| api_key::mint(tenant, random()).text;
        let unknown = |tenant: &TenantId| Some(mint(tenant).expose_secret().to_owned());
        let others_desk = world.create_key(&TenantId::parse(OTHER).unwrap(), Role::Desk).await;
        let revoked = world.create_key(&demo, Role::Admin).await;
        let nobodys_admin = world.create_key(&regain, Role::Admin).await;
        let id = api_key::read(&revoked).unwrap().id;
        assert!(world.store.revoke_api_key(&demo, &id).await.unwrap());
        let spare = world.create_key(&demo, Role::Desk).await;
        let bent = |key: &str| {
            let end = if key.ends_with('0') { "1" } else { "0" };
            Some(format!("{}{end}", &key[..key.len() - 1]))
        };
        let callers = vec![
            ("none", None),
            ("empty", Some(String::new())),
            ("garbage", Some("rk_demo_garbage".to_owned())),
            ("unknown", unknown(&demo)),
            ("unknown operator", unknown(&regain)),
            ("one symbol off", bent(&world.admin)),
            ("renamed to another tenant", Some(others_admin.replace(OTHER, "demo"))),
            ("renamed to the operator's", Some(world.admin.replace("demo", "regain"))),
            ("revoked", Some(revoked)),
            ("desk", Some(world.desk.clone())),
            ("admin", Some(world.admin.clone())),
            ("operator", Some(world.operator.clone())),
            ("other desk", Some(others_desk)),
            ("other admin", Some(others_admin)),
            ("the installation's admin", Some(nobodys_admin)),
        ];
        let asked = post_at(&world, after(0), "demo", "request-reset", json!({"login": MO})).await;
        world.deliver(after(1)).await;
        let support_code = asked.text("support_code").to_owned();
        let spare_key = api_key::read(&spare).unwrap().id.to_string();
        Self { world, callers, support_code, spare_key }
    }

    async fn call(
        &self,
        (route, operation): (&Route, &Operation),
        key: Option<&str>,
        body: &Value,
        tenant: &str,
    ) -> Reply {
        let id = if operation.id == "revoke-api-key" { &self.spare_key } else { "id-of-mo" };
        let path = route.path.strip_prefix("/admin/v1/").unwrap();
        let path = path.replace("{tenant}", tenant).replace("{id}", id);
        let path = path.replace("{code}", &self.support_code);
        let method = Method::from_bytes(operation.method.as_str().as_bytes()).unwrap();
        let mut request = Request::admin(method, &path, key.unwrap_or_default(), body);
        if key.is_none() {
            request.headers.retain(|(name, _)| *name != "authorization");
        }
        if operation.id == "import-accounts" {
            request = request_of_lines(request);
        }
        self.world.send(after(10), &request).await
    }
}

fn request_of_lines(mut request: Request) -> Request {
    request.headers.retain(|(name, _)| *name != "content-type");
    request.header("content-type", "application/x-ndjson")
}

/// What the contract says to a caller: `None`, that it may.
fn refusal(caller: &str, least: Least, names_a_tenant: bool) -> Option<(u16, &'static str)> {
    const UNAUTHORIZED: Option<(u16, &str)> = Some((401, "unauthorized"));
    const FORBIDDEN: Option<(u16, &str)> = Some((403, "forbidden"));
    match caller {
        "operator" => None,
        "desk" => {
            if least == D {
                None
            } else {
                FORBIDDEN
            }
        }
        "admin" => {
            if least < O {
                None
            } else {
                FORBIDDEN
            }
        }
        "other desk" | "other admin" | "the installation's admin" => match names_a_tenant {
            true => Some((404, "tenant_unknown")),
            false => FORBIDDEN,
        },
        _ => UNAUTHORIZED,
    }
}

fn operations() -> impl Iterator<Item = (&'static Route, &'static Operation)> {
    let all = ROUTES.iter().flat_map(|route| route.operations.iter().map(move |o| (route, o)));
    all.filter(|(_, operation)| matches!(operation.access, Access::Key(_)))
}

#[tokio::test]
async fn every_role_may_do_what_the_table_says_and_nothing_else() {
    let table = table();
    let known: BTreeSet<&str> = table.iter().map(|(id, ..)| *id).collect();
    let there: BTreeSet<&str> = operations().map(|(_, operation)| operation.id).collect();
    assert_eq!(there, known, "who may call each operation stands in this table");
    let mut stage = Stage::new().await;
    for (route, operation) in operations() {
        let (id, least, body, success) = table.iter().find(|row| row.0 == operation.id).unwrap();
        for at in 0..stage.callers.len() {
            let (caller, key) = stage.callers[at].clone();
            let told = format!("{id} by {caller}");
            let before = at_rest(&stage.world);
            let reply = stage.call((route, operation), key.as_deref(), body, "demo").await;
            let Some(refused) = refusal(caller, *least, route.path.contains("{tenant}")) else {
                assert_eq!(reply.status, *success, "{told}: {reply:?}");
                // Who may has done it; the next begins afresh.
                if at_rest(&stage.world) != before {
                    stage = Stage::new().await;
                }
                continue;
            };
            assert_eq!(outcome(&reply), refused, "{told}: {reply:?}");
            let asked = if refused.0 == 401 { "Bearer" } else { "" };
            assert_eq!(reply.header("www-authenticate"), asked, "{told}");
            assert_eq!(at_rest(&stage.world), before, "{told} changed something");
        }
    }
}

#[tokio::test]
async fn a_key_of_another_tenant_is_told_what_it_is_told_of_a_tenant_that_never_was() {
    let stage = Stage::new().await;
    let others = stage.callers.iter().find(|(caller, _)| *caller == "other admin").unwrap();
    let key = others.1.as_deref();
    for (route, operation) in operations().filter(|(route, _)| route.path.contains("{tenant}")) {
        let call = async |tenant| stage.call((route, operation), key, &NULL, tenant).await;
        let (there, nowhere) = (call("demo").await, call("never-was").await);
        assert_eq!((there.status, &there.body), (404, &nowhere.body), "{}", operation.id);
        let named = call("not a name").await;
        assert_eq!(named.body, nowhere.body, "{}", operation.id);
    }
}

#[tokio::test]
async fn reading_by_head_asks_for_the_same_key() {
    let stage = Stage::new().await;
    let request = |key: &str| Request::admin(Method::HEAD, "tenants/demo/settings", key, &NULL);
    for (key, status) in [("rk_demo_garbage", 401), (&stage.world.desk, 403)] {
        assert_eq!(stage.world.send(after(0), &request(key)).await.status, status);
    }
    assert_eq!(stage.world.send(after(0), &request(&stage.world.admin)).await.status, 200);
}

#[tokio::test]
async fn a_key_is_a_bearer_token_and_nothing_else() {
    let world = World::new().await;
    let asked = async |header: &'static str, text: String| {
        let mut request = Request::admin(Method::GET, "tenants/demo/settings", "", &NULL);
        request.headers = vec![(header, text)];
        world.send(after(0), &request).await.status
    };
    let key = &world.admin;
    for (text, status) in [
        (format!("Bearer {key}"), 200),
        (format!("bearer {key}"), 200),
        (format!("BEARER  {key} "), 200),
        (key.clone(), 401),
        (format!("Basic {key}"), 401),
        (format!("Bearer{key}"), 401),
        (format!("Bearer {key} {key}"), 401),
        (format!("Bearer {}", key.to_uppercase()), 401),
        (format!("Bearer {}", &key[..key.len() - 1]), 401),
        (format!("Bearer {key}0"), 401),
        ("Bearer".to_owned(), 401),
        (format!("Bearer rk__{}", key.rsplit('_').next().unwrap()), 401),
    ] {
        assert_eq!(asked("authorization", text.clone()).await, status, "{text}");
    }
    assert_eq!(asked("x-api-key", key.clone()).await, 401);
    assert_eq!(asked("cookie", format!("api_key={key}")).await, 401);
}

/// No call makes such a key; should a row be bent, it opens no more than its own tenant.
#[tokio::test]
async fn being_called_an_operator_makes_nobody_one_but_the_installations() {
    let world = World::new().await;
    other(&world).await;
    let key = world.create_key(&world.tenant(), Role::Operator).await;
    let acme = json!({"tenant": "acme", "name": "Acme"});
    for (method, path, body, refused) in [
        (Method::POST, "tenants", acme, (403, "forbidden")),
        (Method::GET, "tenants", NULL, (403, "forbidden")),
        (Method::DELETE, "tenants/demo", NULL, (403, "forbidden")),
        (Method::DELETE, "tenants/other", NULL, (404, "tenant_unknown")),
        (Method::GET, "tenants/other/settings", NULL, (404, "tenant_unknown")),
        (Method::GET, "tenants/other/accounts", NULL, (404, "tenant_unknown")),
    ] {
        let before = at_rest(&world);
        let reply = world.admin(method, path, &key, body).await;
        assert_eq!(outcome(&reply), refused, "{path}");
        assert_eq!(at_rest(&world), before, "{path}");
    }
}
