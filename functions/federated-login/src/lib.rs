//! `federated-login`: where to send a person to prove at a provider who they are; the `callback`, where
//! the provider sends them back; and `unlink-provider`.
//!
//! Who a person is at a provider is the issuer and its `sub`, and never an e-mail address: those change
//! hands. What comes of it is handed over to the return URL sealed, and is good for the browser that
//! began only, because that alone holds the verifier; so nothing here needs a cookie, and nobody can be
//! signed in to an account that is not theirs.

mod fetch;
mod issuer;
pub mod issuers;
mod page;
pub mod provider;
mod token;

use std::sync::Arc;

use regain_domain::event::Event;
use regain_domain::keys::Keyring;
use regain_domain::link::{WithdrawnReason, WrittenDeath};
use regain_domain::provider::client_secret_context;
use regain_domain::provider::{ATTEMPT_SECONDS, Attempt, BegunAt, IdentityRef, Intent};
use regain_domain::seal::Seal;
use regain_domain::session::{
    FirstStep, GoesOn, HANDOVER_SECONDS, HandedOver, Method, SessionEpoch, is_challenge,
};
use regain_domain::time::after;
use regain_domain::token::{TokenPurpose, mint, read};
use regain_domain::{Account, AccountRef, LinkId, Provider};
use regain_http::{Answer, Call, Fault, Problem, ProblemCode, Sessions, random};
use regain_store::{
    Limit, Notice, NoticeKind, OutboxItem, Passed, REREADS_MAX, Rewrite, Rewritten, Store, Work,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::Url;

use crate::page::Page;
use crate::provider::{Attempt as Asked, Client, Identity, ProviderFault, Providers};

/// What these steps need.
pub struct FederatedLogin {
    /// The tables.
    pub store: Store,
    /// The keys of attempts.
    pub links: Keyring,
    /// Opens the secrets of providers' clients.
    pub client_secrets: Seal,
    /// Reads sessions, and seals what is handed over.
    pub sessions: Arc<Sessions>,
    /// The providers.
    pub providers: Providers,
    /// Scheme, host and port of the callback.
    pub public_base: String,
}

/// Answers one request.
pub async fn handle(step: &FederatedLogin, call: &Call) -> Result<Answer, Problem> {
    match call.operation.id {
        "federated-login" => begin(step, call).await,
        "callback" => callback(step, call).await,
        "unlink-provider" => unlink(step, call).await,
        _ => Err(Problem::new(ProblemCode::NotFound)),
    }
}

/// What the tenant is at a provider.
struct Known {
    provider: Provider,
    client_id: String,
    client_secret: SecretString,
    directory: Option<String>,
    redirect_uri: String,
}

impl Known {
    fn client(&self) -> Client<'_> {
        Client {
            provider: self.provider,
            client_id: &self.client_id,
            client_secret: &self.client_secret,
            directory: self.directory.as_deref(),
        }
    }
}

fn known(step: &FederatedLogin, call: &Call, word: &str) -> Result<Known, Problem> {
    let unknown = || Problem::new(ProblemCode::ProviderUnknown);
    let provider = Provider::from_word(word).ok_or_else(unknown)?;
    let client = call.settings.providers.get(&provider).ok_or_else(unknown)?;
    let context = client_secret_context(&call.tenant, word);
    // Sealed under a key that is there no more: the tenant sets it anew.
    let secret = step.client_secrets.open(&context, &client.client_secret).ok_or_else(unknown)?;
    let (base, tenant) = (&step.public_base, &call.tenant);
    Ok(Known {
        provider,
        client_id: client.client_id.clone(),
        client_secret: secret.into(),
        directory: client.directory.clone(),
        redirect_uri: format!("{base}/v1/{tenant}/federated-login/callback/{word}"),
    })
}

/// One call to the store, three to link; and what is not known of the provider yet.
async fn begin(step: &FederatedLogin, call: &Call) -> Result<Answer, Problem> {
    let known = known(step, call, call.body.token("provider"))?;
    let attempt = Attempt {
        attempt_id: LinkId::new(random()),
        provider: known.provider,
        begun_at: begun_at(call)?,
        intent: intent(step, call).await?,
        expires_at: after(call.now, ATTEMPT_SECONDS),
        used_at: None,
    };
    let state = mint(&step.links, &call.tenant, TokenPurpose::FederatedState, attempt.attempt_id);
    let (nonce, verifier) =
        (attempt.nonce(&step.links, &call.tenant), attempt.verifier(&step.links, &call.tenant));
    let asked = Asked {
        state: state.expose_secret(),
        nonce: &nonce,
        verifier: verifier.expose_secret(),
        redirect_uri: &known.redirect_uri,
    };
    let url = step.providers.authorize_url(&known.client(), &asked, call.now).await;
    let url = url.map_err(|fault| Problem::provider_unavailable(fault.into()))?;
    let max = call.settings.limits.per_address_hour;
    let limit = Limit::hourly("federated-login.address", call.limit_subject(&[]), max);
    match step.store.begin_attempt(&call.tenant, &attempt, &limit, call.now).await? {
        Passed::Limited(limited) => Err(Problem::limited(limited.retry_after_seconds(call.now))),
        Passed::Done | Passed::CaptchaSpent => Ok(Answer::new(json!({"url": url}))),
    }
}

/// What a frontend says; a page has said it already.
fn begun_at(call: &Call) -> Result<BegunAt, Problem> {
    if let Some(language) = call.page_language() {
        return Ok(BegunAt::Page { language, goes_on: call.goes_on(None) });
    }
    let fault = |pointer, code| Problem::invalid(vec![Fault::new(pointer, code)]);
    let url = call.asked_return_url()?.ok_or_else(|| fault("/return_url", "required"))?;
    let challenge = call.body.token("challenge");
    if !is_challenge(challenge) {
        return Err(fault("/challenge", "not_a_challenge"));
    }
    Ok(BegunAt::Frontend(GoesOn { url, challenge: challenge.to_owned() }))
}

/// Who wants to link shows a session that still stands.
async fn intent(step: &FederatedLogin, call: &Call) -> Result<Intent, Problem> {
    if call.body.token("intent") != "link" {
        return Ok(Intent::SignIn);
    }
    let (account_ref, account) = signed_in(step, call).await?;
    let epoch = account.session_epoch();
    Ok(Intent::Link { account_ref, account_id: account.account_id, epoch })
}

async fn signed_in(step: &FederatedLogin, call: &Call) -> Result<(AccountRef, Account), Problem> {
    let account_id = &call.session()?.account_id;
    call.standing(step.store.account_by_id(&call.tenant, account_id).await?)
}

/// A person comes back. Three calls to the store to sign in, one to link, and one more where a page does
/// not just lead on; what is not known of the provider yet; and the exchange of the code.
async fn callback(step: &FederatedLogin, call: &Call) -> Result<Answer, Problem> {
    let known = known(step, call, call.param("provider"))?;
    let (mut attempt, is_over) = ended(step, call, known.provider).await?;
    let allowed = allowed(call, &mut attempt);
    if is_over || !allowed {
        return match attempt.begun_at {
            BegunAt::Frontend(_) => Err(Problem::new(ProblemCode::SignInOver)),
            BegunAt::Page { language, goes_on } => {
                let goes_on = goes_on.filter(|_| allowed);
                Page { language, goes_on }.sign_in(step, call, refused_for(call, page::OVER))
            }
        };
    }
    let identity = identity(step, call, &known, &attempt).await;
    match attempt.begun_at.clone() {
        BegunAt::Frontend(goes_on) => {
            let handed_over = match identity {
                Ok(identity) => first_step(step, call, &attempt, identity).await?,
                Err(refused) => Err(refused),
            };
            match handed_over {
                Ok((first, to_link)) => hand_over(step, call, first, to_link, &goes_on),
                Err(refused) => on_to(&goes_on.url, "error", refused_for(call, refused)),
            }
        }
        BegunAt::Page { language, goes_on } => {
            let whose = match identity {
                Ok(identity) => linked(step, call, attempt.provider, &identity).await?,
                Err(refused) => Err(refused),
            };
            let page = Page { language, goes_on };
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
fn hand_over(
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

fn proved(
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

/// Three calls to the store.
async fn unlink(step: &FederatedLogin, call: &Call) -> Result<Answer, Problem> {
    let provider = Provider::from_word(call.body.token("provider"))
        .ok_or_else(|| Problem::new(ProblemCode::InvalidRequest))?;
    let mut is_told = true;
    for _ in 0..REREADS_MAX {
        let (place, before) = signed_in(step, call).await?;
        let mut after = before.clone();
        if after.identities.remove(&provider).is_none() {
            return Err(Problem::new(ProblemCode::ProviderNotLinked));
        }
        // Whoever came in by it is out.
        after.end_sessions();
        let max = call.settings.limits.mails_per_login_hour;
        let limit = Limit::hourly("notices.account", before.account_id.clone(), max);
        let notices = [unlinked_notice(call, (&place, &before), provider)];
        let rewrite = Rewrite {
            before: (&place, &before),
            after: (&place, &after),
            death: WrittenDeath::Withdrawn(WithdrawnReason::ByDesk),
            notices: if is_told { notices.as_slice() } else { &[] },
            limit: is_told.then_some(&limit),
            forgotten: &[],
            entry: &call.entry(Event::ProviderUnlinked, Some(provider.as_str())),
            now: call.now,
        };
        match step.store.rewrite_account(&call.tenant, rewrite).await? {
            Rewritten::Done => {
                let session = step.sessions.in_place(call, &after, &call.session()?.methods)?;
                return Ok(Answer::new(json!({"status": "unlinked", "session": session})));
            }
            // What takes away is done, told or not: nobody may keep an owner from it.
            Rewritten::Limited(_) => is_told = false,
            Rewritten::Changed | Rewritten::Taken => {}
        }
    }
    Err(Problem::busy())
}

fn unlinked_notice(
    call: &Call,
    (place, account): (&AccountRef, &Account),
    provider: Provider,
) -> OutboxItem {
    let work = Work::Send(Notice {
        notice: NoticeKind::ProviderUnlinked(provider),
        account_ref: place.clone(),
        account_id: account.account_id.clone(),
        to: None,
        at: call.now,
        language_asked: call.language_asked,
        language_accepted: call.language_accepted,
        support_code: call.support_code.clone(),
    });
    OutboxItem::new(&call.tenant, format!("notice-{}", LinkId::new(random())), work, call.now)
}
