//! `cargo xtask cloud`: the local cloud without the functions. They run under a plain
//! `cargo lambda watch` in another terminal, which builds them anew at each change.

use regain_local::{Functions, LocalError};

use crate::{
    paths, tools,
    up::{
        self, Stop, demo,
        options::{For, Options, WATCH_AWS_PORT},
        ready::{self, ReadyFile},
    },
};

/// Runs until a signal comes.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let options = Options::parse(arguments, For::Cloud)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut stop = Stop::listen()?;
        let _state = options.take_state()?;
        let ready = ReadyFile::at(&options.ready_file);
        let cloud = up::start_cloud(&options).map_err(not_started)?;
        let cargo_lambda = tools::find_or_install(&tools::CARGO_LAMBDA)?;
        let demo = demo::seed(&cloud).await?;
        let api = format!("http://127.0.0.1:{}", options.port);
        cloud.show_api(&api, demo::TENANT);
        let _installing = up::api_page::install()?;
        let functions = Functions::new(cloud.template(), &api).map_err(up::text)?;
        up::start_pump(&cloud, &functions);
        ready.write(&ready::content(&api, &cloud, &demo))?;
        // Not as its `--env-var`, which would replace what the manifests say.
        let provider = options.provider().map(|(name, base)| format!("{name}={base} "));
        println!(
            "The local cloud is up: inbox {}, services {}, keys in {}; now run \
             `{}{} lambda watch -A 127.0.0.1 -P {}` in another terminal, which answers on {api}; \
             Ctrl-C ends this",
            cloud.inbox_url(),
            cloud.endpoint(),
            paths::short(&options.ready_file),
            provider.unwrap_or_default(),
            paths::short(&cargo_lambda),
            options.port
        );
        stop.wait().await;
        drop(ready); // first of all, so that nobody calls what is going away
        Ok(())
    })
}

fn not_started(error: LocalError) -> String {
    match error {
        LocalError::PortTaken { port: WATCH_AWS_PORT, source, .. } => format!(
            "port {WATCH_AWS_PORT} of 127.0.0.1 is taken ({source}), and `cargo lambda watch` looks \
             for the local cloud there: stop what listens on it, or choose another with --aws-port \
             and write that into [workspace.metadata.lambda.watch.env] of Cargo.toml"
        ),
        error => up::text(error),
    }
}
