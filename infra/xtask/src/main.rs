//! `cargo xtask <command>`: the chores of this repository, one module each.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool")]

mod api_keys;
mod bench;
mod blocklist;
mod cloud;
mod new_function;
mod npm;
mod openapi;
mod operator_key;
mod package;
mod paths;
mod previews;
mod test;
mod tools;
mod up;

use std::process::ExitCode;

use up::options::{OPTIONS, UP_OPTIONS};

/// A command: its name, what it takes (one line, then its options), what it does in a few words,
/// and what runs it with the remaining arguments.
type Command =
    (&'static str, &'static [&'static str], &'static str, fn(&[String]) -> Result<(), String>);

const COMMANDS: &[Command] = &[
    (
        "up",
        &["[options]", OPTIONS, UP_OPTIONS],
        "everything on this machine: a local cloud, the functions, a demo tenant",
        up::run,
    ),
    (
        "cloud",
        &["[options]", OPTIONS],
        "the local cloud alone, for a plain `cargo lambda watch` beside it",
        cloud::run,
    ),
    (
        "operator-key",
        &["[options]", operator_key::OPTIONS],
        "make, list or revoke keys of the operator, here or on AWS",
        operator_key::run,
    ),
    ("test", &[], "everything that must hold", test::run),
    ("openapi", &["[--check]"], "write infra/openapi.json from the route table", openapi::run),
    (
        "bench",
        &["[--spawns N]"],
        "measure start, answers and memory of the release binaries",
        bench::run,
    ),
    ("package", &["[--arm64]"], "build every function for AWS Lambda, in release", package::run),
    ("previews", &[], "every mail, text, call and page in one HTML file", previews::run),
    ("new-function", &["NAME"], "the rooms of a new function", new_function::run),
    ("tool", &[tools::NAMES], "where a tool stands, installed if need be", tools::run),
    ("blocklist", &[], "make the filter of common passwords anew", |_| blocklist::run()),
];

/// Run by `up` itself; see `up::emulator`.
const GUARD: &str = "guard";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("", arguments.as_slice()),
    };
    let command = COMMANDS.iter().find(|(command, ..)| *command == name);
    let result = match command {
        Some(command) if rest.iter().any(|argument| asks_for_help(argument)) => {
            println!("{}", usage_of(command));
            Ok(())
        }
        Some((.., run)) => run(rest),
        None if name == GUARD => up::guard(rest),
        None if asks_for_help(name) => {
            println!("{}", usage());
            Ok(())
        }
        None => Err(usage()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}

fn asks_for_help(argument: &str) -> bool {
    matches!(argument, "--help" | "-h")
}

fn usage() -> String {
    let mut text = "cargo xtask <command>; --help after a command says what it takes".to_owned();
    for (name, _, what, _) in COMMANDS {
        text.push_str(&format!("\n  {name:<12} {what}"));
    }
    text
}

fn usage_of((name, takes, what, _): &Command) -> String {
    let takes = takes.join("\n");
    let line = format!("cargo xtask {name} {takes}");
    format!("{what}\n{}", line.trim_end())
}
