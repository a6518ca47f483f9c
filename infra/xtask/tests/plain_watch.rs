//! `cargo xtask cloud` with a plain `cargo lambda watch` beside it: the metadata in the manifests is
//! all that the tool needs, and a change of the source is answered from in a moment.
//!
//! It needs the fixed ports 8026 and 9000, because the manifests name them.
#![cfg(test)]

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// The first request builds its function, on a machine that may build other things too.
const ANSWER_MAX: Duration = Duration::from_secs(300);

/// A change of one function builds that one.
const RELOAD_MAX: Duration = Duration::from_secs(120);
/// A request that the function was ended under is never answered, so it is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(5);
/// The tool may miss a change that comes while it starts another function, so it is repeated.
const TOUCH_AGAIN: Duration = Duration::from_secs(10);
const LOG_LINES: usize = 40;

const API: &str = "http://127.0.0.1:9000";

/// A child process that is ended in order.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(id) = Pid::from_raw(i32::try_from(self.0.id()).unwrap()) {
            let _ = kill_process(id, Signal::TERM);
        }
        let _ = self.0.wait();
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_path_buf()
}

/// Starts the cloud; its inbox, and the command that it recommends.
fn cloud(state: &Path) -> (Running, String, String) {
    let mut cloud = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["cloud", "--fresh", "--inbox-port", "0", "--state"])
        .arg(state)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(cloud.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let inbox = line.split("inbox ").nth(1).and_then(|rest| rest.split(',').next());
    let watch = line.split('`').nth(1);
    let found = inbox.zip(watch).map(|(inbox, watch)| (inbox.to_owned(), watch.to_owned()));
    let running = Running(cloud);
    let (inbox, watch) = found.unwrap_or_else(|| panic!("the cloud said: {line:?}"));
    (running, inbox, watch)
}

fn watch(command: &str, log: &Path) -> Running {
    let (program, arguments) = command.split_once(' ').unwrap();
    let log = File::create(log).unwrap();
    let watch = Command::new(root().join(program))
        .args(arguments.split(' '))
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .process_group(0)
        .spawn()
        .unwrap();
    Running(watch)
}

/// Asks again until the answer is what is waited for; else fails with the end of the log.
async fn until<T>(
    what: &str,
    patience: Duration,
    log: &Path,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> T {
    let asking = async {
        loop {
            if let Some(found) = ask().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    // Around the whole: a question that hangs must not outlive the patience.
    match tokio::time::timeout(patience, asking).await {
        Ok(found) => found,
        Err(_) => {
            let said = fs::read_to_string(log).unwrap_or_default();
            let lines: Vec<&str> = said.lines().collect();
            let end = lines[lines.len().saturating_sub(LOG_LINES)..].join("\n");
            panic!("waited {} s in vain for {what}:\n{end}", patience.as_secs())
        }
    }
}

#[tokio::test]
async fn plain_cargo_lambda_watch_serves_the_product_and_reloads_it() {
    let state = root().join("target").join("plain-watch");
    let (_cloud, inbox, command) = cloud(&state);
    let log = state.join("logs").join("watch.log");
    let _watch = watch(&command, &log);
    let http = reqwest::Client::builder().no_proxy().timeout(ANSWER_MAX).build().unwrap();
    let post = async |path: &str, body: Value| {
        let answer = http.post(format!("{API}{path}")).json(&body).send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json::<Value>().await.unwrap_or_default()))
    };

    let body = json!({"login": "robin@demo.example"});
    let (status, answer) = until("an answer", ANSWER_MAX, &log, async || {
        post("/v1/demo/request-reset", body.clone()).await
    })
    .await;
    assert_eq!((status, &answer["status"]), (202, &json!("accepted")), "{answer}");

    let mail: Value = until("the mail", ANSWER_MAX, &log, async || {
        let mails = http.get(format!("{inbox}/api/messages")).send().await.ok()?;
        mails.json::<Vec<Value>>().await.ok()?.into_iter().next()
    })
    .await;
    let token = mail["links"][0]["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let (status, answer) = post("/v1/demo/click-link", json!({"token": token})).await.unwrap();
    assert_eq!((status, &answer["purpose"]), (200, &json!("reset")), "{answer}");
    let (status, answer) = post("/nowhere", json!({})).await.unwrap();
    assert_eq!((status, &answer["code"]), (404, &json!("not_found")), "{answer}");

    // A changed file: the function that answers next is another process.
    let starts = || fs::read_to_string(&log).unwrap().matches("debug/click-link`").count();
    let before = starts();
    let source = File::options().append(true).open(root().join("functions/click-link/src/lib.rs"));
    let source = source.unwrap();
    let mut touched: Option<Instant> = None;
    until("the new function", RELOAD_MAX, &log, async || {
        if touched.is_none_or(|at| at.elapsed() > TOUCH_AGAIN) {
            // The time of a file written just now is a clock that needs no clock.
            let now = state.join("now");
            fs::write(&now, "").unwrap();
            source.set_modified(fs::metadata(&now).unwrap().modified().unwrap()).unwrap();
            touched = Some(Instant::now());
        }
        let asked = post("/v1/demo/check-link", json!({"token": token}));
        let answered = tokio::time::timeout(ASK_AGAIN, asked).await.ok()??;
        (answered.0 == 200 && starts() > before).then_some(())
    })
    .await;
}
