//! The first call: what it takes, what it refuses, and who may make it.

use http::Method;
use regain_domain::Provider;
use regain_domain::session::s256;
use regain_tests::openid::Document;
use regain_tests::{Request, VERIFIER, Who, World, after, parameter};
use serde_json::{Value, json};

use crate::steps::{
    MO, MOS, SUB, at_rest, begins, handed_over, linked, proves, redeems, told, world,
};

#[tokio::test]
async fn a_person_is_sent_to_the_provider_with_what_binds_the_answer() {
    let (world, openid) = world(|_| {}).await;
    for provider in Provider::ALL {
        let (one, two) =
            (begins(&world, 0, provider, None).await, begins(&world, 0, provider, None).await);
        for name in ["state", "nonce", "code_challenge"] {
            let (one, two) = (parameter(one.text("url"), name), parameter(two.text("url"), name));
            let without = provider == Provider::Linkedin && name == "code_challenge";
            assert_eq!(one.is_empty(), without, "{provider:?} {name}");
            assert!(without || one != two, "{name}");
        }
        let url = one.text("url");
        assert!(url.starts_with(openid.base()), "{url}");
        assert_eq!(parameter(url, "scope"), "openid");
        assert_eq!(parameter(url, "client_id"), openid.client(provider).client_id);
        let redirect_uri = regain_tests::openid::callback("demo", provider);
        assert_eq!(parameter(url, "redirect_uri"), redirect_uri);
        // What stays here.
        for secret in [VERIFIER, &s256(VERIFIER), openid.client(provider).client_secret] {
            assert!(!url.contains(secret), "{url}");
        }
    }
}

#[tokio::test]
async fn a_challenge_is_one_of_s256_or_refused() {
    let (world, _) = world(|_| {}).await;
    let before = at_rest(&world);
    let right = s256(VERIFIER);
    for (challenge, code) in [
        (json!(""), "blank"),
        (json!(right[1..]), "not_a_challenge"),
        (json!(format!("{right}A")), "too_long"),
        (json!(format!("{}=", &right[1..])), "not_a_challenge"),
        (json!(format!("{}+", &right[1..])), "not_a_challenge"),
        (json!(format!("{}/", &right[1..])), "not_a_challenge"),
        (json!(format!("{} ", &right[1..])), "not_a_challenge"),
        (json!(format!("{}é", &right[2..])), "not_a_challenge"),
        (json!(7), "wrong_type"),
        (json!(null), "wrong_type"),
        (json!([right]), "wrong_type"),
    ] {
        let mut body = world.federated("google", "sign_in");
        body["challenge"] = challenge.clone();
        let reply = world.post(after(0), "federated-login", body).await;
        let fault = &reply.body["errors"][0];
        assert_eq!(told(&reply), (400, "invalid_request"), "{challenge}: {reply:?}");
        assert_eq!((&fault["pointer"], &fault["code"]), (&json!("/challenge"), &json!(code)));
    }
    let body = json!({"provider": "google"});
    let reply = world.post(after(0), "federated-login", body).await;
    let mut missing: Vec<&Value> =
        reply.body["errors"].as_array().unwrap().iter().map(|fault| &fault["pointer"]).collect();
    missing.sort_by_key(|pointer| pointer.to_string());
    assert_eq!(missing, ["/challenge", "/intent", "/return_url"]);
    for (name, value) in [
        ("intent", "signin"),
        ("intent", "Link"),
        ("provider", "github"),
        ("provider", "Google"),
        ("redirect_uri", "https://evil.example/"),
        ("state", "mine"),
        ("login_hint", MO),
        ("account_id", "id-of-ann"),
    ] {
        let mut body = world.federated("google", "sign_in");
        body[name] = json!(value);
        let reply = world.post(after(0), "federated-login", body).await;
        assert_eq!(told(&reply), (400, "invalid_request"), "{name} {value}");
    }
    assert_eq!(at_rest(&world), before);
}

async fn answers(world: &World, seconds: i64, provider: Provider, back: &str) {
    let before = at_rest(world);
    let body = world.federated(provider.as_str(), "sign_in");
    let reply = world.post(after(seconds), "federated-login", body).await;
    assert_eq!(told(&reply), (404, "provider_unknown"), "{provider:?}: {reply:?}");
    let reply = world.come_back(after(seconds), back).await;
    assert_eq!(told(&reply), (404, "provider_unknown"), "{provider:?}: {reply:?}");
    assert_eq!(reply.header("location"), "");
    assert_eq!(at_rest(world), before);
}

#[tokio::test]
async fn a_provider_that_the_tenant_has_not_or_whose_secret_does_not_open_is_unknown() {
    for provider in Provider::ALL {
        let (world, openid, session) = linked(provider).await;
        let back = proves(&world, &openid, 0, provider, None, &Who::named(SUB)).await;
        let asked = openid.asked_for_documents();
        let tokens = openid.asked(Document::Token);
        let mut kept = None;
        world.change_settings(|settings| kept = settings.providers.remove(&provider)).await;
        answers(&world, 100, provider, &back).await;
        let mut client = kept.unwrap();
        client.client_secret = "sealed elsewhere".to_owned();
        world
            .change_settings(|settings| {
                settings.providers.insert(provider, client);
            })
            .await;
        answers(&world, 200, provider, &back).await;
        assert_eq!((openid.asked_for_documents(), openid.asked(Document::Token)), (asked, tokens));
        // It can still be unlinked.
        let body = json!({"provider": provider});
        let reply = world.signed_in(after(300), &session, "unlink-provider", body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
}

/// A sign-in needs no session, and is not bettered by one that has ended.
#[tokio::test]
async fn who_shows_a_session_to_sign_in_signs_in_as_who_the_provider_says() {
    let (world, openid, session) = linked(Provider::Google).await;
    let anns = world.session.clone();
    for (bearer, status) in [(&session, 200), (&anns, 200), (&"a.b.c".to_owned(), 401)] {
        let body = world.federated("google", "sign_in");
        let begun = world.signed_in(after(1), bearer, "federated-login", body).await;
        assert_eq!(begun.status, status, "{begun:?}");
        if status == 200 {
            let reply = world.return_from(&openid, after(1), &begun, SUB).await;
            assert_eq!(reply.text("account_id"), "id-of-mo", "{reply:?}");
        }
    }
}

#[tokio::test]
async fn one_address_begins_so_often_in_an_hour() {
    let (world, openid) = world(|settings| settings.limits.per_address_hour = 3).await;
    for _ in 0..3 {
        begins(&world, 0, Provider::Google, None).await;
    }
    let before = at_rest(&world);
    let body = || world.federated("google", "sign_in");
    let reply = world.post(after(1), "federated-login", body()).await;
    assert_eq!(told(&reply), (429, "too_many_requests"), "{reply:?}");
    assert_eq!(reply.header("retry-after"), "3599");
    assert_eq!(at_rest(&world), before);
    let mut elsewhere = Request::post("federated-login", &body());
    elsewhere.source_ip = Some([198, 51, 100, 9].into());
    assert_eq!(world.send(after(1), &elsewhere).await.status, 200);
    begins(&world, 3600, Provider::Google, None).await;
    assert!(openid.asked_for_documents() > 0);
}

/// A script of the frontend begins, with a session in the header where it links.
#[tokio::test]
async fn a_browser_asks_beforehand_and_an_allowed_origin_may() {
    const ORIGIN: &str = "https://app.example";
    let (world, _) = world(|settings| {
        settings.frontend.allowed_origins = vec![ORIGIN.to_owned()];
    })
    .await;
    for (endpoint, origin, allowed) in [
        ("federated-login", ORIGIN, true),
        ("unlink-provider", ORIGIN, true),
        ("finish-sign-in", ORIGIN, true),
        ("federated-login", "https://evil.example", false),
        ("unlink-provider", "https://evil.example", false),
        ("federated-login", "null", false),
    ] {
        let request = Request { method: Method::OPTIONS, ..Request::post(endpoint, &json!({})) };
        let request = request
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type, authorization");
        let reply = world.send(after(0), &request).await;
        let (name, headers, methods) = (
            reply.header("access-control-allow-origin"),
            reply.header("access-control-allow-headers"),
            reply.header("access-control-allow-methods"),
        );
        assert_eq!(reply.status, 204, "{endpoint}");
        assert_eq!(name, if allowed { ORIGIN } else { "" }, "{endpoint} {origin}");
        assert_eq!(methods, if allowed { "POST, OPTIONS" } else { "" });
        assert_eq!(headers.contains("authorization"), allowed);
        assert!(!reply.headers.contains_key("access-control-allow-credentials"));

        let request = Request::post(endpoint, &world.federated("google", "sign_in"));
        let reply = world.send(after(0), &request.header("origin", origin)).await;
        let name = reply.header("access-control-allow-origin");
        assert_eq!(name, if allowed { ORIGIN } else { "" }, "{endpoint} {origin}");
    }
}

/// A key of the provider's that is new is fetched, and documents that are known are not.
#[tokio::test]
async fn documents_are_fetched_once_for_all_who_come() {
    let (world, openid) = world(|_| {}).await;
    let session = world.session_of(after(0), MO, MOS).await;
    crate::steps::links(&world, &openid, 0, &session, Provider::Google, SUB).await;
    let asked = openid.asked_for_documents();
    assert_eq!(asked, 2);
    for seconds in 1..10 {
        let who = Who::named(SUB);
        let back = proves(&world, &openid, seconds, Provider::Google, None, &who).await;
        let location = handed_over(&world, seconds, &back).await;
        assert_eq!(redeems(&world, seconds, &location).await.status, 200);
    }
    assert_eq!(openid.asked_for_documents(), asked);
}
