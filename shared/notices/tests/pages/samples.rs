//! One of every page in each of its states, filled in.

use jiff::{Timestamp, tz::TimeZone};
use regain_domain::{Language, Provider, policy::PasswordPolicy, settings::PasswordAsked};
use regain_notices::ProblemCode;
use regain_notices::page::{
    Action, AskForLink, Asked, Asking, Captcha, ChooseMethod, Done, FieldError, Finished, Form,
    Frame, LinkAsked, NewPassword, NotMe, OpenedLink, Purpose, Recover, SecondStep, SignIn,
    TakeLockOff, ToProvider, Trouble, TypeCode, broken_rule, fault, problem_words, tries_left,
};

const PROVIDER_URL: &str =
    "https://accounts.example.com/authorize?response_type=code&client_id=c&state=s";
const TOKEN: &str = "1k0r7zq4m8s2v6w9x3y5b1c7d2f8g4h6j0k5m9n3p7q1r5s8t2v6w0xyz";

/// What others typed, wherever it stands.
#[derive(Clone, Copy)]
pub(crate) struct Texts<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) contact: &'a str,
    pub(crate) login: &'a str,
    pub(crate) login_hint: &'a str,
    pub(crate) phone: &'a str,
    pub(crate) phone_hint: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) token: &'a str,
}

impl<'a> Texts<'a> {
    pub(crate) const USUAL: Texts<'static> = Texts {
        tenant: "Woongroep Noord",
        contact: "servicedesk@example.com, 010 123 45 67",
        login: "m.devries@example.com",
        login_hint: "m•••@example.com",
        phone: "06 12345678",
        phone_hint: "67",
        secret: "Kp7-wm2Rz9tQhx4v",
        token: TOKEN,
    };

    /// The same text for all of them.
    pub(crate) fn all(text: &'a str) -> Self {
        Texts {
            tenant: text,
            contact: text,
            login: text,
            login_hint: text,
            phone: text,
            phone_hint: text,
            secret: text,
            token: text,
        }
    }
}

/// Everything that pages of one language are filled with.
struct Samples<'a> {
    frame: Frame<'a>,
    /// The same after a form was sent, or where there is a story.
    sent: Frame<'a>,
    texts: Texts<'a>,
    language: Language,
}

#[expect(clippy::expect_used, reason = "a moment of a test that is none should fail it")]
fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn page(name: &str) -> String {
    format!("/p/demo/{name}")
}

fn captcha() -> Captcha {
    let file = |name: &str| format!("/v1/demo/captcha/{TOKEN}/{name}");
    Captcha { image: file("image.png"), audio: file("audio.wav") }
}

impl<'a> Samples<'a> {
    fn form(&self, operation: &str, carried: &'static str) -> Form {
        let language = self.language.as_str().to_owned();
        let hidden = vec![("lang", language), (carried, self.texts.token.to_owned())];
        Form { action: page(operation), hidden, errors: Vec::new() }
    }

    fn wrong(&self, form: Form, faults: &[(&'static str, &str)]) -> Form {
        let error = |(field, code): &(&'static str, &str)| FieldError {
            field,
            text: fault(self.language, field, code),
        };
        Form { errors: faults.iter().map(error).collect(), ..form }
    }

    /// With a problem of this code that is about one field, and how many tries are left.
    fn told(&self, form: Form, field: &'static str, code: &str, left: Option<u32>) -> Form {
        let text = fault(self.language, field, code);
        let left = left.map(|left| tries_left(self.language, left));
        let text = [text].into_iter().chain(left).collect::<Vec<_>>().join(" ");
        Form { errors: vec![FieldError { field, text }], ..form }
    }

    fn sign_in(&self, form: Form, frame: Frame<'a>, login: &'a str) -> String {
        self.sign_in_with(form, frame, login, &[])
    }

    fn sign_in_with(
        &self,
        form: Form,
        frame: Frame<'a>,
        login: &'a str,
        providers: &[Provider],
    ) -> String {
        SignIn {
            frame,
            form,
            login,
            providers: providers.to_vec(),
            to_provider: self.form("federated-login", "challenge"),
            forgot_password: page("forgot-password"),
            magic: Some(page("magic")),
            recover: page("recover"),
        }
        .html()
    }

    fn ask(&self, form: Form, asking: Asking, captcha: Option<Captcha>, login: &'a str) -> String {
        let (sign_in, recover) = (page("sign-in"), page("recover"));
        let frame = if form.errors.is_empty() { self.frame } else { self.sent };
        AskForLink { frame, form, asking, login: Some(login), captcha, sign_in, recover }.html()
    }

    fn asked(&self, asking: Asked, login: Option<&'a str>) -> String {
        let (again, recover) = (page("forgot-password"), page("recover"));
        LinkAsked { frame: self.sent, asking, login, again, recover }.html()
    }

    fn opened(&self, purpose: Purpose, until: &str, clicked: bool) -> String {
        OpenedLink {
            frame: self.frame,
            form: self.form("click-link", "token"),
            purpose,
            login_hint: self.texts.login_hint,
            until: at(until),
            clicked,
            not_me: self.form("withdraw-link", "token"),
        }
        .html()
    }

    fn new_password(
        &self,
        form: Form,
        asked: PasswordAsked,
        policy: &PasswordPolicy,
        broken: &[&str],
    ) -> String {
        let broken: Vec<_> = broken.iter().map(|code| (*code).to_owned()).collect();
        NewPassword {
            frame: self.sent,
            form,
            login: self.texts.login,
            until: at("2026-11-22T13:18:40Z"),
            asked,
            policy,
            broken: &broken,
            new_link: Some(self.form("request-reset", "token")),
            cancel: page("sign-in"),
        }
        .html()
    }

    fn recover(&self, form: Form, login: &'a str, reason: &'a str) -> String {
        let (forgot_password, cancel) = (page("forgot-password"), page("sign-in"));
        let frame = if form.errors.is_empty() { self.frame } else { self.sent };
        let captcha = captcha();
        Recover { frame, form, login, reason, captcha, forgot_password, cancel }.html()
    }

    fn choose_method(&self, form: Form, phone: &'a str) -> String {
        ChooseMethod {
            frame: self.sent,
            form,
            phone_hint: self.texts.phone_hint,
            phone,
            by_mail: self.form("send-recovery-link", "recovery"),
            mail_hint: self.texts.login_hint,
            until: at("2026-11-22T13:18:40Z"),
            cancel: page("sign-in"),
        }
        .html()
    }

    fn type_code(&self, form: Form, by_call: bool, retry_after_seconds: u32) -> String {
        TypeCode {
            frame: self.sent,
            form,
            by_call,
            phone_hint: self.texts.phone_hint,
            until: at("2026-11-22T13:13:40Z"),
            again: self.form("send-sms-code", "recovery"),
            retry_after_seconds,
            cancel: page("sign-in"),
        }
        .html()
    }

    fn second_step(&self, form: Form) -> String {
        let until = at("2026-11-22T13:08:40Z");
        SecondStep { frame: self.sent, form, until, cancel: page("sign-in") }.html()
    }

    fn done(&self, what: Finished<'a>, go_on: bool, sign_in: bool) -> String {
        let go_on = go_on.then(|| "https://app.example.com/welcome".to_owned());
        let is_reported = matches!(what, Finished::Reported);
        let new_password = is_reported.then(|| page("forgot-password"));
        let sign_in = (sign_in && !is_reported).then(|| page("sign-in"));
        Done { frame: self.sent, what, go_on, sign_in, new_password }.html()
    }

    fn trouble(&self, code: ProblemCode, actions: Vec<Action>) -> String {
        let (title, detail) = problem_words(&self.sent, code, Some(at("2026-11-22T13:18:40Z")));
        Trouble { frame: self.sent, title: &title, detail: &detail, actions }.html()
    }

    fn asking_pages(&self) -> Vec<(&'static str, String)> {
        let login = self.texts.login;
        let sign_in = || self.form("sign-in", "challenge");
        let ask = |name| self.form(name, "return_url");
        let both_missing = [("login", "required"), ("password", "required")];
        let bad = [("login", "not_an_address"), ("captcha.answer", "blank")];
        let bad = self.wrong(ask("forgot-password"), &bad);
        let unsure = self.told(sign_in(), "", "sign_in_failed", None);
        let not_linked = self.told(sign_in(), "", "provider_not_linked", None);
        let to_provider =
            ToProvider { frame: self.sent, provider: Provider::Google, url: PROVIDER_URL };
        let taken = [("login", "required"), ("reason", "required"), ("captcha.answer", "blank")];
        let taken = self.wrong(self.form("recover", "return_url"), &taken);
        let spent = self.form("recover", "return_url");
        let spent = self.told(spent, "captcha.answer", "captcha_wrong", Some(2));
        vec![
            ("sign_in", self.sign_in(sign_in(), self.frame, "")),
            ("sign_in_empty", self.sign_in(self.wrong(sign_in(), &both_missing), self.sent, "")),
            ("sign_in_failed", self.sign_in(unsure, self.sent, login)),
            (
                "sign_in_with_providers",
                self.sign_in_with(sign_in(), self.frame, "", &Provider::ALL),
            ),
            (
                "sign_in_not_linked",
                self.sign_in_with(not_linked, self.frame, "", &[Provider::Google]),
            ),
            ("to_provider", to_provider.html()),
            ("forgot_password", self.ask(ask("forgot-password"), Asking::Reset, None, "")),
            (
                "forgot_password_captcha",
                self.ask(ask("forgot-password"), Asking::Reset, Some(captcha()), ""),
            ),
            ("forgot_password_wrong", self.ask(bad, Asking::Reset, Some(captcha()), login)),
            ("magic", self.ask(ask("magic"), Asking::Magic, None, "")),
            ("link_asked", self.asked(Asked::Reset, Some(login))),
            ("link_asked_magic", self.asked(Asked::Magic, Some(login))),
            ("link_asked_unlock", self.asked(Asked::Unlock, None)),
            ("recover", self.recover(self.form("recover", "return_url"), "", "")),
            ("recover_empty", self.recover(taken, "", "")),
            ("recover_wrong", self.recover(spent, login, "locked_out")),
        ]
    }

    fn link_pages(&self) -> Vec<(&'static str, String)> {
        let (tomorrow, soon) = ("2026-11-24T13:03:40Z", "2026-11-22T13:18:40Z");
        let set = || self.form("set-password", "grant");
        let policy = PasswordPolicy::default();
        let broken = ["too_short", "needs_digit", "contains_last_name"];
        let broken_text = |code: &str| FieldError {
            field: "password",
            text: broken_rule(self.language, code, Some(if code == "too_short" { 8 } else { 1 })),
        };
        let rejected = Form { errors: broken.map(broken_text).to_vec(), ..set() };
        let differ = self.wrong(set(), &[("confirm", "not_the_same")]);
        let strict = PasswordPolicy {
            length_min: 12,
            uppercase_min: 2,
            lowercase_min: 1,
            digits_min: 2,
            symbols_min: 1,
            ..PasswordPolicy::default()
        };
        let (whole, beginning) = (PasswordAsked::Whole, PasswordAsked::Beginning);
        let named = ["contains_last_name"];
        let take_lock_off = TakeLockOff {
            frame: self.sent,
            form: self.form("unlock", "grant"),
            until: at(soon),
            new_link: Some(self.form("request-reset", "token")),
            cancel: page("sign-in"),
        };
        let not_me = NotMe { frame: self.frame, form: self.form("withdraw-link", "token") };
        vec![
            ("opened_reset", self.opened(Purpose::Reset, tomorrow, false)),
            ("opened_invite", self.opened(Purpose::Invite, tomorrow, false)),
            ("opened_unlock", self.opened(Purpose::Unlock, tomorrow, false)),
            ("opened_magic", self.opened(Purpose::Magic, soon, false)),
            ("opened_again", self.opened(Purpose::Reset, soon, true)),
            ("new_password", self.new_password(set(), whole, &policy, &[])),
            ("new_password_rejected", self.new_password(rejected, whole, &policy, &broken)),
            ("new_password_differs", self.new_password(differ, whole, &policy, &[])),
            ("new_password_strict", self.new_password(set(), whole, &strict, &[])),
            ("new_password_begun", self.new_password(set(), beginning, &policy, &[])),
            ("new_password_begun_named", self.new_password(set(), beginning, &policy, &named)),
            ("new_password_made", self.new_password(set(), PasswordAsked::Nothing, &policy, &[])),
            ("take_lock_off", take_lock_off.html()),
            ("not_me", not_me.html()),
        ]
    }

    fn code_pages(&self) -> Vec<(&'static str, String)> {
        let send = || self.form("send-sms-code", "recovery");
        let check = || self.form("check-sms-code", "recovery");
        let finish = || self.form("finish-sign-in", "pending");
        let number = self.told(send(), "phone", "phone_mismatch", Some(1));
        let code = |form| self.told(form, "code", "code_wrong", Some(4));
        vec![
            ("choose_method", self.choose_method(send(), "")),
            ("choose_method_wrong", self.choose_method(number, self.texts.phone)),
            ("type_code", self.type_code(check(), false, 30)),
            ("type_code_called", self.type_code(check(), true, 0)),
            ("type_code_wrong", self.type_code(code(check()), false, 0)),
            ("second_step", self.second_step(finish())),
            ("second_step_wrong", self.second_step(code(finish()))),
        ]
    }

    fn last_pages(&self) -> Vec<(&'static str, String)> {
        let secret = Some(self.texts.secret);
        let changed = |generated| Finished::PasswordChanged { generated };
        let signed_in = |recovery_code| Finished::SignedIn { recovery_code };
        let new_link = || Action::NewLink(self.form("request-reset", "token"));
        let recover = || Action::Recover(page("recover"));
        let sign_in = || Action::SignIn(page("sign-in"));
        let ask = || Action::AskForLink(page("forgot-password"));
        let again = || Action::Again(page("sign-in"));
        vec![
            ("done_changed", self.done(changed(None), true, true)),
            ("done_made", self.done(changed(secret), false, true)),
            ("done_unlocked", self.done(Finished::Unlocked, false, true)),
            ("done_signed_in", self.done(signed_in(None), false, false)),
            ("done_recovery_code", self.done(signed_in(secret), true, false)),
            ("done_withdrawn", self.done(Finished::Withdrawn, false, false)),
            ("done_reported", self.done(Finished::Reported, false, true)),
            (
                "trouble_expired",
                self.trouble(ProblemCode::LinkExpired, vec![new_link(), sign_in()]),
            ),
            (
                "trouble_superseded",
                self.trouble(
                    ProblemCode::LinkSuperseded,
                    vec![Action::AnotherLink(self.form("request-reset", "token"))],
                ),
            ),
            ("trouble_used", self.trouble(ProblemCode::LinkUsed, vec![sign_in(), ask()])),
            ("trouble_over", self.trouble(ProblemCode::RecoveryExpired, vec![again(), recover()])),
            (
                "trouble_locked",
                self.trouble(ProblemCode::AccountLocked, vec![recover(), Action::Contact]),
            ),
            ("trouble_limit", self.trouble(ProblemCode::TooManyRequests, vec![again()])),
            ("trouble_blocked", self.trouble(ProblemCode::AccountBlocked, vec![Action::Contact])),
            ("trouble_not_found", self.trouble(ProblemCode::NotFound, vec![])),
        ]
    }
}

/// Every page with these texts in it, in a language, by its name.
#[expect(clippy::expect_used, reason = "a zone of a test that is none should fail it")]
pub(crate) fn pages(language: Language, texts: Texts<'_>) -> Vec<(&'static str, String)> {
    let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
    let others = Language::ALL.into_iter().filter(|other| *other != language);
    let elsewhere: Vec<_> =
        others.map(|other| (other, format!("?lang={}", other.as_str()))).collect();
    let frame = Frame {
        language,
        tenant: texts.tenant,
        has_logo: true,
        style: "/p/demo/style-3f9ac01b.css",
        script: "/p/demo/script-77b1d2e0.js",
        elsewhere: &elsewhere,
        now: at("2026-11-22T13:03:51Z"),
        zone: &zone,
        contact: Some(texts.contact),
        support_code: None,
    };
    let sent = Frame { elsewhere: &[], support_code: Some("K7Q2M9X"), ..frame };
    let samples = Samples { frame, sent, texts, language };
    [samples.asking_pages(), samples.link_pages(), samples.code_pages(), samples.last_pages()]
        .into_iter()
        .flatten()
        .collect()
}
