//! Items: keys that cannot be built without a tenant, and structs to items and back.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use regain_domain::provider::IdentityRef;
use regain_domain::time::after;
use regain_domain::{AccountRef, LinkId, SupportCode, TenantId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;
use crate::tries::TriesOf;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// A key. Every partition begins with the tenant, whose name cannot hold the `#` after it.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    partition: String,
    sort: Option<String>,
}

impl Key {
    fn new(partition: String) -> Self {
        Self { partition, sort: None }
    }

    /// The same partition, and this in it.
    pub(crate) fn at(self, sort: impl Into<String>) -> Self {
        Self { sort: Some(sort.into()), ..self }
    }

    pub(crate) fn tenant(tenant: &TenantId) -> Self {
        Self::new(tenant.as_str().to_owned())
    }

    pub(crate) fn account(tenant: &TenantId, account: &AccountRef) -> Self {
        Self::new(format!("{tenant}#account#{}", account.as_str()))
    }

    /// Where the account of an id is.
    pub(crate) fn account_id(tenant: &TenantId, account_id: &str) -> Self {
        Self::new(format!("{tenant}#id#{account_id}"))
    }

    pub(crate) fn link(tenant: &TenantId, link: LinkId) -> Self {
        Self::new(format!("{tenant}#link#{link}"))
    }

    pub(crate) fn tries(tenant: &TenantId, of: TriesOf<'_>) -> Self {
        Self::new(match of {
            TriesOf::Password(account) => format!("{tenant}#tries#{}", account.as_str()),
            TriesOf::SecondStep(account_id) => format!("{tenant}#second-step-tries#{account_id}"),
        })
    }

    /// Where the account of an identity is.
    pub(crate) fn identity(tenant: &TenantId, identity: &IdentityRef) -> Self {
        Self::new(format!("{tenant}#identity#{}", identity.as_str()))
    }

    /// Someone who was sent to a provider.
    pub(crate) fn attempt(tenant: &TenantId, attempt: LinkId) -> Self {
        Self::new(format!("{tenant}#attempt#{attempt}"))
    }

    /// That a first step was finished.
    pub(crate) fn finished(tenant: &TenantId, first_step: LinkId) -> Self {
        Self::new(format!("{tenant}#finished#{first_step}"))
    }

    pub(crate) fn recovery(tenant: &TenantId, recovery: LinkId) -> Self {
        Self::new(format!("{tenant}#recovery#{recovery}"))
    }

    pub(crate) fn captcha(tenant: &TenantId, record: &str) -> Self {
        Self::new(format!("{tenant}#captcha#{record}"))
    }

    /// The codes that were sent to an account within a day.
    pub(crate) fn codes(tenant: &TenantId, account_id: &str) -> Self {
        Self::new(format!("{tenant}#codes#{account_id}"))
    }

    pub(crate) fn limit(tenant: &TenantId, name: &str, subject: &str, window: i64) -> Self {
        Self::new(format!("{tenant}#limit#{name}#{subject}#{window}"))
    }

    pub(crate) fn outbox(tenant: &TenantId, outbox_id: &str) -> Self {
        Self::new(format!("{tenant}#outbox#{outbox_id}"))
    }

    pub(crate) fn timeline(tenant: &TenantId, account_id: &str) -> Self {
        Self::new(format!("{tenant}#timeline#{account_id}"))
    }

    pub(crate) fn support(tenant: &TenantId, code: &SupportCode) -> Self {
        Self::new(format!("{tenant}#support#{code}"))
    }

    /// A key read from a stream record or an index.
    pub(crate) fn read(text: &str) -> Self {
        Self::new(text.to_owned())
    }

    /// The partition.
    pub(crate) fn value(&self) -> AttributeValue {
        AttributeValue::S(self.partition.clone())
    }

    /// All of it.
    pub(crate) fn attributes(&self) -> Item {
        let sort = self.sort.iter().map(|sort| ("sk".to_owned(), text(sort)));
        sort.chain([("pk".to_owned(), self.value())]).collect()
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
    item.extend(key.attributes());
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
