//! Sending a notice: to the address on the account, only while it still says the truth, and again
//! until the mail service has taken it or a day has passed.

use regain_domain::event::{Actor, Entry, Event};
use regain_domain::keys::KeyState;
use regain_domain::link::{LinkPurpose, Origin};
use regain_domain::time::after;
use regain_domain::token::{self, TokenPurpose};
use regain_domain::{Account, Language, LinkId, Login, Settings};
use regain_http::log;
use regain_notices::{
    AccountBlocked, AccountLocked, Address, CodeSent, Invite, Letterhead, LoginChanged, MagicLink,
    Mail, MailedLink, PasswordChanged, PasswordDisabled, PhoneChanged, ProviderChange,
    ProviderChanged, ResetLink, SecondStepChanged, SecondStepGuessed, SignInWithProvider,
    TemporaryPassword, UnlockLink, Unlocked,
};
use regain_store::{Notice, NoticeKind, StoreError};
use secrecy::ExposeSecret;

use crate::{FUNCTION, Job, help};

/// Sends one notice, or says when to try again.
pub(crate) async fn notice(job: &Job<'_>, notice: &Notice) -> Result<(), StoreError> {
    let store = &job.step.store;
    let whose = (&notice.account_ref, notice.account_id.as_str());
    let Some((_, account)) = store.account_of(&job.item.tenant, whose).await? else {
        return store.finish(&job.item, None, None).await;
    };
    if job.is_too_late() {
        return give_up(job, notice, &account).await;
    }
    let Some(mail) = write(job, notice, &account).await? else {
        let entry = entry(job, notice, Event::RequestDropped, Some("no_longer_live"));
        return store.finish(&job.item, Some((&account.account_id, &entry)), None).await;
    };
    let to = notice.to.as_ref().unwrap_or(&account.login);
    match job.step.mailer.send(&job.settings, to, mail).await {
        Ok(()) => {
            let event = match notice.notice {
                NoticeKind::Link(_) | NoticeKind::Lockout(_) => Event::LinkSent,
                _ => Event::NoticeSent,
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
pub(crate) fn back_off_seconds(attempts: u32) -> u32 {
    let doublings = attempts.saturating_sub(1).min(5);
    (30_u32 << doublings).min(600)
}

/// The page where a new password is asked for.
pub(crate) const FORGOT_PASSWORD: &str = "forgot-password";

/// The address of a hosted page.
pub(crate) fn page(job: &Job<'_>, page: &str) -> String {
    Settings::page_url(&job.step.public_base, &job.item.tenant, page)
}

/// The mail, unless it would no longer be true.
async fn write(
    job: &Job<'_>,
    notice: &Notice,
    account: &Account,
) -> Result<Option<Mail>, StoreError> {
    let asked = (notice.language_asked, notice.language_accepted);
    let language = language(asked, account, &job.settings);
    let letterhead = letterhead(job, notice, account);
    let at = notice.at;
    Ok(match &notice.notice {
        NoticeKind::Link(link_id) | NoticeKind::Lockout(link_id) => {
            link(job, notice, account, *link_id, language).await?
        }
        NoticeKind::PasswordChanged { link_id, unlinked } => {
            let not_me_url = &not_me_url(job, *link_id);
            let mail = PasswordChanged { letterhead, changed_at: at, not_me_url, unlinked };
            Some(mail.mail(language))
        }
        NoticeKind::AccountBlocked => {
            let mail = AccountBlocked { letterhead, requested_at: at };
            account.blocked.map(|_| mail.mail(language))
        }
        NoticeKind::LoginChanged => {
            let which = if notice.to.is_some() { Address::Old } else { Address::New };
            let login = Login::parse(&account.login).map(|login| login.hint());
            let new_login_hint = &login.unwrap_or_default();
            let mail = LoginChanged { letterhead, changed_at: at, which, new_login_hint };
            Some(mail.mail(language))
        }
        NoticeKind::PhoneChanged => {
            let phone_hint = account.phone_hint();
            Some(PhoneChanged { letterhead, changed_at: at, phone_hint }.mail(language))
        }
        NoticeKind::TemporaryPassword => account.temporary_until.map(|valid_until| {
            TemporaryPassword { letterhead, set_at: at, valid_until }.mail(language)
        }),
        NoticeKind::Unlocked(link_id) => {
            let not_me_url = &not_me_url(job, *link_id);
            let not_me_url = Some(not_me_url.as_str());
            Some(Unlocked { letterhead, unlocked_at: at, not_me_url }.mail(language))
        }
        NoticeKind::UnlockedByDesk => {
            Some(Unlocked { letterhead, unlocked_at: at, not_me_url: None }.mail(language))
        }
        NoticeKind::CodeSent { recovery_id, channel } => account.phone_hint().map(|phone_hint| {
            let not_me_url = &report_url(job, TokenPurpose::CodeReport, *recovery_id);
            let channel = *channel;
            CodeSent { letterhead, sent_at: at, channel, phone_hint, not_me_url }.mail(language)
        }),
        NoticeKind::SignInHelp => Some(help::mail(job, account, (letterhead, at), language).await?),
        NoticeKind::SignInWithProvider => {
            account.signs_in_with_providers_only(&job.settings).then(|| {
                let providers = account.providers(&job.settings);
                let (providers, url) = (providers.as_slice(), &page(job, "sign-in"));
                SignInWithProvider { letterhead, requested_at: at, providers, url }.mail(language)
            })
        }
        NoticeKind::SecondStepChanged(change) => {
            let left = account.second_step.as_ref().map_or(0, |it| it.recovery_codes.len());
            let mail = SecondStepChanged {
                letterhead,
                changed_at: at,
                change: *change,
                codes_left: u32::try_from(left).unwrap_or_default(),
                url: &page(job, FORGOT_PASSWORD),
            };
            Some(mail.mail(language))
        }
        NoticeKind::SecondStepGuessed { until } => {
            let (until, url) = (*until, &page(job, FORGOT_PASSWORD));
            Some(SecondStepGuessed { letterhead, at, until, url }.mail(language))
        }
        NoticeKind::ProviderLinked(provider) => {
            let (provider, url) = (*provider, &page(job, FORGOT_PASSWORD));
            let change = ProviderChange::Linked;
            Some(
                ProviderChanged { letterhead, changed_at: at, provider, change, url }
                    .mail(language),
            )
        }
        NoticeKind::ProviderUnlinked(provider) => {
            let (provider, url) = (*provider, &page(job, FORGOT_PASSWORD));
            let change = ProviderChange::Unlinked;
            Some(
                ProviderChanged { letterhead, changed_at: at, provider, change, url }
                    .mail(language),
            )
        }
    })
}

async fn link(
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
    let token = token::mint(&job.step.links, tenant, TokenPurpose::of(link.purpose), link_id);
    let letterhead = letterhead(job, notice, account);
    let (base, secret) = (&job.step.public_base, token.expose_secret());
    let url = &job.settings.link_url(base, tenant, link.purpose, secret);
    let (login, not_me_url) = (account.login.as_str(), &not_me_url(job, link_id));
    let (requested_at, valid_until) = (notice.at, link.expires_at);
    let mailed = MailedLink { login, url, not_me_url, valid_until };
    let click_minutes = job.settings.validity.link_clicked_seconds / 60;
    let of_lockout = matches!(notice.notice, NoticeKind::Lockout(_));
    // A link of a lock that goes again in other words was asked for; the desk did not make it.
    let origin = match link.origin {
        Origin::Lockout => Origin::SelfService,
        origin => origin,
    };
    Ok(match (link.purpose, of_lockout) {
        (LinkPurpose::Unlock, true) => {
            let lock_seconds = job.settings.lockout.lock_seconds;
            let locked_at = notice.at;
            let mail = AccountLocked {
                letterhead,
                link: mailed,
                locked_at,
                locked_until: (lock_seconds > 0).then(|| after(locked_at, lock_seconds)),
                click_minutes,
            };
            Some(mail.mail(language))
        }
        (LinkPurpose::Unlock, false) => {
            let mail = UnlockLink { letterhead, link: mailed, requested_at, click_minutes, origin };
            Some(mail.mail(language))
        }
        (LinkPurpose::Reset, true) => {
            let disabled_at = notice.at;
            let mail = PasswordDisabled { letterhead, link: mailed, disabled_at, click_minutes };
            Some(mail.mail(language))
        }
        (LinkPurpose::Reset, false) => {
            let mail = ResetLink { letterhead, link: mailed, origin, requested_at, click_minutes };
            Some(mail.mail(language))
        }
        (LinkPurpose::Invite, _) => {
            let mail = Invite { letterhead, link: mailed, requested_at, click_minutes };
            Some(mail.mail(language))
        }
        (LinkPurpose::Magic, _) => {
            let mail = MagicLink { letterhead, link: mailed, requested_at };
            Some(mail.mail(language))
        }
        (LinkPurpose::MustChange | LinkPurpose::CodeReset | LinkPurpose::CodeUnlock, _) => None,
    })
}

fn letterhead<'a>(job: &'a Job<'_>, notice: &'a Notice, account: &'a Account) -> Letterhead<'a> {
    Letterhead {
        tenant_name: &job.settings.name,
        first_name: account.first_name.as_deref(),
        support_contact: job.settings.support_contact.as_deref(),
        support_code: notice.support_code.as_str(),
        zone: &job.zone,
        accent: job.settings.looks.accent(),
    }
}

/// Its token ends things and opens nothing, so that people can paste it into a report.
fn not_me_url(job: &Job<'_>, link_id: LinkId) -> String {
    report_url(job, TokenPurpose::Report, link_id)
}

fn report_url(job: &Job<'_>, purpose: TokenPurpose, id: LinkId) -> String {
    let token = token::mint(&job.step.links, &job.item.tenant, purpose, id);
    Settings::not_me_url(&job.step.public_base, &job.item.tenant, token.expose_secret())
}

/// The body's, else the account's, else the browser's, else the tenant's; of those it offers.
pub(crate) fn language(
    (asked, accepted): (Option<Language>, Option<Language>),
    account: &Account,
    settings: &Settings,
) -> Language {
    [asked, account.language, accepted]
        .into_iter()
        .flatten()
        .find(|language| settings.languages.contains(language))
        .unwrap_or(settings.default_language)
}

/// The log line is what the alarm in `infra/template.yaml` counts.
async fn give_up(job: &Job<'_>, notice: &Notice, account: &Account) -> Result<(), StoreError> {
    log::failure(FUNCTION, "a notice was given up", &GivenUp);
    let entry = entry(job, notice, Event::NoticeFailed, None);
    // What is kept of it to be looked at holds no address.
    let left = Notice { to: None, ..notice.clone() };
    job.step.store.give_up(&job.item, &left, (&account.account_id, &entry), job.now).await
}

fn entry(job: &Job<'_>, notice: &Notice, event: Event, cause: Option<&str>) -> Entry {
    Entry {
        event,
        at: job.now,
        actor: Actor::System,
        source: None,
        cause: cause.map(str::to_owned),
        subject: job.item.outbox_id.clone(),
        support_code: Some(notice.support_code.clone()),
        kept_days: job.settings.timeline_days,
    }
}

#[derive(Debug, thiserror::Error)]
#[error("not sent within a day")]
struct GivenUp;
