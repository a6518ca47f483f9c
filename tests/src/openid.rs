//! The OpenID providers that tests sign in with: real ones, on loopback, with a front before them
//! that can lie.
//!
//! `tests/oidc/provider.js` is the real part, a certified implementation. Functions are told of the
//! front alone, which passes everything on until a test asks for an answer to be changed, or for
//! none: see [`Trick`] and [`OpenId::forge`].

#![expect(clippy::unwrap_used, clippy::panic, reason = "a harness stops the test that it serves")]

mod forgery;
mod front;
mod process;

use std::collections::BTreeMap;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use regain_domain::provider::Provider;
use reqwest::Url;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::{Value, json};

pub use self::forgery::{Forgery, Signer};
use self::front::Front;
pub use self::front::{Document, Trick};
use self::process::Process;
use crate::world::PUBLIC_BASE;

/// The directory of the Microsoft that the tests' tenants are in.
pub const DIRECTORY: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
/// Another organisation's.
pub const OTHER_DIRECTORY: &str = "11111111-2222-3333-4444-555555555555";
/// A redirect more than any sign-in has.
const REDIRECTS_MAX: usize = 6;

/// Google, LinkedIn and Microsoft, until dropped, for one test. Their process is shared by those that
/// run beside it: starting one takes half a second.
pub struct OpenId {
    front: Arc<Front>,
    http: reqwest::Client,
    process: Arc<Process>,
}

/// A tenant as a provider knows it.
pub struct Registered {
    /// What it is called.
    pub client_id: &'static str,
    /// With signs that a form must escape.
    pub client_secret: &'static str,
    /// Microsoft's.
    pub directory: Option<&'static str>,
}

/// Someone with an account at a provider.
#[derive(Clone, Debug)]
pub struct Who {
    /// What the provider calls them.
    pub sub: String,
    /// The address that the provider tells of.
    pub email: String,
    /// Whether it says that it checked it.
    pub email_verified: bool,
}

impl Who {
    /// With an address that was checked.
    pub fn named(sub: &str) -> Self {
        Self { sub: sub.to_owned(), email: format!("{sub}@people.example"), email_verified: true }
    }
}

impl Who {
    /// Name and value of the cookie by which a browser says at a provider that it is them.
    pub fn cookie(&self) -> (&'static str, String) {
        (SIGNS_IN, encoded(&self.claims()))
    }

    fn claims(&self) -> Value {
        json!({"sub": self.sub, "email": self.email, "email_verified": self.email_verified})
    }
}

const SIGNS_IN: &str = "signs-in";

fn encoded(person: &Value) -> String {
    BASE64URL_NOPAD.encode(person.to_string().as_bytes())
}

impl OpenId {
    /// Starts them, at [`crate::NOW`].
    pub async fn start() -> Self {
        let process = Process::shared();
        let front = Front::before(process.origin.clone()).await;
        Self { front, http: front::client(), process }
    }

    /// Where the functions find all three.
    pub fn base(&self) -> &str {
        self.front.base()
    }

    /// A tenant's client, the same for all tenants.
    pub fn client(&self, provider: Provider) -> Registered {
        registered(provider)
    }

    /// Puts the clock of the providers.
    pub async fn put_clock(&self, now: Timestamp) {
        let url = format!("{}/clock/{}", self.base(), now.as_second());
        assert_eq!(self.http.put(url).send().await.unwrap().status(), 204);
    }

    /// Signs in as a browser would that was sent to this URL, and gives the URL at which it would
    /// come back, with `code` and `state`.
    pub async fn sign_in(&self, url: &str, who: &Who) -> String {
        self.browse(url, &who.claims()).await
    }

    /// The same for someone who thinks better of it: the URL has an `error`.
    pub async fn turn_back(&self, url: &str) -> String {
        self.browse(url, &json!({})).await
    }

    async fn browse(&self, url: &str, person: &Value) -> String {
        let mut cookies = BTreeMap::from([(SIGNS_IN.to_owned(), encoded(person))]);
        let mut url = Url::parse(url).unwrap();
        for _ in 0..REDIRECTS_MAX {
            let jar: Vec<_> =
                cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let request = self.http.get(url.clone()).header(COOKIE, jar.join("; "));
            let response = request.send().await.unwrap();
            for cookie in response.headers().get_all(SET_COOKIE) {
                let pair = cookie.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                cookies.insert(name.to_owned(), value.to_owned());
            }
            let Some(location) = response.headers().get(LOCATION).cloned() else {
                let status = response.status();
                panic!("{status} from {url}: {}", response.text().await.unwrap());
            };
            url = url.join(location.to_str().unwrap()).unwrap();
            if !url.as_str().starts_with(self.base()) {
                return url.into();
            }
        }
        panic!("redirected without end, to {url}");
    }

    /// Has the front give other answers to requests for a document, until told otherwise.
    pub fn play(&self, document: Document, trick: Trick) {
        self.front.play(document, trick);
    }

    /// Has the ID token in every answer made anew, from the real one's header and claims, after
    /// `change`, with any signature.
    pub fn forge(&self, change: impl Fn(&mut Forgery) + Send + Sync + 'static) {
        let process = Arc::clone(&self.process);
        self.play(
            Document::Token,
            Trick::changed(move |answer| {
                let mut forgery = Forgery::of(answer["id_token"].as_str().unwrap());
                change(&mut forgery);
                answer["id_token"] = forgery.signed(&process.keys).into();
            }),
        );
    }

    /// Has every answer be the real one again.
    pub fn play_fair(&self) {
        self.front.play_fair();
    }

    /// How often a document was asked for.
    pub fn asked(&self, document: Document) -> usize {
        self.front.asked(document)
    }
}

/// Where a tenant's people come back; the providers know it, on any port, for the tenants `demo` and
/// `other`.
pub fn callback(tenant: &str, provider: Provider) -> String {
    format!("{PUBLIC_BASE}/v1/{tenant}/federated-login/callback/{}", provider.as_str())
}

fn registered(provider: Provider) -> Registered {
    let (client_id, client_secret, directory) = match provider {
        Provider::Google => ("regain at google", "s+e/c=r&e?t %20 of~google-0123456789", None),
        Provider::Microsoft => {
            ("regain-at-microsoft", "s+e/c=r&e?t %20 of~microsoft-0123456", Some(DIRECTORY))
        }
        Provider::Linkedin => ("regain-at-linkedin", "s+e/c=r&e?t %20 of~linkedin-012345", None),
    };
    Registered { client_id, client_secret, directory }
}
