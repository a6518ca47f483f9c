//! A hundred wrong passwords in a row: however they are spread, the password is looked at no more
//! until another is set, and its owner is told how.

use http::Method;
use jiff::Timestamp;
use regain_local::{Chaos, DynamoDbChaos};
use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::{
    FAILED, LOCKED, MO, NEW, NOBODY, RIGHT, WRONG, account_at, code_grant, count, disabled,
    looked_at, mailed_grant, shut, sign_in, subjects, tries, world, wrong,
};

const OFF: &str = "switched off";

fn told_off(world: &World) -> usize {
    subjects(world, MO).iter().filter(|subject| subject.contains(OFF)).count()
}

#[tokio::test]
async fn never_more_than_a_hundred_in_a_row_are_looked_at_however_they_are_paced() {
    for (at_a_time, pause_seconds) in [(1, 180), (4, 900), (11, 901)] {
        let pace = (at_a_time, pause_seconds);
        let world = world(|_| {}).await;
        let mut at = 0;
        while tries(&world, MO).await.in_a_row < 100 {
            wrong(&world, at, MO, at_a_time).await;
            at += pause_seconds;
        }
        for pause_seconds in [0, 1, 899, 900, 86_400] {
            at += pause_seconds;
            wrong(&world, at, MO, 2).await;
            let reply = sign_in(&world, at, MO, RIGHT).await;
            assert_eq!((reply.status, reply.code()), FAILED, "{pace:?}");
            assert_eq!(reply.log["argon2.runs"], 1, "{pace:?}");
        }
        assert_eq!(looked_at(&world), 100, "{pace:?}");
    }
}

#[tokio::test]
async fn who_has_the_account_is_mailed_once_with_a_link_to_a_new_password() {
    let world = world(|_| {}).await;
    let mut at = 0;
    while tries(&world, MO).await.in_a_row < 100 {
        assert_eq!(account_at(&world, at, "id-of-mo").await.get("password_disabled_at"), None);
        shut(&world, at, MO).await;
        at += 900;
    }
    let at_last = at - 900;
    let disabled_at = &account_at(&world, at, "id-of-mo").await["password_disabled_at"];
    assert_eq!(*disabled_at, json!(after(at_last)));
    for seconds in [at, at + 900, at + 86_400] {
        shut(&world, seconds, MO).await;
        world.cloud.rewind_stream().await;
        world.deliver(after(seconds)).await;
        world.schedule(after(seconds + 61)).await;
    }
    assert_eq!(told_off(&world), 1, "{:?}", subjects(&world, MO));
    assert_eq!(count(&world, MO, "password_disabled").await, 1);
    assert_eq!(world.outbox(), [] as [Value; 0]);
    assert!(world.newest_mail(MO).subject.unwrap().contains(OFF));
    let reply = world.click(after(at_last + 10), &world.newest_token(MO)).await;
    assert_eq!((reply.status, reply.text("purpose")), (200, "reset"), "{reply:?}");
    assert_eq!(world.set(after(at_last + 11), reply.text("grant"), NEW).await.status, 200);
    assert_eq!(sign_in(&world, at_last + 12, MO, NEW).await.status, 200);
    let account = account_at(&world, at_last + 12, "id-of-mo").await;
    assert_eq!(account.get("password_disabled_at"), None);
}

#[tokio::test]
async fn a_lock_taken_off_brings_no_disabled_password_back() {
    let world = world(|_| {}).await;
    let mailed = mailed_grant(&world, 0).await;
    let by_code = code_grant(&world, 0, "locked_out").await;
    // They live for as long as a click is good for.
    world.change_account(MO, |mo| mo.password_disabled_at = Some(after(1))).await;
    wrong(&world, 1, MO, 7).await;
    for grant in [&mailed, &by_code] {
        for reply in [
            world.unlock(after(2), grant).await,
            world.unlock_with(after(3), grant, RIGHT).await,
            world.unlock_with(after(4), grant, WRONG).await,
            world.unlock(after(5), grant).await,
        ] {
            let told = (reply.status, reply.code());
            assert_eq!(told, (403, "password_disabled"), "{reply:?}");
            assert_eq!(reply.text("support_code").len(), 7);
        }
    }
    let live: Vec<&str> =
        world.live_links(after(6)).await.iter().map(|link| link.purpose.as_str()).collect();
    assert_eq!(live.len(), 2, "unused: {live:?}");
    let path = "tenants/demo/accounts/id-of-mo/unlock";
    for seconds in [7, 1000] {
        let now = after(seconds);
        let reply = world.admin_at(now, Method::POST, path, &world.desk, Value::Null).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let refused = sign_in(&world, seconds, MO, RIGHT).await;
        assert_eq!((refused.status, refused.code()), FAILED, "{seconds}");
    }
    assert!(world.account(MO).await.password_disabled_at.is_some());
    // Whoever makes it work again finds the grants dead.
    let token = world.reset_token(after(1001), MO).await;
    let grant = world.grant(after(1002), &token).await;
    assert_eq!(world.set(after(1003), &grant, NEW).await.status, 200);
    assert_eq!(world.unlock(after(1004), &mailed).await.status, 410);
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Mail,
    Code,
    Temporary,
}

#[tokio::test]
async fn another_password_works_at_once_whichever_way_it_was_set() {
    for way in [Way::Mail, Way::Code, Way::Temporary] {
        let world = world(|settings| settings.temporary_passwords_enabled = true).await;
        disabled(&world, 0).await;
        let at = 20_000;
        let password = match way {
            Way::Mail => {
                let token = world.reset_token(after(at), MO).await;
                let grant = world.grant(after(at), &token).await;
                assert_eq!(world.set(after(at), &grant, NEW).await.status, 200);
                NEW.to_owned()
            }
            Way::Code => {
                let grant = code_grant(&world, at, "forgot_password").await;
                assert_eq!(world.set(after(at), &grant, NEW).await.status, 200);
                NEW.to_owned()
            }
            Way::Temporary => temporary(&world, after(at)).await,
        };
        let reply = sign_in(&world, at + 1, MO, &password).await;
        let expected = if matches!(way, Way::Temporary) { 403 } else { 200 };
        assert_eq!(reply.status, expected, "{way:?}: {reply:?}");
        if matches!(way, Way::Temporary) {
            assert_eq!(reply.code(), "password_must_change");
        }
        let account = account_at(&world, at + 1, "id-of-mo").await;
        assert_eq!(account.get("password_disabled_at"), None, "{way:?}");
        let old = sign_in(&world, at + 1, MO, RIGHT).await;
        assert_eq!((old.status, old.code()), FAILED, "{way:?}");
        assert_eq!(tries(&world, MO).await.in_a_row, 1, "counting begins anew: {way:?}");
    }
}

async fn temporary(world: &World, now: Timestamp) -> String {
    let path = "tenants/demo/accounts/id-of-mo/temporary-password";
    let made = world.admin_at(now, Method::POST, path, &world.admin, Value::Null).await;
    assert_eq!(made.status, 200, "{made:?}");
    made.text("password").to_owned()
}

#[tokio::test]
async fn a_right_one_after_ninety_nine_forgets_them() {
    for failures in [5, 100] {
        let world = world(|settings| settings.lockout.failures = failures).await;
        let mut at = 0;
        while tries(&world, MO).await.in_a_row < 99 {
            wrong(&world, at, MO, 1).await;
            at += 300;
        }
        at += 900;
        assert_eq!(sign_in(&world, at, MO, RIGHT).await.status, 200, "{failures}");
        assert_eq!(tries(&world, MO).await.in_a_row, 0, "{failures}");
        wrong(&world, at, MO, 2).await;
        assert_eq!(sign_in(&world, at, MO, RIGHT).await.status, 200, "{failures}");
    }
}

/// What a lock told the right password counts as well: otherwise who tries on learns by it.
#[tokio::test]
async fn the_hundredth_may_be_the_right_one_while_locked() {
    let world = world(|settings| settings.lockout.failures = 50).await;
    wrong(&world, 0, MO, 99).await;
    let reply = sign_in(&world, 1, MO, RIGHT).await;
    assert_eq!((reply.status, reply.code()), LOCKED);
    let reply = sign_in(&world, 2, MO, RIGHT).await;
    assert_eq!((reply.status, reply.code()), FAILED);
    world.deliver(after(3)).await;
    assert!(world.account(MO).await.password_disabled_at.is_some());
    assert_eq!(told_off(&world), 1);
}

/// The hundredth was counted and its function died. Nothing is looked at after it, so only what is
/// refused unseen can still tell its owner.
#[tokio::test]
async fn a_password_is_disabled_and_told_even_if_the_hundredth_try_died() {
    let world = world(|settings| settings.lockout.failures = 100).await;
    wrong(&world, 0, MO, 99).await;
    world.deliver(after(0)).await;
    let dynamodb = DynamoDbChaos { conflict_next: u64::MAX, ..DynamoDbChaos::default() };
    world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    assert_eq!(sign_in(&world, 1, MO, WRONG).await.status, 503);
    world.cloud.set_chaos(Chaos::default());
    assert_eq!(sign_in(&world, 30, MO, RIGHT).await.status, 429, "in flight");
    let events = world.events(MO).await.len();
    for seconds in [31, 32, 5000] {
        let reply = sign_in(&world, seconds, MO, RIGHT).await;
        assert_eq!((reply.status, reply.code()), FAILED, "{seconds}");
        world.deliver(after(seconds)).await;
    }
    assert_eq!(told_off(&world), 1, "{:?}", subjects(&world, MO));
    assert_eq!(count(&world, MO, "password_disabled").await, 1);
    let grown = world.events(MO).await.len() - events;
    assert!(grown <= 4, "and the others at the shut door fill no timeline: {grown}");
    let grant = world.grant(after(5001), &world.newest_token(MO)).await;
    assert_eq!(world.set(after(5002), &grant, NEW).await.status, 200);
    assert_eq!(sign_in(&world, 5003, MO, NEW).await.status, 200);
}

/// What strangers tried before there was an account keeps nobody out of it.
#[tokio::test]
async fn who_takes_a_login_that_was_tried_a_hundred_times_signs_in() {
    let world = world(|settings| settings.lockout.failures = 100).await;
    wrong(&world, 0, NOBODY, 110).await;
    world.deliver(after(1)).await;
    let body = json!({"login": NOBODY, "password": "Waterval55", "language": "en"});
    let path = "tenants/demo/accounts";
    let made = world.admin_at(after(2), Method::POST, path, &world.admin, body).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(tries(&world, NOBODY).await.in_a_row, 0);
    assert_eq!(sign_in(&world, 3, NOBODY, "Waterval55").await.status, 200);
    world.deliver(after(4)).await;
    assert_eq!(subjects(&world, NOBODY), [] as [&str; 0]);
}
