//! Common passwords, as a filter that costs nothing to start and three look-ups to ask.
//!
//! `shared/domain/blocklist.bin` is a binary fuse filter with 16-bit fingerprints over 11,409
//! passwords: the 20 byte descriptor of `xorf`, then the fingerprints, all little-endian. About one
//! uncommon password in 65,536 is taken for a common one; a common one is never missed.
//!
//! Where the passwords come from:
//! - 8,346 from Django 5.2.19, `django/contrib/auth/common-passwords.txt.gz`: 19,640 passwords by
//!   how often they were met in breaches, lower-cased, collected by Royce Williams. Licence
//!   BSD-3-Clause, Copyright (c) Django Software Foundation and individual contributors.
//! - 3,063 of our own, in Dutch and English: what people make of a season, a month, a city or a club
//!   when they are told to add a digit.
//!
//! Entries shorter than 8 characters are left out, as no policy lets anyone choose them, and so are
//! those that are not ASCII, nearly all of which were damaged before they were collected. What
//! remains is lower case, and NFC by being ASCII. `cargo xtask blocklist` makes the file anew, byte
//! for byte.
//!
//! What is deliberately absent: pieces and variants. A phrase with "password" in it is a good
//! password, and whoever counts `p@ssw0rd` as `password` soon refuses everything.

use sha2::{Digest, Sha256};
use xorf::{BinaryFuse16, BinaryFuse16Ref, DmaSerializable, Filter, FilterRef};

/// The fingerprints are read where they lie, as 16-bit numbers, so they must lie on an even address.
#[repr(C, align(2))]
struct Aligned<const LENGTH: usize>([u8; LENGTH]);

static FILTER: Aligned<{ include_bytes!("../blocklist.bin").len() }> =
    Aligned(*include_bytes!("../blocklist.bin"));

const DESCRIPTOR_BYTES: usize = BinaryFuse16::DESCRIPTOR_LEN;

// What the filter's own checks would find out at run time.
const _: () = assert!(FILTER.0.len() > DESCRIPTOR_BYTES, "blocklist.bin is cut off");
const _: () = assert!(DESCRIPTOR_BYTES.is_multiple_of(2) && FILTER.0.len().is_multiple_of(2));
const _: () = assert!(cfg!(target_endian = "little"), "blocklist.bin is read where it lies");

/// Whether a password is one of the most common ones. `folded` is the password in NFC and lower
/// case; anything else is simply never found.
#[must_use]
pub fn is_common(folded: &str) -> bool {
    let (descriptor, fingerprints) = FILTER.0.split_at(DESCRIPTOR_BYTES);
    BinaryFuse16Ref::from_dma(descriptor, fingerprints).contains(&key(folded))
}

/// The key of a folded password in the filter: the first eight bytes of its SHA-256, little-endian.
/// Public for `cargo xtask blocklist`, which makes the filter; the same everywhere and for ever, as
/// a hash of the standard library need not be.
#[must_use]
pub fn key(folded: &str) -> u64 {
    let hash: [u8; 32] = Sha256::digest(folded).into();
    let [a, b, c, d, e, f, g, h, ..] = hash;
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_passwords_are_common() {
        for common in [
            "password1",
            "password123",
            "qwerty123",
            "iloveyou1",
            "trustno1",
            "wachtwoord",
            "wachtwoord1",
            "welkom01",
            "welkom123",
            "welkom2026",
            "zomer2026",
            "winter2025!",
            "herfst01",
            "lente2027",
            "summer2026!",
            "feyenoord1",
            "september1",
        ] {
            assert!(is_common(common), "{common}");
        }
    }

    #[test]
    fn a_long_phrase_with_a_common_password_in_it_is_not_common() {
        for fine in [
            "my password is a long phrase",
            "password1 with a bicycle and a lamp",
            "welkom01 in de lange straat",
            "correct horse battery staple",
            "",
        ] {
            assert!(!is_common(fine), "{fine}");
        }
    }

    #[test]
    fn what_is_too_short_to_be_chosen_takes_no_room() {
        for short in ["123456", "qwerty", "welkom", "zomer1"] {
            assert!(!is_common(short), "{short}");
        }
    }

    #[test]
    fn hardly_any_uncommon_password_is_taken_for_a_common_one() {
        let taken = (0..100_000).filter(|n| is_common(&format!("uncommon-{n:x}-phrase"))).count();
        // 1.5 are expected; eight or more would happen once in about five thousand such samples,
        // and as the sample and the filter are fixed this one either always passes or never.
        assert!(taken < 8, "{taken} of 100,000");
    }

    #[test]
    fn a_key_never_changes() {
        // The beginning of SHA-256("abc"), FIPS 180-4's own example, as a little-endian number.
        assert_eq!(
            key("abc"),
            u64::from_le_bytes([0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea])
        );
    }
}
