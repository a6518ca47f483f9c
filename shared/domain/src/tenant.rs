//! The name of a tenant, as it stands in every path and at the head of every key.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An organisation with its own settings and accounts: 2 to 40 of `a-z`, `0-9` and `-`, beginning
/// and ending with a letter or digit. So it needs no escaping in a URL, a key or a log line, and
/// percent-encoding cannot smuggle another spelling of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId(String);

/// The text is no tenant's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tenant's name is 2 to 40 of a-z, 0-9 and -, with no - at either end, and not `regain`")]
pub struct NotATenantId;

/// The name that no tenant can have.
const INSTALLATION: &str = "regain";

impl TenantId {
    /// Where what belongs to no tenant is kept: the operator's keys and the list of tenants.
    #[must_use]
    pub fn installation() -> Self {
        Self(INSTALLATION.to_owned())
    }

    /// Whether it is no tenant at all, but the installation.
    #[must_use]
    pub fn is_installation(&self) -> bool {
        self.0 == INSTALLATION
    }

    /// A tenant's name; says nothing about whether the tenant exists.
    pub fn parse(text: &str) -> Result<Self, NotATenantId> {
        Self::parse_any(text).and_then(|tenant| match tenant.is_installation() {
            true => Err(NotATenantId),
            false => Ok(tenant),
        })
    }

    /// A tenant's name, or the installation's.
    pub fn parse_any(text: &str) -> Result<Self, NotATenantId> {
        let spelled = (2..=40).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !text.starts_with('-')
            && !text.ends_with('-');
        if spelled { Ok(Self(text.to_owned())) } else { Err(NotATenantId) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for TenantId {
    type Error = NotATenantId;
    fn try_from(text: String) -> Result<Self, NotATenantId> {
        Self::parse(&text)
    }
}

impl From<TenantId> for String {
    fn from(tenant: TenantId) -> Self {
        tenant.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_has_one_spelling() {
        for good in ["demo", "a1", "gemeente-x", &"a".repeat(40)] {
            assert!(TenantId::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "Demo",
            "de mo",
            "demo%2f",
            "-demo",
            "demo-",
            "démo",
            "a#b",
            "a/b",
            "regain",
            &"a".repeat(41),
        ] {
            assert!(TenantId::parse(bad).is_err(), "{bad}");
        }
    }
}
