//! The life of a function: starts, polls, answers.

use std::future::Future;

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

use crate::edge::Edge;
use crate::gateway::Event;
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
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| {
        let (edge, step) = (&edge, &step);
        async move {
            let event = Event::read(event.payload)?;
            let (response, line) = edge.answer(now(), event.incoming(), step).await;
            line.write();
            Ok::<_, InitError>(crate::gateway::answer(&response))
        }
    }))
    .await
}

/// A panic's message may quote what it choked on. Where it happened is enough to mend it.
pub fn silence_panics(function: &'static str) {
    std::panic::set_hook(Box::new(move |panic| {
        let line = crate::LogLine::default();
        line.set("level", "error");
        line.set("function", function);
        line.set("message", "panic");
        line.set("panic.at", panic.location().map(ToString::to_string));
        line.write();
    }));
}
