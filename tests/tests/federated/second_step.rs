//! A provider proves the first step, and never the second.

use regain_domain::Provider;
use regain_tests::{App, OpenId, Who, World, after};
use serde_json::{Value, json};

use crate::steps::{
    ENDED, MO, MOS, OVER, SUB, handed_over, linked, links, office, proves, redeems, told, world,
};

/// Mo has linked a provider and switched the second step on, at the beginning.
async fn start(provider: Provider) -> (World, OpenId, App) {
    let (world, openid, _) = linked(provider).await;
    let app = world.switch_on(after(0), MO, MOS).await;
    (world, openid, app)
}

async fn pending(world: &World, openid: &OpenId, seconds: i64, provider: Provider) -> String {
    let reply = world.sign_in_with(openid, after(seconds), provider, SUB).await;
    let pending = reply.text("pending").to_owned();
    let until = after(seconds + 300);
    let asked = json!({"second_step": "totp", "pending": pending, "valid_until": until});
    assert_eq!((reply.status, &reply.body), (200, &asked), "{provider:?}");
    pending
}

#[tokio::test]
async fn every_door_asks_for_the_second_step() {
    for provider in Provider::ALL {
        let (world, openid, app) = start(provider).await;
        let waits = pending(&world, &openid, 60, provider).await;
        assert_eq!(told(&world.session(after(61), &waits).await), (401, "unauthorized"));
        let reply = world.finish(after(62), &waits, &app.code(after(62))).await;
        assert_eq!((reply.status, &reply.body["methods"]), (200, &json!([provider, "totp"])));
        let session = world.session(after(63), reply.text("token")).await;
        assert_eq!(session.body["methods"], json!([provider, "totp"]), "{session:?}");
        assert_eq!(session.body["second_step"], "totp");

        let waits = pending(&world, &openid, 90, provider).await;
        let reply = world.finish(after(91), &waits, &app.recovery_codes[0]).await;
        let methods = json!([provider, "recovery_code"]);
        assert_eq!((reply.status, &reply.body["methods"]), (200, &methods));
        let mut events = world.events(MO).await;
        events.retain(|event| event == "signed_in" || event == "second_step_asked");
        let (asked, done) = ("second_step_asked", "signed_in");
        // The first two are how the world began.
        assert_eq!(events, [done, done, asked, done, asked, done], "{provider:?}");
    }
}

#[tokio::test]
async fn a_handover_asks_once() {
    let (world, openid, app) = start(Provider::Google).await;
    let who = Who::named(SUB);
    let back = proves(&world, &openid, 60, Provider::Google, None, &who).await;
    let location = handed_over(&world, 60, &back).await;
    let reply = redeems(&world, 61, &location).await;
    assert_eq!(told(&redeems(&world, 62, &location).await), OVER);
    let waits = reply.text("pending");
    assert_eq!(world.finish(after(63), waits, &app.code(after(63))).await.status, 200);
    assert_eq!(told(&world.finish(after(90), waits, &app.code(after(90))).await), OVER);
}

/// Switched on while somebody is at the provider: what they began to sign in asks for it too, and what
/// they handed over before is over.
#[tokio::test]
async fn what_is_under_way_when_it_is_switched_on_does_not_get_past_it() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let who = Who::named(SUB);
        let early = proves(&world, &openid, 1, provider, None, &who).await;
        let early = handed_over(&world, 1, &early).await;
        let late = proves(&world, &openid, 1, provider, None, &who).await;
        let app = world.switch_on(after(2), MO, MOS).await;
        assert_eq!(told(&redeems(&world, 3, &early).await), OVER);
        let location = handed_over(&world, 4, &late).await;
        let reply = redeems(&world, 5, &location).await;
        assert_eq!(reply.text("second_step"), "totp", "{reply:?}");
        let waits = reply.text("pending");
        assert_eq!(world.finish(after(30), waits, &app.code(after(30))).await.status, 200);
    }
}

/// What is unlinked between the two steps takes the first with it.
#[tokio::test]
async fn what_waits_for_a_code_is_over_when_the_provider_is_unlinked() {
    let (world, openid, app) = start(Provider::Google).await;
    let waits = pending(&world, &openid, 60, Provider::Google).await;
    let body = json!({"provider": "google"});
    let reply = world.signed_in(after(61), &app.session, "unlink-provider", body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(told(&world.finish(after(62), &waits, &app.code(after(62))).await), OVER);
    assert_eq!(told(&world.session(after(62), &app.session).await), ENDED);
    // The second step stays on.
    world.pending(after(63), MO, MOS).await;
}

#[tokio::test]
async fn linking_is_for_who_is_past_the_second_step() {
    let (world, openid) = world(|_| {}).await;
    let app = world.switch_on(after(0), MO, MOS).await;
    let waits = world.pending(after(60), MO, MOS).await;
    let body = world.federated("google", "link");
    let reply = world.signed_in(after(61), &waits, "federated-login", body).await;
    assert_eq!(told(&reply), (401, "unauthorized"));
    links(&world, &openid, 62, &app.session, Provider::Google, SUB).await;
    let waits = pending(&world, &openid, 63, Provider::Google).await;
    assert_eq!(world.finish(after(64), &waits, &app.code(after(64))).await.status, 200);
    // And unlinking it names how its holder came in.
    let waits = pending(&world, &openid, 90, Provider::Google).await;
    let session = world.finish(after(91), &waits, &app.code(after(91))).await;
    let body = json!({"provider": "google"});
    let session = session.text("token");
    let reply = world.signed_in(after(92), session, "unlink-provider", body).await;
    assert_eq!(reply.body["session"]["methods"], json!(["google", "totp"]), "{reply:?}");
}

#[tokio::test]
async fn where_the_desk_switched_it_off_a_provider_signs_in_alone() {
    let (world, openid, _) = start(Provider::Google).await;
    office(&world, 1, (http::Method::POST, "/second-step-off"), Value::Null).await;
    crate::steps::signs_in(&world, &openid, 2, Provider::Google).await;
}
