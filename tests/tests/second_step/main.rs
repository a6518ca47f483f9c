//! The second step: what it takes to get in, and what never gets round it.

#[cfg(test)]
mod codes;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod ends;
#[cfg(test)]
mod enrolment;
#[cfg(test)]
mod guesses;
#[cfg(test)]
mod hundred;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod pending;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod recovery_codes;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod weapons;

#[cfg(test)]
use steps::{
    ANN, ANNS, LOCKED, MO, MO_ID, NEW, OLD, OVER, PHONE, USED, WRONG, confirm, counted, enrolled,
    on_mo, outcomes, pending, pendings, replaced, second_step, start, subjects, switched_off, told,
    typed, world, wrong, wrong_ones,
};
