//! What must agree, agrees: route table, template, OpenAPI, router, folders, README; and who may
//! depend on whom.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a suite stops where it fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use regain_http::routes::pages::{Opens, PAGES};
use regain_http::routes::{CATCH_ALL_FUNCTION, ROUTES};
use regain_local::Template;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Path and function of every row of the route table, and of every page.
fn rows() -> BTreeMap<String, String> {
    let routes = ROUTES.iter().map(|route| (route.path, route.function));
    let pages = PAGES.iter().map(|page| (page.path, page.function));
    routes.chain(pages).map(|(path, function)| (path.to_owned(), function.to_owned())).collect()
}

fn template() -> Template {
    Template::load("regain").unwrap()
}

/// Everything cargo knows of this workspace.
fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--locked", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_template_routes_what_the_route_table_says() {
    let template = template();
    let mut routed: BTreeMap<String, String> = BTreeMap::new();
    for (route, function) in template.routes() {
        let route = route.strip_prefix("ANY ").unwrap_or(route);
        assert!(routed.insert(route.to_owned(), function.name.clone()).is_none(), "{route} twice");
    }
    let catch_all = routed.remove("$default");
    assert_eq!(catch_all.as_deref(), Some(CATCH_ALL_FUNCTION));
    assert_eq!(routed, rows());
}

#[test]
fn the_local_router_routes_what_the_route_table_says() {
    let metadata = metadata();
    let router = metadata.pointer("/metadata/lambda/watch/router").unwrap().as_object().unwrap();
    let mut routed: BTreeMap<String, String> = router
        .iter()
        .map(|(path, function)| (path.clone(), function.as_str().unwrap().to_owned()))
        .collect();
    for everything_else in ["/", "/{*any}"] {
        assert_eq!(routed.remove(everything_else).as_deref(), Some(CATCH_ALL_FUNCTION));
    }
    assert_eq!(routed, rows());
}

#[test]
fn a_function_has_one_name_everywhere() {
    let folders: BTreeSet<String> = std::fs::read_dir(root().join("functions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let in_template: BTreeSet<String> = template().functions.into_keys().collect();
    assert_eq!(folders, in_template, "folders and template");
    let metadata = metadata();
    let mut binaries = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let path = package["manifest_path"].as_str().unwrap();
        if path.contains("/functions/") {
            let targets = package["targets"].as_array().unwrap().iter();
            let names = targets
                .filter(|target| target["kind"][0] == "bin")
                .map(|target| target["name"].clone());
            binaries
                .insert(package["name"].as_str().unwrap().to_owned(), names.collect::<Vec<_>>());
        }
    }
    let expected: BTreeMap<String, Vec<Value>> =
        folders.iter().map(|name| (name.clone(), vec![name.clone().into()])).collect();
    assert_eq!(binaries, expected, "packages and binaries");
    let without_route = folders.iter().filter(|name| !rows().values().any(|row| row == *name));
    assert_eq!(without_route.collect::<Vec<_>>(), ["process-outbox"], "what no route leads to");
    for name in &folders {
        let main = read(&format!("functions/{name}/src/main.rs"));
        let lib = read(&format!("functions/{name}/src/lib.rs"));
        let named = format!("\"{name}\"");
        assert!(
            main.contains(&named) || lib.contains(&named),
            "the name of {name} in its log lines"
        );
        let manifest = read(&format!("functions/{name}/Cargo.toml"));
        assert!(
            manifest.contains(&format!("AWS_ACCESS_KEY_ID = {named}")),
            "the local key of {name}"
        );
    }
}

#[test]
fn cargo_lambda_builds_the_functions_and_nothing_else() {
    let metadata = metadata();
    let mut built: Vec<String> = metadata["workspace_default_members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| {
            id.as_str()
                .unwrap()
                .split(['#', '@'])
                .next()
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap()
                .to_owned()
        })
        .collect();
    built.sort();
    let functions: Vec<String> = template().functions.into_keys().collect();
    assert_eq!(built, functions);
}

#[test]
fn the_openapi_document_is_what_the_code_says() {
    let written: Value = serde_json::from_str(&read("infra/openapi.json")).unwrap();
    assert_eq!(written, regain_http::openapi::document(), "cargo xtask openapi");
}

/// Pages are for people: what their forms hold is no promise to anybody.
#[test]
fn the_openapi_document_tells_of_no_page() {
    let document = regain_http::openapi::document();
    let paths = document["paths"].as_object().unwrap();
    let told: BTreeSet<&str> = paths.keys().map(String::as_str).collect();
    let routes: BTreeSet<&str> = ROUTES.iter().map(|route| route.path).collect();
    assert_eq!(told, routes);
}

#[test]
fn the_readme_lists_every_page_that_can_be_opened() {
    let readme = read("README.md");
    let first_cell = |line: &str| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned());
    let is_a_page = |path: &String| path.starts_with("/p/") || path.starts_with("/.well-known/");
    let listed: BTreeSet<String> =
        readme.lines().filter_map(first_cell).filter(is_a_page).collect();
    let opened = PAGES.iter().filter(|page| !matches!(page.opens, Opens::Nothing | Opens::Asset));
    let opened: BTreeSet<String> = opened.map(|page| page.path.to_owned()).collect();
    assert_eq!(listed, opened);
}

/// It is read nowhere else, and who is told that it counts must be able to rely on it.
#[test]
fn the_openapi_document_tells_of_if_match_where_it_counts_and_nowhere_else() {
    let document = regain_http::openapi::document();
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap().values());
    let tells = |operation: &&Value| operation.to_string().to_lowercase().contains("if-match");
    let telling: Vec<&Value> = operations.filter(tells).collect();
    let ids: Vec<&Value> = telling.iter().map(|operation| &operation["operationId"]).collect();
    assert_eq!(ids, ["change-settings"]);
    let headers: Vec<(&Value, &Value)> = telling[0]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|parameter| (&parameter["name"], &parameter["in"]))
        .collect();
    assert_eq!(headers, [(&Value::from("If-Match"), &Value::from("header"))]);
}

#[test]
fn the_readme_lists_every_operation() {
    let readme = read("README.md");
    let listed: BTreeSet<(String, String)> = readme
        .lines()
        .filter_map(|line| {
            let mut cells =
                line.strip_prefix("| `")?.split('|').map(|cell| cell.trim().trim_matches('`'));
            let is_a_path = |cell: &&str| cell.contains(" /v1/") || cell.contains(" /admin/v1/");
            let operation = cells.next().filter(is_a_path)?;
            Some((operation.to_owned(), cells.next()?.to_owned()))
        })
        .collect();
    let operations: BTreeSet<(String, String)> = ROUTES
        .iter()
        .flat_map(|route| {
            route.operations.iter().map(|operation| {
                (format!("{} {}", operation.method.as_str(), route.path), route.function.to_owned())
            })
        })
        .collect();
    assert_eq!(listed, operations);
}

/// Who may use whom. What is not in the list is refused.
fn allowed(package: &str, dependency: &str) -> bool {
    const SHARED: [&str; 4] = ["regain-domain", "regain-store", "regain-http", "regain-notices"];
    match package {
        "regain-domain" => false,
        "regain-notices" | "regain-store" => dependency == "regain-domain",
        "regain-http" => ["regain-domain", "regain-notices"].contains(&dependency),
        "regain-local" | "xtask" | "regain-tests" => true,
        _function => SHARED.contains(&dependency),
    }
}

#[test]
fn dependencies_run_one_way() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let house: BTreeSet<&str> =
        packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let normal = package["dependencies"].as_array().unwrap().iter();
        let normal = normal.filter(|dependency| dependency["kind"].is_null());
        for dependency in normal.map(|dependency| dependency["name"].as_str().unwrap()) {
            if house.contains(dependency) {
                assert!(allowed(name, dependency), "{name} must not use {dependency}");
            }
            // Each service's SDK has one room, and so has what only one step can do.
            let room = match dependency {
                "aws-sdk-dynamodb" | "aws-sdk-secretsmanager" => "regain-store",
                "aws-sdk-sesv2" | "aws-sdk-sns" | "aws-sdk-pinpointsmsvoicev2" => "process-outbox",
                "openidconnect" => "federated-login",
                "qrcode" => "second-step",
                "png" | "hound" => "captcha",
                "tokio" | "lambda_http" | "aws-config" if name == "regain-domain" => "nobody pure",
                _ => name,
            };
            assert_eq!(name, room, "{dependency} belongs to {room}");
        }
    }
}

#[test]
fn every_function_holds_only_the_secrets_it_needs() {
    let held: BTreeMap<String, BTreeSet<String>> = template()
        .functions
        .into_iter()
        .map(|(name, function)| {
            let secrets = function
                .grants
                .into_iter()
                .filter(|grant| grant.action.ends_with("GetSecretValue"));
            let short = |arn: String| {
                let (_, name) = arn.rsplit_once('/').unwrap();
                // An ARN ends in the name, a dash and six characters.
                name.rsplit_once('-').unwrap().0.to_owned()
            };
            (name, secrets.map(|grant| short(grant.resource)).collect())
        })
        .collect();
    let expected = [
        ("captcha", vec!["edge"]),
        ("check-sms-code", vec!["edge", "links"]),
        ("click-link", vec!["edge", "links"]),
        ("federated-login", vec!["at-rest", "edge", "links", "sessions"]),
        ("magic-login", vec!["edge", "links", "sessions"]),
        ("manage-accounts", vec!["edge", "links"]),
        ("manage-tenants", vec!["at-rest", "edge"]),
        ("process-outbox", vec!["links"]),
        ("request-reset", vec!["edge", "links"]),
        ("second-step", vec!["at-rest", "edge", "sessions"]),
        ("send-sms-code", vec!["edge", "links"]),
        ("set-password", vec!["edge", "links"]),
        ("sign-in", vec!["at-rest", "edge", "links", "sessions"]),
        ("start-recovery", vec!["edge", "links"]),
        ("unlock", vec!["edge", "links", "sessions"]),
    ];
    let expected = expected
        .map(|(name, secrets)| (name.to_owned(), secrets.into_iter().map(str::to_owned).collect()));
    assert_eq!(held, BTreeMap::from(expected));
}

#[test]
fn a_why_stands_beside_every_dependency() {
    let manifest = read("Cargo.toml");
    let (_, table) = manifest.split_once("[workspace.dependencies]").unwrap();
    let (table, _) = table.split_once("\n[workspace.").unwrap();
    for line in table.lines().filter(|line| line.contains(" = ") && !line.contains("path = ")) {
        assert!(line.contains(" # "), "no why: {line}");
    }
}
