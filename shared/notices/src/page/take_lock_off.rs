//! The page on which a lock is taken off: one button.

use askama::Template;
use jiff::Timestamp;

use crate::mail::render;

use super::clock::Time;
use super::shell::Shell;
use super::words::{self, Words};
use super::{Form, Frame};

/// Take the lock off.
pub struct TakeLockOff<'a> {
    /// What every page has.
    pub frame: Frame<'a>,
    /// Takes it off.
    pub form: Form,
    /// When the time is over.
    pub until: Timestamp,
    /// Asks for a new link without the login being typed again.
    pub new_link: Option<Form>,
    /// Where cancelling leads.
    pub cancel: String,
}

impl TakeLockOff<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let all = Words::of(self.frame.language);
        let words = &all.unlock;
        let time = Time::new(&self.frame, self.until, all.new_password.until);
        render(&View {
            page: self,
            shell: Shell::new(self.frame, words.heading).with_errors(&self.form.errors, &[]),
            words,
            time: if self.new_link.is_some() { time.of_link() } else { time },
            more_time: all.common.more_time,
        })
    }
}

#[derive(Template)]
#[template(path = "page/take_lock_off.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a TakeLockOff<'a>,
    shell: Shell<'a>,
    words: &'static words::Unlock,
    time: Time,
    /// Above the button that asks for a new link.
    more_time: &'static str,
}
