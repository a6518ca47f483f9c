//! A tenant's settings, with a default and a bound for every one.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::language::Language;
use crate::login::Login;
use crate::policy::PasswordPolicy;
use crate::tenant::TenantId;

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
    /// Who the mail is from.
    pub sender: Sender,
    /// How long things are good for.
    pub validity: Validity,
    /// How often.
    pub limits: Limits,
    /// What a new password must be.
    pub password_policy: PasswordPolicy,
    /// Whom people can ask, as a sentence or an address.
    pub support_contact: Option<String>,
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

/// Who the mail is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sender {
    /// The address.
    pub email: String,
    /// The name before it; none: the tenant's.
    pub name: Option<String>,
}

/// How long things are good for, in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Validity {
    /// A link that nobody clicked.
    pub link_unclicked_seconds: u32,
    /// From the click to the new password.
    pub link_clicked_seconds: u32,
    /// A session.
    pub session_seconds: u32,
    /// Within this of its issue, a repeated request mails the unclicked link again.
    pub same_link_window_seconds: u32,
}

/// How often, within a clock hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Requests for one login from one address.
    pub per_login_and_address_hour: u32,
    /// Calls from one address.
    pub per_address_hour: u32,
    /// Mails to one login.
    pub mails_per_login_hour: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: String::new(),
            languages: Language::ALL.to_vec(),
            default_language: Language::En,
            frontend: Frontend::default(),
            sender: Sender::default(),
            validity: Validity::default(),
            limits: Limits::default(),
            password_policy: PasswordPolicy::default(),
            support_contact: None,
        }
    }
}

impl Default for Sender {
    fn default() -> Self {
        Self { email: "no-reply@example.com".to_owned(), name: None }
    }
}

impl Default for Validity {
    fn default() -> Self {
        Self {
            link_unclicked_seconds: 172_800,
            link_clicked_seconds: 900,
            session_seconds: 900,
            same_link_window_seconds: 0,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_login_and_address_hour: 5, per_address_hour: 100, mails_per_login_hour: 10 }
    }
}

/// A setting out of its bounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettingFault {
    /// Where, as a JSON pointer.
    pub pointer: &'static str,
    /// What is wrong with it.
    pub code: &'static str,
}

impl Settings {
    /// Every setting that is out of its bounds; none: the settings may be stored.
    #[must_use]
    pub fn faults(&self) -> Vec<SettingFault> {
        let (validity, limits, policy) = (&self.validity, &self.limits, &self.password_policy);
        let within = [
            ("/validity/link_unclicked_seconds", validity.link_unclicked_seconds, 300, 2_592_000),
            ("/validity/link_clicked_seconds", validity.link_clicked_seconds, 60, 86_400),
            ("/validity/session_seconds", validity.session_seconds, 60, 86_400),
            ("/validity/same_link_window_seconds", validity.same_link_window_seconds, 0, 600),
            ("/limits/per_login_and_address_hour", limits.per_login_and_address_hour, 1, LIMIT_MAX),
            ("/limits/per_address_hour", limits.per_address_hour, 1, LIMIT_MAX),
            ("/limits/mails_per_login_hour", limits.mails_per_login_hour, 1, LIMIT_MAX),
            ("/password_policy/length_min", policy.length_min, 8, 64),
            ("/password_policy/length_max", policy.length_max, 64, 256),
            ("/password_policy/uppercase_min", policy.uppercase_min, 0, 8),
            ("/password_policy/lowercase_min", policy.lowercase_min, 0, 8),
            ("/password_policy/digits_min", policy.digits_min, 0, 8),
            ("/password_policy/symbols_min", policy.symbols_min, 0, 8),
        ]
        .into_iter()
        .filter(|(_, value, min, max)| !(min..=max).contains(&value))
        .map(|(pointer, ..)| (pointer, "out_of_bounds"));
        let shaped = [
            ("/name", is_a_name(&self.name), "not_a_name"),
            ("/languages", !self.languages.is_empty(), "empty"),
            ("/default_language", self.languages.contains(&self.default_language), "not_offered"),
            ("/sender/email", Login::parse(&self.sender.email).is_ok(), "not_an_address"),
            ("/sender/name", self.sender.name.as_deref().is_none_or(is_a_name), "not_a_name"),
            (
                "/support_contact",
                self.support_contact.as_deref().is_none_or(is_a_name),
                "not_a_name",
            ),
            (
                "/frontend/link_url",
                self.frontend.link_url.as_deref().is_none_or(is_a_link_url),
                "not_a_link_url",
            ),
            (
                "/frontend/return_urls",
                self.frontend.return_urls.len() <= LIST_MAX
                    && self.frontend.return_urls.iter().all(|url| return_url(url).is_some()),
                "not_a_return_url",
            ),
            (
                "/frontend/allowed_origins",
                self.frontend.allowed_origins.len() <= LIST_MAX
                    && self.frontend.allowed_origins.iter().all(|origin| is_an_origin(origin)),
                "not_an_origin",
            ),
        ]
        .into_iter()
        .filter(|(_, fine, _)| !fine)
        .map(|(pointer, _, code)| (pointer, code));
        within.chain(shaped).map(|(pointer, code)| SettingFault { pointer, code }).collect()
    }

    /// The asked return URL, if the tenant allows it; compared after parsing, never as text.
    #[must_use]
    pub fn allowed_return_url(&self, asked: &str) -> Option<String> {
        let asked = return_url(asked)?;
        let allowed =
            self.frontend.return_urls.iter().any(|url| return_url(url) == Some(asked.clone()));
        allowed.then(|| asked.into())
    }

    /// Whether a script of this origin may call.
    #[must_use]
    pub fn allows_origin(&self, origin: &str) -> bool {
        self.frontend.allowed_origins.iter().any(|allowed| allowed == origin)
    }

    /// The address that a mail's button leads to. From configuration and settings only.
    #[must_use]
    pub fn link_url(&self, public_base: &str, tenant: &TenantId, token: &str) -> String {
        match &self.frontend.link_url {
            Some(template) => template.replace("{token}", token),
            None => format!("{public_base}/p/{tenant}/link/{token}"),
        }
    }

    /// The address of "this was not me": always a hosted page, because it ends things.
    #[must_use]
    pub fn not_me_url(public_base: &str, tenant: &TenantId, token: &str) -> String {
        format!("{public_base}/p/{tenant}/not-me/{token}")
    }
}

const LIMIT_MAX: u32 = 10_000;
const LIST_MAX: usize = 50;
const NAME_CHARACTERS_MAX: usize = 100;

/// One line of text that may stand in a subject or a header.
fn is_a_name(text: &str) -> bool {
    !text.trim().is_empty()
        && text.chars().count() <= NAME_CHARACTERS_MAX
        && !text.contains(char::is_control)
}

/// `https`, or `http` on this machine; no user, no fragment tricks with the host.
fn secure(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.username().is_empty()
        && url.password().is_none()
        && (url.scheme() == "https" && url.host().is_some() || url.scheme() == "http" && loopback)
}

/// Whether links may be built on this: scheme, host and port of `https`, or of this machine.
#[must_use]
pub fn is_secure_base(text: &str) -> bool {
    is_an_origin(text)
}

fn return_url(text: &str) -> Option<Url> {
    // What a browser would drop or read otherwise than this parser is refused, not repaired.
    if text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
        return None;
    }
    let scheme_spelled = text.starts_with("https://") || text.starts_with("http://");
    Url::parse(text).ok().filter(|url| scheme_spelled && secure(url) && url.fragment().is_none())
}

/// A URL with one `{token}`, after the host.
fn is_a_link_url(text: &str) -> bool {
    let Some((before, after)) = text.split_once("{token}") else { return false };
    let filled = format!("{before}0{after}");
    let host_is_whole =
        before.split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '?', '#']));
    let parsed = Url::parse(&filled).ok().filter(secure);
    host_is_whole
        && !after.contains("{token}")
        && parsed.is_some()
        && !text.contains(char::is_control)
}

fn is_an_origin(text: &str) -> bool {
    Url::parse(text)
        .ok()
        .filter(secure)
        .is_some_and(|url| url.origin().ascii_serialization() == text)
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
