//! `click-link`, `check-link` and `withdraw-link`: the holder of a link looks, clicks, or says
//! "this was not me".
//!
//! All three are POST: mail scanners open links, and some run scripts, so GET and HEAD change
//! nothing anywhere. A link that can do nothing more says why, since when, and what helps.

use regain_domain::event::{Entry, Event};
use regain_domain::keys::{KeyState, Keyring};
use regain_domain::link::{Act, Alive, DeathCause, State, WithdrawnReason};
use regain_domain::token::{self, Genuine, TokenPurpose};
use regain_domain::{Account, AccountRef, Link, Login};
use regain_http::{Answer, Call, Problem, ProblemCode};
use regain_notices::Dead;
use regain_store::{REREADS_MAX, Store, Written};
use secrecy::ExposeSecret;
use serde_json::json;

/// What these steps need.
pub struct ClickLink {
    /// The tables.
    pub store: Store,
    /// The keys of links and grants.
    pub links: Keyring,
}

/// Answers one request.
pub async fn handle(step: &ClickLink, call: &Call) -> Result<Answer, Problem> {
    match call.operation.id {
        "check-link" => check(step, call).await,
        "click-link" => click(step, call).await,
        "withdraw-link" => withdraw(step, call).await,
        _ => Err(Problem::new(ProblemCode::NotFound)),
    }
}

/// Where the link stands. Two calls to the store; changes nothing.
async fn check(step: &ClickLink, call: &Call) -> Result<Answer, Problem> {
    let genuine = genuine(step, call, &TokenPurpose::MAILED)?;
    let link = link(step, call, genuine).await?;
    let (link, account) = with_account(step, call, genuine, link).await?;
    let (state, until) = match standing(&link, account.as_ref(), genuine.key, call)? {
        Alive::Clicked { until } => ("clicked", until),
        Alive::Sent { until } => ("sent", until),
    };
    let login = account.as_ref().and_then(|account| Login::parse(&account.login).ok());
    Ok(Answer::new(json!({
        "purpose": link.purpose.as_str(),
        "state": state,
        "valid_until": until,
        "login_hint": login.map(|login| login.hint()).unwrap_or_default(),
    })))
}

/// A person's click. Two calls to the store; a dead link may cost one more, and so may a tenant whose
/// rules depend on the second step.
async fn click(step: &ClickLink, call: &Call) -> Result<Answer, Problem> {
    let genuine = genuine(step, call, &TokenPurpose::CLICKED)?;
    for _ in 0..REREADS_MAX {
        let link = link(step, call, genuine).await?;
        if let State::Alive(Alive::Sent { .. }) = link.state(call.now, genuine.key) {
            let deadline = link.click_deadline(call.now, &call.settings);
            let entry = call.entry(Event::LinkClicked, None).of_link(&link);
            match step.store.click(&call.tenant, &link, deadline, &entry, call.now).await? {
                Written::Done => return granted(step, call, &link, deadline).await,
                Written::Changed => {}
            }
        }
        // Clicked before, dead, or changed in between: the account tells which.
        let (link, account) = with_account(step, call, genuine, link).await?;
        if let Alive::Clicked { until } = standing(&link, account.as_ref(), genuine.key, call)? {
            return granted(step, call, &link, until).await;
        }
    }
    Err(Problem::busy())
}

async fn granted(
    step: &ClickLink,
    call: &Call,
    link: &Link,
    until: jiff::Timestamp,
) -> Result<Answer, Problem> {
    let purpose = TokenPurpose::grant(link.purpose);
    let grant = token::mint(&step.links, &call.tenant, purpose, link.link_id);
    let answer = Answer::new(json!({
        "purpose": link.purpose.as_str(),
        "grant": grant.expose_secret(),
        "valid_until": until,
        "login": link.login.as_deref().unwrap_or_default(),
    }));
    let answer = answer.and("return_url", call.return_url(link));
    Ok(match link.purpose.act() {
        Act::SetPassword => {
            let second_step = second_step(step, call, link).await?;
            call.with_password_rules(answer, second_step)
        }
        Act::Unlock | Act::SignIn => answer,
    })
}

/// Whether the account's second step is on; read only where the tenant's rules ask it.
async fn second_step(step: &ClickLink, call: &Call, link: &Link) -> Result<bool, Problem> {
    if !call.settings.asks_for_second_step() {
        return Ok(false);
    }
    let account = step.store.account_of(&call.tenant, link.whose()).await?;
    Ok(account.is_some_and(|(_, account)| account.second_step.is_some()))
}

/// "This was not me." A live link or recovery dies, and nothing else changes. After it was used,
/// every session, link and grant of the account ends and the account is flagged; the password
/// stays. Repeating it does the same again.
async fn withdraw(step: &ClickLink, call: &Call) -> Result<Answer, Problem> {
    let reports = [TokenPurpose::Report, TokenPurpose::CodeReport];
    let purposes = [TokenPurpose::MAILED.as_slice(), &reports].concat();
    let genuine = genuine(step, call, &purposes)?;
    for _ in 0..REREADS_MAX {
        let link = match link(step, call, genuine).await {
            Ok(link) => link,
            // A code that was not used has become no link.
            Err(_) if genuine.purpose == TokenPurpose::CodeReport => {
                match end_recovery(step, call, genuine).await? {
                    Written::Done => return Ok(Answer::new(json!({"status": "withdrawn"}))),
                    Written::Changed => continue,
                }
            }
            Err(problem) => return Err(problem),
        };
        let (link, account) = with_account(step, call, genuine, link).await?;
        let (written, status) = match standing(&link, account.as_ref(), genuine.key, call) {
            Ok(_) => {
                let reason = WithdrawnReason::NotMe;
                let entry = call.entry(Event::LinkWithdrawn, Some(reason.as_str())).of_link(&link);
                let store = &step.store;
                let written = store.withdraw(&call.tenant, &link, reason, &entry, call.now).await?;
                (written, "withdrawn")
            }
            Err(problem) => match (link.state(call.now, genuine.key), account) {
                // A report counts once: whoever kept the mail cannot end every later recovery.
                (State::Dead(death), _)
                    if death.cause == DeathCause::Used && link.reported_at.is_some() =>
                {
                    (Written::Done, "reported")
                }
                (State::Dead(death), Some(account)) if death.cause == DeathCause::Used => {
                    let entry = call.entry(Event::NotMeReported, None).of_link(&link);
                    // Where it is now: it may have moved since the link was used.
                    let account_ref = AccountRef::of(&call.tenant, &Login::parse(&account.login)?);
                    let what = (&link, &account_ref, &account);
                    let written = step.store.report(&call.tenant, what, &entry, call.now).await?;
                    (written, "reported")
                }
                (State::Dead(death), _)
                    if death.cause == DeathCause::Withdrawn(WithdrawnReason::NotMe) =>
                {
                    (Written::Done, "withdrawn")
                }
                _ => return Err(problem),
            },
        };
        if written == Written::Done {
            return Ok(Answer::new(json!({"status": status})));
        }
    }
    Err(Problem::busy())
}

/// Ends a recovery whose code was not used. `Changed`: it was, a moment ago.
async fn end_recovery(step: &ClickLink, call: &Call, genuine: Genuine) -> Result<Written, Problem> {
    let unknown = || Problem::new(ProblemCode::LinkUnknown);
    let recovery = step.store.recovery(&call.tenant, genuine.id).await?.ok_or_else(unknown)?;
    let code = recovery.asked.as_ref().ok_or_else(unknown)?;
    if recovery.ended_at.is_some() {
        let used = step.store.link(&call.tenant, genuine.id).await?.is_some();
        return Ok(if used { Written::Changed } else { Written::Done });
    }
    let entry = Entry {
        subject: recovery.recovery_id.to_string(),
        support_code: Some(recovery.support_code.clone()),
        ..call.entry(Event::RecoveryEnded, Some(WithdrawnReason::NotMe.as_str()))
    };
    let told = (code.account_id.as_str(), &entry);
    Ok(step.store.end_recovery(&call.tenant, genuine.id, told, call.now).await?)
}

/// Reads the token. Says whether it was damaged or never issued here, before anything is read.
fn genuine(step: &ClickLink, call: &Call, purposes: &[TokenPurpose]) -> Result<Genuine, Problem> {
    token::read(&step.links, &call.tenant, purposes, call.body.token("token"))
        .map_err(Problem::no_link)
}

async fn link(step: &ClickLink, call: &Call, genuine: Genuine) -> Result<Link, Problem> {
    let link = step.store.link(&call.tenant, genuine.id).await?;
    let link = link.ok_or_else(|| Problem::new(ProblemCode::LinkUnknown))?;
    call.log.set("link.purpose", link.purpose.as_str());
    call.log.set("account.ref", link.account_id.as_str());
    Ok(link)
}

/// The account of a link. If it does not agree with a link that looked alive, the link may have
/// ended between the two reads, and is read again: it tells of what.
async fn with_account(
    step: &ClickLink,
    call: &Call,
    genuine: Genuine,
    link: Link,
) -> Result<(Link, Option<Account>), Problem> {
    let account = step.store.account_of(&call.tenant, link.whose()).await?;
    let account = account.map(|(_, account)| account);
    let alive = matches!(link.state(call.now, genuine.key), State::Alive(_));
    if alive && link.withdrawn_by(account.as_ref(), call.now).is_some() {
        let again = step.store.link(&call.tenant, genuine.id).await?;
        return Ok((again.unwrap_or(link), account));
    }
    Ok((link, account))
}

fn standing(
    link: &Link,
    account: Option<&Account>,
    key: KeyState,
    call: &Call,
) -> Result<Alive, Problem> {
    link.standing(account, key, call.now)
        .map_err(|(death, remedy)| Problem::dead(Dead::Link, death, remedy, &link.support_code))
}
