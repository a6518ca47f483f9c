//! The one route table. `infra/template.yaml`, `infra/openapi.json`, the cargo-lambda router, the
//! folders of functions and the README say the same, or `tests/tests/drift.rs` fails.

mod accounts;
mod captcha;
mod codes;
mod federated;
pub mod pages;
mod recovery;
mod second_step;
mod settings;
mod signing_in;
mod tenants;

use regain_domain::Language;

use crate::api::{Field, Form, Kind, Method, Operation, Route};

/// Serves every path that is in no row, with 404.
pub const CATCH_ALL_FUNCTION: &str = "click-link";

/// Every path.
pub const ROUTES: &[Route] = &[
    recovery::REQUEST_RESET,
    recovery::WHY_CANNOT_I_SIGN_IN,
    recovery::CHECK_LINK,
    recovery::CLICK_LINK,
    recovery::WITHDRAW_LINK,
    recovery::SET_PASSWORD,
    signing_in::SIGN_IN,
    signing_in::JWKS_JSON,
    signing_in::FINISH_SIGN_IN,
    signing_in::SESSION,
    signing_in::SIGN_OUT_EVERYWHERE,
    signing_in::MAGIC_LOGIN,
    signing_in::REDEEM_MAGIC_LINK,
    second_step::ENROLL,
    second_step::CONFIRM,
    second_step::SWITCH_OFF,
    second_step::RENEW,
    federated::FEDERATED_LOGIN,
    federated::CALLBACK,
    federated::UNLINK,
    captcha::CAPTCHA,
    captcha::IMAGE,
    captcha::AUDIO,
    codes::START_RECOVERY,
    codes::SEND_RECOVERY_LINK,
    codes::SEND_SMS_CODE,
    codes::CHECK_SMS_CODE,
    codes::UNLOCK,
    tenants::TENANTS,
    tenants::TENANT,
    tenants::SETTINGS,
    tenants::COMPLIANCE,
    tenants::API_KEYS,
    tenants::API_KEY,
    accounts::ACCOUNTS,
    accounts::IMPORT,
    accounts::ACCOUNT,
    accounts::SEND_LINK,
    accounts::BLOCK,
    accounts::UNBLOCK,
    accounts::UNLOCK,
    accounts::TEMPORARY_PASSWORD,
    accounts::SECOND_STEP_OFF,
    accounts::TIMELINE,
    accounts::SUPPORT,
];

/// Objects that have a name in the OpenAPI document.
pub(crate) const NAMED: &[(&str, &[Field], Form)] = &[
    ("Settings", settings::SETTINGS, Form::Json),
    ("SettingsPatch", settings::SETTINGS, Form::MergePatch),
    ("PasswordPolicy", PASSWORD_POLICY, Form::Json),
    ("Account", accounts::ACCOUNT_FIELDS, Form::Json),
    ("Event", accounts::EVENT_FIELDS, Form::Json),
];

const LANGUAGES: &[&str] = &[Language::ALL[0].as_str(), Language::ALL[1].as_str()];
const PROFILES: &[&str] = &["classic", "nist-800-63b-4", "custom"];
const PASSWORD_POLICY: &[Field] = &[
    Field::required("profile", Kind::OneOf(PROFILES), "The set of rules."),
    Field::required("length_min", Kind::Integer, "Fewest characters."),
    Field::required("length_max", Kind::Integer, "Most characters."),
    Field::required("uppercase_min", Kind::Integer, "Fewest capitals."),
    Field::required("lowercase_min", Kind::Integer, "Fewest small letters."),
    Field::required("digits_min", Kind::Integer, "Fewest digits."),
    Field::required("symbols_min", Kind::Integer, "Fewest symbols."),
    Field::required("forbid_last_name", Kind::Flag, "Whether the last name may not be in it."),
    Field::required("forbid_reuse", Kind::Flag, "Whether no earlier password may be used."),
];
const VALID_UNTIL: Field =
    Field::required("valid_until", Kind::Moment, "Nothing is accepted from this moment on.");
const SUPPORT_CODE: Field = Field::required(
    "support_code",
    Kind::Text(7),
    "Seven characters by which the service desk finds the story of this call.",
);
const ACCEPTED: Field = Field::required("status", Kind::OneOf(&["accepted"]), "Always.");
const LANGUAGE: Field =
    Field::optional("language", Kind::Language, "The language of answer and mail.");
const PASSWORD_MADE_BY: Field = Field::optional(
    "password",
    Kind::OneOf(&["choose", "choose_beginning", "generated"]),
    "What `set-password` takes, if it is for that: `password`, `beginning`, or neither.",
);
const THE_RULES: Field =
    Field::optional("password_policy", Kind::Object(PASSWORD_POLICY), "The rules, if it is.");
const CAPTCHA: &[Field] = &[
    Field::required("id", Kind::Text(400), "From `captcha`."),
    Field::required("answer", Kind::Text(64), "The characters of the picture or the sound."),
];

const CURSOR: Field =
    Field::optional("cursor", Kind::Text(1000), "For the next page; absent on the last.");
const PAGE_CURSOR: Field = Field::optional("cursor", Kind::Text(1000), "From the page before.");
const PAGE_LIMIT: Field =
    Field::optional("limit", Kind::Integer, "Entries of a page: 1 to 100, 50 if absent.");
/// Of every list.
const PAGE: &[Field] = &[PAGE_CURSOR, PAGE_LIMIT];

/// A row, and what stands in the path where it varies.
#[derive(Debug)]
pub struct Found<'p, R: 'static = Route> {
    /// The row.
    pub route: &'static R,
    params: Vec<(&'static str, &'p str)>,
}

impl<'p, R> Found<'p, R> {
    /// What stands in the path for `{name}`.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&'p str> {
        self.params.iter().find(|(param, _)| *param == name).map(|(_, text)| *text)
    }

    pub(crate) fn into_params(self) -> Vec<(&'static str, String)> {
        self.params.into_iter().map(|(name, text)| (name, text.to_owned())).collect()
    }
}

/// The row of a path. Where a word and a parameter both fit, the word's.
#[must_use]
pub fn find(path: &str) -> Option<Found<'_>> {
    let found = |route: &'static Route| Some(Found { route, params: params(route.path, path)? });
    ROUTES.iter().filter_map(found).min_by_key(|found| found.params.len())
}

/// What stands in `path` where `pattern` varies, if it is such a path.
fn params<'p>(pattern: &'static str, path: &'p str) -> Option<Vec<(&'static str, &'p str)>> {
    let (mut pattern, mut given) = (pattern.split('/'), path.split('/'));
    let mut params = Vec::new();
    loop {
        match (pattern.next(), given.next()) {
            (None, None) => return Some(params),
            (Some(word), Some(text)) => match word.strip_prefix('{') {
                Some(name) => params.push((name.strip_suffix('}')?, text)),
                None if word == text => {}
                None => return None,
            },
            _ => return None,
        }
    }
}

/// The operation of a method on a row; HEAD is GET's, where GET only reads.
#[must_use]
pub fn operation(route: &'static Route, method: &str) -> Option<&'static Operation> {
    route.operations.iter().find(|operation| match operation.method {
        Method::Get => matches!(method, "GET" | "HEAD"),
        other => other.as_str() == method,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::api::Access;

    #[test]
    fn a_path_is_matched_whole_and_as_it_was_sent() {
        let found = |path| {
            let found = find(path)?;
            Some((found.route.path, found.param("tenant"), found.param("id")))
        };
        let sign_in = "/v1/{tenant}/sign-in";
        assert_eq!(found("/v1/demo/sign-in"), Some((sign_in, Some("demo"), None)));
        assert_eq!(found("/v1/de%2Fmo/sign-in"), Some((sign_in, Some("de%2Fmo"), None)));
        let accounts = "/admin/v1/tenants/{tenant}/accounts";
        let of = |end: &str| format!("{accounts}{end}");
        for (path, row, id) in [
            ("/admin/v1/tenants/demo/accounts", of(""), None),
            ("/admin/v1/tenants/demo/accounts/import", of("/import"), None),
            ("/admin/v1/tenants/demo/accounts/x", of("/{id}"), Some("x")),
            ("/admin/v1/tenants/demo/accounts/x/block", of("/{id}/block"), Some("x")),
        ] {
            assert_eq!(found(path), Some((row.as_str(), Some("demo"), id)), "{path}");
        }
        for path in [
            "/",
            "",
            "/v1/demo",
            "/v1/demo/sign-in/",
            "/v1/a/b/sign-in",
            "//v1/demo/sign-in",
            "/V1/demo/sign-in",
            "/admin/v1/tenants/",
            "/admin/v1/tenants/demo/accounts/x/y",
        ] {
            assert!(
                path.ends_with('/') && path.contains("tenants") || found(path).is_none(),
                "{path}"
            );
        }
    }

    #[test]
    fn an_operation_has_a_name_of_its_own_and_a_public_one_that_of_its_path() {
        let mut seen = HashSet::new();
        for route in ROUTES {
            for operation in route.operations {
                assert!(seen.insert(operation.id), "{} twice", operation.id);
                let back_office = route.path.starts_with("/admin/");
                let asks_for_key = matches!(operation.access, Access::Key(_));
                assert_eq!(asks_for_key, back_office, "{}", operation.id);
                let named = route.path.trim_end_matches("/{provider}");
                assert!(back_office || named.ends_with(&format!("/{}", operation.id)));
            }
        }
    }
}
