//! Who cannot get in and asks why; who signs in with a provider and asks for a new password; and
//! what is left, after a reset, for whoever had the account before.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod before_a_reset;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod providers;
#[cfg(test)]
#[path = "../magic/seen.rs"]
mod seen;
#[cfg(test)]
mod steps;
