//! The process of the real providers.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a harness stops the test that it serves"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak, mpsc};
use std::time::Duration;

use data_encoding::BASE64;
use jiff::Timestamp;
use regain_domain::provider::Provider;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Registered, callback, registered};
use crate::world::NOW;

/// Node with `tests/oidc/provider.js`, ended when nobody uses it any more.
pub(super) struct Process {
    pub(super) origin: String,
    pub(super) keys: Keys,
    child: Child,
}

/// Private keys, in DER, and the public one as people pass it around.
pub(super) struct Keys {
    pub(super) published: Vec<u8>,
    pub(super) published_ec: Vec<u8>,
    pub(super) stranger: Vec<u8>,
    pub(super) public_pem: String,
}

/// What it says when it is ready.
#[derive(Deserialize)]
struct Ready {
    port: u16,
    keys: BTreeMap<String, String>,
}

/// It takes half a second, on a machine that is not busy.
const START_PATIENCE: Duration = Duration::from_secs(60);
static RUNNING: Mutex<Weak<Process>> = Mutex::new(Weak::new());

impl Process {
    /// The one that runs, or a new one.
    pub(super) fn shared() -> Arc<Self> {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        running.upgrade().unwrap_or_else(|| {
            let process = Arc::new(Self::start());
            *running = Arc::downgrade(&process);
            process
        })
    }

    fn start() -> Self {
        let clients: BTreeMap<_, _> =
            Provider::ALL.iter().map(|provider| (provider, registration(*provider))).collect();
        let now = NOW.parse::<Timestamp>().unwrap().as_second();
        let told = json!({"now": now, "clients": clients});
        let home = home();
        // As text, so that it finds its modules where it runs, and not where it is written.
        let mut child = Command::new("node")
            .args(["--input-type=module", "--eval", include_str!("../../oidc/provider.js"), "--"])
            .arg(told.to_string())
            .current_dir(&home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("node in {}: {error}", home.display()));
        let (tell, told) = mpsc::channel();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = output.read_line(&mut line);
            tell.send(read.map(|_| line))
        });
        let line = told.recv_timeout(START_PATIENCE).unwrap().unwrap();
        let ready: Ready = serde_json::from_str(&line).unwrap();
        let der = |name: &str| BASE64.decode(ready.keys[name].as_bytes()).unwrap();
        let keys = Keys {
            published: der("published"),
            published_ec: der("published_ec"),
            stranger: der("stranger"),
            public_pem: ready.keys["public_pem"].clone(),
        };
        Self { origin: format!("http://127.0.0.1:{}", ready.port), keys, child }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing to do about either if it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn registration(provider: Provider) -> Value {
    let Registered { client_id, client_secret, .. } = registered(provider);
    let redirect_uris = ["demo", "other"].map(|tenant| callback(tenant, provider));
    json!({
        "client_id": client_id, "client_secret": client_secret, "redirect_uris": redirect_uris,
    })
}

/// Where `cargo xtask` installs what it needs.
fn home() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let home = program.ancestors().nth(3).unwrap().join("oidc");
    let installed = home.join("node_modules").exists();
    assert!(installed, "cargo xtask tool oidc-provider installs what is missing");
    home
}
