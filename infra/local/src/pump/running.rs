//! The pump and the schedule, for as long as the cloud runs.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{InvokeError, scheduled_event};
use crate::shared::Shared;

/// How long the pump waits before it looks at the stream again.
const POLL: Duration = Duration::from_millis(50);

/// How long it waits when there is no function to invoke.
const UNREACHABLE_PAUSE: Duration = Duration::from_millis(500);

const SCHEDULE: Duration = Duration::from_secs(60);

/// Invokes a function by name.
pub(crate) type Invoke =
    dyn Fn(String, Value) -> BoxFuture<'static, Result<Value, InvokeError>> + Send + Sync;

/// Delivers whatever comes.
pub(crate) async fn pump_forever(shared: &Shared, invoke: &Invoke) {
    let functions: Vec<&String> = shared
        .template
        .functions
        .values()
        .flat_map(|function| function.streams.iter().map(|_| &function.name))
        .collect();
    loop {
        let mut pause = POLL;
        for (pump, function) in shared.pumps.iter().zip(&functions) {
            let round =
                pump.lock().await.deliver(&|event| invoke((*function).clone(), event)).await;
            if round.is_err() {
                pause = UNREACHABLE_PAUSE;
            }
        }
        tokio::time::sleep(pause).await;
    }
}

/// Invokes what is scheduled, each minute and when asked.
pub(crate) async fn schedule_forever(shared: &Shared, invoke: &Invoke) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(SCHEDULE) => {}
            () = shared.schedule_now.notified() => {}
        }
        for function in shared.template.functions.values().filter(|function| function.scheduled) {
            // Like EventBridge with no retries: the next minute does what this one could not.
            let _ = invoke(function.name.clone(), scheduled_event()).await;
        }
    }
}
