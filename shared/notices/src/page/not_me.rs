//! The page of "this was not me": what saying so does, and a button.

use askama::Template;

use crate::mail::render;

use super::shell::Shell;
use super::words::{self, Words};
use super::{Form, Frame};

/// Say that it was somebody else.
pub struct NotMe<'a> {
    /// What every page has.
    pub frame: Frame<'a>,
    /// Says so.
    pub form: Form,
}

impl NotMe<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let words = &Words::of(self.frame.language).not_me;
        let shell = Shell::new(self.frame, words.heading).with_errors(&self.form.errors, &[]);
        render(&View { page: self, shell, words })
    }
}

#[derive(Template)]
#[template(path = "page/not_me.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a NotMe<'a>,
    shell: Shell<'a>,
    words: &'static words::NotMe,
}
