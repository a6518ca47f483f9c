//! `unlock`: the holder of a grant takes the lock off; and who gives the password too is signed in
//! by the same call, whatever is tried elsewhere meanwhile.
//!
//! A password is looked at under the grant's own five tries and not under the counter that strangers
//! can fill. It takes no block off, and no disabled password back.

use regain_domain::account::Temporary;
use regain_domain::event::{Entry, Event};
use regain_domain::hashing::{Hasher, Verdict};
use regain_domain::keys::Keyring;
use regain_domain::link::{
    Act, Alive, Death, DeathCause, State, UNLOCK_TRIES_MAX, WithdrawnReason,
};
use regain_domain::session::Method;
use regain_domain::token::{self, Genuine, TokenPurpose};
use regain_domain::{Account, AccountRef, Link, LinkId};
use regain_http::{Answer, Call, Problem, ProblemCode, Sessions, random};
use regain_notices::Dead;
use regain_store::{
    FailedTry, Notice, NoticeKind, OutboxItem, REREADS_MAX, Store, Tried, TryOf, Unlock, Unlocked,
    Work, Written,
};
use serde_json::json;

/// What this step needs.
pub struct TakeLockOff {
    /// The tables.
    pub store: Store,
    /// The keys of grants.
    pub links: Keyring,
    /// Signs session tokens.
    pub sessions: Sessions,
    /// The cost of a hash.
    pub hasher: Hasher,
}

/// Answers one request.
pub async fn handle(step: &TakeLockOff, call: &Call) -> Result<Answer, Problem> {
    let purposes = [TokenPurpose::UnlockGrant];
    let genuine = token::read(&step.links, &call.tenant, &purposes, call.body.token("grant"))
        .map_err(|_| unknown())?;
    if call.body.has("password") {
        let runs_before = step.hasher.runs();
        let answered = sign_in(step, call, genuine).await;
        call.log.set("argon2.runs", step.hasher.runs() - runs_before);
        return answered;
    }
    unlock(step, call, genuine).await
}

fn unknown() -> Problem {
    Problem::new(ProblemCode::GrantUnknown)
}

fn unlocked() -> Answer {
    Answer::new(json!({"status": "unlocked"}))
}

/// Two calls to the store; one if it was done before. A dead grant costs one more.
async fn unlock(step: &TakeLockOff, call: &Call, genuine: Genuine) -> Result<Answer, Problem> {
    for _ in 0..REREADS_MAX {
        let link = step.store.link(&call.tenant, genuine.id).await?.ok_or_else(unknown)?;
        call.log.set("account.ref", link.account_id.as_str());
        match link.state(call.now, genuine.key) {
            State::Dead(_) if link.unlocked_before(call.now, genuine.key) => return Ok(unlocked()),
            State::Dead(_) => {
                let account = account_of(step, call, &link).await?;
                return Err(refused(&link, account.as_ref(), genuine, call));
            }
            // Its grant was never given out, so this one was made up.
            State::Alive(Alive::Sent { .. }) => return Err(unknown()),
            State::Alive(Alive::Clicked { .. }) => {}
        }
        match take_off(step, call, &link, None).await? {
            Unlocked::Done => return Ok(unlocked()),
            // It died, or was used, a moment ago: read again.
            Unlocked::LinkRefused(_) => {}
            Unlocked::AccountRefused(account) => {
                return Err(refused(&link, account.as_deref(), genuine, call));
            }
        }
    }
    Err(Problem::busy())
}

async fn take_off(
    step: &TakeLockOff,
    call: &Call,
    link: &Link,
    signed_in: Option<&Account>,
) -> Result<Unlocked, Problem> {
    let work = Work::Send(Notice {
        notice: NoticeKind::Unlocked(link.link_id),
        account_ref: link.account_ref.clone(),
        account_id: link.account_id.clone(),
        to: None,
        at: call.now,
        language_asked: call.language_asked,
        language_accepted: call.language_accepted,
        // The code of the request: by it the desk finds the whole story.
        support_code: link.support_code.clone(),
    });
    let id = format!("unlocked-{}", link.link_id);
    let notice = OutboxItem::new(&call.tenant, id, work, call.now);
    let cause = link.purpose.as_str();
    let mut entries = vec![call.entry(Event::AccountUnlocked, Some(cause)).of_link(link)];
    entries.extend(signed_in.map(|account| signed_in_entry(call, link, account)));
    let unlock = Unlock { link, signed_in, notice: &notice, entries: &entries };
    Ok(step.store.unlock(&call.tenant, unlock, call.now).await?)
}

/// Three calls to the store and one argon2 run; with a wrong password too.
async fn sign_in(step: &TakeLockOff, call: &Call, genuine: Genuine) -> Result<Answer, Problem> {
    let link = match step.store.count_try(&call.tenant, genuine.id, Act::Unlock, call.now).await? {
        Tried::Counted(link) => *link,
        Tried::Refused(link) => {
            let link = link.ok_or_else(unknown)?;
            let account = account_of(step, call, &link).await?;
            end_if_spent(step, call, &link, genuine).await?;
            return Err(refused(&link, account.as_ref(), genuine, call));
        }
    };
    call.log.set("account.ref", link.account_id.as_str());
    let account = account_of(step, call, &link).await?;
    let used = link.unlocked_before(call.now, genuine.key);
    let is_dead = !used && matches!(link.state(call.now, genuine.key), State::Dead(_));
    let may = |account: &&Account| {
        !is_dead
            && link.withdrawn_by(Some(account), call.now).is_none()
            && account.password_disabled_at.is_none()
    };
    let Some(account) = account.as_ref().filter(may) else {
        return Err(refused(&link, account.as_ref(), genuine, call));
    };
    let verdict = match call.body.password("password") {
        Ok(password) => step.hasher.verify(password, account.password_phc.as_deref()),
        Err(_) => Verdict::Wrong,
    };
    if verdict == Verdict::Wrong || matches!(account.temporary(call.now), Temporary::Over) {
        return Err(wrong(step, call, &link).await?);
    }
    // A temporary password opens nothing here: `sign-in` gives the right to replace it.
    let signed_in = Some(account).filter(|account| account.temporary_until.is_none());
    let done = match used {
        false => match take_off(step, call, &link, signed_in).await? {
            Unlocked::Done => true,
            Unlocked::AccountRefused(now) => {
                return Err(refused(&link, now.as_deref(), genuine, call));
            }
            // Another call has used it a moment ago, and signing in goes on.
            Unlocked::LinkRefused(now) => {
                now.is_some_and(|link| link.unlocked_before(call.now, genuine.key))
                    && signs_in(step, call, &link, signed_in).await?
            }
        },
        true => signs_in(step, call, &link, signed_in).await?,
    };
    match (done, signed_in) {
        (false, _) => Err(Problem::busy()),
        (true, None) => Ok(unlocked()),
        (true, Some(account)) => {
            let whose = (&link.account_ref, account);
            step.sessions.after_first_step(call, whose, vec![Method::Password], None)
        }
    }
}

/// The lock is off already; so the counter that somebody may have filled since is forgotten again.
async fn signs_in(
    step: &TakeLockOff,
    call: &Call,
    link: &Link,
    signed_in: Option<&Account>,
) -> Result<bool, Problem> {
    let Some(account) = signed_in else { return Ok(true) };
    let entry = signed_in_entry(call, link, account);
    let as_read = (&link.account_ref, account);
    let written = step.store.sign_in(&call.tenant, as_read, None, &entry).await?;
    Ok(written == Written::Done)
}

async fn wrong(step: &TakeLockOff, call: &Call, link: &Link) -> Result<Problem, Problem> {
    let work = Work::TryFailed(FailedTry {
        of: TryOf::Password,
        account_ref: link.account_ref.clone(),
        at: call.now,
        source: Some(call.source.clone()),
        // A story of its own: that of the link goes on.
        support_code: call.support_code.clone(),
    });
    let id = format!("failed-{}", LinkId::new(random()));
    step.store.put_outbox(&OutboxItem::new(&call.tenant, id, work, call.now)).await?;
    let left = UNLOCK_TRIES_MAX.saturating_sub(link.tries);
    Ok(Problem::new(ProblemCode::SignInFailed)
        .with("attempts_left", json!(left))
        .with_support_code(&call.support_code))
}

/// Five wrong passwords end a grant that was not used: what it says of itself is then true.
async fn end_if_spent(
    step: &TakeLockOff,
    call: &Call,
    link: &Link,
    genuine: Genuine,
) -> Result<(), Problem> {
    let is_alive = matches!(link.state(call.now, genuine.key), State::Alive(_));
    if is_alive && link.tries >= UNLOCK_TRIES_MAX && !link.is_tried_now(call.now) {
        let reason = WithdrawnReason::TooManyTries;
        let entry = call.entry(Event::LinkWithdrawn, Some(reason.as_str())).of_link(link);
        // Refused only if it has just died of something else, which the next call will tell.
        step.store.withdraw(&call.tenant, link, reason, &entry, call.now).await?;
    }
    Ok(())
}

/// Why it cannot be done.
fn refused(link: &Link, account: Option<&Account>, genuine: Genuine, call: &Call) -> Problem {
    let dead = |(death, remedy)| Problem::dead(Dead::Grant, death, remedy, &link.support_code);
    let is_disabled = account.is_some_and(|account| account.password_disabled_at.is_some());
    match link.standing(account, genuine.key, call.now) {
        Ok(Alive::Sent { .. }) => unknown(),
        Ok(Alive::Clicked { .. }) if is_disabled => {
            Problem::new(ProblemCode::PasswordDisabled).with_support_code(&link.support_code)
        }
        Ok(Alive::Clicked { .. }) if link.tries >= UNLOCK_TRIES_MAX => {
            let cause = DeathCause::Withdrawn(WithdrawnReason::TooManyTries);
            dead((Death { cause, at: call.now }, link.remedy(account, call.now)))
        }
        Ok(Alive::Clicked { .. }) => Problem::busy(),
        Err(death) => dead(death),
    }
}

async fn account_of(
    step: &TakeLockOff,
    call: &Call,
    link: &Link,
) -> Result<Option<Account>, Problem> {
    let account = step.store.account_of(&call.tenant, link.whose()).await?;
    Ok(account.map(|(_, account): (AccountRef, Account)| account))
}

/// One grant may sign in several times, and two of them at one moment.
fn signed_in_entry(call: &Call, link: &Link, account: &Account) -> Entry {
    let support_code = Some(link.support_code.clone());
    Entry { support_code, ..call.entry(account.first_step_event(), None) }
}
