//! What is known of an account that does not get in, and what to do, in English.

use jiff::tz::TimeZone;
use regain_domain::account::BlockReason;
use regain_domain::link::LinkPurpose;
use regain_domain::{Language::En, tries::Lock};

use crate::moment::{exact_moment, moment, moment_not_before};
use crate::named::{all_of, any_of};
use crate::{Dead, death::death_story};

use super::{Advice, Button, HelpStep, LastLink, PasswordStands, SignInHelp};

/// Only what says something; one at least.
pub(super) fn facts(help: &SignInHelp<'_>) -> Vec<String> {
    let zone = help.letterhead.zone;
    let is_open = help.blocked.is_none() && help.lock.is_none();
    let linked = |names| format!("Your account is linked to {names}.");
    [
        is_open.then(|| "Your account is open: it is not blocked, and not locked.".to_owned()),
        help.blocked.map(|reason| format!("Your account is blocked{}.", because(reason))),
        help.lock.map(|lock| locked(zone, lock)),
        password(zone, help.password),
        help.last_link.and_then(|link| last_link(zone, &link)),
        all_of(En, help.providers).map(linked),
        help.second_step.then(|| {
            "When you sign in, a code from your authenticator app is asked for as well.".to_owned()
        }),
        help.second_step_lock.and_then(|lock| lock.until).map(|until| {
            let until = moment_not_before(En, zone, until);
            format!(
                "A wrong code had been entered too many times: no codes from the app are accepted until {until}. A recovery code is."
            )
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn because(reason: BlockReason) -> &'static str {
    match reason {
        BlockReason::PaymentOverdue => ", because there are unpaid invoices",
        BlockReason::TrialEnded => {
            ", because the trial period is over and there is no subscription yet"
        }
        BlockReason::Cancelled => ", because the subscription of your organisation was cancelled",
        BlockReason::RevokedByAdmin => ", because an admin took its access away",
        BlockReason::WrongAccountType => {
            ", because it is of another type than can be used to sign in here"
        }
        BlockReason::Other => "",
    }
}

fn locked(zone: &TimeZone, lock: Lock) -> String {
    let since = moment(En, zone, lock.since);
    let end = match lock.until.map(|until| moment_not_before(En, zone, until)) {
        Some(until) => format!("The lock goes off by itself, at {until} at the latest."),
        None => "It stays locked until you or the service desk unlock it.".to_owned(),
    };
    format!(
        "Your account was locked at {since}, because a wrong password had been entered too many times. {end}"
    )
}

fn password(zone: &TimeZone, password: PasswordStands) -> Option<String> {
    Some(match password {
        PasswordStands::Works => return None,
        PasswordStands::None => "Your account has no password.".to_owned(),
        PasswordStands::Disabled => {
            "Your password was switched off for safety, because a wrong one had been entered a hundred times in a row."
                .to_owned()
        }
        PasswordStands::Temporary { until } => format!(
            "Your password is temporary and works until {}. When you sign in with it, you choose one of your own.",
            moment(En, zone, until)
        ),
        PasswordStands::TemporaryOver => "Your temporary password has expired.".to_owned(),
    })
}

fn last_link(zone: &TimeZone, link: &LastLink) -> Option<String> {
    let purpose = match link.purpose {
        LinkPurpose::Reset => "to choose a new password",
        LinkPurpose::Invite => "to choose your first password",
        LinkPurpose::Unlock => "to unlock your account",
        LinkPurpose::Magic => "to sign in",
        // No mail brings these.
        LinkPurpose::MustChange | LinkPurpose::CodeReset | LinkPurpose::CodeUnlock => return None,
    };
    let fate = match link.fate {
        Ok(valid_until) => format!("It works until {}.", moment(En, zone, valid_until)),
        Err(death) => death_story(En, zone, Dead::Link, death.cause, death.at),
    };
    let made = exact_moment(En, zone, link.requested_at);
    Some(format!("Your last link was one {purpose}, made at {made}. {fate}"))
}

/// None: ask the service desk.
pub(super) fn advice<'a>(help: &SignInHelp<'a>) -> Option<Advice<'a>> {
    let page = |words: &str, url, label| {
        Some(Advice { words: words.to_owned(), button: Some(Button { url, label }) })
    };
    match help.step {
        HelpStep::ContactSupport => None,
        HelpStep::UseNewestLink => {
            let words = "Use your last link; it is in the mail that we sent you then. Do you not see that mail? Then look in your spam folder too.";
            Some(Advice { words: words.to_owned(), button: None })
        }
        HelpStep::UseProvider { url } => {
            let names = any_of(En, help.providers).unwrap_or_default();
            page(
                &format!("Sign in with {names}. You need no password for that:"),
                url,
                "Go to the sign-in page",
            )
        }
        HelpStep::ChoosePassword { url } => {
            page("Choose a password. With that, you get in:", url, "Choose a password")
        }
        HelpStep::TakeLockOff { url } => {
            page("Unlock your account. Your password stays as it is:", url, "Unlock your account")
        }
        HelpStep::SignIn { url } => page(
            "Usually there is a slip in the password, or another e-mail address is used, or a device fills in a password that it saved wrongly. Sign in with the address that this mail came to, and type the password yourself. Does one device not let you in? Then try another browser on it. This is where you sign in:",
            url,
            "Go to the sign-in page",
        ),
    }
}
