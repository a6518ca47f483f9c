//! Recoveries in the `tokens` table, and the codes that end them.

use jiff::Timestamp;
use regain_domain::event::Entry;
use regain_domain::recovery::{MAILS_MAX, SentCode, TRIES_MAX};
use regain_domain::time::DAY_SECONDS;
use regain_domain::{Account, Link, LinkId, Recovery, TenantId};

use crate::item::{Item, Key, from_item, micros, number, to_item, ttl, value};
use crate::links::{Written, written};
use crate::timeline::Story;
use crate::transaction::{Outcome, Transaction};
use crate::work::OutboxItem;
use crate::{Store, StoreError};

/// What a step of a recovery is counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountedFor {
    /// A phone number, to send a code to.
    Phone,
    /// A code.
    Code,
    /// A mail with a link.
    Mail,
}

/// How counting a step of a recovery ended.
#[derive(Debug)]
pub enum TriedIn {
    /// Counted; what was typed may be looked at.
    Counted(Box<Recovery>),
    /// Not counted; the recovery as it stands, if there is one.
    Refused(Option<Box<Recovery>>),
}

/// How using a code ended.
#[derive(Debug)]
pub enum CodeUsed {
    /// Its grant is there.
    Done,
    /// The recovery is over, or a newer code was sent.
    RecoveryRefused,
    /// The account is not as the recovery has it, or another code's grant is in its slot.
    AccountRefused(Option<Box<Account>>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Recovery,
    Account,
    Other,
}

/// A recovery is remembered for a day after its end, to say that it is over.
const KEPT_SECONDS: u32 = DAY_SECONDS;
impl Store {
    /// Begins a recovery, and its story. One call.
    pub async fn start_recovery(
        &self,
        tenant: &TenantId,
        recovery: &Recovery,
        story: &Story,
    ) -> Result<(), StoreError> {
        const OPERATION: &str = "start a recovery";
        let key = Key::recovery(tenant, recovery.recovery_id);
        let mut item = to_item(OPERATION, &key, recovery)?;
        item.insert("ttl".to_owned(), ttl(recovery.expires_at, KEPT_SECONDS));
        let transaction = Transaction::new(self, OPERATION)
            .put(Part::Other, &self.tables.tokens, item)?
            .put(Part::Other, &self.tables.timeline, story.item(OPERATION, tenant)?)?;
        transaction.commit().await.map(|_| ())
    }

    /// A recovery by its id. One call.
    pub async fn recovery(
        &self,
        tenant: &TenantId,
        id: LinkId,
    ) -> Result<Option<Recovery>, StoreError> {
        const OPERATION: &str = "read the recovery";
        let key = Key::recovery(tenant, id);
        let item = self.read(OPERATION, (&self.tables.tokens, &key)).await?;
        item.map(|item| from_item(OPERATION, item)).transpose()
    }

    /// Counts one step of a recovery before what was typed is looked at. One call.
    pub async fn try_in(
        &self,
        tenant: &TenantId,
        id: LinkId,
        what: CountedFor,
        now: Timestamp,
    ) -> Result<TriedIn, StoreError> {
        const OPERATION: &str = "count a step of a recovery";
        const LIVE: &str = "attribute_exists(recovery_id) AND attribute_not_exists(ended_at) \
             AND expires_at > :now AND tries < :tries_max";
        let mut values =
            vec![(":one", number(1)), (":now", micros(now)), (":tries_max", number(TRIES_MAX))];
        let (add, and) = match what {
            CountedFor::Phone => {
                ("ADD tries :one", "(attribute_not_exists(next_code_at) OR next_code_at <= :now)")
            }
            CountedFor::Code => {
                ("ADD tries :one", "(attribute_not_exists(#code) OR #code.#until > :now)")
            }
            CountedFor::Mail => {
                values.push((":mails_max", number(MAILS_MAX)));
                ("ADD mails :one", "mails < :mails_max")
            }
        };
        let target = (self.tables.tokens.as_str(), &Key::recovery(tenant, id));
        let condition = format!("{LIVE} AND {and}");
        Ok(match self.update(OPERATION, target, add, &condition, values).await? {
            Ok(item) => TriedIn::Counted(Box::new(from_item(OPERATION, item)?)),
            Err(item) => {
                let recovery = item.map(|item| from_item(OPERATION, item)).transpose()?;
                TriedIn::Refused(recovery.map(Box::new))
            }
        })
    }

    /// The number was right: its try is given back, a code is asked for, and the work is written.
    /// `Changed`: another code was asked for since. One call.
    pub async fn send_code(
        &self,
        tenant: &TenantId,
        recovery: &Recovery,
        (code, next_code_at): (&SentCode, Timestamp),
        work: &OutboxItem,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        const OPERATION: &str = "send a code";
        let mut values = vec![
            (":code", value(OPERATION, code)?),
            (":next", micros(next_code_at)),
            (":one", number(1)),
            (":now", micros(now)),
        ];
        let as_read = match &recovery.asked {
            Some(asked) => {
                values.push((":number", number(asked.number)));
                "asked.#number = :number"
            }
            None => "attribute_not_exists(asked)",
        };
        let transaction = Transaction::new(self, OPERATION)
            .update(
                Part::Recovery,
                (&self.tables.tokens, &Key::recovery(tenant, recovery.recovery_id)),
                "SET asked = :code, next_code_at = :next, tries = tries - :one",
                format!("attribute_not_exists(ended_at) AND expires_at > :now AND {as_read}"),
                values,
            )?
            .outbox(Part::Other, work)?;
        transaction.commit().await.map(|outcome| written(&outcome))
    }

    /// Gives a try back that was counted for a right number, where another code was sent meanwhile.
    /// One call.
    pub async fn give_try_back(&self, tenant: &TenantId, id: LinkId) -> Result<(), StoreError> {
        let target = (self.tables.tokens.as_str(), &Key::recovery(tenant, id));
        let values = vec![(":less", number(-1)), (":none", number(0))];
        let add = "ADD tries :less";
        self.update("give a try back", target, add, "tries > :none", values).await?.ok();
        Ok(())
    }

    /// The code was right: the recovery ends, and becomes a link that is clicked already, if the
    /// account is as it was when the code was sent. One call.
    pub async fn use_code(
        &self,
        tenant: &TenantId,
        recovery: &Recovery,
        (link, before): (&Link, Option<LinkId>),
        entry: &Entry,
        now: Timestamp,
    ) -> Result<CodeUsed, StoreError> {
        const OPERATION: &str = "use a code";
        let number = number(recovery.code.as_ref().map_or(0, |code| code.number));
        let transaction = Transaction::new(self, OPERATION)
            .update(
                Part::Recovery,
                (&self.tables.tokens, &Key::recovery(tenant, recovery.recovery_id)),
                "SET ended_at = :now",
                "attribute_not_exists(ended_at) AND expires_at > :now \
                 AND #code.#until > :now AND #code.#number = :number"
                    .to_owned(),
                vec![(":now", micros(now)), (":number", number)],
            )?
            .issue(Part::Account, tenant, link, before, now)?
            .tell(Part::Other, tenant, &link.account_id, entry)?;
        let refused = match transaction.commit().await? {
            Outcome::Committed => return Ok(CodeUsed::Done),
            Outcome::Refused(refused) => refused,
        };
        if refused.iter().any(|(part, _)| *part == Part::Recovery) {
            return Ok(CodeUsed::RecoveryRefused);
        }
        let account = refused.into_iter().find_map(|(_, item)| item);
        let account = account.map(|item: Item| from_item(OPERATION, item)).transpose()?;
        Ok(CodeUsed::AccountRefused(account.map(Box::new)))
    }

    /// "This was not me" of a code that was not used. One call.
    pub async fn end_recovery(
        &self,
        tenant: &TenantId,
        id: LinkId,
        (account_id, entry): (&str, &Entry),
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        const OPERATION: &str = "end a recovery";
        let transaction = Transaction::new(self, OPERATION)
            .update(
                Part::Recovery,
                (&self.tables.tokens, &Key::recovery(tenant, id)),
                "SET ended_at = :now",
                "attribute_exists(recovery_id) AND attribute_not_exists(ended_at)".to_owned(),
                vec![(":now", micros(now))],
            )?
            .tell(Part::Other, tenant, account_id, entry)?;
        transaction.commit().await.map(|outcome| written(&outcome))
    }
}
