//! Items: keys that cannot be built without a tenant, and structs to items and back.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use regain_domain::time::after;
use regain_domain::{AccountRef, LinkId, SupportCode, TenantId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// A partition key. Every one begins with the tenant, whose name cannot hold the `#` after it.
#[derive(Clone, Debug)]
pub(crate) struct Key(String);

impl Key {
    pub(crate) fn tenant(tenant: &TenantId) -> Self {
        Self(tenant.as_str().to_owned())
    }

    pub(crate) fn account(tenant: &TenantId, account: &AccountRef) -> Self {
        Self(format!("{tenant}#account#{}", account.as_str()))
    }

    pub(crate) fn link(tenant: &TenantId, link: LinkId) -> Self {
        Self(format!("{tenant}#link#{link}"))
    }

    pub(crate) fn limit(tenant: &TenantId, name: &str, subject: &str, window: i64) -> Self {
        Self(format!("{tenant}#limit#{name}#{subject}#{window}"))
    }

    pub(crate) fn outbox(tenant: &TenantId, outbox_id: &str) -> Self {
        Self(format!("{tenant}#outbox#{outbox_id}"))
    }

    pub(crate) fn timeline(tenant: &TenantId, account_id: &str) -> Self {
        Self(format!("{tenant}#timeline#{account_id}"))
    }

    pub(crate) fn support(tenant: &TenantId, code: &SupportCode) -> Self {
        Self(format!("{tenant}#support#{code}"))
    }

    /// A key read from a stream record or an index.
    pub(crate) fn read(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn value(&self) -> AttributeValue {
        AttributeValue::S(self.0.clone())
    }
}

/// A struct as an item with its key.
pub(crate) fn to_item(
    operation: &'static str,
    key: &Key,
    value: &impl Serialize,
) -> Result<Item, StoreError> {
    let mut item: Item =
        serde_dynamo::to_item(value).map_err(|source| StoreError::malformed(operation, source))?;
    // An absent attribute, not NULL: conditions ask `attribute_not_exists`.
    item.retain(|_, value| !value.is_null());
    item.insert("pk".to_owned(), key.value());
    Ok(item)
}

/// An item as a struct; its key and TTL are left aside.
pub(crate) fn from_item<T: DeserializeOwned>(
    operation: &'static str,
    item: Item,
) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|source| StoreError::malformed(operation, source))
}

pub(crate) fn value(
    operation: &'static str,
    value: &impl Serialize,
) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value)
        .map_err(|source| StoreError::malformed(operation, source))
}

pub(crate) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn number(number: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}

/// A moment as it is compared in conditions.
pub(crate) fn micros(moment: Timestamp) -> AttributeValue {
    number(moment.as_microsecond())
}

/// A TTL attribute: whole seconds. It only sweeps; nothing is decided by it.
pub(crate) fn ttl(from: Timestamp, kept_seconds: u32) -> AttributeValue {
    number(after(from, kept_seconds).as_second())
}
