//! Who somebody is: an issuer and its `sub`, and never an address.

use std::sync::{Arc, Mutex};

use http::Method;
use regain_domain::Provider;
use regain_tests::openid::Forgery;
use regain_tests::{OpenId, Who, World, after};
use serde_json::{Value, json};

use crate::steps::{
    ANN, MO, OVER, SUB, accounts_at_rest, error, handed_over, linked, links, office, proves,
    redeems, signs_in, told, world,
};

const NOT_LINKED: &str = "provider_not_linked";

#[tokio::test]
async fn who_never_linked_signs_in_to_nothing() {
    let (world, openid) = world(|_| {}).await;
    let before = accounts_at_rest(&world);
    for provider in Provider::ALL {
        let refused = error(&world, &openid, 0, provider, &Who::named(SUB)).await;
        assert_eq!(refused, NOT_LINKED, "{provider:?}");
    }
    assert_eq!(accounts_at_rest(&world), before);
}

/// What the last ID token claimed.
fn watched(openid: &OpenId) -> Arc<Mutex<Value>> {
    let seen = Arc::new(Mutex::new(Value::Null));
    let sees = Arc::clone(&seen);
    openid.forge(move |token: &mut Forgery| *sees.lock().unwrap() = token.claims.clone());
    seen
}

/// "nOAuth": at some issuers anybody writes any address on their account.
#[tokio::test]
async fn an_address_never_links_and_never_signs_in() {
    let (world, openid) = world(|_| {}).await;
    let before = accounts_at_rest(&world);
    let claims = watched(&openid);
    for provider in Provider::ALL {
        for email_verified in [true, false] {
            for login in [MO, "new@example.com", "MO@EXAMPLE.COM"] {
                let who = Who { email: login.to_owned(), email_verified, ..Who::named("stranger") };
                let refused = error(&world, &openid, 0, provider, &who).await;
                assert_eq!(refused, NOT_LINKED, "{provider:?} {who:?}");
                let claims = claims.lock().unwrap().clone();
                let claimed = (&claims["email"], &claims["email_verified"]);
                assert_eq!(
                    claimed,
                    (&json!(login), &json!(email_verified)),
                    "or this says nothing"
                );
            }
        }
        // Nor does a `sub` that reads like an address, or like an account's own id.
        for sub in [MO, "id-of-mo"] {
            let refused = error(&world, &openid, 0, provider, &Who::named(sub)).await;
            assert_eq!(refused, NOT_LINKED, "{provider:?} {sub}");
        }
    }
    assert_eq!(accounts_at_rest(&world), before);
}

#[tokio::test]
async fn an_address_that_changed_there_is_the_same_person_here() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let claims = watched(&openid);
        for (email, email_verified) in [(ANN, true), (ANN, false), ("", false), (MO, true)] {
            let who = Who { email: email.to_owned(), email_verified, ..Who::named(SUB) };
            let back = proves(&world, &openid, 1, provider, None, &who).await;
            let location = handed_over(&world, 1, &back).await;
            let reply = redeems(&world, 2, &location).await;
            assert_eq!((reply.status, reply.text("account_id")), (200, "id-of-mo"), "{who:?}");
            assert_eq!(claims.lock().unwrap()["email"], json!(email), "or this says nothing");
        }
        assert_eq!(world.account(MO).await.login.as_str(), MO, "nor is it taken over");
    }
}

#[tokio::test]
async fn a_sub_is_exact() {
    let (world, openid, _) = linked(Provider::Google).await;
    for sub in
        ["MO-ELSEWHERE", "mo-elsewhere ", " mo-elsewhere", "mo-elsewher", "mo-elsewhere\u{301}"]
    {
        let sub = sub.to_owned();
        openid.forge(move |token: &mut Forgery| token.claims["sub"] = json!(sub));
        let refused = error(&world, &openid, 1, Provider::Google, &Who::named(SUB)).await;
        assert_eq!(refused, NOT_LINKED);
    }
    openid.play_fair();
    signs_in(&world, &openid, 1, Provider::Google).await;
}

/// The session, and what a handover began, are of the address before.
#[tokio::test]
async fn an_account_that_moved_to_another_login_signs_in_all_the_same() {
    const MOVED: &str = "mo.jansen@example.org";
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let who = Who::named(SUB);
        let back = proves(&world, &openid, 1, provider, None, &who).await;
        let location = handed_over(&world, 1, &back).await;
        let patch = (Method::PATCH, "");
        office(&world, 2, patch.clone(), json!({"login": MOVED})).await;
        assert_eq!(told(&redeems(&world, 3, &location).await), OVER);
        let session = signs_in(&world, &openid, 4, provider).await;
        let reply = world.session(after(5), &session).await;
        assert_eq!((reply.status, reply.text("login")), (200, MOVED), "{reply:?}");

        // Whoever gets the address next gets no more than that.
        let body = json!({"login": MO, "password": "Trekvaart31"});
        let accounts = "tenants/demo/accounts";
        let made = world.admin_at(after(6), Method::POST, accounts, &world.admin, body).await;
        assert_eq!(made.status, 201, "{made:?}");
        let reply = world.sign_in_with(&openid, after(7), provider, SUB).await;
        assert_eq!(reply.text("account_id"), "id-of-mo", "{reply:?}");

        // And it links, unlinks and moves on as before.
        let session = reply.text("token").to_owned();
        links(&world, &openid, 8, &session, provider, "another").await;
        assert_eq!(error(&world, &openid, 9, provider, &who).await, NOT_LINKED);
        office(&world, 10, patch, json!({"login": "mo@example.net"})).await;
        let reply = world.sign_in_with(&openid, after(11), provider, "another").await;
        let body = json!({"provider": provider});
        let session = reply.text("token");
        let reply = world.signed_in(after(12), session, "unlink-provider", body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let refused = error(&world, &openid, 13, provider, &Who::named("another")).await;
        assert_eq!(refused, NOT_LINKED);
        assert_eq!(crate::steps::identity_items(&world, "demo"), [] as [&str; 0]);
    }
}

/// What a restore from a backup, or a slip in one, could leave: two items that say different things.
#[tokio::test]
async fn an_identity_that_its_account_does_not_have_signs_in_to_nothing() {
    let (world, openid, _) = linked(Provider::Google).await;
    let leaves =
        async |world: &World| error(world, &openid, 1, Provider::Google, &Who::named(SUB)).await;
    let kept = world.account(MO).await;
    world.change_account(MO, |account| account.identities.clear()).await;
    assert_eq!(leaves(&world).await, NOT_LINKED);
    world.change_account(MO, |account| account.identities = kept.identities.clone()).await;
    signs_in(&world, &openid, 2, Provider::Google).await;
    world.change_account(MO, |account| account.account_id = "somebody-else".to_owned()).await;
    assert_eq!(leaves(&world).await, NOT_LINKED);
}
