//! Who accounts are at identity providers, and attempts to prove it. An identity is an item beside
//! the account that points to it, so that one identity signs in to one account.

use jiff::Timestamp;
use regain_domain::provider::{AccountOfIdentity, Attempt, Identity, IdentityRef};
use regain_domain::time::HOUR_SECONDS;
use regain_domain::{Account, LinkId, Provider, TenantId};

use crate::captchas::Passed;
use crate::item::{Item, Key, from_item, micros, text, to_item, ttl};
use crate::limits::{Limit, Limited};
use crate::transaction::{Outcome, Transaction};
use crate::{Store, StoreError};

/// The account still has the identities that were read.
pub(crate) const IDENTITIES_AS_READ: &str =
    "(attribute_not_exists(identities) OR identities = :identities)";

impl Store {
    /// Takes from the limit and writes down who is sent to a provider. One call.
    pub async fn begin_attempt(
        &self,
        tenant: &TenantId,
        attempt: &Attempt,
        limit: &Limit,
        now: Timestamp,
    ) -> Result<Passed, StoreError> {
        const OPERATION: &str = "begin an attempt";
        let mut item = to_item(OPERATION, &Key::attempt(tenant, attempt.attempt_id), attempt)?;
        item.insert("ttl".to_owned(), ttl(attempt.expires_at, HOUR_SECONDS));
        let transaction = Transaction::new(self, OPERATION)
            .take((), &self.tables.tokens, tenant, limit, now)?
            .put((), &self.tables.tokens, item)?;
        Ok(match transaction.commit().await? {
            Outcome::Committed => Passed::Done,
            Outcome::Refused(_) => Passed::Limited(Limited::now(now)),
        })
    }

    /// Someone comes back from the provider of their attempt: once, and in time. Otherwise the attempt
    /// as it stands, if there is one. One call.
    pub async fn end_attempt(
        &self,
        tenant: &TenantId,
        (id, provider): (LinkId, Provider),
        now: Timestamp,
    ) -> Result<Result<Attempt, Option<Attempt>>, StoreError> {
        const OPERATION: &str = "end an attempt";
        let target = (self.tables.tokens.as_str(), &Key::attempt(tenant, id));
        let condition = "attribute_exists(pk) AND provider = :provider \
             AND attribute_not_exists(used_at) AND expires_at > :now";
        let values = vec![(":now", micros(now)), (":provider", text(provider.as_str()))];
        let set = "SET used_at = :now";
        Ok(match self.update(OPERATION, target, set, condition, values).await? {
            Ok(item) => Ok(from_item(OPERATION, item)?),
            Err(item) => Err(item.map(|item| from_item(OPERATION, item)).transpose()?),
        })
    }

    /// Where the account of an identity is. One call.
    pub async fn account_of_identity(
        &self,
        tenant: &TenantId,
        identity: &IdentityRef,
    ) -> Result<Option<AccountOfIdentity>, StoreError> {
        const OPERATION: &str = "find the account of an identity";
        let key = Key::identity(tenant, identity);
        let item = self.read(OPERATION, (&self.tables.accounts, &key)).await?;
        item.map(|item: Item| from_item(OPERATION, item)).transpose()
    }
}

impl<N: Copy> Transaction<'_, N> {
    /// An identity signs in to nothing any more.
    pub(crate) fn unlink(
        self,
        name: N,
        tenant: &TenantId,
        identity: &IdentityRef,
    ) -> Result<Self, StoreError> {
        let table = self.store().tables.accounts.clone();
        self.delete(name, (&table, &Key::identity(tenant, identity)))
    }
}

/// The identities that it signs in with no more.
pub(crate) fn ended_identities<'a>(
    old: &'a Account,
    new: &'a Account,
) -> impl Iterator<Item = &'a IdentityRef> {
    let stays = |identity: &&Identity| new.identities.values().any(|other| &other == identity);
    old.identities.values().filter(move |identity| !stays(identity)).map(|it| &it.identity)
}
