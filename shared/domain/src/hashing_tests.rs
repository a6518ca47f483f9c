use super::*;

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

fn cheap() -> Hasher {
    Hasher::new(Cost { memory_kib: 64, passes: 1 })
}

fn ring(current: &str) -> Keyring {
    let (a, b) = ("a".repeat(43), "b".repeat(43));
    Keyring::parse(&format!(r#"{{"current":"{current}","1":"{a}","2":"{b}"}}"#)).unwrap()
}

#[test]
fn a_hash_fits_its_password_and_no_other() {
    let hasher = Hasher::new(Cost::PRESENT);
    let phc = hasher.hash(&password("Zeilboot7"), [7; 16]).unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    assert_eq!(hasher.verify(&password("Zeilboot7"), Some(&phc)), Verdict::Right);
    assert_eq!(hasher.verify(&password("Zeilboot8"), Some(&phc)), Verdict::Wrong);
    assert_eq!(hasher.runs(), 3);
}

#[test]
fn a_hash_that_costs_less_than_today_is_made_anew_and_a_dearer_one_is_kept() {
    let dear = Hasher::new(Cost { memory_kib: 128, passes: 2 });
    let phc_cheap = cheap().hash(&password("Zeilboot7"), [7; 16]).unwrap();
    let phc_dear = dear.hash(&password("Zeilboot7"), [7; 16]).unwrap();
    assert_eq!(dear.verify(&password("Zeilboot7"), Some(&phc_cheap)), Verdict::RightButCheap);
    assert_eq!(dear.verify(&password("Zeilboot8"), Some(&phc_cheap)), Verdict::Wrong);
    assert_eq!(cheap().verify(&password("Zeilboot7"), Some(&phc_dear)), Verdict::Right);
}

#[test]
fn an_unknown_login_costs_one_run_too() {
    let hasher = cheap();
    assert_eq!(hasher.verify(&password("Zeilboot7"), None), Verdict::Wrong);
    assert_eq!(hasher.runs(), 1);
}

#[test]
fn a_hostile_stored_hash_is_never_run() {
    let salt_and_hash = "c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g";
    for phc in [
        format!("$argon2id$v=19$m=4194304,t=2,p=1${salt_and_hash}"),
        format!("$argon2id$v=19$m=19456,t=1000000,p=1${salt_and_hash}"),
        format!("$argon2id$v=19$m=19456,t=2,p=200${salt_and_hash}"),
        format!("$argon2id$v=18$m=19456,t=2,p=1${salt_and_hash}"),
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0".to_owned(),
        "$5$rounds=9$x$y".to_owned(),
        "plaintext".to_owned(),
        String::new(),
    ] {
        let hasher = cheap();
        assert_eq!(hasher.verify(&password("Zeilboot7"), Some(&phc)), Verdict::Wrong, "{phc}");
        assert_eq!(hasher.runs(), 1, "{phc}");
    }
}

#[test]
fn a_history_of_any_length_costs_one_run_and_survives_a_rotated_key() {
    let salt = history_salt([3; 16]);
    let old = ring("1");
    let mut history: Vec<String> = (0..5)
        .map(|n| cheap().history(&password(&format!("Zeilboot{n}")), &salt, &old).unwrap().entry())
        .collect();
    history.resize_with(400, || "1AAAA".to_owned());
    let (hasher, rotated) = (cheap(), ring("2"));
    assert!(hasher.history(&password("Zeilboot3"), &salt, &rotated).unwrap().is_in(&history));
    assert_eq!(hasher.runs(), 1);
    assert!(!hasher.history(&password("Zeilboot9"), &salt, &rotated).unwrap().is_in(&history));
    let other_salt = history_salt([4; 16]);
    assert!(
        !hasher.history(&password("Zeilboot3"), &other_salt, &rotated).unwrap().is_in(&history)
    );
    let entry = hasher.history(&password("Zeilboot9"), &salt, &rotated).unwrap().entry();
    assert!(entry.starts_with('2') && !entry.contains("Zeilboot"));
}

#[test]
fn a_history_is_bounded_and_loses_its_oldest() {
    let mut account: Account = serde_json::from_value(serde_json::json!({
        "account_id": "a", "login": "mo@example.com", "epoch": 0, "password_version": 0,
        "created_at": 0,
    }))
    .unwrap();
    account.history = (0..HISTORY_ENTRIES_MAX).map(|n| n.to_string()).collect();
    let longer = history_with(&account, "new".into());
    assert_eq!(longer.len(), HISTORY_ENTRIES_MAX);
    assert_eq!((longer.first(), longer.last()), (Some(&"1".to_owned()), Some(&"new".to_owned())));
}

/// The vector of RFC 9106 has a secret and associated data; this is the reference
/// implementation's own (`argon2 somesalt -id -t 2 -m 16 -p 1`, in its `test.c`).
#[test]
fn a_hash_made_elsewhere_is_verified() {
    let phc =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    assert_eq!(cheap().verify(&password("password"), Some(phc)), Verdict::Right);
    assert_eq!(cheap().verify(&password("Password"), Some(phc)), Verdict::Wrong);
}

#[test]
fn an_imported_hash_stays_in_the_history_when_it_is_replaced() {
    let mut account: Account = serde_json::from_value(serde_json::json!({
        "account_id": "a", "login": "mo@example.com", "epoch": 0, "password_version": 1,
        "created_at": 0, "password_phc": "$argon2id$x", "history": ["1abc"],
    }))
    .unwrap();
    assert_eq!(imported(&account).collect::<Vec<_>>(), ["$argon2id$x"]);
    account.history = history_with(&account, "1new".into());
    assert_eq!(account.history, ["1abc", "$argon2id$x", "1new"]);
    account.password_in_history = true;
    assert_eq!(imported(&account).collect::<Vec<_>>(), ["$argon2id$x"]);
    assert_eq!(history_with(&account, "1newer".into()).last().unwrap(), "1newer");
}
