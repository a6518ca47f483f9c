use std::collections::BTreeSet;
use std::io::Write;
use std::net::Ipv4Addr;
use std::process::Command;

use regain_tests::{ACCOUNTS, after, operations, plain};
use serde_json::Value;

use crate::codes::GUESSED;
use crate::office::IMPORTED;
use crate::story::{ADDRESS, MOVED, PHONE, Story, lived};

/// The secrets, and the parts of them that are as good: of a token the MAC, which is all that the
/// tables lack; of a key what no list shows.
fn canaries(story: &Story) -> Vec<String> {
    let macs = story.secrets.iter().filter(|secret| secret.len() == 47);
    let macs: Vec<String> = macs.map(|token| token[19..45].to_owned()).collect();
    let keys = story.secrets.iter().filter(|secret| secret.starts_with("rk_"));
    let keys: Vec<String> = keys.map(|key| key[key.len() - 48..].to_owned()).collect();
    assert_eq!(keys.len(), 5, "the world's three, a tenant's first, a till's");
    let is_code =
        |secret: &&String| secret.len() == 8 && secret.bytes().all(|at| at.is_ascii_digit());
    assert!(story.secrets.iter().filter(is_code).count() > 4, "four are sent, and a wrong one");
    let all: Vec<String> = story.secrets.iter().cloned().chain(macs).chain(keys).collect();
    assert!(all.len() > 50, "the story has secrets to be found: {}", all.len());
    all.into_iter().map(|canary| canary.to_lowercase()).collect()
}

/// What tells who somebody is.
fn names() -> Vec<String> {
    let people = ACCOUNTS.iter().flat_map(|account| [account.login, account.last_name]);
    let mut names: Vec<String> = people.map(str::to_lowercase).collect();
    let others = ["nobody@example.com", "jo@example.com", "al@example.com", "ed@example.com"];
    names.extend(others.map(str::to_owned));
    let phones = [PHONE, &PHONE[3..], GUESSED, &GUESSED[6..], "687654321"];
    names.extend([[MOVED, "robin"].as_slice(), &phones].concat().into_iter().map(str::to_owned));
    names.push(Ipv4Addr::from(ADDRESS).to_string());
    names
}

fn found(canaries: &[String], place: &str) -> Vec<String> {
    let place = place.to_lowercase();
    canaries.iter().filter(|canary| is_in(canary, &place)).cloned().collect()
}

/// A code and the answer to a captcha are short enough to stand within a hash by chance: they count
/// as whole words.
fn is_in(canary: &str, place: &str) -> bool {
    let is_part =
        |symbol: Option<char>| symbol.is_some_and(|symbol| symbol.is_ascii_alphanumeric());
    place.match_indices(canary).any(|(at, _)| {
        let (before, after) = (&place[..at], &place[at + canary.len()..]);
        canary.len() > 8 || !is_part(before.chars().next_back()) && !is_part(after.chars().next())
    })
}

const NOTHING: [String; 0] = [];

#[tokio::test]
async fn no_secret_is_in_any_table_stream_or_dead_letter() {
    let story = lived().await;
    let canaries = canaries(&story);
    let at_rest = story.world.cloud.dump().unwrap();
    assert!(at_rest.len() > 50, "{}", at_rest.len());
    for (place, item) in at_rest {
        assert_eq!(found(&canaries, &item.to_string()), NOTHING, "{place}: {item}");
    }
    let dead = story.world.cloud.dead_letters().await;
    assert_eq!(dead.len(), 1);
    assert_eq!(found(&[canaries, names()].concat(), &dead[0].to_string()), NOTHING);
}

#[tokio::test]
async fn a_secret_is_answered_once_by_the_endpoint_whose_answer_it_is() {
    let story = lived().await;
    let canaries = canaries(&story);
    for (endpoint, reply) in &story.replies {
        let mut body = reply.body.clone();
        let own = match *endpoint {
            "click-link" | "check-sms-code" => ["grant"].as_slice(),
            "sign-in" if reply.code() == "password_must_change" => &["grant"],
            "sign-in" | "unlock" | "redeem-magic-link" => &["token", "pending"],
            "finish-sign-in" => &["token", "recovery_code"],
            "enroll-second-step" => &["secret", "otpauth_uri", "qr_svg"],
            "confirm-second-step" => &["recovery_codes", "session"],
            "switch-off-second-step" | "unlink-provider" => &["session"],
            "renew-recovery-codes" => &["recovery_codes"],
            "federated-login" => &["url"],
            "captcha" => &["id", "image_url", "audio_url"],
            "start-recovery" => &["recovery"],
            "set-password" => &["generated_password"],
            "create-tenant" | "create-api-key" => &["api_key"],
            "set-temporary-password" => &["password"],
            "list-tenants" | "list-accounts" | "read-timeline" => &["cursor"],
            _ => &[],
        };
        for own in own {
            body.as_object_mut().and_then(|body| body.remove(*own));
        }
        let mut headers = reply.headers.clone();
        if *endpoint == "callback" {
            headers.remove("location");
        }
        let whole = format!("{body} {headers:?}");
        assert_eq!(found(&canaries, &whole), NOTHING, "{endpoint}: {reply:?}");
    }
}

#[tokio::test]
async fn an_answer_names_nobody_but_the_holder_of_the_clicked_link_or_an_account_to_its_desk() {
    let story = lived().await;
    let mut clicked = 0;
    // What shows accounts to those who look after them.
    let shows = ["create-account", "import-accounts", "list-accounts", "read-account"];
    let unlocks = ["unlock-account"];
    let changes = ["change-account", "block-account", "unblock-account", "second-step-off"];
    let shows = [shows.as_slice(), &changes, &unlocks].concat();
    let others = story.replies.iter().filter(|(endpoint, _)| !shows.contains(endpoint));
    for (endpoint, reply) in others {
        let mut body = reply.body.clone();
        let own = ["click-link", "session", "enroll-second-step"].contains(endpoint);
        if own && reply.status == 200 {
            clicked += 1;
            for name in ["login", "otpauth_uri"] {
                body.as_object_mut().unwrap().remove(name);
            }
        }
        assert_eq!(found(&names(), &body.to_string()), NOTHING, "{endpoint}: {reply:?}");
    }
    assert!(clicked > 0);
}

#[tokio::test]
async fn no_log_line_of_a_call_holds_a_secret_or_a_name() {
    let story = lived().await;
    let canaries = [canaries(&story), names()].concat();
    assert!(story.replies.iter().any(|(_, reply)| reply.log.get("error").is_some()));
    for (endpoint, reply) in &story.replies {
        assert_eq!(found(&canaries, &reply.log.to_string()), NOTHING, "{endpoint}: {reply:?}");
    }
}

/// What a hash of a password or of a key is made of, wherever it stands; and the one imported.
fn hashes(story: &Story) -> Vec<String> {
    let mut hashes = vec![IMPORTED.to_lowercase()];
    for (_, item) in story.world.cloud.dump().unwrap() {
        for name in ["password_phc", "history_salt", "hash"] {
            hashes.extend(item[name]["S"].as_str().map(str::to_lowercase));
        }
        let history = item["history"]["L"].as_array();
        let entries = history.into_iter().flatten().filter_map(|entry| entry["S"].as_str());
        hashes.extend(entries.map(str::to_lowercase));
    }
    assert!(hashes.len() > 15, "{}", hashes.len());
    hashes
}

#[tokio::test]
async fn no_hash_or_salt_is_in_an_answer_or_a_log() {
    let story = lived().await;
    let hashes = hashes(&story);
    for (endpoint, reply) in &story.replies {
        let whole = format!("{} {:?} {}", reply.body, reply.headers, reply.log);
        assert_eq!(found(&hashes, &whole), NOTHING, "{endpoint}: {reply:?}");
    }
}

/// What two cursors of one place have in common would tell of the place.
#[tokio::test]
async fn a_cursor_shows_nothing_and_every_operation_was_searched() {
    let story = lived().await;
    let cursors = story.replies.iter().filter_map(|(_, reply)| reply.body["cursor"].as_str());
    let cursors: Vec<&str> = cursors.collect();
    assert!(cursors.len() >= 5, "{cursors:?}");
    let mut parts = BTreeSet::new();
    for cursor in &cursors {
        let own: BTreeSet<&str> = (8..=cursor.len()).map(|end| &cursor[end - 8..end]).collect();
        assert_eq!(own.intersection(&parts).collect::<Vec<_>>(), [] as [&&str; 0], "{cursors:?}");
        parts.extend(own);
    }
    let lived: BTreeSet<&str> = story.replies.iter().map(|(endpoint, _)| *endpoint).collect();
    let all = operations().map(|(_, operation)| operation.id).filter(|id| *id != "jwks.json");
    assert_eq!(lived, all.collect());
}

const SECRET: &str = "SECRET ";

/// Set in the process that lives the day.
const CHILD: &str = "REGAIN_TESTS_CHILD";

/// What `process-outbox` logs goes to its output, so this test starts itself once more, lives the
/// day there, and searches what came out.
#[tokio::test]
async fn the_log_of_process_outbox_holds_no_secret_and_no_name() {
    if std::env::var_os(CHILD).is_some() {
        let story = lived().await;
        for canary in canaries(&story) {
            writeln!(std::io::stdout().lock(), "{SECRET}{canary}").unwrap();
        }
        return;
    }
    let this = "canaries::the_log_of_process_outbox_holds_no_secret_and_no_name";
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", this, "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    assert!(child.status.success(), "{child:?}");
    let output =
        String::from_utf8(child.stdout).unwrap() + &String::from_utf8(child.stderr).unwrap();
    let (secrets, lines): (Vec<&str>, Vec<&str>) =
        output.lines().partition(|line| line.starts_with(SECRET));
    let mut canaries: Vec<String> =
        secrets.iter().map(|line| line[SECRET.len()..].to_owned()).collect();
    canaries.extend(names());
    assert!(canaries.len() > 40, "{canaries:?}");
    let logged = lines.join("\n");
    // The local SES and SNS name the recipient in a refusal, as those of AWS do.
    let told = ["a notice was not taken", "MessageRejected", "work was put off"];
    for told in told.into_iter().chain(["a code was not taken", "AuthorizationError"]) {
        assert!(logged.contains(told), "{told} is not in {logged}");
    }
    assert_eq!(found(&canaries, &logged), NOTHING, "{logged}");
}

#[tokio::test]
async fn tokens_outbox_stream_and_timeline_name_nobody_but_in_a_live_link() {
    let story = lived().await;
    let (mut live, mut dead) = (0, 0);
    for (place, mut item) in story.world.cloud.dump().unwrap() {
        if ["accounts", "tenants"].iter().any(|table| place.ends_with(table)) {
            continue;
        }
        if item.get("link_id").is_some() && place.ends_with("tokens") {
            let login = item.as_object_mut().unwrap().remove("login");
            let died = item.get("died_at").is_some();
            // Nobody needs the name behind a link that was never mailed.
            let by_code = item["purpose"]["S"].as_str().unwrap().starts_with("code_");
            assert_eq!(login.is_none(), died || by_code, "{item}");
            *(if died { &mut dead } else { &mut live }) += 1;
        }
        assert_eq!(found(&names(), &item.to_string()), NOTHING, "{place}: {item}");
    }
    assert!(live > 0 && dead > 2, "{live} live, {dead} dead");
}

#[tokio::test]
async fn what_is_swept_says_when_in_seconds_and_within_a_year_or_so() {
    let story = lived().await;
    let (soonest, latest) = (after(0).as_second(), after(400 * 24 * 3600).as_second());
    for table in ["tokens", "outbox", "timeline"] {
        let items = story.world.cloud.items(table).unwrap();
        let items: Vec<Value> = items.iter().map(plain).collect();
        let items: Vec<&Value> =
            items.iter().filter(|item| item["pk"] != "demo#outbox#poison").collect();
        assert!(!items.is_empty(), "{table}");
        for item in items {
            let ttl = item["ttl"].as_i64();
            // What is left of a tenant is not forgotten before it is gone.
            if item["work"] == "tenant_deleted" {
                assert_eq!(ttl, None, "{item}");
                continue;
            }
            assert!(ttl.is_some_and(|ttl| (soonest..latest).contains(&ttl)), "{table}: {item}");
        }
    }
    for table in ["tenants", "accounts"] {
        let swept = story.world.cloud.items(table).unwrap();
        assert!(swept.iter().all(|item| item.get("ttl").is_none()), "{table}");
    }
}
