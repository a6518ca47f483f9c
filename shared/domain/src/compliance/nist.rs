//! NIST SP 800-63B-4, §2 to §5, for accounts whose password is the only factor (AAL1).

use serde_json::json;

use super::{Clause, NO_PAGES, character_classes, long_passwords, no_mailed_sign_in, short_codes};
use crate::hashing::Cost;
use crate::policy::NIST_LENGTH_MIN;
use crate::recovery::TRIES_MAX as RECOVERY_TRIES_MAX;
use crate::settings::{NIST_MAILED_SECONDS_MAX, Settings};
use crate::tries::IN_A_ROW_MAX;

/// A definite end of a session at AAL1.
const SESSION_SECONDS_MAX: u32 = 30 * 24 * 60 * 60;
/// Failed tries in a row on one account, of codes here.
const TRIES_MAX: u32 = 100;

/// Every clause, in the document's order.
pub(super) fn clauses(settings: &Settings) -> Vec<Clause> {
    [session(settings), password(settings), kept(), codes(settings), recovery(settings)].concat()
}

fn session(settings: &Settings) -> Vec<Clause> {
    let seconds = settings.validity.session_seconds;
    vec![Clause::judged(
        "NIST SP 800-63B-4 §2.1.3",
        "A session ends at a set time, within 30 days",
        seconds <= SESSION_SECONDS_MAX,
        format!(
            "validity.session_seconds is {seconds} and nothing prolongs a session; \
             {SESSION_SECONDS_MAX} are allowed at AAL1."
        ),
    )]
}

fn password(settings: &Settings) -> Vec<Clause> {
    let policy = &settings.password_policy;
    let (may_be_long, long_because) = long_passwords(settings);
    let (has_no_classes, classes_because) = character_classes(settings);
    vec![
        Clause::judged(
            "NIST SP 800-63B-4 §3.1.1.2(1)",
            "A password that is the only factor has at least fifteen characters",
            policy.length_min >= NIST_LENGTH_MIN,
            format!(
                "password_policy.length_min is {}; a password that is the only factor needs \
                 {NIST_LENGTH_MIN}.",
                policy.length_min
            ),
        ),
        Clause::judged(
            "NIST SP 800-63B-4 §3.1.1.2(2)",
            "A password may have 64 characters or more",
            may_be_long,
            long_because,
        ),
        Clause::met(
            "NIST SP 800-63B-4 §3.1.1.2(3)",
            "Every printing ASCII character and the space are taken",
            "A password may hold anything but NUL.",
        ),
        Clause::met(
            "NIST SP 800-63B-4 §3.1.1.2(4)",
            "Unicode is taken, and each code point counts as one character",
            "A password may hold anything but NUL, is normalised to NFC, and its length is counted \
             in code points.",
        ),
        Clause::judged(
            "NIST SP 800-63B-4 §3.1.1.2(5)",
            "No kinds of characters are demanded",
            has_no_classes,
            classes_because,
        ),
        Clause::met(
            "NIST SP 800-63B-4 §3.1.1.2(6)",
            "No password has to be changed because time has passed",
            "No password ends by the clock but a temporary one.",
        ),
        Clause::met(
            "NIST SP 800-63B-4 §3.1.1.2(7)",
            "No hint is kept for those who are not signed in",
            "No hint is kept for anyone.",
        ),
        Clause::met(
            "NIST SP 800-63B-4 §3.1.1.2(8)",
            "No questions about the person's life",
            "No question is asked and no answer is kept.",
        ),
        Clause::met(
            "NIST SP 800-63B-4 §3.1.1.2(9)",
            "The whole password is asked for and verified",
            "A password is asked for whole and hashed whole, and one that is too long is refused \
             and never cut off.",
        ),
    ]
}

/// What the section on passwords asks for without a number.
fn kept() -> Vec<Clause> {
    let Cost { memory_kib, passes } = Cost::PRESENT;
    vec![
        Clause::met(
            "NIST SP 800-63B-4 §3.1.1.2(blocklist)",
            "A new password is compared, as a whole, with a list of common ones",
            "Every new password is compared as a whole with the list of common passwords, which no \
             setting switches off.",
        ),
        Clause::met(
            "NIST SP 800-63B-4 §3.1.1.2(reason)",
            "Who chose a password of the list is told why it is refused",
            "A refused password is answered with every violation by its code, the list's being \
             \"common\".",
        ),
        Clause::not_ours(
            "NIST SP 800-63B-4 §3.1.1.2(password managers)",
            "Password managers, filling in and pasting are allowed",
            NO_PAGES,
        ),
        Clause::not_ours(
            "NIST SP 800-63B-4 §3.1.1.2(display)",
            "The password can be shown while it is typed",
            NO_PAGES,
        ),
        Clause::met(
            "NIST SP 800-63B-4 §3.1.1.2(hashing)",
            "Passwords are salted and hashed at a cost",
            format!(
                "A new password is kept as argon2id over {memory_kib} KiB in {passes} passes with a \
                 random salt of 128 bits, and scheme and cost stand beside it."
            ),
        ),
    ]
}

fn codes(settings: &Settings) -> Vec<Clause> {
    let a_day = settings.limits.codes_per_account_day;
    let tries = a_day.saturating_mul(RECOVERY_TRIES_MAX);
    let (no_mail, because_no_mail) = no_mailed_sign_in(settings);
    vec![
        Clause::judged(
            "NIST SP 800-63B-4 §3.1.3.1",
            "Nobody is authenticated by mail",
            no_mail,
            because_no_mail,
        ),
        Clause::met(
            "NIST SP 800-63B-4 §3.2.2(passwords)",
            "At most a hundred wrong passwords in a row",
            format!(
                "lockout.failures is {}, and {IN_A_ROW_MAX} wrong passwords in a row disable it until \
                 another is set.",
                settings.lockout.failures
            ),
        ),
        Clause::judged(
            "NIST SP 800-63B-4 §3.2.2(codes)",
            "At most a hundred wrong codes",
            tries <= TRIES_MAX,
            format!(
                "limits.codes_per_account_day is {a_day}, which at {RECOVERY_TRIES_MAX} tries each is \
                 {tries}; {TRIES_MAX} are allowed."
            ),
        ),
    ]
}

fn recovery(settings: &Settings) -> Vec<Clause> {
    let validity = &settings.validity;
    let mailed = |id, title, unclicked_name, unclicked_seconds| {
        let (seconds, because) = mailed(settings, unclicked_name, unclicked_seconds);
        Clause::judged(id, title, seconds <= NIST_MAILED_SECONDS_MAX, because)
    };
    let (codes_are_short, code_because) = short_codes(settings);
    let contact = settings.support_contact.as_ref();
    let contact_because = contact.map_or_else(
        || "support_contact is not set, so notices name nobody to turn to.".to_owned(),
        |contact| format!("support_contact is {} and stands in every notice.", json!(contact)),
    );
    vec![
        Clause::met(
            "NIST SP 800-63B-4 §4.2.1.2(length)",
            "A recovery code is random and worth six digits or more",
            format!(
                "A mailed link carries 80 random bits and a check over them that nobody else can \
                 make, and code.digits is {}.",
                settings.code.digits
            ),
        ),
        mailed(
            "NIST SP 800-63B-4 §4.2.1.2(mail)",
            "A recovery code that goes by mail is good for at most 24 hours",
            "validity.link_unclicked_seconds",
            validity.link_unclicked_seconds,
        ),
        // The first mail to an address also shows that it is the person's; such a code is to be as
        // a recovery code is.
        mailed(
            "NIST SP 800-63B-4 §4.2.1.2(confirmation)",
            "A code that confirms a mail address is good for at most 24 hours",
            "validity.invite_seconds",
            validity.invite_seconds,
        ),
        Clause::judged(
            "NIST SP 800-63B-4 §4.2.1.2(phone)",
            "A recovery code that goes by text message or voice is good for at most 10 minutes",
            codes_are_short,
            code_because,
        ),
        Clause::met(
            "NIST SP 800-63B-4 §4.2.3",
            "Whoever's account was recovered is told",
            "Each password that is set by a link or a code, and each lock that is taken off, is told \
             to the account's login by mail.",
        ),
        Clause::violated(
            "NIST SP 800-63B-4 §4.6(addresses)",
            "Notices can go to two addresses of an account or more",
            "Notices go by mail to the account's login and nowhere else.",
        ),
        Clause::judged(
            "NIST SP 800-63B-4 §4.6(instructions)",
            "A notice says what to do and whom to turn to if it was somebody else",
            contact.is_some(),
            contact_because,
        ),
    ]
}

/// For how many seconds a mailed link is good in all, and the sentence that says so.
fn mailed(settings: &Settings, name: &str, unclicked_seconds: u32) -> (u32, String) {
    let clicked_seconds = settings.validity.link_clicked_seconds;
    let chosen = unclicked_seconds.saturating_add(clicked_seconds);
    let (seconds, ceiling) = settings.mailed_seconds_max().map_or_else(
        || (chosen, String::new()),
        |max| (chosen.min(max), format!(", under the profile's ceiling of {max}")),
    );
    let because = format!(
        "{name} is {unclicked_seconds} and validity.link_clicked_seconds is \
         {clicked_seconds}{ceiling}; that is {seconds} in all, and {NIST_MAILED_SECONDS_MAX} are \
         allowed."
    );
    (seconds, because)
}
