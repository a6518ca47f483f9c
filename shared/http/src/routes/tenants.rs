//! The back office: tenants, their settings, their keys.

use regain_domain::api_key::Role;
use regain_notices::ProblemCode as P;

use super::PROFILES;
use super::settings::SETTINGS as SETTING_FIELDS;
use crate::api::{Access, Field, Kind, Operation, Route};

const FUNCTION: &str = "manage-tenants";
const OPERATOR: Access = Access::Key(Role::Operator);
const ADMIN: Access = Access::Key(Role::Admin);

const TENANT_NAME: Field = Field::required("tenant", Kind::Text(40), "As it stands in every path.");
const NAME: Field = Field::required("name", Kind::Text(400), "The name that people know it by.");
const ROLE: Field =
    Field::required("role", Kind::OneOf(&["admin", "desk"]), "What the key may do.");
const KEY_NAME: Field = Field::optional("name", Kind::Text(100), "What it is for.");
const API_KEY_TEXT: Field =
    Field::required("api_key", Kind::Text(120), "The key. It is shown this once.");
const SETTINGS_ANSWER: &[Field] = &[
    Field::required("settings", Kind::Object(SETTING_FIELDS), "What the tenant chose."),
    Field::required("effective", Kind::Object(SETTING_FIELDS), "What counts under its profile."),
];

pub(super) const TENANTS: Route = Route {
    path: "/admin/v1/tenants",
    function: FUNCTION,
    operations: &[
        Operation {
            id: "create-tenant",
            example: r#"{"tenant": "acme", "name": "Acme"}"#,
            summary: "Make a tenant, with default settings and a first key for its admin.",
            access: OPERATOR,
            body: &[TENANT_NAME, NAME],
            status: 201,
            answer: &[
                TENANT_NAME,
                Field::required("settings", Kind::Object(SETTING_FIELDS), "All of them."),
                API_KEY_TEXT,
            ],
            problems: &[P::TenantExists, P::SettingsInvalid],
            ..Operation::POST
        },
        Operation {
            id: "list-tenants",
            summary: "All tenants, by their names in paths.",
            access: OPERATOR,
            query: super::PAGE,
            answer: &[
                Field::required(
                    "tenants",
                    Kind::List(&[
                        TENANT_NAME,
                        NAME,
                        Field::required("created_at", Kind::Moment, "When it was made."),
                    ]),
                    "One page.",
                ),
                super::CURSOR,
            ],
            problems: &[P::CursorUnknown],
            ..Operation::GET
        },
    ],
};

pub(super) const TENANT: Route = Route {
    path: "/admin/v1/tenants/{tenant}",
    function: FUNCTION,
    operations: &[Operation {
        id: "delete-tenant",
        summary: "End a tenant: its keys at once, its endpoints within a minute, its accounts and \
                  their timelines by a job that begins two minutes later, the rest as it expires: \
                  links and stories within 90 days, timelines of accounts erased before within the \
                  tenant's `timeline_days`. Its name is never given again.",
        access: OPERATOR,
        ..Operation::DELETE
    }],
};

pub(super) const SETTINGS: Route = Route {
    path: "/admin/v1/tenants/{tenant}/settings",
    function: FUNCTION,
    operations: &[
        Operation {
            id: "read-settings",
            summary: "The settings, and what counts of them. The ETag is for a change.",
            access: ADMIN,
            answer: SETTINGS_ANSWER,
            ..Operation::GET
        },
        Operation {
            id: "change-settings",
            example: r##"{"looks": {"accent": "#0a7a4b"}}"##,
            summary: "Change settings. With If-Match, only if nobody else has since; null sets a \
                      setting back to its default. Functions see it within 60 seconds; links keep \
                      the deadline they were sent with.",
            access: ADMIN,
            body: SETTING_FIELDS,
            answer: SETTINGS_ANSWER,
            problems: &[P::SettingsInvalid, P::PreconditionFailed],
            ..Operation::PATCH
        },
    ],
};

pub(super) const COMPLIANCE: Route = Route {
    path: "/admin/v1/tenants/{tenant}/compliance",
    function: FUNCTION,
    operations: &[Operation {
        id: "read-compliance",
        summary: "What the present settings meet and violate of NIST SP 800-63B-4 and OWASP ASVS \
                  5.0, clause by clause.",
        access: ADMIN,
        answer: &[
            Field::required("profile", Kind::OneOf(PROFILES), "Of the password policy."),
            Field::required("clauses", Kind::List(CLAUSE), "The clauses."),
        ],
        ..Operation::GET
    }],
};
const CLAUSE: &[Field] = &[
    Field::required("id", Kind::Text(100), "Document and clause."),
    Field::required("title", Kind::Text(400), "What it asks."),
    Field::required(
        "verdict",
        Kind::OneOf(&["met", "violated", "not_applicable"]),
        "How the settings stand.",
    ),
    Field::required("because", Kind::Text(1000), "Why."),
];

pub(super) const API_KEYS: Route = Route {
    path: "/admin/v1/tenants/{tenant}/api-keys",
    function: FUNCTION,
    operations: &[
        Operation {
            id: "create-api-key",
            example: r#"{"role": "desk"}"#,
            summary: "Make a key. Its text is in this answer and nowhere else.",
            access: ADMIN,
            body: &[ROLE, KEY_NAME],
            status: 201,
            answer: &[
                Field::required("id", Kind::Text(16), "Its name, to revoke it by."),
                API_KEY_TEXT,
                ROLE,
                KEY_NAME,
            ],
            problems: &[P::TooManyApiKeys],
            ..Operation::POST
        },
        Operation {
            id: "list-api-keys",
            summary: "All keys of the tenant: what each begins with, and when it was last used.",
            access: ADMIN,
            answer: &[Field::required(
                "api_keys",
                Kind::List(&[
                    Field::required("id", Kind::Text(16), "Its name."),
                    Field::required("prefix", Kind::Text(60), "What it begins with."),
                    ROLE,
                    Field::nullable("name", Kind::Text(100), "What it is for."),
                    Field::required("created_at", Kind::Moment, "When it was made."),
                    Field::nullable("last_used_at", Kind::Moment, "When it was last used."),
                ]),
                "The keys.",
            )],
            ..Operation::GET
        },
    ],
};

pub(super) const API_KEY: Route = Route {
    path: "/admin/v1/tenants/{tenant}/api-keys/{id}",
    function: FUNCTION,
    operations: &[Operation {
        id: "revoke-api-key",
        summary: "Revoke a key. It is refused from the next call on.",
        access: ADMIN,
        problems: &[P::ApiKeyUnknown],
        ..Operation::DELETE
    }],
};
