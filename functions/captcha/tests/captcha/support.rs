//! What the tests of picture and sound share.

use regain_domain::captcha::{ALPHABET, Challenge};
use regain_domain::{Language, TenantId};

/// The captcha of a name and an answer.
pub(crate) fn challenge(name: u8, answer: &str, language: Language) -> Challenge {
    let mut random = [name; 32];
    let digits = answer.chars().map(|symbol| ALPHABET.find(symbol).unwrap() as u128);
    let number = digits.rev().fold(0, |number, digit| number * ALPHABET.len() as u128 + digit);
    random[16..].copy_from_slice(&number.to_be_bytes());
    let tenant = TenantId::parse("demo").unwrap();
    let challenge =
        Challenge::new(&tenant, language, random, "2026-11-22T14:00:00Z".parse().unwrap());
    assert_eq!(challenge.answer(), answer);
    challenge
}
