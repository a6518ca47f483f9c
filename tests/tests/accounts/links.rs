//! Links that the desk sends: the same life as those that people ask for, and never seen by the
//! desk.

use http::Method;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{MO, MO_ID, NEW, OLD, assert_sound, at_rest, invited, path, sent_link};

const FRESH: &str = "new@example.com";
const FRESH_ID: &str = "id-of-new";
const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;

async fn send(world: &World, seconds: i64, account_id: &str, body: Value) -> Reply {
    let path = path(account_id, "/send-link");
    world.admin_at(after(seconds), Method::POST, &path, &world.desk, body).await
}

/// The live slots of Mo, by purpose.
async fn purposes(world: &World) -> Vec<&'static str> {
    world.account(MO).await.slots.keys().map(|purpose| purpose.as_str()).collect()
}

#[tokio::test]
async fn the_desk_has_a_link_sent_and_does_not_see_it() {
    // Who has a password has no first one to choose: an invite is a reset then.
    for (asked, kind, account_id, login) in [
        ("reset", "reset", MO_ID, MO),
        ("invite", "reset", MO_ID, MO),
        ("reset", "reset", FRESH_ID, FRESH),
        ("invite", "invite", FRESH_ID, FRESH),
    ] {
        let world = World::new().await;
        let reply = send(&world, 0, account_id, json!({"kind": asked})).await;
        let told = [reply.text("status"), reply.text("kind")];
        assert_eq!((reply.status, told), (202, ["accepted", kind]));
        assert_eq!(reply.body.as_object().unwrap().len(), 3, "and a support code");
        world.deliver(after(5)).await;
        let mails = world.cloud.messages(None);
        assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [login]);
        let code = reply.text("support_code");
        assert!(mails[0].text.contains(code));
        let says_desk = mails[0].text.contains("service desk");
        assert!(kind == "invite" || says_desk, "{}", mails[0].text);
        let subject = mails[0].subject.as_deref().unwrap();
        assert_eq!(subject.starts_with("Choose a new password"), kind == "reset", "{subject}");
        let token = world.newest_token(login);
        let link = serde_json::to_value(world.link(&token).await.unwrap()).unwrap();
        assert_eq!((&link["origin"], &link["purpose"]), (&json!("back_office"), &json!(kind)));
        let issued = world.timeline(login).await;
        let issued = issued.iter().find(|entry| entry["event"] == "link_issued").unwrap();
        assert_eq!(issued["actor"]["key"].as_str().unwrap().len(), 16, "{issued}");
        assert_eq!(issued["support_code"], code);
        assert_eq!(world.outcome(code).as_deref(), Some("link_issued"));
        assert!(!reply.log.to_string().contains(&token));
        let seconds = if kind == "invite" { WEEK } else { 2 * DAY };
        let checked = world.check(after(9), &token).await;
        assert_eq!(checked.text("valid_until"), after(5 + seconds).to_string(), "as {kind}s do");

        let clicked = world.click(after(10), &token).await;
        assert_eq!((clicked.text("purpose"), clicked.text("login")), (kind, login));
        assert_eq!(world.set(after(20), clicked.text("grant"), NEW).await.status, 200);
        assert_eq!(world.sign_in(after(30), login, NEW).await.0, 200);
        assert_sound(&world, after(30)).await;
    }
}

#[tokio::test]
async fn an_invite_has_its_own_validity_and_every_endpoint_knows_it() {
    let world = World::new().await;
    let token = invited(&world, after(0)).await;
    let checked = world.check(after(WEEK - 1), &token).await;
    let told = [checked.text("purpose"), checked.text("state"), checked.text("login_hint")];
    assert_eq!(told, ["invite", "sent", "m•••@example.com"]);
    assert_eq!(checked.text("valid_until"), after(WEEK).to_string());
    let dead = world.click(after(WEEK), &token).await;
    assert_eq!((dead.code(), dead.text("remedy")), ("link_expired", "request_again"));
    let asked = world.post(after(WEEK + 10), "request-reset", json!({"token": token})).await;
    assert_eq!(asked.status, 202);
    world.deliver(after(WEEK + 10)).await;
    let next = world.newest_token(MO);
    let grant = world.grant(after(WEEK + 20), &next).await;
    assert_eq!(world.set(after(WEEK + 30), &grant, NEW).await.status, 200, "and that one works");

    let token = invited(&world, after(WEEK + 100)).await;
    let grant = world.grant(after(WEEK + 110), &token).await;
    let withdrawn = world.not_me(after(WEEK + 120), &token).await;
    assert_eq!((withdrawn.status, withdrawn.text("status")), (200, "withdrawn"));
    let dead = world.set(after(WEEK + 130), &grant, "Rotonde64").await;
    assert_eq!((dead.code(), dead.text("reason")), ("grant_withdrawn", "not_me"));
    let clicked_late = invited(&world, after(WEEK + 200)).await;
    world.grant(after(2 * WEEK + 199), &clicked_late).await;
    let late = world.click(after(2 * WEEK + 199 + 900), &clicked_late).await;
    assert_eq!(late.code(), "link_click_expired");
}

#[tokio::test]
async fn a_reset_and_an_invite_live_beside_each_other_until_one_is_used() {
    for used in [0, 1] {
        let world = World::new().await;
        let tokens = [sent_link(&world, after(0), "reset").await, invited(&world, after(1)).await];
        assert_eq!(purposes(&world).await, ["reset", "invite"]);
        let grants =
            [world.grant(after(10), &tokens[0]).await, world.grant(after(10), &tokens[1]).await];
        assert_eq!(world.set(after(20), &grants[used], NEW).await.status, 200);
        let other = world.set(after(30), &grants[1 - used], "Rotonde64").await;
        assert_eq!((other.code(), other.text("reason")), ("grant_withdrawn", "password_changed"));
        let other = world.check(after(30), &tokens[1 - used]).await;
        let told = [other.code(), other.text("reason"), other.text("remedy")];
        assert_eq!(told, ["link_withdrawn", "password_changed", "sign_in"]);
        assert_eq!(world.check(after(30), &tokens[used]).await.code(), "link_used");
        assert!(world.live_links(after(30)).await.is_empty());
    }
    let world = World::new().await;
    let first = invited(&world, after(0)).await;
    let second = invited(&world, after(10)).await;
    let dead = world.check(after(20), &first).await;
    assert_eq!((dead.code(), dead.text("remedy")), ("link_superseded", "use_newer_link"));
    assert_eq!(world.check(after(20), &second).await.status, 200);
}

#[tokio::test]
async fn who_was_invited_can_ask_for_a_reset_instead() {
    let world = World::new().await;
    assert_eq!(send(&world, 0, FRESH_ID, json!({"kind": "invite"})).await.status, 202);
    world.deliver(after(0)).await;
    let invite = world.newest_token(FRESH);
    let token = world.reset_token(after(10), FRESH).await;
    assert_eq!(world.check(after(15), &invite).await.status, 200, "the invite lives on");
    let grant = world.grant(after(20), &token).await;
    assert_eq!(world.set(after(30), &grant, NEW).await.status, 200);
    assert_eq!(world.sign_in(after(40), FRESH, NEW).await.0, 200);
    assert_eq!(world.click(after(50), &invite).await.text("remedy"), "sign_in");
}

#[tokio::test]
async fn the_desk_has_a_limit_of_its_own() {
    let world = World::with(|settings| {
        settings.limits.mails_per_login_hour = 3;
        settings.limits.per_login_and_address_hour = 10_000;
    })
    .await;
    // A stranger uses up the login's mails.
    for n in 0..10 {
        world.request(after(n), MO).await;
        world.deliver(after(n)).await;
    }
    assert_eq!(world.cloud.messages(Some(MO)).len(), 3);
    for n in 0..10 {
        assert_eq!(send(&world, 100 + n, MO_ID, json!({"kind": "reset"})).await.status, 202);
        world.deliver(after(100 + n)).await;
    }
    assert_eq!(world.cloud.messages(Some(MO)).len(), 6, "and so many of the desk's come through");
    let grant = world.grant(after(120), &world.newest_token(MO)).await;
    assert_eq!(world.set(after(130), &grant, NEW).await.status, 200);
    let dropped = world.events(MO).await;
    let dropped = dropped.iter().filter(|event| *event == "request_dropped: mail_limit").count();
    assert_eq!(dropped, 14);
}

#[tokio::test]
async fn what_is_wrong_with_a_call_sends_nothing() {
    let home = "https://app.example.com/home";
    let world = World::with(|settings| settings.frontend.return_urls = vec![home.into()]).await;
    send(&world, 0, "id-of-nobody", json!({"kind": "reset"})).await;
    let before = at_rest(&world);
    for (account_id, body, status, code) in [
        ("id-of-nobody", json!({"kind": "reset"}), 404, "account_unknown"),
        ("id-of-bo", json!({"kind": "reset"}), 403, "account_blocked"),
        ("id-of-bo", json!({"kind": "invite"}), 403, "account_blocked"),
        (MO_ID, json!({"kind": "must_change"}), 400, "invalid_request"),
        (MO_ID, json!({}), 400, "invalid_request"),
        (MO_ID, json!({"kind": "reset", "login": "eve@example.org"}), 400, "invalid_request"),
        (MO_ID, json!({"kind": "reset", "language": "tlh"}), 400, "invalid_request"),
        (
            MO_ID,
            json!({"kind": "reset", "return_url": "https://evil.example/"}),
            400,
            "invalid_request",
        ),
        (
            MO_ID,
            json!({"kind": "reset", "return_url": "//app.example.com/home"}),
            400,
            "invalid_request",
        ),
    ] {
        let reply = send(&world, 0, account_id, body.clone()).await;
        assert_eq!((reply.status, reply.code()), (status, code), "{body}");
        let reason = if status == 403 { "payment_overdue" } else { "" };
        assert_eq!(reply.text("reason"), reason);
    }
    assert_eq!(at_rest(&world), before);
    let body = json!({"kind": "reset", "return_url": home, "language": "nl"});
    assert_eq!(send(&world, 10, MO_ID, body).await.status, 202);
    world.deliver(after(10)).await;
    assert!(world.newest_mail(MO).text.contains("wachtwoord"), "in the language asked for");
    let clicked = world.click(after(20), &world.newest_token(MO)).await;
    assert_eq!(clicked.text("return_url"), home);
    assert_eq!(world.sign_in(after(30), MO, OLD).await.0, 200);
}

/// The desk asked for this account, not for whoever has its old address by then.
#[tokio::test]
async fn a_link_goes_to_the_account_that_it_was_asked_for_or_to_nobody() {
    let world = World::new().await;
    let asked = send(&world, 0, MO_ID, json!({"kind": "reset"})).await;
    let moved = json!({"login": crate::MOVED});
    crate::on_mo(&world, after(1), Method::PATCH, "", moved).await;
    crate::created(&world, after(2), json!({"login": MO})).await;
    world.deliver(after(3)).await;
    assert!(world.account(MO).await.slots.is_empty(), "nobody asked for this one");
    let links: Vec<_> =
        world.cloud.messages(None).into_iter().filter(|mail| !mail.links.is_empty()).collect();
    assert!(links.is_empty(), "{links:?}");
    let outcome = world.outcome(asked.text("support_code"));
    assert_eq!(outcome.as_deref(), Some("request_dropped"));
}
