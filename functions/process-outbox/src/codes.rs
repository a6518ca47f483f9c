//! Sending a code: to the number on file, only while it is the newest of its recovery, counted
//! against every limit before it goes, and never for longer than it is good.

use data_encoding::HEXLOWER;
use regain_domain::event::{Actor, Entry, Event};
use regain_domain::keys::mac;
use regain_domain::recovery::{CodeChannel, SentCode};
use regain_domain::time::{DAY_SECONDS, HOUR_SECONDS, after};
use regain_domain::{Account, PhoneNumber, Recovery};
use regain_http::log;
use regain_notices::{CodeCall, CodeText};
use regain_store::{
    CodeLimits, CodeRefused, CodeToSend, Limit, Notice, NoticeKind, OutboxItem, StoreError, Work,
};
use secrecy::{ExposeSecret, SecretString};

use crate::phone::NotSent;
use crate::send::{back_off_seconds, language};
use crate::{FUNCTION, Job};

/// Codes of an hour and of a day, as multiples of what one account may have in a day. Adjacent
/// numbers share a prefix: whoever earns by being sent codes has them in rows.
const LIMITS: [(&str, &str, u32, u32); 4] = [
    ("codes.number.hour", "codes.number.day", 1, 2),
    ("codes.prefix.hour", "codes.prefix.day", 10, 40),
    ("codes.country.hour", "codes.country.day", 160, 800),
    ("codes.tenant.hour", "codes.tenant.day", 200, 1000),
];
/// What a country and a tenant may have grows with what an account may have up to here and no
/// further: beyond it (NIST SP 800-63B-4 §3.2.2) a tenant's own setting would spend the operator's
/// money.
const BASE_MAX: u32 = 20;
/// Digits that numbers of one prefix differ in.
const PREFIX_DIGITS_LESS: usize = 4;

/// A code that can be sent.
struct Ready<'j> {
    job: &'j Job<'j>,
    code: &'j CodeToSend,
    account: &'j Account,
    sent: &'j SentCode,
    phone: PhoneNumber,
    text: SecretString,
}

/// Sends one code, or says when to try again, or why never.
pub(crate) async fn send(job: &Job<'_>, code: &CodeToSend) -> Result<(), StoreError> {
    let (store, tenant) = (&job.step.store, &job.item.tenant);
    let whose = (&code.account_ref, code.account_id.as_str());
    let Some((_, account)) = store.account_of(tenant, whose).await? else {
        return store.finish(&job.item, None, None).await;
    };
    let recovery = store.recovery(tenant, code.recovery_id).await?;
    let ready = recovery.as_ref().and_then(|recovery| ready(job, code, &account, recovery));
    let Some(ready) = ready else {
        return not_sent(job, code, "no_longer_live").await;
    };
    let allowed = &job.settings.phone.allowed_countries;
    if !allowed.iter().any(|country| country == ready.phone.country()) {
        return not_sent(job, code, "country_not_allowed").await;
    }
    if code.limits == CodeLimits::ToTake {
        let limits = limits(job, &ready.phone);
        let counted = (job.settings.limits.codes_per_account_day, limits.as_slice());
        match store.clear_code(&job.item, code, counted, job.now).await? {
            Ok(()) => {}
            // Whoever claimed it after us does the work; or it comes back, and is no longer live.
            Err(CodeRefused::Changed) => return Ok(()),
            Err(CodeRefused::Limited(name)) => {
                // Of one person is no pumping; the line is what the alarm in `infra/template.yaml`
                // counts.
                if !(name == "account" || name.starts_with("codes.number")) {
                    log::failure(FUNCTION, "a code limit was reached", &LimitReached(name));
                }
                return not_sent(job, code, &format!("limit.{name}")).await;
            }
        }
    }
    deliver(&ready).await
}

/// The code, if it is still the newest of a live recovery of this account as it is.
fn ready<'j>(
    job: &'j Job<'_>,
    code: &'j CodeToSend,
    account: &'j Account,
    recovery: &'j Recovery,
) -> Option<Ready<'j>> {
    let sent = match code.limits {
        CodeLimits::ToTake => recovery.asked.as_ref(),
        CodeLimits::Taken => recovery.code.as_ref(),
    };
    let sent = sent.filter(|sent| {
        sent.number == code.number
            && sent.account_id == account.account_id
            && sent.epoch == account.epoch
    })?;
    let is_over = recovery.over(job.now).is_some() || job.now >= sent.until;
    if is_over || account.blocked.is_some() {
        return None;
    }
    let phone = PhoneNumber::parse(account.phone.as_deref()?, "").ok()?;
    let text = recovery.derive(sent, &job.step.links, &job.item.tenant)?;
    Some(Ready { job, code, account, sent, phone, text })
}

async fn deliver(ready: &Ready<'_>) -> Result<(), StoreError> {
    let Ready { job, code, account, sent, phone, text } = ready;
    let asked = (code.language_asked, code.language_accepted);
    let language = language(asked, account, &job.settings);
    let (settings, phones) = (&job.settings, &job.step.phones);
    let handed = match code.channel {
        CodeChannel::Sms => {
            // To the nearest: half a minute on its way makes ten minutes no nine.
            let minutes = (sent.until.duration_since(job.now).as_secs() + 30) / 60;
            let text = CodeText {
                code: text.expose_secret(),
                minutes: u32::try_from(minutes).unwrap_or(0),
                host: &settings.code_host(&job.step.public_base),
            };
            phones.send_sms(settings, phone, text.text(language)).await
        }
        CodeChannel::Voice => {
            let call = CodeCall { code: text.expose_secret() };
            phones.call(phone, call.ssml(language), language).await
        }
    };
    match handed {
        Ok(()) => {
            let entry = entry(job, code, Event::CodeSent, code.channel.as_str());
            let told = Some((code.account_id.as_str(), &entry));
            let notice = notice(job, code);
            job.step.store.finish_into(&job.item, told, None, Some(&notice)).await
        }
        Err(NotSent::Never(cause)) => not_sent(job, code, cause).await,
        Err(NotSent::NotNow(error)) => {
            log::failure(FUNCTION, "a code was not taken", error.as_ref());
            let until = after(job.now, back_off_seconds(job.item.attempts));
            match until < sent.until {
                true => job.step.store.postpone(&job.item, until).await,
                false => not_sent(job, code, "not_taken").await,
            }
        }
    }
}

/// Nothing goes, now or later; the desk can see why.
async fn not_sent(job: &Job<'_>, code: &CodeToSend, cause: &str) -> Result<(), StoreError> {
    let entry = entry(job, code, Event::CodeNotSent, cause);
    let told = Some((code.account_id.as_str(), &entry));
    job.step.store.finish(&job.item, told, None).await
}

fn limits(job: &Job<'_>, phone: &PhoneNumber) -> Vec<Limit> {
    let number = phone.as_str();
    let prefix = number.get(..number.len().saturating_sub(PREFIX_DIGITS_LESS)).unwrap_or(number);
    let subjects = [number, prefix, phone.country(), ""];
    let of_account = job.settings.limits.codes_per_account_day;
    let shared = of_account.min(BASE_MAX);
    let bases = [of_account, of_account, shared, shared];
    let rows = LIMITS.iter().zip(subjects).zip(bases);
    rows.flat_map(|(((of_hour, of_day, hour, day), subject), base)| {
        let subject = pseudonym(job, subject);
        let limit = |name, times: u32, window_seconds| Limit {
            name,
            subject: subject.clone(),
            max: base.saturating_mul(times),
            window_seconds,
        };
        [limit(of_hour, *hour, HOUR_SECONDS), limit(of_day, *day, DAY_SECONDS)]
    })
    .collect()
}

/// SECURITY: a number cannot be guessed back from what it is counted by. Held by
/// `no_number_stands_where_it_is_counted`.
fn pseudonym(job: &Job<'_>, subject: &str) -> String {
    let key = job.step.links.derive_current("regain code limits v1");
    let tag = mac(key.as_slice(), &[job.item.tenant.as_str().as_bytes(), subject.as_bytes()]);
    HEXLOWER.encode(tag.split_at(16).0)
}

/// The mail that says so; one for each code, so that none goes unseen.
fn notice(job: &Job<'_>, code: &CodeToSend) -> OutboxItem {
    let work = Work::Send(Notice {
        notice: NoticeKind::CodeSent { recovery_id: code.recovery_id, channel: code.channel },
        account_ref: code.account_ref.clone(),
        account_id: code.account_id.clone(),
        to: None,
        at: code.at,
        language_asked: code.language_asked,
        language_accepted: code.language_accepted,
        support_code: code.support_code.clone(),
    });
    let id = format!("code-sent-{}-{}", code.recovery_id, code.number);
    OutboxItem::new(&job.item.tenant, id, work, job.now)
}

fn entry(job: &Job<'_>, code: &CodeToSend, event: Event, cause: &str) -> Entry {
    Entry {
        event,
        at: job.now,
        actor: Actor::Caller,
        source: code.source.clone(),
        cause: Some(cause.to_owned()),
        subject: format!("{}-{}", code.recovery_id, code.number),
        support_code: Some(code.support_code.clone()),
        kept_days: job.settings.timeline_days,
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the limit {0}")]
struct LimitReached(&'static str);
