//! Whether a session still stands, and the end of all of them.

use regain_domain::event::Event;
use regain_domain::link::{WithdrawnReason, WrittenDeath};
use regain_domain::{Account, AccountRef, Provider};
use regain_http::{Answer, Call, Problem};
use regain_store::{REREADS_MAX, Rewrite, Rewritten};
use serde_json::json;

use crate::SignIn;

/// Two calls to the store.
pub(crate) async fn standing(step: &SignIn, call: &Call) -> Result<Answer, Problem> {
    let (_, account) = account(step, call).await?;
    let session = call.session()?;
    let providers: Vec<Provider> = account.identities.keys().copied().collect();
    Ok(Answer::new(json!({
        "account_id": account.account_id,
        "login": account.login,
        "expires_at": session.expires_at,
        "methods": session.methods,
        "second_step": account.second_step.map(|_| "totp"),
        "providers": providers,
    })))
}

/// Every session of the account ends. What waits in its mailbox lives on: who has stolen a password
/// could otherwise keep its owner from another one. Three calls to the store.
pub(crate) async fn end_all(step: &SignIn, call: &Call) -> Result<Answer, Problem> {
    for _ in 0..REREADS_MAX {
        let (place, before) = account(step, call).await?;
        let mut after = before.clone();
        after.end_sessions();
        let rewrite = Rewrite {
            before: (&place, &before),
            after: (&place, &after),
            death: WrittenDeath::Withdrawn(WithdrawnReason::ByDesk),
            notices: &[],
            limit: None,
            forgotten: &[],
            entry: &call.entry(Event::SignedOutEverywhere, None),
            now: call.now,
        };
        if step.store.rewrite_account(&call.tenant, rewrite).await? == Rewritten::Done {
            return Ok(Answer::new(json!({"status": "signed_out"})));
        }
    }
    Err(Problem::busy())
}

async fn account(step: &SignIn, call: &Call) -> Result<(AccountRef, Account), Problem> {
    let account_id = &call.session()?.account_id;
    call.standing(step.store.account_by_id(&call.tenant, account_id).await?)
}
