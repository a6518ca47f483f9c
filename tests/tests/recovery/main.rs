//! Recovery by a code: from the captcha to the new password, or to the lock taken off; who is
//! refused on the way, what is counted, and what happens when something on the way is down.

#[cfg(test)]
mod bad_days;
#[cfg(test)]
mod captcha;
#[cfg(test)]
mod captcha_at_reset;
#[cfg(test)]
mod code_races;
#[cfg(test)]
mod codes;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod flow;
#[cfg(test)]
mod grants;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod limits_of_many;
#[cfg(test)]
mod mails;
#[cfg(test)]
mod not_me;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod pauses;
#[cfg(test)]
mod start;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod tenants;
#[cfg(test)]
mod unsent;
#[cfg(test)]
mod words;

#[cfg(test)]
use steps::{
    ANN, BO, MO, NEW, NOBODY, OLD, ON_FILE, OTHER, TYPED, admin_changes, at, count, heard, left,
    neighbour, open, other_code, phone_of, recovery_for, told, wrong_code,
};
