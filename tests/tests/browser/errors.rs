//! What was typed wrong: said in place, announced, with the login kept and never a password.

use serde_json::{Value, json};

use crate::visit::{DUTCH, ENGLISH, ENGLISH_WITHOUT_SCRIPTS, NEW, Visit};

/// What assistive technology makes of a page with errors: the summary, which fields it leads to and
/// how many things it says; which fields are invalid, and which of them do not say why.
const ANNOUNCED: &str = "
    const summary = document.querySelector('main [role=alert]');
    const links = summary ? [...summary.querySelectorAll('a[href^=\"#\"]')] : [];
    const led = links.map(link => document.getElementById(link.hash.slice(1))?.name ?? '');
    const described = field => (field.getAttribute('aria-describedby') ?? '').split(/ +/)
        .map(id => document.getElementById(id)?.textContent.trim() ?? '').join(' ').trim();
    const invalid = [...document.querySelectorAll('main [aria-invalid=true]')];
    // A group of radio buttons is invalid as a whole.
    const name = field => field.name || field.querySelector('input').name;
    return {
        summary: summary?.textContent.trim() ?? '',
        led,
        told: summary?.querySelectorAll('li').length ?? 0,
        invalid: invalid.map(name),
        undescribed: invalid.filter(field => !described(field)).map(name),
        passwords: [...document.querySelectorAll('input[type=password]')].map(field => field.value),
    };";

/// What has the focus, once that is what is wanted: a browser gives it a moment after the page is there.
pub(crate) const FOCUSED: &str = "
    const [wanted, done] = arguments;
    const over = performance.now() + 10000;
    (function look() {
        const name = document.activeElement?.name ?? '';
        if (name === wanted || performance.now() > over) done(name);
        else setTimeout(look, 20);
    })();";

impl Visit {
    /// The page is one with errors, and these fields are at fault: no others.
    async fn is_refused(&self, fields: &[&str]) {
        let announced = self.browser.run(ANNOUNCED, json!([])).await;
        let names = |member: &str| -> Vec<String> {
            let names = announced[member].as_array().unwrap().iter().map(Value::as_str);
            names.map(|name| name.unwrap().to_owned()).collect()
        };
        assert_ne!(announced["summary"], "", "{}", self.browser.text("main").await);
        assert_eq!(names("invalid"), fields, "{announced}");
        assert_eq!(names("led"), fields, "the summary leads to each: {announced}");
        assert_eq!(announced["told"], fields.len().max(1), "and says nothing else: {announced}");
        assert!(names("undescribed").is_empty(), "each says why: {announced}");
        assert!(names("passwords").iter().all(String::is_empty), "{announced}");
        if let Some(first) = fields.first() {
            let focused = self.browser.run_later(FOCUSED, json!([first])).await;
            assert_eq!(focused, *first, "{announced}");
        }
        let error = if self.language == "nl" { "Fout: " } else { "Error: " };
        let title = self.browser.title().await;
        assert!(title.starts_with(error), "{title}");
    }

    async fn login_is(&self, login: &str) {
        assert_eq!(self.browser.value("input[name=login]").await, login);
    }
}

#[tokio::test]
async fn a_request_for_a_link_without_a_login_or_with_no_address_is_refused_in_place() {
    for manner in [ENGLISH, DUTCH] {
        let visit = Visit::begin(manner).await;
        for page in ["forgot-password", "magic"] {
            visit.open(page).await;
            visit.send(page).await;
            visit.is_refused(&["login"]).await;
            visit.browser.fill("input[name=login]", "puck at demo").await;
            // The browser's own words would be in the browser's language, and not in the page.
            visit.send(page).await;
            visit.is_refused(&["login"]).await;
            visit.login_is("puck at demo").await;
        }
    }
}

#[tokio::test]
async fn a_sign_in_that_fails_keeps_the_login_and_not_the_password() {
    for manner in [ENGLISH_WITHOUT_SCRIPTS, DUTCH] {
        let visit = Visit::begin(manner).await;
        let (browser, login) = (&visit.browser, &visit.person.login);
        visit.open("sign-in").await;
        visit.send("sign-in").await;
        visit.is_refused(&["login", "password"]).await;
        browser.fill("input[name=login]", login).await;
        visit.send("sign-in").await;
        visit.is_refused(&["password"]).await;
        visit.login_is(login).await;
        browser.fill("input[name=password]", "wrong").await;
        visit.send("sign-in").await;
        // Which of the two was wrong is nobody's business.
        visit.is_refused(&[]).await;
        visit.login_is(login).await;
        browser.fill("input[name=password]", &visit.person.password).await;
        visit.send("sign-in").await;
        assert!(!browser.has("[role=alert]").await);
    }
}

#[tokio::test]
async fn a_password_against_the_rules_is_refused_in_place_and_says_which_rules() {
    for manner in [ENGLISH, DUTCH] {
        let visit = Visit::begin(manner).await;
        visit.open_new_password().await;
        visit.send("set-password").await;
        visit.is_refused(&["password"]).await;
        visit.choose_password(NEW, "another").await;
        visit.send("set-password").await;
        visit.is_refused(&["confirm"]).await;
        for bad in ["kort", "Dijkstra-Copper-42", "nocapitals-at-all-42"] {
            visit.choose_password(bad, bad).await;
            visit.send("set-password").await;
            visit.is_refused(&["password"]).await;
        }
        let login = visit.browser.value("input[autocomplete=username]").await;
        assert_eq!(login, visit.person.login);
        visit.choose_password(NEW, NEW).await;
        visit.send("set-password").await;
        assert_eq!(visit.person.signs_in(&visit.up, NEW).await, 200, "the grant outlives mistakes");
    }
}

#[tokio::test]
async fn a_wrong_answer_to_the_captcha_asks_another_and_keeps_the_rest() {
    for manner in [ENGLISH, DUTCH] {
        let visit = Visit::begin(manner).await;
        let (browser, login) = (&visit.browser, &visit.person.login);
        visit.open("recover").await;
        visit.send("recover").await;
        visit.is_refused(&["login", "reason", "captcha.answer"]).await;
        browser.fill("input[name=login]", login).await;
        browser.choose("input[name=reason][value=locked_out]").await;
        browser.fill("input[name='captcha.answer']", "wrong!").await;
        visit.send("recover").await;
        visit.is_refused(&["captcha.answer"]).await;
        visit.login_is(login).await;
        assert!(browser.has("input[name=reason][value=locked_out][checked]").await);
        assert_eq!(browser.value("input[name='captcha.answer']").await, "");
        visit.answer_captcha().await;
        visit.send("recover").await;
        assert!(browser.has("button[name=channel]").await, "{}", browser.text("main").await);
    }
}

#[tokio::test]
async fn a_wrong_number_and_a_wrong_code_are_refused_in_place() {
    for manner in [ENGLISH, DUTCH] {
        let visit = Visit::begin(manner).await;
        let (browser, person) = (&visit.browser, &visit.person);
        visit.open_recovery("locked_out").await;
        for number in ["", "not a number", "+31612345670"] {
            browser.fill("input[name=phone]", number).await;
            browser.press("button[name=channel][value=sms]").await;
            visit.is_refused(&["phone"]).await;
            assert_eq!(browser.value("input[name=phone]").await, number);
        }
        visit.send_text_message().await;
        let code = visit.up.sent_code(&person.phone).await;
        let wrong = if code == "000000" { "111111" } else { "000000" };
        for code in ["", "12", wrong] {
            visit.type_code(code).await;
            visit.is_refused(&["code"]).await;
        }
        visit.type_code(&code).await;
        visit.send("unlock").await;
        assert!(!browser.has("[role=alert]").await, "{}", browser.text("main").await);
    }
}
