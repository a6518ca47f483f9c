//! Every operation of the route table, the back office's too, in what they have in common: how
//! bodies and query strings are read, and what HEAD is.

use http::Method;
use regain_http::api::{self, Access, Form};
use regain_tests::{Reply, Request, Row, World, after, operations};
use serde_json::{Value, json};

const ANN: &str = "id-of-ann";

fn with_body() -> impl Iterator<Item = Row> {
    operations().filter(|(_, operation)| !operation.body.is_empty())
}

fn raw(world: &World, row: Row, body: &[u8]) -> Request {
    Request { body: body.to_vec(), ..Request::to(world, row, ANN, &Value::Null) }
}

fn with_type(world: &World, row: Row, media_type: Option<&str>, body: &[u8]) -> Request {
    let mut request = raw(world, row, body);
    request.headers.retain(|(name, _)| *name != "content-type");
    match media_type {
        Some(media_type) => request.header("content-type", media_type),
        None => request,
    }
}

/// What was asked of the store beyond the settings and the caller's key.
fn done(world: &World) -> Vec<String> {
    let of_every_call = ["GetItem tenants", "UpdateItem tenants"];
    let calls = world.cloud.calls().into_iter().map(|call| call.summary);
    calls.filter(|call| !of_every_call.contains(&call.as_str())).collect()
}

const NOTHING: [String; 0] = [];

#[tokio::test]
async fn every_operation_names_every_member_that_it_does_not_know() {
    let world = World::new().await;
    for row in with_body() {
        let (_, operation) = row;
        let evil = json!({"tenant_id": "other", "role": "admin", "expires_at": 1, "__proto__": {},
            "account_id": "x", "epoch": 0, "blocked": null, "password_phc": "x"});
        let is_known = |name: &str| operation.body.iter().any(|field| field.name == name);
        let names = evil.as_object().unwrap().keys().filter(|name| !is_known(name));
        let expected: Vec<String> = names.map(|name| format!("/{name}")).collect();
        assert!(expected.len() >= 7, "{}", operation.id);
        let (status, errors) = match operation.form {
            Form::Lines => {
                let reply =
                    world.send(after(0), &Request::to(&world, row, ANN, &json!([evil]))).await;
                assert_eq!(reply.body[0]["status"], "rejected");
                (reply.status, reply.body[0]["errors"].clone())
            }
            Form::Json | Form::MergePatch => {
                let reply = world.send(after(0), &Request::to(&world, row, ANN, &evil)).await;
                assert_eq!(reply.code(), "invalid_request", "{}", operation.id);
                (reply.status, reply.body["errors"].clone())
            }
        };
        let success = if operation.form == Form::Lines { 200 } else { 400 };
        assert_eq!(status, success, "{}", operation.id);
        let unknown = errors.as_array().unwrap().iter().filter(|e| e["code"] == "unknown_field");
        let mut unknown: Vec<&str> = unknown.map(|e| e["pointer"].as_str().unwrap()).collect();
        unknown.sort_unstable();
        assert_eq!(unknown, expected, "{}", operation.id);
    }
    assert_eq!(done(&world), NOTHING);
}

#[tokio::test]
async fn every_operation_takes_one_whole_json_object_and_nothing_else() {
    let world = World::new().await;
    for row in with_body() {
        let (_, operation) = row;
        let name = operation.body[0].name;
        for (body, pointer, code) in [
            ("[]".to_owned(), "", "not_an_object"),
            ("null".to_owned(), "", "not_an_object"),
            ("\"x\"".to_owned(), "", "not_an_object"),
            ("{".to_owned(), "", "not_json"),
            ("{}x".to_owned(), "", "not_json"),
            ("{} {}".to_owned(), "", "not_json"),
            ("{'a':1}".to_owned(), "", "not_json"),
            (
                format!("{{\"{name}\":\"a\",\"{name}\":\"b\"}}"),
                &*format!("/{name}"),
                "duplicate_key",
            ),
            (format!("{{\"{name}\":7.5}}"), &format!("/{name}"), "wrong_type"),
            (format!("{{\"{name}\":[[]]}}"), &format!("/{name}"), "wrong_type"),
        ] {
            let reply = world.send(after(0), &raw(&world, row, body.as_bytes())).await;
            let errors = match operation.form {
                Form::Lines => {
                    assert_eq!(reply.body[0]["status"], "rejected", "{}: {body}", operation.id);
                    &reply.body[0]["errors"]
                }
                Form::Json | Form::MergePatch => {
                    let told = (reply.status, reply.code());
                    assert_eq!(told, (400, "invalid_request"), "{}: {body}", operation.id);
                    &reply.body["errors"]
                }
            };
            let named = json!({"pointer": pointer, "code": code});
            let errors = errors.as_array().unwrap();
            assert!(errors.contains(&named), "{} {body}: {errors:?}", operation.id);
        }
        let latin = raw(&world, row, b"{\"login\":\"\xe9\"}");
        let reply = world.send(after(0), &latin).await;
        let is_refused = reply.status == 400 || reply.body[0]["status"] == "rejected";
        assert!(is_refused, "{}: {reply:?}", operation.id);
    }
    assert_eq!(done(&world), NOTHING);
}

#[tokio::test]
async fn an_absent_body_is_taken_exactly_where_nothing_in_it_is_needed() {
    let world = World::new().await;
    let mut optional = Vec::new();
    for row in with_body() {
        let reply = world.send(after(0), &with_type(&world, row, None, b"")).await;
        if row.1.body_is_required() {
            assert_eq!((reply.status, reply.code()), (415, "unsupported_media_type"), "{row:?}");
        } else {
            optional.push((row.1.id, reply.code().to_owned()));
        }
    }
    let taken = [
        ("enroll-second-step", "invalid_request"),
        ("captcha", ""),
        ("set-temporary-password", "temporary_passwords_disabled"),
    ];
    assert_eq!(optional, taken.map(|(id, code)| (id, code.to_owned())));
}

#[tokio::test]
async fn every_operation_reads_its_own_media_type_and_no_other() {
    let world = World::new().await;
    let json = ["application/json", "Application/JSON ; charset=UTF-8"];
    let patch = ["application/merge-patch+json", "application/json"];
    let lines = ["application/x-ndjson", "application/x-ndjson;charset=utf-8"];
    let all = [json.as_slice(), &patch, &lines].concat();
    let others = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""];
    let others = [others.as_slice(), &["application/json; charset=latin1", "*/*", "json"]].concat();
    for row in with_body() {
        let (_, operation) = row;
        let (taken, accepted): (Vec<&str>, Value) = match operation.form {
            Form::Json => (json.to_vec(), json!(["application/json"])),
            Form::MergePatch => ([patch, json].concat(), json!(patch)),
            Form::Lines => (lines.to_vec(), json!(["application/x-ndjson"])),
        };
        let refused = all.iter().filter(|media_type| !taken.contains(media_type)).chain(&others);
        let refused = refused.copied().map(Some).chain([None]);
        for media_type in refused {
            let reply = world.send(after(0), &with_type(&world, row, media_type, b"{}x")).await;
            let told = (reply.status, reply.code());
            let expected = (415, "unsupported_media_type");
            assert_eq!(told, expected, "{} as {media_type:?}", operation.id);
            assert_eq!(reply.body["accepted"], accepted, "{}", operation.id);
        }
        for media_type in taken {
            let request = with_type(&world, row, Some(media_type), b"{}x");
            let reply = world.send(after(0), &request).await;
            assert_ne!(reply.status, 415, "{} as {media_type}", operation.id);
            for encoding in ["gzip", "br", "identity"] {
                let packed = request.clone().header("content-encoding", encoding);
                let reply = world.send(after(0), &packed).await;
                assert_eq!(reply.status, 415, "{} packed by {encoding}", operation.id);
                assert_eq!(reply.body["accepted"], accepted, "{}", operation.id);
            }
        }
    }
    assert_eq!(done(&world), NOTHING);
}

#[tokio::test]
async fn a_body_has_its_most_bytes_and_lines_and_not_one_more() {
    let world = World::new().await;
    for row in operations() {
        let (_, operation) = row;
        let bytes_max = if operation.form == Form::Lines { 1 << 20 } else { 16 << 10 };
        for (bytes, too_large) in [(bytes_max, false), (bytes_max + 1, true)] {
            // Of what deletes, the larger alone: a body within its bounds would not stop it.
            if operation.body.is_empty() && !too_large {
                continue;
            }
            let reply = world.send(after(0), &raw(&world, row, &vec![b' '; bytes])).await;
            let told = (reply.status, reply.code()) == (413, "body_too_large");
            assert_eq!(told, too_large, "{}, {bytes} bytes: {reply:?}", operation.id);
        }
    }
    for (lines, status, code) in [(500, 200, ""), (501, 413, "too_many_lines")] {
        let reply = world.import(after(0), "demo", &world.admin, &"{}\n\r\n".repeat(lines)).await;
        assert_eq!((reply.status, reply.code()), (status, code));
    }
    assert_eq!(done(&world), NOTHING);
}

#[tokio::test]
async fn a_query_string_is_read_as_strictly_as_a_body() {
    let world = World::new().await;
    let mut asked = 0;
    for row in operations().filter(|(_, o)| o.query.iter().any(|field| field.name == "limit")) {
        let (_, operation) = row;
        let long = format!("cursor={}", "a".repeat(1001));
        for (query, status, errors) in [
            ("limit=1", 200, json!([])),
            ("limit=100", 200, json!([])),
            ("x=1", 400, json!([{"pointer": "?x", "code": "unknown_field"}])),
            ("Limit=1", 400, json!([{"pointer": "?Limit", "code": "unknown_field"}])),
            ("limit=1&limit=1", 400, json!([{"pointer": "?limit", "code": "duplicate_key"}])),
            ("limit=0", 400, json!([{"pointer": "?limit", "code": "out_of_bounds"}])),
            ("limit=101", 400, json!([{"pointer": "?limit", "code": "out_of_bounds"}])),
            ("limit=abc", 400, json!([{"pointer": "?limit", "code": "wrong_type"}])),
            ("limit=-1", 400, json!([{"pointer": "?limit", "code": "wrong_type"}])),
            ("limit=1e1", 400, json!([{"pointer": "?limit", "code": "wrong_type"}])),
            ("limit=4294967296", 400, json!([{"pointer": "?limit", "code": "wrong_type"}])),
            ("limit=", 400, json!([{"pointer": "?limit", "code": "blank"}])),
            ("cursor=", 400, json!([{"pointer": "?cursor", "code": "blank"}])),
            ("cursor=%00", 400, json!([{"pointer": "?cursor", "code": "control_character"}])),
            (&long, 400, json!([{"pointer": "?cursor", "code": "too_long"}])),
            ("cursor=x", 404, json!([])),
        ] {
            asked += 1;
            let request = Request::to(&world, row, ANN, &Value::Null);
            let reply = world.send(after(0), &Request { query: query.to_owned(), ..request }).await;
            assert_eq!(reply.status, status, "{}?{query}: {reply:?}", operation.id);
            let told = reply.body.get("errors").cloned().unwrap_or_else(|| json!([]));
            assert_eq!(told, errors, "{}?{query}", operation.id);
            if status == 404 {
                assert_eq!(reply.code(), "cursor_unknown", "{}", operation.id);
            }
        }
    }
    assert_eq!(asked, 3 * 16, "tenants, accounts and a timeline have pages");
}

fn same_but_for_the_body(get: &Reply, head: &Reply) {
    assert_eq!((&head.body, head.bytes.len()), (&Value::Null, 0));
    assert_eq!((head.status, &head.headers), (get.status, &get.headers));
}

#[tokio::test]
async fn head_is_get_without_a_body_and_neither_changes_anything_but_the_use_of_a_key() {
    let world = World::new().await;
    let code = world.request(after(0), "ann@example.com").await.text("support_code").to_owned();
    world.deliver(after(0)).await;
    let captcha = world.post(after(0), "captcha", json!({})).await.text("id").to_owned();
    let mut read = 0;
    for row in operations().filter(|(_, operation)| operation.method == api::Method::Get) {
        let (_, operation) = row;
        let id = match operation.id {
            "read-story" => &code,
            "image.png" | "audio.wav" => &captcha,
            _ => ANN,
        };
        let get = Request::to(&world, row, id, &Value::Null);
        world.send(after(1), &get).await;
        let before = world.cloud.dump().unwrap();
        let got = world.send(after(1), &get).await;
        assert_eq!(got.status, 200, "{}: {got:?}", operation.id);
        let head = Request { method: Method::HEAD, ..get.clone() };
        same_but_for_the_body(&got, &world.send(after(1), &head).await);
        assert_eq!(world.cloud.dump().unwrap(), before, "{}", operation.id);
        if operation.access == Access::Public {
            continue;
        }
        read += 1;
        for wrong in [None, Some("Bearer rk_demo_x"), Some("Basic eDp4")] {
            let mut get = get.clone();
            get.headers.retain(|(name, _)| *name != "authorization");
            let get = match wrong {
                Some(wrong) => get.header("authorization", wrong),
                None => get,
            };
            let refused = world.send(after(1), &get).await;
            assert_eq!((refused.status, refused.header("www-authenticate")), (401, "Bearer"));
            let head = Request { method: Method::HEAD, ..get };
            same_but_for_the_body(&refused, &world.send(after(1), &head).await);
        }
    }
    assert!(read >= 8, "{read}");
}
