use Violation::{Common, ContainsLastName, NeedsDigit, NeedsUppercase, TooLong, TooShort};

use super::*;

const SHORT: Violation = TooShort { min: 8 };
const LONG: Violation = TooLong { max: 128 };
const UPPER: Violation = NeedsUppercase { min: 1 };
const DIGIT: Violation = NeedsDigit { min: 1 };

fn violations(password: &str, last_name: &str) -> Vec<Violation> {
    let last_name = Some(last_name).filter(|name| !name.is_empty());
    PasswordPolicy::default().violations(&Password::parse(password).unwrap(), last_name)
}

#[test]
fn the_rules_of_the_seeds_with_all_violations_at_once() {
    let max = format!("Aa1{}", "x".repeat(125));
    let over = format!("Aa1{}", "x".repeat(126));
    let emoji_max = format!("Aa1{}", "🙂".repeat(125));
    let cases: &[(&str, &str, &[Violation])] = &[
        ("Zeilboot7", "Jansen", &[]),
        ("zeilboot7", "Jansen", &[UPPER]),
        ("Zeilboot", "Jansen", &[DIGIT]),
        ("zeilboot", "Jansen", &[UPPER, DIGIT]),
        ("Zeilbo7", "Jansen", &[SHORT]),
        ("a", "Jansen", &[SHORT, UPPER, DIGIT]),
        ("Zeilbot7", "Jansen", &[]),
        // Lengths are characters, not bytes.
        ("Zee🙂🙂🙂🙂7", "Jansen", &[]),
        ("Zee🙂🙂🙂7", "Jansen", &[SHORT]),
        ("Ée\u{301}éééé7", "Jansen", &[SHORT]), // seven after NFC
        ("Ⓩéééééé7", "Jansen", &[]),
        (&max, "Jansen", &[]),
        (&over, "Jansen", &[LONG]),
        (&emoji_max, "Jansen", &[]),
        // The last name, whatever its case, accents and joints.
        ("MijnJansen12", "Jansen", &[ContainsLastName]),
        ("mijnjANSEN12", "Jansen", &[ContainsLastName]),
        ("Jansén1234", "Jansen", &[ContainsLastName]),
        ("Muller12345", "Müller", &[ContainsLastName]),
        ("Müller12345", "Muller", &[ContainsLastName]),
        ("VanDerBerg12", "van der Berg", &[ContainsLastName]),
        ("van-der-Berg12", "van der Berg", &[ContainsLastName]),
        ("Jan-sen12345", "Jansen", &[ContainsLastName]),
        ("ODonnell12345", "O'Donnell", &[ContainsLastName]),
        ("Jans3n12345", "Jansen", &[]),
        // Names under three letters are not checked, nor is an absent one.
        ("Bootje1234", "Bo", &[]),
        ("Bobslee1234", "Bob", &[ContainsLastName]),
        ("Zeilboot7", "", &[]),
        // Common ones, whatever their case; long phrases are not.
        ("Password1", "Jansen", &[Common]),
        ("PASSWORD1", "Jansen", &[Common]),
        ("password1", "Jansen", &[UPPER, Common]),
        ("12345678", "Jansen", &[UPPER, Common]),
        ("My password is a long phrase 7", "Jansen", &[]),
    ];
    for (password, last_name, expected) in cases {
        assert_eq!(&violations(password, last_name), expected, "{password} for {last_name}");
    }
}

#[test]
fn other_minima_are_counted_in_characters_too() {
    let policy = PasswordPolicy {
        length_min: 10,
        uppercase_min: 2,
        lowercase_min: 3,
        digits_min: 2,
        symbols_min: 1,
        forbid_last_name: false,
        ..PasswordPolicy::default()
    };
    let check = |text: &str| policy.violations(&Password::parse(text).unwrap(), Some("Jansen"));
    assert_eq!(check("ZEilboot77!"), []);
    assert_eq!(check("ZEJansen77!"), []);
    assert_eq!(
        check("ZEI 7"),
        [
            TooShort { min: 10 },
            Violation::NeedsLowercase { min: 3 },
            NeedsDigit { min: 2 },
            Violation::NeedsSymbol { min: 1 },
        ]
    );
}

#[test]
fn a_violation_names_itself_and_its_bound() {
    let json = serde_json::to_value([SHORT, Violation::Reused]).unwrap();
    assert_eq!(json, serde_json::json!([{"code": "too_short", "min": 8}, {"code": "reused"}]));
}

#[test]
fn the_list_of_codes_is_whole() {
    let all = [
        SHORT,
        LONG,
        UPPER,
        Violation::NeedsLowercase { min: 1 },
        DIGIT,
        Violation::NeedsSymbol { min: 1 },
        ContainsLastName,
        Violation::Reused,
        Common,
    ];
    let codes = all.map(|violation| serde_json::to_value(violation).unwrap()["code"].clone());
    assert_eq!(codes, Violation::CODES);
}
