//! Nothing of an app's secret, of codes, or of what is pending is anywhere but in the one answer that
//! shows it.

use std::io::Write;
use std::process::Command;

use regain_local::{Chaos, SenderChaos, SenderError};
use regain_tests::{App, Reply, World, after};
use serde_json::{Value, json};

use crate::{MO, OLD, start, wrong};

/// A day with an app, and every secret that was in play.
#[derive(Default)]
struct Day {
    replies: Vec<(&'static str, Reply)>,
    secrets: Vec<String>,
    codes: Vec<String>,
}

impl Day {
    async fn call(
        &mut self,
        world: &World,
        seconds: i64,
        (endpoint, session): (&'static str, &str),
        body: Value,
    ) -> Reply {
        let reply = world.signed_in(after(seconds), session, endpoint, body.clone()).await;
        for name in ["pending", "token", "secret", "recovery_code"] {
            self.secrets.extend(reply.body[name].as_str().map(str::to_owned));
        }
        self.secrets.extend(reply.body["session"]["token"].as_str().map(str::to_owned));
        let shown = reply.body["recovery_codes"].as_array().into_iter().flatten();
        self.secrets.extend(shown.map(|code| code.as_str().unwrap().to_owned()));
        let typed = body["code"].as_str().map(str::to_owned);
        let list = if typed.as_ref().is_some_and(|code| code.len() == 6) {
            &mut self.codes
        } else {
            &mut self.secrets
        };
        list.extend(typed);
        self.replies.push((endpoint, reply.clone()));
        reply
    }

    async fn signs_in(&mut self, world: &World, seconds: i64, code: &str) -> Reply {
        let body = json!({"login": MO, "password": OLD});
        let asked = self.call(world, seconds, ("sign-in", ""), body).await;
        let body = json!({"pending": asked.text("pending"), "code": code});
        self.call(world, seconds, ("finish-sign-in", ""), body).await
    }

    /// Every spelling of them: a secret's bytes in hexadecimal, a recovery code without its dashes.
    fn canaries(&self) -> Vec<String> {
        let mut all = self.secrets.clone();
        all.extend(self.secrets.iter().map(|secret| secret.replace('-', "")));
        let base32 = self.secrets.iter().filter(|secret| secret.len() == 32);
        for secret in base32 {
            let bytes = totp_rs::Secret::try_from_base32(secret).unwrap();
            all.push(bytes.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        all.retain(|canary| !canary.is_empty());
        all.into_iter().map(|canary| canary.to_lowercase()).collect()
    }
}

async fn lived() -> (World, Day) {
    let (world, app) = start(|_| {}).await;
    let mut day = Day::default();
    day.secrets.extend(app.recovery_codes.iter().cloned());
    day.secrets.push(app.session.clone());
    let session = app.session.as_str();
    day.signs_in(&world, 60, &wrong(&app, 60)).await;
    day.signs_in(&world, 60, &app.code(after(60))).await;
    day.signs_in(&world, 61, &app.code(after(60))).await;
    day.signs_in(&world, 62, &app.recovery_codes[0]).await;
    let with = |code: String| json!({"password": OLD, "code": code});
    let renew = ("renew-recovery-codes", session);
    day.call(&world, 90, renew, with(wrong(&app, 90))).await;
    day.call(&world, 90, renew, with(app.code(after(90)))).await;
    let begun =
        day.call(&world, 120, ("enroll-second-step", session), with(app.code(after(120)))).await;
    let other = App::new(begun.text("secret"));
    let confirm = ("confirm-second-step", session);
    day.call(&world, 121, confirm, json!({"code": wrong(&other, 121)})).await;
    let on = day.call(&world, 121, confirm, json!({"code": other.code(after(121))})).await;
    let session = on.body["session"]["token"].as_str().unwrap();
    let ses = SenderChaos { fail_next: 1, error: SenderError::Rejected, ..SenderChaos::default() };
    world.cloud.set_chaos(Chaos { ses, ..Chaos::default() });
    world.deliver(after(122)).await;
    for _ in 0..5 {
        day.signs_in(&world, 150, &wrong(&other, 150)).await;
    }
    world.deliver(after(151)).await;
    let recovery = on.body["recovery_codes"][0].as_str().unwrap().to_owned();
    day.call(&world, 152, ("switch-off-second-step", session), with(recovery)).await;
    let ok = day.replies.iter().filter(|(_, reply)| reply.status == 200).count();
    assert!(ok > 12 && day.secrets.len() > 40 && day.codes.len() > 8, "{ok}");
    // One begun and not confirmed is at rest, too; and some work waits.
    let session = world.session_of(after(153), MO, OLD).await;
    day.call(&world, 153, ("enroll-second-step", &session), json!({"password": OLD})).await;
    (world, day)
}

/// A short code may stand within a number by chance: it counts as a whole word.
fn has_word(place: &str, word: &str) -> bool {
    place.match_indices(word).any(|(at, _)| {
        let is_part = |symbol: Option<char>| symbol.is_some_and(char::is_alphanumeric);
        let (before, after) = (&place[..at], &place[at + word.len()..]);
        !is_part(before.chars().next_back()) && !is_part(after.chars().next())
    })
}

fn assert_clean(canaries: &[String], codes: &[String], what: &str, place: &str) {
    let place = place.to_lowercase();
    let found: Vec<&String> = canaries.iter().filter(|canary| place.contains(*canary)).collect();
    assert!(found.is_empty(), "{found:?} in {what}: {place}");
    let found: Vec<&String> = codes.iter().filter(|code| has_word(&place, code)).collect();
    assert!(found.is_empty(), "{found:?} in {what}: {place}");
}

#[tokio::test]
async fn nothing_of_them_is_in_any_table_stream_mail_or_log() {
    let (world, day) = lived().await;
    let canaries = day.canaries();
    let at_rest = world.cloud.dump().unwrap();
    assert!(at_rest.iter().any(|(place, _)| place.starts_with("stream of")));
    assert!(at_rest.iter().any(|(_, item)| item.to_string().contains("enrolment")));
    for (place, item) in at_rest {
        assert_clean(&canaries, &day.codes, &place, &item.to_string());
    }
    for mail in world.cloud.messages(None) {
        assert_clean(&canaries, &day.codes, "a mail", &format!("{mail:?}"));
    }
    for (endpoint, reply) in &day.replies {
        assert_clean(&canaries, &day.codes, endpoint, &reply.log.to_string());
        if reply.status >= 400 {
            assert_clean(&canaries, &day.codes, endpoint, &reply.body.to_string());
        }
    }
}

const SECRET: &str = "SECRET ";
const CODE: &str = "CODE ";
/// Set in the process that lives the day.
const CHILD: &str = "REGAIN_TESTS_CHILD";

/// What `process-outbox` logs goes to its output, so this test starts itself once more, lives the
/// day there, and searches what came out.
#[tokio::test]
async fn the_log_of_process_outbox_holds_none_of_them() {
    if std::env::var_os(CHILD).is_some() {
        let (_, day) = lived().await;
        for canary in day.canaries() {
            writeln!(std::io::stdout().lock(), "{SECRET}{canary}").unwrap();
        }
        for code in day.codes {
            writeln!(std::io::stdout().lock(), "{CODE}{code}").unwrap();
        }
        return;
    }
    let this = "secrets::the_log_of_process_outbox_holds_none_of_them";
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", this, "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    assert!(child.status.success(), "{child:?}");
    let output =
        String::from_utf8(child.stdout).unwrap() + &String::from_utf8(child.stderr).unwrap();
    let of = |mark: &str| -> Vec<String> {
        output.lines().filter_map(|line| line.strip_prefix(mark)).map(str::to_owned).collect()
    };
    let (canaries, codes) = (of(SECRET), of(CODE));
    assert!(canaries.len() > 40 && codes.len() > 8);
    let is_log = |line: &&str| !line.starts_with(SECRET) && !line.starts_with(CODE);
    let logged: Vec<&str> = output.lines().filter(is_log).collect();
    let refused = "a notice was not taken";
    assert!(logged.iter().any(|line| line.contains(refused)), "{logged:?}");
    assert_clean(&canaries, &codes, "the log", &logged.join("\n"));
}
