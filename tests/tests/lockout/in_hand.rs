//! What a stranger's lock does to a link that its owner has: one that is clicked goes on, one that
//! is not is mailed again.

use regain_tests::{World, after};
use serde_json::json;

use crate::{MO, NEW, PHONE, RIGHT, WRONG, count, sign_in, subjects, tries, world, wrong};

const DROPPED: &str = "request_dropped: link_in_hand";

/// Asks for the link that takes a lock off, as its owner does; gives the token.
async fn asked(world: &World, seconds: i64, reason: &str) -> String {
    let recovery = world.recovery(after(seconds), MO, reason).await;
    let body = json!({"recovery": recovery});
    let reply = world.post(after(seconds), "send-recovery-link", body).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    world.deliver(after(seconds)).await;
    world.newest_token(MO)
}

/// A link to unlock that was made before the lock at 1000: by a lock, or by its owner.
async fn unlock_link(world: &World, by_lock: bool) -> String {
    if by_lock {
        world.lock(after(0), MO).await;
        return world.newest_token(MO);
    }
    asked(world, 0, "locked_out").await
}

/// A stranger locks the account, and its mail is worked on, however often.
async fn locked(world: &World, seconds: i64) {
    wrong(world, seconds, MO, 7).await;
    for again in 0..2 {
        world.deliver(after(seconds + again)).await;
        world.cloud.rewind_stream().await;
    }
}

#[tokio::test]
async fn a_lock_ends_no_link_to_unlock_that_was_clicked_and_is_mailed_of_by_none() {
    for by_lock in [false, true] {
        for with_password in [false, true] {
            let world = world(|_| {}).await;
            let token = unlock_link(&world, by_lock).await;
            let grant = world.grant(after(990), &token).await;
            let mails = subjects(&world, MO).len();
            locked(&world, 1000).await;
            assert_eq!(subjects(&world, MO).len(), mails, "{by_lock}");
            assert_eq!(count(&world, MO, DROPPED).await, 1, "{by_lock}");
            assert_eq!(sign_in(&world, 1002, MO, RIGHT).await.status, 423, "{by_lock}");
            let reply = match with_password {
                true => world.unlock_with(after(1003), &grant, RIGHT).await,
                false => world.unlock(after(1003), &grant).await,
            };
            assert_eq!(reply.status, 200, "{by_lock}: {reply:?}");
            assert_eq!(sign_in(&world, 1004, MO, RIGHT).await.status, 200, "{by_lock}");
            assert_eq!(world.outbox().len(), 1, "that it was unlocked");
        }
    }
}

/// In the last second of the grant; at the next it is no more in anyone's hand.
#[tokio::test]
async fn a_grant_is_in_hand_until_it_is_used_or_over() {
    for (at, in_hand) in [(899, true), (900, false)] {
        let world = world(|_| {}).await;
        let token = asked(&world, 0, "locked_out").await;
        let valid_until = world.click(after(0), &token).await.body["valid_until"].clone();
        assert_eq!(valid_until, json!(after(900)));
        wrong(&world, at, MO, 5).await;
        world.deliver(after(at)).await;
        assert_eq!(count(&world, MO, DROPPED).await, usize::from(in_hand), "{at}");
        assert_eq!(subjects(&world, MO).len(), if in_hand { 1 } else { 2 }, "{at}");
    }
    let world = world(|_| {}).await;
    let token = asked(&world, 0, "locked_out").await;
    let grant = world.grant(after(1), &token).await;
    assert_eq!(world.unlock(after(2), &grant).await.status, 200);
    world.deliver(after(2)).await;
    let mails = subjects(&world, MO).len();
    locked(&world, 3).await;
    assert_eq!(subjects(&world, MO).len(), mails + 1, "{:?}", subjects(&world, MO));
    let newer = world.grant(after(6), &world.newest_token(MO)).await;
    assert_eq!(world.unlock(after(7), &newer).await.status, 200);
}

#[tokio::test]
async fn a_lock_mails_a_link_to_unlock_that_nobody_clicked_again_in_its_own_words() {
    for by_lock in [false, true] {
        // However long ago it was asked for, and whatever the tenant wants of the owner's own.
        for (window, seconds) in [(0, 1000), (0, 172_700), (60, 1000)] {
            let case = (by_lock, window, seconds);
            let change = |s: &mut regain_domain::Settings| {
                s.validity.same_link_window_seconds = window;
            };
            let world = world(change).await;
            let token = unlock_link(&world, by_lock).await;
            let mails = subjects(&world, MO).len();
            let deadline = world.check(after(1), &token).await.body["valid_until"].clone();
            locked(&world, seconds).await;
            let now = subjects(&world, MO);
            assert_eq!(now.len(), mails + 1, "{case:?}: {now:?}");
            let minute = if seconds == 1000 { "15:16" } else { "14:58" };
            let words = format!("is temporarily locked (since {minute})");
            assert!(now[mails].ends_with(&words), "{case:?}: {now:?}");
            let text = world.newest_mail(MO).text;
            assert!(text.contains("was locked") && text.contains("Unlock it at once"), "{text}");
            assert_eq!(world.newest_token(MO), token, "{case:?}");
            let check = world.check(after(seconds + 1), &token).await;
            assert_eq!(check.status, 200, "{case:?}: {check:?}");
            assert_eq!(check.body["valid_until"], deadline, "{case:?}");
            assert_eq!(count(&world, MO, "link_superseded").await, 0, "{case:?}");
            assert_eq!(count(&world, MO, "link_repeated").await, 1, "{case:?}");
            let grant = world.grant(after(seconds + 2), &token).await;
            assert_eq!(world.unlock(after(seconds + 3), &grant).await.status, 200, "{case:?}");
        }
    }
}

/// Expired, withdrawn or used, it helps nobody: then the lock's mail has another.
#[tokio::test]
async fn a_lock_mails_another_link_where_the_one_before_it_is_dead() {
    for withdrawn in [false, true] {
        let world = world(|_| {}).await;
        let token = asked(&world, 0, "locked_out").await;
        let at = if withdrawn { 10 } else { 172_800 };
        if withdrawn {
            let report = world.newest_not_me(MO);
            assert_eq!(world.not_me(after(1), &report).await.status, 200);
        }
        locked(&world, at).await;
        assert_ne!(world.newest_token(MO), token, "{withdrawn}");
        let grant = world.grant(after(at + 2), &world.newest_token(MO)).await;
        assert_eq!(world.unlock(after(at + 3), &grant).await.status, 200, "{withdrawn}");
    }
}

/// A grant of a code is another purpose: the lock's mail goes, and both work.
#[tokio::test]
async fn a_lock_is_mailed_beside_the_grant_of_a_code() {
    let world = world(|_| {}).await;
    let grant = world.code_grant(after(0), MO, PHONE, "locked_out").await;
    world.deliver(after(0)).await;
    let mails = subjects(&world, MO).len();
    locked(&world, 10).await;
    assert_eq!((subjects(&world, MO).len(), count(&world, MO, DROPPED).await), (mails + 1, 0));
    assert_eq!(world.unlock(after(12), &grant).await.status, 200);
}

/// Ninety-five in a row with nothing told of them; the rest of a hundred is a stranger's.
async fn nearly_a_hundred(change: impl FnOnce(&mut regain_domain::Settings)) -> World {
    let world = world(|settings| {
        settings.lockout.failures = 100;
        change(settings);
    })
    .await;
    wrong(&world, 0, MO, 95).await;
    world.deliver(after(0)).await;
    world.deliver(after(0)).await;
    assert_eq!(subjects(&world, MO).len(), 0);
    world
}

async fn the_rest_of_a_hundred(world: &World, seconds: i64) {
    for _ in 0..5 {
        sign_in(world, seconds, MO, WRONG).await;
    }
    assert_eq!(tries(world, MO).await.in_a_row, 100);
    for again in 0..2 {
        world.deliver(after(seconds + again)).await;
        world.cloud.rewind_stream().await;
    }
    assert!(world.account(MO).await.password_disabled_at.is_some());
}

#[tokio::test]
async fn a_password_that_is_disabled_ends_no_reset_that_was_clicked() {
    let world = nearly_a_hundred(|_| {}).await;
    let token = world.reset_token(after(10), MO).await;
    let grant = world.grant(after(11), &token).await;
    the_rest_of_a_hundred(&world, 20).await;
    assert_eq!(subjects(&world, MO).len(), 1, "{:?}", subjects(&world, MO));
    assert_eq!(count(&world, MO, DROPPED).await, 1);
    assert_eq!(count(&world, MO, "password_disabled").await, 1, "the desk sees it all the same");
    assert_eq!(world.set(after(30), &grant, NEW).await.status, 200);
    assert_eq!(sign_in(&world, 31, MO, NEW).await.status, 200);
}

#[tokio::test]
async fn a_password_that_is_disabled_has_a_reset_that_nobody_clicked_mailed_again() {
    for window in [0, 60] {
        let world = nearly_a_hundred(|s| s.validity.same_link_window_seconds = window).await;
        let token = world.reset_token(after(10), MO).await;
        the_rest_of_a_hundred(&world, 1000).await;
        let now = subjects(&world, MO);
        assert_eq!(now.len(), 2, "{now:?}");
        assert!(now[1].contains("switched off"), "{now:?}");
        let text = world.newest_mail(MO).text;
        assert!(text.contains("a hundred times") && text.contains("15:16"), "{text}");
        assert_eq!(world.newest_token(MO), token);
        assert_eq!(count(&world, MO, "link_repeated").await, 1);
        let grant = world.grant(after(1002), &token).await;
        assert_eq!(world.set(after(1003), &grant, NEW).await.status, 200);
        assert_eq!(sign_in(&world, 1004, MO, NEW).await.status, 200);
    }
}

/// Who asks has asked: their own request supersedes, or repeats, as the tenant says, and no desk
/// made the link.
#[tokio::test]
async fn the_owner_who_asks_after_a_lock_is_mailed_in_the_words_of_who_asked() {
    for window in [0, 60] {
        for reset in [false, true] {
            let case = (window, reset);
            let change = |s: &mut regain_domain::Settings| {
                s.validity.same_link_window_seconds = window;
            };
            let (world, reason, at) = match reset {
                true => (nearly_a_hundred(change).await, "forgot_password", 20),
                false => (world(change).await, "locked_out", 20),
            };
            match reset {
                true => the_rest_of_a_hundred(&world, 10).await,
                false => locked(&world, 10).await,
            }
            let of_lock = world.newest_token(MO);
            let token = asked(&world, at, reason).await;
            assert_eq!(token == of_lock, window > 0, "{case:?}");
            let text = world.newest_mail(MO).text;
            assert!(text.contains("requested at Demo"), "{case:?}: {text}");
            assert!(!text.contains("service desk of Demo made"), "{case:?}: {text}");
            assert_eq!(world.click(after(at + 1), &token).await.status, 200, "{case:?}");
        }
    }
}
