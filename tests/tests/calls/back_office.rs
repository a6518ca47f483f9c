//! What the back office asks of the store. Every call of it begins with the caller's key, which is
//! one write; what follows is its own work.

use http::Method;
use jiff::Timestamp;
use regain_domain::api_key::{self, Role};
use regain_http::api::Access;
use regain_tests::{Reply, Request, World, after, operations};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::MO;

pub(super) const KEY: &str = "UpdateItem tenants";
const SETTINGS: &str = "GetItem tenants";
pub(super) const GET: &str = "GetItem accounts";
/// What was counted, which tells whether the account is locked.
pub(super) const TRIES: &str = "GetItem tokens";
const CREATE: &str = "TransactWriteItems[PutItem accounts, PutItem accounts, PutItem timeline, \
     DeleteItem tokens]";

/// A world in which both functions have read the settings.
pub(super) async fn warm() -> World {
    let world = World::with(|settings| settings.temporary_passwords_enabled = true).await;
    for path in ["tenants/demo/accounts?limit=1", "tenants/demo/api-keys"] {
        let path = (Method::GET, path);
        let (reply, calls) = asked(&world, 0, path, &world.admin, Value::Null).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(calls[..2], [KEY, SETTINGS], "cold: the key, then the settings");
    }
    world
}

pub(super) async fn asked(
    world: &World,
    seconds: i64,
    (method, path): (Method, &str),
    key: &str,
    body: Value,
) -> (Reply, Vec<String>) {
    world.cloud.forget_calls();
    let reply = world.admin_at(after(seconds), method, path, key, body).await;
    told(world, reply)
}

fn told(world: &World, reply: Reply) -> (Reply, Vec<String>) {
    let calls = world.cloud.calls();
    assert!(calls.iter().all(|call| call.caller == reply.log["function"].as_str().unwrap()));
    assert_eq!(reply.log["dynamodb.calls"], calls.len(), "the log tells what the cloud saw");
    (reply, calls.into_iter().map(|call| call.summary).collect())
}

pub(super) fn transaction(parts: &[&str]) -> String {
    format!("TransactWriteItems[{}]", parts.join(", "))
}

pub(super) type Step<'s> = (Method, &'s str, Value, u16, Vec<String>);

/// Each call is the key and then what is expected of it, by a key that may do everything.
pub(super) async fn costs(world: &World, at: &str, steps: Vec<Step<'_>>) {
    for (method, path, body, status, expected) in steps {
        let path = format!("{at}{path}");
        let called = format!("{method} {path} {body}");
        let (reply, calls) = asked(world, 10, (method, &path), &world.operator, body).await;
        assert_eq!(reply.status, status, "{called}: {reply:?}");
        let expected = [vec![KEY.to_owned()], expected].concat();
        assert_eq!(calls, expected, "{called}");
    }
}

pub(super) fn own(calls: &[&str]) -> Vec<String> {
    calls.iter().map(|call| (*call).to_owned()).collect()
}

#[tokio::test]
async fn a_call_with_a_key_costs_one_write_more_than_its_work_and_one_without_costs_nothing() {
    let world = warm().await;
    let unknown = api_key::mint(&world.tenant(), [9; 32]);
    for row in operations().filter(|(_, o)| matches!(o.access, Access::Key(_))) {
        let (_, operation) = row;
        let request = Request::to(&world, row, "id-of-ann", &json!({}));
        for (authorization, expected) in [
            (None, &[][..]),
            (Some(world.admin.clone()), &[]),
            (Some("Bearer rk_demo_x".to_owned()), &[]),
            (Some(format!("Bearer {}", &world.admin[1..])), &[]),
            (Some(format!("Bearer {}", unknown.text.expose_secret())), &[KEY]),
        ] {
            let mut request = request.clone();
            request.headers.retain(|(name, _)| *name != "authorization");
            let request = match &authorization {
                Some(authorization) => request.header("authorization", authorization),
                None => request,
            };
            world.cloud.forget_calls();
            let reply = world.send(after(1), &request).await;
            let (reply, calls) = told(&world, reply);
            assert_eq!((reply.status, &*calls), (401, &*own(expected)), "{}", operation.id);
        }
        if operation.access != Access::Key(Role::Desk) {
            let mut request = request.clone();
            request.headers.retain(|(name, _)| *name != "authorization");
            let desk = request.header("authorization", &format!("Bearer {}", world.desk));
            world.cloud.forget_calls();
            let reply = world.send(after(1), &desk).await;
            let (reply, calls) = told(&world, reply);
            assert_eq!((reply.status, calls), (403, own(&[KEY])), "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn manage_tenants_costs_one_to_four_calls_beside_the_key() {
    let world = warm().await;
    let (get, post, patch, delete) = (Method::GET, Method::POST, Method::PATCH, Method::DELETE);
    let (put, check) = ("PutItem tenants", "ConditionCheckItem tenants");
    let made = vec![transaction(&[put, put, put, check])];
    let query = || own(&["Query tenants"]);
    let zuid = || json!({"tenant": "zuid", "name": "Zuid"});
    let nobody = || own(&["GetItem tenants"]);
    costs(
        &world,
        "tenants",
        vec![
            (post.clone(), "", zuid(), 201, made.clone()),
            (post.clone(), "", zuid(), 409, made),
            (post.clone(), "", json!({"tenant": "-", "name": "x"}), 400, Vec::new()),
            (get.clone(), "", Value::Null, 200, query()),
            (get.clone(), "?limit=1", Value::Null, 200, query()),
            (get.clone(), "?cursor=x", Value::Null, 404, Vec::new()),
            (get.clone(), "/nobody/settings", Value::Null, 404, nobody()),
        ],
    )
    .await;
    let change = transaction(&[KEY, KEY]);
    let changed = vec![SETTINGS.to_owned(), change];
    let key_made = vec!["Query tenants".to_owned(), transaction(&[put, check])];
    costs(
        &world,
        "tenants/demo/",
        vec![
            (get.clone(), "settings", Value::Null, 200, own(&[SETTINGS])),
            (get.clone(), "compliance", Value::Null, 200, own(&[SETTINGS])),
            (patch.clone(), "settings", json!({"name": "Demo 2"}), 200, changed.clone()),
            (patch.clone(), "settings", json!({}), 200, changed),
            (patch, "settings", json!({"lockout": {"failures": 0}}), 422, own(&[SETTINGS])),
            (post.clone(), "api-keys", json!({"role": "desk"}), 201, key_made),
            (post, "api-keys", json!({"role": "operator"}), 400, Vec::new()),
            (get, "api-keys", Value::Null, 200, query()),
            (
                delete.clone(),
                "api-keys/0000000000000000",
                Value::Null,
                404,
                own(&["DeleteItem tenants"]),
            ),
            (delete.clone(), "api-keys/x", Value::Null, 404, Vec::new()),
        ],
    )
    .await;
    // The settings of a tenant that this sandbox has not seen; then its keys; then everything, one
    // delete for its key; then the keys that were made meanwhile.
    let remove = "DeleteItem tenants";
    let deleted = transaction(&[put, remove, remove, "PutItem outbox", remove]);
    let deleted = [own(&[SETTINGS, "Query tenants"]), vec![deleted], query()].concat();
    let steps = vec![
        (delete.clone(), "", Value::Null, 204, deleted.clone()),
        (
            delete,
            "",
            Value::Null,
            404,
            vec!["Query tenants".to_owned(), transaction(&[put, remove, remove, "PutItem outbox"])],
        ),
    ];
    costs(&world, "tenants/zuid", steps).await;
}

#[tokio::test]
async fn making_and_finding_an_account_costs_one_or_two_calls_beside_the_key() {
    let world = warm().await;
    let (get, post) = (Method::GET, Method::POST);
    let (read, gone) = (own(&[GET, GET, TRIES]), own(&[GET]));
    let jo = || json!({"login": "jo@example.com", "password": "Molenwiek42"});
    let long = format!("/{}", "x".repeat(37));
    let none = || Value::Null;
    costs(
        &world,
        "tenants/demo/accounts",
        vec![
            (post.clone(), "", jo(), 201, own(&[CREATE])),
            (post.clone(), "", jo(), 409, own(&[CREATE])),
            (post.clone(), "", json!({"login": "x@example.com", "password": "x"}), 422, Vec::new()),
            (get.clone(), "", none(), 200, own(&["Query accounts/list"])),
            (get.clone(), "?limit=1", none(), 200, own(&["Query accounts/list"])),
            (get.clone(), "?login=mo%40example.com", none(), 200, gone.clone()),
            (get.clone(), "?login=no%40example.com", none(), 200, gone.clone()),
            (get.clone(), "/id-of-mo", none(), 200, read),
            (get.clone(), "/nobody", none(), 404, gone),
            (get.clone(), &long, none(), 404, Vec::new()),
            (get.clone(), "/id-of-ann/timeline", none(), 200, own(&["Query timeline"])),
            (get, "/nobody/timeline", none(), 404, own(&["Query timeline", GET])),
        ],
    )
    .await;
}

const PUT: &str = "PutItem accounts";
const DELETE: &str = "DeleteItem accounts";
pub(super) const OUTBOX: &str = "PutItem outbox";
/// Of the notices of an hour.
pub(super) const TAKE: &str = "UpdateItem tokens";
pub(super) const TOLD: &str = "PutItem timeline";
/// What was counted for the login.
pub(super) const FORGET: &str = "DeleteItem tokens";

/// Two reads, and then these in one transaction.
fn then(parts: &[&str]) -> Vec<String> {
    [own(&[GET, GET]), vec![transaction(parts)]].concat()
}

#[tokio::test]
async fn changing_an_account_costs_three_calls_beside_the_key_and_two_where_nothing_changes() {
    let world = warm().await;
    let patch = |to: &str, body, status, calls| (Method::PATCH, to.to_owned(), body, status, calls);
    let post = |to: &str, body, status, calls| (Method::POST, to.to_owned(), body, status, calls);
    let delete =
        |status, calls| (Method::DELETE, "/id-of-ann".to_owned(), Value::Null, status, calls);
    let (read, gone) = (own(&[GET, GET]), own(&[GET]));
    let moved = then(&[DELETE, PUT, PUT, FORGET, FORGET, OUTBOX, OUTBOX, TAKE, TOLD, TOLD]);
    let (mo, ann) = ("/id-of-mo", "/id-of-ann/temporary-password");
    let (block, unblock) = ("/id-of-new/block", "/id-of-new/unblock");
    let send = "/id-of-new/send-link";
    let (reason, reset) = (json!({"reason": "other"}), json!({"kind": "reset"}));
    let steps = vec![
        patch(mo, json!({}), 200, read.clone()),
        patch(mo, json!({"last_name": "Jansen"}), 200, read.clone()),
        patch(mo, json!({"last_name": "Bos"}), 200, then(&[PUT, TOLD, TOLD])),
        patch(mo, json!({"phone": "+31687654321"}), 200, then(&[PUT, OUTBOX, TAKE, TOLD, TOLD])),
        patch(mo, json!({"phone": "x"}), 400, Vec::new()),
        patch(mo, json!({"login": "m2@example.com"}), 200, moved.clone()),
        patch(mo, json!({"login": "ann@example.com"}), 409, moved),
        post(block, reason.clone(), 200, then(&[PUT, TOLD, TOLD])),
        post(block, reason, 200, read.clone()),
        post(send, reset.clone(), 403, read.clone()),
        post(unblock, Value::Null, 200, then(&[PUT, TOLD, TOLD])),
        post(unblock, Value::Null, 200, read.clone()),
        post(send, reset, 202, own(&[GET, GET, OUTBOX])),
        post(send, json!({"kind": "reset", "return_url": "https://x.example/"}), 400, Vec::new()),
        post(ann, Value::Null, 200, then(&[PUT, FORGET, OUTBOX, TAKE, TOLD, TOLD])),
        post(ann, json!({"beginning": "de Vries"}), 422, read),
        delete(204, then(&[DELETE, DELETE, FORGET, FORGET, TOLD])),
        delete(404, gone),
    ];
    let steps = steps.iter().map(|(method, path, body, status, calls)| {
        (method.clone(), path.as_str(), body.clone(), *status, calls.clone())
    });
    costs(&world, "tenants/demo/accounts", steps.collect()).await;
}

#[tokio::test]
async fn each_live_link_that_a_change_ends_is_one_write_in_the_same_transaction() {
    let world = warm().await;
    // Who has no password yet can have both.
    world.reset_token(after(1), "new@example.com").await;
    let invite = "tenants/demo/accounts/id-of-new/send-link";
    let invite = (Method::POST, invite);
    asked(&world, 2, invite, &world.desk, json!({"kind": "invite"})).await;
    world.deliver(after(3)).await;
    assert_eq!(world.account("new@example.com").await.slots.len(), 2);
    let (kill, told) = ("UpdateItem tokens", "PutItem timeline");
    let blocked = transaction(&["PutItem accounts", kill, kill, told, told]);
    let block = (Method::POST, "tenants/demo/accounts/id-of-new/block");
    let (_, calls) = asked(&world, 4, block, &world.admin, json!({"reason": "other"})).await;
    assert_eq!(calls, [KEY, GET, GET, &blocked]);

    world.reset_token(after(5), "ann@example.com").await;
    let erased = transaction(&[DELETE, DELETE, FORGET, FORGET, kill, told]);
    let erase = (Method::DELETE, "tenants/demo/accounts/id-of-ann");
    let (_, calls) = asked(&world, 6, erase, &world.admin, Value::Null).await;
    assert_eq!(calls, [KEY, GET, GET, &erased]);
}

#[tokio::test]
async fn a_story_is_four_calls_two_without_a_link_and_one_where_nothing_followed() {
    let world = warm().await;
    let ask = async |code: &str| {
        let path = format!("tenants/demo/support/{code}");
        let (reply, calls) = asked(&world, 9, (Method::GET, &path), &world.desk, Value::Null).await;
        (reply.status, calls)
    };
    let code = async |login| {
        let reply = world.request(after(1), login).await;
        world.deliver(after(2)).await;
        reply.text("support_code").to_owned()
    };
    let story = "GetItem timeline";
    let link = [KEY, story, "Query timeline", "GetItem tokens", GET];
    let mos = code(MO).await;
    assert_eq!(ask(&mos).await, (200, own(&link)));
    let failed = world.post(after(3), "sign-in", json!({"login": MO, "password": "x"})).await;
    world.deliver(after(3)).await;
    for code in [failed.text("support_code"), &code("bo@example.com").await] {
        assert_eq!(ask(code).await, (200, own(&[KEY, story, "Query timeline"])));
    }
    assert_eq!(ask(&code("nobody@example.com").await).await, (200, own(&[KEY, story])));
    assert_eq!(ask("0000000").await, (404, own(&[KEY, story])));
    assert_eq!(ask("x").await, (404, own(&[KEY])));
}

/// Lines of an import, of these numbers.
fn lines(numbers: impl Iterator<Item = u32>) -> String {
    numbers.map(|n| format!("{{\"login\":\"n{n}@example.com\"}}\n")).collect()
}

#[tokio::test]
async fn five_hundred_lines_are_twenty_calls_and_one_more_for_each_part_that_is_there_in_part() {
    let world = warm().await;
    let import = async |now: Timestamp, lines: String| {
        world.cloud.forget_calls();
        let reply = world.import(now, "demo", &world.admin, &lines).await;
        assert_eq!(reply.status, 200);
        let (_, calls) = told(&world, reply);
        assert_eq!(calls[0], KEY);
        let one = [PUT, PUT, TOLD, FORGET].join(", ");
        let whole = transaction(&[one.as_str(); 25]);
        let whole = calls.iter().filter(|call| **call == whole).count();
        (calls.len(), whole)
    };
    assert_eq!(import(after(1), lines(0..500)).await, (1 + 20, 20), "25 at a time");
    assert_eq!(import(after(2), lines(0..500)).await, (1 + 20, 20), "the same again");
    // One of the first 25 is there: those are refused, and written without it.
    assert_eq!(import(after(3), lines(499..999)).await, (1 + 21, 20));
    assert_eq!(import(after(4), "{}\n".repeat(500)).await, (1, 0), "nothing to write");
    assert_eq!(import(after(5), lines([7; 500].into_iter())).await, (1 + 1, 0), "one login");
}
