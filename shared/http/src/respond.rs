//! From an outcome to a response: status, headers, body.

use http::{Method, Response, header};
use regain_notices::ProblemCode;

use crate::Problem;
use crate::answer::{Content, ResponseBody};
use crate::cors;
use crate::edge::{Known, Reply};
use crate::log::{LogLine, chain};
use crate::request::{Incoming, header};

/// On every answer.
const SECURITY_HEADERS: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
];

pub(crate) fn respond(
    request: &Incoming<'_>,
    known: &Known,
    replied: &Result<Reply, Problem>,
    line: &LogLine,
) -> Response<ResponseBody> {
    let origin = header(request, &header::ORIGIN);
    let settings = known.settings.as_deref();
    let mut headers = cors::headers(settings, origin);
    let mut cache = "no-store".to_owned();
    let (status, body) = match replied {
        Ok(Reply::Answer(operation, answer)) => {
            if let Some(seconds) = answer.cache_seconds {
                cache = format!("public, max-age={seconds}");
            }
            headers.extend(answer.etag.clone().map(|etag| ("etag", etag)));
            headers.extend(answer.location.clone().map(|location| ("location", location)));
            let (content_type, body) = match &answer.content {
                Content::Nothing => (None, nothing()),
                Content::Json(body) => {
                    (Some("application/json"), ResponseBody::Text(body.to_string()))
                }
                Content::Lines(lines) => {
                    let lines = lines.iter().map(|line| format!("{line}\n"));
                    (Some("application/x-ndjson"), ResponseBody::Text(lines.collect()))
                }
                Content::Media(bytes) => (operation.media, ResponseBody::Bytes(bytes.clone())),
            };
            headers.extend(content_type.map(|text| ("content-type", text.to_owned())));
            (operation.status, body)
        }
        Ok(Reply::Page(page)) => {
            headers = page.headers();
            cache = page.cache.to_owned();
            (page.status, ResponseBody::Text(page.body.clone()))
        }
        Ok(Reply::Preflight(route)) => {
            headers.extend(
                settings
                    .map(|settings| cors::preflight(route, settings, origin))
                    .unwrap_or_default(),
            );
            (204, nothing())
        }
        Err(problem) => {
            headers.push(("content-type", "application/problem+json".to_owned()));
            headers.push(("content-language", known.language.as_str().to_owned()));
            if matches!(problem.code, ProblemCode::Unauthorized | ProblemCode::SessionEnded) {
                headers.push(("www-authenticate", "Bearer".to_owned()));
            }
            headers.extend(problem.allow.clone().map(|allow| ("allow", allow)));
            headers.extend(
                problem.retry_after_seconds.map(|after| ("retry-after", after.to_string())),
            );
            log_problem(line, problem);
            let document = problem.document(known.language, settings, request.request_id);
            (problem.status(), ResponseBody::Text(document.to_string()))
        }
    };
    headers.extend(SECURITY_HEADERS.map(|(name, value)| (name, value.to_owned())));
    headers.push(("cache-control", cache));
    let body = if request.method == Method::HEAD { nothing() } else { body };
    let builder =
        headers.into_iter().fold(Response::builder().status(status), |builder, (name, value)| {
            builder.header(name, value)
        });
    builder.body(body).unwrap_or_else(|_| {
        // Only a header value that is none can lead here; all of ours are.
        let mut bare = Response::new(nothing());
        *bare.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
        bare
    })
}

/// What the operator reads of it.
pub(crate) fn log_problem(line: &LogLine, problem: &Problem) {
    line.set("problem", problem.code.as_str());
    if let Some(cause) = &problem.cause {
        line.set("error", chain(cause.as_ref()));
    }
}

fn nothing() -> ResponseBody {
    ResponseBody::Text(String::new())
}
