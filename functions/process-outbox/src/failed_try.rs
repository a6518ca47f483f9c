//! A wrong password, number or code goes on the timeline of the account that was meant, if there
//! is one; and what wrong passwords come to, a lock or the end of the password, is told to its
//! owner, with the way out.

use regain_domain::event::Event;
use regain_domain::link::LinkPurpose;
use regain_domain::{Account, LinkId, SupportCode};
use regain_http::random;
use regain_store::{
    Actor, Consequence, Entry, FailedTry, LinkRequest, OutboxItem, RequestedBy, StoreError, Story,
    TryOf, Work,
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
    if let (TryOf::Password | TryOf::PasswordShut, Some(story)) = (failed.of, &story)
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
    if account.password_phc.is_none() || account.password_disabled_at.is_some() {
        return Ok(false);
    }
    let (store, lockout) = (&job.step.store, &job.settings.lockout);
    let tries = store.tries(&job.item.tenant, &failed.account_ref).await?;
    let untold = tries.locked(lockout, job.now).filter(|lock| tries.told_at != Some(lock.since));
    let (consequence, event, purpose, at) = if tries.is_spent(lockout, job.now) {
        let disabled = Consequence::Disabled(account);
        (disabled, Event::PasswordDisabled, LinkPurpose::Reset, job.now)
    } else if let Some(lock) = untold {
        (Consequence::Locked(lock), Event::AccountLocked, LinkPurpose::Unlock, lock.since)
    } else {
        return Ok(false);
    };
    let link_id = LinkId::new(random());
    let support_code = SupportCode::new(random());
    let work = Work::LinkRequested(LinkRequest {
        purpose,
        actor: Actor::System,
        by: RequestedBy::Account {
            account_ref: failed.account_ref.clone(),
            account_id: account.account_id.clone(),
        },
        link_id,
        requested_at: at,
        return_url: None,
        language_asked: None,
        language_accepted: None,
        source: None,
        // The mail has a code of its own: the story of the try is another.
        support_code: support_code.clone(),
    });
    let mail = OutboxItem::new(&job.item.tenant, format!("lockout-{link_id}"), work, job.now);
    let came_to = Entry {
        event,
        actor: Actor::System,
        source: None,
        support_code: Some(support_code),
        ..entry.clone()
    };
    let whose = (&failed.account_ref, account.account_id.as_str());
    let mut entries = vec![came_to];
    if failed.of == TryOf::Password {
        entries.push(entry.clone());
    }
    let told = (entries.as_slice(), story);
    store.finish_try(&job.item, whose, consequence, told, &mail, job.now).await
}

fn entry(job: &Job<'_>, failed: &FailedTry) -> Entry {
    let event = match failed.of {
        TryOf::Password | TryOf::PasswordShut => Event::SignInFailed,
        TryOf::Phone => Event::PhoneRejected,
        TryOf::Code => Event::CodeRejected,
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
