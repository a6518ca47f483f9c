//! Tokens: damaged, forged, borrowed from another tenant, or used for another purpose.

use regain_domain::hashing::{Cost, Hasher};
use regain_domain::token::TokenPurpose;
use regain_domain::{Settings, TenantId};
use regain_tests::{ACCOUNTS, Reply, Request, World, after};
use serde_json::json;

use crate::{MO, NEW};

const LINK_STEPS: [&str; 4] = ["check-link", "click-link", "withdraw-link", "request-reset"];

fn answer(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.code())
}

#[tokio::test]
async fn a_token_of_one_tenant_is_unknown_at_another_and_changes_neither() {
    let world = World::new().await;
    let other = TenantId::parse("other").unwrap();
    let settings = Settings { name: "Other".to_owned(), ..Settings::default() };
    world.create_tenant(&other, &settings).await;
    world.create(&other, &ACCOUNTS[0], &Hasher::new(Cost { memory_kib: 64, passes: 1 })).await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(10), &token).await;

    let before = world.cloud.dump().unwrap();
    let send = async |step: &str, body| {
        let path = format!("/v1/other/{step}");
        world.send(after(20), &Request { path, ..Request::post(step, &body) }).await
    };
    for step in LINK_STEPS {
        let reply = send(step, json!({"token": token})).await;
        assert_eq!(answer(&reply), (404, "link_unknown"), "{step}");
    }
    let reply = send("set-password", json!({"grant": grant, "password": NEW})).await;
    assert_eq!(answer(&reply), (404, "grant_unknown"));
    assert_eq!(world.cloud.dump().unwrap(), before);

    // The same address there is another account: a reset here leaves its password alone.
    assert_eq!(world.set(after(30), &grant, NEW).await.status, 200);
    let there = send("sign-in", json!({"login": MO, "password": "Zeilboot7"})).await;
    assert_eq!(there.status, 200, "{there:?}");
}

#[tokio::test]
async fn a_damaged_token_is_told_from_an_unknown_one_before_anything_is_read() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    world.check(after(1), &token).await;
    let swapped: String = {
        let mut symbols: Vec<char> = token.chars().collect();
        let at = symbols.windows(2).position(|pair| pair[0] != pair[1]).unwrap();
        symbols.swap(at, at + 1);
        symbols.into_iter().collect()
    };
    let other = |symbol: char| if symbol == 'z' { 'y' } else { 'z' };
    let mut damaged: Vec<String> = (0..token.len())
        .map(|at| {
            let change = |(n, symbol)| if n == at { other(symbol) } else { symbol };
            token.chars().enumerate().map(change).collect()
        })
        .collect();
    damaged.extend([swapped, format!("{token}>"), format!("{token}."), "x".to_owned()]);
    damaged.extend([token[..46].to_owned(), format!("{token}{token}"), "é".repeat(47)]);
    world.cloud.forget_calls();
    for damaged in damaged {
        for step in LINK_STEPS {
            let reply = world.post(after(2), step, json!({"token": damaged})).await;
            assert_eq!(answer(&reply), (400, "link_damaged"), "{step} {damaged}");
        }
        let reply = world.set(after(2), &damaged, NEW).await;
        assert_eq!(answer(&reply), (404, "grant_unknown"), "{damaged}");
    }
    let tokens_read = world.cloud.calls().into_iter().any(|call| call.summary.contains("tokens"));
    assert!(!tokens_read, "nothing is read for a token that is none");

    // What a mail program or a person does to it without damage.
    for spelled in [token.to_ascii_uppercase(), token.replace('1', "l").replace('0', "O")] {
        assert_eq!(world.check(after(3), &spelled).await.status, 200, "{spelled}");
    }
}

#[tokio::test]
async fn a_token_is_good_for_its_own_purpose_only() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(10), &token).await;
    let report = world.mint(TokenPurpose::Report, world.link_id(&token));

    for step in LINK_STEPS {
        let reply = world.post(after(20), step, json!({"token": grant})).await;
        assert_eq!(answer(&reply), (404, "link_unknown"), "a grant at {step}");
    }
    for step in ["check-link", "click-link", "request-reset"] {
        let reply = world.post(after(20), step, json!({"token": report})).await;
        assert_eq!(answer(&reply), (404, "link_unknown"), "a report at {step}");
    }
    for token in [&token, &report] {
        let reply = world.set(after(20), token, NEW).await;
        assert_eq!(answer(&reply), (404, "grant_unknown"));
    }
    assert_eq!(world.link(&token).await.unwrap().tries, 0, "no try was counted");
}

/// Nobody gets that grant from us, but who could mint it must still not skip the click.
#[tokio::test]
async fn the_grant_of_an_unclicked_link_is_unknown() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.mint(TokenPurpose::SetPasswordGrant, world.link_id(&token));
    let reply = world.set(after(10), &grant, NEW).await;
    assert_eq!(answer(&reply), (404, "grant_unknown"));
    assert_eq!(world.link(&token).await.unwrap().tries, 0);
    assert_eq!(world.click(after(20), &token).await.status, 200, "and the link lives");
}

#[tokio::test]
async fn a_dead_link_asks_again_without_retyping_the_login() {
    let world = World::new().await;
    let first = world.reset_token(after(0), MO).await;
    let asked = async |seconds: i64, token: &str| {
        let mails = world.cloud.messages(Some(MO)).len();
        let reply = world.post(after(seconds), "request-reset", json!({"token": token})).await;
        assert_eq!((reply.status, reply.text("status")), (202, "accepted"), "{reply:?}");
        assert!(!reply.body.to_string().contains("example.com"));
        world.deliver(after(seconds)).await;
        assert_eq!(world.cloud.messages(Some(MO)).len(), mails + 1);
        world.newest_token(MO)
    };
    let expired = 172_900;
    let second = asked(expired, &first).await;
    assert_eq!(world.click(after(expired), &first).await.text("remedy"), "use_newer_link");
    let third = asked(expired + 10, &first).await;
    let fourth = asked(expired + 20, &second).await; // superseded
    let grant = world.grant(after(expired + 30), &fourth).await;
    assert_eq!(world.set(after(expired + 40), &grant, NEW).await.status, 200);
    world.deliver(after(expired + 40)).await;
    let fifth = asked(expired + 50, &fourth).await; // used
    assert_eq!(world.not_me(after(expired + 60), &fifth).await.status, 200);
    let sixth = asked(expired + 70, &fifth).await; // withdrawn
    assert_eq!(world.click(after(expired + 80), &sixth).await.status, 200);
    assert_eq!(world.click(after(expired + 80), &third).await.code(), "link_superseded");
}
