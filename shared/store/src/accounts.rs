//! The `accounts` table.

use regain_domain::{Account, AccountRef, TenantId};

use crate::item::{Key, from_item, to_item};
use crate::{Store, StoreError};

impl Store {
    /// The account behind a reference, as last written. One call.
    pub async fn account(
        &self,
        tenant: &TenantId,
        account: &AccountRef,
    ) -> Result<Option<Account>, StoreError> {
        const OPERATION: &str = "read the account";
        let answer = self
            .client
            .get_item()
            .table_name(&self.tables.accounts)
            .key("pk", Key::account(tenant, account).value())
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| StoreError::unavailable(OPERATION, error))?;
        answer.item.map(|item| from_item(OPERATION, item)).transpose()
    }

    /// Makes an account; false if its login is taken. One call.
    pub async fn create_account(
        &self,
        tenant: &TenantId,
        account_ref: &AccountRef,
        account: &Account,
    ) -> Result<bool, StoreError> {
        const OPERATION: &str = "create the account";
        let item = to_item(OPERATION, &Key::account(tenant, account_ref), account)?;
        self.put_new(OPERATION, &self.tables.accounts, item).await
    }
}
