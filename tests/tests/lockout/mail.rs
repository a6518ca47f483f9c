//! The mail that a lock leads to.

use regain_tests::{World, after};
use serde_json::json;

const MO: &str = "mo@example.com";

#[tokio::test]
async fn a_lock_is_told_once_and_its_mail_takes_it_off() {
    let world = World::new().await;
    world.lock(after(0), MO).await;
    world.deliver(after(1)).await;
    let mails = world.cloud.messages(Some(MO));
    assert_eq!(mails.len(), 1, "{mails:?}");
    let reply = world.click(after(2), &world.newest_token(MO)).await;
    assert_eq!((reply.status, reply.text("purpose")), (200, "unlock"), "{reply:?}");
    assert_eq!(reply.body.get("password"), None);
    let unlocked = world.unlock(after(3), reply.text("grant")).await;
    assert_eq!(unlocked.body, json!({"status": "unlocked"}));
    assert_eq!(world.sign_in(after(4), MO, "Zeilboot7").await.0, 200);
}
