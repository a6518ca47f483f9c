//! `cargo xtask up`: a local cloud, the Lambda API of cargo-lambda, the functions, a gateway and a
//! demo tenant, until Ctrl-C. When it ends, nothing of it is left running.

pub(crate) mod api_page;
mod clock;
pub(crate) mod demo;
mod emulator;
mod functions;
pub(crate) mod options;
pub(crate) mod ready;
mod stop;

use std::{path::PathBuf, process::Stdio};

use regain_local::{Cloud, Functions, Gateway, LocalError};
use serde_json::json;
use tokio::process::Command;

pub(crate) use clock::is_there as has_clock;
pub(crate) use emulator::guard;
pub(crate) use stop::Stop;

use self::{
    emulator::Emulator,
    functions::Launch,
    options::{For, Options},
    ready::ReadyFile,
};
use crate::{npm, paths, tools};

/// Runs until a signal comes.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let options = Options::parse(arguments, For::Up)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut stop = Stop::listen()?;
        let _state = options.take_state()?;
        let ready = ReadyFile::at(&options.ready_file);
        let gateway = Gateway::bind(options.port).map_err(text)?;
        let cloud = start_cloud(&options).map_err(text)?;
        cloud.show_api(gateway.url(), demo::TENANT);
        let _installing = api_page::install()?;
        let mut added = match &options.clock_file {
            Some(file) => clock::environment(file)?,
            None => Vec::new(),
        };
        let provider = options.provider();
        added.push(("REGAIN_HOME_TENANT".to_owned(), demo::TENANT.to_owned()));
        added.extend(provider.map(|(name, base)| (name.to_owned(), base.to_owned())));
        let cargo_lambda = tools::find_or_install(&tools::CARGO_LAMBDA)?;
        let Some(programs) = build(&options, &mut stop).await? else { return Ok(()) };
        let demo = demo::seed(&cloud).await?;
        let (api, logs) = (gateway.url().to_owned(), options.state.join("logs"));
        let mut emulator = Emulator::start(&cargo_lambda, &logs)?;
        let _processes = functions::start(&Launch {
            cloud: &cloud,
            programs,
            runtime_api: emulator.url(),
            public_base: &api,
            added,
            logs: logs.clone(),
        })?;
        let functions = Functions::new(cloud.template(), emulator.url()).map_err(text)?;
        tokio::select! {
            answers = functions::wait_for_answers(cloud.template(), &functions, &logs) => answers?,
            () = stop.wait() => return Ok(()),
        }
        start_pump(&cloud, &functions);
        gateway.serve(cloud.template(), functions).map_err(text)?;
        let mut content = ready::content(&api, &cloud, &demo);
        content.insert("logs".to_owned(), json!(logs));
        ready.write(&content)?;
        let inbox = cloud.inbox_url();
        println!(
            "Regain is up: sign in at {api}/p/{}/sign-in, inbox {inbox}, API {inbox}/docs, keys in \
             {}, logs in {}; Ctrl-C ends it",
            demo::TENANT,
            paths::short(&options.ready_file),
            paths::short(&logs)
        );
        let ended = tokio::select! {
            () = stop.wait() => Ok(()),
            () = emulator_ended(&mut emulator) => {
                Err("cargo lambda watch ended by itself; start again".to_owned())
            }
        };
        drop(ready); // first of all, so that nobody calls what is going away
        ended
    })
}

/// The local cloud with the state that was asked for.
pub(crate) fn start_cloud(options: &Options) -> Result<Cloud, LocalError> {
    let cloud = regain_local::Options {
        state: Some(options.state.clone()),
        aws_port: options.aws_port,
        inbox_port: options.inbox_port,
        swagger_ui: Some(npm::SWAGGER_UI.folder()),
        ..regain_local::Options::default()
    };
    Cloud::start(cloud)
}

/// Feeds the functions from the stream and the schedule.
pub(crate) fn start_pump(cloud: &Cloud, functions: &Functions) {
    let functions = functions.clone();
    cloud.start_pump(move |function, event| {
        let functions = functions.clone();
        Box::pin(async move { functions.invoke(&function, &event).await })
    });
}

/// Builds the functions, and nothing else: with the whole workspace their features would differ,
/// and a plain `cargo lambda watch` afterwards would build them again. `None` when stopped.
async fn build(options: &Options, stop: &mut Stop) -> Result<Option<PathBuf>, String> {
    if let Some(programs) = &options.functions {
        return Ok(Some(programs.clone()));
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--locked"]).current_dir(paths::root());
    if options.release {
        cargo.arg("--release");
    }
    // A group of its own: a signal to cargo alone would leave its compilers running.
    let mut cargo = cargo
        .stdin(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("cargo: {error}"))?;
    let status = tokio::select! {
        status = cargo.wait() => status.map_err(|error| format!("cargo: {error}"))?,
        () = stop.wait() => {
            stop::end_group(&cargo);
            return Ok(None);
        }
    };
    if !status.success() {
        return Err("the functions do not compile: mend what `cargo build` says above".to_owned());
    }
    let profile = if options.release { "release" } else { "debug" };
    Ok(Some(paths::target().join(profile)))
}

async fn emulator_ended(emulator: &mut Emulator) {
    while emulator.is_running() {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}

pub(crate) fn text(error: LocalError) -> String {
    error.to_string()
}
