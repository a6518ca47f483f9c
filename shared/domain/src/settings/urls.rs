//! URLs that a tenant may name: compared after parsing, never as text.

use url::{Host, Url};

/// `https`, or `http` on this machine; no user, no fragment tricks with the host.
fn secure(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(domain)) if !is_a_host_name(domain) => return false,
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.username().is_empty()
        && url.password().is_none()
        && (url.scheme() == "https" && url.host().is_some() || url.scheme() == "http" && loopback)
}

/// As DNS has them. The parser takes more (`https://a;b` and `https://*`), and that would be a rule of
/// its own in a header that names the host.
///
/// SECURITY: held by `a_host_is_a_name_and_no_rule_of_a_policy`.
fn is_a_host_name(domain: &str) -> bool {
    let is_of_one = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    domain.len() <= 253 && domain.bytes().all(is_of_one)
}

/// Whether links may be built on this: scheme, host and port of `https`, or of this machine.
#[must_use]
pub fn is_secure_base(text: &str) -> bool {
    is_an_origin(text)
}

/// The host of an origin.
pub(super) fn host(origin: &str) -> Option<String> {
    Url::parse(origin).ok()?.host_str().map(str::to_owned)
}

/// The origin of a URL that may be returned to.
pub(super) fn origin(text: &str) -> Option<String> {
    Some(return_url(text)?.origin().ascii_serialization())
}

/// What a browser would drop or read otherwise than this parser is refused, not repaired: so does
/// `https:///x` name the host `x`.
fn is_plain(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.starts_with('/'))
        && !text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\')
}

pub(super) fn return_url(text: &str) -> Option<Url> {
    let parsed = Url::parse(text).ok().filter(|_| is_plain(text));
    parsed.filter(|url| secure(url) && url.fragment().is_none())
}

/// A URL with one `{token}`, after the host.
pub(super) fn is_a_link_url(text: &str) -> bool {
    let Some((before, after)) = text.split_once("{token}") else { return false };
    let filled = format!("{before}0{after}");
    let host_is_whole =
        before.split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '?', '#']));
    let parsed = Url::parse(&filled).ok().filter(secure);
    // ASCII: in a mail, nothing invisible may stand in it or turn what is read around.
    host_is_whole
        && !after.contains("{token}")
        && parsed.is_some()
        && is_plain(text)
        && text.is_ascii()
}

/// As a browser sends it.
pub(super) fn is_an_origin(text: &str) -> bool {
    let parsed = Url::parse(text).ok().filter(secure);
    parsed.is_some_and(|url| url.origin().ascii_serialization() == text)
}
