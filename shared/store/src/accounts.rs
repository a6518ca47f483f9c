//! The `accounts` table: each account under a hash of its login, a pointer to it under its id, and
//! the index `list` for pages.

use std::collections::BTreeSet;

use jiff::Timestamp;
use regain_domain::account::BlockReason;
use regain_domain::event::Entry;
use regain_domain::link::{WithdrawnReason, WrittenDeath};
use regain_domain::time::micros;
use regain_domain::{Account, AccountRef, Language, LinkId, Login, TenantId};
use serde::Deserialize;

use crate::identities::ended_identities;
use crate::item::{Item, Key, from_item, text, to_item};
use crate::limits::{Limit, Limited};
use crate::links::{Written, written};
use crate::timeline::Story;
use crate::transaction::{Outcome, Transaction, Unchanged};
use crate::tries::TriesOf;
use crate::work::OutboxItem;
use crate::{Store, StoreError};

/// Some of a list, and where the next page begins.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// What to pass as `after`; none: this was the last page.
    pub next: Option<String>,
}

/// What a page of the list holds of an account.
#[derive(Clone, Debug, Deserialize)]
pub struct Summary {
    /// Its id.
    pub account_id: String,
    /// The address.
    pub login: String,
    /// Given name.
    #[serde(default)]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default)]
    pub last_name: Option<String>,
    /// Of its mails.
    #[serde(default)]
    pub language: Option<Language>,
    /// Present exactly when it is blocked.
    #[serde(default)]
    pub blocked: Option<BlockReason>,
    /// When its owner last said "this was not me".
    #[serde(default, with = "micros::option")]
    pub reported_at: Option<Timestamp>,
    /// When it was made.
    #[serde(with = "micros")]
    pub created_at: Timestamp,
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Where.
    pub account_ref: AccountRef,
    /// What.
    pub account: Account,
    /// What its timeline begins with.
    pub entry: Entry,
}

/// What became of an account to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is there.
    Done,
    /// Another has its login.
    Taken,
}

/// An account as read and as it is to be; everything that was not read is as it was.
#[derive(Clone, Copy, Debug)]
pub struct Rewrite<'a> {
    /// As read, and where.
    pub before: (&'a AccountRef, &'a Account),
    /// As it is to be, and where.
    pub after: (&'a AccountRef, &'a Account),
    /// What ends the links that are no longer in its slots.
    pub death: WrittenDeath,
    /// Notices to its owner.
    pub notices: &'a [OutboxItem],
    /// And how often there may be any.
    pub limit: Option<&'a Limit>,
    /// What was tried on the way and right, or is replaced.
    pub forgotten: &'a [TriesOf<'a>],
    /// What the timeline says.
    pub entry: &'a Entry,
    /// When.
    pub now: Timestamp,
}

/// How a rewrite ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewritten {
    /// It is written.
    Done,
    /// The account is no longer as it was read. Read again, decide anew.
    Changed,
    /// Another account has the new login.
    Taken,
    /// The account has had its notices for this hour.
    Limited(Limited),
}

/// Accounts of one transaction: four items each, and it takes a hundred.
const BATCH_MAX: usize = 25;
const INDEX: &str = "list";
const LIST: &str = "list the accounts";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Old,
    New,
    Limit,
    Other,
}

impl Store {
    /// The account behind a reference, as last written. One call.
    pub async fn account(
        &self,
        tenant: &TenantId,
        account: &AccountRef,
    ) -> Result<Option<Account>, StoreError> {
        const OPERATION: &str = "read the account";
        let key = Key::account(tenant, account);
        let item = self.read(OPERATION, (&self.tables.accounts, &key)).await?;
        item.map(|item| from_item(OPERATION, item)).transpose()
    }

    /// The account of an id, and where it is. Two calls; one if there is none, and two more for each
    /// time that it moves between the two reads.
    pub async fn account_by_id(
        &self,
        tenant: &TenantId,
        account_id: &str,
    ) -> Result<Option<(AccountRef, Account)>, StoreError> {
        const OPERATION: &str = "find the account";
        #[derive(Deserialize)]
        struct Pointer {
            account_ref: AccountRef,
        }
        let key = Key::account_id(tenant, account_id);
        let mut nowhere_at = None;
        loop {
            let item = self.read(OPERATION, (&self.tables.accounts, &key)).await?;
            let Some(item) = item else { return Ok(None) };
            let Pointer { account_ref } = from_item(OPERATION, item)?;
            let account = self.account(tenant, &account_ref).await?;
            if let Some(account) = account.filter(|account| account.account_id == account_id) {
                return Ok(Some((account_ref, account)));
            }
            // It has moved or gone since the pointer was read, and took the pointer along.
            if nowhere_at.as_ref() == Some(&account_ref) {
                return Ok(None);
            }
            nowhere_at = Some(account_ref);
        }
    }

    /// An account where it was, or where it has moved to since. One call; up to three if it is not
    /// there any more.
    pub async fn account_of(
        &self,
        tenant: &TenantId,
        (account_ref, account_id): (&AccountRef, &str),
    ) -> Result<Option<(AccountRef, Account)>, StoreError> {
        let is_it = |account: &Account| account.account_id == account_id;
        match self.account(tenant, account_ref).await?.filter(is_it) {
            Some(account) => Ok(Some((account_ref.clone(), account))),
            None => self.account_by_id(tenant, account_id).await,
        }
    }

    /// Makes accounts, each with its pointer and the beginning of its timeline, and leaves alone
    /// the logins that are taken. What strangers tried at a login before it was anyone's is
    /// forgotten. One call for each 25, and one more where some of them are taken.
    pub async fn create_accounts(
        &self,
        tenant: &TenantId,
        accounts: &[NewAccount],
    ) -> Result<Vec<Created>, StoreError> {
        let mut created = Vec::with_capacity(accounts.len());
        for batch in accounts.chunks(BATCH_MAX) {
            let mut taken = BTreeSet::new();
            loop {
                let free: Vec<_> =
                    batch.iter().enumerate().filter(|(at, _)| !taken.contains(at)).collect();
                if free.is_empty() {
                    break;
                }
                match self.create_batch(tenant, &free).await? {
                    Outcome::Committed => break,
                    Outcome::Refused(refused) => taken.extend(refused.iter().map(|(at, _)| *at)),
                }
            }
            let became = |at| if taken.contains(&at) { Created::Taken } else { Created::Done };
            created.extend((0..batch.len()).map(became));
        }
        Ok(created)
    }

    async fn create_batch(
        &self,
        tenant: &TenantId,
        accounts: &[(usize, &NewAccount)],
    ) -> Result<Outcome<usize>, StoreError> {
        const OPERATION: &str = "create accounts";
        let mut transaction = Transaction::new(self, OPERATION);
        let table = &self.tables.accounts;
        for (at, NewAccount { account_ref, account, entry }) in accounts {
            transaction = transaction
                .put_new(*at, table, account_item(OPERATION, tenant, account_ref, account)?)?
                .put_new(*at, table, pointer(tenant, account_ref, account))?
                .tell(*at, tenant, &account.account_id, entry)?
                .forget_tries(*at, tenant, TriesOf::Password(account_ref))?;
        }
        transaction.commit().await
    }

    /// Writes an account anew, if it is still as it was read; where its login is another, it moves.
    /// One call.
    pub async fn rewrite_account(
        &self,
        tenant: &TenantId,
        rewrite: Rewrite<'_>,
    ) -> Result<Rewritten, StoreError> {
        const OPERATION: &str = "change the account";
        let Rewrite { before, after, death, notices, limit, forgotten, entry, now } = rewrite;
        let ((old_ref, old), (new_ref, new)) = (before, after);
        let table = &self.tables.accounts;
        let item = account_item(OPERATION, tenant, new_ref, new)?;
        let unchanged = Unchanged::of(all_members(OPERATION, old)?);
        let mut transaction = Transaction::new(self, OPERATION);
        transaction = if old_ref == new_ref {
            transaction.put_if(Part::Old, table, item, unchanged)?
        } else {
            transaction
                .delete_if(Part::Old, (table, &Key::account(tenant, old_ref)), unchanged)?
                .put_new(Part::New, table, item)?
                .put(Part::Other, table, pointer(tenant, new_ref, new))?
                .forget_tries(Part::Other, tenant, TriesOf::Password(new_ref))?
                .forget_tries(Part::Other, tenant, TriesOf::Password(old_ref))?
        };
        for of in forgotten {
            transaction = transaction.forget_tries(Part::Other, tenant, *of)?;
        }
        for identity in ended_identities(old, new) {
            transaction = transaction.unlink(Part::Other, tenant, identity)?;
        }
        for link_id in ended_links(old, new) {
            transaction = transaction.kill(Part::Other, tenant, link_id, death, now, None)?;
        }
        for notice in notices {
            transaction = transaction.outbox(Part::Other, notice)?;
        }
        if let Some(limit) = limit {
            transaction = transaction.take(Part::Limit, &self.tables.tokens, tenant, limit, now)?;
        }
        let timeline = &self.tables.timeline;
        transaction = transaction.tell(Part::Other, tenant, &old.account_id, entry)?;
        if let Some(code) = &entry.support_code {
            let story = Story::of(entry, &old.account_id, code).item(OPERATION, tenant)?;
            transaction = transaction.put(Part::Other, timeline, story)?;
        }
        let refused = match transaction.commit().await? {
            Outcome::Committed => return Ok(Rewritten::Done),
            Outcome::Refused(refused) => refused,
        };
        let is_refused = |part| refused.iter().any(|(refused, _)| *refused == part);
        Ok(if is_refused(Part::Old) {
            Rewritten::Changed
        } else if is_refused(Part::New) {
            Rewritten::Taken
        } else {
            Rewritten::Limited(Limited::now(now))
        })
    }

    /// Erases an account, if it is still as it was read: itself, its pointer, what its links hold
    /// of it. One call.
    pub async fn erase_account(
        &self,
        tenant: &TenantId,
        (account_ref, account): (&AccountRef, &Account),
        entry: Option<&Entry>,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        const OPERATION: &str = "erase the account";
        let death = WrittenDeath::Withdrawn(WithdrawnReason::AccountDeleted);
        let table = &self.tables.accounts;
        let unchanged = Unchanged::of(all_members(OPERATION, account)?);
        let mut transaction = Transaction::new(self, OPERATION)
            .delete_if(Part::Old, (table, &Key::account(tenant, account_ref)), unchanged)?
            .delete(Part::Other, (table, &Key::account_id(tenant, &account.account_id)))?
            .forget_tries(Part::Other, tenant, TriesOf::Password(account_ref))?
            .forget_tries(Part::Other, tenant, TriesOf::SecondStep(&account.account_id))?;
        for identity in account.identities.values() {
            transaction = transaction.unlink(Part::Other, tenant, &identity.identity)?;
        }
        for slot in account.slots.values() {
            let kill = transaction.kill(Part::Other, tenant, slot.link_id, death, now, None);
            transaction = kill?;
        }
        if let Some(entry) = entry {
            transaction = transaction.tell(Part::Other, tenant, &account.account_id, entry)?;
        }
        transaction.commit().await.map(|outcome| written(&outcome))
    }

    /// A page of all accounts of a tenant, by login, from where `after` ended. The index may be a
    /// moment behind. One call.
    pub async fn accounts(
        &self,
        tenant: &TenantId,
        after: Option<&Login>,
        limit: u32,
    ) -> Result<Page<Summary>, StoreError> {
        let Page { items, next } = self.listed(tenant, after, limit).await?;
        let items = items.into_iter().map(|item| from_item(LIST, item));
        Ok(Page { items: items.collect::<Result<_, _>>()?, next })
    }

    /// The same as it stands there, readable or not.
    pub(crate) async fn listed(
        &self,
        tenant: &TenantId,
        after: Option<&Login>,
        limit: u32,
    ) -> Result<Page<Item>, StoreError> {
        let list = Key::tenant(tenant).value();
        let start = after.map(|login| {
            let mut start = Key::account(tenant, &AccountRef::of(tenant, login)).attributes();
            start.insert("list_of".to_owned(), list.clone());
            start.insert("login".to_owned(), text(login.as_str()));
            start
        });
        let answer = self
            .client
            .query()
            .table_name(&self.tables.accounts)
            .index_name(INDEX)
            .key_condition_expression("list_of = :tenant")
            .expression_attribute_values(":tenant", list)
            .limit(i32::try_from(limit).unwrap_or(1))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| StoreError::unavailable(LIST, error))?;
        let next = answer.last_evaluated_key.as_ref();
        let next = next.and_then(|key| key.get("login")?.as_s().ok()).cloned();
        Ok(Page { items: answer.items.unwrap_or_default(), next })
    }
}

/// An account as an item, in the list of its tenant.
fn account_item(
    operation: &'static str,
    tenant: &TenantId,
    account_ref: &AccountRef,
    account: &Account,
) -> Result<Item, StoreError> {
    let mut item = to_item(operation, &Key::account(tenant, account_ref), account)?;
    item.insert("list_of".to_owned(), Key::tenant(tenant).value());
    Ok(item)
}

fn pointer(tenant: &TenantId, account_ref: &AccountRef, account: &Account) -> Item {
    let mut item = Key::account_id(tenant, &account.account_id).attributes();
    item.insert("account_ref".to_owned(), text(account_ref.as_str()));
    item
}

/// Every member of an account, null where it has none.
fn all_members(operation: &'static str, account: &Account) -> Result<Item, StoreError> {
    let item = serde_dynamo::to_item(account);
    let mut item: Item = item.map_err(|source| StoreError::malformed(operation, source))?;
    // It grows long, and never changes without the password's version.
    item.remove("history");
    Ok(item)
}

/// The links of slots that are there no more.
fn ended_links(old: &Account, new: &Account) -> Vec<LinkId> {
    let stays = |link_id: &LinkId| new.slots.values().any(|slot| slot.link_id == *link_id);
    old.slots.values().map(|slot| slot.link_id).filter(|link_id| !stays(link_id)).collect()
}
