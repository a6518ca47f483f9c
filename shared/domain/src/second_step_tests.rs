use proptest::prelude::*;

use super::*;
use crate::keys::Keyring;

fn seal() -> Seal {
    let text = format!(r#"{{"current":"1","1":"{}"}}"#, "a".repeat(43));
    Seal::new(&Keyring::parse(&text).unwrap(), SEAL_LABEL)
}

fn tenant() -> TenantId {
    TenantId::parse("demo").unwrap()
}

fn whose(tenant: &TenantId) -> Whose<'_> {
    Whose { tenant, account_id: "0199" }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// The secret of RFC 6238, appendix B.
const SECRET: &[u8; SECRET_BYTES] = b"12345678901234567890";

fn code(now: i64) -> TypedCode {
    let totp = builder(SECRET.to_vec()).build_noncompliant();
    TypedCode::parse(&totp.generate(now as u64).to_string()).unwrap()
}

fn codes(tenant: &TenantId) -> Vec<RecoveryCode> {
    (0..10).map(|n| RecoveryCode::new(whose(tenant), [n; RECOVERY_CODE_BYTES])).collect()
}

/// Switched on at `now`, by the code of the step before.
fn on(tenant: &TenantId, now: i64) -> SecondStep {
    let enrolment = Enrolment::new(&seal(), whose(tenant), SECRET, [1; 24], at(now));
    let (codes, typed) = (codes(tenant), code(now - 30));
    enrolment.confirmed(&seal(), whose(tenant), &typed, &codes, at(now)).unwrap()
}

fn next(checked: Checked) -> SecondStep {
    match checked {
        Checked::Right(next) => *next,
        other => panic!("{other:?}"),
    }
}

/// RFC 6238, appendix B, eight digits.
#[test]
fn the_vectors_of_the_standard_hold() {
    let seeds: [(Algorithm, &[u8]); 3] = [
        (Algorithm::SHA1, SECRET),
        (Algorithm::SHA256, b"12345678901234567890123456789012"),
        (Algorithm::SHA512, b"1234567890123456789012345678901234567890123456789012345678901234"),
    ];
    for (time, expected) in [
        (59, ["94287082", "46119246", "90693936"]),
        (1_111_111_109, ["07081804", "68084774", "25091201"]),
        (1_111_111_111, ["14050471", "67062674", "99943326"]),
        (1_234_567_890, ["89005924", "91819424", "93441116"]),
        (2_000_000_000, ["69279037", "90698825", "38618901"]),
        (20_000_000_000, ["65353130", "77737706", "47863826"]),
    ] {
        for ((algorithm, seed), expected) in seeds.iter().zip(expected) {
            let totp = builder(seed.to_vec()).with_algorithm(*algorithm).with_digits(8);
            assert_eq!(totp.build_noncompliant().generate(time).to_string(), expected, "{time}");
        }
    }
    // And ours, which are six digits of the first.
    let TypedCode::Totp(ours) = code(59) else { panic!() };
    assert_eq!(ours.expose_secret(), "287082");
}

#[test]
fn a_code_of_this_step_or_the_one_before_is_right_and_no_other() {
    let tenant = tenant();
    let now = 1_800_000_000; // the first second of a step
    let second_step = SecondStep { last_step: 0, ..on(&tenant, now) };
    for (code_at, is_right) in [
        (now - 31, false),
        (now - 30, true),
        (now - 1, true),
        (now, true),
        (now + 29, true),
        (now + 30, false),
        (now + 60, false),
    ] {
        let checked = second_step.check(&seal(), whose(&tenant), &code(code_at), None, at(now));
        assert_eq!(matches!(checked, Checked::Right(_)), is_right, "{}", code_at - now);
    }
    // A minute at most: from the first second of its step to the last of the next.
    let checked = |now| second_step.check(&seal(), whose(&tenant), &code(1_800_000_000), None, now);
    assert!(matches!(checked(at(now + 59)), Checked::Right(_)));
    assert_eq!(checked(at(now + 60)), Checked::Wrong);
}

#[test]
fn a_code_is_accepted_once() {
    let (tenant, now) = (tenant(), 1_800_000_000);
    let check = |second_step: &SecondStep, code_at, now| {
        second_step.check(&seal(), whose(&tenant), &code(code_at), None, at(now))
    };
    let enrolled = on(&tenant, now);
    // What switched it on is used.
    assert_eq!(check(&enrolled, now - 30, now), Checked::Used);
    let used = next(check(&enrolled, now, now));
    assert_eq!(check(&used, now, now), Checked::Used);
    // An older one after a newer one.
    assert_eq!(check(&used, now - 30, now), Checked::Used);
    let later = next(check(&used, now + 30, now + 30));
    assert_eq!(later.last_step, used.last_step + 1);
    assert_eq!(check(&later, now, now + 30), Checked::Used);
}

#[test]
fn a_recovery_code_is_good_once_and_replaced() {
    let (tenant, now) = (tenant(), 1_800_000_000);
    let second_step = on(&tenant, now);
    assert_eq!(second_step.recovery_codes.len(), RECOVERY_CODES);
    let code = &codes(&tenant)[3];
    let replacement = RecoveryCode::new(whose(&tenant), [99; RECOVERY_CODE_BYTES]);
    let shown = code.text.expose_secret();
    for typed in [shown.to_owned(), shown.to_uppercase(), shown.replace('-', " ")] {
        let typed = TypedCode::parse(&typed).unwrap();
        let check = |second_step: &SecondStep| {
            second_step.check(&seal(), whose(&tenant), &typed, Some(&replacement), at(now))
        };
        let used = next(check(&second_step));
        assert_eq!(used.recovery_codes.len(), RECOVERY_CODES);
        assert_eq!(check(&used), Checked::Wrong);
        let typed = TypedCode::parse(replacement.text.expose_secret()).unwrap();
        let checked = used.check(&seal(), whose(&tenant), &typed, None, at(now));
        assert_eq!(next(checked).recovery_codes.len(), RECOVERY_CODES - 1);
    }
}

#[test]
fn a_disabled_app_is_refused_and_a_recovery_code_is_not() {
    let (tenant, now) = (tenant(), 1_800_000_000);
    let second_step = SecondStep { disabled_at: Some(at(now)), ..on(&tenant, now) };
    let check = |code: &TypedCode| second_step.check(&seal(), whose(&tenant), code, None, at(now));
    assert_eq!(check(&code(now)), Checked::Disabled);
    let recovery = TypedCode::parse(codes(&tenant)[0].text.expose_secret()).unwrap();
    assert!(matches!(check(&recovery), Checked::Right(_)));
}

#[test]
fn what_is_sealed_opens_for_one_account_and_an_enrolment_ends() {
    let (tenant, now) = (tenant(), 1_800_000_000);
    let enrolment = Enrolment::new(&seal(), whose(&tenant), SECRET, [1; 24], at(now));
    assert!(!enrolment.sealed.contains("3132"), "the secret is not in it");
    let confirmed = |whose: Whose<'_>, code_at, now| {
        enrolment.confirmed(&seal(), whose, &code(code_at), &[], at(now)).is_some()
    };
    assert!(confirmed(whose(&tenant), now, now));
    assert!(!confirmed(Whose { tenant: &tenant, account_id: "0200" }, now, now));
    let other = TenantId::parse("demo2").unwrap();
    assert!(!confirmed(whose(&other), now, now));
    assert!(!confirmed(whose(&tenant), now - 60, now));
    assert!(confirmed(whose(&tenant), now + 599, now + 599));
    assert!(!confirmed(whose(&tenant), now + 600, now + 600));
    let recovery = TypedCode::parse(codes(&tenant)[0].text.expose_secret()).unwrap();
    assert!(enrolment.confirmed(&seal(), whose(&tenant), &recovery, &[], at(now)).is_none());
}

#[test]
fn an_app_is_given_a_uri_that_any_of_them_reads() {
    let app = AppSecret::new(SECRET, "De: Demo & Zn.", "mo+x@example.com").unwrap();
    let uri = url::Url::parse(app.uri.expose_secret()).unwrap();
    assert_eq!((uri.scheme(), uri.host_str()), ("otpauth", Some("totp")));
    let pairs: std::collections::BTreeMap<_, _> = uri.query_pairs().into_owned().collect();
    assert_eq!(pairs["secret"], "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_eq!(pairs["secret"], app.text.expose_secret());
    assert_eq!(pairs["issuer"], "De  Demo & Zn.");
    // What it does not say is the default (Google's key URI format): SHA-1, 6 digits, 30 seconds.
    assert_eq!(pairs.get("digits").map_or("6", |text| text), "6");
    assert_eq!(pairs.get("period").map_or("30", |text| text), "30");
    assert_eq!(pairs.get("algorithm").map_or("SHA1", |text| text), "SHA1");
    let read = Totp::from_url(app.uri.expose_secret()).unwrap();
    assert_eq!(read.account_name(), "mo+x@example.com");
    assert_eq!(read.generate(59).to_string(), "287082");
}

#[test]
fn a_code_is_told_by_its_shape() {
    let shape = |typed: &str| match TypedCode::parse(typed) {
        Some(TypedCode::Totp(_)) => "totp",
        Some(TypedCode::Recovery(_)) => "recovery",
        None => "none",
    };
    for (typed, expected) in [
        ("123456", "totp"),
        ("123 456", "totp"),
        ("000000", "totp"),
        ("12345", "none"),
        ("1234567", "none"),
        ("12345a", "none"),
        ("١٢٣٤٥٦", "none"),
        ("", "none"),
        ("abcdef-ghjkmn-pqrstv-wxyz01", "recovery"),
        ("ABCDEFGHJKMNPQRSTVWXYZO1", "recovery"),
        ("abcdef-ghjkmn-pqrstv-wxyz0", "none"),
        ("abcdef-ghjkmn-pqrstv-wxyz0u", "none"),
        ("abcdef-ghjkmn-pqrstv-wxyz012", "none"),
    ] {
        assert_eq!(shape(typed), expected, "{typed}");
    }
}

proptest! {
    #[test]
    fn no_text_stops_it(typed in "\\PC{0,40}") {
        let _ = TypedCode::parse(&typed);
    }
}
