//! Wrong passwords, counted: how many are looked at, and when they lock an account.
//!
//! ```text
//!          a try begins (counted before the password is looked at)
//!   open ───────────────────────────▶ in flight ──right──▶ forgotten
//!    ▲    as many as may fail are begun  │
//!    │                                   │ `failures` of them were wrong
//!    └───────── `lock_seconds` ──────── locked
//!   a hundred in a row: the password is disabled, and nothing is looked at any more
//! ```
//!
//! A lock is never written. It follows from what was counted, so that no two callers can disagree
//! about it and no write can be missing. What is counted stands under the login that was typed,
//! whether or not anyone has it. Codes of an app are counted by the same rules, under the account.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::settings::Lockout;
use crate::time::{after, micros};

/// Tries in a row, none of them right, after which the password is disabled until another is set
/// (NIST SP 800-63B-4 §3.2.2).
pub const IN_A_ROW_MAX: u32 = 100;
/// How long a try can be in flight. One that was begun before and never settled died on its way,
/// and counts as wrong: its password may have been looked at.
pub const IN_FLIGHT_SECONDS: u32 = 30;

/// What was counted for one login since its password was last right.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tries {
    /// Begun since the last lock was over.
    pub begun: u32,
    /// When the last of them was.
    #[serde(with = "micros::option")]
    pub begun_at: Option<Timestamp>,
    /// Wrong ones among them.
    pub failed: u32,
    /// When the last of those was found out.
    #[serde(with = "micros::option")]
    pub failed_at: Option<Timestamp>,
    /// Begun while locked.
    pub while_locked: u32,
    /// All of them, since the password was last right.
    pub in_a_row: u32,
    /// The lock that the owner has been told of, by its beginning.
    #[serde(with = "micros::option")]
    pub told_at: Option<Timestamp>,
}

/// A lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lock {
    /// When it began; its name, too.
    pub since: Timestamp,
    /// When it is over; none: when it is taken off.
    pub until: Option<Timestamp>,
}

/// What a login's tries allow at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Another may begin.
    Open,
    /// As many as may fail are being looked at; in a moment it is known how they ended.
    InFlight,
    /// The account is locked, and another may still be looked at.
    Locked(Lock),
    /// The account is locked, and nothing is looked at.
    Shut(Lock),
    /// The lock is over: another may begin, and counting with it.
    Over,
    /// Too many in a row: nothing is looked at until another password is set.
    Disabled,
}

impl Tries {
    /// The lock that these tries came to, be it over or not.
    #[must_use]
    pub fn lock(&self, lockout: &Lockout, now: Timestamp) -> Option<Lock> {
        let lapsed = |at: &Timestamp| now >= after(*at, IN_FLIGHT_SECONDS);
        let since = if self.failed >= lockout.failures {
            self.failed_at
        } else if self.begun >= lockout.failures {
            self.begun_at.filter(lapsed)
        } else {
            None
        }?;
        let seconds = lockout.lock_seconds;
        Some(Lock { since, until: (seconds > 0).then(|| after(since, seconds)) })
    }

    /// What they allow now.
    #[must_use]
    pub fn standing(&self, lockout: &Lockout, now: Timestamp) -> Standing {
        let is_spent = self.in_a_row >= IN_A_ROW_MAX;
        match self.lock(lockout, now) {
            Some(lock) if lock.until.is_none_or(|until| now < until) => {
                match self.while_locked < lockout.failures && !is_spent {
                    true => Standing::Locked(lock),
                    false => Standing::Shut(lock),
                }
            }
            None if self.begun >= lockout.failures => Standing::InFlight,
            _ if is_spent => Standing::Disabled,
            Some(_) => Standing::Over,
            None => Standing::Open,
        }
    }

    /// The lock that is in effect now.
    #[must_use]
    pub fn locked(&self, lockout: &Lockout, now: Timestamp) -> Option<Lock> {
        match self.standing(lockout, now) {
            Standing::Locked(lock) | Standing::Shut(lock) => Some(lock),
            Standing::Open | Standing::InFlight | Standing::Over | Standing::Disabled => None,
        }
    }

    /// Whether so many were wrong in a row that the password must be disabled.
    #[must_use]
    pub fn is_spent(&self, lockout: &Lockout, now: Timestamp) -> bool {
        self.in_a_row >= IN_A_ROW_MAX && self.standing(lockout, now) != Standing::InFlight
    }
}

#[cfg(test)]
#[path = "tries_tests.rs"]
mod tests;
