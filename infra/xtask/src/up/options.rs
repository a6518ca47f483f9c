//! The options of `up` and `cloud`.

use std::{
    fs::{self, File},
    path::PathBuf,
    str::FromStr,
};

use crate::paths;

/// Where plain `cargo lambda watch` finds the local cloud: the functions' manifests say so too.
pub(crate) const WATCH_AWS_PORT: u16 = 8026;

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Options {
    /// Forget all state first.
    pub(crate) fresh: bool,
    /// The API; with `cloud`, where `cargo lambda watch` serves it.
    pub(crate) port: u16,
    /// The inbox.
    pub(crate) inbox_port: u16,
    /// The services of AWS; 0 is any.
    pub(crate) aws_port: u16,
    /// Written when everything answers.
    pub(crate) ready_file: Option<PathBuf>,
    /// Moves the functions' wall clock.
    pub(crate) clock_file: Option<PathBuf>,
    /// Optimised functions.
    pub(crate) release: bool,
    /// A folder with a program per function, in place of building them.
    pub(crate) functions: Option<PathBuf>,
    /// The folder of the state.
    pub(crate) state: PathBuf,
}

const USAGE: &str = "  --fresh              forget accounts, messages and secrets first
  --port N             of the API (9000); 0 takes a free one
  --inbox-port N       of the inbox (8025)
  --aws-port N         of the local DynamoDB, SES, SNS and Secrets Manager
  --ready-file PATH    written when everything answers
  --clock-file PATH    moves the functions' clock by what the file says, such as +48h
  --release            optimised functions
  --functions PATH     a folder with a program per function, in place of building them
  --state PATH         the folder of the state (target/regain)";

impl Options {
    pub(crate) fn parse(arguments: &[String], aws_port: u16) -> Result<Self, String> {
        let mut options = Self {
            fresh: false,
            port: 9000,
            inbox_port: 8025,
            aws_port,
            ready_file: None,
            clock_file: None,
            release: false,
            functions: None,
            state: paths::target().join("regain"),
        };
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            let mut value = || rest.next().ok_or_else(|| format!("{name} needs a value\n{USAGE}"));
            match name.as_str() {
                "--fresh" => options.fresh = true,
                "--release" => options.release = true,
                "--port" => options.port = number(name, value()?)?,
                "--inbox-port" => options.inbox_port = number(name, value()?)?,
                "--aws-port" => options.aws_port = number(name, value()?)?,
                "--ready-file" => options.ready_file = Some(path(value()?)?),
                "--clock-file" => options.clock_file = Some(path(value()?)?),
                "--functions" => options.functions = Some(path(value()?)?),
                "--state" => options.state = path(value()?)?,
                _ => return Err(format!("{name} is not an option of this command\n{USAGE}")),
            }
        }
        Ok(options)
    }

    /// Takes the state folder for this process, emptied if that was asked for. The folder is free
    /// again when the file is dropped, however the process ends.
    pub(crate) fn take_state(&self) -> Result<File, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", self.state.display());
        let parent = self.state.parent().unwrap_or(&self.state);
        fs::create_dir_all(parent).map_err(failed)?;
        let lock = File::create(self.state.with_extension("lock")).map_err(failed)?;
        if lock.try_lock().is_err() {
            return Err(format!(
                "{} is in use by another `cargo xtask up` or `cloud`: stop it, or choose another \
                 folder with --state",
                paths::short(&self.state)
            ));
        }
        if self.fresh && self.state.exists() {
            fs::remove_dir_all(&self.state).map_err(failed)?;
        }
        fs::create_dir_all(self.state.join("logs")).map_err(failed)?;
        Ok(lock)
    }
}

fn number<T: FromStr>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{name} needs a port, not {text}"))
}

/// Absolute, because other processes with other folders get it too.
fn path(text: &str) -> Result<PathBuf, String> {
    std::path::absolute(text).map_err(|error| format!("{text}: {error}"))
}
