//! Why a link or a grant stopped working, when, and the one step that helps.

use jiff::{Timestamp, tz::TimeZone};
use regain_domain::{
    Language, Remedy,
    link::{DeathCause, WithdrawnReason},
};

use crate::moment::moment;

/// What it is that died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dead {
    /// A link, as it came in a mail.
    Link,
    /// What clicking the link gave: the right to do what it is for.
    Grant,
}

/// The story for its holder, in two sentences: what ended it at `at`, by the clock of `zone`, and what to do. It presumes
/// nothing about who did it, nor whether a password or a lock was at stake.
#[must_use]
pub fn death_detail(
    language: Language,
    zone: &TimeZone,
    what: Dead,
    cause: DeathCause,
    at: Timestamp,
    remedy: Remedy,
) -> String {
    let step = match language {
        Language::En => step_en(remedy),
        Language::Nl => step_nl(remedy),
    };
    format!("{} {step}", death_story(language, zone, what, cause, at))
}

/// The first of the two sentences.
pub(crate) fn death_story(
    language: Language,
    zone: &TimeZone,
    what: Dead,
    cause: DeathCause,
    at: Timestamp,
) -> String {
    let moment = moment(language, zone, at);
    match language {
        Language::En => story_en(what, cause, &moment),
        Language::Nl => story_nl(what, cause, &moment),
    }
}

fn story_en(what: Dead, cause: DeathCause, moment: &str) -> String {
    match (cause, what) {
        (DeathCause::Expired, Dead::Link) => format!("This link expired at {moment}."),
        (DeathCause::ClickExpired, Dead::Link) => {
            format!("This link was clicked, and the time to use it after that ended at {moment}.")
        }
        (DeathCause::Expired | DeathCause::ClickExpired, Dead::Grant) => {
            format!("The time for this step ended at {moment}.")
        }
        (DeathCause::Superseded, Dead::Link) => {
            format!("A newer link was made at {moment}, and only the newest one works.")
        }
        (DeathCause::Superseded, Dead::Grant) => {
            format!("A newer link was made at {moment}, which ended what the older one had begun.")
        }
        (DeathCause::Used, Dead::Link) => {
            format!("This link was used at {moment}, and a link works once.")
        }
        (DeathCause::Used, Dead::Grant) => {
            format!("This step was completed at {moment}, and it works once.")
        }
        (DeathCause::Withdrawn(reason), Dead::Link) => {
            format!("This link was withdrawn at {moment}{}.", because_en(reason))
        }
        (DeathCause::Withdrawn(reason), Dead::Grant) => {
            format!("This step was stopped at {moment}{}.", because_en(reason))
        }
    }
}

fn because_en(reason: WithdrawnReason) -> &'static str {
    match reason {
        WithdrawnReason::PasswordChanged => ", because the password was changed",
        WithdrawnReason::AddressChanged => {
            ", because the e-mail address or phone number was changed"
        }
        WithdrawnReason::AccountBlocked => ", because the account was blocked",
        WithdrawnReason::AccountDeleted => ", because the account was deleted",
        WithdrawnReason::NotMe => ", because of a report that said “this was not me”",
        WithdrawnReason::ByDesk => " by the service desk",
        WithdrawnReason::TooManyTries => ", because there were no tries left",
    }
}

fn step_en(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::RequestAgain => "Ask for a new link.",
        Remedy::UseNewerLink => "Use the link in the latest mail.",
        Remedy::SignIn => "Sign in with the current password.",
        Remedy::ContactSupport => "Please contact the service desk and mention the support code.",
    }
}

fn story_nl(what: Dead, cause: DeathCause, moment: &str) -> String {
    match (cause, what) {
        (DeathCause::Expired, Dead::Link) => format!("Deze link is verlopen op {moment}."),
        (DeathCause::ClickExpired, Dead::Link) => {
            format!(
                "Deze link is aangeklikt en de tijd om hem daarna te gebruiken liep af op {moment}."
            )
        }
        (DeathCause::Expired | DeathCause::ClickExpired, Dead::Grant) => {
            format!("De tijd voor deze stap liep af op {moment}.")
        }
        (DeathCause::Superseded, Dead::Link) => {
            format!("Op {moment} is een nieuwere link gemaakt en alleen de nieuwste werkt.")
        }
        (DeathCause::Superseded, Dead::Grant) => {
            format!(
                "Op {moment} is een nieuwere link gemaakt; wat met de oudere was begonnen, is daarmee gestopt."
            )
        }
        (DeathCause::Used, Dead::Link) => {
            format!("Deze link is gebruikt op {moment} en een link werkt één keer.")
        }
        (DeathCause::Used, Dead::Grant) => {
            format!("Deze stap is voltooid op {moment} en werkt één keer.")
        }
        (DeathCause::Withdrawn(reason), Dead::Link) => {
            format!("Deze link is ingetrokken op {moment}{}.", because_nl(reason))
        }
        (DeathCause::Withdrawn(reason), Dead::Grant) => {
            format!("Deze stap is stopgezet op {moment}{}.", because_nl(reason))
        }
    }
}

fn because_nl(reason: WithdrawnReason) -> &'static str {
    match reason {
        WithdrawnReason::PasswordChanged => ", omdat het wachtwoord is gewijzigd",
        WithdrawnReason::AddressChanged => ", omdat het e-mailadres of telefoonnummer is gewijzigd",
        WithdrawnReason::AccountBlocked => ", omdat het account is geblokkeerd",
        WithdrawnReason::AccountDeleted => ", omdat het account is verwijderd",
        WithdrawnReason::NotMe => ", na een melding “dit was ik niet”",
        WithdrawnReason::ByDesk => " door de servicedesk",
        WithdrawnReason::TooManyTries => ", omdat er geen pogingen meer over waren",
    }
}

fn step_nl(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::RequestAgain => "Vraag een nieuwe link aan.",
        Remedy::UseNewerLink => "Gebruik de link uit de laatste mail.",
        Remedy::SignIn => "Log in met het huidige wachtwoord.",
        Remedy::ContactSupport => "Neem contact op met de servicedesk en noem de supportcode.",
    }
}
