//! A temporary password: for a person who can be reached by no mail, and sits at the desk.
//!
//! It is in the answer to this call and nowhere else. It opens nothing but the right to choose
//! another, for 24 hours; and it ends every link and session, so that whoever had the account
//! before has it no more. It unlinks providers and switches the second step off.

use regain_domain::Account;
use regain_domain::account::TEMPORARY_PASSWORD_SECONDS;
use regain_domain::event::Event;
use regain_domain::generated::{Generated, TEMPORARY_BITS_MIN, WHOLE_BITS_MIN, generate};
use regain_domain::link::WithdrawnReason;
use regain_domain::policy::Violation;
use regain_domain::second_step::Change;
use regain_domain::time::after;
use regain_http::{Answer, Call, Problem, ProblemCode, random};
use regain_store::NoticeKind;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::ManageAccounts;
use crate::change::{Changed, rewrite};

/// Sets one. Three calls to the store and two argon2 runs.
pub(crate) async fn set(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    if !call.settings.temporary_passwords_enabled {
        return Err(Problem::new(ProblemCode::TemporaryPasswordsDisabled));
    }
    let until = after(call.now, TEMPORARY_PASSWORD_SECONDS);
    let (_, made) = rewrite(step, call, |before| {
        if let Some(reason) = before.blocked {
            return Err(Problem::blocked(reason));
        }
        let made = generated(call, before)?;
        let mut account = before.clone();
        let salts = [random(), random()];
        step.hasher.give_password(&mut account, &made.password, &step.links, salts)?;
        account.temporary_until = Some(until);
        // Who sits at the desk may have lost the phone too. SECURITY: held by
        // `a_temporary_password_switches_the_second_step_off`.
        account.second_step = None;
        account.enrolment = None;
        account.identities.clear();
        account.end(WithdrawnReason::ByDesk, call.now);
        let off = NoticeKind::SecondStepChanged(Change::OffByDesk);
        let off = before.second_step.is_some().then_some((off, None));
        let set = (NoticeKind::TemporaryPassword, Some(before.login.clone()));
        let unlinked = before.identities.keys();
        let unlinked = unlinked.map(|provider| (NoticeKind::ProviderUnlinked(*provider), None));
        Ok(Some(Changed {
            account,
            reason: WithdrawnReason::ByDesk,
            notices: [set].into_iter().chain(off).chain(unlinked).collect(),
            event: Event::TemporaryPasswordSet,
            cause: None,
            made: Some(made.text),
        }))
    })
    .await?;
    let text = made.ok_or_else(|| Problem::new(ProblemCode::Internal))?;
    Ok(Answer::new(json!({"password": text.expose_secret(), "valid_until": until})))
}

/// What is made, or why nothing can be made of what it should begin with.
fn generated(call: &Call, account: &Account) -> Result<Generated, Problem> {
    let policy = &call.settings.password_policy;
    let last_name = account.last_name.as_deref();
    let beginning =
        match call.body.has("beginning") {
            true => Some(call.body.password("beginning").map_err(|_| {
                Problem::rejected(&[Violation::TooLong { max: policy.length_max }])
            })?),
            false => None,
        };
    let bits_min = beginning.map_or(WHOLE_BITS_MIN, |_| TEMPORARY_BITS_MIN);
    generate(policy, beginning, last_name, bits_min, random)
        .map_err(|violations| Problem::rejected(&violations))
}
