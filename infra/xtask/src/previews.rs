//! `cargo xtask previews`: every mail, text message, call and page in one HTML file.

use std::fs;
use std::process::{Command, Stdio};

use crate::paths;

/// Writes `target/previews.html` and says so.
pub(crate) fn run(_: &[String]) -> Result<(), String> {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "-p", "regain-notices", "--example", "previews"])
        .current_dir(paths::root())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err("see above".to_owned());
    }
    let path = paths::target().join("previews.html");
    fs::write(&path, output.stdout).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("{}", paths::short(&path));
    Ok(())
}
