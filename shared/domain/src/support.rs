//! The support code: seven characters by which the service desk finds the story of one request.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::token::CROCKFORD;

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
}
