//! The `timeline` table: what happened to an account, and the story behind a support code.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{DeleteRequest, WriteRequest};
use jiff::Timestamp;
use regain_domain::event::{Actor, Entry};
use regain_domain::time::{DAY_SECONDS, RECORD_KEPT_SECONDS, micros};
use regain_domain::{SupportCode, TenantId};
use serde::{Deserialize, Serialize};

use crate::accounts::Page;
use crate::item::{Item, Key, from_item, text, to_item, ttl};
use crate::transaction::Transaction;
use crate::{Store, StoreError};

/// An event as it is told: the same members, read back.
#[derive(Clone, Debug, Deserialize)]
pub struct ToldEntry {
    /// What.
    pub event: String,
    /// When.
    #[serde(with = "micros")]
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// The caller's address, pseudonymised.
    pub source: Option<String>,
    /// Why.
    pub cause: Option<String>,
    /// To what.
    pub subject: String,
    /// The support code of the request that led to it.
    pub support_code: Option<String>,
}

fn sort_key(entry: &Entry) -> String {
    let (moment, rank) = (entry.at.as_microsecond(), entry.event.rank());
    format!("{moment:020}#{rank:02}#{}#{}", entry.event.as_str(), entry.subject)
}

impl<N: Copy> Transaction<'_, N> {
    /// Tells an account's timeline.
    pub(crate) fn tell(
        self,
        name: N,
        tenant: &TenantId,
        account_id: &str,
        entry: &Entry,
    ) -> Result<Self, StoreError> {
        let key = Key::timeline(tenant, account_id).at(sort_key(entry));
        let mut item = to_item("tell the timeline", &key, entry)?;
        let kept_seconds = entry.kept_days.saturating_mul(DAY_SECONDS);
        item.insert("ttl".to_owned(), ttl(entry.at, kept_seconds));
        let table = self.store().tables.timeline.clone();
        self.put(name, &table, item)
    }
}

/// How one request ended, under its support code; also where there is no account to tell it of.
#[derive(Clone, Debug, Serialize)]
pub struct Story {
    /// The code on the answer.
    #[serde(skip)]
    pub support_code: SupportCode,
    /// When it was decided.
    #[serde(with = "micros")]
    pub at: Timestamp,
    /// What became of it: an event, or `no_such_account`.
    pub outcome: String,
    /// Why, where nothing came of it.
    pub cause: Option<String>,
    /// Whose account.
    pub account_id: Option<String>,
}

/// A story as it is told, and what followed.
#[derive(Clone, Debug, Deserialize)]
pub struct ToldStory {
    /// When it was decided.
    #[serde(with = "micros")]
    pub at: Timestamp,
    /// What became of it.
    pub outcome: String,
    /// Why, where nothing came of it.
    pub cause: Option<String>,
    /// Whose account.
    pub account_id: Option<String>,
    /// What followed on the account's timeline, oldest first.
    #[serde(skip)]
    pub events: Vec<ToldEntry>,
}

impl Story {
    /// The word for a login that nobody has.
    pub const NO_SUCH_ACCOUNT: &'static str = "no_such_account";

    /// The story of a request that an entry ends.
    #[must_use]
    pub fn of(entry: &Entry, account_id: &str, support_code: &SupportCode) -> Self {
        Self {
            support_code: support_code.clone(),
            at: entry.at,
            outcome: entry.event.as_str().to_owned(),
            cause: entry.cause.clone(),
            account_id: Some(account_id.to_owned()),
        }
    }

    pub(crate) fn item(
        &self,
        operation: &'static str,
        tenant: &TenantId,
    ) -> Result<Item, StoreError> {
        let key = Key::support(tenant, &self.support_code).at(STORY);
        let mut item = to_item(operation, &key, self)?;
        item.insert("ttl".to_owned(), ttl(self.at, RECORD_KEPT_SECONDS));
        Ok(item)
    }
}

const STORY: &str = "story";
/// Events told with a story.
const EVENTS_MAX: i32 = 100;

impl Store {
    /// A page of what happened to an account, newest first, from where `after` ended. One call.
    pub async fn timeline(
        &self,
        tenant: &TenantId,
        account_id: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<ToldEntry>, StoreError> {
        const OPERATION: &str = "read the timeline";
        let key = Key::timeline(tenant, account_id);
        let start = after.map(|sort| key.clone().at(sort).attributes());
        let answer = self
            .client
            .query()
            .table_name(&self.tables.timeline)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", key.value())
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(i32::try_from(limit).unwrap_or(1))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| StoreError::unavailable(OPERATION, error))?;
        let next = answer.last_evaluated_key.as_ref().and_then(|key| key.get("sk")?.as_s().ok());
        let next = next.cloned();
        Ok(Page { items: told(OPERATION, answer.items)?, next })
    }

    /// The story of a support code. One call, and one more for what followed on the timeline.
    pub async fn story(
        &self,
        tenant: &TenantId,
        code: &SupportCode,
    ) -> Result<Option<ToldStory>, StoreError> {
        const OPERATION: &str = "read the story";
        let key = Key::support(tenant, code).at(STORY);
        let item = self.read(OPERATION, (&self.tables.timeline, &key)).await?;
        let Some(item) = item else { return Ok(None) };
        let mut story: ToldStory = from_item(OPERATION, item)?;
        if let Some(account_id) = &story.account_id {
            let from = format!("{:020}", story.at.as_microsecond());
            let answer = self
                .client
                .query()
                .table_name(&self.tables.timeline)
                .key_condition_expression("pk = :pk AND sk >= :from")
                .filter_expression("support_code = :code")
                .expression_attribute_values(":pk", Key::timeline(tenant, account_id).value())
                .expression_attribute_values(":from", text(from))
                .expression_attribute_values(":code", text(code.as_str()))
                .consistent_read(true)
                .limit(EVENTS_MAX)
                .send()
                .await
                .map_err(|error| StoreError::unavailable(OPERATION, error))?;
            story.events = told(OPERATION, answer.items)?;
        }
        Ok(Some(story))
    }

    /// Deletes what happened to an account. One call for each 25 entries, and one to find them.
    pub(crate) async fn forget_timeline(
        &self,
        tenant: &TenantId,
        account_id: &str,
    ) -> Result<(), StoreError> {
        const OPERATION: &str = "forget a timeline";
        const BATCH_MAX: i32 = 25;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.tables.timeline)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", Key::timeline(tenant, account_id).value())
                .projection_expression("pk, sk")
                .limit(BATCH_MAX)
                .send()
                .await
                .map_err(|error| StoreError::unavailable(OPERATION, error))?;
            let found = answer.items.unwrap_or_default();
            if found.is_empty() {
                return Ok(());
            }
            let mut requests = Vec::new();
            for key in found {
                let delete = DeleteRequest::builder().set_key(Some(key)).build();
                let delete = delete.map_err(|source| StoreError::malformed(OPERATION, source))?;
                requests.push(WriteRequest::builder().delete_request(delete).build());
            }
            // What is not processed is found again.
            self.client
                .batch_write_item()
                .set_request_items(Some(HashMap::from([(self.tables.timeline.clone(), requests)])))
                .send()
                .await
                .map_err(|error| StoreError::unavailable(OPERATION, error))?;
        }
    }
}

fn told(operation: &'static str, items: Option<Vec<Item>>) -> Result<Vec<ToldEntry>, StoreError> {
    items.unwrap_or_default().into_iter().map(|item| from_item(operation, item)).collect()
}
