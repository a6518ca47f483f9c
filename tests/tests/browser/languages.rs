//! Which language a page is in.

use regain_tests::browser::Scripts;

use crate::visit::{ENGLISH, Manner, NEW, Visit};

/// The language of the address wins over that of the browser, and goes along to the mail.
#[tokio::test]
async fn the_language_that_was_chosen_goes_along_the_whole_way() {
    let mut visit = Visit::begin(ENGLISH).await;
    visit.open("forgot-password").await;
    visit.language = "nl";
    visit.browser.press("a[href*='lang=nl']").await;
    visit.is_in_its_language().await;
    visit.send("forgot-password").await;
    visit.browser.fill("input[name=login]", &visit.person.login).await;
    visit.send("forgot-password").await;
    let mail = visit.up.new_message(&visit.person.login, 0).await;
    assert!(mail["html"].as_str().unwrap().contains("lang=\"nl\""));

    let token = visit.up.ask(&visit.person.login).await;
    visit.open(&format!("link/{token}?lang=nl")).await;
    visit.send("click-link").await;
    visit.choose_password(NEW, "another").await;
    visit.send("set-password").await;
    visit.choose_password(NEW, NEW).await;
    visit.send("set-password").await;
    assert_eq!(visit.person.signs_in(&visit.up, NEW).await, 200);
}

#[tokio::test]
async fn a_language_that_there_is_not_is_that_of_the_tenant() {
    let frisian = Manner { language: "fy", scripts: Scripts::Off };
    let mut visit = Visit::begin(frisian).await;
    visit.language = "en";
    visit.open("sign-in").await;
    visit.open("sign-in?lang=tlh").await;
}
