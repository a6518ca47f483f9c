//! Endpoints for people who are locked out, and for who helps them from a frontend.

use regain_notices::ProblemCode as P;

use super::{ACCEPTED, CAPTCHA, LANGUAGE, PASSWORD_MADE_BY, SUPPORT_CODE, THE_RULES, VALID_UNTIL};
use crate::api::{Field, Kind, Operation, Route};

pub(super) const LINK_TOKEN: Field =
    Field::required("token", Kind::Token, "The last part of the link in the mail.");
pub(super) const RETURN_URL: Field =
    Field::optional("return_url", Kind::Text(2048), "Where the person wanted to go afterwards.");
const PURPOSE: Field =
    Field::required("purpose", Kind::OneOf(&["reset", "invite", "unlock"]), "What it is for.");
const MAILED: Field = Field::required(
    "purpose",
    Kind::OneOf(&["reset", "invite", "unlock", "magic"]),
    "What it is for. One that signs in is for `redeem-magic-link`.",
);
const LINK_PROBLEMS: &[P] = &[
    P::LinkDamaged,
    P::LinkUnknown,
    P::LinkExpired,
    P::LinkClickExpired,
    P::LinkSuperseded,
    P::LinkUsed,
    P::LinkWithdrawn,
];

/// What a mail is asked for with.
const MAIL_REQUEST: &[Field] = &[WHOSE_LOGIN, OR_TOKEN, ASKED_RETURN_URL, LANGUAGE, ASKED_CAPTCHA];
pub(super) const WHOSE_LOGIN: Field =
    Field::optional("login", Kind::Login, "The address of the account.");
pub(super) const OR_TOKEN: Field =
    Field::optional("token", Kind::Token, "Or a link that no longer works.");
pub(super) const ASKED_RETURN_URL: Field =
    Field::optional("return_url", Kind::Text(2048), "One of the tenant's return URLs.");
pub(super) const ASKED_CAPTCHA: Field =
    Field::optional("captcha", Kind::Object(CAPTCHA), "Where the tenant asks for one.");

pub(super) const REQUEST_RESET: Route = Route {
    path: "/v1/{tenant}/request-reset",
    function: "request-reset",
    operations: &[Operation {
        id: "request-reset",
        summary: "Ask for a mail with a link to choose a new password. The answer is the same \
                  whether or not there is such an account.",
        body: MAIL_REQUEST,
        exactly_one: &["login", "token"],
        status: 202,
        answer: &[ACCEPTED, SUPPORT_CODE],
        problems: &[P::TooManyRequests, P::LinkDamaged, P::LinkUnknown],
        ..Operation::POST
    }],
};

pub(super) const WHY_CANNOT_I_SIGN_IN: Route = Route {
    path: "/v1/{tenant}/why-cannot-i-sign-in",
    function: "request-reset",
    operations: &[Operation {
        id: "why-cannot-i-sign-in",
        summary: "Have the owner of the mailbox told why signing in fails, and the one step that \
                  helps. The answer is the same whether or not there is such an account.",
        body: &[
            Field::required("login", Kind::Login, "The address of the account."),
            LANGUAGE,
            ASKED_CAPTCHA,
        ],
        status: 202,
        answer: &[ACCEPTED, SUPPORT_CODE],
        problems: &[P::TooManyRequests],
        ..Operation::POST
    }],
};

pub(super) const CHECK_LINK: Route = Route {
    path: "/v1/{tenant}/check-link",
    function: "click-link",
    operations: &[Operation {
        id: "check-link",
        summary: "See where a link stands. Changes nothing.",
        body: &[LINK_TOKEN],
        answer: &[
            MAILED,
            Field::required("state", Kind::OneOf(&["sent", "clicked"]), "Where it stands."),
            VALID_UNTIL,
            Field::required("login_hint", Kind::Text(300), "Whose it is, masked."),
        ],
        problems: LINK_PROBLEMS,
        ..Operation::POST
    }],
};

pub(super) const CLICK_LINK: Route = Route {
    path: "/v1/{tenant}/click-link",
    function: "click-link",
    operations: &[Operation {
        id: "click-link",
        summary: "The person's click: starts the time to choose a password. Clicking again \
                  gives the same grant and the same deadline.",
        body: &[LINK_TOKEN],
        answer: &[
            PURPOSE,
            Field::required("grant", Kind::Token, "For `set-password`, or for `unlock`."),
            VALID_UNTIL,
            Field::required("login", Kind::Text(254), "For the password manager's form."),
            RETURN_URL,
            PASSWORD_MADE_BY,
            THE_RULES,
        ],
        problems: LINK_PROBLEMS,
        ..Operation::POST
    }],
};

pub(super) const WITHDRAW_LINK: Route = Route {
    path: "/v1/{tenant}/withdraw-link",
    function: "click-link",
    operations: &[Operation {
        id: "withdraw-link",
        summary: "This was not me: a live link dies; after a change, every session, link and \
                  grant of the account ends, and the service desk can see the report.",
        body: &[Field::required("token", Kind::Token, "Of a link, or of a notice.")],
        answer: &[Field::required(
            "status",
            Kind::OneOf(&["withdrawn", "reported"]),
            "What was done.",
        )],
        problems: LINK_PROBLEMS,
        ..Operation::POST
    }],
};

pub(super) const SET_PASSWORD: Route = Route {
    path: "/v1/{tenant}/set-password",
    function: "set-password",
    operations: &[Operation {
        id: "set-password",
        example: r#"{"grant": "…", "password": "Molenwiek-Copper-42"}"#,
        summary: "Set the new password. A rejected one burns nothing but one of twenty tries.",
        body: &[
            Field::required("grant", Kind::Token, "From click-link or check-sms-code."),
            Field::optional("password", Kind::Password, "The new password, where it is chosen."),
            Field::optional("beginning", Kind::Password, "Its beginning, where that is chosen."),
        ],
        answer: &[
            Field::required("status", Kind::OneOf(&["changed"]), "Always."),
            Field::optional(
                "generated_password",
                Kind::Text(1024),
                "The whole password, where Regain made it or its ending. Shown this once.",
            ),
            RETURN_URL,
        ],
        problems: &[
            P::PasswordRejected,
            P::GrantUnknown,
            P::GrantExpired,
            P::GrantUsed,
            P::GrantWithdrawn,
        ],
        ..Operation::POST
    }],
};
