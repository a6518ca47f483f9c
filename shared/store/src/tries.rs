//! Tries in the `tokens` table: of passwords under the login that was typed, whether or not anyone
//! has it; of codes of the second step under the account. Counted before anything is looked at; what
//! they come to is decided in `regain_domain::tries`.

use jiff::Timestamp;
use regain_domain::event::Entry;
use regain_domain::settings::Lockout;
use regain_domain::time::RECORD_KEPT_SECONDS;
use regain_domain::tries::{IN_A_ROW_MAX, Lock, Standing, Tries};
use regain_domain::{Account, AccountRef, TenantId};

use crate::item::{Key, from_item, micros, number, text, ttl};
use crate::links::REREADS_MAX;
use crate::timeline::Story;
use crate::transaction::{Outcome, Transaction, Values};
use crate::work::OutboxItem;
use crate::{Store, StoreError};

/// What is tried, and under what it is counted.
#[derive(Clone, Copy, Debug)]
pub enum TriesOf<'a> {
    /// The password of a login.
    Password(&'a AccountRef),
    /// The second step of an account, by its id.
    SecondStep(&'a str),
}

/// Whether a password or a code may be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It may, and is counted.
    Open,
    /// It may and is counted, but the account is locked.
    Locked(Lock),
    /// Not yet: others are being looked at.
    InFlight,
    /// It may not.
    Shut,
}

/// What the tries of an account came to, beyond themselves.
#[derive(Clone, Copy, Debug)]
pub enum Consequence<'a> {
    /// It is locked; its owner is told of each lock once.
    Locked(Lock),
    /// Its password is disabled, or its second step.
    Disabled(&'a Account),
}

const ANOTHER: &str = "SET begun_at = :now, #ttl = :ttl ADD begun :one, in_a_row :one";
const STILL_OPEN: &str = "(attribute_not_exists(begun) OR begun < :failures) \
     AND (attribute_not_exists(failed) OR failed < :failures)";
const ANOTHER_WHILE_LOCKED: &str = "SET #ttl = :ttl ADD while_locked :one, in_a_row :one";
const STILL_LOCKED: &str = "(attribute_not_exists(begun_at) OR begun_at = :before) \
     AND (attribute_not_exists(while_locked) OR while_locked < :failures)";
const FIRST: &str = "SET begun = :one, begun_at = :now, #ttl = :ttl \
     ADD in_a_row :one REMOVE failed, failed_at, while_locked";
const AS_READ: &str = "attribute_not_exists(begun_at) OR begun_at = :before";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Tries,
    Other,
}

impl Store {
    /// Counts one try before its password is looked at. One call; another where the account is
    /// locked, or a lock is over.
    pub async fn begin_try(
        &self,
        tenant: &TenantId,
        of: TriesOf<'_>,
        lockout: &Lockout,
        now: Timestamp,
    ) -> Result<Begun, StoreError> {
        let key = Key::tries(tenant, of);
        let failures = || (":failures", number(lockout.failures));
        let moment = || (":now", micros(now));
        let mut tries = Tries::default();
        for _ in 0..REREADS_MAX {
            let before = || (":before", micros(tries.begun_at.unwrap_or_default()));
            let (begun, expression, condition, values) = match tries.standing(lockout, now) {
                Standing::InFlight => return Ok(Begun::InFlight),
                Standing::Shut(_) | Standing::Disabled => return Ok(Begun::Shut),
                Standing::Open => (Begun::Open, ANOTHER, STILL_OPEN, vec![moment(), failures()]),
                Standing::Locked(lock) => {
                    let values = vec![before(), failures()];
                    (Begun::Locked(lock), ANOTHER_WHILE_LOCKED, STILL_LOCKED, values)
                }
                Standing::Over => (Begun::Open, FIRST, AS_READ, vec![moment(), before()]),
            };
            match self.count(&key, expression, condition, values, now).await? {
                None => return Ok(begun),
                Some(as_it_stands) => tries = as_it_stands,
            }
        }
        Ok(Begun::InFlight)
    }

    /// One counted try; where it is refused, what is counted already.
    async fn count(
        &self,
        key: &Key,
        expression: &str,
        condition: &str,
        mut values: Values,
        now: Timestamp,
    ) -> Result<Option<Tries>, StoreError> {
        const OPERATION: &str = "count a try";
        let condition = format!(
            "({condition}) AND (attribute_not_exists(in_a_row) OR in_a_row < :in_a_row_max)"
        );
        values.extend([
            (":one", number(1)),
            (":in_a_row_max", number(IN_A_ROW_MAX)),
            (":ttl", ttl(now, RECORD_KEPT_SECONDS)),
        ]);
        let target = (self.tables.tokens.as_str(), key);
        match self.update(OPERATION, target, expression, &condition, values).await? {
            Ok(_) => Ok(None),
            Err(item) => from_item(OPERATION, item.unwrap_or_default()).map(Some),
        }
    }

    /// Takes back a try that was counted and not looked at. One call.
    pub async fn take_back_try(
        &self,
        tenant: &TenantId,
        of: TriesOf<'_>,
        begun: Begun,
    ) -> Result<(), StoreError> {
        let counter = match begun {
            Begun::Open => "begun",
            Begun::Locked(_) => "while_locked",
            Begun::InFlight | Begun::Shut => return Ok(()),
        };
        let target = (self.tables.tokens.as_str(), &Key::tries(tenant, of));
        let add = format!("ADD {counter} :less, in_a_row :less");
        let condition = format!("{counter} > :none AND in_a_row > :none");
        let values = vec![(":less", number(-1)), (":none", number(0))];
        self.update("take a try back", target, &add, &condition, values).await?.ok();
        Ok(())
    }

    /// A counted try was wrong: writes so, and the work that follows. One call.
    pub async fn fail_try(
        &self,
        tenant: &TenantId,
        of: TriesOf<'_>,
        begun: Begun,
        lockout: &Lockout,
        item: &OutboxItem,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const OPERATION: &str = "fail a try";
        // What was looked at while locked is counted already, and never prolongs the lock.
        if begun != Begun::Open {
            return self.put_outbox(item).await;
        }
        let transaction = Transaction::new(self, OPERATION)
            .update(
                Part::Tries,
                (&self.tables.tokens, &Key::tries(tenant, of)),
                "SET failed_at = :now, #ttl = :ttl ADD failed :one",
                "attribute_not_exists(failed) OR failed < :failures".to_owned(),
                vec![
                    (":now", micros(now)),
                    (":one", number(1)),
                    (":ttl", ttl(now, RECORD_KEPT_SECONDS)),
                    (":failures", number(lockout.failures)),
                ],
            )?
            .outbox(Part::Other, item)?;
        match transaction.commit().await? {
            Outcome::Committed => Ok(()),
            // Others have locked the account since this one began.
            Outcome::Refused(_) => self.put_outbox(item).await,
        }
    }

    /// What was counted. One call.
    pub async fn tries(&self, tenant: &TenantId, of: TriesOf<'_>) -> Result<Tries, StoreError> {
        const OPERATION: &str = "read the tries";
        let key = Key::tries(tenant, of);
        let item = self.read(OPERATION, (&self.tables.tokens, &key)).await?;
        from_item(OPERATION, item.unwrap_or_default())
    }

    /// Finishes the work of a failed try, and with it what the tries came to: each lock once, and
    /// the end of a password or of a second step; and the mail that tells of it. `false`: another has done so, or the
    /// tries are forgotten. One call.
    pub async fn finish_try(
        &self,
        item: &OutboxItem,
        (of, account_ref, account_id): (TriesOf<'_>, &AccountRef, &str),
        consequence: Consequence<'_>,
        (entries, story): (&[Entry], &Story),
        mail: &OutboxItem,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const OPERATION: &str = "finish a failed try";
        let (tenant, timeline) = (&item.tenant, &self.tables.timeline);
        let key = Key::tries(tenant, of);
        let tries = (self.tables.tokens.as_str(), &key);
        let transaction = Transaction::new(self, OPERATION)
            .delete(Part::Other, (&self.tables.outbox, &item.key()))?
            .put(Part::Other, timeline, story.item(OPERATION, tenant)?)?
            .outbox(Part::Other, mail)?;
        let mut transaction = match consequence {
            Consequence::Locked(lock) => transaction.update(
                Part::Tries,
                tries,
                "SET told_at = :since",
                "(failed_at = :since OR begun_at = :since) \
                 AND (attribute_not_exists(told_at) OR told_at <> :since)"
                    .to_owned(),
                vec![(":since", micros(lock.since))],
            )?,
            Consequence::Disabled(account) => {
                let mut values = vec![(":now", micros(now)), (":account", text(account_id))];
                let (set, unchanged) = match of {
                    TriesOf::Password(_) => {
                        values.push((":version", number(account.password_version)));
                        (
                            "SET password_disabled_at = :now",
                            "password_version = :version \
                             AND attribute_not_exists(password_disabled_at)",
                        )
                    }
                    TriesOf::SecondStep(_) => {
                        let since = account.second_step.as_ref().map(|it| it.since);
                        values.push((":since", micros(since.unwrap_or_default())));
                        (
                            "SET second_step.disabled_at = :now",
                            "second_step.#since = :since \
                             AND attribute_not_exists(second_step.disabled_at)",
                        )
                    }
                };
                transaction
                    .check(
                        Part::Tries,
                        tries,
                        "in_a_row >= :max",
                        vec![(":max", number(IN_A_ROW_MAX))],
                    )?
                    .update(
                        Part::Tries,
                        (&self.tables.accounts, &Key::account(tenant, account_ref)),
                        set,
                        format!("account_id = :account AND {unchanged}"),
                        values,
                    )?
            }
        };
        for entry in entries {
            transaction = transaction.tell(Part::Other, tenant, account_id, entry)?;
        }
        Ok(matches!(transaction.commit().await?, Outcome::Committed))
    }
}

impl<N: Copy> Transaction<'_, N> {
    /// What was tried was right or is replaced, or the lock taken off: what was counted is forgotten.
    pub(crate) fn forget_tries(
        self,
        name: N,
        tenant: &TenantId,
        of: TriesOf<'_>,
    ) -> Result<Self, StoreError> {
        let table = self.store().tables.tokens.clone();
        self.delete(name, (&table, &Key::tries(tenant, of)))
    }
}
