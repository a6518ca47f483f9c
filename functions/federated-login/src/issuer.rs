//! What is known of one issuer, for an hour: where its endpoints are, and its keys. And whether it
//! answers at all.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use openidconnect::core::CoreJsonWebKeySet;
use openidconnect::url::Url;
use openidconnect::{AuthUrl, IssuerUrl, JsonWebKeySetUrl, TokenUrl};
use serde::Deserialize;

use crate::fetch::{Fetch, FetchFault};
use crate::provider::ProviderFault;

/// As long as a document is believed. Issuers announce keys for longer than that before they use
/// them, and whoever uses one at once is asked again.
const KEPT_SECONDS: i64 = 60 * 60;
/// A key that nobody knows makes the keys be read again, but not more often than this.
const KEYS_AGAIN_SECONDS: i64 = 60;
/// An issuer that gave no answer is left alone for so long. A sandbox that slept meanwhile may see
/// the end of it later.
const PAUSE_SECONDS: i64 = 10;

/// The members of a discovery document that are used (OpenID Connect Discovery 1.0 §3). Whatever
/// else one holds, right or wrong, cannot stop a sign-in.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Discovery {
    pub(crate) issuer: IssuerUrl,
    pub(crate) authorization_endpoint: AuthUrl,
    pub(crate) token_endpoint: TokenUrl,
    jwks_uri: JsonWebKeySetUrl,
}

/// An issuer.
pub(crate) struct Issuer {
    pub(crate) url: String,
    /// Held while a document is fetched: who comes second finds it here.
    documents: tokio::sync::Mutex<Documents>,
    silent_since: Mutex<Option<Timestamp>>,
}

#[derive(Default)]
struct Documents {
    discovery: Option<(Timestamp, Discovery)>,
    keys: Option<(Timestamp, Arc<CoreJsonWebKeySet>)>,
    keys_asked_at: Option<Timestamp>,
}

impl Issuer {
    pub(crate) fn new(url: String) -> Self {
        Self { url, documents: tokio::sync::Mutex::default(), silent_since: Mutex::default() }
    }

    /// Where its endpoints are.
    pub(crate) async fn discovery(
        &self,
        fetch: &Fetch,
        now: Timestamp,
    ) -> Result<Discovery, ProviderFault> {
        let mut documents = self.documents.lock().await;
        self.discovered(&mut documents, fetch, now).await.cloned()
    }

    /// Its keys.
    pub(crate) async fn keys(
        &self,
        fetch: &Fetch,
        now: Timestamp,
    ) -> Result<Arc<CoreJsonWebKeySet>, ProviderFault> {
        let mut documents = self.documents.lock().await;
        if let Some((_, keys)) = documents.keys.as_ref().filter(|(at, _)| is_kept(*at, now)) {
            return Ok(Arc::clone(keys));
        }
        self.fetch_keys(&mut documents, fetch, now).await
    }

    /// Its keys, when there may be others than `tried`; none when it is too early to ask.
    pub(crate) async fn other_keys(
        &self,
        fetch: &Fetch,
        tried: &Arc<CoreJsonWebKeySet>,
        now: Timestamp,
    ) -> Result<Option<Arc<CoreJsonWebKeySet>>, ProviderFault> {
        let mut documents = self.documents.lock().await;
        if let Some((_, keys)) =
            documents.keys.as_ref().filter(|(_, keys)| !Arc::ptr_eq(keys, tried))
        {
            return Ok(Some(Arc::clone(keys)));
        }
        if documents.keys_asked_at.is_some_and(|at| is_within(at, KEYS_AGAIN_SECONDS, now)) {
            return Ok(None);
        }
        self.fetch_keys(&mut documents, fetch, now).await.map(Some)
    }

    /// Waits for one answer, unless it lately gave none.
    pub(crate) async fn ask<T>(
        &self,
        now: Timestamp,
        answer: impl Future<Output = Result<T, FetchFault>>,
    ) -> Result<T, ProviderFault> {
        let silent_since = *self.silent_since.lock().unwrap_or_else(PoisonError::into_inner);
        if silent_since.is_some_and(|since| is_within(since, PAUSE_SECONDS, now)) {
            return Err(FetchFault::Silent.into());
        }
        let answer = answer.await;
        if answer.as_ref().is_err_and(FetchFault::is_silence) {
            *self.silent_since.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        }
        answer.map_err(ProviderFault::from)
    }

    async fn discovered<'d>(
        &self,
        documents: &'d mut Documents,
        fetch: &Fetch,
        now: Timestamp,
    ) -> Result<&'d Discovery, ProviderFault> {
        let kept = documents.discovery.take().filter(|(at, _)| is_kept(*at, now));
        let discovery = match kept {
            Some(kept) => kept,
            None => (now, self.fetch_discovery(fetch, now).await?),
        };
        Ok(&documents.discovery.insert(discovery).1)
    }

    async fn fetch_discovery(
        &self,
        fetch: &Fetch,
        now: Timestamp,
    ) -> Result<Discovery, ProviderFault> {
        let url = format!("{}/.well-known/openid-configuration", self.url);
        let url = Url::parse(&url).ok().filter(|url| fetch.may_ask(url));
        let url = url.ok_or(ProviderFault::Refused(INSECURE))?;
        let document = self.ask(now, fetch.get(&url)).await?;
        let discovery: Discovery =
            serde_json::from_slice(&document).map_err(|_| FetchFault::Unreadable)?;
        // SECURITY: who speaks for another issuer speaks for nobody (OpenID Connect Discovery 1.0
        // §4.3). Held by `a_discovery_document_of_another_issuer_is_refused`.
        if discovery.issuer.as_str() != self.url {
            return Err(ProviderFault::Refused("wrong_issuer"));
        }
        let endpoints = [
            discovery.authorization_endpoint.url(),
            discovery.token_endpoint.url(),
            discovery.jwks_uri.url(),
        ];
        // SECURITY: held by `an_endpoint_without_tls_is_refused`.
        if !endpoints.into_iter().all(|url| fetch.may_ask(url)) {
            return Err(ProviderFault::Refused(INSECURE));
        }
        Ok(discovery)
    }

    async fn fetch_keys(
        &self,
        documents: &mut Documents,
        fetch: &Fetch,
        now: Timestamp,
    ) -> Result<Arc<CoreJsonWebKeySet>, ProviderFault> {
        let url = self.discovered(documents, fetch, now).await?.jwks_uri.url().clone();
        documents.keys_asked_at = Some(now);
        let document = self.ask(now, fetch.get(&url)).await?;
        let keys: CoreJsonWebKeySet =
            serde_json::from_slice(&document).map_err(|_| FetchFault::Unreadable)?;
        let keys = Arc::new(keys);
        documents.keys = Some((now, Arc::clone(&keys)));
        Ok(keys)
    }
}

/// An endpoint that is not asked, because anybody on the way could answer.
const INSECURE: &str = "insecure_endpoint";

fn is_kept(fetched_at: Timestamp, now: Timestamp) -> bool {
    is_within(fetched_at, KEPT_SECONDS, now)
}

fn is_within(begun_at: Timestamp, seconds: i64, now: Timestamp) -> bool {
    now.duration_since(begun_at) < SignedDuration::from_secs(seconds)
}
