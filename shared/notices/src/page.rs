//! The hosted pages: what a person sees at a tenant that has no frontend of its own.
//!
//! Each page is a struct that callers fill and `html` turns into the whole document. Markup stands
//! in one template per page, words in one struct per language, so a missing word does not compile.
//! Every page works without its script and loads nothing but its style sheet, its script and,
//! where there is one, the picture and the sound of a captcha.
//!
//! What is absent on purpose: forms that check what is typed. Fields have no `required` and no
//! pattern, and forms are `novalidate`, because browsers complain in their own language; here the
//! server's words come back in the page's.

mod ask_for_link;
mod choose_method;
mod clock;
mod done;
mod fault;
mod field;
mod link_asked;
mod look;
mod new_password;
mod not_me;
mod opened_link;
mod problem;
mod recover;
mod rules;
mod second_step;
mod shell;
mod sign_in;
mod take_lock_off;
mod to_provider;
mod trouble;
mod type_code;
mod words;

pub use ask_for_link::{AskForLink, Asking};
pub use choose_method::ChooseMethod;
pub use done::{Done, Finished};
pub use fault::{broken_rule, fault, tries_left};
pub use link_asked::{Asked, LinkAsked};
pub use look::{Looks, SCRIPT, style};
pub use new_password::NewPassword;
pub use not_me::NotMe;
pub use opened_link::{OpenedLink, Purpose};
pub use problem::problem_words;
pub use recover::Recover;
pub use second_step::SecondStep;
pub use sign_in::SignIn;
pub use take_lock_off::TakeLockOff;
pub use to_provider::ToProvider;
pub use trouble::{Action, Trouble};
pub use type_code::TypeCode;

use jiff::{Timestamp, tz::TimeZone};
use regain_domain::Language;

/// What every page has.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The language of all of it.
    pub language: Language,
    /// The tenant's name.
    pub tenant: &'a str,
    /// Whether the style sheet has a logo. The name stands beside it as text all the same.
    pub has_logo: bool,
    /// The style sheet's address.
    pub style: &'a str,
    /// The script's address.
    pub script: &'a str,
    /// Other languages, and this page in them; empty after a form was sent.
    pub elsewhere: &'a [(Language, String)],
    /// The moment at which the page is made.
    pub now: Timestamp,
    /// The tenant's time zone, in which the page says its times.
    pub zone: &'a TimeZone,
    /// Whom people can ask, in the tenant's own words: "Servicedesk, 020 123 45 67".
    pub contact: Option<&'a str>,
    /// By which the service desk finds the story.
    pub support_code: Option<&'a str>,
}

#[cfg(test)]
impl<'a> Frame<'a> {
    /// For tests of what depends on nothing else.
    fn bare(language: Language, now: &str, zone: &'a TimeZone) -> Self {
        Frame {
            language,
            tenant: "Demo",
            has_logo: false,
            style: "",
            script: "",
            elsewhere: &[],
            now: now.parse().expect("a moment"),
            zone,
            contact: None,
            support_code: None,
        }
    }
}

/// A form: where it goes, what it carries unseen, and what was wrong when it was sent.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Where it is posted to.
    pub action: String,
    /// Names and values of the hidden fields.
    pub hidden: Vec<(&'static str, String)>,
    /// What was wrong; empty before anything was sent.
    pub errors: Vec<FieldError>,
}

/// What is wrong with a field.
#[derive(Clone, Debug)]
pub struct FieldError {
    /// Its name attribute, or "" for the form as a whole.
    pub field: &'static str,
    /// What is wrong, in the language of the page.
    pub text: String,
}

/// A captcha: the addresses of its picture (440 by 160, shown at half its size) and of its sound.
pub struct Captcha {
    /// Of the picture.
    pub image: String,
    /// Of the sound.
    pub audio: String,
}
