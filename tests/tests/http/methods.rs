//! Only the methods of a path do anything; browsers of other origins are told no.

use http::Method;
use regain_http::api;
use regain_http::routes::ROUTES;
use regain_tests::{Request, World, after};
use serde_json::{Value, json};

const ZUID: &str = "https://zuid.example";

/// Every path of the tenant `demo`, with whether it takes POST.
fn paths() -> impl Iterator<Item = (String, bool)> {
    ROUTES.iter().map(|route| {
        let posts = route.operations.iter().any(|operation| operation.method == api::Method::Post);
        (route.path.replace("{tenant}", "demo"), posts)
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
    let before = at_rest(&world);
    for (path, _) in paths().filter(|(_, posts)| *posts) {
        for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "POSTS", "post"]
        {
            for body in &bodies {
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                let request = Request {
                    method: method.clone(),
                    path: path.clone(),
                    ..Request::post("", body)
                }
                .header("sec-purpose", "prefetch")
                .header("x-http-method-override", "POST");
                let reply = world.send(after(1), &request).await;
                assert_eq!((reply.status, reply.header("allow")), (405, "POST, OPTIONS"), "{path}");
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
    for (path, posts) in paths() {
        let reply = world.send(after(0), &options(&path, Some(ZUID))).await;
        let methods = if posts { "POST, OPTIONS" } else { "GET, HEAD, OPTIONS" };
        assert_eq!((reply.status, &reply.body), (204, &Value::Null));
        assert_eq!(reply.header("allow"), methods);
        assert_eq!(reply.header("access-control-allow-origin"), ZUID);
        assert_eq!(reply.header("access-control-allow-methods"), methods);
        assert_eq!(reply.header("access-control-allow-headers"), "content-type, authorization");
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
    for (status, request) in [
        (202, Request::post("request-reset", &json!({"login": "mo@example.com"}))),
        (400, Request::post("request-reset", &json!({}))),
        (401, Request::post("sign-in", &json!({"login": "mo@example.com", "password": "x"}))),
        (405, wrong_method),
        (415, form),
    ] {
        let reply = world.send(after(0), &from_zuid(request)).await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (status, ZUID));
        assert_eq!(reply.header("access-control-expose-headers"), "Retry-After");
        assert_eq!(reply.header("access-control-allow-credentials"), "");
    }
}
