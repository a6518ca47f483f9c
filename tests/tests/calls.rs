//! What a request asks of the store, in which order, and at what price; and that no function may
//! do what it never does.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop")]

#[cfg(test)]
#[path = "calls/back_office.rs"]
mod back_office;
#[cfg(test)]
#[path = "calls/everything.rs"]
mod everything;
#[cfg(test)]
#[path = "calls/locks.rs"]
mod locks;
#[cfg(test)]
#[path = "calls/recovery.rs"]
mod recovery;
#[cfg(test)]
#[path = "calls/sign_in.rs"]
mod sign_in;
#[cfg(test)]
#[path = "calls/signing_in.rs"]
mod signing_in;
#[cfg(test)]
#[path = "calls/work.rs"]
mod work;

use std::collections::BTreeSet;

use everything::everything;
use regain_domain::hashing::Cost;
use regain_domain::settings::OwnPassword;
use regain_domain::token::TokenPurpose;
use regain_local::{Call, Grant, unused_grants};
use regain_store::{Cloud, SecretName};
use regain_tests::{Reply, Request, World, after};
use serde_json::{Value, json};

const MO: &str = "mo@example.com";
const OLD: &str = "Zeilboot7";
const NEW: &str = "Molenwiek42";

const ACCEPT: &str = "TransactWriteItems[UpdateItem tokens, UpdateItem tokens, PutItem outbox]";
const CLICK: &str = "TransactWriteItems[UpdateItem tokens, UpdateItem accounts, PutItem timeline]";
const SET: &str = "TransactWriteItems[UpdateItem tokens, UpdateItem accounts, DeleteItem tokens, \
     PutItem outbox, PutItem timeline]";
const WITHDRAW: &str =
    "TransactWriteItems[UpdateItem tokens, UpdateItem accounts, PutItem timeline]";
const REPORT: &str = "TransactWriteItems[UpdateItem tokens, PutItem timeline, UpdateItem accounts]";

/// One of each function that anyone may call.
const ENDPOINTS: [&str; 9] = [
    "request-reset",
    "check-link",
    "set-password",
    "sign-in",
    "start-recovery",
    "send-sms-code",
    "check-sms-code",
    "unlock",
    "magic-login",
];

/// A world whose functions have read the tenant's settings.
async fn warm() -> World {
    warm_at(Cost { memory_kib: 64, passes: 1 }).await
}

async fn warm_at(cost: Cost) -> World {
    let world = World::with_cost(cost, |_| {}).await;
    for endpoint in ENDPOINTS {
        let invalid = world.post(after(0), endpoint, json!({})).await;
        assert_eq!(invalid.status, 400);
        let calls = world.cloud.calls();
        assert!(calls.iter().all(|call| call.summary == "GetItem tenants"), "{calls:?}");
    }
    world
}

/// Makes a request; gives the reply and what it asked of the store.
async fn ask(world: &World, seconds: i64, endpoint: &str, body: Value) -> (Reply, Vec<String>) {
    world.cloud.forget_calls();
    let reply = world.post(after(seconds), endpoint, body).await;
    let calls = world.cloud.calls();
    let function = match endpoint {
        "check-link" | "withdraw-link" => "click-link",
        "send-recovery-link" => "start-recovery",
        "why-cannot-i-sign-in" => "request-reset",
        "redeem-magic-link" => "magic-login",
        "finish-sign-in" => "sign-in",
        other => other,
    };
    assert!(calls.iter().all(|call| call.caller == function), "{calls:?}");
    assert_eq!(reply.log["dynamodb.calls"], calls.len(), "the log tells what the cloud saw");
    (reply, calls.into_iter().map(|call| call.summary).collect())
}

#[tokio::test]
async fn settings_are_read_once_a_minute_and_never_for_what_is_no_endpoint() {
    let world = World::new().await;
    let body = || json!({"login": MO});
    assert_eq!(ask(&world, 0, "request-reset", body()).await.1, ["GetItem tenants", ACCEPT]);
    assert_eq!(ask(&world, 59, "request-reset", body()).await.1, [ACCEPT]);
    assert_eq!(ask(&world, 60, "request-reset", body()).await.1, ["GetItem tenants", ACCEPT]);
    world.cloud.forget_calls();
    for path in ["/", "/v1/demo/nothing", "/v1/demo/sign-in/x", "/favicon.ico"] {
        let request = Request { path: path.to_owned(), ..Request::post("", &json!({})) };
        assert_eq!(world.send(after(0), &request).await.status, 404, "{path}");
    }
    assert_eq!(world.cloud.calls(), []);
}

#[tokio::test]
async fn request_reset_is_one_call_whoever_is_asked_for() {
    let world = warm().await;
    for login in [MO, "nobody@example.com", "new@example.com", "bo@example.com"] {
        let (reply, calls) = ask(&world, 1, "request-reset", json!({"login": login})).await;
        assert_eq!((reply.status, calls), (202, vec![ACCEPT.to_owned()]), "{login}");
    }
    let token = world.reset_token(after(2), MO).await;
    let (reply, calls) = ask(&world, 3, "request-reset", json!({"token": token})).await;
    assert_eq!((reply.status, calls), (202, vec![ACCEPT.to_owned()]));
}

#[tokio::test]
async fn a_link_costs_two_calls_to_check_and_two_to_click_and_one_more_when_dead() {
    let world = warm().await;
    let token = world.reset_token(after(0), MO).await;
    let body = || json!({"token": token});
    let read = ["GetItem tokens", "GetItem accounts"];
    assert_eq!(ask(&world, 1, "check-link", body()).await.1, read);
    assert_eq!(ask(&world, 2, "click-link", body()).await.1, ["GetItem tokens", CLICK]);
    assert_eq!(ask(&world, 3, "click-link", body()).await.1, read, "again: nothing to write");
    assert_eq!(ask(&world, 4, "check-link", body()).await.1, read);
    let withdrawn = ["GetItem tokens", "GetItem accounts", WITHDRAW];
    assert_eq!(ask(&world, 5, "withdraw-link", body()).await.1, withdrawn);
    for endpoint in ["check-link", "click-link", "withdraw-link"] {
        assert_eq!(ask(&world, 6, endpoint, body()).await.1, read, "{endpoint} of a dead one");
    }

    // Dead by its account alone: only the condition tells, and the link is asked once more why.
    let token = world.reset_token(after(10), MO).await;
    world.change_account(MO, |account| account.epoch += 1).await;
    let (reply, calls) = ask(&world, 11, "click-link", json!({"token": token})).await;
    assert_eq!((reply.code(), calls.len()), ("link_withdrawn", 4), "{calls:?}");

    let unknown = world.mint(TokenPurpose::ResetLink, regain_domain::LinkId::new([9; 10]));
    for endpoint in ["check-link", "click-link", "withdraw-link"] {
        let (reply, calls) = ask(&world, 12, endpoint, json!({"token": unknown})).await;
        assert_eq!((reply.status, calls), (404, vec!["GetItem tokens".to_owned()]));
    }
    for damaged in ["x".to_owned(), format!("{token}0")] {
        let (reply, calls) = ask(&world, 13, "click-link", json!({"token": damaged})).await;
        assert_eq!((reply.status, calls), (400, Vec::new()));
    }
}

#[tokio::test]
async fn set_password_is_three_calls_and_two_argon2_runs_however_long_the_history() {
    let world = warm().await;
    world
        .change_account(MO, |account| {
            account.history = (0..499).map(|n| format!("1{n:043}")).collect();
        })
        .await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(1), &token).await;
    let set = async |seconds, password: &str| {
        let body = json!({"grant": grant, "password": password});
        let (reply, calls) = ask(&world, seconds, "set-password", body).await;
        (reply.status, calls, reply.log["argon2.runs"].clone())
    };
    let count = "UpdateItem tokens".to_owned();
    let read = "GetItem accounts".to_owned();
    let rejected = (422, vec![count.clone(), read.clone()], json!(1));
    assert_eq!(set(2, "weak").await, rejected);
    assert_eq!(set(3, "molenwiek").await, rejected);
    let done = (200, vec![count.clone(), read.clone(), SET.to_owned()], json!(2));
    assert_eq!(set(4, NEW).await, done);
    assert_eq!(set(5, NEW).await, (410, vec![count.clone(), read], json!(0)));
    let unknown = world.mint(TokenPurpose::SetPasswordGrant, regain_domain::LinkId::new([9; 10]));
    let body = json!({"grant": unknown, "password": NEW});
    let (reply, calls) = ask(&world, 6, "set-password", body).await;
    assert_eq!((reply.status, calls, &reply.log["argon2.runs"]), (404, vec![count], &json!(0)));
}

#[tokio::test]
async fn who_chooses_the_password_changes_no_call_and_no_run() {
    for (own_password, member) in [
        (OwnPassword::Always, "password"),
        (OwnPassword::WithEnding, "beginning"),
        (OwnPassword::Generated, ""),
    ] {
        let world = World::with(|settings| settings.own_password = own_password).await;
        assert_eq!(world.post(after(0), "set-password", json!({})).await.status, 400);
        let token = world.reset_token(after(0), MO).await;
        let mut body = json!({"grant": world.grant(after(1), &token).await});
        let read = || vec!["UpdateItem tokens".to_owned(), "GetItem accounts".to_owned()];
        // What the tenant does not have people choose costs no call and no try.
        for other in ["password", "beginning"].into_iter().filter(|other| *other != member) {
            let mut body = body.clone();
            body[other] = json!(NEW);
            let (reply, calls) = ask(&world, 2, "set-password", body).await;
            assert_eq!((reply.status, calls), (400, Vec::new()), "{own_password:?}: {other}");
        }
        if !member.is_empty() {
            body[member] = json!("Jansen-1234");
            let (reply, calls) = ask(&world, 3, "set-password", body.clone()).await;
            assert_eq!((reply.status, calls), (422, read()), "{own_password:?}");
            body[member] = json!(NEW);
        }
        let (reply, calls) = ask(&world, 4, "set-password", body).await;
        let done = [read(), vec![SET.to_owned()]].concat();
        assert_eq!((reply.status, calls), (200, done), "{own_password:?}: {:?}", reply.body);
        assert_eq!(reply.log["argon2.runs"], 2, "{own_password:?}");
    }
}

#[tokio::test]
async fn a_link_of_an_account_that_has_moved_costs_two_calls_more() {
    let world = warm().await;
    let token = world.reset_token(after(0), MO).await;
    let moved = json!({"login": "mo2@example.com"});
    let path = "tenants/demo/accounts/id-of-mo";
    let reply = world.admin(http::Method::PATCH, path, &world.admin, moved).await;
    assert_eq!(reply.status, 200);
    let found = ["GetItem tokens", "GetItem accounts", "GetItem accounts", "GetItem accounts"];
    for endpoint in ["check-link", "click-link", "withdraw-link"] {
        let (reply, calls) = ask(&world, 1, endpoint, json!({"token": token})).await;
        assert_eq!((reply.code(), &*calls), ("link_withdrawn", &found.map(str::to_owned)[..]));
    }
}

#[tokio::test]
async fn the_keys_of_sessions_cost_nothing() {
    let world = warm().await;
    world.cloud.forget_calls();
    let request = Request::post("jwks.json", &json!({}));
    let request = Request { method: "GET".parse().unwrap(), body: Vec::new(), ..request };
    assert_eq!(world.send(after(1), &request).await.status, 200);
    assert_eq!(world.cloud.calls(), []);
}

const FUNCTIONS: [&str; 15] = [
    "request-reset",
    "click-link",
    "set-password",
    "sign-in",
    "captcha",
    "start-recovery",
    "send-sms-code",
    "check-sms-code",
    "unlock",
    "magic-login",
    "second-step",
    "federated-login",
    "manage-tenants",
    "manage-accounts",
    "process-outbox",
];
const SECRETS: [(SecretName, &str, &str); 4] = [
    (SecretName::Links, "SecretName::Links", "links"),
    (SecretName::Sessions, "SecretName::Sessions", "sessions"),
    (SecretName::Edge, "SecretName::Edge", "edge"),
    (SecretName::AtRest, "SecretName::AtRest", "at-rest"),
];

/// The secrets that a function's wiring names: it reads them at init and nowhere else.
fn read_at_init(function: &str) -> Vec<SecretName> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../functions");
    let source = |file| std::fs::read_to_string(format!("{folder}/{function}/src/{file}"));
    assert!(!source("lib.rs").unwrap().contains("SecretName"), "secrets are wiring");
    let wiring = source("main.rs").unwrap();
    let named = SECRETS.into_iter().filter(|(_, spelled, _)| wiring.contains(spelled));
    named.map(|(secret, ..)| secret).collect()
}

async fn read(world: &World, function: &str, secret: SecretName) -> Result<(), String> {
    let cloud = Cloud::with(world.cloud.sdk(function).await, "regain");
    cloud.secret(secret).await.map(|_| ()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_function_reads_exactly_the_secrets_that_it_may_read() {
    let world = World::new().await;
    for function in FUNCTIONS {
        let named = read_at_init(function);
        for (secret, _, name) in SECRETS {
            let may = read(&world, function, secret).await.is_ok();
            assert_eq!(may, named.contains(&secret), "{function} and the secret {name}");
        }
    }
    let readers = |secret: SecretName| -> Vec<&str> {
        FUNCTIONS.into_iter().filter(|function| read_at_init(function).contains(&secret)).collect()
    };
    let sessions = ["sign-in", "unlock", "magic-login", "second-step", "federated-login"];
    assert_eq!(readers(SecretName::Sessions), sessions, "nobody else can make a session");
    let at_rest = ["sign-in", "second-step", "federated-login", "manage-tenants"];
    assert_eq!(readers(SecretName::AtRest), at_rest, "nobody else can open what is sealed");
}

#[tokio::test]
async fn nothing_is_granted_that_is_never_used_and_nothing_is_refused() {
    let world = everything().await;
    for function in FUNCTIONS {
        for secret in read_at_init(function) {
            read(&world, function, secret).await.unwrap();
        }
    }
    let calls = world.cloud.calls();
    let refused: Vec<&Call> = calls
        .iter()
        .filter(|call| call.error.as_deref().is_some_and(|error| error.contains("AccessDenied")))
        .collect();
    assert_eq!(refused, Vec::<&Call>::new());
    let callers: BTreeSet<&str> = calls.iter().map(|call| call.caller.as_str()).collect();
    assert!(FUNCTIONS.iter().all(|function| callers.contains(function)), "{callers:?}");
    let unused: Vec<Grant> = unused_grants(world.cloud.template(), &calls);
    assert_eq!(unused, []);
}

#[tokio::test]
async fn a_report_is_three_calls() {
    let world = warm().await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(1), &token).await;
    assert_eq!(world.set(after(2), &grant, NEW).await.status, 200);
    let (reply, calls) = ask(&world, 3, "withdraw-link", json!({"token": token})).await;
    assert_eq!(reply.text("status"), "reported");
    assert_eq!(calls, ["GetItem tokens", "GetItem accounts", REPORT]);
}
