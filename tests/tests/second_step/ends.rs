//! What a change of the second step ends, and what it leaves.

use http::Method;
use regain_tests::{App, World, after};
use serde_json::{Value, json};

use crate::{
    MO, OLD, OVER, confirm, enrolled, on_mo, pending, replaced, start, switched_off, told, world,
};

#[derive(Clone, Copy, Debug)]
enum Change {
    On,
    Replaced,
    Off,
    OffByDesk,
}

use Change::{Off, OffByDesk, On, Replaced};

/// What was issued before a change.
struct Before {
    session: String,
    reset: String,
    grant: String,
    magic: String,
    pending: Option<String>,
}

/// A world and who changes what in it.
async fn begun(change: Change) -> (World, App) {
    if !matches!(change, On) {
        return start(|_| {}).await;
    }
    let world = world(|_| {}).await;
    let session = world.session_of(after(0), MO, OLD).await;
    let mut app = enrolled(&world, 0, &session, json!({"password": OLD})).await;
    app.session = session;
    (world, app)
}

/// Makes it, at [`after`] 90; gives the new session, if its answer has one.
async fn made(world: &World, app: &App, change: Change) -> Option<String> {
    let reply = match change {
        On => confirm(world, 90, &app.session, &app.code(after(90))).await,
        Replaced => replaced(world, 90, app, &app.session).await,
        Off => switched_off(world, 90, app, &app.session).await,
        OffByDesk => {
            on_mo(world, 90, (Method::POST, "/second-step-off"), &world.admin, Value::Null).await
        }
    };
    assert_eq!(reply.status, 200, "{change:?}: {reply:?}");
    reply.body.pointer("/session/token").and_then(Value::as_str).map(str::to_owned)
}

async fn issued(world: &World, app: &App, change: Change) -> Before {
    // Each purpose has a slot: a reset that is not clicked, a lock's that is.
    let reset = world.reset_token(after(10), MO).await;
    let magic = world.magic_token(after(11), MO).await;
    world.lock(after(12), MO).await;
    let grant = world.grant(after(13), &world.newest_token(MO)).await;
    assert_eq!(world.unlock(after(14), &grant).await.status, 200, "so that signing in goes on");
    world.lock(after(15), MO).await;
    let grant = world.grant(after(16), &world.newest_token(MO)).await;
    let path = format!("tenants/demo/accounts/{}/unlock", crate::MO_ID);
    let unlocked = world.admin_at(after(17), Method::POST, &path, &world.desk, Value::Null).await;
    assert_eq!(unlocked.status, 200, "{unlocked:?}");
    let pending = match change {
        On => None,
        _ => Some(pending(world, 60).await),
    };
    Before { session: app.session.clone(), reset, grant, magic, pending }
}

#[tokio::test]
async fn every_change_ends_sessions_and_what_is_pending_and_nothing_in_the_mailbox() {
    for change in [On, Replaced, Off, OffByDesk] {
        let (world, app) = begun(change).await;
        let before = issued(&world, &app, change).await;
        assert_eq!(world.check(after(80), &before.reset).await.status, 200, "{change:?}");
        assert_eq!(world.check(after(80), &before.magic).await.status, 200, "{change:?}");
        let epochs = world.account(MO).await.session_epoch();
        let new = made(&world, &app, change).await;
        let now = world.account(MO).await.session_epoch();
        let ended = (epochs.epoch, epochs.sign_outs + 1);
        assert_eq!((now.epoch, now.sign_outs), ended, "{change:?}");

        let ended = world.session(after(90), &before.session).await;
        assert_eq!(told(&ended), (401, "session_ended"), "{change:?}");
        // Who has stolen a session keeps nobody from the mailbox.
        for token in [&before.reset, &before.magic] {
            let reply = world.check(after(91), token).await;
            assert_eq!(reply.status, 200, "{change:?}: {reply:?}");
        }
        assert_eq!(world.unlock(after(91), &before.grant).await.status, 200, "{change:?}");
        if let Some(pending) = &before.pending {
            let reply = world.finish(after(91), pending, &app.code(after(91))).await;
            assert_eq!(told(&reply), OVER, "{change:?}");
        }
        assert_eq!(new.is_none(), matches!(change, OffByDesk), "{change:?}");
        if let Some(new) = new {
            assert_eq!(world.session(after(92), &new).await.status, 200, "the new one stands");
        }
    }
}

/// Using codes, renewing them and beginning to set an app up end nothing.
#[tokio::test]
async fn what_changes_no_way_in_ends_nothing() {
    let (world, app) = start(|_| {}).await;
    let epoch = world.account(MO).await.epoch;
    let token = world.reset_token(after(10), MO).await;
    let pending = pending(&world, 20).await;
    let proof = |seconds| json!({"password": OLD, "code": app.code(after(seconds))});
    let renewed = world.signed_in(after(30), &app.session, "renew-recovery-codes", proof(30)).await;
    assert_eq!((renewed.status, renewed.body.get("session")), (200, None), "{renewed:?}");
    enrolled(&world, 60, &app.session, proof(60)).await;
    assert_eq!(world.finish(after(90), &pending, &app.code(after(90))).await.status, 200);
    let recovery = renewed.body["recovery_codes"][0].as_str().unwrap();
    assert_eq!(crate::typed(&world, 91, recovery).await.status, 200);

    assert_eq!(world.account(MO).await.epoch, epoch);
    assert_eq!(world.session(after(92), &app.session).await.status, 200);
    assert_eq!(world.check(after(92), &token).await.status, 200);
    let grant = world.grant(after(93), &token).await;
    assert_eq!(world.set(after(94), &grant, crate::NEW).await.status, 200);
}

/// The session in an answer is of who is asked for no code any more, or of who has given one.
#[tokio::test]
async fn what_was_proved_is_in_the_new_session() {
    for (change, methods) in [
        (On, ["password", "totp"].as_slice()),
        (Replaced, &["password", "totp"]),
        (Off, &["password", "totp"]),
    ] {
        let (world, app) = begun(change).await;
        let new = made(&world, &app, change).await.unwrap();
        let told = world.session(after(91), &new).await;
        assert_eq!(told.body["methods"], json!(methods), "{change:?}");
        let on = (!matches!(change, Off)).then_some("totp");
        assert_eq!(told.body["second_step"], json!(on), "{change:?}");
        // And it ends when that would have ended.
        assert_eq!(told.body["expires_at"], json!(after(900)), "{change:?}");
    }
}
