//! The support code: seven characters by which the service desk finds the story of one request.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::token::{CROCKFORD, CROCKFORD_SYMBOLS};

/// Seven Crockford base32 characters, read over the phone without "is that a zero or an O?".
/// It opens nothing; it is a name, not a secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SupportCode(String);

impl SupportCode {
    /// From 35 of the 40 random bits.
    #[must_use]
    pub fn new(random: [u8; 5]) -> Self {
        let mut text = CROCKFORD.encode(&random).to_ascii_uppercase();
        text.truncate(7);
        Self(text)
    }

    /// Reads a code as people type it: in either case, and look-alikes mapped.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mapped = text.chars().map(|symbol| match symbol.to_ascii_uppercase() {
            'I' | 'L' => '1',
            'O' => '0',
            other => other,
        });
        let code: String = mapped.collect();
        let known = |symbol: char| CROCKFORD_SYMBOLS.contains(symbol.to_ascii_lowercase());
        (code.len() == 7 && code.chars().all(known)).then_some(Self(code))
    }

    /// The seven characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SupportCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_support_code_is_seven_characters_that_cannot_be_misread() {
        let code = SupportCode::new([0xff, 0x00, 0x17, 0x91, 0xab]);
        assert_eq!(code.as_str().len(), 7);
        assert!(code.as_str().chars().all(|symbol| !"ILOUilou".contains(symbol)));
        assert_ne!(code, SupportCode::new([0xfe, 0x00, 0x17, 0x91, 0xab]));
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = SupportCode::new([0x08, 0x00, 0x17, 0x91, 0xab]);
        assert_eq!(SupportCode::parse(&code.as_str().to_lowercase()), Some(code.clone()));
        assert_eq!(SupportCode::parse("1OiLABC"), SupportCode::parse("1011ABC"));
        for wrong in ["", "ABCDEF", "ABCDEFGH", "ABCDEFU", "ABC-DEF", "ABCDE€"] {
            assert_eq!(SupportCode::parse(wrong), None, "{wrong}");
        }
    }
}
