//! Wiring of `manage-tenants`; what it does is in `lib.rs`.

use manage_tenants::{ManageTenants, handle};
use regain_domain::provider::CLIENT_SECRET_LABEL;
use regain_domain::seal::Seal;
use regain_http::{Config, Edge, InitError, SettingsCache, serve};
use regain_store::{Cloud, SecretName, Store};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), InitError> {
    let config = Config::from_env()?;
    let cloud = Cloud::connect(config.stack()).await;
    let (edge_keys, at_rest) =
        tokio::try_join!(cloud.secret(SecretName::Edge), cloud.secret(SecretName::AtRest))?;
    let store = Store::new(&cloud, config.stack());
    let (settings, calls) = (SettingsCache::new(store.settings_loader()), store.clone());
    let edge = Edge::new("manage-tenants", &edge_keys, settings, move || calls.calls())
        .with_api_keys(store.api_key_finder());
    let step = &ManageTenants {
        store,
        cursors: Seal::new(&edge_keys, "regain cursor v1"),
        client_secrets: Seal::new(&at_rest, CLIENT_SECRET_LABEL),
    };
    serve(edge, move |call| async move { handle(step, &call).await }).await
}
