//! The life of a link.
//!
//! ```text
//!             click (a person's POST)          password set, or lock taken off
//!   sent ───────────────────────────▶ clicked ─────────────▶ used
//!    │ validity.link_unclicked         │ validity.link_clicked
//!    ▼                                 ▼
//!  expired                        click_expired             (both by the clock, here)
//!    any time before used:  a newer link of the same purpose → superseded
//!                           password or address changed, blocked, deleted, "not me" → withdrawn
//! ```
//!
//! A deadline is never written as a death: it is compared with `now` on every use, and again in
//! the condition of the write. What was written (`death`) and what the clock says are weighed
//! here, and the earlier one is the cause.

mod name;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::{Account, AccountRef, Temporary};
use crate::keys::KeyState;
use crate::settings::Settings;
use crate::support::SupportCode;
use crate::time::{after, micros};

pub use name::{Act, LinkId, LinkPurpose, Origin};

/// A link as it is kept: everything that decides its life, and no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its name.
    pub link_id: LinkId,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Who asked for it.
    #[serde(default)]
    pub origin: Origin,
    /// Where the account is.
    pub account_ref: AccountRef,
    /// Whose it is.
    pub account_id: String,
    /// The login, for the form of the new password; gone once the link is dead.
    pub login: Option<String>,
    /// The account's epoch at issue; the link is good for no other.
    pub epoch: u64,
    /// Where the person goes afterwards.
    pub return_url: Option<String>,
    /// Whom a page hands its sign-in over to there: who holds the verifier of this S256 challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// When the person asked.
    #[serde(with = "micros")]
    pub requested_at: Timestamp,
    /// When it was made, from when its validity runs.
    #[serde(with = "micros")]
    pub issued_at: Timestamp,
    /// Until when it can be clicked.
    #[serde(with = "micros")]
    pub expires_at: Timestamp,
    /// When it was first clicked.
    #[serde(default, with = "micros::option")]
    pub clicked_at: Option<Timestamp>,
    /// Until when its grant can be used, once clicked.
    #[serde(default, with = "micros::option")]
    pub click_expires_at: Option<Timestamp>,
    /// Passwords tried under its grant.
    #[serde(default)]
    pub tries: u32,
    /// When the last of them was.
    #[serde(default, with = "micros::option")]
    pub tried_at: Option<Timestamp>,
    /// When it was used, superseded or withdrawn.
    #[serde(default, with = "micros::option")]
    pub died_at: Option<Timestamp>,
    /// By what; present exactly when `died_at` is.
    #[serde(default)]
    pub death: Option<WrittenDeath>,
    /// When its owner said "this was not me" of what it had been used for. Counts once.
    #[serde(default, with = "micros::option")]
    pub reported_at: Option<Timestamp>,
    /// The support code of the request that it answers.
    pub support_code: SupportCode,
}

/// A death that someone caused, as it is written on the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrittenDeath {
    /// Its password was set, or the lock taken off.
    Used,
    /// Ended for another reason.
    Withdrawn(WithdrawnReason),
    /// A newer link of the same purpose was issued.
    Superseded,
}

/// Why a link was withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawnReason {
    /// The password was changed in another way.
    PasswordChanged,
    /// The login was changed.
    AddressChanged,
    /// The account was blocked.
    AccountBlocked,
    /// The account was deleted.
    AccountDeleted,
    /// Its owner said "this was not me".
    NotMe,
    /// The service desk or the operator ended it.
    ByDesk,
    /// Twenty passwords were tried under its grant.
    TooManyTries,
}

impl WithdrawnReason {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::PasswordChanged,
        Self::AddressChanged,
        Self::AccountBlocked,
        Self::AccountDeleted,
        Self::NotMe,
        Self::ByDesk,
        Self::TooManyTries,
    ];

    /// The word in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password_changed",
            Self::AddressChanged => "address_changed",
            Self::AccountBlocked => "account_blocked",
            Self::AccountDeleted => "account_deleted",
            Self::NotMe => "not_me",
            Self::ByDesk => "by_desk",
            Self::TooManyTries => "too_many_tries",
        }
    }
}

/// Why a link is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeathCause {
    /// Nobody clicked in time.
    Expired,
    /// Clicked, but not used in time.
    ClickExpired,
    /// A newer link of the same purpose was issued.
    Superseded,
    /// Its password was set, or the lock taken off.
    Used,
    /// Ended for another reason.
    Withdrawn(WithdrawnReason),
}

impl DeathCause {
    /// At the same moment the lower one is told.
    fn rank(self) -> u8 {
        match self {
            Self::Used => 0,
            Self::Withdrawn(_) => 1,
            Self::Superseded => 2,
            Self::Expired | Self::ClickExpired => 3,
        }
    }
}

/// The earliest death of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Death {
    /// Of what.
    pub cause: DeathCause,
    /// When.
    pub at: Timestamp,
}

impl Death {
    /// The cause is the earlier one; at the same moment, the one of lower rank.
    fn earlier(self, other: Self) -> Self {
        let order = |death: &Self| (death.at, death.cause.rank());
        if order(&other) < order(&self) { other } else { self }
    }
}

/// Where a link stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It works.
    Alive(Alive),
    /// It can do nothing more, and says why.
    Dead(Death),
}

/// How far a link that works has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alive {
    /// It can be clicked.
    Sent {
        /// Until then.
        until: Timestamp,
    },
    /// Its grant can be used; clicking again gives the same grant and the same deadline.
    Clicked {
        /// Until then.
        until: Timestamp,
    },
}

/// The one step that helps the holder of a dead link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Ask for a new link, in one press.
    RequestAgain,
    /// A newer link is waiting in the mailbox.
    UseNewerLink,
    /// A password was set since; sign in with it.
    SignIn,
    /// Nothing a link can do; ask the people behind the tenant.
    ContactSupport,
}

impl Remedy {
    /// The word in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequestAgain => "request_again",
            Self::UseNewerLink => "use_newer_link",
            Self::SignIn => "sign_in",
            Self::ContactSupport => "contact_support",
        }
    }
}

/// Passwords that may be tried under one grant; a rejected one burns nothing else.
pub const GRANT_TRIES_MAX: u32 = 20;
/// How long a password that was tried under a grant can be on its way to the one write.
const TRY_IN_FLIGHT_SECONDS: u32 = 5;
/// Present passwords that may be tried under one grant to unlock: each is a guess.
pub const UNLOCK_TRIES_MAX: u32 = 5;

impl Link {
    /// Where the link stands at `now`, and under the key that its token came with.
    #[must_use]
    pub fn state(&self, now: Timestamp, key: KeyState) -> State {
        let deadline = match self.click_expires_at {
            Some(at) => Death { cause: DeathCause::ClickExpired, at },
            None => Death { cause: DeathCause::Expired, at: self.expires_at },
        };
        let written = self.death.zip(self.died_at).map(|(death, at)| Death {
            cause: match death {
                WrittenDeath::Used => DeathCause::Used,
                WrittenDeath::Withdrawn(reason) => DeathCause::Withdrawn(reason),
                WrittenDeath::Superseded => DeathCause::Superseded,
            },
            at,
        });
        let retired = match key {
            KeyState::Retired(at) if now >= at => {
                Some(Death { cause: DeathCause::Withdrawn(WithdrawnReason::ByDesk), at })
            }
            KeyState::Retired(_) | KeyState::Accepted => None,
        };
        let by_clock = Some(deadline).filter(|deadline| now >= deadline.at);
        let earliest = [written, retired, by_clock].into_iter().flatten().reduce(Death::earlier);
        match (earliest, self.click_expires_at) {
            (Some(death), _) => State::Dead(death),
            (None, Some(until)) => State::Alive(Alive::Clicked { until }),
            (None, None) => State::Alive(Alive::Sent { until: self.expires_at }),
        }
    }

    /// Whose it is: where the account was at issue, and which it is.
    #[must_use]
    pub fn whose(&self) -> (&AccountRef, &str) {
        (&self.account_ref, &self.account_id)
    }

    /// The deadline of its grant if it is clicked now. The first click ends the validity it was
    /// sent with; a long window may outlast it.
    #[must_use]
    pub fn click_deadline(&self, now: Timestamp, settings: &Settings) -> Timestamp {
        let deadline = after(now, settings.validity.link_clicked_seconds);
        match settings.mailed_seconds_max() {
            // Never before the deadline that it was sent with.
            Some(max) => deadline.min(after(self.issued_at, max).max(self.expires_at)),
            None => deadline,
        }
    }

    /// Whether the account is still the one that the link was issued for: the same epoch, active.
    /// `None` if it is; else the withdrawal that its record does not show.
    #[must_use]
    pub fn withdrawn_by(&self, account: Option<&Account>, now: Timestamp) -> Option<Death> {
        let withdrawn = |reason, at| Some(Death { cause: DeathCause::Withdrawn(reason), at });
        let Some(account) = account.filter(|account| account.account_id == self.account_id) else {
            return withdrawn(WithdrawnReason::AccountDeleted, now);
        };
        // What ended other links before this one was issued is not what ended it.
        let at = account.killed_at.filter(|at| *at >= self.issued_at).unwrap_or(now);
        if account.blocked.is_some() {
            withdrawn(WithdrawnReason::AccountBlocked, at)
        } else if account.epoch != self.epoch {
            withdrawn(account.kill_reason.unwrap_or(WithdrawnReason::ByDesk), at)
        } else {
            None
        }
    }

    /// Where the link stands for who holds it: alive, or dead with the step that helps.
    pub fn standing(
        &self,
        account: Option<&Account>,
        key: KeyState,
        now: Timestamp,
    ) -> Result<Alive, (Death, Remedy)> {
        let death = match (self.state(now, key), self.withdrawn_by(account, now)) {
            (State::Alive(alive), None) => return Ok(alive),
            (State::Dead(death), None) | (State::Alive(_), Some(death)) => death,
            (State::Dead(own), Some(withdrawn)) => own.earlier(withdrawn),
        };
        Err((death, self.remedy(account, now)))
    }

    /// Whether a password that was tried under its grant may still be on its way: until it is known
    /// how that ended, nothing may end the link under it.
    #[must_use]
    pub fn is_tried_now(&self, now: Timestamp) -> bool {
        self.tried_at.is_some_and(|at| now < after(at, TRY_IN_FLIGHT_SECONDS))
    }

    /// Whether what this link was used for still stands: the password that it set is the present
    /// one; or nothing has ended what was issued before the lock was taken off.
    #[must_use]
    pub fn change_stands(&self, account: &Account) -> bool {
        match self.purpose.act() {
            Act::SetPassword => {
                account.temporary_until.is_none()
                    && self.died_at.is_some()
                    && account.password_set_at == self.died_at
            }
            Act::Unlock | Act::SignIn => account.epoch == self.epoch,
        }
    }

    /// Whether it has taken the lock off already, and its grant can still be shown again: the same
    /// answer, and nothing changes.
    #[must_use]
    pub fn unlocked_before(&self, now: Timestamp, key: KeyState) -> bool {
        let used =
            matches!(self.state(now, key), State::Dead(death) if death.cause == DeathCause::Used);
        self.purpose.act() == Act::Unlock
            && used
            && key.accepts(now)
            && self.click_expires_at.is_some_and(|until| now < until)
    }

    /// The step that helps now, whatever the link died of.
    #[must_use]
    pub fn remedy(&self, account: Option<&Account>, now: Timestamp) -> Remedy {
        let Some(account) = account.filter(|account| account.account_id == self.account_id) else {
            return Remedy::ContactSupport;
        };
        let newer = account.slots.get(&self.purpose).is_some_and(|slot| {
            slot.link_id != self.link_id
                && slot.until > now
                && slot.requested_at >= self.requested_at
        });
        if account.blocked.is_some() {
            Remedy::ContactSupport
        } else if self.purpose == LinkPurpose::MustChange
            && matches!(account.temporary(now), Temporary::Until(_))
        {
            // No mail holds another; signing in gives it.
            Remedy::SignIn
        } else if newer {
            Remedy::UseNewerLink
        } else if self.purpose.act() == Act::Unlock && self.death == Some(WrittenDeath::Used)
            || account.password_set_at.is_some_and(|set_at| set_at >= self.issued_at)
        {
            Remedy::SignIn
        } else {
            Remedy::RequestAgain
        }
    }
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
