//! `sign-in` with login and password, and `jwks.json` to verify what it gives.
//!
//! An unknown login, an account without a password and a wrong password are one answer, reached
//! by the same calls and one argon2 run. Only who has the right password hears more.

mod session;

use regain_domain::account::BlockReason;
use regain_domain::event::Event;
use regain_domain::hashing::{Hasher, Verdict};
use regain_domain::password::Password;
use regain_domain::{Account, AccountRef, LinkId};
use regain_http::{Answer, Call, Problem, ProblemCode, random};
use regain_store::{Actor, Entry, FailedSignIn, Limit, OutboxItem, Store, Work, Written};
use serde_json::json;

pub use session::{BadSigningKey, Sessions};

/// What this step needs.
pub struct SignIn {
    /// The tables.
    pub store: Store,
    /// Signs session tokens.
    pub sessions: Sessions,
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
        _ => Err(Problem::new(ProblemCode::NotFound)),
    }
}

/// Three calls to the store in two round trips, and one argon2 run, whatever comes of it; one run
/// more when a right password's hash is made dearer.
async fn sign_in(step: &SignIn, call: &Call) -> Result<Answer, Problem> {
    let login = call.body.login("login").ok_or_else(|| Problem::new(ProblemCode::Internal))?;
    let account_ref = AccountRef::of(&call.tenant, login);
    let limit = limit(call);
    let (taken, account) = tokio::join!(
        step.store.take(&call.tenant, &limit, call.now),
        step.store.account(&call.tenant, &account_ref),
    );
    let (taken, account) = (taken?, account?);
    if let Err(limited) = taken {
        return Err(Problem::limited(limited.retry_after_seconds(call.now)));
    }
    let stored = account.as_ref().and_then(|account| account.password_phc.as_deref());
    let verdict = match call.body.password("password") {
        Ok(password) => step.hasher.verify(password, stored),
        // Too long to be anyone's; refused alike for every login.
        Err(_) => Verdict::Wrong,
    };
    match (verdict, account) {
        (Verdict::Right | Verdict::RightButCheap, Some(account)) => {
            right(step, call, &account_ref, &account, verdict).await
        }
        _ => failed(step, call, account_ref).await,
    }
}

/// The password is right: the account's own rules speak now.
async fn right(
    step: &SignIn,
    call: &Call,
    account_ref: &AccountRef,
    account: &Account,
    verdict: Verdict,
) -> Result<Answer, Problem> {
    call.log.set("account.ref", account.account_id.as_str());
    if let Some(reason) = account.blocked {
        return refused(step, call, account, reason).await;
    }
    let rehashed = match (verdict, call.body.password("password")) {
        (Verdict::RightButCheap, Ok(password)) => rehash(step, password),
        _ => None,
    };
    let entry = entry(Event::SignedIn, call, None);
    let account_as_read = (account_ref, account);
    let rehashed = rehashed.as_deref();
    match step.store.sign_in(&call.tenant, account_as_read, rehashed, &entry).await? {
        Written::Done => {
            let session = step.sessions.issue(call, account)?;
            Ok(Answer::new(session))
        }
        // Changed while the hash ran: what was right a moment ago is not any more.
        Written::Changed => {
            Err(Problem::new(ProblemCode::SignInFailed).with_support_code(&call.support_code))
        }
    }
}

/// A hash at today's cost. Without one the sign-in is as good, and the next one tries again.
fn rehash(step: &SignIn, password: &Password) -> Option<String> {
    step.hasher.hash(password, random()).ok()
}

async fn refused(
    step: &SignIn,
    call: &Call,
    account: &Account,
    reason: BlockReason,
) -> Result<Answer, Problem> {
    let entry = entry(Event::SignInRefused, call, Some(reason.as_str()));
    step.store.tell(&call.tenant, &account.account_id, &entry).await?;
    let problem = Problem::new(ProblemCode::AccountBlocked).with("reason", json!(reason.as_str()));
    Err(problem.with_support_code(&call.support_code))
}

/// Whose timeline this belongs on is found out later, so that this takes as long for a login that
/// nobody has.
async fn failed(step: &SignIn, call: &Call, account_ref: AccountRef) -> Result<Answer, Problem> {
    let work = Work::SignInFailed(FailedSignIn {
        account_ref,
        at: call.now,
        source: Some(call.source.clone()),
        support_code: call.support_code.clone(),
    });
    let outbox_id = format!("failed-{}", LinkId::new(random()));
    let item = OutboxItem::new(&call.tenant, outbox_id, work, call.now);
    step.store.put_outbox(&item).await?;
    Err(Problem::new(ProblemCode::SignInFailed).with_support_code(&call.support_code))
}

fn limit(call: &Call) -> Limit {
    Limit {
        name: "sign-in.address",
        subject: call.limit_subject(&[]),
        max: call.settings.limits.per_address_hour,
    }
}

fn entry(event: Event, call: &Call, cause: Option<&str>) -> Entry {
    Entry {
        event,
        at: call.now,
        actor: Actor::Caller,
        source: Some(call.source.clone()),
        cause: cause.map(str::to_owned),
        subject: call.support_code.to_string(),
        support_code: Some(call.support_code.to_string()),
    }
}
