//! The bounds of every setting, in one list.

use serde::Serialize;
use serde_json::Number;

use super::time_zone::is_a_time_zone;
use super::urls::{is_a_link_url, is_an_origin, return_url};
use super::{Demand, OwnPassword, Settings};
use crate::language::Language;
use crate::login::Login;
use crate::provider::Provider;
use crate::time::DAY_SECONDS;

/// A setting out of its bounds; serialised as `{"pointer", "code"}`, and `min` and `max` of a
/// number, or `min` of a contrast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettingFault {
    /// Where, as a JSON pointer.
    pub pointer: &'static str,
    /// What is wrong with it.
    pub code: &'static str,
    /// The least, of a number or a contrast.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Number>,
    /// The most, of a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Number>,
}

impl SettingFault {
    /// Everything that can be wrong with a setting.
    pub const CODES: [&'static str; 21] = [
        "out_of_bounds",
        "not_a_name",
        "empty",
        "not_offered",
        "not_an_address",
        "not_a_link_url",
        "not_a_return_url",
        "not_an_origin",
        "not_a_domain",
        "not_an_sms_name",
        "not_allowed",
        "not_a_country",
        "second_step_missing",
        "too_many",
        "not_a_directory",
        "return_url_missing",
        "secret_missing",
        "not_a_colour",
        "contrast_too_low",
        "not_a_logo",
        "not_a_time_zone",
    ];

    /// At `pointer`, `code`, which is one of `CODES`; without bounds.
    pub(super) fn of(pointer: &'static str, code: &'static str) -> Self {
        debug_assert!(Self::CODES.contains(&code), "{code} is not in the list");
        Self { pointer, code, min: None, max: None }
    }
}

const MONTH_SECONDS: u32 = 30 * DAY_SECONDS;
const LIMIT_MAX: u32 = 10_000;
const LIST_MAX: usize = 50;
/// ISO 3166-1.
const COUNTRIES: usize = 249;
const NAME_CHARACTERS_MAX: usize = 100;
const URL_BYTES_MAX: usize = 2048;

impl Settings {
    /// Every setting that is out of its bounds; none: the settings may be stored.
    #[must_use]
    pub fn faults(&self) -> Vec<SettingFault> {
        let numbers = self.numbers().into_iter();
        let numbers = numbers.filter(|(_, value, min, max)| !(min..=max).contains(&value)).map(
            |(pointer, _, min, max)| SettingFault {
                min: Some(min.into()),
                max: Some(max.into()),
                ..SettingFault::of(pointer, "out_of_bounds")
            },
        );
        let shapes = self.shapes().into_iter();
        let shapes = shapes
            .filter(|(_, fine, _)| !fine)
            .map(|(pointer, _, code)| SettingFault::of(pointer, code));
        numbers.chain(shapes).chain(self.looks.faults()).collect()
    }

    /// Every number, with the least and the most it may be.
    fn numbers(&self) -> [(&'static str, u32, u32, u32); 22] {
        let (validity, limits, policy) = (&self.validity, &self.limits, &self.password_policy);
        [
            (
                "/validity/link_unclicked_seconds",
                validity.link_unclicked_seconds,
                300,
                MONTH_SECONDS,
            ),
            ("/validity/link_clicked_seconds", validity.link_clicked_seconds, 60, DAY_SECONDS),
            ("/validity/invite_seconds", validity.invite_seconds, 300, MONTH_SECONDS),
            ("/validity/magic_link_seconds", validity.magic_link_seconds, 60, DAY_SECONDS),
            ("/validity/recovery_seconds", validity.recovery_seconds, 60, 3600),
            ("/validity/code_seconds", validity.code_seconds, 60, 600),
            ("/validity/session_seconds", validity.session_seconds, 60, DAY_SECONDS),
            ("/validity/same_link_window_seconds", validity.same_link_window_seconds, 0, 600),
            ("/lockout/failures", self.lockout.failures, 3, 100),
            ("/lockout/lock_seconds", self.lockout.lock_seconds, 0, DAY_SECONDS),
            ("/code/digits", self.code.digits, 6, 8),
            ("/limits/per_login_and_address_hour", limits.per_login_and_address_hour, 1, LIMIT_MAX),
            ("/limits/per_address_hour", limits.per_address_hour, 1, LIMIT_MAX),
            ("/limits/mails_per_login_hour", limits.mails_per_login_hour, 1, LIMIT_MAX),
            ("/limits/codes_per_account_day", limits.codes_per_account_day, 1, 1000),
            // Floors that no tenant can lower: OWASP ASVS 5.0 v5.0.0-6.2.1 and 6.2.9.
            ("/password_policy/length_min", policy.length_min, 8, 64),
            ("/password_policy/length_max", policy.length_max, 64, 256),
            ("/password_policy/uppercase_min", policy.uppercase_min, 0, 8),
            ("/password_policy/lowercase_min", policy.lowercase_min, 0, 8),
            ("/password_policy/digits_min", policy.digits_min, 0, 8),
            ("/password_policy/symbols_min", policy.symbols_min, 0, 8),
            ("/timeline_days", self.timeline_days, 1, 3650),
        ]
    }

    /// Every setting that is no number, whether it is as it should be, and what else it is.
    fn shapes(&self) -> [(&'static str, bool, &'static str); 34] {
        let (frontend, sender, phone) = (&self.frontend, &self.sender, &self.phone);
        let is_listed = |domain: &str| self.sender_domains.iter().any(|listed| listed == domain);
        // It goes into a header as it stands here, not as it is parsed.
        let from = Login::parse(&sender.email).ok().filter(|_| !sender.email.contains(' '));
        let domain = sender.email.rsplit_once('@').map_or("", |(_, domain)| domain);
        let sms_name = sender.sms_name.as_ref();
        let client = |provider| self.providers.get(&provider);
        let is_client =
            |provider| client(provider).is_none_or(|client| is_a_client_id(&client.client_id));
        let has_secret =
            |provider| client(provider).is_none_or(|client| !client.client_secret.is_empty());
        let directory = |provider| client(provider).and_then(|client| client.directory.as_deref());
        let each = |list: &[String], is: fn(&str) -> bool| list.iter().all(|text| is(text));
        [
            ("/name", is_a_name(&self.name), "not_a_name"),
            ("/languages", !self.languages.is_empty(), "empty"),
            ("/default_language", self.languages.contains(&self.default_language), "not_offered"),
            ("/sender/email", from.is_some(), "not_an_address"),
            // SECURITY: held by `a_tenant_sends_from_its_own_domains_only`.
            ("/sender/email", from.is_none() || is_listed(domain), "not_allowed"),
            ("/sender/name", sender.name.as_deref().is_none_or(is_a_name), "not_a_name"),
            (
                "/sender/sms_name",
                sms_name.is_none_or(|name| self.sms_names.contains(name)),
                "not_allowed",
            ),
            ("/sender_domains", each(&self.sender_domains, is_a_domain), "not_a_domain"),
            ("/sms_names", each(&self.sms_names, is_an_sms_name), "not_an_sms_name"),
            (
                "/support_contact",
                self.support_contact.as_deref().is_none_or(is_a_name),
                "not_a_name",
            ),
            (
                "/frontend/link_url",
                frontend.link_url.as_deref().is_none_or(is_a_link_url),
                "not_a_link_url",
            ),
            (
                "/frontend/return_urls",
                each(&frontend.return_urls, is_a_return_url),
                "not_a_return_url",
            ),
            (
                "/frontend/allowed_origins",
                each(&frontend.allowed_origins, is_an_origin),
                "not_an_origin",
            ),
            ("/phone/default_region", is_a_country(&phone.default_region), "not_a_country"),
            (
                "/phone/allowed_countries",
                each(&phone.allowed_countries, is_a_country),
                "not_a_country",
            ),
            (
                "/captcha/start_recovery",
                self.captcha.start_recovery == Demand::Always,
                "not_allowed",
            ),
            // It would mean that nobody chooses.
            (
                "/own_password",
                self.own_password != OwnPassword::WithSecondStep || self.second_step.offered,
                "second_step_missing",
            ),
            ("/providers/google/client_id", is_client(Provider::Google), "not_a_name"),
            ("/providers/microsoft/client_id", is_client(Provider::Microsoft), "not_a_name"),
            ("/providers/linkedin/client_id", is_client(Provider::Linkedin), "not_a_name"),
            ("/providers/google/client_secret", has_secret(Provider::Google), "secret_missing"),
            (
                "/providers/microsoft/client_secret",
                has_secret(Provider::Microsoft),
                "secret_missing",
            ),
            ("/providers/linkedin/client_secret", has_secret(Provider::Linkedin), "secret_missing"),
            ("/providers/google/directory", directory(Provider::Google).is_none(), "not_allowed"),
            (
                "/providers/microsoft/directory",
                // SECURITY: one directory, never everybody's. Held by
                // `a_directory_is_one_organisations_own`.
                !self.providers.contains_key(&Provider::Microsoft)
                    || directory(Provider::Microsoft).is_some_and(is_a_directory),
                "not_a_directory",
            ),
            (
                "/providers/linkedin/directory",
                directory(Provider::Linkedin).is_none(),
                "not_allowed",
            ),
            // Where people are sent back to; without any, nobody could use one.
            (
                "/providers",
                self.providers.is_empty() || !frontend.return_urls.is_empty(),
                "return_url_missing",
            ),
            ("/time_zone", is_a_time_zone(&self.time_zone), "not_a_time_zone"),
            ("/frontend/return_urls", is_short(&frontend.return_urls), "too_many"),
            ("/frontend/allowed_origins", is_short(&frontend.allowed_origins), "too_many"),
            ("/sender_domains", is_short(&self.sender_domains), "too_many"),
            ("/sms_names", is_short(&self.sms_names), "too_many"),
            ("/phone/allowed_countries", phone.allowed_countries.len() <= COUNTRIES, "too_many"),
            ("/languages", self.languages.len() <= Language::ALL.len(), "too_many"),
        ]
    }
}

fn is_short(list: &[String]) -> bool {
    list.len() <= LIST_MAX
}

/// One line of text that may stand in a subject or a header.
fn is_a_name(text: &str) -> bool {
    !text.trim().is_empty()
        && text.chars().count() <= NAME_CHARACTERS_MAX
        && !text.contains(char::is_control)
}

fn is_a_return_url(text: &str) -> bool {
    text.len() <= URL_BYTES_MAX && return_url(text).is_some()
}

/// As it stands after the `@` of an address, in its one spelling.
fn is_a_domain(text: &str) -> bool {
    Login::parse(&format!("x@{text}"))
        .is_ok_and(|login| login.as_str().strip_prefix("x@") == Some(text))
}

/// SNS: 1 to 11 letters and digits, at least one letter.
fn is_an_sms_name(text: &str) -> bool {
    (1..=11).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// What a provider calls a client (RFC 6749 appendix A.1).
fn is_a_client_id(text: &str) -> bool {
    (1..=256).contains(&text.trim().len()) && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// A GUID, as Microsoft names a directory; `common` and its like are everybody's.
fn is_a_directory(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && parts.concat().bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_a_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
