//! What every file of this suite does or looks at.

use std::collections::BTreeMap;

use http::Method;
use jiff::Timestamp;
use regain_domain::hashing::{Cost, Hasher};
use regain_domain::{Provider, Settings, TenantId};
use regain_tests::{ACCOUNTS, OpenId, Reply, Request, Who, World, after, parameter};
use serde_json::{Value, json};

/// Mo's login and password.
pub(crate) const MO: &str = "mo@example.com";
pub(crate) const MOS: &str = "Zeilboot7";
pub(crate) const MO_ID: &str = "tenants/demo/accounts/id-of-mo";
pub(crate) const ANN: &str = "ann@example.com";
/// Ann's password.
pub(crate) const ANNS: &str = "Bakfiets8";
/// What a provider calls Mo, once that is linked.
pub(crate) const SUB: &str = "mo-elsewhere";
/// Another tenant than the world's own.
pub(crate) const OTHER: &str = "other";

pub(crate) const UNKNOWN: (u16, &str) = (404, "sign_in_unknown");
pub(crate) const OVER: (u16, &str) = (410, "sign_in_over");
pub(crate) const ENDED: (u16, &str) = (401, "session_ended");

/// A world where one address tries, and one account is told, as often as it likes; and the providers.
pub(crate) async fn world(change: impl FnOnce(&mut Settings)) -> (World, OpenId) {
    let mut world = World::with(|settings| {
        settings.limits.per_login_and_address_hour = 10_000;
        settings.limits.per_address_hour = 10_000;
        settings.limits.mails_per_login_hour = 10_000;
        change(settings);
    })
    .await;
    let openid = OpenId::start().await;
    openid.set_up(&mut world).await;
    (world, openid)
}

/// The same, where Mo has linked a provider at the beginning; with a session of Mo's.
pub(crate) async fn linked(provider: Provider) -> (World, OpenId, String) {
    let (world, openid) = world(|_| {}).await;
    let session = world.session_of(after(0), MO, MOS).await;
    links(&world, &openid, 0, &session, provider, SUB).await;
    (world, openid, session)
}

/// Links a provider to the account of a session.
pub(crate) async fn links(
    world: &World,
    openid: &OpenId,
    seconds: i64,
    session: &str,
    provider: Provider,
    sub: &str,
) {
    let reply = world.link_provider(openid, after(seconds), session, provider, sub).await;
    // Where another one was replaced, with a session too.
    let linked = (reply.status, reply.text("linked"));
    assert_eq!(linked, (200, provider.as_str()), "{reply:?}");
}

/// The first call; to link, with the session of whom.
pub(crate) async fn begins(
    world: &World,
    seconds: i64,
    provider: Provider,
    links: Option<&str>,
) -> Reply {
    let reply = match links {
        None => {
            let body = world.federated(provider.as_str(), "sign_in");
            world.post(after(seconds), "federated-login", body).await
        }
        Some(session) => {
            let body = world.federated(provider.as_str(), "link");
            world.signed_in(after(seconds), session, "federated-login", body).await
        }
    };
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}

/// Begins and proves at the provider who it is: the URL at which the browser comes back.
pub(crate) async fn proves(
    world: &World,
    openid: &OpenId,
    seconds: i64,
    provider: Provider,
    links: Option<&str>,
    who: &Who,
) -> String {
    let begun = begins(world, seconds, provider, links).await;
    openid.sign_in(begun.text("url"), who).await
}

/// The browser comes back: where it is sent on to.
pub(crate) async fn sent_on(world: &World, seconds: i64, back: &str) -> String {
    let reply = world.come_back(after(seconds), back).await;
    assert_eq!(reply.status, 303, "{reply:?}");
    reply.header("location").to_owned()
}

/// The same, with a handover.
pub(crate) async fn handed_over(world: &World, seconds: i64, back: &str) -> String {
    let location = sent_on(world, seconds, back).await;
    assert_ne!(parameter(&location, "handover"), "", "{location}");
    location
}

/// The same, with an error, which it gives; and with nothing else.
pub(crate) async fn turned_away(world: &World, seconds: i64, back: &str) -> String {
    let location = sent_on(world, seconds, back).await;
    assert_eq!(parameter(&location, "handover"), "", "{location}");
    parameter(&location, "error")
}

/// From the first call to what the frontend is told instead of a handover.
pub(crate) async fn error(
    world: &World,
    openid: &OpenId,
    seconds: i64,
    provider: Provider,
    who: &Who,
) -> String {
    let back = proves(world, openid, seconds, provider, None, who).await;
    turned_away(world, seconds, &back).await
}

/// The frontend redeems what the browser brought it.
pub(crate) async fn redeems(world: &World, seconds: i64, location: &str) -> Reply {
    world.post(after(seconds), "finish-sign-in", world.handover(location)).await
}

/// Signs in as the sub that is linked; gives the session.
pub(crate) async fn signs_in(
    world: &World,
    openid: &OpenId,
    seconds: i64,
    provider: Provider,
) -> String {
    let reply = world.sign_in_with(openid, after(seconds), provider, SUB).await;
    assert_eq!((reply.status, &reply.body["methods"]), (200, &json!([provider])), "{reply:?}");
    reply.text("token").to_owned()
}

/// Status and code.
pub(crate) fn told(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.code())
}

/// How often each answer was given.
pub(crate) fn outcomes(replies: &[Reply]) -> BTreeMap<(u16, &str), usize> {
    replies.iter().fold(BTreeMap::new(), |mut outcomes, reply| {
        *outcomes.entry(told(reply)).or_default() += 1;
        outcomes
    })
}

/// Everything at rest but when a key was last used.
pub(crate) fn at_rest(world: &World) -> Vec<String> {
    let all = world.cloud.dump().unwrap().into_iter().map(|(place, mut item)| {
        if let Some(members) = item.as_object_mut() {
            members.remove("last_used_at");
        }
        format!("{place} {item}")
    });
    let mut all: Vec<String> = all.collect();
    all.sort();
    all
}

/// What is at rest of accounts, identities and what happened to them.
pub(crate) fn accounts_at_rest(world: &World) -> Vec<String> {
    let mut all = at_rest(world);
    all.retain(|item| item.starts_with("regain-accounts") || item.starts_with("regain-timeline"));
    assert!(all.len() > 4, "{all:?}");
    all
}

/// The keys of the identity items of a tenant.
pub(crate) fn identity_items(world: &World, tenant: &str) -> Vec<String> {
    let items = world.cloud.items("accounts").unwrap();
    let keys = items.iter().map(|item| item["pk"]["S"].as_str().unwrap().to_owned());
    keys.filter(|key| key.starts_with(&format!("{tenant}#identity#"))).collect()
}

/// The other tenant, with a Mo and with the same providers; gives a session of that Mo's.
pub(crate) async fn other_tenant(world: &World, openid: &OpenId) -> String {
    let tenant = TenantId::parse(OTHER).unwrap();
    let settings = Settings { name: "Other".to_owned(), ..Settings::default() };
    let admin = world.create_tenant(&tenant, &settings).await;
    openid.set_up_at(world, OTHER, &admin).await;
    world.create(&tenant, &ACCOUNTS[0], &Hasher::new(Cost { memory_kib: 64, passes: 1 })).await;
    let body = json!({"login": MO, "password": MOS});
    let reply = at_other(world, after(0), "sign-in", None, body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.text("token").to_owned()
}

/// A call at the other tenant.
pub(crate) async fn at_other(
    world: &World,
    now: Timestamp,
    endpoint: &str,
    session: Option<&str>,
    body: Value,
) -> Reply {
    let mut request =
        Request { path: format!("/v1/{OTHER}/{endpoint}"), ..Request::post(endpoint, &body) };
    if let Some(session) = session {
        request = request.header("authorization", &format!("Bearer {session}"));
    }
    world.send(now, &request).await
}

/// A call of the back office about Mo, by the admin.
pub(crate) async fn office(
    world: &World,
    seconds: i64,
    what: (Method, &str),
    body: Value,
) -> Reply {
    let (method, rest) = what;
    let reply =
        world.admin_at(after(seconds), method, &format!("{MO_ID}{rest}"), &world.admin, body).await;
    assert!((200..300).contains(&reply.status), "{reply:?}");
    reply
}

/// Mo forgets the password and chooses another.
pub(crate) async fn resets(world: &World, seconds: i64) {
    let token = world.reset_token(after(seconds), MO).await;
    let grant = world.grant(after(seconds), &token).await;
    assert_eq!(world.set(after(seconds), &grant, "Molenwiek42").await.status, 200);
}

/// A URL with a parameter of its query replaced, or without it.
pub(crate) fn with(url: &str, name: &str, value: Option<&str>) -> String {
    let mut url = reqwest::Url::parse(url).unwrap();
    let kept: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(key, _)| key != name).collect();
    let mut query = url.query_pairs_mut();
    query.clear().extend_pairs(kept);
    if let Some(value) = value {
        query.append_pair(name, value);
    }
    drop(query);
    url.into()
}
