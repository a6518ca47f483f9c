//! The gateway before a stand-in for the Lambda API.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path},
    http::StatusCode,
    routing::post,
};
use data_encoding::BASE64;
use futures_util::future::join_all;
use regain_local::{Functions, Gateway, Template};
use serde_json::{Value, json};
use tokio::sync::Barrier;

/// A Lambda API whose functions answer with what this closure makes of their name and event.
async fn lambda_api(
    answer: impl Fn(&str, &Value) -> Option<Value> + Clone + Send + Sync + 'static,
) -> String {
    let handler = move |Path(function): Path<String>, Json(event): Json<Value>| async move {
        tokio::task::yield_now().await;
        match answer(&function, &event) {
            Some(answer) => (StatusCode::OK, Json(answer)),
            None => (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"errorType": "Panic"}))),
        }
    };
    let router = Router::new()
        .route("/2015-03-31/functions/{function}/invocations", post(handler))
        // Neither the emulator nor AWS stops at axum's two megabytes.
        .layer(DefaultBodyLimit::disable());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn gateway(runtime_api: &str) -> String {
    let template = Template::load("regain").unwrap();
    let gateway = Gateway::bind(0).unwrap();
    let url = gateway.url().to_owned();
    gateway.serve(&template, Functions::new(&template, runtime_api).unwrap()).unwrap();
    url
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

#[tokio::test]
async fn a_request_reaches_its_function_and_the_answer_comes_back() {
    let api = lambda_api(|function, event| {
        let body =
            json!({"function": function, "method": event["requestContext"]["http"]["method"]});
        Some(json!({"statusCode": 201, "headers": {"x-a": "b"}, "body": body.to_string()}))
    })
    .await;
    let base = gateway(&api);
    for (method, path, function) in [
        ("POST", "/v1/demo/sign-in", "sign-in"),
        ("OPTIONS", "/v1/demo/withdraw-link", "click-link"),
        ("DELETE", "/nowhere", "click-link"),
    ] {
        let request = http().request(method.parse().unwrap(), format!("{base}{path}"));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 201);
        assert_eq!(answer.headers()["x-a"], "b");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body, json!({"function": function, "method": method}));
    }
}

/// The back office's base URL before functions that answer with their event.
async fn mirror() -> String {
    let api = lambda_api(|_, event| Some(json!({"statusCode": 200, "body": event.to_string()})));
    format!("{}/admin/v1/tenants", gateway(&api.await))
}

#[tokio::test]
async fn methods_query_and_preconditions_reach_the_function() {
    let tenants = mirror().await;
    for method in ["GET", "PATCH", "DELETE", "PUT", "POST"] {
        let url = format!("{tenants}/demo/settings?cursor=a%3D%3D&x=%20");
        let request = http().request(method.parse().unwrap(), url);
        let request = request.header("If-Match", "\"7\"").header("Authorization", "Bearer rk_1");
        let event: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(event["requestContext"]["http"]["method"], method);
        assert_eq!(event["routeKey"], "ANY /admin/v1/tenants/{tenant}/settings");
        assert_eq!(event["rawQueryString"], "cursor=a%3D%3D&x=%20");
        assert_eq!(event["headers"]["if-match"], "\"7\"");
        assert_eq!(event["headers"]["authorization"], "Bearer rk_1");
    }
}

#[tokio::test]
async fn an_etag_and_an_answer_without_a_body_come_back() {
    let answers = [
        json!({"statusCode": 204, "headers": {"ETag": "\"8\""}, "body": ""}),
        json!({"statusCode": 204, "headers": {"ETag": "\"8\""}, "body": null}),
        json!({"statusCode": 204, "headers": {"ETag": "\"8\""}}),
    ];
    for function_answer in answers {
        let base = gateway(&lambda_api(move |_, _| Some(function_answer.clone())).await);
        let url = format!("{base}/admin/v1/tenants/demo/accounts/a1");
        let answer = http().delete(url).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["etag"]),
            (204, &"\"8\"".parse().unwrap())
        );
        for absent in ["content-length", "content-type", "transfer-encoding"] {
            assert_eq!(answer.headers().get(absent), None);
        }
        assert!(answer.bytes().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_import_of_a_mebibyte_reaches_the_function_whole_and_so_does_one_that_is_too_long() {
    let tenants = mirror().await;
    let line = b"{\"login\": \"\xc3\xa9@example.com\"}\n";
    let edge = 1024 * 1024;
    // What is too long is the function's to refuse, so it must get it.
    for bytes in [1, edge, edge + 1, 4 * edge] {
        let body: Vec<u8> = line.iter().copied().cycle().take(bytes).collect();
        let request = http().post(format!("{tenants}/demo/accounts/import"));
        let request = request.header("Content-Type", "application/x-ndjson").body(body.clone());
        let event: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(event["isBase64Encoded"], true);
        let received = BASE64.decode(event["body"].as_str().unwrap().as_bytes()).unwrap();
        assert!(received == body, "{bytes} bytes");
    }
}

#[tokio::test]
async fn a_function_that_fails_or_is_not_there_is_503() {
    let api = lambda_api(|_, _| None).await;
    for runtime_api in [api.as_str(), "http://127.0.0.1:1"] {
        let answer = http().get(gateway(runtime_api)).send().await.unwrap();
        assert_eq!(answer.status(), 503);
        assert_eq!(
            answer.json::<Value>().await.unwrap(),
            json!({"message": "Service Unavailable"})
        );
    }
}

#[tokio::test]
async fn no_more_than_sixty_four_are_in_flight() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counts = (Arc::clone(&now), Arc::clone(&most));
    // A wave goes on when it is complete, so every place is taken at once.
    let wave = Arc::new(Barrier::new(64));
    let handler = move || async move {
        let running = counts.0.fetch_add(1, Ordering::SeqCst) + 1;
        counts.1.fetch_max(running, Ordering::SeqCst);
        wave.wait().await;
        counts.0.fetch_sub(1, Ordering::SeqCst);
        Json(json!({"statusCode": 200}))
    };
    let router = Router::new().fallback(handler);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let (base, http) = (gateway(&api), http());
    let answers =
        join_all((0..3 * 64).map(|_| http.get(format!("{base}/v1/demo/sign-in")).send())).await;
    assert!(answers.into_iter().all(|answer| answer.unwrap().status() == 200));
    assert_eq!(most.load(Ordering::SeqCst), 64);
}
