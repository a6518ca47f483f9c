//! Identity providers: who a person is elsewhere, and an attempt to prove it.
//!
//! An identity is the issuer and its `sub`, never an e-mail address: addresses change hands, and
//! not every issuer checks them. What is kept of it is a hash.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::account::{Account, AccountRef};
use crate::keys::{Keyring, mac};
use crate::language::Language;
use crate::link::LinkId;
use crate::session::{GoesOn, SessionEpoch};
use crate::settings::Settings;
use crate::tenant::TenantId;
use crate::time::micros;

/// Where else a person can prove to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Google.
    Google,
    /// Microsoft, work accounts of one directory.
    Microsoft,
    /// LinkedIn.
    Linkedin,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Google, Self::Microsoft, Self::Linkedin];

    /// Their words.
    pub const WORDS: [&'static str; 3] = ["google", "microsoft", "linkedin"];

    /// The provider of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.as_str() == word)
    }

    /// The word in answers and paths.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
            Self::Linkedin => "linkedin",
        }
    }

    /// As people know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Google => "Google",
            Self::Microsoft => "Microsoft",
            Self::Linkedin => "LinkedIn",
        }
    }
}

/// For `Seal::new`, over the keyring of what is encrypted at rest.
pub const CLIENT_SECRET_LABEL: &str = "regain client secret v1";

/// What a client's secret is sealed for: it opens for no other tenant and no other provider.
#[must_use]
pub fn client_secret_context(tenant: &TenantId, provider: &str) -> String {
    format!("{tenant} {provider}")
}

/// What a provider knows the tenant by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderClient {
    /// The name that the provider gave the tenant.
    pub client_id: String,
    /// The secret that goes with it, sealed; it is never shown.
    pub client_secret: String,
    /// Of Microsoft: the id of the one directory whose people may sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
}

/// A person at a provider: a hash of issuer and `sub`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdentityRef(String);

impl IdentityRef {
    /// Of this `sub` at this issuer, at a tenant.
    #[must_use]
    pub fn of(tenant: &TenantId, issuer: &str, subject: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [tenant.as_str(), issuer, subject] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        Self(HEXLOWER.encode(&digest))
    }

    /// 64 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An identity that an account signs in with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Whose.
    pub identity: IdentityRef,
    /// Since when.
    #[serde(with = "micros")]
    pub linked_at: Timestamp,
}

/// Where the account of an identity is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountOfIdentity {
    /// Where it was when it was linked,
    pub account_ref: AccountRef,
    /// and which it is, if it has moved since.
    pub account_id: String,
}

/// What a person wants of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// To sign in with what was linked before.
    SignIn,
    /// To link it to the account that is signed in.
    Link {
        /// Where that is,
        account_ref: AccountRef,
        /// which,
        account_id: String,
        /// and its session epoch: whatever ends the session ends this too.
        epoch: SessionEpoch,
    },
}

impl Intent {
    /// The words in requests.
    pub const WORDS: [&'static str; 2] = ["sign_in", "link"];
}

/// Someone was sent to a provider, and may come back once. It holds no secret: nonce and PKCE
/// verifier are derived from its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its name; the `state` that comes back is minted from it.
    pub attempt_id: LinkId,
    /// To whom.
    pub provider: Provider,
    /// What for.
    pub intent: Intent,
    /// Where it was begun, and where the person goes afterwards.
    pub begun_at: BegunAt,
    /// Until when the person can come back.
    #[serde(with = "micros")]
    pub expires_at: Timestamp,
    /// When the person came back.
    #[serde(default, with = "micros::option")]
    pub used_at: Option<Timestamp>,
}

/// Where an attempt was begun. What comes of it goes on to who holds the verifier of the challenge, and
/// so to the browser that began (RFC 7636 §4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BegunAt {
    /// At a frontend, which finishes it.
    Frontend(GoesOn),
    /// On a hosted page, which asks for the second step itself. It links nothing.
    Page {
        /// Its language.
        language: Language,
        /// The frontend that it was opened for, if there is one.
        goes_on: Option<GoesOn>,
    },
}

impl BegunAt {
    /// Where the person goes afterwards.
    pub fn goes_on_mut(&mut self) -> Option<&mut GoesOn> {
        match self {
            Self::Frontend(goes_on) => Some(goes_on),
            Self::Page { goes_on, .. } => goes_on.as_mut(),
        }
    }
}

/// How long a person may take at a provider.
pub const ATTEMPT_SECONDS: u32 = 600;

impl Attempt {
    /// The nonce in the id token.
    #[must_use]
    pub fn nonce(&self, keys: &Keyring, tenant: &TenantId) -> String {
        self.derive(keys, tenant, "regain federated nonce v1")
    }

    /// The PKCE verifier that the provider is shown with the code.
    #[must_use]
    pub fn verifier(&self, keys: &Keyring, tenant: &TenantId) -> SecretString {
        self.derive(keys, tenant, "regain federated verifier v1").into()
    }

    /// A key that was rotated meanwhile gives another one, and the person begins again.
    fn derive(&self, keys: &Keyring, tenant: &TenantId, label: &str) -> String {
        let key = keys.derive_current(label);
        let parts: [&[u8]; 2] = [tenant.as_str().as_bytes(), &self.attempt_id.bytes()];
        BASE64URL_NOPAD.encode(&mac(key.as_slice(), &parts))
    }
}

impl Account {
    /// Whom it can sign in with: what is linked, where the tenant still has it.
    #[must_use]
    pub fn providers(&self, settings: &Settings) -> Vec<Provider> {
        let linked = self.identities.keys().copied();
        linked.filter(|provider| settings.providers.contains_key(provider)).collect()
    }

    /// Whether a provider is the only way that its owner has set up.
    #[must_use]
    pub fn signs_in_with_providers_only(&self, settings: &Settings) -> bool {
        self.password_phc.is_none() && !self.providers(settings).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_its_word() {
        assert_eq!(Provider::ALL.map(Provider::as_str), Provider::WORDS);
        assert!(Provider::ALL.iter().all(|p| Provider::from_word(p.as_str()) == Some(*p)));
        assert!(Provider::ALL.iter().all(|p| { serde_json::to_value(p).unwrap() == p.as_str() }));
        assert_eq!(Provider::from_word("Google"), None);
    }

    #[test]
    fn an_identity_is_of_one_issuer_and_one_tenant() {
        let tenant = |name| TenantId::parse(name).unwrap();
        let of = |name, issuer, subject| IdentityRef::of(&tenant(name), issuer, subject);
        let one = of("demo", "https://a.example", "1");
        assert_eq!(one, of("demo", "https://a.example", "1"));
        for other in [
            of("demo2", "https://a.example", "1"),
            of("demo", "https://b.example", "1"),
            of("demo", "https://a.example", "2"),
            of("demo", "https://a.example1", ""),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn nonce_and_verifier_are_an_attempts_own_and_long_enough_for_pkce() {
        let ring = format!(r#"{{"current":"1","1":"{}"}}"#, "a".repeat(43));
        let ring = Keyring::parse(&ring).unwrap();
        let tenant = TenantId::parse("demo").unwrap();
        let attempt = |id| Attempt {
            attempt_id: LinkId::new([id; 10]),
            provider: Provider::Google,
            intent: Intent::SignIn,
            begun_at: BegunAt::Page { language: Language::En, goes_on: None },
            expires_at: Timestamp::UNIX_EPOCH,
            used_at: None,
        };
        use secrecy::ExposeSecret;
        let both = |id| {
            let attempt = attempt(id);
            let verifier = attempt.verifier(&ring, &tenant);
            (attempt.nonce(&ring, &tenant), verifier.expose_secret().to_owned())
        };
        assert_eq!(both(1), both(1));
        assert_ne!(both(1).0, both(2).0);
        assert_ne!(both(1).0, both(1).1);
        assert_eq!(both(1).1.len(), 43, "RFC 7636 §4.1 asks for 43 to 128");
    }
}
