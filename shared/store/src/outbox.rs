//! The `outbox` table: work to be done after the answer, written with the change it follows from.
//!
//! ```text
//!   put ──▶ due ──claim──▶ leased (60 s) ──finish──▶ gone
//!            ▲                │  │
//!            └───postpone─────┘  └──give up (24 h)──▶ failed, kept for a week
//! ```
//!
//! One attribute, `next_attempt_at`, is lease and back-off in one: a claim moves it a minute on,
//! so whoever dies with the work in hand has given it back by then.

use jiff::Timestamp;
use regain_domain::event::Entry;
use regain_domain::time::after;

use crate::item::{Key, from_item, micros, number, value};
use crate::limits::{Limit, Limited};
use crate::timeline::Story;
use crate::transaction::{Outcome, Transaction};
use crate::work::{Notice, OutboxItem, SHARDS, Work, shard_value};
use crate::{Store, StoreError};

/// How long a claim holds.
pub const LEASE_SECONDS: u32 = 60;
/// Items taken up per partition and minute.
const DUE_MAX: i32 = 50;

/// How a write ended that its owner is mailed of, and that a limit on mails counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mailed {
    /// It is written, and the outbox says to send the mail.
    Done,
    /// The login or the account has had its mails for this hour.
    Limited(Limited),
    /// The account is no longer as it was read, or the work has been done by another: read again.
    Changed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Limit,
    Other,
}

impl<N: Copy> Transaction<'_, N> {
    /// Adds work that follows from the rest of the transaction.
    pub(crate) fn outbox(self, name: N, item: &OutboxItem) -> Result<Self, StoreError> {
        let table = self.store().tables.outbox.clone();
        self.put(name, &table, item.item("write to the outbox")?)
    }
}

impl Store {
    /// Writes work that follows from nothing else. One call.
    pub async fn put_outbox(&self, item: &OutboxItem) -> Result<(), StoreError> {
        const OPERATION: &str = "write to the outbox";
        self.client
            .put_item()
            .table_name(&self.tables.outbox)
            .set_item(Some(item.item(OPERATION)?))
            .send()
            .await
            .map_err(|error| StoreError::unavailable(OPERATION, error))?;
        Ok(())
    }

    /// Takes the work in hand for a minute. A first claim needs no due time, so a clock that runs
    /// behind the writer's delays nothing. None: it is done, failed or in other hands. One call.
    pub async fn claim(&self, key: &str, now: Timestamp) -> Result<Option<OutboxItem>, StoreError> {
        const OPERATION: &str = "claim work";
        let target = (self.tables.outbox.as_str(), &Key::read(key));
        let claimed = self
            .update(
                OPERATION,
                target,
                "SET next_attempt_at = :until ADD attempts :one",
                "attribute_exists(pk) AND attribute_not_exists(failed_at) \
                 AND (attempts = :zero OR next_attempt_at <= :now)",
                vec![
                    (":until", micros(after(now, LEASE_SECONDS))),
                    (":one", number(1)),
                    (":zero", number(0)),
                    (":now", micros(now)),
                ],
            )
            .await?;
        match claimed {
            Ok(item) => from_item(OPERATION, item).map(Some),
            // What cannot be read is no more readable while another holds it, or its record would
            // pass for done at the second try.
            Err(Some(item)) => from_item::<OutboxItem>(OPERATION, item).map(|_| None),
            Err(None) => Ok(None),
        }
    }

    /// The work that may be claimed now, oldest first. One call per partition of the index.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<String>, StoreError> {
        const OPERATION: &str = "list what is due";
        let mut keys = Vec::new();
        for shard in 0..SHARDS {
            let answer = self
                .client
                .query()
                .table_name(&self.tables.outbox)
                .index_name("due")
                .key_condition_expression("due_shard = :shard AND next_attempt_at <= :now")
                .expression_attribute_values(":shard", shard_value(shard))
                .expression_attribute_values(":now", micros(now))
                .limit(DUE_MAX)
                .send()
                .await
                .map_err(|error| StoreError::unavailable(OPERATION, error))?;
            let found = answer.items.unwrap_or_default();
            keys.extend(found.iter().filter_map(|item| item.get("pk")?.as_s().ok().cloned()));
        }
        Ok(keys)
    }

    /// Does not finish the work, but says when to try again; unless another has claimed it since.
    /// One call.
    pub async fn postpone(&self, item: &OutboxItem, until: Timestamp) -> Result<(), StoreError> {
        let set = "SET next_attempt_at = :until";
        let values = vec![(":until", micros(until)), (":claimed", micros(item.next_attempt_at))];
        let target = (self.tables.outbox.as_str(), &item.key());
        self.update("put work back", target, set, "next_attempt_at = :claimed", values).await?.ok();
        Ok(())
    }

    /// Gives the work up and tells of it: it leaves the index and stays to be looked at; unless
    /// another has claimed it since. One call.
    pub async fn give_up(
        &self,
        item: &OutboxItem,
        left: &Notice,
        (account_id, entry): (&str, &Entry),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const OPERATION: &str = "give work up";
        let work = value(OPERATION, &Work::Send(left.clone()))?;
        let transaction = Transaction::new(self, OPERATION)
            .update(
                Part::Other,
                (&self.tables.outbox, &item.key()),
                "SET failed_at = :now, #work = :work REMOVE due_shard",
                "next_attempt_at = :claimed".to_owned(),
                vec![
                    (":now", micros(now)),
                    (":work", work),
                    (":claimed", micros(item.next_attempt_at)),
                ],
            )?
            .tell(Part::Other, &item.tenant, account_id, entry)?;
        transaction.commit().await.map(|_| ())
    }

    /// The work is done: removes it and tells of it. A repeat removes and tells nothing new.
    /// One call.
    pub async fn finish(
        &self,
        item: &OutboxItem,
        entry: Option<(&str, &Entry)>,
        story: Option<&Story>,
    ) -> Result<(), StoreError> {
        self.finish_into(item, entry, story, None).await
    }

    /// The same, and other work follows from it. One call.
    pub async fn finish_into(
        &self,
        item: &OutboxItem,
        entry: Option<(&str, &Entry)>,
        story: Option<&Story>,
        next: Option<&OutboxItem>,
    ) -> Result<(), StoreError> {
        const OPERATION: &str = "finish work";
        let timeline = &self.tables.timeline;
        let mut transaction = Transaction::new(self, OPERATION)
            .delete(Part::Other, (&self.tables.outbox, &item.key()))?;
        if let Some(next) = next {
            transaction = transaction.outbox(Part::Other, next)?;
        }
        if let Some((account_id, entry)) = entry {
            transaction = transaction.tell(Part::Other, &item.tenant, account_id, entry)?;
        }
        if let Some(story) = story {
            transaction =
                transaction.put(Part::Other, timeline, story.item(OPERATION, &item.tenant)?)?;
        }
        transaction.commit().await.map(|_| ())
    }

    /// A request becomes a notice without a new link: takes from the mail limit, turns the item,
    /// tells of it. One call.
    pub async fn turn_into_notice(
        &self,
        item: &OutboxItem,
        notice: &Notice,
        limit: &Limit,
        (account_id, entry, story): (&str, &Entry, &Story),
        now: Timestamp,
    ) -> Result<Mailed, StoreError> {
        let transaction = Transaction::new(self, "turn a request into a notice")
            .take(Part::Limit, &self.tables.tokens, &item.tenant, limit, now)?
            .turned(Part::Other, item, &Work::Send(notice.clone()))?
            .told(item, (account_id, entry, story))?;
        transaction.commit().await.map(|outcome| mailed(&outcome, Part::Limit, now))
    }

    /// A request becomes a link. In one transaction: the mail limit, the link if absent, the slot
    /// if epoch and slot are as read, the death of the link before it, the notice, the timeline.
    /// One call.
    pub async fn issue(
        &self,
        item: &OutboxItem,
        (account, link): (&regain_domain::Account, &regain_domain::Link),
        notice: &Notice,
        limit: &Limit,
        (entry, story): (&Entry, &Story),
        now: Timestamp,
    ) -> Result<Mailed, StoreError> {
        let before = account.slots.get(&link.purpose).map(|slot| slot.link_id);
        let transaction = Transaction::new(self, "issue a link")
            .take(Part::Limit, &self.tables.tokens, &item.tenant, limit, now)?
            .issue(Part::Other, &item.tenant, link, before, now)?
            .turned(Part::Other, item, &Work::Send(notice.clone()))?
            .told(item, (&account.account_id, entry, story))?;
        transaction.commit().await.map(|outcome| mailed(&outcome, Part::Limit, now))
    }
}

pub(crate) fn mailed<N: Copy + PartialEq>(
    outcome: &Outcome<N>,
    limit: N,
    now: Timestamp,
) -> Mailed {
    match outcome {
        Outcome::Committed => Mailed::Done,
        Outcome::Refused(parts) if parts.iter().all(|(part, _)| *part == limit) => {
            Mailed::Limited(Limited::now(now))
        }
        Outcome::Refused(_) => Mailed::Changed,
    }
}

impl<N: Copy> Transaction<'_, N> {
    /// The work in hand becomes other work.
    pub(crate) fn turned(
        self,
        name: N,
        item: &OutboxItem,
        work: &Work,
    ) -> Result<Self, StoreError> {
        const OPERATION: &str = "turn work into other work";
        let table = self.store().tables.outbox.clone();
        let work = value(OPERATION, work)?;
        self.update(
            name,
            (&table, &item.key()),
            "SET #work = :work",
            // Whoever claimed it after us does the work; ours is refused.
            "next_attempt_at = :claimed".to_owned(),
            vec![(":work", work), (":claimed", micros(item.next_attempt_at))],
        )
    }
}

impl Transaction<'_, Part> {
    fn told(
        self,
        item: &OutboxItem,
        (account_id, entry, story): (&str, &Entry, &Story),
    ) -> Result<Self, StoreError> {
        const OPERATION: &str = "tell the timeline";
        let table = self.store().tables.timeline.clone();
        self.tell(Part::Other, &item.tenant, account_id, entry)?.put(
            Part::Other,
            &table,
            story.item(OPERATION, &item.tenant)?,
        )
    }
}
