//! Sessions: EdDSA tokens that anyone can verify with `jwks.json`, and that name the account's
//! epoch, so that a change of password ends them.

use jiff::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use regain_domain::Account;
use regain_domain::keys::{KeyState, Keyring};
use regain_domain::time::after;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{Call, random};

/// Signs sessions, and shows the keys to verify them with.
pub struct Sessions {
    current: (char, EncodingKey),
    keys: Value,
    public_base: String,
}

/// The secret gives no signing key.
#[derive(Debug, thiserror::Error)]
#[error("the session secret gives no signing key")]
pub struct BadSigningKey;

#[derive(Serialize)]
struct Claims<'a> {
    iss: String,
    aud: &'a str,
    sub: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    amr: [&'static str; 1],
    epoch: u64,
}

/// RFC 8410 §7: what stands before the 32 bytes of an Ed25519 private key in PKCS #8.
const PKCS8_ED25519: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

impl Sessions {
    /// With the keys of the `sessions` secret; tokens name `public_base` as their issuer.
    pub fn new(secret: &Keyring, public_base: &str) -> Result<Self, BadSigningKey> {
        let keys: Option<Vec<Value>> = secret
            .ids()
            .filter(|id| {
                let state = secret.derive(*id, LABEL).map(|(_, state)| state);
                state == Some(KeyState::Accepted)
            })
            .map(|id| public_key(id, &signing_key(secret, id)?))
            .collect();
        let current = signing_key(secret, secret.current()).ok_or(BadSigningKey)?;
        Ok(Self {
            current: (secret.current(), current),
            keys: keys.ok_or(BadSigningKey)?.into(),
            public_base: public_base.to_owned(),
        })
    }

    /// The public keys, as RFC 7517 writes them.
    #[must_use]
    pub fn keys(&self) -> &Value {
        &self.keys
    }

    /// A session for an account that has just proved its password.
    pub fn issue(
        &self,
        call: &Call,
        account: &Account,
    ) -> Result<Value, jsonwebtoken::errors::Error> {
        let issued_at = Timestamp::from_second(call.now.as_second()).unwrap_or(call.now);
        let expires_at = after(issued_at, call.settings.validity.session_seconds);
        let claims = Claims {
            iss: format!("{}/v1/{}", self.public_base, call.tenant),
            aud: call.tenant.as_str(),
            sub: &account.account_id,
            iat: issued_at.as_second(),
            exp: expires_at.as_second(),
            jti: data_encoding::BASE64URL_NOPAD.encode(&random::<16>()),
            amr: ["pwd"],
            epoch: account.epoch,
        };
        let (id, key) = &self.current;
        let header = Header {
            typ: Some("session+jwt".to_owned()),
            kid: Some(id.to_string()),
            ..Header::new(Algorithm::EdDSA)
        };
        let token = jsonwebtoken::encode(&header, &claims, key)?;
        Ok(json!({
            "token": token,
            "token_type": "Bearer",
            "expires_at": expires_at,
            "account_id": account.account_id,
            "methods": ["password"],
        }))
    }
}

const LABEL: &str = "regain session v1";

fn signing_key(secret: &Keyring, id: char) -> Option<EncodingKey> {
    let (seed, _) = secret.derive(id, LABEL)?;
    let der = zeroize::Zeroizing::new([PKCS8_ED25519.as_slice(), seed.as_slice()].concat());
    Some(EncodingKey::from_ed_der(&der))
}

fn public_key(id: char, key: &EncodingKey) -> Option<Value> {
    let jwk = Jwk::from_encoding_key(key, Algorithm::EdDSA).ok()?;
    let AlgorithmParameters::OctetKeyPair(pair) = jwk.algorithm else { return None };
    Some(json!({
        "kty": "OKP",
        "crv": "Ed25519",
        "x": pair.x,
        "kid": id.to_string(),
        "alg": "EdDSA",
        "use": "sig",
    }))
}
