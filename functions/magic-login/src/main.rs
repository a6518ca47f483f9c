//! Wiring of `magic-login`; what it does is in `lib.rs`.

use magic_login::{MagicLogin, handle};
use regain_domain::captcha::SEAL_LABEL;
use regain_domain::seal::Seal;
use regain_http::{Config, Edge, InitError, Sessions, SettingsCache, serve};
use regain_store::{Cloud, SecretName, Store};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), InitError> {
    let config = Config::from_env()?;
    let cloud = Cloud::connect(config.stack()).await;
    let (links, sessions, edge_keys) = tokio::try_join!(
        cloud.secret(SecretName::Links),
        cloud.secret(SecretName::Sessions),
        cloud.secret(SecretName::Edge)
    )?;
    let store = Store::new(&cloud, config.stack());
    let (settings, calls) = (SettingsCache::new(store.settings_loader()), store.clone());
    let edge = Edge::new("magic-login", &edge_keys, settings, move || calls.calls());
    let step = &MagicLogin {
        store,
        links,
        sessions: Sessions::new(&sessions, config.public_base())?,
        captchas: Seal::new(&edge_keys, SEAL_LABEL),
    };
    serve(edge, move |call| async move { handle(step, &call).await }).await
}
