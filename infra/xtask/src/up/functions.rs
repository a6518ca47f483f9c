//! The functions' processes: several each, so that races are real, and started again when they end,
//! because the emulator would not.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use regain_local::{Cloud, Functions, Template};
use serde_json::{Value, json};
use tokio::{process::Command, task::JoinSet, time::sleep};

use crate::paths;

/// Processes per function; on AWS there would be one per request in flight.
const PROCESSES: usize = 3;

/// A process that ends sooner than this ended for a reason that will not go away by itself.
const LIFE_MIN: Duration = Duration::from_secs(1);
const RESPAWN_PAUSE: Duration = Duration::from_millis(20);
const RESPAWN_PAUSE_MAX: Duration = Duration::from_secs(2);

/// How long a function may take until its first answer.
const FIRST_ANSWER_MAX: Duration = Duration::from_secs(20);

/// How the programs are found and what they see.
pub(super) struct Launch<'a> {
    pub(super) cloud: &'a Cloud,
    /// A program per function stands here.
    pub(super) programs: PathBuf,
    pub(super) runtime_api: &'a str,
    pub(super) public_base: &'a str,
    /// What the options add to the environment.
    pub(super) added: Vec<(String, String)>,
    pub(super) logs: PathBuf,
}

/// The running processes. When this is dropped, each is killed.
pub(super) struct Processes(#[expect(dead_code, reason = "held for its drop")] JoinSet<()>);

/// Starts all functions.
pub(super) fn start(launch: &Launch<'_>) -> Result<Processes, String> {
    let mut processes = JoinSet::new();
    for function in launch.cloud.template().functions.values() {
        let program = launch.programs.join(&function.name);
        if !program.exists() {
            return Err(format!("{} is missing: run `cargo build`", program.display()));
        }
        let log_path = launch.logs.join(format!("{}.log", function.name));
        let mut environment = launch.cloud.environment(&function.name, launch.public_base);
        environment.extend(launch.added.iter().cloned());
        let api = launch.runtime_api;
        for (name, value) in [
            ("AWS_LAMBDA_RUNTIME_API", format!("{api}/.rt/{}", function.name)),
            ("AWS_LAMBDA_FUNCTION_NAME", function.name.clone()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory_mb.to_string()),
            ("RUST_BACKTRACE", "1".to_owned()),
        ] {
            environment.push((name.to_owned(), value));
        }
        let environment = Arc::new(environment);
        for _ in 0..PROCESSES {
            let log = File::options().create(true).append(true).open(&log_path);
            let log = log.map_err(|error| format!("{}: {error}", log_path.display()))?;
            processes.spawn(keep_running(program.clone(), Arc::clone(&environment), log));
        }
    }
    Ok(Processes(processes))
}

async fn keep_running(program: PathBuf, environment: Arc<Vec<(String, String)>>, log: File) {
    let mut pause = RESPAWN_PAUSE;
    loop {
        let begun = Instant::now();
        if let Err(error) = run(&program, &environment, &log).await {
            eprintln!("{}: {error}", program.display());
        }
        pause = if begun.elapsed() < LIFE_MIN {
            (pause * 2).min(RESPAWN_PAUSE_MAX)
        } else {
            RESPAWN_PAUSE
        };
        sleep(pause).await;
    }
}

async fn run(program: &Path, environment: &[(String, String)], log: &File) -> std::io::Result<()> {
    Command::new(program)
        // Nothing of the developer's environment reaches a function: no profile, no session.
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log.try_clone()?)
        .process_group(0)
        .kill_on_drop(true)
        .status()
        .await?;
    Ok(())
}

/// Waits until each function has answered once.
pub(super) async fn wait_for_answers(
    template: &Template,
    functions: &Functions,
    logs: &Path,
) -> Result<(), String> {
    let mut answers = JoinSet::new();
    for function in template.functions.values() {
        let (functions, name) = (functions.clone(), function.name.clone());
        let event = first_event(function.routes.first().map(String::as_str));
        answers.spawn(async move { (functions.invoke(&name, &event).await, name) });
    }
    let all = async {
        while let Some(answer) = answers.join_next().await {
            let (answer, name) = answer.map_err(|error| error.to_string())?;
            answer.map_err(|error| {
                let log = logs.join(format!("{name}.log"));
                let said = last_line(&log).unwrap_or_else(|| format!("{error:?}"));
                format!("{name} does not answer ({said}); see {}", paths::short(&log))
            })?;
        }
        Ok(())
    };
    tokio::time::timeout(FIRST_ANSWER_MAX, all).await.unwrap_or_else(|_| {
        let said = template.functions.keys().find_map(|name| {
            let log = logs.join(format!("{name}.log"));
            last_line(&log).map(|line| format!("{name} said: {line}"))
        });
        let said = said.unwrap_or_else(|| "nothing was logged".to_owned());
        Err(format!("a function does not answer ({said}); see {}", paths::short(logs)))
    })
}

/// An event that changes nothing: a GET without a key, or no records.
fn first_event(route: Option<&str>) -> Value {
    let Some(route) = route else { return json!({"Records": []}) };
    let path = if route == "$default" { "/".to_owned() } else { filled(route) };
    json!({
        "version": "2.0",
        "routeKey": format!("ANY {route}"),
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "127.0.0.1"},
        "requestContext": {
            "accountId": regain_local::ACCOUNT,
            "apiId": "local",
            "domainName": "127.0.0.1",
            "domainPrefix": "127",
            "http": {
                "method": "GET",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "",
            },
            "requestId": "first",
            "routeKey": format!("ANY {route}"),
            "stage": "$default",
            "time": "01/Jan/1970:00:00:00 +0000",
            "timeEpoch": 0,
        },
        "isBase64Encoded": false,
    })
}

/// A path of a route, every parameter of it `demo`.
fn filled(route: &str) -> String {
    let segments = route.split('/').map(|part| if part.starts_with('{') { "demo" } else { part });
    segments.collect::<Vec<_>>().join("/")
}

/// What a process said last.
pub(super) fn last_line(log: &Path) -> Option<String> {
    let text = fs::read_to_string(log).ok()?;
    text.lines().rev().find(|line| !line.trim().is_empty()).map(str::to_owned)
}
