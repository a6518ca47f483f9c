//! Choosing the password: what a rejected one costs, and which are rejected.

use regain_domain::hashing::{Cost, Hasher};
use regain_domain::password::Password;
use regain_domain::policy::Profile;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{MIN15, MO, NEW, death, withdrawn};

fn violations(reply: &Reply) -> &Value {
    assert_eq!((reply.status, reply.code()), (422, "password_rejected"), "{reply:?}");
    &reply.body["violations"]
}

#[tokio::test]
async fn a_rejected_password_burns_nothing() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(0), &token).await;
    for weak in ["molenwiek42", "Molenwiek", "Jansen42x"] {
        assert_eq!(world.set(after(10), &grant, weak).await.status, 422, "{weak}");
    }
    assert_eq!(world.sign_in(after(20), MO, "Zeilboot7").await.0, 200, "still the old one");
    assert_eq!(world.set(after(MIN15 - 1), &grant, NEW).await.status, 200);
    assert_eq!(world.sign_in(after(MIN15), MO, NEW).await.0, 200);
}

#[tokio::test]
async fn a_grant_has_twenty_tries_and_the_twentieth_may_be_right() {
    for (rejected, last) in [(19, 200), (20, 410)] {
        let world = World::new().await;
        let token = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(0), &token).await;
        for _ in 0..rejected {
            assert_eq!(world.set(after(10), &grant, "weak").await.status, 422);
        }
        let reply = world.set(after(20), &grant, NEW).await;
        assert_eq!(reply.status, last, "after {rejected}");
        if last == 410 {
            let spent = withdrawn("grant_withdrawn", "too_many_tries", after(20), "request_again");
            assert_eq!(death(&reply), spent);
            assert_eq!(world.sign_in(after(30), MO, "Zeilboot7").await.0, 200);
            let next = world.reset_token(after(40), MO).await;
            let grant = world.grant(after(50), &next).await;
            assert_eq!(world.set(after(60), &grant, NEW).await.status, 200, "the remedy helps");
        }
    }
}

#[tokio::test]
async fn no_earlier_password_is_taken_again_however_long_ago() {
    let world = World::new().await;
    let mut earlier = vec!["Zeilboot7".to_owned()];
    for round in 0..4_i64 {
        let token = world.reset_token(after(round * 4000), MO).await;
        let grant = world.grant(after(round * 4000 + 10), &token).await;
        for password in &earlier {
            let reply = world.set(after(round * 4000 + 20), &grant, password).await;
            assert_eq!(violations(&reply), &json!([{"code": "reused"}]), "{password}");
        }
        let next = format!("Molenwiek\u{e9}{round}2");
        assert_eq!(world.set(after(round * 4000 + 30), &grant, &next).await.status, 200);
        // Typed on another keyboard it is the same password.
        earlier.extend([next.replace('\u{e9}', "e\u{301}"), next]);
    }
    assert_eq!(world.account(MO).await.history.len(), 5);
}

#[tokio::test]
async fn a_tenant_may_allow_earlier_passwords() {
    let world = World::with(|settings| {
        settings.password_policy.profile = Profile::Custom;
        settings.password_policy.forbid_reuse = false;
    })
    .await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(10), &token).await;
    assert_eq!(world.set(after(20), &grant, "Zeilboot7").await.status, 200);
}

#[tokio::test]
async fn an_imported_hash_has_no_history_and_is_still_not_taken_again() {
    let world = World::new().await;
    let imported = Hasher::new(Cost { memory_kib: 32, passes: 1 });
    let phc = imported.hash(&Password::parse("Rotonde64").unwrap(), [5; 16]).unwrap();
    world
        .change_account(MO, |account| {
            account.password_phc = Some(phc);
            account.password_in_history = false;
            account.history = Vec::new();
            account.history_salt = None;
        })
        .await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(10), &token).await;
    let reply = world.set(after(20), &grant, "Rotonde64").await;
    assert_eq!(violations(&reply), &json!([{"code": "reused"}]));
    assert_eq!(reply.log["argon2.runs"], 2, "the history's, and one for the imported hash");
    let reply = world.set(after(30), &grant, NEW).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.log["argon2.runs"], 3);
    assert_eq!(world.sign_in(after(40), MO, NEW).await.0, 200);
    let account = world.account(MO).await;
    assert!(account.password_in_history && account.history.len() == 2);
    // The imported one is gone, and still not taken again.
    let token = world.reset_token(after(50), MO).await;
    let grant = world.grant(after(60), &token).await;
    let reply = world.set(after(70), &grant, "Rotonde64").await;
    assert_eq!(violations(&reply), &json!([{"code": "reused"}]));
}

#[tokio::test]
async fn a_grant_without_tries_is_dead_for_good_and_says_so_everywhere() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(10), &token).await;
    for _ in 0..20 {
        assert_eq!(world.set(after(20), &grant, "weak").await.status, 422);
    }
    for seconds in [30, 40, 5000] {
        let reply = world.set(after(seconds), &grant, NEW).await;
        let told = (reply.code(), reply.text("reason"), reply.text("at"));
        assert_eq!(told, ("grant_withdrawn", "too_many_tries", "2026-11-22T14:00:30Z"));
    }
    for reply in [world.check(after(50), &token).await, world.click(after(50), &token).await] {
        let told = (reply.code(), reply.text("reason"), reply.text("remedy"));
        assert_eq!(told, ("link_withdrawn", "too_many_tries", "request_again"));
    }
}

#[tokio::test]
async fn an_account_without_a_password_gets_its_first_one() {
    let world = World::new().await;
    let login = "new@example.com";
    let token = world.reset_token(after(0), login).await;
    let grant = world.grant(after(10), &token).await;
    let reply = world.set(after(20), &grant, NEW).await;
    assert_eq!((reply.status, &reply.log["argon2.runs"]), (200, &json!(2)));
    assert_eq!(world.sign_in(after(30), login, NEW).await.0, 200);
}

#[tokio::test]
async fn a_policy_tightened_between_click_and_password_is_the_one_that_counts() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(0), &token).await;
    assert_eq!(world.set(after(10), &grant, "weak").await.status, 422);
    world.change_settings(|settings| settings.password_policy.length_min = 12).await;
    let reply = world.set(after(100), &grant, NEW).await;
    assert_eq!(violations(&reply), &json!([{"code": "too_short", "min": 12}]));
    let clicked = world.click(after(100), &token).await;
    assert_eq!(clicked.body["password_policy"]["length_min"], 12, "and a new click tells it");
    assert_eq!(world.set(after(110), &grant, "Molenwiek4242").await.status, 200);
}

#[tokio::test]
async fn where_the_person_wanted_to_go_comes_along_to_the_end() {
    let home = "https://app.example.com/home?from=reset";
    let world = World::with(|settings| settings.frontend.return_urls = vec![home.into()]).await;
    let body = json!({"login": MO, "return_url": home});
    assert_eq!(world.post(after(0), "request-reset", body).await.status, 202);
    world.deliver(after(0)).await;
    let token = world.newest_token(MO);
    let clicked = world.click(after(10), &token).await;
    assert_eq!(clicked.text("return_url"), home);
    let changed = world.set(after(20), clicked.text("grant"), NEW).await;
    assert_eq!(changed.body, json!({"status": "changed", "return_url": home}));

    let token = world.reset_token(after(30), MO).await;
    let clicked = world.click(after(40), &token).await;
    assert_eq!(clicked.body.get("return_url"), None, "none asked, none told");
}
