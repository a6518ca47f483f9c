//! Sealed text: what a caller carries for us and can neither read nor change, such as the place in
//! a list, or a captcha; and what is encrypted at rest. XChaCha20-Poly1305, whose nonce is long
//! enough to be drawn at random.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use data_encoding::BASE64URL_NOPAD;

use crate::keys::{DerivedKey, KeyId, KeyState, Keyring};

/// Seals and opens for one use. The first symbol of what is sealed is the id of its key, so that it
/// opens after a rotation; a retired key opens nothing.
pub struct Seal {
    current: KeyId,
    keys: Vec<(KeyId, DerivedKey)>,
}

const NONCE_BYTES: usize = 24;

impl Seal {
    /// With keys of its own, derived from the ring's by `label`.
    #[must_use]
    pub fn new(ring: &Keyring, label: &str) -> Self {
        let accepted = |id| match ring.derive(id, label)? {
            (key, KeyState::Accepted) => Some((id, key)),
            (_, KeyState::Retired(_)) => None,
        };
        Self { current: ring.current(), keys: ring.ids().filter_map(accepted).collect() }
    }

    /// Seals `text` for `context`: opened under another, it is refused.
    #[must_use]
    pub fn seal(&self, context: &str, text: &str, nonce: [u8; NONCE_BYTES]) -> String {
        let payload = Payload { msg: text.as_bytes(), aad: context.as_bytes() };
        // The ring has its current key, and the cipher refuses only what is longer than 256 GiB.
        let cipher = self.cipher(self.current);
        let sealed = cipher.and_then(|cipher| cipher.encrypt(&XNonce::from(nonce), payload).ok());
        let sealed = [nonce.as_slice(), &sealed.unwrap_or_default()].concat();
        format!("{}{}", self.current, BASE64URL_NOPAD.encode(&sealed))
    }

    /// The text, if it was sealed here for this context and is whole.
    #[must_use]
    pub fn open(&self, context: &str, sealed: &str) -> Option<String> {
        let key_id = sealed.chars().next()?;
        let bytes = BASE64URL_NOPAD.decode(sealed.strip_prefix(key_id)?.as_bytes()).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        let text = self.cipher(key_id)?.decrypt(&XNonce::from(*nonce), payload).ok()?;
        String::from_utf8(text).ok()
    }

    fn cipher(&self, id: KeyId) -> Option<XChaCha20Poly1305> {
        let (_, key) = self.keys.iter().find(|(key_id, _)| *key_id == id)?;
        Some(XChaCha20Poly1305::new(&Key::from(**key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_before_a_rotation_opens_after_it_and_not_under_a_retired_key() {
        let (a, b) = ("a".repeat(43), "b".repeat(43));
        let ring = |text: String| Seal::new(&Keyring::parse(&text).unwrap(), "x");
        let before = ring(format!(r#"{{"current":"1","1":"{a}"}}"#));
        let sealed = before.seal("demo", "mo", [3; 24]);
        let rotated = ring(format!(r#"{{"current":"2","1":"{a}","2":"{b}"}}"#));
        assert_eq!(rotated.open("demo", &sealed).as_deref(), Some("mo"));
        let anew = rotated.seal("demo", "mo", [3; 24]);
        assert_eq!(before.open("demo", &anew), None);
        let retired = format!(
            r#"{{"current":"2","1":"{a}","2":"{b}","retired":{{"1":"2026-11-01T00:00:00Z"}}}}"#
        );
        let retired = ring(retired);
        assert_eq!(retired.open("demo", &sealed), None);
        assert_eq!(retired.open("demo", &anew).as_deref(), Some("mo"));
    }

    #[test]
    fn sealed_text_is_opened_whole_in_its_own_context_and_not_otherwise() {
        let text = format!(r#"{{"current":"1","1":"{}"}}"#, "a".repeat(43));
        let seal = Seal::new(&Keyring::parse(&text).unwrap(), "x");
        let other = Seal::new(&Keyring::parse(&text).unwrap(), "y");
        let sealed = seal.seal("demo", "mo@example.com", [3; 24]);
        assert_eq!(seal.open("demo", &sealed).as_deref(), Some("mo@example.com"));
        assert_eq!(seal.open("demo2", &sealed), None);
        assert_eq!(other.open("demo", &sealed), None);
        assert!(!sealed.contains("mo"));
        for at in 0..sealed.len() {
            let mut bent = sealed.clone().into_bytes();
            bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
            let bent = String::from_utf8(bent).unwrap();
            assert!(bent == sealed || seal.open("demo", &bent).is_none(), "{at}");
        }
        for cut in ["", "A", &sealed[..40], &sealed[..sealed.len() - 1]] {
            assert_eq!(seal.open("demo", cut), None);
        }
    }
}
