//! `send-sms-code`: who knows the whole number of the account has a code sent to it, as a text
//! message or in a call.
//!
//! The try is counted before the number is looked at. What is sent goes to the number on file,
//! never to the one that was typed, and `process-outbox` sends it. A right number of a blocked
//! account is answered alike, and its owner is mailed whom to ask.

use regain_domain::event::Actor;
use regain_domain::keys::Keyring;
use regain_domain::link::LinkPurpose;
use regain_domain::recovery::{CodeChannel, Over, SentCode};
use regain_domain::time::{after, seconds_until};
use regain_domain::{Account, LinkId, PhoneNumber, Recovery};
use regain_http::{Answer, Call, Fault, Problem, ProblemCode, random};
use regain_store::{
    CodeLimits, CodeToSend, CountedFor, FailedTry, MailRequest, OutboxItem, RequestedBy, Store,
    TriedIn, TryOf, Wanted, Work, Written,
};
use serde_json::json;

/// What this step needs.
pub struct SendSmsCode {
    /// The tables.
    pub store: Store,
    /// The keys of recoveries and codes.
    pub links: Keyring,
}

/// Answers one request. Three calls to the store, whether or not the number is the right one.
pub async fn handle(step: &SendSmsCode, call: &Call) -> Result<Answer, Problem> {
    // Before anything is counted: what is no number costs nobody a try.
    let region = &call.settings.phone.default_region;
    let typed = PhoneNumber::parse(call.body.token("phone"), region)
        .map_err(|_| Problem::invalid(vec![Fault::new("/phone", "not_a_phone_number")]))?;
    let channel = CodeChannel::from_word(call.body.token("channel"))
        .ok_or_else(|| Problem::new(ProblemCode::InvalidRequest))?;
    let recovery = counted(step, call).await?;
    let account = step.store.account(&call.tenant, &recovery.account_ref).await?;
    match account.filter(|account| account.phone.as_deref() == Some(typed.as_str())) {
        Some(account) => send(step, call, &recovery, &account, channel).await,
        None => mismatch(step, call, &recovery).await,
    }
}

/// The recovery, with this try counted; or why there is nothing left to try.
async fn counted(step: &SendSmsCode, call: &Call) -> Result<Recovery, Problem> {
    let id = call.recovery(&step.links)?;
    let tried = step.store.try_in(&call.tenant, id, CountedFor::Phone, call.now).await?;
    let recovery = match tried {
        TriedIn::Counted(recovery) => return Ok(*recovery),
        TriedIn::Refused(recovery) => {
            recovery.ok_or_else(|| Problem::new(ProblemCode::RecoveryUnknown))?
        }
    };
    let next = recovery.next_code_at.unwrap_or(call.now);
    let problem = match recovery.over(call.now) {
        Some(Over::Expired) => Problem::new(ProblemCode::RecoveryExpired),
        Some(_) => Problem::new(ProblemCode::RecoverySpent),
        None => Problem::limited(seconds_until(call.now, next)),
    };
    Err(problem.with_support_code(&recovery.support_code))
}

/// Whose timeline this belongs on is found out later, so that it takes as long for a login that
/// nobody has.
async fn mismatch(step: &SendSmsCode, call: &Call, recovery: &Recovery) -> Result<Answer, Problem> {
    let work = Work::TryFailed(FailedTry {
        of: TryOf::Phone,
        account_ref: recovery.account_ref.clone(),
        at: call.now,
        source: Some(call.source.clone()),
        support_code: recovery.support_code.clone(),
    });
    let id = format!("phone-{}", LinkId::new(random()));
    step.store.put_outbox(&OutboxItem::new(&call.tenant, id, work, call.now)).await?;
    Err(Problem::new(ProblemCode::PhoneMismatch)
        .with("attempts_left", json!(recovery.tries_left()))
        .with_support_code(&recovery.support_code))
}

async fn send(
    step: &SendSmsCode,
    call: &Call,
    recovery: &Recovery,
    account: &Account,
    channel: CodeChannel,
) -> Result<Answer, Problem> {
    call.log.set("account.ref", account.account_id.as_str());
    let number = recovery.asked.as_ref().map_or(0, |asked| asked.number) + 1;
    let until = after(call.now, call.settings.validity.code_seconds).min(recovery.expires_at);
    let code = SentCode {
        account_id: account.account_id.clone(),
        epoch: account.epoch,
        number,
        digits: call.settings.code.digits,
        key: step.links.current(),
        until,
    };
    let pause_seconds = Recovery::pause_seconds(number);
    let next_code_at = after(call.now, pause_seconds);
    let work = work(call, recovery, account, (number, channel));
    let code = (&code, next_code_at);
    match step.store.send_code(&call.tenant, recovery, code, &work, call.now).await? {
        Written::Done => Ok(sent(until, pause_seconds)),
        // The button was pressed twice: the other press has had a code sent.
        Written::Changed => {
            step.store.give_try_back(&call.tenant, recovery.recovery_id).await?;
            Ok(sent(until, pause_seconds))
        }
    }
}

fn sent(until: jiff::Timestamp, pause_seconds: u32) -> Answer {
    Answer::new(json!({"valid_until": until, "retry_after_seconds": pause_seconds}))
}

/// The code; or, for a blocked account, what a request for a mail would lead to.
fn work(
    call: &Call,
    recovery: &Recovery,
    account: &Account,
    (number, channel): (u32, CodeChannel),
) -> OutboxItem {
    let (account_ref, account_id) = (recovery.account_ref.clone(), account.account_id.clone());
    let source = Some(call.source.clone());
    let support_code = recovery.support_code.clone();
    let (language_asked, language_accepted) = (call.language_asked, call.language_accepted);
    let work = match account.blocked {
        None => Work::SendCode(CodeToSend {
            recovery_id: recovery.recovery_id,
            number,
            channel,
            account_ref,
            account_id,
            limits: CodeLimits::ToTake,
            at: call.now,
            language_asked,
            language_accepted,
            source,
            support_code,
        }),
        Some(_) => Work::MailRequested(MailRequest {
            wanted: Wanted::Link(LinkPurpose::Reset),
            actor: Actor::Caller,
            by: RequestedBy::Account { account_ref, account_id },
            link_id: LinkId::new(random()),
            requested_at: call.now,
            return_url: None,
            challenge: None,
            language_asked,
            language_accepted,
            source,
            support_code,
        }),
    };
    let id = format!("code-{}-{number}", recovery.recovery_id);
    OutboxItem::new(&call.tenant, id, work, call.now)
}
