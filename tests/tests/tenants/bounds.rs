//! The bounds of settings: at their edges, all at once, and where a setting would be a weapon.

use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::steps::{at_pointer, at_rest, faults, outcome, patch, shown};

/// Every number that can be set, with the least and the most it may be.
const NUMBERS: [(&str, u32, u32); 22] = [
    ("/validity/link_unclicked_seconds", 300, 2_592_000),
    ("/validity/link_clicked_seconds", 60, 86_400),
    ("/validity/invite_seconds", 300, 2_592_000),
    ("/validity/magic_link_seconds", 60, 86_400),
    ("/validity/recovery_seconds", 60, 3600),
    ("/validity/code_seconds", 60, 600),
    ("/validity/session_seconds", 60, 86_400),
    ("/validity/same_link_window_seconds", 0, 600),
    ("/lockout/failures", 3, 100),
    ("/lockout/lock_seconds", 0, 86_400),
    ("/code/digits", 6, 8),
    ("/limits/per_login_and_address_hour", 1, 10_000),
    ("/limits/per_address_hour", 1, 10_000),
    ("/limits/mails_per_login_hour", 1, 10_000),
    ("/limits/codes_per_account_day", 1, 1000),
    ("/password_policy/length_min", 8, 64),
    ("/password_policy/length_max", 64, 256),
    ("/password_policy/uppercase_min", 0, 8),
    ("/password_policy/lowercase_min", 0, 8),
    ("/password_policy/digits_min", 0, 8),
    ("/password_policy/symbols_min", 0, 8),
    ("/timeline_days", 1, 3650),
];

/// The pointers of all numbers in a document.
fn numbers(within: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Number(_) => vec![within.to_owned()],
        Value::Object(members) => {
            members.iter().flat_map(|(name, v)| numbers(&format!("{within}/{name}"), v)).collect()
        }
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn every_number_holds_at_both_of_its_edges_and_not_beyond() {
    let world = World::new().await;
    let mut there = numbers("", &shown(&world).await);
    let mut known = NUMBERS.map(|(pointer, ..)| pointer.to_owned());
    there.sort();
    known.sort();
    assert_eq!(there, known, "every number has a row here");
    for profile in ["classic", "nist-800-63b-4", "custom"] {
        let policy = json!({"password_policy": {"profile": profile}});
        assert_eq!(patch(&world, after(0), &world.admin, policy).await.status, 200);
        for (pointer, min, max) in NUMBERS {
            for fine in [min, max] {
                let body = at_pointer(pointer, fine.into());
                let reply = patch(&world, after(0), &world.admin, body).await;
                assert_eq!(reply.status, 200, "{pointer} {fine}: {reply:?}");
                assert_eq!(reply.body["settings"].pointer(pointer), Some(&json!(fine)));
            }
            let fault = json!([
                {"pointer": pointer, "code": "out_of_bounds", "min": min, "max": max},
            ]);
            for beyond in [i64::from(min) - 1, i64::from(max) + 1, i64::MIN, i64::MAX] {
                let body = at_pointer(pointer, beyond.into());
                let reply = patch(&world, after(0), &world.admin, body).await;
                assert_eq!(outcome(&reply), (422, "settings_invalid"), "{pointer} {beyond}");
                assert_eq!(reply.body["errors"], fault, "{pointer} {beyond}");
                assert_eq!(shown(&world).await.pointer(pointer), Some(&json!(max)));
            }
            for no_number in [json!(1.5), json!("8"), json!([8]), json!(true)] {
                let body = at_pointer(pointer, no_number.clone());
                let reply = patch(&world, after(0), &world.admin, body).await;
                assert_eq!(outcome(&reply), (400, "invalid_request"), "{pointer} {no_number}");
                assert_eq!(faults(&reply), [(pointer, "wrong_type")], "{no_number}");
            }
        }
        let none = at_pointer("/password_policy", json!(null));
        assert_eq!(patch(&world, after(0), &world.admin, none).await.status, 200);
    }
}

#[tokio::test]
async fn everything_out_of_bounds_is_named_at_once_and_nothing_is_changed() {
    let world = World::new().await;
    let before = at_rest(&world);
    let body = json!({
        "name": "x".repeat(101),
        "languages": [],
        "frontend": {
            "link_url": "https://app.example/reset",
            "return_urls": ["https://app.example/", "ftp://app.example/"],
            "allowed_origins": ["https://app.example/"],
        },
        "sender": {"email": "nobody", "name": "x".repeat(101), "sms_name": "Demo"},
        "sender_domains": ["Example.com"],
        "sms_names": ["31612345678"],
        "validity": {"link_unclicked_seconds": 299, "code_seconds": 601},
        "lockout": {"failures": 2},
        "code": {"digits": 9},
        "limits": {"codes_per_account_day": 1001},
        "password_policy": {"length_min": 7, "length_max": 63},
        "own_password": "with_second_step",
        "second_step": {"offered": false},
        "phone": {"default_region": "nl", "allowed_countries": ["NL", "N1"]},
        "captcha": {"start_recovery": "never"},
        "timeline_days": 0,
        "support_contact": "x".repeat(101),
        "looks": {"accent": "#ffff00", "logo_url": "https://app.example/logo.png"},
        "time_zone": "Europe/Utrecht",
    });
    let reply = patch(&world, after(0), &world.operator, body).await;
    assert_eq!(outcome(&reply), (422, "settings_invalid"), "{reply:?}");
    let number = |pointer: &str, min: u32, max: u32| json!({"pointer": pointer, "code": "out_of_bounds", "min": min, "max": max});
    let shape = |pointer: &str, code: &str| json!({"pointer": pointer, "code": code});
    let expected = json!([
        number("/validity/link_unclicked_seconds", 300, 2_592_000),
        number("/validity/code_seconds", 60, 600),
        number("/lockout/failures", 3, 100),
        number("/code/digits", 6, 8),
        number("/limits/codes_per_account_day", 1, 1000),
        number("/password_policy/length_min", 8, 64),
        number("/password_policy/length_max", 64, 256),
        number("/timeline_days", 1, 3650),
        shape("/name", "not_a_name"),
        shape("/languages", "empty"),
        shape("/default_language", "not_offered"),
        shape("/sender/email", "not_an_address"),
        shape("/sender/name", "not_a_name"),
        shape("/sender/sms_name", "not_allowed"),
        shape("/sender_domains", "not_a_domain"),
        shape("/sms_names", "not_an_sms_name"),
        shape("/support_contact", "not_a_name"),
        shape("/frontend/link_url", "not_a_link_url"),
        shape("/frontend/return_urls", "not_a_return_url"),
        shape("/frontend/allowed_origins", "not_an_origin"),
        shape("/phone/default_region", "not_a_country"),
        shape("/phone/allowed_countries", "not_a_country"),
        shape("/captcha/start_recovery", "not_allowed"),
        shape("/own_password", "second_step_missing"),
        shape("/time_zone", "not_a_time_zone"),
        json!({"pointer": "/looks/accent", "code": "contrast_too_low", "min": 4.5}),
        shape("/looks/logo_url", "not_a_logo"),
    ]);
    assert_eq!(reply.body["errors"], expected);
    assert_eq!(at_rest(&world), before);
}

#[tokio::test]
async fn who_chooses_a_password_is_said_in_words_that_can_be_kept() {
    let world = World::new().await;
    let set = async |word: &str| {
        let reply = patch(&world, after(0), &world.admin, json!({"own_password": word})).await;
        let faults = faults(&reply).into_iter().map(|(_, code)| code.to_owned());
        (reply.status, faults.collect::<Vec<_>>())
    };
    for word in ["with_ending", "generated", "with_second_step", "always"] {
        assert_eq!(set(word).await, (200, vec![]), "{word}");
        assert_eq!(shown(&world).await["own_password"], word);
    }
    // Nobody could have a second step, so nobody could choose.
    let not_offered = json!({"second_step": {"offered": false}});
    assert_eq!(patch(&world, after(0), &world.admin, not_offered).await.status, 200);
    assert_eq!(set("with_second_step").await, (422, vec!["second_step_missing".to_owned()]));
    assert_eq!(shown(&world).await["own_password"], "always");
}

#[tokio::test]
async fn lists_have_an_end() {
    let world = World::new().await;
    let urls = |count: usize| json!(vec!["https://app.example"; count]);
    let words = |text: &str, count: usize| json!(vec![text; count]);
    for (pointer, fine, too_many) in [
        ("/frontend/return_urls", urls(50), urls(51)),
        ("/frontend/allowed_origins", urls(50), urls(51)),
        ("/sender_domains", words("example.com", 50), words("example.com", 51)),
        ("/sms_names", words("Demo", 50), words("Demo", 51)),
        ("/phone/allowed_countries", words("NL", 249), words("NL", 250)),
        ("/languages", words("en", 2), words("en", 3)),
    ] {
        let reply = patch(&world, after(0), &world.operator, at_pointer(pointer, fine)).await;
        assert_eq!(reply.status, 200, "{pointer}: {reply:?}");
        let reply = patch(&world, after(0), &world.operator, at_pointer(pointer, too_many)).await;
        assert_eq!((reply.status, faults(&reply)), (422, vec![(pointer, "too_many")]));
    }
    // What fits in no body at all says so, and is not stored in part.
    let many = words("https://a.example/0123456789", 501);
    let reply = patch(&world, after(0), &world.admin, at_pointer("/frontend/return_urls", many));
    let reply = reply.await;
    assert!([400, 413].contains(&reply.status), "{reply:?}");
}

#[tokio::test]
async fn a_tenant_sends_from_its_own_domains_only() {
    let world = World::new().await;
    let email = |email: &str| at_pointer("/sender/email", email.into());
    for (from, status, code) in [
        ("help@example.com", 200, ""),
        ("Help@example.com", 200, ""),
        ("ceo@bank.example", 422, "not_allowed"),
        ("x@sub.example.com", 422, "not_allowed"),
        ("x@example.com.evil.example", 422, "not_allowed"),
        ("x@evilexample.com", 422, "not_allowed"),
        ("x@evil.example@example.com", 422, "not_an_address"),
        ("\"x@evil.example\"@example.com", 422, "not_an_address"),
        ("Bank <x@example.com>", 422, "not_an_address"),
        ("x@evil.example,y@example.com", 422, "not_an_address"),
        ("=?utf-8?q?x?=@example.com", 422, "not_an_address"),
        (" x@example.com", 422, "not_an_address"),
        ("x@example.com ", 422, "not_an_address"),
        ("@example.com", 422, "not_an_address"),
        ("x@example.com\r\nBcc: y@evil.example", 400, "control_character"),
        ("x@example.com\u{0}", 400, "control_character"),
    ] {
        let reply = patch(&world, after(0), &world.admin, email(from)).await;
        let expected = [("/sender/email", code)];
        let expected = if status == 200 { &[][..] } else { &expected };
        assert_eq!((reply.status, &faults(&reply)[..]), (status, expected), "{from:?}");
    }
    assert_eq!(shown(&world).await["sender"]["email"], "Help@example.com");

    // The operator gives a domain, the admin uses it, and it cannot be taken while it is used.
    let own = json!({"sender_domains": ["acme.example", "example.com"]});
    assert_eq!(patch(&world, after(0), &world.operator, own).await.status, 200);
    assert_eq!(patch(&world, after(0), &world.admin, email("x@acme.example")).await.status, 200);
    let taken = json!({"sender_domains": ["example.com"]});
    let reply = patch(&world, after(0), &world.operator, taken).await;
    assert_eq!((reply.status, faults(&reply)), (422, vec![("/sender/email", "not_allowed")]));
}

#[tokio::test]
async fn a_tenant_texts_under_its_own_names_only() {
    let world = World::new().await;
    let named = |name: &str| at_pointer("/sender/sms_name", name.into());
    let reply = patch(&world, after(0), &world.admin, named("Bank")).await;
    assert_eq!((reply.status, faults(&reply)), (422, vec![("/sender/sms_name", "not_allowed")]));
    for (name, status) in [
        ("Demo2", 200),
        ("D", 200),
        ("D1234567890", 200),
        ("12345", 422),
        ("De mo", 422),
        ("D-mo", 422),
        ("Démo", 422),
        ("D12345678901", 400),
    ] {
        let names = json!({"sms_names": [name]});
        let reply = patch(&world, after(0), &world.operator, names).await;
        assert_eq!(reply.status, status, "{name}: {reply:?}");
    }
    let names = json!({"sms_names": ["Demo"]});
    assert_eq!(patch(&world, after(0), &world.operator, names).await.status, 200);
    assert_eq!(patch(&world, after(0), &world.admin, named("Demo")).await.status, 200);
    let other_case = patch(&world, after(0), &world.admin, named("DEMO")).await;
    assert_eq!(other_case.status, 422);
}

/// URLs that no setting takes, whichever it is.
const WEAPONS: [&str; 14] = [
    "http://app.example/TOKEN",
    "http://127.0.0.1.evil.example/TOKEN",
    "http://169.254.169.254/TOKEN",
    "https://user@app.example/TOKEN",
    "https://user:password@app.example/TOKEN",
    "https://example.com@evil.example/TOKEN",
    "javascript:alert(1)//TOKEN",
    "data:text/html,TOKEN",
    "//evil.example/TOKEN",
    "/TOKEN",
    "ftp://app.example/TOKEN",
    "https:///TOKEN",
    " https://app.example/TOKEN",
    "https://app.example/ TOKEN",
];

const LINK: &str = "/frontend/link_url";
const BACK: &str = "/frontend/return_urls";
const ORIGINS: &str = "/frontend/allowed_origins";

/// What one of them does not take besides, and what it says then.
const REFUSED: [(&str, &str, &[&str]); 3] = [
    (
        LINK,
        "not_a_link_url",
        &[
            "https://app.example/",
            "https://app.example/{token}/{token}",
            "https://{token}.example/",
            "https://{token}@app.example/",
            "https://app.example{token}",
            "https://app.example:{token}/",
            "{token}",
        ],
    ),
    (
        BACK,
        "not_a_return_url",
        &[
            "https://app.example/#done",
            "https:app.example/",
            "HTTPS://app.example/",
            "https://app.example\\@evil.example/",
        ],
    ),
    (
        ORIGINS,
        "not_an_origin",
        &[
            "*",
            "null",
            "https://*.example",
            "https://app.example/",
            "https://app.example/path",
            "https://app.example:443",
            "https://APP.example",
            "https://app.example?x",
            "app.example",
        ],
    ),
];

#[tokio::test]
async fn no_url_of_a_tenant_leads_anywhere_but_where_it_says() {
    let world = World::new().await;
    let set = async |pointer: &str, value: Value| {
        let reply = patch(&world, after(0), &world.admin, at_pointer(pointer, value)).await;
        let codes = faults(&reply).into_iter().map(|(at, code)| {
            assert_eq!(at, pointer);
            code.to_owned()
        });
        (reply.status, codes.collect::<Vec<_>>().join(","))
    };
    let refused = |code: &str| (422, code.to_owned());
    for weapon in WEAPONS {
        let url = |end: &str| weapon.replace("TOKEN", end);
        let text = url("{token}");
        assert_eq!(set(LINK, json!(text)).await, refused("not_a_link_url"), "{text:?}");
        let text = url("done");
        assert_eq!(set(BACK, json!([text])).await, refused("not_a_return_url"), "{text:?}");
        let text = url("");
        let text = text.strip_suffix('/').unwrap_or(&text);
        if !text.is_empty() {
            assert_eq!(set(ORIGINS, json!([text])).await, refused("not_an_origin"), "{text:?}");
        }
    }
    for (pointer, code, texts) in REFUSED {
        for text in texts {
            let value = if pointer == LINK { json!(text) } else { json!([text]) };
            assert_eq!(set(pointer, value).await, refused(code), "{text}");
            let bent = json!(format!("{text}\r\nSet-Cookie: a=b"));
            let bent = if pointer == LINK { bent } else { json!([bent]) };
            assert_eq!(set(pointer, bent).await, (400, "control_character".to_owned()), "{text}");
        }
    }
    for (pointer, value) in [
        (LINK, json!("https://app.example/#/reset/{token}")),
        (LINK, json!("https://app.example/reset?token={token}&x=1")),
        (LINK, json!("http://localhost:3000/{token}")),
        (BACK, json!(["https://app.example/done?x=1", "http://127.0.0.1:3000/", "http://[::1]/"])),
        (ORIGINS, json!(["https://app.example", "http://localhost:3000"])),
    ] {
        assert_eq!(set(pointer, value.clone()).await, (200, String::new()), "{value}");
    }
}
