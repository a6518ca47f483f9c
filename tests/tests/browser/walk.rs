//! A walk through every state of every page, in each language, once for all claims.

use futures_util::future::join;
use regain_tests::App;
use regain_tests::up::{link, token};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::seen::Seen;
use crate::visit::{DUTCH, ENGLISH, Manner, NEW, Person, Visit};

/// A triangle.
const LOGO: &str = concat!(
    "data:image/svg+xml;base64,",
    "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAyNCAyNCI+",
    "PHBhdGggZmlsbD0iIzdhMWY1YyIgZD0iTTEyIDIgMjIgMjJIMnoiLz48L3N2Zz4="
);

static WALK: OnceCell<Vec<Seen>> = OnceCell::const_new();

/// What was seen.
pub(crate) async fn walk() -> &'static [Seen] {
    WALK.get_or_init(async || {
        let (mut seen, dutch) = join(through(ENGLISH), through(DUTCH)).await;
        seen.extend(dutch);
        seen
    })
    .await
}

/// A visit, and what was seen on it so far.
struct Walk {
    visit: Visit,
    seen: Vec<Seen>,
}

async fn through(manner: Manner) -> Vec<Seen> {
    let mut walk = Walk { visit: Visit::begin(manner).await, seen: Vec::new() };
    walk.forgotten().await;
    walk.dead_links().await;
    walk.not_me().await;
    walk.magic().await;
    walk.recovery().await;
    walk.codes().await;
    walk.sign_in().await;
    walk.refused_sign_in().await;
    walk.second_step().await;
    walk.other_tenants().await;
    walk.trouble().await;
    walk.seen
}

impl Walk {
    async fn see(&mut self, name: &str) {
        self.seen.push(self.visit.see(name).await);
    }

    async fn open(&mut self, page: &str, name: &str) {
        self.visit.open(page).await;
        self.see(name).await;
    }

    async fn send(&mut self, operation: &str, name: &str) {
        self.visit.send(operation).await;
        self.see(name).await;
    }

    async fn fill(&self, field: &str, text: &str) {
        self.visit.browser.fill(&format!("input[name='{field}']"), text).await;
    }

    async fn fill_login(&self) {
        self.fill("login", &self.visit.person.login).await;
    }

    async fn someone_else(&mut self) {
        self.visit.person = Person::new(&self.visit.up).await;
    }

    async fn forgotten(&mut self) {
        self.open("forgot-password", "forgot-password").await;
        self.send("forgot-password", "forgot-password-empty").await;
        self.fill("login", "puck at demo").await;
        self.send("forgot-password", "forgot-password-no-address").await;
        self.fill_login().await;
        self.send("forgot-password", "link-asked").await;
        let url = self.visit.person.mailed(&self.visit.up, 0).await;
        let page = format!("link/{}", token(&url));
        self.open(&page, "link").await;
        self.send("click-link", "new-password").await;
        self.visit.choose_password(NEW, "another").await;
        self.send("set-password", "new-password-not-the-same").await;
        self.visit.choose_password("kort", "kort").await;
        self.send("set-password", "new-password-against-the-rules").await;
        self.open(&page, "link-clicked").await;
        self.visit.send("click-link").await;
        self.visit.choose_password(NEW, NEW).await;
        self.send("set-password", "password-changed").await;
        self.open(&page, "link-used").await;
    }

    async fn dead_links(&mut self) {
        self.someone_else().await;
        let login = self.visit.person.login.clone();
        let superseded = self.visit.up.ask(&login).await;
        let withdrawn = self.visit.up.ask(&login).await;
        self.open(&format!("link/{superseded}"), "link-superseded").await;
        let (status, _) = self.visit.up.post("withdraw-link", json!({"token": withdrawn})).await;
        assert_eq!(status, 200);
        self.open(&format!("link/{withdrawn}"), "link-withdrawn").await;
        self.open("link/nonsense", "link-damaged").await;
    }

    async fn not_me(&mut self) {
        self.someone_else().await;
        let login = self.visit.person.login.clone();
        let action = self.visit.up.ask(&login).await;
        let mail = self.visit.up.new_message(&login, 0).await;
        let report = format!("not-me/{}", token(&link(&mail, "not_me")));
        self.open(&report, "not-me").await;
        let grant = self.visit.up.click(&action).await;
        let known = self.visit.up.messages(&login).await.len();
        let (status, _) =
            self.visit.up.post("set-password", json!({"grant": grant, "password": NEW})).await;
        assert_eq!(status, 200);
        let changed = self.visit.up.new_message(&login, known).await;
        let report = format!("not-me/{}", token(&link(&changed, "not_me")));
        self.open(&report, "not-me-after-a-change").await;
        self.send("withdraw-link", "reported").await;
        let other = self.visit.up.ask(&login).await;
        self.visit.open(&format!("not-me/{other}")).await;
        self.send("withdraw-link", "withdrawn").await;
    }

    async fn magic(&mut self) {
        self.someone_else().await;
        self.open("magic", "magic").await;
        self.send("magic", "magic-empty").await;
        self.fill_login().await;
        self.send("magic", "magic-asked").await;
        let url = self.visit.person.mailed(&self.visit.up, 0).await;
        let page = format!("magic/{}", token(&url));
        self.open(&page, "magic-link").await;
        self.send("redeem-magic-link", "magic-signed-in").await;
        self.open(&page, "magic-link-used").await;
    }

    async fn recovery(&mut self) {
        self.someone_else().await;
        self.visit.person.is_locked_out(&self.visit.up).await;
        let known = self.visit.up.messages(&self.visit.person.login).await.len();
        let unlock = self.visit.person.mailed(&self.visit.up, known.saturating_sub(1)).await;
        self.open(&format!("link/{}", token(&unlock)), "link-unlock").await;
        self.open("recover", "recover").await;
        self.send("recover", "recover-empty").await;
        self.fill_login().await;
        self.visit.browser.choose("input[name=reason][value=locked_out]").await;
        self.fill("captcha.answer", "wrong!").await;
        self.send("recover", "recover-wrong-answer").await;
        self.visit.answer_captcha().await;
        self.send("recover", "choose-method").await;
        self.fill("phone", "+31612345670").await;
        self.visit.browser.press("button[name=channel][value=sms]").await;
        self.see("choose-method-wrong-number").await;
        self.send("send-recovery-link", "unlock-link-asked").await;
    }

    async fn codes(&mut self) {
        self.visit.open_recovery("locked_out").await;
        self.visit.send_text_message().await;
        self.see("type-code").await;
        let code = self.visit.up.sent_code(&self.visit.person.phone).await;
        self.fill("code", if code == "000000" { "111111" } else { "000000" }).await;
        self.send("check-sms-code", "type-code-wrong").await;
        self.fill("code", &code).await;
        self.send("check-sms-code", "take-lock-off").await;
        self.send("unlock", "unlocked").await;
        self.someone_else().await;
        self.visit.open_recovery("forgot_password").await;
        self.fill("phone", &self.visit.person.phone).await;
        self.visit.browser.press("button[name=channel][value=voice]").await;
        self.see("type-code-of-a-call").await;
        let code = self.visit.up.sent_code(&self.visit.person.phone).await;
        self.fill("code", &code).await;
        self.send("check-sms-code", "new-password-by-code").await;
    }

    async fn sign_in(&mut self) {
        self.someone_else().await;
        self.open("sign-in", "sign-in").await;
        self.send("sign-in", "sign-in-empty").await;
        self.fill_login().await;
        self.fill("password", "wrong").await;
        self.send("sign-in", "sign-in-wrong").await;
        self.fill("password", &self.visit.person.password).await;
        self.send("sign-in", "signed-in").await;
    }

    async fn refused_sign_in(&mut self) {
        self.visit.person.is_locked_out(&self.visit.up).await;
        self.sign_in_as_is("sign-in-locked").await;
        self.someone_else().await;
        let key = self.visit.up.text("/admin_key");
        let path = format!("tenants/demo/accounts/{}/block", self.visit.person.account_id);
        let body = json!({"reason": "payment_overdue"});
        assert!(self.visit.up.admin("POST", &path, &key, body).await.0 < 300);
        self.sign_in_as_is("sign-in-blocked").await;
    }

    async fn sign_in_as_is(&mut self, name: &str) {
        self.visit.open("sign-in").await;
        self.fill_login().await;
        self.fill("password", &self.visit.person.password).await;
        self.send("sign-in", name).await;
    }

    async fn second_step(&mut self) {
        self.someone_else().await;
        let app = self.visit.switch_on().await;
        self.sign_in_as_is("second-step").await;
        self.fill("code", "12").await;
        self.send("finish-sign-in", "second-step-wrong").await;
        self.fill("code", &app.recovery_codes[0]).await;
        self.send("finish-sign-in", "signed-in-by-recovery-code").await;
    }

    /// Tenants that choose otherwise.
    async fn other_tenants(&mut self) {
        let settings = json!({
            "own_password": "generated", "captcha": {"request_reset": "always"},
            "support_contact": null, "looks": {"accent": "#7a1f5c", "logo_url": LOGO},
        });
        self.visit.move_to_tenant("made", settings).await;
        self.open("forgot-password", "forgot-password-captcha").await;
        self.fill_login().await;
        self.visit.answer_captcha().await;
        self.visit.send("forgot-password").await;
        let url = self.visit.person.mailed(&self.visit.up, 0).await;
        self.visit.open(&format!("link/{}", token(&url))).await;
        self.send("click-link", "new-password-generated").await;
        self.send("set-password", "password-generated").await;

        let settings = json!({"own_password": "with_ending"});
        self.visit.move_to_tenant("ended", settings).await;
        self.visit.ask_for_link().await;
        let url = self.visit.person.mailed(&self.visit.up, 0).await;
        self.visit.open(&format!("link/{}", token(&url))).await;
        self.send("click-link", "new-password-beginning").await;
        self.fill("beginning", "Kopermolen").await;
        self.fill("confirm", "Kopermolen").await;
        self.send("set-password", "password-with-ending").await;

        let settings = json!({"limits": {"per_login_and_address_hour": 1}});
        self.visit.move_to_tenant("strict", settings).await;
        self.visit.ask_for_link().await;
        self.visit.open("forgot-password").await;
        self.fill_login().await;
        self.send("forgot-password", "too-many").await;
        self.visit.tenant = "demo".to_owned();
    }

    async fn trouble(&mut self) {
        self.open("nothing-of-the-kind", "unknown-page").await;
    }
}

impl Visit {
    /// Sets up an app for the person, by the API.
    async fn switch_on(&self) -> App {
        let body = json!({"login": self.person.login, "password": self.person.password});
        let (_, session) = self.up.post("sign-in", body).await;
        let session = session["token"].as_str().unwrap();
        let body = json!({"password": self.person.password});
        let enrolled = self.signed_in(session, "enroll-second-step", body).await;
        let mut app = App::new(enrolled["secret"].as_str().unwrap());
        let code = app.code(regain_http::now());
        let on = self.signed_in(session, "confirm-second-step", json!({"code": code})).await;
        let codes = on["recovery_codes"].as_array().unwrap().iter();
        app.recovery_codes = codes.map(|code| code.as_str().unwrap().to_owned()).collect();
        app
    }

    async fn signed_in(&self, session: &str, endpoint: &str, body: Value) -> Value {
        let url = format!("{}/v1/demo/{endpoint}", self.up.text("/api"));
        let request = self.up.http.post(url).bearer_auth(session).json(&body);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// To a tenant of this language's walk, with somebody who has an account there.
    async fn move_to_tenant(&mut self, name: &str, settings: Value) {
        let (tenant, operator) =
            (format!("{name}-{}", self.language), self.up.text("/operator_key"));
        let body = json!({"tenant": tenant, "name": "Molenwerf & zonen"});
        let (status, made) = self.up.admin("POST", "tenants", &operator, body).await;
        assert_eq!(status, 201, "{made}");
        let path = format!("tenants/{tenant}/settings");
        let (status, patched) = self.up.admin("PATCH", &path, &operator, settings).await;
        assert_eq!(status, 200, "{patched}");
        self.person = Person::of(&self.up, &tenant).await;
        self.tenant = tenant;
    }
}
