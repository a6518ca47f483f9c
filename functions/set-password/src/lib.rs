//! `set-password`: the holder of a grant chooses the new password.
//!
//! Everything is checked before the one write that uses the link, so a rejected password burns
//! nothing but one of twenty tries; and the try is counted before the password is looked at.

use regain_domain::event::Event;
use regain_domain::generated::{ENDING_BITS_MIN, WHOLE_BITS_MIN, generate};
use regain_domain::hashing::{Hasher, Verdict, history_salt, history_with, imported};
use regain_domain::keys::Keyring;
use regain_domain::link::{Act, Alive, Death, DeathCause, WithdrawnReason};
use regain_domain::password::{NotAPassword, Password};
use regain_domain::policy::Violation;
use regain_domain::settings::{OwnPassword, PasswordAsked};
use regain_domain::token::{self, Genuine, TokenPurpose};
use regain_domain::{Account, Link};
use regain_http::{Answer, Call, Fault, Problem, ProblemCode, random};
use regain_notices::Dead;
use regain_store::{
    NewHash, Notice, NoticeKind, OutboxItem, PasswordChange, PasswordSet, REREADS_MAX, Store,
    Tried, Work,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

/// What this step needs.
pub struct SetPassword {
    /// The tables.
    pub store: Store,
    /// The keys of grants and of the password history.
    pub links: Keyring,
    /// The cost of a hash.
    pub hasher: Hasher,
}

/// Answers one request. Three calls to the store, two argon2 runs; one run if it is rejected.
pub async fn handle(step: &SetPassword, call: &Call) -> Result<Answer, Problem> {
    let runs_before = step.hasher.runs();
    let answered = set(step, call).await;
    call.log.set("argon2.runs", step.hasher.runs() - runs_before);
    answered
}

async fn set(step: &SetPassword, call: &Call) -> Result<Answer, Problem> {
    // Before anything is counted, where no account need be known: a frontend's slip costs nobody a
    // try.
    if call.settings.own_password != OwnPassword::WithSecondStep {
        asked(call, false)?;
    }
    let purposes = [TokenPurpose::SetPasswordGrant];
    let genuine = token::read(&step.links, &call.tenant, &purposes, call.body.token("grant"))
        .map_err(|_| Problem::new(ProblemCode::GrantUnknown))?;
    let link = count_try(step, call, genuine).await?;
    let account = account_of(step, call, &link).await?;
    let link = match link.withdrawn_by(account.as_ref(), call.now) {
        // It may have ended since the try was counted; then the link tells of what.
        Some(_) => step.store.link(&call.tenant, genuine.id).await?.unwrap_or(link),
        None => link,
    };
    standing(&link, account.as_ref(), genuine, call)?;
    let account = account.ok_or_else(|| Problem::new(ProblemCode::GrantUnknown))?;
    let asked = asked(call, account.second_step.is_some())?;
    let (hash, generated) = accept(step, call, asked, &account)?;
    let answer = write(step, call, genuine, (link, account), &hash).await?;
    Ok(answer.and("generated_password", generated.as_ref().map(ExposeSecret::expose_secret)))
}

/// What the tenant has its people choose, if that is what the body holds.
fn asked(call: &Call, second_step: bool) -> Result<PasswordAsked, Problem> {
    let asked = call.settings.own_password.asks(second_step);
    let taken = match asked {
        PasswordAsked::Whole => Some("password"),
        PasswordAsked::Beginning => Some("beginning"),
        PasswordAsked::Nothing => None,
    };
    let faults = ["password", "beginning"].into_iter().filter_map(|name| {
        let code = match (taken == Some(name), call.body.has(name)) {
            (true, false) => "required",
            (false, true) => "not_allowed",
            _ => return None,
        };
        Some(Fault::new(format!("/{name}"), code))
    });
    let faults: Vec<Fault> = faults.collect();
    if faults.is_empty() { Ok(asked) } else { Err(Problem::invalid(faults)) }
}

async fn account_of(
    step: &SetPassword,
    call: &Call,
    link: &Link,
) -> Result<Option<Account>, Problem> {
    let account = step.store.account_of(&call.tenant, link.whose()).await?;
    Ok(account.map(|(_, account)| account))
}

/// Counts the try and gives the clicked link; or says why there is nothing left to try.
async fn count_try(step: &SetPassword, call: &Call, genuine: Genuine) -> Result<Link, Problem> {
    let unknown = || Problem::new(ProblemCode::GrantUnknown);
    let link =
        match step.store.count_try(&call.tenant, genuine.id, Act::SetPassword, call.now).await? {
            Tried::Counted(link) => return Ok(*link),
            Tried::Refused(link) => link.ok_or_else(unknown)?,
        };
    let account = account_of(step, call, &link).await?;
    match standing(&link, account.as_ref(), genuine, call)? {
        // Its grant was never given out, so this one was made up.
        Alive::Sent { .. } => Err(unknown()),
        Alive::Clicked { .. } => {
            let reason = WithdrawnReason::TooManyTries;
            let entry = call.entry(Event::LinkWithdrawn, Some(reason.as_str())).of_link(&link);
            // One of the twenty may be the right one and on its way. SECURITY: held by
            // `a_link_works_once_even_if_a_hundred_race`.
            if !link.is_tried_now(call.now) {
                // Refused only if it has just died of something else, which the next call will tell.
                step.store.withdraw(&call.tenant, &link, reason, &entry, call.now).await?;
            }
            let death = Death { cause: DeathCause::Withdrawn(reason), at: call.now };
            let remedy = link.remedy(account.as_ref(), call.now);
            Err(Problem::dead(Dead::Grant, death, remedy, &link.support_code))
        }
    }
}

/// Every rule at once, and the new hash if all are kept; with it the text of what Regain made.
fn accept(
    step: &SetPassword,
    call: &Call,
    asked: PasswordAsked,
    account: &Account,
) -> Result<(NewHash, Option<SecretString>), Problem> {
    let policy = &call.settings.password_policy.for_account(account.second_step.is_some());
    let typed = |name| {
        call.body.password(name).map_err(|fault| match fault {
            NotAPassword::TooManyBytes => {
                Problem::rejected(&[Violation::TooLong { max: policy.length_max }])
            }
            NotAPassword::Empty | NotAPassword::Nul => Problem::new(ProblemCode::InvalidRequest),
        })
    };
    let last_name = account.last_name.as_deref();
    let made = |beginning, bits_min| {
        generate(policy, beginning, last_name, bits_min, random)
            .map_err(|violations| Problem::rejected(&violations))
    };
    let made = match asked {
        PasswordAsked::Whole => None,
        PasswordAsked::Beginning => Some(made(Some(typed("beginning")?), ENDING_BITS_MIN)?),
        PasswordAsked::Nothing => Some(made(None, WHOLE_BITS_MIN)?),
    };
    let password = match &made {
        Some(made) => &made.password,
        None => typed("password")?,
    };
    let mut violations = policy.violations(password, last_name);
    let salt = account.history_salt.clone().unwrap_or_else(|| history_salt(random()));
    let probe = step.hasher.history(password, &salt, &step.links)?;
    let reused = || probe.is_in(&account.history) || is_imported(step, account, password);
    // Whoever set a temporary password knows it. SECURITY: held by `it_cannot_be_chosen_to_stay`.
    let temporary = account.history.last().filter(|_| account.temporary_until.is_some());
    let stays = || probe.is_in(temporary.map(std::slice::from_ref).unwrap_or_default());
    if policy.forbid_reuse && reused() || stays() {
        violations.push(Violation::Reused);
    }
    if !violations.is_empty() {
        return Err(Problem::rejected(&violations));
    }
    let phc = step.hasher.hash(password, random())?;
    let history = history_with(account, probe.entry());
    Ok((NewHash { phc, history_salt: salt, history }, made.map(|made| made.text)))
}

/// Whether it fits a hash that was imported. Costs a run for each, and only where there is one.
fn is_imported(step: &SetPassword, account: &Account, password: &Password) -> bool {
    imported(account).any(|phc| step.hasher.verify(password, Some(phc)) != Verdict::Wrong)
}

/// The one write. If only the slots changed since the account was read, it is built anew; a
/// changed epoch, password or status ends the grant.
async fn write(
    step: &SetPassword,
    call: &Call,
    genuine: Genuine,
    (link, mut account): (Link, Account),
    hash: &NewHash,
) -> Result<Answer, Problem> {
    let cause = Some(link.purpose.as_str());
    let entry = call.entry(Event::PasswordChanged, cause).of_link(&link);
    for _ in 0..REREADS_MAX {
        let notice = notice(call, &link, &account);
        let change =
            PasswordChange { link: &link, account: &account, hash, notice: &notice, entry: &entry };
        match step.store.set_password(&call.tenant, change, call.now).await? {
            PasswordSet::Done => return Ok(changed(call, &link)),
            PasswordSet::LinkRefused(dead) => {
                let dead = dead.ok_or_else(|| Problem::new(ProblemCode::GrantUnknown))?;
                let account = account_of(step, call, &link).await?;
                standing(&dead, account.as_ref(), genuine, call)?;
                return Err(Problem::busy());
            }
            PasswordSet::AccountRefused(now) => {
                standing(&link, now.as_deref(), genuine, call)?;
                let same = |now: &Account| now.password_version == account.password_version;
                account = *now.filter(|now| same(now)).ok_or_else(Problem::busy)?;
            }
        }
    }
    Err(Problem::busy())
}

fn changed(call: &Call, link: &Link) -> Answer {
    Answer::new(json!({"status": "changed"})).and("return_url", call.return_url(link))
}

fn notice(call: &Call, link: &Link, account: &Account) -> OutboxItem {
    let unlinked = account.identities.keys().copied().collect();
    let work = Work::Send(Notice {
        notice: NoticeKind::PasswordChanged { link_id: link.link_id, unlinked },
        account_ref: link.account_ref.clone(),
        account_id: link.account_id.clone(),
        to: None,
        at: call.now,
        language_asked: call.language_asked,
        language_accepted: call.language_accepted,
        // The code of the request: by it the desk finds the whole story.
        support_code: link.support_code.clone(),
    });
    OutboxItem::new(&call.tenant, format!("changed-{}", link.link_id), work, call.now)
}

fn standing(
    link: &Link,
    account: Option<&Account>,
    genuine: Genuine,
    call: &Call,
) -> Result<Alive, Problem> {
    call.log.set("account.ref", link.account_id.as_str());
    link.standing(account, genuine.key, call.now)
        .map_err(|(death, remedy)| Problem::dead(Dead::Grant, death, remedy, &link.support_code))
}
