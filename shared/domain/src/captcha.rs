//! Captchas: six characters to be read off a picture or heard, before something that costs.
//!
//! One is stored nowhere: its id is the whole of it, sealed, and travels with the caller. What is
//! absent on purpose: how it is drawn and spoken (`functions/captcha`), and the record of its use,
//! which belongs to the transaction that it was answered for.

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::language::Language;
use crate::seal::Seal;
use crate::settings::LetterCase;
use crate::tenant::TenantId;
use crate::time::{after, to_micros};

/// How long one can be answered.
pub const VALID_SECONDS: u32 = 300;
/// Wrong answers that spoil one.
pub const WRONG_MAX: u32 = 3;
/// For `Seal::new`, over the edge's keyring.
pub const SEAL_LABEL: &str = "regain captcha v1";
/// How many characters one has.
pub const CHARACTERS: usize = 6;
/// What the characters are drawn from: 21 of them, so that six are one of 85 million.
///
/// Who reads does not know the list, so a character is out if it could be taken for any other, on
/// the list or not:
/// - only its size tells a capital from a small letter: `c k o p s u v w x z`, and nearly so `f j y`
///   and `q`, which come without a line to stand on;
/// - it is another one's shape: `0`, `O` and `Q`; `1`, `I`, `l`, `i` and `j`; `6` is a `b`, `8` a
///   `B`, `9` a `g` or `q`; `7` and a leaning `T`; `t`, `f` and `F` are a stroke from one another;
///   `m` and `M` are an `n` or `N` and its neighbour's stem.
///
/// By ear nothing is out: each letter is spoken with a word that begins with it, because over a
/// small loudspeaker b, d, e, g and t are one sound, in English and in Dutch. The digits that are
/// mistaken for each other, `7` and `9` in Dutch ("zeven", "negen"), are out already.
pub const ALPHABET: &str = "ABDEGHLNRTabdehnr2345";

/// Why a text is no captcha that can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaptchaFault {
    /// Forged, damaged, of another tenant, or sealed with a key that is accepted no more.
    #[error("the captcha is unknown")]
    Unknown,
    /// Its time is over.
    #[error("the captcha has expired")]
    Expired,
}

/// A captcha. It does not print, and what is secret of it is wiped when dropped.
pub struct Challenge {
    tenant: TenantId,
    answer: Zeroizing<String>,
    language: Language,
    expires_at: Timestamp,
    name: [u8; NAME_BYTES],
}

const NAME_BYTES: usize = 16;
/// The tenant is in the text and not in the context, so that it can be told once it is open.
const CONTEXT: &str = "captcha";

impl Challenge {
    /// A fresh one.
    #[must_use]
    pub fn new(tenant: &TenantId, language: Language, random: [u8; 32], now: Timestamp) -> Self {
        let random = Zeroizing::new(random);
        let (name, drawn) = random.split_at(NAME_BYTES);
        let expires_at = to_micros(after(now, VALID_SECONDS));
        Self {
            tenant: tenant.clone(),
            answer: answer(drawn),
            language,
            expires_at,
            name: name.try_into().unwrap_or_default(),
        }
    }

    /// The id that URLs carry: all of it, sealed.
    #[must_use]
    pub fn seal(&self, seal: &Seal, nonce: [u8; 24]) -> String {
        let text = Zeroizing::new(format!(
            "{} {} {} {} {}",
            self.tenant,
            self.answer(),
            self.language.as_str(),
            self.expires_at.as_microsecond(),
            self.record(),
        ));
        seal.seal(CONTEXT, &text, nonce)
    }

    /// The one behind an id, if it was made here for this tenant and can still be answered.
    ///
    /// SECURITY: held by `one_of_another_tenant_is_unknown` and `none_is_good_from_its_last_moment`.
    pub fn open(
        seal: &Seal,
        tenant: &TenantId,
        id: &str,
        now: Timestamp,
    ) -> Result<Self, CaptchaFault> {
        let challenge = Self::read(seal, id)
            .filter(|challenge| challenge.tenant == *tenant)
            .ok_or(CaptchaFault::Unknown)?;
        if now < challenge.expires_at { Ok(challenge) } else { Err(CaptchaFault::Expired) }
    }

    fn read(seal: &Seal, id: &str) -> Option<Self> {
        let text = Zeroizing::new(seal.open(CONTEXT, id)?);
        let mut parts = text.split(' ');
        let challenge = Self {
            tenant: TenantId::parse(parts.next()?).ok()?,
            answer: Zeroizing::new(parts.next()?.to_owned()),
            language: Language::from_tag(parts.next()?)?,
            expires_at: Timestamp::from_microsecond(parts.next()?.parse().ok()?).ok()?,
            name: HEXLOWER.decode(parts.next()?.as_bytes()).ok()?.try_into().ok()?,
        };
        parts.next().is_none().then_some(challenge)
    }

    /// Whether this is the answer. White space around and between the characters does not count.
    ///
    /// SECURITY: constant time over the answer; held by `an_answer_is_all_six_characters`.
    #[must_use]
    pub fn is_answered_by(&self, typed: &str, case: LetterCase) -> bool {
        let spelled = |text: &str| -> Zeroizing<String> {
            let symbols = text.chars().filter(|symbol| !symbol.is_whitespace());
            // Never longer than it need be to be wrong, however much was typed.
            let symbols = symbols.take(CHARACTERS + 1);
            Zeroizing::new(match case {
                LetterCase::Sensitive => symbols.collect(),
                LetterCase::Any => symbols.map(|symbol| symbol.to_ascii_lowercase()).collect(),
            })
        };
        spelled(typed).as_bytes().ct_eq(spelled(&self.answer).as_bytes()).into()
    }

    /// The name under which its use is recorded: the same however its id is spelled, and it tells
    /// nothing of the answer.
    #[must_use]
    pub fn record(&self) -> String {
        HEXLOWER.encode(&self.name)
    }

    /// Nothing is accepted from this moment on.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// The language that it is spoken in.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The six characters, for who draws or speaks them.
    #[must_use]
    pub fn answer(&self) -> &str {
        &self.answer
    }
}

/// The answer to an id of any tenant, expired or not, for who holds the key and plays the person.
#[must_use]
pub fn answer_of(seal: &Seal, id: &str) -> Option<String> {
    Challenge::read(seal, id).map(|challenge| challenge.answer().to_owned())
}

/// Six characters out of one number of 128 bits: a bias of 2^-100.
fn answer(random: &[u8]) -> Zeroizing<String> {
    let symbols = ALPHABET.as_bytes();
    let mut number = u128::from_be_bytes(random.try_into().unwrap_or_default());
    let mut drawn = Zeroizing::new(String::with_capacity(CHARACTERS));
    for _ in 0..CHARACTERS {
        let at = usize::try_from(number % symbols.len() as u128).unwrap_or_default();
        drawn.extend(symbols.get(at).map(|symbol| char::from(*symbol)));
        number /= symbols.len() as u128;
    }
    drawn
}

#[cfg(test)]
#[path = "captcha_tests.rs"]
mod tests;
