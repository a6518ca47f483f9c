//! Without a mouse.

use regain_tests::browser::{DOWN, SPACE, TAB};
use serde_json::json;

use crate::errors::FOCUSED;
use crate::visit::{DUTCH, ENGLISH, NEW, Visit};

/// More than any page has.
const TABS_MAX: usize = 40;

impl Visit {
    /// Moves on until the focus is on what a selector finds.
    async fn tab_to(&self, css: &str) {
        for _ in 0..TABS_MAX {
            let there = "return document.activeElement.matches(arguments[0])";
            if self.browser.run(there, json!([css])).await == true {
                return;
            }
            self.browser.key(TAB).await;
        }
        panic!("not reached: {css}");
    }

    async fn type_into(&self, css: &str, text: &str) {
        self.tab_to(css).await;
        self.browser.type_text(text).await;
    }

    async fn enter(&self) {
        self.browser.enter().await;
        self.is_in_its_language().await;
    }
}

#[tokio::test]
async fn a_forgotten_password_needs_no_mouse() {
    let visit = Visit::begin(ENGLISH).await;
    let Visit { up, browser, person, .. } = &visit;
    visit.open("sign-in").await;
    visit.tab_to("main a[href*='/forgot-password']").await;
    visit.enter().await;
    visit.type_into("input[name=login]", &person.login).await;
    visit.enter().await;
    browser.open(&person.mailed(up, 0).await).await;
    visit.tab_to(&crate::visit::button("click-link")).await;
    visit.enter().await;
    visit.type_into("input[name=password]", NEW).await;
    visit.type_into("input[name=confirm]", "something else").await;
    visit.enter().await;
    // The first field with an error has the focus already.
    assert_eq!(browser.run_later(FOCUSED, json!(["confirm"])).await, "confirm");
    visit.type_into("input[name=password]", NEW).await;
    visit.type_into("input[name=confirm]", NEW).await;
    visit.enter().await;
    assert_eq!(person.signs_in(up, NEW).await, 200);
}

#[tokio::test]
async fn a_lock_is_taken_off_without_a_mouse() {
    let visit = Visit::begin(DUTCH).await;
    let Visit { up, browser, person, .. } = &visit;
    person.is_locked_out(up).await;
    visit.open("recover").await;
    visit.type_into("input[name=login]", &person.login).await;
    visit.tab_to("input[name=reason]").await;
    let chosen = "return document.querySelector('input[name=reason]:checked')?.value";
    browser.key(SPACE).await;
    while browser.run(chosen, json!([])).await != "locked_out" {
        browser.key(DOWN).await;
    }
    let id = browser.value("input[name='captcha.id']").await;
    let answer = up.answer(&id).await;
    visit.type_into("input[name='captcha.answer']", answer.as_str().unwrap()).await;
    // Enter asks for no other picture: it sends the form.
    visit.enter().await;
    visit.type_into("input[name=phone]", &person.phone).await;
    visit.enter().await;
    visit.type_into("input[name=code]", &up.sent_code(&person.phone).await).await;
    visit.enter().await;
    visit.tab_to(&crate::visit::button("unlock")).await;
    visit.enter().await;
    assert_eq!(person.signs_in(up, &person.password).await, 200);
}
