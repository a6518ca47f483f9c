//! The signals that end a command, and the end of what it started.

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    process::Child,
    signal::unix::{self, SignalKind, signal},
};

/// Ctrl-C, SIGTERM, or the terminal closed.
pub(crate) struct Stop {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hang_up: unix::Signal,
}

impl Stop {
    /// From now on these signals no longer end the process by themselves.
    pub(crate) fn listen() -> Result<Self, String> {
        let listen = |kind| signal(kind).map_err(|error| format!("signals: {error}"));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one.
    pub(crate) async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}

/// Ends a child that leads a process group, with all that it started.
pub(super) fn end_group(child: &Child) {
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(group) = id {
        let _ = kill_process_group(group, Signal::TERM);
    }
}
