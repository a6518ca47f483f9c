//! Asks providers over HTTP, within bounds: so long, so much, over TLS, and never elsewhere than
//! where it was sent.
//!
//! What is absent on purpose: redirects, retries, proxies, decompression, and connections that are
//! kept. A sandbox that slept would find those dead, and there is hardly more than one request to
//! a host.

use std::time::Duration;

use openidconnect::url::{Host, Origin, Url};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use tokio::sync::OnceCell;

/// How long an answer may take, all of it: the caller waits behind it, in front of a browser.
pub(crate) const ANSWER_MAX: Duration = Duration::from_secs(5);
const CONNECT_MAX: Duration = Duration::from_secs(2);
/// Ten times the longest document of a provider.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// Some hosts turn away who does not say what it is.
const USER_AGENT: &str = concat!("regain/", env!("CARGO_PKG_VERSION"));

/// Why there is no answer that could be read.
#[derive(Debug, thiserror::Error)]
pub enum FetchFault {
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made")]
    NoClient(#[source] reqwest::Error),
    /// No connection, or it broke.
    #[error("no connection")]
    NoConnection(#[source] reqwest::Error),
    /// The answer took too long.
    #[error("no answer in time")]
    Late,
    /// It gave no answer a moment ago, and was not asked again.
    #[error("it did not answer a moment ago")]
    Silent,
    /// The answer is longer than any that is read.
    #[error("an answer of more than {BODY_BYTES_MAX} bytes")]
    TooLong,
    /// Another status than the protocol has.
    #[error("it answered with status {0}")]
    Status(u16),
    /// Not the JSON that was asked for. What it is instead is not repeated: it may hold a token.
    #[error("an answer that cannot be read")]
    Unreadable,
}

impl FetchFault {
    /// Whether nobody answered, so that asking again soon would only cost as long again.
    pub(crate) fn is_silence(&self) -> bool {
        matches!(self, Self::NoConnection(_) | Self::Late)
    }
}

impl From<reqwest::Error> for FetchFault {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() { Self::Late } else { Self::NoConnection(error.without_url()) }
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// The HTTP client, made when it is first needed: reading the certificates of authorities takes
/// longer than all the rest of a cold start.
pub(crate) struct Fetch {
    client: OnceCell<Client>,
    /// Where there is no TLS because there is no network.
    loopback: Option<Origin>,
    answer_max: Duration,
}

impl Fetch {
    /// Over TLS alone, but for `base` if that is on this very machine.
    pub(crate) fn new(base: Option<&str>, answer_max: Duration) -> Self {
        let base = base.and_then(|base| Url::parse(base).ok());
        let loopback = base.filter(is_loopback).map(|base| base.origin());
        Self { client: OnceCell::new(), loopback, answer_max }
    }

    /// Whether anything may be asked there, or anybody be sent there.
    pub(crate) fn may_ask(&self, url: &Url) -> bool {
        url.scheme() == "https" || self.loopback.as_ref() == Some(&url.origin())
    }

    /// Reads a document.
    pub(crate) async fn get(&self, url: &Url) -> Result<Vec<u8>, FetchFault> {
        let answer = self.ask(self.client().await?.get(url.clone())).await?;
        if answer.status == 200 { Ok(answer.body) } else { Err(FetchFault::Status(answer.status)) }
    }

    /// Sends a form.
    pub(crate) async fn post(&self, url: &Url, form: String) -> Result<Answer, FetchFault> {
        let request = self.client().await?.post(url.clone()).body(form);
        self.ask(request.header(CONTENT_TYPE, "application/x-www-form-urlencoded")).await
    }

    async fn ask(&self, request: RequestBuilder) -> Result<Answer, FetchFault> {
        let response = request.header(ACCEPT, "application/json").send().await?;
        Ok(Answer { status: response.status().as_u16(), body: body(response).await? })
    }

    async fn client(&self) -> Result<&Client, FetchFault> {
        let make = || async {
            Client::builder()
                .redirect(Policy::none())
                .https_only(self.loopback.is_none())
                .no_proxy()
                .pool_max_idle_per_host(0)
                .connect_timeout(self.answer_max.min(CONNECT_MAX))
                .timeout(self.answer_max)
                .user_agent(USER_AGENT)
                .build()
        };
        self.client.get_or_try_init(make).await.map_err(FetchFault::NoClient)
    }
}

/// SECURITY: a body is given up at the first byte too many, not read and then measured. Held by
/// `an_answer_without_end_is_given_up`.
async fn body(mut response: Response) -> Result<Vec<u8>, FetchFault> {
    if response.content_length().is_some_and(|length| length > BODY_BYTES_MAX as u64) {
        return Err(FetchFault::TooLong);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(FetchFault::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_ask(base: Option<&str>, url: &str) -> bool {
        Fetch::new(base, ANSWER_MAX).may_ask(&Url::parse(url).unwrap())
    }

    #[test]
    fn without_tls_nobody_is_asked_but_this_machine_where_it_is_told_to() {
        assert!(may_ask(None, "https://www.linkedin.com/oauth"));
        for url in ["http://www.linkedin.com/oauth", "http://127.0.0.1:9100/google", "file:///x"] {
            assert!(!may_ask(None, url), "{url}");
        }
        let base = Some("http://127.0.0.1:9100");
        assert!(may_ask(base, "http://127.0.0.1:9100/google"));
        for url in
            ["http://127.0.0.1:9101/", "http://127.0.0.2:9100/", "http://accounts.google.com/"]
        {
            assert!(!may_ask(base, url), "{url}");
        }
        let elsewhere = Some("http://accounts.example");
        assert!(!may_ask(elsewhere, "http://accounts.example/google"));
    }
}
