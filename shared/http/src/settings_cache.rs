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

    /// The settings of a tenant, at most a minute old.
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
        let Some(settings) = (self.load)(tenant.clone()).await?.map(Arc::new) else {
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
