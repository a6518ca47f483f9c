//! The link that takes a lock off: asked for, looked at, clicked, dead, asked for again.

use http::Method;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{MO, NEW, RIGHT, deaths, sign_in, subjects, world, wrong};

/// Asks for the link by a recovery, and gives its token.
async fn asked(world: &World, seconds: i64) -> String {
    let recovery = world.recovery(after(seconds), MO, "locked_out").await;
    let body = json!({"recovery": recovery});
    let reply = world.post(after(seconds), "send-recovery-link", body).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    world.deliver(after(seconds)).await;
    world.newest_token(MO)
}

#[tokio::test]
async fn it_is_asked_for_by_who_knows_the_password_and_cannot_get_in() {
    let world = world(|_| {}).await;
    wrong(&world, 0, MO, 5).await;
    let token = asked(&world, 10).await;
    let subject = "Unlock your account at Demo (asked at 15:00)";
    assert_eq!(subjects(&world, MO).pop().as_deref(), Some(subject));
    let checked = world.check(after(11), &token).await;
    assert_eq!(
        checked.body,
        json!({
            "purpose": "unlock",
            "state": "sent",
            "valid_until": after(10 + 172_800),
            "login_hint": "m\u{2022}\u{2022}\u{2022}@example.com",
        })
    );
    let clicked = world.click(after(12), &token).await;
    let grant = clicked.text("grant");
    assert_eq!(
        clicked.body,
        json!({"purpose": "unlock", "grant": grant, "valid_until": after(912), "login": MO}),
        "nothing of a password"
    );
    assert_eq!(world.check(after(13), &token).await.text("state"), "clicked");
    assert_eq!(world.click(after(14), &token).await.body, clicked.body, "the same again");
    assert_eq!(sign_in(&world, 15, MO, RIGHT).await.status, 423, "a click takes nothing off");
    assert_eq!(world.unlock(after(16), grant).await.status, 200);
    assert_eq!(sign_in(&world, 17, MO, RIGHT).await.status, 200);
}

/// How the link dies, and what its holder then hears.
async fn dead(world: &World, end: &str) -> (String, i64) {
    let token = asked(world, 10).await;
    let grant = match end {
        "expired" => return (token, 10 + 172_800),
        "blocked" | "superseded" | "not_me" | "reset" => String::new(),
        _ => world.grant(after(20), &token).await,
    };
    match end {
        "click_expired" => return (token, 920),
        "used" => assert_eq!(world.unlock(after(30), &grant).await.status, 200),
        "superseded" => {
            asked(world, 30).await;
        }
        "not_me" => {
            world.not_me(after(30), &token).await;
        }
        "reset" => {
            let reset = world.reset_token(after(25), MO).await;
            let reset = world.grant(after(26), &reset).await;
            assert_eq!(world.set(after(30), &reset, NEW).await.status, 200);
        }
        _ => {
            let path = "tenants/demo/accounts/id-of-mo/block";
            let body = json!({"reason": "other"});
            world.admin_at(after(30), Method::POST, path, &world.admin, body).await;
        }
    }
    (token, 30)
}

#[tokio::test]
async fn a_dead_one_says_of_what_since_when_and_what_helps() {
    for (end, code, reason, remedy) in [
        ("expired", "link_expired", "", "request_again"),
        ("click_expired", "link_click_expired", "", "request_again"),
        ("used", "link_used", "", "sign_in"),
        ("superseded", "link_superseded", "", "use_newer_link"),
        ("not_me", "link_withdrawn", "not_me", "request_again"),
        ("reset", "link_withdrawn", "password_changed", "sign_in"),
        ("blocked", "link_withdrawn", "account_blocked", "contact_support"),
    ] {
        let world = world(|_| {}).await;
        wrong(&world, 0, MO, 5).await;
        let (token, died) = dead(&world, end).await;
        let at = after(died).to_string();
        for reply in
            [world.check(after(died + 1), &token).await, world.click(after(died + 2), &token).await]
        {
            assert_eq!(deaths(&reply), [code, reason, &at, remedy], "{end}: {reply:?}");
        }
        let reply = world.not_me(after(died + 3), &token).await;
        let expected = match end {
            "not_me" => (200, "withdrawn"),
            "used" => (200, "reported"),
            _ => (410, ""),
        };
        assert_eq!((reply.status, reply.text("status")), expected, "{end}: {reply:?}");
    }
}

#[tokio::test]
async fn it_lives_to_the_second_before_it_is_clicked() {
    let world = world(|settings| settings.lockout.lock_seconds = 0).await;
    wrong(&world, 0, MO, 5).await;
    let token = asked(&world, 0).await;
    assert_eq!(world.check(after(172_799), &token).await.status, 200);
    assert_eq!(world.check(after(172_800), &token).await.code(), "link_expired");
    assert_eq!(world.click(after(172_800), &token).await.code(), "link_expired");
    let grant = world.grant(after(172_799), &token).await;
    assert_eq!(world.unlock(after(172_799 + 899), &grant).await.status, 200);
}

fn newest_purpose(checked: &Reply) -> (u16, &str, &str) {
    (checked.status, checked.text("purpose"), checked.text("state"))
}

#[tokio::test]
async fn a_dead_one_is_asked_for_again_in_one_press_and_is_one_to_unlock_again() {
    for end in ["expired", "click_expired", "used", "superseded", "not_me", "reset"] {
        let world = world(|_| {}).await;
        wrong(&world, 0, MO, 5).await;
        let (token, died) = dead(&world, end).await;
        let at = died + 100;
        wrong(&world, at, MO, 1).await;
        let reply = world.post(after(at), "request-reset", json!({"token": token})).await;
        assert_eq!((reply.status, reply.text("status")), (202, "accepted"), "{end}");
        world.deliver(after(at)).await;
        let newer = world.newest_token(MO);
        assert_ne!(newer, token, "{end}");
        let checked = world.check(after(at + 1), &newer).await;
        assert_eq!(newest_purpose(&checked), (200, "unlock", "sent"), "{end}: {checked:?}");
        let grant = world.grant(after(at + 2), &newer).await;
        assert_eq!(world.unlock(after(at + 3), &grant).await.status, 200, "{end}");
    }
}

/// Without a password that works, taking a lock off would help nobody.
#[tokio::test]
async fn where_the_password_is_disabled_or_missing_the_link_is_one_to_a_new_password() {
    for missing in [false, true] {
        let world = world(|_| {}).await;
        wrong(&world, 0, MO, 5).await;
        let (token, died) = dead(&world, "expired").await;
        world
            .change_account(MO, |mo| match missing {
                true => mo.password_phc = None,
                false => mo.password_disabled_at = Some(after(1)),
            })
            .await;
        for seconds in [died + 10, died + 20] {
            let newer = match seconds - died {
                10 => asked(&world, seconds).await,
                _ => {
                    let body = json!({"token": token});
                    world.post(after(seconds), "request-reset", body).await;
                    world.deliver(after(seconds)).await;
                    world.newest_token(MO)
                }
            };
            let checked = world.check(after(seconds), &newer).await;
            assert_eq!(newest_purpose(&checked), (200, "reset", "sent"), "{missing}");
        }
        let grant = world.grant(after(died + 30), &world.newest_token(MO)).await;
        assert_eq!(world.set(after(died + 31), &grant, NEW).await.status, 200, "{missing}");
    }
}

#[tokio::test]
async fn it_is_unknown_at_another_tenant_and_to_other_steps() {
    let world = world(|_| {}).await;
    wrong(&world, 0, MO, 5).await;
    let token = asked(&world, 10).await;
    let other = regain_domain::TenantId::parse("other").unwrap();
    let settings = regain_domain::Settings { name: "Other".to_owned(), ..Default::default() };
    world.create_tenant(&other, &settings).await;
    for endpoint in ["check-link", "click-link", "withdraw-link", "request-reset"] {
        let request = regain_tests::Request::post(endpoint, &json!({"token": token}));
        let path = format!("/v1/other/{endpoint}");
        let reply = world.send(after(11), &regain_tests::Request { path, ..request }).await;
        assert_eq!((reply.status, reply.code()), (404, "link_unknown"), "{endpoint}");
    }
    assert_eq!(world.set(after(12), &token, NEW).await.code(), "grant_unknown");
    assert_eq!(world.check(after(13), &token).await.status, 200);
}

#[tokio::test]
async fn mail_scanners_that_open_it_change_nothing() {
    let world = world(|_| {}).await;
    wrong(&world, 0, MO, 5).await;
    let token = asked(&world, 10).await;
    let before = world.account(MO).await.slots;
    for endpoint in ["click-link", "unlock", "withdraw-link"] {
        for method in [Method::GET, Method::HEAD] {
            let request = regain_tests::Request::post(endpoint, &Value::Null);
            let request = regain_tests::Request { method, body: Vec::new(), ..request };
            assert_eq!(world.send(after(11), &request).await.status, 405, "{endpoint}");
        }
    }
    assert_eq!(world.account(MO).await.slots, before);
    assert_eq!(world.check(after(12), &token).await.text("state"), "sent");
}
