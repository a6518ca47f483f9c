//! What a form of a page sent: the members of its operation, and beside them what the page itself
//! needs to be drawn again.

use regain_domain::session::GoesOn;

use super::json::Json;
use super::{Kind, Operation, TOKEN_BYTES_MAX};

/// What a page's form may send beside the members of its operation.
const BESIDE: [&str; 7] =
    ["lang", "again", "confirm", "carried", "login", "return_url", "challenge"];

/// And what of it a link to a page may say.
const FROM_LINKS: [&str; 4] = ["lang", "return_url", "challenge", "error"];

/// A form as it was sent. It is checked as JSON would be: nothing unknown, nothing twice.
#[derive(Default)]
pub(crate) struct PageForm {
    members: Vec<(String, Json)>,
    texts: Vec<(String, String)>,
}

impl PageForm {
    /// Reads `application/x-www-form-urlencoded`. What was left empty is not there; a name with a dot
    /// is a member of an object; and `language` is the page's, where the operation takes one.
    pub(crate) fn read(operation: &Operation, bytes: &[u8]) -> Self {
        let taken = |name: &str| operation.body.iter().any(|field| field.name == name);
        let mut form = Self::default();
        for (name, text) in url::form_urlencoded::parse(bytes) {
            let (name, text) = (name.into_owned(), text.into_owned());
            if text.is_empty() {
                continue;
            }
            // What was no UTF-8 is no text, and not another one with a mark in it.
            let value = match text.contains(char::REPLACEMENT_CHARACTER) {
                true => Json::Null,
                false => Json::Text(text.clone()),
            };
            let field = |name: &str| operation.body.iter().find(|field| field.name == name);
            if let Some(field) = field(name.split('.').next().unwrap_or_default()) {
                form.add(&name, value);
                // It is never shown again.
                if matches!(field.kind, Kind::Password) {
                    continue;
                }
            } else if !BESIDE.contains(&name.as_str()) || form.text(&name).is_some() {
                form.add(&name, value);
                continue;
            }
            form.texts.push((name, text));
        }
        if let (Some(lang), true) = (form.text("lang").map(str::to_owned), taken("language")) {
            form.add("language", Json::Text(lang));
        }
        form
    }

    fn add(&mut self, name: &str, value: Json) {
        let Some((object, member)) = name.split_once('.') else {
            return self.members.push((name.to_owned(), value));
        };
        let member = (member.to_owned(), value);
        match self.members.iter_mut().find(|(name, _)| name == object) {
            Some((_, Json::Object(members))) => members.push(member),
            _ => self.members.push((object.to_owned(), Json::Object(vec![member]))),
        }
    }

    /// What stands in the place of a form when a page is opened: the token in its path, and where it
    /// leads.
    pub(crate) fn of_link(token: &str, query: &str) -> Self {
        let mut form = Self::default();
        if !token.is_empty() {
            let token: String = token.chars().take(TOKEN_BYTES_MAX).collect();
            form.add("token", Json::Text(token.clone()));
            form.texts.push(("token".to_owned(), token));
        }
        for (name, text) in url::form_urlencoded::parse(query.as_bytes()) {
            // Mail programs and campaigns add parameters of their own.
            if FROM_LINKS.contains(&name.as_ref()) && !text.is_empty() {
                form.texts.push((name.into_owned(), text.into_owned()));
            }
        }
        form
    }

    /// What stands in the place of a form where nothing was sent, and it is known where it leads.
    pub(crate) fn leading(goes_on: &GoesOn) -> Self {
        let texts = [("return_url", &goes_on.url), ("challenge", &goes_on.challenge)];
        let texts = texts.map(|(name, text)| (name.to_owned(), text.clone()));
        Self { texts: texts.into(), ..Self::default() }
    }

    pub(super) fn members(&self) -> &[(String, Json)] {
        &self.members
    }

    /// What was sent under a name, by its first.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }
}
