//! Tenants' settings, kept for a minute.

use std::collections::HashMap;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use regain_domain::time::after;
use regain_domain::{Settings, TenantId};

/// What a load gives: the settings, or none if there is no such tenant.
type Loaded = Result<Option<Settings>, Box<dyn Error + Send + Sync>>;
type Load = dyn Fn(TenantId) -> Pin<Box<dyn Future<Output = Loaded> + Send>> + Send + Sync;

/// Reads settings where it is told to, and remembers them for 60 seconds. That there is no such
/// tenant is not remembered: a new one answers at once.
pub struct SettingsCache {
    load: Box<Load>,
    kept: Mutex<HashMap<TenantId, (Timestamp, Arc<Settings>)>>,
}

const KEPT_SECONDS: u32 = 60;
/// Bounds the memory of one warm function; beyond it the cache starts anew.
const TENANTS_MAX: usize = 1000;

impl SettingsCache {
    /// With the function that reads settings. (The edge knows no store, so it is handed one.)
    pub fn new<F, R, E>(load: F) -> Self
    where
        F: Fn(TenantId) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Option<Settings>, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        let load = move |tenant| -> Pin<Box<dyn Future<Output = Loaded> + Send>> {
            let reading = load(tenant);
            Box::pin(async move { reading.await.map_err(Into::into) })
        };
        Self { load: Box::new(load), kept: Mutex::default() }
    }

    /// The settings of a tenant as they are in effect, at most a minute old.
    pub async fn get(
        &self,
        tenant: &TenantId,
        now: Timestamp,
    ) -> Result<Option<Arc<Settings>>, Box<dyn Error + Send + Sync>> {
        let fresh = |(read_at, _): &&(Timestamp, Arc<Settings>)| {
            *read_at <= now && now < after(*read_at, KEPT_SECONDS)
        };
        let kept = self.kept.lock().ok().and_then(|kept| {
            kept.get(tenant).filter(fresh).map(|(_, settings)| Arc::clone(settings))
        });
        if kept.is_some() {
            return Ok(kept);
        }
        let read = (self.load)(tenant.clone()).await?;
        let Some(settings) = read.map(|settings| Arc::new(settings.effective())) else {
            return Ok(None);
        };
        if let Ok(mut kept) = self.kept.lock() {
            if kept.len() >= TENANTS_MAX {
                kept.clear();
            }
            kept.insert(tenant.clone(), (now, Arc::clone(&settings)));
        }
        Ok(Some(settings))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn settings_are_read_once_a_minute_and_an_unknown_tenant_every_time() {
        let reads = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&reads);
        let cache = SettingsCache::new(move |tenant: TenantId| {
            let name = format!("name {}", counted.fetch_add(1, Ordering::Relaxed));
            let known = tenant.as_str() == "demo";
            let settings = known.then(|| Settings { name, ..Settings::default() });
            async move { Ok::<_, std::io::Error>(settings) }
        });
        let at = |seconds| after("2026-11-22T14:00:00Z".parse().unwrap(), seconds);
        let name = async |tenant: &str, seconds| {
            let tenant = TenantId::parse(tenant).unwrap();
            cache.get(&tenant, at(seconds)).await.unwrap().map(|settings| settings.name.clone())
        };
        for (tenant, seconds, expected) in [
            ("demo", 100, Some("name 0")),
            ("demo", 159, Some("name 0")),
            ("demo", 160, Some("name 1")),
            ("other", 160, None),
            ("other", 161, None),
            // A clock that was set back does not keep settings for longer.
            ("demo", 100, Some("name 4")),
        ] {
            assert_eq!(name(tenant, seconds).await.as_deref(), expected, "{tenant} at {seconds}");
        }
    }
}
