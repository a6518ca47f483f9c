//! `finish-sign-in`: the code that a first step still asks for; or what a provider has handed over,
//! redeemed by the browser that began.
//!
//! A code is counted before it is looked at, under the account and not under this sign-in, so that
//! beginning anew gains nobody a guess. A recovery code cannot be guessed, and is looked at even while
//! the second step is locked: so it gets its owner in while others guess.

use regain_domain::event::Event;
use regain_domain::provider::IdentityRef;
use regain_domain::second_step::{Change, Checked, RecoveryCode, SecondStep, TypedCode, Whose};
use regain_domain::session::{Destination, FirstStep, Method};
use regain_domain::{Account, LinkId, Provider};
use regain_http::{Answer, Call, Fault, Problem, ProblemCode, random};
use regain_store::{
    Begun, FailedTry, Finished, Notice, NoticeKind, OutboxItem, REREADS_MAX, TriesOf, TryOf, Work,
};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::{IN_FLIGHT_RETRY_SECONDS, SignIn, tell_refused};

/// Answers one request.
pub(crate) async fn sign_in(step: &SignIn, call: &Call) -> Result<Answer, Problem> {
    let is_pending = call.body.has("pending");
    let (wanted, other) = if is_pending { ("code", "verifier") } else { ("verifier", "code") };
    let faults = [(wanted, false, "required"), (other, true, "not_allowed")].into_iter();
    let faults = faults.filter(|(name, there, _)| call.body.has(name) == *there);
    let faults: Vec<_> =
        faults.map(|(name, _, code)| Fault::new(format!("/{name}"), code)).collect();
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    match is_pending {
        true => with_code(step, call).await,
        // SECURITY: a page hands over and is handed nothing, or one could be renewed for ever. Held by
        // `a_page_takes_no_handover`.
        false if call.is_of_a_page() => Err(Problem::new(ProblemCode::SignInUnknown)),
        false => with_handover(step, call).await,
    }
}

fn over() -> Problem {
    Problem::new(ProblemCode::SignInOver)
}

/// A first step that can still be finished.
fn in_time(first: Option<FirstStep>, call: &Call) -> Result<FirstStep, Problem> {
    let first = first.ok_or_else(|| Problem::new(ProblemCode::SignInUnknown))?;
    call.log.set("account.ref", first.account_id.as_str());
    if call.now >= first.until { Err(over()) } else { Ok(first) }
}

/// The account that the first step was proved for, as it is now.
async fn account_of(step: &SignIn, call: &Call, first: &FirstStep) -> Result<Account, Problem> {
    let account = step.store.account(&call.tenant, &first.account_ref).await?;
    let account = account.filter(|account| account.account_id == first.account_id);
    let account = account.ok_or_else(over)?;
    match account.blocked {
        Some(reason) => {
            let whose = (&first.account_ref, &account);
            tell_refused(step, call, whose, reason.as_str(), Begun::Shut).await?;
            Err(Problem::blocked(reason).with_support_code(&call.support_code))
        }
        None if account.session_epoch() != first.epoch => Err(over()),
        None => Ok(account),
    }
}

/// What came of a code.
enum Looked {
    /// It finished the sign-in.
    In(Answer),
    /// It was wrong.
    Wrong,
    /// It was not looked at, or was not what is the matter.
    Refused(Problem),
}

/// Three calls to the store in two round trips, right or wrong; one more where the second step is
/// locked, or another code was accepted in the same moment.
async fn with_code(step: &SignIn, call: &Call) -> Result<Answer, Problem> {
    let pending =
        FirstStep::pending(step.sessions.seal(), &call.tenant, call.body.token("pending"));
    let first = &in_time(pending, call)?;
    // SECURITY: what a page began gives no session to whoever else gets hold of it, and leads nowhere
    // else. Held by `what_a_page_began_is_finished_by_a_page_that_leads_there`.
    let leads_to = Destination::of(call.goes_on(None).as_ref());
    if first.leads_to.as_ref().is_some_and(|to| !call.is_of_a_page() || *to != leads_to) {
        return Err(Problem::new(ProblemCode::SignInUnknown));
    }
    let not_a_code = || Problem::invalid(vec![Fault::new("/code", "not_a_code")]);
    let code = &TypedCode::parse(call.body.token("code")).ok_or_else(not_a_code)?;
    let (tries, lockout) =
        (TriesOf::SecondStep(&first.account_id), call.settings.lockout.of_second_step());
    let (begun, account) = tokio::join!(
        step.store.begin_try(&call.tenant, tries, &lockout, call.now),
        account_of(step, call, first)
    );
    let begun = begun?;
    let looked = match (begun, code, account) {
        (_, _, Err(problem)) => Looked::Refused(problem),
        (Begun::Open, _, Ok(account)) | (_, TypedCode::Recovery(_), Ok(account)) => {
            look(step, call, first, account, code).await?
        }
        (Begun::Locked(lock), TypedCode::Totp(_), Ok(_)) => Looked::Refused(
            Problem::new(ProblemCode::SecondStepLocked).with("until", json!(lock.until)),
        ),
        (Begun::InFlight | Begun::Shut, TypedCode::Totp(_), Ok(account)) => {
            Looked::Refused(shut(&account))
        }
    };
    let problem = match looked {
        Looked::In(answer) => return Ok(answer),
        Looked::Wrong if begun == Begun::Open => {
            let (store, failed) = (&step.store, failed(call, first));
            store.fail_try(&call.tenant, tries, begun, &lockout, &failed, call.now).await?;
            return Err(wrong(call));
        }
        // Whoever goes on and on fills no timeline.
        Looked::Wrong => wrong(call),
        Looked::Refused(problem) => problem,
    };
    // It was not looked at, or is not what is the matter: it must lock nobody.
    step.store.take_back_try(&call.tenant, tries, begun).await?;
    Err(problem)
}

fn wrong(call: &Call) -> Problem {
    Problem::new(ProblemCode::CodeWrong).with_support_code(&call.support_code)
}

/// No code of the app is looked at: not in this moment, or not any more.
fn shut(account: &Account) -> Problem {
    match account.second_step.as_ref().and_then(|second_step| second_step.disabled_at) {
        Some(_) => Problem::new(ProblemCode::SecondStepDisabled),
        None => Problem::limited(IN_FLIGHT_RETRY_SECONDS),
    }
}

/// Looks at a code that was counted, and uses it up if it is right.
async fn look(
    step: &SignIn,
    call: &Call,
    first: &FirstStep,
    mut account: Account,
    code: &TypedCode,
) -> Result<Looked, Problem> {
    let whose = Whose { tenant: &call.tenant, account_id: &first.account_id };
    let replacement = match code {
        TypedCode::Totp(_) => None,
        TypedCode::Recovery(_) => Some(RecoveryCode::new(whose, random())),
    };
    for _ in 0..REREADS_MAX {
        // What is switched off has another epoch.
        let Some(before) = account.second_step.as_ref() else {
            return Ok(Looked::Refused(over()));
        };
        let seal = &step.second_steps;
        let after = match before.check(seal, whose, code, replacement.as_ref(), call.now) {
            Checked::Right(after) => after,
            Checked::Used => return Ok(Looked::Refused(Problem::new(ProblemCode::CodeUsed))),
            Checked::Disabled => {
                return Ok(Looked::Refused(Problem::new(ProblemCode::SecondStepDisabled)));
            }
            Checked::Wrong => return Ok(Looked::Wrong),
        };
        match finish(step, call, first, (before, &after), replacement.is_some()).await? {
            Finished::Done => {
                let methods = [first.methods.as_slice(), &[method(code)]].concat();
                let whose = (&first.account_ref, &account);
                let goes_on = call.goes_on(None);
                let session = step.sessions.after_all_steps(call, whose, methods, goes_on)?;
                let shown = replacement.as_ref().map(|code| code.text.expose_secret());
                return Ok(Looked::In(session.and("recovery_code", shown)));
            }
            Finished::Before | Finished::Taken => return Ok(Looked::Refused(over())),
            // Another code was accepted; or the account changed, and this is over.
            Finished::Changed => match account_of(step, call, first).await {
                Ok(now) => account = now,
                Err(problem) => return Ok(Looked::Refused(problem)),
            },
        }
    }
    Ok(Looked::Refused(Problem::busy()))
}

fn method(code: &TypedCode) -> Method {
    match code {
        TypedCode::Totp(_) => Method::Totp,
        TypedCode::Recovery(_) => Method::RecoveryCode,
    }
}

async fn finish(
    step: &SignIn,
    call: &Call,
    first: &FirstStep,
    steps: (&SecondStep, &SecondStep),
    is_recovery: bool,
) -> Result<Finished, Problem> {
    let mut entries = vec![call.entry(Event::SignedIn, None)];
    let kind = NoticeKind::SecondStepChanged(Change::RecoveryCodeUsed);
    let notice = is_recovery.then(|| notice(call, first, kind));
    if is_recovery {
        entries.push(call.entry(Event::RecoveryCodeUsed, None));
    }
    let (store, notice) = (&step.store, notice.as_ref());
    Ok(store.finish_with_code(&call.tenant, first, steps, &entries, notice).await?)
}

fn failed(call: &Call, first: &FirstStep) -> OutboxItem {
    let work = Work::TryFailed(FailedTry {
        of: TryOf::SecondStep,
        account_ref: first.account_ref.clone(),
        at: call.now,
        source: Some(call.source.clone()),
        support_code: call.support_code.clone(),
    });
    OutboxItem::new(&call.tenant, format!("failed-{}", LinkId::new(random())), work, call.now)
}

fn notice(call: &Call, first: &FirstStep, kind: NoticeKind) -> OutboxItem {
    let work = Work::Send(Notice {
        notice: kind,
        account_ref: first.account_ref.clone(),
        account_id: first.account_id.clone(),
        to: None,
        at: call.now,
        language_asked: call.language_asked,
        language_accepted: call.language_accepted,
        support_code: call.support_code.clone(),
    });
    OutboxItem::new(&call.tenant, format!("finished-{}", first.id), work, call.now)
}

/// Two calls to the store.
async fn with_handover(step: &SignIn, call: &Call) -> Result<Answer, Problem> {
    let (text, verifier) = (call.body.token("handover"), call.body.token("verifier"));
    let handover = FirstStep::handover(step.sessions.seal(), &call.tenant, text, verifier);
    let first = &in_time(handover, call)?;
    for _ in 0..REREADS_MAX {
        let account = account_of(step, call, first).await?;
        let to_link = first.handed_over.as_ref().and_then(|handed| handed.to_link.as_ref());
        let finished = match to_link {
            Some(identity) => link(step, call, (first, &account), identity).await?,
            None => {
                let event = match first.was_signed_in() {
                    true => Event::HandedOver,
                    false => account.event_of(&first.methods),
                };
                let entry = call.entry(event, None);
                step.store.finish_handover(&call.tenant, first, &entry).await?
            }
        };
        match (finished, to_link) {
            (Finished::Done, Some((provider, identity))) => {
                let answer = linked(step, call, first, (&account, *provider, identity)).await?;
                return Ok(answer.and("linked", Some(provider.as_str())));
            }
            (Finished::Done, None) => {
                let whose = (&first.account_ref, &account);
                return step.sessions.after_first_step(call, whose, first.methods.clone(), None);
            }
            (Finished::Before, _) => return Err(over()),
            (Finished::Taken, _) => return Err(Problem::new(ProblemCode::ProviderTaken)),
            (Finished::Changed, _) => {}
        }
    }
    Err(Problem::busy())
}

/// The session that was shown goes on; unless another identity was there before, with which every
/// session has ended: then what was proved just now is worth one.
async fn linked(
    step: &SignIn,
    call: &Call,
    first: &FirstStep,
    (before, provider, identity): (&Account, Provider, &IdentityRef),
) -> Result<Answer, Problem> {
    if before.identities.get(&provider).is_none_or(|linked| linked.identity == *identity) {
        return Ok(Answer::new(json!({})));
    }
    let mut account = before.clone();
    account.end_sessions();
    let whose = (&first.account_ref, &account);
    step.sessions.after_first_step(call, whose, first.methods.clone(), None)
}

/// What the provider proved signs in to this account from now on. Its owner is told.
async fn link(
    step: &SignIn,
    call: &Call,
    whose: (&FirstStep, &Account),
    (provider, identity): &(Provider, IdentityRef),
) -> Result<Finished, Problem> {
    let entries = [call.entry(Event::ProviderLinked, Some(provider.as_str()))];
    let notice = notice(call, whose.0, NoticeKind::ProviderLinked(*provider));
    let (what, telling) = ((*provider, identity), (entries.as_slice(), &notice));
    Ok(step.store.link_identity(&call.tenant, whose, what, telling, call.now).await?)
}
