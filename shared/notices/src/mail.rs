//! The mails. Each is what happened and what to do, and nothing else: no picture, no tracking, no
//! word of the password.
//!
//! The fields that callers fill are as others typed them. Here they become a view: one line each,
//! moments in words, and every template sees the view only.

mod account_blocked;
mod account_locked;
mod code_sent;
mod invite;
mod letterhead;
mod login_changed;
mod magic_link;
mod mailed_link;
mod password_changed;
mod password_disabled;
mod phone_changed;
mod provider_changed;
mod reset_link;
mod second_step_changed;
mod second_step_guessed;
mod sign_in_help;
mod sign_in_with_provider;
mod temporary_password;
mod unlock_link;
mod unlocked;

pub use account_blocked::AccountBlocked;
pub use account_locked::AccountLocked;
pub use code_sent::CodeSent;
pub use invite::Invite;
pub use letterhead::Letterhead;
pub use login_changed::{Address, LoginChanged};
pub use magic_link::MagicLink;
pub use mailed_link::MailedLink;
pub use password_changed::PasswordChanged;
pub use password_disabled::PasswordDisabled;
pub use phone_changed::PhoneChanged;
pub use provider_changed::{ProviderChange, ProviderChanged};
pub use reset_link::ResetLink;
pub use second_step_changed::SecondStepChanged;
pub use second_step_guessed::SecondStepGuessed;
pub use sign_in_help::{HelpStep, LastLink, PasswordStands, SignInHelp};
pub use sign_in_with_provider::SignInWithProvider;
pub use temporary_password::TemporaryPassword;
pub use unlock_link::UnlockLink;
pub use unlocked::Unlocked;

use askama::Template;

/// A mail, ready but for its sender and recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// One line, without control characters.
    pub subject: String,
    /// The body for those who read plain text; every URL stands on a line of its own.
    pub text: String,
    /// The body for the others; it says the same.
    pub html: String,
}

#[expect(
    clippy::expect_used,
    reason = "rendering fails only if a Display fails, and text does not"
)]
pub(crate) fn render(template: &impl Template) -> String {
    template.render().expect("text can be written to a string")
}

/// Gives a view its templates: three in each language, under `templates/`, checked as they compile.
/// They see the view as `mail`.
macro_rules! templates {
    ($view:ident { $($language:ident: $subject:literal, $text:literal, $html:literal;)+ }) => {
        impl $view<'_> {
            fn render(&self, language: regain_domain::Language) -> crate::mail::Mail {
                match language {
                    $(regain_domain::Language::$language => {
                        #[derive(askama::Template)]
                        #[template(path = $subject)]
                        struct Subject<'a> {
                            mail: &'a $view<'a>,
                        }
                        #[derive(askama::Template)]
                        #[template(path = $text)]
                        struct Text<'a> {
                            mail: &'a $view<'a>,
                        }
                        #[derive(askama::Template)]
                        #[template(path = $html)]
                        struct Html<'a> {
                            mail: &'a $view<'a>,
                        }
                        crate::mail::Mail {
                            subject: crate::mail::render(&Subject { mail: self }),
                            text: crate::mail::render(&Text { mail: self }),
                            html: crate::mail::render(&Html { mail: self }),
                        }
                    })+
                }
            }
        }
    };
}
use templates;
