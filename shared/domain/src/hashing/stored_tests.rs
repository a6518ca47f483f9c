use proptest::prelude::*;

use super::*;
use crate::hashing::{Hasher, Verdict};

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

fn cheap() -> Hasher {
    Hasher::new(Cost { memory_kib: 64, passes: 1 })
}

fn refusal(text: &str) -> Option<HashRefusal> {
    normalised(text).err()
}

/// Published: RFC 7914 §11 and §12, jBCrypt's test, the manual of PHP's `crypt`.
const VECTORS: [(&str, &str); 5] = [
    (
        "passwd",
        "$pbkdf2-sha256$i=1,l=64$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLxJypzM8Xm2RZkWZLOdd+8xfHG4RbHjC9UJESBB06GXgw",
    ),
    (
        "pleaseletmein",
        "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw",
    ),
    ("a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"),
    ("rasmuslerdorf", "$2a$07$usesomesillystringfore2uDLvp1Ii2e./U9C8sBjqp8I90dH6hi"),
    ("rasmuslerdorf", "$2y$07$usesomesillystringfore2uDLvp1Ii2e./U9C8sBjqp8I90dH6hi"),
];

/// Of "Zeilboot7", made with Python's hashlib, bcrypt, passlib and argon2-cffi; the last as Django
/// writes it.
const MADE_ELSEWHERE: [&str; 17] = [
    "$2a$04$ZFjC.HtDGGk1295BkE42Bu8F2SS3IKbgcvAo9XF9NThZmQMOcRThy",
    "$2b$04$wyo/mGH354sUAfmeOWr6FuQWoxQjdl9rKSoqoq8bznixPqgImvU9i",
    "$2y$04$wyo/mGH354sUAfmeOWr6FuQWoxQjdl9rKSoqoq8bznixPqgImvU9i",
    "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$0I4mfrpTY/+Qdh0kIV2dhQNq+VBbONEbtK5frW1fEuw",
    "$scrypt$ln=10,r=8,p=4$c2FsdHNhbHRzYWx0c2FsdA$wtWhCOhLDSNCZL2UqHOdsRe0W5CiLRCI6jXvDA4l3Ow",
    "$scrypt$ln=4,r=8,p=1$1XoPIWQspTQmpLR2rtXamw$OAwwYJay6i+0pj9jfjUMYokGNLXdfokbZFgEc5QE5eE",
    "$pbkdf2-sha256$i=1000,l=32$c2FsdHNhbHRzYWx0c2FsdA$5hSrtZFFOIt8P4Y/bGCuhXcUllUsbUp4TARITuZVA4M",
    "$pbkdf2-sha512$i=1000,l=64$c2FsdHNhbHRzYWx0c2FsdA$SPCIPgjEMnSFZONZrylstmPp3y3OnhCZax0fJQElR+RiLIXXnFWWAiquKhtQrjR4x0gzWpSoqQVd/FpxWclMjg",
    "$pbkdf2-sha256$29000$WAuBUMoZ43yvVerdew9BKA$KYonIDeBYoXulMalTkGK34Lu6kCOx7DXQOSb92rltDQ",
    "$pbkdf2-sha256$10$wfifE4LQ.v/fG6P0ntN6rw$FhiuAyaNk4xZQ4lPAiS4/En.AIUNAXOR1hFb3Sa2aCA",
    "$pbkdf2-sha512$1000$ec.51xrjvNeak/L./1.LMQ$a8mY2EAEmwePINV9CdRfm4H/O3GyXg9CFmjGV5HR19WHCkmX9aRSW6gTMnJTk1BabZeGUdHzUlRS/fAB5k3UjA",
    "$argon2i$v=16$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$GQrouxZvbo+/iCNSClm9fHwgoymc5pF+ufgXNfx60YY",
    "$argon2i$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$2mjTjzgK4W8JxQobWFexhp3oiOPe7SeZDK6LM6bTNpY",
    "$argon2d$v=16$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$2z7ck6aUMq1Mf+ZBs9Ohb/7uqBrkhtzjIwM7ihObOaM",
    "$argon2d$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$7YNIZI81Mw1QBalykG8jBv+pkvKatX2L74SQP+G77wM",
    "$argon2id$v=16$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$mKJM2mkgvKfi+zOMNObdIWraXikD/PGIokLfBdHbx9M",
    "pbkdf2_sha256$1000$seasalt2$jRx0EPunFoI0weWYTq1ecjWtzLZX59nEnOUWProZJFs=",
];

#[test]
fn the_published_vectors_are_verified() {
    for (text, hash) in VECTORS {
        assert_eq!(cheap().verify(&password(text), Some(hash)), Verdict::RightButCheap, "{hash}");
    }
}

/// Each is dearer than what this hasher makes, and yet of another function.
#[test]
fn a_hash_of_other_software_fits_in_one_run_and_is_made_anew() {
    for hash in MADE_ELSEWHERE {
        let kept = normalised(hash).unwrap();
        assert!(kept.starts_with('$'), "the history tells imported entries by it: {kept}");
        for stored in [hash, &kept] {
            let hasher = cheap();
            let verdict = hasher.verify(&password("Zeilboot7"), Some(stored));
            assert_eq!((verdict, hasher.runs()), (Verdict::RightButCheap, 1), "{stored}");
            let verdict = hasher.verify(&password("Zeilboot8"), Some(stored));
            assert_eq!((verdict, hasher.runs()), (Verdict::Wrong, 2), "{stored}");
        }
    }
}

#[test]
fn a_hash_is_kept_as_it_came_unless_it_has_no_dollar_in_front() {
    for hash in MADE_ELSEWHERE.iter().filter(|hash| hash.starts_with('$')) {
        assert_eq!(normalised(hash).as_deref(), Ok(*hash));
    }
    assert_eq!(
        normalised("pbkdf2_sha256$1000$seasalt2$jRx0EPunFoI0weWYTq1ecjWtzLZX59nEnOUWProZJFs="),
        Ok("$pbkdf2-sha256$i=1000$c2Vhc2FsdDI$jRx0EPunFoI0weWYTq1ecjWtzLZX59nEnOUWProZJFs".into())
    );
}

#[test]
fn argon2id_of_another_shape_is_kept_if_it_is_worth_as_much() {
    // 64 KiB and two passes.
    let phc = "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$RmCMoK2O9fDF793LBwclS51NauZ730mG9JvJhs+Y3fU";
    for (memory_kib, passes, verdict) in [
        (128, 1, Verdict::Right),
        (32, 4, Verdict::Right),
        (129, 1, Verdict::RightButCheap),
        (64, 3, Verdict::RightButCheap),
    ] {
        let hasher = Hasher::new(Cost { memory_kib, passes });
        assert_eq!(hasher.verify(&password("Zeilboot7"), Some(phc)), verdict, "{memory_kib}");
    }
}

#[test]
fn bcrypt_sees_72_bytes_of_a_password_as_it_did_when_the_hash_was_made() {
    let of_72 = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i";
    let of_71 = "$2b$04$abcdefghijklmnopqrstuu.gc7UY/21CSNJGJg21jJzx9QiOpJ9bO";
    for (hash, bytes, fits) in [
        (of_71, 70, false),
        (of_71, 71, true),
        (of_71, 72, false),
        (of_72, 71, false),
        (of_72, 72, true),
        (of_72, 73, true),
        (of_72, 1024, true),
    ] {
        let verdict = cheap().verify(&password(&"x".repeat(bytes)), Some(hash));
        assert_eq!(verdict != Verdict::Wrong, fits, "{bytes} {hash}");
    }
}

/// And the bits that the salt's last character has to spare do not matter.
#[test]
fn bcrypt_reads_a_password_beyond_ascii_as_utf_8() {
    let hash = "$2b$04$abcdefghijklmnopqrstuurDAmzdH6W5A4lMUtEN4AKrtJa.DcKXK";
    for hash in [hash.to_owned(), hash.replace("stuu", "stuv")] {
        let hash = Some(hash.as_str());
        assert_eq!(cheap().verify(&password("Wachtwöord7"), hash), Verdict::RightButCheap);
        assert_eq!(cheap().verify(&password("Wachtwoord7"), hash), Verdict::Wrong);
    }
}

const SALT: &str = "c2FsdHNhbHRzYWx0c2FsdA";
const HASH: &str = "0I4mfrpTY/+Qdh0kIV2dhQNq+VBbONEbtK5frW1fEuw";
const HASH_64: &str =
    "SPCIPgjEMnSFZONZrylstmPp3y3OnhCZax0fJQElR+RiLIXXnFWWAiquKhtQrjR4x0gzWpSoqQVd/FpxWclMjg";
const BCRYPT: &str = "wyo/mGH354sUAfmeOWr6FuQWoxQjdl9rKSoqoq8bznixPqgImvU9i";

#[test]
fn a_hash_is_run_up_to_its_cap_and_not_beyond() {
    let with = |params: &str| format!("${params}${SALT}${HASH}");
    let allowed = [
        with("argon2id$v=19$m=65536,t=4,p=4"),
        with("argon2i$v=16$m=65536,t=4,p=4"),
        format!("$2b$13${BCRYPT}"),
        with("scrypt$ln=16,r=8,p=4"),
        with("scrypt$ln=13,r=64,p=1"),
        with("pbkdf2-sha256$i=1000000,l=32"),
        with("pbkdf2-sha256$1000000"),
        format!("$pbkdf2-sha512$i=1000000,l=64${SALT}${HASH_64}"),
        format!("$pbkdf2-sha256$i=500000,l=64${SALT}${HASH_64}"),
        format!("pbkdf2_sha256$1000000$seasalt2${HASH}="),
    ];
    for hash in allowed {
        assert_eq!(refusal(&hash), None, "{hash}");
    }
    let beyond = [
        with("argon2id$v=19$m=65537,t=4,p=4"),
        with("argon2id$v=19$m=65536,t=5,p=4"),
        with("argon2i$v=16$m=65536,t=4,p=5"),
        format!("$2b$14${BCRYPT}"),
        format!("$2b$31${BCRYPT}"),
        with("scrypt$ln=17,r=8,p=1"),
        with("scrypt$ln=16,r=9,p=1"),
        with("scrypt$ln=16,r=8,p=5"),
        with("scrypt$ln=1,r=65,p=1"),
        with("scrypt$ln=64,r=8,p=1"),
        with("scrypt$ln=4294967297,r=1,p=1"),
        with("scrypt$ln=4,r=4294967295,p=4294967295"),
        with("pbkdf2-sha256$i=1000001,l=32"),
        with("pbkdf2-sha256$1000001"),
        with("pbkdf2-sha256$i=99999999999,l=32"),
        format!("$pbkdf2-sha512$i=1000001,l=64${SALT}${HASH_64}"),
        format!("$pbkdf2-sha256$i=500001,l=64${SALT}${HASH_64}"),
        format!("pbkdf2_sha256$1000001$seasalt2${HASH}="),
    ];
    for hash in beyond {
        assert_eq!(refusal(&hash), Some(HashRefusal::TooCostly), "{hash}");
    }
}

/// One step beyond each cap, and the password is right: only never running it can say wrong.
#[test]
fn the_right_password_of_a_hash_beyond_the_caps_is_wrong() {
    for hash in [
        "$2b$14$abcdefghijklmnopqrstuuQbWBMm069el0hiHiYpBUu13tMxoBTsC",
        "$scrypt$ln=17,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$+7abIz2BC934N3KzT1MJatO6pK1MFtLZyNz49jLsfN0",
        "$scrypt$ln=10,r=8,p=5$c2FsdHNhbHRzYWx0c2FsdA$IXq3pSUbjvc5v0D9mS/CGppCJHk6a+ZqlCh4Ym4PT08",
        "$pbkdf2-sha256$i=1000001,l=32$c2FsdHNhbHRzYWx0c2FsdA$Upr666+j8P66VaPUGX8+JQrpQDE2pHrsoSOpH9e+6rM",
        "$pbkdf2-sha256$i=500001,l=64$c2FsdHNhbHRzYWx0c2FsdA$kcZNE3fODkpw5eSiY9oV4ywz/tCWSj8d+Ziu3K9/QyZDLV5pTzLleJjtd4zJowNt8OGWZ5jrbQdgBgSqoW6cpA",
        "$argon2id$v=19$m=64,t=5,p=1$c2FsdHNhbHRzYWx0c2FsdA$KLmGAcGFoSaeOCqhtrq5t0cEdJvKlhilkmCYMfSfSUQ",
        "$argon2id$v=19$m=131072,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$vs9l7qhzL6YUI2Pc2/sv5r9UoqqZoCu/li07Vpybq7I",
    ] {
        let hasher = cheap();
        let verdict = hasher.verify(&password("Zeilboot7"), Some(hash));
        assert_eq!((verdict, hasher.runs()), (Verdict::Wrong, 1), "{hash}");
    }
}

/// At the caps themselves, where checking takes longest.
#[test]
fn the_right_password_of_a_hash_at_the_caps_is_right() {
    for hash in [
        "$2b$13$abcdefghijklmnopqrstuuNIqculc8FWOqdrlHXgVd8n6BDnJV0le",
        "$scrypt$ln=16,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$luhPishXXsyjs71HTJF0HumQeIpfFLa8kzlcBXUWT2M",
        "$pbkdf2-sha512$i=1000000,l=64$c2FsdHNhbHRzYWx0c2FsdA$BPG5YBlR20MtTLJzyrVTn8uGcbxeVDgZd3eG4vs1irxpEP5ZE4namaw0HM2fI9fjmjsgfTjdY6/Qvurti6pLJA",
    ] {
        let verdict = cheap().verify(&password("Zeilboot7"), Some(hash));
        assert_eq!(verdict, Verdict::RightButCheap, "{hash}");
    }
}

#[test]
fn what_is_no_hash_is_of_no_known_form() {
    let with = |params: &str| format!("${params}${SALT}${HASH}");
    let long_salt = "YWFh".repeat(120);
    let cases = [
        String::new(),
        "$".into(),
        "$$$$".into(),
        "plaintext".into(),
        "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/".into(),
        "$5$rounds=9$x$y".into(),
        "$6$saltsalt$hash".into(),
        "{SSHA}c2FsdHNhbHRzYWx0".into(),
        "5f4dcc3b5aa765d61d8327deb882cf99".into(),
        // bcrypt
        format!("$2x$04${BCRYPT}"),
        format!("$2$04${BCRYPT}"),
        format!("$2b$03${BCRYPT}"),
        format!("$2b$32${BCRYPT}"),
        format!("$2b$4${BCRYPT}"),
        format!("$2b$004${BCRYPT}"),
        format!("$2b$+4${BCRYPT}"),
        format!("$2b$04${BCRYPT}x"),
        format!("$2b$04${BCRYPT}$"),
        format!("$2b$04${}", &BCRYPT[1..]),
        format!("$2b$04${}", &BCRYPT[..22]),
        format!("$2b$04${}", BCRYPT.replace('w', "+")),
        format!("$2b$04${}é", &BCRYPT[..21]),
        // scrypt
        with("scrypt$ln=0,r=8,p=1"),
        with("scrypt$ln=4,r=0,p=1"),
        with("scrypt$ln=4,r=8,p=0"),
        with("scrypt$r=8,ln=4,p=1"),
        with("scrypt$ln=4,r=8"),
        with("scrypt$ln=4,r=8,p=1,p=1"),
        with("scrypt$ln=04,r=8,p=1"),
        with("scrypt$ln=+4,r=8,p=1"),
        with("scrypt$ln=-4,r=8,p=1"),
        format!("$scrypt$ln=4,r=8,p=1${SALT}"),
        format!("$scrypt$ln=4,r=8,p=1$${HASH}"),
        format!("$scrypt$ln=4,r=8,p=1${SALT}$"),
        format!("$scrypt$ln=4,r=8,p=1${SALT}${HASH}="),
        format!("$scrypt$ln=4,r=8,p=1${SALT}${SALT}{HASH}{HASH}"),
        // PBKDF2
        with("pbkdf2$i=1000,l=32"),
        with("pbkdf2-sha1$i=1000,l=20"),
        with("pbkdf2-sha256$i=0,l=32"),
        with("pbkdf2-sha256$0"),
        with("pbkdf2-sha256$"),
        with("pbkdf2-sha256$i=,l=32"),
        with("pbkdf2-sha256$i=1000,l=31"),
        with("pbkdf2-sha256$i=1000,l=32,l=32"),
        with("pbkdf2-sha256$l=32,i=1000"),
        with("pbkdf2-sha256$01000"),
        with("pbkdf2-sha256$1e3"),
        with("pbkdf2-sha256$i=1000").replace('+', "."),
        format!("$pbkdf2-sha256$i=1000$${HASH}"),
        format!("$pbkdf2-sha256$i=1000${SALT}$"),
        format!("$pbkdf2-sha256$i=1000${SALT}$c2FsdA"),
        format!("$pbkdf2-sha256$i=1000${long_salt}${HASH}"),
        // Django's
        format!("pbkdf2_sha256$1000$seasalt2${HASH}"),
        format!("pbkdf2_sha256$1000$${HASH}="),
        format!("pbkdf2_sha256$0$seasalt2${HASH}="),
        format!("pbkdf2_sha256$1000,l=32,$seasalt2${HASH}="),
        format!("pbkdf2_sha256$1000$sea$salt2${HASH}="),
        "pbkdf2_sha256$1000$seasalt2$".into(),
        "pbkdf2_sha256$1000$seasalt2".into(),
        "pbkdf2_sha256$".into(),
        format!("pbkdf2_sha1$1000$seasalt2${HASH}="),
        // Argon2
        with("argon2id$v=18$m=64,t=2,p=1"),
        with("argon2id$v=20$m=64,t=2,p=1"),
        with("argon2id$v=19$m=7,t=2,p=1"),
        with("argon2id$v=19$m=64,t=0,p=1"),
        with("argon2id$v=19$m=64,t=2,p=0"),
        with("argon2x$v=19$m=64,t=2,p=1"),
        format!("$argon2id$v=19$m=64,t=2,p=1${SALT}"),
        format!("$argon2id$v=19$m=64,t=2,p=1$${HASH}"),
    ];
    for hash in cases {
        assert_eq!(refusal(&hash), Some(HashRefusal::Unknown), "{hash}");
    }
}

#[test]
fn the_bounds_of_text_and_output_are_where_they_say() {
    let of_bytes = |bytes: usize| BASE64_NOPAD.encode(&vec![7; bytes]);
    for (bytes, known) in [(15, false), (16, true), (64, true), (65, false)] {
        let hash = format!("$pbkdf2-sha256$i=1,l={bytes}${SALT}${}", of_bytes(bytes));
        assert_eq!(refusal(&hash).is_none(), known, "{bytes}");
    }
    let salt = of_bytes(335);
    for (iterations, text_bytes, known) in [(100, 512, true), (1000, 513, false)] {
        let hash = format!("$pbkdf2-sha256$i={iterations}${salt}${HASH}");
        assert_eq!((hash.len(), refusal(&hash).is_none()), (text_bytes, known));
    }
}

#[test]
fn a_refusal_has_a_code() {
    assert_eq!(HashRefusal::Unknown.code(), "unknown_hash");
    assert_eq!(HashRefusal::TooCostly.code(), "hash_too_costly");
}

proptest! {
    #[test]
    fn any_text_is_refused_and_costs_the_dummy_run(text in any::<String>()) {
        prop_assert_eq!(refusal(&text), Some(HashRefusal::Unknown));
        let hasher = cheap();
        prop_assert_eq!(hasher.verify(&password("Zeilboot7"), Some(&text)), Verdict::Wrong);
        prop_assert_eq!(hasher.runs(), 1);
    }

    /// Near misses: a few characters of a real hash replaced.
    #[test]
    fn a_damaged_hash_does_not_panic_and_what_is_accepted_stays_as_it_is(
        which in 0..MADE_ELSEWHERE.len(),
        at in 0..60_usize,
        with in r"[$,=.+/0-9a-z\PC]{0,3}",
    ) {
        let mut text: Vec<char> = MADE_ELSEWHERE[which].chars().collect();
        text.splice(at..(at + 1).min(text.len()), with.chars());
        let text: String = text.into_iter().collect();
        if let Ok(kept) = normalised(&text) {
            prop_assert!(kept.starts_with('$'));
            prop_assert_eq!(normalised(&kept), Ok(kept));
        }
    }
}
