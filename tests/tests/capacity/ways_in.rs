//! Signing in by something else than a password, and what a session may do.

use regain_tests::{App, Reply, Request, after, operations};
use serde_json::{Value, json};

use crate::calls::{NEW, Run};

/// With the session that it is, instead of the one that every world has.
async fn with(run: &mut Run<'_>, session: &str, operation: &str, body: Value) -> Reply {
    let world = &run.place.world;
    let row = operations().find(|(_, row)| row.id == operation).unwrap();
    let mut request = Request::to(world, row, "", &body);
    request.headers.retain(|(name, _)| *name != "authorization");
    let request = request.header("authorization", &format!("Bearer {session}"));
    run.seconds += 1;
    let reply = world.send(after(run.seconds), &request).await;
    assert_eq!(reply.status, 200, "{operation} {body}: {reply:?}");
    run.note(operation, reply.status);
    reply
}

/// An account that has the password, and no lock.
pub(crate) async fn signs_in(run: &mut Run<'_>, account: &str, login: &str) {
    let world = &run.place.world;
    for login in [login, "no@example.com"] {
        run.does("why-cannot-i-sign-in", "", json!({"login": login})).await;
        run.delivers().await;
        run.does("magic-login", "", json!({"login": login})).await;
        run.delivers().await;
    }
    let token = world.newest_token(login);
    for status in [200, 410] {
        let redeemed = run.does("redeem-magic-link", "", json!({"token": token})).await;
        assert_eq!(redeemed.status, status, "{redeemed:?}");
    }
    let password = json!({"login": login, "password": NEW});
    let session = run.does("sign-in", "", password.clone()).await.text("token").to_owned();
    with(run, &session, "session", Value::Null).await;
    let enrolled = with(run, &session, "enroll-second-step", json!({"password": NEW})).await;
    let app = App::new(enrolled.text("secret"));
    // A code is good once, and the next one half a minute later.
    let code = |run: &mut Run<'_>| {
        run.seconds += 30;
        app.code(after(run.seconds + 1))
    };
    let first = json!({"code": code(run)});
    let confirmed = with(run, &session, "confirm-second-step", first).await;
    run.delivers().await;
    let session = confirmed.body["session"]["token"].as_str().unwrap();
    let proof = json!({"password": NEW, "code": code(run)});
    let renewed = with(run, session, "renew-recovery-codes", proof).await;
    run.delivers().await;
    for (typed, status) in [
        ("000000", 422),
        (code(run).as_str(), 200),
        (renewed.body["recovery_codes"][0].as_str().unwrap(), 200),
    ] {
        let pending = run.does("sign-in", "", password.clone()).await.text("pending").to_owned();
        let body = json!({"pending": pending, "code": typed});
        let finished = run.does("finish-sign-in", "", body).await;
        assert_eq!(finished.status, status, "{finished:?}");
        run.delivers().await;
    }
    let proof = json!({"password": NEW, "code": code(run)});
    let off = with(run, session, "switch-off-second-step", proof).await;
    run.delivers().await;
    let session = off.body["session"]["token"].as_str().unwrap();
    with(run, session, "sign-out-everywhere", json!({})).await;
    run.delivers().await;
    run.does("second-step-off", account, Value::Null).await;
    without_a_provider(run).await;
}

/// Of a tenant that knows none: what comes before one is asked.
async fn without_a_provider(run: &mut Run<'_>) {
    let world = &run.place.world;
    let begin = world.federated("google", "sign_in");
    assert_eq!(run.does("federated-login", "", begin).await.status, 404);
    assert_eq!(run.does("callback", "", Value::Null).await.status, 404);
    let google = json!({"provider": "google"});
    assert_eq!(run.does("unlink-provider", "", google).await.status, 404);
}
