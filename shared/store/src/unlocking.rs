//! Taking a lock off: by a grant, with or without the password, and by the desk.

use jiff::Timestamp;
use regain_domain::event::Entry;
use regain_domain::link::WrittenDeath;
use regain_domain::{Account, AccountRef, Link, TenantId};

use crate::item::{Key, from_item, number, text};
use crate::limits::Limit;
use crate::links::whole;
use crate::outbox::{Mailed, mailed};
use crate::timeline::Story;
use crate::transaction::{Outcome, Transaction};
use crate::tries::TriesOf;
use crate::work::OutboxItem;
use crate::{Store, StoreError};

/// A lock to be taken off by a grant.
#[derive(Clone, Copy, Debug)]
pub struct Unlock<'a> {
    /// The clicked link whose grant is used.
    pub link: &'a Link,
    /// The account as it was read, where its password was given and right.
    pub signed_in: Option<&'a Account>,
    /// The notice to the owner.
    pub notice: &'a OutboxItem,
    /// What the timeline says.
    pub entries: &'a [Entry],
}

/// How taking a lock off ended.
#[derive(Debug)]
pub enum Unlocked {
    /// It is off.
    Done,
    /// The link is dead; here it is.
    LinkRefused(Option<Box<Link>>),
    /// The account does not allow it; here it is.
    AccountRefused(Option<Box<Account>>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Link,
    Account,
    Limit,
    Other,
}

impl Store {
    /// In one transaction: the link is used if it is clicked, unused and in time; what was counted
    /// is forgotten, if the account is of the link's epoch, active, and its password not disabled;
    /// the notice and the timeline are written. One call.
    pub async fn unlock(
        &self,
        tenant: &TenantId,
        unlock: Unlock<'_>,
        now: Timestamp,
    ) -> Result<Unlocked, StoreError> {
        const OPERATION: &str = "take the lock off";
        let Unlock { link, signed_in, notice, entries } = unlock;
        let purpose = link.purpose.as_str();
        let mut values = vec![
            (":account", text(&link.account_id)),
            (":epoch", number(link.epoch)),
            (":link", text(link.link_id)),
        ];
        let mut condition = format!(
            "account_id = :account AND epoch = :epoch AND attribute_not_exists(blocked) \
             AND attribute_not_exists(password_disabled_at) AND slots.#{purpose}.link_id = :link"
        );
        if let Some(account) = signed_in {
            condition.push_str(
                " AND password_version = :version \
                 AND (attribute_not_exists(sign_outs) OR sign_outs = :sign_outs)",
            );
            values.push((":version", number(account.password_version)));
            values.push((":sign_outs", number(account.sign_outs)));
        }
        let mut transaction = Transaction::new(self, OPERATION)
            .kill(
                Part::Link,
                tenant,
                link.link_id,
                WrittenDeath::Used,
                now,
                "attribute_not_exists(died_at) AND click_expires_at > :now",
            )?
            .update(
                Part::Account,
                (&self.tables.accounts, &Key::account(tenant, &link.account_ref)),
                format!("REMOVE slots.#{purpose}"),
                condition,
                values,
            )?
            .forget_tries(Part::Other, tenant, TriesOf::Password(&link.account_ref))?
            .outbox(Part::Other, notice)?;
        for entry in entries {
            transaction = transaction.tell(Part::Other, tenant, &link.account_id, entry)?;
        }
        let refused = match transaction.commit().await? {
            Outcome::Committed => return Ok(Unlocked::Done),
            Outcome::Refused(refused) => refused,
        };
        let mut account = None;
        for (part, item) in refused {
            match part {
                Part::Link => {
                    return Ok(Unlocked::LinkRefused(whole(OPERATION, item)?.map(Box::new)));
                }
                Part::Account => {
                    account = item.map(|item| from_item(OPERATION, item)).transpose()?;
                }
                Part::Limit | Part::Other => {}
            }
        }
        Ok(Unlocked::AccountRefused(account))
    }

    /// The desk takes the lock off an account, if it is still there, and its owner is told. One call.
    pub async fn unlock_by_desk(
        &self,
        tenant: &TenantId,
        (account_ref, account): (&AccountRef, &Account),
        (notice, limit): (&OutboxItem, &Limit),
        (entry, story): (&Entry, &Story),
        now: Timestamp,
    ) -> Result<Mailed, StoreError> {
        const OPERATION: &str = "take the lock off";
        let timeline = &self.tables.timeline;
        let transaction = Transaction::new(self, OPERATION)
            .check(
                Part::Account,
                (&self.tables.accounts, &Key::account(tenant, account_ref)),
                "account_id = :account",
                vec![(":account", text(&account.account_id))],
            )?
            .forget_tries(Part::Other, tenant, TriesOf::Password(account_ref))?
            .outbox(Part::Other, notice)?
            .take(Part::Limit, &self.tables.tokens, tenant, limit, now)?
            .tell(Part::Other, tenant, &account.account_id, entry)?
            .put(Part::Other, timeline, story.item(OPERATION, tenant)?)?;
        transaction.commit().await.map(|outcome| mailed(&outcome, Part::Limit, now))
    }
}
