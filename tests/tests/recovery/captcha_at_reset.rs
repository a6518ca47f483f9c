//! The captcha before a mail, where the tenant asks for one.

use regain_domain::Settings;
use regain_domain::settings::Demand;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::steps::start_body;
use crate::{ANN, MO, count, heard};

fn asked(settings: &mut Settings) {
    settings.captcha.request_reset = Demand::Always;
}

async fn request(world: &World, login: &str, captcha: &Value) -> Reply {
    world.post(after(1), "request-reset", json!({"login": login, "captcha": captcha})).await
}

#[tokio::test]
async fn it_is_not_asked_for_unless_the_tenant_says_so() {
    let world = World::new().await;
    assert_eq!(world.request(after(0), MO).await.status, 202);
}

#[tokio::test]
async fn it_cannot_be_left_out() {
    let world = World::with(asked).await;
    let captcha = world.captcha(after(0));
    let token = world.mint(regain_domain::token::TokenPurpose::ResetLink, id());
    for whose in
        [json!({"login": MO}), json!({"login": "nobody@example.com"}), json!({"token": token})]
    {
        for (given, pointer) in [
            (None, "/captcha"),
            (Some(Value::Null), "/captcha"),
            (Some(json!({})), "/captcha/id"),
            (Some(json!({"id": captcha["id"]})), "/captcha/answer"),
            (Some(json!({"id": captcha["id"], "answer": ""})), "/captcha/answer"),
        ] {
            let mut body = whose.clone();
            if let Some(given) = given {
                body["captcha"] = given;
            }
            let reply = world.post(after(1), "request-reset", body.clone()).await;
            assert_eq!((reply.status, reply.code()), (400, "invalid_request"), "{body}");
            let errors = reply.body["errors"].as_array().unwrap();
            assert!(errors.iter().any(|error| error["pointer"] == pointer), "{body} {errors:?}");
        }
    }
    assert_eq!((count(&world, "tokens", ""), count(&world, "outbox", "")), (0, 0));
}

fn id() -> regain_domain::LinkId {
    regain_domain::LinkId::new([7; 10])
}

#[tokio::test]
async fn it_is_good_for_one_mail() {
    let world = World::with(asked).await;
    let captcha = world.captcha(after(0));
    assert_eq!(request(&world, MO, &captcha).await.status, 202);
    assert_eq!(heard(&request(&world, MO, &captcha).await), (410, "captcha_spent", None));
    world.deliver(after(2)).await;
    assert_eq!(world.cloud.messages(Some(MO)).len(), 1);
}

#[tokio::test]
async fn wrong_answers_spoil_it_alike_for_a_login_that_nobody_has() {
    let world = World::with(asked).await;
    for login in [MO, "nobody@example.com"] {
        let captcha = world.captcha(after(0));
        let wrong = json!({"id": captcha["id"], "answer": "999999"});
        for left in [2, 1, 0] {
            let reply = request(&world, login, &wrong).await;
            assert_eq!(heard(&reply), (422, "captcha_wrong", Some(left)));
        }
        assert_eq!(heard(&request(&world, login, &captcha).await), (410, "captcha_spent", None));
    }
    assert_eq!(count(&world, "outbox", ""), 0);
}

#[tokio::test]
async fn one_that_started_a_recovery_asks_for_no_mail_nor_the_other_way_round() {
    let world = World::with(asked).await;
    let first = world.captcha(after(0));
    let started = world.post(after(0), "start-recovery", start_body(MO, &first)).await;
    assert_eq!(started.status, 201);
    assert_eq!(request(&world, MO, &first).await.code(), "captcha_spent");

    let second = world.captcha(after(0));
    assert_eq!(request(&world, MO, &second).await.status, 202);
    let started = world.post(after(0), "start-recovery", start_body(MO, &second)).await;
    assert_eq!(started.code(), "captcha_spent");
}

#[tokio::test]
async fn wrong_answers_count_wherever_they_are_given() {
    let world = World::with(asked).await;
    let captcha = world.captcha(after(0));
    let wrong = json!({"id": captcha["id"], "answer": "999999"});
    assert_eq!(heard(&request(&world, MO, &wrong).await).2, Some(2));
    let started = world.post(after(0), "start-recovery", start_body(MO, &wrong)).await;
    assert_eq!(heard(&started).2, Some(1));
    assert_eq!(heard(&request(&world, ANN, &wrong).await).2, Some(0));
    assert_eq!(request(&world, ANN, &captcha).await.code(), "captcha_spent");
}

#[tokio::test]
async fn whoever_is_over_the_limit_keeps_the_captcha() {
    let world = World::with(|settings| {
        asked(settings);
        settings.limits.per_login_and_address_hour = 1;
    })
    .await;
    assert_eq!(request(&world, MO, &world.captcha(after(0))).await.status, 202);
    let captcha = world.captcha(after(0));
    let limited = request(&world, MO, &captcha).await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, "3599"));
    assert_eq!(request(&world, ANN, &captcha).await.status, 202);
}

/// Said before anything is counted, so that it is the same for everyone.
#[tokio::test]
async fn a_return_url_that_is_not_allowed_costs_no_captcha() {
    let world = World::with(asked).await;
    let captcha = world.captcha(after(0));
    let body = json!({"login": MO, "captcha": captcha, "return_url": "https://evil.example/"});
    assert_eq!(world.post(after(0), "request-reset", body).await.status, 400);
    assert_eq!(request(&world, MO, &captcha).await.status, 202);
}
