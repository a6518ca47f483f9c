//! What a new password must be, by the tenant's settings; all violations at once.

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::blocklist;
use crate::password::Password;

/// The rules for a new password. Lengths and minima count characters (Unicode code points).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordPolicy {
    /// Which set of rules this is.
    pub profile: Profile,
    /// Fewest characters.
    pub length_min: u32,
    /// Most characters.
    pub length_max: u32,
    /// Fewest capitals.
    pub uppercase_min: u32,
    /// Fewest small letters.
    pub lowercase_min: u32,
    /// Fewest digits.
    pub digits_min: u32,
    /// Fewest characters that are neither letter nor digit nor white space.
    pub symbols_min: u32,
    /// Whether the last name may not be in it.
    pub forbid_last_name: bool,
    /// Whether no earlier password may be used again.
    pub forbid_reuse: bool,
    /// What the tenant chose as `length_min`, of rules that are effective and ask for more.
    #[serde(skip)]
    pub length_min_chosen: Option<u32>,
}

/// A named set of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// What service desks know: eight characters, a capital, a digit, not the last name, never
    /// used before. A tenant may ask for more.
    Classic,
    /// NIST SP 800-63B-4 §3.1.1.2: fifteen characters, no character classes.
    #[serde(rename = "nist-800-63b-4")]
    Nist800_63B4,
    /// Whatever the tenant chooses, above the floors that nobody can lower.
    Custom,
}

/// A password that is the only factor has at least so many characters (NIST SP 800-63B-4
/// §3.1.1.2).
pub(crate) const NIST_LENGTH_MIN: u32 = 15;

/// And one of two factors so many.
pub(crate) const NIST_LENGTH_MIN_OF_TWO: u32 = 8;

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            profile: Profile::Classic,
            length_min: 8,
            length_max: 128,
            uppercase_min: 1,
            lowercase_min: 0,
            digits_min: 1,
            symbols_min: 0,
            forbid_last_name: true,
            forbid_reuse: true,
            length_min_chosen: None,
        }
    }
}

/// A rule that a password does not keep; serialised as `{"code": "too_short", "min": 8}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Violation {
    /// Fewer characters than `min`.
    TooShort {
        /// The fewest.
        min: u32,
    },
    /// More characters than `max`.
    TooLong {
        /// The most.
        max: u32,
    },
    /// Fewer capitals than `min`.
    NeedsUppercase {
        /// The fewest.
        min: u32,
    },
    /// Fewer small letters than `min`.
    NeedsLowercase {
        /// The fewest.
        min: u32,
    },
    /// Fewer digits than `min`.
    NeedsDigit {
        /// The fewest.
        min: u32,
    },
    /// Fewer symbols than `min`.
    NeedsSymbol {
        /// The fewest.
        min: u32,
    },
    /// The last name is in it, whatever its case and accents.
    ContainsLastName,
    /// It was a password of this account before.
    Reused,
    /// It is on the list of common passwords.
    Common,
}

impl Violation {
    /// The codes, as answers name them.
    pub const CODES: [&'static str; 9] = [
        "too_short",
        "too_long",
        "needs_uppercase",
        "needs_lowercase",
        "needs_digit",
        "needs_symbol",
        "contains_last_name",
        "reused",
        "common",
    ];
}

impl PasswordPolicy {
    /// The rules that count: what the tenant chose, and where its profile asks for something else,
    /// that.
    #[must_use]
    pub fn effective(&self) -> Self {
        let least = Self::default();
        match self.profile {
            Profile::Custom => self.clone(),
            Profile::Classic => Self {
                length_min: self.length_min.max(least.length_min),
                uppercase_min: self.uppercase_min.max(least.uppercase_min),
                digits_min: self.digits_min.max(least.digits_min),
                forbid_last_name: true,
                forbid_reuse: true,
                ..self.clone()
            },
            Profile::Nist800_63B4 => Self {
                length_min: self.length_min.max(NIST_LENGTH_MIN),
                length_min_chosen: Some(self.length_min),
                uppercase_min: 0,
                lowercase_min: 0,
                digits_min: 0,
                symbols_min: 0,
                ..self.clone()
            },
        }
    }

    /// The rules for an account, by whether its second step is on: then a password is not the only
    /// factor, and the profile asks for fewer characters (NIST SP 800-63B-4 §3.1.1.2).
    #[must_use]
    pub fn for_account(&self, second_step: bool) -> Self {
        match self.length_min_chosen.filter(|_| second_step) {
            Some(chosen) => Self { length_min: chosen.max(NIST_LENGTH_MIN_OF_TWO), ..self.clone() },
            None => self.clone(),
        }
    }

    /// What `text` still lacks, of each kind of character and in all.
    pub(crate) fn lacking(&self, text: &str) -> Counts {
        let has = Counts::of(text);
        Counts {
            length: self.length_min.saturating_sub(has.length),
            uppercase: self.uppercase_min.saturating_sub(has.uppercase),
            lowercase: self.lowercase_min.saturating_sub(has.lowercase),
            digits: self.digits_min.saturating_sub(has.digits),
            symbols: self.symbols_min.saturating_sub(has.symbols),
        }
    }

    /// Every rule the password does not keep, `Reused` apart: that one needs the history.
    #[must_use]
    pub fn violations(&self, password: &Password, last_name: Option<&str>) -> Vec<Violation> {
        let text = password.expose();
        let Counts { length, .. } = Counts::of(text);
        let lacking = self.lacking(text);
        [
            (lacking.length > 0, Violation::TooShort { min: self.length_min }),
            (length > self.length_max, Violation::TooLong { max: self.length_max }),
            (lacking.uppercase > 0, Violation::NeedsUppercase { min: self.uppercase_min }),
            (lacking.lowercase > 0, Violation::NeedsLowercase { min: self.lowercase_min }),
            (lacking.digits > 0, Violation::NeedsDigit { min: self.digits_min }),
            (lacking.symbols > 0, Violation::NeedsSymbol { min: self.symbols_min }),
            (
                self.forbid_last_name && last_name.is_some_and(|name| contains_name(text, name)),
                Violation::ContainsLastName,
            ),
            (blocklist::is_common(&text.to_lowercase()), Violation::Common),
        ]
        .into_iter()
        .filter_map(|(broken, violation)| broken.then_some(violation))
        .collect()
    }
}

/// Characters of each kind, in Unicode code points.
pub(crate) struct Counts {
    pub(crate) length: u32,
    pub(crate) uppercase: u32,
    pub(crate) lowercase: u32,
    pub(crate) digits: u32,
    pub(crate) symbols: u32,
}

impl Counts {
    fn of(text: &str) -> Self {
        let count = |is: fn(char) -> bool| characters(text.chars().filter(|c| is(*c)).count());
        let symbol = |c: char| !c.is_alphanumeric() && !c.is_whitespace() && !is_combining_mark(c);
        Self {
            length: characters(text.chars().count()),
            uppercase: count(char::is_uppercase),
            lowercase: count(char::is_lowercase),
            digits: count(char::is_numeric),
            symbols: count(symbol),
        }
    }
}

fn characters(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Shorter names stand in too many words by chance ("Bo", "de").
const NAME_LETTERS_MIN: usize = 3;

/// Whether the letters of the name stand in the password in a row, without regard to case,
/// accents, and what separates words: "van der Berg" is in "VanDerBerg1" and in "van-der-berg1A".
fn contains_name(password: &str, name: &str) -> bool {
    let fold = |text: &str| -> String {
        text.nfkd()
            .flat_map(char::to_lowercase)
            .filter(|c| c.is_alphanumeric() && !is_combining_mark(*c))
            .collect()
    };
    let name = fold(name);
    name.chars().count() >= NAME_LETTERS_MIN && fold(password).contains(&name)
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
