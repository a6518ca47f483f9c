//! A token that signs in is good for that and at its tenant; and no other token is.

use regain_domain::TenantId;
use regain_domain::hashing::{Cost, Hasher};
use regain_domain::token::TokenPurpose;
use regain_tests::{ACCOUNTS, Request, World, after};
use serde_json::{Value, json};

use crate::steps::{MO, NEW, NOBODY, death, office, outcome, session, withdrawn, world};

const STEPS: [&str; 5] =
    ["redeem-magic-link", "check-link", "withdraw-link", "magic-login", "request-reset"];

#[tokio::test]
async fn a_token_of_one_tenant_is_unknown_at_another_and_changes_neither() {
    let world = world(|_| {}).await;
    let other = TenantId::parse("other").unwrap();
    let settings = regain_domain::Settings { name: "Other".to_owned(), ..Default::default() };
    world.create_tenant(&other, &settings).await;
    world.create(&other, &ACCOUNTS[0], &Hasher::new(Cost { memory_kib: 64, passes: 1 })).await;
    let token = world.magic_token(after(0), MO).await;
    let before = world.cloud.dump().unwrap();
    for step in STEPS {
        let request = Request::post(step, &json!({"token": token}));
        let path = format!("/v1/other/{step}");
        let reply = world.send(after(20), &Request { path, ..request }).await;
        assert_eq!(outcome(&reply), (404, "link_unknown"), "{step}");
    }
    assert_eq!(world.cloud.dump().unwrap(), before);
    let mine = session(&world, 30, &token).await;
    // Nor is what it gave any good there.
    let request = Request::post("session", &json!({}));
    let path = "/v1/other/session".to_owned();
    let request = Request { path, method: http::Method::GET, ..request };
    let request = request.header("authorization", &format!("Bearer {mine}"));
    assert_eq!(world.send(after(31), &request).await.status, 401);
}

#[tokio::test]
async fn it_clicks_unlocks_and_sets_nothing() {
    let world = world(|_| {}).await;
    let token = world.magic_token(after(0), MO).await;
    let id = world.link_id(&token);
    let before = world.cloud.dump().unwrap();
    assert_eq!(outcome(&world.click(after(10), &token).await), (404, "link_unknown"));
    // Nobody gets such a grant from us, but who could mint it must still get nowhere.
    let grants = [TokenPurpose::SetPasswordGrant, TokenPurpose::UnlockGrant];
    let grants = grants.map(|purpose| world.mint(purpose, id));
    for grant in [&token, &grants[0], &grants[1]] {
        let reply = world.set(after(10), grant, NEW).await;
        assert_eq!(outcome(&reply), (404, "grant_unknown"), "{reply:?}");
        for reply in [
            world.unlock(after(10), grant).await,
            world.unlock_with(after(10), grant, "Zeilboot7").await,
        ] {
            assert_eq!(outcome(&reply), (404, "grant_unknown"), "{reply:?}");
        }
    }
    for body in [
        json!({"pending": token, "code": "123456"}),
        json!({"handover": token, "verifier": "v".repeat(43)}),
    ] {
        let reply = world.post(after(10), "finish-sign-in", body).await;
        assert_eq!(outcome(&reply), (404, "sign_in_unknown"), "{reply:?}");
    }
    let reply = world.session(after(10), &token).await;
    assert_eq!(reply.status, 401, "{reply:?}");
    assert_eq!(world.cloud.dump().unwrap(), before);
    session(&world, 20, &token).await;
}

#[tokio::test]
async fn no_other_token_signs_in() {
    let world = world(|_| {}).await;
    let reset = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(1), &reset).await;
    let path = "tenants/demo/accounts/id-of-new/send-link";
    office(&world, 0, http::Method::POST, path, json!({"kind": "invite"})).await;
    world.deliver(after(1)).await;
    let invite = world.newest_token("new@example.com");
    world.lock(after(2), MO).await;
    let unlock = world.newest_token(MO);
    let unlock_grant = world.grant(after(3), &unlock).await;
    let magic = world.magic_token(after(4), MO).await;
    let report = world.newest_not_me(MO);
    let recovery = world.recovery(after(5), MO, "forgot_password").await;
    let state = world.mint(TokenPurpose::FederatedState, world.link_id(&magic));
    let before = world.cloud.dump().unwrap();
    for (name, token) in [
        ("reset", &reset),
        ("its grant", &grant),
        ("invite", &invite),
        ("unlock", &unlock),
        ("its grant", &unlock_grant),
        ("report", &report),
        ("recovery", &recovery),
        ("state", &state),
    ] {
        let reply = world.redeem(after(10), token).await;
        assert_eq!(outcome(&reply), (404, "link_unknown"), "{name}: {reply:?}");
    }
    assert_eq!(world.cloud.dump().unwrap(), before);
    session(&world, 20, &magic).await;
}

#[tokio::test]
async fn a_damaged_token_is_told_from_an_unknown_one_before_anything_is_read() {
    let world = world(|_| {}).await;
    let token = world.magic_token(after(0), MO).await;
    let unissued = world.mint(TokenPurpose::MagicLink, regain_domain::LinkId::new([9; 10]));
    world.redeem(after(1), &unissued).await;
    world.cloud.forget_calls();
    let damaged = [format!("{token}>"), format!("{token}."), token[..46].to_owned(), "x".into()];
    for damaged in damaged {
        let reply = world.redeem(after(2), &damaged).await;
        assert_eq!(outcome(&reply), (400, "link_damaged"), "{damaged}");
    }
    assert_eq!(world.cloud.calls(), [], "nothing is read for a token that is none");
    let reply = world.redeem(after(2), &unissued).await;
    assert_eq!(outcome(&reply), (404, "link_unknown"));
    for body in [json!({}), json!({"token": Value::Null}), json!({"token": token, "login": NOBODY})]
    {
        let reply = world.post(after(2), "redeem-magic-link", body).await;
        assert_eq!(outcome(&reply), (400, "invalid_request"));
    }
    // What a mail program or a person does to it without damage.
    let spelled = token.to_ascii_uppercase().replace('1', "l").replace('0', "o");
    session(&world, 3, &spelled).await;
}

#[tokio::test]
async fn what_a_retired_key_minted_signs_in_no_more() {
    let mut world: World = world(|_| {}).await;
    let token = world.magic_token(after(0), MO).await;
    let secret: Value = serde_json::from_str(&world.cloud.secret("links").unwrap()).unwrap();
    let (key, next) = (&secret["1"], "n".repeat(43));
    let retired = json!({"1": after(30)});
    world.rotate_links(&json!({"current": "2", "1": key, "2": next, "retired": retired}));
    let dead = withdrawn("by_desk", after(30), "request_again");
    assert_eq!(death(&world.redeem(after(40), &token).await), dead);
    let asked = world.post(after(60), "magic-login", json!({"token": token})).await;
    assert_eq!(asked.status, 202, "it can still ask again");
    world.deliver(after(60)).await;
    session(&world, 70, &world.newest_token(MO)).await;
}
