//! How many mails strangers can cause by locking an account, and that they cost its owner none of
//! their own.

use regain_tests::{World, after};

use crate::{ANN, LOCKED, MO, RIGHT, sign_in, subjects, world, wrong};

async fn limited_to(mails: u32) -> World {
    world(|settings| settings.limits.mails_per_login_hour = mails).await
}

/// So many locks, one after another, each told if it is.
async fn locks(world: &World, from: i64, times: i64) {
    for n in 0..times {
        wrong(world, from + n * 900, MO, 5).await;
        world.deliver(after(from + n * 900)).await;
    }
}

fn about(world: &World, word: &str) -> usize {
    let subjects = subjects(world, MO);
    subjects.iter().filter(|subject| subject.to_lowercase().contains(word)).count()
}

#[tokio::test]
async fn an_hour_has_so_many_mails_of_locks_and_the_newest_stays_good() {
    let world = limited_to(2).await;
    locks(&world, 0, 4).await;
    assert_eq!(about(&world, "locked"), 2);
    let events = world.events(MO).await;
    assert_eq!(events.iter().filter(|event| *event == "account_locked").count(), 4, "all told");
    let dropped = "request_dropped: mail_limit";
    assert_eq!(events.iter().filter(|event| *event == dropped).count(), 2, "{events:?}");
    let reply = sign_in(&world, 2701, MO, RIGHT).await;
    assert_eq!((reply.status, reply.code()), LOCKED);
    let token = world.newest_token(MO);
    let grant = world.grant(after(2702), &token).await;
    assert_eq!(world.unlock(after(2703), &grant).await.status, 200, "of any lock");
    assert_eq!(sign_in(&world, 2704, MO, RIGHT).await.status, 200);
    // Another hour, and another login, have their own.
    locks(&world, 3600, 1).await;
    assert_eq!(about(&world, "locked"), 3 + 1, "three of locks and one of the unlock");
    wrong(&world, 3600, ANN, 5).await;
    world.deliver(after(3601)).await;
    assert_eq!(subjects(&world, ANN).len(), 1);
}

#[tokio::test]
async fn mails_of_locks_eat_none_of_the_owners() {
    let world = limited_to(2).await;
    locks(&world, 0, 4).await;
    for seconds in [3000, 3001] {
        let token = world.reset_token(after(seconds), MO).await;
        assert_eq!(world.check(after(seconds), &token).await.text("purpose"), "reset");
    }
    assert_eq!((about(&world, "locked"), about(&world, "new password")), (2, 2));
    let recovery = world.recovery(after(3100), MO, "locked_out").await;
    let body = serde_json::json!({"recovery": recovery});
    world.post(after(3100), "send-recovery-link", body).await;
    world.deliver(after(3100)).await;
    // Their own limit, which the two resets used up: the link in the last lock's mail stays good.
    assert_eq!(world.cloud.messages(Some(MO)).len(), 4);
    let desk = "tenants/demo/accounts/id-of-mo/send-link";
    let kind = serde_json::json!({"kind": "reset"});
    let sent = world.admin_at(after(3200), http::Method::POST, desk, &world.desk, kind).await;
    assert_eq!(sent.status, 202);
    world.deliver(after(3200)).await;
    assert_eq!(about(&world, "new password"), 3, "and the desk's are counted apart");
}

#[tokio::test]
async fn mails_that_were_asked_for_eat_none_of_a_locks() {
    let world = limited_to(1).await;
    for seconds in 0..20 {
        world.request(after(seconds), MO).await;
    }
    world.deliver(after(20)).await;
    assert_eq!(about(&world, "new password"), 1);
    locks(&world, 30, 1).await;
    assert_eq!(about(&world, "locked"), 1);
    let grant = world.grant(after(40), &world.newest_token(MO)).await;
    assert_eq!(world.unlock(after(41), &grant).await.status, 200);
}

/// It is one mail, and without it nobody would know why the right password is refused.
#[tokio::test]
async fn the_mail_that_a_password_is_disabled_is_sent_when_mails_of_locks_were_used_up() {
    let world = limited_to(1).await;
    for n in 0..9 {
        wrong(&world, n * 900, MO, 10).await;
        world.deliver(after(n * 900)).await;
    }
    let before = about(&world, "locked");
    // The tenth lock's own mail takes the one of this hour; a hundred are full ten minutes later.
    wrong(&world, 11_000, MO, 5).await;
    world.deliver(after(11_000)).await;
    assert_eq!(about(&world, "locked"), before + 1);
    wrong(&world, 11_600, MO, 5).await;
    world.deliver(after(11_600)).await;
    assert!(world.account(MO).await.password_disabled_at.is_some());
    let told = about(&world, "switched off");
    assert_eq!(told, 1, "{:?} {:?}", subjects(&world, MO), world.events(MO).await);
}
