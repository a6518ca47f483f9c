//! Bodies and query strings, strictly. Everything at fault is named at once: a member by its JSON
//! pointer, a parameter of the query by `?` and its name.

mod form;
mod json;

use std::collections::BTreeSet;

use regain_domain::password::NotAPassword;
use regain_domain::{Language, Login, password::Password};
use serde_json::{Map, Value};

pub(crate) use self::form::PageForm;
use self::json::Json;
use crate::api::{Field, Form, Kind, Method, Operation, Presence};
use crate::problem::{Fault, Problem};

/// The largest body that is read where it is one object. No request comes near it.
pub const BODY_BYTES_MAX: usize = 16 * 1024;
/// The largest body that is read where it is lines.
pub const LINES_BYTES_MAX: usize = 1024 * 1024;
/// The most lines of one call.
pub const LINES_MAX: usize = 500;
/// Faults named in one answer: more than any honest body has, so that no answer is many times its
/// request.
const FAULTS_MAX: usize = 32;
/// No token is longer; what is longer is damaged, and need not be looked at.
const TOKEN_BYTES_MAX: usize = 256;
/// Items of a list.
const ITEMS_MAX: usize = 500;

/// A body that its operation takes: every member known, of its type, and parsed.
#[derive(Debug, Default)]
pub struct Body(Vec<(&'static str, Parsed)>);

/// One line of a body of lines, and what is wrong with it.
pub struct Line {
    /// From 1.
    pub number: usize,
    /// What stands there as the login, however wrong.
    pub login: Option<String>,
    /// Its members.
    pub body: Result<Body, Vec<Fault>>,
}

#[derive(Debug)]
enum Parsed {
    Text(String),
    Login(Login),
    Password(Result<Password, NotAPassword>),
    Language(Language),
    Integer(u32),
    /// To be removed.
    Null,
    /// What only a merge patch holds.
    Json(Value),
}

impl Body {
    /// Reads the members that the operation takes, and refuses everything else.
    pub fn read(operation: &Operation, bytes: &[u8]) -> Result<Self, Problem> {
        let mut faults = Vec::new();
        let body = members(operation.form, operation.body, bytes, &mut faults);
        Self::whole(operation, body, faults)
    }

    /// The same of what a form sent.
    pub(crate) fn of_form(operation: &Operation, form: &PageForm) -> Result<Self, Problem> {
        let mut faults = Vec::new();
        let body = object(operation.form, operation.body, form.members(), "", &mut faults);
        // Where a page leads is the page's to check, and may be nowhere.
        let is_page = |fault: &Fault| ["/return_url", "/challenge"].contains(&&*fault.pointer);
        faults.retain(|fault| fault.code != "required" || !is_page(fault));
        Self::whole(operation, body, faults)
    }

    fn whole(
        operation: &Operation,
        body: Vec<(&'static str, Parsed)>,
        mut faults: Vec<Fault>,
    ) -> Result<Self, Problem> {
        let is_object = faults.iter().all(|fault| !fault.pointer.is_empty());
        let given = |name: &str| {
            let at = pointer("", name);
            let faulty = || faults.iter().any(|fault| fault.pointer == at);
            body.iter().any(|(field, _)| *field == name) || faulty()
        };
        let alternatives = operation.exactly_one.iter().filter(|name| given(name)).count();
        if is_object && !operation.exactly_one.is_empty() && alternatives != 1 {
            let alternatives = operation.exactly_one.iter();
            faults.extend(alternatives.map(|name| Fault::new(pointer("", name), "exactly_one")));
        }
        faults.truncate(FAULTS_MAX);
        if faults.is_empty() { Ok(Self(body)) } else { Err(Problem::invalid(faults)) }
    }

    /// Reads a JSON object from every line that is not blank.
    #[must_use]
    pub fn lines(operation: &Operation, bytes: &[u8]) -> Vec<Line> {
        let lines = bytes.split(|byte| *byte == b'\n').enumerate();
        lines
            .filter(|(_, line)| !line.trim_ascii().is_empty())
            .map(|(at, line)| {
                let mut faults = Vec::new();
                let body = members(Form::Json, operation.body, line, &mut faults);
                faults.truncate(FAULTS_MAX);
                let body = if faults.is_empty() { Ok(Self(body)) } else { Err(faults) };
                Line { number: at + 1, login: login_of(line), body }
            })
            .collect()
    }

    /// Reads a query string, as a form would send it.
    pub fn query(operation: &Operation, query: &str) -> Result<Self, Problem> {
        let (mut faults, mut body) = (Vec::new(), Vec::new());
        let mut seen: Vec<String> = Vec::new();
        for (name, text) in url::form_urlencoded::parse(query.as_bytes()) {
            let short: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
            let at = format!("?{short}");
            let Some(field) = operation.query.iter().find(|field| field.name == name) else {
                // What else a provider sends along is its own affair (RFC 6749 §4.1.2).
                if operation.method == Method::SentBack {
                    continue;
                }
                faults.push(Fault::new(at, "unknown_field"));
                continue;
            };
            if seen.contains(&short) {
                faults.push(Fault::new(at, "duplicate_key"));
                continue;
            }
            seen.push(short);
            let value = match (field.kind, text.parse()) {
                (Kind::Integer, Ok(number)) => Json::Integer(number),
                _ => Json::Text(text.into_owned()),
            };
            let parsed = parse(Form::Json, field.kind, &value, &at, &mut faults);
            body.extend(parsed.map(|parsed| (field.name, parsed)));
        }
        faults.truncate(FAULTS_MAX);
        if faults.is_empty() { Ok(Self(body)) } else { Err(Problem::invalid(faults)) }
    }

    fn get(&self, name: &str) -> Option<&Parsed> {
        self.0.iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    /// Whether a member is there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether a member is to be removed.
    #[must_use]
    pub fn is_null(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Parsed::Null))
    }

    /// A text, a word or a token.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Parsed::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A token that the operation requires.
    #[must_use]
    pub fn token(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    /// A text within an object.
    #[must_use]
    pub fn member(&self, object: &str, name: &str) -> &str {
        match self.get(object) {
            Some(Parsed::Json(Value::Object(members))) => {
                members.get(name).and_then(Value::as_str).unwrap_or_default()
            }
            _ => "",
        }
    }

    /// A login.
    #[must_use]
    pub fn login(&self, name: &str) -> Option<&Login> {
        match self.get(name)? {
            Parsed::Login(login) => Some(login),
            _ => None,
        }
    }

    /// A password, or why the text is none. (Its rules are the step's; NUL is refused before.)
    pub fn password(&self, name: &str) -> Result<&Password, NotAPassword> {
        match self.get(name) {
            Some(Parsed::Password(password)) => password.as_ref().map_err(|fault| *fault),
            _ => Err(NotAPassword::Empty),
        }
    }

    /// A language.
    #[must_use]
    pub fn language(&self, name: &str) -> Option<Language> {
        match self.get(name)? {
            Parsed::Language(language) => Some(*language),
            _ => None,
        }
    }

    /// A number.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<u32> {
        match self.get(name)? {
            Parsed::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// A merge patch as it was sent (RFC 7396).
    #[must_use]
    pub fn merge_patch(&self) -> Map<String, Value> {
        self.0.iter().map(|(name, parsed)| ((*name).to_owned(), value(parsed))).collect()
    }
}

/// The members of an object that `fields` describe.
fn members(
    form: Form,
    fields: &'static [Field],
    bytes: &[u8],
    faults: &mut Vec<Fault>,
) -> Vec<(&'static str, Parsed)> {
    match serde_json::from_slice(bytes) {
        Err(_) => faults.push(Fault::new("", "not_json")),
        Ok(Json::Object(members)) => return object(form, fields, &members, "", faults),
        Ok(_) => faults.push(Fault::new("", "not_an_object")),
    }
    Vec::new()
}

fn object(
    form: Form,
    fields: &'static [Field],
    members: &[(String, Json)],
    within: &str,
    faults: &mut Vec<Fault>,
) -> Vec<(&'static str, Parsed)> {
    let mut parsed = Vec::new();
    let mut seen = BTreeSet::new();
    for (name, value) in members {
        let pointer = pointer(within, name);
        match fields.iter().find(|field| field.name == name) {
            None => faults.push(Fault::new(pointer, "unknown_field")),
            Some(field) if !seen.insert(field.name) => {
                faults.push(Fault::new(pointer, "duplicate_key"));
            }
            Some(field) => {
                let value = parse(form, field.kind, value, &pointer, faults);
                parsed.extend(value.map(|value| (field.name, value)));
            }
        }
    }
    for Field { name, presence, .. } in fields {
        if form != Form::MergePatch && *presence == Presence::Required && !seen.contains(name) {
            faults.push(Fault::new(pointer(within, name), "required"));
        }
    }
    parsed
}

fn parse(
    form: Form,
    kind: Kind,
    value: &Json,
    pointer: &str,
    faults: &mut Vec<Fault>,
) -> Option<Parsed> {
    let parsed = match (kind, value) {
        (_, Json::Null) if form == Form::MergePatch => Ok(Parsed::Null),
        (Kind::Integer, Json::Integer(number)) => Ok(Parsed::Integer(*number)),
        (Kind::Flag, Json::Flag(flag)) => Ok(Parsed::Json((*flag).into())),
        (Kind::Object(fields), Json::Object(members)) => {
            let members = object(form, fields, members, pointer, faults);
            Ok(Parsed::Json(Value::Object(Body(members).merge_patch())))
        }
        (Kind::Words(_) | Kind::Texts(_), Json::List(items)) if items.len() > ITEMS_MAX => {
            Err("too_many")
        }
        (Kind::Words(words), Json::List(items)) => list(items, Kind::OneOf(words)),
        (Kind::Texts(bytes_max), Json::List(items)) => list(items, Kind::Text(bytes_max)),
        (_, Json::Text(text)) => of_text(kind, text),
        _ => Err("wrong_type"),
    };
    parsed.map_err(|code| faults.push(Fault::new(pointer, code))).ok()
}

/// A list is named as a whole: by what is wrong with its first item that is.
fn list(items: &[Json], kind: Kind) -> Result<Parsed, &'static str> {
    let texts = items.iter().map(|item| match item {
        Json::Text(text) => of_text(kind, text).map(|parsed| value(&parsed)),
        _ => Err("wrong_type"),
    });
    texts.collect::<Result<Vec<_>, _>>().map(|texts| Parsed::Json(texts.into()))
}

fn of_text(kind: Kind, text: &str) -> Result<Parsed, &'static str> {
    if let Kind::Password = kind {
        return match Password::parse(text) {
            Err(NotAPassword::Nul) => Err("control_character"),
            Err(NotAPassword::Empty) => Err("blank"),
            parsed => Ok(Parsed::Password(parsed)),
        };
    }
    if text.chars().any(char::is_control) {
        return Err("control_character");
    }
    if text.trim().is_empty() {
        return Err("blank");
    }
    match kind {
        Kind::Text(bytes_max) if text.len() > bytes_max => Err("too_long"),
        Kind::Text(_) => Ok(Parsed::Text(text.to_owned())),
        Kind::Token => Ok(Parsed::Text(text.chars().take(TOKEN_BYTES_MAX).collect())),
        Kind::Login => Login::parse(text).map(Parsed::Login).map_err(|_| "not_an_address"),
        Kind::OneOf(words) if words.contains(&text) => Ok(Parsed::Text(text.to_owned())),
        Kind::OneOf(_) => Err("not_one_of"),
        Kind::Language => Language::ALL
            .into_iter()
            .find(|language| language.as_str() == text)
            .map(Parsed::Language)
            .ok_or("not_a_language"),
        // What no text can be; and moments, which no body has yet.
        _ => Err("wrong_type"),
    }
}

fn value(parsed: &Parsed) -> Value {
    match parsed {
        Parsed::Text(text) => text.as_str().into(),
        Parsed::Login(login) => login.as_str().into(),
        Parsed::Language(language) => language.as_str().into(),
        Parsed::Integer(number) => (*number).into(),
        Parsed::Json(value) => value.clone(),
        // No merge patch holds a password.
        Parsed::Null | Parsed::Password(_) => Value::Null,
    }
}

/// What a line calls its login, to be told apart by in the answer.
fn login_of(line: &[u8]) -> Option<String> {
    let Ok(Json::Object(members)) = serde_json::from_slice(line) else { return None };
    members.into_iter().find_map(|(name, value)| match value {
        Json::Text(text) if name == "login" => {
            Some(text.chars().filter(|c| !c.is_control()).take(254).collect())
        }
        _ => None,
    })
}

/// RFC 6901; a name that nobody would choose is cut short before it is sent back.
fn pointer(within: &str, name: &str) -> String {
    let short: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    format!("{within}/{}", short.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
