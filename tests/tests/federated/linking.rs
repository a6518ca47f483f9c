//! What links an identity to an account, and what does not.

use futures_util::future::join;
use regain_domain::Provider;
use regain_tests::{OpenId, Who, World, after};
use serde_json::{Value, json};

use crate::steps::{
    ANN, ANNS, ENDED, MO, MOS, SUB, accounts_at_rest, at_other, at_rest, begins, error,
    handed_over, identity_items, linked, links, office, other_tenant, proves, redeems, signs_in,
    told, world,
};

const NOT_LINKED: &str = "provider_not_linked";

#[tokio::test]
async fn what_is_linked_signs_in_and_the_session_says_how() {
    for provider in Provider::ALL {
        let (world, openid, first) = linked(provider).await;
        let reply = world.session(after(1), &first).await;
        assert_eq!((reply.status, &reply.body["providers"]), (200, &json!([provider])));
        assert_eq!(reply.body["methods"], json!(["password"]), "linking is no sign-in");

        let session = signs_in(&world, &openid, 2, provider).await;
        let reply = world.session(after(3), &session).await;
        assert_eq!((reply.status, reply.text("login")), (200, MO), "{reply:?}");
        assert_eq!(reply.body["methods"], json!([provider]));
        let mut events = world.events(MO).await;
        events.retain(|event| !event.starts_with("notice_"));
        let linked = format!("provider_linked: {}", provider.as_str());
        assert_eq!(events, ["signed_in", &linked, "signed_in"], "{provider:?}");
    }
}

#[tokio::test]
async fn an_identity_is_linked_when_the_handover_is_redeemed_and_not_before() {
    for provider in Provider::ALL {
        let (world, openid) = world(|_| {}).await;
        let session = world.session_of(after(0), MO, MOS).await;
        let before = accounts_at_rest(&world);
        let who = Who::named(SUB);
        let back = proves(&world, &openid, 1, provider, Some(&session), &who).await;
        let location = handed_over(&world, 2, &back).await;
        let mut body = world.handover(&location);
        body["verifier"] = json!("somebody-else-began-this-0123456789abcdefghi");
        assert_eq!(world.post(after(3), "finish-sign-in", body).await.status, 404);
        assert_eq!(accounts_at_rest(&world), before);
        assert_eq!(error(&world, &openid, 3, provider, &who).await, NOT_LINKED);

        let reply = redeems(&world, 4, &location).await;
        assert_eq!((reply.status, &reply.body), (200, &json!({"linked": provider})));
        assert_eq!(identity_items(&world, "demo").len(), 1);
        signs_in(&world, &openid, 5, provider).await;
    }
}

#[tokio::test]
async fn an_identity_of_another_account_is_taken_until_that_lets_it_go() {
    for provider in Provider::ALL {
        let (world, openid, session) = linked(provider).await;
        let anns = world.session_of(after(1), ANN, ANNS).await;
        let who = Who::named(SUB);
        let back = proves(&world, &openid, 2, provider, Some(&anns), &who).await;
        let location = handed_over(&world, 2, &back).await;
        let before = at_rest(&world);
        let reply = redeems(&world, 3, &location).await;
        assert_eq!(told(&reply), (409, "provider_taken"), "{reply:?}");
        assert_eq!(at_rest(&world), before);
        signs_in(&world, &openid, 4, provider).await;
        assert!(world.account(ANN).await.identities.is_empty());

        let body = json!({"provider": provider});
        let reply = world.signed_in(after(5), &session, "unlink-provider", body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(redeems(&world, 6, &location).await.status, 200);
        let reply = world.sign_in_with(&openid, after(7), provider, SUB).await;
        assert_eq!(reply.text("account_id"), "id-of-ann", "{reply:?}");
    }
}

/// Proved by both before either finishes.
#[tokio::test]
async fn of_two_accounts_that_link_one_identity_at_once_one_wins() {
    for round in 0..10 {
        let (world, openid) = world(|_| {}).await;
        let mut locations = Vec::new();
        for (login, password) in [(MO, MOS), (ANN, ANNS)] {
            let session = world.session_of(after(0), login, password).await;
            let who = Who::named(SUB);
            let google = Provider::Google;
            let back = proves(&world, &openid, 1, google, Some(&session), &who).await;
            locations.push(handed_over(&world, 2, &back).await);
        }
        if round % 2 == 1 {
            locations.reverse();
        }
        let (one, two) =
            join(redeems(&world, 3, &locations[0]), redeems(&world, 3, &locations[1])).await;
        let mut both = [told(&one), told(&two)];
        both.sort_unstable();
        assert_eq!(both, [(200, ""), (409, "provider_taken")], "{round}");
        assert_eq!(identity_items(&world, "demo").len(), 1);
        let has = async |login| !world.account(login).await.identities.is_empty();
        assert_ne!(has(MO).await, has(ANN).await, "{round}");
        let reply = world.sign_in_with(&openid, after(4), Provider::Google, SUB).await;
        assert_eq!(reply.text("account_id") == "id-of-mo", has(MO).await, "{round}");
    }
}

/// From two of its browsers.
#[tokio::test]
async fn an_account_that_links_two_of_one_provider_at_once_has_one_of_them() {
    for round in 0..10 {
        let (world, openid) = world(|_| {}).await;
        let session = world.session_of(after(0), MO, MOS).await;
        let mut locations = Vec::new();
        for sub in ["one", "two"] {
            let google = Provider::Google;
            let back = proves(&world, &openid, 1, google, Some(&session), &Who::named(sub)).await;
            locations.push(handed_over(&world, 2, &back).await);
        }
        let (one, two) =
            join(redeems(&world, 3, &locations[0]), redeems(&world, 3, &locations[1])).await;
        assert_eq!((one.status, two.status), (200, 200), "{round}: {one:?} {two:?}");
        assert_eq!(identity_items(&world, "demo").len(), 1, "{round}");
        let mut signed_in = Vec::new();
        for sub in ["one", "two"] {
            let who = Who::named(sub);
            let back = proves(&world, &openid, 4, Provider::Google, None, &who).await;
            let location = crate::steps::sent_on(&world, 4, &back).await;
            signed_in.push(regain_tests::parameter(&location, "error"));
        }
        signed_in.sort();
        assert_eq!(signed_in, ["", NOT_LINKED], "{round}");
    }
}

#[tokio::test]
async fn another_identity_of_the_provider_replaces_the_first_and_frees_it() {
    for provider in Provider::ALL {
        let (world, openid, session) = linked(provider).await;
        let by_it = signs_in(&world, &openid, 0, provider).await;
        let reply = world.link_provider(&openid, after(1), &session, provider, "another").await;
        assert_eq!((reply.status, reply.text("linked")), (200, provider.as_str()), "{reply:?}");
        // Whoever came in by the first is out; who linked the other is in by that.
        for ended in [&session, &by_it] {
            assert_eq!(told(&world.session(after(2), ended).await), (401, "session_ended"));
        }
        assert_eq!(world.session(after(2), reply.text("token")).await.status, 200);
        assert_eq!(error(&world, &openid, 2, provider, &Who::named(SUB)).await, NOT_LINKED);
        let reply = world.sign_in_with(&openid, after(3), provider, "another").await;
        assert_eq!(reply.text("account_id"), "id-of-mo", "{reply:?}");
        assert_eq!(identity_items(&world, "demo").len(), 1);
        let anns = world.session_of(after(4), ANN, ANNS).await;
        links(&world, &openid, 5, &anns, provider, SUB).await;
        let reply = world.sign_in_with(&openid, after(6), provider, SUB).await;
        assert_eq!(reply.text("account_id"), "id-of-ann", "{reply:?}");
    }
}

#[tokio::test]
async fn the_same_again_is_linked_anew() {
    let (world, openid, session) = linked(Provider::Google).await;
    links(&world, &openid, 60, &session, Provider::Google, SUB).await;
    let linked = &world.account(MO).await.identities[&Provider::Google];
    assert_eq!((linked.linked_at, identity_items(&world, "demo").len()), (after(60), 1));
    signs_in(&world, &openid, 61, Provider::Google).await;
}

#[tokio::test]
async fn one_account_has_all_three_and_one_sub_at_each_is_another_person() {
    let (world, openid) = world(|_| {}).await;
    let session = world.session_of(after(0), MO, MOS).await;
    for provider in Provider::ALL {
        assert_eq!(error(&world, &openid, 1, provider, &Who::named(SUB)).await, NOT_LINKED);
        links(&world, &openid, 1, &session, provider, SUB).await;
    }
    for provider in Provider::ALL {
        signs_in(&world, &openid, 2, provider).await;
    }
    assert_eq!(identity_items(&world, "demo").len(), 3);
    let all = world.session(after(3), &session).await.body["providers"].clone();
    assert_eq!(all, json!(["google", "microsoft", "linkedin"]), "and no session ended");
}

#[tokio::test]
async fn linking_needs_a_session_that_stands() {
    let (world, openid) = world(|_| {}).await;
    let others = other_tenant(&world, &openid).await;
    let over = world.session_of(after(-90_000), MO, MOS).await;
    let ended = world.session_of(after(0), MO, MOS).await;
    let out = world.signed_in(after(0), &ended, "sign-out-everywhere", json!({})).await;
    assert_eq!(out.status, 200, "{out:?}");
    let blocked = world.session_of(after(1), ANN, ANNS).await;
    world
        .change_account(ANN, |account| {
            account.blocked = Some(regain_domain::account::BlockReason::Other);
        })
        .await;
    let app = begins(&world, 1, Provider::Google, None).await;
    let state = regain_tests::parameter(app.text("url"), "state");
    let unauthorized = (401, "unauthorized");
    let before = at_rest(&world);
    for (name, session, expected) in [
        ("nothing", "", unauthorized),
        ("garbage", "a.b.c", unauthorized),
        ("another tenant's", &others, unauthorized),
        ("a key of the back office", &world.admin, unauthorized),
        ("a state", &state, unauthorized),
        ("over", &over, ENDED),
        ("ended", &ended, ENDED),
        ("of who is blocked", &blocked, ENDED),
    ] {
        let body = || world.federated("google", "link");
        let reply = world.signed_in(after(2), session, "federated-login", body()).await;
        assert_eq!(told(&reply), expected, "{name}: {reply:?}");
        assert_eq!(reply.header("www-authenticate"), "Bearer", "{name}");
        assert_eq!(reply.body.get("url"), None, "{name}");
    }
    let reply = world.post(after(2), "federated-login", world.federated("google", "link")).await;
    assert_eq!(told(&reply), unauthorized);
    let body = world.federated("google", "link");
    let reply = at_other(&world, after(2), "federated-login", Some(&ended), body).await;
    assert_eq!(told(&reply), unauthorized);
    assert_eq!(at_rest(&world), before);
}

#[tokio::test]
async fn the_owner_is_told_once_of_linking_and_of_unlinking() {
    for provider in Provider::ALL {
        let (world, _openid, session) = linked(provider).await;
        let body = json!({"provider": provider});
        let reply = world.signed_in(after(120), &session, "unlink-provider", body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        for seconds in [121, 182] {
            world.deliver(after(seconds)).await;
            world.cloud.rewind_stream().await;
            world.schedule(after(seconds)).await;
        }
        let messages = world.cloud.messages(Some(MO));
        let mut subjects: Vec<&str> =
            messages.iter().map(|message| message.subject.as_deref().unwrap()).collect();
        subjects.sort_unstable();
        let name = provider.name();
        let mut expected = [
            format!("{name} was linked to your account at Demo (at 15:00)"),
            format!("{name} was unlinked from your account at Demo (at 15:02)"),
        ];
        expected.sort_unstable();
        assert_eq!(subjects, expected);
        assert_eq!(world.outbox(), [] as [Value; 0]);
    }
}

/// Two tenants with the same client at one provider know the same person apart.
#[tokio::test]
async fn what_is_linked_at_another_tenant_signs_nobody_in_here() {
    for provider in Provider::ALL {
        let (world, openid) = world(|_| {}).await;
        let session = other_tenant(&world, &openid).await;
        links_at_other(&world, &openid, &session, provider).await;
        assert_eq!(identity_items(&world, "other").len(), 1);
        assert_eq!(error(&world, &openid, 3, provider, &Who::named(SUB)).await, NOT_LINKED);
        // And it is free here.
        let mos = world.session_of(after(4), MO, MOS).await;
        links(&world, &openid, 4, &mos, provider, SUB).await;
        signs_in(&world, &openid, 5, provider).await;
        // Here unlinked, there not.
        let erased = office(&world, 6, (http::Method::DELETE, ""), Value::Null).await;
        assert_eq!(erased.status, 204);
        assert_eq!(identity_items(&world, "demo"), [] as [&str; 0]);
        assert_eq!(identity_items(&world, "other").len(), 1);
    }
}

async fn links_at_other(world: &World, openid: &OpenId, session: &str, provider: Provider) {
    let body = world.federated(provider.as_str(), "link");
    let begun = at_other(world, after(1), "federated-login", Some(session), body).await;
    let back = openid.sign_in(begun.text("url"), &Who::named(SUB)).await;
    let location = handed_over(world, 2, &back).await;
    let body = world.handover(&location);
    let here = world.post(after(2), "finish-sign-in", body.clone()).await;
    assert_eq!(told(&here), (404, "sign_in_unknown"), "of another tenant: {here:?}");
    let reply = at_other(world, after(2), "finish-sign-in", None, body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}
