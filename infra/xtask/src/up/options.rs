//! The options of `up` and `cloud`.

use std::{
    fs::{self, File},
    path::PathBuf,
    str::FromStr,
};

use super::ready;
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
    pub(crate) ready_file: PathBuf,
    /// Moves the functions' wall clock.
    pub(crate) clock_file: Option<PathBuf>,
    /// Optimised functions.
    pub(crate) release: bool,
    /// A folder with a program per function, in place of building them.
    pub(crate) functions: Option<PathBuf>,
    /// Where functions look for the identity providers; `None`: on the internet.
    pub(crate) provider_base: Option<String>,
    /// The folder of the state.
    pub(crate) state: PathBuf,
}

/// Whose options are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// `cargo xtask up`.
    Up,
    /// `cargo xtask cloud`, which runs no functions and so has no options for them.
    Cloud,
}

/// What both commands take.
pub(crate) const OPTIONS: &str =
    "  --fresh              forget accounts, messages and secrets first
  --port N             of the API (9000); 0 takes a free one
  --inbox-port N       of the inbox (8025)
  --aws-port N         of the local DynamoDB, SES, SNS and Secrets Manager
  --provider-base URL  of identity providers on this machine, in place of Google, Microsoft and LinkedIn
  --state PATH         the folder of the state (target/regain)
  --ready-file PATH    written when everything answers, with the demo's keys (ready.json in the state)";

/// What only `up` takes.
pub(crate) const UP_OPTIONS: &str =
    "  --clock-file PATH    moves the functions' clock by what the file says, such as +48h
  --release            optimised functions
  --functions PATH     a folder with a program per function, in place of building them";

impl Options {
    pub(crate) fn parse(arguments: &[String], whose: For) -> Result<Self, String> {
        Self::read(arguments, whose).map_err(|why| match whose {
            For::Up => format!("{why}\n{OPTIONS}\n{UP_OPTIONS}"),
            For::Cloud => format!("{why}\n{OPTIONS}"),
        })
    }

    fn read(arguments: &[String], whose: For) -> Result<Self, String> {
        let mut options = Self {
            fresh: false,
            port: 9000,
            inbox_port: 8025,
            aws_port: match whose {
                For::Up => 0,
                For::Cloud => WATCH_AWS_PORT,
            },
            ready_file: PathBuf::new(),
            clock_file: None,
            release: false,
            functions: None,
            provider_base: None,
            state: default_state(),
        };
        let mut ready_file = None;
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            let mut value = || rest.next().ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                "--fresh" => options.fresh = true,
                "--port" => options.port = number(name, value()?)?,
                "--inbox-port" => options.inbox_port = number(name, value()?)?,
                "--aws-port" => options.aws_port = number(name, value()?)?,
                "--provider-base" => options.provider_base = Some(loopback(name, value()?)?),
                "--state" => options.state = path(value()?)?,
                "--ready-file" => ready_file = Some(path(value()?)?),
                _ if whose == For::Cloud => return Err(unknown(name)),
                "--release" => options.release = true,
                "--clock-file" => options.clock_file = Some(path(value()?)?),
                "--functions" => options.functions = Some(path(value()?)?),
                _ => return Err(unknown(name)),
            }
        }
        options.ready_file = ready_file.unwrap_or_else(|| options.state.join(ready::FILE));
        Ok(options)
    }

    /// What `--provider-base` adds to the environment of a function.
    pub(crate) fn provider(&self) -> Option<(&'static str, &str)> {
        self.provider_base.as_deref().map(|base| ("REGAIN_PROVIDER_BASE", base))
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

/// Where the state is kept unless another folder is asked for.
pub(crate) fn default_state() -> PathBuf {
    paths::target().join("regain")
}

/// The words for an option that there is not.
pub(crate) fn unknown(name: &str) -> String {
    format!("{name} is not an option of this command")
}

fn number<T: FromStr>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{name} needs a port, not {text}"))
}

fn loopback(name: &str, text: &str) -> Result<String, String> {
    let refused = || format!("{name} needs an origin such as http://127.0.0.1:9100, not {text}");
    regain_http::is_provider_base(text).then(|| text.to_owned()).ok_or_else(refused)
}

/// Absolute, because other processes with other folders get it too.
pub(crate) fn path(text: &str) -> Result<PathBuf, String> {
    std::path::absolute(text).map_err(|error| format!("{text}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words, For::Up)
    }

    #[test]
    fn what_is_not_said_is_as_the_readme_says() {
        let options = parse("").unwrap();
        assert_eq!((options.port, options.inbox_port), (9000, 8025));
        assert!(!options.fresh && options.clock_file.is_none());
        assert_eq!(options.ready_file, paths::target().join("regain/ready.json"));
    }

    #[test]
    fn paths_are_made_absolute_because_other_processes_get_them() {
        let options = parse("--port 0 --clock-file clock --ready-file /r").unwrap();
        assert!(options.clock_file.unwrap().is_absolute());
        assert_eq!(options.ready_file, PathBuf::from("/r"));
    }

    #[test]
    fn the_ready_file_stands_with_the_state_wherever_that_is() {
        assert_eq!(parse("--state /s").unwrap().ready_file, PathBuf::from("/s/ready.json"));
        assert_eq!(parse("--ready-file /r --state /s").unwrap().ready_file, PathBuf::from("/r"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_the_options_there_are() {
        for line in ["--prot 9", "--port", "--port x", "--port 65536"] {
            let refused = parse(line).unwrap_err();
            assert!(refused.contains("--port N") && refused.contains("--release"), "{line}");
        }
    }

    #[test]
    fn other_providers_are_on_this_machine_and_both_commands_take_them() {
        for whose in [For::Up, For::Cloud] {
            let parse = |base: &str| {
                Options::parse(&["--provider-base".to_owned(), base.to_owned()], whose)
            };
            assert_eq!(Options::parse(&[], whose).unwrap().provider(), None);
            let base = "http://127.0.0.1:9100";
            let options = parse(base).unwrap();
            assert_eq!(options.provider(), Some(("REGAIN_PROVIDER_BASE", base)));
            for elsewhere in ["", "https://accounts.example.com", "http://127.0.0.1:9100/"] {
                let refused = parse(elsewhere).unwrap_err();
                assert!(refused.contains("--provider-base needs an origin"), "{refused}");
            }
        }
    }

    #[test]
    fn the_cloud_alone_has_no_options_for_functions() {
        for line in ["--release", "--clock-file c", "--functions f"] {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            let refused = Options::parse(&words, For::Cloud).unwrap_err();
            assert!(refused.contains("is not an option of this command"), "{line}");
            assert!(!refused.contains("--release  "), "{line}: {refused}");
        }
        assert_eq!(Options::parse(&[], For::Cloud).unwrap().aws_port, WATCH_AWS_PORT);
    }

    #[test]
    fn one_state_folder_is_for_one_process() {
        let folder = paths::target().join(format!("options-{}", std::process::id()));
        let options = parse(&format!("--fresh --state {}", folder.display())).unwrap();
        let taken = options.take_state().unwrap();
        let refused = options.take_state().unwrap_err();
        assert!(refused.contains("in use"), "{refused}");
        drop(taken);
        options.take_state().unwrap();
        fs::remove_dir_all(&folder).unwrap();
        fs::remove_file(folder.with_extension("lock")).unwrap();
    }
}
