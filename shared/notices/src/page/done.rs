//! The page at the end of a way.

use askama::Template;

use crate::mail::render;

use super::Frame;
use super::shell::Shell;
use super::words::{self, Words};

/// What was done.
#[derive(Clone, Copy)]
pub enum Finished<'a> {
    /// The password is changed.
    PasswordChanged {
        /// The password that was made, shown this once.
        generated: Option<&'a str>,
    },
    /// The lock is off.
    Unlocked,
    /// Signing in works; a page has no session, so an application to go on to is all there is.
    SignedIn {
        /// A new recovery code in the place of the used one, shown this once.
        recovery_code: Option<&'a str>,
    },
    /// The link is withdrawn.
    Withdrawn,
    /// What was done with the link is reported.
    Reported,
}

/// The end of a way.
pub struct Done<'a> {
    /// What every page has.
    pub frame: Frame<'a>,
    /// What was done.
    pub what: Finished<'a>,
    /// Where the person wanted to go.
    pub go_on: Option<String>,
    /// Where signing in is, if that makes sense.
    pub sign_in: Option<String>,
    /// Where a new password is asked for, if that makes sense.
    pub new_password: Option<String>,
}

/// What is shown this once.
struct Secret<'a> {
    label: &'static str,
    text: &'a str,
    lead: &'static str,
}

impl Done<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let words = &Words::of(self.frame.language).done;
        let (heading, lead) = match self.what {
            Finished::PasswordChanged { .. } => (words.changed, words.changed_lead),
            Finished::Unlocked => (words.unlocked, words.unlocked_lead),
            Finished::SignedIn { .. } if self.go_on.is_some() => {
                (words.signed_in, words.signed_in_on)
            }
            Finished::SignedIn { .. } => (words.signed_in, words.signed_in_lead),
            Finished::Withdrawn => (words.withdrawn, words.withdrawn_lead),
            Finished::Reported => (words.reported, words.reported_lead),
        };
        let secret = match self.what {
            Finished::PasswordChanged { generated } => {
                generated.map(|text| (words.generated, text, words.generated_lead))
            }
            Finished::SignedIn { recovery_code } => {
                recovery_code.map(|text| (words.recovery_code, text, words.recovery_code_lead))
            }
            Finished::Unlocked | Finished::Withdrawn | Finished::Reported => None,
        };
        let secret = secret.map(|(label, text, lead)| Secret { label, text, lead });
        let changed = matches!(self.what, Finished::PasswordChanged { .. });
        render(&View {
            page: self,
            shell: Shell::new(self.frame, heading),
            words,
            lead,
            secret,
            manager: changed.then_some(words.manager),
        })
    }
}

#[derive(Template)]
#[template(path = "page/done.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a Done<'a>,
    shell: Shell<'a>,
    words: &'static words::Done,
    lead: &'static str,
    secret: Option<Secret<'a>>,
    /// What to do about a password manager.
    manager: Option<&'static str>,
}
