//! The database throttles, fails or refuses: the right answer, or "try again", and no more.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method};
use regain_domain::captcha::SEAL_LABEL;
use regain_domain::keys::Keyring;
use regain_domain::seal::Seal;
use regain_domain::token::TokenPurpose;
use regain_domain::{LinkId, Settings};
use regain_http::api::Access;
use regain_http::edge::Incoming;
use regain_http::{Edge, SettingsCache};
use regain_local::{Chaos, DynamoDbChaos};
use regain_store::Store;
use regain_tests::{Reply, Request, World, after, operations};
use request_reset::RequestReset;
use serde_json::{Value, json};

fn assert_unavailable(reply: &Reply) {
    let told = (reply.status, reply.code(), reply.header("retry-after"));
    assert_eq!(told, (503, "unavailable", "5"), "{reply:?}");
    assert_eq!(reply.log["level"], "error");
    assert!(reply.log["error"].is_array());
}

/// A call again and again until it is not put off; what else it answers is the caller's to judge.
async fn insist(world: &World, seconds: i64, endpoint: &str, body: Value) -> Reply {
    for _ in 0..20 {
        let reply = world.post(after(seconds), endpoint, body.clone()).await;
        if reply.status != 503 {
            return reply;
        }
        assert_unavailable(&reply);
    }
    panic!("{endpoint} was put off twenty times");
}

#[tokio::test]
async fn with_one_call_in_three_throttled_a_recovery_succeeds_or_is_put_off() {
    let world = World::new().await;
    let dynamodb = DynamoDbChaos { throttle_one_in: 3, ..DynamoDbChaos::default() };
    world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    let reply = insist(&world, 0, "request-reset", json!({"login": "mo@example.com"})).await;
    assert_eq!(reply.status, 202);
    world.deliver(after(1)).await;
    for minute in 1..5 {
        world.schedule(after(60 * minute)).await;
    }
    let token = world.newest_token("mo@example.com");
    assert_eq!(world.cloud.messages(None).len(), 1);
    let clicked = insist(&world, 300, "click-link", json!({"token": token})).await;
    assert_eq!(clicked.status, 200);
    let body = json!({"grant": clicked.text("grant"), "password": "Molenwiek42"});
    assert_eq!(insist(&world, 301, "set-password", body).await.status, 200);
    let body = json!({"login": "mo@example.com", "password": "Molenwiek42"});
    assert_eq!(insist(&world, 302, "sign-in", body).await.status, 200);
    world.cloud.set_chaos(Chaos::default());
    assert_eq!(world.click(after(303), &token).await.code(), "link_used");
}

#[tokio::test]
async fn a_database_that_is_down_is_told_as_503_and_changes_nothing() {
    let world = World::new().await;
    let token = world.reset_token(after(0), "mo@example.com").await;
    let grant = world.grant(after(1), &token).await;
    let recovery = world.recovery(after(1), "mo@example.com", "locked_out").await;
    let unlock = world.mint(TokenPurpose::UnlockGrant, LinkId::new([9; 10]));
    let captcha = world.captcha(after(1));
    let before = world.cloud.dump().unwrap().len();
    let dynamodb = DynamoDbChaos { fail_next: u64::MAX, ..DynamoDbChaos::default() };
    world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    let calls = [
        ("check-link", json!({"token": token})),
        ("click-link", json!({"token": token})),
        ("withdraw-link", json!({"token": token})),
        ("set-password", json!({"grant": grant, "password": "Molenwiek42"})),
        ("request-reset", json!({"login": "mo@example.com"})),
        ("sign-in", json!({"login": "mo@example.com", "password": "Zeilboot7"})),
        (
            "start-recovery",
            json!({"login": "mo@example.com", "reason": "locked_out", "captcha": captcha}),
        ),
        ("send-recovery-link", json!({"recovery": recovery})),
        ("send-sms-code", json!({"recovery": recovery, "phone": "+31612345678", "channel": "sms"})),
        ("check-sms-code", json!({"recovery": recovery, "code": "123456"})),
        ("unlock", json!({"grant": unlock})),
        ("unlock", json!({"grant": unlock, "password": "Zeilboot7"})),
    ];
    let replies = calls.into_iter().map(|(endpoint, body)| world.post(after(2), endpoint, body));
    for reply in futures_util::future::join_all(replies).await {
        assert_unavailable(&reply);
    }
    world.cloud.set_chaos(Chaos::default());
    assert_eq!(world.cloud.dump().unwrap().len(), before);
    assert_eq!(world.set(after(3), &grant, "Molenwiek42").await.status, 200);
}

#[tokio::test]
async fn every_call_with_a_key_is_put_off_while_the_database_is_down() {
    let world = World::new().await;
    let before = world.cloud.dump().unwrap();
    let dynamodb = DynamoDbChaos { fail_next: u64::MAX, ..DynamoDbChaos::default() };
    world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    let rows = operations().filter(|(_, operation)| operation.access != Access::Public);
    for row in rows {
        let request = Request::to(&world, row, "id-of-ann", &json!({}));
        assert_unavailable(&world.send(after(2), &request).await);
    }
    world.cloud.set_chaos(Chaos::default());
    assert_eq!(world.cloud.dump().unwrap(), before);
}

#[tokio::test]
async fn with_one_call_in_three_throttled_an_account_is_made_and_changed_once_or_put_off() {
    let world = World::new().await;
    let dynamodb = DynamoDbChaos { throttle_one_in: 3, ..DynamoDbChaos::default() };
    world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    let insist = async |method: Method, path: &str, body: Value| {
        for _ in 0..20 {
            let key = &world.admin;
            let reply = world.admin_at(after(1), method.clone(), path, key, body.clone()).await;
            if reply.status != 503 {
                return reply;
            }
            assert_unavailable(&reply);
        }
        panic!("{path} was put off twenty times");
    };
    let made = json!({"login": "jo@example.com"});
    let made = insist(Method::POST, "tenants/demo/accounts", made).await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = format!("tenants/demo/accounts/{}", made.text("account_id"));
    for (end, body) in [("/block", json!({"reason": "other"})), ("/unblock", Value::Null)] {
        assert_eq!(insist(Method::POST, &format!("{path}{end}"), body).await.status, 200);
    }
    let moved = insist(Method::PATCH, &path, json!({"login": "jo2@example.com"})).await;
    assert_eq!(moved.status, 200, "{moved:?}");
    world.cloud.set_chaos(Chaos::default());
    let events = world.events("jo2@example.com").await;
    let expected = ["account_created", "account_changed: login", "account_blocked: other"];
    let expected = [expected.as_slice(), &["account_unblocked: other"]].concat();
    assert_eq!(events, expected, "each once; of one moment in the order of their kinds");
    assert_eq!(insist(Method::DELETE, &path, Value::Null).await.status, 204);
}

#[tokio::test]
async fn a_missing_right_is_told_to_the_operator_and_not_to_the_caller() {
    let world = World::new().await;
    // The keys of click-link, which may not write to the outbox.
    let sdk = regain_store::Cloud::with(world.cloud.sdk("click-link").await, "regain");
    let ring = |name| Keyring::parse(&world.cloud.secret(name).unwrap()).unwrap();
    let settings = SettingsCache::new(async |_| Ok::<_, std::io::Error>(Some(Settings::default())));
    let edge = Edge::new("request-reset", &ring("edge"), settings, || 0);
    let captchas = Seal::new(&ring("edge"), SEAL_LABEL);
    let store = Store::new(&sdk, "regain");
    let step = RequestReset { store, links: ring("links"), captchas };
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let incoming = Incoming {
        method: &Method::POST,
        path: "/v1/demo/request-reset",
        query: "",
        headers: &headers,
        body: br#"{"login":"mo@example.com"}"#,
        source_ip: Some([192, 0, 2, 7].into()),
        request_id: "request-id",
    };
    let answer = edge
        .answer(after(0), incoming, async |call: Arc<_>| request_reset::handle(&step, &call).await);
    let (response, log) = answer.await;
    let (parts, body) = response.into_parts();
    let body: Value = serde_json::from_slice(body.as_bytes()).unwrap();
    let reply = Reply {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body,
        bytes: Vec::new(),
        log: log.into_value(),
    };
    assert_unavailable(&reply);
    assert!(reply.log["error"].to_string().contains("AccessDenied"), "{}", reply.log);
    let members: Vec<_> = reply.body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["code", "detail", "request_id", "status", "title", "type"]);
    for inside in ["Access", "arn:", "regain-", "dynamodb", "click-link"] {
        assert!(!reply.body.to_string().contains(inside), "{inside} in {}", reply.body);
    }
}
