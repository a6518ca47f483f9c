//! A phone number in one canonical spelling: E.164.
//!
//! Numbering plans are data, and change monthly: they are libphonenumber's, whose tables are read
//! when the first number is parsed and not before. Left out on purpose: extensions and words for
//! digits, which no text message reaches; and whether a country may be called at all, which the
//! tenant's settings say.

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region};

/// A number that a code can be sent to, by text message or by voice.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    e164: String,
    country: String,
}

/// The text is no number of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number")]
pub struct NotAPhoneNumber;

/// Fifteen digits, and room for what people write between them.
const TYPED_BYTES_MAX: usize = 40;
const E164_DIGITS_MAX: usize = 15;

impl PhoneNumber {
    /// Parses what a person typed, or a canonical spelling. A number without a country's code is
    /// one of `default_region`, an ISO 3166-1 alpha-2 code; if that is none, such numbers are
    /// refused.
    ///
    /// Only ASCII digits count, as in a login: what looks like another number is another number.
    pub fn parse(typed: &str, default_region: &str) -> Result<Self, NotAPhoneNumber> {
        let typed = typed.trim_matches(' ');
        if typed.len() > TYPED_BYTES_MAX || !typed.chars().all(is_dialled_or_between) {
            return Err(NotAPhoneNumber);
        }
        let region = Region::from_code(default_region).ok();
        let number = PHONE_NUMBER_UTIL.parse(typed, region).map_err(|_| NotAPhoneNumber)?;
        // SECURITY: a call to the others costs money that somebody else earns, or reaches nobody's
        // own phone. Held by `a_number_that_earns_its_owner_money_is_refused`.
        let of_a_person = matches!(
            PHONE_NUMBER_UTIL.get_number_type(&number),
            PhoneNumberType::Mobile
                | PhoneNumberType::FixedLineOrMobile
                | PhoneNumberType::FixedLine
        );
        // Satellites and networks at sea are "mobile", in a region that is the whole world.
        let country = PHONE_NUMBER_UTIL
            .get_region_for_number(&number)
            .filter(|region| of_a_person && *region != Region::World)
            .ok_or(NotAPhoneNumber)?;
        let e164 = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned();
        if e164.len() > E164_DIGITS_MAX + 1 {
            return Err(NotAPhoneNumber);
        }
        Ok(Self { e164, country: country.to_string() })
    }

    /// The canonical spelling: `+31612345678`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.e164
    }

    /// The last two digits: enough to recognise one's own number by, too little to call another's.
    #[must_use]
    pub fn hint(&self) -> &str {
        let start = self.e164.len().saturating_sub(2);
        self.e164.get(start..).unwrap_or_default()
    }

    /// The country whose plan it is of, ISO 3166-1 alpha-2; always known, also where several
    /// countries share a code.
    #[must_use]
    pub fn country(&self) -> &str {
        &self.country
    }
}

fn is_dialled_or_between(character: char) -> bool {
    character.is_ascii_digit() || matches!(character, '+' | ' ' | '-' | '.' | '/' | '(' | ')')
}

/// Personal data: a debug print shows the hint only.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PhoneNumber(…{})", self.hint())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_number_has_one_spelling() {
        for (typed, region, canonical, country) in [
            ("06 12345678", "NL", "+31612345678", "NL"),
            ("06-12 34 56 78", "NL", "+31612345678", "NL"),
            (" 0612345678 ", "NL", "+31612345678", "NL"),
            ("+31 6 12345678", "NL", "+31612345678", "NL"),
            ("+31 (0)6 12345678", "NL", "+31612345678", "NL"),
            ("0031612345678", "NL", "+31612345678", "NL"),
            ("+31612345678", "US", "+31612345678", "NL"),
            ("+31612345678", "", "+31612345678", "NL"),
            ("+31612345678", "nowhere", "+31612345678", "NL"),
            ("020 123 4567", "NL", "+31201234567", "NL"),
            ("06 12345678", "nl", "+31612345678", "NL"),
            ("0151/23456789", "DE", "+4915123456789", "DE"),
            ("+49 151 23456789", "NL", "+4915123456789", "DE"),
            ("030 123456", "DE", "+4930123456", "DE"),
            ("(202) 555-0173", "US", "+12025550173", "US"),
            ("202.555.0173", "US", "+12025550173", "US"),
            ("011 31 612345678", "US", "+31612345678", "NL"),
            ("+1 604 555 0173", "US", "+16045550173", "CA"),
            ("+44 7400 123456", "NL", "+447400123456", "GB"),
            ("+44 7781 123456", "NL", "+447781123456", "GG"),
            ("+39 06 1234 5678", "NL", "+390612345678", "IT"),
        ] {
            let number = PhoneNumber::parse(typed, region);
            let read = number.as_ref().map(|number| (number.as_str(), number.country()));
            assert_eq!(read, Ok((canonical, country)), "{typed}");
        }
    }

    #[test]
    fn a_number_that_earns_its_owner_money_is_refused() {
        for (typed, region, what) in [
            ("0900 1234", "NL", "premium"),
            ("0909 123456", "NL", "premium"),
            ("+31 900 123456", "NL", "premium"),
            ("+1 900 555 0173", "US", "premium"),
            ("+979 1 2345 6789", "NL", "international premium"),
            ("+44 870 123 4567", "NL", "shared cost or business rate"),
            ("0180 5 123456", "DE", "shared cost"),
            ("+800 1234 5678", "NL", "toll free"),
            ("0800 1234567", "NL", "toll free"),
            ("+31 14 020", "NL", "universal access"),
            ("+49 700 12345678", "NL", "personal"),
            ("+44 70 1234 5678", "NL", "personal"),
            ("+31 85 123 4567", "NL", "voice over IP"),
            ("+31 66 1234567", "NL", "pager"),
            ("+49 164 1234567", "NL", "pager"),
            ("+49 177 99 1234567", "NL", "voicemail"),
            ("+881 6 1234 5678", "NL", "satellite"),
            ("+870 773 111 632", "NL", "satellite"),
            ("+883 510 012 345 678", "NL", "international network"),
            ("1234", "NL", "short code"),
            ("112", "NL", "emergency"),
            ("911", "US", "emergency"),
        ] {
            assert_eq!(PhoneNumber::parse(typed, region), Err(NotAPhoneNumber), "{what}: {typed}");
        }
    }

    #[test]
    fn what_is_no_number_or_more_than_one_is_refused() {
        let digits = "1".repeat(TYPED_BYTES_MAX);
        for typed in [
            "",
            " ",
            "+",
            "+31",
            "06",
            "0612345",
            "061234567890123",
            "+999 123456789",
            "+31612345678;ext=12",
            "+31612345678;phone-context=+1",
            "tel:+31612345678",
            "0612345678 x12",
            "0612345678 ext. 12",
            "0612345678#12",
            "0612345678,12",
            "0612345678+31612345678",
            "0612345678 / 0687654321",
            "1-800-FLOWERS",
            "*31#0612345678",
            "0612345678\n",
            "0612345678\r\nBcc: eve@example.org",
            "06\t12345678",
            "06\x0012345678",
            "\u{202a}0612345678\u{202c}",
            "06\u{a0}12345678",
            "٠٦١٢٣٤٥٦٧٨",
            "０６１２３４５６７８",
            "＋31612345678",
            &digits,
        ] {
            assert_eq!(PhoneNumber::parse(typed, "NL"), Err(NotAPhoneNumber), "{typed:?}");
        }
        assert_eq!(PhoneNumber::parse("06 12345678", ""), Err(NotAPhoneNumber));
        assert_eq!(PhoneNumber::parse("0031612345678", "US"), Err(NotAPhoneNumber));
    }

    #[test]
    fn a_typed_number_has_at_most_40_bytes() {
        let spaced =
            |spaces: usize| format!("0612345678{}1", " ".repeat(spaces)).replacen("8", "", 1);
        assert_eq!(spaced(30).len(), TYPED_BYTES_MAX);
        assert!(PhoneNumber::parse(&spaced(30), "NL").is_ok());
        assert_eq!(PhoneNumber::parse(&spaced(31), "NL"), Err(NotAPhoneNumber));
    }

    #[test]
    fn a_number_shows_its_last_two_digits_and_prints_no_more() {
        let number = PhoneNumber::parse("06 12345678", "NL").unwrap();
        assert_eq!(number.hint(), "78");
        assert_eq!(format!("{number:?}"), "PhoneNumber(…78)");
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_has_a_spelling_that_stays(
            typed in r"[+0]{0,2}[0-9 ()/.-]{0,20}|.*",
            region in "[A-Z]{2}|.*",
        ) {
            if let Ok(number) = PhoneNumber::parse(&typed, &region) {
                let again = PhoneNumber::parse(number.as_str(), "");
                prop_assert_eq!(again, Ok(number.clone()));
                let digits = number.as_str().strip_prefix('+').unwrap();
                prop_assert!(digits.len() <= 15 && digits.bytes().all(|byte| byte.is_ascii_digit()));
            }
        }
    }
}
