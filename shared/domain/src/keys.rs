//! Keyrings: the secrets of Secrets Manager, by key id, so that they can be rotated.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::Deserialize;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::token::CROCKFORD_SYMBOLS;

/// One secret with its rotation: the current key mints, the others still verify, and a retired one
/// can only explain why something is dead.
///
/// The text is one flat JSON object: `{"current": "2", "1": "…", "2": "…", "retired": {"1":
/// "2026-11-01T00:00:00Z"}}`. A key id is one Crockford base32 symbol; a key is at least 43
/// random characters (256 bits in base64), and is never used itself but to derive others.
pub struct Keyring {
    current: KeyId,
    keys: BTreeMap<KeyId, Key>,
}

/// One Crockford base32 symbol.
pub type KeyId = char;

struct Key {
    material: Zeroizing<String>,
    retired_at: Option<Timestamp>,
}

/// What a key may do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// What it derived is accepted.
    Accepted,
    /// Since then, what it derived is dead.
    Retired(Timestamp),
}

impl KeyState {
    /// Whether what it derived is accepted at this moment.
    #[must_use]
    pub fn accepts(self, now: Timestamp) -> bool {
        match self {
            Self::Accepted => true,
            Self::Retired(at) => now < at,
        }
    }
}

/// The text of a secret is not a keyring. It says what is wrong and repeats nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKeyring {
    /// No JSON object of strings, or `retired` holds something else than moments.
    #[error("a keyring is a JSON object of key ids and keys")]
    Shape,
    /// A key id is not one Crockford symbol.
    #[error("a key id is one Crockford base32 symbol")]
    KeyId,
    /// A key is shorter than 43 characters.
    #[error("a key has at least 43 characters")]
    ShortKey,
    /// A key is retired that is not in the ring.
    #[error("a retired key is not in the ring")]
    Retired,
    /// The current key is missing or retired.
    #[error("the current key is missing or retired")]
    Current,
}

/// A key derived for one use, wiped when dropped.
pub type DerivedKey = Zeroizing<[u8; 32]>;

#[derive(Deserialize)]
struct KeyringText {
    current: String,
    #[serde(default)]
    retired: BTreeMap<String, Timestamp>,
    #[serde(flatten)]
    keys: BTreeMap<String, Zeroizing<String>>,
}

impl Keyring {
    /// Reads the text of a secret.
    pub fn parse(text: &str) -> Result<Self, BadKeyring> {
        let mut read: KeyringText = serde_json::from_str(text).map_err(|_| BadKeyring::Shape)?;
        let current = key_id(&read.current)?;
        // SECURITY: a slip in `retired` must not leave a key alive. Held by
        // `a_broken_secret_is_refused_and_never_repeated`.
        if read.retired.keys().any(|id| !read.keys.contains_key(id)) {
            return Err(BadKeyring::Retired);
        }
        let mut keys = BTreeMap::new();
        for (id, material) in std::mem::take(&mut read.keys) {
            if material.len() < KEY_CHARACTERS_MIN {
                return Err(BadKeyring::ShortKey);
            }
            let retired_at = read.retired.get(&id).copied();
            keys.insert(key_id(&id)?, Key { material, retired_at });
        }
        match keys.get(&current) {
            Some(Key { retired_at: None, .. }) => Ok(Self { current, keys }),
            _ => Err(BadKeyring::Current),
        }
    }

    /// The id of the key that mints.
    #[must_use]
    pub fn current(&self) -> KeyId {
        self.current
    }

    /// The ids of all keys, the retired ones too.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.keys.keys().copied()
    }

    /// The key of that id for one use, and what it may do; none if the ring does not hold it.
    #[must_use]
    pub fn derive(&self, id: KeyId, label: &str) -> Option<(DerivedKey, KeyState)> {
        let key = self.keys.get(&id)?;
        let state = key.retired_at.map_or(KeyState::Accepted, KeyState::Retired);
        Some((Zeroizing::new(mac(key.material.as_bytes(), &[label.as_bytes()])), state))
    }

    /// The current key for one use.
    #[must_use]
    pub fn derive_current(&self, label: &str) -> DerivedKey {
        #[expect(clippy::expect_used, reason = "`parse` makes no ring without its current key")]
        self.derive(self.current, label).map(|(key, _)| key).expect("the current key")
    }
}

const KEY_CHARACTERS_MIN: usize = 43;

fn key_id(text: &str) -> Result<KeyId, BadKeyring> {
    let mut symbols = text.chars();
    match (symbols.next(), symbols.next()) {
        (Some(symbol), None) if CROCKFORD_SYMBOLS.contains(symbol) => Ok(symbol),
        _ => Err(BadKeyring::KeyId),
    }
}

/// HMAC-SHA256 over parts, each with its length before it, so that no two lists of parts give the
/// same bytes.
#[must_use]
pub fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104 §2)")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    #[test]
    fn a_keyring_rotates_and_a_retired_key_says_since_when() {
        let text = format!(
            r#"{{"current":"2","1":"{A}","2":"{B}","retired":{{"1":"2026-11-01T00:00:00Z"}}}}"#
        );
        let ring = Keyring::parse(&text).unwrap();
        assert_eq!(ring.current(), '2');
        let (_, state) = ring.derive('1', "x").unwrap();
        assert_eq!(state, KeyState::Retired("2026-11-01T00:00:00Z".parse().unwrap()));
        assert_eq!(ring.derive('2', "x").unwrap().1, KeyState::Accepted);
        assert!(ring.derive('3', "x").is_none());
        assert_ne!(ring.derive_current("x"), ring.derive_current("y"));
        assert_eq!(ring.derive_current("x"), ring.derive('2', "x").unwrap().0);
    }

    #[test]
    fn a_broken_secret_is_refused_and_never_repeated() {
        for (text, fault) in [
            ("", BadKeyring::Shape),
            (r#"{"current":1}"#, BadKeyring::Shape),
            (r#"{"current":"1"}"#, BadKeyring::Current),
            (r#"{"current":"1","1":"short"}"#, BadKeyring::ShortKey),
            (&format!(r#"{{"current":"1","2":"{A}"}}"#), BadKeyring::Current),
            (
                &format!(
                    r#"{{"current":"2","1":"{A}","2":"{A}","retired":{{"01":"2026-11-01T00:00:00Z"}}}}"#
                ),
                BadKeyring::Retired,
            ),
            (&format!(r#"{{"current":"u","u":"{A}"}}"#), BadKeyring::KeyId),
            (
                &format!(r#"{{"current":"1","1":"{A}","retired":{{"1":"2026-11-01T00:00:00Z"}}}}"#),
                BadKeyring::Current,
            ),
        ] {
            assert_eq!(Keyring::parse(text).err(), Some(fault), "{text}");
        }
    }

    #[test]
    fn parts_cannot_be_shifted_into_each_other() {
        assert_ne!(mac(b"k", &[b"ab", b"c"]), mac(b"k", &[b"a", b"bc"]));
        assert_ne!(mac(b"k", &[b"abc"]), mac(b"k", &[b"abc", b""]));
    }
}
