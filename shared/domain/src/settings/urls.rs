//! URLs that a tenant may name: compared after parsing, never as text.

use url::{Host, Url};

/// `https`, or `http` on this machine; no user, no fragment tricks with the host.
fn secure(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.username().is_empty()
        && url.password().is_none()
        && (url.scheme() == "https" && url.host().is_some() || url.scheme() == "http" && loopback)
}

/// Whether links may be built on this: scheme, host and port of `https`, or of this machine.
#[must_use]
pub fn is_secure_base(text: &str) -> bool {
    is_an_origin(text)
}

pub(super) fn return_url(text: &str) -> Option<Url> {
    // What a browser would drop or read otherwise than this parser is refused, not repaired.
    if text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
        return None;
    }
    let scheme_spelled = text.starts_with("https://") || text.starts_with("http://");
    Url::parse(text).ok().filter(|url| scheme_spelled && secure(url) && url.fragment().is_none())
}

/// A URL with one `{token}`, after the host.
pub(super) fn is_a_link_url(text: &str) -> bool {
    let Some((before, after)) = text.split_once("{token}") else { return false };
    let filled = format!("{before}0{after}");
    let host_is_whole =
        before.split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '?', '#']));
    let parsed = Url::parse(&filled).ok().filter(secure);
    host_is_whole
        && !after.contains("{token}")
        && parsed.is_some()
        && !text.contains(char::is_control)
}

pub(super) fn is_an_origin(text: &str) -> bool {
    Url::parse(text)
        .ok()
        .filter(secure)
        .is_some_and(|url| url.origin().ascii_serialization() == text)
}
