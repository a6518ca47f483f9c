//! `sign-in` with login and password, and `jwks.json` to verify what it gives; `finish-sign-in` where
//! more is asked for; and for who is signed in, `session` and `sign-out-everywhere`.
//!
//! An unknown login, an account without a password and a wrong password are one answer, reached
//! by the same calls and one argon2 run. Only who has the right password hears more. Every password
//! is counted before it is looked at, and too many wrong ones lock the account: `regain_domain::tries`
//! says when.

mod finish;
mod session;

use std::sync::Arc;

use jiff::Timestamp;
use regain_domain::account::Temporary;
use regain_domain::event::{Entry, Event};
use regain_domain::hashing::{Hasher, Verdict};
use regain_domain::keys::Keyring;
use regain_domain::link::{LinkPurpose, Origin};
use regain_domain::password::Password;
use regain_domain::seal::Seal;
use regain_domain::session::Method;
use regain_domain::time::after;
use regain_domain::token::{self, TokenPurpose};
use regain_domain::{Account, AccountRef, Link, LinkId};
use regain_http::{Answer, Call, Problem, ProblemCode, Sessions, random};
use regain_store::{
    Begun, Counted, FailedTry, Limit, OutboxItem, REREADS_MAX, Store, Story, TriesOf, TryOf, Work,
    Written,
};
use secrecy::ExposeSecret;
use serde_json::json;

/// What this step needs.
pub struct SignIn {
    /// The tables.
    pub store: Store,
    /// The keys of grants.
    pub links: Keyring,
    /// Opens the secrets of second steps.
    pub second_steps: Seal,
    /// Signs session tokens.
    pub sessions: Arc<Sessions>,
    /// The cost of a hash.
    pub hasher: Hasher,
}

/// How long anyone may keep the public keys.
const KEYS_CACHED_SECONDS: u32 = 300;

/// Answers one request.
pub async fn handle(step: &SignIn, call: &Call) -> Result<Answer, Problem> {
    match call.operation.id {
        "sign-in" => {
            let runs_before = step.hasher.runs();
            let answered = sign_in(step, call).await;
            call.log.set("argon2.runs", step.hasher.runs() - runs_before);
            answered
        }
        "jwks.json" => {
            Ok(Answer::new(json!({"keys": step.sessions.keys()})).cached(KEYS_CACHED_SECONDS))
        }
        "finish-sign-in" => finish::sign_in(step, call).await,
        "session" => session::standing(step, call).await,
        "sign-out-everywhere" => session::end_all(step, call).await,
        _ => Err(Problem::new(ProblemCode::NotFound)),
    }
}

/// Four calls to the store in two round trips, and one argon2 run, whatever comes of it; one run
/// more when a right password's hash is made dearer, and one call more where the account is locked.
async fn sign_in(step: &SignIn, call: &Call) -> Result<Answer, Problem> {
    let login = call.body.login("login").ok_or_else(|| Problem::new(ProblemCode::Internal))?;
    let account_ref = AccountRef::of(&call.tenant, login);
    let (limit, tries) = (limit(call), TriesOf::Password(&account_ref));
    let (taken, begun, account) = tokio::join!(
        step.store.take(&call.tenant, &limit, call.now),
        step.store.begin_try(&call.tenant, tries, &call.settings.lockout, call.now),
        step.store.account(&call.tenant, &account_ref),
    );
    let (taken, begun, account) = (taken?, begun?, account?);
    if let Err(limited) = taken {
        // It is not looked at, so it must lock nobody.
        step.store.take_back_try(&call.tenant, tries, begun).await?;
        return Err(Problem::limited(limited.retry_after_seconds(call.now)));
    }
    if begun == Begun::InFlight {
        return Err(Problem::limited(IN_FLIGHT_RETRY_SECONDS));
    }
    let stored = account
        .as_ref()
        .filter(|account| begun != Begun::Shut && account.password_disabled_at.is_none())
        .and_then(|account| account.password_phc.as_deref());
    let verdict = match call.body.password("password") {
        Ok(password) => step.hasher.verify(password, stored),
        // Too long to be anyone's; refused alike for every login.
        Err(_) => Verdict::Wrong,
    };
    match (verdict, account) {
        (Verdict::Right | Verdict::RightButCheap, Some(account)) => {
            right(step, call, (&account_ref, &account), verdict, begun).await
        }
        _ => failed(step, call, &account_ref, begun).await,
    }
}

/// As many passwords as may be wrong are being looked at; a moment later it is known how they ended.
pub(crate) const IN_FLIGHT_RETRY_SECONDS: u32 = 1;

/// The password is right: the account's own rules speak now.
async fn right(
    step: &SignIn,
    call: &Call,
    (account_ref, account): (&AccountRef, &Account),
    verdict: Verdict,
    begun: Begun,
) -> Result<Answer, Problem> {
    call.log.set("account.ref", account.account_id.as_str());
    if let Some(reason) = account.blocked {
        tell_refused(step, call, (account_ref, account), reason.as_str(), begun).await?;
        return Err(Problem::blocked(reason).with_support_code(&call.support_code));
    }
    if let Begun::Locked(lock) = begun {
        tell_refused(step, call, (account_ref, account), LOCKED, begun).await?;
        return Err(Problem::new(ProblemCode::AccountLocked)
            .with("until", json!(lock.until))
            .with_support_code(&call.support_code));
    }
    match account.temporary(call.now) {
        Temporary::No => {}
        Temporary::Until(_) => return must_change(step, call, account_ref, account).await,
        Temporary::Over => return failed(step, call, account_ref, begun).await,
    }
    let rehashed = match (verdict, call.body.password("password")) {
        (Verdict::RightButCheap, Ok(password)) => rehash(step, password),
        _ => None,
    };
    let entry = call.entry(account.first_step_event(), None);
    let account_as_read = (account_ref, account);
    let rehashed = rehashed.as_deref();
    match step.store.sign_in(&call.tenant, account_as_read, rehashed, &entry).await? {
        Written::Done => {
            step.sessions.after_first_step(call, account_as_read, vec![Method::Password], None)
        }
        // Changed while the hash ran: what was right a moment ago is not any more.
        Written::Changed => failed(step, call, account_ref, begun).await,
    }
}

/// The password is right and temporary: it opens nothing but the right to set another. While that
/// right lives, signing in again gives the same one, at the same moment too.
async fn must_change(
    step: &SignIn,
    call: &Call,
    account_ref: &AccountRef,
    account: &Account,
) -> Result<Answer, Problem> {
    let mut account = account.clone();
    for _ in 0..REREADS_MAX {
        let live = account.slots.get(&LinkPurpose::MustChange).filter(|slot| slot.until > call.now);
        if let Some(slot) = live {
            tell_refused(step, call, (account_ref, &account), TEMPORARY, Begun::Open).await?;
            return Err(may_change(step, call, slot.link_id, slot.until));
        }
        let link = clicked_link(call, account_ref, &account);
        let (entry, story) = refused(call, &account, TEMPORARY);
        let (store, both) = (&step.store, (&account, &link));
        match store.must_change(&call.tenant, both, (&entry, &story), call.now).await? {
            Written::Done => return Err(may_change(step, call, link.link_id, link.expires_at)),
            Written::Changed => {}
        }
        // Only another sign-in leaves the epoch as it was; after anything else the password that
        // was right a moment ago is not any more.
        let now = step.store.account(&call.tenant, account_ref).await?;
        match now.filter(|now| now.account_id == account.account_id && now.epoch == account.epoch) {
            Some(now) => account = now,
            None => break,
        }
    }
    failed(step, call, account_ref, Begun::Open).await
}

fn may_change(step: &SignIn, call: &Call, link_id: LinkId, until: Timestamp) -> Problem {
    let purpose = TokenPurpose::of(LinkPurpose::MustChange);
    let grant = token::mint(&step.links, &call.tenant, purpose, link_id);
    Problem::new(ProblemCode::PasswordMustChange)
        .with("grant", json!(grant.expose_secret()))
        .with("valid_until", json!(until))
        .with("password", json!(call.settings.own_password.asks(false).as_str()))
        .with("password_policy", json!(call.settings.password_policy))
        .with_support_code(&call.support_code)
}

/// Why a sign-in with the right password was refused.
const TEMPORARY: &str = "password_must_change";
const LOCKED: &str = "account_locked";

/// A link that nobody needs to click: its grant is in the answer.
fn clicked_link(call: &Call, account_ref: &AccountRef, account: &Account) -> Link {
    let until = after(call.now, call.settings.unclicked_seconds(LinkPurpose::MustChange));
    // What the password can no longer do, its grant cannot either.
    let until = account.temporary_until.map_or(until, |over| until.min(over));
    Link {
        link_id: LinkId::new(random()),
        purpose: LinkPurpose::MustChange,
        origin: Origin::SelfService,
        account_ref: account_ref.clone(),
        account_id: account.account_id.clone(),
        login: Some(account.login.clone()),
        epoch: account.epoch,
        return_url: None,
        challenge: None,
        requested_at: call.now,
        issued_at: call.now,
        expires_at: until,
        clicked_at: Some(call.now),
        click_expires_at: Some(until),
        tries: 0,
        tried_at: None,
        died_at: None,
        death: None,
        reported_at: None,
        support_code: call.support_code.clone(),
    }
}

/// A hash at today's cost. Without one the sign-in is as good, and the next one tries again.
fn rehash(step: &SignIn, password: &Password) -> Option<String> {
    step.hasher.hash(password, random()).ok()
}

async fn tell_refused(
    step: &SignIn,
    call: &Call,
    (account_ref, account): (&AccountRef, &Account),
    cause: &str,
    begun: Begun,
) -> Result<(), Problem> {
    let (entry, story) = refused(call, account, cause);
    let whose = (account_ref, account.account_id.as_str());
    let counted = match begun {
        Begun::Open => Counted::IsForgotten,
        Begun::Locked(_) | Begun::InFlight | Begun::Shut => Counted::Stays,
    };
    Ok(step.store.tell_refused(&call.tenant, whose, (&entry, &story), counted).await?)
}

fn refused(call: &Call, account: &Account, cause: &str) -> (Entry, Story) {
    let entry = call.entry(Event::SignInRefused, Some(cause));
    let story = Story::of(&entry, &account.account_id, &call.support_code);
    (entry, story)
}

/// Whose timeline this belongs on is found out later, so that this takes as long for a login that
/// nobody has.
async fn failed(
    step: &SignIn,
    call: &Call,
    account_ref: &AccountRef,
    begun: Begun,
) -> Result<Answer, Problem> {
    let work = Work::TryFailed(FailedTry {
        of: if begun == Begun::Shut { TryOf::PasswordShut } else { TryOf::Password },
        account_ref: account_ref.clone(),
        at: call.now,
        source: Some(call.source.clone()),
        support_code: call.support_code.clone(),
    });
    let outbox_id = format!("failed-{}", LinkId::new(random()));
    let item = OutboxItem::new(&call.tenant, outbox_id, work, call.now);
    let lockout = &call.settings.lockout;
    let tries = TriesOf::Password(account_ref);
    step.store.fail_try(&call.tenant, tries, begun, lockout, &item, call.now).await?;
    Err(Problem::new(ProblemCode::SignInFailed).with_support_code(&call.support_code))
}

fn limit(call: &Call) -> Limit {
    let max = call.settings.limits.per_address_hour;
    Limit::hourly("sign-in.address", call.limit_subject(&[]), max)
}
