//! Nothing about the answer to a request depends on whose login it is; the mailbox hears.

use futures_util::future::join_all;
use regain_local::{Chaos, DynamoDbChaos, SenderChaos};
use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::seen::{alike, seen};
use crate::steps::{
    ANN, BO, MO, NOBODY, WITHOUT_PASSWORD, ask, linked, outcome, session, subjects, world,
};

/// Existing, unknown, blocked, signing in with a provider only, locked.
const LOGINS: [&str; 5] = [MO, NOBODY, BO, WITHOUT_PASSWORD, ANN];

/// A world with one of each, whose functions have read the tenant's settings.
async fn everyone(change: impl FnOnce(&mut regain_domain::Settings)) -> World {
    let world = world(change).await;
    linked(&world, WITHOUT_PASSWORD).await;
    world.lock(after(-10), ANN).await;
    ask(&world, -1, "warm@example.com").await;
    world.deliver(after(-1)).await;
    world.cloud.clear_messages().unwrap();
    world.cloud.forget_calls();
    world
}

#[tokio::test]
async fn asking_for_a_link_that_signs_in_is_one_call_and_answered_alike_for_everyone() {
    let world = everyone(|_| {}).await;
    let mut all = Vec::new();
    for login in LOGINS {
        let reply = ask(&world, 0, login).await;
        all.push(seen(&world, "magic-login", &reply));
    }
    let one = alike(&all, &LOGINS);
    assert_eq!(one["status"], 202);
    assert_eq!(one["body"], json!({"status": "accepted", "support_code": "*"}));
    let accept = "TransactWriteItems[UpdateItem tokens, UpdateItem tokens, PutItem outbox]";
    assert_eq!(one["calls"], json!([accept]));
}

#[tokio::test]
async fn the_mailbox_gets_what_its_account_allows_and_nobodys_gets_nothing() {
    let world = everyone(|_| {}).await;
    for login in LOGINS {
        assert_eq!(ask(&world, 0, login).await.status, 202);
    }
    world.deliver(after(1)).await;
    let signs_in = "Sign in at Demo with this link (asked at 15:00)";
    for login in [MO, WITHOUT_PASSWORD, ANN] {
        assert_eq!(subjects(&world, login), [signs_in], "{login}");
        session(&world, 2, &world.newest_token(login)).await;
    }
    assert_eq!(subjects(&world, BO), ["Your account at Demo is blocked (asked at 15:00)"]);
    assert!(world.newest_mail(BO).links.is_empty());
    assert_eq!(world.cloud.messages(None).len(), 4);
}

#[tokio::test]
async fn a_bad_parameter_is_refused_before_anyone_is_looked_up() {
    let world = everyone(|_| {}).await;
    for (name, value) in [
        ("return_url", json!("https://evil.example/")),
        ("return_url", json!("")),
        ("language", json!("xx")),
        ("captcha", json!({"id": "x"})),
        ("token", json!("x")),
        ("purpose", json!("reset")),
    ] {
        let mut all = Vec::new();
        for login in LOGINS {
            let mut body = json!({"login": login});
            body[name] = value.clone();
            let reply = world.post(after(0), "magic-login", body).await;
            all.push(seen(&world, "magic-login", &reply));
        }
        let one = alike(&all, &LOGINS);
        assert_eq!(
            (&one["status"], &one["body"]["code"]),
            (&json!(400), &json!("invalid_request"))
        );
        assert_eq!(one["calls"], json!([]), "{name}: {value}");
    }
}

#[tokio::test]
async fn a_limit_is_reached_alike_by_everyone() {
    let world = everyone(|settings| settings.limits.per_login_and_address_hour = 1).await;
    let mut all = Vec::new();
    for login in LOGINS {
        assert_eq!(ask(&world, 1, login).await.status, 202);
        world.cloud.forget_calls();
        let reply = ask(&world, 2, login).await;
        all.push(seen(&world, "magic-login", &reply));
    }
    assert_eq!(alike(&all, &LOGINS)["status"], 429);
}

#[tokio::test]
async fn that_a_mail_or_the_database_fails_is_told_alike() {
    let world = everyone(|_| {}).await;
    let before = ask(&world, 0, MO).await;
    let before = seen(&world, "magic-login", &before);
    let ses = SenderChaos { fail_next: u64::MAX, ..SenderChaos::default() };
    world.cloud.set_chaos(Chaos { ses, ..Chaos::default() });
    for login in LOGINS {
        let reply = ask(&world, 0, login).await;
        world.deliver(after(1)).await;
        assert_eq!(seen(&world, "magic-login", &reply), before, "{login}");
    }
    let dynamodb = DynamoDbChaos { fail_next: u64::MAX, ..DynamoDbChaos::default() };
    world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    let replies = join_all(LOGINS.map(|login| ask(&world, 2, login))).await;
    for reply in &replies {
        assert_eq!((reply.status, reply.header("retry-after")), (503, "5"));
        assert_eq!(reply.body, replies[0].body);
        assert_eq!(reply.headers, replies[0].headers);
    }
}

#[tokio::test]
async fn redeeming_is_three_calls_and_a_dead_or_unknown_link_fewer() {
    const REDEEM: &str = "TransactWriteItems[UpdateItem tokens, UpdateItem accounts, \
         PutItem timeline, DeleteItem tokens]";
    let world = world(|_| {}).await;
    let token = world.magic_token(after(0), MO).await;
    let other = world.magic_token(after(0), ANN).await;
    session(&world, 0, &other).await;
    let read = ["GetItem tokens", "GetItem accounts"];
    for (token, seconds, status, calls) in [
        (&*token, 1, 200, [read.as_slice(), &[REDEEM]].concat()),
        (&token, 2, 410, read.to_vec()),
        (&format!("{token}0"), 3, 400, vec![]),
    ] {
        world.cloud.forget_calls();
        let reply = world.redeem(after(seconds), token).await;
        assert_eq!(reply.status, status, "{reply:?}");
        assert_eq!(world.cloud.calls_of("magic-login"), calls, "{seconds}");
    }
}

#[tokio::test]
async fn no_answer_to_a_request_holds_a_token() {
    let world = world(|_| {}).await;
    let old = world.magic_token(after(0), MO).await;
    for body in [json!({"login": MO}), json!({"token": old})] {
        let reply = world.post(after(1), "magic-login", body).await;
        let members: Vec<_> = reply.body.as_object().unwrap().keys().collect();
        assert_eq!(members, ["status", "support_code"]);
        let whole = format!("{} {:?}", reply.body, reply.headers);
        let longest = whole.split(|c: char| !c.is_ascii_alphanumeric()).map(str::len).max();
        assert!(longest < Some(20), "{whole}");
    }
}

/// One that only a tenant's settings decide, and so nobody's login.
#[tokio::test]
async fn where_it_is_switched_off_nobody_hears_more_than_that() {
    let world = everyone(|settings| settings.magic_login.enabled = false).await;
    let mut all = Vec::new();
    for login in LOGINS {
        let reply = ask(&world, 0, login).await;
        assert_eq!(outcome(&reply), (403, "magic_login_disabled"));
        all.push(seen(&world, "magic-login", &reply));
    }
    assert_eq!(alike(&all, &LOGINS)["calls"], json!([] as [Value; 0]));
}
