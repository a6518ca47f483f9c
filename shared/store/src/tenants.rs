//! The `tenants` table: settings, and under the installation's name the list of tenants.

use std::pin::Pin;

use jiff::Timestamp;
use regain_domain::time::micros;
use regain_domain::{AccountRef, Login, Settings, TenantId};
use serde::{Deserialize, Serialize};

use crate::accounts::Page;
use crate::api_keys::StoredApiKey;
use crate::item::{Item, Key, from_item, micros as moment, number, text, to_item, value};
use crate::links::{Written, written};
use crate::transaction::{Outcome, Transaction};
use crate::work::OutboxItem;
use crate::{Store, StoreError};

pub(crate) const SETTINGS: &str = "settings";
const TENANT: &str = "tenant#";
const DELETED: &str = "deleted#";
/// Keys that end in the transaction of a deletion, which takes a hundred items.
const KEYS_AT_ONCE_MAX: usize = 90;

/// A tenant's settings as stored, and how often they were changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TenantSettings {
    /// What the tenant chose.
    pub settings: Settings,
    /// Raised by every change.
    pub version: u64,
}

/// A tenant in the list of all.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TenantRow {
    /// Its name in paths.
    pub tenant: TenantId,
    /// The name that people know it by.
    pub name: String,
    /// When it was made.
    #[serde(with = "micros")]
    pub created_at: Timestamp,
}

impl Store {
    /// The settings of a tenant; none: there is no such tenant. One call.
    pub async fn tenant_settings(
        &self,
        tenant: &TenantId,
    ) -> Result<Option<TenantSettings>, StoreError> {
        const OPERATION: &str = "read the tenant's settings";
        // A tenant made a moment ago must not look gone: its work would be dropped.
        let key = Key::tenant(tenant).at(SETTINGS);
        let item = self.read(OPERATION, (&self.tables.tenants, &key)).await?;
        item.map(|item| from_item(OPERATION, item)).transpose()
    }

    /// Makes a tenant with its first key; false if there is or was one of that name. The caller
    /// has checked the settings. One call.
    pub async fn create_tenant(
        &self,
        row: &TenantRow,
        settings: &Settings,
        key: &StoredApiKey,
    ) -> Result<bool, StoreError> {
        const OPERATION: &str = "create the tenant";
        let (table, tenant) = (&self.tables.tenants, &row.tenant);
        let settings = TenantSettings { settings: settings.clone(), version: 1 };
        let settings = to_item(OPERATION, &Key::tenant(tenant).at(SETTINGS), &settings)?;
        let key = to_item(OPERATION, &StoredApiKey::key(tenant, &key.id), key)?;
        let transaction = Transaction::new(self, OPERATION)
            .put_new((), table, settings)?
            .put_new((), table, to_item(OPERATION, &listed(TENANT, tenant), row)?)?
            .put_new((), table, key)?
            .check((), (table, &listed(DELETED, tenant)), "attribute_not_exists(pk)", Vec::new())?;
        Ok(matches!(transaction.commit().await?, Outcome::Committed))
    }

    /// Changes the settings, if nobody else has since they were read. One call.
    pub async fn change_settings(
        &self,
        tenant: &TenantId,
        settings: &Settings,
        version: u64,
    ) -> Result<Written, StoreError> {
        const OPERATION: &str = "change the settings";
        let table = &self.tables.tenants;
        let transaction = Transaction::new(self, OPERATION)
            .update(
                (),
                (table, &Key::tenant(tenant).at(SETTINGS)),
                "SET settings = :settings, version = :next",
                "version = :version".to_owned(),
                vec![
                    (":settings", value(OPERATION, settings)?),
                    (":version", number(version)),
                    (":next", number(version + 1)),
                ],
            )?
            .update(
                (),
                (table, &listed(TENANT, tenant)),
                "SET #name = :name",
                "attribute_exists(pk)".to_owned(),
                vec![(":name", text(&settings.name))],
            )?;
        transaction.commit().await.map(|outcome| written(&outcome))
    }

    /// A page of all tenants, by name, from where `after` ended. One call.
    pub async fn tenants(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<TenantRow>, StoreError> {
        const OPERATION: &str = "list the tenants";
        let list = Key::tenant(&TenantId::installation());
        let answer = self
            .client
            .query()
            .table_name(&self.tables.tenants)
            .key_condition_expression("pk = :pk AND begins_with(sk, :tenant)")
            .expression_attribute_values(":pk", list.value())
            .expression_attribute_values(":tenant", text(TENANT))
            .limit(i32::try_from(limit).unwrap_or(1))
            .set_exclusive_start_key(after.map(|sort| list.clone().at(sort).attributes()))
            .send()
            .await
            .map_err(|error| StoreError::unavailable(OPERATION, error))?;
        let next = answer.last_evaluated_key.as_ref().and_then(|key| key.get("sk")?.as_s().ok());
        let (next, items) = (next.cloned(), answer.items.unwrap_or_default());
        let items = items.into_iter().map(|item| from_item(OPERATION, item));
        Ok(Page { items: items.collect::<Result<_, _>>()?, next })
    }

    /// Ends a tenant: settings and keys go at once, the rest is the outbox's; its name is kept so
    /// that it is never given again. False if there is none. Three calls, and one more for each key
    /// that was made meanwhile.
    pub async fn delete_tenant(
        &self,
        tenant: &TenantId,
        item: &OutboxItem,
    ) -> Result<bool, StoreError> {
        const OPERATION: &str = "delete the tenant";
        let table = &self.tables.tenants;
        let mut deleted = listed(DELETED, tenant).attributes();
        deleted.insert("deleted_at".to_owned(), moment(item.created_at));
        let mut transaction = Transaction::new(self, OPERATION)
            .put_new((), table, deleted)?
            .delete_existing((), (table, &Key::tenant(tenant).at(SETTINGS)))?
            .delete((), (table, &listed(TENANT, tenant)))?
            .outbox((), item)?;
        // More keys than a transaction holds can only come of many being made at one moment.
        for key in self.api_keys(tenant).await?.into_iter().take(KEYS_AT_ONCE_MAX) {
            let key = StoredApiKey::key(tenant, &key.id);
            transaction = transaction.delete((), (table, &key))?;
        }
        let Outcome::Committed = transaction.commit().await? else { return Ok(false) };
        // A key can be made only while the settings are there: none comes after these.
        for key in self.api_keys(tenant).await? {
            self.revoke_api_key(tenant, &key.id).await?;
        }
        Ok(true)
    }

    /// Erases some accounts of a tenant that was deleted, each after its timeline, by which it would
    /// not be found any more. True if none is left.
    pub async fn purge(&self, tenant: &TenantId, now: Timestamp) -> Result<bool, StoreError> {
        const PURGED_MAX: u32 = 100;
        let page = self.listed(tenant, None, PURGED_MAX).await?;
        for listed in &page.items {
            self.erase_listed(tenant, listed, now).await?;
        }
        Ok(page.items.is_empty())
    }

    /// Erases what the list names, readable or not: nobody will look at it again.
    async fn erase_listed(
        &self,
        tenant: &TenantId,
        listed: &Item,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const OPERATION: &str = "erase an account of a tenant that is gone";
        let member = |name| listed.get(name).and_then(|value| value.as_s().ok());
        let account_id = member("account_id");
        if let Some(account_id) = account_id {
            self.forget_timeline(tenant, account_id).await?;
        }
        if let Some(login) = member("login").and_then(|login| Login::parse(login).ok()) {
            let account_ref = AccountRef::of(tenant, &login);
            match self.account(tenant, &account_ref).await {
                Ok(Some(account)) => {
                    self.erase_account(tenant, (&account_ref, &account), None, now).await?;
                    return Ok(());
                }
                Ok(None) | Err(StoreError::Malformed { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        // Not to be read, not where its login says, or gone already: the list is a moment behind.
        let table = &self.tables.accounts;
        let keys = member("pk").map(|pk| Key::read(pk)).into_iter();
        let mut transaction = Transaction::new(self, OPERATION);
        for key in keys.chain(account_id.map(|id| Key::account_id(tenant, id))) {
            transaction = transaction.delete((), (table, &key))?;
        }
        transaction.commit().await.map(|_| ())
    }

    /// What the edge's cache is handed, since the edge knows no store.
    pub fn settings_loader(&self) -> impl Fn(TenantId) -> Loading + Send + Sync + 'static {
        let store = self.clone();
        move |tenant| {
            let store = store.clone();
            Box::pin(async move {
                let read = store.tenant_settings(&tenant).await?;
                Ok(read.map(|read| read.settings))
            })
        }
    }
}

/// A tenant's place in a list of the installation.
fn listed(list: &str, tenant: &TenantId) -> Key {
    Key::tenant(&TenantId::installation()).at(format!("{list}{tenant}"))
}

/// Settings on their way.
type Loading = Pin<Box<dyn Future<Output = Result<Option<Settings>, StoreError>> + Send>>;
