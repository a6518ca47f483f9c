//! A session, as <https://www.w3.org/TR/webdriver2/> has it: JSON over HTTP.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a harness stops the test that it serves"
)]

use std::time::Duration;

use serde_json::{Value, json};

use super::driver::Driver;

/// The key under which an element's reference stands (§12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// A page, or a script in it, that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser of its own, with a driver of its own.
pub(super) struct Session {
    url: String,
    http: reqwest::Client,
    /// Held for its drop.
    _driver: Driver,
}

/// What the driver could not do.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {message}")]
pub(super) struct Refused {
    /// One of the error codes of §6.6.
    code: String,
    message: String,
}

impl Refused {
    /// Whether an element is not there any more, as the driver has it while one page makes way for
    /// another, too.
    pub(super) fn is_of_a_page_that_left(&self) -> bool {
        self.code == "stale element reference"
            || self.message.contains("does not belong to the document")
    }
}

impl Session {
    pub(super) async fn start(options: &Value) -> Self {
        let driver = Driver::start();
        let http = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        let capabilities = json!({"capabilities": {"alwaysMatch": options}});
        let url = format!("{}/session", driver.url);
        let made =
            read(http.post(&url).json(&capabilities)).await.unwrap_or_else(|why| panic!("{why}"));
        let url = format!("{url}/{}", made["sessionId"].as_str().unwrap());
        Self { url, http, _driver: driver }
    }

    pub(super) async fn get(&self, what: &str) -> Result<Value, Refused> {
        read(self.http.get(format!("{}/{what}", self.url))).await
    }

    pub(super) async fn post(&self, what: &str, body: Value) -> Result<Value, Refused> {
        read(self.http.post(format!("{}/{what}", self.url)).json(&body)).await
    }

    /// What must succeed.
    pub(super) async fn delete(&self, what: &str) {
        let deleted = read(self.http.delete(format!("{}/{what}", self.url))).await;
        deleted.unwrap_or_else(|why| panic!("{what}: {why}"));
    }

    /// What must succeed.
    pub(super) async fn told(&self, what: &str) -> Value {
        self.get(what).await.unwrap_or_else(|why| panic!("{what}: {why}"))
    }

    /// What must succeed.
    pub(super) async fn tell(&self, what: &str, body: Value) -> Value {
        self.post(what, body).await.unwrap_or_else(|why| panic!("{what}: {why}"))
    }

    /// References to what a CSS selector finds.
    pub(super) async fn elements(&self, css: &str) -> Vec<String> {
        let found = self.tell("elements", json!({"using": "css selector", "value": css})).await;
        let found = found.as_array().unwrap().iter();
        found.map(|element| element[ELEMENT].as_str().unwrap().to_owned()).collect()
    }
}

/// The `value` of an answer (§6.4).
async fn read(request: reqwest::RequestBuilder) -> Result<Value, Refused> {
    let response = request.send().await.unwrap();
    let succeeded = response.status().is_success();
    let mut answer: Value = response.json().await.unwrap();
    let value = answer["value"].take();
    if succeeded {
        return Ok(value);
    }
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    Err(Refused { code: text("error"), message: text("message") })
}
