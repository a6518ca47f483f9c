//! What every file here needs: an app, codes right and wrong, and ways to see what they came to.

use std::collections::BTreeMap;

use http::Method;
use regain_domain::Settings;
use regain_domain::second_step::SecondStep;
use regain_store::TriesOf;
use regain_tests::{App, Reply, World, after};
use serde_json::{Value, json};

pub(crate) const MO: &str = "mo@example.com";
pub(crate) const MO_ID: &str = "id-of-mo";
pub(crate) const PHONE: &str = "+31612345678";
pub(crate) const OLD: &str = "Zeilboot7";
/// What Mo chooses instead.
pub(crate) const NEW: &str = "Molenwiek42";
pub(crate) const ANN: &str = "ann@example.com";
/// Ann's password.
pub(crate) const ANNS: &str = "Bakfiets8";

/// A wrong code.
pub(crate) const WRONG: (u16, &str) = (422, "code_wrong");
/// One that was accepted before, or is older than one that was.
pub(crate) const USED: (u16, &str) = (422, "code_used");
/// No code is looked at.
pub(crate) const LOCKED: (u16, &str) = (423, "second_step_locked");
/// Of a sign-in that cannot be finished any more.
pub(crate) const OVER: (u16, &str) = (410, "sign_in_over");

/// A world where one address tries, and one account is told, as often as it likes.
pub(crate) async fn world(change: impl FnOnce(&mut Settings)) -> World {
    World::with(|settings| {
        settings.limits.per_login_and_address_hour = 10_000;
        settings.limits.per_address_hour = 10_000;
        settings.limits.mails_per_login_hour = 10_000;
        change(settings);
    })
    .await
}

/// The same, where Mo's second step was switched on at the beginning, and the mail of it is gone.
pub(crate) async fn start(change: impl FnOnce(&mut Settings)) -> (World, App) {
    let world = world(change).await;
    let app = world.switch_on(after(0), MO, OLD).await;
    world.deliver(after(0)).await;
    world.cloud.clear_messages().unwrap();
    (world, app)
}

/// Mo signs in with the password; gives what is pending.
pub(crate) async fn pending(world: &World, seconds: i64) -> String {
    world.pending(after(seconds), MO, OLD).await
}

/// So many sign-ins of Mo, all pending.
pub(crate) async fn pendings(world: &World, seconds: i64, times: usize) -> Vec<String> {
    let mut pendings = Vec::new();
    for _ in 0..times {
        pendings.push(pending(world, seconds).await);
    }
    pendings
}

/// Mo signs in with the password and types this code.
pub(crate) async fn typed(world: &World, seconds: i64, code: &str) -> Reply {
    let pending = pending(world, seconds).await;
    world.finish(after(seconds), &pending, code).await
}

/// A code that the app shows neither now nor a step before or after.
pub(crate) fn wrong(app: &App, seconds: i64) -> String {
    let shown = [-30, 0, 30].map(|drift| app.code(after(seconds + drift)));
    let codes = ["000000", "111111", "222222", "333333"].into_iter();
    codes.map(str::to_owned).find(|code| !shown.contains(code)).unwrap()
}

/// So many wrong codes of Mo, one after another, and what follows from them.
pub(crate) async fn wrong_ones(world: &World, app: &App, seconds: i64, times: u32) {
    let pending = pending(world, seconds).await;
    for n in 0..times {
        let reply = world.finish(after(seconds), &pending, &wrong(app, seconds)).await;
        assert_eq!(told(&reply), WRONG, "{n} at {seconds}: {reply:?}");
    }
    world.deliver(after(seconds)).await;
}

/// Status and code.
pub(crate) fn told(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.code())
}

/// Status and code of many, and how often each.
pub(crate) fn outcomes(replies: &[Reply]) -> BTreeMap<(u16, &str), usize> {
    let mut outcomes = BTreeMap::new();
    for reply in replies {
        *outcomes.entry(told(reply)).or_default() += 1;
    }
    outcomes
}

/// What is counted of Mo's codes: begun, failed, begun while locked, in a row.
pub(crate) async fn counted(world: &World) -> [u32; 4] {
    let tries = world.store.tries(&world.tenant(), TriesOf::SecondStep(MO_ID)).await.unwrap();
    [tries.begun, tries.failed, tries.while_locked, tries.in_a_row]
}

/// Mo's second step, as stored.
pub(crate) async fn second_step(world: &World) -> Option<SecondStep> {
    world.account(MO).await.second_step
}

/// The subjects of the mails to Mo, oldest first.
pub(crate) fn subjects(world: &World) -> Vec<String> {
    let mut mails = world.cloud.messages(Some(MO));
    mails.reverse();
    mails.into_iter().map(|mail| mail.subject.unwrap()).collect()
}

/// An operation of the back office on Mo's account.
pub(crate) async fn on_mo(
    world: &World,
    seconds: i64,
    (method, end): (Method, &str),
    key: &str,
    body: Value,
) -> Reply {
    let path = format!("tenants/demo/accounts/{MO_ID}{end}");
    world.admin_at(after(seconds), method, &path, key, body).await
}

/// Begins to set an app up, with what else that takes.
pub(crate) async fn enrolled(world: &World, seconds: i64, session: &str, proof: Value) -> App {
    let reply = world.signed_in(after(seconds), session, "enroll-second-step", proof).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    App::new(reply.text("secret"))
}

/// The first code of an app.
pub(crate) async fn confirm(world: &World, seconds: i64, session: &str, code: &str) -> Reply {
    world.signed_in(after(seconds), session, "confirm-second-step", json!({"code": code})).await
}

/// Puts another app in the place of Mo's, with the code that it shows.
pub(crate) async fn replaced(world: &World, seconds: i64, app: &App, session: &str) -> Reply {
    let proof = json!({"password": OLD, "code": app.code(after(seconds))});
    let other = enrolled(world, seconds, session, proof).await;
    let reply = confirm(world, seconds, session, &other.code(after(seconds))).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}

/// Switches Mo's second step off, with the code that the app shows.
pub(crate) async fn switched_off(world: &World, seconds: i64, app: &App, session: &str) -> Reply {
    let proof = json!({"password": OLD, "code": app.code(after(seconds))});
    let reply = world.signed_in(after(seconds), session, "switch-off-second-step", proof).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}
