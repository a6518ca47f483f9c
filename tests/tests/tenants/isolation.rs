//! One person at two tenants is two people.

use http::Method;
use regain_domain::api_key::Role;
use regain_domain::{AccountRef, Login, TenantId};
use regain_tests::{Reply, Request, World, after};
use serde_json::{Value, json};

use crate::steps::{MO, NEW, NULL, OLD, OTHER, at_rest_of, other, outcome, post_at};

/// Mo at both tenants, with the same password.
struct Both {
    world: World,
    /// The admin's key of the other.
    key: String,
    /// Mo's id there.
    id: String,
}

impl Both {
    async fn new() -> Self {
        let world = World::new().await;
        let key = other(&world).await;
        let mo = json!({"login": MO, "password": OLD, "last_name": "Jansen"});
        let made = world.admin(Method::POST, "tenants/other/accounts", &key, mo).await;
        assert_eq!(made.status, 201, "{made:?}");
        let id = made.text("account_id").to_owned();
        Self { world, key, id }
    }

    async fn at_other(&self, seconds: i64, endpoint: &str, body: Value) -> Reply {
        post_at(&self.world, after(seconds), OTHER, endpoint, body).await
    }

    /// Mo's account at the other tenant, as stored.
    async fn stored(&self) -> regain_domain::Account {
        let tenant = TenantId::parse(OTHER).unwrap();
        let place = AccountRef::of(&tenant, &Login::parse(MO).unwrap());
        self.world.store.account(&tenant, &place).await.unwrap().unwrap()
    }

    async fn signs_in(&self, seconds: i64, password: &str) -> u16 {
        let body = json!({"login": MO, "password": password});
        self.at_other(seconds, "sign-in", body).await.status
    }
}

#[tokio::test]
async fn what_happens_to_mo_at_one_tenant_happens_to_mo_there_only() {
    let both = Both::new().await;
    let world = &both.world;
    let others = at_rest_of(world, OTHER);
    // Reset, failed sign-ins, a block, a rename: all of it at one.
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(1), &token).await;
    assert_eq!(world.set(after(2), &grant, NEW).await.status, 200);
    for seconds in 3..9 {
        world.sign_in(after(seconds), MO, "Zeilboot8").await;
    }
    world.deliver(after(9)).await;
    let block = json!({"reason": "cancelled"});
    let path = "tenants/demo/accounts/id-of-mo";
    world.admin(Method::POST, &format!("{path}/block"), &world.admin, block).await;
    let renamed = json!({"login": "moved@example.com", "phone": "0612345678"});
    let moved = world.admin(Method::PATCH, path, &world.admin, renamed).await;
    assert_eq!(moved.status, 200, "{moved:?}");
    world.deliver(after(10)).await;

    assert_eq!(at_rest_of(world, OTHER), others, "nothing of the other tenant has changed");
    let account = both.stored().await;
    assert_eq!((account.epoch, account.blocked, account.reported_at), (0, None, None));
    assert_eq!(both.signs_in(20, OLD).await, 200);
    assert_eq!(both.signs_in(21, NEW).await, 401);
    // And erased there, Mo is still here.
    let erased = world.admin(Method::DELETE, path, &world.admin, NULL).await;
    assert_eq!(erased.status, 204, "{erased:?}");
    assert_eq!(both.signs_in(22, OLD).await, 200);
}

#[tokio::test]
async fn limits_are_counted_for_each_tenant_apart() {
    let both = Both::new().await;
    let asked = json!({"login": MO});
    let mut last = 0;
    for seconds in 0..10 {
        last = both.world.request(after(seconds), MO).await.status;
    }
    assert_eq!(last, 429);
    for seconds in 10..15 {
        let reply = both.at_other(seconds, "request-reset", asked.clone()).await;
        assert_eq!(reply.status, 202, "the first five there");
    }
    assert_eq!(both.at_other(16, "request-reset", asked).await.status, 429);
    // Nor does the one's flood of sign-ins shut the other's door.
    for n in 0..110 {
        let (login, now) = (format!("n{n}@example.com"), after(20));
        last = both.world.sign_in(now, &login, OLD).await.0;
    }
    assert_eq!(last, 429);
    assert_eq!(both.signs_in(21, OLD).await, 200);
}

#[tokio::test]
async fn mails_and_stories_of_one_tenant_are_its_own() {
    let both = Both::new().await;
    let world = &both.world;
    let asked = both.at_other(0, "request-reset", json!({"login": MO})).await;
    world.deliver(after(1)).await;
    let mail = world.newest_mail(MO);
    assert!(mail.text.contains("Other") && !mail.text.contains("Demo"), "{mail:?}");
    assert!(mail.links.iter().all(|link| link.url.contains("/p/other/")), "{:?}", mail.links);
    // Nothing of it on the timeline of Mo at the first tenant; the code opens there nothing.
    assert_eq!(world.events(MO).await, [] as [&str; 0]);
    let code = asked.text("support_code");
    for (tenant, key, expected) in [
        (OTHER, &both.key, (200, "")),
        ("demo", &world.desk, (404, "support_code_unknown")),
        ("demo", &world.operator, (404, "support_code_unknown")),
    ] {
        let path = format!("tenants/{tenant}/support/{code}");
        let reply = world.admin(Method::GET, &path, key, NULL).await;
        assert_eq!(outcome(&reply), expected, "{tenant}");
    }
    // The same address is another pseudonym at another tenant.
    world.sign_in(after(2), MO, OLD).await;
    both.signs_in(2, OLD).await;
    let told = world.cloud.items("timeline").unwrap();
    let source = |tenant: &str| {
        let of = |item: &&Value| {
            let key = item["pk"]["S"].as_str().unwrap();
            key.starts_with(&format!("{tenant}#timeline")) && item["event"]["S"] == "signed_in"
        };
        told.iter().find(of).map(|item| item["source"]["S"].as_str().unwrap().to_owned())
    };
    assert!(source("demo").is_some() && source("demo") != source(OTHER));
}

#[tokio::test]
async fn a_token_of_one_tenant_is_unknown_at_another_and_both_stay_as_they_are() {
    let both = Both::new().await;
    let world = &both.world;
    both.at_other(0, "request-reset", json!({"login": MO})).await;
    world.deliver(after(1)).await;
    let (token, report) = (world.newest_token(MO), world.newest_not_me(MO));
    // Before a click, and with a grant after it.
    let clicked = both.at_other(2, "click-link", json!({"token": token})).await;
    let grant = clicked.text("grant");
    let at_rest = || (at_rest_of(world, OTHER), at_rest_of(world, "demo"));
    let before = at_rest();
    for (endpoint, body, code) in [
        ("check-link", json!({"token": token}), "link_unknown"),
        ("click-link", json!({"token": token}), "link_unknown"),
        ("withdraw-link", json!({"token": token}), "link_unknown"),
        ("withdraw-link", json!({"token": report}), "link_unknown"),
        ("request-reset", json!({"token": token}), "link_unknown"),
        ("set-password", json!({"grant": grant, "password": NEW}), "grant_unknown"),
    ] {
        let reply = world.post(after(3), endpoint, body).await;
        assert_eq!(outcome(&reply), (404, code), "{endpoint}");
    }
    let now = at_rest();
    assert_eq!(now.0, before.0, "where it is from");
    // Counting the calls of an address is all that the tenant does that was asked.
    let uncounted = |all: Vec<(String, Value)>| -> Vec<(String, Value)> {
        let counts =
            |item: &Value| item["pk"]["S"].as_str().is_some_and(|pk| pk.contains("#limit#"));
        all.into_iter().filter(|(_, item)| !counts(item)).collect()
    };
    assert_eq!(uncounted(now.1), uncounted(before.1), "and where it was tried");
    // At home they work.
    let set = json!({"grant": grant, "password": NEW});
    assert_eq!(both.at_other(4, "set-password", set).await.status, 200);
}

#[tokio::test]
async fn a_session_is_for_its_own_tenant() {
    let both = Both::new().await;
    let claims = |reply: &Reply| {
        let decoded = jsonwebtoken::dangerous::insecure_decode::<Value>(reply.text("token"));
        decoded.unwrap().claims
    };
    let body = json!({"login": MO, "password": OLD});
    let here = both.world.post(after(0), "sign-in", body.clone()).await;
    let there = both.at_other(0, "sign-in", body).await;
    let (here, there) = (claims(&here), claims(&there));
    assert_eq!((&here["aud"], &here["sub"]), (&json!("demo"), &json!("id-of-mo")));
    assert_eq!((&there["aud"], &there["sub"]), (&json!(OTHER), &json!(both.id)));
}

#[tokio::test]
async fn an_account_of_one_tenant_is_unknown_at_another() {
    let both = Both::new().await;
    let world = &both.world;
    let enabled = json!({"temporary_passwords_enabled": true});
    crate::steps::patch(world, after(-100), &world.admin, enabled).await;
    let before = (at_rest_of(world, OTHER), at_rest_of(world, "demo"));
    for (method, end, body) in [
        (Method::GET, "", NULL),
        (Method::PATCH, "", json!({"first_name": "Eve"})),
        (Method::PATCH, "", json!({"login": "eve@example.com"})),
        (Method::DELETE, "", NULL),
        (Method::POST, "/send-link", json!({"kind": "reset"})),
        (Method::POST, "/block", json!({"reason": "other"})),
        (Method::POST, "/unblock", NULL),
        (Method::POST, "/temporary-password", json!({})),
        (Method::GET, "/timeline", NULL),
    ] {
        // By its own admin's key, and by the operator's, who may both.
        for key in [&world.admin, &world.operator] {
            let path = format!("tenants/demo/accounts/{}{end}", both.id);
            let reply = world.admin(method.clone(), &path, key, body.clone()).await;
            assert_eq!(outcome(&reply), (404, "account_unknown"), "{method} {end}");
        }
    }
    for id in ["..", "%2e%2e", "id-of-mo%23", "x#id-of-mo", "other#id#x", &"x".repeat(2000)] {
        let path = format!("tenants/demo/accounts/{id}");
        let reply = world.admin(Method::GET, &path, &world.admin, NULL).await;
        assert_eq!(outcome(&reply), (404, "account_unknown"), "{id}");
    }
    assert_eq!((at_rest_of(world, OTHER), at_rest_of(world, "demo")), before);
}

#[tokio::test]
async fn a_cursor_of_another_tenant_or_list_is_unknown() {
    let both = Both::new().await;
    let world = &both.world;
    let lines = "{\"login\":\"a@example.com\"}\n{\"login\":\"b@example.com\"}";
    world.import(after(0), OTHER, &both.key, lines).await;
    world.sign_in(after(1), MO, OLD).await;
    world.sign_in(after(2), MO, OLD).await;
    world.sign_in(after(3), "ann@example.com", "Bakfiets8").await;
    let others_desk = world.create_key(&TenantId::parse(OTHER).unwrap(), Role::Desk).await;
    let (accounts, timeline) = ("tenants/demo/accounts", "tenants/demo/accounts/id-of-mo/timeline");
    let others = "tenants/other/accounts";
    let page = async |list: &str, key: &str, cursor: Option<&str>| {
        let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let request = Request::admin(Method::GET, &format!("{list}?limit=1{cursor}"), key, &NULL);
        world.send(after(10), &request).await
    };
    let cursor = async |list: &str, key: &str| {
        let text = page(list, key, None).await.text("cursor").to_owned();
        assert!(!text.is_empty(), "{list}");
        text
    };
    let (own, theirs) = (cursor(accounts, &world.desk).await, cursor(others, &others_desk).await);
    let events = cursor(timeline, &world.desk).await;
    let anns = "tenants/demo/accounts/id-of-ann/timeline";
    for (list, text, fits) in [
        (accounts, &own, true),
        (accounts, &theirs, false),
        (accounts, &events, false),
        (timeline, &events, true),
        (timeline, &own, false),
        (anns, &events, false),
        (others, &theirs, true),
        (others, &own, false),
        ("tenants", &own, false),
        ("tenants", &theirs, false),
    ] {
        let reply = page(list, &world.operator, Some(text)).await;
        let expected = if fits { (200, "") } else { (404, "cursor_unknown") };
        assert_eq!(outcome(&reply), expected, "{list}");
    }
}
