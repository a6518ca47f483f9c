//! Sealed text: what a caller carries for us and can neither read nor change, such as the place in
//! a list, or a captcha. XChaCha20-Poly1305, whose nonce is long enough to be drawn at random.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use data_encoding::BASE64URL_NOPAD;

use crate::keys::{DerivedKey, Keyring};

/// Seals and opens for one use.
pub struct Seal(DerivedKey);

const NONCE_BYTES: usize = 24;

impl Seal {
    /// With a key of its own, derived from the ring's current one by `label`.
    #[must_use]
    pub fn new(keys: &Keyring, label: &str) -> Self {
        Self(keys.derive_current(label))
    }

    /// Seals `text` for `context`: opened under another, it is refused.
    #[must_use]
    pub fn seal(&self, context: &str, text: &str, nonce: [u8; NONCE_BYTES]) -> String {
        let payload = Payload { msg: text.as_bytes(), aad: context.as_bytes() };
        // The cipher refuses only what is longer than 256 GiB.
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        BASE64URL_NOPAD.encode(&[nonce.as_slice(), &sealed].concat())
    }

    /// The text, if it was sealed here for this context and is whole.
    #[must_use]
    pub fn open(&self, context: &str, sealed: &str) -> Option<String> {
        let bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        let text = self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()?;
        String::from_utf8(text).ok()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
