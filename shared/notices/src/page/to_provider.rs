//! The page between the tenant's and a provider's. It is a page, and no redirect: where a form's
//! answer redirects to, browsers ask the policy of the form's page about every address on the way,
//! and who a provider sends people on to is its own affair.

use askama::Template;
use regain_domain::Provider;

use crate::mail::render;

use super::Frame;
use super::shell::Shell;
use super::words::{self, Words};

/// The way to a provider. It goes on by itself, at once.
pub struct ToProvider<'a> {
    /// What every page has.
    pub frame: Frame<'a>,
    /// To whom.
    pub provider: Provider,
    /// The provider's page.
    pub url: &'a str,
}

impl ToProvider<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let words = &Words::of(self.frame.language).to_provider;
        let name = self.provider.name();
        let shell = Shell::new(self.frame, &(words.heading)(name));
        render(&View { page: self, shell, words, name })
    }
}

#[derive(Template)]
#[template(path = "page/to_provider.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a ToProvider<'a>,
    shell: Shell<'a>,
    words: &'static words::ToProvider,
    name: &'static str,
}
