//! Wiring of `sign-in`; what it does is in `lib.rs`.

use std::sync::Arc;

use regain_domain::hashing::{Cost, Hasher};
use regain_domain::seal::Seal;
use regain_domain::second_step::SEAL_LABEL;
use regain_http::{Config, Edge, InitError, Sessions, SettingsCache, serve};
use regain_store::{Cloud, SecretName, Store};
use sign_in::{SignIn, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), InitError> {
    let config = Config::from_env()?;
    let cloud = Cloud::connect(config.stack()).await;
    let (links, sessions, at_rest, edge) = tokio::try_join!(
        cloud.secret(SecretName::Links),
        cloud.secret(SecretName::Sessions),
        cloud.secret(SecretName::AtRest),
        cloud.secret(SecretName::Edge)
    )?;
    let store = Store::new(&cloud, config.stack());
    let (settings, calls) = (SettingsCache::new(store.settings_loader()), store.clone());
    let sessions = Arc::new(Sessions::new(&sessions, config.public_base())?);
    let edge = Edge::new("sign-in", &edge, settings, move || calls.calls())
        .with_sessions(Arc::clone(&sessions));
    let step = &SignIn {
        store,
        links,
        second_steps: Seal::new(&at_rest, SEAL_LABEL),
        sessions,
        hasher: Hasher::new(Cost::PRESENT),
    };
    serve(edge, move |call| async move { handle(step, &call).await }).await
}
