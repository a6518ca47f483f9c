//! A person with an account of their own, before a browser.

use std::sync::atomic::{AtomicU32, Ordering};

use regain_tests::Up;
use regain_tests::browser::{Browser, Scripts};
use regain_tests::up::link;
use serde_json::{Value, json};

/// What they choose instead of the password that they had.
pub(crate) const NEW: &str = "Molenwiek-Copper-42";
const OLD: &str = "Copper-Lantern-58";

static NUMBER: AtomicU32 = AtomicU32::new(1);

/// What a browser tells of its person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// The language preferred.
    pub(crate) language: &'static str,
    pub(crate) scripts: Scripts,
}

pub(crate) const ENGLISH: Manner = Manner { language: "en", scripts: Scripts::On };
pub(crate) const ENGLISH_WITHOUT_SCRIPTS: Manner = Manner { language: "en", scripts: Scripts::Off };
pub(crate) const DUTCH: Manner = Manner { language: "nl", scripts: Scripts::On };
pub(crate) const DUTCH_WITHOUT_SCRIPTS: Manner = Manner { language: "nl", scripts: Scripts::Off };

/// Somebody with an account that no other test knows.
pub(crate) struct Person {
    pub(crate) account_id: String,
    pub(crate) login: String,
    pub(crate) password: String,
    pub(crate) phone: String,
}

impl Person {
    pub(crate) async fn new(up: &Up) -> Self {
        Self::of(up, "demo").await
    }

    pub(crate) async fn of(up: &Up, tenant: &str) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let (login, phone) = (format!("p{number}@demo.example"), format!("+316120{number:05}"));
        let account = json!({
            "login": login, "password": OLD, "phone": phone, "first_name": "Puck",
            "last_name": "Dijkstra",
        });
        let (path, key) = (format!("tenants/{tenant}/accounts"), up.text("/operator_key"));
        let (status, made) = up.admin("POST", &path, &key, account).await;
        assert_eq!(status, 201, "{made}");
        let account_id = made["account_id"].as_str().unwrap().to_owned();
        Self { account_id, login, password: OLD.to_owned(), phone }
    }

    /// The status of a sign-in.
    pub(crate) async fn signs_in(&self, up: &Up, password: &str) -> u16 {
        up.post("sign-in", json!({"login": self.login, "password": password})).await.0
    }

    /// Fills the counter of wrong passwords.
    pub(crate) async fn is_locked_out(&self, up: &Up) {
        for _ in 0..5 {
            assert_eq!(self.signs_in(up, "wrong").await, 401);
        }
        assert_eq!(self.signs_in(up, &self.password).await, 423);
    }

    /// The link in the newest mail, once there are more than `known`.
    pub(crate) async fn mailed(&self, up: &Up, known: usize) -> String {
        link(&up.new_message(&self.login, known).await, "action")
    }
}

/// A person before a browser.
pub(crate) struct Visit {
    pub(crate) up: Up,
    pub(crate) browser: Browser,
    pub(crate) person: Person,
    pub(crate) language: &'static str,
    pub(crate) tenant: String,
}

impl Visit {
    /// To the one that all share.
    pub(crate) async fn begin(manner: Manner) -> Self {
        Self::to(Up::shared().await, manner).await
    }

    pub(crate) async fn to(up: Up, Manner { language, scripts }: Manner) -> Self {
        let browser = Browser::start(language, scripts).await;
        let person = Person::new(&up).await;
        Self { up, browser, person, language, tenant: "demo".to_owned() }
    }

    /// The URL of a page of the tenant.
    pub(crate) fn page(&self, page: &str) -> String {
        format!("{}/p/{}/{page}", self.up.text("/api"), self.tenant)
    }

    pub(crate) async fn open(&self, page: &str) {
        self.browser.open(&self.page(page)).await;
        self.is_in_its_language().await;
    }

    /// Presses the one button of the form that an operation serves.
    pub(crate) async fn send(&self, operation: &str) {
        self.browser.press(&button(operation)).await;
        self.is_in_its_language().await;
    }

    /// Fills the captcha of the page with what only a person can tell.
    pub(crate) async fn answer_captcha(&self) {
        let id = self.browser.value("input[name='captcha.id']").await;
        let answer = self.up.answer(&id).await;
        self.browser.fill("input[name='captcha.answer']", answer.as_str().unwrap()).await;
    }

    /// Both new fields, whatever else the form has.
    pub(crate) async fn choose_password(&self, password: &str, confirm: &str) {
        self.browser.fill("input[name=password]", password).await;
        self.browser.fill("input[name=confirm]", confirm).await;
    }

    pub(crate) async fn is_in_its_language(&self) {
        let language = self.browser.attribute("html", "lang").await;
        assert_eq!(language, self.language, "{}", self.browser.url().await);
    }

    /// Asks for a reset link by the page.
    pub(crate) async fn ask_for_link(&self) {
        self.open("forgot-password").await;
        self.browser.fill("input[name=login]", &self.person.login).await;
        self.send("forgot-password").await;
    }

    /// As far as the form of a new password, by API and mail.
    pub(crate) async fn open_new_password(&self) -> String {
        let token = self.up.ask(&self.person.login).await;
        self.open(&format!("link/{token}")).await;
        self.send("click-link").await;
        token
    }

    /// As far as the choice of a way, from `recover`.
    pub(crate) async fn open_recovery(&self, reason: &str) {
        self.open("recover").await;
        self.browser.fill("input[name=login]", &self.person.login).await;
        self.browser.choose(&format!("input[name=reason][value={reason}]")).await;
        self.answer_captcha().await;
        self.send("recover").await;
    }

    /// As far as the form of the code, which is sent to the number on file.
    pub(crate) async fn send_text_message(&self) {
        self.browser.fill("input[name=phone]", &self.person.phone).await;
        self.browser.press("button[name=channel][value=sms]").await;
        self.is_in_its_language().await;
    }

    pub(crate) async fn type_code(&self, code: &str) {
        self.browser.fill("input[name=code]", code).await;
        self.send("check-sms-code").await;
    }

    /// What `check-link` says of a token.
    pub(crate) async fn state(&self, token: &str) -> Value {
        let (_, answer) = self.up.post("check-link", json!({"token": token})).await;
        answer["state"].clone()
    }
}

/// The form that an operation serves.
pub(crate) fn form(operation: &str) -> String {
    format!("form[action$='/{operation}']")
}

/// The button that sends it; others in it have a name, or are a script's.
pub(crate) fn button(operation: &str) -> String {
    format!("{} button:not([name]):not([type=button])", form(operation))
}
