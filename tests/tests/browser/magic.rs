//! In without a password.

use regain_tests::up::token;
use serde_json::json;

use crate::visit::{
    DUTCH, DUTCH_WITHOUT_SCRIPTS, ENGLISH, ENGLISH_WITHOUT_SCRIPTS, Manner, Visit, form,
};

#[tokio::test]
async fn a_magic_link_signs_in() {
    signs_in(ENGLISH).await;
}

#[tokio::test]
async fn a_magic_link_signs_in_without_scripts() {
    signs_in(ENGLISH_WITHOUT_SCRIPTS).await;
}

#[tokio::test]
async fn a_magic_link_signs_in_in_dutch() {
    signs_in(DUTCH).await;
}

#[tokio::test]
async fn a_magic_link_signs_in_in_dutch_without_scripts() {
    signs_in(DUTCH_WITHOUT_SCRIPTS).await;
}

async fn signs_in(manner: Manner) {
    let visit = Visit::begin(manner).await;
    let Visit { up, browser, person, .. } = &visit;
    visit.open("sign-in").await;
    browser.press("main a[href*='/magic']").await;
    browser.fill("input[name=login]", &person.login).await;
    visit.send("magic").await;
    let url = person.mailed(up, 0).await;
    assert!(url.contains("/p/demo/magic/"), "{url}");
    for _ in 0..2 {
        browser.open(&url).await;
        visit.is_in_its_language().await;
    }
    visit.send("redeem-magic-link").await;
    assert!(!browser.has("main :is(input, button, a)").await, "{}", browser.text("main").await);

    // It was good once.
    let (status, dead) = up.post("redeem-magic-link", json!({"token": token(&url)})).await;
    assert_eq!((status, &dead["code"]), (410, &json!("link_used")), "{dead}");
    browser.open(&url).await;
    assert!(!browser.has(&form("redeem-magic-link")).await, "{}", browser.text("main").await);
}
