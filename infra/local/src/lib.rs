//! The cloud on a laptop: DynamoDB, SES, SNS, the voice API and Secrets Manager on loopback, in this process, with
//! the tables, grants, routes and stream of `infra/template.yaml`.
//!
//! Tests start a [`Cloud`] of their own, in memory, and call a function's library with clients that
//! point at it. `cargo xtask up` starts one with its state in a folder, and the functions beside it.
//!
//! What it deliberately has not: a second definition of anything that the template defines, and any
//! branch that a function would take only here.

mod api_page;
mod calls;
mod chaos;
mod cloud;
mod codes;
mod error;
mod events;
mod functions;
mod gateway;
mod iam;
mod inbox;
mod inbox_api;
mod inbox_page;
mod local_only;
mod ports;
mod pump;
mod services;
mod shared;
mod state;
mod tables;
mod template;

pub use calls::{Call, unused_grants};
pub use chaos::{Chaos, DynamoDbChaos, PhoneError, SenderChaos, SenderError};
pub use cloud::{Cloud, Options, sdk};
pub use error::LocalError;
pub use functions::Functions;
pub use gateway::Gateway;
pub use iam::{ADMIN, Part};
pub use inbox::{Channel, Link, Message, Rel};
pub use pump::{Delivered, DeliveryError, InvokeError, scheduled_event};
pub use template::{Function, Grant, StreamSource, TEMPLATE, Template};

/// The region that everything local claims to be in.
pub const REGION: &str = "eu-west-1";

/// The account that everything local claims to belong to.
pub const ACCOUNT: &str = "000000000000";

/// The phone number that calls come from here: what the template's parameter `VoiceOrigin` is.
pub const VOICE_ORIGIN: &str = "phone-local";
