//! The back office's accounts: made, found, changed, erased, imported, blocked, helped; and what
//! becomes of them when several do so at once.

#[cfg(test)]
mod bad_days;
#[cfg(test)]
mod blocks;
#[cfg(test)]
mod change;
#[cfg(test)]
mod create;
#[cfg(test)]
mod erase;
#[cfg(test)]
mod import;
#[cfg(test)]
mod links;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod own_password;
#[cfg(test)]
mod races;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod story_links;
#[cfg(test)]
mod strangers;
#[cfg(test)]
mod temporary;

#[cfg(test)]
use steps::{
    ANN, MO, MO_ID, MOVED, NEW, OLD, assert_sound, at_rest, created, found, invited, on_mo, path,
    places_of, sent_link,
};
