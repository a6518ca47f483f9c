//! One function in one process, fed by a Lambda runtime API of our own.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};

/// A running function.
pub(crate) struct Process {
    child: Child,
    events: mpsc::Sender<Value>,
    polls: mpsc::Receiver<Instant>,
    answers: mpsc::Receiver<(Instant, Value)>,
    spawned: Instant,
}

struct RuntimeApi {
    events: Mutex<mpsc::Receiver<Value>>,
    polled: mpsc::Sender<Instant>,
    answered: mpsc::Sender<(Instant, Value)>,
}

const PATIENCE: Duration = Duration::from_secs(20);

impl Process {
    /// Spawns a function.
    pub(crate) async fn spawn(
        binary: &Path,
        environment: Vec<(String, String)>,
    ) -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let (events, next) = mpsc::channel(1);
        let (polled, polls) = mpsc::channel(4);
        let (answered, answers) = mpsc::channel(1);
        let api = Arc::new(RuntimeApi { events: Mutex::new(next), polled, answered });
        let base = "/2018-06-01/runtime/invocation";
        let router = Router::new()
            .route(&format!("{base}/next"), get(next_event))
            .route(&format!("{base}/{{id}}/response"), post(response))
            .with_state(api);
        // Ends with this process; nothing outlives a bench.
        tokio::spawn(async move { axum::serve(listener, router).await });
        let spawned = Instant::now();
        let child = Command::new(binary)
            .env_clear()
            .envs(environment)
            .env("AWS_LAMBDA_RUNTIME_API", format!("http://{address}"))
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{}: {error}", binary.display()))?;
        Ok(Self { child, events, polls, answers, spawned })
    }

    /// Milliseconds from spawning to the first poll.
    pub(crate) async fn init_millis(&mut self) -> Result<f64, String> {
        let polled = within(self.polls.recv()).await?;
        Ok((polled - self.spawned).as_secs_f64() * 1000.0)
    }

    /// Gives an event; the answer and the milliseconds it took.
    pub(crate) async fn invoke(&mut self, event: Value) -> Result<(f64, Value), String> {
        while self.polls.try_recv().is_ok() {}
        let begun = Instant::now();
        self.events.send(event).await.map_err(|error| error.to_string())?;
        let (at, answer) = within(self.answers.recv()).await?;
        Ok(((at - begun).as_secs_f64() * 1000.0, answer))
    }

    /// The most memory that was resident, in MiB.
    pub(crate) fn peak_mib(&self) -> Result<f64, String> {
        let pid = self.child.id().ok_or("the process is gone")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))
            .map_err(|error| format!("/proc/{pid}/status: {error}"))?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let kib: Option<f64> =
            line.and_then(|line| line.split_whitespace().nth(1)).and_then(|text| text.parse().ok());
        kib.map(|kib| kib / 1024.0).ok_or_else(|| "no VmHWM".to_owned())
    }
}

async fn within<T>(receiving: impl Future<Output = Option<T>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, receiving).await {
        Ok(Some(value)) => Ok(value),
        _ => Err("the function did not answer".to_owned()),
    }
}

async fn next_event(State(api): State<Arc<RuntimeApi>>) -> ([(HeaderName, String); 3], String) {
    // A bench that has stopped listening needs no more of this process.
    let _ = api.polled.send(Instant::now()).await;
    let event = api.events.lock().await.recv().await.unwrap_or_else(|| json!({}));
    let header = |name, value: &str| (HeaderName::from_static(name), value.to_owned());
    let headers = [
        header("lambda-runtime-aws-request-id", "bench"),
        header("lambda-runtime-deadline-ms", "4102444800000"),
        header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:0:function:bench"),
    ];
    (headers, event.to_string())
}

async fn response(State(api): State<Arc<RuntimeApi>>, body: Bytes) -> StatusCode {
    let answer = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let _ = api.answered.send((Instant::now(), answer)).await;
    StatusCode::ACCEPTED
}
