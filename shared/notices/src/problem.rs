//! The one list of problem codes, and what each is called.

use regain_domain::Language;

/// What a problem says when there is no more to tell than its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// What is the matter, without a full stop.
    pub title: &'static str,
    /// Why, and what to do: one or two sentences.
    pub detail: &'static str,
}

/// One language's words: a problem without any, or with two sets of them, does not compile.
macro_rules! words {
    ($($code:ident: $title:literal, $detail:literal;)+) => {
        pub(super) fn words(code: super::ProblemCode) -> super::Words {
            match code {
                $(super::ProblemCode::$code => super::Words { title: $title, detail: $detail },)+
            }
        }
    };
}
use words;

mod en;
mod nl;

macro_rules! problem_codes {
    ($($(#[$doc:meta])+ $name:ident = $code:literal,)+) => {
        /// A problem as answers name it (RFC 9457): `type` is `/problems/` and the code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemCode {
            $($(#[$doc])+ $name,)+
        }

        impl ProblemCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code in answers and logs.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

problem_codes! {
    /// The body is not what the endpoint takes; `errors` says where and how.
    InvalidRequest = "invalid_request",
    /// The body is longer than any endpoint reads.
    BodyTooLarge = "body_too_large",
    /// The body is not of a type that the endpoint takes (`accepted`), or compressed.
    UnsupportedMediaType = "unsupported_media_type",
    /// The path is there, the method is not.
    MethodNotAllowed = "method_not_allowed",
    /// No such path.
    NotFound = "not_found",
    /// No such tenant.
    TenantUnknown = "tenant_unknown",
    /// A call without the key or the session that it needs, or with one that is not known.
    Unauthorized = "unauthorized",
    /// The role of the key may not do this.
    Forbidden = "forbidden",
    /// The tenant has no account by that id.
    AccountUnknown = "account_unknown",
    /// The tenant has no key by that id.
    ApiKeyUnknown = "api_key_unknown",
    /// A page was asked for by a cursor that this list never gave.
    CursorUnknown = "cursor_unknown",
    /// No story by that support code: never given out, over 90 days old, or not worked on yet.
    SupportCodeUnknown = "support_code_unknown",
    /// The tenant's name is taken, be it by one that was deleted.
    TenantExists = "tenant_exists",
    /// The login is another account's.
    AccountExists = "account_exists",
    /// The settings are not those that `If-Match` names, or it names none.
    PreconditionFailed = "precondition_failed",
    /// Settings out of their bounds; `errors` says which.
    SettingsInvalid = "settings_invalid",
    /// The tenant has as many keys as it may.
    TooManyApiKeys = "too_many_api_keys",
    /// The tenant has not switched temporary passwords on.
    TemporaryPasswordsDisabled = "temporary_passwords_disabled",
    /// An import of more lines than a call takes.
    TooManyLines = "too_many_lines",
    /// A limit was reached.
    TooManyRequests = "too_many_requests",
    /// Something we depend on is down or throttled.
    Unavailable = "unavailable",
    /// A fault of ours.
    Internal = "internal",
    /// The check characters of a link's token do not fit.
    LinkDamaged = "link_damaged",
    /// Never issued here, of another tenant or purpose, or no longer on record.
    LinkUnknown = "link_unknown",
    /// Not clicked in time.
    LinkExpired = "link_expired",
    /// Clicked, and not used in time after that.
    LinkClickExpired = "link_click_expired",
    /// A newer link took its place.
    LinkSuperseded = "link_superseded",
    /// What it was for was done.
    LinkUsed = "link_used",
    /// Ended for the reason that the answer gives.
    LinkWithdrawn = "link_withdrawn",
    /// The time after the click is over.
    GrantExpired = "grant_expired",
    /// What it was for was done.
    GrantUsed = "grant_used",
    /// Its link was replaced or withdrawn.
    GrantWithdrawn = "grant_withdrawn",
    /// Not a captcha of this tenant: forged, damaged, or made under a key that is retired.
    CaptchaUnknown = "captcha_unknown",
    /// Its five minutes are over.
    CaptchaExpired = "captcha_expired",
    /// Those are not its characters; it can be tried again.
    CaptchaWrong = "captcha_wrong",
    /// Used already, or spoilt by three wrong answers.
    CaptchaSpent = "captcha_spent",
    /// Not a grant of ours.
    GrantUnknown = "grant_unknown",
    /// The new password breaks the rules that `violations` lists.
    PasswordRejected = "password_rejected",
    /// Login and password do not go together; says no more than that.
    SignInFailed = "sign_in_failed",
    /// The password was right, and the account is blocked.
    AccountBlocked = "account_blocked",
    /// The password was right and temporary; `grant` is for choosing another.
    PasswordMustChange = "password_must_change",
    /// The password was right, and the account is locked: until `until`, if that is there.
    AccountLocked = "account_locked",
    /// A hundred wrong passwords in a row switched the password off. Told only to who proved to
    /// hold the phone or the mailbox.
    PasswordDisabled = "password_disabled",
    /// Not a recovery of ours, or no longer on record.
    RecoveryUnknown = "recovery_unknown",
    /// Not completed in time.
    RecoveryExpired = "recovery_expired",
    /// Its code was used, or its tries are gone.
    RecoverySpent = "recovery_spent",
    /// Not the phone number that the hint is of; a try is gone, `attempts_left` says how many are
    /// not.
    PhoneMismatch = "phone_mismatch",
    /// Not the code that was sent, where `attempts_left` says the same; or not one of the app.
    CodeWrong = "code_wrong",
    /// Not typed in time.
    CodeExpired = "code_expired",
    /// Used, or its tries are gone.
    CodeSpent = "code_spent",
    /// The tenant has switched links that sign in off.
    MagicLoginDisabled = "magic_login_disabled",
    /// Who is signed in typed a wrong password.
    PasswordWrong = "password_wrong",
    /// A code of the app that was accepted before, or is older than one that was.
    CodeUsed = "code_used",
    /// Too many wrong codes: none is looked at until `until`.
    SecondStepLocked = "second_step_locked",
    /// A hundred wrong codes in a row: none of this app is accepted any more. A recovery code is.
    SecondStepDisabled = "second_step_disabled",
    /// The tenant has switched the second step off.
    SecondStepNotOffered = "second_step_not_offered",
    /// There is no second step to act on, or setting it up took too long.
    SecondStepMissing = "second_step_missing",
    /// Not a sign-in of ours, or of another browser.
    SignInUnknown = "sign_in_unknown",
    /// Not finished in time, finished before, or of an account that was changed since.
    SignInOver = "sign_in_over",
    /// A session that was ours, and expired or was ended.
    SessionEnded = "session_ended",
    /// The tenant has not set this provider up.
    ProviderUnknown = "provider_unknown",
    /// The provider is down, or answers what cannot be used.
    ProviderUnavailable = "provider_unavailable",
    /// The identity at the provider is linked to another account.
    ProviderTaken = "provider_taken",
    /// Nothing of this provider is linked to the account.
    ProviderNotLinked = "provider_not_linked",
}

impl ProblemCode {
    /// What it is called in a language.
    #[must_use]
    pub fn words(self, language: Language) -> Words {
        match language {
            Language::En => en::words(self),
            Language::Nl => nl::words(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_problem_has_words_of_its_own_in_every_language() {
        let mut seen = HashSet::new();
        for language in Language::ALL {
            for code in ProblemCode::ALL {
                let Words { title, detail } = code.words(language);
                for text in [title, detail] {
                    assert!(seen.insert(text), "said twice: {text}");
                    assert!(text.trim() == text && !text.is_empty(), "{code:?} {language:?}");
                }
                assert!(!title.ends_with('.') && detail.ends_with('.'), "{code:?} {language:?}");
            }
        }
        assert_eq!(seen.len(), ProblemCode::ALL.len() * Language::ALL.len() * 2);
    }

    #[test]
    fn every_code_is_snake_case_and_stands_once() {
        let codes: HashSet<_> = ProblemCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), ProblemCode::ALL.len());
        assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
    }
}
