//! Too late: the clock of the functions is moved, so each has a Regain of its own.

use regain_tests::Up;

use crate::visit::{DUTCH, ENGLISH_WITHOUT_SCRIPTS, NEW, Visit, form};

#[tokio::test]
async fn after_a_quarter_of_an_hour_one_press_mails_a_new_link_without_the_address() {
    let visit = Visit::to(Up::start().await, ENGLISH_WITHOUT_SCRIPTS).await;
    let Visit { up, browser, person, .. } = &visit;
    visit.open_new_password().await;
    up.clock("+16m");
    visit.choose_password(NEW, NEW).await;
    visit.send("set-password").await;
    assert!(!browser.has("input[type=password]").await, "{}", browser.text("main").await);
    assert!(!browser.has("input[type=email]").await, "nobody types the address again");
    let known = up.messages(&person.login).await.len();
    visit.send("forgot-password").await;
    browser.open(&person.mailed(up, known).await).await;
    visit.send("click-link").await;
    visit.choose_password(NEW, NEW).await;
    visit.send("set-password").await;
    assert_eq!(person.signs_in(up, NEW).await, 200);
}

/// Each page of a dead link has the cause in words, what helps as a button or a link, and the code
/// by which the desk finds the story.
#[tokio::test]
async fn a_dead_link_says_why_and_what_helps_and_has_a_support_code() {
    let visit = Visit::to(Up::start().await, DUTCH).await;
    let Visit { up, browser, person, .. } = &visit;

    // Another was asked for.
    let old = up.ask(&person.login).await;
    let newer = up.ask(&person.login).await;
    visit.open(&format!("link/{old}")).await;
    let superseded = browser.text("main").await;
    assert!(!browser.has(&form("click-link")).await, "{superseded}");
    visit.has_support_code().await;

    // Nobody clicked for two days.
    up.clock("+49h");
    visit.open(&format!("link/{newer}")).await;
    let expired = browser.text("main").await;
    assert_ne!(expired, superseded);
    visit.has_support_code().await;
    let known = up.messages(&person.login).await.len();
    visit.send("forgot-password").await;
    let url = person.mailed(up, known).await;

    // It was used.
    browser.open(&url).await;
    visit.send("click-link").await;
    visit.choose_password(NEW, NEW).await;
    visit.send("set-password").await;
    browser.open(&url).await;
    visit.is_in_its_language().await;
    let used = browser.text("main").await;
    assert!(![&expired, &superseded].contains(&&used));
    visit.has_support_code().await;
    browser.press("main a[href*='/sign-in']").await;
    assert!(browser.has(&form("sign-in")).await);

    // It is no link at all, or a part of one.
    visit.open("link/nonsense").await;
    assert!(browser.has("main a, main button").await, "there is something to do");
}

impl Visit {
    async fn has_support_code(&self) {
        let words = self.browser.text("body").await;
        let is_code = |word: &str| {
            word.len() == 7
                && word.chars().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit())
        };
        let code = words.split(|sign: char| !sign.is_alphanumeric()).find(|word| is_code(word));
        let code = code.unwrap_or_else(|| panic!("no support code: {words}"));
        let story = format!("tenants/demo/support/{code}");
        let key = self.up.text("/desk_key");
        let (status, story) = self.up.admin("GET", &story, &key, serde_json::Value::Null).await;
        assert_eq!(status, 200, "{code}: {story}");
    }
}
