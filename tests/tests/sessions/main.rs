//! Sessions: what one is worth, when it ends, and what is none.

#[cfg(test)]
mod ends;
#[cfg(test)]
mod everywhere;
#[cfg(test)]
mod forged;

#[cfg(test)]
const MO: &str = "mo@example.com";
#[cfg(test)]
const MO_ID: &str = "id-of-mo";
#[cfg(test)]
const OLD: &str = "Zeilboot7";
#[cfg(test)]
const NEW: &str = "Molenwiek42";

/// Status and code.
#[cfg(test)]
fn told(reply: &regain_tests::Reply) -> (u16, &str) {
    (reply.status, reply.code())
}

#[cfg(test)]
const ENDED: (u16, &str) = (401, "session_ended");
#[cfg(test)]
const NONE: (u16, &str) = (401, "unauthorized");
