//! The steps of signing in with a provider, one line each.

#![expect(clippy::unwrap_used, reason = "a harness stops the test that it serves")]

use http::Method;
use jiff::Timestamp;
use regain_domain::Provider;
use regain_domain::session::s256;
use reqwest::Url;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::openid::{Document, OpenId, Who};
use crate::{Reply, Request, World};

/// Where a person goes afterwards.
pub const RETURN_URL: &str = "https://app.example/back?tab=security";
/// What stays in the browser that begins.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// The hosted sign-in page as a frontend opens it, in a language.
pub fn sign_in_page(language: &str) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("lang", language).append_pair("return_url", RETURN_URL);
    query.append_pair("challenge", &s256(VERIFIER));
    format!("/p/demo/sign-in?{}", query.finish())
}

impl OpenId {
    /// A world whose tenant all three know, and they.
    pub async fn world() -> (World, Self) {
        let (mut world, openid) = (World::new().await, Self::start().await);
        openid.set_up(&mut world).await;
        (world, openid)
    }

    /// Has the tenant of a world known to all three.
    pub async fn set_up(&self, world: &mut World) {
        world.look_for_providers_at(self.base());
        self.set_up_at(world, "demo", &world.admin).await;
    }

    /// Has a tenant know all three, by the key of its admin.
    pub async fn set_up_at(&self, world: &World, tenant: &str, admin: &str) {
        let path = format!("tenants/{tenant}/settings");
        let set = world.admin(Method::PATCH, &path, admin, self.settings(RETURN_URL)).await;
        assert_eq!(set.status, 200, "{set:?}");
    }

    /// The settings of a tenant that knows all three.
    pub fn settings(&self, return_url: &str) -> Value {
        let clients = Provider::ALL.map(|provider| {
            let known = self.client(provider);
            let secret = known.client_secret;
            let client = match known.directory {
                None => json!({"client_id": known.client_id, "client_secret": secret}),
                Some(directory) => json!({
                    "client_id": known.client_id,
                    "client_secret": secret,
                    "directory": directory,
                }),
            };
            (provider.as_str().to_owned(), client)
        });
        json!({
            "frontend": {"return_urls": [return_url]},
            "providers": Value::Object(clients.into_iter().collect()),
        })
    }

    /// How often their descriptions and keys were fetched.
    pub fn asked_for_documents(&self) -> usize {
        self.asked(Document::Discovery) + self.asked(Document::Keys)
    }
}

impl World {
    /// What a frontend sends to begin.
    pub fn federated(&self, provider: &str, intent: &str) -> Value {
        json!({
            "provider": provider,
            "intent": intent,
            "return_url": RETURN_URL,
            "challenge": s256(VERIFIER),
        })
    }

    /// The browser comes back to the callback, by the address that the provider sends it to.
    pub async fn come_back(&self, now: Timestamp, url: &str) -> Reply {
        self.send(now, &Request::get_url(url)).await
    }

    /// What the frontend makes of the address that the browser ends at.
    pub fn handover(&self, location: &str) -> Value {
        json!({"handover": parameter(location, "handover"), "verifier": VERIFIER})
    }

    /// From the provider's page to what `finish-sign-in` answers.
    pub async fn return_from(
        &self,
        openid: &OpenId,
        now: Timestamp,
        begun: &Reply,
        sub: &str,
    ) -> Reply {
        assert_eq!(begun.status, 200, "{begun:?}");
        let back = openid.sign_in(begun.text("url"), &Who::named(sub)).await;
        let returned = self.come_back(now, &back).await;
        assert_eq!(returned.status, 303, "{returned:?}");
        self.post(now, "finish-sign-in", self.handover(returned.header("location"))).await
    }

    /// Links a provider to the account of a session.
    pub async fn link_provider(
        &self,
        openid: &OpenId,
        now: Timestamp,
        session: &str,
        provider: Provider,
        sub: &str,
    ) -> Reply {
        let body = self.federated(provider.as_str(), "link");
        let begun = self.signed_in(now, session, "federated-login", body).await;
        self.return_from(openid, now, &begun, sub).await
    }

    /// Signs in with a provider.
    pub async fn sign_in_with(
        &self,
        openid: &OpenId,
        now: Timestamp,
        provider: Provider,
        sub: &str,
    ) -> Reply {
        let body = self.federated(provider.as_str(), "sign_in");
        let begun = self.post(now, "federated-login", body).await;
        self.return_from(openid, now, &begun, sub).await
    }
}

/// What a parameter of an address holds, or `""`.
pub fn parameter(url: &str, name: &str) -> String {
    let url = Url::parse(url).unwrap();
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
}
