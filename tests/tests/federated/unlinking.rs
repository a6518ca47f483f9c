//! What is unlinked signs in to nothing, and takes along who came in by it.

use regain_domain::Provider;
use regain_tests::{Who, after};
use serde_json::json;

use crate::steps::{
    ENDED, MO, MOS, SUB, at_rest, error, identity_items, linked, links, other_tenant, signs_in,
    told, world,
};

#[tokio::test]
async fn what_is_unlinked_signs_nobody_in_any_more() {
    for provider in Provider::ALL {
        let (world, openid, session) = linked(provider).await;
        for other in Provider::ALL.into_iter().filter(|other| *other != provider) {
            links(&world, &openid, 1, &session, other, SUB).await;
        }
        let by_it = signs_in(&world, &openid, 2, provider).await;
        let body = json!({"provider": provider});
        let reply = world.signed_in(after(3), &session, "unlink-provider", body.clone()).await;
        assert_eq!((reply.status, reply.text("status")), (200, "unlinked"), "{reply:?}");
        let anew = reply.body["session"]["token"].as_str().unwrap();
        assert_eq!(reply.body["session"]["methods"], json!(["password"]));
        for ended in [&session, &by_it] {
            assert_eq!(told(&world.session(after(4), ended).await), ENDED);
        }
        assert_eq!(world.session(after(4), anew).await.status, 200);
        let refused = error(&world, &openid, 5, provider, &Who::named(SUB)).await;
        assert_eq!(refused, "provider_not_linked");
        assert_eq!(identity_items(&world, "demo").len(), 2);
        for other in Provider::ALL.into_iter().filter(|other| *other != provider) {
            signs_in(&world, &openid, 6, other).await;
        }
        // Once, and what ended ends nothing.
        let before = at_rest(&world);
        let again = world.signed_in(after(7), anew, "unlink-provider", body.clone()).await;
        assert_eq!(told(&again), (404, "provider_not_linked"));
        assert_eq!(
            told(&world.signed_in(after(7), &session, "unlink-provider", body).await),
            ENDED
        );
        assert_eq!(at_rest(&world), before);
        assert_eq!(world.session(after(8), anew).await.status, 200);
        // And it can be linked again.
        links(&world, &openid, 9, anew, provider, SUB).await;
        signs_in(&world, &openid, 10, provider).await;
    }
}

#[tokio::test]
async fn the_new_session_says_how_its_holder_came_in() {
    let (world, openid, _) = linked(Provider::Google).await;
    let session = signs_in(&world, &openid, 1, Provider::Google).await;
    let body = json!({"provider": "google"});
    let reply = world.signed_in(after(2), &session, "unlink-provider", body).await;
    assert_eq!(reply.body["session"]["methods"], json!(["google"]), "{reply:?}");
    let anew = reply.body["session"]["token"].as_str().unwrap();
    let reply = world.session(after(3), anew).await;
    assert_eq!((reply.status, &reply.body["providers"]), (200, &json!([])));
}

#[tokio::test]
async fn unlinking_needs_a_session_and_a_provider_that_is_one() {
    let (world, openid, session) = linked(Provider::Google).await;
    let others = other_tenant(&world, &openid).await;
    let before = at_rest(&world);
    let body = || json!({"provider": "google"});
    let reply = world.post(after(1), "unlink-provider", body()).await;
    assert_eq!(told(&reply), (401, "unauthorized"));
    for bearer in [&others, &world.admin, "a.b.c"] {
        let reply = world.signed_in(after(1), bearer, "unlink-provider", body()).await;
        assert_eq!(told(&reply), (401, "unauthorized"), "{bearer}");
    }
    for body in [json!({}), json!({"provider": "Google"}), json!({"provider": ["google"]})] {
        let reply = world.signed_in(after(1), &session, "unlink-provider", body).await;
        assert_eq!(told(&reply), (400, "invalid_request"));
    }
    for provider in ["microsoft", "linkedin"] {
        let body = json!({"provider": provider});
        let reply = world.signed_in(after(1), &session, "unlink-provider", body).await;
        assert_eq!(told(&reply), (404, "provider_not_linked"), "{provider}");
    }
    assert_eq!(at_rest(&world), before);
    assert_eq!(world.session(after(2), &session).await.status, 200);
}

/// The mails of an account are limited, and none of its changes goes without one.
#[tokio::test]
async fn who_was_told_too_often_unlinks_all_the_same() {
    let (world, openid) = world(|settings| {
        settings.limits.mails_per_login_hour = 1;
        settings.validity.session_seconds = 7200;
    })
    .await;
    let session = world.session_of(after(0), MO, MOS).await;
    links(&world, &openid, 0, &session, Provider::Google, SUB).await;
    let body = || json!({"provider": "google"});
    let reply = world.signed_in(after(1), &session, "unlink-provider", body()).await;
    let anew = reply.body["session"]["token"].as_str().unwrap();
    links(&world, &openid, 2, anew, Provider::Google, SUB).await;
    // Nobody may keep an owner from taking away what somebody else has linked.
    let reply = world.signed_in(after(3), anew, "unlink-provider", body()).await;
    assert_eq!((reply.status, reply.text("status")), (200, "unlinked"), "{reply:?}");
    let refused = error(&world, &openid, 4, Provider::Google, &Who::named(SUB)).await;
    assert_eq!(refused, "provider_not_linked");
}
