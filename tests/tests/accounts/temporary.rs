//! A temporary password: shown once, good for one thing and for a day, and the end of everything
//! before it.

use http::Method;
use jiff::Timestamp;
use regain_domain::Settings;
use regain_domain::policy::Profile;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{MO, MOVED, NEW, OLD, assert_sound, at_rest, invited, on_mo, path, places_of};

const H24: i64 = 86_400;

async fn world() -> World {
    World::with(|settings| settings.temporary_passwords_enabled = true).await
}

async fn temporary(world: &World, seconds: i64, body: Value) -> Reply {
    on_mo(world, after(seconds), Method::POST, "/temporary-password", body).await
}

/// Sets one; gives it.
async fn made(world: &World, seconds: i64) -> String {
    let reply = temporary(world, seconds, Value::Null).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.text("password").to_owned()
}

/// Signs in with one; gives the whole answer.
async fn refused(world: &World, now: Timestamp, password: &str) -> Reply {
    let reply = world.post(now, "sign-in", json!({"login": MO, "password": password})).await;
    assert_eq!((reply.status, reply.code()), (403, "password_must_change"), "{reply:?}");
    reply
}

/// A lower bound: of an ending with one character of the smallest class and the rest of 55.
fn bits(ending: &str) -> f64 {
    assert!(ending.chars().all(|c| c.is_ascii_alphanumeric() && !"0O1lI".contains(c)), "{ending}");
    3.0 + (ending.len() - 2) as f64 * 55_f64.log2()
}

#[tokio::test]
async fn there_is_none_where_the_tenant_does_not_allow_it() {
    let world = World::new().await;
    on_mo(&world, after(10), Method::GET, "", Value::Null).await;
    let before = at_rest(&world);
    let reply = temporary(&world, 10, Value::Null).await;
    assert_eq!((reply.status, reply.code()), (403, "temporary_passwords_disabled"));
    assert_eq!(at_rest(&world), before);
    assert_eq!(world.sign_in(after(20), MO, OLD).await.0, 200);
}

#[tokio::test]
async fn it_has_its_bits_whatever_it_begins_with() {
    let world = world().await;
    let (first, second) = (made(&world, 0).await, made(&world, 1).await);
    assert_ne!(first, second);
    for password in [&first, &second] {
        assert!(bits(password) >= 58.0, "{password}");
        assert!(password.contains(|c: char| c.is_ascii_uppercase()));
        assert!(password.contains(|c: char| c.is_ascii_digit()));
    }
    for beginning in ["Eddydebeste", "eddy", "0", "Eddy de beste 2026!", "Ünï"] {
        let reply = temporary(&world, 10, json!({"beginning": beginning})).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let ending = reply.text("password").strip_prefix(beginning).unwrap().to_owned();
        assert!(bits(&ending) >= 43.0 && ending.len() >= 9, "{ending}");
        assert_eq!(reply.text("valid_until"), after(10 + H24).to_string());
        refused(&world, after(20), reply.text("password")).await;
    }
}

#[tokio::test]
async fn a_beginning_that_breaks_a_rule_changes_nothing() {
    let world = world().await;
    on_mo(&world, after(10), Method::GET, "", Value::Null).await;
    let before = at_rest(&world);
    let too_long = json!([{"code": "too_long", "max": 128}]);
    for (beginning, violations) in [
        ("Jansen".to_owned(), json!([{"code": "contains_last_name"}])),
        ("xxJÁNSENxx".to_owned(), json!([{"code": "contains_last_name"}])),
        ("a".repeat(125), too_long.clone()),
        ("é".repeat(510), too_long.clone()),
        ("a".repeat(2000), too_long),
    ] {
        let reply = temporary(&world, 10, json!({"beginning": beginning})).await;
        assert_eq!((reply.status, reply.code()), (422, "password_rejected"), "{beginning}");
        assert_eq!(reply.body["violations"], violations, "{beginning}");
    }
    for (body, pointer, code) in [
        (json!({"beginning": ""}), "/beginning", "blank"),
        (json!({"beginning": "a\0b"}), "/beginning", "control_character"),
        (json!({"beginning": null}), "/beginning", "wrong_type"),
        (json!({"password": "Rotonde64"}), "/password", "unknown_field"),
    ] {
        let reply = temporary(&world, 10, body.clone()).await;
        assert_eq!((reply.status, reply.code()), (400, "invalid_request"), "{body}");
        assert_eq!(reply.body["errors"], json!([{"pointer": pointer, "code": code}]), "{body}");
    }
    assert_eq!(at_rest(&world), before);
}

#[tokio::test]
async fn it_opens_nothing_but_the_choice_of_another() {
    let world = world().await;
    let password = made(&world, 0).await;
    assert_eq!(world.sign_in(after(10), MO, OLD).await, (401, "sign_in_failed".to_owned()));
    let shown = on_mo(&world, after(10), Method::GET, "", Value::Null).await;
    assert_eq!(shown.text("password"), "temporary");

    let first = refused(&world, after(10), &password).await;
    assert_eq!(first.text("valid_until"), after(910).to_string());
    assert_eq!(first.text("password"), "choose");
    assert_eq!(first.body["password_policy"]["length_min"], 8);
    assert_eq!((first.body.get("token"), first.text("support_code").len()), (None, 7));
    let again = refused(&world, after(909), &password).await;
    assert_eq!(again.text("grant"), first.text("grant"), "the same while it lives");
    assert_eq!(again.text("valid_until"), first.text("valid_until"));
    let spent = world.set(after(910), first.text("grant"), NEW).await;
    let told = [spent.code(), spent.text("at"), spent.text("remedy")];
    assert_eq!(told, ["grant_expired", "2026-11-22T14:15:10Z", "sign_in"]);
    let later = refused(&world, after(911), &password).await;
    assert_ne!(later.text("grant"), first.text("grant"), "and after it another");
    let spent = world.set(after(915), first.text("grant"), NEW).await;
    assert_eq!((spent.code(), spent.text("remedy")), ("grant_expired", "sign_in"));
    assert_sound(&world, after(920)).await;

    assert_eq!(world.set(after(930), later.text("grant"), "weak").await.status, 422);
    assert_eq!(world.set(after(930), later.text("grant"), NEW).await.status, 200);
    assert_eq!(world.set(after(931), later.text("grant"), NEW).await.code(), "grant_used");
    assert_eq!(world.sign_in(after(940), MO, NEW).await.0, 200);
    assert_eq!(world.sign_in(after(940), MO, &password).await.0, 401);
    let shown = on_mo(&world, after(940), Method::GET, "", Value::Null).await;
    assert_eq!((shown.text("password"), &shown.body["links"]), ("set", &json!([])));
    assert_eq!(world.sign_in(after(H24 + 940), MO, NEW).await.0, 200, "a day later too");
}

#[tokio::test]
async fn it_works_for_a_day_and_not_at_its_end() {
    let world = world().await;
    let password = made(&world, 0).await;
    refused(&world, after(H24 - 1), &password).await;
    let over = world.post(after(H24), "sign-in", json!({"login": MO, "password": password})).await;
    assert_eq!((over.status, over.code()), (401, "sign_in_failed"));
    assert_eq!(over.body.get("grant"), None);
    // A mail helps then, as ever.
    let token = world.reset_token(after(H24 + 10), MO).await;
    let grant = world.grant(after(H24 + 20), &token).await;
    let same = world.set(after(H24 + 30), &grant, &password).await;
    assert_eq!(same.body["violations"], json!([{"code": "reused"}]));
    assert_eq!(world.set(after(H24 + 40), &grant, NEW).await.status, 200);
    assert_eq!(world.sign_in(after(H24 + 50), MO, NEW).await.0, 200);
}

/// What the password can no longer do, the right that it gave cannot either.
#[tokio::test]
async fn the_right_to_choose_another_never_outlives_it() {
    for (signed_in, ends) in
        [(H24 - 901, H24 - 1), (H24 - 900, H24), (H24 - 899, H24), (H24 - 30, H24), (H24 - 1, H24)]
    {
        let world = world().await;
        let password = made(&world, 0).await;
        let given = refused(&world, after(signed_in), &password).await;
        assert_eq!(given.text("valid_until"), after(ends).to_string(), "{signed_in}");
        let again = refused(&world, after(ends - 1), &password).await;
        let told = [again.text("grant"), again.text("valid_until")];
        assert_eq!(told, [given.text("grant"), given.text("valid_until")], "{signed_in}");
        assert_eq!(world.set(after(ends - 1), given.text("grant"), "weak").await.status, 422);
        let before = world.account(MO).await.password_version;
        let dead = world.set(after(ends), given.text("grant"), NEW).await;
        let remedy = if ends < H24 { "sign_in" } else { "request_again" };
        let told = [dead.code(), dead.text("at"), dead.text("remedy")];
        assert_eq!(told, ["grant_expired", &after(ends).to_string(), remedy], "{signed_in}");
        assert_eq!(world.account(MO).await.password_version, before);
        assert_sound(&world, after(ends)).await;
    }
    let world = world().await;
    let password = made(&world, 0).await;
    let given = refused(&world, after(H24 - 1), &password).await;
    assert_eq!(world.set(after(H24 - 1), given.text("grant"), NEW).await.status, 200, "in time");
    assert_eq!(world.sign_in(after(H24), MO, NEW).await.0, 200);
}

#[tokio::test]
async fn a_mail_helps_as_well_while_it_waits() {
    let world = world().await;
    let password = made(&world, 0).await;
    let given = refused(&world, after(10), &password).await;
    let token = world.reset_token(after(20), MO).await;
    let grant = world.grant(after(30), &token).await;
    assert_eq!(world.set(after(40), &grant, NEW).await.status, 200);
    assert_eq!(world.sign_in(after(50), MO, NEW).await.0, 200);
    assert_eq!(world.sign_in(after(50), MO, &password).await.0, 401);
    let dead = world.set(after(60), given.text("grant"), "Rotonde64").await;
    assert_eq!((dead.code(), dead.text("reason")), ("grant_withdrawn", "password_changed"));
}

#[tokio::test]
async fn it_ends_what_was_there_before_and_the_owner_hears_of_it() {
    let world = world().await;
    let reset = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(1), &reset).await;
    let invite = invited(&world, after(2)).await;
    world.cloud.clear_messages().unwrap();
    let reply = temporary(&world, 10, json!({"beginning": "Eddydebeste"})).await;
    for (reply, code) in [
        (world.check(after(20), &reset).await, "link_withdrawn"),
        (world.click(after(20), &invite).await, "link_withdrawn"),
        (world.set(after(20), &grant, NEW).await, "grant_withdrawn"),
    ] {
        let told = [reply.code(), reply.text("reason"), reply.text("remedy")];
        assert_eq!(told, [code, "by_desk", "request_again"]);
    }
    assert_eq!(world.account(MO).await.epoch, 1, "and every session");
    refused(&world, after(20), reply.text("password")).await;
    world.deliver(after(30)).await;
    let mails = world.cloud.messages(None);
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [MO]);
    let mail = format!("{:?}", mails[0]);
    assert!(!mail.contains(reply.text("password")) && !mail.contains("Eddydebeste"), "{mail}");
    assert_eq!(places_of(&world, "Eddydebeste"), [] as [String; 0]);
    assert!(!reply.log.to_string().contains("Eddydebeste"));
    let events = world.events(MO).await;
    assert!(events.contains(&"temporary_password_set".to_owned()), "{events:?}");
    let code =
        world.timeline(MO).await.into_iter().find(|e| e["event"] == "temporary_password_set");
    let code = code.unwrap()["support_code"].as_str().unwrap().to_owned();
    assert!(mails[0].text.contains(&code), "the mail leads to the story");
    assert_eq!(world.outcome(&code).as_deref(), Some("temporary_password_set"));
    assert_sound(&world, after(40)).await;
}

#[tokio::test]
async fn a_blocked_account_gets_none() {
    let world = world().await;
    for (account_id, status, code) in
        [("id-of-bo", 403, "account_blocked"), ("id-of-nobody", 404, "account_unknown")]
    {
        let path = path(account_id, "/temporary-password");
        let reply = world.admin(Method::POST, &path, &world.admin, Value::Null).await;
        assert_eq!((reply.status, reply.code()), (status, code));
        let reason = if status == 403 { "payment_overdue" } else { "" };
        assert_eq!((reply.text("reason"), reply.text("password")), (reason, ""));
    }
    let by_desk = path("id-of-mo", "/temporary-password");
    let reply = world.admin(Method::POST, &by_desk, &world.desk, Value::Null).await;
    assert_eq!((reply.status, reply.code()), (403, "forbidden"));
}

/// Whoever set it knows it, whatever the tenant thinks of old passwords.
#[tokio::test]
async fn it_cannot_be_chosen_to_stay() {
    let with_reuse = |settings: &mut Settings| {
        settings.temporary_passwords_enabled = true;
        settings.password_policy.profile = Profile::Custom;
        settings.password_policy.forbid_reuse = false;
    };
    for world in [world().await, World::with(with_reuse).await] {
        let password = made(&world, 0).await;
        let by_sign_in = refused(&world, after(10), &password).await.text("grant").to_owned();
        let token = world.reset_token(after(15), MO).await;
        let by_mail = world.grant(after(16), &token).await;
        for grant in [by_sign_in, by_mail] {
            let reply = world.set(after(20), &grant, &password).await;
            assert_eq!((reply.status, reply.code()), (422, "password_rejected"));
            assert_eq!(reply.body["violations"], json!([{"code": "reused"}]));
        }
        refused(&world, after(30), &password).await;
    }
}

#[tokio::test]
async fn the_right_to_choose_another_ends_like_any_grant() {
    for (end, body, code, reason) in [
        ("/temporary-password", Value::Null, "grant_withdrawn", "by_desk"),
        ("/block", json!({"reason": "other"}), "grant_withdrawn", "account_blocked"),
        ("", json!({"login": MOVED}), "grant_withdrawn", "address_changed"),
        ("", Value::Null, "grant_withdrawn", "account_deleted"),
    ] {
        let world = world().await;
        let password = made(&world, 0).await;
        let grant = refused(&world, after(10), &password).await.text("grant").to_owned();
        let method = match (end, &body) {
            ("", Value::Null) => Method::DELETE,
            ("", _) => Method::PATCH,
            _ => Method::POST,
        };
        let reply = on_mo(&world, after(20), method, end, body).await;
        assert!([200, 204].contains(&reply.status), "{reply:?}");
        let dead = world.set(after(30), &grant, NEW).await;
        assert_eq!((dead.code(), dead.text("reason")), (code, reason), "{end}");
        assert_sound(&world, after(30)).await;
    }
}

#[tokio::test]
async fn after_twenty_tries_the_next_sign_in_gives_another_grant() {
    let world = world().await;
    let password = made(&world, 0).await;
    let grant = refused(&world, after(10), &password).await.text("grant").to_owned();
    for _ in 0..20 {
        assert_eq!(world.set(after(20), &grant, "weak").await.status, 422);
    }
    let spent = world.set(after(25), &grant, NEW).await;
    assert_eq!((spent.code(), spent.text("reason")), ("grant_withdrawn", "too_many_tries"));
    let next = refused(&world, after(30), &password).await;
    assert_ne!(next.text("grant"), grant);
    assert_eq!(world.set(after(40), next.text("grant"), NEW).await.status, 200);
}

#[tokio::test]
async fn of_two_made_at_once_one_works_and_of_two_grants_there_is_one() {
    for round in 0..5 {
        let world = world().await;
        let token = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(1), &token).await;
        let (a, b, set, signed_in) = tokio::join!(
            temporary(&world, 10, Value::Null),
            temporary(&world, 10, Value::Null),
            world.set(after(10), &grant, NEW),
            world.sign_in(after(10), MO, OLD),
        );
        assert_eq!((a.status, b.status), (200, 200), "round {round}");
        assert!([200, 410, 503].contains(&set.status), "{set:?}");
        assert!([200, 401].contains(&signed_in.0));
        let mut working = Vec::new();
        for password in [a.text("password"), b.text("password"), NEW, OLD] {
            let (status, code) = world.sign_in(after(20), MO, password).await;
            working.extend((status != 401).then_some((code, password)));
        }
        let [(code, password)] = working.as_slice() else { panic!("round {round}: {working:?}") };
        assert_eq!(code, "password_must_change");
        world.cloud.forget_calls();
        let again = || refused(&world, after(2000), password);
        let (first, second) = tokio::join!(again(), again());
        assert_eq!(first.text("grant"), second.text("grant"), "round {round}");
        assert_sound(&world, after(2000)).await;
    }
}

#[tokio::test]
async fn what_an_account_brought_along_is_not_taken_again_after_it() {
    let world = world().await;
    let bcrypt = "$2b$04$wyo/mGH354sUAfmeOWr6FuQWoxQjdl9rKSoqoq8bznixPqgImvU9i";
    world
        .change_account(MO, |account| {
            account.password_phc = Some(bcrypt.to_owned());
            account.password_in_history = false;
            account.history = Vec::new();
            account.history_salt = None;
        })
        .await;
    let password = made(&world, 0).await;
    let grant = refused(&world, after(10), &password).await.text("grant").to_owned();
    let reused = world.set(after(20), &grant, "Zeilboot7").await;
    assert_eq!(reused.body["violations"], json!([{"code": "reused"}]));
    assert_eq!(world.set(after(30), &grant, NEW).await.status, 200);
}

#[tokio::test]
async fn the_mail_about_what_was_chosen_can_be_answered_with_not_me() {
    let world = world().await;
    let password = made(&world, 0).await;
    let grant = refused(&world, after(10), &password).await.text("grant").to_owned();
    assert_eq!(world.set(after(20), &grant, NEW).await.status, 200);
    world.deliver(after(30)).await;
    let report = world.newest_not_me(MO);
    for _ in 0..2 {
        let reply = world.not_me(after(40), &report).await;
        assert_eq!((reply.status, reply.text("status")), (200, "reported"));
    }
    assert_eq!(world.account(MO).await.reported_at, Some(after(40)));
    assert!(world.events(MO).await.contains(&"password_changed: must_change".to_owned()));
}
