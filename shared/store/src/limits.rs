//! Limits: counters of a clock hour or a day, taken by a condition and never by reading first.
//!
//! A window begins with the hour, so around the turn of one up to twice the limit can pass. That
//! is the price of one conditional write; a sliding window would need a read before it.

use jiff::Timestamp;
use regain_domain::TenantId;
use regain_domain::time::{HOUR_SECONDS, after, seconds_until};

use crate::item::{Key, number, ttl};
use crate::transaction::{Transaction, Values};
use crate::{Store, StoreError};

/// One limit on one subject.
#[derive(Clone, Debug)]
pub struct Limit {
    /// Which limit, as in the settings.
    pub name: &'static str,
    /// What is counted: a keyed hash, never an address or a login.
    pub subject: String,
    /// How many may pass within a window.
    pub max: u32,
    /// How long a window is.
    pub window_seconds: u32,
}

/// The limit is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limited {
    /// When the next hour begins.
    pub until: Timestamp,
}

impl Limited {
    pub(crate) fn now(now: Timestamp) -> Self {
        let window = now.as_second().div_euclid(i64::from(HOUR_SECONDS));
        let begun = Timestamp::from_second(window * i64::from(HOUR_SECONDS)).unwrap_or(now);
        Self { until: after(begun, HOUR_SECONDS) }
    }

    /// Whole seconds until then.
    #[must_use]
    pub fn retry_after_seconds(self, now: Timestamp) -> u32 {
        seconds_until(now, self.until)
    }
}

const TAKE: &str = "ADD taken :one SET #ttl = :ttl";
const BELOW: &str = "attribute_not_exists(taken) OR taken < :max";

impl Limit {
    /// A limit of a clock hour.
    #[must_use]
    pub fn hourly(name: &'static str, subject: String, max: u32) -> Self {
        Self { name, subject, max, window_seconds: HOUR_SECONDS }
    }

    fn values(&self, now: Timestamp) -> Values {
        vec![
            (":one", number(1)),
            (":max", number(self.max)),
            (":ttl", ttl(now, 2 * self.window_seconds)),
        ]
    }

    fn key(&self, tenant: &TenantId, now: Timestamp) -> Key {
        let window = now.as_second().div_euclid(i64::from(self.window_seconds));
        Key::limit(tenant, self.name, &self.subject, window)
    }
}

impl Store {
    /// Takes one from a limit. One call.
    pub async fn take(
        &self,
        tenant: &TenantId,
        limit: &Limit,
        now: Timestamp,
    ) -> Result<Result<(), Limited>, StoreError> {
        let target = (self.tables.tokens.as_str(), &limit.key(tenant, now));
        let taken =
            self.update("take from a limit", target, TAKE, BELOW, limit.values(now)).await?;
        Ok(taken.map(|_| ()).map_err(|_| Limited::now(now)))
    }
}

impl<N: Copy> Transaction<'_, N> {
    /// Takes one from a limit, if everything else holds too.
    pub(crate) fn take(
        self,
        name: N,
        table: &str,
        tenant: &TenantId,
        limit: &Limit,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        self.update(
            name,
            (table, &limit.key(tenant, now)),
            TAKE,
            BELOW.to_owned(),
            limit.values(now),
        )
    }
}
