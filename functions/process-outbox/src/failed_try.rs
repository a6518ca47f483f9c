//! A wrong password, number or code goes on the timeline of the account that was meant, if there
//! is one; and what wrong passwords come to, a lock or the end of the password, is told to its
//! owner, with the way out. So it is of wrong codes of the second step, which only who is through the
//! first one can type.

use jiff::Timestamp;
use regain_domain::event::{Actor, Entry, Event};
use regain_domain::link::LinkPurpose;
use regain_domain::{Account, LinkId, SupportCode};
use regain_http::random;
use regain_store::{
    Consequence, FailedTry, MailRequest, Notice, NoticeKind, OutboxItem, RequestedBy, StoreError,
    Story, TriesOf, TryOf, Wanted, Work,
};

use crate::Job;

pub(crate) async fn tell(job: &Job<'_>, failed: &FailedTry) -> Result<(), StoreError> {
    let store = &job.step.store;
    let account = store.account(&job.item.tenant, &failed.account_ref).await?;
    let story = story(failed, account.as_ref());
    let Some(account) = account else {
        return store.finish(&job.item, None, story.as_ref()).await;
    };
    let entry = entry(job, failed);
    // What was refused unseen too: the last one that was looked at may have died on its way.
    let counted = matches!(failed.of, TryOf::Password | TryOf::PasswordShut | TryOf::SecondStep);
    if let (true, Some(story)) = (counted, &story)
        && follow(job, failed, &account, (&entry, story)).await?
    {
        return Ok(());
    }
    // Whoever goes on and on at a shut door fills no timeline.
    let told = (failed.of != TryOf::PasswordShut).then_some((account.account_id.as_str(), &entry));
    store.finish(&job.item, told, story.as_ref()).await
}

/// What the tries came to, told once. Whether that was done here.
async fn follow(
    job: &Job<'_>,
    failed: &FailedTry,
    account: &Account,
    (entry, story): (&Entry, &Story),
) -> Result<bool, StoreError> {
    let of_second_step = failed.of == TryOf::SecondStep;
    let can_end = match (&account.second_step, of_second_step) {
        (second_step, true) => second_step.as_ref().is_some_and(|it| it.disabled_at.is_none()),
        (_, false) => account.password_phc.is_some() && account.password_disabled_at.is_none(),
    };
    if !can_end {
        return Ok(false);
    }
    let (of, lockout) = match of_second_step {
        true => (TriesOf::SecondStep(&account.account_id), job.settings.lockout.of_second_step()),
        false => (TriesOf::Password(&failed.account_ref), job.settings.lockout.clone()),
    };
    let store = &job.step.store;
    let tries = store.tries(&job.item.tenant, of).await?;
    let untold = tries.locked(&lockout, job.now).filter(|lock| tries.told_at != Some(lock.since));
    let (consequence, at, until) = if tries.is_spent(&lockout, job.now) {
        (Consequence::Disabled(account), job.now, None)
    } else if let Some(lock) = untold {
        (Consequence::Locked(lock), lock.since, lock.until)
    } else {
        return Ok(false);
    };
    let event = match (consequence, of_second_step) {
        (Consequence::Disabled(_), true) => Event::SecondStepDisabled,
        (Consequence::Locked(_), true) => Event::SecondStepLocked,
        (Consequence::Disabled(_), false) => Event::PasswordDisabled,
        (Consequence::Locked(_), false) => Event::AccountLocked,
    };
    // A mail that brings a link has a story of its own; another tells of the try.
    let support_code = match of_second_step {
        true => failed.support_code.clone(),
        false => SupportCode::new(random()),
    };
    let mail = match of_second_step {
        true => guessed(failed, account, (at, until), &support_code),
        false => way_out(failed, account, (event, at), &support_code),
    };
    let id = format!("lockout-{}", LinkId::new(random()));
    let mail = OutboxItem::new(&job.item.tenant, id, mail, job.now);
    let came_to = Entry {
        event,
        actor: Actor::System,
        source: None,
        support_code: Some(support_code),
        ..entry.clone()
    };
    let whose = (of, &failed.account_ref, account.account_id.as_str());
    let mut entries = vec![came_to];
    if failed.of != TryOf::PasswordShut {
        entries.push(entry.clone());
    }
    let told = (entries.as_slice(), story);
    store.finish_try(&job.item, whose, consequence, told, &mail, job.now).await
}

/// A link that takes the lock off, or that chooses another password.
fn way_out(
    failed: &FailedTry,
    account: &Account,
    (event, at): (Event, Timestamp),
    support_code: &SupportCode,
) -> Work {
    let purpose = match event {
        Event::PasswordDisabled => LinkPurpose::Reset,
        _ => LinkPurpose::Unlock,
    };
    Work::MailRequested(MailRequest {
        wanted: Wanted::Link(purpose),
        actor: Actor::System,
        by: RequestedBy::Account {
            account_ref: failed.account_ref.clone(),
            account_id: account.account_id.clone(),
        },
        link_id: LinkId::new(random()),
        requested_at: at,
        return_url: None,
        challenge: None,
        language_asked: None,
        language_accepted: None,
        source: None,
        support_code: support_code.clone(),
    })
}

/// There is no way round the second step: the mail says that somebody is at it.
fn guessed(
    failed: &FailedTry,
    account: &Account,
    (at, until): (Timestamp, Option<Timestamp>),
    support_code: &SupportCode,
) -> Work {
    Work::Send(Notice {
        notice: NoticeKind::SecondStepGuessed { until },
        account_ref: failed.account_ref.clone(),
        account_id: account.account_id.clone(),
        to: None,
        at,
        language_asked: None,
        language_accepted: None,
        support_code: support_code.clone(),
    })
}

fn entry(job: &Job<'_>, failed: &FailedTry) -> Entry {
    let event = match failed.of {
        TryOf::Password | TryOf::PasswordShut => Event::SignInFailed,
        TryOf::Phone => Event::PhoneRejected,
        TryOf::Code => Event::CodeRejected,
        TryOf::SecondStep => Event::SecondStepFailed,
    };
    Entry {
        event,
        at: failed.at,
        actor: Actor::Caller,
        source: failed.source.clone(),
        cause: None,
        // Several of a recovery share its code, and two may come at one moment.
        subject: job.item.outbox_id.clone(),
        support_code: Some(failed.support_code.clone()),
        kept_days: job.settings.timeline_days,
    }
}

/// A number and a code belong to the story of their recovery.
fn story(failed: &FailedTry, account: Option<&Account>) -> Option<Story> {
    let (outcome, cause) = match (failed.of, account) {
        (TryOf::Phone | TryOf::Code, _) => return None,
        (_, None) => (Story::NO_SUCH_ACCOUNT, None),
        (TryOf::Password, Some(_)) => (Event::SignInFailed.as_str(), None),
        (TryOf::SecondStep, Some(_)) => (Event::SecondStepFailed.as_str(), None),
        (TryOf::PasswordShut, Some(_)) => (Event::SignInFailed.as_str(), Some("too_many_tries")),
    };
    Some(Story {
        support_code: failed.support_code.clone(),
        at: failed.at,
        outcome: outcome.to_owned(),
        cause: cause.map(str::to_owned),
        account_id: account.map(|account| account.account_id.clone()),
    })
}
