//! The edge: everything between API Gateway and a step, so that a step is only its own story.
//!
//! A request becomes a [`Call`]: the moment, the tenant and its settings, the caller's address
//! from the gateway, the languages, a support code, and a body that was strictly read. A step
//! gives an [`Answer`] or a [`Problem`]; the edge makes them a response with the right headers and
//! writes one log line. What is absent on purpose: AWS clients, tables, and any rule of recovery.

mod answer;
pub mod api;
mod authorize;
pub mod body;
mod call;
mod config;
mod conformance;
mod cors;
pub mod edge;
mod gateway;
pub mod log;
pub mod openapi;
mod pages;
mod paging;
mod problem;
mod request;
mod respond;
pub mod routes;
mod serve;
mod sessions;
mod settings_cache;
mod world;

pub use answer::{Answer, ResponseBody};
pub use body::{Body, Line};
pub use call::Call;
pub use config::{BadConfig, Config, is_provider_base};
pub use edge::Edge;
pub use log::LogLine;
pub use paging::PageAsked;
pub use problem::{Fault, Problem, dead_code};
pub use regain_notices::ProblemCode;
pub use serve::{InitError, serve, silence_panics};
pub use sessions::{BadSigningKey, Sessions};
pub use settings_cache::SettingsCache;
pub use world::{now, random};
