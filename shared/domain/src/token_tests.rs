use std::collections::HashSet;

use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;

fn ring() -> Keyring {
    Keyring::parse(&format!(
        r#"{{"current":"2","1":"{}","2":"{}","3":"{}","retired":{{"1":"2026-11-01T00:00:00Z"}}}}"#,
        "a".repeat(43),
        "b".repeat(43),
        "c".repeat(43)
    ))
    .unwrap()
}

fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

fn token(id: [u8; 10]) -> String {
    mint(&ring(), &tenant("demo"), TokenPurpose::ResetLink, LinkId::new(id))
        .expose_secret()
        .to_owned()
}

fn read_reset(text: &str) -> Result<Genuine, TokenFault> {
    read(&ring(), &tenant("demo"), &[TokenPurpose::ResetLink], text)
}

#[test]
fn a_token_is_one_safe_line_and_comes_back() {
    let text = token([7; 10]);
    assert_eq!(text.len(), 47);
    assert!(text.chars().all(|symbol| CROCKFORD_SYMBOLS.contains(symbol)));
    let genuine = read_reset(&text).unwrap();
    assert_eq!(genuine.id, LinkId::new([7; 10]));
    assert_eq!(genuine.key, KeyState::Accepted);
    assert_eq!(read_reset(&text.to_uppercase()), Ok(genuine));
    assert_eq!(read_reset(&text.replace('0', "o").replace('1', "L")), Ok(genuine));
}

#[test]
fn a_token_of_another_tenant_or_purpose_is_unknown() {
    let text = token([7; 10]);
    let other = read(&ring(), &tenant("other"), &[TokenPurpose::ResetLink], &text);
    assert_eq!(other, Err(TokenFault::Unknown));
    for purpose in [TokenPurpose::SetPasswordGrant, TokenPurpose::Report] {
        let elsewhere = read(&ring(), &tenant("demo"), &[purpose], &text);
        assert_eq!(elsewhere, Err(TokenFault::Unknown));
    }
}

#[test]
fn a_forged_token_is_unknown() {
    let text = token([7; 10]);
    let body = &text[..BODY_SYMBOLS];
    for at in 3..BODY_SYMBOLS {
        let mut forged: Vec<char> = body.chars().collect();
        forged[at] = if forged[at] == '0' { '1' } else { '0' };
        let forged: String = forged.into_iter().collect();
        let with_check: String = forged.chars().chain(check_symbols(&forged)).collect();
        assert_eq!(read_reset(&with_check), Err(TokenFault::Unknown), "symbol {at}");
    }
}

#[test]
fn a_retired_key_explains_and_an_absent_one_does_not() {
    let mint_with = |current: &str| {
        let text = format!(
            r#"{{"current":"{current}","{current}":"{}"}}"#,
            match current {
                "1" => "a".repeat(43),
                _ => "x".repeat(43),
            }
        );
        let ring = Keyring::parse(&text).unwrap();
        mint(&ring, &tenant("demo"), TokenPurpose::ResetLink, LinkId::new([1; 10]))
            .expose_secret()
            .to_owned()
    };
    let retired = read_reset(&mint_with("1")).unwrap();
    assert_eq!(retired.key, KeyState::Retired("2026-11-01T00:00:00Z".parse().unwrap()));
    assert_eq!(read_reset(&mint_with("9")), Err(TokenFault::Unknown));
}

#[test]
fn what_mail_programs_do_to_a_token_is_damage_and_never_a_panic() {
    let text = token([9; 10]);
    for mangled in [
        format!("{text}."),
        format!("{text}>"),
        format!("<{text}"),
        text[..40].to_owned(),
        String::new(),
        "é".repeat(47),
        "é".repeat(23),
        format!("{}=\n{}", &text[..20], &text[20..]),
        "0".repeat(5000),
        format!("%20{}", &text[3..]),
        "\u{0}".repeat(47),
        "u".repeat(47),
    ] {
        assert_eq!(read_reset(&mangled), Err(TokenFault::Damaged), "{mangled:?}");
    }
}

#[test]
fn a_hundred_thousand_tokens_do_not_repeat_and_their_bits_are_even() {
    let mut seen = HashSet::new();
    let mut ones = 0_u64;
    for number in 0..100_000_u64 {
        let mut random = [0; 10];
        random[2..].copy_from_slice(&number.to_be_bytes());
        let id = LinkId::new(random);
        let mac = tag(&ring_key(), &tenant("demo"), TokenPurpose::ResetLink, id);
        ones += mac.iter().map(|byte| u64::from(byte.count_ones())).sum::<u64>();
        assert!(seen.insert(mac), "the MAC of two ids is the same");
    }
    // 12.8 million bits: five standard deviations are about 8,950 from the middle.
    assert!(ones.abs_diff(6_400_000) < 9_000, "{ones} ones of 12,800,000");
}

fn ring_key() -> [u8; 32] {
    *ring().derive_current(LABEL)
}

proptest! {
    #[test]
    fn every_single_wrong_symbol_and_every_swap_is_damage(
        id: [u8; 10], at in 0..TOKEN_SYMBOLS, symbol in 0_usize..32,
    ) {
        let good = token(id);
        let mut changed: Vec<char> = good.chars().collect();
        changed[at] = CROCKFORD_SYMBOLS.chars().nth(symbol).unwrap();
        let changed: String = changed.into_iter().collect();
        if changed != good {
            prop_assert_eq!(read_reset(&changed), Err(TokenFault::Damaged));
        }
        let mut swapped: Vec<char> = good.chars().collect();
        swapped.swap(at, (at + 1) % TOKEN_SYMBOLS);
        let swapped: String = swapped.into_iter().collect();
        if swapped != good && at + 1 < TOKEN_SYMBOLS {
            prop_assert_eq!(read_reset(&swapped), Err(TokenFault::Damaged));
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,100}") {
        prop_assert!(read_reset(&text).is_err());
    }
}
