//! Wiring of `process-outbox`; what it does is in `lib.rs`.

use lambda_runtime::{LambdaEvent, service_fn};
use process_outbox::{Mailer, Phones, ProcessOutbox, handle};
use regain_http::{Config, InitError, SettingsCache, now, silence_panics};
use regain_store::{Cloud, SecretName, Store};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), InitError> {
    let config = Config::from_env()?;
    let cloud = Cloud::connect(config.stack()).await;
    let links = cloud.secret(SecretName::Links).await?;
    let store = Store::new(&cloud, config.stack());
    let mailer = Mailer::new(&cloud, config.stack());
    let phones = Phones::new(&cloud, config.voice_origin().map(str::to_owned));
    let settings = SettingsCache::new(store.settings_loader());
    let public_base = config.public_base().to_owned();
    let step = &ProcessOutbox { store, links, mailer, phones, settings, public_base };
    let answer = move |event: LambdaEvent<Value>| async move {
        Ok::<_, InitError>(handle(step, &event.payload, now()).await)
    };
    silence_panics("process-outbox");
    lambda_runtime::run(service_fn(answer)).await
}
