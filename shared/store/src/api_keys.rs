//! Keys of the back office, in the `tenants` table beside the settings.

use jiff::Timestamp;
use regain_domain::TenantId;
use regain_domain::api_key::{ApiKey, ApiKeyId, Credential, NewApiKey, Role};
use regain_domain::time::micros;
use serde::{Deserialize, Serialize};

use crate::item::{Key, from_item, micros as moment, text, to_item};
use crate::links::{Written, written};
use crate::tenants::SETTINGS;
use crate::transaction::Transaction;
use crate::{Store, StoreError, is_refused};

/// A key as it is kept: everything but its text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredApiKey {
    /// Its name.
    pub id: ApiKeyId,
    /// What it may do.
    pub role: Role,
    /// SHA-256 of its text.
    pub hash: String,
    /// What its text begins with.
    pub prefix: String,
    /// What it is for.
    #[serde(default)]
    pub name: Option<String>,
    /// When it was made.
    #[serde(with = "micros")]
    pub created_at: Timestamp,
    /// When it was last used.
    #[serde(default, with = "micros::option")]
    pub last_used_at: Option<Timestamp>,
}

const KEY: &str = "key#";

impl StoredApiKey {
    /// What is kept of a key just made.
    #[must_use]
    pub fn new(made: &NewApiKey, role: Role, name: Option<&str>, now: Timestamp) -> Self {
        Self {
            id: made.credential.id.clone(),
            role,
            hash: made.credential.hash.clone(),
            prefix: made.prefix.clone(),
            name: name.map(str::to_owned),
            created_at: now,
            last_used_at: None,
        }
    }

    pub(crate) fn key(tenant: &TenantId, id: &ApiKeyId) -> Key {
        Key::tenant(tenant).at(format!("{KEY}{id}"))
    }
}

impl Store {
    /// The key that a caller presents, if it is one; notes when it was used. One call.
    ///
    /// The hash stands in the condition: a key is found whole or not at all.
    pub async fn use_api_key(
        &self,
        credential: &Credential,
        now: Timestamp,
    ) -> Result<Option<ApiKey>, StoreError> {
        const OPERATION: &str = "find the key";
        let key = StoredApiKey::key(&credential.tenant, &credential.id);
        let values = vec![(":now", moment(now)), (":hash", text(&credential.hash))];
        let target = (self.tables.tenants.as_str(), &key);
        let used = self
            .update(OPERATION, target, "SET last_used_at = :now", "#hash = :hash", values)
            .await?;
        used.ok().map(|item| from_item(OPERATION, item)).transpose()
    }

    /// What the edge is handed, since it knows no store.
    pub fn api_key_finder(
        &self,
    ) -> impl Fn(Credential, Timestamp) -> Finding + Send + Sync + 'static {
        let store = self.clone();
        move |credential, now| {
            let store = store.clone();
            Box::pin(async move { store.use_api_key(&credential, now).await })
        }
    }

    /// Keeps a key, if its tenant is there. One call.
    pub async fn create_api_key(
        &self,
        tenant: &TenantId,
        key: &StoredApiKey,
    ) -> Result<Written, StoreError> {
        const OPERATION: &str = "keep the key";
        let item = to_item(OPERATION, &StoredApiKey::key(tenant, &key.id), key)?;
        let table = &self.tables.tenants;
        let mut transaction = Transaction::new(self, OPERATION).put_new((), table, item)?;
        if !tenant.is_installation() {
            let settings = Key::tenant(tenant).at(SETTINGS);
            transaction =
                transaction.check((), (table, &settings), "attribute_exists(pk)", Vec::new())?;
        }
        transaction.commit().await.map(|outcome| written(&outcome))
    }

    /// All keys of a tenant, or of the installation. One call.
    pub async fn api_keys(&self, tenant: &TenantId) -> Result<Vec<StoredApiKey>, StoreError> {
        const OPERATION: &str = "list the keys";
        let answer = self
            .client
            .query()
            .table_name(&self.tables.tenants)
            .key_condition_expression("pk = :pk AND begins_with(sk, :key)")
            .expression_attribute_values(":pk", Key::tenant(tenant).value())
            .expression_attribute_values(":key", text(KEY))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| StoreError::unavailable(OPERATION, error))?;
        let items = answer.items.unwrap_or_default();
        items.into_iter().map(|item| from_item(OPERATION, item)).collect()
    }

    /// Forgets a key; false if there is none. One call.
    pub async fn revoke_api_key(
        &self,
        tenant: &TenantId,
        id: &ApiKeyId,
    ) -> Result<bool, StoreError> {
        let revoked = self
            .client
            .delete_item()
            .table_name(&self.tables.tenants)
            .set_key(Some(StoredApiKey::key(tenant, id).attributes()))
            .condition_expression("attribute_exists(pk)")
            .send()
            .await;
        match revoked {
            Ok(_) => Ok(true),
            Err(error) if is_refused(&error) => Ok(false),
            Err(error) => Err(StoreError::unavailable("revoke the key", error)),
        }
    }
}

/// A key on its way.
type Finding = std::pin::Pin<Box<dyn Future<Output = Result<Option<ApiKey>, StoreError>> + Send>>;
