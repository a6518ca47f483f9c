//! How an endpoint is described: once, and then read by the edge to check what comes in, by the
//! OpenAPI document, and in debug builds by the edge again to check what goes out.

use regain_domain::api_key::Role;
use regain_notices::ProblemCode;

/// A path, and what can be done there.
#[derive(Debug)]
pub struct Route {
    /// The path, with what varies in braces: `{tenant}`, `{id}`, `{code}`.
    pub path: &'static str,
    /// The function that serves it.
    pub function: &'static str,
    /// What can be done; one per method.
    pub operations: &'static [Operation],
}

/// A method on a path.
#[derive(Debug)]
pub struct Operation {
    /// GET changes nothing.
    pub method: Method,
    /// Its name.
    pub id: &'static str,
    /// One line for the reader of the API.
    pub summary: &'static str,
    /// Who may call.
    pub access: Access,
    /// What the query string may hold; where a browser is sent back, others beside it too.
    pub query: &'static [Field],
    /// How the body is written, and the answer to it.
    pub form: Form,
    /// The members of the body, or of each of its lines; empty: no body is read.
    pub body: &'static [Field],
    /// Of these, exactly one must be there.
    pub exactly_one: &'static [&'static str],
    /// A body for readers of the API; empty: the members that must be there.
    pub example: &'static str,
    /// The status of success.
    pub status: u16,
    /// The members of the answer, or of each of its lines; empty with 204.
    pub answer: &'static [Field],
    /// The media type of an answer that is bytes; none: it is JSON.
    pub media: Option<&'static str>,
    /// Problems beyond those that any operation can answer with.
    pub problems: &'static [ProblemCode],
}

impl Operation {
    /// Whether a body must be sent; an object that may be empty need not.
    #[must_use]
    pub fn body_is_required(&self) -> bool {
        self.form != Form::Json
            || !self.exactly_one.is_empty()
            || self.body.iter().any(|field| field.presence != Presence::Optional)
    }

    /// Every problem that it can answer with.
    #[must_use]
    pub fn all_problems(&self) -> Vec<ProblemCode> {
        let takes = |name: &str| self.body.iter().any(|field| field.name == name);
        let when = |holds: bool, problems: &'static [ProblemCode]| match holds {
            true => problems,
            false => &[],
        };
        [
            self.problems,
            when(!self.query.is_empty(), &[ProblemCode::InvalidRequest]),
            match self.access {
                Access::Public => &[],
                Access::SignedIn | Access::PublicOrSignedIn => SESSION_PROBLEMS,
                Access::Key(_) => KEY_PROBLEMS,
            },
            when(!self.body.is_empty(), BODY_PROBLEMS),
            when(takes("captcha"), CAPTCHA_PROBLEMS),
            COMMON_PROBLEMS,
        ]
        .concat()
    }

    /// What a row is when it says nothing else: for anyone, with a JSON body.
    pub const POST: Self = Self {
        method: Method::Post,
        id: "",
        summary: "",
        access: Access::Public,
        query: &[],
        form: Form::Json,
        body: &[],
        exactly_one: &[],
        example: "",
        status: 200,
        answer: &[],
        media: None,
        problems: &[],
    };
    /// The same, to read.
    pub const GET: Self = Self { method: Method::Get, ..Self::POST };
    /// The same, to change some members (RFC 7396).
    pub const PATCH: Self = Self { method: Method::Patch, form: Form::MergePatch, ..Self::POST };
    /// The same, to end something.
    pub const DELETE: Self = Self { method: Method::Delete, status: 204, ..Self::POST };
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Public,
    /// Who is signed in.
    SignedIn,
    /// Anyone; who is signed in shows it, where it is asked for.
    PublicOrSignedIn,
    /// Who holds a key of at least this role.
    Key(Role),
}

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON object.
    Json,
    /// One JSON object; what is null in it is to be removed (RFC 7396).
    MergePatch,
    /// A JSON object on each line; so is the answer.
    Lines,
}

/// A method of an operation. HEAD and OPTIONS follow from these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Acts.
    Post,
    /// Changes some members.
    Patch,
    /// Ends.
    Delete,
    /// Acts, though it is a GET: a browser is sent here from elsewhere. A HEAD does not come this
    /// way.
    SentBack,
}

impl Method {
    /// As on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::SentBack => "GET",
        }
    }
}

/// A member of a JSON object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it must be there.
    pub presence: Presence,
    /// What it means, for the reader of the API.
    pub meaning: &'static str,
}

/// Whether a member must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always.
    Required,
    /// Or not.
    Optional,
    /// In an answer always, but it may be null.
    Nullable,
}

/// What a member holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Any text of at most so many bytes.
    Text(usize),
    /// An e-mail address.
    Login,
    /// A token of Regain.
    Token,
    /// A password: anything but NUL.
    Password,
    /// A language tag.
    Language,
    /// RFC 3339, UTC.
    Moment,
    /// A whole number that is not negative.
    Integer,
    /// True or false.
    Flag,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// An object.
    Object(&'static [Field]),
    /// A list of objects.
    List(&'static [Field]),
    /// A list of some of these words.
    Words(&'static [&'static str]),
    /// A list of texts, each of at most so many bytes.
    Texts(usize),
}

impl Field {
    /// A member that must be there.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind, meaning: &'static str) -> Self {
        Self { name, kind, presence: Presence::Required, meaning }
    }

    /// A member that is there, or null.
    #[must_use]
    pub const fn nullable(name: &'static str, kind: Kind, meaning: &'static str) -> Self {
        Self { name, kind, presence: Presence::Nullable, meaning }
    }

    /// A member that may be there.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind, meaning: &'static str) -> Self {
        Self { name, kind, presence: Presence::Optional, meaning }
    }
}

/// Problems that any operation can answer with that asks for a key.
const KEY_PROBLEMS: &[ProblemCode] = &[ProblemCode::Unauthorized, ProblemCode::Forbidden];

/// And any that asks for a session.
const SESSION_PROBLEMS: &[ProblemCode] = &[ProblemCode::Unauthorized, ProblemCode::SessionEnded];

/// Problems that any operation can answer with that takes a captcha.
const CAPTCHA_PROBLEMS: &[ProblemCode] = &[
    ProblemCode::CaptchaUnknown,
    ProblemCode::CaptchaExpired,
    ProblemCode::CaptchaWrong,
    ProblemCode::CaptchaSpent,
];

/// Problems that any operation can answer with.
const COMMON_PROBLEMS: &[ProblemCode] = &[
    ProblemCode::NotFound,
    ProblemCode::TenantUnknown,
    ProblemCode::MethodNotAllowed,
    ProblemCode::Unavailable,
    ProblemCode::Internal,
];

/// And these, any operation that reads a body.
const BODY_PROBLEMS: &[ProblemCode] =
    &[ProblemCode::InvalidRequest, ProblemCode::BodyTooLarge, ProblemCode::UnsupportedMediaType];
