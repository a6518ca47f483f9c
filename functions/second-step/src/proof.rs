//! What a session alone does not prove: the password, and a code; each counted before it is looked at.

use regain_domain::hashing::Verdict;
use regain_domain::second_step::TypedCode;
use regain_domain::{Account, LinkId};
use regain_http::{Call, Fault, Problem, ProblemCode, random};
use regain_store::{Begun, FailedTry, OutboxItem, TriesOf, TryOf, Work};
use serde_json::json;

use crate::{Placed, SecondSteps};

/// How long a caller waits until it is known how others ended.
const IN_FLIGHT_RETRY_SECONDS: u32 = 1;

/// The password of the account, if it has one. Two calls to the store and an argon2 run.
pub(crate) async fn password(
    step: &SecondSteps,
    call: &Call,
    (place, account): &Placed,
) -> Result<(), Problem> {
    if account.password_phc.is_none() {
        return Ok(());
    }
    if !call.body.has("password") {
        return Err(Problem::invalid(vec![Fault::new("/password", "required")]));
    }
    let (tries, lockout) = (TriesOf::Password(place), &call.settings.lockout);
    let begun = step.store.begin_try(&call.tenant, tries, lockout, call.now).await?;
    let take_back = step.store.take_back_try(&call.tenant, tries, begun);
    let refused = match begun {
        Begun::Open if account.password_disabled_at.is_none() => None,
        Begun::Open | Begun::Shut => Some(Problem::new(ProblemCode::PasswordWrong)),
        Begun::InFlight => Some(Problem::limited(IN_FLIGHT_RETRY_SECONDS)),
        Begun::Locked(lock) => {
            Some(Problem::new(ProblemCode::AccountLocked).with("until", json!(lock.until)))
        }
    };
    if let Some(problem) = refused {
        take_back.await?;
        return Err(problem);
    }
    let verdict = match call.body.password("password") {
        Ok(password) => step.hasher.verify(password, account.password_phc.as_deref()),
        Err(_) => Verdict::Wrong,
    };
    if verdict != Verdict::Wrong {
        return Ok(take_back.await?);
    }
    let failed = failed(call, place.clone(), TryOf::Password);
    step.store.fail_try(&call.tenant, tries, begun, lockout, &failed, call.now).await?;
    Err(Problem::new(ProblemCode::PasswordWrong).with_support_code(&call.support_code))
}

/// A code that was counted; none: none is asked for.
pub(crate) struct Counted {
    account_id: String,
    begun: Option<Begun>,
}

impl Counted {
    /// Counts a code. Refuses one of the app where none is looked at now. (A recovery code cannot be
    /// guessed, and is looked at all the same.)
    pub(crate) async fn begin(
        step: &SecondSteps,
        call: &Call,
        account: &Account,
        code: Option<&TypedCode>,
    ) -> Result<Self, Problem> {
        let account_id = account.account_id.clone();
        let Some(code) = code else { return Ok(Self { account_id, begun: None }) };
        let tries = TriesOf::SecondStep(&account.account_id);
        let lockout = call.settings.lockout.of_second_step();
        let begun = step.store.begin_try(&call.tenant, tries, &lockout, call.now).await?;
        let counted = Self { account_id, begun: Some(begun) };
        let is_disabled = account.second_step.as_ref().is_some_and(|it| it.disabled_at.is_some());
        let problem = match (begun, code) {
            (Begun::Open, _) | (_, TypedCode::Recovery(_)) => return Ok(counted),
            (Begun::Locked(lock), _) => {
                Problem::new(ProblemCode::SecondStepLocked).with("until", json!(lock.until))
            }
            (Begun::Shut, _) if is_disabled => Problem::new(ProblemCode::SecondStepDisabled),
            (Begun::Shut | Begun::InFlight, _) => Problem::limited(IN_FLIGHT_RETRY_SECONDS),
        };
        Err(counted.refused(step, call, problem).await?)
    }

    /// It was wrong: writes so.
    pub(crate) async fn wrong(
        &self,
        step: &SecondSteps,
        call: &Call,
        (place, _): &Placed,
    ) -> Result<Problem, Problem> {
        let problem = Problem::new(ProblemCode::CodeWrong).with_support_code(&call.support_code);
        if self.begun != Some(Begun::Open) {
            // Whoever goes on and on fills no timeline.
            return self.refused(step, call, problem).await;
        }
        let (tries, lockout) =
            (TriesOf::SecondStep(&self.account_id), call.settings.lockout.of_second_step());
        let failed = failed(call, place.clone(), TryOf::SecondStep);
        step.store.fail_try(&call.tenant, tries, Begun::Open, &lockout, &failed, call.now).await?;
        Ok(problem)
    }

    /// It was not looked at, or was not what is the matter: it must lock nobody.
    pub(crate) async fn refused(
        &self,
        step: &SecondSteps,
        call: &Call,
        problem: Problem,
    ) -> Result<Problem, Problem> {
        if let Some(begun) = self.begun {
            let tries = TriesOf::SecondStep(&self.account_id);
            step.store.take_back_try(&call.tenant, tries, begun).await?;
        }
        Ok(problem)
    }
}

fn failed(call: &Call, account_ref: regain_domain::AccountRef, of: TryOf) -> OutboxItem {
    let work = Work::TryFailed(FailedTry {
        of,
        account_ref,
        at: call.now,
        source: Some(call.source.clone()),
        support_code: call.support_code.clone(),
    });
    OutboxItem::new(&call.tenant, format!("failed-{}", LinkId::new(random())), work, call.now)
}
