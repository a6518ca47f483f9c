//! A lock and two recoveries by code: captchas, numbers, codes and grants, right and wrong.

use http::Method;
use regain_domain::captcha::{self, SEAL_LABEL};
use regain_domain::keys::Keyring;
use regain_domain::seal::Seal;
use regain_local::{Chaos, PhoneError, SenderChaos};
use regain_tests::{Reply, Request, after};
use serde_json::{Value, json};

use crate::story::{ADDRESS, PHONE, Story};

const MO: &str = "mo@example.com";
const RIGHT: &str = "Molenwiek42";
/// Typed by somebody who does not know the number.
pub(crate) const GUESSED: &str = "+31 6 12345670";

impl Story {
    /// A captcha, and the answer to it.
    async fn captcha(&mut self, seconds: i64) -> Value {
        let made = self.post(after(seconds), "captcha", json!({})).await;
        let id = made.text("id").to_owned();
        let edge = Keyring::parse(&self.world.cloud.secret("edge").unwrap()).unwrap();
        let answer = captcha::answer_of(&Seal::new(&edge, SEAL_LABEL), &id).unwrap();
        self.secrets.extend([id.clone(), answer.clone()]);
        json!({"id": id, "answer": answer})
    }

    /// Sees and hears one.
    async fn draws(&mut self, seconds: i64) {
        let captcha = self.captcha(seconds).await;
        for endpoint in ["image.png", "audio.wav"] {
            for id in [captcha["id"].as_str().unwrap(), "damaged"] {
                let path = format!("captcha/{id}/{endpoint}");
                let request = Request {
                    method: Method::GET,
                    source_ip: Some(ADDRESS.into()),
                    body: Vec::new(),
                    ..Request::post(&path, &Value::Null)
                };
                let reply = self.world.send(after(seconds), &request).await;
                self.replies.push((endpoint, reply));
            }
        }
    }

    /// Starts a recovery, with a wrong answer first and the same captcha once more.
    async fn starts(&mut self, seconds: i64, login: &str, reason: &str) -> String {
        let mut captcha = self.captcha(seconds).await;
        let right = captcha["answer"].clone();
        let mut recovery = String::new();
        for (answer, status) in [(json!("guessed9"), 422), (right.clone(), 201), (right, 410)] {
            captcha["answer"] = answer;
            let body = json!({"login": login, "reason": reason, "captcha": captcha});
            let reply = self.post(after(seconds), "start-recovery", body).await;
            assert_eq!(reply.status, status, "{reply:?}");
            recovery += reply.text("recovery");
        }
        recovery
    }

    async fn asks(&mut self, seconds: i64, recovery: &str, phone: &str, channel: &str) -> u16 {
        let body = json!({"recovery": recovery, "phone": phone, "channel": channel});
        let reply = self.post(after(seconds), "send-sms-code", body).await;
        self.world.deliver(after(seconds)).await;
        reply.status
    }

    /// Types it wrong and right, and right again.
    async fn types(&mut self, seconds: i64, recovery: &str) -> Reply {
        let code = self.world.newest_code(PHONE);
        let wrong = if code == "99999990" { "99999991" } else { "99999990" };
        for code in [wrong, &code] {
            let body = json!({"recovery": recovery, "code": code});
            self.post(after(seconds), "check-sms-code", body).await;
        }
        let (_, right) = self.replies.last().unwrap().clone();
        assert_eq!(right.status, 200, "{right:?}");
        let again = json!({"recovery": recovery, "code": code});
        assert_eq!(self.post(after(seconds), "check-sms-code", again).await.status, 410);
        right
    }

    async fn locks(&mut self, seconds: i64) {
        for _ in 0..5 {
            assert_eq!(self.sign_in(after(seconds), MO, "Guessed-789").await, 401);
        }
        assert_eq!(self.sign_in(after(seconds), MO, RIGHT).await, 423);
        self.world.deliver(after(seconds)).await;
    }

    async fn unlocks(&mut self, seconds: i64, mut body: Value, password: &str) -> u16 {
        if !password.is_empty() {
            body["password"] = json!(password);
        }
        self.post(after(seconds), "unlock", body).await.status
    }
}

/// Lives it.
pub(crate) async fn recovers(story: &mut Story) {
    story.draws(60).await;
    by_mail(story).await;
    Box::pin(by_code(story)).await;
    Box::pin(messages_fail(story)).await;
}

/// The mail that a lock leads to takes it off.
async fn by_mail(story: &mut Story) {
    story.locks(60).await;
    let token = story.world.newest_token(MO);
    let clicked = story.post(after(61), "click-link", json!({"token": token})).await;
    let grant = json!({"grant": clicked.text("grant")});
    assert_eq!(story.unlocks(62, grant.clone(), "Guessed-789").await, 401);
    assert_eq!(story.unlocks(62, grant.clone(), "").await, 200);
    assert_eq!(story.unlocks(62, grant, RIGHT).await, 200);
    story.handed_in(after(63), &token).await;
    story.unlocks(63, json!({"grant": token}), "").await;
    story.world.deliver(after(63)).await;
    let report = story.world.newest_not_me(MO);
    story.handed_in(after(64), &report).await;
}

async fn by_code(story: &mut Story) {
    story.locks(70).await;
    for login in ["nobody@example.com", "new@example.com", MO] {
        let recovery = story.starts(71, login, "locked_out").await;
        assert_eq!(story.asks(71, &recovery, GUESSED, "sms").await, 422);
        let mailed = json!({"recovery": recovery});
        assert_eq!(story.post(after(71), "send-recovery-link", mailed).await.status, 202);
        story.world.deliver(after(71)).await;
    }
    let recovery = story.starts(72, MO, "locked_out").await;
    assert_eq!(story.asks(72, &recovery, "06 12345678", "sms").await, 202);
    let report = story.world.newest_not_me(MO);
    let typed = story.types(73, &recovery).await;
    let grant = json!({"grant": typed.text("grant")});
    assert_eq!(story.unlocks(74, grant, RIGHT).await, 200);
    story.handed_in(after(75), &recovery).await;
    assert_eq!(story.post(after(75), "withdraw-link", json!({"token": report})).await.status, 200);

    let recovery = story.starts(80, MO, "forgot_password").await;
    assert_eq!(story.asks(80, &recovery, PHONE, "voice").await, 202);
    let typed = story.types(81, &recovery).await;
    let set = json!({"grant": typed.text("grant"), "password": "Waterval-55"});
    assert_eq!(story.post(after(82), "set-password", set).await.status, 200);
    story.world.deliver(after(82)).await;
    // Left lying: a code that nobody types, a grant that nobody uses.
    for seconds in [90, 91] {
        let recovery = story.starts(seconds, MO, "forgot_password").await;
        assert_eq!(story.asks(seconds, &recovery, PHONE, "sms").await, 202);
        if seconds == 90 {
            story.types(seconds, &recovery).await;
        }
    }
}

async fn messages_fail(story: &mut Story) {
    let sns = SenderChaos { fail_next: 1, error: PhoneError::Denied, ..SenderChaos::default() };
    let voice = SenderChaos { fail_next: 1, error: PhoneError::OptedOut, ..SenderChaos::default() };
    story.world.cloud.set_chaos(Chaos { sns, voice, ..Chaos::default() });
    let recovery = story.starts(100, MO, "locked_out").await;
    for channel in ["sms", "voice"] {
        assert_eq!(story.asks(100, &recovery, PHONE, channel).await, 202);
    }
    story.world.cloud.set_chaos(Chaos::default());
}
