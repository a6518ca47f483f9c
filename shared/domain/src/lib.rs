//! The rules of account recovery and of signing in, and nothing else.
//!
//! What is absent on purpose: async, AWS, a clock, the environment, randomness. `now` and random
//! bytes are arguments, so every rule is a table in a test and holds to the second.

pub mod account;
pub mod api_key;
pub mod blocklist;
pub mod captcha;
pub mod client;
pub mod colour;
pub mod compliance;
pub mod event;
pub mod generated;
pub mod hashing;
pub mod issue;
pub mod keys;
pub mod language;
pub mod link;
pub mod login;
pub mod password;
pub mod phone;
pub mod policy;
pub mod provider;
pub mod recovery;
pub mod seal;
pub mod second_step;
pub mod session;
pub mod settings;
pub mod support;
pub mod tenant;
pub mod time;
pub mod token;
pub mod tries;

pub use account::{Account, AccountRef};
pub use language::Language;
pub use link::{Link, LinkId, Remedy};
pub use login::Login;
pub use phone::PhoneNumber;
pub use provider::Provider;
pub use recovery::Recovery;
pub use session::Session;
pub use settings::Settings;
pub use support::SupportCode;
pub use tenant::TenantId;
