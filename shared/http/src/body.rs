//! Bodies: JSON, strictly. Everything at fault is named at once, each with its JSON pointer.

use std::fmt;

use regain_domain::password::NotAPassword;
use regain_domain::{Language, Login, password::Password};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::api::{Field, Kind, Operation, Presence};
use crate::problem::{Fault, Problem};

/// The largest body that is read. No request of any endpoint comes near it.
pub const BODY_BYTES_MAX: usize = 16 * 1024;
/// Faults named in one answer: more than any honest body has, so that no answer is many times its
/// request.
const FAULTS_MAX: usize = 32;
/// No token is longer; what is longer is damaged, and need not be looked at.
const TOKEN_BYTES_MAX: usize = 256;

/// A body that its operation takes: every member known, of its type, and parsed.
#[derive(Debug, Default)]
pub struct Body(Vec<(&'static str, Parsed)>);

#[derive(Debug)]
enum Parsed {
    Text(String),
    Login(Login),
    Password(Result<Password, NotAPassword>),
    Language(Language),
}

impl Body {
    /// Reads the members that the operation takes, and refuses everything else.
    pub fn read(operation: &Operation, bytes: &[u8]) -> Result<Self, Problem> {
        let tree: Json = serde_json::from_slice(bytes)
            .map_err(|_| Problem::invalid(vec![Fault::new("", "not_json")]))?;
        let Json::Object(members) = tree else {
            return Err(Problem::invalid(vec![Fault::new("", "not_an_object")]));
        };
        let mut faults = Vec::new();
        let mut parsed: Vec<(&'static str, Parsed)> = Vec::new();
        for (at, (name, value)) in members.iter().enumerate() {
            let pointer = pointer(name);
            match operation.body.iter().find(|field| field.name == name) {
                None => faults.push(Fault::new(pointer, "unknown_field")),
                Some(_) if members.iter().take(at).any(|(seen, _)| seen == name) => {
                    faults.push(Fault::new(pointer, "duplicate_key"));
                }
                Some(field) => match parse(field.kind, value) {
                    Ok(value) => parsed.push((field.name, value)),
                    Err(code) => faults.push(Fault::new(pointer, code)),
                },
            }
        }
        let given = |name: &str| members.iter().any(|(member, _)| member == name);
        for Field { name, presence, .. } in operation.body {
            if *presence == Presence::Required && !given(name) {
                faults.push(Fault::new(pointer(name), "required"));
            }
        }
        let alternatives = operation.exactly_one.iter().filter(|name| given(name)).count();
        if !operation.exactly_one.is_empty() && alternatives != 1 {
            let alternatives = operation.exactly_one.iter();
            faults.extend(alternatives.map(|name| Fault::new(pointer(name), "exactly_one")));
        }
        faults.truncate(FAULTS_MAX);
        if faults.is_empty() { Ok(Self(parsed)) } else { Err(Problem::invalid(faults)) }
    }

    fn get(&self, name: &str) -> Option<&Parsed> {
        self.0.iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    /// A text or a token; empty if absent, which the operation has ruled out if it is required.
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
}

fn parse(kind: Kind, value: &Json) -> Result<Parsed, &'static str> {
    let Json::Text(text) = value else { return Err("wrong_type") };
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
        Kind::Text(_) => Ok(Parsed::Text(text.clone())),
        Kind::Token => Ok(Parsed::Text(text.chars().take(TOKEN_BYTES_MAX).collect())),
        Kind::Login => Login::parse(text).map(Parsed::Login).map_err(|_| "not_an_address"),
        Kind::Language => Language::ALL
            .into_iter()
            .find(|language| language.as_str() == text)
            .map(Parsed::Language)
            .ok_or("not_a_language"),
        // Kinds of answers; no body has them yet.
        _ => Err("wrong_type"),
    }
}

/// RFC 6901; a name that nobody would choose is cut short before it is sent back.
fn pointer(name: &str) -> String {
    let short: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    format!("/{}", short.replace('~', "~0").replace('/', "~1"))
}

/// JSON with its duplicate keys still in it, which `serde_json::Value` would drop.
enum Json {
    Other,
    Text(String),
    Object(Vec<(String, Json)>),
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        while list.next_element::<Json>()?.is_some() {}
        Ok(Json::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
