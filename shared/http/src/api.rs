//! How an endpoint is described: once, and then read by the edge to check what comes in, by the
//! OpenAPI document, and in debug builds by the edge again to check what goes out.

use regain_notices::ProblemCode;

/// A path, and what can be done there.
#[derive(Debug)]
pub struct Route {
    /// The path, with `{tenant}` in it.
    pub path: &'static str,
    /// The function that serves it.
    pub function: &'static str,
    /// What can be done; one per method.
    pub operations: &'static [Operation],
}

/// A method on a path.
#[derive(Debug)]
pub struct Operation {
    /// `GET` or `POST`; GET changes nothing.
    pub method: Method,
    /// Its name: the last word of the path.
    pub id: &'static str,
    /// One line for the reader of the API.
    pub summary: &'static str,
    /// The members of the JSON body; empty: no body is read.
    pub body: &'static [Field],
    /// Of these, exactly one must be there.
    pub exactly_one: &'static [&'static str],
    /// The status of success.
    pub status: u16,
    /// The members of the JSON answer.
    pub answer: &'static [Field],
    /// Problems beyond those that any operation can answer with.
    pub problems: &'static [ProblemCode],
}

/// A method of an operation. HEAD and OPTIONS follow from these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Acts.
    Post,
}

impl Method {
    /// As on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
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
}

impl Field {
    /// A member that must be there.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind, meaning: &'static str) -> Self {
        Self { name, kind, presence: Presence::Required, meaning }
    }

    /// A member that may be there.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind, meaning: &'static str) -> Self {
        Self { name, kind, presence: Presence::Optional, meaning }
    }
}

/// Problems that any operation can answer with.
pub const COMMON_PROBLEMS: &[ProblemCode] = &[
    ProblemCode::NotFound,
    ProblemCode::TenantUnknown,
    ProblemCode::MethodNotAllowed,
    ProblemCode::Unavailable,
    ProblemCode::Internal,
];

/// And these, any operation that reads a body.
pub const BODY_PROBLEMS: &[ProblemCode] =
    &[ProblemCode::InvalidRequest, ProblemCode::BodyTooLarge, ProblemCode::UnsupportedMediaType];
