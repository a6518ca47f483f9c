//! `process-outbox`: what is done after the answer. A request becomes a link or nothing; notices
//! are sent.
//!
//! Fed by the stream of the `outbox` table, and every minute with what is due again. Both only
//! name an item; the item itself is read by claiming it, so a record delivered three times, late
//! or out of order does its work once. A failure to send never fails the record, for that would
//! hold up everyone behind it: the item says when to try again, and the schedule finds it.

mod mail;
mod resolve;
mod send;

use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use regain_domain::Settings;
use regain_domain::keys::Keyring;
use regain_http::{SettingsCache, log};
use regain_store::{OutboxItem, Store, StoreError, Work};
use serde_json::{Value, json};
use std::error::Error;
use std::sync::Arc;

pub use mail::Mailer;

/// What this step needs.
pub struct ProcessOutbox {
    /// The tables.
    pub store: Store,
    /// The keys of links.
    pub links: Keyring,
    /// Sends mail.
    pub mailer: Mailer,
    /// Tenants' settings.
    pub settings: SettingsCache,
    /// Scheme, host and port of every link.
    pub public_base: String,
}

/// Its name, in the log.
const FUNCTION: &str = "process-outbox";
/// Items in hand at once: one slow mail does not hold up the rest of a batch.
const CONCURRENCY: usize = 8;

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

async fn scheduled(step: &ProcessOutbox, now: Timestamp) -> Value {
    let keys = match step.store.due(now).await {
        Ok(keys) => keys,
        Err(error) => {
            log::failure(FUNCTION, "could not list what is due", &error);
            return json!({"worked_on": 0});
        }
    };
    let count = keys.len();
    let work = async |key: String| {
        // Logged where it failed; the next minute tries again.
        let _ = work_on(step, &key, now).await;
    };
    futures_util::stream::iter(keys).for_each_concurrent(CONCURRENCY, work).await;
    json!({"worked_on": count})
}

/// Claims one item and does its work; does nothing if it is done or in other hands.
async fn work_on(step: &ProcessOutbox, key: &str, now: Timestamp) -> Result<(), StoreError> {
    let worked = async {
        match step.store.claim(key, now).await? {
            Some(item) => work(step, item, now).await,
            None => Ok(()),
        }
    };
    worked.await.inspect_err(|error| log::failure(FUNCTION, "work was put off", error))
}

async fn work(step: &ProcessOutbox, item: OutboxItem, now: Timestamp) -> Result<(), StoreError> {
    let settings = match step.settings.get(&item.tenant, now).await {
        Ok(Some(settings)) => settings,
        // The tenant is gone, and its people with it.
        Ok(None) => return step.store.finish(&item, None, None).await,
        Err(error) => {
            log::failure(FUNCTION, "could not read the tenant's settings", error.as_ref());
            return Ok(());
        }
    };
    let job = Job { step, settings, item, now };
    match &job.item.work {
        Work::ResetRequested(request) => resolve::reset(&job, request).await,
        Work::Send(notice) => send::notice(&job, notice).await,
        Work::SignInFailed(failed) => resolve::failed_sign_in(&job, failed).await,
    }
}

/// One claimed item, and what its work needs.
struct Job<'s> {
    step: &'s ProcessOutbox,
    settings: Arc<Settings>,
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

/// A mail that the mail service did not take.
type SendError = Box<dyn Error + Send + Sync>;
