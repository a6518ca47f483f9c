//! Changing a password, and signing in with one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use regain_domain::event::Entry;
use regain_domain::link::{WithdrawnReason, WrittenDeath};
use regain_domain::provider::{Identity, Provider};
use regain_domain::{Account, AccountRef, Link, TenantId};

use crate::identities::IDENTITIES_AS_READ;
use crate::item::{Key, from_item, number, text, value};
use crate::links::{AS_READ, ENDED, Written, ended, whole, written};
use crate::timeline::Story;
use crate::transaction::{Outcome, Transaction};
use crate::tries::TriesOf;
use crate::work::OutboxItem;
use crate::{Store, StoreError};

/// A password that passed every rule, as it is stored.
#[derive(Clone, Debug)]
pub struct NewHash {
    /// The PHC string.
    pub phc: String,
    /// The salt of the history.
    pub history_salt: String,
    /// The history, the new password in it.
    pub history: Vec<String>,
}

/// Everything that changes when a password is set by a link.
#[derive(Clone, Copy, Debug)]
pub struct PasswordChange<'a> {
    /// The clicked link whose grant is used.
    pub link: &'a Link,
    /// The account, as read.
    pub account: &'a Account,
    /// The password.
    pub hash: &'a NewHash,
    /// The notice to the owner.
    pub notice: &'a OutboxItem,
    /// What the timeline says.
    pub entry: &'a Entry,
}

/// How setting a password ended.
#[derive(Debug)]
pub enum PasswordSet {
    /// It is set.
    Done,
    /// The link died since it was counted; here it is.
    LinkRefused(Option<Box<Link>>),
    /// The account changed since it was read; here it is.
    AccountRefused(Option<Box<Account>>),
}

/// What becomes of the tries that were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// The password was right.
    IsForgotten,
    /// The account is locked.
    Stays,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Link,
    Account,
    Other,
}

impl Store {
    /// In one transaction: the link is used if it is clicked, unused and in time; the account
    /// takes the hash if epoch, password version and slots are as read and it is active; every
    /// other live link dies; providers are unlinked, for whoever had the account before may have
    /// linked one; the notice and the timeline are written. One call.
    pub async fn set_password(
        &self,
        tenant: &TenantId,
        change: PasswordChange<'_>,
        now: Timestamp,
    ) -> Result<PasswordSet, StoreError> {
        const OPERATION: &str = "set the password";
        let PasswordChange { link, account, hash, notice, entry } = change;
        let mut values = ended(OPERATION, account, WithdrawnReason::PasswordChanged, now)?;
        values.extend([
            (":account", text(&account.account_id)),
            (":version", number(account.password_version)),
            (":next_version", number(account.password_version + 1)),
            (":phc", text(&hash.phc)),
            (":salt", text(&hash.history_salt)),
            (":history", value(OPERATION, &hash.history)?),
            (":yes", value(OPERATION, &true)?),
            (":no_identities", value(OPERATION, &BTreeMap::<Provider, Identity>::new())?),
            (":identities", value(OPERATION, &account.identities)?),
        ]);
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
                format!(
                    "SET {ENDED}, password_phc = :phc, password_version = :next_version, \
                     password_set_at = :now, password_in_history = :yes, history_salt = :salt, \
                     history = :history, identities = :no_identities \
                     REMOVE temporary_until, password_disabled_at"
                ),
                format!(
                    "account_id = :account AND {AS_READ} AND password_version = :version \
                     AND attribute_not_exists(blocked) AND {IDENTITIES_AS_READ}"
                ),
                values,
            )?
            .forget_tries(Part::Other, tenant, TriesOf::Password(&link.account_ref))?
            .outbox(Part::Other, notice)?
            .tell(Part::Other, tenant, &account.account_id, entry)?;
        for identity in account.identities.values() {
            transaction = transaction.unlink(Part::Other, tenant, &identity.identity)?;
        }
        let others = account.slots.values().filter(|slot| slot.link_id != link.link_id);
        let death = WrittenDeath::Withdrawn(WithdrawnReason::PasswordChanged);
        for slot in others {
            transaction = transaction.kill(Part::Other, tenant, slot.link_id, death, now, None)?;
        }
        let refused = match transaction.commit().await? {
            Outcome::Committed => return Ok(PasswordSet::Done),
            Outcome::Refused(refused) => refused,
        };
        let mut account = None;
        for (part, item) in refused {
            match part {
                Part::Link => {
                    let link = whole(OPERATION, item)?.map(Box::new);
                    return Ok(PasswordSet::LinkRefused(link));
                }
                Part::Account => {
                    account = item.map(|item| from_item(OPERATION, item)).transpose()?;
                }
                Part::Other => {}
            }
        }
        Ok(PasswordSet::AccountRefused(account))
    }

    /// The password was right: writes so if the account is still as it was read, and with it the
    /// dearer hash, if one was made; what was counted is forgotten. One call.
    pub async fn sign_in(
        &self,
        tenant: &TenantId,
        (account_ref, account): (&AccountRef, &Account),
        rehashed: Option<&str>,
        entry: &Entry,
    ) -> Result<Written, StoreError> {
        const OPERATION: &str = "sign in";
        const UNCHANGED: &str = "account_id = :account AND epoch = :epoch \
             AND (attribute_not_exists(sign_outs) OR sign_outs = :sign_outs) \
             AND password_version = :version AND attribute_not_exists(blocked) \
             AND attribute_not_exists(password_disabled_at)";
        let key = Key::account(tenant, account_ref);
        let target = (self.tables.accounts.as_str(), &key);
        let mut values = vec![
            (":account", text(&account.account_id)),
            (":epoch", number(account.epoch)),
            (":sign_outs", number(account.sign_outs)),
            (":version", number(account.password_version)),
        ];
        let transaction = Transaction::new(self, OPERATION);
        let transaction = match rehashed {
            Some(phc) => {
                values.push((":phc", text(phc)));
                let set = "SET password_phc = :phc";
                transaction.update(Part::Account, target, set, UNCHANGED.to_owned(), values)?
            }
            None => transaction.check(Part::Account, target, UNCHANGED, values)?,
        };
        let transaction = transaction
            .forget_tries(Part::Other, tenant, TriesOf::Password(account_ref))?
            .tell(Part::Other, tenant, &account.account_id, entry)?;
        transaction.commit().await.map(|outcome| written(&outcome))
    }

    /// The password was right and temporary: gives the right to set another, as a link that is
    /// clicked already, if the account is still as it was read. One call.
    pub async fn must_change(
        &self,
        tenant: &TenantId,
        (account, link): (&Account, &Link),
        (entry, story): (&Entry, &Story),
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        const OPERATION: &str = "ask for another password";
        let timeline = &self.tables.timeline;
        let before = account.slots.get(&link.purpose).map(|slot| slot.link_id);
        let transaction = Transaction::new(self, OPERATION)
            .issue(Part::Link, tenant, link, before, now)?
            .forget_tries(Part::Other, tenant, TriesOf::Password(&link.account_ref))?
            .tell(Part::Other, tenant, &account.account_id, entry)?
            .put(Part::Other, timeline, story.item(OPERATION, tenant)?)?;
        transaction.commit().await.map(|outcome| written(&outcome))
    }

    /// Tells the timeline, and the story of the call, of a right password that opened nothing. What
    /// was counted is forgotten, unless that locks the account. One call.
    pub async fn tell_refused(
        &self,
        tenant: &TenantId,
        (account_ref, account_id): (&AccountRef, &str),
        (entry, story): (&Entry, &Story),
        counted: Counted,
    ) -> Result<(), StoreError> {
        const OPERATION: &str = "tell the timeline";
        let timeline = &self.tables.timeline;
        let mut transaction = Transaction::new(self, OPERATION)
            .tell((), tenant, account_id, entry)?
            .put((), timeline, story.item(OPERATION, tenant)?)?;
        if counted == Counted::IsForgotten {
            let of = TriesOf::Password(account_ref);
            transaction = transaction.forget_tries((), tenant, of)?;
        }
        transaction.commit().await.map(|_| ())
    }
}
