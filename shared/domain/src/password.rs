//! A password as a person typed it, normalised once.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

/// A password in NFC, so that one typed on two keyboards is one password (NIST SP 800-63B-4
/// §3.1.1.2); never truncated, wiped when dropped. It may hold anything but NUL.
#[derive(Clone)]
pub struct Password(SecretString);

/// Why a text is no password at all. Neither depends on a tenant's policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPassword {
    /// Nothing was typed.
    #[error("a password is not empty")]
    Empty,
    /// It holds NUL, at which other software would cut it off.
    #[error("a password holds no NUL")]
    Nul,
    /// Longer than is worth hashing.
    #[error("a password has at most {BYTES_MAX} bytes")]
    TooManyBytes,
}

/// Bounds the work before any is done: 256 characters of four bytes.
pub const BYTES_MAX: usize = 1024;

impl Password {
    /// Checks and normalises.
    pub fn parse(typed: &str) -> Result<Self, NotAPassword> {
        if typed.is_empty() {
            return Err(NotAPassword::Empty);
        }
        if typed.contains('\0') {
            return Err(NotAPassword::Nul);
        }
        if typed.len() > BYTES_MAX {
            return Err(NotAPassword::TooManyBytes);
        }
        Ok(Self(typed.nfc().collect::<String>().into()))
    }

    /// Whether the same was typed once more.
    #[must_use]
    pub fn is(&self, typed: &str) -> bool {
        typed.nfc().eq(self.expose().chars())
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_password_from_two_keyboards_is_one_password() {
        let composed = Password::parse("caf\u{e9} 12A").unwrap();
        let combining = Password::parse("cafe\u{301} 12A").unwrap();
        assert_eq!(composed.expose(), combining.expose());
        assert!(composed.is("cafe\u{301} 12A") && combining.is("caf\u{e9} 12A"));
        assert!(!composed.is("cafe 12A") && !composed.is("") && !composed.is("caf\u{e9} 12A "));
    }

    #[test]
    fn a_password_may_hold_anything_but_nul_within_its_bounds_and_never_prints() {
        assert!(Password::parse("tab\tnewline\n \u{7f}\u{200d}").is_ok());
        assert_eq!(Password::parse("").unwrap_err(), NotAPassword::Empty);
        assert_eq!(Password::parse("a\0b").unwrap_err(), NotAPassword::Nul);
        assert!(Password::parse(&"a".repeat(BYTES_MAX)).is_ok());
        let long = Password::parse(&"a".repeat(BYTES_MAX + 1));
        assert_eq!(long.unwrap_err(), NotAPassword::TooManyBytes);
        assert_eq!(format!("{:?}", Password::parse("Geheim12").unwrap()), "Password(…)");
    }
}
