//! The lock that wrong passwords lead to, as the desk sees it and takes it off.

use regain_domain::event::Event;
use regain_domain::tries::Lock;
use regain_domain::{Account, AccountRef};
use regain_http::{Answer, Call, Problem, ProblemCode};
use regain_store::{Mailed, NoticeKind, Story, TriesOf};
use serde_json::{Value, json};

use crate::change::{notice, notices_limit};
use crate::{ManageAccounts, named, shown as account_shown};

/// The lock of an account, if it is locked. One call to the store.
pub(crate) async fn of(
    step: &ManageAccounts,
    call: &Call,
    account_ref: &AccountRef,
) -> Result<Option<Lock>, Problem> {
    let tries = step.store.tries(&call.tenant, TriesOf::Password(account_ref)).await?;
    Ok(tries.locked(&call.settings.lockout, call.now))
}

/// The lock that wrong codes have put on the second step. One call to the store, if it is on.
pub(crate) async fn of_second_step(
    step: &ManageAccounts,
    call: &Call,
    account: &Account,
) -> Result<Option<Lock>, Problem> {
    if account.second_step.is_none() {
        return Ok(None);
    }
    let of = TriesOf::SecondStep(&account.account_id);
    let tries = step.store.tries(&call.tenant, of).await?;
    Ok(tries.locked(&call.settings.lockout.of_second_step(), call.now))
}

/// As answers show it.
pub(crate) fn shown(lock: Lock) -> Value {
    json!({"since": lock.since, "until": lock.until})
}

/// Takes it off, and tells the owner. Four calls to the store; three if there is none.
pub(crate) async fn take_off(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    let (account_ref, account) = named(step, call).await?;
    if of(step, call, &account_ref).await?.is_none() {
        return Ok(account_shown(&account, call.now));
    }
    let entry = call.entry(Event::AccountUnlocked, Some("by_desk"));
    let story = Story::of(&entry, &account.account_id, &call.support_code);
    let notice = notice(call, &account_ref, &account, &(NoticeKind::UnlockedByDesk, None));
    let limit = notices_limit(call, &account);
    let (whose, telling) = ((&account_ref, &account), (&notice, &limit));
    let told = (&entry, &story);
    match step.store.unlock_by_desk(&call.tenant, whose, telling, told, call.now).await? {
        Mailed::Done => Ok(account_shown(&account, call.now)),
        Mailed::Limited(limited) => Err(Problem::limited(limited.retry_after_seconds(call.now))),
        Mailed::Changed => Err(Problem::new(ProblemCode::AccountUnknown)),
    }
}
