//! Success.

use serde_json::Value;

/// What a step answers when all went well. Its status stands in the route table.
#[derive(Debug)]
pub struct Answer {
    pub(crate) body: Value,
    pub(crate) cache_seconds: Option<u32>,
}

impl Answer {
    /// This JSON.
    #[must_use]
    pub fn new(body: Value) -> Self {
        Self { body, cache_seconds: None }
    }

    /// It holds nothing personal and may be kept by anyone for so long.
    #[must_use]
    pub fn cached(self, seconds: u32) -> Self {
        Self { cache_seconds: Some(seconds), ..self }
    }
}
