//! The whole way of somebody who is locked out, by a text message.

use crate::visit::{
    DUTCH, DUTCH_WITHOUT_SCRIPTS, ENGLISH, ENGLISH_WITHOUT_SCRIPTS, Manner, NEW, Visit,
};

#[tokio::test]
async fn somebody_who_is_locked_out_gets_in_by_a_text_message() {
    gets_in(ENGLISH).await;
}

#[tokio::test]
async fn somebody_who_is_locked_out_gets_in_by_a_text_message_without_scripts() {
    gets_in(ENGLISH_WITHOUT_SCRIPTS).await;
}

#[tokio::test]
async fn somebody_who_is_locked_out_gets_in_by_a_text_message_in_dutch() {
    gets_in(DUTCH).await;
}

#[tokio::test]
async fn somebody_who_is_locked_out_gets_in_by_a_text_message_in_dutch_without_scripts() {
    gets_in(DUTCH_WITHOUT_SCRIPTS).await;
}

async fn gets_in(manner: Manner) {
    let visit = Visit::begin(manner).await;
    let Visit { up, browser, person, .. } = &visit;
    person.is_locked_out(up).await;

    visit.open("sign-in").await;
    browser.press("main a[href*='/recover']").await;
    browser.fill("input[name=login]", &person.login).await;
    browser.choose("input[name=reason][value=locked_out]").await;
    // The picture is a poor one: another, and what was typed stays.
    let first = browser.value("input[name='captcha.id']").await;
    browser.press("button[name=again][value=captcha]").await;
    assert_ne!(browser.value("input[name='captcha.id']").await, first);
    assert_eq!(browser.value("input[name=login]").await, person.login);
    assert!(browser.has("input[name=reason][value=locked_out][checked]").await);
    visit.answer_captcha().await;
    visit.send("recover").await;

    let main = browser.text("main").await;
    let hint = &person.phone[person.phone.len() - 2..];
    assert!(main.contains(hint) && !main.contains(&person.phone), "{main}");
    visit.send_text_message().await;
    let code = browser.attribute("input[name=code]", "autocomplete").await;
    assert_eq!(code, "one-time-code");
    visit.type_code(&up.sent_code(&person.phone).await).await;
    assert_eq!(person.signs_in(up, &person.password).await, 423, "the code alone unlocks nothing");
    visit.send("unlock").await;
    assert_eq!(person.signs_in(up, &person.password).await, 200);
}

#[tokio::test]
async fn a_new_password_comes_of_a_text_message_too() {
    let visit = Visit::begin(DUTCH).await;
    let Visit { up, person, .. } = &visit;
    visit.open_recovery("forgot_password").await;
    visit.send_text_message().await;
    visit.type_code(&up.sent_code(&person.phone).await).await;
    let login = visit.browser.value("input[autocomplete=username]").await;
    assert_eq!(login, person.login, "password managers are told whose it is");
    visit.choose_password(NEW, NEW).await;
    visit.send("set-password").await;
    assert_eq!(person.signs_in(up, NEW).await, 200);
}

/// For who can do neither the picture nor the phone.
#[tokio::test]
async fn the_way_by_mail_stands_beside_the_phone_and_beside_the_picture() {
    let visit = Visit::begin(ENGLISH).await;
    let Visit { up, browser, person, .. } = &visit;
    visit.open("recover").await;
    assert!(browser.has("main a[href*='/forgot-password']").await);
    visit.open_recovery("forgot_password").await;
    visit.send("send-recovery-link").await;
    browser.open(&person.mailed(up, 0).await).await;
    visit.send("click-link").await;
    visit.choose_password(NEW, NEW).await;
    visit.send("set-password").await;
    assert_eq!(person.signs_in(up, NEW).await, 200);
}

/// The mail that every lock sends has a link that takes it off.
#[tokio::test]
async fn the_owner_of_a_locked_account_takes_the_lock_off_by_mail() {
    let visit = Visit::begin(ENGLISH_WITHOUT_SCRIPTS).await;
    let Visit { up, browser, person, .. } = &visit;
    person.is_locked_out(up).await;
    browser.open(&person.mailed(up, 0).await).await;
    visit.send("click-link").await;
    visit.send("unlock").await;
    assert_eq!(person.signs_in(up, &person.password).await, 200);
}
