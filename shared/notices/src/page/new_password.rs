//! The page on which a new password is chosen, begun, or made.

use askama::Template;
use jiff::Timestamp;
use regain_domain::policy::PasswordPolicy;
use regain_domain::settings::PasswordAsked;

use crate::mail::render;

use super::clock::Time;
use super::field::{Field, Kind, focus_wrong, is_of};
use super::rules::{self, Rule};
use super::shell::Shell;
use super::words::{self, Words};
use super::{FieldError, Form, Frame};

/// Choose a new password. Fields: `login` (read-only, there for password managers), then by
/// `asked` `password` or `beginning`, and `confirm`.
pub struct NewPassword<'a> {
    /// What every page has.
    pub frame: Frame<'a>,
    /// Sets the password.
    pub form: Form,
    /// Whose password it is; the field is left out where this is empty.
    pub login: &'a str,
    /// When the time is over.
    pub until: Timestamp,
    /// What is asked for: all of the password, its beginning, or nothing.
    pub asked: PasswordAsked,
    /// The rules that count.
    pub policy: &'a PasswordPolicy,
    /// Codes of the rules that what was sent breaks; empty before anything was sent.
    pub broken: &'a [String],
    /// Asks for a new link without the login being typed again.
    pub new_link: Option<Form>,
    /// Where cancelling leads.
    pub cancel: String,
}

impl NewPassword<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let all = Words::of(self.frame.language);
        let words = &all.new_password;
        let errors = self.errors(words);
        let (mut fields, rules) = self.fields_and_rules(words, &errors);
        focus_wrong(&mut fields);
        let login = Field::new(Kind::LoginShown, "login", all.common.login, &[]).value(self.login);
        let names: Vec<_> = fields.iter().map(|field| field.name).collect();
        let shell = Shell::new(self.frame, words.heading).with_errors(&errors, &names);
        let time = Time::new(&self.frame, self.until, words.until);
        let list = &all.rules;
        render(&View {
            page: self,
            shell,
            words,
            list,
            list_heading: match self.asked {
                PasswordAsked::Beginning => list.beginning_heading,
                PasswordAsked::Whole | PasswordAsked::Nothing => list.heading,
            },
            time: if self.new_link.is_some() { time.of_link() } else { time },
            more_time: all.common.more_time,
            login: (!self.login.is_empty()).then_some(login),
            rules,
            fields,
        })
    }

    /// What was wrong. Broken rules alone are told at the password's field too.
    fn errors(&self, words: &words::NewPassword) -> Vec<FieldError> {
        let mut errors = self.form.errors.clone();
        let field = match self.asked {
            PasswordAsked::Whole => "password",
            PasswordAsked::Beginning => "beginning",
            PasswordAsked::Nothing => "",
        };
        if !self.broken.is_empty() && !errors.iter().any(|error| is_of(error, field)) {
            errors.insert(0, FieldError { field, text: words.broken.to_owned() });
        }
        errors
    }

    fn fields_and_rules<'e>(
        &self,
        words: &words::NewPassword,
        errors: &'e [FieldError],
    ) -> (Vec<Field<'e>>, Vec<Rule>) {
        let (language, policy, broken) = (self.frame.language, self.policy, self.broken);
        match self.asked {
            PasswordAsked::Whole => {
                let kind = Kind::NewPassword;
                let mut password =
                    Field::new(kind, "password", words.password, errors).described_by("rules");
                password.password_rules = Some(rules::for_managers(policy));
                let confirm = Field::new(kind, "confirm", words.confirm, errors);
                (vec![password, confirm], rules::of_whole(language, policy, broken))
            }
            PasswordAsked::Beginning => {
                let kind = Kind::Beginning;
                let beginning = Field::new(kind, "beginning", words.beginning, errors)
                    .hint(words.beginning_hint)
                    .described_by("rules");
                let confirm = Field::new(kind, "confirm", words.beginning_confirm, errors);
                (vec![beginning, confirm], rules::of_beginning(language, policy, broken))
            }
            PasswordAsked::Nothing => (Vec::new(), Vec::new()),
        }
    }
}

#[derive(Template)]
#[template(path = "page/new_password.html", whitespace = "minimize")]
struct View<'a> {
    page: &'a NewPassword<'a>,
    shell: Shell<'a>,
    words: &'static words::NewPassword,
    list: &'static words::Rules,
    list_heading: &'static str,
    time: Time,
    /// Above the button that asks for a new link.
    more_time: &'static str,
    login: Option<Field<'a>>,
    rules: Vec<Rule>,
    fields: Vec<Field<'a>>,
}
