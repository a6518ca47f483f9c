//! Providers that are slow, broken or down.

use std::time::{Duration, Instant};

use federated_login::provider::{FetchFault, Issuers, Providers};
use regain_domain::provider::Provider;
use regain_tests::after;
use regain_tests::openid::{Document, Trick};

use crate::{Party, unavailable};

/// Long enough for an honest answer on a busy machine.
const PATIENCE: Duration = Duration::from_millis(1000);
const DOCUMENTS: [Document; 3] = [Document::Discovery, Document::Keys, Document::Token];

#[tokio::test]
async fn who_does_not_answer_is_not_waited_for() {
    let mut party = Party::impatient(PATIENCE).await;
    for document in DOCUMENTS {
        for trick in [Trick::Silence, Trick::Stalling] {
            party.begin_anew();
            let code = party.code(Provider::Google, "robin").await;
            party.openid.play(document, trick);
            let begun = Instant::now();
            let fault = unavailable(party.identity(Provider::Google, &code, after(0)).await);
            assert!(matches!(fault, FetchFault::Late), "{document:?}: {fault:?}");
            assert!(begun.elapsed() < PATIENCE * 2);
        }
    }
}

#[tokio::test]
async fn answers_that_are_all_nearly_late_are_late_together() {
    let party = Party::impatient(PATIENCE).await;
    let code = party.code(Provider::Google, "robin").await;
    for document in DOCUMENTS {
        party.openid.play(document, Trick::After(PATIENCE * 7 / 10));
    }
    let fault = unavailable(party.identity(Provider::Google, &code, after(0)).await);
    assert!(matches!(fault, FetchFault::Late), "{fault:?}");
}

#[tokio::test]
async fn a_silent_issuer_is_left_alone_for_ten_seconds_and_the_others_are_not() {
    let mut party = Party::impatient(PATIENCE).await;
    for trick in [Trick::Silence, Trick::Cut] {
        party.begin_anew();
        let before = party.openid.asked(Document::Discovery);
        party.openid.play(Document::Discovery, trick);
        let fault = unavailable(party.url(Provider::Google, after(0)).await);
        assert!(matches!(fault, FetchFault::Late | FetchFault::NoConnection(_)), "{fault:?}");
        party.openid.play_fair();
        for seconds in [0, 9] {
            let fault = unavailable(party.url(Provider::Google, after(seconds)).await);
            assert!(matches!(fault, FetchFault::Silent), "{fault:?}");
        }
        assert_eq!(party.openid.asked(Document::Discovery), before + 1);
        party.url(Provider::Linkedin, after(9)).await.unwrap();
        party.url(Provider::Google, after(10)).await.unwrap();
    }
}

#[tokio::test]
async fn who_hangs_at_the_code_is_not_sent_the_next() {
    let party = Party::impatient(PATIENCE).await;
    let code = party.code(Provider::Google, "robin").await;
    party.openid.play(Document::Token, Trick::Silence);
    let fault = unavailable(party.identity(Provider::Google, &code, after(0)).await);
    assert!(matches!(fault, FetchFault::Late), "{fault:?}");
    let fault = unavailable(party.identity(Provider::Google, &code, after(9)).await);
    assert!(matches!(fault, FetchFault::Silent), "{fault:?}");
    assert_eq!(party.openid.asked(Document::Token), 1);
    // What is known already needs nobody's answer.
    party.url(Provider::Google, after(9)).await.unwrap();
}

#[tokio::test]
async fn an_error_is_an_answer_and_the_next_is_asked_for_at_once() {
    let mut party = Party::new().await;
    for document in DOCUMENTS {
        for status in [404, 429, 500, 503] {
            party.begin_anew();
            let code = party.code(Provider::Google, "robin").await;
            party.openid.play(document, Trick::Status(status, "sorry".to_owned()));
            let fault = unavailable(party.identity(Provider::Google, &code, after(0)).await);
            assert!(matches!(fault, FetchFault::Status(told) if told == status), "{fault:?}");
            party.openid.play_fair();
            party.identity(Provider::Google, &code, after(0)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn nobody_there_is_no_connection() {
    let providers = Providers::new(Issuers::at("http://127.0.0.1:1"));
    let party = Party { providers, ..Party::new().await };
    let fault = unavailable(party.url(Provider::Google, after(0)).await);
    assert!(matches!(fault, FetchFault::NoConnection(_)), "{fault:?}");
    assert!(!format!("{fault:?}").contains("openid-configuration"), "{fault:?}");
}
