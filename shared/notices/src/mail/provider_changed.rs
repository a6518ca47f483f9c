//! The mail that tells the owner of an account that a provider was linked to it or unlinked.

use jiff::Timestamp;
use regain_domain::{Language, Provider};

use crate::moment::{minute, moment};

use super::{Letterhead, Mail, letterhead::Head};

/// What became of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderChange {
    /// From then on it signs in.
    Linked,
    /// It no longer does.
    Unlinked,
}

/// What the mail after a change of providers says.
#[derive(Clone, Copy, Debug)]
pub struct ProviderChanged<'a> {
    /// What every mail has.
    pub letterhead: Letterhead<'a>,
    /// When it was linked or unlinked.
    pub changed_at: Timestamp,
    /// Which.
    pub provider: Provider,
    /// What became of it.
    pub change: ProviderChange,
    /// The page to ask for a new password: a whole URL without white space.
    pub url: &'a str,
}

impl ProviderChanged<'_> {
    /// The mail in a language.
    #[must_use]
    pub fn mail(&self, language: Language) -> Mail {
        let zone = self.letterhead.zone;
        View {
            head: self.letterhead.head(),
            changed_minute: minute(zone, self.changed_at),
            changed: moment(language, zone, self.changed_at),
            provider: self.provider.name(),
            change: self.change,
            url: self.url,
        }
        .render(language)
    }
}

struct View<'a> {
    head: Head<'a>,
    changed_minute: String,
    changed: String,
    provider: &'static str,
    change: ProviderChange,
    url: &'a str,
}

super::templates! {
    View {
        En: "en/provider_changed/subject.txt", "en/provider_changed/body.txt", "en/provider_changed/body.html";
        Nl: "nl/provider_changed/subject.txt", "nl/provider_changed/body.txt", "nl/provider_changed/body.html";
    }
}
