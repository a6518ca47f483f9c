//! The one route table. `infra/template.yaml`, `infra/openapi.json`, the cargo-lambda router, the
//! folders of functions and the README say the same, or `tests/tests/drift.rs` fails.

use regain_notices::ProblemCode as P;

use crate::api::{Field, Kind, Method, Operation, Route};

/// Serves every path that is in no row, with 404.
pub const CATCH_ALL_FUNCTION: &str = "click-link";

const LINK_TOKEN: Field =
    Field::required("token", Kind::Token, "The last part of the link in the mail.");
const VALID_UNTIL: Field =
    Field::required("valid_until", Kind::Moment, "Nothing is accepted from this moment on.");
const RETURN_URL: Field =
    Field::optional("return_url", Kind::Text(2048), "Where the person wanted to go afterwards.");
const SUPPORT_CODE: Field = Field::required(
    "support_code",
    Kind::Text(7),
    "Seven characters by which the service desk finds the story of this call.",
);
const PASSWORD_POLICY: &[Field] = &[
    Field::required("profile", Kind::OneOf(&["classic"]), "The set of rules."),
    Field::required("length_min", Kind::Integer, "Fewest characters."),
    Field::required("length_max", Kind::Integer, "Most characters."),
    Field::required("uppercase_min", Kind::Integer, "Fewest capitals."),
    Field::required("lowercase_min", Kind::Integer, "Fewest small letters."),
    Field::required("digits_min", Kind::Integer, "Fewest digits."),
    Field::required("symbols_min", Kind::Integer, "Fewest symbols."),
    Field::required("forbid_last_name", Kind::Flag, "Whether the last name may not be in it."),
    Field::required("forbid_reuse", Kind::Flag, "Whether no earlier password may be used."),
];
const LINK_PROBLEMS: &[P] = &[
    P::LinkDamaged,
    P::LinkUnknown,
    P::LinkExpired,
    P::LinkClickExpired,
    P::LinkSuperseded,
    P::LinkUsed,
    P::LinkWithdrawn,
];
const KEY: &[Field] = &[
    Field::required("kty", Kind::OneOf(&["OKP"]), "RFC 8037."),
    Field::required("crv", Kind::OneOf(&["Ed25519"]), "The curve."),
    Field::required("x", Kind::Text(64), "The public key, base64url."),
    Field::required("kid", Kind::Text(64), "The id in the header of a session token."),
    Field::required("alg", Kind::OneOf(&["EdDSA"]), "The algorithm."),
    Field::required("use", Kind::OneOf(&["sig"]), "For signatures only."),
];

/// Every path.
pub const ROUTES: &[Route] = &[
    Route {
        path: "/v1/{tenant}/request-reset",
        function: "request-reset",
        operations: &[Operation {
            method: Method::Post,
            id: "request-reset",
            summary: "Ask for a mail with a link to choose a new password. The answer is the same \
                      whether or not there is such an account.",
            body: &[
                Field::optional("login", Kind::Login, "The address of the account."),
                Field::optional("token", Kind::Token, "Or a link that no longer works."),
                Field::optional("return_url", Kind::Text(2048), "One of the tenant's return URLs."),
                Field::optional("language", Kind::Language, "The language of answer and mail."),
            ],
            exactly_one: &["login", "token"],
            status: 202,
            answer: &[
                Field::required("status", Kind::OneOf(&["accepted"]), "Always."),
                SUPPORT_CODE,
            ],
            problems: &[P::TooManyRequests, P::LinkDamaged, P::LinkUnknown],
        }],
    },
    Route {
        path: "/v1/{tenant}/check-link",
        function: "click-link",
        operations: &[Operation {
            method: Method::Post,
            id: "check-link",
            summary: "See where a link stands. Changes nothing.",
            body: &[LINK_TOKEN],
            exactly_one: &[],
            status: 200,
            answer: &[
                Field::required("purpose", Kind::OneOf(&["reset"]), "What it is for."),
                Field::required("state", Kind::OneOf(&["sent", "clicked"]), "Where it stands."),
                VALID_UNTIL,
                Field::required("login_hint", Kind::Text(300), "Whose it is, masked."),
            ],
            problems: LINK_PROBLEMS,
        }],
    },
    Route {
        path: "/v1/{tenant}/click-link",
        function: "click-link",
        operations: &[Operation {
            method: Method::Post,
            id: "click-link",
            summary: "The person's click: starts the time to choose a password. Clicking again \
                      gives the same grant and the same deadline.",
            body: &[LINK_TOKEN],
            exactly_one: &[],
            status: 200,
            answer: &[
                Field::required("purpose", Kind::OneOf(&["reset"]), "What it is for."),
                Field::required("grant", Kind::Token, "The right to set one password."),
                VALID_UNTIL,
                Field::required("login", Kind::Text(254), "For the password manager's form."),
                RETURN_URL,
                Field::required("password", Kind::OneOf(&["choose"]), "Who chooses it."),
                Field::required("password_policy", Kind::Object(PASSWORD_POLICY), "The rules."),
            ],
            problems: LINK_PROBLEMS,
        }],
    },
    Route {
        path: "/v1/{tenant}/withdraw-link",
        function: "click-link",
        operations: &[Operation {
            method: Method::Post,
            id: "withdraw-link",
            summary: "This was not me: a live link dies; after a change, every session, link and \
                      grant of the account ends, and the service desk can see the report.",
            body: &[Field::required("token", Kind::Token, "Of a link, or of a notice.")],
            exactly_one: &[],
            status: 200,
            answer: &[Field::required(
                "status",
                Kind::OneOf(&["withdrawn", "reported"]),
                "What was done.",
            )],
            problems: LINK_PROBLEMS,
        }],
    },
    Route {
        path: "/v1/{tenant}/set-password",
        function: "set-password",
        operations: &[Operation {
            method: Method::Post,
            id: "set-password",
            summary: "Set the new password. A rejected one burns nothing but one of twenty tries.",
            body: &[
                Field::required("grant", Kind::Token, "From click-link."),
                Field::required("password", Kind::Password, "The new password."),
            ],
            exactly_one: &[],
            status: 200,
            answer: &[Field::required("status", Kind::OneOf(&["changed"]), "Always."), RETURN_URL],
            problems: &[
                P::PasswordRejected,
                P::GrantUnknown,
                P::GrantExpired,
                P::GrantUsed,
                P::GrantWithdrawn,
            ],
        }],
    },
    Route {
        path: "/v1/{tenant}/sign-in",
        function: "sign-in",
        operations: &[Operation {
            method: Method::Post,
            id: "sign-in",
            summary: "Sign in with login and password.",
            body: &[
                Field::required("login", Kind::Login, "The address of the account."),
                Field::required("password", Kind::Password, "The password."),
            ],
            exactly_one: &[],
            status: 200,
            answer: &[
                Field::required("token", Kind::Text(2048), "The session, a signed JWT."),
                Field::required("token_type", Kind::OneOf(&["Bearer"]), "RFC 6750."),
                Field::required("expires_at", Kind::Moment, "When the session ends."),
                Field::required("account_id", Kind::Text(36), "The account's id."),
                Field::required("methods", Kind::Words(&["password"]), "How it was proved."),
            ],
            problems: &[P::TooManyRequests, P::SignInFailed, P::AccountBlocked],
        }],
    },
    Route {
        path: "/v1/{tenant}/jwks.json",
        function: "sign-in",
        operations: &[Operation {
            method: Method::Get,
            id: "jwks.json",
            summary: "The keys that session tokens are verified with (RFC 7517).",
            body: &[],
            exactly_one: &[],
            status: 200,
            answer: &[Field::required("keys", Kind::List(KEY), "The keys.")],
            problems: &[],
        }],
    },
];

/// The row of a path, and the tenant in it.
#[must_use]
pub fn find(path: &str) -> Option<(&'static Route, &str)> {
    ROUTES.iter().find_map(|route| {
        let (before, after) = route.path.split_once("{tenant}")?;
        let tenant = path.strip_prefix(before)?.strip_suffix(after)?;
        (!tenant.contains('/')).then_some((route, tenant))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_matched_whole_and_as_it_was_sent() {
        let found = |path| find(path).map(|(route, tenant)| (route.path, tenant));
        assert_eq!(found("/v1/demo/sign-in"), Some(("/v1/{tenant}/sign-in", "demo")));
        assert_eq!(found("/v1/de%2Fmo/sign-in"), Some(("/v1/{tenant}/sign-in", "de%2Fmo")));
        for path in [
            "/",
            "",
            "/v1/demo",
            "/v1/demo/sign-in/",
            "/v1/a/b/sign-in",
            "//v1/demo/sign-in",
            "/V1/demo/sign-in",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }

    #[test]
    fn an_operation_is_named_by_the_end_of_its_path() {
        for route in ROUTES {
            for operation in route.operations {
                assert!(route.path.ends_with(&format!("/{}", operation.id)));
            }
        }
    }
}
