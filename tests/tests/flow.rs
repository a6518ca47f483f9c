//! A forgotten password, from the request to the sign-in.

use regain_tests::{World, after};
use serde_json::json;

#[tokio::test]
async fn a_forgotten_password_end_to_end() {
    let world = World::new().await;
    let token = world.reset_token(after(0), "mo@example.com").await;

    let checked = world.post(after(10), "check-link", json!({"token": token})).await;
    assert_eq!(
        checked.body,
        json!({
            "purpose": "reset",
            "state": "sent",
            "valid_until": "2026-11-24T14:00:00Z",
            "login_hint": "m•••@example.com",
        })
    );

    let clicked = world.post(after(60), "click-link", json!({"token": token})).await;
    assert_eq!(clicked.status, 200);
    assert_eq!(clicked.text("valid_until"), "2026-11-22T14:16:00Z");
    assert_eq!(clicked.text("login"), "mo@example.com");
    assert_eq!(clicked.text("password"), "choose");

    let grant = clicked.text("grant");
    let weak =
        world.post(after(90), "set-password", json!({"grant": grant, "password": "jansen"})).await;
    assert_eq!((weak.status, weak.code()), (422, "password_rejected"));
    assert_eq!(
        weak.body["violations"],
        json!([
            {"code": "too_short", "min": 8},
            {"code": "needs_uppercase", "min": 1},
            {"code": "needs_digit", "min": 1},
            {"code": "contains_last_name"},
        ])
    );
    let changed = world
        .post(after(120), "set-password", json!({"grant": grant, "password": "Molenwiek42"}))
        .await;
    assert_eq!((changed.status, changed.body), (200, json!({"status": "changed"})));

    assert_eq!(world.sign_in(after(130), "mo@example.com", "Zeilboot7").await.0, 401);
    assert_eq!(world.sign_in(after(130), "Mo@Example.com", "Molenwiek42").await.0, 200);

    let dead = world.post(after(140), "click-link", json!({"token": token})).await;
    assert_eq!((dead.status, dead.code()), (410, "link_used"));
    assert_eq!(dead.text("at"), "2026-11-22T14:02:00Z");
    assert_eq!(dead.text("remedy"), "sign_in");

    world.deliver(after(150)).await;
    let notice = world.newest_mail("mo@example.com");
    assert!(
        notice.subject.as_deref().unwrap_or_default().contains("changed"),
        "{:?}",
        notice.subject
    );
}
