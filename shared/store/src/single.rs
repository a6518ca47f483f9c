//! One item: read as last written, or updated under a condition.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};

use crate::item::{Item, Key};
use crate::transaction::{Values, names};
use crate::{Store, StoreError};

/// How an update ended: the item after it, or as it stood where its condition did not hold.
pub(crate) type Updated = Result<Item, Option<Item>>;

impl Store {
    /// An item as last written. One call.
    pub(crate) async fn read(
        &self,
        operation: &'static str,
        (table, key): (&str, &Key),
    ) -> Result<Option<Item>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(table)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| StoreError::unavailable(operation, error))?;
        Ok(answer.item)
    }

    /// Updates an item under a condition. One call.
    pub(crate) async fn update(
        &self,
        operation: &'static str,
        (table, key): (&str, &Key),
        expression: &str,
        condition: &str,
        values: Values,
    ) -> Result<Updated, StoreError> {
        let mut update = self
            .client
            .update_item()
            .table_name(table)
            .set_key(Some(key.attributes()))
            .update_expression(expression)
            .condition_expression(condition)
            .set_expression_attribute_names(names([expression, condition]))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, value) in values {
            update = update.expression_attribute_values(name, value);
        }
        let error = match update.send().await {
            Ok(answer) => return Ok(Ok(answer.attributes.unwrap_or_default())),
            Err(error) => error,
        };
        match error.into_service_error() {
            UpdateItemError::ConditionalCheckFailedException(refused) => Ok(Err(refused.item)),
            error => Err(StoreError::unavailable(operation, error)),
        }
    }
}
