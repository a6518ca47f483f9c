//! Passwords that Regain makes: a whole one, or the ending of what a person began.
//!
//! Made to be read aloud and typed over: no letter or digit that is taken for another. Whatever the
//! policy still lacks after the beginning is in the ending, and the random part alone has the bits
//! that were asked for.

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::password::Password;
use crate::policy::{PasswordPolicy, Violation};

/// Random bits of an ending to what the owner began.
pub const ENDING_BITS_MIN: u32 = 40;
/// Random bits of a temporary password, whatever an admin began it with.
pub const TEMPORARY_BITS_MIN: u32 = 50;
/// Random bits of a password that nobody began.
pub const WHOLE_BITS_MIN: u32 = 64;
/// Random bytes that one draw takes: more than the longest password uses up.
pub const RANDOM_BYTES: usize = 1024;

/// A password, and the text of it that is shown once.
pub struct Generated {
    /// To be hashed.
    pub password: Password,
    /// To be shown.
    pub text: SecretString,
}

const LOWERCASE: &[u8] = b"abcdefghjkmnpqrstuvwxyz";
const UPPERCASE: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS: &[u8] = b"23456789";
const SYMBOLS: &[u8] = b"-+=?!@#%";
const ANY: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Draws until one breaks no rule by chance; a rule that the beginning breaks, every draw breaks.
const DRAWS_MAX: u32 = 8;

/// Makes a password that keeps the policy, from `beginning` if there is one. `random` is asked for
/// each draw.
pub fn generate(
    policy: &PasswordPolicy,
    beginning: Option<&Password>,
    last_name: Option<&str>,
    bits_min: u32,
    mut random: impl FnMut() -> [u8; RANDOM_BYTES],
) -> Result<Generated, Vec<Violation>> {
    let beginning = beginning.map_or("", Password::expose);
    let mut violations = Vec::new();
    for _ in 0..DRAWS_MAX {
        let random = Zeroizing::new(random());
        let text =
            Zeroizing::new(format!("{beginning}{}", *ending(policy, beginning, bits_min, &random)));
        let Ok(password) = Password::parse(&text) else {
            return Err(vec![Violation::TooLong { max: policy.length_max }]);
        };
        violations = policy.violations(&password, last_name);
        if violations.is_empty() {
            return Ok(Generated { password, text: SecretString::from(text.as_str()) });
        }
    }
    Err(violations)
}

fn ending(
    policy: &PasswordPolicy,
    beginning: &str,
    bits_min: u32,
    random: &[u8; RANDOM_BYTES],
) -> Zeroizing<String> {
    let mut numbers = random.as_chunks::<4>().0.iter().map(|bytes| u32::from_be_bytes(*bytes));
    let mut below = |bound: usize| -> usize {
        // Multiply and shift: the bias is under 2^-24 for every bound here.
        let number = u64::from(numbers.next().unwrap_or_default());
        usize::try_from((number * bound as u64) >> 32).unwrap_or_default()
    };
    let lacking = policy.lacking(beginning);
    let classes = [
        (LOWERCASE, lacking.lowercase),
        (UPPERCASE, lacking.uppercase),
        (DIGITS, lacking.digits),
        (SYMBOLS, lacking.symbols),
    ];
    let needed = classes.iter().flat_map(|(class, count)| (0..*count).map(move |_| *class));
    let mut drawn: Zeroizing<Vec<u8>> = Zeroizing::new(Vec::with_capacity(128));
    let mut bits = 0.0;
    let mut draw = |class: &[u8], drawn: &mut Vec<u8>| -> f64 {
        drawn.extend(class.get(below(class.len())));
        (class.len() as f64).log2()
    };
    for class in needed {
        bits += draw(class, &mut drawn);
    }
    while bits < f64::from(bits_min) || drawn.len() < lacking.length as usize {
        bits += draw(ANY, &mut drawn);
    }
    // Where a needed class stands tells nothing: the order is drawn too (Fisher and Yates).
    for last in (1..drawn.len()).rev() {
        drawn.swap(last, below(last + 1));
    }
    Zeroizing::new(drawn.iter().map(|byte| char::from(*byte)).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    fn policy() -> impl Strategy<Value = PasswordPolicy> {
        ([8_u32..=64, 64..=256], [0_u32..=8, 0..=8, 0..=8, 0..=8]).prop_map(
            |(
                [length_min, length_max],
                [uppercase_min, lowercase_min, digits_min, symbols_min],
            )| {
                PasswordPolicy {
                    length_min,
                    length_max,
                    uppercase_min,
                    lowercase_min,
                    digits_min,
                    symbols_min,
                    ..PasswordPolicy::default()
                }
            },
        )
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(any::<u8>(), RANDOM_BYTES)
    }

    proptest! {
        #[test]
        fn what_is_made_keeps_every_policy(
            policy in policy(),
            beginning in "[a-zA-Z]{1,20}",
            random in bytes(),
        ) {
            let random: [u8; RANDOM_BYTES] = random.try_into().unwrap();
            let begun = Password::parse(&beginning).unwrap();
            for (begun, bits) in [(None, WHOLE_BITS_MIN), (Some(&begun), ENDING_BITS_MIN)] {
                let made = generate(&policy, begun, None, bits, || random);
                // A draw of nothing but equal bytes could be a common password.
                prop_assume!(made.is_ok());
                let text = made.unwrap().text;
                let text = text.expose_secret();
                let ours = match begun {
                    Some(_) => text.strip_prefix(beginning.as_str()),
                    None => Some(text),
                };
                prop_assert!(!ours.unwrap().contains(['0', 'O', '1', 'l', 'I']));
            }
        }
    }

    #[test]
    fn an_ending_has_its_bits_whatever_it_follows() {
        let policy = PasswordPolicy::default();
        let begun = Password::parse("Eddydebeste").unwrap();
        let made = generate(&policy, Some(&begun), None, TEMPORARY_BITS_MIN, || [9; RANDOM_BYTES]);
        let made = made.unwrap();
        let ending = made.text.expose_secret().strip_prefix("Eddydebeste").unwrap();
        // One digit (3 bits) and nine of 55 symbols (5.78 bits each).
        assert_eq!(ending.len(), 10, "{ending}");
        assert!(ending.contains(|c: char| c.is_ascii_digit()));
    }

    #[test]
    fn the_beginning_answers_for_itself() {
        let policy = PasswordPolicy::default();
        let named = Password::parse("JansenTest").unwrap();
        let made = generate(&policy, Some(&named), Some("Jansen"), 40, || [9; RANDOM_BYTES]);
        assert_eq!(made.err(), Some(vec![Violation::ContainsLastName]));
        let long = Password::parse(&"a".repeat(125)).unwrap();
        let made = generate(&policy, Some(&long), None, 40, || [9; RANDOM_BYTES]);
        assert_eq!(made.err(), Some(vec![Violation::TooLong { max: 128 }]));
        let longest = Password::parse(&"a".repeat(1020)).unwrap();
        let made = generate(&policy, Some(&longest), None, 40, || [9; RANDOM_BYTES]);
        assert_eq!(made.err(), Some(vec![Violation::TooLong { max: 128 }]));
    }

    #[test]
    fn a_draw_that_breaks_a_rule_by_chance_is_drawn_again() {
        let policy = PasswordPolicy::default();
        let first = generate(&policy, None, None, 64, || [9; RANDOM_BYTES]).unwrap();
        let name: String = first.text.expose_secret().chars().take(4).collect();
        let mut draws = 0_u8;
        let again = generate(&policy, None, Some(&name), 64, || {
            draws += 1;
            let mut random = [9; RANDOM_BYTES];
            if draws > 1 {
                random.iter_mut().zip((0..=255_u8).cycle()).for_each(|(byte, at)| {
                    *byte = at.wrapping_mul(37).wrapping_add(draws);
                });
            }
            random
        });
        assert!(again.is_ok() && draws > 1, "{draws}");
    }
}
