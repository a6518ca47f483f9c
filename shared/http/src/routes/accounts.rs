//! The back office: accounts, what happened to them, and what the desk can do.

use regain_domain::Provider;
use regain_domain::account::BlockReason;
use regain_domain::api_key::Role;
use regain_domain::event::Event;
use regain_domain::link::LinkPurpose;
use regain_notices::ProblemCode as P;

use super::{
    ACCEPTED, CURSOR, LANGUAGE, LANGUAGES, PAGE, PAGE_CURSOR, PAGE_LIMIT, SUPPORT_CODE, VALID_UNTIL,
};
use crate::api::{Access, Field, Form, Kind, Operation, Route};

const FUNCTION: &str = "manage-accounts";
const ADMIN: Access = Access::Key(Role::Admin);
const DESK: Access = Access::Key(Role::Desk);

const NAME: Kind = Kind::Text(200);
const PHONE: Kind = Kind::Text(40);
const ACCOUNT_ID: Field = Field::required("account_id", Kind::Text(36), "A UUID.");
const FIRST_NAME: Field = Field::optional("first_name", NAME, "Given name.");
const LAST_NAME: Field = Field::optional("last_name", NAME, "Family name.");
const PHONE_NUMBER: Field = Field::optional("phone", PHONE, "Where codes are sent.");
const PREFERRED: Field =
    Field::optional("language", Kind::Language, "The language of this person's mails.");
const PASSWORD_HASH: Field = Field::optional(
    "password_hash",
    Kind::Text(512),
    "A hash from elsewhere: argon2, bcrypt, scrypt or pbkdf2.",
);
const BLOCKED: Field = Field::nullable(
    "blocked",
    Kind::OneOf(&BlockReason::WORDS),
    "Why it is blocked; null: it is not.",
);
/// What a page of the list says of an account.
pub(super) const ACCOUNT_FIELDS: &[Field] = &[
    ACCOUNT_ID,
    Field::required("login", Kind::Text(254), "The address."),
    Field::nullable("first_name", NAME, "Given name."),
    Field::nullable("last_name", NAME, "Family name."),
    Field::nullable("language", Kind::OneOf(LANGUAGES), "Of this person's mails."),
    BLOCKED,
    Field::nullable("reported_at", Kind::Moment, "When its owner last said \"this was not me\"."),
    Field::required("created_at", Kind::Moment, "When it was made."),
    Field::optional("phone", PHONE, "Where codes are sent. Not in a page of the list."),
    Field::optional("password", Kind::OneOf(&["none", "set", "temporary"]), "Likewise."),
    Field::optional("password_set_at", Kind::Moment, "When a person last set it."),
    Field::optional("links", Kind::List(LINK), "What waits in the mailbox. Likewise."),
    Field::optional("lock", Kind::Object(LOCK), "There while it is locked; where one is read."),
    Field::optional("password_disabled_at", Kind::Moment, "Since a hundred wrong ones in a row."),
    Field::optional("second_step", Kind::OneOf(&["totp"]), "If it is on. Not in a page."),
    Field::optional(
        "second_step_lock",
        Kind::Object(LOCK),
        "There while no codes of the app are accepted. It goes off by itself; where one is read.",
    ),
    Field::optional("providers", Kind::Words(&Provider::WORDS), "Those linked. Likewise."),
];
const LOCK: &[Field] = &[
    Field::required("since", Kind::Moment, "When it began."),
    Field::nullable("until", Kind::Moment, "When it is over; null: when it is taken off."),
];
const LINK: &[Field] = &[
    Field::required("purpose", Kind::OneOf(&LinkPurpose::WORDS), "What for."),
    Field::required("requested_at", Kind::Moment, "When it was asked for."),
    VALID_UNTIL,
];
pub(super) const EVENT_FIELDS: &[Field] = &[
    Field::required("event", Kind::OneOf(Event::WORDS), "What."),
    Field::required("at", Kind::Moment, "When."),
    Field::required("actor", Kind::OneOf(&["caller", "key", "system"]), "Who."),
    Field::optional("key_id", Kind::Text(16), "Which key."),
    Field::optional("source", Kind::Text(64), "From where: equal for equal addresses, no more."),
    Field::optional("cause", Kind::Text(200), "Why."),
    Field::required("subject", Kind::Text(100), "To what: a link, or the call itself."),
    Field::optional("support_code", Kind::Text(7), "Of the request that led to it."),
];

pub(super) const ACCOUNTS: Route = Route {
    path: "/admin/v1/tenants/{tenant}/accounts",
    function: FUNCTION,
    operations: &[
        Operation {
            id: "create-account",
            example: r#"{"login": "new@demo.example", "first_name": "Noor"}"#,
            summary: "Make an account. Without a password, an invite can follow.",
            access: ADMIN,
            body: &[
                Field::required("login", Kind::Login, "The address."),
                FIRST_NAME,
                LAST_NAME,
                PHONE_NUMBER,
                PREFERRED,
                Field::optional("password", Kind::Password, "A first password."),
                PASSWORD_HASH,
            ],
            status: 201,
            answer: ACCOUNT_FIELDS,
            problems: &[P::AccountExists, P::PasswordRejected],
            ..Operation::POST
        },
        Operation {
            id: "list-accounts",
            summary: "A page of the accounts by login, or with `login` the one that has it.",
            access: DESK,
            query: &[
                Field::optional("login", Kind::Login, "The address of one account."),
                PAGE_CURSOR,
                PAGE_LIMIT,
            ],
            answer: &[
                Field::required("accounts", Kind::List(ACCOUNT_FIELDS), "None, one, or a page."),
                CURSOR,
            ],
            problems: &[P::CursorUnknown],
            ..Operation::GET
        },
    ],
};

pub(super) const IMPORT: Route = Route {
    path: "/admin/v1/tenants/{tenant}/accounts/import",
    function: FUNCTION,
    operations: &[Operation {
        id: "import-accounts",
        summary: "Make many accounts, one on each line, at most 500 lines and 1 MiB a call. A login \
                  that is there is left as it is, so the same file can be sent again.",
        access: ADMIN,
        form: Form::Lines,
        body: &[
            Field::required("login", Kind::Login, "The address."),
            FIRST_NAME,
            LAST_NAME,
            PHONE_NUMBER,
            PREFERRED,
            PASSWORD_HASH,
        ],
        answer: &[
            Field::required("line", Kind::Integer, "The number of the line, from 1."),
            Field::nullable("login", Kind::Text(320), "As it was given."),
            Field::required(
                "status",
                Kind::OneOf(&["created", "unchanged", "rejected"]),
                "What became of it.",
            ),
            Field::required(
                "errors",
                Kind::List(&[
                    Field::required("pointer", Kind::Text(400), "Which member."),
                    Field::required("code", Kind::Text(40), "What is wrong with it."),
                ]),
                "Of a rejected line.",
            ),
        ],
        problems: &[P::TooManyLines],
        ..Operation::POST
    }],
};

pub(super) const ACCOUNT: Route = Route {
    path: "/admin/v1/tenants/{tenant}/accounts/{id}",
    function: FUNCTION,
    operations: &[
        Operation {
            id: "read-account",
            summary: "One account.",
            access: DESK,
            answer: ACCOUNT_FIELDS,
            problems: &[P::AccountUnknown],
            ..Operation::GET
        },
        Operation {
            id: "change-account",
            example: r#"{"first_name": "Noor"}"#,
            summary: "Change an account. Another login or phone ends its links and sessions, and \
                      its owner is told, at the old address too.",
            access: ADMIN,
            body: &[
                Field::optional("login", Kind::Login, "The address."),
                FIRST_NAME,
                LAST_NAME,
                PHONE_NUMBER,
                PREFERRED,
            ],
            answer: ACCOUNT_FIELDS,
            problems: &[P::AccountUnknown, P::AccountExists, P::TooManyRequests],
            ..Operation::PATCH
        },
        Operation {
            id: "erase-account",
            summary: "Erase an account: its links, sessions, names, password and history. What is \
                      left of its timeline names nobody.",
            access: ADMIN,
            problems: &[P::AccountUnknown],
            ..Operation::DELETE
        },
    ],
};

pub(super) const SEND_LINK: Route = Route {
    path: "/admin/v1/tenants/{tenant}/accounts/{id}/send-link",
    function: FUNCTION,
    operations: &[Operation {
        id: "send-link",
        summary: "Have a link mailed to the account's owner. Nobody else ever sees it.",
        access: DESK,
        body: &[
            Field::required("kind", Kind::OneOf(&["reset", "invite"]), "Which link."),
            Field::optional("return_url", Kind::Text(2048), "One of the tenant's return URLs."),
            LANGUAGE,
        ],
        status: 202,
        answer: &[
            ACCEPTED,
            SUPPORT_CODE,
            Field::required(
                "kind",
                Kind::OneOf(&["reset", "invite"]),
                "Which link it is: to an account that has a password, never an invite.",
            ),
        ],
        problems: &[P::AccountUnknown, P::AccountBlocked],
        ..Operation::POST
    }],
};

pub(super) const BLOCK: Route = Route {
    path: "/admin/v1/tenants/{tenant}/accounts/{id}/block",
    function: FUNCTION,
    operations: &[Operation {
        id: "block-account",
        summary: "Block an account: its links and sessions end, and its owner hears why after the \
                  right password only.",
        access: ADMIN,
        body: &[Field::required("reason", Kind::OneOf(&BlockReason::WORDS), "Why.")],
        answer: ACCOUNT_FIELDS,
        problems: &[P::AccountUnknown],
        ..Operation::POST
    }],
};

pub(super) const UNBLOCK: Route = Route {
    path: "/admin/v1/tenants/{tenant}/accounts/{id}/unblock",
    function: FUNCTION,
    operations: &[Operation {
        id: "unblock-account",
        summary: "Take a block off.",
        access: ADMIN,
        answer: ACCOUNT_FIELDS,
        problems: &[P::AccountUnknown],
        ..Operation::POST
    }],
};

pub(super) const UNLOCK: Route = Route {
    path: "/admin/v1/tenants/{tenant}/accounts/{id}/unlock",
    function: FUNCTION,
    operations: &[Operation {
        id: "unlock-account",
        summary: "Take the lock off that wrong passwords led to; its owner is told. A block stays.",
        access: DESK,
        answer: ACCOUNT_FIELDS,
        problems: &[P::AccountUnknown, P::TooManyRequests],
        ..Operation::POST
    }],
};

pub(super) const TEMPORARY_PASSWORD: Route = Route {
    path: "/admin/v1/tenants/{tenant}/accounts/{id}/temporary-password",
    function: FUNCTION,
    operations: &[Operation {
        id: "set-temporary-password",
        summary: "Give an account a password for 24 hours, which its owner replaces at the next \
                  sign-in. It is in this answer and nowhere else; links and sessions end.",
        access: ADMIN,
        body: &[Field::optional("beginning", Kind::Password, "What it begins with.")],
        answer: &[Field::required("password", Kind::Text(1024), "Shown this once."), VALID_UNTIL],
        problems: &[
            P::AccountUnknown,
            P::AccountBlocked,
            P::TemporaryPasswordsDisabled,
            P::PasswordRejected,
            P::TooManyRequests,
        ],
        ..Operation::POST
    }],
};

pub(super) const SECOND_STEP_OFF: Route = Route {
    path: "/admin/v1/tenants/{tenant}/accounts/{id}/second-step-off",
    function: FUNCTION,
    operations: &[Operation {
        id: "second-step-off",
        summary: "Switch an account's second step off, for who has lost app and recovery codes. \
                  Sessions end, and its owner is told.",
        access: ADMIN,
        answer: ACCOUNT_FIELDS,
        problems: &[P::AccountUnknown, P::TooManyRequests],
        ..Operation::POST
    }],
};

pub(super) const TIMELINE: Route = Route {
    path: "/admin/v1/tenants/{tenant}/accounts/{id}/timeline",
    function: FUNCTION,
    operations: &[Operation {
        id: "read-timeline",
        summary: "What happened to an account, newest first.",
        access: DESK,
        query: PAGE,
        answer: &[Field::required("events", Kind::List(EVENT_FIELDS), "One page."), CURSOR],
        problems: &[P::AccountUnknown, P::CursorUnknown],
        ..Operation::GET
    }],
};

const STORY_LINK: &[Field] = &[
    Field::required("purpose", Kind::OneOf(&LinkPurpose::WORDS), "What for."),
    Field::required("state", Kind::OneOf(&["sent", "clicked", "dead"]), "How far it has come."),
    Field::optional("valid_until", Kind::Moment, "Of one that works."),
    Field::optional("code", Kind::Text(40), "Of a dead one: what its holder is told."),
    Field::optional("reason", Kind::Text(40), "Why it was withdrawn."),
    Field::optional("at", Kind::Moment, "When it died."),
    Field::optional("remedy", Kind::Text(40), "The one step that helps its holder."),
];

pub(super) const SUPPORT: Route = Route {
    path: "/admin/v1/tenants/{tenant}/support/{code}",
    function: FUNCTION,
    operations: &[Operation {
        id: "read-story",
        summary: "What became of one request, by the code on its answer; for 90 days.",
        access: DESK,
        answer: &[
            SUPPORT_CODE,
            Field::required("at", Kind::Moment, "When it was decided."),
            Field::required("outcome", Kind::Text(60), "An event, or `no_such_account`."),
            Field::optional("cause", Kind::Text(200), "Why, where nothing came of it."),
            Field::optional("account_id", Kind::Text(36), "Whose account."),
            Field::required("events", Kind::List(EVENT_FIELDS), "What followed, oldest first."),
            Field::optional("link", Kind::Object(STORY_LINK), "Where its link stands now."),
        ],
        problems: &[P::SupportCodeUnknown],
        ..Operation::GET
    }],
};
