//! The page that a link in a mail opens. Opening it does nothing, because programs that look into
//! mails open it too; the button does.

use askama::Template;
use jiff::Timestamp;

use crate::line::one_line;
use crate::mail::render;

use super::clock::Time;
use super::shell::Shell;
use super::words::{self, Words};
use super::{Form, Frame};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To choose a new password.
    Reset,
    /// To choose the first password.
    Invite,
    /// To take the lock off.
    Unlock,
    /// To sign in.
    Magic,
}

/// A link that works: what it is for, whose it is, until when, and a button.
pub struct OpenedLink<'a> {
    /// What every page has.
    pub frame: Frame<'a>,
    /// Clicks the link.
    pub form: Form,
    /// What the link is for.
    pub purpose: Purpose,
    /// Whose it is, masked.
    pub login_hint: &'a str,
    /// Until when it works; once clicked, until when what it is for can be done.
    pub until: Timestamp,
    /// Whether it was clicked before.
    pub clicked: bool,
    /// Says "this was not me".
    pub not_me: Form,
}

impl OpenedLink<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let words = &Words::of(self.frame.language).opened;
        let purpose = match self.purpose {
            Purpose::Reset => &words.reset,
            Purpose::Invite => &words.invite,
            Purpose::Unlock => &words.unlock,
            Purpose::Magic => &words.magic,
        };
        let shell = Shell::new(self.frame, purpose.heading).with_errors(&self.form.errors, &[]);
        let lead = (purpose.lead)(&one_line(self.login_hint));
        let until = if self.clicked { words.until_clicked } else { words.until };
        let time = Time::new(&self.frame, self.until, until).of_link();
        let button = if self.clicked { words.go_on } else { purpose.button };
        render(&View { page: self, shell, words, lead, time, button })
    }
}

#[derive(Template)]
#[template(path = "page/opened_link.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a OpenedLink<'a>,
    shell: Shell<'a>,
    words: &'static words::Opened,
    lead: String,
    time: Time,
    button: &'static str,
}
