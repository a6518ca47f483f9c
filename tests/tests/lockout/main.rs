//! Too many wrong passwords, and the way out: when an account is locked and for whom, what is
//! looked at meanwhile, what its owner is told, and how the lock is taken off.

#[cfg(test)]
mod counting;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod hundred;
#[cfg(test)]
mod in_hand;
#[cfg(test)]
mod link;
#[cfg(test)]
mod lock;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod mail_limits;
#[cfg(test)]
mod owner;
#[cfg(test)]
mod races;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod unlock;
#[cfg(test)]
mod unlock_ends;
#[cfg(test)]
mod unlock_with;

#[cfg(test)]
use steps::{
    ANN, BO, FAILED, LOCKED, MO, NEW, NOBODY, PHONE, RIGHT, WITHOUT_PASSWORD, WRONG, account_at,
    code_grant, count, counted, deaths, disabled, looked_at, mailed_grant, masked, shut, sign_in,
    subjects, tries, verified, without_limits, world, wrong,
};
