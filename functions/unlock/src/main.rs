//! Wiring of `unlock`; what it does is in `lib.rs`.

use regain_domain::hashing::{Cost, Hasher};
use regain_http::{Config, Edge, InitError, Sessions, SettingsCache, serve};
use regain_store::{Cloud, SecretName, Store};
use unlock::{TakeLockOff, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), InitError> {
    let config = Config::from_env()?;
    let cloud = Cloud::connect(config.stack()).await;
    let (links, sessions, edge) = tokio::try_join!(
        cloud.secret(SecretName::Links),
        cloud.secret(SecretName::Sessions),
        cloud.secret(SecretName::Edge)
    )?;
    let store = Store::new(&cloud, config.stack());
    let (settings, calls) = (SettingsCache::new(store.settings_loader()), store.clone());
    let edge = Edge::new("unlock", &edge, settings, move || calls.calls());
    let step = &TakeLockOff {
        store,
        links,
        sessions: Sessions::new(&sessions, config.public_base())?,
        hasher: Hasher::new(Cost::PRESENT),
    };
    serve(edge, move |call| async move { handle(step, &call).await }).await
}
