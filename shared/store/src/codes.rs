//! Codes counted before they are sent.

use jiff::Timestamp;
use regain_domain::time::{DAY_SECONDS, after};
use serde::Deserialize;

use crate::item::{Key, from_item, number, ttl, value};
use crate::limits::Limit;
use crate::transaction::{Outcome, Transaction};
use crate::work::{CodeLimits, CodeToSend, OutboxItem, Work};
use crate::{REREADS_MAX, Store, StoreError};

/// Whether a code may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRefused {
    /// A limit of this name is reached.
    Limited(&'static str),
    /// The work is in other hands, or the recovery has ended or gone on.
    Changed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Limit(&'static str),
    Codes,
    Other,
}

/// When codes were sent to an account, in microseconds since 1970, oldest first.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Sent {
    sent: Vec<i64>,
}

impl Sent {
    /// Those of the last 24 hours.
    fn within_a_day(&self, now: Timestamp) -> Vec<i64> {
        let is_within = |at: &&i64| {
            Timestamp::from_microsecond(**at).is_ok_and(|at| now < after(at, DAY_SECONDS))
        };
        self.sent.iter().filter(is_within).copied().collect()
    }
}

impl Store {
    /// Counts a code before it is sent, once however often that is tried: among those of its
    /// account within 24 hours, exactly, and against every limit. With that it becomes the one that
    /// is looked at, if it is still the newest that was asked for. Two calls.
    ///
    /// SECURITY: what was not counted cannot be guessed at. Held by
    /// `a_code_that_was_never_sent_is_never_looked_at`.
    pub async fn clear_code(
        &self,
        item: &OutboxItem,
        code: &CodeToSend,
        (account_day_max, limits): (u32, &[Limit]),
        now: Timestamp,
    ) -> Result<Result<(), CodeRefused>, StoreError> {
        const OPERATION: &str = "count a code";
        let (tenant, tokens) = (&item.tenant, &self.tables.tokens);
        let key = Key::codes(tenant, &code.account_id);
        for _ in 0..REREADS_MAX {
            let read = self.read(OPERATION, (tokens, &key)).await?;
            let sent: Sent = from_item(OPERATION, read.unwrap_or_default())?;
            let mut kept = sent.within_a_day(now);
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
                        (":sent", value(OPERATION, &sent.sent)?),
                        (":ttl", ttl(now, DAY_SECONDS)),
                    ],
                )?
                .turned(Part::Other, item, &Work::SendCode(taken))?
                .update(
                    Part::Other,
                    (tokens, &Key::recovery(tenant, code.recovery_id)),
                    "SET #code = asked",
                    "attribute_not_exists(ended_at) AND asked.#number = :number".to_owned(),
                    vec![(":number", number(code.number))],
                )?;
            for limit in limits {
                transaction =
                    transaction.take(Part::Limit(limit.name), tokens, tenant, limit, now)?;
            }
            let Outcome::Refused(refused) = transaction.commit().await? else {
                return Ok(Ok(()));
            };
            for (part, _) in refused {
                match part {
                    Part::Limit(name) => return Ok(Err(CodeRefused::Limited(name))),
                    Part::Other => return Ok(Err(CodeRefused::Changed)),
                    // Another code of this account was counted since: read again.
                    Part::Codes => {}
                }
            }
        }
        Ok(Err(CodeRefused::Changed))
    }
}
