//! Endpoints that sign in, and tell whether a session stands.

use regain_domain::Provider;
use regain_domain::session::Method;
use regain_notices::ProblemCode as P;

use super::recovery::{
    ASKED_CAPTCHA, ASKED_RETURN_URL, LINK_TOKEN, OR_TOKEN, RETURN_URL, WHOSE_LOGIN,
};
use super::{ACCEPTED, LANGUAGE, SUPPORT_CODE};
use crate::api::{Access, Field, Kind, Operation, Route};

const KEY: &[Field] = &[
    Field::required("kty", Kind::OneOf(&["OKP"]), "RFC 8037."),
    Field::required("crv", Kind::OneOf(&["Ed25519"]), "The curve."),
    Field::required("x", Kind::Text(64), "The public key, base64url."),
    Field::required("kid", Kind::Text(64), "The id in the header of a session token."),
    Field::required("alg", Kind::OneOf(&["EdDSA"]), "The algorithm."),
    Field::required("use", Kind::OneOf(&["sig"]), "For signatures only."),
];

/// A session, or half of one.
pub(super) const SIGNED_IN: &[Field] = &[
    Field::optional("token", Kind::Text(2048), "The session, a signed JWT."),
    Field::optional("token_type", Kind::OneOf(&["Bearer"]), "RFC 6750."),
    Field::optional("expires_at", Kind::Moment, "When the session ends."),
    Field::optional("account_id", Kind::Text(36), "The account's id."),
    Field::optional("methods", Kind::Words(&Method::WORDS), "How it was proved."),
    Field::optional("second_step", Kind::OneOf(&["totp"]), "Or: what is still asked for."),
    Field::optional("pending", Kind::Text(1000), "Then, for `finish-sign-in`."),
    Field::optional("valid_until", Kind::Moment, "And until when."),
    Field::optional("linked", Kind::OneOf(&Provider::WORDS), "Or: what signs in from now on."),
    RETURN_URL,
    Field::optional("recovery_code", Kind::Text(40), "In the place of one that was used. Once."),
];

pub(super) const SIGN_IN: Route = Route {
    path: "/v1/{tenant}/sign-in",
    function: "sign-in",
    operations: &[Operation {
        id: "sign-in",
        summary: "Sign in with login and password.",
        body: &[
            Field::required("login", Kind::Login, "The address of the account."),
            Field::required("password", Kind::Password, "The password."),
        ],
        answer: SIGNED_IN,
        problems: &[
            P::TooManyRequests,
            P::SignInFailed,
            P::AccountLocked,
            P::AccountBlocked,
            P::PasswordMustChange,
        ],
        ..Operation::POST
    }],
};

pub(super) const JWKS_JSON: Route = Route {
    path: "/v1/{tenant}/jwks.json",
    function: "sign-in",
    operations: &[Operation {
        id: "jwks.json",
        summary: "The keys that session tokens are verified with (RFC 7517).",
        answer: &[Field::required("keys", Kind::List(KEY), "The keys.")],
        ..Operation::GET
    }],
};

pub(super) const FINISH_SIGN_IN: Route = Route {
    path: "/v1/{tenant}/finish-sign-in",
    function: "sign-in",
    operations: &[Operation {
        id: "finish-sign-in",
        example: r#"{"pending": "…", "code": "123456"}"#,
        summary: "Give the code that is still asked for, or redeem what a provider handed over.",
        body: &[
            Field::optional("pending", Kind::Text(1000), "From a sign-in that asks for a code."),
            Field::optional("code", Kind::Text(64), "Of the app, or a recovery code."),
            Field::optional("handover", Kind::Text(1500), "From the return URL, or"),
            Field::optional("verifier", Kind::Text(128), "with what its challenge was made of."),
        ],
        exactly_one: &["pending", "handover"],
        answer: SIGNED_IN,
        problems: &[
            P::TooManyRequests,
            P::SignInUnknown,
            P::SignInOver,
            P::CodeWrong,
            P::CodeUsed,
            P::SecondStepLocked,
            P::SecondStepDisabled,
            P::AccountBlocked,
            P::ProviderTaken,
        ],
        ..Operation::POST
    }],
};

pub(super) const SESSION: Route = Route {
    path: "/v1/{tenant}/session",
    function: "sign-in",
    operations: &[Operation {
        id: "session",
        summary: "Whether a session still stands, and how its account signs in.",
        access: Access::SignedIn,
        answer: &[
            Field::required("account_id", Kind::Text(36), "Whose it is."),
            Field::required("login", Kind::Text(254), "The address."),
            Field::required("expires_at", Kind::Moment, "When it ends."),
            Field::required("methods", Kind::Words(&Method::WORDS), "How it was proved."),
            Field::nullable("second_step", Kind::OneOf(&["totp"]), "If it is on."),
            Field::required("providers", Kind::Words(&Provider::WORDS), "Those that are linked."),
        ],
        ..Operation::GET
    }],
};

pub(super) const SIGN_OUT_EVERYWHERE: Route = Route {
    path: "/v1/{tenant}/sign-out-everywhere",
    function: "sign-in",
    operations: &[Operation {
        id: "sign-out-everywhere",
        summary: "End every session of the account, this one too, and what waits in its mailbox.",
        access: Access::SignedIn,
        answer: &[Field::required("status", Kind::OneOf(&["signed_out"]), "Always.")],
        ..Operation::POST
    }],
};

pub(super) const MAGIC_LOGIN: Route = Route {
    path: "/v1/{tenant}/magic-login",
    function: "magic-login",
    operations: &[Operation {
        id: "magic-login",
        summary: "Ask for a mail with a link that signs in once. The answer is the same whether or \
                  not there is such an account.",
        body: &[
            WHOSE_LOGIN,
            OR_TOKEN,
            ASKED_RETURN_URL,
            Field::optional(
                "challenge",
                Kind::Text(43),
                "With it, the hosted page of the link hands the sign-in over to the return URL: to who \
                 holds the verifier of this S256 challenge (RFC 7636).",
            ),
            LANGUAGE,
            ASKED_CAPTCHA,
        ],
        exactly_one: &["login", "token"],
        status: 202,
        answer: &[ACCEPTED, SUPPORT_CODE],
        problems: &[P::TooManyRequests, P::LinkDamaged, P::LinkUnknown, P::MagicLoginDisabled],
        ..Operation::POST
    }],
};

pub(super) const REDEEM_MAGIC_LINK: Route = Route {
    path: "/v1/{tenant}/redeem-magic-link",
    function: "magic-login",
    operations: &[Operation {
        id: "redeem-magic-link",
        summary: "The person's click on a link that signs in: a session, or what is still asked for.",
        body: &[LINK_TOKEN],
        answer: SIGNED_IN,
        problems: &[
            P::LinkDamaged,
            P::LinkUnknown,
            P::LinkExpired,
            P::LinkClickExpired,
            P::LinkSuperseded,
            P::LinkUsed,
            P::LinkWithdrawn,
            P::MagicLoginDisabled,
            P::AccountLocked,
        ],
        ..Operation::POST
    }],
};
