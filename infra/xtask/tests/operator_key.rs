//! `cargo xtask operator-key` as a person runs it, against a local cloud in memory: once by a ready
//! file, and once by the environment in which AWS is reached.
#![cfg(test)]

use std::{fs, path::PathBuf, process::Command};

use regain_domain::{TenantId, api_key, api_key::ApiKey, api_key::Role};
use regain_http::now;
use regain_local::{ADMIN, Cloud, Options};
use regain_store::Store;
use serde_json::json;

/// A local cloud, and the file that tells of it; gone when dropped.
struct Here {
    cloud: Cloud,
    ready_file: PathBuf,
}

/// How the command ended.
struct Ran {
    success: bool,
    stdout: String,
    stderr: String,
}

impl Here {
    fn start(test: &str) -> Self {
        let cloud = Cloud::start(Options::default()).unwrap();
        let name = format!("operator-key-{test}-{}.json", std::process::id());
        let ready_file = std::env::temp_dir().join(name);
        let ready = json!({"dynamodb": cloud.endpoint()});
        fs::write(&ready_file, ready.to_string()).unwrap();
        Self { cloud, ready_file }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let ready_file = self.ready_file.to_str().unwrap();
        run(&[arguments, &["--ready-file", ready_file]].concat(), &[])
    }

    /// As on AWS, for the holder of this access key.
    fn run_on_stack(&self, stack: &str, access_key: &str) -> Ran {
        let environment = [
            ("AWS_ENDPOINT_URL_DYNAMODB", self.cloud.endpoint()),
            ("AWS_REGION", regain_local::REGION),
            ("AWS_ACCESS_KEY_ID", access_key),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ];
        run(&["--stack", stack], &environment)
    }

    /// Who the edge would find behind a key.
    async fn found(&self, key: &str) -> Option<ApiKey> {
        let cloud = regain_store::Cloud::with(self.cloud.sdk(ADMIN).await, "regain");
        let credential = api_key::read(key).unwrap();
        assert_eq!(credential.tenant, TenantId::installation());
        Store::new(&cloud, "regain").use_api_key(&credential, now()).await.unwrap()
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.ready_file);
    }
}

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("operator-key")
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        success: output.status.success(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

#[tokio::test]
async fn a_key_is_found_until_it_is_revoked_and_is_the_only_word_on_stdout() {
    let here = Here::start("life");
    let made = here.run(&["--name", "the first one"]);
    assert!(made.success, "{}", made.stderr);
    let key = made.stdout.strip_suffix('\n').unwrap();
    let found = here.found(key).await.unwrap();
    assert_eq!(found.role, Role::Operator);
    assert!(made.stderr.contains(found.id.as_str()) && !made.stderr.contains(key));

    let listed = here.run(&["--list"]);
    assert!(listed.stdout.contains(found.id.as_str()), "{}", listed.stdout);
    assert!(listed.stdout.contains("the first one") && !listed.stdout.contains(key));

    let revoked = here.run(&["--revoke", found.id.as_str()]);
    assert!(revoked.success && revoked.stdout.is_empty(), "{}", revoked.stderr);
    assert!(here.found(key).await.is_none());
    let again = here.run(&["--revoke", found.id.as_str()]);
    assert!(!again.success && again.stderr.contains("there is no key"), "{}", again.stderr);
}

#[tokio::test]
async fn two_runs_make_two_keys_and_both_work() {
    let here = Here::start("two");
    let keys = [here.run(&[]).stdout, here.run(&[]).stdout];
    assert_ne!(keys[0], keys[1]);
    for key in keys {
        assert!(here.found(key.trim_end()).await.is_some());
    }
}

#[tokio::test]
async fn on_aws_the_standard_environment_is_used_and_nothing_else() {
    let here = Here::start("aws");
    let made = here.run_on_stack("regain", ADMIN);
    assert!(made.success, "{}", made.stderr);
    assert!(here.found(made.stdout.trim_end()).await.is_some());
    let nowhere = run(&["--stack", "regain"], &[]);
    assert!(!nowhere.success && nowhere.stderr.contains("which region?"), "{}", nowhere.stderr);
    let nobody = run(&["--stack", "regain"], &[("AWS_REGION", regain_local::REGION)]);
    assert!(!nobody.success && nobody.stderr.contains("no credentials"), "{}", nobody.stderr);
}

#[test]
fn what_is_wrong_is_said_in_words_that_help() {
    let here = Here::start("words");
    for (ran, words) in [
        (here.run_on_stack("other", ADMIN), "there is no table other-tenants in this region"),
        (here.run_on_stack("regain", "sign-in"), "dynamodb:PutItem"),
        (here.run_on_stack("regain", "stranger"), "does not accept these credentials"),
        (run(&["--ready-file", "/nowhere/ready.json"], &[]), "start `cargo xtask up` first"),
        (run(&["--ready-file", "/dev/null"], &[]), "is not a ready file"),
    ] {
        assert!(!ran.success && ran.stdout.is_empty(), "{}", ran.stdout);
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
    let help = run(&["--help"], &[]);
    assert!(help.success && help.stdout.contains("--stack NAME"), "{}", help.stdout);
}

#[test]
fn a_cloud_that_has_ended_is_asked_after() {
    let here = Here::start("ended");
    let Here { ready_file, .. } = &here;
    fs::write(ready_file, json!({"dynamodb": "http://127.0.0.1:1"}).to_string()).unwrap();
    let ran = here.run(&[]);
    assert!(!ran.success && ran.stderr.contains("still running?"), "{}", ran.stderr);
}
