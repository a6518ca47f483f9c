//! The whole way, as a person goes it.

use jiff::Timestamp;
use regain_tests::{World, after};

const MO: &str = "mo@example.com";
const PHONE: &str = "06 12345678";
const ON_FILE: &str = "+31612345678";

fn now() -> Timestamp {
    after(0)
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_code() {
    let world = World::new().await;
    let recovery = world.recovery(now(), MO, "forgot_password").await;
    let asked = world.ask_code(now(), &recovery, PHONE, "sms").await;
    assert_eq!(asked.status, 202, "{asked:?}");
    world.deliver(now()).await;
    let code = world.newest_code(ON_FILE);
    let reply = world.type_code(now(), &recovery, &code).await;
    assert_eq!((reply.status, reply.text("purpose")), (200, "set_password"), "{reply:?}");
    let set = world.set(now(), reply.text("grant"), "Waterval55").await;
    assert_eq!(set.status, 200, "{set:?}");
    assert_eq!(world.sign_in(now(), MO, "Waterval55").await.0, 200);
}

#[tokio::test]
async fn a_lock_is_taken_off_by_a_code() {
    let world = World::new().await;
    world.lock(now(), MO).await;
    assert_eq!(world.sign_in(now(), MO, "Zeilboot7").await, (423, "account_locked".to_owned()));
    let recovery = world.recovery(now(), MO, "locked_out").await;
    assert_eq!(world.ask_code(now(), &recovery, PHONE, "voice").await.status, 202);
    world.deliver(now()).await;
    let reply = world.type_code(now(), &recovery, &world.newest_code(ON_FILE)).await;
    assert_eq!((reply.status, reply.text("purpose")), (200, "unlock"), "{reply:?}");
    let unlocked = world.unlock(now(), reply.text("grant")).await;
    assert_eq!((unlocked.status, unlocked.text("status")), (200, "unlocked"), "{unlocked:?}");
    assert_eq!(world.sign_in(now(), MO, "Zeilboot7").await.0, 200);
}
