//! The inbox as a page: what may show it, what it may do, and what a mail in it may not.

use std::{future::IntoFuture, path::Path};

use axum::{Router, extract::Request};
use regain_local::{Cloud, Options};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

use crate::{messages::send, support::cloud};

fn http() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

async fn get(cloud: &Cloud, path: &str) -> Response {
    http().get(format!("{}{path}", cloud.inbox_url())).send().await.unwrap()
}

fn policy(answer: &Response) -> String {
    answer.headers()["content-security-policy"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_page_has_nothing_inline_and_nothing_from_elsewhere() {
    let cloud = cloud();
    for (path, kind) in [("/", "html"), ("/inbox.css", "css"), ("/inbox.js", "javascript")] {
        let answer = get(&cloud, path).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["content-type"], format!("text/{kind}; charset=utf-8"));
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        if kind == "html" {
            let policy = policy(&answer);
            assert!(
                policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; ")
            );
            assert!(policy.ends_with("form-action 'none'; frame-ancestors 'none'"), "{policy}");
            assert!(!policy.contains("unsafe"), "{policy}");
        }
        let text = answer.text().await.unwrap();
        for refused in [" style=", "<style", "<script>", " onclick", "://", "innerHTML", "eval("] {
            assert!(!text.contains(refused), "{path}: {refused}");
        }
    }
}

#[tokio::test]
async fn a_mails_html_comes_under_a_policy_that_lets_it_do_nothing() {
    let cloud = cloud();
    send(&cloud, "process-outbox", "jan@example.com", "Hello").await.unwrap();
    let id = cloud.messages(None)[0].id.clone();
    let answer = get(&cloud, &format!("/api/messages/{id}/html")).await;
    assert_eq!(answer.status(), 200);
    let policy = policy(&answer);
    assert!(policy.starts_with("sandbox allow-popups allow-popups-to-escape-sandbox; "));
    assert!(policy.contains("default-src 'none'; style-src 'unsafe-inline'"), "{policy}");
    assert!(!policy.contains("script") && !policy.contains("same-origin"), "{policy}");
    let html = answer.text().await.unwrap();
    assert_eq!(html, "<base target=\"_blank\"><p>hello</p>", "its links open in a new tab");
    assert_eq!(get(&cloud, "/api/messages/unknown/html").await.status(), 404);
}

/// Reads server-sent events until there are so many: each its name, its data and its id.
async fn events(answer: &mut Response, count: usize) -> Vec<(String, String, String)> {
    let mut text = String::new();
    while text.matches("\n\n").count() < count {
        let chunk = answer.chunk().await.unwrap().unwrap();
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    let field = |event: &str, name: &str| {
        let mut lines = event.lines();
        lines.find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned()
    };
    let events = text.split("\n\n").filter(|event| !event.is_empty());
    events
        .map(|event| (field(event, "event: "), field(event, "data: "), field(event, "id: ")))
        .collect()
}

fn subject((_, data, id): &(String, String, String)) -> String {
    let message: Value = serde_json::from_str(data).unwrap();
    assert_eq!(message["id"], id.as_str());
    message["subject"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn messages_are_told_as_they_arrive_and_who_was_cut_off_misses_none() {
    let cloud = cloud();
    let mail = async |subject: &str| {
        send(&cloud, "process-outbox", "jan@example.com", subject).await.unwrap();
    };
    mail("1").await;
    let mut watching = get(&cloud, "/api/events").await;
    assert_eq!(watching.headers()["content-type"], "text/event-stream");
    let first = events(&mut watching, 2).await;
    assert_eq!((first[0].0.as_str(), first[0].1.as_str()), ("reset", "1"), "one was there before");
    assert_eq!(subject(&first[1]), "1");
    mail("2").await;
    let second = events(&mut watching, 1).await;
    assert_eq!((second[0].0.as_str(), subject(&second[0])), ("message", "2".to_owned()));
    drop(watching);

    mail("3").await;
    let again = |last: &str| {
        let request = http().get(format!("{}/api/events", cloud.inbox_url()));
        request.header("last-event-id", last).send()
    };
    let mut back = again(&second[0].2).await.unwrap();
    assert_eq!(subject(&events(&mut back, 1).await[0]), "3", "and nothing twice");

    cloud.clear_messages().unwrap();
    assert_eq!(events(&mut back, 1).await[0].0, "reset");
    mail("4").await;
    assert_eq!(subject(&events(&mut back, 1).await[0]), "4");
    let told = events(&mut again(&second[0].2).await.unwrap(), 2).await;
    assert_eq!((told[0].0.as_str(), told[0].1.as_str()), ("reset", "1"), "that one is gone");
    assert_eq!(subject(&told[1]), "4");
}

#[tokio::test]
async fn an_empty_inbox_says_so_and_then_tells_what_comes() {
    let cloud = cloud();
    let mut watching = get(&cloud, "/api/events").await;
    let first = events(&mut watching, 1).await;
    assert_eq!((first[0].0.as_str(), first[0].1.as_str()), ("reset", "0"));
    send(&cloud, "process-outbox", "jan@example.com", "1").await.unwrap();
    assert_eq!(events(&mut watching, 1).await[0].0, "message", "it is new, and nothing is reset");
}

#[tokio::test]
async fn the_inbox_answers_under_a_name_of_this_machine_and_no_other() {
    let cloud = cloud();
    let port = cloud.inbox_url().rsplit(':').next().unwrap().to_owned();
    for path in ["/", "/api/messages", "/api/events", "/docs", "/docs/api/v1/demo/captcha"] {
        let ask = async |host: String| {
            let request = http().get(format!("{}{path}", cloud.inbox_url()));
            request.header("host", host).send().await.unwrap()
        };
        for elsewhere in [format!("rebound.example:{port}"), "rebound.example".to_owned()] {
            let refused = ask(elsewhere).await;
            assert_eq!(refused.status(), 403, "{path}");
            assert!(refused.text().await.unwrap().contains("open it under that name"));
        }
        assert_ne!(ask(format!("localhost:{port}")).await.status(), 403, "{path}");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_changes_nothing_in_the_inbox() {
    let cloud = cloud();
    send(&cloud, "process-outbox", "jan@example.com", "1").await.unwrap();
    let ask = async |method: Method, path: &str, origin: &str| {
        let request = http().request(method, format!("{}{path}", cloud.inbox_url()));
        let request = request.header("origin", origin).json(&json!({"ses": {"fail_next": 1}}));
        request.send().await.unwrap()
    };
    let own = cloud.inbox_url().to_owned();
    let calls = [
        (Method::DELETE, "/api/messages", 204),
        (Method::PUT, "/api/chaos", 200),
        (Method::DELETE, "/api/chaos", 204),
        (Method::POST, "/api/schedule", 202),
        (Method::POST, "/docs/api/v1/demo/sign-in", 503),
    ];
    for (method, path, _) in &calls {
        for foreign in ["http://evil.example", "null", "http://127.0.0.1:3000", ""] {
            let refused = ask(method.clone(), path, foreign).await;
            assert_eq!(refused.status(), 403, "{method} {path} from {foreign}");
        }
    }
    assert_eq!(cloud.messages(None).len(), 1);
    assert_eq!(cloud.chaos(), regain_local::Chaos::default());
    let read = ask(Method::GET, "/api/messages", "http://evil.example").await;
    assert!(read.headers().get("access-control-allow-origin").is_none(), "and reads nothing");
    for (method, path, status) in calls {
        assert_eq!(ask(method, path, &own).await.status(), status, "{path}");
    }
    assert!(cloud.messages(None).is_empty());
}

#[tokio::test]
async fn the_inbox_leads_to_the_pages_of_the_api_that_runs_and_to_none_without() {
    let cloud = cloud();
    let pages = async || get(&cloud, "/api/pages").await.json::<Value>().await.unwrap();
    assert_eq!(pages().await, json!([]));
    cloud.show_api("http://127.0.0.1:9000", "demo");
    let pages = pages().await;
    let urls: Vec<_> = pages.as_array().unwrap().iter().map(|page| &page["url"]).collect();
    assert_eq!(
        urls,
        ["sign-in", "forgot-password", "magic", "recover"]
            .map(|page| format!("http://127.0.0.1:9000/p/demo/{page}"))
            .each_ref()
    );
}

#[tokio::test]
async fn an_api_page_that_is_not_installed_says_what_installs_it() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("swagger-ui");
    let _ = std::fs::remove_dir_all(&folder);
    let options = Options { swagger_ui: Some(folder.clone()), ..Options::default() };
    for cloud in [cloud(), Cloud::start(options.clone()).unwrap()] {
        let absent = get(&cloud, "/docs").await;
        assert_eq!(absent.status(), 503);
        let text = absent.text().await.unwrap();
        assert!(text.contains("`cargo xtask tool swagger-ui-dist`"), "{text}");
    }

    let cloud = Cloud::start(options).unwrap();
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["swagger-ui-bundle.js", "swagger-ui.css", "LICENSE", "package.json"] {
        std::fs::write(folder.join(name), name).unwrap();
    }
    let shown = get(&cloud, "/docs").await;
    assert_eq!(shown.status(), 200, "as soon as it is there");
    assert!(policy(&shown).starts_with("default-src 'none'; script-src 'self'; "));
    for name in ["swagger-ui-bundle.js", "swagger-ui.css", "LICENSE"] {
        assert_eq!(get(&cloud, &format!("/docs/{name}")).await.text().await.unwrap(), name);
    }
    for unknown in ["package.json", "..%2Fswagger-ui%2FLICENSE", "NOTICE"] {
        assert_eq!(get(&cloud, &format!("/docs/{unknown}")).await.status(), 404, "{unknown}");
    }
}

/// An API that answers with what it was asked.
async fn mirror() -> String {
    let handler = async |request: Request| {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap());
        let seen = json!({
            "method": parts.method.as_str(), "uri": parts.uri.to_string(), "host": header("host"),
            "origin": header("origin"), "authorization": header("authorization"),
            "type": header("content-type"), "body": String::from_utf8_lossy(&body),
        });
        (axum::http::StatusCode::CREATED, [("etag", "\"7\"")], seen.to_string())
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, Router::new().fallback(handler)).into_future());
    url
}

#[tokio::test]
async fn what_is_tried_on_the_api_page_reaches_the_api_that_it_names() {
    let (cloud, api) = (cloud(), mirror().await);
    let document = get(&cloud, "/docs/openapi.json").await.json::<Value>().await.unwrap();
    assert_eq!(document["servers"][0]["url"], "http://127.0.0.1:9000", "as in the repository");
    cloud.show_api(&api, "demo");
    let document = get(&cloud, "/docs/openapi.json").await.json::<Value>().await.unwrap();
    assert_eq!(document["servers"], json!([{"url": api}]));
    assert!(document["paths"]["/v1/{tenant}/sign-in"].is_object());

    let path = "/admin/v1/tenants/demo/accounts?login=a%40b&x=%2F";
    let answer = http()
        .patch(format!("{}/docs/api{path}", cloud.inbox_url()))
        .header("origin", cloud.inbox_url())
        .bearer_auth("rk_1")
        .json(&json!({"a": 1}))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["etag"]),
        (201, &"\"7\"".parse().unwrap())
    );
    let seen: Value = answer.json().await.unwrap();
    assert_eq!(
        seen,
        json!({
            "method": "PATCH", "uri": path, "host": api.trim_start_matches("http://"),
            "origin": null, "authorization": "Bearer rk_1", "type": "application/json",
            "body": "{\"a\":1}",
        })
    );
}
