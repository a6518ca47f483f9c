//! What can keep the local cloud from starting. Each text is one line that a person can act on.

use std::path::PathBuf;

/// Why the local cloud did not start, or could not go on.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// `infra/template.yaml` says something that the local cloud does not understand.
    #[error("infra/template.yaml: {0}")]
    Template(String),
    /// The embedded DynamoDB refused.
    #[error("the local DynamoDB: {0}")]
    Database(String),
    /// An address could not be had.
    #[error(
        "port {port} of 127.0.0.1 is taken ({source}); stop what listens there, or choose another with {option}"
    )]
    PortTaken {
        /// The port that was asked for.
        port: u16,
        /// The command-line option that chooses another.
        option: &'static str,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file of the state folder could not be read or written.
    #[error("{path}: {source}")]
    State {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file of the state folder holds something else than what was written there.
    #[error("{path} is damaged ({reason}); start again with --fresh")]
    StateDamaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The operating system gave no randomness, no thread or no HTTP client.
    #[error("{0}")]
    System(String),
}
