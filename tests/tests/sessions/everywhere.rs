//! Signing out everywhere ends every session, and leaves the mailbox alone.

use futures_util::future::join_all;
use regain_tests::{World, after};
use serde_json::json;

use crate::{ENDED, MO, OLD, told};

#[tokio::test]
async fn it_ends_sessions_and_what_is_pending_and_nothing_in_the_mailbox() {
    let world = World::new().await;
    let app = world.switch_on(after(0), MO, OLD).await;
    let session = app.session.clone();
    let reset = world.reset_token(after(1), MO).await;
    let grant = world.grant(after(2), &reset).await;
    let magic = world.magic_token(after(3), MO).await;
    let pending = world.pending(after(4), MO, OLD).await;
    let out = world.signed_in(after(5), &session, "sign-out-everywhere", json!({})).await;
    assert_eq!((out.status, &out.body), (200, &json!({"status": "signed_out"})));

    assert_eq!(told(&world.session(after(5), &session).await), ENDED);
    for token in [&reset, &magic] {
        let reply = world.check(after(6), token).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    let reply = world.finish(after(6), &pending, &app.code(after(6))).await;
    assert_eq!(told(&reply), (410, "sign_in_over"));
    let redeemed = world.redeem(after(6), &magic).await;
    assert_eq!(redeemed.text("second_step"), "totp", "{redeemed:?}");

    // Password, second step and recovery codes are as they were, and so is every way in.
    let pending = world.pending(after(7), MO, OLD).await;
    let reply = world.finish(after(7), &pending, &app.code(after(7))).await;
    assert_eq!(world.session(after(8), reply.text("token")).await.status, 200);
    // Whoever has stolen the password cannot keep its owner from another one by it.
    assert_eq!(world.set(after(9), &grant, crate::NEW).await.status, 200);
    assert!(world.events(MO).await.contains(&"signed_out_everywhere".to_owned()));
}

#[tokio::test]
async fn it_takes_a_session_that_stands_and_no_body() {
    let world = World::new().await;
    let session = world.session_of(after(0), MO, OLD).await;
    assert_eq!(told(&world.post(after(1), "sign-out-everywhere", json!({})).await), crate::NONE);
    let out = world.signed_in(after(1), &session, "sign-out-everywhere", json!({})).await;
    assert_eq!(out.status, 200, "{out:?}");
    let epoch = world.account(MO).await.session_epoch();
    let again = world.signed_in(after(2), &session, "sign-out-everywhere", json!({})).await;
    assert_eq!(told(&again), ENDED);
    assert_eq!(world.account(MO).await.session_epoch(), epoch);
}

#[tokio::test]
async fn of_twenty_at_once_one_ends_them_all() {
    let world = World::new().await;
    let mut sessions = Vec::new();
    for _ in 0..20 {
        sessions.push(world.session_of(after(0), MO, OLD).await);
    }
    let out = |session| world.signed_in(after(1), session, "sign-out-everywhere", json!({}));
    let replies = join_all(sessions.iter().map(|session| out(session))).await;
    let done = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(done, 1, "{replies:?}");
    assert!(replies.iter().all(|reply| reply.status == 200 || told(reply) == ENDED));
    for session in &sessions {
        assert_eq!(told(&world.session(after(2), session).await), ENDED);
    }
    assert_eq!(world.account(MO).await.sign_outs, 1);
}
