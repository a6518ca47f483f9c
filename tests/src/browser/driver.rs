//! The process of the driver. Browsers are its children, in its process group.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a harness stops the test that it serves"
)]

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

/// chromedriver on a free port of loopback; ended with its browsers when dropped.
pub(super) struct Driver {
    pub(super) url: String,
    child: Child,
    folder: PathBuf,
}

/// It takes a tenth of a second, on a machine that is not busy.
const START_PATIENCE: Duration = Duration::from_secs(60);
static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Driver {
    pub(super) fn start() -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // Not under `target`: a browser puts a socket into it, and their paths must be short.
        let folder =
            std::env::temp_dir().join(format!("regain-browser-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", &folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("chromedriver: {error}: apt-get install chromium-driver")
            });
        let output = child.stdout.take().unwrap();
        let mut driver = Self { url: String::new(), child, folder };
        driver.url = format!("http://127.0.0.1:{}", port(output));
        driver
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        // Nothing to do about any of it if it has ended by itself.
        if let Some(group) = group {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// It says `ChromeDriver was started successfully on port 38121.`, and more that nobody needs.
fn port(output: ChildStdout) -> u16 {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let port = line
                .rsplit_once("successfully on port ")
                .map(|(_, port)| port.trim_end_matches('.'));
            if let Some(port) = port.and_then(|port| port.parse().ok()) {
                let _ = tell.send(port);
            }
        }
    });
    told.recv_timeout(START_PATIENCE).expect("chromedriver says on which port it is")
}
