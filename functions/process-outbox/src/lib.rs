//! `process-outbox`: what is done after the answer. A request becomes a link or nothing; notices and
//! codes are sent; what failed is told to whose it is, and with it a lock.
//!
//! Fed by the stream of the `outbox` table, and every minute with what is due again. Both only
//! name an item; the item itself is read by claiming it, so a record delivered three times, late
//! or out of order does its work once. A failure to send never fails the record, for that would
//! hold up everyone behind it: the item says when to try again, and the schedule finds it.

mod codes;
mod failed_try;
mod help;
mod mail;
mod phone;
mod resolve;
mod send;

use futures_util::{FutureExt, StreamExt};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use regain_domain::Settings;
use regain_domain::keys::Keyring;
use regain_domain::time::after;
use regain_http::{SettingsCache, log};
use regain_store::{OutboxItem, Store, StoreError, Work};
use serde_json::{Value, json};
use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use mail::Mailer;
pub use phone::Phones;

/// What this step needs.
pub struct ProcessOutbox {
    /// The tables.
    pub store: Store,
    /// The keys of links.
    pub links: Keyring,
    /// Sends mail.
    pub mailer: Mailer,
    /// Sends text messages, and calls.
    pub phones: Phones,
    /// Tenants' settings.
    pub settings: SettingsCache,
    /// Scheme, host and port of every link.
    pub public_base: String,
}

/// Its name, in the log.
const FUNCTION: &str = "process-outbox";
/// Items in hand at once: one slow mail does not hold up the rest of a batch.
const CONCURRENCY: usize = 8;
/// How long after its start the schedule takes work in hand. Leases count from the start, and end
/// with the function's minute; the rest of it is for finishing.
const CLAIMS_FOR: Duration = Duration::from_secs(40);
/// Looks at the index in one minute; what is found twice is claimed once.
const ROUNDS_MAX: u32 = 10;

/// Does what an event names, and answers which records of a stream must come again.
pub async fn handle(step: &ProcessOutbox, event: &Value, now: Timestamp) -> Value {
    let Some(records) = event.get("Records").and_then(Value::as_array) else {
        return scheduled(step, now).await;
    };
    let failures = futures_util::stream::iter(records)
        .filter(|record| {
            let inserted = record.get("eventName").and_then(Value::as_str) == Some("INSERT");
            std::future::ready(inserted)
        })
        .map(async |record| (record, work_on_record(step, record, now).await))
        .buffered(CONCURRENCY)
        .filter_map(async |(record, worked)| worked.err().map(|()| failure(record)));
    let failures: Vec<Value> = failures.collect().await;
    json!({"batchItemFailures": failures})
}

/// The sequence number of a record; without one, the whole batch is the failure.
fn failure(record: &Value) -> Value {
    let number = record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str);
    json!({"itemIdentifier": number.unwrap_or_default()})
}

/// Fails only where trying again could never help without someone looking: the record goes to the
/// dead-letter queue. When the store is down, the item is still in the index of what is due.
async fn work_on_record(step: &ProcessOutbox, record: &Value, now: Timestamp) -> Result<(), ()> {
    let Some(key) = record.pointer("/dynamodb/Keys/pk/S").and_then(Value::as_str) else {
        log::failure(FUNCTION, "a stream record names no item", &Unreadable);
        return Err(());
    };
    match work_on(step, key, now).await {
        Err(StoreError::Malformed { .. }) => Err(()),
        Err(StoreError::Unavailable { .. }) | Ok(()) => Ok(()),
    }
}

/// What is due, in rounds until nothing is left or the time is up, so that a backlog drains and no
/// lease is taken that the function might not live to use.
async fn scheduled(step: &ProcessOutbox, now: Timestamp) -> Value {
    let begun = Instant::now();
    let mut worked_on = 0;
    for _ in 0..ROUNDS_MAX {
        let keys = match step.store.due(now).await {
            Ok(keys) => keys,
            Err(error) => {
                log::failure(FUNCTION, "work was put off", &error);
                break;
            }
        };
        if keys.is_empty() {
            break;
        }
        let work = async |key: String| {
            if begun.elapsed() >= CLAIMS_FOR {
                return 0;
            }
            // Logged where it failed; the next minute tries again.
            let _ = work_on(step, &key, now).await;
            1
        };
        let round = futures_util::stream::iter(keys).map(work).buffer_unordered(CONCURRENCY);
        worked_on += round.collect::<Vec<_>>().await.into_iter().sum::<u32>();
        if begun.elapsed() >= CLAIMS_FOR {
            break;
        }
    }
    json!({"worked_on": worked_on})
}

/// Claims one item and does its work; does nothing if it is done or in other hands.
async fn work_on(step: &ProcessOutbox, key: &str, now: Timestamp) -> Result<(), StoreError> {
    let worked = async {
        match step.store.claim(key, now).await? {
            Some(item) => work(step, item, now).await,
            None => Ok(()),
        }
    };
    // A panic is this item's alone; it comes back when its lease is over.
    let worked = AssertUnwindSafe(worked).catch_unwind().await.unwrap_or(Ok(()));
    worked.inspect_err(|error| log::failure(FUNCTION, "work was put off", error))
}

async fn work(step: &ProcessOutbox, item: OutboxItem, now: Timestamp) -> Result<(), StoreError> {
    if let Work::TenantDeleted = item.work {
        return purge(step, &item, now).await;
    }
    let settings = match step.settings.get(&item.tenant, now).await {
        Ok(Some(settings)) => settings,
        // The tenant is gone, and its people with it.
        Ok(None) => return step.store.finish(&item, None, None).await,
        Err(error) => {
            log::failure(FUNCTION, "work was put off", error.as_ref());
            return Ok(());
        }
    };
    let zone = settings.zone();
    let job = Job { step, settings, zone, item, now };
    match &job.item.work {
        Work::MailRequested(request) => resolve::mail(&job, request).await,
        Work::Send(notice) => send::notice(&job, notice).await,
        Work::SendCode(code) => codes::send(&job, code).await,
        Work::TryFailed(failed) => failed_try::tell(&job, failed).await,
        Work::TenantDeleted => Ok(()),
    }
}

/// Functions may know a tenant for a minute after it was deleted; until then nothing is looked for,
/// so that nothing comes after it.
const PURGE_AFTER_SECONDS: u32 = 120;

/// Erases a deleted tenant's accounts, some at a time; the item stays until none is left.
async fn purge(step: &ProcessOutbox, item: &OutboxItem, now: Timestamp) -> Result<(), StoreError> {
    let begins_at = after(item.created_at, PURGE_AFTER_SECONDS);
    if now < begins_at {
        return step.store.postpone(item, begins_at).await;
    }
    if step.store.purge(&item.tenant, now).await? {
        return step.store.finish(item, None, None).await;
    }
    step.store.postpone(item, now).await
}

/// One claimed item, and what its work needs.
struct Job<'s> {
    step: &'s ProcessOutbox,
    settings: Arc<Settings>,
    zone: TimeZone,
    item: OutboxItem,
    now: Timestamp,
}

/// After this a mail is of no use to anyone, and someone must look.
const TRIED_FOR: SignedDuration = SignedDuration::from_hours(24);

impl Job<'_> {
    fn is_too_late(&self) -> bool {
        self.now.duration_since(self.item.created_at) >= TRIED_FOR
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no key in the record")]
struct Unreadable;

/// What a service that sends did not take.
type SendError = Box<dyn Error + Send + Sync>;
