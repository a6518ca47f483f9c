//! Wiring of `federated-login`; what it does is in `lib.rs`.

use std::sync::Arc;

use federated_login::issuers::Issuers;
use federated_login::provider::Providers;
use federated_login::{FederatedLogin, handle};
use regain_domain::provider::CLIENT_SECRET_LABEL;
use regain_domain::seal::Seal;
use regain_http::{Config, Edge, InitError, Sessions, SettingsCache, serve};
use regain_store::{Cloud, SecretName, Store};

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
    let edge = Edge::new("federated-login", &edge, settings, move || calls.calls())
        .with_sessions(Arc::clone(&sessions));
    let step = &FederatedLogin {
        store,
        links,
        client_secrets: Seal::new(&at_rest, CLIENT_SECRET_LABEL),
        sessions,
        providers: Providers::new(config.provider_base().map_or_else(Issuers::real, Issuers::at)),
        public_base: config.public_base().to_owned(),
    };
    serve(edge, move |call| async move { handle(step, &call).await }).await
}
