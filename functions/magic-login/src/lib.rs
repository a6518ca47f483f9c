//! `magic-login`: someone asks for a mail with a link that signs in once; and `redeem-magic-link`, the
//! person's click on it.
//!
//! The account is never looked up where the mail is asked for, so that nothing about the answer can
//! depend on whether there is one. Opening the link changes nothing; the click is a POST. It is good on
//! any device, and never in the place of the second step.

use regain_domain::captcha::Challenge;
use regain_domain::event::{Actor, Event};
use regain_domain::keys::Keyring;
use regain_domain::link::LinkPurpose;
use regain_domain::seal::Seal;
use regain_domain::session::{Method, is_challenge};
use regain_domain::token::{self, TokenPurpose};
use regain_domain::{Account, AccountRef, Link, LinkId};
use regain_http::{Answer, Call, Fault, Problem, ProblemCode, Sessions, random};
use regain_notices::Dead;
use regain_store::{
    Counted, Limit, Lock, MailRequest, OutboxItem, Passed, REREADS_MAX, RequestedBy, Store, Story,
    TriesOf, Wanted, Work, Written,
};
use serde_json::json;

/// What these steps need.
pub struct MagicLogin {
    /// The tables.
    pub store: Store,
    /// The keys of links.
    pub links: Keyring,
    /// Signs session tokens.
    pub sessions: Sessions,
    /// Opens captchas.
    pub captchas: Seal,
}

/// Answers one request.
pub async fn handle(step: &MagicLogin, call: &Call) -> Result<Answer, Problem> {
    if !call.settings.magic_login.enabled {
        return Err(Problem::new(ProblemCode::MagicLoginDisabled));
    }
    match call.operation.id {
        "magic-login" => request(step, call).await,
        "redeem-magic-link" => redeem(step, call).await,
        _ => Err(Problem::new(ProblemCode::NotFound)),
    }
}

/// One call to the store, whoever is asked for.
async fn request(step: &MagicLogin, call: &Call) -> Result<Answer, Problem> {
    let (by, counted) = requested_by(step, call)?;
    let return_url = call.asked_return_url()?;
    let challenge = challenge(call)?;
    // A mail is a mail: the tenant asks for proof that a person wants it, or does not.
    let demand = call.settings.captcha.request_reset;
    let miss = async |captcha: Challenge| step.store.miss_captcha(&call.tenant, &captcha).await;
    let captcha = call.solved_captcha(&step.captchas, demand, miss).await?;
    let link_id = LinkId::new(random());
    let work = Work::MailRequested(MailRequest {
        wanted: Wanted::Link(LinkPurpose::Magic),
        actor: Actor::Caller,
        by,
        link_id,
        requested_at: call.now,
        return_url,
        challenge,
        language_asked: call.language_asked,
        language_accepted: call.language_accepted,
        source: Some(call.source.clone()),
        support_code: call.support_code.clone(),
    });
    let item = OutboxItem::new(&call.tenant, format!("magic-{link_id}"), work, call.now);
    let (limits, captcha) = (limits(call, &counted), captcha.as_ref());
    match step.store.accept(&call.tenant, &limits, captcha, Some(&item), call.now).await? {
        Passed::Done => {
            Ok(Answer::new(json!({"status": "accepted", "support_code": call.support_code})))
        }
        Passed::CaptchaSpent => Err(Problem::captcha_missed(None)),
        Passed::Limited(limited) => Err(Problem::limited(limited.retry_after_seconds(call.now))),
    }
}

/// Whom a page is to hand the sign-in over to, at the return URL.
fn challenge(call: &Call) -> Result<Option<String>, Problem> {
    let Some(text) = call.body.text("challenge") else { return Ok(None) };
    let fault = |pointer, code| Err(Problem::invalid(vec![Fault::new(pointer, code)]));
    match (is_challenge(text), call.body.has("return_url")) {
        (false, _) => fault("/challenge", "not_a_challenge"),
        (true, false) => fault("/return_url", "required"),
        (true, true) => Ok(Some(text.to_owned())),
    }
}

/// Whose link is asked for, and what the limit counts it by.
fn requested_by(step: &MagicLogin, call: &Call) -> Result<(RequestedBy, String), Problem> {
    if let Some(login) = call.body.login("login") {
        let account = AccountRef::of(&call.tenant, login);
        return Ok((RequestedBy::Login(account), login.as_str().to_owned()));
    }
    let token = call.body.token("token");
    let genuine = token::read(&step.links, &call.tenant, &TokenPurpose::MAILED, token)
        .map_err(Problem::no_link)?;
    Ok((RequestedBy::Link(genuine.id), genuine.id.to_string()))
}

fn limits(call: &Call, counted: &str) -> [Limit; 2] {
    let (limits, with_login) = (&call.settings.limits, call.limit_subject(&[counted.as_bytes()]));
    [
        Limit::hourly(
            "magic-login.login-and-address",
            with_login,
            limits.per_login_and_address_hour,
        ),
        Limit::hourly("magic-login.address", call.limit_subject(&[]), limits.per_address_hour),
    ]
}

/// Three calls to the store; a dead link may cost one more, and so do a tenant that keeps locks on and
/// an account that moved.
async fn redeem(step: &MagicLogin, call: &Call) -> Result<Answer, Problem> {
    let purposes = [TokenPurpose::MagicLink];
    let genuine = token::read(&step.links, &call.tenant, &purposes, call.body.token("token"))
        .map_err(Problem::no_link)?;
    for _ in 0..REREADS_MAX {
        let unknown = || Problem::new(ProblemCode::LinkUnknown);
        let link = step.store.link(&call.tenant, genuine.id).await?;
        let link = link.filter(|link| link.purpose == LinkPurpose::Magic).ok_or_else(unknown)?;
        call.log.set("link.purpose", link.purpose.as_str());
        call.log.set("account.ref", link.account_id.as_str());
        let account = step.store.account_of(&call.tenant, link.whose()).await?;
        let account = account.map(|(_, account)| account);
        let standing = link.standing(account.as_ref(), genuine.key, call.now);
        let account = match (standing, account) {
            (Ok(_), Some(account)) => account,
            (Ok(_), None) => return Err(unknown()),
            (Err(_), _) if is_read_before_its_death(step, call, &link).await? => continue,
            (Err((death, remedy)), _) => {
                return Err(Problem::dead(Dead::Link, death, remedy, &link.support_code));
            }
        };
        let lock = lock(step, call, &link).await?;
        let entry = call.entry(account.first_step_event(), Some("magic"));
        let both = (&link, &account);
        match step.store.redeem_magic_link(&call.tenant, both, lock, &entry, call.now).await? {
            Written::Done => return signed_in(step, call, &link, &account),
            // It was used a moment ago, or ended: read again.
            Written::Changed => {}
        }
    }
    Err(Problem::busy())
}

/// Whether the link died between its reading and the account's, so that its record tells of what.
async fn is_read_before_its_death(
    step: &MagicLogin,
    call: &Call,
    link: &Link,
) -> Result<bool, Problem> {
    if link.death.is_some() || call.now >= link.expires_at {
        return Ok(false);
    }
    let now = step.store.link(&call.tenant, link.link_id).await?;
    Ok(now.is_some_and(|now| now.death.is_some()))
}

/// What becomes of the lock. A tenant may have it stay on, and then the link waits.
async fn lock(step: &MagicLogin, call: &Call, link: &Link) -> Result<Lock, Problem> {
    if call.settings.magic_login.takes_lock_off {
        return Ok(Lock::TakenOff);
    }
    let tries = step.store.tries(&call.tenant, TriesOf::Password(&link.account_ref)).await?;
    let Some(lock) = tries.locked(&call.settings.lockout, call.now) else {
        return Ok(Lock::Stays);
    };
    let entry = call.entry(Event::SignInRefused, Some("account_locked"));
    let story = Story::of(&entry, &link.account_id, &call.support_code);
    let told = (&entry, &story);
    step.store.tell_refused(&call.tenant, link.whose(), told, Counted::Stays).await?;
    Err(Problem::new(ProblemCode::AccountLocked)
        .with("until", json!(lock.until))
        .with_support_code(&call.support_code))
}

fn signed_in(
    step: &MagicLogin,
    call: &Call,
    link: &Link,
    account: &Account,
) -> Result<Answer, Problem> {
    let whose = (&link.account_ref, account);
    let answer = step.sessions.after_first_step(call, whose, vec![Method::Link], Some(link))?;
    Ok(answer.and("return_url", call.return_url(link)))
}
