//! "A Well-Known URL for Changing Passwords": password managers look there, and first make sure that an
//! address that is not there is answered as such.

use std::sync::Arc;

use http::{HeaderMap, Method, Response};
use regain_domain::captcha::SEAL_LABEL;
use regain_domain::keys::Keyring;
use regain_domain::seal::Seal;
use regain_domain::{Settings, TenantId};
use regain_http::edge::Incoming;
use regain_http::{Edge, ResponseBody, SettingsCache};
use regain_store::Store;
use regain_tests::{Request, World, after};
use request_reset::RequestReset;

use crate::steps::Person;
use crate::words::FORGOT;

const ADDRESS: &str = "/.well-known/change-password";
const PROBE: &str =
    "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";

/// What an installation with this home tenant answers.
async fn answer(
    world: &World,
    home: Option<&str>,
    method: Method,
    path: &str,
) -> Response<ResponseBody> {
    let sdk = regain_store::Cloud::with(world.cloud.sdk("request-reset").await, "regain");
    let ring = |name| Keyring::parse(&world.cloud.secret(name).unwrap()).unwrap();
    let settings = SettingsCache::new(async |_| Ok::<_, std::io::Error>(Some(Settings::default())));
    let home = home.map(|home| TenantId::parse(home).unwrap());
    let edge = Edge::new("request-reset", &ring("edge"), settings, || 0).with_home(home);
    let captchas = Seal::new(&ring("edge"), SEAL_LABEL);
    let step = RequestReset { store: Store::new(&sdk, "regain"), links: ring("links"), captchas };
    let incoming = Incoming {
        method: &method,
        path,
        query: "",
        headers: &HeaderMap::new(),
        body: b"",
        source_ip: Some([192, 0, 2, 7].into()),
        request_id: "request-id",
    };
    let answer = edge
        .answer(after(0), incoming, async |call: Arc<_>| request_reset::handle(&step, &call).await);
    answer.await.0
}

fn header(response: &Response<ResponseBody>, name: &str) -> String {
    let value = response.headers().get(name);
    value.map_or(String::new(), |value| value.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn it_leads_to_the_page_of_the_home_tenant() {
    let world = World::new().await;
    for method in [Method::GET, Method::HEAD] {
        let response = answer(&world, Some("demo"), method, ADDRESS).await;
        assert_eq!(response.status(), 303);
        assert_eq!(header(&response, "location"), "/p/demo/forgot-password");
        assert_eq!(header(&response, "cache-control"), "no-store");
        assert!(response.body().as_bytes().is_empty());
        let mo = Person::new(&world, "en");
        let page = mo.opens(0, &header(&response, "location")).await;
        mo.reads(&page, 200, FORGOT);
    }
}

#[tokio::test]
async fn it_is_only_looked_at() {
    let world = World::new().await;
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let response = answer(&world, Some("demo"), method, ADDRESS).await;
        assert_eq!((response.status().as_u16(), &*header(&response, "allow")), (405, "GET, HEAD"));
        assert_eq!(header(&response, "location"), "");
    }
}

#[tokio::test]
async fn without_a_home_tenant_it_is_not_there() {
    let world = World::new().await;
    for method in [Method::GET, Method::HEAD, Method::POST] {
        let response = answer(&world, None, method.clone(), ADDRESS).await;
        assert_eq!(response.status(), 404);
        assert_eq!(header(&response, "location"), "");
        let request = Request { method, ..Request::get(ADDRESS) };
        assert_eq!(world.page(after(0), &request).await.reply.status, 404);
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_there() {
    let world = World::new().await;
    for path in [PROBE, "/.well-known/", "/.well-known/change-password/", "/.well-known/x"] {
        for method in [Method::GET, Method::HEAD, Method::POST] {
            let response = answer(&world, Some("demo"), method.clone(), path).await;
            assert_eq!(response.status(), 404, "{path}");
            let reply = world.send(after(0), &Request { method, ..Request::get(path) }).await;
            assert_eq!(reply.status, 404, "{path}");
        }
    }
}
