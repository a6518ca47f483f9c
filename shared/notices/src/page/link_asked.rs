//! The page after a link was asked for, alike for accounts that are there and that are not.

use askama::Template;

use crate::line::one_line;
use crate::mail::render;

use super::Frame;
use super::shell::Shell;
use super::words::{self, Words};

/// What the link was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To choose a new password.
    Reset,
    /// To sign in.
    Magic,
    /// In a recovery: to choose a new password, or to take the lock off.
    Unlock,
}

/// A mail is on its way, if there is an account.
pub struct LinkAsked<'a> {
    /// What every page has.
    pub frame: Frame<'a>,
    /// What the link was asked for.
    pub asking: Asked,
    /// For whom, if that was typed.
    pub login: Option<&'a str>,
    /// Where it can be asked for again.
    pub again: String,
    /// Where the way by phone is.
    pub recover: String,
}

impl LinkAsked<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let words = &Words::of(self.frame.language).asked;
        let login = self.login.map(one_line).filter(|login| !login.is_empty());
        let lead = login.map_or_else(|| words.to_unsaid.to_owned(), |login| (words.to)(&login));
        let purpose = match self.asking {
            Asked::Reset => words.reset,
            Asked::Magic => words.magic,
            Asked::Unlock => words.unlock,
        };
        let shell = Shell::new(self.frame, words.heading);
        render(&View { page: self, shell, words, lead, purpose })
    }
}

#[derive(Template)]
#[template(path = "page/link_asked.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a LinkAsked<'a>,
    shell: Shell<'a>,
    words: &'static words::Asked,
    lead: String,
    purpose: &'static str,
}
