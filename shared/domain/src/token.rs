//! Tokens: what a mail or an answer carries. Nothing of them is stored but the random id.
//!
//! ```text
//! 1   1   r   0123456789abcdef   abcdefghjkmnpqrstvwxyz0123   z9
//! │   │   │   │                  │                            └ two check characters
//! │   │   │   │                  └ HMAC-SHA256 over (tenant, purpose, id), 128 bits
//! │   │   │   └ random id, 80 bits, with no time in it
//! │   │   └ purpose
//! │   └ id of the key
//! └ version
//! ```
//!
//! The check characters tell a token damaged on its way from one never issued, the MAC tells a
//! forged one from a real one, both before anything is read. 47 characters of Crockford base32:
//! one line of a mail, no character that a mail program or a URL would touch.

use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use secrecy::SecretString;
use subtle::ConstantTimeEq;

use crate::keys::{KeyId, KeyState, Keyring, mac};
use crate::link::{Act, LinkId, LinkPurpose};
use crate::tenant::TenantId;

/// The 32 symbols; no I, L, O or U.
pub const CROCKFORD_SYMBOLS: &str = "0123456789abcdefghjkmnpqrstvwxyz";

/// Crockford base32: reads either case, and I and L as 1, O as 0.
#[expect(clippy::expect_used, reason = "a constant specification, covered by every test here")]
pub static CROCKFORD: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str(CROCKFORD_SYMBOLS);
    specification.translate.from.push_str("ABCDEFGHJKMNPQRSTVWXYZiIlLoO");
    specification.translate.to.push_str("abcdefghjkmnpqrstvwxyz111100");
    specification.encoding().expect("a valid specification")
});

/// What a token is for. A token is never valid where another purpose is expected, because its
/// purpose is under the MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenPurpose {
    /// The link of a "choose a new password" mail.
    ResetLink,
    /// The link of a "choose your first password" mail.
    InviteLink,
    /// The link of a "take the lock off" mail.
    UnlockLink,
    /// The link of a "sign in" mail. There is no grant between it and the session.
    MagicLink,
    /// The short right to set a password, got by clicking a reset link or by a right code.
    SetPasswordGrant,
    /// The short right to take the lock off, got by clicking an unlock link or by a right code.
    UnlockGrant,
    /// A recovery, from the captcha to the code.
    Recovery,
    /// The "this was not me" of a notice about something that has happened.
    Report,
    /// The same of a notice that a code was sent.
    CodeReport,
    /// The `state` of an attempt to prove an identity at a provider.
    FederatedState,
}

impl TokenPurpose {
    const ALL: [Self; 10] = [
        Self::ResetLink,
        Self::InviteLink,
        Self::UnlockLink,
        Self::MagicLink,
        Self::SetPasswordGrant,
        Self::UnlockGrant,
        Self::Recovery,
        Self::Report,
        Self::CodeReport,
        Self::FederatedState,
    ];
    /// Those that a click makes a grant of.
    pub const CLICKED: [Self; 3] = [Self::ResetLink, Self::InviteLink, Self::UnlockLink];
    /// Those that are mailed.
    pub const MAILED: [Self; 4] =
        [Self::ResetLink, Self::InviteLink, Self::UnlockLink, Self::MagicLink];

    /// Of the token that a link is handed out as.
    #[must_use]
    pub fn of(purpose: LinkPurpose) -> Self {
        match purpose {
            LinkPurpose::Reset => Self::ResetLink,
            LinkPurpose::Invite => Self::InviteLink,
            LinkPurpose::Unlock => Self::UnlockLink,
            LinkPurpose::Magic => Self::MagicLink,
            LinkPurpose::MustChange | LinkPurpose::CodeReset | LinkPurpose::CodeUnlock => {
                Self::grant(purpose)
            }
        }
    }

    /// Of the grant that a clicked link gives.
    #[must_use]
    pub fn grant(purpose: LinkPurpose) -> Self {
        match purpose.act() {
            Act::SetPassword => Self::SetPasswordGrant,
            Act::Unlock => Self::UnlockGrant,
            Act::SignIn => Self::MagicLink,
        }
    }

    fn symbol(self) -> char {
        match self {
            Self::ResetLink => 'r',
            Self::InviteLink => 'v',
            Self::UnlockLink => 'k',
            Self::SetPasswordGrant => 'g',
            Self::UnlockGrant => 'h',
            Self::Recovery => 'c',
            Self::Report => 'n',
            Self::CodeReport => 'm',
            Self::MagicLink => 's',
            Self::FederatedState => 'f',
        }
    }
}

/// A token that Regain minted for this tenant and purpose, and whether its key is still accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Genuine {
    /// What it is for.
    pub purpose: TokenPurpose,
    /// The id of the link behind it.
    pub id: LinkId,
    /// What the key that minted it may do now.
    pub key: KeyState,
}

/// Why a text is no token of this tenant and purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// The check characters do not fit: it was damaged on its way, or is no token at all.
    #[error("the token is damaged")]
    Damaged,
    /// Well formed, but never issued here for this purpose.
    #[error("the token is unknown")]
    Unknown,
}

const VERSION: char = '1';
const ID_SYMBOLS: usize = 16;
const MAC_BYTES: usize = 16;
const HEAD_SYMBOLS: usize = 3;
const BODY_SYMBOLS: usize = HEAD_SYMBOLS + ID_SYMBOLS + 26;
/// Length of every token.
pub const TOKEN_SYMBOLS: usize = BODY_SYMBOLS + 2;

/// Derives the token of an id; the same id always gives the same token under the same key.
#[must_use]
pub fn mint(keys: &Keyring, tenant: &TenantId, purpose: TokenPurpose, id: LinkId) -> SecretString {
    let tag = tag(&keys.derive_current(LABEL), tenant, purpose, id);
    let mut text = String::with_capacity(TOKEN_SYMBOLS);
    text.extend([VERSION, keys.current(), purpose.symbol()]);
    text.push_str(&id.to_string());
    text.push_str(&CROCKFORD.encode(&tag));
    let [high, low] = check_symbols(&text);
    text.extend([high, low]);
    text.into()
}

/// Reads a token that must be for one of `purposes`.
pub fn read(
    keys: &Keyring,
    tenant: &TenantId,
    purposes: &[TokenPurpose],
    text: &str,
) -> Result<Genuine, TokenFault> {
    let canonical = canonical(text)?;
    let mut symbols = canonical.chars();
    let (version, key_id, symbol) = (symbols.next(), symbols.next(), symbols.next());
    if version != Some(VERSION) {
        return Err(TokenFault::Unknown);
    }
    let purpose = TokenPurpose::ALL
        .into_iter()
        .find(|purpose| Some(purpose.symbol()) == symbol && purposes.contains(purpose))
        .ok_or(TokenFault::Unknown)?;
    let id = canonical.get(HEAD_SYMBOLS..HEAD_SYMBOLS + ID_SYMBOLS).and_then(LinkId::parse);
    let claimed = canonical
        .get(HEAD_SYMBOLS + ID_SYMBOLS..BODY_SYMBOLS)
        .and_then(|symbols| CROCKFORD.decode(symbols.as_bytes()).ok());
    let (Some(id), Some(claimed)) = (id, claimed) else { return Err(TokenFault::Unknown) };
    let (key, state) =
        key_id.and_then(|id: KeyId| keys.derive(id, LABEL)).ok_or(TokenFault::Unknown)?;
    // SECURITY: constant time; held by `a_forged_token_is_unknown`.
    if bool::from(tag(&key, tenant, purpose, id).ct_eq(claimed.as_slice())) {
        Ok(Genuine { purpose, id, key: state })
    } else {
        Err(TokenFault::Unknown)
    }
}

/// What a text would be for if it were a token. Nothing that counts may rest on it.
#[must_use]
pub fn claimed_purpose(text: &str) -> Option<TokenPurpose> {
    let symbol = canonical(text).ok()?.chars().nth(2)?;
    TokenPurpose::ALL.into_iter().find(|purpose| purpose.symbol() == symbol)
}

const LABEL: &str = "regain token v1";

fn tag(key: &[u8; 32], tenant: &TenantId, purpose: TokenPurpose, id: LinkId) -> [u8; MAC_BYTES] {
    let mut symbol = [0; 4];
    let purpose = purpose.symbol().encode_utf8(&mut symbol).as_bytes();
    let whole = mac(key, &[tenant.as_str().as_bytes(), purpose, &id.bytes()]);
    let mut short = [0; MAC_BYTES];
    short.copy_from_slice(whole.split_at(MAC_BYTES).0);
    short
}

/// Lower case, look-alikes mapped, check characters verified and still at the end.
fn canonical(text: &str) -> Result<String, TokenFault> {
    if text.len() != TOKEN_SYMBOLS {
        return Err(TokenFault::Damaged);
    }
    let canonical: String = text
        .chars()
        .map(|symbol| match symbol.to_ascii_lowercase() {
            'i' | 'l' => '1',
            'o' => '0',
            other => other,
        })
        .collect();
    let (body, check) = canonical.split_at_checked(BODY_SYMBOLS).ok_or(TokenFault::Damaged)?;
    if canonical.chars().all(|symbol| CROCKFORD_SYMBOLS.contains(symbol))
        && check.chars().eq(check_symbols(body))
    {
        Ok(canonical)
    } else {
        Err(TokenFault::Damaged)
    }
}

/// The largest prime under 1024: every single wrong symbol and every swap of two neighbours
/// changes the remainder.
const CHECK_MODULUS: usize = 1021;

fn check_symbols(body: &str) -> [char; 2] {
    let remainder = body.chars().fold(0, |sum, symbol| {
        (sum * 32 + CROCKFORD_SYMBOLS.find(symbol).unwrap_or(0)) % CHECK_MODULUS
    });
    [remainder / 32, remainder % 32]
        .map(|value| CROCKFORD_SYMBOLS.chars().nth(value).unwrap_or_default())
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
