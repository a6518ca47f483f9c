//! Switching a second step off, for who has lost the app and the recovery codes. Who asks at the desk
//! may be anyone: sessions end, and the owner is told.

use regain_domain::Account;
use regain_domain::event::Event;
use regain_domain::link::WithdrawnReason;
use regain_domain::second_step::Change;
use regain_http::{Answer, Call, Problem};
use regain_store::NoticeKind;

use crate::change::{Changed, rewrite};
use crate::{ManageAccounts, shown};

/// Three calls to the store; two if it is off.
pub(crate) async fn switch_off(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    let (account, _) = rewrite(step, call, |before| {
        if before.second_step.is_none() {
            return Ok(None);
        }
        let mut account = Account { second_step: None, enrolment: None, ..before.clone() };
        account.end_sessions();
        Ok(Some(Changed {
            account,
            reason: WithdrawnReason::ByDesk,
            notices: vec![(NoticeKind::SecondStepChanged(Change::OffByDesk), None)],
            event: Event::SecondStepSwitchedOff,
            cause: Some("by_desk".to_owned()),
            made: None,
        }))
    })
    .await?;
    Ok(shown(&account, call.now))
}
