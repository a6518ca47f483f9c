//! The files of the inbox's `/docs`. They are installed beside everything else, because nobody should
//! wait for them, and because all but that page works without.

use std::process::Stdio;

use tokio::process::{Child, Command};

use super::stop::end_group;
use crate::npm;

/// A run of `cargo xtask tool swagger-ui-dist`, which says itself why it cannot; ended, with the npm
/// that it runs, when this is dropped.
pub(crate) struct Installing(Child);

/// Installs what is missing. Must be called inside a Tokio runtime.
pub(crate) fn install() -> Result<Installing, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let installing = Command::new(program)
        .args(["tool", npm::SWAGGER_UI.name])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .process_group(0)
        .spawn();
    installing.map(Installing).map_err(|error| error.to_string())
}

impl Drop for Installing {
    fn drop(&mut self) {
        end_group(&self.0);
    }
}
