//! `cargo xtask test`: everything that must hold, in the order in which it fails fastest.

use std::process::Command;
use std::time::Instant;

use crate::{openapi, paths, tools, up};

/// A check and its name.
type Check = (&'static str, fn() -> Result<(), String>);

/// Runs every check. The first that fails ends it.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    if !arguments.is_empty() {
        return Err("cargo xtask test".to_owned());
    }
    let begun = Instant::now();
    let checks: &[Check] = &[
        ("format", || cargo(&["fmt", "--all", "--check"], &[])),
        ("openapi", || openapi::run(&["--check".to_owned()])),
        ("template", template),
        ("lints", || {
            cargo(
                &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"],
                &[],
            )
        }),
        ("tests", || {
            debian_package("libfaketime", up::has_clock())?;
            // The end-to-end suites start this very program.
            let program = std::env::current_exe().map_err(|error| error.to_string())?;
            let program = program.to_string_lossy();
            cargo(&["test", "--locked", "--workspace"], &[("REGAIN_XTASK", &program)])
        }),
        ("docs", || {
            let deny = [("RUSTDOCFLAGS", "-D warnings")];
            cargo(&["doc", "--locked", "--workspace", "--no-deps", "--quiet"], &deny)
        }),
    ];
    for (name, check) in checks {
        println!("== {name}");
        check().map_err(|why| format!("{name}: {why}"))?;
    }
    println!("== all of it holds, in {} s", begun.elapsed().as_secs());
    Ok(())
}

fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).envs(environment.iter().copied());
    passes(&mut command)
}

fn template() -> Result<(), String> {
    let program = tools::install(&tools::CFN_LINT)?;
    passes(Command::new(program).arg("infra/template.yaml"))
}

/// Installs a Debian package where it is missing and this user may; else says how.
fn debian_package(name: &str, is_there: bool) -> Result<(), String> {
    if is_there {
        return Ok(());
    }
    let remedy = format!("this needs {name}: apt-get install {name}");
    let apt = |arguments: &[&str]| {
        let run = Command::new("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .output();
        run.is_ok_and(|output| output.status.success())
    };
    let installed =
        apt(&["update", "-q"]) && apt(&["install", "-y", "-q", "--no-install-recommends", name]);
    if installed { Ok(()) } else { Err(remedy) }
}

fn passes(command: &mut Command) -> Result<(), String> {
    let status = command.current_dir(paths::root()).status().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err("see above".to_owned()) }
}
