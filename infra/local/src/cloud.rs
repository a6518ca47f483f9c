//! One local cloud: its ports, its thread, and what a test may look at and switch.

use std::{future::Future, path::PathBuf, sync::Arc, thread::JoinHandle, time::Duration};

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_credential_types::Credentials;
use dynoxide::Database;
use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::{runtime::Handle, sync::oneshot};

use crate::{
    Call, Chaos, Delivered, DeliveryError, InvokeError, LocalError, Message, REGION, Template,
    VOICE_ORIGIN, api_page, inbox_api, inbox_page, local_only,
    ports::{address, listen, serve},
    pump::{pump_forever, read_stream, schedule_forever},
    services,
    shared::{Api, Shared},
    state::StateFolder,
    tables,
};

/// How a local cloud is started. The default is in memory, on free ports.
#[derive(Debug, Clone)]
pub struct Options {
    /// The stack's name: the prefix of tables and secrets.
    pub stack: String,
    /// The folder that keeps everything over a restart; `None` keeps nothing.
    pub state: Option<PathBuf>,
    /// The port of the services of AWS; 0 takes a free one.
    pub aws_port: u16,
    /// The port of the inbox; 0 takes a free one.
    pub inbox_port: u16,
    /// The folder of npm's `swagger-ui-dist`, which shows the API at `/docs` of the inbox. It may come
    /// to be there later.
    pub swagger_ui: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            stack: "regain".to_owned(),
            state: None,
            aws_port: 0,
            inbox_port: 0,
            swagger_ui: None,
        }
    }
}

/// A running local cloud. It stops when it is dropped.
pub struct Cloud {
    shared: Arc<Shared>,
    endpoint: String,
    inbox: String,
    runtime: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Cloud {
    /// Starts a cloud; when this returns, its ports answer. Call it from anywhere, async or not: the
    /// cloud runs on a thread of its own.
    ///
    /// # Errors
    /// [`LocalError`], whose text is one line with the remedy.
    pub fn start(options: Options) -> Result<Self, LocalError> {
        let template = Template::load(&options.stack)?;
        let state = StateFolder::open(options.state.as_deref())?;
        let aws = listen(options.aws_port, "--aws-port")?;
        let inbox = listen(options.inbox_port, "--inbox-port")?;
        let backend = listen(0, "")?;
        let shared = Arc::new(Shared::open(template, &state, &backend, options.swagger_ui)?);
        let (endpoint, inbox_url) =
            (format!("http://{}", address(&aws)?), format!("http://{}", address(&inbox)?));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| LocalError::System(error.to_string()))?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        serve(&handle, aws, services::router(Arc::clone(&shared)))?;
        let pages = inbox_api::router(Arc::clone(&shared))
            .merge(inbox_page::router(Arc::clone(&shared)))
            .merge(api_page::router(Arc::clone(&shared)))
            .layer(axum::middleware::from_fn(local_only::check));
        serve(&handle, inbox, pages)?;
        let database = shared.database.clone();
        let guard = handle.enter();
        let backend = tokio::net::TcpListener::from_std(backend)
            .map_err(|error| LocalError::System(error.to_string()))?;
        drop(guard);
        handle.spawn(dynoxide::server::serve_on(backend, database));
        let thread = std::thread::Builder::new()
            .name("local-cloud".to_owned())
            .spawn(move || {
                // The sender is dropped with the cloud, which ends this too.
                let _ = runtime.block_on(stopped);
            })
            .map_err(|error| LocalError::System(error.to_string()))?;
        Ok(Self {
            shared,
            endpoint,
            inbox: inbox_url,
            runtime: handle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The endpoint of DynamoDB, SES, SNS, the voice API and Secrets Manager alike.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The base URL of the inbox.
    pub fn inbox_url(&self) -> &str {
        &self.inbox
    }

    /// Lets the inbox lead to an API: to the pages of this tenant there, and at `/docs` to its
    /// operations. Only the first time counts.
    pub fn show_api(&self, base: &str, tenant: &str) {
        let _ = self.shared.api.set(Api { base: base.to_owned(), tenant: tenant.to_owned() });
    }

    /// What `infra/template.yaml` says for this stack.
    pub fn template(&self) -> &Template {
        &self.shared.template
    }

    /// The environment of a function's process here: region, keys, endpoints, stack.
    pub fn environment(&self, function: &str, public_base: &str) -> Vec<(String, String)> {
        let endpoint = self.endpoint.as_str();
        [
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", function),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL_DYNAMODB", endpoint),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", endpoint),
            ("AWS_ENDPOINT_URL_SESV2", endpoint),
            ("AWS_ENDPOINT_URL_SNS", endpoint),
            ("AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2", endpoint),
            // Whatever account the developer has at AWS stays out of it.
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("REGAIN_STACK", self.shared.template.stack.as_str()),
            ("REGAIN_PUBLIC_BASE", public_base),
            ("REGAIN_VOICE_ORIGIN", VOICE_ORIGIN),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// What SDK clients are made from, for a caller: a function's name or [`crate::ADMIN`].
    pub async fn sdk(&self, caller: &str) -> SdkConfig {
        sdk(self.endpoint(), caller).await
    }

    /// The calls so far, in the order in which they were answered.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.journal.all()
    }

    /// The calls of one caller, each in one line; see [`Call::summary`].
    pub fn calls_of(&self, caller: &str) -> Vec<String> {
        let calls = self.shared.journal.all();
        calls.into_iter().filter(|call| call.caller == caller).map(|call| call.summary).collect()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.shared.journal.forget();
    }

    /// The messages sent, newest first; to one recipient, or to anyone.
    pub fn messages(&self, to: Option<&str>) -> Vec<Message> {
        self.shared.inbox.messages(to)
    }

    /// Empties the inbox.
    ///
    /// # Errors
    /// [`LocalError::State`] when the file cannot be removed.
    pub fn clear_messages(&self) -> Result<(), LocalError> {
        self.shared.inbox.clear()
    }

    /// Sets every fault switch; `Chaos::default()` switches all off.
    pub fn set_chaos(&self, chaos: Chaos) {
        self.shared.switches.set(chaos);
    }

    /// The switches as they are now, counted down by what was used.
    pub fn chaos(&self) -> Chaos {
        self.shared.switches.get()
    }

    /// The value of a secret, such as `links`.
    pub fn secret(&self, name: &str) -> Option<String> {
        self.shared.secrets.get(&format!("{}/{name}", self.shared.template.stack))
    }

    /// Replaces a secret, as a rotation does; not kept over a restart.
    pub fn set_secret(&self, name: &str, value: &str) {
        self.shared.secrets.set(&format!("{}/{name}", self.shared.template.stack), value);
    }

    /// The database itself: no IAM, no faults, no journal.
    pub fn database(&self) -> &Database {
        &self.shared.database
    }

    /// Every item of a table (`tokens`), in DynamoDB's JSON.
    ///
    /// # Errors
    /// [`LocalError::Database`].
    pub fn items(&self, table: &str) -> Result<Vec<Value>, LocalError> {
        let table = format!("{}-{table}", self.shared.template.stack);
        tables::items(&self.shared.database, &table)
    }

    /// Everything at rest: every item of every table with the table's name, and every record of
    /// every stream (`stream of …`).
    ///
    /// # Errors
    /// [`LocalError::Database`].
    pub fn dump(&self) -> Result<Vec<(String, Value)>, LocalError> {
        let mut all = Vec::new();
        for table in self.shared.template.tables.keys() {
            let items = tables::items(&self.shared.database, table)?;
            all.extend(items.into_iter().map(|item| (table.clone(), item)));
            let records = self.stream_of(table)?;
            all.extend(records.into_iter().map(|record| (format!("stream of {table}"), record)));
        }
        Ok(all)
    }

    /// Every record of the stream of a table (`outbox`), oldest first, whatever was delivered.
    ///
    /// # Errors
    /// [`LocalError::Database`].
    pub fn stream(&self, table: &str) -> Result<Vec<Value>, LocalError> {
        self.stream_of(&format!("{}-{table}", self.shared.template.stack))
    }

    fn stream_of(&self, table: &str) -> Result<Vec<Value>, LocalError> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let last = all.last().and_then(|record| record.pointer("/dynamodb/SequenceNumber"));
            let after = last.and_then(Value::as_str).map(str::to_owned);
            let page = read_stream(&self.shared.database, table, after.as_deref(), 1000)?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// Delivers what is in the stream now to a function, which is this closure: it gets
    /// `{"Records": […]}` and gives its answer. Retries, halving and dead letters are done before
    /// this returns, without any waiting.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn deliver<F, R>(&self, function: F) -> Result<Delivered, DeliveryError>
    where
        F: Fn(Value) -> R,
        R: Future<Output = Result<Value, InvokeError>>,
    {
        let mut delivered = Delivered::default();
        for pump in &self.shared.pumps {
            let round = pump.lock().await.deliver(&function).await?;
            delivered.records += round.records;
            delivered.invocations += round.invocations;
            delivered.dead += round.dead;
        }
        Ok(delivered)
    }

    /// Lets the next delivery begin at the stream's first record again: redelivery.
    pub async fn rewind_stream(&self) {
        for pump in &self.shared.pumps {
            pump.lock().await.rewind();
        }
    }

    /// What the stream gave up on, oldest first.
    pub async fn dead_letters(&self) -> Vec<Value> {
        let mut letters = Vec::new();
        for pump in &self.shared.pumps {
            letters.extend_from_slice(pump.lock().await.dead_letters());
        }
        letters
    }

    /// From now on delivers by itself, and runs the one-minute schedule: `invoke` gets a function's
    /// name and an event.
    pub fn start_pump(
        &self,
        invoke: impl Fn(String, Value) -> BoxFuture<'static, Result<Value, InvokeError>>
        + Send
        + Sync
        + 'static,
    ) {
        let invoke = Arc::new(invoke);
        let (shared, call) = (Arc::clone(&self.shared), Arc::clone(&invoke));
        self.runtime.spawn(async move { pump_forever(&shared, call.as_ref()).await });
        let shared = Arc::clone(&self.shared);
        self.runtime.spawn(async move { schedule_forever(&shared, invoke.as_ref()).await });
    }
}

/// What SDK clients are made from that reach a local cloud from any process: the one at this
/// endpoint, as this caller.
pub async fn sdk(endpoint: &str, caller: &str) -> SdkConfig {
    let credentials = Credentials::new(caller, "local", None, None, "regain-local");
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(endpoint)
        .credentials_provider(credentials)
        // Three tries as ever, without the long pauses between them.
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .load()
        .await
}

impl Drop for Cloud {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
