//! The functions, invoked through the Lambda API that `cargo lambda watch` offers.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::sync::Semaphore;

use crate::{pump::InvokeError, template::Template};

/// The most invocations in flight for one function. About a hundred waiting ones make the emulator
/// of cargo-lambda hang for good, all functions of it; on AWS too there is a limit at which callers
/// wait or are turned away.
const IN_FLIGHT_MAX: usize = 64;

/// After this an invocation is given up, whatever the function does.
const INVOCATION_MAX: Duration = Duration::from_secs(65);

/// The functions behind one Lambda API.
#[derive(Clone)]
pub struct Functions {
    runtime_api: String,
    http: reqwest::Client,
    in_flight: Arc<BTreeMap<String, Arc<Semaphore>>>,
}

impl Functions {
    /// The functions of a template, behind the API at this base URL.
    ///
    /// # Errors
    /// [`crate::LocalError::System`] when there is no HTTP client to be had.
    pub fn new(template: &Template, runtime_api: &str) -> Result<Self, crate::LocalError> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(INVOCATION_MAX)
            .build()
            .map_err(|error| crate::LocalError::System(error.to_string()))?;
        let names = template.functions.keys();
        let in_flight =
            names.map(|name| (name.clone(), Arc::new(Semaphore::new(IN_FLIGHT_MAX)))).collect();
        Ok(Self { runtime_api: runtime_api.to_owned(), http, in_flight: Arc::new(in_flight) })
    }

    /// Invokes a function and waits for its answer. A caller that goes away does not end the
    /// invocation, so that the count of those in flight stays true.
    ///
    /// # Errors
    /// [`InvokeError`]: whether the function failed or there is none.
    pub async fn invoke(&self, function: &str, event: &Value) -> Result<Value, InvokeError> {
        let unknown = || InvokeError::Unreachable(format!("{function} is not in the template"));
        let in_flight = self.in_flight.get(function).ok_or_else(unknown)?;
        let permit = Arc::clone(in_flight).acquire_owned().await;
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.runtime_api);
        let call = self.http.post(url).json(event);
        let invocation = tokio::spawn(async move {
            let answer = answered(call).await;
            drop(permit);
            answer
        });
        invocation.await.unwrap_or_else(|error| Err(InvokeError::Failed(error.to_string())))
    }
}

async fn answered(call: reqwest::RequestBuilder) -> Result<Value, InvokeError> {
    let answer = call.send().await.map_err(|error| {
        if error.is_connect() {
            InvokeError::Unreachable(error.to_string())
        } else {
            InvokeError::Failed(error.to_string())
        }
    })?;
    // The emulator answers 500 to a function's error, AWS 200 with this header.
    let failed =
        !answer.status().is_success() || answer.headers().contains_key("x-amz-function-error");
    let body = answer.bytes().await.map_err(|error| InvokeError::Failed(error.to_string()))?;
    if failed {
        return Err(InvokeError::Failed(String::from_utf8_lossy(&body).into_owned()));
    }
    serde_json::from_slice(&body).map_err(|error| InvokeError::Failed(error.to_string()))
}
