//! The `timeline` table: what happened to an account, and the story behind a support code.

use jiff::Timestamp;
use regain_domain::event::Event;
use regain_domain::time::RECORD_KEPT_SECONDS;
use regain_domain::{SupportCode, TenantId};
use serde::Serialize;

use crate::StoreError;
use crate::item::{Item, Key, text, to_item, ttl};

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Who called a public endpoint.
    Caller,
    /// Regain itself.
    System,
}

/// One event of one account.
///
/// Its key follows from what happened (moment, event, subject), so that writing it again when
/// work is repeated changes nothing.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// What.
    #[serde(serialize_with = "event")]
    pub event: Event,
    /// When.
    #[serde(with = "regain_domain::time::micros")]
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// The caller's address, pseudonymised.
    pub source: Option<String>,
    /// Why, in one of the words of `regain_domain`.
    pub cause: Option<String>,
    /// To what: a link, or the call itself.
    pub subject: String,
    /// The support code of the request that led to it.
    pub support_code: Option<String>,
}

fn event<S: serde::Serializer>(event: &Event, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(event.as_str())
}

impl Entry {
    pub(crate) fn item(
        &self,
        operation: &'static str,
        tenant: &TenantId,
        account_id: &str,
    ) -> Result<Item, StoreError> {
        let mut item = to_item(operation, &Key::timeline(tenant, account_id), self)?;
        item.insert("sk".to_owned(), text(self.sort_key()));
        item.insert("ttl".to_owned(), ttl(self.at, TIMELINE_KEPT_SECONDS));
        Ok(item)
    }

    fn sort_key(&self) -> String {
        let (moment, rank) = (self.at.as_microsecond(), self.event.rank());
        format!("{moment:020}#{rank:02}#{}#{}", self.event.as_str(), self.subject)
    }
}

/// 365 days.
const TIMELINE_KEPT_SECONDS: u32 = 365 * 24 * 60 * 60;

/// How one request ended, under its support code; also where there is no account to tell it of.
#[derive(Clone, Debug, Serialize)]
pub struct Story {
    /// The code on the answer.
    #[serde(skip)]
    pub support_code: SupportCode,
    /// When it was decided.
    #[serde(with = "regain_domain::time::micros")]
    pub at: Timestamp,
    /// What became of it: an event, or `no_such_account`.
    pub outcome: String,
    /// Why, where nothing came of it.
    pub cause: Option<String>,
    /// Whose account.
    pub account_id: Option<String>,
}

impl Story {
    /// The word for a login that nobody has.
    pub const NO_SUCH_ACCOUNT: &'static str = "no_such_account";

    pub(crate) fn item(
        &self,
        operation: &'static str,
        tenant: &TenantId,
    ) -> Result<Item, StoreError> {
        let mut item = to_item(operation, &Key::support(tenant, &self.support_code), self)?;
        item.insert("sk".to_owned(), text("story"));
        item.insert("ttl".to_owned(), ttl(self.at, RECORD_KEPT_SECONDS));
        Ok(item)
    }
}
