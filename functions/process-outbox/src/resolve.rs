//! From a request to a notice, or to nothing; and always to a story for the service desk.

use regain_domain::event::{Entry, Event};
use regain_domain::issue::{Dropped, Issue, Request, decide};
use regain_domain::keys::KeyState;
use regain_domain::link::{Alive, LinkPurpose, Origin, State};
use regain_domain::time::after;
use regain_domain::{Account, AccountRef, Link, LinkId};
use regain_store::{
    Limit, MailRequest, Mailed, Notice, NoticeKind, REREADS_MAX, RequestedBy, StoreError, Story,
    Wanted,
};

use crate::{Job, send};

/// A request for a mail. Reads, decides, writes under the condition that nothing changed in
/// between; if something did, reads and decides anew.
pub(crate) async fn mail(job: &Job<'_>, request: &MailRequest) -> Result<(), StoreError> {
    for _ in 0..REREADS_MAX {
        let Some((account_ref, account)) = whose(job, request).await? else {
            return unknown(job, request).await;
        };
        let purpose = match request.wanted {
            Wanted::Link(purpose) => helpful(purpose, &account),
            Wanted::Help => LinkPurpose::Reset,
        };
        // Its mail would be given up at once, and must not end the link of another that arrived.
        if job.is_too_late() {
            return drop_request(job, request, &account, Dropped::TooLate).await;
        }
        if account.blocked.is_some() && request.origin() != Origin::SelfService {
            return drop_request(job, request, &account, Dropped::Blocked).await;
        }
        if let Some((kind, event, cause)) = in_other_words(job, request, purpose, &account) {
            let notice = notice(request, (&account_ref, &account), kind);
            let told = told(job, request, &account, event, cause);
            match turn(job, request, &account, &notice, &told).await? {
                Mailed::Changed => continue,
                issued => return settle(job, request, &account, &notice, issued).await,
            }
        }
        let asked =
            Request { purpose, link_id: request.link_id, requested_at: request.requested_at };
        // A stranger's lock must not end a link that its owner asked for: that goes again.
        let window_seconds = match request.origin() {
            Origin::Lockout => u32::MAX,
            Origin::SelfService | Origin::BackOffice => {
                job.settings.validity.same_link_window_seconds
            }
        };
        let current = current(job, purpose, &account, window_seconds).await?;
        // One that another browser asked for would hand its sign-in over to that one.
        let current = current.filter(|link| link.challenge == request.challenge);
        let decided = decide(&account, &asked, current.as_ref(), window_seconds, job.now);
        let (notice, issued) = match decided {
            Issue::Drop(dropped) => return drop_request(job, request, &account, dropped).await,
            Issue::Issued => {
                let kind = kind(request, request.link_id);
                return send::notice(job, &notice(request, (&account_ref, &account), kind)).await;
            }
            Issue::SameAgain(link_id) => {
                let kind = kind(request, link_id);
                let notice = notice(request, (&account_ref, &account), kind);
                let (entry, story) = told(job, request, &account, Event::LinkRepeated, None);
                // The link that was made before, for this request made none.
                let told = (Entry { subject: link_id.to_string(), ..entry }, story);
                let issued = turn(job, request, &account, &notice, &told).await?;
                (notice, issued)
            }
            Issue::New { .. } if is_in_hand(job, request, current.as_ref()) => {
                return drop_request(job, request, &account, Dropped::InHand).await;
            }
            Issue::New { .. } => issue(job, request, purpose, (&account_ref, &account)).await?,
        };
        if issued != Mailed::Changed {
            return settle(job, request, &account, &notice, issued).await;
        }
    }
    // Somebody rewrites this account all the time. The item comes back in a minute.
    Ok(())
}

/// The mail where no link is what helps: help itself; whom a blocked account can ask; and the provider
/// that somebody signs in with who never had a password.
fn in_other_words(
    job: &Job<'_>,
    request: &MailRequest,
    purpose: LinkPurpose,
    account: &Account,
) -> Option<(NoticeKind, Event, Option<&'static str>)> {
    if request.wanted == Wanted::Help {
        return Some((NoticeKind::SignInHelp, Event::HelpAsked, None));
    }
    if let Some(reason) = account.blocked {
        return Some((NoticeKind::AccountBlocked, Event::RequestRefused, Some(reason.as_str())));
    }
    let by_itself = request.origin() == Origin::SelfService && purpose == LinkPurpose::Reset;
    (by_itself && account.signs_in_with_providers_only(&job.settings)).then_some((
        NoticeKind::SignInWithProvider,
        Event::RequestRefused,
        Some("signs_in_with_provider"),
    ))
}

/// The purpose that helps: without a password that works, taking a lock off would not.
fn helpful(purpose: LinkPurpose, account: &Account) -> LinkPurpose {
    let has_password = account.password_phc.is_some() && account.password_disabled_at.is_none();
    match purpose {
        LinkPurpose::Unlock if !has_password => LinkPurpose::Reset,
        purpose => purpose,
    }
}

/// Whose link is asked for. Who has a login by then has it; a link and an account are followed to
/// where they are.
async fn whose(
    job: &Job<'_>,
    request: &MailRequest,
) -> Result<Option<(AccountRef, Account)>, StoreError> {
    let (store, tenant) = (&job.step.store, &job.item.tenant);
    match &request.by {
        RequestedBy::Login(account_ref) => {
            let account = store.account(tenant, account_ref).await?;
            Ok(account.map(|account| (account_ref.clone(), account)))
        }
        RequestedBy::Account { account_ref, account_id } => {
            store.account_of(tenant, (account_ref, account_id)).await
        }
        RequestedBy::Link(link_id) => match store.link(tenant, *link_id).await? {
            Some(link) => store.account_of(tenant, link.whose()).await,
            None => Ok(None),
        },
    }
}

/// The link in the slot, read only where the tenant may want it mailed again.
async fn current(
    job: &Job<'_>,
    purpose: LinkPurpose,
    account: &Account,
    window_seconds: u32,
) -> Result<Option<Link>, StoreError> {
    match account.slots.get(&purpose) {
        Some(slot) if window_seconds > 0 => {
            job.step.store.link(&job.item.tenant, slot.link_id).await
        }
        _ => Ok(None),
    }
}

async fn issue(
    job: &Job<'_>,
    request: &MailRequest,
    purpose: LinkPurpose,
    (account_ref, account): (&AccountRef, &Account),
) -> Result<(Notice, Mailed), StoreError> {
    let link = Link {
        link_id: request.link_id,
        purpose,
        origin: request.origin(),
        account_ref: account_ref.clone(),
        account_id: account.account_id.clone(),
        login: Some(account.login.clone()),
        epoch: account.epoch,
        return_url: request.return_url.clone(),
        challenge: request.challenge.clone(),
        requested_at: request.requested_at,
        issued_at: job.now,
        expires_at: after(job.now, job.settings.unclicked_seconds(purpose)),
        clicked_at: None,
        click_expires_at: None,
        tries: 0,
        tried_at: None,
        died_at: None,
        death: None,
        reported_at: None,
        support_code: request.support_code.clone(),
    };
    let notice = notice(request, (account_ref, account), kind(request, link.link_id));
    let (entry, story) = told(job, request, account, Event::LinkIssued, None);
    let both = (account, &link);
    let (store, told) = (&job.step.store, (&entry, &story));
    let limit = mail_limit(job, request, account_ref);
    let mut issued = store.issue(&job.item, both, &notice, &limit, told, job.now).await?;
    let slot = account.slots.get(&purpose);
    let is_asked_for = request.origin() != Origin::Lockout;
    if is_asked_for
        && matches!(issued, Mailed::Limited(_))
        && slot.is_none_or(|slot| slot.until <= job.now)
    {
        // There is no newest mail that stays good: a stranger used the limit up, and the owner
        // would be shut out for the rest of the hour.
        let name = match purpose {
            LinkPurpose::Magic => "mails.login.none-live.magic",
            LinkPurpose::Unlock => "mails.login.none-live.unlock",
            _ => "mails.login.none-live",
        };
        let reserve = Limit { name, max: RESERVE_MAILS_HOUR, ..limit };
        issued = store.issue(&job.item, both, &notice, &reserve, told, job.now).await?;
    }
    Ok((notice, issued))
}

/// Mails of an hour for a login that has had all of its own and has no live link of the purpose; each
/// purpose for itself, so that none can be used up by asking for another.
const RESERVE_MAILS_HOUR: u32 = 3;

async fn turn(
    job: &Job<'_>,
    request: &MailRequest,
    account: &Account,
    notice: &Notice,
    (entry, story): &(Entry, Story),
) -> Result<Mailed, StoreError> {
    let limit = mail_limit(job, request, &notice.account_ref);
    let told = (account.account_id.as_str(), entry, story);
    job.step.store.turn_into_notice(&job.item, notice, &limit, told, job.now).await
}

async fn settle(
    job: &Job<'_>,
    request: &MailRequest,
    account: &Account,
    notice: &Notice,
    issued: Mailed,
) -> Result<(), StoreError> {
    match issued {
        Mailed::Done => send::notice(job, notice).await,
        Mailed::Limited(_) => drop_request(job, request, account, Dropped::MailLimit).await,
        Mailed::Changed => Ok(()),
    }
}

/// Nothing comes of it; the newest mail stays good.
async fn drop_request(
    job: &Job<'_>,
    request: &MailRequest,
    account: &Account,
    dropped: Dropped,
) -> Result<(), StoreError> {
    let (entry, story) = told(job, request, account, Event::RequestDropped, Some(dropped.as_str()));
    let entry = (account.account_id.as_str(), &entry);
    job.step.store.finish(&job.item, Some(entry), Some(&story)).await
}

async fn unknown(job: &Job<'_>, request: &MailRequest) -> Result<(), StoreError> {
    let story = Story {
        support_code: request.support_code.clone(),
        at: job.now,
        outcome: Story::NO_SUCH_ACCOUNT.to_owned(),
        cause: None,
        account_id: None,
    };
    job.step.store.finish(&job.item, None, Some(&story)).await
}

/// Mails to one login within an hour. Taken here and not where they are asked for: past it nothing
/// is issued and nothing superseded, so nobody can silence an account by asking for it.
///
/// What the desk asks for counts on its own: a stranger who used a login up must not keep the desk
/// from helping. So do mails of locks, which strangers cause too; and those that a password is
/// disabled, of which there is one and without which nobody would know the way out.
fn mail_limit(job: &Job<'_>, request: &MailRequest, account_ref: &AccountRef) -> Limit {
    let name = match request.origin() {
        // It leaves no live link, so it must use up none.
        Origin::SelfService if request.wanted == Wanted::Help => "mails.login.help",
        Origin::SelfService => "mails.login",
        Origin::BackOffice => "mails.login.back-office",
        Origin::Lockout if request.wanted == Wanted::Link(LinkPurpose::Reset) => {
            "mails.login.disabled"
        }
        Origin::Lockout => "mails.login.lockout",
    };
    let subject = account_ref.as_str().to_owned();
    Limit::hourly(name, subject, job.settings.limits.mails_per_login_hour)
}

fn kind(request: &MailRequest, link_id: LinkId) -> NoticeKind {
    match request.origin() {
        Origin::Lockout => NoticeKind::Lockout(link_id),
        Origin::SelfService | Origin::BackOffice => NoticeKind::Link(link_id),
    }
}

/// Whether nobody asked for the link, and its owner is using the one before it.
fn is_in_hand(job: &Job<'_>, request: &MailRequest, current: Option<&Link>) -> bool {
    let state = current.map(|link| link.state(job.now, KeyState::Accepted));
    request.origin() == Origin::Lockout
        && matches!(state, Some(State::Alive(Alive::Clicked { .. })))
}

fn notice(
    request: &MailRequest,
    (account_ref, account): (&AccountRef, &Account),
    kind: NoticeKind,
) -> Notice {
    Notice {
        notice: kind,
        account_ref: account_ref.clone(),
        account_id: account.account_id.clone(),
        to: None,
        at: request.requested_at,
        language_asked: request.language_asked,
        language_accepted: request.language_accepted,
        support_code: request.support_code.clone(),
    }
}

fn told(
    job: &Job<'_>,
    request: &MailRequest,
    account: &Account,
    event: Event,
    cause: Option<&str>,
) -> (Entry, Story) {
    let entry = Entry {
        event,
        at: job.now,
        actor: request.actor.clone(),
        source: request.source.clone(),
        cause: cause.map(str::to_owned),
        subject: request.link_id.to_string(),
        support_code: Some(request.support_code.clone()),
        kept_days: job.settings.timeline_days,
    };
    let story = Story::of(&entry, &account.account_id, &request.support_code);
    (entry, story)
}
