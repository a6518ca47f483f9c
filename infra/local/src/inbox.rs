//! The inbox: every message that the product sends lands here, whoever it is for.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::watch;

use crate::{
    codes,
    error::LocalError,
    state::{StateFolder, random_hex, wall_clock},
};

const FILE: &str = "inbox.jsonl";

/// The shortest run of letters and digits in a URL that can be a token. Other links of a message,
/// to a service desk for instance, have none.
const TOKEN_LENGTH_MIN: usize = 32;

/// One message to one recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Names this message.
    pub id: String,
    /// `email`, `sms` or `voice`.
    pub channel: Channel,
    /// The address or number it goes to, as the sender wrote it.
    pub to: String,
    /// The address or name it comes from.
    pub from: String,
    /// The subject of a mail.
    pub subject: Option<String>,
    /// The text; of a call the SSML, if it is that.
    pub text: String,
    /// The HTML of a mail.
    pub html: Option<String>,
    /// The headers that the sender added, and `Message-ID`; of an SMS or a call, how it was to go.
    pub headers: Map<String, Value>,
    /// The links in the text that carry a token.
    pub links: Vec<Link>,
    /// The codes in the text of an SMS, or spoken in a call, each once.
    pub codes: Vec<String>,
    /// The SES configuration set that was named.
    pub configuration_set: Option<String>,
    /// When it was accepted, RFC 3339.
    pub sent_at: String,
}

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A mail.
    Email,
    /// A text message.
    Sms,
    /// A call.
    Voice,
}

/// A link with a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What it is for.
    pub rel: Rel,
    /// The whole URL.
    pub url: String,
}

/// What a link in a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rel {
    /// The thing that the recipient asked for.
    Action,
    /// "This was not me".
    NotMe,
}

/// A message as a service accepted it, before it is filed.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) from: String,
    pub(crate) subject: Option<String>,
    pub(crate) text: String,
    pub(crate) html: Option<String>,
    pub(crate) headers: Map<String, Value>,
    pub(crate) configuration_set: Option<String>,
}

/// All messages, oldest first.
#[derive(Debug)]
pub(crate) struct Inbox {
    messages: Mutex<Vec<Message>>,
    changed: watch::Sender<()>,
    state: StateFolder,
}

impl Inbox {
    pub(crate) fn open(state: &StateFolder) -> Result<Self, LocalError> {
        let messages = Mutex::new(state.read_lines(FILE)?);
        Ok(Self { messages, changed: watch::Sender::new(()), state: state.clone() })
    }

    /// Files one message a recipient, and gives the id that the service answers with.
    pub(crate) fn file(
        &self,
        channel: Channel,
        recipients: &[String],
        draft: &Draft,
    ) -> Result<String, LocalError> {
        let first_id = random_hex(16)?;
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        for (at, to) in recipients.iter().enumerate() {
            let message = Message {
                id: if at == 0 { first_id.clone() } else { random_hex(16)? },
                channel,
                to: to.clone(),
                from: draft.from.clone(),
                subject: draft.subject.clone(),
                text: draft.text.clone(),
                html: draft.html.clone(),
                headers: draft.headers.clone(),
                links: links(&draft.text),
                codes: match channel {
                    Channel::Email => Vec::new(),
                    Channel::Sms => codes::texted(&draft.text),
                    Channel::Voice => codes::spoken(&draft.text),
                },
                configuration_set: draft.configuration_set.clone(),
                sent_at: wall_clock().to_string(),
            };
            self.state.append(FILE, &message)?;
            messages.push(message);
        }
        self.changed.send_replace(());
        Ok(first_id)
    }

    /// Newest first; to one recipient, whose case does not matter, or to anyone.
    pub(crate) fn messages(&self, to: Option<&str>) -> Vec<Message> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted =
            |message: &&Message| to.is_none_or(|to| message.to.to_lowercase() == to.to_lowercase());
        messages.iter().rev().filter(wanted).cloned().collect()
    }

    pub(crate) fn message(&self, id: &str) -> Option<Message> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.iter().rev().find(|message| message.id == id).cloned()
    }

    /// What came after this message, oldest first, or all there is; `None` when the message is not
    /// here, or no longer.
    pub(crate) fn after(&self, id: Option<&str>) -> Option<Vec<Message>> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let from = match id {
            Some(id) => messages.iter().rposition(|message| message.id == id)? + 1,
            None => 0,
        };
        messages.get(from..).map(<[Message]>::to_vec)
    }

    /// Wakes at every message, and when the inbox is emptied.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    pub(crate) fn clear(&self) -> Result<(), LocalError> {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.clear();
        self.changed.send_replace(());
        self.state.remove(FILE)
    }
}

fn links(text: &str) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')) {
        let Some(start) = ["https://", "http://"].iter().find_map(|scheme| word.find(scheme))
        else {
            continue;
        };
        let url =
            word.get(start..).unwrap_or_default().trim_end_matches(['.', ',', ')', ';', '\'']);
        let runs = url.split(|c: char| !c.is_ascii_alphanumeric());
        let has_token = runs.map(str::len).any(|length| length >= TOKEN_LENGTH_MIN);
        if has_token && !links.iter().any(|link| link.url == url) {
            let rel = if url.contains("/not-me/") { Rel::NotMe } else { Rel::Action };
            links.push(Link { rel, url: url.to_owned() });
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_told_apart_and_those_without_a_token_left_out() {
        let token = "0123456789ABCDEFGHJKMNPQRSTVWXYZ0123";
        let text = format!(
            "Press:\nhttps://a.example/p/demo/link/{token}\n\
             Not you? <https://a.example/p/demo/not-me/{token}>.\n\
             Again: https://a.example/p/demo/link/{token}\nDesk: https://desk.example/help"
        );
        let links = links(&text);
        let found: Vec<_> = links.iter().map(|link| (link.rel, link.url.as_str())).collect();
        let action = format!("https://a.example/p/demo/link/{token}");
        let not_me = format!("https://a.example/p/demo/not-me/{token}");
        assert_eq!(found, [(Rel::Action, action.as_str()), (Rel::NotMe, not_me.as_str())]);
    }
}
