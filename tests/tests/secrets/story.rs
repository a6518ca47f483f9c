//! A day at a tenant, with everything going wrong that can: what it leaves behind is searched.

use jiff::Timestamp;
use regain_local::{Chaos, DynamoDbChaos, SenderChaos, SenderError};
use regain_tests::{ACCOUNTS, Reply, Request, World, after};
use serde_json::{Value, json};

use crate::{codes, office, signing_in};

pub(crate) const PHONE: &str = "+31612345678";
pub(crate) const MOVED: &str = "anneke@example.com";
pub(crate) const ADDRESS: [u8; 4] = [203, 0, 113, 99];

/// What happened, and every secret that was in play.
pub(crate) struct Story {
    pub(crate) world: World,
    pub(crate) replies: Vec<(&'static str, Reply)>,
    pub(crate) secrets: Vec<String>,
}

impl Story {
    pub(crate) async fn post(
        &mut self,
        now: Timestamp,
        endpoint: &'static str,
        body: Value,
    ) -> Reply {
        let request = Request { source_ip: Some(ADDRESS.into()), ..Request::post(endpoint, &body) };
        let reply = self.world.send(now, &request).await;
        let asked = ["password", "token", "grant", "recovery", "code", "pending", "handover"];
        let answered =
            ["token", "grant", "recovery", "generated_password", "pending", "recovery_code"];
        let asked = asked.map(|name| body[name].as_str());
        let answered = answered.map(|name| reply.body[name].as_str());
        let given = asked.into_iter().chain(answered).flatten();
        let secrets = given.filter(|text| !text.is_empty());
        self.secrets.extend(secrets.map(str::to_owned));
        self.replies.push((endpoint, reply.clone()));
        reply
    }

    /// Asks, has it delivered, and gives the tokens in the newest mail: of the link, of "not me".
    async fn mailed(&mut self, now: Timestamp, login: &str) -> (String, String) {
        self.post(now, "request-reset", json!({"login": login})).await;
        self.world.deliver(now).await;
        let tokens = (self.world.newest_token(login), self.world.newest_not_me(login));
        self.secrets.extend([tokens.0.clone(), tokens.1.clone()]);
        tokens
    }

    /// Every token that is read anywhere, damaged and whole.
    pub(crate) async fn handed_in(&mut self, now: Timestamp, token: &str) {
        for endpoint in ["check-link", "click-link", "withdraw-link", "request-reset"] {
            let (body, last) = token.split_at(token.len() - 1);
            let damaged = format!("{body}{}", if last == "0" { "1" } else { "0" });
            self.post(now, endpoint, json!({"token": damaged})).await;
            self.post(now, endpoint, json!({"token": token})).await;
        }
        self.post(now, "set-password", json!({"grant": token, "password": "Stolen-12345"})).await;
    }

    pub(crate) async fn sign_in(&mut self, now: Timestamp, login: &str, password: &str) -> u16 {
        self.post(now, "sign-in", json!({"login": login, "password": password})).await.status
    }
}

/// Lives the day.
pub(crate) async fn lived() -> Story {
    let world = World::with(|settings| {
        settings.limits.per_login_and_address_hour = 50;
        settings.limits.mails_per_login_hour = 50;
        settings.limits.codes_per_account_day = 50;
        settings.temporary_passwords_enabled = true;
        settings.code.digits = 8;
    })
    .await;
    let mut story = Story { world, replies: Vec::new(), secrets: Vec::new() };
    story.secrets.extend(ACCOUNTS.iter().filter_map(|account| account.password).map(str::to_owned));
    for ring in ["links", "sessions", "edge", "at-rest"] {
        let ring: Value = serde_json::from_str(&story.world.cloud.secret(ring).unwrap()).unwrap();
        let keys = ring.as_object().unwrap().values().filter_map(Value::as_str);
        story.secrets.extend(keys.filter(|key| key.len() > 20).map(str::to_owned));
    }
    // Boxed, for together they are more than the stack of a thread.
    Box::pin(a_password_is_changed(&mut story)).await;
    Box::pin(links_die(&mut story)).await;
    Box::pin(things_break(&mut story)).await;
    Box::pin(codes::recovers(&mut story)).await;
    Box::pin(signing_in::signs_in(&mut story)).await;
    Box::pin(office::works(&mut story)).await;
    Box::pin(work_is_left_lying(&mut story)).await;
    what_was_sent(&mut story);
    story.secrets.sort();
    story.secrets.dedup();
    story
}

/// The tokens of every link and every code, whoever had them sent.
fn what_was_sent(story: &mut Story) {
    for message in story.world.cloud.messages(None) {
        let ends = message.links.iter().filter_map(|link| link.url.rsplit('/').next());
        let tokens = ends.filter(|end| end.len() == 47).map(str::to_owned);
        story.secrets.extend(tokens.chain(message.codes));
    }
}

async fn a_password_is_changed(story: &mut Story) {
    let mo = "mo@example.com";
    let (token, _) = story.mailed(after(0), mo).await;
    let clicked = story.post(after(1), "click-link", json!({"token": token})).await;
    let grant = clicked.text("grant").to_owned();
    for rejected in ["van-Jansen-7", "Zeilboot7", "password1"] {
        let body = json!({"grant": grant, "password": rejected});
        assert_eq!(story.post(after(2), "set-password", body).await.status, 422);
    }
    let body = json!({"grant": grant, "password": "Molenwiek42"});
    assert_eq!(story.post(after(3), "set-password", body.clone()).await.status, 200);
    assert_eq!(story.post(after(4), "set-password", body).await.status, 410);
    assert_eq!(story.sign_in(after(5), mo, "Molenwiek42").await, 200);
    assert_eq!(story.sign_in(after(5), mo, "Zeilboot7").await, 401);
    assert_eq!(story.sign_in(after(5), "nobody@example.com", "Guessed-123").await, 401);
    assert_eq!(story.sign_in(after(5), "bo@example.com", "Klompen99").await, 403);
    story.world.deliver(after(6)).await;
    let report = story.world.newest_not_me(mo);
    story.secrets.push(report.clone());
    assert_eq!(story.post(after(7), "withdraw-link", json!({"token": report})).await.status, 200);
    story.handed_in(after(8), &token).await;
    story.handed_in(after(8), &grant).await;
}

async fn links_die(story: &mut Story) {
    let ann = "ann@example.com";
    let (superseded, _) = story.mailed(after(20), ann).await;
    let (withdrawn, not_me) = story.mailed(after(21), ann).await;
    story.handed_in(after(22), &superseded).await;
    story.post(after(23), "withdraw-link", json!({"token": not_me})).await;
    story.handed_in(after(24), &withdrawn).await;
    story.mailed(after(30), ann).await;
    story.mailed(after(30), "new@example.com").await;
    story.post(after(31), "request-reset", json!({"login": "bo@example.com"})).await;
    story.post(after(31), "request-reset", json!({"login": "nobody@example.com"})).await;
    story.world.deliver(after(31)).await;
}

async fn things_break(story: &mut Story) {
    let poison = json!({"pk": {"S": "demo#outbox#poison"}, "attempts": {"N": "0"}});
    story.world.put_item("outbox", &poison);
    let ses = SenderChaos { fail_next: 1, error: SenderError::Rejected, ..SenderChaos::default() };
    story.world.cloud.set_chaos(Chaos { ses, ..Chaos::default() });
    story.post(after(40), "request-reset", json!({"login": "new@example.com"})).await;
    story.world.deliver(after(40)).await;
    let dynamodb = DynamoDbChaos { fail_next: u64::MAX, ..DynamoDbChaos::default() };
    story.world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    assert_eq!(story.sign_in(after(41), "mo@example.com", "Molenwiek42").await, 503);
    story.world.cloud.set_chaos(Chaos::default());
}

async fn work_is_left_lying(story: &mut Story) {
    story.mailed(after(279), "mo@example.com").await;
    story.post(after(280), "request-reset", json!({"login": "mo@example.com"})).await;
    story.sign_in(after(280), MOVED, "Guessed-456").await;
}
