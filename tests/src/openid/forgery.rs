//! ID tokens that no provider would make.

#![expect(clippy::unwrap_used, reason = "a harness stops the test that it serves")]

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::Value;

use super::process::Keys;

/// Who signs.
#[derive(Clone, Copy, Debug)]
pub enum Signer {
    /// The issuer, with its RSA key.
    Issuer,
    /// The issuer, with its key on a curve, whose `kid` is `published-ec`.
    IssuerOnACurve,
    /// Somebody with an RSA key of their own.
    Stranger,
    /// Somebody who has the issuer's public key, as a secret.
    HolderOfThePublicKey,
    /// The client itself, with its secret.
    HolderOf(&'static str),
    /// Nobody.
    Nobody,
}

/// An ID token before it is signed. It is as the real one until changed.
pub struct Forgery {
    /// The header.
    pub header: Value,
    /// What it claims.
    pub claims: Value,
    /// Who signs; it does not have to be in accord with the header.
    pub signer: Signer,
}

impl Forgery {
    pub(super) fn of(token: &str) -> Self {
        let mut parts = token
            .split('.')
            .map(|part| serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()));
        let mut part = || parts.next().unwrap().unwrap();
        Self { header: part(), claims: part(), signer: Signer::Issuer }
    }

    pub(super) fn signed(&self, keys: &Keys) -> String {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let message = format!("{}.{}", part(&self.header), part(&self.claims));
        let (key, algorithm) = match self.signer {
            Signer::Issuer => (EncodingKey::from_rsa_der(&keys.published), Algorithm::RS256),
            Signer::IssuerOnACurve => {
                (EncodingKey::from_ec_der(&keys.published_ec), Algorithm::ES256)
            }
            Signer::Stranger => (EncodingKey::from_rsa_der(&keys.stranger), Algorithm::RS256),
            Signer::HolderOfThePublicKey => {
                (EncodingKey::from_secret(keys.public_pem.as_bytes()), Algorithm::HS256)
            }
            Signer::HolderOf(secret) => {
                (EncodingKey::from_secret(secret.as_bytes()), Algorithm::HS256)
            }
            Signer::Nobody => return format!("{message}."),
        };
        let signature = crypto::sign(message.as_bytes(), &key, algorithm).unwrap();
        format!("{message}.{signature}")
    }
}
