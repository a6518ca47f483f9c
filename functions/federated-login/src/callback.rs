//! The `callback`: a person comes back from a provider, with a code that says who it is, or without.

use regain_domain::provider::{Attempt, BegunAt, IdentityRef, Intent};
use regain_domain::session::{
    FirstStep, GoesOn, HANDOVER_SECONDS, HandedOver, Method, SessionEpoch,
};
use regain_domain::time::after;
use regain_domain::token::{TokenPurpose, read};
use regain_domain::{Account, AccountRef, Provider};
use regain_http::{Answer, Call, Problem, ProblemCode, random};
use secrecy::ExposeSecret;
use url::Url;

use crate::page::Page;
use crate::provider::{Attempt as Asked, Identity, ProviderFault};
use crate::{FederatedLogin, Known, known};

/// A person comes back. Three calls to the store to sign in, one to link, and one more where a page does
/// not just lead on; what is not known of the provider yet; and the exchange of the code.
pub(crate) async fn come_back(step: &FederatedLogin, call: &Call) -> Result<Answer, Problem> {
    let known = known(step, call, call.param("provider"))?;
    let (mut attempt, is_over) = ended(step, call, known.provider).await?;
    let allowed = allowed(call, &mut attempt);
    let identity = match is_over || !allowed {
        true => Err(OVER),
        false => identity(step, call, &known, &attempt).await,
    };
    match attempt.begun_at.clone() {
        BegunAt::Frontend(goes_on) => {
            let proved = match identity {
                Ok(identity) => first_step(step, call, &attempt, identity).await?,
                Err(refused) => Err(refused),
            };
            match proved {
                Ok((first, to_link)) => hand_over(step, call, first, to_link, &goes_on),
                // Where it led to may be nobody's to go to now.
                Err(OVER) => Err(Problem::new(ProblemCode::SignInOver)),
                Err(refused) => on_to(&goes_on.url, "error", refused_for(call, refused)),
            }
        }
        BegunAt::Page { language, goes_on } => {
            let page = Page { language, goes_on: goes_on.filter(|_| allowed) };
            let whose = match identity {
                Ok(identity) => linked(step, call, attempt.provider, &identity).await?,
                Err(refused) => Err(refused),
            };
            match whose {
                Ok(whose) => page.signed_in(step, call, &attempt, whose).await,
                Err(refused) => page.sign_in(step, call, refused_for(call, refused)),
            }
        }
    }
}

/// Whether the person may still go where the attempt leads: the tenant may have taken it off its list.
fn allowed(call: &Call, attempt: &mut Attempt) -> bool {
    let Some(goes_on) = attempt.begun_at.goes_on_mut() else { return true };
    let url = call.settings.allowed_return_url(&goes_on.url);
    let is_allowed = url.is_some();
    goes_on.url = url.unwrap_or_default();
    is_allowed
}

/// Why a provider signs nobody in.
fn refused_for(call: &Call, refused: &'static str) -> &'static str {
    call.log.set("federated.refused", refused);
    refused
}

/// The frontend gets what was proved.
pub(crate) fn hand_over(
    step: &FederatedLogin,
    call: &Call,
    first: FirstStep,
    to_link: Option<(Provider, IdentityRef)>,
    GoesOn { url, challenge }: &GoesOn,
) -> Result<Answer, Problem> {
    let handed_over = Some(HandedOver { challenge: challenge.clone(), to_link });
    let first = FirstStep { handed_over, ..first };
    on_to(url, "handover", &first.seal(step.sessions.seal(), &call.tenant, random()))
}

fn on_to(url: &str, name: &str, value: &str) -> Result<Answer, Problem> {
    let mut to = Url::parse(url)?;
    to.query_pairs_mut().append_pair(name, value);
    Ok(Answer::see_other(to.into()))
}

/// The attempt of this `state`, at this provider: ended by this call, or over before.
async fn ended(
    step: &FederatedLogin,
    call: &Call,
    provider: Provider,
) -> Result<(Attempt, bool), Problem> {
    let unknown = || Problem::new(ProblemCode::SignInUnknown);
    let purposes = [TokenPurpose::FederatedState];
    let genuine = read(&step.links, &call.tenant, &purposes, call.query.token("state"))
        .ok()
        .filter(|genuine| genuine.key.accepts(call.now))
        .ok_or_else(unknown)?;
    match step.store.end_attempt(&call.tenant, (genuine.id, provider), call.now).await? {
        Ok(attempt) => Ok((attempt, false)),
        Err(Some(attempt)) if attempt.provider == provider => Ok((attempt, true)),
        Err(_) => Err(unknown()),
    }
}

/// Of an attempt that was used, is late, or led to where nobody may go now.
pub(crate) const OVER: &str = "sign_in_over";
const NOT_LINKED: &str = "provider_not_linked";
const REFUSED: &str = "provider_refused";
const UNAVAILABLE: &str = "provider_unavailable";

/// Who it is; or what the frontend is told.
async fn identity(
    step: &FederatedLogin,
    call: &Call,
    known: &Known,
    attempt: &Attempt,
) -> Result<IdentityRef, &'static str> {
    let client = known.client();
    let code = call.query.text("code").filter(|_| !call.query.has("error")).ok_or(REFUSED)?;
    // RFC 9207 §2.4: an answer that names its issuer names the one that was asked.
    if let Some(named) = call.query.text("iss") {
        let issuer = step.providers.issuer(&client).map_err(|_| UNAVAILABLE)?;
        if named != issuer {
            return Err(REFUSED);
        }
    }
    let nonce = attempt.nonce(&step.links, &call.tenant);
    let verifier = attempt.verifier(&step.links, &call.tenant);
    let asked = Asked {
        state: call.query.token("state"),
        nonce: &nonce,
        verifier: verifier.expose_secret(),
        redirect_uri: &known.redirect_uri,
    };
    let Identity { issuer, subject } =
        step.providers.identity(&client, &asked, code, call.now).await.map_err(|fault| {
            call.log.set("federated.fault", fault.to_string());
            match fault {
                ProviderFault::Unavailable(_) => UNAVAILABLE,
                ProviderFault::Refused(_) => REFUSED,
            }
        })?;
    Ok(IdentityRef::of(&call.tenant, &issuer, &subject))
}

/// What the identity proves: whose account it is, or what may be linked to the account that began.
async fn first_step(
    step: &FederatedLogin,
    call: &Call,
    attempt: &Attempt,
    identity: IdentityRef,
) -> Result<Result<(FirstStep, Option<(Provider, IdentityRef)>), &'static str>, Problem> {
    let provider = attempt.provider;
    Ok(match &attempt.intent {
        Intent::Link { account_ref, account_id, epoch } => {
            let whose = (account_ref, account_id.as_str(), *epoch);
            Ok((proved(call, attempt, whose), Some((provider, identity))))
        }
        Intent::SignIn => linked(step, call, provider, &identity).await?.map(|(place, account)| {
            let whose = (&place, account.account_id.as_str(), account.session_epoch());
            (proved(call, attempt, whose), None)
        }),
    })
}

pub(crate) fn proved(
    call: &Call,
    attempt: &Attempt,
    (account_ref, account_id, epoch): (&AccountRef, &str, SessionEpoch),
) -> FirstStep {
    call.log.set("account.ref", account_id);
    FirstStep {
        id: attempt.attempt_id,
        account_ref: account_ref.clone(),
        account_id: account_id.to_owned(),
        epoch,
        methods: vec![Method::from(attempt.provider)],
        until: after(call.now, HANDOVER_SECONDS),
        handed_over: None,
        leads_to: None,
    }
}

/// The account that an identity is linked to.
async fn linked(
    step: &FederatedLogin,
    call: &Call,
    provider: Provider,
    identity: &IdentityRef,
) -> Result<Result<(AccountRef, Account), &'static str>, Problem> {
    let Some(place) = step.store.account_of_identity(&call.tenant, identity).await? else {
        return Ok(Err(NOT_LINKED));
    };
    let whose = (&place.account_ref, place.account_id.as_str());
    let found = step.store.account_of(&call.tenant, whose).await?;
    let is_linked = |account: &Account| {
        account.identities.get(&provider).is_some_and(|linked| linked.identity == *identity)
    };
    Ok(found.filter(|(_, account)| is_linked(account)).ok_or(NOT_LINKED))
}
