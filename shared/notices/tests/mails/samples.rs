//! One of every mail, filled in, by the clock of a tenant that chose none.

use std::sync::LazyLock;

use jiff::{Timestamp, tz::TimeZone};
use regain_domain::colour::Accent;
use regain_domain::{
    Language, Provider, Settings, link::Origin, recovery::CodeChannel, second_step::Change,
};
use regain_notices::{
    AccountBlocked, AccountLocked, Address, CodeSent, HelpStep, Invite, Letterhead, LoginChanged,
    MagicLink, Mail, MailedLink, PasswordChanged, PasswordDisabled, PasswordStands, PhoneChanged,
    ProviderChange, ProviderChanged, ResetLink, SecondStepChanged, SecondStepGuessed, SignInHelp,
    SignInWithProvider, TemporaryPassword, UnlockLink, Unlocked,
};

pub(crate) const URL: &str =
    "https://id.example.com/p/demo/link/1k0r7zq4m8s2v6w9x3y5b1c7d2f8g4h6j0k5m9n3p7q1r5s8t2v6w0xyz";
pub(crate) const NOT_ME_URL: &str = "https://id.example.com/p/demo/not-me/1k0r7zq4m8s2v6w9x3y5b1c7d2f8g4h6j0k5m9n3p7q1r5s8t2v6w0xyz";
const LOCKED_UNTIL: Option<&str> = Some("2026-11-22T14:18:27Z");
static ZONE: LazyLock<TimeZone> = LazyLock::new(|| Settings::default().zone());
const CONTACT: &str = "servicedesk@example.com, 010 123 45 67";

#[expect(clippy::expect_used, reason = "a moment of a test that is none should fail it")]
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

pub(crate) fn letterhead<'a>(tenant_name: &'a str, first_name: Option<&'a str>) -> Letterhead<'a> {
    Letterhead {
        tenant_name,
        first_name,
        support_contact: Some(CONTACT),
        support_code: "K7Q2M9X",
        zone: &ZONE,
        accent: Accent::default(),
    }
}

pub(crate) fn mailed_link(valid_until: &str) -> MailedLink<'static> {
    let (login, valid_until) = ("m.devries@example.com", at(valid_until));
    MailedLink { login, url: URL, not_me_url: NOT_ME_URL, valid_until }
}

pub(crate) fn reset_link(letterhead: Letterhead<'_>, origin: Origin) -> ResetLink<'_> {
    ResetLink {
        letterhead,
        link: mailed_link("2026-11-24T14:03:28Z"),
        origin,
        requested_at: at("2026-11-22T14:03:27Z"),
        click_minutes: 15,
    }
}

pub(crate) fn invite(letterhead: Letterhead<'_>) -> Invite<'_> {
    Invite {
        letterhead,
        link: mailed_link("2026-11-29T14:03:28Z"),
        requested_at: at("2026-11-22T14:03:27Z"),
        click_minutes: 15,
    }
}

pub(crate) fn login_changed(letterhead: Letterhead<'_>, which: Address) -> LoginChanged<'_> {
    let changed_at = at("2026-11-22T14:09:51Z");
    LoginChanged { letterhead, changed_at, which, new_login_hint: "m•••@example.org" }
}

pub(crate) fn phone_changed<'a>(
    letterhead: Letterhead<'a>,
    phone_hint: Option<&'a str>,
) -> PhoneChanged<'a> {
    PhoneChanged { letterhead, changed_at: at("2026-11-22T14:09:51Z"), phone_hint }
}

pub(crate) fn temporary_password(letterhead: Letterhead<'_>) -> TemporaryPassword<'_> {
    let (set_at, valid_until) = (at("2026-11-22T14:09:51Z"), at("2026-11-23T14:09:51Z"));
    TemporaryPassword { letterhead, set_at, valid_until }
}

pub(crate) fn unlock_link(letterhead: Letterhead<'_>, origin: Origin) -> UnlockLink<'_> {
    UnlockLink {
        letterhead,
        link: mailed_link("2026-11-24T14:03:28Z"),
        requested_at: at("2026-11-22T14:03:27Z"),
        click_minutes: 15,
        origin,
    }
}

pub(crate) fn account_locked<'a>(
    letterhead: Letterhead<'a>,
    locked_until: Option<&str>,
) -> AccountLocked<'a> {
    AccountLocked {
        letterhead,
        link: mailed_link("2026-11-24T14:03:28Z"),
        locked_at: at("2026-11-22T14:03:27Z"),
        locked_until: locked_until.map(at),
        click_minutes: 15,
    }
}

pub(crate) fn password_disabled(letterhead: Letterhead<'_>) -> PasswordDisabled<'_> {
    PasswordDisabled {
        letterhead,
        link: mailed_link("2026-11-24T14:03:28Z"),
        disabled_at: at("2026-11-22T14:03:27Z"),
        click_minutes: 15,
    }
}

pub(crate) fn unlocked<'a>(
    letterhead: Letterhead<'a>,
    not_me_url: Option<&'a str>,
) -> Unlocked<'a> {
    Unlocked { letterhead, unlocked_at: at("2026-11-22T14:09:51Z"), not_me_url }
}

pub(crate) fn code_sent(letterhead: Letterhead<'_>, channel: CodeChannel) -> CodeSent<'_> {
    let sent_at = at("2026-11-22T14:03:27Z");
    CodeSent { letterhead, sent_at, channel, phone_hint: "56", not_me_url: NOT_ME_URL }
}

pub(crate) fn magic_link(letterhead: Letterhead<'_>) -> MagicLink<'_> {
    let link = mailed_link("2026-11-22T14:18:28Z");
    MagicLink { letterhead, link, requested_at: at("2026-11-22T14:03:27Z") }
}

pub(crate) fn second_step_changed(
    letterhead: Letterhead<'_>,
    change: Change,
) -> SecondStepChanged<'_> {
    let changed_at = at("2026-11-22T14:09:51Z");
    SecondStepChanged { letterhead, changed_at, change, codes_left: 9, url: URL }
}

pub(crate) fn second_step_guessed<'a>(
    letterhead: Letterhead<'a>,
    until: Option<&str>,
) -> SecondStepGuessed<'a> {
    let until = until.map(at);
    SecondStepGuessed { letterhead, at: at("2026-11-22T14:03:27Z"), until, url: URL }
}

pub(crate) fn provider_changed(
    letterhead: Letterhead<'_>,
    change: ProviderChange,
) -> ProviderChanged<'_> {
    let changed_at = at("2026-11-22T14:09:51Z");
    ProviderChanged { letterhead, changed_at, provider: Provider::Google, change, url: URL }
}

fn sign_in_help(letterhead: Letterhead<'_>) -> SignInHelp<'_> {
    SignInHelp {
        letterhead,
        requested_at: at("2026-11-22T14:03:27Z"),
        blocked: None,
        lock: None,
        password: PasswordStands::Works,
        last_link: None,
        providers: &[],
        second_step: false,
        second_step_lock: None,
        step: HelpStep::SignIn { url: URL },
    }
}

/// The mails about ways to sign in other than with a password alone.
fn mails_about_signing_in(
    language: Language,
    letterhead: Letterhead<'_>,
) -> [(&'static str, Mail); 13] {
    let requested_at = at("2026-11-22T14:03:27Z");
    let with_provider =
        SignInWithProvider { letterhead, requested_at, providers: &Provider::ALL, url: URL };
    let changed = |change| second_step_changed(letterhead, change).mail(language);
    let provider = |change| provider_changed(letterhead, change).mail(language);
    [
        ("magic_link", magic_link(letterhead).mail(language)),
        ("sign_in_with_provider", with_provider.mail(language)),
        ("sign_in_help", sign_in_help(letterhead).mail(language)),
        ("second_step_on", changed(Change::On)),
        ("second_step_replaced", changed(Change::Replaced)),
        ("second_step_off", changed(Change::Off)),
        ("second_step_off_by_desk", changed(Change::OffByDesk)),
        ("recovery_code_used", changed(Change::RecoveryCodeUsed)),
        ("recovery_codes_renewed", changed(Change::RecoveryCodesRenewed)),
        ("second_step_guessed", second_step_guessed(letterhead, None).mail(language)),
        (
            "second_step_guessed_for_a_time",
            second_step_guessed(letterhead, LOCKED_UNTIL).mail(language),
        ),
        ("provider_linked", provider(ProviderChange::Linked)),
        ("provider_unlinked", provider(ProviderChange::Unlinked)),
    ]
}

/// Every mail under this letterhead, in a language.
pub(crate) fn mails_in(language: Language, letterhead: Letterhead<'_>) -> Vec<(String, Mail)> {
    let (changed_at, requested_at) = (at("2026-11-22T14:09:51Z"), at("2026-11-22T14:03:27Z"));
    let password_changed =
        PasswordChanged { letterhead, changed_at, not_me_url: NOT_ME_URL, unlinked: &[] };
    let all = [
        ("reset_link", reset_link(letterhead, Origin::SelfService).mail(language)),
        ("reset_link_by_desk", reset_link(letterhead, Origin::BackOffice).mail(language)),
        ("invite", invite(letterhead).mail(language)),
        ("password_changed", password_changed.mail(language)),
        ("login_changed_old", login_changed(letterhead, Address::Old).mail(language)),
        ("login_changed_new", login_changed(letterhead, Address::New).mail(language)),
        ("phone_changed", phone_changed(letterhead, Some("67")).mail(language)),
        ("phone_removed", phone_changed(letterhead, None).mail(language)),
        ("temporary_password", temporary_password(letterhead).mail(language)),
        ("account_blocked", AccountBlocked { letterhead, requested_at }.mail(language)),
        ("unlock_link", unlock_link(letterhead, Origin::SelfService).mail(language)),
        ("unlock_link_by_desk", unlock_link(letterhead, Origin::BackOffice).mail(language)),
        ("account_locked", account_locked(letterhead, None).mail(language)),
        ("account_locked_for_a_time", account_locked(letterhead, LOCKED_UNTIL).mail(language)),
        ("password_disabled", password_disabled(letterhead).mail(language)),
        ("unlocked", unlocked(letterhead, Some(NOT_ME_URL)).mail(language)),
        ("unlocked_by_desk", unlocked(letterhead, None).mail(language)),
        ("code_sent_by_sms", code_sent(letterhead, CodeChannel::Sms).mail(language)),
        ("code_sent_by_voice", code_sent(letterhead, CodeChannel::Voice).mail(language)),
    ];
    let all = all.into_iter().chain(mails_about_signing_in(language, letterhead));
    all.map(|(name, mail)| (format!("{name}.{}", language.as_str()), mail)).collect()
}

/// Every mail in every language, with these names in it.
pub(crate) fn mails(tenant_name: &str, first_name: Option<&str>) -> Vec<(String, Mail)> {
    let support_contact = Some(tenant_name);
    let letterhead = Letterhead { support_contact, ..letterhead(tenant_name, first_name) };
    Language::ALL.into_iter().flat_map(|language| mails_in(language, letterhead)).collect()
}
