//! Who chooses the new password: the person, the person and Regain, or Regain.

use regain_domain::Settings;
use regain_domain::password::Password;
use regain_domain::policy::Profile;
use regain_domain::settings::OwnPassword;
use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::{MO, NEW, OLD, invited, places_of, sent_link};

async fn world(own_password: OwnPassword) -> World {
    World::with(|settings| settings.own_password = own_password).await
}

/// The members that `set-password` takes besides the grant.
async fn set(world: &World, seconds: i64, grant: &str, mut body: Value) -> regain_tests::Reply {
    body["grant"] = grant.into();
    world.post(after(seconds), "set-password", body).await
}

#[tokio::test]
async fn a_click_says_what_is_to_be_chosen_and_anything_else_burns_no_try() {
    let (missing, extra) = ("required", "not_allowed");
    for (own_password, word, taken, refused) in [
        (
            OwnPassword::Always,
            "choose",
            json!({"password": NEW}),
            [
                (json!({}), vec![("/password", missing)]),
                (json!({"beginning": NEW}), vec![("/password", missing), ("/beginning", extra)]),
                (json!({"password": NEW, "beginning": NEW}), vec![("/beginning", extra)]),
            ],
        ),
        (
            OwnPassword::WithEnding,
            "choose_beginning",
            json!({"beginning": "Eddydebeste"}),
            [
                (json!({}), vec![("/beginning", missing)]),
                (json!({"password": NEW}), vec![("/password", extra), ("/beginning", missing)]),
                (json!({"password": NEW, "beginning": NEW}), vec![("/password", extra)]),
            ],
        ),
        (
            OwnPassword::Generated,
            "generated",
            json!({}),
            [
                (json!({"password": NEW}), vec![("/password", extra)]),
                (json!({"beginning": NEW}), vec![("/beginning", extra)]),
                (
                    json!({"password": NEW, "beginning": NEW}),
                    vec![("/password", extra), ("/beginning", extra)],
                ),
            ],
        ),
    ] {
        let world = world(own_password).await;
        for kind in ["reset", "invite"] {
            let token = match kind {
                "invite" => invited(&world, after(0)).await,
                _ => sent_link(&world, after(0), kind).await,
            };
            let clicked = world.click(after(10), &token).await;
            assert_eq!(clicked.text("password"), word);
            let grant = clicked.text("grant");
            for (body, errors) in &refused {
                let reply = set(&world, 20, grant, body.clone()).await;
                assert_eq!((reply.status, reply.code()), (400, "invalid_request"), "{body}");
                let errors: Vec<Value> = errors
                    .iter()
                    .map(|(pointer, code)| json!({"pointer": pointer, "code": code}))
                    .collect();
                assert_eq!(reply.body["errors"], json!(errors), "{body}");
            }
            assert_eq!(world.link(&token).await.unwrap().tries, 0);
            if kind == "invite" {
                let reply = set(&world, 30, grant, taken.clone()).await;
                assert_eq!(reply.status, 200, "{reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_regain_made_is_shown_once_and_kept_nowhere() {
    for (own_password, body, begins) in [
        (OwnPassword::Generated, json!({}), ""),
        (OwnPassword::WithEnding, json!({"beginning": "Eddydebeste"}), "Eddydebeste"),
        (OwnPassword::WithEnding, json!({"beginning": "é 1"}), "é 1"),
    ] {
        let world = world(own_password).await;
        let token = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(10), &token).await;
        let reply = set(&world, 20, &grant, body.clone()).await;
        assert_eq!((reply.status, reply.text("status")), (200, "changed"), "{reply:?}");
        let password = reply.text("generated_password");
        let ending = password.strip_prefix(begins).unwrap();
        // 40 bits after a beginning, 64 without: of 55 characters, one of them a digit or capital.
        assert!(ending.len() >= if begins.is_empty() { 11 } else { 7 }, "{password}");
        let again = set(&world, 21, &grant, body.clone()).await;
        assert_eq!((again.code(), again.body.get("generated_password")), ("grant_used", None));

        assert_eq!(world.sign_in(after(30), MO, password).await.0, 200);
        assert_eq!(world.sign_in(after(30), MO, OLD).await.0, 401);
        world.deliver(after(40)).await;
        assert_eq!(places_of(&world, password), [] as [String; 0]);
        assert_eq!(places_of(&world, ending), [] as [String; 0]);
        assert!(!reply.log.to_string().contains(ending));
        assert!(
            world.cloud.messages(None).iter().all(|mail| !format!("{mail:?}").contains(ending))
        );
        // As any other, it is not taken twice.
        world.change_settings(|settings| settings.own_password = OwnPassword::Always).await;
        let token = world.reset_token(after(100), MO).await;
        let grant = world.grant(after(110), &token).await;
        let reused = world.set(after(120), &grant, password).await;
        assert_eq!(reused.body["violations"], json!([{"code": "reused"}]));
    }
}

#[tokio::test]
async fn what_regain_made_keeps_every_policy() {
    let everything = |settings: &mut Settings| {
        let policy = &mut settings.password_policy;
        policy.profile = Profile::Custom;
        policy.length_min = 64;
        policy.length_max = 64;
        policy.uppercase_min = 8;
        policy.lowercase_min = 8;
        policy.digits_min = 8;
        policy.symbols_min = 8;
    };
    let nist = |settings: &mut Settings| {
        settings.password_policy.profile = Profile::Nist800_63B4;
    };
    for own_password in [OwnPassword::Generated, OwnPassword::WithEnding] {
        for change in [&everything as &dyn Fn(&mut Settings), &nist, &|_| {}] {
            let world = World::with(|settings| {
                change(settings);
                settings.own_password = own_password;
            })
            .await;
            let token = world.reset_token(after(0), MO).await;
            let grant = world.grant(after(10), &token).await;
            let body = match own_password {
                OwnPassword::Generated => json!({}),
                _ => json!({"beginning": "ab"}),
            };
            let reply = set(&world, 20, &grant, body).await;
            assert_eq!(reply.status, 200, "{reply:?}");
            let text = reply.text("generated_password");
            let settings = world.store.tenant_settings(&world.tenant()).await.unwrap().unwrap();
            let policy = settings.settings.effective().password_policy;
            let violations = policy.violations(&Password::parse(text).unwrap(), Some("Jansen"));
            assert_eq!(violations, [], "{text}");
        }
    }
}

#[tokio::test]
async fn a_beginning_is_answered_for_by_who_chose_it_and_costs_one_try() {
    let world = world(OwnPassword::WithEnding).await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(10), &token).await;
    for (beginning, violation) in [
        ("Jansen".to_owned(), json!({"code": "contains_last_name"})),
        ("a".repeat(125), json!({"code": "too_long", "max": 128})),
        ("a".repeat(1500), json!({"code": "too_long", "max": 128})),
    ] {
        let reply = set(&world, 20, &grant, json!({"beginning": beginning})).await;
        assert_eq!(reply.status, 422, "{reply:?}");
        assert_eq!(reply.body["violations"], json!([violation]), "{beginning}");
    }
    assert_eq!(world.link(&token).await.unwrap().tries, 3);
    assert_eq!(set(&world, 30, &grant, json!({"beginning": "ab"})).await.status, 200);
}

#[tokio::test]
async fn what_was_changed_between_click_and_password_is_what_counts() {
    let world = world(OwnPassword::Always).await;
    let token = world.reset_token(after(0), MO).await;
    let clicked = world.click(after(10), &token).await;
    assert_eq!(clicked.text("password"), "choose");
    let grant = clicked.text("grant").to_owned();
    assert_eq!(world.set(after(20), &grant, "weak").await.status, 422);
    world.change_settings(|settings| settings.own_password = OwnPassword::Generated).await;
    let reply = world.set(after(100), &grant, NEW).await;
    assert_eq!(reply.body["errors"], json!([{"pointer": "/password", "code": "not_allowed"}]));
    assert_eq!(world.click(after(100), &token).await.text("password"), "generated");
    let reply = set(&world, 110, &grant, json!({})).await;
    assert_eq!(world.sign_in(after(120), MO, reply.text("generated_password")).await.0, 200);
}

#[tokio::test]
async fn who_must_change_a_password_is_asked_for_as_much() {
    for (own_password, word, body) in [
        (OwnPassword::WithEnding, "choose_beginning", json!({"beginning": "Eddydebeste"})),
        (OwnPassword::Generated, "generated", json!({})),
    ] {
        let world = World::with(|settings| {
            settings.own_password = own_password;
            settings.temporary_passwords_enabled = true;
        })
        .await;
        let path = crate::path(crate::MO_ID, "/temporary-password");
        let made = world.admin(http::Method::POST, &path, &world.admin, Value::Null).await;
        let login = json!({"login": MO, "password": made.text("password")});
        let refused = world.post(after(10), "sign-in", login).await;
        assert_eq!((refused.code(), refused.text("password")), ("password_must_change", word));
        let reply = set(&world, 20, refused.text("grant"), body).await;
        assert_eq!(world.sign_in(after(30), MO, reply.text("generated_password")).await.0, 200);
    }
}
