//! `cargo xtask operator-key`: keys of the operator, whom no other key can make one for. The first
//! key of an installation comes from here.
//!
//! Who may use it is who may write the `tenants` table: on AWS the holder of credentials with
//! `dynamodb:PutItem`, `Query` and `DeleteItem` on `{stack}-tenants`; on this machine, anyone. What
//! it deliberately does not do: take a key's text from anywhere, or keep it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use regain_domain::{
    api_key::{ApiKeyId, Role},
    tenant::TenantId,
};
use regain_http::log::chain;
use regain_local::ADMIN;
use regain_store::{Cloud, Store, StoreError, StoredApiKey, Written};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::{
    api_keys, paths,
    up::{
        options::{default_state, path, unknown},
        ready,
    },
};

/// What the command takes.
pub(crate) const OPTIONS: &str = "  --name TEXT          what the key is for; shown in the list
  --list               show the keys there are: what each begins with, never its text
  --revoke ID          end a key; it is refused from the next call on
  --ready-file PATH    of the `cargo xtask up` or `cloud` that is meant (target/regain/ready.json)
  --stack NAME         of a stack on AWS, reached by the standard environment: AWS_PROFILE,
                       AWS_REGION, credentials with dynamodb:PutItem, Query and DeleteItem on
                       the table NAME-tenants";

/// Bytes of a name, as in the API.
const NAME_BYTES_MAX: usize = 100;

/// What to do.
#[derive(Debug, PartialEq, Eq)]
enum Action {
    Make(Option<String>),
    List,
    Revoke(ApiKeyId),
}

/// Whose keys.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// The local cloud of which this file tells.
    Local(PathBuf),
    /// The tables of this stack.
    Aws(String),
}

/// Makes a key and prints it, and nothing else, on standard output; or lists or revokes.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let (action, place) = read(arguments).map_err(|why| format!("{why}\n{OPTIONS}"))?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let store = open(&place).await?;
        act(&store, action).await.map_err(|error| told(&error, &place))?
    })
}

fn read(arguments: &[String]) -> Result<(Action, Place), String> {
    let (mut name, mut list, mut revoke) = (None, false, None);
    let (mut stack, mut ready_file) = (None, None);
    let mut rest = arguments.iter();
    while let Some(option) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("{option} needs a value"));
        match option.as_str() {
            "--name" => name = Some(key_name(value()?)?),
            "--list" => list = true,
            "--revoke" => revoke = Some(key_id(value()?)?),
            "--stack" => stack = Some(value()?.clone()),
            "--ready-file" => ready_file = Some(path(value()?)?),
            _ => return Err(unknown(option)),
        }
    }
    let action = match (name, list, revoke) {
        (name, false, None) => Action::Make(name),
        (None, true, None) => Action::List,
        (None, false, Some(id)) => Action::Revoke(id),
        _ => return Err("--name, --list and --revoke do not go together".to_owned()),
    };
    let place = match (stack, ready_file) {
        (None, ready_file) => {
            Place::Local(ready_file.unwrap_or_else(|| default_state().join(ready::FILE)))
        }
        (Some(stack), None) => Place::Aws(stack),
        (Some(_), Some(_)) => {
            return Err("--stack is for AWS, and --ready-file for this machine".to_owned());
        }
    };
    Ok((action, place))
}

fn key_name(text: &str) -> Result<String, String> {
    let is_one_line = !text.trim().is_empty() && !text.chars().any(char::is_control);
    if is_one_line && text.len() <= NAME_BYTES_MAX {
        Ok(text.to_owned())
    } else {
        Err(format!("--name takes one line of at most {NAME_BYTES_MAX} bytes"))
    }
}

fn key_id(text: &str) -> Result<ApiKeyId, String> {
    ApiKeyId::parse(text)
        .ok_or_else(|| "--revoke takes an id of 16 symbols: --list shows them".to_owned())
}

async fn open(place: &Place) -> Result<Store, String> {
    let (cloud, stack) = match place {
        Place::Local(ready_file) => {
            let endpoint = endpoint_in(ready_file)?;
            let stack = regain_local::Options::default().stack;
            (Cloud::with(regain_local::sdk(&endpoint, ADMIN).await, &stack), stack)
        }
        Place::Aws(stack) => {
            let cloud = Cloud::connect(stack).await;
            if cloud.sdk().region().is_none() {
                return Err(
                    "which region? Set AWS_REGION, or AWS_PROFILE to a profile that has one"
                        .to_owned(),
                );
            }
            (cloud, stack.clone())
        }
    };
    Ok(Store::new(&cloud, &stack))
}

fn endpoint_in(ready_file: &Path) -> Result<String, String> {
    let shown = paths::short(ready_file);
    let text = fs::read_to_string(ready_file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!(
            "there is no {shown}: start `cargo xtask up` first, or name its --ready-file, or a \
             --stack on AWS"
        ),
        _ => format!("{shown}: {error}"),
    })?;
    let ready: Option<Value> = serde_json::from_str(&text).ok();
    let endpoint = ready.as_ref().and_then(|ready| ready.get("dynamodb")?.as_str());
    endpoint.map(str::to_owned).ok_or_else(|| format!("{shown} is not a ready file"))
}

async fn act(store: &Store, action: Action) -> Result<Result<(), String>, StoreError> {
    let installation = TenantId::installation();
    match action {
        Action::Make(name) => {
            let made = api_keys::make(&installation, Role::Operator, name.as_deref());
            let Written::Done = store.create_api_key(&installation, &made.stored).await? else {
                return Ok(Err("there is a key with this id already: try again".to_owned()));
            };
            eprintln!(
                "The key of the operator with the id {} is below. It is shown this once and may do \
                 everything; `--revoke {0}` ends it.",
                made.stored.id
            );
            println!("{}", made.text.expose_secret());
        }
        Action::List => print_list(&store.api_keys(&installation).await?),
        Action::Revoke(id) => {
            if !store.revoke_api_key(&installation, &id).await? {
                return Ok(Err(format!(
                    "there is no key of the operator with the id {id}: --list shows those there are"
                )));
            }
            eprintln!("The key {id} is revoked; it is refused from the next call on.");
        }
    }
    Ok(Ok(()))
}

fn print_list(keys: &[StoredApiKey]) {
    if keys.is_empty() {
        eprintln!("There is no key of the operator; without --list, one is made.");
        return;
    }
    println!("{:<16}  {:<14}  {:<20}  {:<20}  name", "id", "prefix", "created", "last used");
    for StoredApiKey { id, prefix, name, created_at, last_used_at, .. } in keys {
        let used = last_used_at.map_or_else(|| "never".to_owned(), |at| format!("{at:.0}"));
        let name = name.as_deref().unwrap_or("-");
        println!("{:<16}  {prefix:<14}  {created_at:.0}  {used:<20}  {name}", id.as_str());
    }
}

/// What a person can do about it, and then what the store said.
fn told(error: &StoreError, place: &Place) -> String {
    let said = chain(error).to_string();
    let remedy = match place {
        Place::Local(ready_file) => format!(
            "the local cloud does not answer: is the `cargo xtask up` that wrote {} still running?",
            paths::short(ready_file)
        ),
        Place::Aws(stack) => on_aws(stack, &said),
    };
    format!("{remedy}\n  {said}")
}

/// The store names the cause in the texts of its chain, and nowhere else outside its own crate.
fn on_aws(stack: &str, said: &str) -> String {
    let says = |word: &str| said.contains(word);
    if says("ResourceNotFoundException") {
        format!("there is no table {stack}-tenants in this region: is the stack's name right?")
    } else if says("AccessDeniedException") {
        format!(
            "these credentials may not do that: it takes dynamodb:PutItem, dynamodb:Query and \
             dynamodb:DeleteItem on the table {stack}-tenants"
        )
    } else if says("UnrecognizedClientException")
        || says("ExpiredToken")
        || says("InvalidSignature")
    {
        "AWS does not accept these credentials: are they out of date?".to_owned()
    } else if says("redential") || says("feature") {
        // The SDK is built without single sign-on, and says that a feature is missing.
        "no credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; those of a \
         single sign-on come by `aws configure export-credentials --format env`"
            .to_owned()
    } else {
        format!("AWS does not answer for the stack {stack}: are network, region and time right?")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<(Action, Place), String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        read(&words)
    }

    #[test]
    fn without_options_a_key_is_made_here() {
        let ready = default_state().join("ready.json");
        assert_eq!(parse(&[]), Ok((Action::Make(None), Place::Local(ready))));
        let (_, place) = parse(&["--stack", "prod", "--list"]).unwrap();
        assert_eq!(place, Place::Aws("prod".to_owned()));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for words in [
            &["--list", "--revoke", "0123456789abcdef"][..],
            &["--list", "--name", "x"],
            &["--name", "x", "--revoke", "0123456789abcdef"],
            &["--stack", "prod", "--ready-file", "r"],
            &["--revoke", "0123456789abcde"],
            &["--revoke"],
            &["--stack"],
            &["prod"],
        ] {
            assert!(parse(words).is_err(), "{words:?}");
        }
    }

    #[test]
    fn a_name_is_one_line_of_at_most_a_hundred_bytes() {
        let longest = "n".repeat(NAME_BYTES_MAX);
        assert_eq!(key_name(&longest), Ok(longest.clone()));
        for wrong in ["", "  ", "a\nb", &format!("{longest}n")] {
            assert!(key_name(wrong).is_err(), "{wrong:?}");
        }
    }
}
