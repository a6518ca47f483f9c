//! Signing in: how it was proved, what of it is still to be proved, and whether it still stands.
//!
//! ```text
//!   password · link · provider ──▶ session
//!            │                       ▲
//!            └─ second step is on ──▶ pending ── a right code ──┘
//!   provider ──▶ handover ── the frontend's verifier ──▶ session or pending
//! ```
//!
//! A pending sign-in and a handover are carried by the caller as sealed text, and are finished once.

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::account::{Account, AccountRef};
use crate::event::Event;
use crate::link::LinkId;
use crate::provider::{IdentityRef, Provider};
use crate::seal::Seal;
use crate::tenant::TenantId;
use crate::time::micros;

/// How it was proved who signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// By the password.
    Password,
    /// By a link in a mail.
    Link,
    /// By Google.
    Google,
    /// By Microsoft.
    Microsoft,
    /// By LinkedIn.
    Linkedin,
    /// By a code of an authenticator app.
    Totp,
    /// By a recovery code in its place.
    RecoveryCode,
}

impl Method {
    /// Their words.
    pub const WORDS: [&'static str; 7] =
        ["password", "link", "google", "microsoft", "linkedin", "totp", "recovery_code"];

    /// The authentication method reference in a session token: RFC 8176 §2 where it has one.
    #[must_use]
    pub fn amr(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::Link => "link",
            Self::Google | Self::Microsoft | Self::Linkedin => "fed",
            Self::Totp | Self::RecoveryCode => "otp",
        }
    }
}

impl From<Provider> for Method {
    fn from(provider: Provider) -> Self {
        match provider {
            Provider::Google => Self::Google,
            Provider::Microsoft => Self::Microsoft,
            Provider::Linkedin => Self::Linkedin,
        }
    }
}

/// What sessions are begun under: whatever raises either number ends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEpoch {
    /// The account's epoch.
    pub epoch: u64,
    /// How often its sessions alone were ended.
    pub sign_outs: u64,
}

impl SessionEpoch {
    /// As one number: neither ever falls, so no later one is the same.
    #[must_use]
    pub fn number(self) -> u64 {
        self.epoch.saturating_add(self.sign_outs)
    }
}

/// A session whose signature and time are good. Whether it stands is the account's to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub account_id: String,
    /// The number of the account's session epoch when it began.
    pub epoch: u64,
    /// Until when.
    pub expires_at: Timestamp,
    /// How it was proved.
    pub methods: Vec<Method>,
}

impl Session {
    /// Whether it still stands: nothing has ended what was issued when it began.
    #[must_use]
    pub fn stands(&self, account: &Account) -> bool {
        account.account_id == self.account_id
            && account.session_epoch().number() == self.epoch
            && account.blocked.is_none()
    }
}

/// What a first step proved, until the sign-in is finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstStep {
    /// Its name: it is finished once.
    pub id: LinkId,
    /// Where the account is,
    pub account_ref: AccountRef,
    /// which,
    pub account_id: String,
    /// and its session epoch.
    pub epoch: SessionEpoch,
    /// How it was proved.
    pub methods: Vec<Method>,
    /// Until when it can be finished.
    #[serde(with = "micros")]
    pub until: Timestamp,
    /// Of a handover.
    pub handed_over: Option<HandedOver>,
    /// Of a page: what it leads to. A page finishes it, and leads there.
    #[serde(default)]
    pub leads_to: Option<Destination>,
}

/// What a provider hands over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedOver {
    /// The frontend's S256 challenge.
    pub challenge: String,
    /// The identity that is to be linked; none: it was, and signs in.
    pub to_link: Option<(Provider, IdentityRef)>,
}

/// Where a sign-in on a page is handed over to a frontend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoesOn {
    /// One of the tenant's return URLs.
    pub url: String,
    /// The frontend's S256 challenge.
    pub challenge: String,
}

/// Where a page leads, as something to compare: short, whatever URL that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Destination(String);

impl Destination {
    /// A frontend, or nowhere.
    #[must_use]
    pub fn of(goes_on: Option<&GoesOn>) -> Self {
        // A challenge has no space in it.
        let text = goes_on.map(|GoesOn { url, challenge }| format!("{challenge} {url}"));
        Self(s256(&text.unwrap_or_default()))
    }
}

/// Whether these methods are all that an account asks for.
#[must_use]
pub fn is_complete(account: &Account, methods: &[Method]) -> bool {
    let second = |method: &Method| matches!(method, Method::Totp | Method::RecoveryCode);
    account.second_step.is_none() || methods.iter().any(second)
}

/// Whether a text can be an S256 challenge: 32 bytes, base64url (RFC 7636 §4.2).
#[must_use]
pub fn is_challenge(text: &str) -> bool {
    text.len() == 43
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// How long a person may look for a code.
pub const PENDING_SECONDS: u32 = 300;
/// How long a frontend may take to redeem a handover.
pub const HANDOVER_SECONDS: u32 = 60;
/// For `Seal::new`, over the keyring of sessions.
pub const SEAL_LABEL: &str = "regain first step v1";

impl FirstStep {
    /// As the caller carries it.
    #[must_use]
    pub fn seal(&self, seal: &Seal, tenant: &TenantId, nonce: [u8; 24]) -> String {
        // A struct of texts and numbers is always JSON.
        let text = serde_json::to_string(self).unwrap_or_default();
        seal.seal(&context(tenant, self.handed_over.is_some()), &text, nonce)
    }

    /// Whether a page has signed in already, and said so on the timeline; a provider alone has not.
    #[must_use]
    pub fn was_signed_in(&self) -> bool {
        !matches!(self.methods.as_slice(), [Method::Google | Method::Microsoft | Method::Linkedin])
    }

    /// A sign-in that waits for a code; none if it was not sealed here for this tenant as one.
    #[must_use]
    pub fn pending(seal: &Seal, tenant: &TenantId, text: &str) -> Option<Self> {
        serde_json::from_str(&seal.open(&context(tenant, false), text)?).ok()
    }

    /// What a provider handed over, for who has the verifier of its challenge; none if it was not
    /// sealed here for this tenant, or the verifier is another's (RFC 7636 §4.6).
    #[must_use]
    pub fn handover(seal: &Seal, tenant: &TenantId, text: &str, verifier: &str) -> Option<Self> {
        let first: Self = serde_json::from_str(&seal.open(&context(tenant, true), text)?).ok()?;
        let challenge = &first.handed_over.as_ref()?.challenge;
        // SECURITY: held by `a_handover_is_good_for_the_browser_that_began_only`.
        bool::from(s256(verifier).as_bytes().ct_eq(challenge.as_bytes())).then_some(first)
    }
}

/// One is never taken for the other.
fn context(tenant: &TenantId, is_handover: bool) -> String {
    format!("{} {tenant}", if is_handover { "handover" } else { "pending" })
}

/// The S256 challenge of a verifier.
#[must_use]
pub fn s256(verifier: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(verifier).into();
    BASE64URL_NOPAD.encode(&digest)
}

impl Account {
    /// What a right first step is: a sign-in, or half of one.
    #[must_use]
    pub fn first_step_event(&self) -> Event {
        self.event_of(&[])
    }

    /// The same of what was proved by these methods.
    #[must_use]
    pub fn event_of(&self, methods: &[Method]) -> Event {
        match is_complete(self, methods) {
            false => Event::SecondStepAsked,
            true => Event::SignedIn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Keyring;
    use crate::login::Login;

    fn seal() -> Seal {
        let text = format!(r#"{{"current":"1","1":"{}"}}"#, "a".repeat(43));
        Seal::new(&Keyring::parse(&text).unwrap(), SEAL_LABEL)
    }

    fn first_step(handed_over: Option<HandedOver>) -> FirstStep {
        let login = Login::parse("mo@example.com").unwrap();
        FirstStep {
            id: LinkId::new([7; 10]),
            account_ref: AccountRef::of(&TenantId::parse("demo").unwrap(), &login),
            account_id: "0199".to_owned(),
            epoch: SessionEpoch { epoch: 3, sign_outs: 1 },
            methods: vec![Method::Password],
            until: Timestamp::UNIX_EPOCH,
            handed_over,
            leads_to: None,
        }
    }

    #[test]
    fn a_method_is_its_word() {
        let all = [
            Method::Password,
            Method::Link,
            Method::Google,
            Method::Microsoft,
            Method::Linkedin,
            Method::Totp,
            Method::RecoveryCode,
        ];
        let words = all.map(|method| serde_json::to_value(method).unwrap());
        assert_eq!(words, Method::WORDS.map(serde_json::Value::from));
    }

    #[test]
    fn a_pending_sign_in_is_no_handover_and_of_one_tenant() {
        let (seal, demo) = (seal(), TenantId::parse("demo").unwrap());
        let other = TenantId::parse("other").unwrap();
        let pending = first_step(None);
        let text = pending.seal(&seal, &demo, [1; 24]);
        assert_eq!(FirstStep::pending(&seal, &demo, &text), Some(pending));
        assert_eq!(FirstStep::pending(&seal, &other, &text), None);
        assert_eq!(FirstStep::handover(&seal, &demo, &text, ""), None);
    }

    /// The example of RFC 7636, appendix B.
    #[test]
    fn a_handover_needs_the_verifier_of_its_challenge() {
        let (seal, demo) = (seal(), TenantId::parse("demo").unwrap());
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned();
        let handover = first_step(Some(HandedOver { challenge, to_link: None }));
        let text = handover.seal(&seal, &demo, [1; 24]);
        let opened = |verifier| FirstStep::handover(&seal, &demo, &text, verifier);
        assert_eq!(opened("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), Some(handover));
        assert_eq!(opened("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"), None);
        assert_eq!(opened(""), None);
        assert_eq!(FirstStep::pending(&seal, &demo, &text), None);
    }
}
