//! What a request brings, and how it is read.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, Method, header};
use regain_domain::Language;
use regain_notices::ProblemCode;
use serde_json::json;

use crate::Problem;
use crate::api::{Form, Operation};
use crate::body::{BODY_BYTES_MAX, Body, LINES_BYTES_MAX, LINES_MAX, Line};

/// A request, as the gateway hands it over.
pub struct Incoming<'r> {
    /// Its method.
    pub method: &'r Method,
    /// Its path, as the gateway gives it.
    pub path: &'r str,
    /// Its query string.
    pub query: &'r str,
    /// Its headers.
    pub headers: &'r HeaderMap,
    /// Its body.
    pub body: &'r [u8],
    /// The address at the other end of the connection, as the gateway saw it.
    pub source_ip: Option<IpAddr>,
    /// The gateway's id of the request.
    pub request_id: &'r str,
}

pub(crate) fn header<'r>(request: &Incoming<'r>, name: &HeaderName) -> Option<&'r str> {
    request.headers.get(name)?.to_str().ok()
}

/// Whether it is a person who reads the answer.
pub(crate) fn takes_pages(request: &Incoming<'_>) -> bool {
    header(request, &header::ACCEPT).is_some_and(|types| types.contains("text/html"))
}

pub(crate) fn accepted(request: &Incoming<'_>) -> Option<Language> {
    Language::negotiate(header(request, &header::ACCEPT_LANGUAGE)?, &Language::ALL)
}

/// Whether the body is of one of these types, and readable as it is.
pub(crate) fn is_of(request: &Incoming<'_>, types: &[&str]) -> bool {
    let content_type = header(request, &header::CONTENT_TYPE);
    let is_taken = content_type.is_some_and(|content_type| {
        let mut parts = content_type.split(';').map(str::trim);
        parts.next().is_some_and(|essence| types.iter().any(|t| essence.eq_ignore_ascii_case(t)))
            && parts.all(|parameter| parameter.eq_ignore_ascii_case("charset=utf-8"))
    });
    // Nothing here inflates what a stranger sends.
    is_taken && !request.headers.contains_key(header::CONTENT_ENCODING)
}

pub(crate) fn read_body(
    operation: &Operation,
    request: &Incoming<'_>,
) -> Result<(Body, Vec<Line>), Problem> {
    let (types, bytes_max): (&[&str], usize) = match operation.form {
        Form::Json => (&["application/json"], BODY_BYTES_MAX),
        Form::MergePatch => (&["application/merge-patch+json", "application/json"], BODY_BYTES_MAX),
        Form::Lines => (&["application/x-ndjson"], LINES_BYTES_MAX),
    };
    if request.body.len() > bytes_max {
        return Err(Problem::new(ProblemCode::BodyTooLarge));
    }
    let may_be_absent = request.body.is_empty() && !operation.body_is_required();
    if operation.body.is_empty() || may_be_absent {
        return Ok((Body::default(), Vec::new()));
    }
    if !is_of(request, types) {
        let problem = Problem::new(ProblemCode::UnsupportedMediaType);
        return Err(problem.with("accepted", json!(types)));
    }
    if operation.form == Form::Lines {
        let lines = Body::lines(operation, request.body);
        if lines.len() > LINES_MAX {
            return Err(Problem::new(ProblemCode::TooManyLines));
        }
        return Ok((Body::default(), lines));
    }
    Ok((Body::read(operation, request.body)?, Vec::new()))
}
