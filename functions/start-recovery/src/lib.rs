//! `start-recovery`: a person proves to be one, says why they cannot get in, and hears which ways
//! there are to prove who they are; and `send-recovery-link`, which is one of them.
//!
//! The answer is the same for a login that nobody has, for an account without a phone and for a
//! blocked one: three methods, with the hints of the account or with decoys that never change, by
//! the same calls to the store. What a blocked account may not do is told to its owner by mail.

use regain_domain::event::{Actor, Event};
use regain_domain::keys::{DerivedKey, Keyring};
use regain_domain::recovery::{Over, Reason, decoy_hint, decoy_key};
use regain_domain::seal::Seal;
use regain_domain::settings::Demand;
use regain_domain::time::after;
use regain_domain::token::{self, TokenPurpose};
use regain_domain::{Account, AccountRef, LinkId, Login, Recovery};
use regain_http::{Answer, Call, Problem, ProblemCode, random};
use regain_store::{
    CountedFor, Limit, MailRequest, OutboxItem, Passed, RequestedBy, Store, Story, TriedIn, Wanted,
    Work,
};
use secrecy::ExposeSecret;
use serde_json::json;

/// What these steps need.
pub struct StartRecovery {
    /// The tables.
    pub store: Store,
    /// The keys of recoveries.
    pub links: Keyring,
    /// Opens captchas.
    pub captchas: Seal,
    /// Makes hints for who has no phone.
    pub decoys: Decoys,
}

/// Hints of numbers that nobody has.
pub struct Decoys(DerivedKey);

/// The secret `edge` has lost its first key, without which decoys would change.
#[derive(Debug, thiserror::Error)]
#[error("the secret `edge` has no key 1, which decoys are derived from")]
pub struct NoDecoyKey;

impl Decoys {
    /// With the first key of the secret `edge`.
    pub fn new(edge: &Keyring) -> Result<Self, NoDecoyKey> {
        decoy_key(edge).map(Self).ok_or(NoDecoyKey)
    }
}

/// Answers one request.
pub async fn handle(step: &StartRecovery, call: &Call) -> Result<Answer, Problem> {
    match call.operation.id {
        "start-recovery" => start(step, call).await,
        "send-recovery-link" => send_link(step, call).await,
        _ => Err(Problem::new(ProblemCode::NotFound)),
    }
}

/// Three calls to the store, whoever is asked for; one if the captcha is wrong or a limit reached.
async fn start(step: &StartRecovery, call: &Call) -> Result<Answer, Problem> {
    let login = call.body.login("login").ok_or_else(|| Problem::new(ProblemCode::Internal))?;
    let reason = Reason::from_word(call.body.token("reason"))
        .ok_or_else(|| Problem::new(ProblemCode::InvalidRequest))?;
    pass(step, call, login).await?;
    let account_ref = AccountRef::of(&call.tenant, login);
    let account = step.store.account(&call.tenant, &account_ref).await?;
    let recovery = Recovery {
        recovery_id: LinkId::new(random()),
        account_ref,
        reason,
        started_at: call.now,
        expires_at: after(call.now, call.settings.validity.recovery_seconds),
        tries: 0,
        mails: 0,
        asked: None,
        code: None,
        next_code_at: None,
        ended_at: None,
        support_code: call.support_code.clone(),
    };
    let story = story(call, reason, account.as_ref());
    step.store.start_recovery(&call.tenant, &recovery, &story).await?;
    let id = recovery.recovery_id;
    let token = token::mint(&step.links, &call.tenant, TokenPurpose::Recovery, id);
    let phone = phone_hint(step, call, login, account.as_ref());
    Ok(Answer::new(json!({
        "recovery": token.expose_secret(),
        "valid_until": recovery.expires_at,
        "methods": [
            {"kind": "sms", "hint": phone},
            {"kind": "voice", "hint": phone},
            // Of what was typed, so that it says nothing.
            {"kind": "email", "hint": login.hint()},
        ],
        "support_code": call.support_code,
    })))
}

async fn pass(step: &StartRecovery, call: &Call, login: &Login) -> Result<(), Problem> {
    let miss = async |captcha| step.store.miss_captcha(&call.tenant, &captcha).await;
    let captcha = call.solved_captcha(&step.captchas, Demand::Always, miss).await?;
    let (limits, captcha) = (limits(call, login), captcha.as_ref());
    match step.store.accept(&call.tenant, &limits, captcha, None, call.now).await? {
        Passed::Done => Ok(()),
        Passed::CaptchaSpent => Err(Problem::captcha_missed(None)),
        Passed::Limited(limited) => Err(Problem::limited(limited.retry_after_seconds(call.now))),
    }
}

/// SECURITY: a phone that is not there has a hint all the same. Held by
/// `a_hint_says_nothing_about_whether_there_is_an_account`.
fn phone_hint(
    step: &StartRecovery,
    call: &Call,
    login: &Login,
    account: Option<&Account>,
) -> String {
    let Decoys(key) = &step.decoys;
    let decoy = decoy_hint(key, &call.tenant, login);
    let hint = account.and_then(Account::phone_hint);
    hint.map_or(decoy, str::to_owned)
}

fn story(call: &Call, reason: Reason, account: Option<&Account>) -> Story {
    let outcome = match account {
        Some(_) => Event::RecoveryStarted.as_str(),
        None => Story::NO_SUCH_ACCOUNT,
    };
    Story {
        support_code: call.support_code.clone(),
        at: call.now,
        outcome: outcome.to_owned(),
        cause: Some(reason.as_str().to_owned()),
        account_id: account.map(|account| account.account_id.clone()),
    }
}

/// The mail with a link. Two calls to the store; who it goes to is found out later.
async fn send_link(step: &StartRecovery, call: &Call) -> Result<Answer, Problem> {
    let return_url = call.asked_return_url()?;
    let id = call.recovery(&step.links)?;
    let tried = step.store.try_in(&call.tenant, id, CountedFor::Mail, call.now).await?;
    let recovery = match tried {
        TriedIn::Counted(recovery) => recovery,
        TriedIn::Refused(recovery) => {
            let recovery = recovery.ok_or_else(|| Problem::new(ProblemCode::RecoveryUnknown))?;
            return Err(match recovery.over(call.now) {
                Some(Over::Expired) => Problem::new(ProblemCode::RecoveryExpired),
                _ => Problem::new(ProblemCode::RecoverySpent),
            }
            .with_support_code(&recovery.support_code));
        }
    };
    let link_id = LinkId::new(random());
    let purpose = recovery.reason.mailed();
    let work = Work::MailRequested(MailRequest {
        wanted: Wanted::Link(purpose),
        actor: Actor::Caller,
        by: RequestedBy::Login(recovery.account_ref),
        link_id,
        requested_at: call.now,
        return_url,
        challenge: None,
        language_asked: call.language_asked,
        language_accepted: call.language_accepted,
        source: Some(call.source.clone()),
        support_code: call.support_code.clone(),
    });
    let id = format!("{}-{link_id}", purpose.as_str());
    step.store.put_outbox(&OutboxItem::new(&call.tenant, id, work, call.now)).await?;
    Ok(Answer::new(json!({"status": "accepted", "support_code": call.support_code})))
}

/// Recoveries of one login from anywhere, as a multiple of those from one address: whoever changes
/// addresses to guess at a number still has few tries an hour. Many, because whoever uses them up
/// closes this way for the owner; the mail of `request-reset` stays open.
const ANYWHERE_TIMES: u32 = 20;

fn limits(call: &Call, login: &Login) -> [Limit; 3] {
    let limits = &call.settings.limits;
    [
        Limit::hourly(
            "start-recovery.login",
            call.subject_from_anywhere(login.as_str()),
            limits.per_login_and_address_hour.saturating_mul(ANYWHERE_TIMES),
        ),
        Limit::hourly(
            "start-recovery.login-and-address",
            call.limit_subject(&[login.as_str().as_bytes()]),
            limits.per_login_and_address_hour,
        ),
        Limit::hourly("start-recovery.address", call.limit_subject(&[]), limits.per_address_hour),
    ]
}
