//! Finding and reading: accounts, timelines, stories.

use regain_domain::{AccountRef, Login, SupportCode};
use regain_http::{Answer, Call, Problem, ProblemCode};
use regain_store::{Actor, Summary, ToldEntry};
use serde_json::{Value, json};

use crate::{ManageAccounts, named, shown, shown_value};

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

/// One account. Two calls to the store.
pub(crate) async fn one(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    let (_, account) = named(step, call).await?;
    Ok(shown(&account, call.now))
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

/// What became of one request. Two calls to the store; one if nobody has the login.
pub(crate) async fn story(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    let unknown = || Problem::new(ProblemCode::SupportCodeUnknown);
    let code = SupportCode::parse(call.param("code")).ok_or_else(unknown)?;
    let story = step.store.story(&call.tenant, &code).await?.ok_or_else(unknown)?;
    let events: Vec<Value> = story.events.iter().map(told).collect();
    let answer = Answer::new(json!({
        "support_code": code,
        "at": story.at,
        "outcome": story.outcome,
        "events": events,
    }));
    Ok(answer.and("cause", story.cause).and("account_id", story.account_id))
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
