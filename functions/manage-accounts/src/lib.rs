//! `manage-accounts`: what a tenant's admin and service desk do with its accounts.
//!
//! Who may call what stands in the route table, and the edge has checked it. An account of another
//! tenant is nowhere here: every key that is read begins with the tenant of the path.

mod change;
mod create;
mod lock;
mod read;
mod second_step;
mod temporary;

use jiff::Timestamp;
use regain_domain::hashing::Hasher;
use regain_domain::keys::Keyring;
use regain_domain::seal::Seal;
use regain_domain::{Account, AccountRef, Provider};
use regain_http::{Answer, Call, Problem, ProblemCode};
use regain_store::Store;
use serde_json::{Value, json};

/// What these steps need.
pub struct ManageAccounts {
    /// The tables.
    pub store: Store,
    /// The keys of the password history.
    pub links: Keyring,
    /// Seals cursors.
    pub cursors: Seal,
    /// The cost of a hash.
    pub hasher: Hasher,
}

/// Answers one request.
pub async fn handle(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    match call.operation.id {
        "create-account" => create::one(step, call).await,
        "import-accounts" => create::many(step, call).await,
        "list-accounts" => read::list(step, call).await,
        "read-account" => read::one(step, call).await,
        "change-account" => change::members(step, call).await,
        "erase-account" => change::erase(step, call).await,
        "send-link" => change::send_link(step, call).await,
        "block-account" => change::block(step, call).await,
        "unblock-account" => change::unblock(step, call).await,
        "unlock-account" => lock::take_off(step, call).await,
        "second-step-off" => second_step::switch_off(step, call).await,
        "set-temporary-password" => temporary::set(step, call).await,
        "read-timeline" => read::timeline(step, call).await,
        "read-story" => read::story(step, call).await,
        _ => Err(Problem::new(ProblemCode::NotFound)),
    }
}

/// The account that the path names, and where it is. Two calls to the store.
async fn named(step: &ManageAccounts, call: &Call) -> Result<(AccountRef, Account), Problem> {
    let account_id = call.param("id");
    // Nothing longer can be an id, and a key of a table has its bounds.
    let found = match account_id.len() {
        1..=36 => step.store.account_by_id(&call.tenant, account_id).await?,
        _ => None,
    };
    let found = found.ok_or_else(|| Problem::new(ProblemCode::AccountUnknown))?;
    call.log.set("account.ref", found.1.account_id.as_str());
    Ok(found)
}

/// An account as the back office sees it: nothing of its hash or history.
fn shown(account: &Account, now: Timestamp) -> Answer {
    Answer::new(shown_value(account, now))
}

fn shown_value(account: &Account, now: Timestamp) -> Value {
    let password = match (&account.password_phc, account.temporary_until) {
        (None, _) => "none",
        (Some(_), None) => "set",
        (Some(_), Some(_)) => "temporary",
    };
    let live = account.slots.iter().filter(|(_, slot)| slot.until > now);
    let links: Vec<Value> = live
        .map(|(purpose, slot)| {
            json!({
                "purpose": purpose.as_str(),
                "requested_at": slot.requested_at,
                "valid_until": slot.until,
            })
        })
        .collect();
    let mut shown = json!({
        "account_id": account.account_id,
        "login": account.login,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "language": account.language,
        "blocked": account.blocked,
        "reported_at": account.reported_at,
        "created_at": account.created_at,
        "password": password,
        "links": links,
    });
    if let Some(members) = shown.as_object_mut() {
        members.extend(account.phone.as_ref().map(|phone| ("phone".to_owned(), json!(phone))));
        let set_at = account.password_set_at.map(|at| ("password_set_at".to_owned(), json!(at)));
        members.extend(set_at);
        let disabled_at = account.password_disabled_at;
        members.extend(disabled_at.map(|at| ("password_disabled_at".to_owned(), json!(at))));
        let second_step = account.second_step.as_ref().map(|_| "totp");
        members.extend(second_step.map(|word| ("second_step".to_owned(), json!(word))));
        let providers: Vec<Provider> = account.identities.keys().copied().collect();
        members.insert("providers".to_owned(), json!(providers));
    }
    shown
}
