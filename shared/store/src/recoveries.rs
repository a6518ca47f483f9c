//! Recoveries in the `tokens` table, the captchas that start them, and the codes that end them.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use regain_domain::captcha::{Challenge, WRONG_MAX};
use regain_domain::recovery::{MAILS_MAX, SentCode, TRIES_MAX};
use regain_domain::time::after;
use regain_domain::{Account, Link, LinkId, Recovery, TenantId};
use serde::Deserialize;

use crate::item::{Item, Key, from_item, micros, number, to_item, ttl, value};
use crate::limits::{DAY_SECONDS, HOUR_SECONDS, Limit, Limited};
use crate::links::{Written, written};
use crate::timeline::{Entry, Story};
use crate::transaction::{Outcome, Transaction, Values};
use crate::work::{CodeLimits, CodeToSend, OutboxItem, Work};
use crate::{REREADS_MAX, Store, StoreError, is_refused};

/// How a request that is counted came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// It may go on, and everything is counted and written.
    Done,
    /// A limit is reached, and nothing is written.
    Limited(Limited),
    /// The captcha was used already, or spoilt, and nothing is written.
    CaptchaSpent,
}

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

/// Whether a code may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRefused {
    /// A limit of this name is reached.
    Limited(&'static str),
    /// The work is in other hands.
    Changed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Limit(&'static str),
    Captcha,
    Codes,
    Recovery,
    Account,
    Other,
}

/// A recovery is remembered for a day after its end, to say that it is over.
const KEPT_SECONDS: u32 = DAY_SECONDS;
const CAPTCHA_FRESH: &str =
    "attribute_not_exists(used_at) AND (attribute_not_exists(wrong) OR wrong < :max)";

impl Store {
    /// Takes from the limits, uses the captcha up and writes the work, or does nothing. One call.
    pub async fn accept(
        &self,
        tenant: &TenantId,
        limits: &[Limit],
        captcha: Option<&Challenge>,
        work: Option<&OutboxItem>,
        now: Timestamp,
    ) -> Result<Passed, StoreError> {
        const OPERATION: &str = "accept a request";
        let tokens = &self.tables.tokens;
        let mut transaction = Transaction::new(self, OPERATION);
        for limit in limits {
            transaction = transaction.take(Part::Limit(limit.name), tokens, tenant, limit, now)?;
        }
        if let Some(captcha) = captcha {
            transaction = transaction.update(
                Part::Captcha,
                (tokens, &Key::captcha(tenant, &captcha.record())),
                "SET used_at = :now, #ttl = :ttl",
                CAPTCHA_FRESH.to_owned(),
                vec![
                    (":now", micros(now)),
                    (":ttl", ttl(captcha.expires_at(), HOUR_SECONDS)),
                    (":max", number(WRONG_MAX)),
                ],
            )?;
        }
        if let Some(work) = work {
            transaction = transaction.outbox(Part::Other, work)?;
        }
        let Outcome::Refused(refused) = transaction.commit().await? else {
            return Ok(Passed::Done);
        };
        let spent = refused.iter().any(|(part, _)| *part == Part::Captcha);
        Ok(if spent { Passed::CaptchaSpent } else { Passed::Limited(Limited::now(now)) })
    }

    /// Counts a wrong answer to a captcha, and says how many may follow; none: it is spent. One
    /// call.
    pub async fn miss_captcha(
        &self,
        tenant: &TenantId,
        captcha: &Challenge,
    ) -> Result<Option<u32>, StoreError> {
        const OPERATION: &str = "count a wrong captcha";
        #[derive(Deserialize)]
        struct Counted {
            wrong: u32,
        }
        let counted = self
            .client
            .update_item()
            .table_name(&self.tables.tokens)
            .key("pk", Key::captcha(tenant, &captcha.record()).value())
            .update_expression("ADD wrong :one SET #ttl = :ttl")
            .condition_expression(CAPTCHA_FRESH)
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":max", number(WRONG_MAX))
            .expression_attribute_values(":ttl", ttl(captcha.expires_at(), HOUR_SECONDS))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match counted {
            Ok(answer) => {
                let Counted { wrong } =
                    from_item(OPERATION, answer.attributes.unwrap_or_default())?;
                Ok(Some(WRONG_MAX.saturating_sub(wrong)))
            }
            Err(error) if is_refused(&error) => Ok(None),
            Err(error) => Err(StoreError::unavailable(OPERATION, error)),
        }
    }

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
        let answer = self
            .client
            .get_item()
            .table_name(&self.tables.tokens)
            .key("pk", Key::recovery(tenant, id).value())
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| StoreError::unavailable(OPERATION, error))?;
        answer.item.map(|item| from_item(OPERATION, item)).transpose()
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
        let (add, and) = match what {
            CountedFor::Phone => (
                "ADD tries :one",
                "(attribute_not_exists(next_code_at) OR next_code_at <= :now)",
            ),
            CountedFor::Code => {
                ("ADD tries :one", "(attribute_not_exists(#code) OR #code.#until > :now)")
            }
            CountedFor::Mail => ("ADD mails :one", "mails < :mails_max"),
        };
        let mut update = self
            .client
            .update_item()
            .table_name(&self.tables.tokens)
            .key("pk", Key::recovery(tenant, id).value())
            .update_expression(add)
            .condition_expression(format!("{LIVE} AND {and}"))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", micros(now))
            .expression_attribute_values(":tries_max", number(TRIES_MAX))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        update = match what {
            CountedFor::Phone => update,
            CountedFor::Code => update
                .expression_attribute_names("#code", "code")
                .expression_attribute_names("#until", "until"),
            CountedFor::Mail => {
                update.expression_attribute_values(":mails_max", number(MAILS_MAX))
            }
        };
        let error = match update.send().await {
            Ok(answer) => {
                let item = answer.attributes.unwrap_or_default();
                return from_item(OPERATION, item).map(|read| TriedIn::Counted(Box::new(read)));
            }
            Err(error) => error,
        };
        match error.into_service_error() {
            UpdateItemError::ConditionalCheckFailedException(refused) => {
                let recovery = refused.item.map(|item| from_item(OPERATION, item)).transpose()?;
                Ok(TriedIn::Refused(recovery.map(Box::new)))
            }
            error => Err(StoreError::unavailable(OPERATION, error)),
        }
    }

    /// The number was right: its try is given back, the code takes the place of the one before it,
    /// and the work is written. `Changed`: another code was sent since. One call.
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
        let as_read = code_as_read(recovery, &mut values);
        let transaction = Transaction::new(self, OPERATION)
            .update(
                Part::Recovery,
                (&self.tables.tokens, &Key::recovery(tenant, recovery.recovery_id)),
                "SET #code = :code, next_code_at = :next, tries = tries - :one",
                format!("attribute_not_exists(ended_at) AND expires_at > :now AND {as_read}"),
                values,
            )?
            .outbox(Part::Other, work)?;
        transaction.commit().await.map(|outcome| written(&outcome))
    }

    /// Gives a try back that was counted for a right number, where another code was sent meanwhile.
    /// One call.
    pub async fn give_try_back(&self, tenant: &TenantId, id: LinkId) -> Result<(), StoreError> {
        let given_back = self
            .client
            .update_item()
            .table_name(&self.tables.tokens)
            .key("pk", Key::recovery(tenant, id).value())
            .update_expression("ADD tries :less")
            .condition_expression("tries > :none")
            .expression_attribute_values(":less", number(-1))
            .expression_attribute_values(":none", number(0))
            .send()
            .await;
        match given_back {
            Err(error) if !is_refused(&error) => {
                Err(StoreError::unavailable("give a try back", error))
            }
            _ => Ok(()),
        }
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
        let mut values = vec![(":now", micros(now))];
        let as_read = code_as_read(recovery, &mut values);
        let transaction = Transaction::new(self, OPERATION)
            .update(
                Part::Recovery,
                (&self.tables.tokens, &Key::recovery(tenant, recovery.recovery_id)),
                "SET ended_at = :now",
                format!(
                    "attribute_not_exists(ended_at) AND expires_at > :now \
                     AND #code.#until > :now AND {as_read}"
                ),
                values,
            )?
            .issue(Part::Account, tenant, link, before, now)?
            .put(
                Part::Other,
                &self.tables.timeline,
                entry.item(OPERATION, tenant, &link.account_id)?,
            )?;
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
            .put(
                Part::Other,
                &self.tables.timeline,
                entry.item(OPERATION, tenant, account_id)?,
            )?;
        transaction.commit().await.map(|outcome| written(&outcome))
    }

    /// Counts a code before it is sent, once however often that is tried: among those of its
    /// account within 24 hours, exactly, and against every limit. Two calls.
    pub async fn clear_code(
        &self,
        item: &OutboxItem,
        code: &CodeToSend,
        (account_day_max, limits): (u32, &[Limit]),
        now: Timestamp,
    ) -> Result<Result<(), CodeRefused>, StoreError> {
        const OPERATION: &str = "count a code";
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Codes {
            sent: Vec<i64>,
        }
        let (tenant, tokens) = (&item.tenant, &self.tables.tokens);
        let key = Key::codes(tenant, &code.account_id);
        for _ in 0..REREADS_MAX {
            let answer = self
                .client
                .get_item()
                .table_name(tokens)
                .key("pk", key.value())
                .consistent_read(true)
                .send()
                .await
                .map_err(|error| StoreError::unavailable(OPERATION, error))?;
            let Codes { sent } = from_item(OPERATION, answer.item.unwrap_or_default())?;
            let within = |at: &&i64| {
                Timestamp::from_microsecond(**at).is_ok_and(|at| now < after(at, DAY_SECONDS))
            };
            let mut kept: Vec<i64> = sent.iter().filter(within).copied().collect();
            if kept.len() >= usize::try_from(account_day_max).unwrap_or(usize::MAX) {
                return Ok(Err(CodeRefused::Limited("account")));
            }
            kept.push(now.as_microsecond());
            let taken = CodeToSend { limits: CodeLimits::Taken, ..code.clone() };
            let mut transaction = Transaction::new(self, OPERATION)
                .update(
                    Part::Codes,
                    (tokens, &key),
                    "SET sent = :kept, #ttl = :ttl",
                    "attribute_not_exists(sent) OR sent = :sent".to_owned(),
                    vec![
                        (":kept", value(OPERATION, &kept)?),
                        (":sent", value(OPERATION, &sent)?),
                        (":ttl", ttl(now, DAY_SECONDS)),
                    ],
                )?
                .turned(Part::Other, item, &Work::SendCode(taken))?;
            for limit in limits {
                transaction =
                    transaction.take(Part::Limit(limit.name), tokens, tenant, limit, now)?;
            }
            let Outcome::Refused(refused) = transaction.commit().await? else {
                return Ok(Ok(()));
            };
            let parts = refused.iter().map(|(part, _)| *part);
            for part in parts {
                match part {
                    Part::Limit(name) => return Ok(Err(CodeRefused::Limited(name))),
                    Part::Other => return Ok(Err(CodeRefused::Changed)),
                    _ => {}
                }
            }
        }
        Ok(Err(CodeRefused::Changed))
    }
}

/// That the newest code is still the one that was read.
fn code_as_read(recovery: &Recovery, values: &mut Values) -> &'static str {
    match &recovery.code {
        Some(code) => {
            values.push((":number", number(code.number)));
            "#code.#number = :number"
        }
        None => "attribute_not_exists(#code)",
    }
}
