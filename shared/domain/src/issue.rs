//! Whether a request for a link becomes a link.

use jiff::Timestamp;

use crate::account::Account;
use crate::keys::KeyState;
use crate::link::{Alive, Link, LinkId, LinkPurpose, State};
use crate::time::after;

/// A request as the outbox holds it: the id of the link it will become, and when it was made.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// What is asked for.
    pub purpose: LinkPurpose,
    /// The link that it becomes, chosen by who asked, so that a repeat makes no second one.
    pub link_id: LinkId,
    /// When the person asked.
    pub requested_at: Timestamp,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issue {
    /// A new link; the one in the slot, if any, is superseded.
    New {
        /// The link that dies.
        supersedes: Option<LinkId>,
    },
    /// The unclicked link is mailed again, its deadline unchanged.
    SameAgain(LinkId),
    /// The link of this request is in the slot already: a repeat.
    Issued,
    /// Nothing.
    Drop(Dropped),
}

/// Why a request became nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// A newer request was answered before this one.
    NewerRequest,
    /// A change of password, a block or a "not me" came after it.
    KilledSince,
    /// The login has had its mails for this hour; the newest mail stays good.
    MailLimit,
    /// It was found a day after it was made: nobody waits for its mail any more.
    TooLate,
    /// A condition failed five times over; only seen if something rewrites the account all the time.
    Contention,
    /// The desk asked, and the account was blocked before the link was made. The desk knows; its
    /// owner asked for nothing.
    Blocked,
    /// The account was locked, and its owner has just clicked a link of the same purpose.
    InHand,
}

impl Dropped {
    /// The word in the timeline.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewerRequest => "newer_request",
            Self::KilledSince => "killed_since",
            Self::MailLimit => "mail_limit",
            Self::TooLate => "too_late",
            Self::Contention => "contention",
            Self::Blocked => "account_blocked",
            Self::InHand => "link_in_hand",
        }
    }
}

/// Decides. `current` is the link in the slot, needed only if `same_link_window_seconds` is set.
/// The write that follows must have the account's `epoch` and slot as conditions.
#[must_use]
pub fn decide(
    account: &Account,
    request: &Request,
    current: Option<&Link>,
    same_link_window_seconds: u32,
    now: Timestamp,
) -> Issue {
    if account.killed_at.is_some_and(|killed_at| killed_at >= request.requested_at) {
        return Issue::Drop(Dropped::KilledSince);
    }
    let Some(slot) = account.slots.get(&request.purpose) else {
        return Issue::New { supersedes: None };
    };
    if slot.link_id == request.link_id {
        return Issue::Issued;
    }
    if slot.requested_at >= request.requested_at {
        return Issue::Drop(Dropped::NewerRequest);
    }
    let again = current.filter(|link| {
        link.link_id == slot.link_id
            && matches!(link.state(now, KeyState::Accepted), State::Alive(Alive::Sent { .. }))
            && request.requested_at < after(link.issued_at, same_link_window_seconds)
    });
    match again {
        Some(link) => Issue::SameAgain(link.link_id),
        None => Issue::New { supersedes: Some(slot.link_id) },
    }
}

#[cfg(test)]
#[path = "issue_tests.rs"]
mod tests;
