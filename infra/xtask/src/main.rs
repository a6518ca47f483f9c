//! `cargo xtask <command>`: the chores of this repository, one module each.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool")]

mod bench;
mod blocklist;
mod cloud;
mod new_function;
mod openapi;
mod package;
mod paths;
mod test;
mod tools;
mod up;

use std::process::ExitCode;

/// A command: its name, what it does in a few words, and what runs it with the remaining arguments.
type Command = (&'static str, &'static str, fn(&[String]) -> Result<(), String>);

const COMMANDS: &[Command] = &[
    ("up", "everything on this machine: a local cloud, the functions, a demo tenant", up::run),
    ("cloud", "the local cloud alone, for a plain `cargo lambda watch` beside it", cloud::run),
    ("test", "everything that must hold", test::run),
    ("openapi", "write infra/openapi.json from the route table", openapi::run),
    ("bench", "measure start, answers and memory of the release binaries", bench::run),
    ("package", "build every function for AWS Lambda, in release", package::run),
    ("new-function", "the rooms of a new function", new_function::run),
    ("tool", "where a tool of the tests stands, installed if need be", tools::run),
    ("blocklist", "make the filter of common passwords anew", |_| blocklist::run()),
];

/// Run by `up` itself; see `up::emulator`.
const GUARD: &str = "guard";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("", arguments.as_slice()),
    };
    let result = match COMMANDS.iter().find(|(command, ..)| *command == name) {
        Some((_, _, run)) => run(rest),
        None if name == GUARD => up::guard(rest),
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

fn usage() -> String {
    let mut text = "cargo xtask <command>".to_owned();
    for (name, what, _) in COMMANDS {
        text.push_str(&format!("\n  {name:<10} {what}"));
    }
    text
}
