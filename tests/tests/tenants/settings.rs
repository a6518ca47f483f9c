//! Settings as they are read and changed: defaults, merge patch, entity tags, two admins at once.

use futures_util::future::join_all;
use http::Method;
use regain_tests::{Reply, Request, World, after};
use serde_json::{Value, json};

use crate::steps::{DEMO_SETTINGS, NULL, at_rest, faults, outcome, patch, shown};

/// What a tenant has that set nothing, as the contract lists it.
fn defaults(name: &str) -> Value {
    json!({
        "name": name,
        "languages": ["en", "nl"],
        "default_language": "en",
        "frontend": {"link_url": null, "return_urls": [], "allowed_origins": []},
        "sender": {"email": "no-reply@example.com", "name": null, "sms_name": null},
        "sender_domains": ["example.com"],
        "sms_names": [],
        "validity": {
            "link_unclicked_seconds": 172_800,
            "link_clicked_seconds": 900,
            "invite_seconds": 604_800,
            "magic_link_seconds": 900,
            "recovery_seconds": 900,
            "code_seconds": 600,
            "session_seconds": 900,
            "same_link_window_seconds": 0,
        },
        "lockout": {"failures": 5, "lock_seconds": 900},
        "code": {"digits": 6},
        "limits": {
            "per_login_and_address_hour": 5,
            "per_address_hour": 100,
            "mails_per_login_hour": 10,
            "codes_per_account_day": 5,
        },
        "password_policy": {
            "profile": "classic",
            "length_min": 8,
            "length_max": 128,
            "uppercase_min": 1,
            "lowercase_min": 0,
            "digits_min": 1,
            "symbols_min": 0,
            "forbid_last_name": true,
            "forbid_reuse": true,
        },
        "own_password": "always",
        "phone": {"default_region": "NL", "allowed_countries": ["NL"]},
        "captcha": {"request_reset": "never", "start_recovery": "always", "case": "sensitive"},
        "magic_login": {"enabled": true, "takes_lock_off": true},
        "second_step": {"offered": true},
        "providers": {},
        "temporary_passwords_enabled": false,
        "timeline_days": 365,
        "support_contact": null,
        "looks": {"accent": "#1f5fa8", "logo_url": null},
        "time_zone": "Europe/Amsterdam",
    })
}

#[tokio::test]
async fn a_new_tenant_has_the_defaults_of_the_contract_and_can_send_them_back() {
    let world = World::new().await;
    let body = json!({"tenant": "acme", "name": "Acme"});
    let made = world.admin(Method::POST, "tenants", &world.operator, body).await;
    assert_eq!((made.status, &made.body["settings"]), (201, &defaults("Acme")));
    let key = made.text("api_key");
    let read = world.admin(Method::GET, "tenants/acme/settings", key, NULL).await;
    let both = json!({"settings": defaults("Acme"), "effective": defaults("Acme")});
    assert_eq!((read.status, read.header("etag"), &read.body), (200, "\"1\"", &both));
    // What was read can be written: nothing else comes of it.
    let path = "tenants/acme/settings";
    let back = world.admin(Method::PATCH, path, &world.operator, defaults("Acme")).await;
    assert_eq!((back.status, back.header("etag"), &back.body), (200, "\"2\"", &both));
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_null_is_the_default() {
    let world = World::new().await;
    let set = async |body: Value| {
        let reply = patch(&world, after(0), &world.admin, body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.body["settings"], shown(&world).await, "what is said is what is stored");
    };
    let mut expected = shown(&world).await;
    let mut is_now = async |changes: &[(&str, Value)]| {
        for (pointer, value) in changes {
            *expected.pointer_mut(pointer).unwrap() = value.clone();
        }
        assert_eq!(shown(&world).await, expected);
    };
    let urls = json!(["https://a.example/", "https://b.example/"]);
    set(json!({
        "name": "Demo & Co",
        "frontend": {"return_urls": urls},
        "validity": {"session_seconds": 60, "invite_seconds": 300},
        "sender": {"name": "The desk"},
    }))
    .await;
    is_now(&[
        ("/name", json!("Demo & Co")),
        ("/frontend/return_urls", urls),
        ("/validity/session_seconds", json!(60)),
        ("/validity/invite_seconds", json!(300)),
        ("/sender/name", json!("The desk")),
    ])
    .await;
    // A list is replaced, an object merged, a null member back at its default.
    let other = json!(["https://c.example/"]);
    set(json!({"frontend": {"return_urls": other}, "validity": {"session_seconds": null}})).await;
    is_now(&[("/frontend/return_urls", other), ("/validity/session_seconds", json!(900))]).await;
    // So is a whole object.
    set(json!({"frontend": null, "validity": null, "sender": {"name": null}})).await;
    let default = defaults("");
    let (frontend, validity) = (default["frontend"].clone(), default["validity"].clone());
    is_now(&[("/frontend", frontend), ("/validity", validity), ("/sender/name", NULL)]).await;
    set(json!({"support_contact": null})).await;
    is_now(&[("/support_contact", NULL)]).await;
    set(json!({})).await;
    is_now(&[]).await;
}

#[tokio::test]
async fn what_is_no_settings_patch_is_told_apart_from_one_out_of_bounds() {
    let world = World::new().await;
    let before = at_rest(&world);
    let send = async |text: &str| {
        let mut request = Request::admin(Method::PATCH, DEMO_SETTINGS, &world.admin, &json!({}));
        request.body = text.as_bytes().to_vec();
        world.send(after(0), &request).await
    };
    for (body, status, fault) in [
        ("", 400, ("", "not_json")),
        ("{", 400, ("", "not_json")),
        ("[]", 400, ("", "not_an_object")),
        ("null", 400, ("", "not_an_object")),
        (r#"{"colour":"red"}"#, 400, ("/colour", "unknown_field")),
        (r#"{"colour":null}"#, 400, ("/colour", "unknown_field")),
        (r#"{"validity":{"tea_seconds":1}}"#, 400, ("/validity/tea_seconds", "unknown_field")),
        (r#"{"validity":[]}"#, 400, ("/validity", "wrong_type")),
        (r#"{"validity":5}"#, 400, ("/validity", "wrong_type")),
        (r#"{"name":5}"#, 400, ("/name", "wrong_type")),
        (r#"{"name":" "}"#, 400, ("/name", "blank")),
        (r#"{"name":"a\r\nb"}"#, 400, ("/name", "control_character")),
        (r#"{"name":"a","name":"b"}"#, 400, ("/name", "duplicate_key")),
        (r#"{"code":{"digits":6,"digits":7}}"#, 400, ("/code/digits", "duplicate_key")),
        (r#"{"languages":"en"}"#, 400, ("/languages", "wrong_type")),
        (r#"{"languages":["de"]}"#, 400, ("/languages", "not_one_of")),
        (r#"{"languages":["en",null]}"#, 400, ("/languages", "wrong_type")),
        (r#"{"own_password":"never"}"#, 400, ("/own_password", "not_one_of")),
        (
            r#"{"temporary_passwords_enabled":"yes"}"#,
            400,
            ("/temporary_passwords_enabled", "wrong_type"),
        ),
        (
            r#"{"password_policy":{"profile":"none"}}"#,
            400,
            ("/password_policy/profile", "not_one_of"),
        ),
        // These are patches, of which no settings can come.
        (r#"{"name":null}"#, 422, ("/name", "not_a_name")),
        (
            r#"{"default_language":"nl","languages":["en"]}"#,
            422,
            ("/default_language", "not_offered"),
        ),
    ] {
        let reply = send(body).await;
        assert_eq!((reply.status, faults(&reply)), (status, vec![fault]), "{body}");
        let code = if status == 400 { "invalid_request" } else { "settings_invalid" };
        assert_eq!(reply.code(), code, "{body}");
    }
    for (content_type, status) in [
        ("application/merge-patch+json", 200),
        ("application/json; charset=utf-8", 200),
        ("application/json-patch+json", 415),
        ("text/plain", 415),
    ] {
        assert_eq!(at_rest(&world) == before, content_type == "application/merge-patch+json");
        let mut request = Request::admin(Method::PATCH, DEMO_SETTINGS, &world.admin, &json!({}));
        request.headers.retain(|(name, _)| *name != "content-type");
        let request = request.header("content-type", content_type);
        assert_eq!(world.send(after(0), &request).await.status, status, "{content_type}");
    }
}

async fn patch_if(world: &World, tags: &str, body: &Value) -> Reply {
    let request = Request::admin(Method::PATCH, DEMO_SETTINGS, &world.admin, body);
    world.send(after(0), &request.header("if-match", tags)).await
}

#[tokio::test]
async fn a_change_with_if_match_is_made_only_on_what_was_seen() {
    let world = World::new().await;
    let days = |days: u32| json!({"timeline_days": days});
    let before = at_rest(&world);
    // One beyond ASCII cannot be read, but it is there: nothing is changed that nobody has seen.
    let unread = ["\"é\"", "\"1\", \"é\"", "\u{2a}\u{301}", "\"1\u{feff}\""];
    let read = ["\"0\"", "\"2\"", "W/\"1\"", "1", "", "\"\"", "\"1", "\"0\", \"2\"", "\"*\""];
    for seen in read.into_iter().chain(unread) {
        let reply = patch_if(&world, seen, &days(7)).await;
        assert_eq!(outcome(&reply), (412, "precondition_failed"), "{seen}");
        assert_eq!(shown(&world).await["timeline_days"], 365, "{seen}");
    }
    assert_eq!(at_rest(&world), before);
    for (version, seen) in ["\"1\"", "\"9\", \"2\"", "*", "\"4\",\"5\""].into_iter().enumerate() {
        let reply = patch_if(&world, seen, &days(8)).await;
        let next = format!("\"{}\"", version + 2);
        assert_eq!((reply.status, reply.header("etag")), (200, next.as_str()), "{seen}");
    }
    // Without one, on whatever is there; and what was seen before is stale.
    assert_eq!(patch(&world, after(0), &world.admin, days(9)).await.header("etag"), "\"6\"");
    assert_eq!(patch_if(&world, "\"5\"", &days(7)).await.status, 412);
    // What was seen comes first: out of bounds or not, it is not looked at.
    assert_eq!(patch_if(&world, "\"5\"", &days(0)).await.status, 412);
    assert_eq!(shown(&world).await["timeline_days"], 9);
}

#[tokio::test]
async fn of_many_admins_who_saw_the_same_settings_one_changes_them() {
    let world = World::new().await;
    let bodies: Vec<Value> = (1..=20).map(|days| json!({"timeline_days": days})).collect();
    let replies = join_all(bodies.iter().map(|body| patch_if(&world, "\"1\"", body))).await;
    let (done, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!(done.len(), 1);
    assert!(refused.iter().all(|reply| outcome(reply) == (412, "precondition_failed")));
    assert_eq!(done[0].header("etag"), "\"2\"");
    assert_eq!(shown(&world).await, done[0].body["settings"]);
}

#[tokio::test]
async fn admins_who_change_different_settings_at_once_lose_nothing() {
    let world = World::new().await;
    let changes = [
        ("/name", json!("Acme")),
        ("/timeline_days", json!(30)),
        ("/code/digits", json!(8)),
        ("/lockout/failures", json!(9)),
        ("/lockout/lock_seconds", json!(0)),
        ("/limits/per_address_hour", json!(7)),
        ("/limits/mails_per_login_hour", json!(8)),
        ("/phone/default_region", json!("BE")),
        ("/validity/code_seconds", json!(60)),
        ("/validity/session_seconds", json!(61)),
        ("/magic_login/enabled", json!(false)),
        ("/support_contact", json!("desk@example.com")),
    ];
    let mut expected = shown(&world).await;
    // As many at once as one call reads anew for: each of them is made.
    for round in changes.chunks(4) {
        let calls = round.iter().map(|(pointer, value)| {
            patch(&world, after(0), &world.admin, crate::steps::at_pointer(pointer, value.clone()))
        });
        for reply in join_all(calls).await {
            assert_eq!(reply.status, 200, "{reply:?}");
        }
        for (pointer, value) in round {
            *expected.pointer_mut(pointer).unwrap() = value.clone();
        }
        assert_eq!(shown(&world).await, expected);
    }
    // However many: who is told so has changed them, who is told 503 has not.
    let calls = changes.iter().map(|(pointer, _)| {
        patch(&world, after(0), &world.admin, crate::steps::at_pointer(pointer, NULL))
    });
    let calls = calls.take(11).collect::<Vec<_>>();
    let replies = join_all(calls).await;
    let default = defaults("");
    for ((pointer, _), reply) in changes.iter().zip(&replies) {
        match reply.status {
            200 => {
                *expected.pointer_mut(pointer).unwrap() = default.pointer(pointer).unwrap().clone()
            }
            422 => assert_eq!(*pointer, "/name"),
            _ => assert_eq!(outcome(reply), (503, "unavailable"), "{pointer}"),
        }
    }
    assert_eq!(shown(&world).await, expected);
}

#[tokio::test]
async fn what_a_tenant_may_send_from_is_the_operators_to_say() {
    let world = World::new().await;
    let before = at_rest(&world);
    for (body, members) in [
        (json!({"sender_domains": ["bank.example"]}), vec!["/sender_domains"]),
        (json!({"sms_names": ["Bank"]}), vec!["/sms_names"]),
        (json!({"sender_domains": null}), vec!["/sender_domains"]),
        (json!({"timeline_days": 7, "sms_names": []}), vec!["/sms_names"]),
        (json!({"sms_names": [], "sender_domains": []}), vec!["/sender_domains", "/sms_names"]),
        // Out of bounds or not: it is not the admin's to be told.
        (json!({"sender_domains": ["not a domain"]}), vec!["/sender_domains"]),
    ] {
        let reserved: Vec<_> = members.into_iter().map(|name| (name, "operator_only")).collect();
        // The desk changes no setting at all, and is told of none.
        for (key, faulty) in [(&world.admin, reserved), (&world.desk, Vec::new())] {
            let reply = patch(&world, after(0), key, body.clone()).await;
            assert_eq!(outcome(&reply), (403, "forbidden"), "{body}");
            assert_eq!(faults(&reply), faulty, "{body}");
        }
    }
    assert_eq!(at_rest(&world), before);
    let both = json!({"sender_domains": ["bank.example", "example.com"], "sms_names": ["Bank"]});
    let reply = patch(&world, after(0), &world.operator, both.clone()).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    for name in ["sender_domains", "sms_names"] {
        assert_eq!(reply.body["settings"][name], both[name]);
    }
}
