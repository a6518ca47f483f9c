//! Signing in by something else than a password, and finishing what a first step began. Each first
//! step is finished once: the mark of it is put where there must be none.

use jiff::Timestamp;
use regain_domain::event::Entry;
use regain_domain::link::WrittenDeath;
use regain_domain::provider::{AccountOfIdentity, Identity, IdentityRef};
use regain_domain::second_step::SecondStep;
use regain_domain::session::{FirstStep, SessionEpoch};
use regain_domain::time::HOUR_SECONDS;
use regain_domain::{Account, Link, Provider, TenantId};

use crate::identities::IDENTITIES_AS_READ;
use crate::item::{Key, number, text, to_item, ttl, value};
use crate::links::{Written, written};
use crate::timeline::Story;
use crate::transaction::{Outcome, Transaction, Values};
use crate::tries::TriesOf;
use crate::work::OutboxItem;
use crate::{Store, StoreError};

/// How finishing a first step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// It is finished.
    Done,
    /// It was before.
    Before,
    /// The account is no longer as it was read. Read again, decide anew.
    Changed,
    /// Another account signs in with the identity.
    Taken,
}

/// What becomes of the lock when a magic link signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// It is taken off.
    TakenOff,
    /// It stays.
    Stays,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    FirstStep,
    Account,
    Identity,
    Other,
}

/// The account that a first step was proved for: the same epoch, and so nothing has ended it.
const AS_PROVED: &str = "account_id = :account AND epoch = :epoch \
     AND (attribute_not_exists(sign_outs) OR sign_outs = :sign_outs) \
     AND attribute_not_exists(blocked)";

fn as_proved(account_id: &str, epoch: SessionEpoch) -> Values {
    vec![
        (":account", text(account_id)),
        (":epoch", number(epoch.epoch)),
        (":sign_outs", number(epoch.sign_outs)),
    ]
}

impl Store {
    /// A link signs in: it is used if it is unused and in time, and its account is active, as it was
    /// read, and points to it. One call.
    pub async fn redeem_magic_link(
        &self,
        tenant: &TenantId,
        (link, account): (&Link, &Account),
        lock: Lock,
        entry: &Entry,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        const OPERATION: &str = "redeem a magic link";
        let purpose = link.purpose.as_str();
        let mut values = as_proved(&link.account_id, account.session_epoch());
        values.push((":link", text(link.link_id)));
        let mut transaction = Transaction::new(self, OPERATION)
            .kill(
                Part::Other,
                tenant,
                link.link_id,
                WrittenDeath::Used,
                now,
                "attribute_not_exists(died_at) AND expires_at > :now",
            )?
            .update(
                Part::Account,
                (&self.tables.accounts, &Key::account(tenant, &link.account_ref)),
                format!("REMOVE slots.#{purpose}"),
                format!("{AS_PROVED} AND slots.#{purpose}.link_id = :link"),
                values,
            )?
            .tell(Part::Other, tenant, &link.account_id, entry)?;
        if lock == Lock::TakenOff {
            let of = TriesOf::Password(&link.account_ref);
            transaction = transaction.forget_tries(Part::Other, tenant, of)?;
        }
        transaction.commit().await.map(|outcome| written(&outcome))
    }

    /// A right code finishes a first step, if the second step is still as it was read: so a code is
    /// accepted once, whoever else types it. One call.
    pub async fn finish_with_code(
        &self,
        tenant: &TenantId,
        first: &FirstStep,
        (before, after): (&SecondStep, &SecondStep),
        entries: &[Entry],
        notice: Option<&OutboxItem>,
    ) -> Result<Finished, StoreError> {
        const OPERATION: &str = "finish signing in";
        let mut values = as_proved(&first.account_id, first.epoch);
        values.push((":before", value(OPERATION, before)?));
        values.push((":after", value(OPERATION, after)?));
        let mut transaction = self
            .once(OPERATION, tenant, first)?
            .update(
                Part::Account,
                (&self.tables.accounts, &Key::account(tenant, &first.account_ref)),
                "SET second_step = :after",
                format!("{AS_PROVED} AND second_step = :before"),
                values,
            )?
            .forget_tries(Part::Other, tenant, TriesOf::SecondStep(&first.account_id))?
            .told(tenant, first, entries)?;
        if let Some(notice) = notice {
            transaction = transaction.outbox(Part::Other, notice)?.story(tenant, first, entries)?;
        }
        transaction.commit().await.map(|outcome| finished(&outcome))
    }

    /// The frontend redeems a handover. One call.
    pub async fn finish_handover(
        &self,
        tenant: &TenantId,
        first: &FirstStep,
        entry: &Entry,
    ) -> Result<Finished, StoreError> {
        const OPERATION: &str = "redeem a handover";
        let transaction = self
            .once(OPERATION, tenant, first)?
            .check(
                Part::Account,
                (&self.tables.accounts, &Key::account(tenant, &first.account_ref)),
                AS_PROVED,
                as_proved(&first.account_id, first.epoch),
            )?
            .told(tenant, first, std::slice::from_ref(entry))?;
        transaction.commit().await.map(|outcome| finished(&outcome))
    }

    /// The frontend redeems a handover, and what it proved is linked: an identity of no other
    /// account, in the place of the one before. One call.
    pub async fn link_identity(
        &self,
        tenant: &TenantId,
        (first, account): (&FirstStep, &Account),
        (provider, identity): (Provider, &IdentityRef),
        (entries, notice): (&[Entry], &OutboxItem),
        now: Timestamp,
    ) -> Result<Finished, StoreError> {
        const OPERATION: &str = "link an identity";
        let table = &self.tables.accounts;
        let mut next = account.identities.clone();
        let linked = Identity { identity: identity.clone(), linked_at: now };
        let before = next.insert(provider, linked).map(|before| before.identity);
        // Whoever came in by another one is out.
        let replaces = before.as_ref().is_some_and(|before| before != identity);
        let sign_outs = first.epoch.sign_outs + u64::from(replaces);
        let mut values = as_proved(&first.account_id, first.epoch);
        values.push((":next_sign_outs", number(sign_outs)));
        values.push((":identities", value(OPERATION, &account.identities)?));
        values.push((":next", value(OPERATION, &next)?));
        let mut transaction = self
            .once(OPERATION, tenant, first)?
            .update(
                Part::Account,
                (table, &Key::account(tenant, &first.account_ref)),
                "SET identities = :next, sign_outs = :next_sign_outs",
                format!("{AS_PROVED} AND {IDENTITIES_AS_READ}"),
                values,
            )?
            .told(tenant, first, entries)?
            .story(tenant, first, entries)?
            .outbox(Part::Other, notice)?;
        let place = AccountOfIdentity {
            account_ref: first.account_ref.clone(),
            account_id: first.account_id.clone(),
        };
        let place = to_item(OPERATION, &Key::identity(tenant, identity), &place)?;
        transaction = match before {
            // The same again, linked anew.
            Some(before) if before == *identity => transaction.put(Part::Other, table, place)?,
            Some(before) => transaction.put_new(Part::Identity, table, place)?.unlink(
                Part::Other,
                tenant,
                &before,
            )?,
            None => transaction.put_new(Part::Identity, table, place)?,
        };
        transaction.commit().await.map(|outcome| finished(&outcome))
    }

    fn once(
        &self,
        operation: &'static str,
        tenant: &TenantId,
        first: &FirstStep,
    ) -> Result<Transaction<'_, Part>, StoreError> {
        let mut mark = Key::finished(tenant, first.id).attributes();
        mark.insert("ttl".to_owned(), ttl(first.until, HOUR_SECONDS));
        Transaction::new(self, operation).put_new(Part::FirstStep, &self.tables.tokens, mark)
    }
}

impl Transaction<'_, Part> {
    fn told(
        mut self,
        tenant: &TenantId,
        first: &FirstStep,
        entries: &[Entry],
    ) -> Result<Self, StoreError> {
        for entry in entries {
            self = self.tell(Part::Other, tenant, &first.account_id, entry)?;
        }
        Ok(self)
    }
}

impl Transaction<'_, Part> {
    /// What a notice tells of is found by its code: the last of these.
    fn story(
        self,
        tenant: &TenantId,
        first: &FirstStep,
        entries: &[Entry],
    ) -> Result<Self, StoreError> {
        let last = entries.last().and_then(|entry| Some((entry, entry.support_code.as_ref()?)));
        let Some((entry, code)) = last else { return Ok(self) };
        let story = Story::of(entry, &first.account_id, code).item("tell the story", tenant)?;
        let table = self.store().tables.timeline.clone();
        self.put(Part::Other, &table, story)
    }
}

fn finished(outcome: &Outcome<Part>) -> Finished {
    let Outcome::Refused(refused) = outcome else { return Finished::Done };
    let is_refused = |part| refused.iter().any(|(refused, _)| *refused == part);
    if is_refused(Part::FirstStep) {
        Finished::Before
    } else if is_refused(Part::Account) {
        Finished::Changed
    } else {
        Finished::Taken
    }
}
