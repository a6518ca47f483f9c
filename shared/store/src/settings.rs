//! The `tenants` table.

use std::pin::Pin;

use aws_sdk_dynamodb::types::AttributeValue;
use regain_domain::{Settings, TenantId};

use crate::item::{Key, from_item, text, to_item};
use crate::{Store, StoreError};

const SETTINGS: &str = "settings";

impl Store {
    /// The settings of a tenant; none: there is no such tenant. One call.
    pub async fn settings(&self, tenant: &TenantId) -> Result<Option<Settings>, StoreError> {
        const OPERATION: &str = "read the tenant's settings";
        let answer = self
            .client
            .get_item()
            .table_name(&self.tables.tenants)
            .key("pk", Key::tenant(tenant).value())
            .key("sk", text(SETTINGS))
            // A tenant made a moment ago must not look gone: its work would be dropped.
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| StoreError::unavailable(OPERATION, error))?;
        let Some(mut item) = answer.item else { return Ok(None) };
        match item.remove(SETTINGS) {
            Some(AttributeValue::M(settings)) => from_item(OPERATION, settings).map(Some),
            _ => Err(StoreError::malformed(OPERATION, "no map of settings")),
        }
    }

    /// Makes a tenant; false if there is one of that name. The caller has checked the settings.
    pub async fn create_tenant(
        &self,
        tenant: &TenantId,
        settings: &Settings,
    ) -> Result<bool, StoreError> {
        const OPERATION: &str = "create the tenant";
        let mut item = to_item(
            OPERATION,
            &Key::tenant(tenant),
            &std::collections::HashMap::from([(SETTINGS, settings)]),
        )?;
        item.insert("sk".to_owned(), text(SETTINGS));
        self.put_new(OPERATION, &self.tables.tenants, item).await
    }

    /// What the edge's cache is handed, since the edge knows no store.
    pub fn settings_loader(&self) -> impl Fn(TenantId) -> Loading + Send + Sync + 'static {
        let store = self.clone();
        move |tenant| {
            let store = store.clone();
            Box::pin(async move { store.settings(&tenant).await })
        }
    }
}

/// Settings on their way.
type Loading = Pin<Box<dyn Future<Output = Result<Option<Settings>, StoreError>> + Send>>;
