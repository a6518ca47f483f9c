//! Problems: what the caller reads (RFC 9457), and apart from it what the operator reads.

use std::error::Error;

use jiff::tz::TimeZone;
use regain_domain::account::BlockReason;
use regain_domain::link::{Death, DeathCause};
use regain_domain::policy::Violation;
use regain_domain::settings::SettingFault;
use regain_domain::token::TokenFault;
use regain_domain::{Language, Remedy, Settings, SupportCode};
pub(crate) use regain_notices::ProblemCode;
use regain_notices::{Dead, death_detail};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// An outcome that is no success. Any error of something we depend on turns into one by `?`: the
/// caller hears 503, the chain of causes goes to the log and nowhere else.
pub struct Problem {
    pub(crate) code: ProblemCode,
    pub(crate) retry_after_seconds: Option<u32>,
    pub(crate) allow: Option<String>,
    pub(crate) cause: Option<Box<dyn Error + Send + Sync>>,
    pub(crate) members: Map<String, Value>,
    pub(crate) death: Option<(Dead, Death, Remedy)>,
    pub(crate) page: Option<Language>,
}

/// What is wrong with one member of a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Which, as a JSON pointer.
    pub pointer: String,
    /// What.
    pub code: &'static str,
}

/// Everything that can be wrong with a member.
pub(crate) const FAULT_CODES: &[&str] = &[
    "not_json",
    "not_an_object",
    "unknown_field",
    "duplicate_key",
    "required",
    "exactly_one",
    "wrong_type",
    "blank",
    "control_character",
    "too_long",
    "not_an_address",
    "not_a_language",
    "not_allowed",
    "not_one_of",
    "too_many",
    "not_a_phone_number",
    "not_a_code",
    "not_a_tenant_name",
    "not_together",
    "out_of_bounds",
    "unknown_hash",
    "hash_too_costly",
    "operator_only",
    "not_a_challenge",
];

impl Fault {
    /// At `pointer`, `code`, which is one of `FAULT_CODES`.
    #[must_use]
    pub fn new(pointer: impl Into<String>, code: &'static str) -> Self {
        debug_assert!(FAULT_CODES.contains(&code), "{code} is not in the list");
        Self { pointer: pointer.into(), code }
    }
}

/// What a caller waits before asking again when something is down.
const UNAVAILABLE_RETRY_SECONDS: u32 = 5;

impl Problem {
    /// A problem that says no more than its code.
    #[must_use]
    pub fn new(code: ProblemCode) -> Self {
        Self {
            code,
            retry_after_seconds: None,
            allow: None,
            cause: None,
            members: Map::new(),
            death: None,
            page: None,
        }
    }

    /// The body is at fault, there and there.
    #[must_use]
    pub fn invalid(faults: Vec<Fault>) -> Self {
        Self::new(ProblemCode::InvalidRequest).with("errors", json!(faults))
    }

    /// These settings are out of their bounds.
    #[must_use]
    pub fn settings(faults: &[SettingFault]) -> Self {
        Self::new(ProblemCode::SettingsInvalid).with("errors", json!(faults))
    }

    /// The new password breaks these rules.
    #[must_use]
    pub fn rejected(violations: &[Violation]) -> Self {
        Self::new(ProblemCode::PasswordRejected).with("violations", json!(violations))
    }

    /// The account is blocked, and who asks may know why.
    #[must_use]
    pub fn blocked(reason: BlockReason) -> Self {
        Self::new(ProblemCode::AccountBlocked).with("reason", json!(reason))
    }

    /// A captcha was not answered rightly; so many answers may follow, or it is spent.
    #[must_use]
    pub fn captcha_missed(attempts_left: Option<u32>) -> Self {
        match attempts_left {
            Some(left) => Self::new(ProblemCode::CaptchaWrong).with("attempts_left", json!(left)),
            None => Self::new(ProblemCode::CaptchaSpent),
        }
    }

    /// A limit was reached; it is open again after so many seconds.
    #[must_use]
    pub fn limited(retry_after_seconds: u32) -> Self {
        let problem = Self::new(ProblemCode::TooManyRequests);
        Self { retry_after_seconds: Some(retry_after_seconds), ..problem }
    }

    /// Others rewrote the same account five times over while this call read it.
    #[must_use]
    pub fn busy() -> Self {
        Self::unavailable()
    }

    /// A provider does not answer, and this is why.
    #[must_use]
    pub fn provider_unavailable(cause: Box<dyn Error + Send + Sync>) -> Self {
        Self { code: ProblemCode::ProviderUnavailable, ..Self::down(cause) }
    }

    /// Something that was asked did not answer, and this is why.
    pub(crate) fn down(cause: Box<dyn Error + Send + Sync>) -> Self {
        Self { cause: Some(cause), ..Self::unavailable() }
    }

    pub(crate) fn unavailable() -> Self {
        let problem = Self::new(ProblemCode::Unavailable);
        Self { retry_after_seconds: Some(UNAVAILABLE_RETRY_SECONDS), ..problem }
    }

    /// A text is no link of this tenant: damaged on its way, or never issued here.
    #[must_use]
    pub fn no_link(fault: TokenFault) -> Self {
        Self::new(match fault {
            TokenFault::Damaged => ProblemCode::LinkDamaged,
            TokenFault::Unknown => ProblemCode::LinkUnknown,
        })
    }

    /// A link or a grant is dead: why, when, and what helps now.
    #[must_use]
    pub fn dead(what: Dead, death: Death, remedy: Remedy, support_code: &SupportCode) -> Self {
        let code = dead_code(what, death.cause);
        let mut problem = Self::new(code)
            .with("at", json!(death.at))
            .with("remedy", json!(remedy.as_str()))
            .with_support_code(support_code);
        if let DeathCause::Withdrawn(reason) = death.cause {
            problem = problem.with("reason", json!(reason.as_str()));
        }
        problem.death = Some((what, death, remedy));
        problem
    }

    /// With one member more.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.to_owned(), value);
        self
    }

    /// With the code by which the desk finds the story.
    #[must_use]
    pub fn with_support_code(self, code: &SupportCode) -> Self {
        self.with("support_code", json!(code))
    }

    /// Shown to a person who was sent back to us, as a page in this language.
    #[must_use]
    pub fn on_a_page(self, language: Language) -> Self {
        Self { page: Some(language), ..self }
    }

    /// The status that goes with the code.
    #[must_use]
    pub fn status(&self) -> u16 {
        status(self.code)
    }

    /// Why, and what to do.
    pub(crate) fn detail(&self, language: Language, settings: Option<&Settings>) -> String {
        match self.death {
            Some((what, death, remedy)) => {
                let zone = settings.map_or(TimeZone::UTC, Settings::zone);
                death_detail(language, &zone, what, death.cause, death.at, remedy)
            }
            None => self.code.words(language).detail.to_owned(),
        }
    }

    /// What the caller reads, in a language, and in the time zone of a tenant, if one is known.
    pub(crate) fn document(
        &self,
        language: Language,
        settings: Option<&Settings>,
        request_id: &str,
    ) -> Value {
        let (words, detail) = (self.code.words(language), self.detail(language, settings));
        let code = self.code.as_str();
        let mut document = json!({
            "type": format!("/problems/{code}"),
            "title": words.title,
            "status": self.status(),
            "detail": detail,
            "code": code,
            "request_id": request_id,
        });
        if let Some(members) = document.as_object_mut() {
            members.extend(self.members.clone());
        }
        document
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::down(Box::new(error))
    }
}

/// What the holder of a dead link or grant is told.
#[must_use]
pub fn dead_code(what: Dead, cause: DeathCause) -> ProblemCode {
    match (what, cause) {
        (Dead::Link, DeathCause::Expired) => ProblemCode::LinkExpired,
        (Dead::Link, DeathCause::ClickExpired) => ProblemCode::LinkClickExpired,
        (Dead::Link, DeathCause::Superseded) => ProblemCode::LinkSuperseded,
        (Dead::Link, DeathCause::Used) => ProblemCode::LinkUsed,
        (Dead::Link, DeathCause::Withdrawn(_)) => ProblemCode::LinkWithdrawn,
        (Dead::Grant, DeathCause::Expired | DeathCause::ClickExpired) => ProblemCode::GrantExpired,
        (Dead::Grant, DeathCause::Used) => ProblemCode::GrantUsed,
        (Dead::Grant, DeathCause::Superseded | DeathCause::Withdrawn(_)) => {
            ProblemCode::GrantWithdrawn
        }
    }
}

/// The one table of codes and statuses.
#[must_use]
pub(crate) fn status(code: ProblemCode) -> u16 {
    use ProblemCode as P;
    match code {
        P::InvalidRequest | P::LinkDamaged => 400,
        P::Unauthorized | P::SignInFailed | P::SessionEnded => 401,
        P::Forbidden
        | P::TemporaryPasswordsDisabled
        | P::AccountBlocked
        | P::PasswordMustChange
        | P::PasswordDisabled
        | P::MagicLoginDisabled
        | P::SecondStepDisabled
        | P::SecondStepNotOffered => 403,
        P::NotFound
        | P::TenantUnknown
        | P::AccountUnknown
        | P::ApiKeyUnknown
        | P::CursorUnknown
        | P::SupportCodeUnknown
        | P::LinkUnknown
        | P::GrantUnknown
        | P::CaptchaUnknown
        | P::RecoveryUnknown
        | P::SignInUnknown
        | P::ProviderUnknown
        | P::ProviderNotLinked => 404,
        P::MethodNotAllowed => 405,
        P::TenantExists
        | P::AccountExists
        | P::TooManyApiKeys
        | P::SecondStepMissing
        | P::ProviderTaken => 409,
        P::LinkExpired
        | P::LinkClickExpired
        | P::LinkSuperseded
        | P::LinkUsed
        | P::LinkWithdrawn
        | P::CaptchaExpired
        | P::CaptchaSpent
        | P::GrantExpired
        | P::GrantUsed
        | P::GrantWithdrawn
        | P::RecoveryExpired
        | P::RecoverySpent
        | P::CodeExpired
        | P::CodeSpent
        | P::SignInOver => 410,
        P::PreconditionFailed => 412,
        P::BodyTooLarge | P::TooManyLines => 413,
        P::UnsupportedMediaType => 415,
        P::CaptchaWrong
        | P::SettingsInvalid
        | P::PasswordRejected
        | P::PhoneMismatch
        | P::CodeWrong
        | P::PasswordWrong
        | P::CodeUsed => 422,
        P::AccountLocked | P::SecondStepLocked => 423,
        P::TooManyRequests => 429,
        P::Internal => 500,
        P::Unavailable | P::ProviderUnavailable => 503,
    }
}
