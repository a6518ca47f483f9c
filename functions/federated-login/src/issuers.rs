//! The three providers: how their issuers are called, and where each leaves the standard.
//!
//! Looked up in November 2026, because two of these decide what protects a sign-in:
//!
//! - **Google** does all of OpenID Connect: `https://accounts.google.com`, PKCE, nonce.
//! - **Microsoft**, v2.0: every directory is an issuer of its own,
//!   `https://login.microsoftonline.com/{directory}/v2.0`, and the claim `tid` of an ID token names
//!   the directory again ("ID token claims reference", learn.microsoft.com/entra/identity-platform),
//!   whatever the scope (MicrosoftDocs/azure-docs#95834).
//!   Keys are shared by all directories, so a good signature says nothing of whose person it is:
//!   issuer and `tid` do (apache/airflow#71735 is about who checked neither). `common` and
//!   `organizations` are never the issuer of a token, and cannot be configured here.
//! - **LinkedIn** is `https://www.linkedin.com/oauth`, which it was not always (keycloak#28686).
//!   It has the client's secret in the body, as its documentation says (linkedin-api-python-client#63).
//!   It does not repeat the nonce (authlib#763, social-core#833). It has PKCE for native applications
//!   that it admits one by one ("OAuth 2.0 for Native Clients", learn.microsoft.com/linkedin), and
//!   answers `invalid_client` to a web application that sends a verifier (UsefulSoftwareCo/executor#2087
//!   tried it both ways; hanko#2405). Its token answers may lack `token_type` (openid-client#826).
//!
//! So a sign-in with LinkedIn rests on `state` and on the client's secret alone. Whoever steals a
//! code of somebody else's could finish with it in an attempt of their own; the code passes through
//! that person's browser and over TLS only.

use regain_domain::provider::Provider;

/// What an issuer is called, at a provider.
#[derive(Clone, Debug)]
pub struct Issuers {
    /// Another place than the real ones.
    base: Option<String>,
}

/// Whether a provider knows PKCE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pkce {
    S256,
    /// A request that has it is refused.
    Unknown,
}

/// Whether the nonce comes back in the ID token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NonceEcho {
    Always,
    /// But if it is there, it is the right one.
    MayLack,
}

impl Issuers {
    /// Google, Microsoft and LinkedIn themselves.
    #[must_use]
    pub const fn real() -> Self {
        Self { base: None }
    }

    /// Stand-ins for all three at an origin of this machine: `{base}/google`, `{base}/linkedin` and
    /// `{base}/microsoft/{directory}/v2.0`.
    #[must_use]
    pub fn at(base: &str) -> Self {
        Self { base: Some(base.to_owned()) }
    }

    pub(crate) fn base(&self) -> Option<&str> {
        self.base.as_deref()
    }

    /// The issuer; none without a directory where there is one for each.
    #[must_use]
    pub fn issuer(&self, provider: Provider, directory: Option<&str>) -> Option<String> {
        let issuer = match (provider, &self.base) {
            (Provider::Google, None) => "https://accounts.google.com".to_owned(),
            (Provider::Google, Some(base)) => format!("{base}/google"),
            (Provider::Linkedin, None) => "https://www.linkedin.com/oauth".to_owned(),
            (Provider::Linkedin, Some(base)) => format!("{base}/linkedin"),
            (Provider::Microsoft, None) => {
                format!("https://login.microsoftonline.com/{}/v2.0", directory?)
            }
            (Provider::Microsoft, Some(base)) => format!("{base}/microsoft/{}/v2.0", directory?),
        };
        Some(issuer)
    }
}

impl Pkce {
    pub(crate) const fn of(provider: Provider) -> Self {
        match provider {
            Provider::Google | Provider::Microsoft => Self::S256,
            Provider::Linkedin => Self::Unknown,
        }
    }
}

impl NonceEcho {
    pub(crate) const fn of(provider: Provider) -> Self {
        match provider {
            Provider::Google | Provider::Microsoft => Self::Always,
            Provider::Linkedin => Self::MayLack,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_called_as_they_call_themselves() {
        const DIRECTORY: Option<&str> = Some("72f988bf-86f1-41af-91ab-2d7cd011db47");
        let real = Issuers::real();
        let issuers = Provider::ALL.map(|provider| real.issuer(provider, DIRECTORY).unwrap());
        let expected = [
            "https://accounts.google.com",
            "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
            "https://www.linkedin.com/oauth",
        ];
        assert_eq!(issuers, expected);
        assert_eq!(real.issuer(Provider::Microsoft, None), None, "nobody's is not everybody's");
    }
}
