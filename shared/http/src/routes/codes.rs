//! Endpoints for people who are locked out and have a phone: from the captcha to the new password,
//! or to the lock taken off.

use regain_domain::recovery::{CodeChannel, Reason};
use regain_notices::ProblemCode as P;

use super::{ACCEPTED, CAPTCHA, LANGUAGE, PASSWORD_MADE_BY, SUPPORT_CODE, THE_RULES, VALID_UNTIL};
use crate::api::{Field, Kind, Operation, Route};

const RECOVERY: Field = Field::required("recovery", Kind::Token, "From start-recovery.");
const METHODS: &[Field] = &[
    Field::required("kind", Kind::OneOf(&["sms", "voice", "email"]), "How it travels."),
    Field::required(
        "hint",
        Kind::Text(300),
        "The last two digits of the number, or the address, masked.",
    ),
];

pub(super) const START_RECOVERY: Route = Route {
    path: "/v1/{tenant}/start-recovery",
    function: "start-recovery",
    operations: &[Operation {
        id: "start-recovery",
        summary: "Begin a recovery. The answer is the same whether or not there is such an \
                  account, and always offers all three methods.",
        body: &[
            Field::required("login", Kind::Login, "The address of the account."),
            Field::required("captcha", Kind::Object(CAPTCHA), "A captcha, answered."),
            Field::required(
                "reason",
                Kind::OneOf(&Reason::WORDS),
                "`forgot_password`: to choose a new one. `locked_out`: to take the lock off.",
            ),
            LANGUAGE,
        ],
        status: 201,
        answer: &[
            Field::required("recovery", Kind::Token, "For the next steps."),
            VALID_UNTIL,
            Field::required("methods", Kind::List(METHODS), "Ways to prove who one is."),
            SUPPORT_CODE,
        ],
        problems: &[P::TooManyRequests],
        ..Operation::POST
    }],
};

pub(super) const SEND_RECOVERY_LINK: Route = Route {
    path: "/v1/{tenant}/send-recovery-link",
    function: "start-recovery",
    operations: &[Operation {
        id: "send-recovery-link",
        summary: "Ask for the mail: with a link to choose a new password, or to take the lock off.",
        body: &[
            RECOVERY,
            Field::optional("return_url", Kind::Text(2048), "One of the tenant's return URLs."),
            LANGUAGE,
        ],
        status: 202,
        answer: &[ACCEPTED, SUPPORT_CODE],
        problems: &[P::TooManyRequests, P::RecoveryUnknown, P::RecoveryExpired, P::RecoverySpent],
        ..Operation::POST
    }],
};

pub(super) const SEND_SMS_CODE: Route = Route {
    path: "/v1/{tenant}/send-sms-code",
    function: "send-sms-code",
    operations: &[Operation {
        id: "send-sms-code",
        example: r#"{"recovery": "…", "phone": "06 12345678", "channel": "sms"}"#,
        summary: "Have a code sent to the number on file, if it is the one that was typed. A wrong \
                  number costs one of five tries.",
        body: &[
            RECOVERY,
            Field::required("phone", Kind::Text(40), "The whole number, as people write it."),
            Field::required("channel", Kind::OneOf(&CodeChannel::WORDS), "Text message or call."),
            LANGUAGE,
        ],
        status: 202,
        answer: &[
            VALID_UNTIL,
            Field::required(
                "retry_after_seconds",
                Kind::Integer,
                "How long until another code can be asked for.",
            ),
        ],
        problems: &[
            P::TooManyRequests,
            P::RecoveryUnknown,
            P::RecoveryExpired,
            P::RecoverySpent,
            P::PhoneMismatch,
        ],
        ..Operation::POST
    }],
};

pub(super) const CHECK_SMS_CODE: Route = Route {
    path: "/v1/{tenant}/check-sms-code",
    function: "check-sms-code",
    operations: &[Operation {
        id: "check-sms-code",
        example: r#"{"recovery": "…", "code": "123456"}"#,
        summary: "Type the code. The right one gives a grant for what the recovery is for.",
        body: &[
            RECOVERY,
            Field::required("code", Kind::Text(20), "The digits, as a text."),
            LANGUAGE,
        ],
        answer: &[
            Field::required("grant", Kind::Token, "For `set-password`, or for `unlock`."),
            Field::required("purpose", Kind::OneOf(&["set_password", "unlock"]), "Which."),
            VALID_UNTIL,
            PASSWORD_MADE_BY,
            THE_RULES,
        ],
        problems: &[
            P::RecoveryUnknown,
            P::RecoveryExpired,
            P::CodeWrong,
            P::CodeExpired,
            P::CodeSpent,
        ],
        ..Operation::POST
    }],
};

pub(super) const UNLOCK: Route = Route {
    path: "/v1/{tenant}/unlock",
    function: "unlock",
    operations: &[Operation {
        id: "unlock",
        summary: "Take the lock off. With the right password it also signs in, whatever is tried \
                  elsewhere meanwhile. Doing it twice is fine.",
        body: &[
            Field::required("grant", Kind::Token, "From click-link or check-sms-code."),
            Field::optional("password", Kind::Password, "The present password; five tries."),
            LANGUAGE,
        ],
        answer: &[
            Field::optional("status", Kind::OneOf(&["unlocked"]), "Where nobody signed in."),
            Field::optional("token", Kind::Text(2048), "Else the session, as `sign-in` gives it."),
            Field::optional("token_type", Kind::OneOf(&["Bearer"]), "RFC 6750."),
            Field::optional("expires_at", Kind::Moment, "When the session ends."),
            Field::optional("account_id", Kind::Text(36), "The account's id."),
            Field::optional("methods", Kind::Words(&["password"]), "How it was proved."),
            Field::optional("second_step", Kind::OneOf(&["totp"]), "Or: what is still asked for."),
            Field::optional("pending", Kind::Text(1000), "Then, for `finish-sign-in`."),
            Field::optional("valid_until", Kind::Moment, "And until when."),
        ],
        problems: &[
            P::SignInFailed,
            P::PasswordDisabled,
            P::GrantUnknown,
            P::GrantExpired,
            P::GrantUsed,
            P::GrantWithdrawn,
        ],
        ..Operation::POST
    }],
};
