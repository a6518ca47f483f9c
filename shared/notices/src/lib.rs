//! The words of Regain, in every language it speaks: what a problem is called, why a link died,
//! the mails, and what a phone gets.
//!
//! What is absent on purpose: addresses, sending, and any decision. Who calls has decided what is
//! to be said; this crate says it. Dutch says "je". Times are those of the tenant's zone,
//! and say which clock that is, as nobody here knows where the reader is.

mod code_call;
mod code_text;
mod death;
mod line;
mod mail;
mod moment;
mod named;
pub mod page;
mod problem;

pub use code_call::CodeCall;
pub use code_text::CodeText;
pub use death::{Dead, death_detail};
pub use mail::{
    AccountBlocked, AccountLocked, Address, CodeSent, HelpStep, Invite, LastLink, Letterhead,
    LoginChanged, MagicLink, Mail, MailedLink, PasswordChanged, PasswordDisabled, PasswordStands,
    PhoneChanged, ProviderChange, ProviderChanged, ResetLink, SecondStepChanged, SecondStepGuessed,
    SignInHelp, SignInWithProvider, TemporaryPassword, UnlockLink, Unlocked,
};
pub use problem::{ProblemCode, Words};
