//! The words of Regain, in every language it speaks: what a problem is called, why a link died,
//! and the mails.
//!
//! What is absent on purpose: addresses, sending, and any decision. Who calls has decided what is
//! to be said; this crate says it. Dutch says "je". Times are UTC and say so, as nobody here knows
//! where the reader is.

mod death;
mod line;
mod mail;
mod moment;
mod problem;

pub use death::{Dead, death_detail};
pub use mail::{
    AccountBlocked, Address, Invite, Letterhead, LoginChanged, Mail, PasswordChanged, PhoneChanged,
    ResetLink, TemporaryPassword,
};
pub use problem::{ProblemCode, Words};
