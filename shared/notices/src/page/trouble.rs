//! The page of whatever stops: a dead link, a limit, an address that is none.

use askama::Template;

use crate::line::one_line;
use crate::mail::render;

use super::shell::Shell;
use super::words::{self, Words};
use super::{Form, Frame};

/// What helps. The first of several is the one to take.
pub enum Action {
    /// One press asks for a new link.
    NewLink(Form),
    /// There is a newer link; where its mail is not to be found, one press asks for another.
    AnotherLink(Form),
    /// Go and sign in, there.
    SignIn(String),
    /// Ask for a link, there.
    AskForLink(String),
    /// Go on by phone, there.
    Recover(String),
    /// Begin again, there.
    Again(String),
    /// The same press once more.
    TryAgain(Form),
    /// Ask the service desk.
    Contact,
}

/// Something stops: what and why, in the language of the page, and what helps.
pub struct Trouble<'a> {
    /// What every page has.
    pub frame: Frame<'a>,
    /// What is the matter.
    pub title: &'a str,
    /// Why, and what to do.
    pub detail: &'a str,
    /// What helps.
    pub actions: Vec<Action>,
}

impl Trouble<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let words = &Words::of(self.frame.language).trouble;
        let shell = Shell::new(self.frame, self.title);
        let contact_helps = self.actions.iter().any(|action| matches!(action, Action::Contact));
        render(&View { page: self, shell, words, detail: one_line(self.detail), contact_helps })
    }
}

#[derive(Template)]
#[template(path = "page/trouble.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a Trouble<'a>,
    shell: Shell<'a>,
    words: &'static words::Trouble,
    detail: String,
    /// Whether the service desk is among what helps.
    contact_helps: bool,
}
