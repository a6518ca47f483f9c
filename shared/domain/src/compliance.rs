//! What a tenant's settings, as they are in effect, meet and violate of two standards.
//!
//! - NIST SP 800-63B-4, final, of 2025: <https://pages.nist.gov/800-63-4/sp800-63b.html>.
//!   Requirements that the document numbers have its numbers, `§3.1.1.2(5)`; of those it does not
//!   number, the words in parentheses say which of the section's is meant.
//! - OWASP ASVS 5.0.0, of 2025:
//!   <https://github.com/OWASP/ASVS/tree/v5.0.0/5.0/docs_en>, in the notation it asks for.
//!
//! A title says in our words which demand is judged, as some clauses make several. A link in a mail
//! is a recovery code that NIST lets go by mail (§4.2.1.2), not out-of-band authentication, which it
//! forbids there (§3.1.3.1); so what the standards ask of out-of-band codes is not asked of links.
//!
//! What is deliberately absent: whatever neither a setting nor this software decides, as TLS and
//! hardware do, and documents; and what a standard only allows. A sentence here is no audit: it says
//! what is set and what is asked, so that an auditor can look.

mod asvs;
mod nist;

use serde::Serialize;

use crate::policy::Profile;
use crate::settings::Settings;

/// What settings meet and violate; serialised as `{"profile", "clauses"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The profile of the password policy, which decides what is in effect.
    pub profile: Profile,
    /// Clause by clause, in the order of the standards.
    pub clauses: Vec<Clause>,
}

/// One demand of a standard, and how it is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Clause {
    /// The standard and the number; no two are the same.
    pub id: &'static str,
    /// What is demanded, in our words.
    pub title: &'static str,
    /// Whether it is met.
    pub verdict: Verdict,
    /// Why, in one sentence, with the setting that decides it and its value.
    pub because: String,
}

/// Whether a clause is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is.
    Met,
    /// It is not.
    Violated,
    /// It asks for nothing that is done here.
    NotApplicable,
}

/// Judges the settings as they are in effect, so it makes no difference whether they come from
/// `Settings::effective` or are what the tenant chose.
#[must_use]
pub fn report(settings: &Settings) -> Report {
    let settings = settings.effective();
    let clauses = [nist::clauses(&settings), asvs::clauses(&settings)].concat();
    Report { profile: settings.password_policy.profile, clauses }
}

impl Clause {
    /// Whether it is met depends on a setting.
    fn judged(id: &'static str, title: &'static str, is_met: bool, because: String) -> Self {
        let verdict = if is_met { Verdict::Met } else { Verdict::Violated };
        Self { id, title, verdict, because }
    }

    /// No setting can change that it is met.
    fn met(id: &'static str, title: &'static str, because: impl Into<String>) -> Self {
        Self::judged(id, title, true, because.into())
    }

    /// No setting can change that it is violated.
    fn violated(id: &'static str, title: &'static str, because: impl Into<String>) -> Self {
        Self::judged(id, title, false, because.into())
    }

    /// It asks for nothing that this software does.
    fn not_ours(id: &'static str, title: &'static str, because: &str) -> Self {
        Self { id, title, verdict: Verdict::NotApplicable, because: because.to_owned() }
    }
}

/// The pages that ask for a password are the tenant's.
const NO_PAGES: &str = "The page that asks for a password is the tenant's own frontend.";

/// Whether the policy asks for no character classes, and the sentence that says so.
fn character_classes(settings: &Settings) -> (bool, String) {
    let policy = &settings.password_policy;
    let minima =
        [policy.uppercase_min, policy.lowercase_min, policy.digits_min, policy.symbols_min];
    let [uppercase, lowercase, digits, symbols] = minima;
    let because = format!(
        "password_policy.uppercase_min, lowercase_min, digits_min and symbols_min are {uppercase}, \
         {lowercase}, {digits} and {symbols}; each must be 0."
    );
    (minima.iter().all(|min| *min == 0), because)
}

/// A code that goes to a phone may be good for so long, in both standards.
const CODE_SECONDS_MAX: u32 = 600;

/// Whether codes end in time, and the sentence that says so.
fn short_codes(settings: &Settings) -> (bool, String) {
    let seconds = settings.validity.code_seconds;
    let because = format!(
        "validity.code_seconds is {seconds}, and a code ends with its recovery at the latest; \
         {CODE_SECONDS_MAX} are allowed."
    );
    (seconds <= CODE_SECONDS_MAX, because)
}

/// Whether nobody is authenticated by mail, and the sentence that says so.
fn no_mailed_sign_in(settings: &Settings) -> (bool, String) {
    let enabled = settings.magic_login.enabled;
    (!enabled, format!("magic_login.enabled is {enabled}; both standards count no mailed link."))
}

/// The longest password must be allowed to have at least so many characters, in both standards.
const LENGTH_MAX_LEAST: u32 = 64;

/// Whether passwords may be long, and the sentence that says so.
fn long_passwords(settings: &Settings) -> (bool, String) {
    let length_max = settings.password_policy.length_max;
    let because = format!(
        "password_policy.length_max is {length_max}; it must be at least {LENGTH_MAX_LEAST}."
    );
    (length_max >= LENGTH_MAX_LEAST, because)
}

#[cfg(test)]
#[path = "compliance_tests.rs"]
mod tests;
