//! The shape of every answer.

use http::Method;
use regain_http::api::Access;
use regain_tests::{Reply, Request, World, after, operations};
use serde_json::{Value, json};

fn to(path: &str, body: &Value) -> Request {
    Request { path: path.to_owned(), ..Request::post("", body) }
}

/// One of every kind of answer that a call can bring about.
async fn one_of_each(world: &World) -> Vec<Reply> {
    let token = world.reset_token(after(0), "mo@example.com").await;
    let grant = world.grant(after(1), &token).await;
    let mut replies = vec![
        world.check(after(2), &token).await,
        world.set(after(2), &grant, "weak").await,
        world.set(after(2), &grant, "Molenwiek42").await,
        world.set(after(3), &grant, "Molenwiek43").await,
        world.click(after(3), &token).await,
        world.click(after(3), "damaged").await,
        world.click(after(3), &grant).await,
        world.set(after(3), &token, "Molenwiek43").await,
    ];
    for (login, password) in [
        ("mo@example.com", "Molenwiek42"),
        ("mo@example.com", "wrong"),
        ("bo@example.com", "Klompen99"),
        ("no address", "x"),
    ] {
        let body = json!({"login": login, "password": password});
        replies.push(world.post(after(4), "sign-in", body).await);
    }
    let sign_in = json!({"login": "mo@example.com", "password": "x"});
    let large = Request { body: vec![b' '; 16_385], ..Request::post("sign-in", &sign_in) };
    let form = Request { headers: Vec::new(), ..Request::post("sign-in", &sign_in) };
    let nowhere = Request { source_ip: None, ..Request::post("sign-in", &sign_in) };
    let mut requests = vec![large, form, nowhere];
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        for path in ["/v1/demo/jwks.json", "/v1/demo/sign-in", "/v1/nobody/sign-in", "/nowhere"] {
            requests.push(Request { method: method.clone(), ..to(path, &sign_in) });
        }
    }
    for request in requests {
        replies.push(world.send(after(5), &request).await);
    }
    for seconds in 0..6 {
        replies.push(world.request(after(10 + seconds), "ann@example.com").await);
    }
    replies.extend(one_of_each_of_a_recovery_by_code(world).await);
    replies.extend(one_of_each_of_the_back_office(world).await);
    replies
}

/// A lock, a captcha, numbers, codes and grants: right, wrong and once too often.
async fn one_of_each_of_a_recovery_by_code(world: &World) -> Vec<Reply> {
    let (now, mo, phone) = (after(20), "mo@example.com", "+31612345678");
    let mut replies = vec![world.post(now, "captcha", json!({})).await];
    for drawn in ["image.png", "audio.wav"] {
        for id in [replies[0].text("id").to_owned(), "x".to_owned()] {
            let request = to(&format!("/v1/demo/captcha/{id}/{drawn}"), &json!({}));
            let request = Request { method: Method::GET, body: Vec::new(), ..request };
            replies.push(world.send(now, &request).await);
        }
    }
    let mut captcha = world.captcha(now);
    captcha["answer"] = json!("wrong");
    let body = json!({"login": mo, "reason": "locked_out", "captcha": captcha});
    for _ in 0..4 {
        replies.push(world.post(now, "start-recovery", body.clone()).await);
    }
    world.lock(now, mo).await;
    let body = json!({"login": mo, "password": "Molenwiek42"});
    replies.push(world.post(now, "sign-in", body).await);
    replies.push(world.start(now, mo, "locked_out").await);
    let recovery = replies.last().unwrap().text("recovery").to_owned();
    replies.push(world.ask_code(now, &recovery, "+31612345670", "sms").await);
    for _ in 0..3 {
        replies.push(world.ask_code(now, &recovery, phone, "sms").await);
    }
    world.deliver(now).await;
    let code = world.newest_code(phone);
    for code in [if code == "000000" { "111111" } else { "000000" }, &code, &code, "no code"] {
        replies.push(world.type_code(now, &recovery, code).await);
    }
    let mailed = json!({"recovery": recovery});
    replies.push(world.post(now, "send-recovery-link", mailed).await);
    let clicked = replies.iter().find(|reply| !reply.text("grant").is_empty()).unwrap();
    let grant = clicked.text("grant").to_owned();
    replies.push(world.unlock_with(now, &grant, "wrong").await);
    replies.push(world.unlock(now, &grant).await);
    replies.push(world.unlock_with(now, &grant, "Molenwiek42").await);
    replies.push(world.unlock(after(2000), &grant).await);
    replies
}

/// For every operation: no key, too small a key, an empty object; and what only some answer with.
async fn one_of_each_of_the_back_office(world: &World) -> Vec<Reply> {
    let mut replies = Vec::new();
    for row in operations().filter(|(_, operation)| operation.access != Access::Public) {
        let request = Request::to(world, row, "id-of-new", &json!({}));
        for key in ["", &world.desk, &world.admin, &world.operator] {
            let mut request = request.clone();
            request.headers.retain(|(name, _)| *name != "authorization");
            let request = request.header("authorization", &format!("Bearer {key}"));
            let ends_all = ["delete-tenant", "erase-account"].contains(&row.1.id);
            if !ends_all || key.is_empty() || *key == world.desk {
                replies.push(world.send(after(6), &request).await);
            }
        }
    }
    let (post, patch, get, delete) = (Method::POST, Method::PATCH, Method::GET, Method::DELETE);
    let stale = Request::admin(
        patch.clone(),
        "tenants/demo/settings",
        &world.admin,
        &json!({"name": "Demo"}),
    );
    replies.push(world.send(after(6), &stale.header("if-match", "\"99\"")).await);
    for (method, path, body) in [
        (&post, "tenants", json!({"tenant": "zuid", "name": "Zuid"})),
        (&post, "tenants", json!({"tenant": "zuid", "name": "Zuid"})),
        (&patch, "tenants/demo/settings", json!({"lockout": {"failures": 0}})),
        (&patch, "tenants/demo/settings", json!({"lockout": {"failures": 9}})),
        (&post, "tenants/demo/accounts", json!({"login": "jo@example.com"})),
        (&post, "tenants/demo/accounts", json!({"login": "jo@example.com"})),
        (&post, "tenants/demo/accounts", json!({"login": "ed@example.com", "password": "x"})),
        (&patch, "tenants/demo/accounts/id-of-new", json!({"last_name": null})),
        (&post, "tenants/demo/accounts/id-of-new/block", json!({"reason": "other"})),
        (&post, "tenants/demo/accounts/id-of-new/send-link", json!({"kind": "reset"})),
        (&post, "tenants/demo/accounts/id-of-new/unblock", Value::Null),
        (&post, "tenants/demo/accounts/id-of-new/send-link", json!({"kind": "reset"})),
        (&get, "tenants/demo/accounts/nobody", Value::Null),
        (&get, "tenants/demo/support/0000000", Value::Null),
        (&get, "tenants/nobody/accounts", Value::Null),
        (&delete, "tenants/demo/api-keys/0000000000000000", Value::Null),
        (&delete, "tenants/demo/accounts/id-of-new", Value::Null),
        (&delete, "tenants/zuid", Value::Null),
    ] {
        replies.push(world.admin_at(after(6), method.clone(), path, &world.operator, body).await);
    }
    let lines = "{\"login\":\"al@example.com\"}\n{}\n";
    replies.push(world.import(after(6), "demo", &world.admin, lines).await);
    replies
}

#[tokio::test]
async fn security_headers_are_on_every_answer() {
    let world = World::new().await;
    let replies = one_of_each(&world).await;
    for reply in &replies {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
            ("vary", "Origin, Accept-Language"),
        ] {
            assert_eq!(reply.header(name), value, "{reply:?}");
        }
        let is_keys = reply.log["http.route"] == "/v1/{tenant}/jwks.json" && reply.status == 200;
        let is_refused_key =
            reply.code() == "unauthorized" || reply.log["problem"] == "unauthorized";
        let challenge = if is_refused_key { "Bearer" } else { "" };
        assert_eq!(reply.header("www-authenticate"), challenge, "{reply:?}");
        let is_settings = reply.log["http.route"] == "/admin/v1/tenants/{tenant}/settings";
        let has_tag = is_settings && reply.status == 200;
        assert_eq!(!reply.header("etag").is_empty(), has_tag, "{reply:?}");
        let cache = if is_keys { "public, max-age=300" } else { "no-store" };
        assert_eq!(reply.header("cache-control"), cache, "{reply:?}");
        for name in reply.headers.keys() {
            assert_eq!(reply.headers.get_all(name).iter().count(), 1, "{name} in {reply:?}");
        }
        assert_eq!(reply.header("set-cookie"), "");
    }
}

#[tokio::test]
async fn every_problem_is_as_rfc_9457_says_and_tells_nothing_of_the_inside() {
    let world = World::new().await;
    let mut statuses = Vec::new();
    for reply in one_of_each(&world).await {
        if reply.status < 400 {
            assert_ne!(reply.header("content-type"), "application/problem+json");
            continue;
        }
        statuses.push(reply.status);
        assert_eq!(reply.header("content-type"), "application/problem+json", "{reply:?}");
        assert_eq!(reply.header("content-language"), "en");
        assert_eq!(reply.status == 405, !reply.header("allow").is_empty());
        assert_eq!(reply.status == 429, !reply.header("retry-after").is_empty());
        if reply.body == Value::Null {
            assert_eq!(reply.log["http.method"], "HEAD");
            continue;
        }
        assert_eq!(reply.body["status"], reply.status, "{reply:?}");
        assert_eq!(reply.text("type"), format!("/problems/{}", reply.code()));
        assert_eq!(reply.text("request_id"), "request-id");
        assert_eq!(reply.log["problem"], reply.code());
        assert!(!reply.text("title").is_empty() && !reply.text("detail").is_empty());
        let whole = reply.body.to_string();
        for inside in ["arn:", "regain-", "dynamo", "src/", ".rs", "panicked", "/work", "aws"] {
            assert!(!whole.to_lowercase().contains(inside), "{inside} in {whole}");
        }
    }
    statuses.sort_unstable();
    statuses.dedup();
    assert_eq!(statuses, [400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 423, 429, 500]);
}

#[tokio::test]
async fn a_tenant_has_one_spelling_and_only_known_ones_answer() {
    let world = World::new().await;
    let sign_in = json!({"login": "mo@example.com", "password": "Zeilboot7"});
    for tenant in
        ["nobody", "Demo", "%64emo", "dem%6f", "demo%00", "demo%2f", "..", "demo ", "d", ""]
    {
        let reply = world.send(after(0), &to(&format!("/v1/{tenant}/sign-in"), &sign_in)).await;
        assert_eq!((reply.status, reply.code()), (404, "tenant_unknown"), "{tenant:?}");
        assert_eq!(reply.log.get("tenant"), None, "what was typed is not logged");
        for key in [&world.operator, &world.admin] {
            let path = format!("tenants/{tenant}/settings");
            let reply = world.admin(Method::GET, &path, key, Value::Null).await;
            assert_eq!((reply.status, reply.code()), (404, "tenant_unknown"), "{tenant:?}");
        }
    }
    for path in [
        "/",
        "/v1",
        "/v1/demo",
        "/v1/demo/",
        "/v1/demo/sign-in/",
        "/v1/demo//sign-in",
        "/v1/demo/../demo/sign-in",
        "/v1/demo/Sign-In",
        "/v1/demo/sign-in%20",
        "/v2/demo/sign-in",
        "/admin/v1",
        "/admin/v1/tenant",
        "/admin/v1/Tenants",
        "/admin/v2/tenants",
        "//admin/v1/tenants",
        "/admin/v1/demo/settings",
        "/admin/v1/tenants/demo/settings/",
        "/admin/v1/tenants/demo/Settings",
        "/admin/v1/tenants/demo/accounts/x/y",
        "/admin/v1/tenants/demo/accounts/import/block/x",
        "/admin/v1/tenants/demo/../demo/settings",
        "/v1/admin/v1/tenants",
        "//evil.example/v1/demo/sign-in",
    ] {
        let reply = world.send(after(0), &to(path, &sign_in)).await;
        assert_eq!((reply.status, reply.code()), (404, "not_found"), "{path}");
        assert!(!reply.log.to_string().contains("evil"), "no path in the log");
    }
}

#[tokio::test]
async fn the_language_of_an_answer_is_the_bodys_the_browsers_the_tenants() {
    use regain_domain::Language::{En, Nl};
    for (body, browser, offered, expected) in [
        (Some("nl"), Some("en"), &[En, Nl][..], "nl"),
        (Some("en"), Some("nl"), &[Nl, En], "en"),
        (None, Some("nl;q=0.5"), &[En, Nl], "nl"),
        (None, Some("fr"), &[Nl, En], "nl"),
        (None, None, &[Nl, En], "nl"),
        (Some("nl"), Some("nl"), &[En], "en"),
    ] {
        let world = World::with(|settings| {
            settings.languages = offered.to_vec();
            settings.default_language = offered[0];
            settings.limits.per_address_hour = 1;
        })
        .await;
        let mut asked = json!({"login": "mo@example.com"});
        if let Some(language) = body {
            asked["language"] = json!(language);
        }
        let mut request = Request::post("request-reset", &asked);
        if let Some(browser) = browser {
            request = request.header("accept-language", browser);
        }
        assert_eq!(world.send(after(0), &request).await.status, 202);
        let limited = world.send(after(1), &request).await;
        assert_eq!((limited.status, limited.header("content-language")), (429, expected));
    }
}

#[tokio::test]
async fn only_a_return_url_of_the_tenant_is_taken_and_it_is_compared_after_parsing() {
    let world = World::with(|settings| {
        settings.frontend.return_urls = vec!["https://good.example/done?x=1".to_owned()];
        settings.limits.per_login_and_address_hour = 100;
    })
    .await;
    for (asked, fine) in [
        ("https://good.example/done?x=1", true),
        ("https://GOOD.example:443/done?x=1", true),
        ("https://good.example/other/../done?x=1", true),
        ("https://good.example/done", false),
        ("https://good.example/done?x=1&y=2", false),
        ("https://good.example/done?x=1#fragment", false),
        ("https://good.example/", false),
        ("http://good.example/done?x=1", false),
        ("https://good.example.evil.example/done?x=1", false),
        ("https://good.example@evil.example/done?x=1", false),
        ("https://evil.example/done?x=1", false),
        ("https://evil.example\\@good.example/done?x=1", false),
        ("https:good.example/done?x=1", false),
        ("https:/good.example/done?x=1", false),
        ("//good.example/done?x=1", false),
        ("//evil.example", false),
        ("\\\\evil.example", false),
        ("/\\evil.example", false),
        ("/done?x=1", false),
        ("javascript:alert(1)//https://good.example/done?x=1", false),
        ("data:text/html,x", false),
        (" https://good.example/done?x=1", false),
        ("https://good.example/done?x=1 ", false),
        ("https://good.example:8443/done?x=1", false),
        ("https://xn--good-.example/done?x=1", false),
        ("https://good.example%2eevil.example/done?x=1", false),
    ] {
        let body = json!({"login": "mo@example.com", "return_url": asked});
        let reply = world.post(after(0), "request-reset", body).await;
        if fine {
            assert_eq!(reply.status, 202, "{asked}");
            continue;
        }
        assert_eq!((reply.status, reply.code()), (400, "invalid_request"), "{asked}");
        let errors = json!([{"pointer": "/return_url", "code": "not_allowed"}]);
        assert_eq!(reply.body["errors"], errors, "{asked}");
    }
    for control in ["https://good.example/done?x=1\t", "https://good.example/\ndone?x=1"] {
        let body = json!({"login": "mo@example.com", "return_url": control});
        let reply = world.post(after(0), "request-reset", body).await;
        assert_eq!((reply.status, reply.code()), (400, "invalid_request"), "{control:?}");
    }
    world.deliver(after(1)).await;
    let clicked = world.click(after(2), &world.newest_token("mo@example.com")).await;
    assert_eq!(clicked.text("return_url"), "https://good.example/done?x=1");
}
