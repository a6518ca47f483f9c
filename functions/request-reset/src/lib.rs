//! `request-reset`: someone asks for a mail with a link to choose a new password.
//!
//! The account is never looked up here. The request is checked, counted and written down in one
//! call to the store, and the answer is the same for everyone; `process-outbox` finds out whose it
//! is. So nothing about the answer, not even its time, can depend on whether there is an account.

use regain_domain::keys::Keyring;
use regain_domain::link::LinkPurpose;
use regain_domain::token::{self, TokenPurpose};
use regain_domain::{AccountRef, LinkId, Settings};
use regain_http::{Answer, Call, Problem, random};
use regain_store::{Actor, Limit, LinkRequest, OutboxItem, RequestedBy, Store, Work};
use serde_json::json;

/// What this step needs.
pub struct RequestReset {
    /// The tables.
    pub store: Store,
    /// The keys of links, to know a genuine one by.
    pub links: Keyring,
}

/// Answers one request. One call to the store.
pub async fn handle(step: &RequestReset, call: &Call) -> Result<Answer, Problem> {
    let (by, counted) = requested_by(step, call)?;
    let return_url = call.asked_return_url()?;
    let link_id = LinkId::new(random());
    let request = LinkRequest {
        purpose: LinkPurpose::Reset,
        actor: Actor::Caller,
        by,
        link_id,
        requested_at: call.now,
        return_url,
        language_asked: call.language_asked,
        language_accepted: call.language_accepted,
        source: Some(call.source.clone()),
        support_code: call.support_code.clone(),
    };
    let work = Work::LinkRequested(request);
    let item = OutboxItem::new(&call.tenant, format!("reset-{link_id}"), work, call.now);
    match step.store.accept(&limits(call, &counted), &item, call.now).await? {
        Ok(()) => {
            let answer = json!({"status": "accepted", "support_code": call.support_code});
            Ok(Answer::new(answer))
        }
        Err(limited) => Err(Problem::limited(limited.retry_after_seconds(call.now))),
    }
}

/// Whose link is asked for, and what the limit counts it by.
fn requested_by(step: &RequestReset, call: &Call) -> Result<(RequestedBy, String), Problem> {
    if let Some(login) = call.body.login("login") {
        let account = AccountRef::of(&call.tenant, login);
        return Ok((RequestedBy::Login(account), login.as_str().to_owned()));
    }
    let token = call.body.token("token");
    let genuine = token::read(&step.links, &call.tenant, &TokenPurpose::PASSWORD_LINKS, token)
        .map_err(Problem::no_link)?;
    Ok((RequestedBy::Link(genuine.id), genuine.id.to_string()))
}

fn limits(call: &Call, counted: &str) -> [Limit; 2] {
    let Settings { limits, .. } = call.settings.as_ref();
    [
        Limit {
            name: "request-reset.login-and-address",
            subject: call.limit_subject(&[counted.as_bytes()]),
            max: limits.per_login_and_address_hour,
        },
        Limit {
            name: "request-reset.address",
            subject: call.limit_subject(&[]),
            max: limits.per_address_hour,
        },
    ]
}
