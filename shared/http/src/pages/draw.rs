//! From what a step answered to a page. One function for each operation: the page that follows its
//! success, and its form once more where what was sent is at fault.

use jiff::Timestamp;
use regain_domain::policy::PasswordPolicy;
use regain_domain::settings::{Demand, PasswordAsked};
use regain_domain::token::{self, TokenPurpose};
use regain_notices::ProblemCode as P;
use regain_notices::page::{
    AskForLink, Asked, Asking, Captcha, ChooseMethod, Done, Finished, Form, LinkAsked, NewPassword,
    NotMe, OpenedLink, Purpose, Recover, SecondStep, SignIn, TakeLockOff, TypeCode,
};
use serde_json::{Value, json};

use super::frame::Around;
use super::trouble::{self, errors};
use super::{Html, Outcome, Shown};
use crate::routes::pages::Opens;
use crate::{Answer, Problem};

/// The page.
pub(super) fn draw(shown: &Shown<'_>, outcome: &Outcome) -> Html {
    let support_code = match outcome {
        Outcome::Opened => None,
        Outcome::Answered(answer) => answer.member("support_code"),
        Outcome::Refused(problem) => problem.members.get("support_code"),
    };
    let around = Around::new(shown, support_code.and_then(Value::as_str).map(str::to_owned));
    let pages = Pages { shown, around: &around };
    let (status, drawn) = match outcome {
        Outcome::Opened => (200, pages.form(None)),
        Outcome::Answered(answer) => match &answer.location {
            // What is shown once is shown before anybody goes on.
            Some(location) if answer.member("recovery_code").is_none() => {
                let location = Some(location.clone());
                return Html { location, ..Html::new(303, shown.language, String::new()) };
            }
            _ => (200, pages.answered(answer)),
        },
        Outcome::Refused(problem) => {
            let again = !trouble::ends(problem.code);
            (problem.status(), again.then(|| pages.form(Some(problem))).flatten())
        }
    };
    // What cannot be drawn was put together by somebody else than these pages.
    let stopped = match outcome {
        Outcome::Refused(problem) => problem,
        Outcome::Opened | Outcome::Answered(_) => &Problem::new(P::InvalidRequest),
    };
    let (status, body) = match drawn {
        Some(body) => (status, body),
        None => (stopped.status(), pages.trouble(stopped)),
    };
    Html {
        allow: (stopped.code == P::MethodNotAllowed)
            .then(|| shown.page.map(crate::routes::pages::Page::allow))
            .flatten(),
        retry_after_seconds: stopped.retry_after_seconds,
        leads_to: shown.settings.return_origins(),
        ..Html::new(status, shown.language, body)
    }
}

/// Draws the pages of one request.
pub(super) struct Pages<'a> {
    pub(super) shown: &'a Shown<'a>,
    pub(super) around: &'a Around<'a>,
}

/// What was answered to an earlier form, or to this one.
type Known = Value;

fn text<'v>(known: &'v Known, name: &str) -> &'v str {
    known.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn moment(known: &Known, name: &str) -> Option<Timestamp> {
    text(known, name).parse().ok()
}

impl Pages<'_> {
    fn typed(&self, name: &str) -> &str {
        self.shown.form.text(name).unwrap_or_default()
    }

    /// What the form of this page was drawn from, if it was drawn from an answer.
    pub(super) fn carried(&self) -> Known {
        serde_json::from_str(self.typed("carried")).unwrap_or_default()
    }

    /// A form of these pages. It goes on to where this one does.
    pub(super) fn to(&self, page: &str, hidden: &[(&'static str, &str)]) -> Form {
        let leads_on = ["return_url", "challenge"].map(|name| (name, self.typed(name)));
        let hidden = [("lang", self.shown.language.as_str())]
            .into_iter()
            .chain(leads_on)
            .chain(hidden.iter().copied())
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.to_owned()));
        Form {
            action: format!("{}/{page}", self.around.base),
            hidden: hidden.collect(),
            errors: Vec::new(),
        }
    }

    /// The same, to be sent again after `problem`.
    fn again(
        &self,
        page: &str,
        hidden: &[(&'static str, &str)],
        fields: &[&'static str],
        problem: Option<&Problem>,
    ) -> Form {
        let errors = problem.map(|problem| errors(self, problem, fields)).unwrap_or_default();
        Form { errors, ..self.to(page, hidden) }
    }

    /// What the function is asked by this page.
    pub(super) fn operation(&self) -> &'static str {
        match self.shown.page.map(|page| (page.opens, page.sends)) {
            Some((Opens::Form(id) | Opens::Asked(id), _)) if self.shown.here.is_some() => id,
            Some((_, Some(id))) => id,
            _ => "",
        }
    }

    /// The form of the operation, as it was typed; none where it has no fields to be typed again.
    fn form(&self, problem: Option<&Problem>) -> Option<String> {
        match self.operation() {
            "request-reset" => Some(self.ask_for_link(Asking::Reset, problem)),
            "magic-login" => Some(self.ask_for_link(Asking::Magic, problem)),
            "sign-in" => match problem {
                Some(problem) if problem.code == P::PasswordMustChange => self.must_change(problem),
                _ => Some(self.sign_in(problem)),
            },
            "finish-sign-in" => self.second_step(&self.carried(), problem),
            "start-recovery" => Some(self.recover(problem)),
            "send-sms-code" => self.choose_method(&self.carried(), problem),
            "check-sms-code" => self.type_code(&self.carried(), problem),
            "set-password" => self.new_password(&self.carried(), problem),
            "withdraw-link" if problem.is_none() => Some(self.not_me()),
            _ => None,
        }
    }

    /// What follows.
    fn answered(&self, answer: &Answer) -> Option<String> {
        let known = answer.json()?;
        match self.operation() {
            "request-reset" => Some(self.link_asked(Asked::Reset)),
            "magic-login" => Some(self.link_asked(Asked::Magic)),
            "send-recovery-link" => {
                let asked = match text(&self.carried(), "reason") {
                    "locked_out" => Asked::Unlock,
                    _ => Asked::Reset,
                };
                Some(self.link_asked(asked))
            }
            "check-link" => self.opened_link(known),
            "click-link" | "check-sms-code" => {
                let known = self.known_with(known, &[("link", self.typed("token"))]);
                match text(&known, "purpose") {
                    "unlock" => self.take_lock_off(&known),
                    _ => self.new_password(&known, None),
                }
            }
            "withdraw-link" => Some(self.done(match text(known, "status") {
                "reported" => Finished::Reported,
                _ => Finished::Withdrawn,
            })),
            "set-password" => {
                let generated = known.get("generated_password").and_then(Value::as_str);
                let go_on = known.get("return_url").and_then(Value::as_str).map(str::to_owned);
                Some(self.done_on(Finished::PasswordChanged { generated }, go_on))
            }
            "start-recovery" => {
                let reason = [("reason", self.typed("reason"))];
                self.choose_method(&self.known_with(known, &reason), None)
            }
            "send-sms-code" => {
                let sent = json!({
                    "begun": self.carried(),
                    "phone": self.typed("phone"),
                    "channel": self.typed("channel"),
                    "until": known.get("valid_until"),
                    "retry_after_seconds": known.get("retry_after_seconds"),
                });
                self.type_code(&sent, None)
            }
            "unlock" => Some(self.done(Finished::Unlocked)),
            "sign-in" | "redeem-magic-link" | "finish-sign-in" => self.signed_in(answer, known),
            _ => None,
        }
    }

    fn known_with(&self, known: &Known, more: &[(&str, &str)]) -> Known {
        let mut known = known.clone();
        if let Some(members) = known.as_object_mut() {
            let more = more.iter().filter(|(_, value)| !value.is_empty());
            members.extend(more.map(|(name, value)| ((*name).to_owned(), (*value).into())));
        }
        known
    }

    fn captcha(&self) -> (String, Captcha) {
        let id = (self.shown.captcha)();
        let url = format!("/v1/{}/captcha/{id}", self.shown.tenant);
        let captcha =
            Captcha { image: format!("{url}/image.png"), audio: format!("{url}/audio.wav") };
        (id, captcha)
    }

    fn ask_for_link(&self, asking: Asking, problem: Option<&Problem>) -> String {
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

    fn link_asked(&self, asked: Asked) -> String {
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

    fn opened_link(&self, known: &Known) -> Option<String> {
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

    fn not_me(&self) -> String {
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

    fn take_lock_off(&self, known: &Known) -> Option<String> {
        let page = TakeLockOff {
            frame: self.around.frame(),
            form: self.to("unlock", &[("grant", text(known, "grant"))]),
            until: moment(known, "valid_until")?,
            new_link: self.new_link(text(known, "link")),
            cancel: self.around.page("sign-in"),
        };
        Some(page.html())
    }

    fn must_change(&self, problem: &Problem) -> Option<String> {
        let known = Value::Object(problem.members.clone());
        self.new_password(&self.known_with(&known, &[("login", self.typed("login"))]), None)
    }

    fn new_password(&self, known: &Known, problem: Option<&Problem>) -> Option<String> {
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

    fn recover(&self, problem: Option<&Problem>) -> String {
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

    fn choose_method(&self, known: &Known, problem: Option<&Problem>) -> Option<String> {
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

    fn type_code(&self, known: &Known, problem: Option<&Problem>) -> Option<String> {
        let begun = known.get("begun")?;
        let recovery = text(begun, "recovery");
        let (carried, before) = (known.to_string(), begun.to_string());
        let (phone, channel) = (text(known, "phone"), text(known, "channel"));
        let hidden = [("recovery", recovery), ("carried", carried.as_str())];
        let again = [
            ("recovery", recovery),
            ("carried", before.as_str()),
            ("phone", phone),
            ("channel", channel),
        ];
        let seconds = known.get("retry_after_seconds").and_then(Value::as_u64).unwrap_or(0);
        let page = TypeCode {
            frame: self.around.frame(),
            form: self.again("check-sms-code", &hidden, &["code"], problem),
            by_call: channel == "voice",
            phone_hint: begun.pointer("/methods/0/hint").and_then(Value::as_str)?,
            until: moment(known, "until")?,
            again: self.to("send-sms-code", &again),
            retry_after_seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
            cancel: self.around.page("sign-in"),
        };
        Some(page.html())
    }

    fn sign_in(&self, problem: Option<&Problem>) -> String {
        let magic = self.shown.settings.magic_login.enabled;
        SignIn {
            frame: self.around.frame(),
            form: self.again("sign-in", &[], &["login", "password"], problem),
            login: self.typed("login"),
            forgot_password: self.around.page("forgot-password"),
            magic: magic.then(|| self.around.page("magic")),
            recover: self.around.page("recover"),
        }
        .html()
    }

    fn signed_in(&self, answer: &Answer, known: &Known) -> Option<String> {
        if known.get("pending").is_some() {
            return self.second_step_of(answer, known);
        }
        let recovery_code = known.get("recovery_code").and_then(Value::as_str);
        let return_url = || known.get("return_url").and_then(Value::as_str).map(str::to_owned);
        let go_on = answer.location.clone().or_else(return_url);
        Some(self.done_on(Finished::SignedIn { recovery_code }, go_on))
    }

    /// A sign-in by a link leads on to where the link does.
    fn second_step_of(&self, answer: &Answer, known: &Known) -> Option<String> {
        let mut hidden = vec![("pending", text(known, "pending"))];
        if let Some(goes_on) =
            answer.goes_on.as_ref().filter(|_| self.typed("challenge").is_empty())
        {
            hidden.extend([("return_url", &*goes_on.url), ("challenge", &*goes_on.challenge)]);
        }
        let carried = json!({"valid_until": known.get("valid_until")}).to_string();
        hidden.push(("carried", &carried));
        let page = SecondStep {
            frame: self.around.frame(),
            form: self.to("finish-sign-in", &hidden),
            until: moment(known, "valid_until")?,
            cancel: self.around.page("sign-in"),
        };
        Some(page.html())
    }

    fn second_step(&self, known: &Known, problem: Option<&Problem>) -> Option<String> {
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

    fn done(&self, what: Finished<'_>) -> String {
        self.done_on(what, None)
    }

    fn done_on(&self, what: Finished<'_>, go_on: Option<String>) -> String {
        let sign_in = Some(self.around.page("sign-in"));
        Done { frame: self.around.frame(), what, go_on, sign_in }.html()
    }

    fn trouble(&self, problem: &Problem) -> String {
        trouble::page(self, problem)
    }
}
