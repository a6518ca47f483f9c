//! What stands around every page: its title, the tenant's name, the summary of what was wrong, and
//! where help is.

use regain_domain::Language;

use crate::line::one_line;

use super::field::{id_of, is_of};
use super::words::{Common, Words, own_name};
use super::{FieldError, Frame};

/// The frame as templates see it, a part of every view.
pub(super) struct Shell<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) words: &'static Common,
    pub(super) title: String,
    pub(super) heading: String,
    pub(super) tenant: String,
    pub(super) contact: Option<String>,
    pub(super) elsewhere: Vec<Elsewhere<'a>>,
    pub(super) errors: Vec<Pointed<'a>>,
}

/// The page in another language, by the name that the language has for itself.
pub(super) struct Elsewhere<'a> {
    pub(super) tag: &'static str,
    pub(super) name: &'static str,
    pub(super) address: &'a str,
}

/// An error, and the field that it points to.
pub(super) struct Pointed<'a> {
    pub(super) text: &'a str,
    pub(super) id: Option<String>,
}

impl<'a> Shell<'a> {
    /// Of a page without a field.
    pub(super) fn new(frame: Frame<'a>, heading: &str) -> Self {
        let words = &Words::of(frame.language).common;
        let (heading, tenant) = (one_line(heading), one_line(frame.tenant));
        Self {
            frame,
            words,
            // Of a tenant that is not there, no name is known.
            title: match tenant.is_empty() {
                true => heading.clone(),
                false => format!("{heading} – {tenant}"),
            },
            heading,
            tenant,
            contact: frame.contact.map(one_line).filter(|line| !line.is_empty()),
            elsewhere: frame.elsewhere.iter().map(elsewhere).collect(),
            errors: Vec::new(),
        }
    }

    /// With what was wrong, each at the first of `fields` that it belongs to. They come in the order
    /// of the fields, which is that of the page; first what is wrong with no field.
    pub(super) fn with_errors(mut self, errors: &'a [FieldError], fields: &[&str]) -> Self {
        let place = |error: &FieldError| fields.iter().position(|name| is_of(error, name));
        let mut placed: Vec<_> = errors.iter().map(|error| (place(error), error)).collect();
        placed.sort_by_key(|(place, _)| *place);
        let id = |place: usize| fields.get(place).map(|name| id_of(name));
        let pointed = placed
            .into_iter()
            .map(|(place, error)| Pointed { text: &error.text, id: place.and_then(id) });
        self.errors = pointed.collect();
        if !self.errors.is_empty() {
            self.title = format!("{}: {}", self.words.error, self.title);
        }
        self
    }
}

fn elsewhere((language, address): &(Language, String)) -> Elsewhere<'_> {
    Elsewhere { tag: language.as_str(), name: own_name(*language), address }
}
