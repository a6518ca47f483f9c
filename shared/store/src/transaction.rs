//! One transaction: several conditional writes that all happen or none.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, Put,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};

use crate::item::{Item, Key};
use crate::{Store, StoreError};

/// The writes of one step, each under a name by which a refusal is told.
pub(crate) struct Transaction<'s, N> {
    store: &'s Store,
    operation: &'static str,
    names: Vec<N>,
    items: Vec<TransactWriteItem>,
}

/// How a transaction ended.
pub(crate) enum Outcome<N> {
    /// Everything is written.
    Committed,
    /// Nothing is written: these conditions did not hold. With each, the item as it stood.
    Refused(Vec<(N, Option<Item>)>),
}

/// An expression and its values: `Expression("n < :max", [(":max", …)])`.
pub(crate) type Values = Vec<(&'static str, AttributeValue)>;

/// That an item is in every attribute as it was read.
pub(crate) struct Unchanged {
    condition: String,
    names: HashMap<String, String>,
    values: Item,
}

impl Unchanged {
    /// `read` with its empty members still in it: each must be as it is there, or not be there. A
    /// map without members may never have been written.
    pub(crate) fn of(read: Item) -> Self {
        let (mut conditions, mut names, mut values) = (Vec::new(), HashMap::new(), Item::new());
        for (name, value) in read {
            if value.is_null() {
                conditions.push(format!("attribute_not_exists(#{name})"));
            } else if value.as_m().is_ok_and(HashMap::is_empty) {
                conditions.push(format!("(attribute_not_exists(#{name}) OR #{name} = :{name})"));
                values.insert(format!(":{name}"), value);
            } else {
                conditions.push(format!("#{name} = :{name}"));
                values.insert(format!(":{name}"), value);
            }
            names.insert(format!("#{name}"), name);
        }
        Self { condition: conditions.join(" AND "), names, values }
    }
}

/// Tries at a transaction that meets others on the same item. By conflict only; by condition never.
const CONFLICT_TRIES_MAX: u32 = 8;

impl<'s, N: Copy> Transaction<'s, N> {
    pub(crate) fn new(store: &'s Store, operation: &'static str) -> Self {
        Self { store, operation, names: Vec::new(), items: Vec::new() }
    }

    pub(crate) fn store(&self) -> &'s Store {
        self.store
    }

    /// Puts an item that must not be there yet.
    pub(crate) fn put_new(self, name: N, table: &str, item: Item) -> Result<Self, StoreError> {
        let put = Put::builder()
            .table_name(table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)");
        let put = put.build().map_err(|source| StoreError::malformed(self.operation, source))?;
        Ok(self.with(name, TransactWriteItem::builder().put(put).build()))
    }

    /// Puts an item in the place of one that is still as the condition says.
    pub(crate) fn put_if(
        self,
        name: N,
        table: &str,
        item: Item,
        unchanged: Unchanged,
    ) -> Result<Self, StoreError> {
        let put = Put::builder()
            .table_name(table)
            .set_item(Some(item))
            .condition_expression(unchanged.condition)
            .set_expression_attribute_names(Some(unchanged.names))
            .set_expression_attribute_values(Some(unchanged.values));
        let put = put.build().map_err(|source| StoreError::malformed(self.operation, source))?;
        Ok(self.with(name, TransactWriteItem::builder().put(put).build()))
    }

    /// Deletes an item that is still as the condition says.
    pub(crate) fn delete_if(
        self,
        name: N,
        (table, key): (&str, &Key),
        unchanged: Unchanged,
    ) -> Result<Self, StoreError> {
        let delete = Delete::builder()
            .table_name(table)
            .set_key(Some(key.attributes()))
            .condition_expression(unchanged.condition)
            .set_expression_attribute_names(Some(unchanged.names))
            .set_expression_attribute_values(Some(unchanged.values));
        let delete =
            delete.build().map_err(|source| StoreError::malformed(self.operation, source))?;
        Ok(self.with(name, TransactWriteItem::builder().delete(delete).build()))
    }

    /// Puts an item whose key and content follow from what is written beside it, so that a repeat
    /// writes the same again.
    pub(crate) fn put(self, name: N, table: &str, item: Item) -> Result<Self, StoreError> {
        let put = Put::builder().table_name(table).set_item(Some(item));
        let put = put.build().map_err(|source| StoreError::malformed(self.operation, source))?;
        Ok(self.with(name, TransactWriteItem::builder().put(put).build()))
    }

    /// Updates an item under a condition; `None` only where repeating the update changes nothing.
    pub(crate) fn update(
        self,
        name: N,
        (table, key): (&str, &Key),
        expression: impl Into<String>,
        condition: impl Into<Option<String>>,
        values: Values,
    ) -> Result<Self, StoreError> {
        let (expression, condition) = (expression.into(), condition.into());
        let names = names([expression.as_str(), condition.as_deref().unwrap_or_default()]);
        let mut update = Update::builder()
            .table_name(table)
            .set_key(Some(key.attributes()))
            .update_expression(expression)
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, value) in values {
            update = update.expression_attribute_values(name, value);
        }
        let update =
            update.build().map_err(|source| StoreError::malformed(self.operation, source))?;
        Ok(self.with(name, TransactWriteItem::builder().update(update).build()))
    }

    /// Asks a condition of an item and leaves it alone.
    pub(crate) fn check(
        self,
        name: N,
        (table, key): (&str, &Key),
        condition: &str,
        values: Values,
    ) -> Result<Self, StoreError> {
        let mut check = ConditionCheck::builder()
            .table_name(table)
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .set_expression_attribute_names(names([condition, ""]))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, value) in values {
            check = check.expression_attribute_values(name, value);
        }
        let check =
            check.build().map_err(|source| StoreError::malformed(self.operation, source))?;
        Ok(self.with(name, TransactWriteItem::builder().condition_check(check).build()))
    }

    pub(crate) fn delete(self, name: N, (table, key): (&str, &Key)) -> Result<Self, StoreError> {
        self.delete_on(name, (table, key), None)
    }

    /// Deletes an item that must be there.
    pub(crate) fn delete_existing(self, name: N, target: (&str, &Key)) -> Result<Self, StoreError> {
        self.delete_on(name, target, Some("attribute_exists(pk)".to_owned()))
    }

    fn delete_on(
        self,
        name: N,
        (table, key): (&str, &Key),
        condition: Option<String>,
    ) -> Result<Self, StoreError> {
        let delete = Delete::builder()
            .table_name(table)
            .set_key(Some(key.attributes()))
            .set_condition_expression(condition)
            .build()
            .map_err(|source| StoreError::malformed(self.operation, source))?;
        Ok(self.with(name, TransactWriteItem::builder().delete(delete).build()))
    }

    fn with(mut self, name: N, item: TransactWriteItem) -> Self {
        self.names.push(name);
        self.items.push(item);
        self
    }

    /// Writes everything or nothing. All tries have one idempotency token, so one that was written
    /// and whose answer was lost is not refused by itself.
    pub(crate) async fn commit(self) -> Result<Outcome<N>, StoreError> {
        let mut tries = 0;
        let token = token();
        loop {
            tries += 1;
            let sent = self
                .store
                .client
                .transact_write_items()
                .set_transact_items(Some(self.items.clone()))
                .set_client_request_token(token.clone())
                .send()
                .await;
            let error = match sent {
                Ok(_) => return Ok(Outcome::Committed),
                Err(error) => error,
            };
            let retry = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    let reasons = cancelled.cancellation_reasons();
                    let refused = self.refused(reasons);
                    if !refused.is_empty() {
                        return Ok(Outcome::Refused(refused));
                    }
                    reasons.iter().any(is_passing)
                }
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => true,
                _ => false,
            };
            if !retry || tries == CONFLICT_TRIES_MAX {
                return Err(StoreError::unavailable(self.operation, error));
            }
            tokio::time::sleep(jitter(tries)).await;
        }
    }

    fn refused(&self, reasons: &[CancellationReason]) -> Vec<(N, Option<Item>)> {
        self.names
            .iter()
            .zip(reasons)
            .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
            .map(|(name, reason)| (*name, reason.item().cloned()))
            .collect()
    }
}

/// `#word` in an expression is the attribute `word`: for reserved words and for purposes.
pub(crate) fn names(expressions: [&str; 2]) -> Option<HashMap<String, String>> {
    let names: HashMap<_, _> = expressions
        .into_iter()
        .flat_map(|expression| {
            expression.split(|c: char| !(c.is_alphanumeric() || "#_".contains(c)))
        })
        .filter_map(|word| Some((word.to_owned(), word.strip_prefix('#')?.to_owned())))
        .collect();
    (!names.is_empty()).then_some(names)
}

/// A reason that has nothing to do with the conditions and may be gone in a moment.
fn is_passing(reason: &CancellationReason) -> bool {
    matches!(
        reason.code(),
        Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
    )
}

/// 128 random bits; without randomness the SDK gives each try one of its own.
#[expect(clippy::disallowed_methods, reason = "names a transaction; nothing is decided by it")]
fn token() -> Option<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).ok().map(|()| data_encoding::HEXLOWER.encode(&random))
}

/// Between nothing and 10 ms · 2ⁿ, at most 320 ms.
#[expect(clippy::disallowed_methods, reason = "spreads retries; nothing is decided by it")]
fn jitter(tries: u32) -> Duration {
    let mut random = [0; 2];
    // Without randomness there is no jitter, and the retry is still right.
    let _ = getrandom::fill(&mut random);
    let ceiling_micros = 10_000_u64 << tries.min(5);
    Duration::from_micros(ceiling_micros * u64::from(u16::from_be_bytes(random)) / 65_536)
}
