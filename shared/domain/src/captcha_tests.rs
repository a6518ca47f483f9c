use std::collections::HashMap;

use jiff::SignedDuration;

use super::*;
use crate::keys::Keyring;

fn seal_of(letter: &str) -> Seal {
    let text = format!(r#"{{"current":"1","1":"{}"}}"#, letter.repeat(43));
    Seal::new(&Keyring::parse(&text).unwrap(), SEAL_LABEL)
}

fn demo() -> TenantId {
    TenantId::parse("demo").unwrap()
}

fn now() -> Timestamp {
    "2026-11-01T12:00:00.123456789Z".parse().unwrap()
}

/// Bytes that look random and are the same for the same number.
fn bytes(number: u32) -> [u8; 32] {
    crate::keys::mac(b"captcha", &[&number.to_be_bytes()])
}

fn fresh(number: u32) -> Challenge {
    Challenge::new(&demo(), Language::Nl, bytes(number), now())
}

#[test]
fn what_is_opened_is_what_was_sealed() {
    let seal = seal_of("a");
    let made = fresh(1);
    let id = made.seal(&seal, [7; 24]);
    let opened = Challenge::open(&seal, &demo(), &id, now()).unwrap();
    assert_eq!(opened.answer(), made.answer());
    assert_eq!(opened.language(), Language::Nl);
    assert_eq!(opened.expires_at(), made.expires_at());
    assert_eq!(opened.record(), made.record());
    assert_eq!(opened.record().len(), 32);
    assert_eq!(answer_of(&seal, &id).as_deref(), Some(made.answer()));
}

#[test]
fn the_record_is_one_however_often_it_is_sealed_and_another_for_another() {
    let seal = seal_of("a");
    let made = fresh(1);
    let ids = [made.seal(&seal, [7; 24]), made.seal(&seal, [8; 24])];
    assert_ne!(ids[0], ids[1]);
    for id in ids {
        let opened = Challenge::open(&seal, &demo(), &id, now()).unwrap();
        assert_eq!(opened.record(), made.record());
    }
    assert_ne!(fresh(2).record(), made.record());
}

#[test]
fn the_record_tells_nothing_of_the_answer() {
    let mut random = bytes(1);
    let made = Challenge::new(&demo(), Language::En, random, now());
    random[16..].fill(3);
    let other = Challenge::new(&demo(), Language::En, random, now());
    assert_eq!(made.record(), other.record());
    assert_ne!(made.answer(), other.answer());
}

#[test]
fn none_is_good_from_its_last_moment() {
    let seal = seal_of("a");
    let made = fresh(1);
    let id = made.seal(&seal, [7; 24]);
    let last = made.expires_at();
    assert_eq!(last, "2026-11-01T12:05:00.123456Z".parse().unwrap());
    let micros = SignedDuration::from_micros(1);
    assert!(Challenge::open(&seal, &demo(), &id, last - micros).is_ok());
    for late in [last, last + micros, Timestamp::MAX] {
        let opened = Challenge::open(&seal, &demo(), &id, late);
        assert_eq!(opened.err(), Some(CaptchaFault::Expired));
    }
    assert!(answer_of(&seal, &id).is_some());
}

#[test]
fn one_of_another_tenant_is_unknown() {
    let seal = seal_of("a");
    let id = fresh(1).seal(&seal, [7; 24]);
    let other = TenantId::parse("demo2").unwrap();
    for moment in [now(), Timestamp::MAX] {
        let opened = Challenge::open(&seal, &other, &id, moment);
        assert_eq!(opened.err(), Some(CaptchaFault::Unknown));
    }
}

#[test]
fn what_was_not_sealed_here_is_unknown() {
    let seal = seal_of("a");
    let id = fresh(1).seal(&seal, [7; 24]);
    let foreign = fresh(1).seal(&seal_of("b"), [7; 24]);
    let mut texts = vec![String::new(), "x".into(), foreign, format!("{id}A"), id[1..].into()];
    for at in 0..id.len() {
        let mut bent = id.clone().into_bytes();
        bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
        texts.push(String::from_utf8(bent).unwrap());
    }
    // Sealed with the right key, and still no captcha.
    for text in [
        "",
        "demo ABDEGH nl 1",
        "demo ABDEGH nl x 000102030405060708090a0b0c0d0e0f",
        "demo ABDEGH fr 1 000102030405060708090a0b0c0d0e0f",
        "demo ABDEGH nl 1 0001",
        "regain ABDEGH nl 1 000102030405060708090a0b0c0d0e0f",
        "demo ABDEGH nl 1 000102030405060708090a0b0c0d0e0f x",
    ] {
        texts.push(seal.seal(CONTEXT, text, [7; 24]));
    }
    let good = "demo ABDEGH nl 1 000102030405060708090a0b0c0d0e0f";
    texts.push(seal.seal("demo\naccounts", good, [7; 24]));
    for text in texts {
        let opened = Challenge::open(&seal, &demo(), &text, now());
        assert_eq!(opened.err(), Some(CaptchaFault::Unknown), "{text}");
        assert_eq!(answer_of(&seal, &text), None, "{text}");
    }
}

#[test]
fn an_id_shows_nothing_of_its_answer() {
    let made = fresh(1);
    let id = made.seal(&seal_of("a"), [7; 24]);
    assert!(!id.contains(made.answer()));
    // Its length does not either: all answers have one length.
    assert_eq!(id.len(), fresh(2).seal(&seal_of("a"), [7; 24]).len());
}

#[test]
fn an_answer_is_all_six_characters() {
    let mut made = fresh(1);
    made.answer = Zeroizing::new("AbE4dR".into());
    for (typed, sensitive, any) in [
        ("AbE4dR", true, true),
        ("  AbE4dR\n", true, true),
        ("A b E 4 d R", true, true),
        ("AbE\u{a0}4dR", true, true),
        ("abe4dr", false, true),
        ("ABE4DR", false, true),
        ("AbE4d", false, false),
        ("AbE4dRR", false, false),
        ("AbE4dR A", false, false),
        ("RdE4bA", false, false),
        ("AbE4d\u{0}", false, false),
        ("ÀbE4dR", false, false),
        ("", false, false),
        (" ", false, false),
    ] {
        assert_eq!(made.is_answered_by(typed, LetterCase::Sensitive), sensitive, "{typed:?}");
        assert_eq!(made.is_answered_by(typed, LetterCase::Any), any, "{typed:?}");
    }
    assert!(!made.is_answered_by(&"A".repeat(1 << 20), LetterCase::Any));
}

#[test]
fn every_character_is_drawn_as_often_as_another() {
    let mut counts: HashMap<char, u32> = HashMap::new();
    let draws = 4_000;
    for number in 0..draws {
        let made = fresh(number);
        assert_eq!(made.answer().len(), CHARACTERS);
        made.answer().chars().for_each(|symbol| *counts.entry(symbol).or_default() += 1);
    }
    assert_eq!(counts.len(), ALPHABET.len());
    // About 1143 of each; 5 standard deviations are 165.
    let expected = draws * 6 / 21;
    for (symbol, count) in counts {
        assert!(count.abs_diff(expected) < 165, "{symbol}: {count}");
    }
}

#[test]
fn no_character_can_be_taken_for_another_or_for_its_other_case() {
    for symbol in "OoQq0IiljJ1Ss67Zz89gFftmMCcKkPpUuVvWwXxYy".chars() {
        assert!(!ALPHABET.contains(symbol), "{symbol}");
    }
    let mut symbols: Vec<char> = ALPHABET.chars().collect();
    symbols.sort_unstable();
    symbols.dedup();
    assert_eq!(symbols.len(), ALPHABET.len());
    assert!(ALPHABET.chars().all(|symbol| symbol.is_ascii_alphanumeric()));
}
