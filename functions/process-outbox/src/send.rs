//! Sending a notice: to the address on the account, only while it still says the truth, and again
//! until the mail service has taken it or a day has passed.

use regain_domain::event::Event;
use regain_domain::keys::KeyState;
use regain_domain::time::after;
use regain_domain::token::{self, TokenPurpose};
use regain_domain::{Account, Language, LinkId, Settings};
use regain_http::log;
use regain_notices::{AccountBlocked, Letterhead, Mail, PasswordChanged, ResetLink};
use regain_store::{Actor, Entry, Notice, NoticeKind, StoreError};
use secrecy::ExposeSecret;

use crate::{FUNCTION, Job};

/// Sends one notice, or says when to try again.
pub(crate) async fn notice(job: &Job<'_>, notice: &Notice) -> Result<(), StoreError> {
    let store = &job.step.store;
    let Some(account) = store.account(&job.item.tenant, &notice.account_ref).await? else {
        return store.finish(&job.item, None, None).await;
    };
    if job.is_too_late() {
        return give_up(job, notice, &account).await;
    }
    let Some(mail) = write(job, notice, &account).await? else {
        let entry = entry(job, notice, Event::RequestDropped, Some("no_longer_live"));
        return store.finish(&job.item, Some((&account.account_id, &entry)), None).await;
    };
    match job.step.mailer.send(&job.settings, &account.login, mail).await {
        Ok(()) => {
            let event = match notice.notice {
                NoticeKind::ResetLink(_) => Event::LinkSent,
                NoticeKind::PasswordChanged(_) | NoticeKind::AccountBlocked => Event::NoticeSent,
            };
            let entry = entry(job, notice, event, None);
            store.finish(&job.item, Some((&account.account_id, &entry)), None).await
        }
        Err(error) => {
            log::failure(FUNCTION, "a notice was not taken", error.as_ref());
            let until = after(job.now, back_off_seconds(job.item.attempts));
            store.postpone(&job.item, until).await
        }
    }
}

/// Half a minute, doubled with each try, at most ten minutes.
fn back_off_seconds(attempts: u32) -> u32 {
    let doublings = attempts.saturating_sub(1).min(5);
    (30_u32 << doublings).min(600)
}

/// The mail, unless it would no longer be true.
async fn write(
    job: &Job<'_>,
    notice: &Notice,
    account: &Account,
) -> Result<Option<Mail>, StoreError> {
    let language = language(notice, account, &job.settings);
    let letterhead = letterhead(job, notice, account);
    Ok(match notice.notice {
        NoticeKind::ResetLink(link_id) => {
            reset_link(job, notice, account, link_id, language).await?
        }
        NoticeKind::PasswordChanged(link_id) => {
            let not_me_url = &not_me_url(job, link_id);
            let changed_at = notice.at;
            let mail = PasswordChanged { letterhead, changed_at, not_me_url };
            Some(mail.mail(language))
        }
        NoticeKind::AccountBlocked => {
            let requested_at = notice.at;
            let mail = AccountBlocked { letterhead, requested_at };
            account.blocked.map(|_| mail.mail(language))
        }
    })
}

async fn reset_link(
    job: &Job<'_>,
    notice: &Notice,
    account: &Account,
    link_id: LinkId,
    language: Language,
) -> Result<Option<Mail>, StoreError> {
    let tenant = &job.item.tenant;
    let link = job
        .step
        .store
        .link(tenant, link_id)
        .await?
        .filter(|link| link.standing(Some(account), KeyState::Accepted, job.now).is_ok());
    let Some(link) = link else { return Ok(None) };
    let token = token::mint(&job.step.links, tenant, TokenPurpose::ResetLink, link_id);
    let mail = ResetLink {
        letterhead: letterhead(job, notice, account),
        origin: link.origin,
        login: &account.login,
        url: &job.settings.link_url(&job.step.public_base, tenant, token.expose_secret()),
        not_me_url: &not_me_url(job, link_id),
        requested_at: notice.at,
        valid_until: link.expires_at,
        click_minutes: job.settings.validity.link_clicked_seconds / 60,
    };
    Ok(Some(mail.mail(language)))
}

fn letterhead<'a>(job: &'a Job<'_>, notice: &'a Notice, account: &'a Account) -> Letterhead<'a> {
    Letterhead {
        tenant_name: &job.settings.name,
        first_name: account.first_name.as_deref(),
        support_contact: job.settings.support_contact.as_deref(),
        support_code: notice.support_code.as_str(),
    }
}

/// Its token ends things and opens nothing, so that people can paste it into a report.
fn not_me_url(job: &Job<'_>, link_id: LinkId) -> String {
    let token = token::mint(&job.step.links, &job.item.tenant, TokenPurpose::Report, link_id);
    Settings::not_me_url(&job.step.public_base, &job.item.tenant, token.expose_secret())
}

/// The body's, else the account's, else the browser's, else the tenant's; of those it offers.
fn language(notice: &Notice, account: &Account, settings: &Settings) -> Language {
    [notice.language_asked, account.language, notice.language_accepted]
        .into_iter()
        .flatten()
        .find(|language| settings.languages.contains(language))
        .unwrap_or(settings.default_language)
}

/// The log line is what the alarm in `infra/template.yaml` counts.
async fn give_up(job: &Job<'_>, notice: &Notice, account: &Account) -> Result<(), StoreError> {
    log::failure(FUNCTION, "a notice was given up", &GivenUp);
    let entry = entry(job, notice, Event::NoticeFailed, None);
    job.step.store.give_up(&job.item, (&account.account_id, &entry), job.now).await
}

fn entry(job: &Job<'_>, notice: &Notice, event: Event, cause: Option<&str>) -> Entry {
    Entry {
        event,
        at: job.now,
        actor: Actor::System,
        source: None,
        cause: cause.map(str::to_owned),
        subject: job.item.outbox_id.clone(),
        support_code: Some(notice.support_code.to_string()),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("not sent within a day")]
struct GivenUp;
