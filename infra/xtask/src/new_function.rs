//! `cargo xtask new-function NAME`: the rooms of a new function, and what is left to do by hand.

use std::{fs, process::Command};

use crate::paths;

/// Makes the folder; the drift tests name what is still missing.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let [name] = arguments else { return Err("cargo xtask new-function NAME".to_owned()) };
    let spelled = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    if !spelled || name.starts_with('-') || name.ends_with('-') || name.is_empty() {
        return Err("a function's name is a route: small letters and - between them".to_owned());
    }
    let folder = paths::root().join("functions").join(name);
    if folder.exists() {
        return Err(format!("{} is there already", paths::short(&folder)));
    }
    let write = |path: &str, text: String| {
        fs::write(folder.join(path), text).map_err(|error| format!("{path}: {error}"))
    };
    fs::create_dir_all(folder.join("src")).map_err(|error| error.to_string())?;
    write("Cargo.toml", manifest(name))?;
    write("src/main.rs", main_rs(name))?;
    write("src/lib.rs", lib_rs(name))?;
    lock()?;
    println!(
        "functions/{name} is there. Now:\n\
         1. add its rows to shared/http/src/routes (recovery, tenants or accounts), list them in\n   \
            routes.rs, and `cargo xtask openapi`;\n\
         2. add its resource with its own IAM statement to infra/template.yaml, its routes to\n   \
            the router in Cargo.toml, its rows to the table in README.md;\n\
         3. write its story in src/lib.rs, and its suite in tests/tests.\n\
         `cargo test -p regain-tests --test drift` says what is missing."
    );
    Ok(())
}

/// Writes the new member into `Cargo.lock`: every `cargo xtask` runs with `--locked`.
fn lock() -> Result<(), String> {
    let status = Command::new(env!("CARGO"))
        .args(["update", "--workspace", "--offline", "--quiet"])
        .current_dir(paths::root())
        .status()
        .map_err(|error| format!("cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("Cargo.lock lacks the new function: run `cargo update --workspace`".to_owned())
    }
}

fn manifest(name: &str) -> String {
    format!(
        "[package]\n\
         name = \"{name}\"\n\
         description = \"A function of Regain.\"\n\
         version.workspace = true\n\
         edition.workspace = true\n\
         rust-version.workspace = true\n\
         license.workspace = true\n\
         publish.workspace = true\n\n\
         [package.metadata.lambda.watch.env]\n\
         AWS_ACCESS_KEY_ID = \"{name}\"\n\n\
         [lints]\n\
         workspace = true\n\n\
         [dependencies]\n\
         regain-domain.workspace = true\n\
         regain-http.workspace = true\n\
         regain-store.workspace = true\n\
         tokio.workspace = true\n"
    )
}

fn type_name(name: &str) -> String {
    name.split('-')
        .map(|word| {
            word.chars()
                .take(1)
                .flat_map(char::to_uppercase)
                .chain(word.chars().skip(1))
                .collect::<String>()
        })
        .collect()
}

fn main_rs(name: &str) -> String {
    let (krate, step) = (name.replace('-', "_"), type_name(name));
    format!(
        r#"//! Wiring of `{name}`; what it does is in `lib.rs`.

use {krate}::{{{step}, handle}};
use regain_http::{{Config, Edge, InitError, SettingsCache, serve}};
use regain_store::{{Cloud, SecretName, Store}};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), InitError> {{
    let config = Config::from_env()?;
    let cloud = Cloud::connect(config.stack()).await;
    let edge = cloud.secret(SecretName::Edge).await?;
    let store = Store::new(&cloud, config.stack());
    let (settings, calls) = (SettingsCache::new(store.settings_loader()), store.clone());
    let edge = Edge::new("{name}", &edge, settings, move || calls.calls());
    let step = &{step} {{ store }};
    serve(edge, move |call| async move {{ handle(step, &call).await }}).await
}}
"#
    )
}

fn lib_rs(name: &str) -> String {
    let step = type_name(name);
    format!(
        r"//! `{name}`: what it is for, and what it deliberately does not do.

use regain_http::{{Answer, Call, Problem, ProblemCode}};
use regain_store::Store;

/// What this step needs.
pub struct {step} {{
    /// The tables.
    pub store: Store,
}}

/// Answers one request.
pub async fn handle(_: &{step}, _: &Call) -> Result<Answer, Problem> {{
    Err(Problem::new(ProblemCode::NotFound))
}}
"
    )
}
