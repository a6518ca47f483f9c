//! The client of identity providers, against real ones and against what no provider would say.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a suite stops where it fails"
)]

mod documents;
mod forgeries;
mod silence;

use std::collections::BTreeMap;
use std::time::Duration;

use federated_login::provider::{
    Attempt, Client, FetchFault, Identity, Issuers, ProviderFault, Providers,
};
use jiff::Timestamp;
use regain_domain::provider::Provider;
use regain_tests::after;
use regain_tests::openid::{DIRECTORY, Document, OpenId, Registered, Who, callback};
use reqwest::Url;
use secrecy::SecretString;

const STATE: &str = "state-of-the-attempt";
const NONCE: &str = "nonce-of-the-attempt";
const VERIFIER: &str = "verifier-of-the-attempt-0123456789abcdefghi";
/// The S256 of [`VERIFIER`], computed with openssl.
const CHALLENGE: &str = "A6rhZoDf6ir3ZqCGSCc9gygLOr_oaaRPOUlobLoOSUo";

/// The providers, and a client of theirs.
struct Party {
    openid: OpenId,
    answer_max: Option<Duration>,
    providers: Providers,
}

impl Party {
    async fn new() -> Self {
        Self::with(None).await
    }

    /// That waits for no answer longer than this.
    async fn impatient(answer_max: Duration) -> Self {
        Self::with(Some(answer_max)).await
    }

    async fn with(answer_max: Option<Duration>) -> Self {
        let openid = OpenId::start().await;
        let providers = providers(&openid, answer_max);
        Self { openid, answer_max, providers }
    }

    /// As another sandbox, which has yet to ask for everything, of providers that are fair.
    fn begin_anew(&mut self) {
        self.openid.play_fair();
        self.providers = providers(&self.openid, self.answer_max);
    }

    async fn url(&self, provider: Provider, now: Timestamp) -> Result<String, ProviderFault> {
        let (registered, secret) = self.registered(provider);
        let redirect_uri = callback("demo", provider);
        let client = client(provider, &registered, &secret);
        self.providers.authorize_url(&client, &attempt(&redirect_uri), now).await
    }

    /// A code for this person, as the provider makes one now. Without the client that is tested,
    /// which has asked for nothing yet.
    async fn code(&self, provider: Provider, sub: &str) -> String {
        let (registered, secret) = self.registered(provider);
        let client = client(provider, &registered, &secret);
        let endpoint = format!("{}/auth", self.providers.issuer(&client).unwrap());
        let redirect_uri = callback("demo", provider);
        let sent = [
            ("client_id", registered.client_id),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", &redirect_uri),
            ("state", STATE),
            ("nonce", NONCE),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let url = Url::parse_with_params(&endpoint, sent).unwrap();
        let back = self.openid.sign_in(url.as_str(), &Who::named(sub)).await;
        assert!(back.starts_with(&redirect_uri), "{back}");
        let back = query(&back);
        assert_eq!(back["state"], STATE);
        back["code"].clone()
    }

    async fn identity(
        &self,
        provider: Provider,
        code: &str,
        now: Timestamp,
    ) -> Result<Identity, ProviderFault> {
        let (registered, secret) = self.registered(provider);
        let redirect_uri = callback("demo", provider);
        let client = client(provider, &registered, &secret);
        self.providers.identity(&client, &attempt(&redirect_uri), code, now).await
    }

    /// Signs in from start to end.
    async fn signs_in(&self, provider: Provider, sub: &str) -> Result<Identity, ProviderFault> {
        let code = self.code(provider, sub).await;
        self.identity(provider, &code, after(0)).await
    }

    fn registered(&self, provider: Provider) -> (Registered, SecretString) {
        let registered = self.openid.client(provider);
        let secret = SecretString::from(registered.client_secret);
        (registered, secret)
    }

    /// How often each document was asked for.
    fn asked(&self) -> [usize; 3] {
        [Document::Discovery, Document::Keys, Document::Token].map(|of| self.openid.asked(of))
    }
}

fn providers(openid: &OpenId, answer_max: Option<Duration>) -> Providers {
    let issuers = Issuers::at(openid.base());
    match answer_max {
        None => Providers::new(issuers),
        Some(answer_max) => Providers::within(issuers, answer_max),
    }
}

fn client<'a>(
    provider: Provider,
    registered: &'a Registered,
    client_secret: &'a SecretString,
) -> Client<'a> {
    let Registered { client_id, directory, .. } = registered;
    Client { provider, client_id, client_secret, directory: *directory }
}

fn attempt(redirect_uri: &str) -> Attempt<'_> {
    Attempt { state: STATE, nonce: NONCE, verifier: VERIFIER, redirect_uri }
}

fn query(url: &str) -> BTreeMap<String, String> {
    Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

/// The word of a refusal.
fn refused<T: std::fmt::Debug>(result: Result<T, ProviderFault>) -> &'static str {
    match result {
        Err(ProviderFault::Refused(word)) => word,
        other => panic!("not refused: {other:?}"),
    }
}

/// Why there is no answer.
fn unavailable<T: std::fmt::Debug>(result: Result<T, ProviderFault>) -> FetchFault {
    match result {
        Err(ProviderFault::Unavailable(fault)) => fault,
        other => panic!("not unavailable: {other:?}"),
    }
}

#[tokio::test]
async fn a_person_of_each_provider_is_an_issuer_and_a_sub() {
    let party = Party::new().await;
    let base = party.openid.base();
    for (provider, issuer) in [
        (Provider::Google, format!("{base}/google")),
        (Provider::Linkedin, format!("{base}/linkedin")),
        (Provider::Microsoft, format!("{base}/microsoft/{DIRECTORY}/v2.0")),
    ] {
        let identity = party.signs_in(provider, "robin").await.unwrap();
        assert_eq!(identity, Identity { issuer: issuer.clone(), subject: "robin".to_owned() });
        let (registered, secret) = party.registered(provider);
        let client = client(provider, &registered, &secret);
        assert_eq!(party.providers.issuer(&client).unwrap(), issuer);
    }
}

#[tokio::test]
async fn a_person_is_sent_with_everything_that_binds_the_answer_and_asked_for_nothing_more() {
    let party = Party::new().await;
    for provider in Provider::ALL {
        let url = party.url(provider, after(0)).await.unwrap();
        let issuer = party.providers.issuer(&client(
            provider,
            &party.registered(provider).0,
            &SecretString::from(""),
        ));
        assert!(url.starts_with(&format!("{}/auth?", issuer.unwrap())), "{url}");
        let mut sent = query(&url);
        let challenge = sent.remove("code_challenge").zip(sent.remove("code_challenge_method"));
        let expected = (CHALLENGE.to_owned(), "S256".to_owned());
        match provider {
            Provider::Linkedin => assert_eq!(challenge, None, "it would refuse the verifier"),
            _ => assert_eq!(challenge, Some(expected)),
        }
        let redirect_uri = callback("demo", provider);
        let expected = [
            ("client_id", party.openid.client(provider).client_id),
            ("nonce", NONCE),
            ("redirect_uri", &redirect_uri),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", STATE),
        ];
        assert_eq!(sent, expected.map(|(name, value)| (name.into(), value.into())).into());
    }
}

#[tokio::test]
async fn a_code_is_good_once() {
    let party = Party::new().await;
    for provider in Provider::ALL {
        let code = party.code(provider, "robin").await;
        party.identity(provider, &code, after(0)).await.unwrap();
        assert_eq!(refused(party.identity(provider, &code, after(0)).await), "code_refused");
    }
    assert_eq!(refused(party.identity(Provider::Google, "", after(0)).await), "code_refused");
}

#[tokio::test]
async fn a_code_is_good_with_the_verifier_of_its_own_attempt_alone() {
    let party = Party::new().await;
    for provider in [Provider::Google, Provider::Microsoft] {
        let code = party.code(provider, "robin").await;
        let (registered, secret) = party.registered(provider);
        let redirect_uri = callback("demo", provider);
        let other = "another-verifier-0123456789abcdefghijklmnop";
        let attempt = Attempt { verifier: other, ..attempt(&redirect_uri) };
        let client = client(provider, &registered, &secret);
        let identity = party.providers.identity(&client, &attempt, &code, after(0)).await;
        assert_eq!(refused(identity), "code_refused");
    }
}

#[tokio::test]
async fn a_code_of_one_tenants_callback_is_no_good_at_anothers() {
    let party = Party::new().await;
    let code = party.code(Provider::Google, "robin").await;
    let (registered, secret) = party.registered(Provider::Google);
    let client = client(Provider::Google, &registered, &secret);
    let redirect_uri = callback("other", Provider::Google);
    let attempt = attempt(&redirect_uri);
    let identity = party.providers.identity(&client, &attempt, &code, after(0)).await;
    assert_eq!(refused(identity), "code_refused");
}

#[tokio::test]
async fn a_client_with_an_old_secret_is_told_apart_from_a_bad_code() {
    let party = Party::new().await;
    for provider in Provider::ALL {
        let code = party.code(provider, "robin").await;
        let (registered, _) = party.registered(provider);
        let secret = SecretString::from("an-old-secret");
        let redirect_uri = callback("demo", provider);
        let client = client(provider, &registered, &secret);
        let attempt = attempt(&redirect_uri);
        let identity = party.providers.identity(&client, &attempt, &code, after(0)).await;
        assert_eq!(refused(identity), "client_refused");
    }
}

#[tokio::test]
async fn who_turns_back_brings_no_code() {
    let party = Party::new().await;
    let url = party.url(Provider::Google, after(0)).await.unwrap();
    let back = query(&party.openid.turn_back(&url).await);
    assert_eq!(back["error"], "access_denied");
    assert_eq!(back["state"], STATE);
    assert!(!back.contains_key("code"));
}

#[tokio::test]
async fn what_was_never_configured_is_not_guessed() {
    let party = Party::new().await;
    let (registered, secret) = party.registered(Provider::Microsoft);
    let nobodys = Client { directory: None, ..client(Provider::Microsoft, &registered, &secret) };
    let redirect_uri = callback("demo", Provider::Microsoft);
    let url = party.providers.authorize_url(&nobodys, &attempt(&redirect_uri), after(0)).await;
    assert_eq!(refused(url), "not_configured");
    let client = client(Provider::Microsoft, &registered, &secret);
    for attempt in [
        attempt("not a URL"),
        Attempt { verifier: &VERIFIER[1..], ..attempt(&redirect_uri) },
        Attempt { verifier: &"v".repeat(129), ..attempt(&redirect_uri) },
    ] {
        let url = party.providers.authorize_url(&client, &attempt, after(0)).await;
        assert_eq!(refused(url), "not_configured");
    }
    let longest = "v".repeat(128);
    let attempt = Attempt { verifier: &longest, ..attempt(&redirect_uri) };
    party.providers.authorize_url(&client, &attempt, after(0)).await.unwrap();
    assert_eq!(party.asked(), [1, 0, 0]);
}
