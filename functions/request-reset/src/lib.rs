//! `request-reset`: someone asks for a mail with a link to choose a new password; or, with a link to
//! take a lock off that no longer works, for another one of those. And `why-cannot-i-sign-in`, for a
//! mail that says what is the matter.
//!
//! The account is never looked up here. The request is checked, counted and written down in one
//! call to the store, and the answer is the same for everyone; `process-outbox` finds out whose it
//! is. So nothing about the answer, not even its time, can depend on whether there is an account.

use regain_domain::event::Actor;
use regain_domain::keys::Keyring;
use regain_domain::link::LinkPurpose;
use regain_domain::seal::Seal;
use regain_domain::token::{self, TokenPurpose};
use regain_domain::{AccountRef, LinkId, Settings};
use regain_http::{Answer, Call, Problem, random};
use regain_store::{Limit, MailRequest, OutboxItem, Passed, RequestedBy, Store, Wanted, Work};
use serde_json::json;

/// What this step needs.
pub struct RequestReset {
    /// The tables.
    pub store: Store,
    /// The keys of links, to know a genuine one by.
    pub links: Keyring,
    /// Opens captchas.
    pub captchas: Seal,
}

/// Answers one request. One call to the store.
pub async fn handle(step: &RequestReset, call: &Call) -> Result<Answer, Problem> {
    let (by, wanted, counted) = requested_by(step, call)?;
    let return_url = call.asked_return_url()?;
    let demand = call.settings.captcha.request_reset;
    let miss = async |captcha| step.store.miss_captcha(&call.tenant, &captcha).await;
    let captcha = call.solved_captcha(&step.captchas, demand, miss).await?;
    let link_id = LinkId::new(random());
    let request = MailRequest {
        wanted,
        actor: Actor::Caller,
        by,
        link_id,
        requested_at: call.now,
        return_url,
        challenge: None,
        language_asked: call.language_asked,
        language_accepted: call.language_accepted,
        source: Some(call.source.clone()),
        support_code: call.support_code.clone(),
    };
    let id = format!("{}-{link_id}", call.operation.id);
    let item = OutboxItem::new(&call.tenant, id, Work::MailRequested(request), call.now);
    let limits = limits(call, &counted);
    let (store, captcha) = (&step.store, captcha.as_ref());
    match store.accept(&call.tenant, &limits, captcha, Some(&item), call.now).await? {
        Passed::Done => {
            let answer = json!({"status": "accepted", "support_code": call.support_code});
            Ok(Answer::new(answer))
        }
        Passed::CaptchaSpent => Err(Problem::captcha_missed(None)),
        Passed::Limited(limited) => Err(Problem::limited(limited.retry_after_seconds(call.now))),
    }
}

/// Whose mail is asked for, which, and what the limit counts it by.
fn requested_by(
    step: &RequestReset,
    call: &Call,
) -> Result<(RequestedBy, Wanted, String), Problem> {
    if let Some(login) = call.body.login("login") {
        let account = AccountRef::of(&call.tenant, login);
        let wanted = match call.operation.id {
            "why-cannot-i-sign-in" => Wanted::Help,
            _ => Wanted::Link(LinkPurpose::Reset),
        };
        return Ok((RequestedBy::Login(account), wanted, login.as_str().to_owned()));
    }
    let token = call.body.token("token");
    let genuine = token::read(&step.links, &call.tenant, &TokenPurpose::MAILED, token)
        .map_err(Problem::no_link)?;
    // Another of its kind; who has been invited and has no password yet is helped by a reset.
    let purpose = match genuine.purpose {
        TokenPurpose::UnlockLink => LinkPurpose::Unlock,
        _ => LinkPurpose::Reset,
    };
    Ok((RequestedBy::Link(genuine.id), Wanted::Link(purpose), genuine.id.to_string()))
}

fn limits(call: &Call, counted: &str) -> [Limit; 2] {
    let Settings { limits, .. } = call.settings.as_ref();
    [
        Limit::hourly(
            "request-reset.login-and-address",
            call.limit_subject(&[counted.as_bytes()]),
            limits.per_login_and_address_hour,
        ),
        Limit::hourly("request-reset.address", call.limit_subject(&[]), limits.per_address_hour),
    ]
}
