//! Keys of the back office: who may call, for which tenant, in which role.
//!
//! ```text
//! rk_demo_7k2f…   a key of the tenant `demo`: its name, then 256 random bits
//! rk_regain_9xq…  a key of the operator, who runs the installation
//! ```
//!
//! Only a hash of the text is stored. The tenant stands in it, so that a key is found in one read
//! and a key of another tenant is told from one that nobody made.

use std::fmt;

use data_encoding::HEXLOWER;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::tenant::TenantId;
use crate::token::CROCKFORD;

/// What a key may do. Each role may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Finds and reads accounts, sends links, reads timelines and stories.
    Desk,
    /// And everything else of its tenant.
    Admin,
    /// And everything else: makes tenants, and sets what they may send from.
    Operator,
}

impl Role {
    /// The word in answers and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Admin => "admin",
            Self::Operator => "operator",
        }
    }
}

/// The public name of a key: sixteen symbols of its hash. It opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiKeyId(String);

impl ApiKeyId {
    /// Reads an id; none if it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let spelled = text.len() == ID_SYMBOLS && CROCKFORD.decode(text.as_bytes()).is_ok();
        spelled.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The sixteen symbols.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ApiKeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A key as it was presented: where it would be found, and what must be stored there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Whose key it claims to be; the installation for the operator's.
    pub tenant: TenantId,
    /// Its name.
    pub id: ApiKeyId,
    /// SHA-256 of its text. With 256 random bits in it, a slow hash would guard nothing more.
    pub hash: String,
}

/// A key that was found, as a call carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its name.
    pub id: ApiKeyId,
    /// What it may do.
    pub role: Role,
}

/// A key just made. Its text is shown once and kept nowhere.
pub struct NewApiKey {
    /// The text.
    pub text: SecretString,
    /// What is stored of it.
    pub credential: Credential,
    /// Enough of the text to recognise it by.
    pub prefix: String,
}

const ID_SYMBOLS: usize = 16;
const SECRET_SYMBOLS: usize = 52;
/// Symbols of the secret that lists show: 20 of its 256 bits.
const SHOWN_SYMBOLS: usize = 4;

/// Makes a key.
#[must_use]
pub fn mint(tenant: &TenantId, random: [u8; 32]) -> NewApiKey {
    let head = format!("rk_{tenant}_");
    let secret = SecretString::from(CROCKFORD.encode(&random));
    let text = format!("{head}{}", secret.expose_secret());
    let shown: String = secret.expose_secret().chars().take(SHOWN_SYMBOLS).collect();
    let credential = credential(tenant.clone(), &text);
    NewApiKey { text: text.into(), credential, prefix: format!("{head}{shown}") }
}

/// Reads a key; none if it cannot be one.
#[must_use]
pub fn read(text: &str) -> Option<Credential> {
    let (tenant, secret) = text.strip_prefix("rk_")?.split_once('_')?;
    let tenant = TenantId::parse_any(tenant).ok()?;
    let spelled = secret.len() == SECRET_SYMBOLS && CROCKFORD.decode(secret.as_bytes()).is_ok();
    spelled.then(|| credential(tenant, text))
}

fn credential(tenant: TenantId, text: &str) -> Credential {
    let digest = Sha256::digest(text.as_bytes());
    let (name, _) = digest.split_at(10);
    Credential { tenant, id: ApiKeyId(CROCKFORD.encode(name)), hash: HEXLOWER.encode(&digest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demo() -> TenantId {
        TenantId::parse("demo").unwrap()
    }

    #[test]
    fn a_key_is_found_by_its_text_and_by_nothing_less() {
        let made = mint(&demo(), [7; 32]);
        let text = made.text.expose_secret();
        assert_eq!(read(text), Some(made.credential.clone()));
        assert!(text.starts_with(&made.prefix) && made.prefix.len() < text.len() - 40);
        assert!(!made.credential.hash.contains(&text[8..20]));
        let other = mint(&demo(), [8; 32]);
        assert_ne!(made.credential.id, other.credential.id);
        let moved = text.replace("rk_demo_", "rk_other_");
        let moved = read(&moved).unwrap();
        assert_eq!(moved.tenant.as_str(), "other");
        assert_ne!(moved.hash, made.credential.hash, "the tenant is under the hash");
    }

    #[test]
    fn what_cannot_be_a_key_is_none() {
        let text = mint(&demo(), [7; 32]).text;
        let text = text.expose_secret();
        for wrong in [
            "",
            "rk_",
            "rk_demo_",
            "rk__x",
            &text[1..],
            &text[..text.len() - 1],
            &format!("{text}0"),
            &text.replace("rk_", "RK_"),
            &text.replace("demo", "De mo"),
            &format!("{}!", &text[..text.len() - 1]),
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert!(read(mint(&TenantId::installation(), [1; 32]).text.expose_secret()).is_some());
    }

    #[test]
    fn each_role_may_do_what_those_before_it_may() {
        assert!(Role::Desk < Role::Admin && Role::Admin < Role::Operator);
    }
}
