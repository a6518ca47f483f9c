//! Tokens that are not what they say, one thing at a time.

use std::net::TcpListener;

use federated_login::provider::{Identity, ProviderFault};
use regain_domain::provider::Provider;
use regain_tests::after;
use regain_tests::openid::{Document, Forgery, OTHER_DIRECTORY, Signer, Trick};
use serde_json::{Value, json};

use crate::{NONCE, Party, refused};

impl Party {
    /// What comes of a sign-in whose token is changed.
    async fn forged(
        &self,
        provider: Provider,
        change: impl Fn(&mut Forgery) + Send + Sync + 'static,
    ) -> Result<Identity, ProviderFault> {
        self.openid.forge(change);
        self.signs_in(provider, "robin").await
    }

    /// The same, at Google, with one claim changed, or left out by `null`.
    async fn claiming(&self, claim: &'static str, value: Value) -> Result<Identity, ProviderFault> {
        self.forged(Provider::Google, claims(claim, value)).await
    }
}

fn claims(claim: &'static str, value: Value) -> impl Fn(&mut Forgery) + Send + Sync + 'static {
    move |token| {
        let claims = token.claims.as_object_mut().unwrap();
        if value.is_null() {
            claims.remove(claim).unwrap();
        } else {
            claims.insert(claim.to_owned(), value.clone());
        }
    }
}

/// Without this, every forgery might be refused for something else.
#[tokio::test]
async fn a_token_that_is_made_anew_and_not_changed_is_believed() {
    let party = Party::new().await;
    for provider in Provider::ALL {
        party.forged(provider, |_| ()).await.unwrap();
    }
}

#[tokio::test]
async fn a_token_on_the_issuers_curve_is_believed() {
    let party = Party::new().await;
    let on_a_curve = |token: &mut Forgery| {
        token.header = json!({"alg": "ES256", "kid": "published-ec"});
        token.signer = Signer::IssuerOnACurve;
    };
    party.forged(Provider::Google, on_a_curve).await.unwrap();
}

#[tokio::test]
async fn a_token_signed_with_another_key_is_refused() {
    let party = Party::new().await;
    let signed = |token: &mut Forgery| token.signer = Signer::Stranger;
    assert_eq!(refused(party.forged(Provider::Google, signed).await), "bad_signature");
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused() {
    let party = Party::new().await;
    for (algorithm, word) in
        [("none", "wrong_algorithm"), ("None", "bad_token"), ("RS256", "bad_signature")]
    {
        let unsigned = move |token: &mut Forgery| {
            token.header["alg"] = algorithm.into();
            token.signer = Signer::Nobody;
        };
        assert_eq!(refused(party.forged(Provider::Google, unsigned).await), word, "{algorithm}");
    }
}

#[tokio::test]
async fn a_public_key_is_no_secret() {
    let party = Party::new().await;
    let secret = party.openid.client(Provider::Google).client_secret;
    for signer in [Signer::HolderOfThePublicKey, Signer::HolderOf(secret)] {
        let signed = move |token: &mut Forgery| {
            token.header["alg"] = "HS256".into();
            token.signer = signer;
        };
        assert_eq!(refused(party.forged(Provider::Google, signed).await), "wrong_algorithm");
    }
}

#[tokio::test]
async fn an_algorithm_is_one_of_two() {
    let party = Party::new().await;
    for algorithm in ["RS384", "RS512", "PS256", "ES384", "EdDSA"] {
        let named = move |token: &mut Forgery| token.header["alg"] = algorithm.into();
        let word = refused(party.forged(Provider::Google, named).await);
        assert_eq!(word, "wrong_algorithm", "{algorithm}");
    }
}

#[tokio::test]
async fn a_key_that_a_token_brings_or_points_to_is_never_used() {
    let party = Party::new().await;
    // Nobody comes here.
    let elsewhere = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let url = format!("http://{}/keys", elsewhere.local_addr().unwrap());
    for header in [
        json!({"alg": "RS256", "jku": url, "kid": "published"}),
        json!({"alg": "RS256", "x5u": url, "kid": "published"}),
        json!({"alg": "RS256", "jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}, "kid": "published"}),
        json!({"alg": "RS256", "kid": "published"}),
    ] {
        let pointing = move |token: &mut Forgery| {
            token.header = header.clone();
            token.signer = Signer::Stranger;
        };
        assert_eq!(refused(party.forged(Provider::Google, pointing).await), "bad_signature");
    }
    for kid in ["../../../../dev/null", "' or 1=1", &url, ""] {
        let kid = kid.to_owned();
        let named = move |token: &mut Forgery| token.header["kid"] = kid.clone().into();
        assert_eq!(refused(party.forged(Provider::Google, named).await), "unknown_key");
    }
    assert!(elsewhere.accept().is_err(), "somebody came");
}

#[tokio::test]
async fn a_header_that_must_be_understood_and_is_not_is_refused() {
    let party = Party::new().await;
    let critical = |token: &mut Forgery| token.header["crit"] = json!(["exp"]);
    assert_eq!(refused(party.forged(Provider::Google, critical).await), "bad_token");
}

#[tokio::test]
async fn a_token_of_another_issuer_is_refused() {
    let party = Party::new().await;
    let base = party.openid.base().to_owned();
    for issuer in [
        json!(format!("{base}/linkedin")),
        json!(format!("{base}/google/")),
        json!("https://accounts.google.com"),
        Value::Null,
    ] {
        let word = refused(party.claiming("iss", issuer.clone()).await);
        let expected = if issuer.is_null() { "bad_token" } else { "wrong_issuer" };
        assert_eq!(word, expected, "{issuer}");
    }
}

#[tokio::test]
async fn a_token_is_for_one_client_and_no_other_beside_it() {
    let party = Party::new().await;
    let ours = party.openid.client(Provider::Google).client_id;
    party.claiming("aud", json!([ours])).await.unwrap();
    for audience in
        [json!("another"), json!(["another"]), json!([ours, "another"]), json!([]), Value::Null]
    {
        let word = refused(party.claiming("aud", audience.clone()).await);
        assert_eq!(word, "wrong_audience", "{audience}");
    }
}

#[tokio::test]
async fn a_token_is_believed_for_as_long_as_it_says_and_a_minute() {
    let party = Party::new().await;
    let at = |seconds: i64| json!(after(seconds).as_second());
    party.claiming("exp", at(-59)).await.unwrap();
    party.claiming("iat", at(60)).await.unwrap();
    for (claim, value, word) in [
        ("exp", at(-60), "wrong_time"),
        ("iat", at(61), "wrong_time"),
        ("exp", Value::Null, "bad_token"),
        ("iat", Value::Null, "bad_token"),
    ] {
        assert_eq!(refused(party.claiming(claim, value.clone()).await), word, "{claim} {value}");
    }
}

#[tokio::test]
async fn a_token_of_another_attempt_is_refused() {
    let party = Party::new().await;
    for nonce in [json!("another"), json!(""), json!(format!("{NONCE} ")), Value::Null] {
        let word = refused(party.claiming("nonce", nonce.clone()).await);
        assert_eq!(word, "wrong_nonce", "{nonce}");
    }
}

#[tokio::test]
async fn linkedin_may_leave_the_nonce_away_and_may_not_send_another() {
    let party = Party::new().await;
    let nonce = |nonce: &'static str| {
        move |token: &mut Forgery| {
            assert_eq!(token.claims.get("nonce"), None, "as LinkedIn does");
            token.claims["nonce"] = nonce.into();
        }
    };
    party.forged(Provider::Linkedin, nonce(NONCE)).await.unwrap();
    let word = refused(party.forged(Provider::Linkedin, nonce("another")).await);
    assert_eq!(word, "wrong_nonce");
}

#[tokio::test]
async fn a_person_of_another_directory_is_refused() {
    let party = Party::new().await;
    for directory in [
        json!(OTHER_DIRECTORY),
        // Where the private accounts are.
        json!("9188040d-6c67-4c5b-b112-36a304b66dad"),
        json!("72F988BF-86F1-41AF-91AB-2D7CD011DB47"),
        json!(""),
        Value::Null,
    ] {
        let identity = party.forged(Provider::Microsoft, claims("tid", directory.clone())).await;
        assert_eq!(refused(identity), "wrong_directory", "{directory}");
    }
    let issuer = format!("{}/microsoft/{OTHER_DIRECTORY}/v2.0", party.openid.base());
    let identity = party.forged(Provider::Microsoft, claims("iss", json!(issuer))).await;
    assert_eq!(refused(identity), "wrong_issuer");
}

#[tokio::test]
async fn a_subject_is_1_to_255_bytes() {
    let party = Party::new().await;
    let long = |length: usize| json!("s".repeat(length));
    for subject in [long(1), long(255)] {
        let identity = party.claiming("sub", subject.clone()).await.unwrap();
        assert_eq!(json!(identity.subject), subject);
    }
    for (subject, word) in [
        (long(0), "bad_subject"),
        (long(256), "bad_subject"),
        (json!(7), "bad_token"),
        (Value::Null, "bad_token"),
    ] {
        assert_eq!(refused(party.claiming("sub", subject).await), word);
    }
}

#[tokio::test]
async fn whatever_a_token_says_of_an_address_a_person_is_who_they_were() {
    let party = Party::new().await;
    let known = party.signs_in(Provider::Google, "robin").await.unwrap();
    for (claim, value) in [
        ("email", json!("victim@demo.example")),
        ("email", Value::Null),
        ("email_verified", json!(false)),
        ("email_verified", Value::Null),
    ] {
        assert_eq!(party.claiming(claim, value).await.unwrap(), known);
    }
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let party = Party::new().await;
    for token in [json!(""), json!("a.b"), json!("a.b.c"), json!("e30.e30.e30"), json!("e30.e30.")]
    {
        party.openid.play(
            Document::Token,
            Trick::changed(move |answer| {
                answer["id_token"] = token.clone();
            }),
        );
        assert_eq!(refused(party.signs_in(Provider::Google, "robin").await), "bad_token");
    }
    party.openid.play(
        Document::Token,
        Trick::changed(|answer| {
            answer.as_object_mut().unwrap().remove("id_token");
        }),
    );
    assert_eq!(refused(party.signs_in(Provider::Google, "robin").await), "no_token");
}
