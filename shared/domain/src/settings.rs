//! A tenant's settings, with a default and a bound for every one.
//!
//! What is stored is what the tenant chose. What counts is `effective`: the profile of the password
//! policy may ask for more than was chosen, and says so here and nowhere else.

mod bounds;
mod defaults;
mod looks;
mod time_zone;
mod urls;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::link::LinkPurpose;
use crate::policy::{PasswordPolicy, Profile};
use crate::provider::{Provider, ProviderClient};
use crate::tenant::TenantId;

pub use bounds::SettingFault;
pub use looks::Looks;
pub use urls::is_secure_base;

/// What a tenant can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The name that people know the tenant by.
    pub name: String,
    /// Languages offered.
    pub languages: Vec<Language>,
    /// The language when nothing else decides.
    pub default_language: Language,
    /// The tenant's own frontend.
    pub frontend: Frontend,
    /// Who notices are from.
    pub sender: Sender,
    /// Domains that mail may be from. Only the operator sets them.
    pub sender_domains: Vec<String>,
    /// Names that text messages may be from. Only the operator sets them.
    pub sms_names: Vec<String>,
    /// How long things are good for.
    pub validity: Validity,
    /// When wrong passwords lock an account.
    pub lockout: Lockout,
    /// What a code looks like.
    pub code: Code,
    /// How often.
    pub limits: Limits,
    /// What a new password must be.
    pub password_policy: PasswordPolicy,
    /// Who chooses a new password.
    pub own_password: OwnPassword,
    /// How phone numbers are read, and where messages may go.
    pub phone: Phone,
    /// Where a person must prove to be one.
    pub captcha: Captcha,
    /// Links that sign in once.
    pub magic_login: MagicLogin,
    /// The second step.
    pub second_step: SecondStep,
    /// Providers that people can sign in with.
    pub providers: BTreeMap<Provider, ProviderClient>,
    /// Whether an admin may set a temporary password.
    pub temporary_passwords_enabled: bool,
    /// How long a timeline is kept.
    pub timeline_days: u32,
    /// Whom people can ask, as a sentence or an address.
    pub support_contact: Option<String>,
    /// How pages look.
    pub looks: Looks,
    /// The clock that people read, as IANA calls it.
    pub time_zone: String,
}

/// The tenant's own frontend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Frontend {
    /// Where links in mails go, with `{token}` in it; none: the hosted pages.
    pub link_url: Option<String>,
    /// Where people may be sent afterwards; an exact match after parsing.
    pub return_urls: Vec<String>,
    /// Origins whose scripts may call.
    pub allowed_origins: Vec<String>,
}

/// Who notices are from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sender {
    /// The address of mails, within `sender_domains`.
    pub email: String,
    /// The name before it; none: the tenant's.
    pub name: Option<String>,
    /// The name of text messages, one of `sms_names`; none: a number.
    pub sms_name: Option<String>,
}

/// How long things are good for, in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Validity {
    /// A reset link that nobody clicked.
    pub link_unclicked_seconds: u32,
    /// From the click to the new password.
    pub link_clicked_seconds: u32,
    /// An invite that nobody clicked.
    pub invite_seconds: u32,
    /// A link that signs in.
    pub magic_link_seconds: u32,
    /// A recovery, from the captcha to the code.
    pub recovery_seconds: u32,
    /// A code.
    pub code_seconds: u32,
    /// A session.
    pub session_seconds: u32,
    /// Within this of its issue, a repeated request mails the unclicked link again.
    pub same_link_window_seconds: u32,
}

/// When wrong passwords lock an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lockout {
    /// Wrong passwords until the lock.
    pub failures: u32,
    /// How long it holds; 0: until it is taken off.
    pub lock_seconds: u32,
}

impl Lockout {
    /// The same for the second step. No mail takes that lock off, so it is always over by itself.
    #[must_use]
    pub fn of_second_step(&self) -> Self {
        let forever = self.lock_seconds == 0;
        let lock_seconds = if forever { Self::default().lock_seconds } else { self.lock_seconds };
        Self { lock_seconds, ..self.clone() }
    }
}

/// What a code looks like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Code {
    /// How many digits.
    pub digits: u32,
}

/// How often, within a clock hour or a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Requests for one login from one address.
    pub per_login_and_address_hour: u32,
    /// Calls from one address.
    pub per_address_hour: u32,
    /// Mails to one login.
    pub mails_per_login_hour: u32,
    /// Codes for one account in 24 hours.
    pub codes_per_account_day: u32,
}

/// Who chooses a new password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnPassword {
    /// The person.
    #[default]
    Always,
    /// The person if there is a second step, else Regain.
    WithSecondStep,
    /// The person chooses the beginning, Regain the ending.
    WithEnding,
    /// Regain.
    Generated,
}

/// What a person is asked for when a password is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordAsked {
    /// All of it.
    Whole,
    /// Its beginning.
    Beginning,
    /// Nothing: Regain makes it.
    Nothing,
}

impl PasswordAsked {
    /// The word in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "choose",
            Self::Beginning => "choose_beginning",
            Self::Nothing => "generated",
        }
    }
}

impl PasswordAsked {
    /// By its word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Whole, Self::Beginning, Self::Nothing]
            .into_iter()
            .find(|asked| asked.as_str() == word)
    }
}

impl OwnPassword {
    /// What a person is asked for, by whether the account's second step is on.
    #[must_use]
    pub fn asks(self, second_step: bool) -> PasswordAsked {
        match self {
            Self::Always => PasswordAsked::Whole,
            Self::WithSecondStep if second_step => PasswordAsked::Whole,
            Self::WithEnding => PasswordAsked::Beginning,
            Self::WithSecondStep | Self::Generated => PasswordAsked::Nothing,
        }
    }
}

/// How phone numbers are read, and where messages may go. Countries are ISO 3166-1 alpha-2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Phone {
    /// The country of a number without a country code.
    pub default_region: String,
    /// Countries that are sent to.
    pub allowed_countries: Vec<String>,
}

/// Where a person must prove to be one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Captcha {
    /// Before a reset is requested.
    pub request_reset: Demand,
    /// Before a recovery is started.
    pub start_recovery: Demand,
    /// Whether capitals matter.
    pub case: LetterCase,
}

/// Whether something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// Never.
    Never,
    /// Always.
    Always,
}

/// Whether capitals matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterCase {
    /// They do.
    Sensitive,
    /// They do not.
    Any,
}

/// Links that sign in once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MagicLogin {
    /// Whether there are any.
    pub enabled: bool,
    /// Whether one takes the attempt lock off.
    pub takes_lock_off: bool,
}

/// The second step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecondStep {
    /// Whether accounts may switch one on. What is on stays on.
    pub offered: bool,
}

/// A link in a mail that recovers an account is good for at most a day in all
/// (NIST SP 800-63B-4 §4.2.1.2).
pub const NIST_MAILED_SECONDS_MAX: u32 = 24 * 60 * 60;

impl Settings {
    /// What counts: what the tenant chose, and where its profile asks for more, that.
    #[must_use]
    pub fn effective(&self) -> Self {
        let mut effective =
            Self { password_policy: self.password_policy.effective(), ..self.clone() };
        if self.password_policy.profile == Profile::Nist800_63B4 {
            let Validity {
                link_unclicked_seconds,
                link_clicked_seconds,
                invite_seconds,
                magic_link_seconds,
                ..
            } = &mut effective.validity;
            for seconds in
                [link_unclicked_seconds, link_clicked_seconds, invite_seconds, magic_link_seconds]
            {
                *seconds = NIST_MAILED_SECONDS_MAX.min(*seconds);
            }
        }
        effective
    }

    /// How long a mailed link may live from its issue to its use; none: no bound but its own two.
    #[must_use]
    pub fn mailed_seconds_max(&self) -> Option<u32> {
        let bounded = self.password_policy.profile == Profile::Nist800_63B4;
        bounded.then_some(NIST_MAILED_SECONDS_MAX)
    }

    /// How long a link of this purpose can be clicked.
    #[must_use]
    pub fn unclicked_seconds(&self, purpose: LinkPurpose) -> u32 {
        match purpose {
            LinkPurpose::Reset | LinkPurpose::Unlock => self.validity.link_unclicked_seconds,
            LinkPurpose::Invite => self.validity.invite_seconds,
            LinkPurpose::Magic => self.validity.magic_link_seconds,
            // Made clicked: its grant is handed out at once.
            LinkPurpose::MustChange | LinkPurpose::CodeReset | LinkPurpose::CodeUnlock => {
                self.validity.link_clicked_seconds
            }
        }
    }

    /// Whether what a new password must be depends on the account's second step.
    #[must_use]
    pub fn asks_for_second_step(&self) -> bool {
        self.own_password == OwnPassword::WithSecondStep
            || self.password_policy.length_min_chosen.is_some()
    }

    /// The asked return URL, if the tenant allows it; compared after parsing, never as text.
    #[must_use]
    pub fn allowed_return_url(&self, asked: &str) -> Option<String> {
        let asked = urls::return_url(asked)?;
        let allowed = self
            .frontend
            .return_urls
            .iter()
            .any(|url| urls::return_url(url) == Some(asked.clone()));
        allowed.then(|| asked.into())
    }

    /// The origins that people may be sent to afterwards, each once.
    #[must_use]
    pub fn return_origins(&self) -> Vec<String> {
        let mut origins: Vec<String> =
            self.frontend.return_urls.iter().filter_map(|url| urls::origin(url)).collect();
        origins.sort();
        origins.dedup();
        origins
    }

    /// Whether a script of this origin may call.
    #[must_use]
    pub fn allows_origin(&self, origin: &str) -> bool {
        self.frontend.allowed_origins.iter().any(|allowed| allowed == origin)
    }

    /// The address that a mail's button leads to. From configuration and settings only.
    #[must_use]
    pub fn link_url(
        &self,
        public_base: &str,
        tenant: &TenantId,
        purpose: LinkPurpose,
        token: &str,
    ) -> String {
        match &self.frontend.link_url {
            Some(template) => template.replace("{token}", token),
            None if purpose == LinkPurpose::Magic => {
                Self::page(public_base, tenant, "magic", token)
            }
            None => Self::page(public_base, tenant, "link", token),
        }
    }

    /// The address of a hosted page that needs no token.
    #[must_use]
    pub fn page_url(public_base: &str, tenant: &TenantId, page: &str) -> String {
        format!("{public_base}/p/{tenant}/{page}")
    }

    fn page(public_base: &str, tenant: &TenantId, page: &str, token: &str) -> String {
        format!("{public_base}/p/{tenant}/{page}/{token}")
    }

    /// The host that a code belongs to, as phones fill codes in for: that of the tenant's first
    /// origin, else of the hosted pages.
    #[must_use]
    pub fn code_host(&self, public_base: &str) -> String {
        let origin = self.frontend.allowed_origins.first();
        urls::host(origin.map_or(public_base, String::as_str)).unwrap_or_default()
    }

    /// The address of "this was not me": always a hosted page, because it ends things.
    #[must_use]
    pub fn not_me_url(public_base: &str, tenant: &TenantId, token: &str) -> String {
        Self::page(public_base, tenant, "not-me", token)
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
