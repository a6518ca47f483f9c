//! `cargo xtask test`: everything that must hold, in the order in which it fails fastest.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::{npm, openapi, paths, tools, up};

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
        ("docs", || {
            let deny = [("RUSTDOCFLAGS", "-D warnings")];
            cargo(&["doc", "--locked", "--workspace", "--no-deps", "--quiet"], &deny)
        }),
        ("tests", tests),
    ];
    for (name, check) in checks {
        println!("== {name}");
        check().map_err(|why| format!("{name}: {why}"))?;
    }
    println!("== all of it holds, in {} s", begun.elapsed().as_secs());
    Ok(())
}

/// Runs every suite, and counts what they say: a test that is skipped is a failure too.
fn tests() -> Result<(), String> {
    debian_package("libfaketime", up::has_clock())?;
    debian_package("nodejs", tools::is_on_path("node"))?;
    debian_package("npm", tools::is_on_path("npm"))?;
    debian_package("chromium", tools::is_on_path("chromium"))?;
    debian_package("chromium-driver", tools::is_on_path("chromedriver"))?;
    for package in npm::PACKAGES {
        npm::install(package)?;
    }
    // The end-to-end suites start this very program.
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut running = Command::new(env!("CARGO"))
        .args(["test", "--locked", "--workspace"])
        .env("REGAIN_XTASK", program)
        .current_dir(paths::root())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let output = running.stdout.take().ok_or("cargo test has no output")?;
    let mut counted = Counted::default();
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        println!("{line}");
        counted.add(&line);
    }
    let status = running.wait().map_err(|error| error.to_string())?;
    let Counted { passed, failed, skipped } = counted;
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if status.success() && passed > 0 && failed + skipped == 0 {
        Ok(())
    } else {
        Err("see above".to_owned())
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    passed: u32,
    failed: u32,
    skipped: u32,
}

impl Counted {
    /// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn add(&mut self, line: &str) {
        let Some((_, result)) = line.split_once("test result: ") else { return };
        for part in result.split([';', '.']) {
            let mut words = part.split_whitespace();
            let number = words.next().and_then(|word| word.parse::<u32>().ok()).unwrap_or(0);
            match words.next() {
                Some("passed") => self.passed += number,
                Some("failed") => self.failed += number,
                Some("ignored") => self.skipped += number,
                _ => {}
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_suites_say_is_added_up_and_a_skipped_test_is_seen() {
        let mut counted = Counted::default();
        for line in [
            "test a ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 9 filtered out; finished in 0.04s",
            "test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.2s",
        ] {
            counted.add(line);
        }
        assert_eq!(counted, Counted { passed: 5, failed: 4, skipped: 1 });
    }
}
