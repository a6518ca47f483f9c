//! `cargo xtask bench [--spawns N]`: how fast a function starts, answers, and what it needs.
//!
//! Release binaries, spawned one at a time against a runtime API and a local cloud in this
//! process. Reports; judges only the two promises of the README, and prints whether they hold.

mod event;
mod process;
mod recovery;
mod report;
mod steps;

use std::process::Command;

use crate::paths;

/// Fresh processes per binary.
const SPAWNS: usize = 15;

/// Measures everything and prints the table for the README.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let spawns = match arguments {
        [] => SPAWNS,
        [flag, number] if flag == "--spawns" => {
            number.parse().map_err(|_| "--spawns takes a number".to_owned())?
        }
        _ => return Err("cargo xtask bench [--spawns N]".to_owned()),
    };
    build(&[
        "--workspace",
        "--exclude",
        "xtask",
        "--exclude",
        "regain-local",
        "--exclude",
        "regain-tests",
        "--bins",
    ])?;
    build(&["-p", "regain-http", "--example", "bare"])?;
    build(&["-p", "regain-store", "--example", "clients"])?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let measured = steps::all(spawns).await?;
        report::print(&measured);
        let timing = steps::timing().await?;
        report::print_timing(&timing);
        Ok(())
    })
}

fn build(what: &[&str]) -> Result<(), String> {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--quiet"])
        .args(what)
        .current_dir(paths::root())
        .status()
        .map_err(|error| format!("cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err("the release build failed; see above".to_owned()) }
}
