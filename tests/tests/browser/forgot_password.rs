//! The whole way of a forgotten password, by mail.

use regain_tests::up::{link, token};
use serde_json::json;

use crate::visit::{
    DUTCH, DUTCH_WITHOUT_SCRIPTS, ENGLISH, ENGLISH_WITHOUT_SCRIPTS, Manner, NEW, Visit,
};

#[tokio::test]
async fn somebody_who_forgot_their_password_gets_in_by_mail() {
    gets_in(ENGLISH).await;
}

#[tokio::test]
async fn somebody_who_forgot_their_password_gets_in_by_mail_without_scripts() {
    gets_in(ENGLISH_WITHOUT_SCRIPTS).await;
}

#[tokio::test]
async fn somebody_who_forgot_their_password_gets_in_by_mail_in_dutch() {
    gets_in(DUTCH).await;
}

#[tokio::test]
async fn somebody_who_forgot_their_password_gets_in_by_mail_in_dutch_without_scripts() {
    gets_in(DUTCH_WITHOUT_SCRIPTS).await;
}

async fn gets_in(manner: Manner) {
    let visit = Visit::begin(manner).await;
    let Visit { up, browser, person, .. } = &visit;
    visit.open("sign-in").await;
    browser.press("main a[href*='/forgot-password']").await;
    browser.fill("input[name=login]", &person.login).await;
    visit.send("forgot-password").await;

    let mail = up.new_message(&person.login, 0).await;
    let lang = format!("lang=\"{}\"", manner.language);
    assert!(mail["html"].as_str().unwrap().contains(&lang), "the mail too is in their language");
    let url = link(&mail, "action");
    browser.open(&url).await;
    visit.is_in_its_language().await;
    assert_eq!(visit.state(token(&url)).await, "sent", "it was opened, and nothing was pressed");
    visit.send("click-link").await;
    assert_eq!(visit.state(token(&url)).await, "clicked");

    assert_eq!(browser.value("input[autocomplete=username]").await, person.login);
    for field in ["password", "confirm"] {
        let hint = browser.attribute(&format!("input[name={field}]"), "autocomplete").await;
        assert_eq!(hint, "new-password");
    }
    visit.choose_password(NEW, NEW).await;
    visit.send("set-password").await;
    assert!(!browser.has("input[type=password]").await, "this is the end of the way");
    assert_eq!(person.signs_in(up, NEW).await, 200);
    assert_eq!(person.signs_in(up, &person.password).await, 401);

    // And by the page, with what they chose.
    visit.open("sign-in").await;
    browser.fill("input[name=login]", &person.login).await;
    browser.fill("input[name=password]", NEW).await;
    visit.send("sign-in").await;
    // The end of it: nothing is left to do.
    assert!(!browser.has("main :is(input, button, a)").await, "{}", browser.text("main").await);
}

#[tokio::test]
async fn a_link_that_was_clicked_opens_the_same_form_again_in_its_time() {
    let visit = Visit::begin(ENGLISH).await;
    let token = visit.open_new_password().await;
    visit.open(&format!("link/{token}")).await;
    visit.send("click-link").await;
    visit.choose_password(NEW, NEW).await;
    visit.send("set-password").await;
    assert_eq!(visit.person.signs_in(&visit.up, NEW).await, 200);
}

/// "This was not me" stands in the mail and on the page of the link; both take pressing.
#[tokio::test]
async fn somebody_who_asked_for_nothing_ends_the_link_by_its_page() {
    let visit = Visit::begin(DUTCH).await;
    let Visit { up, browser, person, .. } = &visit;
    visit.ask_for_link().await;
    let mail = up.new_message(&person.login, 0).await;
    let (action, not_me) = (link(&mail, "action"), link(&mail, "not_me"));
    browser.open(&not_me).await;
    visit.is_in_its_language().await;
    assert_eq!(visit.state(token(&action)).await, "sent", "it was opened, and nothing was pressed");
    visit.send("withdraw-link").await;
    let (status, dead) = up.post("check-link", json!({"token": token(&action)})).await;
    assert_eq!((status, &dead["code"]), (410, &json!("link_withdrawn")), "{dead}");
    browser.open(&action).await;
    assert!(!browser.has(&crate::visit::form("click-link")).await);
}
