//! Changing an account: what ends with an address, and who is told.

use http::Method;
use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::{
    ANN, MO, MO_ID, MOVED, NEW, OLD, assert_sound, at_rest, created, found, invited, on_mo, path,
};

async fn change(world: &World, seconds: i64, body: Value) -> regain_tests::Reply {
    on_mo(world, after(seconds), Method::PATCH, "", body).await
}

#[tokio::test]
async fn another_name_or_language_ends_nothing() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    world.cloud.clear_messages().unwrap();
    let body = json!({"first_name": "Maurits", "last_name": "van Dijk", "language": "nl"});
    let reply = change(&world, 10, body.clone()).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(&reply.body[name], value);
    }
    assert_eq!(world.account(MO).await.epoch, 0);
    world.deliver(after(20)).await;
    assert!(world.cloud.messages(None).is_empty(), "nobody is told of a name");
    let said = "account_changed: first_name, last_name, language";
    assert_eq!(world.events(MO).await.last().unwrap(), said);
    let grant = world.grant(after(30), &token).await;
    let named = world.set(after(40), &grant, "Van-Dijk-42").await;
    assert_eq!(named.body["violations"], json!([{"code": "contains_last_name"}]));
    assert_eq!(world.set(after(50), &grant, NEW).await.status, 200);
}

#[tokio::test]
async fn another_login_or_phone_ends_links_and_grants() {
    for body in [json!({"login": MOVED}), json!({"phone": "06 87654321"})] {
        let world = World::new().await;
        let reset = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(5), &reset).await;
        let invite = invited(&world, after(10)).await;
        assert_eq!(world.live_links(after(15)).await.len(), 2);
        let reply = change(&world, 20, body.clone()).await;
        assert_eq!((reply.status, &reply.body["links"]), (200, &json!([])), "{reply:?}");
        let dead = [
            (world.check(after(30), &reset).await, "link_withdrawn"),
            (world.click(after(30), &invite).await, "link_withdrawn"),
            (world.set(after(30), &grant, NEW).await, "grant_withdrawn"),
        ];
        for (reply, code) in dead {
            let told = [reply.code(), reply.text("reason"), reply.text("at"), reply.text("remedy")];
            let at = "2026-11-22T14:00:20Z";
            assert_eq!(told, [code, "address_changed", at, "request_again"], "{body}");
        }
        let reply = change(&world, 40, json!({"first_name": "Mo"})).await;
        let login = reply.text("login");
        assert_eq!(world.account(login).await.epoch, 1, "its sessions are over");
        assert_sound(&world, after(50)).await;
    }
}

#[tokio::test]
async fn a_moved_account_is_itself_at_its_new_login() {
    let world = World::new().await;
    assert_eq!(world.sign_in(after(1), MO, OLD).await.0, 200);
    assert_eq!(change(&world, 2, json!({"login": "Mo.Jansen@EXAMPLE.org"})).await.status, 200);
    assert_eq!(world.sign_in(after(3), MO, OLD).await, (401, "sign_in_failed".to_owned()));
    assert_eq!(world.sign_in(after(3), MOVED, OLD).await.0, 200);
    let by_id = on_mo(&world, after(4), Method::GET, "", Value::Null).await;
    assert_eq!((by_id.text("login"), by_id.text("account_id")), (MOVED, MO_ID));
    assert_eq!(found(&world, MO).await, [] as [Value; 0]);
    assert_eq!(found(&world, "MO.JANSEN@example.ORG").await, [by_id.body]);
    let page = world.admin(Method::GET, "tenants/demo/accounts", &world.desk, Value::Null).await;
    let listed = |login: &str| {
        let accounts = page.body["accounts"].as_array().unwrap();
        accounts.iter().filter(|account| account["login"] == login).count()
    };
    assert_eq!((listed(MO), listed(MOVED)), (0, 1));

    let other = created(&world, after(5), json!({"login": MO, "password": "Rotonde64"})).await;
    assert_ne!(other["account_id"], MO_ID);
    assert_eq!(world.sign_in(after(6), MO, "Rotonde64").await.0, 200);
    assert_eq!(world.sign_in(after(6), MO, OLD).await.0, 401);
    let timeline = on_mo(&world, after(7), Method::GET, "/timeline", Value::Null).await;
    let events: Vec<&str> = timeline.body["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["event"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["signed_in", "account_changed", "signed_in", "account_created"]);
    assert_sound(&world, after(8)).await;
}

#[tokio::test]
async fn both_addresses_hear_of_a_move_and_the_old_one_does_not_hear_where_to() {
    let world = World::new().await;
    assert_eq!(change(&world, 10, json!({"login": MOVED})).await.status, 200);
    world.deliver(after(20)).await;
    let all = world.cloud.messages(None);
    assert_eq!(all.len(), 2, "{all:?}");
    let (to_old, to_new) = (world.newest_mail(MO), world.newest_mail(MOVED));
    let whole = format!("{to_old:?}");
    assert!(!whole.contains("mo.jansen") && !whole.contains(MOVED), "{whole}");
    assert!(whole.contains("m•••@example.org"), "{whole}");
    assert_ne!(to_old.text, to_new.text);
    for login in [MO, MOVED] {
        assert!(world.newest_mail(login).text.contains("help@example.com"), "whom to ask");
    }
    assert_eq!(world.outbox(), [] as [Value; 0]);
}

#[tokio::test]
async fn another_phone_is_told_in_one_mail_with_two_digits() {
    let world = World::new().await;
    for (seconds, phone, hint) in [(10, json!("06 87654321"), "21"), (30, Value::Null, "")] {
        world.cloud.clear_messages().unwrap();
        assert_eq!(change(&world, seconds, json!({"phone": phone})).await.status, 200);
        world.deliver(after(seconds + 10)).await;
        let mails = world.cloud.messages(None);
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert_eq!(mails[0].to, MO);
        let whole = ["345678", "654321"].map(|digits| mails[0].text.contains(digits));
        assert_eq!((mails[0].text.contains(hint), whole), (true, [false, false]));
    }
    assert_eq!(change(&world, 50, json!({"phone": "0687654321"})).await.status, 200);
    let before = at_rest(&world);
    let again = change(&world, 60, json!({"phone": "+31 (0)6 87654321"})).await;
    assert_eq!(again.text("phone"), "+31687654321");
    assert_eq!(at_rest(&world), before, "the same number in another spelling is no change");
}

#[tokio::test]
async fn a_link_of_before_the_move_asks_again_for_the_new_address_only() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    assert_eq!(change(&world, 10, json!({"login": MOVED})).await.status, 200);
    created(&world, after(11), json!({"login": MO})).await;
    world.deliver(after(12)).await;
    world.cloud.clear_messages().unwrap();
    let asked = world.post(after(20), "request-reset", json!({"token": token})).await;
    assert_eq!(asked.status, 202);
    world.deliver(after(20)).await;
    let mails = world.cloud.messages(None);
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [MOVED]);
    let dead = world.check(after(25), &token).await;
    let told = [dead.code(), dead.text("reason"), dead.text("remedy")];
    assert_eq!(told, ["link_withdrawn", "address_changed", "use_newer_link"]);
    let grant = world.grant(after(30), &world.newest_token(MOVED)).await;
    assert_eq!(world.set(after(40), &grant, NEW).await.status, 200);
    assert_eq!(world.sign_in(after(50), MOVED, NEW).await.0, 200);
    assert_sound(&world, after(50)).await;
}

#[tokio::test]
async fn a_login_that_is_taken_changes_nothing() {
    let world = World::new().await;
    world.reset_token(after(0), MO).await;
    let before = at_rest(&world);
    for login in [ANN, "ANN@Example.COM"] {
        let reply = change(&world, 10, json!({"login": login, "first_name": "Eve"})).await;
        assert_eq!((reply.status, reply.code()), (409, "account_exists"), "{login}");
    }
    assert_eq!(at_rest(&world), before);
}

#[tokio::test]
async fn null_takes_a_member_away_but_never_the_login() {
    let world = World::new().await;
    change(&world, 5, json!({"phone": "0612345678", "language": "nl"})).await;
    let nothing = json!({"first_name": null, "last_name": null, "phone": null, "language": null});
    let reply = change(&world, 10, nothing).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    for name in ["first_name", "last_name", "language"] {
        assert_eq!(reply.body[name], Value::Null, "{name}");
    }
    assert_eq!(reply.body.get("phone"), None);
    let account = world.account(MO).await;
    assert_eq!((account.first_name, account.last_name, account.phone), (None, None, None));

    let before = at_rest(&world);
    for (body, pointer, code) in [
        (json!({"login": null}), "/login", "required"),
        (json!({"login": null, "phone": "0612345678"}), "/login", "required"),
        (json!({"login": "mo"}), "/login", "not_an_address"),
        (json!({"phone": "12"}), "/phone", "not_a_phone_number"),
        (json!({"first_name": ""}), "/first_name", "blank"),
        (json!({"first_name": "Mo\r\nBcc: x"}), "/first_name", "control_character"),
        (json!({"last_name": "x".repeat(201)}), "/last_name", "too_long"),
        (json!({"language": "tlh"}), "/language", "not_a_language"),
        (json!({"account_id": "id-of-ann"}), "/account_id", "unknown_field"),
        (json!({"epoch": 0}), "/epoch", "unknown_field"),
        (json!({"password": NEW}), "/password", "unknown_field"),
        (json!({"blocked": null}), "/blocked", "unknown_field"),
    ] {
        let reply = change(&world, 20, body.clone()).await;
        assert_eq!((reply.status, reply.code()), (400, "invalid_request"), "{body}");
        assert_eq!(reply.body["errors"], json!([{"pointer": pointer, "code": code}]), "{body}");
    }
    for body in [json!({}), json!({"login": "MO@example.com"}), json!({"first_name": null})] {
        assert_eq!(change(&world, 20, body.clone()).await.status, 200, "{body}");
    }
    assert_eq!(at_rest(&world), before, "what is refused or the same changes nothing");
    let unknown = path("0190a0b0-0000-7000-8000-000000000000", "");
    let reply = world.admin(Method::PATCH, &unknown, &world.admin, json!({"login": MOVED})).await;
    assert_eq!((reply.status, reply.code()), (404, "account_unknown"));
}

/// The mail at the old address is the one that an owner still has when somebody took both.
#[tokio::test]
async fn a_report_of_a_change_counts_after_a_move_too() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(10), &token).await;
    assert_eq!(world.set(after(20), &grant, NEW).await.status, 200);
    world.deliver(after(20)).await;
    let report = world.newest_not_me(MO);
    assert_eq!(change(&world, 30, json!({"login": MOVED})).await.status, 200);
    created(&world, after(35), json!({"login": MO})).await;
    let reply = world.not_me(after(40), &report).await;
    assert_eq!((reply.status, reply.text("status")), (200, "reported"), "{reply:?}");
    let account = world.account(MOVED).await;
    assert_eq!((account.reported_at, account.epoch), (Some(after(40)), 3));
    assert_eq!(world.account(MO).await.reported_at, None, "who has the address now did nothing");
    assert_sound(&world, after(50)).await;
}
