//! The login: an e-mail address, in one canonical spelling.

use std::fmt;

use email_address::{EmailAddress, Options};

/// An address by which an account is found and mailed.
///
/// Canonical: ASCII, lower case, the domain in A-labels (UTS 46). Plus signs and dots in the local
/// part are kept: `a+b@x` and `ab@x` are two accounts. Local parts in quotes or beyond ASCII are
/// refused, because the mail service cannot deliver to them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Login(String);

/// The text is no deliverable address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct NotALogin;

/// RFC 5321 §4.5.3.1.3, less the angle brackets.
const BYTES_MAX: usize = 254;

impl Login {
    /// Parses what a person typed; white space around it is dropped, anything else odd refused.
    pub fn parse(typed: &str) -> Result<Self, NotALogin> {
        let typed = typed.trim_matches(' ');
        if typed.len() > BYTES_MAX {
            return Err(NotALogin);
        }
        let (local, domain) = typed.rsplit_once('@').ok_or(NotALogin)?;
        // `=?` would begin an encoded word, which some mail program might decode.
        if !local.is_ascii() || local.contains(['"', '(', ')', '@', ' ']) || local.contains("=?") {
            return Err(NotALogin);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| NotALogin)?;
        let canonical = format!("{}@{domain}", local.to_ascii_lowercase());
        let options =
            Options::default().with_required_tld().without_domain_literal().without_display_text();
        if canonical.len() > BYTES_MAX || canonical.contains(char::is_control) {
            return Err(NotALogin);
        }
        EmailAddress::parse_with_options(&canonical, options).map_err(|_| NotALogin)?;
        Ok(Self(canonical))
    }

    /// The canonical spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Enough to recognise one's own address by, too little to learn another's: `m•••@example.com`.
    #[must_use]
    pub fn hint(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let first: String = local.chars().take(1).collect();
        format!("{first}•••@{domain}")
    }
}

/// Personal data: a debug print shows the hint only.
impl fmt::Debug for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Login({})", self.hint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_spelling() {
        for (typed, canonical) in [
            ("Mo@Example.COM", "mo@example.com"),
            (" mo@example.com ", "mo@example.com"),
            ("a+b@example.com", "a+b@example.com"),
            ("a.b@example.com", "a.b@example.com"),
            ("mo@bücher.example", "mo@xn--bcher-kva.example"),
            ("mo@XN--BCHER-KVA.example", "mo@xn--bcher-kva.example"),
        ] {
            assert_eq!(
                Login::parse(typed).map(|login| login.0),
                Ok(canonical.to_owned()),
                "{typed}"
            );
        }
    }

    #[test]
    fn a_homograph_is_another_address() {
        assert_ne!(Login::parse("mo@ex\u{0430}mple.com"), Login::parse("mo@example.com"));
    }

    #[test]
    fn what_cannot_be_delivered_or_injects_is_refused() {
        let long = format!("{}@example.com", "a".repeat(243));
        let cases = [
            "",
            "mo",
            "@example.com",
            "mo@",
            "a@b@example.com",
            "\"mo\"@example.com",
            "mo(x)@example.com",
            "mo@[192.0.2.1]",
            "mo@localhost",
            "Mo <mo@example.com>",
            "mo@example.com\r\nBcc: eve@example.org",
            "mo\0@example.com",
            "mo@exa mple.com",
            "mo@example..com",
            "mo@-example.com",
            "mo@example.com,eve@example.org",
            "mé@example.com",
            "a@x.com%0d%0aBcc:e@y.com",
            "=?utf-8?q?mo?=@example.com",
            &long,
        ];
        for typed in cases {
            assert_eq!(Login::parse(typed), Err(NotALogin), "{typed:?}");
        }
    }

    #[test]
    fn a_login_shows_a_hint_and_prints_no_more() {
        let login = Login::parse("marieke@example.com").unwrap();
        assert_eq!(login.hint(), "m•••@example.com");
        assert_eq!(format!("{login:?}"), "Login(m•••@example.com)");
    }
}
