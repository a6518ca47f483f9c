//! The hosted pages: a frontend for tenants that have none. Each asks the same operation of the same
//! function that a frontend would call, so no page can tell more than the API does. They are not part
//! of the API: what they look like and what their forms carry may change.

use crate::api::Operation;

use super::{CATCH_ALL_FUNCTION, Found, ROUTES, params};

/// A path of the pages.
#[derive(Debug)]
pub struct Page {
    /// The path, with what varies in braces.
    pub path: &'static str,
    /// The function that serves it.
    pub function: &'static str,
    /// What GET shows.
    pub opens: Opens,
    /// The operation that a form sent here is for.
    pub sends: Option<&'static str>,
}

/// What opening a page shows. Whatever it is, it changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// Nothing: forms are sent here.
    Nothing,
    /// The form of this operation.
    Form(&'static str),
    /// What this operation, which only reads, answers to the token in the path.
    Asked(&'static str),
    /// The style sheet or the script.
    Asset,
    /// The page of the installation's home tenant where a password is changed.
    ChangePassword,
}

const fn opened(path: &'static str, function: &'static str, opens: Opens) -> Page {
    Page { path, function, opens, sends: None }
}

const fn sent(path: &'static str, function: &'static str, operation: &'static str) -> Page {
    Page { path, function, opens: Opens::Nothing, sends: Some(operation) }
}

const fn both(path: &'static str, function: &'static str, operation: &'static str) -> Page {
    Page { path, function, opens: Opens::Form(operation), sends: Some(operation) }
}

/// Every page.
pub const PAGES: &[Page] = &[
    both("/p/{tenant}/sign-in", "sign-in", "sign-in"),
    sent("/p/{tenant}/finish-sign-in", "sign-in", "finish-sign-in"),
    sent("/p/{tenant}/federated-login", "federated-login", "federated-login"),
    both("/p/{tenant}/forgot-password", "request-reset", "request-reset"),
    opened("/p/{tenant}/link/{token}", "click-link", Opens::Asked("check-link")),
    sent("/p/{tenant}/click-link", "click-link", "click-link"),
    sent("/p/{tenant}/set-password", "set-password", "set-password"),
    opened("/p/{tenant}/not-me/{token}", "click-link", Opens::Form("withdraw-link")),
    sent("/p/{tenant}/withdraw-link", "click-link", "withdraw-link"),
    both("/p/{tenant}/magic", "magic-login", "magic-login"),
    opened("/p/{tenant}/magic/{token}", "click-link", Opens::Asked("check-link")),
    sent("/p/{tenant}/redeem-magic-link", "magic-login", "redeem-magic-link"),
    both("/p/{tenant}/recover", "start-recovery", "start-recovery"),
    sent("/p/{tenant}/send-recovery-link", "start-recovery", "send-recovery-link"),
    sent("/p/{tenant}/send-sms-code", "send-sms-code", "send-sms-code"),
    sent("/p/{tenant}/check-sms-code", "check-sms-code", "check-sms-code"),
    sent("/p/{tenant}/unlock", "unlock", "unlock"),
    opened("/p/{tenant}/assets/{file}", "click-link", Opens::Asset),
    opened("/.well-known/change-password", "request-reset", Opens::ChangePassword),
];

/// Whether a function answers with pages at a path. One that is no page at all is answered by
/// [`CATCH_ALL_FUNCTION`], and it is a person who reads that.
pub(crate) fn serves(function: &str, path: &str) -> bool {
    match find(path) {
        Some(found) => found.route.function == function,
        None => path.starts_with("/p/") && function == CATCH_ALL_FUNCTION,
    }
}

impl Page {
    /// The methods that it takes, as `Allow` lists them.
    pub(crate) fn allow(&self) -> &'static str {
        match (self.opens, self.sends) {
            (Opens::Nothing, _) => "POST",
            (_, None) => "GET, HEAD",
            (_, Some(_)) => "GET, HEAD, POST",
        }
    }
}

/// The page of a path.
#[must_use]
pub fn find(path: &str) -> Option<Found<'_, Page>> {
    PAGES.iter().find_map(|page| Some(Found { route: page, params: params(page.path, path)? }))
}

/// The page that a form of this operation is sent to.
pub(crate) fn of(id: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.sends == Some(id))
}

/// The operation of that name.
pub(crate) fn operation(id: &str) -> Option<&'static Operation> {
    ROUTES.iter().flat_map(|route| route.operations).find(|operation| operation.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_asks_an_operation_of_its_own_function() {
        for page in PAGES {
            let opened = match page.opens {
                Opens::Form(id) | Opens::Asked(id) => Some(id),
                Opens::Nothing | Opens::Asset | Opens::ChangePassword => None,
            };
            for id in opened.into_iter().chain(page.sends) {
                let route = ROUTES
                    .iter()
                    .find(|route| route.operations.iter().any(|operation| operation.id == id));
                assert_eq!(route.unwrap().function, page.function, "{}", page.path);
            }
        }
    }

    #[test]
    fn a_path_is_one_page_and_no_operation() {
        for page in PAGES {
            let path = page.path.replace("{tenant}", "demo").replace("{token}", "x");
            let path = path.replace("{file}", "x");
            let fits = PAGES.iter().filter(|other| params(other.path, &path).is_some());
            assert_eq!(fits.count(), 1, "{path}");
            assert!(super::super::find(&path).is_none(), "{path}");
        }
    }
}
