//! Links in the `tokens` table, and the slots on accounts that point to them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use regain_domain::account::Slot;
use regain_domain::event::Entry;
use regain_domain::link::{
    Act, GRANT_TRIES_MAX, LinkPurpose, UNLOCK_TRIES_MAX, WithdrawnReason, WrittenDeath,
};
use regain_domain::time::RECORD_KEPT_SECONDS;
use regain_domain::{Account, AccountRef, Link, LinkId, TenantId};

use crate::item::{Item, Key, from_item, micros, number, text, to_item, ttl, value};
use crate::transaction::{Outcome, Transaction, Values};
use crate::{Store, StoreError};

/// How counting a try under a grant ended.
#[derive(Debug)]
pub enum Tried {
    /// Counted; the password may be looked at.
    Counted(Box<Link>),
    /// Not counted; the link as it stands, if there is one.
    Refused(Option<Box<Link>>),
}

/// How a write about a link and its account ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// All of it is written.
    Done,
    /// Nothing is: link or account are no longer as they were read. Read again, decide anew.
    Changed,
}

/// Times that a step reads and decides anew before it answers that the store is busy.
pub const REREADS_MAX: u32 = 5;

impl Store {
    /// A link by its id. One call.
    pub async fn link(&self, tenant: &TenantId, id: LinkId) -> Result<Option<Link>, StoreError> {
        const OPERATION: &str = "read the link";
        let key = Key::link(tenant, id);
        whole(OPERATION, self.read(OPERATION, (&self.tables.tokens, &key)).await?)
    }

    /// The first click: the link if it is unclicked, alive and in time; the slot if the account is
    /// active, of the link's epoch, and points to it. One call.
    pub async fn click(
        &self,
        tenant: &TenantId,
        link: &Link,
        deadline: Timestamp,
        entry: &Entry,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        const OPERATION: &str = "click the link";
        let purpose = link.purpose.as_str();
        let transaction = Transaction::new(self, OPERATION)
            .update(
                (),
                (&self.tables.tokens, &Key::link(tenant, link.link_id)),
                "SET clicked_at = :now, click_expires_at = :deadline, #ttl = :ttl",
                "attribute_exists(link_id) AND attribute_not_exists(clicked_at) \
                 AND attribute_not_exists(died_at) AND expires_at > :now"
                    .to_owned(),
                vec![
                    (":now", micros(now)),
                    (":deadline", micros(deadline)),
                    (":ttl", ttl(deadline, RECORD_KEPT_SECONDS)),
                ],
            )?
            .update(
                (),
                (&self.tables.accounts, &Key::account(tenant, &link.account_ref)),
                format!("SET slots.#{purpose}.#until = :deadline"),
                format!(
                    "account_id = :account AND epoch = :epoch AND attribute_not_exists(blocked) \
                     AND slots.#{purpose}.link_id = :link"
                ),
                vec![
                    (":deadline", micros(deadline)),
                    (":account", text(&link.account_id)),
                    (":epoch", number(link.epoch)),
                    (":link", text(link.link_id)),
                ],
            )?
            .tell((), tenant, &link.account_id, entry)?;
        transaction.commit().await.map(|outcome| written(&outcome))
    }

    /// Counts one password under the grant of a clicked link, before it is looked at: a new one, or
    /// the present one to unlock with, which may follow the use of its grant. One call.
    pub async fn count_try(
        &self,
        tenant: &TenantId,
        id: LinkId,
        act: Act,
        now: Timestamp,
    ) -> Result<Tried, StoreError> {
        const OPERATION: &str = "count a try";
        const COUNTABLE: &str =
            "attribute_exists(link_id) AND click_expires_at > :now AND tries < :max";
        let mut values = vec![(":one", number(1)), (":now", micros(now))];
        let (max, death) = match act {
            Act::SetPassword | Act::SignIn => (GRANT_TRIES_MAX, "attribute_not_exists(died_at)"),
            Act::Unlock => {
                values.push((":used", value(OPERATION, &WrittenDeath::Used)?));
                (UNLOCK_TRIES_MAX, "(attribute_not_exists(died_at) OR death = :used)")
            }
        };
        values.push((":max", number(max)));
        let target = (self.tables.tokens.as_str(), &Key::link(tenant, id));
        let condition = format!("{COUNTABLE} AND {death}");
        let set = "SET tried_at = :now ADD tries :one";
        Ok(match self.update(OPERATION, target, set, &condition, values).await? {
            Ok(item) => Tried::Counted(Box::new(from_item(OPERATION, item)?)),
            Err(item) => Tried::Refused(whole(OPERATION, item)?.map(Box::new)),
        })
    }

    /// A live link dies and its slot is emptied. "Not me" also ends requests made before it that
    /// have not become a link yet. One call.
    pub async fn withdraw(
        &self,
        tenant: &TenantId,
        link: &Link,
        reason: WithdrawnReason,
        entry: &Entry,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        const OPERATION: &str = "withdraw the link";
        let purpose = link.purpose.as_str();
        let mut values = vec![(":account", text(&link.account_id)), (":link", text(link.link_id))];
        let mut expression = format!("REMOVE slots.#{purpose}");
        if reason == WithdrawnReason::NotMe {
            expression.insert_str(0, "SET killed_at = :now, kill_reason = :reason ");
            values.extend([(":now", micros(now)), (":reason", value(OPERATION, &reason)?)]);
        }
        let death = WrittenDeath::Withdrawn(reason);
        let transaction = Transaction::new(self, OPERATION)
            .kill((), tenant, link.link_id, death, now, "attribute_not_exists(died_at)")?
            .update(
                (),
                (&self.tables.accounts, &Key::account(tenant, &link.account_ref)),
                expression,
                format!("account_id = :account AND slots.#{purpose}.link_id = :link"),
                values,
            )?
            .tell((), tenant, &link.account_id, entry)?;
        transaction.commit().await.map(|outcome| written(&outcome))
    }

    /// "Not me" after it was used: the epoch rises, so every session, link, code and grant of the
    /// account is dead, and the account is flagged. The password stays. One call.
    pub async fn report(
        &self,
        tenant: &TenantId,
        (link, account_ref, account): (&Link, &AccountRef, &Account),
        entry: &Entry,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        const OPERATION: &str = "report a change";
        let place = Key::account(tenant, account_ref);
        let target = (self.tables.accounts.as_str(), &place);
        let its = (":account", text(&account.account_id));
        let mut transaction = Transaction::new(self, OPERATION)
            .update(
                (),
                (&self.tables.tokens, &Key::link(tenant, link.link_id)),
                "SET reported_at = :now",
                "attribute_exists(link_id) AND attribute_not_exists(reported_at)".to_owned(),
                vec![(":now", micros(now))],
            )?
            .tell((), tenant, &account.account_id, entry)?;
        if !link.change_stands(account) {
            let (flag, is_its) = ("SET reported_at = :now", "account_id = :account".to_owned());
            let values = vec![its, (":now", micros(now))];
            transaction = transaction.update((), target, flag, is_its, values)?;
            return transaction.commit().await.map(|outcome| written(&outcome));
        }
        let mut values = ended(OPERATION, account, WithdrawnReason::NotMe, now)?;
        values.push(its);
        transaction = transaction.update(
            (),
            target,
            format!("SET {ENDED}, reported_at = :now"),
            format!("account_id = :account AND {AS_READ}"),
            values,
        )?;
        let death = WrittenDeath::Withdrawn(WithdrawnReason::NotMe);
        for slot in account.slots.values() {
            transaction = transaction.kill((), tenant, slot.link_id, death, now, None)?;
        }
        transaction.commit().await.map(|outcome| written(&outcome))
    }
}

pub(crate) fn written<N>(outcome: &Outcome<N>) -> Written {
    match outcome {
        Outcome::Committed => Written::Done,
        Outcome::Refused(_) => Written::Changed,
    }
}

/// Ends everything that was issued under the account's epoch.
pub(crate) const ENDED: &str =
    "epoch = :next_epoch, slots = :no_slots, killed_at = :now, kill_reason = :reason";
/// The account still has the epoch and the slots that were read.
pub(crate) const AS_READ: &str = "epoch = :epoch AND slots = :slots";

/// The values of `ENDED` and `AS_READ`.
pub(crate) fn ended(
    operation: &'static str,
    account: &Account,
    reason: WithdrawnReason,
    now: Timestamp,
) -> Result<Values, StoreError> {
    Ok(vec![
        (":epoch", number(account.epoch)),
        (":next_epoch", number(account.epoch + 1)),
        (":slots", value(operation, &account.slots)?),
        (":no_slots", value(operation, &BTreeMap::<LinkPurpose, Slot>::new())?),
        (":now", micros(now)),
        (":reason", value(operation, &reason)?),
    ])
}

/// A link as an item, unless it is only the stub that `kill` leaves of one already swept.
pub(crate) fn whole(
    operation: &'static str,
    item: Option<Item>,
) -> Result<Option<Link>, StoreError> {
    item.filter(|item| item.contains_key("link_id"))
        .map(|item| from_item(operation, item))
        .transpose()
}

impl<N: Copy> Transaction<'_, N> {
    /// Writes a link's death. An earlier death stays; the login goes, for it is no longer needed;
    /// and the record is kept for ninety days.
    pub(crate) fn kill(
        self,
        name: N,
        tenant: &TenantId,
        link: LinkId,
        death: WrittenDeath,
        now: Timestamp,
        condition: impl Into<Option<&'static str>>,
    ) -> Result<Self, StoreError> {
        let table = self.store().tables.tokens.clone();
        self.update(
            name,
            (&table, &Key::link(tenant, link)),
            "SET died_at = if_not_exists(died_at, :now), death = if_not_exists(death, :death), \
             #ttl = :ttl REMOVE login",
            condition.into().map(str::to_owned),
            vec![
                (":now", micros(now)),
                (":death", value("end the link", &death)?),
                (":ttl", ttl(now, RECORD_KEPT_SECONDS)),
            ],
        )
    }

    /// The link if absent; the slot if the account is active, of the link's epoch, and `before` is
    /// in its slot; the death of that one.
    pub(crate) fn issue(
        self,
        name: N,
        tenant: &TenantId,
        link: &Link,
        before: Option<LinkId>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        const OPERATION: &str = "issue a link";
        let (tokens, accounts) =
            (self.store().tables.tokens.clone(), self.store().tables.accounts.clone());
        let mut item = to_item(OPERATION, &Key::link(tenant, link.link_id), link)?;
        item.insert("ttl".to_owned(), ttl(link.expires_at, RECORD_KEPT_SECONDS));
        let slot =
            Slot { link_id: link.link_id, requested_at: link.requested_at, until: link.expires_at };
        let purpose = link.purpose.as_str();
        let slot_as_read = match before {
            Some(_) => format!("slots.#{purpose}.link_id = :before"),
            None => format!("attribute_not_exists(slots.#{purpose})"),
        };
        let mut values = vec![
            (":slot", value(OPERATION, &slot)?),
            (":account", text(&link.account_id)),
            (":epoch", number(link.epoch)),
        ];
        values.extend(before.map(|before| (":before", text(before))));
        if link.clicked_at.is_none() {
            values.push((":link", text(link.link_id)));
        }
        let transaction = self.put_new(name, &tokens, item)?.update(
            name,
            (&accounts, &Key::account(tenant, &link.account_ref)),
            match link.clicked_at {
                None => format!("SET slots.#{purpose} = :slot, last_link = :link"),
                // Never mailed.
                Some(_) => format!("SET slots.#{purpose} = :slot"),
            },
            format!(
                "account_id = :account AND epoch = :epoch AND attribute_not_exists(blocked) \
                 AND {slot_as_read}"
            ),
            values,
        )?;
        match before {
            Some(before) => {
                transaction.kill(name, tenant, before, WrittenDeath::Superseded, now, None)
            }
            None => Ok(transaction),
        }
    }
}
