//! OWASP ASVS 5.0.0, of all three levels, chapters 2, 6, 7 and 11.

use serde_json::json;

use super::{Clause, NO_PAGES, character_classes, long_passwords, no_mailed_sign_in, short_codes};
use crate::hashing::Cost;
use crate::recovery::TRIES_MAX;
use crate::settings::{OwnPassword, Settings};

/// Of a password, with or without another factor.
const LENGTH_MIN: u32 = 8;

/// Every clause, in the document's order.
pub(super) fn clauses(settings: &Settings) -> Vec<Clause> {
    [
        automation(settings),
        password(settings),
        typed(settings),
        authentication(settings),
        recovery(settings),
        codes(settings),
        sessions(settings),
    ]
    .concat()
}

fn automation(settings: &Settings) -> Vec<Clause> {
    let limits = &settings.limits;
    vec![Clause::met(
        "OWASP ASVS v5.0.0-2.4.1",
        "Calls in excess are refused",
        format!(
            "limits.per_login_and_address_hour is {}, limits.per_address_hour {} and \
             limits.mails_per_login_hour {}, and none can be switched off.",
            limits.per_login_and_address_hour, limits.per_address_hour, limits.mails_per_login_hour
        ),
    )]
}

fn password(settings: &Settings) -> Vec<Clause> {
    let length_min = settings.password_policy.length_min;
    let (has_no_classes, classes_because) = character_classes(settings);
    vec![
        Clause::judged(
            "OWASP ASVS v5.0.0-6.2.1",
            "A password has at least eight characters",
            length_min >= LENGTH_MIN,
            format!(
                "password_policy.length_min is {length_min}; it must be at least {LENGTH_MIN}."
            ),
        ),
        Clause::met(
            "OWASP ASVS v5.0.0-6.2.2",
            "People can change their password",
            "Whoever has an account can ask for a link at any time and set a new password with it.",
        ),
        Clause::not_ours(
            "OWASP ASVS v5.0.0-6.2.3",
            "A change of password asks for the present one",
            "A password is set by recovery alone, where the present one is not known.",
        ),
        Clause::met(
            "OWASP ASVS v5.0.0-6.2.4",
            "A new password is compared with at least 3000 common ones",
            "Every new password is compared with more than 11000 common ones of eight characters \
             or more, which no setting switches off.",
        ),
        Clause::judged(
            "OWASP ASVS v5.0.0-6.2.5",
            "A password may be made of anything, and no kinds of characters are demanded",
            has_no_classes,
            classes_because,
        ),
    ]
}

/// How a password is typed and verified, and which ones are refused for what they say.
fn typed(settings: &Settings) -> Vec<Clause> {
    let forbid_last_name = settings.password_policy.forbid_last_name;
    let (may_be_long, long_because) = long_passwords(settings);
    vec![
        Clause::not_ours("OWASP ASVS v5.0.0-6.2.6", "The field hides what is typed", NO_PAGES),
        Clause::not_ours(
            "OWASP ASVS v5.0.0-6.2.7",
            "Pasting and password managers are allowed",
            NO_PAGES,
        ),
        Clause::met(
            "OWASP ASVS v5.0.0-6.2.8",
            "A password is verified as it was typed",
            "A password is never cut off and keeps its case; only its Unicode form is made one, \
             NFC, as NIST asks.",
        ),
        Clause::judged(
            "OWASP ASVS v5.0.0-6.2.9",
            "A password may have 64 characters or more",
            may_be_long,
            long_because,
        ),
        Clause::met(
            "OWASP ASVS v5.0.0-6.2.10",
            "No password has to be changed because time has passed",
            "No password ends by the clock but a temporary one.",
        ),
        Clause::judged(
            "OWASP ASVS v5.0.0-6.2.11",
            "Words that are easy to guess here are refused in passwords",
            forbid_last_name,
            format!(
                "password_policy.forbid_last_name is {forbid_last_name}; the last name is the word \
                 that can be refused."
            ),
        ),
        Clause::met(
            "OWASP ASVS v5.0.0-6.2.12",
            "A new password is compared with a set of leaked ones",
            "Most of the list of common passwords was met in breaches, and no setting switches it \
             off.",
        ),
    ]
}

fn authentication(settings: &Settings) -> Vec<Clause> {
    let (per_address_hour, lockout) = (settings.limits.per_address_hour, &settings.lockout);
    let (no_mail, because_no_mail) = no_mailed_sign_in(settings);
    vec![
        Clause::met(
            "OWASP ASVS v5.0.0-6.3.1",
            "Guessing at passwords is slowed down as documented",
            format!(
                "limits.per_address_hour is {per_address_hour}, which is how often one address may try \
                 to sign in within an hour; lockout.failures is {} and lockout.lock_seconds {}, which \
                 is how many wrong passwords lock an account and for how long.",
                lockout.failures, lockout.lock_seconds
            ),
        ),
        Clause::violated(
            "OWASP ASVS v5.0.0-6.3.3",
            "Signing in takes more than one factor",
            "A second step is each account's own choice, and nobody is made to switch one on.",
        ),
        Clause::judged(
            "OWASP ASVS v5.0.0-6.3.6",
            "Nobody is authenticated by mail",
            no_mail,
            because_no_mail,
        ),
        Clause::met(
            "OWASP ASVS v5.0.0-6.3.7",
            "Whoever's way of signing in was changed is told",
            "Each change of password, login, phone, second step or linked provider is told to the \
             account's login by mail.",
        ),
        Clause::met(
            "OWASP ASVS v5.0.0-6.3.8",
            "Answers do not tell who has an account",
            "Requests and failed sign-ins are answered alike for every login, after equal work.",
        ),
    ]
}

fn recovery(settings: &Settings) -> Vec<Clause> {
    let own_password = json!(settings.own_password);
    let chooses = settings.own_password == OwnPassword::Always;
    let first_password = if chooses {
        format!(
            "own_password is {own_password}, so no password that was made for a person stays; an \
             invite carries 80 random bits and sets one password within validity.invite_seconds, {}.",
            settings.validity.invite_seconds
        )
    } else {
        format!(
            "own_password is {own_password}, so a password that was made for a person, in whole or \
             in part, may stay."
        )
    };
    let can_set = settings.temporary_passwords_enabled;
    let consequence = if can_set {
        "an admin may replace a password by one that the admin sees"
    } else {
        "an admin may send a link and replace no password"
    };
    vec![
        Clause::judged(
            "OWASP ASVS v5.0.0-6.4.1",
            "First passwords and the codes for them are random, end soon and do not stay",
            chooses,
            first_password,
        ),
        Clause::met(
            "OWASP ASVS v5.0.0-6.4.2",
            "No password hints and no secret questions",
            "No hint is kept, no question is asked and no answer is kept.",
        ),
        Clause::met(
            "OWASP ASVS v5.0.0-6.4.3",
            "A reset does not get round a second factor",
            "A reset signs nobody in, and leaves the second step on.",
        ),
        Clause::judged(
            "OWASP ASVS v5.0.0-6.4.6",
            "An admin can begin a reset, and neither chooses nor learns a password",
            !can_set,
            format!("temporary_passwords_enabled is {can_set}, so {consequence}."),
        ),
    ]
}

fn codes(settings: &Settings) -> Vec<Clause> {
    let (are_short, because) = short_codes(settings);
    let (digits, offered) = (settings.code.digits, settings.second_step.offered);
    vec![
        Clause::met(
            "OWASP ASVS v5.0.0-6.5.1",
            "A code works once",
            "A code ends its recovery when it is used, and a newer one ends the one before; a code of \
             an app is taken once, and none older than it afterwards, and a recovery code is struck off.",
        ),
        Clause::met(
            "OWASP ASVS v5.0.0-6.5.3",
            "A code is random",
            "A code is derived, under a key of 256 random bits, from the 80 random bits of its \
             recovery.",
        ),
        Clause::met(
            "OWASP ASVS v5.0.0-6.5.4",
            "A code is worth six digits or more",
            format!("code.digits is {digits}; it can be 6 to 8."),
        ),
        Clause::judged(
            "OWASP ASVS v5.0.0-6.5.5",
            "A code is good for at most ten minutes, and one of an app for half a minute",
            are_short && !offered,
            format!(
                "{}; second_step.offered is {offered}, and a code of an app is taken for a minute, for \
                 clocks that are behind.",
                because.trim_end_matches('.')
            ),
        ),
        Clause::violated(
            "OWASP ASVS v5.0.0-6.6.1",
            "Codes by phone go to confirmed numbers, beside better ways",
            "A code goes to the number that the back office gave, which nobody has confirmed here, \
             and a link by mail is the only other way.",
        ),
        Clause::met(
            "OWASP ASVS v5.0.0-6.6.2",
            "A code works for the request it was made for",
            "A code is derived from its recovery and works in no other.",
        ),
        Clause::met(
            "OWASP ASVS v5.0.0-6.6.3",
            "Guessing at codes is slowed down",
            format!(
                "A recovery takes {TRIES_MAX} wrong numbers and codes in all, and \
                 limits.codes_per_account_day is {}.",
                settings.limits.codes_per_account_day
            ),
        ),
    ]
}

fn sessions(settings: &Settings) -> Vec<Clause> {
    let seconds = settings.validity.session_seconds;
    let Cost { memory_kib, passes } = Cost::PRESENT;
    vec![
        Clause::met(
            "OWASP ASVS v5.0.0-7.3.2",
            "A session ends at a set time",
            format!("validity.session_seconds is {seconds} and nothing prolongs a session."),
        ),
        // A change raises the account's epoch, but nobody who verifies a token can ask for it yet.
        Clause::violated(
            "OWASP ASVS v5.0.0-7.4.2",
            "Sessions end when the account is blocked or deleted",
            format!(
                "A token verifies until its exp, so for up to validity.session_seconds, {seconds}, \
                 after the account was blocked or deleted."
            ),
        ),
        Clause::violated(
            "OWASP ASVS v5.0.0-7.4.3",
            "Other sessions can be ended when the password changes",
            format!(
                "A token verifies until its exp, so for up to validity.session_seconds, {seconds}, \
                 after the password was changed."
            ),
        ),
        Clause::met(
            "OWASP ASVS v5.0.0-11.4.2",
            "Passwords are kept under a slow hash at a present-day cost",
            format!(
                "A new password is kept as argon2id over {memory_kib} KiB in {passes} passes, as \
                 the OWASP Password Storage Cheat Sheet asks."
            ),
        ),
    ]
}
