//! Success.

use serde_json::Value;

/// What a step answers when all went well. Its status stands in the route table.
#[derive(Debug)]
pub struct Answer {
    pub(crate) content: Content,
    pub(crate) cache_seconds: Option<u32>,
    pub(crate) etag: Option<String>,
}

#[derive(Debug)]
pub(crate) enum Content {
    Nothing,
    Json(Value),
    Lines(Vec<Value>),
}

impl Answer {
    /// This JSON.
    #[must_use]
    pub fn new(body: Value) -> Self {
        Self::with(Content::Json(body))
    }

    /// Nothing more to say.
    #[must_use]
    pub fn empty() -> Self {
        Self::with(Content::Nothing)
    }

    /// A line for each line.
    #[must_use]
    pub fn lines(lines: Vec<Value>) -> Self {
        Self::with(Content::Lines(lines))
    }

    fn with(content: Content) -> Self {
        Self { content, cache_seconds: None, etag: None }
    }

    /// With one member more, if there is a value for it.
    #[must_use]
    pub fn and(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let (Content::Json(Value::Object(members)), Some(value)) = (&mut self.content, value) {
            members.insert(name.to_owned(), value.into());
        }
        self
    }

    /// It holds nothing personal and may be kept by anyone for so long.
    #[must_use]
    pub fn cached(self, seconds: u32) -> Self {
        Self { cache_seconds: Some(seconds), ..self }
    }

    /// The version of what is shown, for a later `If-Match`.
    #[must_use]
    pub fn tagged(self, etag: String) -> Self {
        Self { etag: Some(etag), ..self }
    }
}
