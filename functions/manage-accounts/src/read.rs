//! Finding and reading: accounts, timelines, stories.

use regain_domain::event::{Actor, Event};
use regain_domain::keys::KeyState;
use regain_domain::link::{Alive, DeathCause};
use regain_domain::{AccountRef, LinkId, Login, SupportCode};
use regain_http::{Answer, Call, Problem, ProblemCode, dead_code};
use regain_notices::Dead;
use regain_store::{Summary, ToldEntry, ToldStory};
use serde_json::{Value, json};

use crate::{ManageAccounts, lock, named, shown, shown_value};

const ACCOUNTS: &str = "accounts";

/// The account of a login, or a page of all. One call to the store.
pub(crate) async fn list(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    if let Some(login) = call.query.login("login") {
        let place = AccountRef::of(&call.tenant, login);
        let account = step.store.account(&call.tenant, &place).await?;
        let accounts: Vec<Value> =
            account.iter().map(|account| shown_value(account, call.now)).collect();
        return Ok(Answer::new(json!({"accounts": accounts})));
    }
    let asked = call.page(&step.cursors, ACCOUNTS)?;
    let after = asked.after.as_deref().and_then(|login| Login::parse(login).ok());
    let page = step.store.accounts(&call.tenant, after.as_ref(), asked.limit).await?;
    let accounts: Vec<Value> = page.items.iter().map(summary).collect();
    let answer = Answer::new(json!({"accounts": accounts}));
    Ok(answer.and("cursor", call.cursor(&step.cursors, ACCOUNTS, page.next)))
}

fn summary(account: &Summary) -> Value {
    json!({
        "account_id": account.account_id,
        "login": account.login,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "language": account.language,
        "blocked": account.blocked,
        "reported_at": account.reported_at,
        "created_at": account.created_at,
    })
}

/// One account, and its locks. Three calls to the store; one more where its second step is on.
pub(crate) async fn one(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    let (account_ref, account) = named(step, call).await?;
    let lock = lock::of(step, call, &account_ref).await?;
    let of_codes = lock::of_second_step(step, call, &account).await?;
    let answer = shown(&account, call.now).and("lock", lock.map(lock::shown));
    Ok(answer.and("second_step_lock", of_codes.map(lock::shown)))
}

/// A page of what happened to an account; an erased one's too, until its retention ends. One call
/// to the store, and two more where nothing happened.
pub(crate) async fn timeline(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    let account_id = call.param("id");
    let list = format!("timeline {account_id}");
    let asked = call.page(&step.cursors, &list)?;
    if account_id.len() > 36 {
        return Err(Problem::new(ProblemCode::AccountUnknown));
    }
    let after = asked.after.as_deref();
    let page = step.store.timeline(&call.tenant, account_id, after, asked.limit).await?;
    if page.items.is_empty() && after.is_none() {
        named(step, call).await?;
    }
    let events: Vec<Value> = page.items.iter().map(told).collect();
    let answer = Answer::new(json!({"events": events}));
    Ok(answer.and("cursor", call.cursor(&step.cursors, &list, page.next)))
}

/// What became of one request, and where its link stands now: the desk reads what the holder of the
/// link is told. Four calls to the store; two if there is no link, one if nobody has the login.
pub(crate) async fn story(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    let unknown = || Problem::new(ProblemCode::SupportCodeUnknown);
    let code = SupportCode::parse(call.param("code")).ok_or_else(unknown)?;
    let story = step.store.story(&call.tenant, &code).await?.ok_or_else(unknown)?;
    let events: Vec<Value> = story.events.iter().map(told).collect();
    let link = link_of(step, call, &story).await?;
    let answer = Answer::new(json!({
        "support_code": code,
        "at": story.at,
        "outcome": story.outcome,
        "events": events,
    }));
    Ok(answer.and("cause", story.cause).and("account_id", story.account_id).and("link", link))
}

async fn link_of(
    step: &ManageAccounts,
    call: &Call,
    story: &ToldStory,
) -> Result<Option<Value>, Problem> {
    let mailed = [Event::LinkIssued.as_str(), Event::LinkRepeated.as_str()];
    let issued = story.events.iter().find(|event| mailed.contains(&event.event.as_str()));
    let Some(link_id) = issued.and_then(|event| LinkId::parse(&event.subject)) else {
        return Ok(None);
    };
    let Some(link) = step.store.link(&call.tenant, link_id).await? else { return Ok(None) };
    let account = step.store.account_of(&call.tenant, link.whose()).await?;
    let account = account.as_ref().map(|(_, account)| account);
    let mut stands = json!({"purpose": link.purpose.as_str()});
    let members = match link.standing(account, KeyState::Accepted, call.now) {
        Ok(Alive::Sent { until }) => json!({"state": "sent", "valid_until": until}),
        Ok(Alive::Clicked { until }) => json!({"state": "clicked", "valid_until": until}),
        Err((death, remedy)) => {
            let mut dead = json!({
                "state": "dead",
                "code": dead_code(Dead::Link, death.cause).as_str(),
                "at": death.at,
                "remedy": remedy.as_str(),
            });
            if let (DeathCause::Withdrawn(reason), Some(dead)) = (death.cause, dead.as_object_mut())
            {
                dead.insert("reason".to_owned(), reason.as_str().into());
            }
            dead
        }
    };
    if let (Some(stands), Value::Object(members)) = (stands.as_object_mut(), members) {
        stands.extend(members);
    }
    Ok(Some(stands))
}

fn told(entry: &ToldEntry) -> Value {
    let (actor, key_id) = match &entry.actor {
        Actor::Caller => ("caller", None),
        Actor::Key(id) => ("key", Some(id.as_str())),
        Actor::System => ("system", None),
    };
    let mut told = json!({
        "event": entry.event,
        "at": entry.at,
        "actor": actor,
        "subject": entry.subject,
    });
    let optional = [
        ("key_id", key_id),
        ("source", entry.source.as_deref()),
        ("cause", entry.cause.as_deref()),
        ("support_code", entry.support_code.as_deref()),
    ];
    if let Some(members) = told.as_object_mut() {
        let there = optional.into_iter().filter_map(|(name, text)| Some((name, text?)));
        members.extend(there.map(|(name, text)| (name.to_owned(), json!(text))));
    }
    told
}
