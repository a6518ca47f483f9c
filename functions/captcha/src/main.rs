//! Wiring of `captcha`; what it does is in `lib.rs`.

use captcha::{Captcha, handle};
use regain_domain::captcha::SEAL_LABEL;
use regain_domain::seal::Seal;
use regain_http::{Config, Edge, InitError, SettingsCache, serve};
use regain_store::{Cloud, SecretName, Store};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), InitError> {
    let config = Config::from_env()?;
    let cloud = Cloud::connect(config.stack()).await;
    let edge = cloud.secret(SecretName::Edge).await?;
    let store = Store::new(&cloud, config.stack());
    let (settings, calls) = (SettingsCache::new(store.settings_loader()), store.clone());
    let step = &Captcha {
        seal: Seal::new(&edge, SEAL_LABEL),
        public_base: config.public_base().to_owned(),
    };
    let edge = Edge::new("captcha", &edge, settings, move || calls.calls());
    serve(edge, move |call| async move { handle(step, &call).await }).await
}
