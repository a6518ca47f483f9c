//! `check-sms-code`: the right code gives the right to do what the recovery is for, and nothing
//! else.
//!
//! The try is counted before the code is looked at, and the code is derived anew: none is stored.
//! What it gives is a link that is clicked already, so its grant has the single use, the epoch and
//! the deaths of every other.

use regain_domain::event::Event;
use regain_domain::keys::Keyring;
use regain_domain::link::{Act, Origin};
use regain_domain::recovery::{Over, SentCode};
use regain_domain::time::after;
use regain_domain::token::{self, TokenPurpose};
use regain_domain::{Link, LinkId, Recovery};
use regain_http::{Answer, Call, Fault, Problem, ProblemCode, random};
use regain_store::{
    CodeUsed, CountedFor, FailedTry, OutboxItem, REREADS_MAX, Store, TriedIn, TryOf, Work,
};
use secrecy::ExposeSecret;
use serde_json::json;

/// What this step needs.
pub struct CheckSmsCode {
    /// The tables.
    pub store: Store,
    /// The keys of recoveries, codes and grants.
    pub links: Keyring,
}

/// Answers one request. Two calls to the store, right or wrong; a third where the grant of an
/// earlier code is still in its slot, or the tenant's rules depend on the second step.
pub async fn handle(step: &CheckSmsCode, call: &Call) -> Result<Answer, Problem> {
    let typed = digits(call.body.token("code"))?;
    let recovery = counted(step, call).await?;
    match &recovery.code {
        Some(code) if recovery.is_code(&step.links, &call.tenant, &typed) => {
            right(step, call, &recovery, code).await
        }
        _ => wrong(step, call, &recovery).await,
    }
}

/// The digits, however they are grouped. Anything else is a slip that costs nobody a try.
fn digits(typed: &str) -> Result<String, Problem> {
    let digits: String = typed.chars().filter(|symbol| !" -".contains(*symbol)).collect();
    if !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit()) {
        return Ok(digits);
    }
    Err(Problem::invalid(vec![Fault::new("/code", "not_a_code")]))
}

/// The recovery, with this try counted; or why no code is looked at.
async fn counted(step: &CheckSmsCode, call: &Call) -> Result<Recovery, Problem> {
    let id = call.recovery(&step.links)?;
    let tried = step.store.try_in(&call.tenant, id, CountedFor::Code, call.now).await?;
    let recovery = match tried {
        TriedIn::Counted(recovery) => return Ok(*recovery),
        TriedIn::Refused(recovery) => {
            recovery.ok_or_else(|| Problem::new(ProblemCode::RecoveryUnknown))?
        }
    };
    let code = match recovery.code_over(call.now) {
        Some(Over::Expired) => ProblemCode::RecoveryExpired,
        Some(Over::CodeExpired) => ProblemCode::CodeExpired,
        Some(Over::Spent) | None => ProblemCode::CodeSpent,
    };
    Err(Problem::new(code).with_support_code(&recovery.support_code))
}

/// Whose timeline this belongs on is found out later, so that it takes as long for a login that
/// nobody has.
async fn wrong(step: &CheckSmsCode, call: &Call, recovery: &Recovery) -> Result<Answer, Problem> {
    let work = Work::TryFailed(FailedTry {
        of: TryOf::Code,
        account_ref: recovery.account_ref.clone(),
        at: call.now,
        source: Some(call.source.clone()),
        support_code: recovery.support_code.clone(),
    });
    let id = format!("code-{}", LinkId::new(random()));
    step.store.put_outbox(&OutboxItem::new(&call.tenant, id, work, call.now)).await?;
    Err(Problem::new(ProblemCode::CodeWrong)
        .with("attempts_left", json!(recovery.tries_left()))
        .with_support_code(&recovery.support_code))
}

async fn right(
    step: &CheckSmsCode,
    call: &Call,
    recovery: &Recovery,
    code: &SentCode,
) -> Result<Answer, Problem> {
    call.log.set("account.ref", code.account_id.as_str());
    let link = clicked_link(call, recovery, code);
    call.log.set("link.purpose", link.purpose.as_str());
    let entry = call.entry(Event::CodeAccepted, Some(recovery.reason.as_str())).of_link(&link);
    let spent = || Problem::new(ProblemCode::CodeSpent).with_support_code(&recovery.support_code);
    let mut before = None;
    for _ in 0..REREADS_MAX {
        let both = (&link, before);
        match step.store.use_code(&call.tenant, recovery, both, &entry, call.now).await? {
            CodeUsed::Done => return granted(step, call, &link).await,
            CodeUsed::RecoveryRefused => return Err(spent()),
            CodeUsed::AccountRefused(account) => {
                // Number, login or password was changed since, or the account was blocked.
                let account = account
                    .filter(|account| link.withdrawn_by(Some(account), call.now).is_none())
                    .ok_or_else(spent)?;
                before = account.slots.get(&link.purpose).map(|slot| slot.link_id);
            }
        }
    }
    Err(Problem::busy())
}

/// A link that nobody needs to click: its grant is in the answer.
fn clicked_link(call: &Call, recovery: &Recovery, code: &SentCode) -> Link {
    let purpose = recovery.reason.granted();
    let until = after(call.now, call.settings.unclicked_seconds(purpose));
    Link {
        link_id: recovery.recovery_id,
        purpose,
        origin: Origin::SelfService,
        account_ref: recovery.account_ref.clone(),
        account_id: code.account_id.clone(),
        login: None,
        epoch: code.epoch,
        return_url: None,
        challenge: None,
        requested_at: recovery.started_at,
        issued_at: call.now,
        expires_at: until,
        clicked_at: Some(call.now),
        click_expires_at: Some(until),
        tries: 0,
        tried_at: None,
        died_at: None,
        death: None,
        reported_at: None,
        support_code: recovery.support_code.clone(),
    }
}

async fn granted(step: &CheckSmsCode, call: &Call, link: &Link) -> Result<Answer, Problem> {
    let grant =
        token::mint(&step.links, &call.tenant, TokenPurpose::grant(link.purpose), link.link_id);
    let act = link.purpose.act();
    let answer = Answer::new(json!({
        "grant": grant.expose_secret(),
        "purpose": act.as_str(),
        "valid_until": link.expires_at,
    }));
    Ok(match act {
        Act::SetPassword => {
            let second_step = second_step(step, call, link).await?;
            call.with_password_rules(answer, second_step)
        }
        Act::Unlock | Act::SignIn => answer,
    })
}

/// Whether the account's second step is on; read only where the tenant's rules ask it.
async fn second_step(step: &CheckSmsCode, call: &Call, link: &Link) -> Result<bool, Problem> {
    if !call.settings.asks_for_second_step() {
        return Ok(false);
    }
    let account = step.store.account_of(&call.tenant, link.whose()).await?;
    Ok(account.is_some_and(|(_, account)| account.second_step.is_some()))
}
