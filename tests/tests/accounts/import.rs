//! Importing accounts: every line answers for itself, and the same lines again change nothing.

use http::Method;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{NEW, assert_sound, at_rest, found};

pub(crate) const BCRYPT: &str = "$2b$04$wyo/mGH354sUAfmeOWr6FuQWoxQjdl9rKSoqoq8bznixPqgImvU9i";

async fn import(world: &World, seconds: i64, lines: &str) -> Reply {
    world.import(after(seconds), "demo", &world.admin, lines).await
}

/// Lines of accounts by number.
fn lines(numbers: std::ops::Range<usize>) -> String {
    let line =
        |n| format!("{}\n", json!({"login": format!("p{n:03}@example.com"), "last_name": "P"}));
    numbers.map(line).collect()
}

/// How many lines ended so.
fn count(reply: &Reply, status: &str) -> usize {
    assert_eq!(reply.status, 200, "{reply:?}");
    let lines = reply.body.as_array().unwrap();
    lines.iter().filter(|line| line["status"] == status).count()
}

/// A line, and what is said of it: its login, its status, its errors.
type Case = (String, Value, &'static str, &'static [(&'static str, &'static str)]);

fn cases() -> [Case; 20] {
    let good = json!({
        "login": "P1@Example.com", "first_name": "Pia", "last_name": "Post", "phone": "06 12345678",
        "language": "nl", "password_hash": BCRYPT,
    });
    [
        (good.to_string(), json!("P1@Example.com"), "created", &[]),
        (r#"{"login":"p1@EXAMPLE.com"}"#.into(), json!("p1@EXAMPLE.com"), "unchanged", &[]),
        (r#"{"login":"MO@example.com"}"#.into(), json!("MO@example.com"), "unchanged", &[]),
        ("{\"login\":\"p2@example.com\"}\r".into(), json!("p2@example.com"), "created", &[]),
        (String::new(), Value::Null, "", &[]),
        (" \t\r".into(), Value::Null, "", &[]),
        ("{".into(), Value::Null, "rejected", &[("", "not_json")]),
        (r#"{"login":"a@example.com"} {}"#.into(), Value::Null, "rejected", &[("", "not_json")]),
        ("[]".into(), Value::Null, "rejected", &[("", "not_an_object")]),
        ("\"x\"".into(), Value::Null, "rejected", &[("", "not_an_object")]),
        ("null".into(), Value::Null, "rejected", &[("", "not_an_object")]),
        ("{}".into(), Value::Null, "rejected", &[("/login", "required")]),
        (r#"{"login":"x"}"#.into(), json!("x"), "rejected", &[("/login", "not_an_address")]),
        (r#"{"login":7}"#.into(), Value::Null, "rejected", &[("/login", "wrong_type")]),
        (
            r#"{"login":"a@example.com","password":"Rotonde64","admin":true}"#.into(),
            json!("a@example.com"),
            "rejected",
            &[("/password", "unknown_field"), ("/admin", "unknown_field")],
        ),
        (
            r#"{"login":"a@example.com","login":"b@example.com"}"#.into(),
            json!("a@example.com"),
            "rejected",
            &[("/login", "duplicate_key")],
        ),
        (
            r#"{"login":"a@example.com","phone":"12","password_hash":"x"}"#.into(),
            json!("a@example.com"),
            "rejected",
            &[("/phone", "not_a_phone_number"), ("/password_hash", "unknown_hash")],
        ),
        (
            r#"{"login":"a@example.com","password_hash":"$2b$14$wyo/mGH354sUAfmeOWr6FuQWoxQjdl9rKSoqoq8bznixPqgImvU9i"}"#.into(),
            json!("a@example.com"),
            "rejected",
            &[("/password_hash", "hash_too_costly")],
        ),
        (
            r#"{"login":"a@example.com","language":"tlh","first_name":" "}"#.into(),
            json!("a@example.com"),
            "rejected",
            &[("/language", "not_a_language"), ("/first_name", "blank")],
        ),
        // A line that was rejected takes no login.
        (r#"{"login":"a@example.com"}"#.into(), json!("a@example.com"), "created", &[]),
    ]
}

#[tokio::test]
async fn every_line_says_what_became_of_it() {
    let (world, cases) = (World::new().await, cases());
    let file: Vec<&str> = cases.iter().map(|(line, ..)| line.as_str()).collect();
    let reply = import(&world, 0, &file.join("\n")).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/x-ndjson"));
    let mut answers = reply.body.as_array().unwrap().iter();
    for (at, (line, login, status, errors)) in cases.iter().enumerate() {
        if status.is_empty() {
            continue;
        }
        let errors: Vec<Value> = errors
            .iter()
            .map(|(pointer, code)| json!({"pointer": pointer, "code": code}))
            .collect();
        let expected = json!({"line": at + 1, "login": login, "status": status, "errors": errors});
        assert_eq!(answers.next(), Some(&expected), "{line}");
    }
    assert_eq!(answers.next(), None);
    let pia = &found(&world, "p1@example.com").await[0];
    for (name, value) in [
        ("login", "p1@example.com"),
        ("first_name", "Pia"),
        ("last_name", "Post"),
        ("phone", "+31612345678"),
        ("language", "nl"),
        ("password", "set"),
    ] {
        assert_eq!(pia[name], value, "{name}");
    }
    assert_eq!(world.sign_in(after(1), "p1@example.com", "Zeilboot7").await.0, 200);
    assert_eq!(world.events("p1@example.com").await[0], "account_created: import");
    assert_sound(&world, after(1)).await;
}

#[tokio::test]
async fn the_same_file_again_changes_nothing_at_rest() {
    let world = World::new().await;
    let mut file = lines(0..70);
    file.push_str(&json!({"login": "hash@example.com", "password_hash": BCRYPT}).to_string());
    assert_eq!(count(&import(&world, 0, &file).await, "created"), 71);
    let before = at_rest(&world);
    let again = import(&world, 100, &file).await;
    assert_eq!(count(&again, "unchanged"), 71);
    assert_eq!(at_rest(&world), before);

    // Nor does it when one of them has changed since, in whatever.
    let token = world.reset_token(after(200), "p005@example.com").await;
    let grant = world.grant(after(201), &token).await;
    assert_eq!(world.set(after(202), &grant, NEW).await.status, 200);
    assert_eq!(world.sign_in(after(203), "hash@example.com", "Zeilboot7").await.0, 200);
    let id = found(&world, "p006@example.com").await[0]["account_id"].as_str().unwrap().to_owned();
    let block = json!({"reason": "other"});
    let path = crate::path(&id, "/block");
    world.admin_at(after(204), Method::POST, &path, &world.admin, block).await;
    world.deliver(after(205)).await;
    let before = at_rest(&world);
    assert_eq!(count(&import(&world, 300, &file).await, "unchanged"), 71);
    assert_eq!(at_rest(&world), before);
    assert_eq!(world.sign_in(after(301), "p005@example.com", NEW).await.0, 200);
}

#[tokio::test]
async fn an_import_that_was_cut_off_is_finished_by_sending_it_again() {
    let world = World::new().await;
    let whole = lines(0..120);
    let half: String = whole.lines().take(50).map(|line| format!("{line}\n")).collect();
    assert_eq!(count(&import(&world, 0, &half).await, "created"), 50);
    let reply = import(&world, 10, &whole).await;
    assert_eq!((count(&reply, "unchanged"), count(&reply, "created")), (50, 70));
    let last = reply.body.as_array().unwrap().iter().position(|line| line["status"] == "created");
    assert_eq!(last, Some(50));
    // Every third was there: batches of mixed lines.
    let mixed: String = (0..200).step_by(3).map(|n| lines(n..n + 1)).collect();
    let reply = import(&world, 20, &mixed).await;
    assert_eq!((count(&reply, "unchanged"), count(&reply, "created")), (40, 27));
    assert_sound(&world, after(30)).await;
}

#[tokio::test]
async fn two_imports_of_one_file_at_once_make_every_account_once() {
    let world = World::new().await;
    let file = lines(0..40);
    let replies = futures_util::future::join_all((0..3).map(|_| import(&world, 0, &file))).await;
    let made: usize = replies.iter().filter(|r| r.status == 200).map(|r| count(r, "created")).sum();
    // Who was told that the store is busy sends the file again.
    assert!(replies.iter().all(|reply| [200, 503].contains(&reply.status)));
    let reply = import(&world, 10, &file).await;
    assert!(made + count(&reply, "created") <= 40, "no account is made twice");
    assert_sound(&world, after(10)).await;
    let accounts = world.cloud.items("accounts").unwrap();
    let imported = accounts.iter().filter(|item| {
        item.pointer("/login/S").and_then(Value::as_str).is_some_and(|login| login.starts_with('p'))
    });
    assert_eq!(imported.count(), 40);
}

#[tokio::test]
async fn a_file_has_five_hundred_lines_and_a_mebibyte() {
    let world = World::new().await;
    let reply = import(&world, 0, &format!("\n{}\n\n", lines(0..500))).await;
    assert_eq!(count(&reply, "created"), 500);
    assert_eq!(reply.body[499]["line"], 501);
    let before = at_rest(&world);
    let reply = import(&world, 0, &lines(400..901)).await;
    assert_eq!((reply.status, reply.code()), (413, "too_many_lines"));
    for (bytes, status) in [(1024 * 1024, 200), (1024 * 1024 + 1, 413)] {
        let line = json!({"login": "p000@example.com"}).to_string();
        let reply = import(&world, 0, &format!("{line}{}", " ".repeat(bytes - line.len()))).await;
        assert_eq!(reply.status, status, "{bytes}");
        assert_eq!(reply.code(), if status == 413 { "body_too_large" } else { "" });
    }
    assert_eq!(at_rest(&world), before);
}

#[tokio::test]
async fn only_lines_are_taken_and_only_from_an_admin() {
    let world = World::new().await;
    let file = lines(0..1);
    let path = "/admin/v1/tenants/demo/accounts/import";
    for (content_type, status) in [
        ("application/x-ndjson", 200),
        ("Application/X-NDJSON; charset=UTF-8", 200),
        ("application/json", 415),
        ("text/csv", 415),
        ("application/x-ndjson; charset=latin1", 415),
        ("", 415),
    ] {
        let mut request = regain_tests::Request::post("", &Value::Null);
        request.path = path.to_owned();
        request.body = file.clone().into_bytes();
        request.headers = vec![("authorization", format!("Bearer {}", world.admin))];
        if !content_type.is_empty() {
            request.headers.push(("content-type", content_type.to_owned()));
        }
        assert_eq!(world.send(after(0), &request).await.status, status, "{content_type}");
    }
    let reply = world.import(after(0), "demo", &world.desk, &file).await;
    assert_eq!((reply.status, reply.code()), (403, "forbidden"));
    assert_eq!(import(&world, 0, "\n\n").await.status, 200);
    let marked = import(&world, 0, "\u{feff}{\"login\":\"b@example.com\"}").await;
    assert_eq!(marked.body[0]["errors"], json!([{"pointer": "", "code": "not_json"}]));
}
