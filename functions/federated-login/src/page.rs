//! Who began on a hosted page and comes back. The page finishes the sign-in itself, as it does after a
//! password: it asks for the second step, and then leads on to the frontend that it was opened for.

use regain_domain::event::Event;
use regain_domain::provider::Attempt;
use regain_domain::session::{Destination, GoesOn, is_complete};
use regain_domain::{Account, AccountRef, Language, Settings};
use regain_http::{Answer, Call, Problem};
use regain_store::{Counted, Finished, Story};
use serde_json::json;
use url::Url;

use crate::FederatedLogin;
use crate::callback::{OVER, hand_over, proved};

/// The page that it was begun on.
pub(crate) struct Page {
    pub(crate) language: Language,
    pub(crate) goes_on: Option<GoesOn>,
}

impl Page {
    /// The provider has said who it is. Where nothing more is asked for, the frontend that redeems it
    /// signs in; else it is done here. One call, then.
    pub(crate) async fn signed_in(
        self,
        step: &FederatedLogin,
        call: &Call,
        attempt: &Attempt,
        (account_ref, account): (AccountRef, Account),
    ) -> Result<Answer, Problem> {
        let whose = (&account_ref, account.account_id.as_str(), account.session_epoch());
        let first = proved(call, attempt, whose);
        let is_complete = is_complete(&account, &first.methods);
        if let (true, Some(goes_on)) = (is_complete, &self.goes_on) {
            return hand_over(step, call, first, None, goes_on);
        }
        if let Some(reason) = account.blocked {
            let entry = call.entry(Event::SignInRefused, Some(reason.as_str()));
            let story = Story::of(&entry, &account.account_id, &call.support_code);
            let (whose, told) = ((&account_ref, account.account_id.as_str()), (&entry, &story));
            step.store.tell_refused(&call.tenant, whose, told, Counted::Stays).await?;
            let blocked = Problem::blocked(reason).with_support_code(&call.support_code);
            return Err(blocked.on_a_page(self.language));
        }
        let entry = call.entry(account.event_of(&first.methods), None);
        match step.store.finish_handover(&call.tenant, &first, &entry).await? {
            Finished::Done => {}
            Finished::Before | Finished::Taken | Finished::Changed => {
                return self.sign_in(step, call, OVER);
            }
        }
        let methods = first.methods;
        let answer = match is_complete {
            true => Answer::new(json!({"methods": methods})),
            false => {
                let leads_to = Some(Destination::of(self.goes_on.as_ref()));
                let whose = (&account_ref, &account);
                step.sessions.pending(call, whose, methods, leads_to).going_on(self.goes_on)
            }
        };
        Ok(answer.on_a_page(self.language))
    }

    /// Back to where other ways in are, with why.
    pub(crate) fn sign_in(
        self,
        step: &FederatedLogin,
        call: &Call,
        refused: &str,
    ) -> Result<Answer, Problem> {
        let mut to = Url::parse(&Settings::page_url(&step.public_base, &call.tenant, "sign-in"))?;
        let mut query = to.query_pairs_mut();
        query.append_pair("lang", self.language.as_str()).append_pair("error", refused);
        if let Some(GoesOn { url, challenge }) = &self.goes_on {
            query.append_pair("return_url", url).append_pair("challenge", challenge);
        }
        drop(query);
        Ok(Answer::see_other(to.into()))
    }
}
