//! The life of a function: starts, polls, answers.

use std::future::Future;
use std::net::IpAddr;

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt, service_fn};

use crate::edge::{Edge, Incoming};
use crate::{Answer, Call, Problem, now};

/// Why a function did not start or stopped.
pub type InitError = Box<dyn std::error::Error + Send + Sync>;

/// Answers requests until Lambda stops the sandbox.
pub async fn serve<F, R>(edge: Edge, step: F) -> Result<(), InitError>
where
    F: Fn(std::sync::Arc<Call>) -> R + Sync,
    R: Future<Output = Result<Answer, Problem>> + Send,
{
    silence_panics(edge.function());
    lambda_http::run(service_fn(|request: Request| {
        let (edge, step) = (&edge, &step);
        async move {
            let (response, line) = edge.answer(now(), incoming(&request), step).await;
            line.write();
            Ok::<_, InitError>(response)
        }
    }))
    .await
}

/// A panic's message may quote what it choked on. Where it happened is enough to mend it.
fn silence_panics(function: &'static str) {
    std::panic::set_hook(Box::new(move |panic| {
        let line = crate::LogLine::default();
        line.set("level", "error");
        line.set("function", function);
        line.set("message", "panic");
        line.set("panic.at", panic.location().map(ToString::to_string));
        line.write();
    }));
}

/// What the edge reads of an API Gateway v2 event. The address comes from the gateway's own
/// record of the connection, never from a header that the caller can write.
fn incoming(request: &Request) -> Incoming<'_> {
    let (source_ip, request_id) = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            (context.http.source_ip.as_deref(), context.request_id.as_deref())
        }
        _ => (None, None),
    };
    Incoming {
        method: request.method(),
        path: request.raw_http_path(),
        headers: request.headers(),
        body: request.body(),
        source_ip: source_ip.and_then(|text| text.parse::<IpAddr>().ok()),
        request_id: request_id.unwrap_or_default(),
    }
}
