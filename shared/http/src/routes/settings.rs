//! What `settings` holds, as it is read and as it is changed.

use super::{LANGUAGES, PASSWORD_POLICY};
use crate::api::{Field, Kind};

const fn number(name: &'static str, meaning: &'static str) -> Field {
    Field::required(name, Kind::Integer, meaning)
}

const DEMANDS: &[&str] = &["never", "always"];
const URL: Kind = Kind::Text(2048);
const NAME: Kind = Kind::Text(400);

/// Every setting.
pub(super) const SETTINGS: &[Field] = &[
    Field::required("name", NAME, "The name that people know the tenant by."),
    Field::required("languages", Kind::Words(LANGUAGES), "Languages offered."),
    Field::required("default_language", Kind::OneOf(LANGUAGES), "When nothing else decides."),
    Field::required("frontend", Kind::Object(FRONTEND), "The tenant's own frontend."),
    Field::required("sender", Kind::Object(SENDER), "Who notices are from."),
    Field::required("sender_domains", Kind::Texts(253), "What mail may be from; the operator's."),
    Field::required("sms_names", Kind::Texts(11), "What messages may be from; the operator's."),
    Field::required("validity", Kind::Object(VALIDITY), "How long things are good for."),
    Field::required("lockout", Kind::Object(LOCKOUT), "When wrong passwords lock."),
    Field::required("code", Kind::Object(CODE), "What a code looks like."),
    Field::required("limits", Kind::Object(LIMITS), "How often."),
    Field::required("password_policy", Kind::Object(PASSWORD_POLICY), "The rules."),
    Field::required(
        "own_password",
        Kind::OneOf(&["always", "with_second_step", "with_ending", "generated"]),
        "Who chooses a new password.",
    ),
    Field::required("phone", Kind::Object(PHONE), "How numbers are read and where is sent to."),
    Field::required("captcha", Kind::Object(CAPTCHA), "Where a person must prove to be one."),
    Field::required("magic_login", Kind::Object(MAGIC_LOGIN), "Links that sign in once."),
    Field::required("second_step", Kind::Object(SECOND_STEP), "Codes of an app."),
    Field::required("providers", Kind::Object(PROVIDERS), "Who else people can sign in with."),
    Field::required(
        "temporary_passwords_enabled",
        Kind::Flag,
        "Whether an admin may set a temporary password.",
    ),
    number("timeline_days", "How long a timeline is kept."),
    Field::nullable("support_contact", NAME, "Whom people can ask."),
    Field::required("looks", Kind::Object(LOOKS), "How pages look."),
    Field::required("time_zone", Kind::Text(64), "Whose clock people read: an IANA name."),
];
const FRONTEND: &[Field] = &[
    Field::nullable("link_url", URL, "Where links lead, with `{token}`; null: hosted pages."),
    Field::required("return_urls", Kind::Texts(2048), "Where people may be sent afterwards."),
    Field::required("allowed_origins", Kind::Texts(2048), "Origins whose scripts may call."),
];
const SENDER: &[Field] = &[
    Field::required("email", Kind::Text(254), "The address of mails, within `sender_domains`."),
    Field::nullable("name", NAME, "The name before it; null: the tenant's."),
    Field::nullable("sms_name", Kind::Text(11), "The name of messages, one of `sms_names`."),
];
const LOOKS: &[Field] = &[
    Field::required("accent", Kind::Text(7), "`#rrggbb`, with a contrast on white of 4.5 or more."),
    Field::nullable("logo_url", Kind::Text(8192), "A `data:` URL in base64 of a PNG, SVG or WebP."),
];
const VALIDITY: &[Field] = &[
    number("link_unclicked_seconds", "A reset link that nobody clicked: 300 to 2592000."),
    number("link_clicked_seconds", "From the click to the new password: 60 to 86400."),
    number("invite_seconds", "An invite that nobody clicked: 300 to 2592000."),
    number("magic_link_seconds", "A link that signs in: 60 to 86400."),
    number("recovery_seconds", "From the captcha to the code: 60 to 3600."),
    number("code_seconds", "A code: 60 to 600."),
    number("session_seconds", "A session: 60 to 86400."),
    number("same_link_window_seconds", "A repeated request in it mails the same link: 0 to 600."),
];
const LOCKOUT: &[Field] = &[
    number("failures", "Wrong passwords until the lock: 3 to 100."),
    number("lock_seconds", "How long it holds, 0 to 86400; 0: until it is taken off."),
];
const CODE: &[Field] = &[number("digits", "6 to 8.")];
const LIMITS: &[Field] = &[
    number("per_login_and_address_hour", "Requests for one login from one address: 1 to 10000."),
    number("per_address_hour", "Calls from one address: 1 to 10000."),
    number("mails_per_login_hour", "Mails to one login: 1 to 10000."),
    number("codes_per_account_day", "Codes for one account in 24 hours: 1 to 1000."),
];
const PHONE: &[Field] = &[
    Field::required("default_region", Kind::Text(2), "Of a number without a country code."),
    Field::required("allowed_countries", Kind::Texts(2), "ISO 3166-1 alpha-2."),
];
const CAPTCHA: &[Field] = &[
    Field::required("request_reset", Kind::OneOf(DEMANDS), "Before a reset is requested."),
    Field::required("start_recovery", Kind::OneOf(DEMANDS), "Before a recovery: always."),
    Field::required("case", Kind::OneOf(&["sensitive", "any"]), "Whether capitals matter."),
];
const SECOND_STEP: &[Field] =
    &[Field::required("offered", Kind::Flag, "Whether accounts may switch one on.")];
const PROVIDERS: &[Field] = &[
    Field::optional("google", Kind::Object(CLIENT), "Google."),
    Field::optional("microsoft", Kind::Object(CLIENT_OF_DIRECTORY), "Microsoft, work accounts."),
    Field::optional("linkedin", Kind::Object(CLIENT), "LinkedIn."),
];
const CLIENT_ID: Field =
    Field::required("client_id", Kind::Text(256), "What the provider knows the tenant by.");
const CLIENT_SECRET: Field = Field::optional(
    "client_secret",
    Kind::Text(512),
    "And its secret. Sealed when it is stored, and never shown.",
);
const CLIENT: &[Field] = &[CLIENT_ID, CLIENT_SECRET];
const CLIENT_OF_DIRECTORY: &[Field] = &[
    CLIENT_ID,
    CLIENT_SECRET,
    Field::required("directory", Kind::Text(36), "The id of the one directory that is let in."),
];
const MAGIC_LOGIN: &[Field] = &[
    Field::required("enabled", Kind::Flag, "Whether there are any."),
    Field::required("takes_lock_off", Kind::Flag, "Whether one takes the attempt lock off."),
];
