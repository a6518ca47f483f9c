//! `cargo xtask cloud`: the local cloud without the functions. They run under a plain
//! `cargo lambda watch` in another terminal, which builds them anew at each change.

use regain_local::Functions;

use crate::{
    paths, tools,
    up::{
        self, Stop,
        options::{Options, WATCH_AWS_PORT},
    },
};

/// Runs until a signal comes.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let options = Options::parse(arguments, WATCH_AWS_PORT)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut stop = Stop::listen()?;
        let _state = options.take_state()?;
        let cloud = up::start_cloud(&options)?;
        let cargo_lambda = tools::find_or_install(&tools::CARGO_LAMBDA)?;
        up::seed(&cloud).await?;
        let api = format!("http://127.0.0.1:{}", options.port);
        let functions = Functions::new(cloud.template(), &api).map_err(up::text)?;
        up::start_pump(&cloud, &functions);
        println!(
            "The local cloud is up: inbox {}/api/messages, services {}; now run \
             `{} lambda watch` in another terminal, which answers on {api}; Ctrl-C ends this",
            cloud.inbox_url(),
            cloud.endpoint(),
            paths::short(&cargo_lambda)
        );
        stop.wait().await;
        Ok(())
    })
}
