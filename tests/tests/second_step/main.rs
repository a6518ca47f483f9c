//! The second step: what it takes to get in, and what never gets round it.

use regain_tests::{World, after};
use serde_json::json;

const MO: &str = "mo@example.com";
const PASSWORD: &str = "Zeilboot7";

#[tokio::test]
async fn an_app_is_set_up_and_asked_for() {
    let world = World::new().await;
    let now = after(0);
    let app = world.switch_on(now, MO, PASSWORD).await;
    assert_eq!(app.recovery_codes.len(), 10);
    assert_eq!(world.session(now, &app.session).await.status, 200);
    let pending = world.pending(now, MO, PASSWORD).await;
    let reply = world.finish(now, &pending, &app.code(now)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.body["methods"], json!(["password", "totp"]));
    let session = reply.text("token").to_owned();
    let told = world.session(now, &session).await;
    assert_eq!((told.status, &told.body["second_step"]), (200, &json!("totp")));
    let again = world.finish(now, &pending, &app.code(now)).await;
    assert_eq!((again.status, again.code()), (422, "code_used"), "{again:?}");
    let pending = world.pending(now, MO, PASSWORD).await;
    let reply = world.finish(now, &pending, "000000").await;
    assert_eq!((reply.status, reply.code()), (422, "code_wrong"), "{reply:?}");
    let reply = world.finish(now, &pending, &app.recovery_codes[0]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(reply.text("recovery_code").len() > 20);
    let out = world.signed_in(now, reply.text("token"), "sign-out-everywhere", json!({})).await;
    assert_eq!(out.status, 200, "{out:?}");
    let told = world.session(now, &session).await;
    assert_eq!((told.status, told.code()), (401, "session_ended"));
    world.deliver(now).await;
    for mail in world.cloud.messages(Some(MO)) {
        println!("{}", mail.subject.unwrap_or_default());
    }
}

#[tokio::test]
async fn a_magic_link_signs_in_once() {
    let world = World::new().await;
    let now = after(0);
    let token = world.magic_token(now, MO).await;
    let check = world.check(now, &token).await;
    assert_eq!((check.status, check.text("purpose")), (200, "magic"), "{check:?}");
    let reply = world.redeem(now, &token).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.body["methods"], json!(["link"]));
    let again = world.redeem(now, &token).await;
    assert_eq!((again.status, again.code()), (410, "link_used"), "{again:?}");
    let click = world.click(now, &token).await;
    assert_eq!((click.status, click.code()), (404, "link_unknown"), "{click:?}");
    let help = world.post(now, "why-cannot-i-sign-in", json!({"login": MO})).await;
    assert_eq!(help.status, 202, "{help:?}");
    world.deliver(now).await;
    println!("{}", world.newest_mail(MO).text);
}
