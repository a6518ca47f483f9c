use super::*;
use crate::time::after;

fn at(seconds: u32) -> Timestamp {
    after("2026-11-22T14:00:00Z".parse().unwrap(), seconds)
}

fn keys(text: &str) -> Keyring {
    Keyring::parse(text).unwrap()
}

fn ring(material: char) -> Keyring {
    keys(&format!(r#"{{"current":"1","1":"{}"}}"#, material.to_string().repeat(43)))
}

fn recovery() -> Recovery {
    let (tenant, login) = (TenantId::parse("demo"), Login::parse("mo@example.com"));
    Recovery {
        recovery_id: LinkId::new([1; 10]),
        account_ref: AccountRef::of(&tenant.unwrap(), &login.unwrap()),
        reason: Reason::LockedOut,
        started_at: at(0),
        expires_at: at(900),
        tries: 0,
        mails: 0,
        asked: None,
        code: Some(SentCode {
            account_id: "a".into(),
            epoch: 3,
            number: 1,
            digits: 6,
            key: '1',
            until: at(600),
        }),
        next_code_at: None,
        ended_at: None,
        support_code: SupportCode::new([0; 5]),
    }
}

fn with(change: impl Fn(&mut SentCode)) -> Recovery {
    let mut recovery = recovery();
    recovery.code.iter_mut().for_each(change);
    recovery
}

fn code(keys: &Keyring, tenant: &str, recovery: &Recovery) -> Option<String> {
    let code = recovery.code(keys, &TenantId::parse(tenant).unwrap());
    code.map(|code| code.expose_secret().to_owned())
}

#[test]
fn a_recovery_lives_to_the_second() {
    let spent = Recovery { tries: TRIES_MAX, ..recovery() };
    let ended = Recovery { ended_at: Some(at(5)), ..recovery() };
    let uncoded = Recovery { code: None, ..recovery() };
    // Asked for and never counted: nothing is looked at.
    let unsent = Recovery { asked: recovery().code, ..uncoded.clone() };
    assert!(unsent.code(&ring('k'), &TenantId::parse("demo").unwrap()).is_none());
    for (recovery, seconds, over, code_over) in [
        (&recovery(), 599, None, None),
        (&recovery(), 600, None, Some(Over::CodeExpired)),
        (&recovery(), 899, None, Some(Over::CodeExpired)),
        (&recovery(), 900, Some(Over::Expired), Some(Over::Expired)),
        (&uncoded, 899, None, None),
        (&spent, 10, Some(Over::Spent), Some(Over::Spent)),
        (&spent, 901, Some(Over::Spent), Some(Over::Spent)),
        (&ended, 10, Some(Over::Spent), Some(Over::Spent)),
    ] {
        assert_eq!(recovery.over(at(seconds)), over, "{recovery:?} at {seconds}");
        assert_eq!(recovery.code_over(at(seconds)), code_over, "{recovery:?} at {seconds}");
    }
}

#[test]
fn a_code_is_bound_to_all_that_it_is_derived_from() {
    let keys = ring('k');
    let first = code(&keys, "demo", &recovery()).unwrap();
    assert_eq!(code(&keys, "demo", &recovery()), Some(first.clone()), "the same at any retry");
    let other_id = Recovery { recovery_id: LinkId::new([2; 10]), ..recovery() };
    for (ring, tenant, recovery) in [
        (&keys, "demo2", recovery()),
        (&ring('x'), "demo", recovery()),
        (&keys, "demo", other_id),
        (&keys, "demo", with(|code| code.epoch = 4)),
        (&keys, "demo", with(|code| code.number = 2)),
    ] {
        assert_ne!(code(ring, tenant, &recovery), Some(first.clone()));
    }
    assert_eq!(code(&keys, "demo", &Recovery { code: None, ..recovery() }), None);
    assert_eq!(code(&keys, "demo", &with(|code| code.key = '2')), None);
}

#[test]
fn a_retired_key_accepts_no_code() {
    let material = "k".repeat(43);
    let text = format!(
        r#"{{"current":"2","1":"{material}","2":"{material}","retired":{{"1":"2026-01-01T00:00:00Z"}}}}"#
    );
    assert_eq!(code(&keys(&text), "demo", &recovery()), None);
}

#[test]
fn leading_zeros_survive_and_every_digit_comes_first() {
    let keys = ring('k');
    for digits in 6..=8 {
        let mut first_digits = std::collections::BTreeSet::new();
        for number in 0..200 {
            let recovery = with(|code| (code.number, code.digits) = (number, digits));
            let code = code(&keys, "demo", &recovery).unwrap();
            assert_eq!(code.len(), digits as usize);
            assert!(recovery.is_code(&keys, &TenantId::parse("demo").unwrap(), &code));
            first_digits.insert(code.chars().next().unwrap());
        }
        assert_eq!(first_digits.len(), 10);
    }
}

#[test]
fn nothing_but_the_whole_code_is_the_code() {
    let keys = ring('k');
    let tenant = TenantId::parse("demo").unwrap();
    let right = code(&keys, "demo", &recovery()).unwrap();
    let wrong = [right[..5].to_owned(), format!("{right}0"), format!("0{right}"), String::new()];
    assert!(wrong.iter().all(|typed| !recovery().is_code(&keys, &tenant, typed)));
}

#[test]
fn a_decoy_is_the_same_for_the_same_login_whatever_keys_come_after() {
    let (first, later) = ("a".repeat(43), "b".repeat(43));
    let before = keys(&format!(r#"{{"current":"1","1":"{first}"}}"#));
    let after = keys(&format!(r#"{{"current":"2","1":"{first}","2":"{later}"}}"#));
    let hint = |ring: &Keyring, tenant: &str, login: &str| {
        let login = Login::parse(login).unwrap();
        decoy_hint(&decoy_key(ring).unwrap(), &TenantId::parse(tenant).unwrap(), &login)
    };
    let logins = (0..200).map(|n| format!("user{n}@example.com"));
    let mut hints = std::collections::BTreeSet::new();
    let mut other_tenant = 0;
    for login in logins {
        let shown = hint(&before, "demo", &login);
        assert_eq!(shown.len(), 2);
        assert_eq!(shown, hint(&after, "demo", &login));
        other_tenant += u32::from(shown == hint(&before, "demo2", &login));
        hints.insert(shown);
    }
    assert!(hints.len() > 60, "as spread as the endings of numbers: {}", hints.len());
    assert!(other_tenant < 20);
    assert!(decoy_key(&keys(&format!(r#"{{"current":"2","2":"{later}"}}"#))).is_none());
}

#[test]
fn a_reason_and_a_channel_are_their_words() {
    for word in Reason::WORDS {
        assert_eq!(Reason::from_word(word).map(Reason::as_str), Some(word));
    }
    for word in CodeChannel::WORDS {
        assert_eq!(CodeChannel::from_word(word).map(CodeChannel::as_str), Some(word));
    }
    assert_eq!(Reason::from_word("x"), None);
    assert_eq!(CodeChannel::from_word("x"), None);
}
