//! Accounts that a password says little of: without one, with a temporary one, and with a second
//! step behind it.

use http::Method;
use regain_tests::after;
use serde_json::json;

use crate::steps::{
    BACK, MO, MO_ID, RIGHT, WITHOUT_PASSWORD, linked, outcome, session, stands, world,
};

#[tokio::test]
async fn who_has_no_password_signs_in_and_still_has_none() {
    for with_provider in [false, true] {
        let world = world(|_| {}).await;
        if with_provider {
            linked(&world, WITHOUT_PASSWORD).await;
        }
        let token = world.magic_token(after(0), WITHOUT_PASSWORD).await;
        let mine = session(&world, 10, &token).await;
        let reply = world.session(after(11), &mine).await;
        assert_eq!((reply.status, reply.text("login")), (200, WITHOUT_PASSWORD));
        let account = world.account(WITHOUT_PASSWORD).await;
        assert_eq!(account.password_phc, None);
        assert_eq!(account.identities.len(), usize::from(with_provider), "and nothing is unlinked");
    }
}

/// It takes the place of the password, and so says nothing about a temporary one: that must still
/// be changed where it is used, and works no longer than before.
#[tokio::test]
async fn a_temporary_password_is_neither_used_nor_changed_by_it() {
    let world = world(|settings| settings.temporary_passwords_enabled = true).await;
    let path = format!("{MO_ID}/temporary-password");
    let made = world.admin_at(after(0), Method::POST, &path, &world.admin, json!({})).await;
    let temporary = made.text("password").to_owned();
    let token = world.magic_token(after(10), MO).await;
    let mine = session(&world, 20, &token).await;
    assert_eq!(stands(&world, 21, &mine).await.0, 200);
    let must_change = (403, "password_must_change".to_owned());
    assert_eq!(world.sign_in(after(30), MO, &temporary).await, must_change);
    assert_eq!(world.sign_in(after(30), MO, RIGHT).await.0, 401);
    assert_eq!(world.sign_in(after(86_400), MO, &temporary).await.0, 401, "over");
    let token = world.magic_token(after(86_401), MO).await;
    session(&world, 86_402, &token).await;
}

#[tokio::test]
async fn it_is_never_in_the_place_of_the_second_step() {
    let world = world(|settings| settings.frontend.return_urls = vec![BACK.to_owned()]).await;
    let app = world.switch_on(after(0), MO, RIGHT).await;
    let body = json!({"login": MO, "return_url": BACK});
    assert_eq!(world.post(after(10), "magic-login", body).await.status, 202);
    world.deliver(after(10)).await;
    let token = world.newest_token(MO);
    let reply = world.redeem(after(20), &token).await;
    assert_eq!((reply.status, reply.text("second_step")), (200, "totp"), "{reply:?}");
    assert_eq!(reply.body.get("token"), None);
    assert_eq!(reply.text("return_url"), BACK);
    assert_eq!(outcome(&world.redeem(after(21), &token).await), (410, "link_used"));
    let pending = reply.text("pending").to_owned();
    let done = world.finish(after(40), &pending, &app.code(after(40))).await;
    assert_eq!((done.status, &done.body["methods"]), (200, &json!(["link", "totp"])), "{done:?}");
    let events = world.events(MO).await;
    assert!(events.contains(&"second_step_asked: magic".to_owned()), "{events:?}");
}
