//! The rules for a new password: as a list for people, and as `passwordrules` for the programs
//! that make passwords.

use std::borrow::Cow;

use regain_domain::Language;
use regain_domain::policy::PasswordPolicy;

use super::words::{self, Words};

/// A rule as the list shows it.
pub(super) struct Rule {
    pub(super) text: Cow<'static, str>,
    pub(super) is_broken: bool,
}

/// Collects rules, and which of the broken ones it met.
struct List<'a> {
    broken: &'a [String],
    rules: Vec<Rule>,
}

impl List<'_> {
    fn add(&mut self, codes: &[&str], text: impl Into<Cow<'static, str>>) {
        let is_broken = self.broken.iter().any(|broken| codes.contains(&broken.as_str()));
        self.rules.push(Rule { text: text.into(), is_broken });
    }

    fn add_count(&mut self, code: &str, count: u32, text: fn(u32) -> String) {
        if count > 0 {
            self.add(&[code], text(count));
        }
    }

    fn add_last_name(&mut self, policy: &PasswordPolicy, words: &words::Rules) {
        if policy.forbid_last_name {
            self.add(&["contains_last_name"], words.last_name);
        }
    }
}

/// The rules for a whole password.
pub(super) fn of_whole(
    language: Language,
    policy: &PasswordPolicy,
    broken: &[String],
) -> Vec<Rule> {
    let words = &Words::of(language).rules;
    let mut list = List { broken, rules: Vec::new() };
    list.add(&["too_short", "too_long"], (words.length)(policy.length_min, policy.length_max));
    list.add_count("needs_uppercase", policy.uppercase_min, words.uppercase);
    list.add_count("needs_lowercase", policy.lowercase_min, words.lowercase);
    list.add_count("needs_digit", policy.digits_min, words.digits);
    list.add_count("needs_symbol", policy.symbols_min, words.symbols);
    list.add_last_name(policy, words);
    if policy.forbid_reuse {
        list.add(&["reused"], words.reuse);
    }
    list.add(&["common"], words.common);
    list.rules
}

/// The rules for a beginning. The ending sees to all others: it has what the policy asks for, and
/// nobody has had or guessed it before.
pub(super) fn of_beginning(
    language: Language,
    policy: &PasswordPolicy,
    broken: &[String],
) -> Vec<Rule> {
    let words = &Words::of(language).rules;
    let mut list = List { broken, rules: Vec::new() };
    list.add(&["too_long"], (words.length_max)(policy.length_max));
    list.add_last_name(policy, words);
    list.rules
}

/// The rules of the policy in the format of Apple's `passwordrules`. What is not required is still
/// allowed, which the format does not take for granted.
pub(super) fn for_managers(policy: &PasswordPolicy) -> String {
    let mut rules = format!("minlength: {}; maxlength: {};", policy.length_min, policy.length_max);
    for (count, class) in [
        (policy.uppercase_min, "upper"),
        (policy.lowercase_min, "lower"),
        (policy.digits_min, "digit"),
        (policy.symbols_min, "special"),
    ] {
        if count > 0 {
            rules.push_str(&format!(" required: {class};"));
        }
    }
    rules.push_str(" allowed: ascii-printable;");
    rules
}
