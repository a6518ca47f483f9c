//! What happens after the answer: requests become links or nothing, notices are sent once and in
//! the end, and no trouble of one holds up another.

#[cfg(test)]
mod bad_days;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod requests;
