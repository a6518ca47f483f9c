//! `federated-login`: where to send a person to prove at a provider who they are; the `callback`, where
//! the provider sends them back; and `unlink-provider`.
//!
//! Who a person is at a provider is the issuer and its `sub`, and never an e-mail address: those change
//! hands. What comes of it is handed over to the return URL sealed, and is good for the browser that
//! began only, because that alone holds the verifier; so nothing here needs a cookie, and nobody can be
//! signed in to an account that is not theirs.

mod callback;
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
use regain_domain::provider::{ATTEMPT_SECONDS, Attempt, BegunAt, Intent};
use regain_domain::seal::Seal;
use regain_domain::session::{GoesOn, is_challenge};
use regain_domain::time::after;
use regain_domain::token::{TokenPurpose, mint};
use regain_domain::{Account, AccountRef, LinkId, Provider};
use regain_http::{Answer, Call, Fault, Problem, ProblemCode, Sessions, random};
use regain_store::{
    Limit, Notice, NoticeKind, OutboxItem, Passed, REREADS_MAX, Rewrite, Rewritten, Store, Work,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::provider::{Attempt as Asked, Client, Providers};

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
        "callback" => callback::come_back(step, call).await,
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
