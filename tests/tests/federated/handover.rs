//! What a provider proved is handed over in the address that the browser ends at. Addresses are seen
//! by many; so it is good once, for a minute, and for the browser that began.

use futures_util::future::join_all;
use regain_domain::Provider;
use regain_domain::session::s256;
use regain_tests::{OpenId, RETURN_URL, Reply, VERIFIER, Who, World, after, parameter};
use serde_json::{Value, json};

use crate::steps::{
    ANN, MO, MOS, OTHER, OVER, SUB, UNKNOWN, at_other, at_rest, begins, handed_over, linked,
    other_tenant, outcomes, proves, redeems, told,
};

/// Mo's, of `seconds`.
async fn hands_over(world: &World, openid: &OpenId, seconds: i64, provider: Provider) -> String {
    let back = proves(world, openid, seconds, provider, None, &Who::named(SUB)).await;
    let location = handed_over(world, seconds, &back).await;
    parameter(&location, "handover")
}

async fn finishes(world: &World, seconds: i64, body: Value) -> Reply {
    world.post(after(seconds), "finish-sign-in", body).await
}

#[tokio::test]
async fn a_handover_is_good_for_the_browser_that_began_only() {
    for provider in Provider::ALL {
        let (world, openid, session) = linked(provider).await;
        for links in [None, Some(session.as_str())] {
            let back = proves(&world, &openid, 1, provider, links, &Who::named(SUB)).await;
            let location = handed_over(&world, 1, &back).await;
            let handover = parameter(&location, "handover");
            let before = at_rest(&world);
            let cut = &VERIFIER[1..];
            for verifier in ["another-browser-0123456789-0123456789-01234", &s256(VERIFIER), cut] {
                let body = json!({"handover": handover, "verifier": verifier});
                assert_eq!(told(&finishes(&world, 2, body).await), UNKNOWN, "{verifier:?}");
            }
            let longer = json!({"handover": handover, "verifier": format!("{VERIFIER}A")});
            assert_eq!(told(&finishes(&world, 2, longer).await), UNKNOWN);
            for body in [
                json!({"handover": handover}),
                json!({"handover": handover, "verifier": ""}),
                json!({"handover": handover, "verifier": null}),
                json!({"handover": handover, "code": "123456"}),
                json!({"handover": handover, "verifier": VERIFIER, "code": "123456"}),
                json!({"handover": handover, "pending": handover, "verifier": VERIFIER}),
                json!({"verifier": VERIFIER}),
            ] {
                let reply = finishes(&world, 2, body.clone()).await;
                assert_eq!(told(&reply), (400, "invalid_request"), "{body}");
            }
            assert_eq!(at_rest(&world), before);
            assert_eq!(redeems(&world, 3, &location).await.status, 200);
        }
    }
}

/// Login CSRF: somebody begins, proves to be themselves and has a victim's browser come back with it.
/// That browser's frontend has another verifier, or none.
#[tokio::test]
async fn nobody_is_signed_in_to_an_account_that_they_did_not_ask_for() {
    for provider in Provider::ALL {
        let (world, openid, session) = linked(provider).await;
        let mut theirs = world.federated(provider.as_str(), "sign_in");
        theirs["challenge"] = json!(s256("the-attackers-own-0123456789-0123456789-012"));
        let begun = world.post(after(1), "federated-login", theirs.clone()).await;
        let back = openid.sign_in(begun.text("url"), &Who::named(SUB)).await;
        let location = handed_over(&world, 1, &back).await;
        assert_eq!(told(&redeems(&world, 2, &location).await), UNKNOWN);

        // And nothing of the attacker's is linked to who is signed in there.
        theirs["intent"] = json!("link");
        let begun = world.signed_in(after(3), &session, "federated-login", theirs).await;
        let back = openid.sign_in(begun.text("url"), &Who::named("attacker")).await;
        let location = handed_over(&world, 3, &back).await;
        assert_eq!(told(&redeems(&world, 4, &location).await), UNKNOWN);
        let refused =
            crate::steps::error(&world, &openid, 5, provider, &Who::named("attacker")).await;
        assert_eq!(refused, "provider_not_linked");
    }
}

#[tokio::test]
async fn a_handover_is_good_for_a_minute_to_the_second() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let handover = hands_over(&world, &openid, 0, provider).await;
        let body = || json!({"handover": handover, "verifier": VERIFIER});
        let before = at_rest(&world);
        for seconds in [60, 61, 100_000] {
            let reply = finishes(&world, seconds, body()).await;
            assert_eq!(told(&reply), OVER, "{provider:?} {seconds}");
        }
        assert_eq!(at_rest(&world), before);
        let reply = finishes(&world, 59, body()).await;
        assert_eq!(reply.status, 200, "{provider:?}: {reply:?}");
    }
}

#[tokio::test]
async fn a_hundred_redemptions_at_once_make_one_session() {
    for links in [false, true] {
        let (world, openid, session) = linked(Provider::Google).await;
        let links = links.then_some(session.as_str());
        let who = Who::named(SUB);
        let back = proves(&world, &openid, 1, Provider::Google, links, &who).await;
        let location = handed_over(&world, 1, &back).await;
        let replies = join_all((0..100).map(|_| redeems(&world, 2, &location))).await;
        assert_eq!(outcomes(&replies), [((200, ""), 1), (OVER, 99)].into());
        assert_eq!(told(&redeems(&world, 3, &location).await), OVER);
        let events = world.events(MO).await;
        let count = |name| events.iter().filter(|event| *event == name).count();
        // The first of each is how the world began.
        let expected = if links.is_some() { (1, 2) } else { (2, 1) };
        assert_eq!((count("signed_in"), count("provider_linked: google")), expected, "{events:?}");
    }
}

#[tokio::test]
async fn a_handover_of_another_tenant_is_unknown() {
    let (world, openid, _) = linked(Provider::Google).await;
    other_tenant(&world, &openid).await;
    let handover = hands_over(&world, &openid, 1, Provider::Google).await;
    let before = at_rest(&world);
    let body = json!({"handover": handover, "verifier": VERIFIER});
    let reply = at_other(&world, after(2), "finish-sign-in", None, body.clone()).await;
    assert_eq!(told(&reply), UNKNOWN, "{OTHER}");
    assert_eq!(at_rest(&world), before);
    assert_eq!(finishes(&world, 3, body).await.status, 200);
}

#[tokio::test]
async fn a_handover_and_what_is_pending_are_never_taken_for_each_other() {
    let (world, openid, _) = linked(Provider::Google).await;
    let app = world.switch_on(after(0), MO, MOS).await;
    let handover = hands_over(&world, &openid, 60, Provider::Google).await;
    let pending = world.pending(after(60), MO, MOS).await;
    let code = app.code(after(60));
    let before = at_rest(&world);
    for body in [
        json!({"pending": handover, "code": code}),
        json!({"handover": pending, "verifier": VERIFIER}),
        json!({"pending": handover, "code": app.recovery_codes[0]}),
    ] {
        let reply = finishes(&world, 61, body.clone()).await;
        assert_eq!(told(&reply), UNKNOWN, "{body}: {reply:?}");
    }
    assert_eq!(at_rest(&world), before, "and no try is counted");
    let reply = finishes(&world, 62, json!({"handover": handover, "verifier": VERIFIER})).await;
    assert_eq!(reply.text("second_step"), "totp", "{reply:?}");
    assert_eq!(world.finish(after(63), &pending, &code).await.status, 200);
}

#[tokio::test]
async fn a_handover_is_whole_or_unknown_and_no_other_text_is_one() {
    let (world, openid, session) = linked(Provider::Google).await;
    let handover = hands_over(&world, &openid, 1, Provider::Google).await;
    let magic = world.magic_token(after(1), MO).await;
    let reset = world.reset_token(after(1), MO).await;
    let grant = world.grant(after(1), &reset).await;
    let begun = begins(&world, 1, Provider::Google, None).await;
    let state = parameter(begun.text("url"), "state");
    let mut texts = vec![String::new(), magic, grant, state, session, "x".repeat(5000)];
    for at in (0..handover.len()).step_by(7).chain([handover.len() - 2]) {
        let other = if &handover[at..=at] == "A" { "B" } else { "A" };
        texts.push(format!("{}{other}{}", &handover[..at], &handover[at + 1..]));
    }
    texts.extend([handover[1..].to_owned(), handover[..handover.len() - 4].to_owned()]);
    let before = at_rest(&world);
    for text in texts {
        let body = json!({"handover": text, "verifier": VERIFIER});
        let reply = finishes(&world, 2, body).await;
        assert!([UNKNOWN, (400, "invalid_request")].contains(&told(&reply)), "{text}: {reply:?}");
    }
    assert_eq!(at_rest(&world), before);
    // Nor is it anything else.
    for (endpoint, body) in [
        ("redeem-magic-link", json!({"token": handover})),
        ("click-link", json!({"token": handover})),
        ("set-password", json!({"grant": handover, "password": "Molenwiek42"})),
        ("unlock", json!({"grant": handover})),
    ] {
        let reply = world.post(after(2), endpoint, body).await;
        assert!((400..500).contains(&reply.status), "{endpoint}: {reply:?}");
    }
    assert_eq!(told(&world.session(after(2), &handover).await), (401, "unauthorized"));
    let body = json!({"handover": handover, "verifier": VERIFIER});
    assert_eq!(finishes(&world, 3, body).await.status, 200);
}

#[tokio::test]
async fn what_links_signs_nobody_in_and_what_signs_in_links_nothing() {
    for provider in Provider::ALL {
        let (world, openid) = crate::steps::world(|_| {}).await;
        let session = world.session_of(after(0), MO, crate::steps::MOS).await;
        let who = Who::named("another");
        let back = proves(&world, &openid, 1, provider, Some(&session), &who).await;
        let location = handed_over(&world, 1, &back).await;
        let reply = redeems(&world, 2, &location).await;
        assert_eq!(reply.body, json!({"linked": provider}));
        let linked = world.account(MO).await.identities;
        let reply = world.sign_in_with(&openid, after(3), provider, "another").await;
        assert_ne!(reply.text("token"), "");
        assert_eq!(world.account(MO).await.identities, linked);
        assert!(world.account(ANN).await.identities.is_empty());
    }
}

#[tokio::test]
async fn it_travels_in_the_address_of_the_redirect_and_nowhere_else() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let back = proves(&world, &openid, 1, provider, None, &Who::named(SUB)).await;
        let reply = world.come_back(after(1), &back).await;
        assert_eq!((reply.status, &reply.body), (303, &Value::Null));
        let location = reply.header("location");
        let handover = parameter(location, "handover");
        assert_eq!(location, format!("{RETURN_URL}&handover={handover}"));
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        let mut headers = reply.headers.clone();
        headers.remove("location");
        assert!(!format!("{headers:?}").contains(&handover));
        assert!(!headers.contains_key("set-cookie") && !headers.contains_key("refresh"));
        assert!(!reply.log.to_string().contains(&handover));
        // Nothing in it can be read.
        for name in ["mo@example.com", "id-of-mo", SUB] {
            assert!(!location.contains(name), "{location}");
        }
    }
}
