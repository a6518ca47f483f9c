//! Wiring of `request-reset`; what it does is in `lib.rs`.

use regain_domain::captcha::SEAL_LABEL;
use regain_domain::seal::Seal;
use regain_http::{Config, Edge, InitError, SettingsCache, serve};
use regain_store::{Cloud, SecretName, Store};
use request_reset::{RequestReset, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), InitError> {
    let config = Config::from_env()?;
    let cloud = Cloud::connect(config.stack()).await;
    let (links, edge_keys) =
        tokio::try_join!(cloud.secret(SecretName::Links), cloud.secret(SecretName::Edge))?;
    let store = Store::new(&cloud, config.stack());
    let (settings, calls) = (SettingsCache::new(store.settings_loader()), store.clone());
    let edge = Edge::new("request-reset", &edge_keys, settings, move || calls.calls())
        .with_home(config.home_tenant().cloned());
    let step = &RequestReset { store, links, captchas: Seal::new(&edge_keys, SEAL_LABEL) };
    serve(edge, move |call| async move { handle(step, &call).await }).await
}
