//! Only the methods of a path do anything; browsers of other origins are told no.

use http::Method;
use regain_http::routes::ROUTES;
use regain_tests::{Request, World, after};
use serde_json::{Value, json};

const ZUID: &str = "https://zuid.example";

/// What `Allow` says at every path that takes more or other than POST.
const ALLOWED: [(&str, &str); 15] = [
    ("/v1/{tenant}/jwks.json", "GET, HEAD, OPTIONS"),
    ("/v1/{tenant}/session", "GET, HEAD, OPTIONS"),
    // A HEAD must not act, and this GET does.
    ("/v1/{tenant}/federated-login/callback/{provider}", "GET, OPTIONS"),
    ("/v1/{tenant}/captcha/{id}/image.png", "GET, HEAD, OPTIONS"),
    ("/v1/{tenant}/captcha/{id}/audio.wav", "GET, HEAD, OPTIONS"),
    ("/admin/v1/tenants", "POST, GET, HEAD, OPTIONS"),
    ("/admin/v1/tenants/{tenant}", "DELETE, OPTIONS"),
    ("/admin/v1/tenants/{tenant}/settings", "GET, HEAD, PATCH, OPTIONS"),
    ("/admin/v1/tenants/{tenant}/compliance", "GET, HEAD, OPTIONS"),
    ("/admin/v1/tenants/{tenant}/api-keys", "POST, GET, HEAD, OPTIONS"),
    ("/admin/v1/tenants/{tenant}/api-keys/{id}", "DELETE, OPTIONS"),
    ("/admin/v1/tenants/{tenant}/accounts", "POST, GET, HEAD, OPTIONS"),
    ("/admin/v1/tenants/{tenant}/accounts/{id}", "GET, HEAD, PATCH, DELETE, OPTIONS"),
    ("/admin/v1/tenants/{tenant}/accounts/{id}/timeline", "GET, HEAD, OPTIONS"),
    ("/admin/v1/tenants/{tenant}/support/{code}", "GET, HEAD, OPTIONS"),
];

/// Every path of the tenant `demo`, with the methods that it takes.
fn paths() -> impl Iterator<Item = (String, &'static str)> {
    ROUTES.iter().map(|route| {
        let row = ALLOWED.iter().find(|(path, _)| *path == route.path);
        let path = route.path.replace("{tenant}", "demo").replace("{id}", "id-of-ann");
        let path = path.replace("{provider}", "google");
        (path.replace("{code}", "0000000"), row.map_or("POST, OPTIONS", |(_, allow)| allow))
    })
}

fn at_rest(world: &World) -> String {
    let mut items: Vec<String> = world
        .cloud
        .dump()
        .unwrap()
        .into_iter()
        .map(|(place, item)| format!("{place}{item}"))
        .collect();
    items.sort();
    items.join("\n")
}

#[tokio::test]
async fn any_other_method_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let token = world.reset_token(after(0), "mo@example.com").await;
    let bodies = [
        json!({"login": "ann@example.com"}),
        json!({"token": token}),
        json!({"grant": token, "password": "Molenwiek42"}),
        json!({"login": "ann@example.com", "password": "Bakfiets8"}),
    ];
    let bearer = |path: &str| match path.starts_with("/admin/") {
        true => format!("Bearer {}", world.operator),
        false => format!("Bearer {}", world.session),
    };
    let before = at_rest(&world);
    for (path, allow) in paths() {
        let taken: Vec<&str> = allow.split(", ").collect();
        let methods =
            ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "POSTS", "post"];
        for method in methods.into_iter().filter(|method| !taken.contains(method)) {
            for body in &bodies {
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                let request = Request {
                    method: method.clone(),
                    path: path.clone(),
                    ..Request::post("", body)
                }
                .header("sec-purpose", "prefetch")
                .header("authorization", &bearer(&path))
                .header("x-http-method-override", taken[0]);
                let reply = world.send(after(1), &request).await;
                assert_eq!((reply.status, reply.header("allow")), (405, allow), "{path}");
                let code = if method == Method::HEAD { "" } else { "method_not_allowed" };
                assert_eq!(reply.code(), code, "{method} {path}");
            }
        }
    }
    assert_eq!(at_rest(&world), before);
    let checked = world.check(after(2), &token).await;
    assert_eq!(checked.text("state"), "sent");
}

#[tokio::test]
async fn the_keys_are_read_by_get_and_head_and_nothing_else() {
    let world = World::new().await;
    let ask = |method| Request {
        method,
        path: "/v1/demo/jwks.json".to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        ..Request::post("", &json!({}))
    };
    let get = world.send(after(0), &ask(Method::GET)).await;
    assert_eq!((get.status, get.header("cache-control")), (200, "public, max-age=300"));
    assert_eq!(get.body["keys"].as_array().unwrap().len(), 1);
    let head = world.send(after(0), &ask(Method::HEAD)).await;
    assert_eq!((head.status, &head.body, &head.headers), (200, &Value::Null, &get.headers));
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
        let reply = world.send(after(0), &ask(method)).await;
        assert_eq!((reply.status, reply.header("allow")), (405, "GET, HEAD, OPTIONS"));
    }
}

fn options(path: &str, origin: Option<&str>) -> Request {
    let request = Request {
        method: Method::OPTIONS,
        path: path.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        ..Request::post("", &json!({}))
    };
    let request = request
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type, x-evil");
    match origin {
        Some(origin) => request.header("origin", origin),
        None => request,
    }
}

async fn with_origin() -> World {
    World::with(|settings| settings.frontend.allowed_origins = vec![ZUID.to_owned()]).await
}

#[tokio::test]
async fn a_preflight_allows_the_tenants_origins_what_the_path_takes() {
    let world = with_origin().await;
    for (path, methods) in paths() {
        let reply = world.send(after(0), &options(&path, Some(ZUID))).await;
        assert_eq!((reply.status, &reply.body), (204, &Value::Null));
        assert_eq!(reply.header("allow"), methods);
        if path == "/admin/v1/tenants" {
            // No tenant's, so no tenant's origins.
            assert_eq!(reply.header("access-control-allow-origin"), "");
            assert_eq!(reply.header("access-control-allow-methods"), "");
            continue;
        }
        assert_eq!(reply.header("access-control-allow-origin"), ZUID);
        assert_eq!(reply.header("access-control-allow-methods"), methods);
        assert_eq!(
            reply.header("access-control-allow-headers"),
            "content-type, authorization, if-match"
        );
        assert_eq!(reply.header("access-control-max-age"), "600");
    }
}

#[tokio::test]
async fn any_other_origin_gets_no_permission_and_nobody_gets_credentials() {
    let world = with_origin().await;
    let path = "/v1/demo/sign-in";
    for origin in [
        None,
        Some("null"),
        Some("*"),
        Some(""),
        Some("https://evil.example"),
        Some("http://zuid.example"),
        Some("https://zuid.example:8443"),
        Some("https://zuid.example.evil.example"),
        Some("https://evil.zuid.example"),
        Some("https://ZUID.example"),
        Some("https://zuid.example/"),
        Some("https://zuid.example, https://evil.example"),
    ] {
        let mut post =
            Request::post("sign-in", &json!({"login": "mo@example.com", "password": "x"}));
        if let Some(origin) = origin {
            post = post.header("origin", origin);
        }
        for request in [options(path, origin), post] {
            let reply = world.send(after(0), &request).await;
            let granted: Vec<_> = reply
                .headers
                .keys()
                .filter(|name| name.as_str().starts_with("access-control-"))
                .collect();
            assert_eq!(granted, [] as [&str; 0], "{origin:?}");
            assert!(reply.header("vary").contains("Origin"), "{origin:?}");
        }
    }
}

#[tokio::test]
async fn an_allowed_origin_may_read_every_answer_and_every_problem() {
    let world = with_origin().await;
    let from_zuid = |request: Request| request.header("origin", ZUID);
    let form = Request {
        headers: vec![("content-type", "text/plain".to_owned())],
        ..Request::post("sign-in", &json!({}))
    };
    let wrong_method = Request { method: Method::PUT, ..Request::post("sign-in", &json!({})) };
    let settings = |key| Request::admin(Method::GET, "tenants/demo/settings", key, &Value::Null);
    for (status, request) in [
        (200, settings(&world.admin)),
        (202, Request::post("request-reset", &json!({"login": "mo@example.com"}))),
        (400, Request::post("request-reset", &json!({}))),
        (401, Request::post("sign-in", &json!({"login": "mo@example.com", "password": "x"}))),
        (405, wrong_method),
        (415, form),
    ] {
        let reply = world.send(after(0), &from_zuid(request)).await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (status, ZUID));
        assert_eq!(reply.header("access-control-expose-headers"), "Retry-After, ETag");
        assert_eq!(reply.header("access-control-allow-credentials"), "");
    }
    // Who may not call is refused before anything of the tenant is read, its origins too.
    for (status, request) in [(401, settings("rk_demo_x")), (403, settings(&world.desk))] {
        let reply = world.send(after(0), &from_zuid(request)).await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (status, ""));
    }
}
