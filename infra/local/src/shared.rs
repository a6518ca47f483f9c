//! What all parts of one cloud share.

use std::{net::TcpListener, path::PathBuf, sync::OnceLock, time::Duration};

use dynoxide::Database;
use tokio::sync::{Mutex, Notify};

use crate::{
    LocalError, Template, calls::Journal, chaos::Switches, inbox::Inbox, ports::address,
    pump::Pump, services::Secrets, state::StateFolder, tables,
};

/// How long it waits after a failed batch; Lambda waits longer, and longer each time.
const RETRY_PAUSE: Duration = Duration::from_millis(200);

/// One cloud's parts: what is kept, what is switched, what was seen.
pub(crate) struct Shared {
    pub(crate) template: Template,
    pub(crate) database: Database,
    /// Where dynoxide itself listens, behind the front.
    pub(crate) backend: String,
    pub(crate) http: reqwest::Client,
    pub(crate) journal: Journal,
    pub(crate) switches: Switches,
    pub(crate) inbox: Inbox,
    pub(crate) secrets: Secrets,
    pub(crate) pumps: Vec<Mutex<Pump>>,
    pub(crate) schedule_now: Notify,
    /// The API that was said to run beside this cloud.
    pub(crate) api: OnceLock<Api>,
    pub(crate) swagger_ui: Option<PathBuf>,
}

/// An API, and the tenant whose pages it shows.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) base: String,
    pub(crate) tenant: String,
}

impl Shared {
    pub(crate) fn open(
        template: Template,
        state: &StateFolder,
        backend: &TcpListener,
        swagger_ui: Option<PathBuf>,
    ) -> Result<Self, LocalError> {
        let database = tables::open(state, &template)?;
        let retry_pause = if state.path("").is_some() { RETRY_PAUSE } else { Duration::ZERO };
        let mut pumps = Vec::new();
        for function in template.functions.values() {
            for source in &function.streams {
                let (database, source) = (database.clone(), source.clone());
                let pump = Pump::open(database, &function.name, source, state, retry_pause)?;
                pumps.push(Mutex::new(pump));
            }
        }
        let http = reqwest::Client::builder()
            .no_proxy()
            // Who asked follows, or does not.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| LocalError::System(error.to_string()))?;
        Ok(Self {
            secrets: Secrets::open(state, &template)?,
            inbox: Inbox::open(state)?,
            template,
            database,
            backend: format!("http://{}/", address(backend)?),
            http,
            journal: Journal::default(),
            switches: Switches::default(),
            pumps,
            schedule_now: Notify::new(),
            api: OnceLock::new(),
            swagger_ui,
        })
    }
}
