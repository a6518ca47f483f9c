//! Wiring of `check-sms-code`; what it does is in `lib.rs`.

use check_sms_code::{CheckSmsCode, handle};
use regain_http::{Config, Edge, InitError, SettingsCache, serve};
use regain_store::{Cloud, SecretName, Store};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), InitError> {
    let config = Config::from_env()?;
    let cloud = Cloud::connect(config.stack()).await;
    let (links, edge) =
        tokio::try_join!(cloud.secret(SecretName::Links), cloud.secret(SecretName::Edge))?;
    let store = Store::new(&cloud, config.stack());
    let (settings, calls) = (SettingsCache::new(store.settings_loader()), store.clone());
    let edge = Edge::new("check-sms-code", &edge, settings, move || calls.calls());
    let step = &CheckSmsCode { store, links };
    serve(edge, move |call| async move { handle(step, &call).await }).await
}
