//! A whole Regain in the process: the real functions over a real DynamoDB, at any moment.
//!
//! Requests go through the edge, as from API Gateway, with `now` given; `World::deliver` hands the
//! stream of the outbox to `process-outbox`. Nothing sleeps and nothing is faked but the clock.
//! Where real processes are what a suite is about, it has [`Up`], and a [`browser`].

mod at_rest;
mod back_office;
pub mod browser;
mod federated;
mod functions;
pub mod openid;
pub mod pages;
mod recoveries;
mod seeds;
mod signing_in;
mod steps;
mod stories;
pub mod up;
mod world;

pub use back_office::{Row, operations};
pub use federated::{RETURN_URL, VERIFIER, parameter, sign_in_page};
pub use openid::{OpenId, Who};
pub use seeds::{ACCOUNTS, Account};
pub use signing_in::App;
pub use stories::{moment, plain};
pub use up::{Up, xtask};
pub use world::{NOW, Reply, Request, World, after};
