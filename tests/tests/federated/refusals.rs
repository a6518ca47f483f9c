//! What a provider says that is not believed, or says no: the frontend hears of it, and nobody is
//! signed in, nor anything linked.

use regain_domain::Provider;
use regain_tests::openid::{Forgery, OTHER_DIRECTORY, Signer};
use regain_tests::{OpenId, Who, World, after, parameter};
use serde_json::{Value, json};

use crate::steps::{
    MO, MOS, OVER, SUB, accounts_at_rest, begins, error, handed_over, identity_items, linked,
    proves, redeems, signs_in, told, turned_away, with, world,
};

const REFUSED: &str = "provider_refused";

#[tokio::test]
async fn who_turns_back_is_told_so_and_begins_again() {
    for provider in Provider::ALL {
        let (world, openid, session) = linked(provider).await;
        for links in [None, Some(session.as_str())] {
            let begun = begins(&world, 1, provider, links).await;
            let back = openid.turn_back(begun.text("url")).await;
            let before = accounts_at_rest(&world);
            assert_eq!(turned_away(&world, 2, &back).await, REFUSED);
            let code = openid.sign_in(begun.text("url"), &Who::named(SUB)).await;
            assert_eq!(told(&world.come_back(after(3), &code).await), OVER);
            assert_eq!(accounts_at_rest(&world), before);
        }
        signs_in(&world, &openid, 4, provider).await;
    }
}

#[tokio::test]
async fn an_answer_without_a_code_or_with_an_error_beside_it_is_a_refusal() {
    let (world, openid, _) = linked(Provider::Google).await;
    for (name, value) in [
        ("code", None),
        ("code", Some("another")),
        ("error", Some("access_denied")),
        ("error", Some("<script>alert(1)</script>")),
    ] {
        let who = Who::named(SUB);
        let back = proves(&world, &openid, 1, Provider::Google, None, &who).await;
        let refused = turned_away(&world, 2, &with(&back, name, value)).await;
        assert_eq!(refused, REFUSED, "{name} {value:?}");
    }
}

/// RFC 9207: who names itself names who was asked.
#[tokio::test]
async fn an_answer_that_names_another_issuer_is_refused() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let base = openid.base();
        let comes = async |iss: Option<&str>| {
            let who = Who::named(SUB);
            let back = proves(&world, &openid, 1, provider, None, &who).await;
            let named = parameter(&back, "iss");
            (named, with(&back, "iss", iss))
        };
        let (named, without) = comes(None).await;
        for issuer in [
            format!("{named}/"),
            named.to_uppercase(),
            format!("{base}/microsoft/{OTHER_DIRECTORY}/v2.0"),
            "https://accounts.google.com".to_owned(),
            "https://evil.example".to_owned(),
        ] {
            let (_, url) = comes(Some(&issuer)).await;
            assert_eq!(turned_away(&world, 2, &url).await, REFUSED, "{provider:?} {issuer}");
        }
        // None of the three has to say it.
        handed_over(&world, 2, &without).await;
        let (_, url) = comes(Some(&named)).await;
        handed_over(&world, 2, &url).await;
    }
}

/// Injected: somebody else's code, in an attempt of one's own, or the other way round. LinkedIn knows
/// nothing that tells one attempt's code from another's; see `federated_login::issuers`.
#[tokio::test]
async fn a_code_of_another_attempt_is_refused() {
    for provider in [Provider::Google, Provider::Microsoft] {
        let (world, openid, session) = linked(provider).await;
        let before = accounts_at_rest(&world);
        for links in [None, Some(session.as_str())] {
            let victims = proves(&world, &openid, 1, provider, None, &Who::named(SUB)).await;
            let theirs = Who::named("attacker");
            let attackers = proves(&world, &openid, 1, provider, links, &theirs).await;
            for (into, of) in [(&attackers, &victims), (&victims, &attackers)] {
                let url = with(into, "code", Some(&parameter(of, "code")));
                assert_eq!(turned_away(&world, 2, &url).await, REFUSED, "{provider:?}");
            }
        }
        assert_eq!(accounts_at_rest(&world), before);
    }
}

#[tokio::test]
async fn a_token_with_the_nonce_of_another_attempt_is_refused() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let other = begins(&world, 1, provider, None).await;
        let nonce = parameter(other.text("url"), "nonce");
        assert_eq!(nonce.len(), 43);
        openid.forge(move |token: &mut Forgery| token.claims["nonce"] = json!(nonce));
        assert_eq!(error(&world, &openid, 1, provider, &Who::named(SUB)).await, REFUSED);
    }
}

type Change = fn(&mut Forgery);

/// One of each kind. `signs_in` of the unchanged, in [`forged`], is what they are to be compared to.
const FORGERIES: [(&str, Change); 17] = [
    ("without a signature", |token| {
        token.header["alg"] = json!("none");
        token.signer = Signer::Nobody;
    }),
    ("with its signature cut off", |token| token.signer = Signer::Nobody),
    ("HS256 with the public key", |token| {
        token.header["alg"] = json!("HS256");
        token.signer = Signer::HolderOfThePublicKey;
    }),
    ("by another key", |token| token.signer = Signer::Stranger),
    ("by a key that it points to", |token| {
        token.header["jku"] = json!("https://evil.example/keys");
        token.signer = Signer::Stranger;
    }),
    ("by a key that it brings along", |token| {
        token.header["jwk"] = json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"});
        token.signer = Signer::Stranger;
    }),
    ("by a key that is a path", |token| token.header["kid"] = json!("../../../dev/null")),
    ("by a key that nobody has", |token| token.header["kid"] = json!("unheard-of")),
    ("for another client", |token| token.claims["aud"] = json!("another")),
    ("for another client too", |token| {
        token.claims["aud"] = json!([token.claims["aud"].clone(), "another"]);
    }),
    ("of another issuer", |token| token.claims["iss"] = json!("https://accounts.google.com")),
    ("that is over", |token| token.claims["exp"] = json!(after(-61).as_second())),
    ("of the future", |token| token.claims["iat"] = json!(after(3600).as_second())),
    ("of another attempt", |token| token.claims["nonce"] = json!("another")),
    ("of nobody", |token| token.claims["sub"] = json!("")),
    ("of many", |token| token.claims["sub"] = json!(["mo-elsewhere"])),
    ("that names nobody", |token| {
        token.claims.as_object_mut().unwrap().remove("sub");
    }),
];

/// Neither signs in to the account that is linked, nor links to the one that is signed in.
async fn forged(world: &World, openid: &OpenId, session: &str, provider: Provider, name: &str) {
    let before = accounts_at_rest(world);
    assert_eq!(error(world, openid, 1, provider, &Who::named(SUB)).await, REFUSED, "{name}");
    let who = Who::named("another");
    let back = proves(world, openid, 1, provider, Some(session), &who).await;
    assert_eq!(turned_away(world, 2, &back).await, REFUSED, "{name}");
    assert_eq!(accounts_at_rest(world), before, "{name}");
}

#[tokio::test]
async fn a_forged_token_signs_nobody_in_and_links_nothing() {
    for provider in Provider::ALL {
        let (world, openid, session) = linked(provider).await;
        openid.forge(|_| ());
        signs_in(&world, &openid, 1, provider).await;
        for (name, change) in FORGERIES {
            openid.forge(change);
            forged(&world, &openid, &session, provider, name).await;
        }
        let secret = openid.client(provider).client_secret;
        openid.forge(move |token: &mut Forgery| {
            token.header["alg"] = json!("HS256");
            token.signer = Signer::HolderOf(secret);
        });
        forged(&world, &openid, &session, provider, "HS256 with the client's secret").await;
        openid.play_fair();
        signs_in(&world, &openid, 2, provider).await;
        assert_eq!(identity_items(&world, "demo").len(), 1);
    }
}

/// CVE-2026-18215: every path on which the directory could be forgotten.
#[tokio::test]
async fn a_person_of_another_directory_signs_in_to_nothing_and_is_linked_to_nothing() {
    let provider = Provider::Microsoft;
    let (world, openid, session) = linked(provider).await;
    let issuer = format!("{}/microsoft/{OTHER_DIRECTORY}/v2.0", openid.base());
    for (tid, iss) in [
        (json!(OTHER_DIRECTORY), None),
        (json!("9188040d-6c67-4c5b-b112-36a304b66dad"), None),
        (Value::Null, None),
        (json!(OTHER_DIRECTORY), Some(issuer.clone())),
        (json!(regain_tests::openid::DIRECTORY), Some(issuer)),
    ] {
        let name = format!("{tid} {iss:?}");
        openid.forge(move |token: &mut Forgery| {
            token.claims["tid"] = tid.clone();
            if let Some(iss) = &iss {
                token.claims["iss"] = json!(iss);
            }
        });
        forged(&world, &openid, &session, provider, &name).await;
    }
}

/// The tenant moves to another organisation's directory: whoever was linked before is somebody of the
/// other one's now, and unknown.
#[tokio::test]
async fn what_was_linked_in_one_directory_is_unknown_in_the_next() {
    let provider = Provider::Microsoft;
    let (world, openid, session) = linked(provider).await;
    world
        .change_settings(|settings| {
            let client = settings.providers.get_mut(&provider).unwrap();
            client.directory = Some(OTHER_DIRECTORY.to_owned());
        })
        .await;
    let refused = error(&world, &openid, 120, provider, &Who::named(SUB)).await;
    assert_eq!(refused, "provider_not_linked");
    let reply = world.link_provider(&openid, after(121), &session, provider, SUB).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    signs_in(&world, &openid, 122, provider).await;
    assert_eq!(identity_items(&world, "demo").len(), 1);
}

/// What a frontend is told of a refusal is one word, whatever was refused, and leads to no session.
#[tokio::test]
async fn an_error_is_no_handover() {
    let (world, openid) = world(|_| {}).await;
    let session = world.session_of(after(0), MO, MOS).await;
    let begun = begins(&world, 1, Provider::Google, Some(&session)).await;
    let back = openid.turn_back(begun.text("url")).await;
    let location = world.come_back(after(2), &back).await;
    let location = location.header("location");
    assert_eq!(location, format!("{}&error={REFUSED}", regain_tests::RETURN_URL));
    for handover in [REFUSED, location] {
        let body = json!({"handover": handover, "verifier": regain_tests::VERIFIER});
        let reply = world.post(after(3), "finish-sign-in", body).await;
        assert_eq!(told(&reply), (404, "sign_in_unknown"), "{handover:?}");
    }
    assert_eq!(
        told(&redeems(&world, 3, location).await),
        (400, "invalid_request"),
        "there is none"
    );
}
