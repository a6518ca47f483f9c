//! The pages, one function each: what a template is given.

use regain_domain::Provider;
use regain_domain::policy::PasswordPolicy;
use regain_domain::settings::{Demand, PasswordAsked};
use regain_domain::token::{self, TokenPurpose};
use regain_notices::ProblemCode as P;
use regain_notices::page::{
    AskForLink, Asked, Asking, Captcha, ChooseMethod, Done, FieldError, Finished, Form, LinkAsked,
    NewPassword, NotMe, OpenedLink, Purpose, Recover, SecondStep, SignIn, TakeLockOff, ToProvider,
    TypeCode, fault,
};
use serde_json::{Value, json};

use super::draw::{Known, Pages, moment, text};
use super::frame::provider_error;
use super::trouble;
use crate::{Answer, Problem};

impl Pages<'_> {
    pub(super) fn captcha(&self) -> (String, Captcha) {
        let id = (self.shown.captcha)();
        let url = format!("/v1/{}/captcha/{id}", self.shown.tenant);
        let captcha =
            Captcha { image: format!("{url}/image.png"), audio: format!("{url}/audio.wav") };
        (id, captcha)
    }

    pub(super) fn ask_for_link(&self, asking: Asking, problem: Option<&Problem>) -> String {
        let page = match asking {
            Asking::Reset => "forgot-password",
            Asking::Magic => "magic",
        };
        let demand = self.shown.settings.captcha.request_reset;
        let captcha = (demand == Demand::Always).then(|| self.captcha()).unzip();
        let id = captcha.0.unwrap_or_default();
        let hidden = [("captcha.id", id.as_str()), ("token", self.typed("token"))];
        AskForLink {
            frame: self.around.frame(),
            form: self.again(page, &hidden, &["login", "captcha.answer"], problem),
            asking,
            // Whose it is, a dead link says.
            login: self.typed("token").is_empty().then(|| self.typed("login")),
            captcha: captcha.1,
            sign_in: self.around.page("sign-in"),
            recover: self.around.page("recover"),
        }
        .html()
    }

    pub(super) fn link_asked(&self, asked: Asked) -> String {
        let page = match asked {
            Asked::Magic => "magic",
            Asked::Unlock => "recover",
            Asked::Reset => "forgot-password",
        };
        LinkAsked {
            frame: self.around.frame(),
            asking: asked,
            login: self.shown.form.text("login"),
            again: self.around.page(page),
            recover: self.around.page("recover"),
        }
        .html()
    }

    pub(super) fn opened_link(&self, known: &Known) -> Option<String> {
        let (purpose, page) = match text(known, "purpose") {
            "invite" => (Purpose::Invite, "click-link"),
            "unlock" => (Purpose::Unlock, "click-link"),
            "magic" => (Purpose::Magic, "redeem-magic-link"),
            _ => (Purpose::Reset, "click-link"),
        };
        let token = [("token", self.typed("token"))];
        let opened = OpenedLink {
            frame: self.around.frame(),
            form: self.to(page, &token),
            purpose,
            login_hint: text(known, "login_hint"),
            until: moment(known, "valid_until")?,
            clicked: text(known, "state") == "clicked",
            not_me: self.to("withdraw-link", &token),
        };
        Some(opened.html())
    }

    pub(super) fn not_me(&self) -> String {
        let form = self.to("withdraw-link", &[("token", self.typed("token"))]);
        NotMe { frame: self.around.frame(), form }.html()
    }

    /// The press that mails a new link in the place of one that was pressed.
    pub(super) fn new_link(&self, token: &str) -> Option<Form> {
        let page = match token::claimed_purpose(token) {
            Some(TokenPurpose::MagicLink) => "magic",
            _ => "forgot-password",
        };
        (!token.is_empty()).then(|| self.to(page, &[("token", token)]))
    }

    pub(super) fn take_lock_off(&self, known: &Known) -> Option<String> {
        let page = TakeLockOff {
            frame: self.around.frame(),
            form: self.to("unlock", &[("grant", text(known, "grant"))]),
            until: moment(known, "valid_until")?,
            new_link: self.new_link(text(known, "link")),
            cancel: self.around.page("sign-in"),
        };
        Some(page.html())
    }

    pub(super) fn must_change(&self, problem: &Problem) -> Option<String> {
        let known = Value::Object(problem.members.clone());
        self.new_password(&self.known_with(&known, &[("login", self.typed("login"))]), None)
    }

    pub(super) fn new_password(&self, known: &Known, problem: Option<&Problem>) -> Option<String> {
        let grant = match text(known, "grant") {
            "" => self.typed("grant"),
            grant => grant,
        };
        let policy: PasswordPolicy =
            serde_json::from_value(known.get("password_policy")?.clone()).ok()?;
        let asked = PasswordAsked::from_word(text(known, "password"))?;
        let violations = problem.and_then(|problem| problem.members.get("violations"));
        let violations = violations.and_then(Value::as_array).into_iter().flatten();
        let broken: Vec<String> =
            violations.map(|violation| text(violation, "code").to_owned()).collect();
        // The grant is a member of its own.
        let mut kept = known.clone();
        kept.as_object_mut()?.remove("grant");
        let hidden = [("grant", grant), ("carried", &kept.to_string())];
        let fields = ["password", "beginning", "confirm"];
        let page = NewPassword {
            frame: self.around.frame(),
            form: self.again("set-password", &hidden, &fields, problem),
            login: text(known, "login"),
            until: moment(known, "valid_until")?,
            asked,
            policy: &policy,
            broken: &broken,
            new_link: self.new_link(text(known, "link")),
            cancel: self.around.page("sign-in"),
        };
        Some(page.html())
    }

    pub(super) fn recover(&self, problem: Option<&Problem>) -> String {
        let (id, captcha) = self.captcha();
        let fields = ["login", "captcha.answer", "reason"];
        Recover {
            frame: self.around.frame(),
            form: self.again("recover", &[("captcha.id", &id)], &fields, problem),
            login: self.typed("login"),
            reason: self.typed("reason"),
            captcha,
            forgot_password: self.around.page("forgot-password"),
            cancel: self.around.page("sign-in"),
        }
        .html()
    }

    pub(super) fn choose_method(&self, known: &Known, problem: Option<&Problem>) -> Option<String> {
        let recovery = match text(known, "recovery") {
            "" => self.typed("recovery"),
            recovery => recovery,
        };
        let hint = |kind: &str| {
            let methods = known.get("methods")?.as_array()?;
            methods.iter().find(|method| text(method, "kind") == kind).map(|way| text(way, "hint"))
        };
        let carried = known.to_string();
        let hidden = [("recovery", recovery), ("carried", carried.as_str())];
        let page = ChooseMethod {
            frame: self.around.frame(),
            form: self.again("send-sms-code", &hidden, &["phone"], problem),
            phone_hint: hint("sms")?,
            phone: self.typed("phone"),
            by_mail: self.to("send-recovery-link", &hidden),
            mail_hint: hint("email")?,
            until: moment(known, "valid_until")?,
            cancel: self.around.page("sign-in"),
        };
        Some(page.html())
    }

    /// Where another code was asked for too soon, the one before may still come.
    pub(super) fn code_refused(&self, known: &Known, problem: Option<&Problem>) -> Option<String> {
        let waits = |problem: &Problem| matches!(problem.code, P::TooManyRequests | P::Unavailable);
        match known.get("begun") {
            Some(_) if problem.is_some_and(waits) => self.type_code(known, problem),
            begun => self.choose_method(begun.unwrap_or(known), problem),
        }
    }

    pub(super) fn type_code(&self, known: &Known, problem: Option<&Problem>) -> Option<String> {
        let begun = known.get("begun")?;
        let recovery = text(begun, "recovery");
        let carried = known.to_string();
        let (phone, channel) = (text(known, "phone"), text(known, "channel"));
        let hidden = [("recovery", recovery), ("carried", carried.as_str())];
        let again = [
            ("recovery", recovery),
            ("carried", carried.as_str()),
            ("phone", phone),
            ("channel", channel),
        ];
        let seconds = known.get("retry_after_seconds").and_then(Value::as_u64).unwrap_or(0);
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        let later = problem.and_then(|problem| problem.retry_after_seconds);
        let page = TypeCode {
            frame: self.around.frame(),
            form: self.again("check-sms-code", &hidden, &["code"], problem),
            by_call: channel == "voice",
            phone_hint: begun.pointer("/methods/0/hint").and_then(Value::as_str)?,
            until: moment(known, "until")?,
            again: self.to("send-sms-code", &again),
            retry_after_seconds: later.unwrap_or(seconds),
            cancel: self.around.page("sign-in"),
        };
        Some(page.html())
    }

    pub(super) fn sign_in(&self, problem: Option<&Problem>) -> String {
        let settings = self.shown.settings;
        let magic = settings.magic_login.enabled;
        let mut form = self.again("sign-in", &[], &["login", "password"], problem);
        form.errors.extend(self.provider_error());
        SignIn {
            frame: self.around.frame(),
            form,
            providers: settings.providers.keys().copied().collect(),
            to_provider: self.to("federated-login", &[("intent", "sign_in")]),
            login: self.typed("login"),
            forgot_password: self.around.page("forgot-password"),
            magic: magic.then(|| self.around.page("magic")),
            recover: self.around.page("recover"),
        }
        .html()
    }

    fn provider_error(&self) -> Option<FieldError> {
        let code = provider_error(self.shown.form)?;
        Some(FieldError { field: "", text: fault(self.shown.language, "", code) })
    }

    pub(super) fn to_provider(&self, known: &Known) -> Option<String> {
        let provider = Provider::from_word(self.typed("provider"))?;
        let page = ToProvider { frame: self.around.frame(), provider, url: text(known, "url") };
        Some(page.html())
    }

    pub(super) fn signed_in(&self, answer: &Answer, known: &Known) -> Option<String> {
        if known.get("pending").is_some() {
            return self.second_step_of(answer, known);
        }
        let recovery_code = known.get("recovery_code").and_then(Value::as_str);
        let return_url = || known.get("return_url").and_then(Value::as_str).map(str::to_owned);
        let go_on = answer.location.clone().or_else(return_url);
        Some(self.done_on(Finished::SignedIn { recovery_code }, go_on))
    }

    /// It leads on to where the first step does: of a link that is said in the link, and in nothing
    /// that stands behind its address.
    pub(super) fn second_step_of(&self, answer: &Answer, known: &Known) -> Option<String> {
        let goes_on = answer.goes_on.as_ref();
        let carried = json!({"valid_until": known.get("valid_until")}).to_string();
        let hidden = [
            ("pending", text(known, "pending")),
            ("return_url", goes_on.map_or("", |goes_on| &goes_on.url)),
            ("challenge", goes_on.map_or("", |goes_on| &goes_on.challenge)),
            ("carried", &carried),
        ];
        let page = SecondStep {
            frame: self.around.frame(),
            form: self.to("finish-sign-in", &hidden),
            until: moment(known, "valid_until")?,
            cancel: self.around.page("sign-in"),
        };
        Some(page.html())
    }

    pub(super) fn second_step(&self, known: &Known, problem: Option<&Problem>) -> Option<String> {
        let carried = known.to_string();
        let hidden = [("pending", self.typed("pending")), ("carried", carried.as_str())];
        let page = SecondStep {
            frame: self.around.frame(),
            form: self.again("finish-sign-in", &hidden, &["code"], problem),
            until: moment(known, "valid_until")?,
            cancel: self.around.page("sign-in"),
        };
        Some(page.html())
    }

    pub(super) fn done(&self, what: Finished<'_>) -> String {
        self.done_on(what, None)
    }

    pub(super) fn done_on(&self, what: Finished<'_>, go_on: Option<String>) -> String {
        let (sign_in, new_password) = match what {
            // Who is signed in has done that.
            Finished::SignedIn { .. } => (None, None),
            // Whoever changed the password knows it.
            Finished::Reported => (None, Some(self.around.page("forgot-password"))),
            _ => (Some(self.around.page("sign-in")), None),
        };
        Done { frame: self.around.frame(), what, go_on, sign_in, new_password }.html()
    }

    pub(super) fn trouble(&self, problem: &Problem) -> String {
        trouble::page(self, problem)
    }
}
