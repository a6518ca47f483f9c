//! Making and finding accounts.

use http::Method;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{ANN, MO, assert_sound, at_rest, created, found, path};

const ACCOUNTS: &str = "tenants/demo/accounts";

async fn create(world: &World, body: Value) -> Reply {
    world.admin(Method::POST, ACCOUNTS, &world.admin, body).await
}

async fn list(world: &World, query: &str) -> Reply {
    let path = format!("{ACCOUNTS}{query}");
    world.admin(Method::GET, &path, &world.desk, Value::Null).await
}

#[tokio::test]
async fn an_account_has_what_was_given_and_nothing_else() {
    let world = World::new().await;
    let least = created(&world, after(0), json!({"login": "Pia@Example.COM"})).await;
    let account_id = least["account_id"].as_str().unwrap();
    assert_eq!((account_id.len(), &account_id[14..15]), (36, "7"), "a UUID v7");
    let expected = json!({
        "account_id": account_id, "login": "pia@example.com", "first_name": null,
        "last_name": null, "language": null, "blocked": null, "reported_at": null,
        "created_at": after(0), "password": "none", "links": [],
        "providers": [],
    });
    assert_eq!(least, expected);
    let most = json!({
        "login": "piet@example.com", "first_name": "Piet", "last_name": "Post",
        "phone": "06 - 1234 5678", "language": "nl", "password": "Rotonde64",
    });
    let most = created(&world, after(1), most).await;
    for (name, value) in [
        ("first_name", json!("Piet")),
        ("last_name", json!("Post")),
        ("phone", json!("+31612345678")),
        ("language", json!("nl")),
        ("password", json!("set")),
        ("password_set_at", json!(after(1))),
    ] {
        assert_eq!(most[name], value, "{name}");
    }
    for (login, shown) in [("pia@example.com", &least), ("piet@example.com", &most)] {
        assert_eq!(&found(&world, login).await[0], shown);
        let by_id = path(shown["account_id"].as_str().unwrap(), "");
        let by_id = world.admin(Method::GET, &by_id, &world.desk, Value::Null).await;
        assert_eq!(&by_id.body, shown);
        assert_eq!(world.events(login).await, ["account_created"]);
    }
    assert_eq!(world.sign_in(after(2), "piet@example.com", "Rotonde64").await.0, 200);
    assert_eq!(world.sign_in(after(2), "pia@example.com", "Rotonde64").await.0, 401);
    world.deliver(after(3)).await;
    assert!(world.cloud.messages(None).is_empty(), "nobody is mailed");
    assert_sound(&world, after(3)).await;
}

#[tokio::test]
async fn no_answer_holds_what_only_the_store_should_know() {
    let world = World::new().await;
    let hash = "$2b$04$wyo/mGH354sUAfmeOWr6FuQWoxQjdl9rKSoqoq8bznixPqgImvU9i";
    let mut replies = vec![
        create(&world, json!({"login": "a@example.com", "password_hash": hash})).await,
        create(&world, json!({"login": "b@example.com", "password": "Rotonde64"})).await,
        world.admin(Method::GET, &path("id-of-mo", ""), &world.admin, Value::Null).await,
        list(&world, "").await,
        list(&world, "?login=a@example.com").await,
        list(&world, "?login=mo@example.com").await,
    ];
    let names = json!({"first_name": "M"});
    replies.push(world.admin(Method::PATCH, &path("id-of-mo", ""), &world.admin, names).await);
    let timeline = path("id-of-mo", "/timeline");
    replies.push(world.admin(Method::GET, &timeline, &world.admin, Value::Null).await);
    for reply in replies {
        assert!(reply.status < 300, "{reply:?}");
        for text in ["$2b$", "$argon2", "Rotonde64", "history", "salt", "epoch", "slots", "phc"] {
            assert!(!reply.body.to_string().contains(text), "{text}: {:?}", reply.body);
            assert!(!reply.log.to_string().contains(text), "{text}: {:?}", reply.log);
        }
    }
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_nothing_is_made() {
    let world = World::new().await;
    list(&world, "").await;
    create(&world, json!({})).await;
    let before = at_rest(&world);
    let hash = "$2b$04$wyo/mGH354sUAfmeOWr6FuQWoxQjdl9rKSoqoq8bznixPqgImvU9i";
    for (members, errors) in [
        (json!({"login": "x"}), vec![("/login", "not_an_address")]),
        (json!({"login": "a@x.nl\r\nBcc: b@x.nl"}), vec![("/login", "control_character")]),
        (json!({"phone": "0900 1234"}), vec![("/phone", "not_a_phone_number")]),
        (json!({"phone": "+999 123456789"}), vec![("/phone", "not_a_phone_number")]),
        (
            json!({"first_name": "\u{7}", "last_name": "x".repeat(201)}),
            vec![("/first_name", "control_character"), ("/last_name", "too_long")],
        ),
        (
            json!({"password": "Rotonde64", "password_hash": hash}),
            vec![("/password_hash", "not_together")],
        ),
        (json!({"password_hash": "plaintext"}), vec![("/password_hash", "unknown_hash")]),
        (
            json!({"password_hash": "$argon2id$v=19$m=65537,t=4,p=4$c2FsdHNhbHRzYWx0c2FsdA$0I4mfrpTY/+Qdh0kIV2dhQNq+VBbONEbtK5frW1fEuw"}),
            vec![("/password_hash", "hash_too_costly")],
        ),
        (json!({"password_hash": "x".repeat(513)}), vec![("/password_hash", "too_long")]),
        (json!({"account_id": "mine"}), vec![("/account_id", "unknown_field")]),
        (json!({"epoch": 7}), vec![("/epoch", "unknown_field")]),
        (json!({"first_name": null}), vec![("/first_name", "wrong_type")]),
    ] {
        let mut body = json!({"login": "pia@example.com"});
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let reply = create(&world, body).await;
        assert_eq!((reply.status, reply.code()), (400, "invalid_request"), "{members}");
        let errors: Vec<Value> = errors
            .iter()
            .map(|(pointer, code)| json!({"pointer": pointer, "code": code}))
            .collect();
        assert_eq!(reply.body["errors"], json!(errors), "{members}");
    }
    for (password, violations) in [
        (
            "weak",
            json!([
                {"code": "too_short", "min": 8}, {"code": "needs_uppercase", "min": 1},
                {"code": "needs_digit", "min": 1},
            ]),
        ),
        ("xxPOST2026", json!([{"code": "contains_last_name"}])),
        ("Password123", json!([{"code": "common"}])),
    ] {
        let body = json!({"login": "pia@example.com", "last_name": "Post", "password": password});
        let reply = create(&world, body).await;
        assert_eq!((reply.status, reply.code()), (422, "password_rejected"), "{password}");
        assert_eq!(reply.body["violations"], violations, "{password}");
    }
    let long = json!({"login": "pia@example.com", "password": "Aa1".repeat(400)});
    assert_eq!(create(&world, long).await.body["violations"][0]["code"], "too_long");
    for login in [MO, "MO@Example.COM", ANN] {
        let reply = create(&world, json!({"login": login, "password": "Rotonde64"})).await;
        assert_eq!((reply.status, reply.code()), (409, "account_exists"), "{login}");
    }
    assert_eq!(at_rest(&world), before);
}

#[tokio::test]
async fn a_number_without_a_country_is_of_the_tenants_region() {
    let world = World::with(|settings| settings.phone.default_region = "DE".to_owned()).await;
    for (login, typed, kept) in [
        ("a@example.com", "0151 23456789", "+4915123456789"),
        ("b@example.com", "0031 6 12345678", "+31612345678"),
        ("c@example.com", "+31 (0)6 12345678", "+31612345678"),
    ] {
        let made = created(&world, after(0), json!({"login": login, "phone": typed})).await;
        assert_eq!(made["phone"], kept, "{typed}");
    }
}

/// Of "Zeilboot7", made by other software.
const HASHES: [&str; 9] = [
    "$argon2id$v=16$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$mKJM2mkgvKfi+zOMNObdIWraXikD/PGIokLfBdHbx9M",
    "$argon2i$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$2mjTjzgK4W8JxQobWFexhp3oiOPe7SeZDK6LM6bTNpY",
    "$2a$04$ZFjC.HtDGGk1295BkE42Bu8F2SS3IKbgcvAo9XF9NThZmQMOcRThy",
    "$2y$04$wyo/mGH354sUAfmeOWr6FuQWoxQjdl9rKSoqoq8bznixPqgImvU9i",
    "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$0I4mfrpTY/+Qdh0kIV2dhQNq+VBbONEbtK5frW1fEuw",
    "$pbkdf2-sha256$i=1000,l=32$c2FsdHNhbHRzYWx0c2FsdA$5hSrtZFFOIt8P4Y/bGCuhXcUllUsbUp4TARITuZVA4M",
    "$pbkdf2-sha512$1000$ec.51xrjvNeak/L./1.LMQ$a8mY2EAEmwePINV9CdRfm4H/O3GyXg9CFmjGV5HR19WHCkmX9aRSW6gTMnJTk1BabZeGUdHzUlRS/fAB5k3UjA",
    "$scrypt$ln=4,r=8,p=1$1XoPIWQspTQmpLR2rtXamw$OAwwYJay6i+0pj9jfjUMYokGNLXdfokbZFgEc5QE5eE",
    "pbkdf2_sha256$1000$seasalt2$jRx0EPunFoI0weWYTq1ecjWtzLZX59nEnOUWProZJFs=",
];

#[tokio::test]
async fn a_hash_from_elsewhere_signs_in_and_is_ours_from_then_on() {
    let world = World::new().await;
    for (at, hash) in HASHES.iter().enumerate() {
        let login = format!("h{at}@example.com");
        created(&world, after(0), json!({"login": login, "password_hash": hash})).await;
        let imported = world.account(&login).await.password_phc;
        assert_eq!(world.sign_in(after(1), &login, "Zeilboot8").await.0, 401, "{hash}");
        assert_eq!(
            world.account(&login).await.password_phc,
            imported,
            "a wrong one changes nothing"
        );
        assert_eq!(world.sign_in(after(2), &login, "Zeilboot7").await.0, 200, "{hash}");
        let ours = world.account(&login).await.password_phc.unwrap();
        assert!(ours.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{ours}");
        assert_eq!(world.sign_in(after(3), &login, "Zeilboot7").await.0, 200, "{hash}");
        assert_eq!(world.account(&login).await.password_phc, Some(ours), "and once is enough");
        assert_eq!(world.sign_in(after(4), &login, "Zeilboot8").await.0, 401, "{hash}");
    }
}

#[tokio::test]
async fn a_login_is_found_in_any_spelling_and_an_unknown_one_is_an_empty_list() {
    let world = World::new().await;
    created(&world, after(0), json!({"login": "pia+x@bücher.example"})).await;
    for (typed, login) in [
        ("mo@example.com", MO),
        ("MO%40EXAMPLE.COM", MO),
        ("pia%2Bx@xn--bcher-kva.example", "pia+x@xn--bcher-kva.example"),
        ("PIA%2BX@B%C3%9CCHER.example", "pia+x@xn--bcher-kva.example"),
    ] {
        let found = found(&world, typed).await;
        assert_eq!(found.len(), 1, "{typed}");
        assert_eq!(found[0]["login"], login, "{typed}");
    }
    assert_eq!(found(&world, "nobody@example.com").await, [] as [Value; 0]);
    for (query, pointer, code) in [
        ("?login=x", "?login", "not_an_address"),
        ("?login=", "?login", "blank"),
        ("?login=mo@example.com&login=ann@example.com", "?login", "duplicate_key"),
        ("?limit=1&limit=2", "?limit", "duplicate_key"),
        ("?phone=0612345678", "?phone", "unknown_field"),
    ] {
        let reply = list(&world, query).await;
        assert_eq!((reply.status, reply.code()), (400, "invalid_request"), "{query}");
        let errors = json!([{"pointer": pointer, "code": code}]);
        assert_eq!(reply.body["errors"], errors, "{query}");
    }
    for account_id in ["id-of-nobody", "x", &"x".repeat(500), "id-of-mo%00", "..", "id#id-of-mo"] {
        let path = path(account_id, "");
        let reply = world.admin(Method::GET, &path, &world.desk, Value::Null).await;
        assert_eq!((reply.status, reply.code()), (404, "account_unknown"), "{account_id}");
    }
}

#[tokio::test]
async fn the_pages_of_a_list_hold_every_account_once_in_order() {
    let world = World::new().await;
    for login in ["zoe@example.com", "a@example.com", "m@example.com"] {
        created(&world, after(0), json!({"login": login})).await;
    }
    for (limit, pages) in [(1, 7), (2, 4), (3, 3), (6, 2), (7, 1), (100, 1)] {
        let (mut logins, mut query, mut seen) = (Vec::new(), format!("?limit={limit}"), 0);
        loop {
            let page = list(&world, &query).await;
            let accounts = page.body["accounts"].as_array().unwrap();
            assert!(accounts.len() <= limit);
            logins.extend(accounts.iter().map(|a| a["login"].as_str().unwrap().to_owned()));
            seen += usize::from(!accounts.is_empty());
            assert!(page.text("cursor").is_empty() || page.text("cursor").len() > 20);
            match page.text("cursor") {
                "" => break,
                cursor => query = format!("?limit={limit}&cursor={cursor}"),
            }
        }
        let of = |name: &str| format!("{name}@example.com");
        assert_eq!(logins, ["a", "ann", "bo", "m", "mo", "new", "zoe"].map(of), "{limit}");
        assert_eq!(seen, pages, "{limit}");
    }
    let page = list(&world, "").await;
    assert_eq!(page.body["accounts"].as_array().unwrap().len(), 7);
    assert_eq!(page.body["accounts"][2]["blocked"], "payment_overdue");
    assert_eq!(page.body["accounts"][2].get("phone"), None);
}

#[tokio::test]
async fn a_limit_has_bounds_and_a_cursor_is_taken_as_it_was_given_only() {
    let world = World::new().await;
    for (limit, code) in [
        ("0", "out_of_bounds"),
        ("101", "out_of_bounds"),
        ("abc", "wrong_type"),
        ("-1", "wrong_type"),
        ("1.5", "wrong_type"),
        ("", "blank"),
    ] {
        let reply = list(&world, &format!("?limit={limit}")).await;
        assert_eq!((reply.status, reply.code()), (400, "invalid_request"), "{limit}");
        assert_eq!(reply.body["errors"][0]["pointer"], "?limit");
        assert_eq!(reply.body["errors"][0]["code"], code, "{limit}");
    }
    let page = list(&world, "?limit=1").await;
    let cursor = page.text("cursor").to_owned();
    let mut tampered = cursor.clone().into_bytes();
    tampered[10] = if tampered[10] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).unwrap();
    let timeline = path("id-of-mo", "/timeline");
    for _ in 0..3 {
        let body = json!({"first_name": after(0).to_string()});
        world.admin(Method::PATCH, &path("id-of-mo", ""), &world.admin, body).await;
    }
    let entries =
        world.admin(Method::GET, &format!("{timeline}?limit=1"), &world.desk, Value::Null).await;
    let other = entries.text("cursor").to_owned();
    assert!(!other.is_empty(), "{entries:?}");
    let of_ann = path("id-of-ann", "/timeline");
    for path in [
        format!("{ACCOUNTS}?cursor={tampered}"),
        format!("{ACCOUNTS}?cursor={}", &cursor[1..]),
        format!("{ACCOUNTS}?cursor=ann@example.com"),
        format!("{ACCOUNTS}?cursor={other}"),
        format!("{timeline}?cursor={cursor}"),
        format!("{of_ann}?cursor={other}"),
    ] {
        let reply = world.admin(Method::GET, &path, &world.desk, Value::Null).await;
        assert_eq!((reply.status, reply.code()), (404, "cursor_unknown"), "{path}");
    }
    assert_eq!(list(&world, &format!("?limit=2&cursor={cursor}")).await.status, 200);
}

#[tokio::test]
async fn a_page_goes_on_where_the_account_before_it_has_gone() {
    let world = World::new().await;
    let page = list(&world, "?limit=1").await;
    assert_eq!(page.body["accounts"][0]["login"], ANN);
    let erased =
        world.admin(Method::DELETE, &path("id-of-ann", ""), &world.admin, Value::Null).await;
    assert_eq!(erased.status, 204);
    let page = list(&world, &format!("?limit=1&cursor={}", page.text("cursor"))).await;
    assert_eq!(page.body["accounts"][0]["login"], "bo@example.com");
}
