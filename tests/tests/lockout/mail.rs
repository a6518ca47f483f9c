//! The mail that a lock leads to.

use futures_util::future::join_all;
use regain_domain::Language;
use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::{
    BO, LOCKED, MO, NOBODY, RIGHT, WITHOUT_PASSWORD, WRONG, count, sign_in, subjects, world, wrong,
};

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

#[tokio::test]
async fn each_lock_is_told_once_whatever_follows_it() {
    let world = world(|_| {}).await;
    for lock in 0..4 {
        let at = lock * 900;
        wrong(&world, at, MO, 4).await;
        world.deliver(after(at)).await;
        assert_eq!(subjects(&world, MO).len(), usize::try_from(lock).unwrap(), "not yet: {lock}");
        for seconds in [at, at + 1, at + 300, at + 899] {
            wrong(&world, seconds, MO, 3).await;
            world.deliver(after(seconds)).await;
            world.schedule(after(seconds)).await;
        }
        let told = count(&world, MO, "account_locked").await;
        assert_eq!(told, usize::try_from(lock + 1).unwrap());
        assert_eq!(subjects(&world, MO).len(), told, "{lock}");
    }
    let live = world.live_links(after(3600)).await;
    assert_eq!(live.len(), 1, "{live:?}");
    assert!(subjects(&world, MO)[3].ends_with("(since 15:45)"), "{:?}", subjects(&world, MO));
    assert_eq!(live[0].requested_at, after(0), "the first one's, mailed again");
}

#[tokio::test]
async fn a_record_that_comes_again_tells_nothing_again() {
    let world = world(|_| {}).await;
    wrong(&world, 0, MO, 7).await;
    for seconds in [1, 2, 62, 123] {
        world.cloud.rewind_stream().await;
        world.deliver(after(seconds)).await;
        world.schedule(after(seconds)).await;
        assert_eq!(subjects(&world, MO).len(), 1, "{seconds}");
    }
    assert_eq!(count(&world, MO, "account_locked").await, 1);
    assert_eq!(count(&world, MO, "sign_in_failed").await, 7);
    assert_eq!(world.outbox(), [] as [Value; 0]);
}

#[tokio::test]
async fn records_worked_on_at_once_tell_of_a_lock_once() {
    for round in 0..3 {
        let world = world(|_| {}).await;
        join_all((0..30).map(|_| sign_in(&world, 0, MO, WRONG))).await;
        let records = world.cloud.stream("outbox").unwrap();
        // Each to a sandbox of its own, and each of them twice.
        let events: Vec<Value> =
            records.iter().chain(&records).map(|record| json!({"Records": [record]})).collect();
        join_all(events.iter().map(|event| world.process(after(1), event))).await;
        for minute in 1..6 {
            world.deliver(after(1 + 61 * minute)).await;
            world.schedule(after(1 + 61 * minute)).await;
        }
        assert_eq!(world.outbox(), [] as [Value; 0], "{round}");
        assert_eq!(subjects(&world, MO).len(), 1, "{round}");
        assert_eq!(count(&world, MO, "account_locked").await, 1, "{round}");
    }
}

#[tokio::test]
async fn who_is_blocked_or_has_no_password_or_is_nobody_hears_nothing() {
    let world = world(|_| {}).await;
    for login in [BO, WITHOUT_PASSWORD, NOBODY] {
        for seconds in [0, 900, 1800] {
            wrong(&world, seconds, login, 11).await;
            world.deliver(after(seconds)).await;
            world.deliver(after(seconds + 1)).await;
        }
        assert_eq!(subjects(&world, login), [] as [&str; 0], "{login}");
    }
    let blocked = world.events(BO).await;
    assert!(blocked.contains(&"request_dropped: account_blocked".to_owned()), "{blocked:?}");
    let without = world.events(WITHOUT_PASSWORD).await;
    assert!(without.iter().all(|event| event == "sign_in_failed"), "{without:?}");
    // Blocked after the lock and before its mail.
    wrong(&world, 0, MO, 5).await;
    let (path, body) = ("tenants/demo/accounts/id-of-mo/block", json!({"reason": "trial_ended"}));
    let reply = world.admin(http::Method::POST, path, &world.admin, body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    world.deliver(after(1)).await;
    assert_eq!(count(&world, MO, "account_locked").await, 1);
    assert_eq!(subjects(&world, MO), [] as [&str; 0]);
}

#[tokio::test]
async fn the_words_are_the_accounts_and_say_until_when() {
    let (en, nl) = (Some(Language::En), Some(Language::Nl));
    for (language, lock_seconds, subject, words) in [
        (
            en,
            900,
            "Your account at Demo is temporarily locked (since 15:00)",
            [
                "The lock goes off by itself",
                "15:15",
                "Unlock it at once",
                "You need not do anything",
            ],
        ),
        (
            en,
            0,
            "Your account at Demo is locked (since 15:00)",
            ["It stays locked until you", "mo@example.com", "Robin", "You only need to unlock"],
        ),
        (
            nl,
            900,
            "Je account bij Demo is tijdelijk vergrendeld (sinds 15:00)",
            [
                "De vergrendeling gaat er vanzelf af",
                "15:15",
                "Ontgrendel",
                "Je hoeft niets te doen",
            ],
        ),
        (
            nl,
            0,
            "Je account bij Demo is vergrendeld (sinds 15:00)",
            ["Het blijft vergrendeld tot jij", "mo@example.com", "Robin", "Je hoeft alleen"],
        ),
    ] {
        let world = world(|settings| settings.lockout.lock_seconds = lock_seconds).await;
        world.change_account(MO, |mo| mo.language = language).await;
        world.lock(after(0), MO).await;
        let mail = world.newest_mail(MO);
        assert_eq!(mail.subject.as_deref(), Some(subject));
        let text = mail.text;
        for word in words {
            assert!(text.contains(word), "{word} in {text}");
        }
        assert_eq!(mail.links.len(), 2, "the way out, and \"not me\"");
        assert!(!text.contains("192.0.2.7") && !text.contains(WRONG), "{text}");
    }
}

/// Without a language of its own, the tenant's; never the browser's of whoever tried.
#[tokio::test]
async fn whoever_tried_does_not_choose_the_language() {
    let world = world(|settings| settings.default_language = Language::Nl).await;
    world.change_account(MO, |mo| mo.language = None).await;
    let body = json!({"login": MO, "password": WRONG});
    let english = regain_tests::Request::post("sign-in", &body).header("accept-language", "en");
    for _ in 0..5 {
        assert_eq!(world.send(after(0), &english).await.status, 401);
    }
    world.deliver(after(1)).await;
    assert!(subjects(&world, MO)[0].contains("vergrendeld"), "{:?}", subjects(&world, MO));
}

/// The tries were a stranger's, and so was nothing else.
#[tokio::test]
async fn not_me_of_a_lock_ends_its_link_and_nothing_more() {
    for clicked in [false, true] {
        let world = world(|_| {}).await;
        world.lock(after(0), MO).await;
        let (token, not_me) = (world.newest_token(MO), world.newest_not_me(MO));
        let grant = if clicked { world.grant(after(1), &token).await } else { String::new() };
        let before = world.account(MO).await;
        let reply = world.not_me(after(2), &not_me).await;
        assert_eq!((reply.status, reply.text("status")), (200, "withdrawn"));
        let dead = world.click(after(3), &token).await;
        assert_eq!((dead.code(), dead.text("reason")), ("link_withdrawn", "not_me"));
        if clicked {
            let dead = world.unlock(after(3), &grant).await;
            assert_eq!((dead.code(), dead.text("reason")), ("grant_withdrawn", "not_me"));
        }
        let now = world.account(MO).await;
        assert_eq!((now.epoch, now.reported_at), (before.epoch, None));
        let reply = sign_in(&world, 4, MO, RIGHT).await;
        assert_eq!((reply.status, reply.code()), LOCKED, "the lock stays");
        // The next lock is told again, with a link that works.
        shut_again(&world, 900).await;
        let grant = world.grant(after(902), &world.newest_token(MO)).await;
        assert_eq!(world.unlock(after(903), &grant).await.status, 200);
    }
}

async fn shut_again(world: &World, seconds: i64) {
    wrong(world, seconds, MO, 5).await;
    world.deliver(after(seconds + 1)).await;
    assert_eq!(subjects(world, MO).len(), 2);
}
