//! What a stranger asks for, counted: limits, and the captchas of which only the use is recorded.

use jiff::Timestamp;
use regain_domain::TenantId;
use regain_domain::captcha::{Challenge, WRONG_MAX};
use regain_domain::time::HOUR_SECONDS;
use serde::Deserialize;

use crate::item::{Key, from_item, micros, number, ttl};
use crate::limits::{Limit, Limited};
use crate::transaction::{Outcome, Transaction};
use crate::work::OutboxItem;
use crate::{Store, StoreError};

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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Limit,
    Captcha,
    Other,
}

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
            transaction = transaction.take(Part::Limit, tokens, tenant, limit, now)?;
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
        let key = Key::captcha(tenant, &captcha.record());
        let counted = self
            .update(
                OPERATION,
                (&self.tables.tokens, &key),
                "ADD wrong :one SET #ttl = :ttl",
                CAPTCHA_FRESH,
                vec![
                    (":one", number(1)),
                    (":max", number(WRONG_MAX)),
                    (":ttl", ttl(captcha.expires_at(), HOUR_SECONDS)),
                ],
            )
            .await?;
        let Ok(item) = counted else { return Ok(None) };
        let Counted { wrong } = from_item(OPERATION, item)?;
        Ok(Some(WRONG_MAX.saturating_sub(wrong)))
    }
}
