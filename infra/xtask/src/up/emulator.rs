//! `cargo lambda watch` as the Lambda API, and the guard that ends it.
//!
//! The guard is a process between this one and the emulator. It holds one end of a pipe; when this
//! process ends, however it ends (`kill -9` too), the pipe closes and the guard ends the emulator.
//! The functions then lose their API and end by themselves.

use std::{
    fs::File,
    io::Read,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::functions::last_line;
use crate::paths;

/// How long the emulator may take until its port answers.
const START_MAX: Duration = Duration::from_secs(20);

/// Another process may take the free port before the emulator does.
const PORTS_TRIED_MAX: usize = 3;

/// A running emulator; it ends when this is dropped.
pub(super) struct Emulator {
    guard: Child,
    pipe: Option<ChildStdin>,
    url: String,
}

impl Emulator {
    pub(super) fn start(cargo_lambda: &Path, logs: &Path) -> Result<Self, String> {
        let log = logs.join("cargo-lambda.log");
        let mut reason = String::new();
        for _ in 0..PORTS_TRIED_MAX {
            match Self::try_start(cargo_lambda, &log) {
                Ok(emulator) => return Ok(emulator),
                Err(text) => reason = text,
            }
        }
        let said = last_line(&log).unwrap_or(reason);
        Err(format!("cargo lambda watch does not start ({said}); see {}", paths::short(&log)))
    }

    fn try_start(cargo_lambda: &Path, log: &Path) -> Result<Self, String> {
        let log = File::options().create(true).append(true).open(log);
        let log = log.map_err(|error| error.to_string())?;
        let port = free_port().map_err(|error| error.to_string())?;
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut guard = Command::new(program)
            .arg(crate::GUARD)
            .arg(cargo_lambda)
            .args(["lambda", "watch", "--quiet", "--only-lambda-apis", "--ignore-changes"])
            // No --timeout: it would also end the polls of functions that have nothing to do.
            .args(["--disable-cors", "-A", "127.0.0.1", "-P"])
            .arg(port.to_string())
            .current_dir(paths::root())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            // Ctrl-C goes to the group in front; this process decides what ends when.
            .process_group(0)
            .spawn()
            .map_err(|error| error.to_string())?;
        let pipe = guard.stdin.take();
        let mut emulator = Self { guard, pipe, url: format!("http://127.0.0.1:{port}") };
        emulator.wait_for(port)?;
        Ok(emulator)
    }

    /// When its port is taken the emulator ends in silence and calls that success.
    fn wait_for(&mut self, port: u16) -> Result<(), String> {
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if !self.is_running() {
                return Err("it ended at once".to_owned());
            }
            if begun.elapsed() > START_MAX {
                return Err(format!("no answer in {} s", START_MAX.as_secs()));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn is_running(&mut self) -> bool {
        matches!(self.guard.try_wait(), Ok(None))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.guard.wait();
    }
}

fn free_port() -> std::io::Result<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr().map(|address| address.port())
}

/// The guard itself: runs a program until it ends, or until standard input does.
pub(crate) fn guard(arguments: &[String]) -> Result<(), String> {
    let (program, arguments) = arguments.split_first().ok_or("guard needs a program")?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    let (sender, ended) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = sender.send(());
    });
    loop {
        if child.try_wait().map_err(|error| error.to_string())?.is_some() {
            return Ok(());
        }
        if ended.recv_timeout(Duration::from_millis(100))
            != Err(std::sync::mpsc::RecvTimeoutError::Timeout)
        {
            // It keeps nothing that an orderly end would save, and takes seconds over one.
            child.kill().map_err(|error| error.to_string())?;
            let _ = child.wait();
            return Ok(());
        }
    }
}
