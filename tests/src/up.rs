//! The whole of it as a developer runs it, for the suites that need real processes: `cargo xtask up`
//! with its inbox, and a clock that can be moved.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a harness stops the test that it serves"
)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::Mutex;

/// A running `cargo xtask up`, ended when nobody uses it any more.
pub struct Up {
    /// For whatever has no method here. Each test has its own: connections end with a runtime.
    pub http: reqwest::Client,
    running: Arc<Running>,
}

struct Running {
    child: Child,
    folder: PathBuf,
    ready: Value,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);
static SHARED: Mutex<Weak<Running>> = Mutex::const_new(Weak::new());
/// The first start builds every function.
const START_PATIENCE: Duration = Duration::from_secs(20 * 60);
/// How long anything else may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);
/// Of what it said before it ended.
const LINES_TOLD: usize = 20;

/// Asks again and again, until there is an answer.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "in vain: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

impl Up {
    /// One for this test, whose clock may be moved.
    pub async fn start() -> Self {
        Self::of(Arc::new(Running::start(&[]).await))
    }

    /// The same, whose functions find the identity providers there.
    pub async fn with_providers(base: &str) -> Self {
        Self::of(Arc::new(Running::start(&["--provider-base", base]).await))
    }

    /// The one that runs for all tests that leave the clock and the settings of the demo alone.
    pub async fn shared() -> Self {
        let mut shared = SHARED.lock().await;
        if let Some(running) = shared.upgrade() {
            return Self::of(running);
        }
        let running = Arc::new(Running::start(&[]).await);
        *shared = Arc::downgrade(&running);
        Self::of(running)
    }

    fn of(running: Arc<Running>) -> Self {
        Self { http: reqwest::Client::builder().timeout(PATIENCE).build().unwrap(), running }
    }

    /// A text of the ready file.
    pub fn text(&self, pointer: &str) -> String {
        self.running.ready.pointer(pointer).and_then(Value::as_str).unwrap().to_owned()
    }

    /// A folder that goes away with it.
    pub fn folder(&self) -> &Path {
        &self.running.folder
    }

    /// Moves the wall clock of the functions.
    pub fn clock(&self, moved: &str) {
        fs::write(self.running.folder.join("clock"), format!("{moved}\n")).unwrap();
    }

    /// A call of the demo's frontend.
    pub async fn post(&self, endpoint: &str, body: Value) -> (u16, Value) {
        self.post_at("demo", endpoint, body).await
    }

    /// A call of a tenant's frontend.
    pub async fn post_at(&self, tenant: &str, endpoint: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/v1/{tenant}/{endpoint}", self.text("/api"));
        let response = self.http.post(url).json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// A call of the back office.
    pub async fn admin(&self, method: &str, path: &str, key: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/admin/v1/{path}", self.text("/api"));
        let mut request = self.http.request(method.parse().unwrap(), url).bearer_auth(key);
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    /// An import, and what it answers.
    pub async fn import(&self, tenant: &str, key: &str, lines: &str) -> String {
        let url = format!("{}/admin/v1/tenants/{tenant}/accounts/import", self.text("/api"));
        let request = self.http.post(url).bearer_auth(key).body(lines.to_owned());
        let request = request.header("content-type", "application/x-ndjson");
        request.send().await.unwrap().text().await.unwrap()
    }

    /// Status and code of a call of the demo's frontend.
    pub async fn code(&self, endpoint: &str, body: Value) -> (u16, String) {
        let (status, answer) = self.post(endpoint, body).await;
        (status, answer.get("code").and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    /// The messages to an address or a number, the newest first.
    pub async fn messages(&self, to: &str) -> Vec<Value> {
        let url = format!("{}/api/messages?to={}", self.text("/inbox"), to.replace('+', "%2B"));
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// The newest message, once there are more than `known`.
    pub async fn new_message(&self, to: &str, known: usize) -> Value {
        until(&format!("a message to {to}"), async || {
            let messages = self.messages(to).await;
            (messages.len() > known).then(|| messages[0].clone())
        })
        .await
    }

    /// The token of a mail that is not among the first `known`.
    pub async fn new_token(&self, to: &str, known: usize) -> String {
        let mail = self.new_message(to, known).await;
        token(&link(&mail, "action")).to_owned()
    }

    /// The token of a mail to somebody, another than `known`.
    pub async fn other_token(&self, to: &str, known: &str) -> String {
        until(&format!("a mail to {to}"), async || {
            let mails = self.messages(to).await;
            let links = mails.iter().flat_map(|mail| mail["links"].as_array().unwrap());
            let mut urls = links.filter(|link| link["rel"] == "action").map(|link| &link["url"]);
            let other = urls.find(|url| token(url.as_str().unwrap()) != known);
            other.map(|url| token(url.as_str().unwrap()).to_owned())
        })
        .await
    }

    /// What only a person should be able to tell.
    pub async fn answer(&self, captcha: &str) -> Value {
        let url = format!("{}/api/captcha/{captcha}", self.text("/inbox"));
        let told: Value = self.http.get(url).send().await.unwrap().json().await.unwrap();
        told["answer"].clone()
    }

    /// The code in the first message to a number.
    pub async fn sent_code(&self, phone: &str) -> String {
        let message = self.new_message(phone, 0).await;
        message["codes"][0].as_str().unwrap().to_owned()
    }

    /// Asks for a link, and gives the token of the mail.
    pub async fn ask(&self, login: &str) -> String {
        let known = self.messages(login).await.len();
        let (status, answer) = self.post("request-reset", json!({"login": login})).await;
        assert_eq!((status, &answer["status"]), (202, &json!("accepted")), "{answer}");
        self.new_token(login, known).await
    }

    /// Clicks, and gives the grant.
    pub async fn click(&self, token: &str) -> String {
        let (status, answer) = self.post("click-link", json!({"token": token})).await;
        assert_eq!(status, 200, "{answer}");
        answer["grant"].as_str().unwrap().to_owned()
    }
}

/// The URL of a message's link.
pub fn link(message: &Value, rel: &str) -> String {
    let mut links = message["links"].as_array().unwrap().iter();
    links.find(|link| link["rel"] == rel).unwrap()["url"].as_str().unwrap().to_owned()
}

/// The last segment of a URL.
pub fn token(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

impl Running {
    async fn start(options: &[&str]) -> Self {
        let xtask = xtask();
        let folder = xtask.parent().unwrap().join(format!(
            "end-to-end-{}-{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        ));
        fs::create_dir_all(&folder).unwrap();
        let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        fs::write(folder.join("clock"), "+0\n").unwrap();
        let child = Command::new(&xtask)
            .args(["up", "--fresh", "--port", "0", "--inbox-port", "0"])
            .args(["--state", &path("state"), "--ready-file", &path("ready.json")])
            .args(["--clock-file", &path("clock")])
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.join("said")).unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", xtask.display()));
        let mut up = Self { child, folder, ready: Value::Null };
        let begun = Instant::now();
        while up.ready.is_null() {
            assert!(begun.elapsed() < START_PATIENCE, "not ready in time: {}", up.said());
            let ended = up.child.try_wait().unwrap();
            assert!(ended.is_none(), "ended before it was ready: {}", up.said());
            tokio::time::sleep(PAUSE).await;
            if let Ok(text) = fs::read_to_string(up.folder.join("ready.json")) {
                up.ready = serde_json::from_str(&text).unwrap();
            }
        }
        up
    }

    /// The end of what it said of itself.
    fn said(&self) -> String {
        let said = fs::read_to_string(self.folder.join("said")).unwrap();
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(LINES_TOLD)..].join("\n")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The program of `cargo xtask`: `cargo xtask test` names itself, and otherwise it stands where
/// cargo builds it.
pub fn xtask() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a test may be told which program to start")]
    let named = std::env::var("REGAIN_XTASK").map(PathBuf::from);
    let program = named.unwrap_or_else(|_| above_this_program(2).join("xtask"));
    assert!(program.exists(), "{} is not built: cargo build -p xtask", program.display());
    program
}

/// Cargo's `target` folder.
pub fn target() -> PathBuf {
    above_this_program(3)
}

fn above_this_program(folders: usize) -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(folders).unwrap().to_path_buf()
}
