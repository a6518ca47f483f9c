//! The discovery document and the keys: whose they are, how large, and how often they are read.

use std::net::TcpListener;

use federated_login::provider::FetchFault;
use futures_util::future::join_all;
use regain_domain::provider::Provider;
use regain_tests::after;
use regain_tests::openid::{Document, Forgery, Trick};
use serde_json::json;

use crate::{Party, refused, unavailable};

const DOCUMENTS: [Document; 3] = [Document::Discovery, Document::Keys, Document::Token];
/// The longest answer that is read.
const BODY_BYTES_MAX: usize = 256 * 1024;

#[tokio::test]
async fn a_discovery_document_of_another_issuer_is_refused() {
    let party = Party::new().await;
    let base = party.openid.base().to_owned();
    for issuer in [
        "https://accounts.google.com".to_owned(),
        format!("{base}/linkedin"),
        format!("{base}/google/"),
        // As Microsoft calls everybody's.
        format!("{base}/microsoft/{{tenantid}}/v2.0"),
    ] {
        party.openid.play(
            Document::Discovery,
            Trick::changed(move |document| {
                document["issuer"] = issuer.clone().into();
            }),
        );
        assert_eq!(refused(party.url(Provider::Google, after(0)).await), "wrong_issuer");
    }
}

#[tokio::test]
async fn an_endpoint_without_tls_is_refused() {
    let party = Party::new().await;
    for endpoint in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        for url in ["http://accounts.example/x", "http://127.0.0.1:1/x", "file:///etc/passwd"] {
            party.openid.play(
                Document::Discovery,
                Trick::changed(move |document| {
                    document[endpoint] = url.into();
                }),
            );
            let url = party.url(Provider::Google, after(0)).await;
            assert_eq!(refused(url), "insecure_endpoint", "{endpoint}");
        }
    }
    party.openid.play(
        Document::Discovery,
        Trick::changed(|document| {
            document["authorization_endpoint"] = "https://accounts.example/auth".into();
        }),
    );
    let url = party.url(Provider::Google, after(0)).await.unwrap();
    assert!(url.starts_with("https://accounts.example/auth?"), "{url}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let url = format!("http://{}/", elsewhere.local_addr().unwrap());
    let mut party = Party::new().await;
    for document in DOCUMENTS {
        party.begin_anew();
        let code = party.code(Provider::Google, "robin").await;
        party.openid.play(document, Trick::Redirect(url.clone()));
        let fault = unavailable(party.identity(Provider::Google, &code, after(0)).await);
        assert!(matches!(fault, FetchFault::Status(303)), "{document:?}: {fault:?}");
    }
    assert!(elsewhere.accept().is_err(), "somebody came");
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let mut party = Party::new().await;
    for document in DOCUMENTS {
        party.begin_anew();
        let code = party.code(Provider::Google, "robin").await;
        party.openid.play(document, Trick::Endless);
        let fault = unavailable(party.identity(Provider::Google, &code, after(0)).await);
        assert!(matches!(fault, FetchFault::TooLong), "{document:?}: {fault:?}");
    }
}

#[tokio::test]
async fn an_answer_is_as_long_as_it_may_be_and_no_longer() {
    let mut party = Party::new().await;
    for document in DOCUMENTS {
        party.begin_anew();
        party.openid.play(document, Trick::Padded(BODY_BYTES_MAX + 1));
        let fault = unavailable(party.signs_in(Provider::Google, "robin").await);
        assert!(matches!(fault, FetchFault::TooLong), "{document:?}: {fault:?}");
        party.openid.play(document, Trick::Padded(BODY_BYTES_MAX));
        party.signs_in(Provider::Google, "robin").await.unwrap();
    }
    party.begin_anew();
    party.openid.play(Document::Keys, Trick::Padded(10_000_000));
    let fault = unavailable(party.signs_in(Provider::Google, "robin").await);
    assert!(matches!(fault, FetchFault::TooLong), "{fault:?}");
}

#[tokio::test]
async fn what_cannot_be_read_is_no_answer() {
    let mut party = Party::new().await;
    for document in DOCUMENTS {
        for body in ["", "{", "[]", "<html>", "\u{0}"] {
            party.begin_anew();
            let code = party.code(Provider::Google, "robin").await;
            party.openid.play(document, Trick::Status(200, body.to_owned()));
            let fault = unavailable(party.identity(Provider::Google, &code, after(0)).await);
            assert!(matches!(fault, FetchFault::Unreadable), "{document:?} {body}: {fault:?}");
        }
    }
}

#[tokio::test]
async fn documents_are_read_once_an_hour() {
    let party = Party::new().await;
    let provider = Provider::Google;
    party.url(provider, after(0)).await.unwrap();
    assert_eq!(party.asked(), [1, 0, 0], "who is sent needs no keys");
    let bad = |seconds| party.identity(provider, "no code", after(seconds));
    for (seconds, codes) in [(0, 1), (1, 2), (3599, 3)] {
        assert_eq!(refused(bad(seconds).await), "code_refused");
        assert_eq!(party.asked(), [1, 1, codes]);
    }
    assert_eq!(refused(bad(3600).await), "code_refused");
    assert_eq!(party.asked(), [2, 2, 4]);
    party.url(Provider::Linkedin, after(3600)).await.unwrap();
    assert_eq!(party.asked(), [3, 2, 4], "every issuer has its own");
}

#[tokio::test]
async fn a_crowd_reads_a_document_once() {
    let party = Party::new().await;
    let crowd = (0..20).map(|_| party.identity(Provider::Google, "no code", after(0)));
    for identity in join_all(crowd).await {
        assert_eq!(refused(identity), "code_refused");
    }
    assert_eq!(party.asked(), [1, 1, 20]);
}

#[tokio::test]
async fn a_key_that_is_new_is_found_and_keys_are_read_again_once_a_minute() {
    let party = Party::new().await;
    let provider = Provider::Google;
    party.signs_in(provider, "robin").await.unwrap();
    let keys = || party.openid.asked(Document::Keys);
    assert_eq!(keys(), 1);

    // The issuer begins to use another name for its key.
    party.openid.play(
        Document::Keys,
        Trick::changed(|document| {
            document["keys"][0]["kid"] = "new".into();
        }),
    );
    party.openid.forge(|token: &mut Forgery| token.header["kid"] = "new".into());
    let code = party.code(provider, "robin").await;
    assert_eq!(refused(party.identity(provider, &code, after(59)).await), "unknown_key");
    assert_eq!(keys(), 1);
    let code = party.code(provider, "robin").await;
    party.identity(provider, &code, after(60)).await.unwrap();
    assert_eq!(keys(), 2);

    // And somebody, one that nobody has.
    party.openid.forge(|token: &mut Forgery| token.header["kid"] = "nobody's".into());
    for (seconds, asked) in [(60, 2), (119, 2), (120, 3), (121, 3)] {
        let code = party.code(provider, "robin").await;
        assert_eq!(refused(party.identity(provider, &code, after(seconds)).await), "unknown_key");
        assert_eq!(keys(), asked, "after {seconds} s");
    }
}

#[tokio::test]
async fn keys_that_could_not_be_read_again_are_not_tried_again_within_the_minute() {
    let party = Party::new().await;
    let provider = Provider::Google;
    party.signs_in(provider, "robin").await.unwrap();
    party.openid.forge(|token: &mut Forgery| token.header["kid"] = "new".into());
    party.openid.play(Document::Keys, Trick::Status(500, String::new()));
    let code = party.code(provider, "robin").await;
    let fault = unavailable(party.identity(provider, &code, after(60)).await);
    assert!(matches!(fault, FetchFault::Status(500)), "{fault:?}");
    let code = party.code(provider, "robin").await;
    assert_eq!(refused(party.identity(provider, &code, after(61)).await), "unknown_key");
    assert_eq!(party.openid.asked(Document::Keys), 2);
}

#[tokio::test]
async fn a_key_that_cannot_be_used_does_not_hide_the_others() {
    let party = Party::new().await;
    party.openid.play(
        Document::Keys,
        Trick::changed(|document| {
            let keys = document["keys"].as_array_mut().unwrap();
            keys.insert(
                0,
                json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": "of-tomorrow", "pub": "AQAB"}),
            );
            keys.insert(0, json!("no key at all"));
        }),
    );
    party.signs_in(Provider::Google, "robin").await.unwrap();
}
