//! Reads an ID token and believes it, or says in a word why not (OpenID Connect Core 1.0 §3.1.3.7).
//!
//! What is absent on purpose: every claim about a person but `sub`. An e-mail address in a token is
//! not read, so it can neither link nor sign in. And keys that a token brings or points to: `jku`,
//! `x5u`, `jwk` are not read either, and a `kid` only chooses among the issuer's keys.

use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{
    CoreGenderClaim, CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AdditionalClaims, ClaimsVerificationError, ClientId, IdToken, IdTokenVerifier, IssuerUrl,
    Nonce, NonceVerifier, SignatureVerificationError,
};
use serde::{Deserialize, Serialize};

use crate::issuers::NonceEcho;

/// How far a provider's clock may be from ours.
const SKEW_SECONDS: i64 = 60;
/// No issuer may have a longer one (OpenID Connect Core 1.0 §2).
const SUBJECT_BYTES_MAX: usize = 255;

/// What a token must say.
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a IssuerUrl,
    pub(crate) client_id: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) nonce_echo: NonceEcho,
    pub(crate) directory: Option<&'a str>,
}

/// Why a token is not believed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Disbelief {
    /// Signed with a key that is not among those given.
    UnknownKey,
    /// Whatever the keys.
    Word(&'static str),
}

/// The directory of a work account.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Directory {
    tid: Option<String>,
}

impl AdditionalClaims for Directory {}

type Token =
    IdToken<Directory, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// The `sub` of a token that is all it must be.
pub(crate) fn subject(
    token: &str,
    keys: &CoreJsonWebKeySet,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<String, Disbelief> {
    let token: Token = token.parse().map_err(|_| Disbelief::Word("bad_token"))?;
    let verifier = verifier(keys, expected, now);
    let nonce = |found: Option<&Nonce>| match (found, expected.nonce_echo) {
        (None, NonceEcho::MayLack) => Ok(()),
        (found, _) => (&Nonce::new(expected.nonce.to_owned())).verify(found),
    };
    let claims = token.claims(&verifier, nonce).map_err(disbelief)?;
    // SECURITY: all directories of Microsoft's sign with the same keys. Held by
    // `a_person_of_another_directory_is_refused`.
    if expected.directory.is_some()
        && claims.additional_claims().tid.as_deref() != expected.directory
    {
        return Err(Disbelief::Word("wrong_directory"));
    }
    let subject = claims.subject().as_str();
    if !(1..=SUBJECT_BYTES_MAX).contains(&subject.len()) {
        return Err(Disbelief::Word("bad_subject"));
    }
    Ok(subject.to_owned())
}

fn verifier(
    keys: &CoreJsonWebKeySet,
    expected: &Expected<'_>,
    now: Timestamp,
) -> IdTokenVerifier<'static, CoreJsonWebKey> {
    let skew = SignedDuration::from_secs(SKEW_SECONDS);
    let (earliest, latest) = (SystemTime::from(now - skew), now + skew);
    // SECURITY: without the client's secret, so that no secret ever checks a signature; and with two
    // algorithms, whatever a token or a key says. Held by `a_token_without_a_signature_is_refused`
    // and `a_public_key_is_no_secret`.
    IdTokenVerifier::new_public_client(
        ClientId::new(expected.client_id.to_owned()),
        expected.issuer.clone(),
        keys.clone(),
    )
    .set_allowed_algs([
        CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    ])
    .set_other_audience_verifier_fn(|_| false)
    .set_time_fn(move || earliest.into())
    .set_issue_time_verifier_fn(move |issued_at| {
        if issued_at.timestamp() <= latest.as_second() {
            Ok(())
        } else {
            Err("issued in the future".to_owned())
        }
    })
}

fn disbelief(error: ClaimsVerificationError) -> Disbelief {
    use ClaimsVerificationError as Claim;
    use SignatureVerificationError as Signature;
    Disbelief::Word(match error {
        Claim::SignatureVerification(Signature::NoMatchingKey) => return Disbelief::UnknownKey,
        Claim::SignatureVerification(
            Signature::DisallowedAlg(_) | Signature::NoSignature | Signature::UnsupportedAlg(_),
        ) => "wrong_algorithm",
        Claim::SignatureVerification(_) => "bad_signature",
        Claim::InvalidIssuer(_) => "wrong_issuer",
        Claim::InvalidAudience(_) => "wrong_audience",
        Claim::InvalidNonce(_) => "wrong_nonce",
        Claim::Expired(_) => "wrong_time",
        _ => "bad_token",
    })
}
