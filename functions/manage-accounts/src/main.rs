//! Wiring of `manage-accounts`; what it does is in `lib.rs`.

use manage_accounts::{ManageAccounts, handle};
use regain_domain::hashing::{Cost, Hasher};
use regain_domain::seal::Seal;
use regain_http::{Config, Edge, InitError, SettingsCache, serve};
use regain_store::{Cloud, SecretName, Store};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), InitError> {
    let config = Config::from_env()?;
    let cloud = Cloud::connect(config.stack()).await;
    let (links, edge_keys) =
        tokio::try_join!(cloud.secret(SecretName::Links), cloud.secret(SecretName::Edge))?;
    let store = Store::new(&cloud, config.stack());
    let (settings, calls) = (SettingsCache::new(store.settings_loader()), store.clone());
    let edge = Edge::new("manage-accounts", &edge_keys, settings, move || calls.calls())
        .with_api_keys(store.api_key_finder());
    let step = &ManageAccounts {
        store,
        links,
        cursors: Seal::new(&edge_keys, "regain cursor v1"),
        hasher: Hasher::new(Cost::PRESENT),
    };
    serve(edge, move |call| async move { handle(step, &call).await }).await
}
