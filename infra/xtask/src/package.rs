//! `cargo xtask package [--arm64]`: every function as AWS Lambda takes it, in `target/lambda`.

use crate::{paths, tools};

/// Builds the functions with cargo-lambda, in release.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let architecture = match arguments {
        [] => "--x86-64",
        [flag] if flag == "--arm64" => "--arm64",
        _ => return Err("cargo xtask package [--arm64]".to_owned()),
    };
    let cargo_lambda = tools::find_or_install(&tools::CARGO_LAMBDA)?;
    let status = tools::command(&cargo_lambda)
        .args(["lambda", "build", "--release", "--locked", architecture])
        .current_dir(paths::root())
        .status()
        .map_err(|error| format!("cargo-lambda: {error}"))?;
    if status.success() { Ok(()) } else { Err("cargo lambda build failed; see above".to_owned()) }
}
