use futures_util::future::join_all;
use regain_local::{Chaos, DynamoDbChaos, SenderChaos};
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

/// Existing, unknown, blocked, without a password.
const LOGINS: [&str; 4] = ["mo@example.com", "no@example.com", "bo@example.com", "new@example.com"];

/// All that a caller sees, with the support code masked; and what was done for it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
    body_bytes: usize,
    pub(crate) calls: Vec<String>,
    pub(crate) log: Value,
}

pub(crate) fn seen(world: &World, function: &str, reply: &Reply) -> Seen {
    let headers = reply.headers.iter();
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    let mut calls = world.cloud.calls_of(function);
    // Those of one round trip may arrive in either order.
    calls.sort();
    world.cloud.forget_calls();
    let (mut body, mut log) = (reply.body.clone(), reply.log.clone());
    let body_bytes = body.to_string().len();
    if let Some(code) = body.get_mut("support_code") {
        *code = json!("*");
    }
    log["duration.ms"] = json!(0);
    if let Some(code) = log.get_mut("support.code") {
        *code = json!("*");
    }
    Seen { status: reply.status, headers, body, body_bytes, calls, log }
}

async fn warm(world: &World) {
    world.request(after(-1), "warm@example.com").await;
    world.sign_in(after(-1), "warm@example.com", "x").await;
    world.cloud.forget_calls();
}

#[tokio::test]
async fn asking_for_a_reset_is_answered_alike_for_everyone() {
    let world = World::new().await;
    warm(&world).await;
    let mut all = Vec::new();
    for login in LOGINS {
        let reply = world.request(after(0), login).await;
        all.push(seen(&world, "request-reset", &reply));
    }
    assert_eq!(all[0].status, 202);
    assert_eq!(all[0].body, json!({"status": "accepted", "support_code": "*"}));
    assert_eq!(
        all[0].calls,
        ["TransactWriteItems[UpdateItem tokens, UpdateItem tokens, PutItem outbox]"]
    );
    for (other, login) in all.iter().zip(LOGINS) {
        assert_eq!(*other, all[0], "{login}");
    }
}

#[tokio::test]
async fn a_failed_sign_in_is_answered_alike_for_everyone() {
    for (password, runs) in [("Wrong-1234", 1), (&*"x".repeat(1025), 0)] {
        let world = World::new().await;
        warm(&world).await;
        let mut all = Vec::new();
        for login in LOGINS {
            let body = json!({"login": login, "password": password});
            let reply = world.post(after(0), "sign-in", body).await;
            all.push(seen(&world, "sign-in", &reply));
        }
        assert_eq!((all[0].status, &all[0].body["code"]), (401, &json!("sign_in_failed")));
        let failed = "TransactWriteItems[UpdateItem tokens, PutItem outbox]";
        let (read, count) = ("GetItem accounts", "UpdateItem tokens");
        assert_eq!(all[0].calls, [read, failed, count, count]);
        assert_eq!(all[0].log["argon2.runs"], runs);
        for (other, login) in all.iter().zip(LOGINS) {
            assert_eq!(*other, all[0], "{login}");
        }
    }
}

#[tokio::test]
async fn that_an_account_is_blocked_is_told_to_the_right_password_only() {
    let world = World::new().await;
    let wrong = world.sign_in(after(0), "bo@example.com", "Klompen98").await;
    assert_eq!(wrong, (401, "sign_in_failed".to_owned()));
    let right = world.sign_in(after(0), "bo@example.com", "Klompen99").await;
    assert_eq!(right, (403, "account_blocked".to_owned()));
}

#[tokio::test]
async fn a_bad_parameter_is_refused_before_anyone_is_looked_up() {
    let world = World::new().await;
    warm(&world).await;
    for (name, value) in [
        ("return_url", json!("https://evil.example/")),
        ("return_url", json!("")),
        ("language", json!("xx")),
        ("language", json!(7)),
        ("captcha", json!({"id": "x"})),
        ("token", json!("x")),
    ] {
        let mut all = Vec::new();
        for login in LOGINS {
            let mut body = json!({"login": login});
            body[name] = value.clone();
            let reply = world.post(after(0), "request-reset", body).await;
            all.push(seen(&world, "request-reset", &reply));
        }
        assert_eq!((all[0].status, &all[0].body["code"]), (400, &json!("invalid_request")));
        assert_eq!(all[0].calls, [] as [&str; 0], "{name}: {value}");
        assert!(all.iter().all(|other| *other == all[0]), "{all:#?}");
    }
}

#[tokio::test]
async fn a_limit_is_reached_alike_by_everyone() {
    let world = World::with(|settings| settings.limits.per_login_and_address_hour = 1).await;
    warm(&world).await;
    let mut all = Vec::new();
    for login in LOGINS {
        assert_eq!(world.request(after(1), login).await.status, 202);
        world.cloud.forget_calls();
        let reply = world.request(after(2), login).await;
        all.push(seen(&world, "request-reset", &reply));
    }
    assert_eq!(all[0].status, 429);
    assert!(all.iter().all(|other| *other == all[0]), "{all:#?}");
}

#[tokio::test]
async fn that_no_mail_can_be_sent_shows_nowhere() {
    let world = World::new().await;
    warm(&world).await;
    let before = world.request(after(0), "mo@example.com").await;
    let before = seen(&world, "request-reset", &before);
    let ses = SenderChaos { fail_next: u64::MAX, ..SenderChaos::default() };
    world.cloud.set_chaos(Chaos { ses, ..Chaos::default() });
    world.deliver(after(1)).await;
    for login in LOGINS {
        let reply = world.request(after(0), login).await;
        world.deliver(after(1)).await;
        let during = seen(&world, "request-reset", &reply);
        assert_eq!(during, before, "{login}");
    }
}

#[tokio::test]
async fn that_the_database_is_down_is_told_alike() {
    let world = World::new().await;
    warm(&world).await;
    let dynamodb = DynamoDbChaos { fail_next: u64::MAX, ..DynamoDbChaos::default() };
    world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    let asked = join_all(LOGINS.map(|login| world.request(after(0), login))).await;
    let signed = join_all(LOGINS.map(|login| {
        let body = json!({"login": login, "password": "Zeilboot7"});
        world.post(after(0), "sign-in", body)
    }));
    for replies in [asked, signed.await] {
        let all: Vec<_> = replies.iter().map(|reply| seen(&world, "", reply)).collect();
        assert_eq!((all[0].status, replies[0].header("retry-after")), (503, "5"));
        assert!(all.iter().all(|other| other.body == all[0].body), "{all:#?}");
        assert!(all.iter().all(|other| other.headers == all[0].headers), "{all:#?}");
    }
}

#[tokio::test]
async fn no_answer_to_a_request_holds_a_token() {
    let world = World::new().await;
    let old = world.reset_token(after(0), "mo@example.com").await;
    for body in [json!({"login": "mo@example.com"}), json!({"token": old})] {
        let reply = world.post(after(1), "request-reset", body).await;
        let members: Vec<_> = reply.body.as_object().unwrap().keys().collect();
        assert_eq!(members, ["status", "support_code"]);
        let whole = format!("{} {:?}", reply.body, reply.headers);
        let longest = whole.split(|c: char| !c.is_ascii_alphanumeric()).map(str::len).max();
        assert!(longest < Some(20), "{whole}");
        assert_eq!(reply.text("support_code").len(), 7);
    }
}
