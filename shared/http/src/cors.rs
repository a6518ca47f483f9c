//! CORS: the tenant's own origins and nobody else's, never with credentials.

use regain_domain::Settings;

use crate::api::Route;

pub(crate) type Headers = Vec<(&'static str, String)>;

/// How long a browser may remember a preflight.
const PREFLIGHT_SECONDS: u32 = 600;

/// For every answer. `Vary` stands on all of them, so that no cache mixes origins up.
pub(crate) fn headers(settings: Option<&Settings>, origin: Option<&str>) -> Headers {
    let mut headers = vec![("vary", "Origin, Accept-Language".to_owned())];
    let allowed = settings.zip(origin).filter(|(settings, origin)| settings.allows_origin(origin));
    if let Some((_, origin)) = allowed {
        headers.push(("access-control-allow-origin", origin.to_owned()));
        headers.push(("access-control-expose-headers", "Retry-After, ETag".to_owned()));
    }
    headers
}

/// For OPTIONS: what the path allows, and to an allowed origin what a script may send.
pub(crate) fn preflight(route: &Route, settings: &Settings, origin: Option<&str>) -> Headers {
    let mut headers = vec![("allow", allow(route))];
    if origin.is_some_and(|origin| settings.allows_origin(origin)) {
        headers.extend([
            ("access-control-allow-methods", allow(route)),
            ("access-control-allow-headers", "content-type, authorization, if-match".to_owned()),
            ("access-control-max-age", PREFLIGHT_SECONDS.to_string()),
        ]);
    }
    headers
}

/// The methods of a path, as `Allow` lists them.
pub(crate) fn allow(route: &Route) -> String {
    let methods = route.operations.iter().map(|operation| match operation.method {
        crate::api::Method::Get => "GET, HEAD",
        crate::api::Method::Post => "POST",
        crate::api::Method::Patch => "PATCH",
        crate::api::Method::Delete => "DELETE",
        crate::api::Method::SentBack => "GET",
    });
    methods.chain(["OPTIONS"]).collect::<Vec<_>>().join(", ")
}
