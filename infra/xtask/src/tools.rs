//! Tools that come as Python packages, each at one version, in a virtual environment of its own
//! under `target/tools`. Nothing is installed elsewhere, and nothing twice.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{npm, paths};

/// A tool on PyPI.
pub(crate) struct Tool {
    /// The package.
    pub(crate) package: &'static str,
    /// The version that this repository was tried with.
    pub(crate) version: &'static str,
    /// The program that it brings.
    pub(crate) program: &'static str,
}

/// Builds and emulates functions.
pub(crate) const CARGO_LAMBDA: Tool =
    Tool { package: "cargo-lambda", version: "1.9.2", program: "cargo-lambda" };

/// Lints CloudFormation.
pub(crate) const CFN_LINT: Tool =
    Tool { package: "cfn-lint", version: "1.58.0", program: "cfn-lint" };

/// Calls an API in every way that its OpenAPI document allows, and in many that it does not.
pub(crate) const SCHEMATHESIS: Tool =
    Tool { package: "schemathesis", version: "4.32.5", program: "st" };

/// What `cargo xtask tool` takes.
pub(crate) const NAMES: &str =
    "cargo-lambda|cfn-lint|schemathesis|oidc-provider|swagger-ui-dist|axe-core";

/// `cargo xtask tool NAME`: prints where a tool stands, installed first if need be.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let name = arguments.first().map_or("", String::as_str);
    if let Some(package) = npm::PACKAGES.into_iter().find(|package| package.name == name) {
        println!("{}", npm::install(package)?.display());
        return Ok(());
    }
    let tool = [&CARGO_LAMBDA, &CFN_LINT, &SCHEMATHESIS]
        .into_iter()
        .find(|tool| tool.package == name)
        .ok_or_else(|| format!("cargo xtask tool {NAMES}"))?;
    println!("{}", install(tool)?.display());
    Ok(())
}

/// The program: from the `PATH` if it is there, else installed.
pub(crate) fn find_or_install(tool: &Tool) -> Result<PathBuf, String> {
    if is_on_path(tool.program) { Ok(PathBuf::from(tool.program)) } else { install(tool) }
}

/// Whether a program can be started by its name.
pub(crate) fn is_on_path(program: &str) -> bool {
    let started = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    started.is_ok_and(|status| status.success())
}

/// The program at the pinned version, installed if it is not yet.
pub(crate) fn install(tool: &Tool) -> Result<PathBuf, String> {
    let Tool { package, version, program } = tool;
    let tools = paths::target().join("tools");
    let home = tools.join(format!("{package}-{version}"));
    let program = home.join("bin").join(program);
    let complete = home.join("complete");
    fs::create_dir_all(&tools).map_err(|error| format!("{}: {error}", tools.display()))?;
    // Two commands at once must not install into one folder; the second finds the work done.
    let lock = File::create(tools.join(format!("{package}.lock")))
        .and_then(|lock| lock.lock().map(|()| lock))
        .map_err(|error| format!("{}: {error}", tools.display()))?;
    if complete.exists() {
        return Ok(program);
    }
    eprintln!("installing {package} {version} into {}", paths::short(&home));
    let wanted = format!("{package}=={version}");
    let remedy = format!("or install {wanted} yourself");
    quietly(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home)).map_err(|why| {
        format!(
            "{package} needs Python 3 with venv ({why}): apt-get install python3-venv, {remedy}"
        )
    })?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", &wanted];
    quietly(Command::new(home.join("bin").join("python3")).args(pip))
        .map_err(|why| format!("pip cannot install {wanted} ({why}): try again, {remedy}"))?;
    File::create(&complete).map_err(|error| format!("{}: {error}", complete.display()))?;
    drop(lock);
    Ok(program)
}

/// A command of a tool, which finds what was installed beside it: cargo-lambda looks for the Zig that
/// came with it.
#[expect(
    clippy::disallowed_methods,
    reason = "the search path is handed on, not read as a setting"
)]
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some(folder) = program.parent().filter(|folder| folder.is_absolute()) {
        let before = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{before}", folder.display()));
    }
    command
}

/// Runs a command; when it fails, the last line of what it said.
pub(crate) fn quietly(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&said);
    Err(said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it failed").to_owned())
}

/// The first of these files that exists.
pub(crate) fn first_existing(candidates: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
    candidates.into_iter().find(|path| Path::exists(path))
}
