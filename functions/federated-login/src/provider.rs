//! The client of identity providers: where a person is sent, and who it is that comes back
//! (OpenID Connect Core 1.0 §3.1, authorization code flow).
//!
//! What is absent on purpose: access tokens, which are not even read; the userinfo endpoint; every
//! scope but `openid`. Who somebody is takes an issuer and a `sub`, and nothing more is asked for.
//! `state` is the caller's: that it came back from the browser that began is checked before this is
//! asked anything.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreJsonWebKeySet};
use openidconnect::url::form_urlencoded;
use openidconnect::{ClientId, CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl};
use regain_domain::provider::Provider;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

pub use crate::fetch::FetchFault;
use crate::fetch::{ANSWER_MAX, Fetch};
use crate::issuer::{Discovery, Issuer};
pub use crate::issuers::Issuers;
use crate::issuers::{NonceEcho, Pkce};
use crate::token::{self, Disbelief, Expected};

/// More issuers than a sandbox is likely to meet: every directory of Microsoft's is one. The one
/// met first is forgotten first.
const ISSUERS_MAX: usize = 100;
/// The length of a PKCE verifier (RFC 7636 §4.1).
const VERIFIER_BYTES: std::ops::RangeInclusive<usize> = 43..=128;

/// All providers. Nothing is read or asked before it is needed.
pub struct Providers {
    issuers: Issuers,
    fetch: Fetch,
    answer_max: Duration,
    met: Mutex<VecDeque<Arc<Issuer>>>,
}

/// A tenant as a provider knows it.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    /// Which provider.
    pub provider: Provider,
    /// What the provider calls the tenant.
    pub client_id: &'a str,
    /// How the tenant proves to be it.
    pub client_secret: &'a SecretString,
    /// Microsoft's id of the organisation whose people these are, as Microsoft writes it: a GUID in
    /// small letters.
    pub directory: Option<&'a str>,
}

/// One person's way to a provider and back.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// What comes back with the person.
    pub state: &'a str,
    /// What comes back in the ID token.
    pub nonce: &'a str,
    /// What the provider is shown with the code (RFC 7636), 43 to 128 bytes.
    pub verifier: &'a str,
    /// Where the person comes back.
    pub redirect_uri: &'a str,
}

/// Who somebody is, for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who says so.
    pub issuer: String,
    /// Who it is there.
    pub subject: String,
}

/// Why a provider is of no help.
#[derive(Debug, thiserror::Error)]
pub enum ProviderFault {
    /// Down, silent or not making sense; later it may.
    #[error("the provider is of no use now")]
    Unavailable(#[from] FetchFault),
    /// What it said is not believed, or it refused. The word is for log and timeline:
    /// `bad_signature`, `bad_subject`, `bad_token`, `client_refused`, `code_refused`,
    /// `insecure_endpoint`, `no_token`, `not_configured`, `unknown_key`, `wrong_algorithm`,
    /// `wrong_audience`, `wrong_directory`, `wrong_issuer`, `wrong_nonce` or `wrong_time`.
    #[error("the provider's answer is refused: {0}")]
    Refused(&'static str),
}

impl Providers {
    /// Of these issuers.
    #[must_use]
    pub fn new(issuers: Issuers) -> Self {
        Self::within(issuers, ANSWER_MAX)
    }

    /// The same, with less patience for an answer. An identity takes four answers at most, and no
    /// longer than two of the slowest.
    #[must_use]
    pub fn within(issuers: Issuers, answer_max: Duration) -> Self {
        let fetch = Fetch::new(issuers.base(), answer_max);
        Self { issuers, fetch, answer_max, met: Mutex::default() }
    }

    /// The issuer of a client's people. A callback that names one must name this (RFC 9207 §2.4).
    pub fn issuer(&self, client: &Client<'_>) -> Result<String, ProviderFault> {
        let issuer = self.issuers.issuer(client.provider, client.directory);
        issuer.ok_or(ProviderFault::Refused(NOT_CONFIGURED))
    }

    /// Where the person goes.
    pub async fn authorize_url(
        &self,
        client: &Client<'_>,
        attempt: &Attempt<'_>,
        now: Timestamp,
    ) -> Result<String, ProviderFault> {
        let refused = ProviderFault::Refused(NOT_CONFIGURED);
        let Ok(redirect_uri) = RedirectUrl::new(attempt.redirect_uri.to_owned()) else {
            return Err(refused);
        };
        if !VERIFIER_BYTES.contains(&attempt.verifier.len()) {
            return Err(refused);
        }
        let discovery = self.met(client)?.discovery(&self.fetch, now).await?;
        let client_id = ClientId::new(client.client_id.to_owned());
        let known = CoreClient::new(client_id, discovery.issuer, CoreJsonWebKeySet::default())
            .set_auth_uri(discovery.authorization_endpoint)
            .set_redirect_uri(redirect_uri);
        let (state, nonce) = (attempt.state.to_owned(), attempt.nonce.to_owned());
        let request = known.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            || CsrfToken::new(state),
            || Nonce::new(nonce),
        );
        let request = match Pkce::of(client.provider) {
            Pkce::S256 => {
                let verifier = PkceCodeVerifier::new(attempt.verifier.to_owned());
                request.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            }
            Pkce::Unknown => request,
        };
        let (url, _, _) = request.url();
        Ok(url.into())
    }

    /// Exchanges the code for an ID token and believes it, or not.
    pub async fn identity(
        &self,
        client: &Client<'_>,
        attempt: &Attempt<'_>,
        code: &str,
        now: Timestamp,
    ) -> Result<Identity, ProviderFault> {
        let issuer = self.met(client)?;
        // Several answers, each nearly too late, are too late.
        let identified = self.identified(&issuer, client, attempt, code, now);
        let subject = tokio::time::timeout(self.answer_max * 2, identified)
            .await
            .unwrap_or_else(|_| Err(FetchFault::Late.into()))?;
        Ok(Identity { issuer: issuer.url.clone(), subject })
    }

    async fn identified(
        &self,
        issuer: &Issuer,
        client: &Client<'_>,
        attempt: &Attempt<'_>,
        code: &str,
        now: Timestamp,
    ) -> Result<String, ProviderFault> {
        // A code is good once. What else is needed is fetched before it is spent.
        let discovery = issuer.discovery(&self.fetch, now).await?;
        let keys = issuer.keys(&self.fetch, now).await?;
        let id_token = self.exchange(issuer, &discovery, client, attempt, code, now).await?;
        let expected = Expected {
            issuer: &discovery.issuer,
            client_id: client.client_id,
            nonce: attempt.nonce,
            nonce_echo: NonceEcho::of(client.provider),
            directory: client.directory,
        };
        let mut believed = token::subject(&id_token, &keys, &expected, now);
        if believed == Err(Disbelief::UnknownKey)
            && let Some(keys) = issuer.other_keys(&self.fetch, &keys, now).await?
        {
            believed = token::subject(&id_token, &keys, &expected, now);
        }
        believed.map_err(|disbelief| match disbelief {
            Disbelief::UnknownKey => ProviderFault::Refused("unknown_key"),
            Disbelief::Word(word) => ProviderFault::Refused(word),
        })
    }

    /// The ID token for a code. By hand: a library that asks for a standard answer reads none of
    /// LinkedIn's. All three document the client's secret in the body (RFC 6749 §2.3.1).
    async fn exchange(
        &self,
        issuer: &Issuer,
        discovery: &Discovery,
        client: &Client<'_>,
        attempt: &Attempt<'_>,
        code: &str,
        now: Timestamp,
    ) -> Result<String, ProviderFault> {
        let form = {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("grant_type", "authorization_code")
                .append_pair("code", code)
                .append_pair("redirect_uri", attempt.redirect_uri)
                .append_pair("client_id", client.client_id)
                .append_pair("client_secret", client.client_secret.expose_secret());
            if Pkce::of(client.provider) == Pkce::S256 {
                form.append_pair("code_verifier", attempt.verifier);
            }
            form.finish()
        };
        let endpoint = discovery.token_endpoint.url();
        let answer = issuer.ask(now, self.fetch.post(endpoint, form)).await?;
        match answer.status {
            200 => {
                let tokens: Tokens =
                    serde_json::from_slice(&answer.body).map_err(|_| FetchFault::Unreadable)?;
                tokens.id_token.ok_or(ProviderFault::Refused("no_token"))
            }
            400 | 401 | 403 => Err(ProviderFault::Refused(refusal(&answer.body))),
            status => Err(FetchFault::Status(status).into()),
        }
    }

    /// What is known of a client's issuer.
    fn met(&self, client: &Client<'_>) -> Result<Arc<Issuer>, ProviderFault> {
        let url = self.issuer(client)?;
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(issuer) = met.iter().find(|issuer| issuer.url == url) {
            return Ok(Arc::clone(issuer));
        }
        if met.len() == ISSUERS_MAX {
            met.pop_front();
        }
        let issuer = Arc::new(Issuer::new(url));
        met.push_back(Arc::clone(&issuer));
        Ok(issuer)
    }
}

const NOT_CONFIGURED: &str = "not_configured";

#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
}

#[derive(Deserialize)]
struct TokenError {
    error: String,
}

/// Whose fault it is: the tenant's, whose secret is old, or that of who brought the code.
fn refusal(body: &[u8]) -> &'static str {
    let error = serde_json::from_slice(body).map(|TokenError { error }| error);
    match error.as_deref() {
        Ok("invalid_client" | "unauthorized_client") => "client_refused",
        _ => "code_refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_issuers_are_remembered_and_the_first_makes_room_for_another() {
        let providers = Providers::new(Issuers::real());
        let secret = SecretString::from("s");
        let met = |directory: usize| {
            let directory = directory.to_string();
            let client = Client {
                provider: Provider::Microsoft,
                client_id: "c",
                client_secret: &secret,
                directory: Some(&directory),
            };
            providers.met(&client).unwrap()
        };
        let first = met(0);
        for directory in 1..ISSUERS_MAX {
            met(directory);
        }
        assert!(Arc::ptr_eq(&first, &met(0)));
        met(ISSUERS_MAX);
        assert!(!Arc::ptr_eq(&first, &met(0)));
    }
}
