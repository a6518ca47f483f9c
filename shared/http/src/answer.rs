//! Success.

use regain_domain::Language;
use regain_domain::session::GoesOn;
use serde_json::Value;

/// What a step answers when all went well. Its status stands in the route table.
#[derive(Debug)]
pub struct Answer {
    pub(crate) content: Content,
    pub(crate) cache_seconds: Option<u32>,
    pub(crate) etag: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) goes_on: Option<GoesOn>,
    pub(crate) page: Option<Language>,
}

#[derive(Debug)]
pub(crate) enum Content {
    Nothing,
    Json(Value),
    Lines(Vec<Value>),
    Media(Vec<u8>),
}

/// The body of a response: text that goes out as it is, or bytes, which the gateway takes in base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponseBody {
    /// JSON, or nothing.
    Text(String),
    /// A picture or a sound.
    Bytes(Vec<u8>),
}

impl ResponseBody {
    /// What the caller gets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
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

    /// These bytes, of the media type of the operation's row.
    #[must_use]
    pub fn media(bytes: Vec<u8>) -> Self {
        Self::with(Content::Media(bytes))
    }

    /// The browser goes on to this address.
    #[must_use]
    pub fn see_other(location: String) -> Self {
        Self { location: Some(location), ..Self::empty() }
    }

    /// A page's sign-in goes on there when it is finished.
    #[must_use]
    pub fn going_on(self, goes_on: Option<GoesOn>) -> Self {
        Self { goes_on, ..self }
    }

    /// Shown to a person who was sent back to us, as a page of signing in in this language.
    #[must_use]
    pub fn on_a_page(self, language: Language) -> Self {
        Self { page: Some(language), ..self }
    }

    /// The JSON.
    pub(crate) fn json(&self) -> Option<&Value> {
        match &self.content {
            Content::Json(body) => Some(body),
            Content::Nothing | Content::Lines(_) | Content::Media(_) => None,
        }
    }

    /// A member of it.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.json()?.get(name)
    }

    /// And the browser goes on to this address.
    pub(crate) fn on_to(self, location: String) -> Self {
        Self { location: Some(location), ..self }
    }

    fn with(content: Content) -> Self {
        Self { content, cache_seconds: None, etag: None, location: None, goes_on: None, page: None }
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
