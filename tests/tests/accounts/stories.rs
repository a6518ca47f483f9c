//! What the desk finds under a support code, and on a timeline.

use http::Method;
use regain_tests::{Reply, Request, World, after, plain};
use serde_json::{Value, json};

use crate::{MO, MO_ID, MOVED, NEW, OLD, on_mo, path};

/// What the desk finds under a code.
async fn story(world: &World, code: &str) -> Reply {
    let path = format!("tenants/demo/support/{code}");
    world.admin_at(after(5000), Method::GET, &path, &world.desk, Value::Null).await
}

/// The support code that stands in the newest mail to an address: the only seven characters that
/// lead to a story.
async fn code_in_mail(world: &World, login: &str) -> String {
    let text = world.newest_mail(login).text;
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    for word in words.filter(|word| word.len() == 7) {
        if story(world, word).await.status == 200 {
            return word.to_owned();
        }
    }
    panic!("no code in {text}");
}

/// A story in short: outcome, cause, account, events.
fn short(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{reply:?}");
    let events: Vec<&Value> =
        reply.body["events"].as_array().unwrap().iter().map(|event| &event["event"]).collect();
    json!([reply.body["outcome"], reply.body["cause"], reply.body["account_id"], events])
}

async fn sign_in(world: &World, seconds: i64, login: &str, password: &str) -> Reply {
    world.post(after(seconds), "sign-in", json!({"login": login, "password": password})).await
}

#[tokio::test]
async fn every_code_on_an_answer_leads_to_its_story() {
    let world = World::with(|settings| settings.temporary_passwords_enabled = true).await;
    let known = world.request(after(0), MO).await;
    let unknown = world.request(after(1), "nobody@example.com").await;
    let blocked = world.request(after(2), "bo@example.com").await;
    let failed = sign_in(&world, 3, MO, "Wrong-1234").await;
    let nobody = sign_in(&world, 4, "nobody@example.com", OLD).await;
    let refused = sign_in(&world, 5, "bo@example.com", "Klompen99").await;
    let send = path("id-of-new", "/send-link");
    let invite = json!({"kind": "invite"});
    let sent = world.admin_at(after(6), Method::POST, &send, &world.desk, invite).await;
    world.deliver(after(10)).await;
    let temporary = path("id-of-ann", "/temporary-password");
    let made = world.admin_at(after(11), Method::POST, &temporary, &world.admin, Value::Null).await;
    let must_change = sign_in(&world, 12, "ann@example.com", made.text("password")).await;
    for (reply, expected) in [
        (known, json!(["link_issued", null, MO_ID, ["link_issued", "link_sent"]])),
        (unknown, json!(["no_such_account", null, null, []])),
        (
            blocked,
            json!([
                "request_refused",
                "payment_overdue",
                "id-of-bo",
                ["request_refused", "notice_sent"]
            ]),
        ),
        (failed, json!(["sign_in_failed", null, MO_ID, ["sign_in_failed"]])),
        (nobody, json!(["no_such_account", null, null, []])),
        (refused, json!(["sign_in_refused", "payment_overdue", "id-of-bo", ["sign_in_refused"]])),
        (sent, json!(["link_issued", null, "id-of-new", ["link_issued", "link_sent"]])),
        (
            must_change,
            json!(["sign_in_refused", "password_must_change", "id-of-ann", ["sign_in_refused"]]),
        ),
    ] {
        let code = reply.text("support_code");
        assert_eq!(code.len(), 7, "{reply:?}");
        let found = story(&world, code).await;
        assert_eq!(short(&found), expected);
        assert_eq!(found.text("support_code"), code);
    }
}

#[tokio::test]
async fn every_code_in_a_mail_leads_to_its_story() {
    let world = World::with(|settings| settings.temporary_passwords_enabled = true).await;
    let token = world.reset_token(after(0), MO).await;
    let of_link = code_in_mail(&world, MO).await;
    let grant = world.grant(after(10), &token).await;
    assert_eq!(world.set(after(20), &grant, NEW).await.status, 200);
    world.deliver(after(30)).await;
    assert_eq!(code_in_mail(&world, MO).await, of_link, "one recovery, one code");
    let events = ["link_issued", "link_sent", "link_clicked", "password_changed", "notice_sent"];
    let whole = json!(["link_issued", null, MO_ID, events]);
    assert_eq!(short(&story(&world, &of_link).await), whole);

    let steps = [
        ("", Method::PATCH, json!({"phone": "0687654321"}), "account_changed", json!("phone"), 1),
        (
            "/temporary-password",
            Method::POST,
            Value::Null,
            "temporary_password_set",
            Value::Null,
            1,
        ),
        ("", Method::PATCH, json!({"login": MOVED}), "account_changed", json!("login"), 2),
    ];
    for (at, (end, method, body, event, cause, mails)) in steps.into_iter().enumerate() {
        let seconds = 100 + 10 * i64::try_from(at).unwrap();
        let login = if cause == "login" { MOVED } else { MO };
        assert_eq!(on_mo(&world, after(seconds), method, end, body).await.status, 200);
        world.deliver(after(seconds + 5)).await;
        let code = code_in_mail(&world, login).await;
        let found = story(&world, &code).await;
        let notices = vec!["notice_sent"; mails];
        let events: Vec<&str> = [event].into_iter().chain(notices).collect();
        assert_eq!(short(&found), json!([event, cause, MO_ID, events]));
        assert_eq!(found.body["events"][0]["actor"], "key");
        assert_eq!(found.body["events"][0]["key_id"].as_str().unwrap().len(), 16);
        if mails == 2 {
            assert_eq!(code_in_mail(&world, MO).await, code, "both addresses have it");
        }
    }
}

#[tokio::test]
async fn a_code_is_read_as_people_type_it_and_found_at_its_tenant_only() {
    let world = World::new().await;
    let reply = world.request(after(0), MO).await;
    world.deliver(after(0)).await;
    let code = reply.text("support_code");
    let typed = [
        code.to_lowercase(),
        code.replace('0', "O").replace('1', "l"),
        code.replace('0', "o").replace('1', "I"),
    ];
    for typed in typed {
        assert_eq!(story(&world, &typed).await.text("support_code"), code, "{typed}");
    }
    for unknown in ["0000000", "", "x", "ABCDEFGH", "UUUUUUU", "%00", &"1".repeat(500)] {
        let reply = story(&world, unknown).await;
        assert_eq!((reply.status, reply.code()), (404, "support_code_unknown"), "{unknown}");
    }
    let other = regain_domain::TenantId::parse("other").unwrap();
    let settings =
        regain_domain::Settings { name: "Other".to_owned(), ..regain_domain::Settings::default() };
    let key = world.create_tenant(&other, &settings).await;
    for (path, key, problem) in [
        (format!("tenants/other/support/{code}"), &key, "support_code_unknown"),
        (format!("tenants/demo/support/{code}"), &key, "tenant_unknown"),
        (format!("tenants/other/accounts/{MO_ID}/timeline"), &key, "account_unknown"),
        (format!("tenants/other/accounts/{MO_ID}"), &world.operator, "account_unknown"),
    ] {
        let reply = world.admin(Method::GET, &path, key, Value::Null).await;
        assert_eq!((reply.status, reply.code()), (404, problem), "{path}");
    }
}

#[tokio::test]
async fn the_pages_of_a_timeline_hold_every_event_once_newest_first() {
    let world = World::new().await;
    let token = world.reset_token(after(10), MO).await;
    let grant = world.grant(after(20), &token).await;
    world.set(after(30), &grant, NEW).await;
    world.deliver(after(40)).await;
    sign_in(&world, 50, MO, NEW).await;
    on_mo(&world, after(60), Method::POST, "/block", json!({"reason": "cancelled"})).await;
    sign_in(&world, 70, MO, NEW).await;
    on_mo(&world, after(80), Method::POST, "/unblock", Value::Null).await;
    on_mo(&world, after(90), Method::PATCH, "", json!({"last_name": "Post"})).await;

    let (mut entries, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let end = format!("/timeline{query}");
        let page = on_mo(&world, after(100), Method::GET, &end, Value::Null).await;
        let found = page.body["events"].as_array().unwrap();
        assert!(found.len() <= 2);
        entries.extend(found.clone());
        match page.text("cursor") {
            "" => break,
            cursor => query = format!("?limit=2&cursor={cursor}"),
        }
    }
    let told: Vec<Value> =
        entries.iter().map(|e| json!([e["event"], e["actor"], e["cause"]])).collect();
    let expected = [
        json!(["account_changed", "key", "last_name"]),
        json!(["account_unblocked", "key", "cancelled"]),
        json!(["sign_in_refused", "caller", "cancelled"]),
        json!(["account_blocked", "key", "cancelled"]),
        json!(["signed_in", "caller", null]),
        json!(["notice_sent", "system", null]),
        json!(["password_changed", "caller", "reset"]),
        json!(["link_clicked", "caller", null]),
        json!(["link_sent", "system", null]),
        json!(["link_issued", "caller", null]),
        json!(["account_created", "system", null]),
    ];
    assert_eq!(told, expected);
    let whole = on_mo(&world, after(100), Method::GET, "/timeline?limit=100", Value::Null).await;
    assert_eq!(whole.body["events"], json!(entries));
    let mut moments: Vec<&str> = entries.iter().map(|e| e["at"].as_str().unwrap()).collect();
    moments.dedup();
    assert!(moments.is_sorted_by(|a, b| a > b), "{moments:?}");
    for entry in &entries {
        let by = entry["actor"].as_str().unwrap();
        assert_eq!(entry["key_id"].is_string(), by == "key", "{entry}");
        assert_eq!(entry["source"].is_string(), by != "system", "{entry}");
        assert!(!entry.to_string().contains("192.0.2"), "{entry}");
        assert_eq!(entry["support_code"].is_string(), entry["event"] != "account_created");
    }
}

#[tokio::test]
async fn a_key_is_told_from_another_and_a_source_from_another() {
    let world = World::new().await;
    for (seconds, key, source) in [
        (10, &world.admin, [192, 0, 2, 1]),
        (20, &world.operator, [192, 0, 2, 1]),
        (30, &world.admin, [192, 0, 2, 2]),
    ] {
        let body = json!({"first_name": seconds.to_string()});
        let mut request = Request::admin(Method::PATCH, &path(MO_ID, ""), key, &body);
        request.source_ip = Some(source.into());
        assert_eq!(world.send(after(seconds), &request).await.status, 200);
    }
    let reply = on_mo(&world, after(40), Method::GET, "/timeline?limit=3", Value::Null).await;
    let of = |at: usize, name: &str| reply.body["events"][at][name].as_str().unwrap().to_owned();
    assert_eq!(of(0, "key_id"), of(2, "key_id"));
    assert_ne!(of(0, "key_id"), of(1, "key_id"));
    assert_eq!(of(1, "source"), of(2, "source"));
    assert_ne!(of(0, "source"), of(1, "source"));
}

#[tokio::test]
async fn a_timeline_is_kept_as_long_as_the_tenant_says_and_a_story_for_ninety_days() {
    for days in [1, 365, 3650] {
        let world = World::with(|settings| settings.timeline_days = days).await;
        let reply = world.request(after(0), MO).await;
        world.deliver(after(0)).await;
        on_mo(&world, after(0), Method::PATCH, "", json!({"first_name": "M"})).await;
        let begun = after(0).as_second();
        let day = 24 * 60 * 60;
        for item in world.cloud.items("timeline").unwrap().iter().map(plain) {
            let (pk, ttl) = (item["pk"].as_str().unwrap(), item["ttl"].as_i64().unwrap());
            let expected = match item["event"].as_str() {
                None => begun + 90 * day,
                // By the harness.
                Some("account_created") => continue,
                Some(_) => begun + i64::from(days) * day,
            };
            assert_eq!(ttl, expected, "{pk}");
        }
        assert_eq!(story(&world, reply.text("support_code")).await.status, 200);
    }
}
