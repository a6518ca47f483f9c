//! The steps of a recovery by code, one line each.

#![expect(clippy::unwrap_used, reason = "a harness stops the test that it serves")]

use jiff::Timestamp;
use regain_domain::captcha::{Challenge, SEAL_LABEL};
use regain_domain::seal::Seal;
use regain_domain::{Language, TenantId};
use regain_http::random;
use serde_json::{Value, json};

use crate::functions::ring;
use crate::{Reply, World};

impl World {
    /// A captcha of a tenant as a body answers it, rightly.
    pub fn captcha_at(&self, tenant: &TenantId, now: Timestamp) -> Value {
        let seal = Seal::new(&ring(&self.cloud, "edge"), SEAL_LABEL);
        let captcha = Challenge::new(tenant, Language::En, random(), now);
        json!({"id": captcha.seal(&seal, random()), "answer": captcha.answer()})
    }

    /// The same at the tenant `demo`.
    pub fn captcha(&self, now: Timestamp) -> Value {
        self.captcha_at(&self.tenant(), now)
    }

    /// What a person reads off the picture of a captcha.
    pub fn read_captcha(&self, now: Timestamp, id: &str) -> String {
        let seal = Seal::new(&ring(&self.cloud, "edge"), SEAL_LABEL);
        Challenge::open(&seal, &self.tenant(), id, now).unwrap().answer().to_owned()
    }

    /// Starts a recovery with a fresh captcha.
    pub async fn start(&self, now: Timestamp, login: &str, reason: &str) -> Reply {
        let captcha = self.captcha(now);
        let body = json!({"login": login, "reason": reason, "captcha": captcha});
        self.post(now, "start-recovery", body).await
    }

    /// The same, and gives the recovery.
    pub async fn recovery(&self, now: Timestamp, login: &str, reason: &str) -> String {
        let reply = self.start(now, login, reason).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.text("recovery").to_owned()
    }

    /// Asks for a code; nothing is processed yet.
    pub async fn ask_code(
        &self,
        now: Timestamp,
        recovery: &str,
        phone: &str,
        channel: &str,
    ) -> Reply {
        let body = json!({"recovery": recovery, "phone": phone, "channel": channel});
        self.post(now, "send-sms-code", body).await
    }

    /// Has a code sent as a text message, and gives it.
    pub async fn sent_code(&self, now: Timestamp, recovery: &str, phone: &str) -> String {
        let reply = self.ask_code(now, recovery, phone, "sms").await;
        assert_eq!(reply.status, 202, "{reply:?}");
        self.deliver(now).await;
        self.newest_code(phone)
    }

    /// The code in the newest message to a number.
    pub fn newest_code(&self, phone: &str) -> String {
        let message = self.cloud.messages(Some(phone)).into_iter().next().unwrap();
        message.codes.into_iter().next().unwrap()
    }

    /// Types a code.
    pub async fn type_code(&self, now: Timestamp, recovery: &str, code: &str) -> Reply {
        self.post(now, "check-sms-code", json!({"recovery": recovery, "code": code})).await
    }

    /// Goes all the way to the grant of a right code.
    pub async fn code_grant(
        &self,
        now: Timestamp,
        login: &str,
        phone: &str,
        reason: &str,
    ) -> String {
        let recovery = self.recovery(now, login, reason).await;
        let code = self.sent_code(now, &recovery, phone).await;
        let reply = self.type_code(now, &recovery, &code).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.text("grant").to_owned()
    }

    /// Takes the lock off.
    pub async fn unlock(&self, now: Timestamp, grant: &str) -> Reply {
        self.post(now, "unlock", json!({"grant": grant})).await
    }

    /// Takes the lock off and signs in.
    pub async fn unlock_with(&self, now: Timestamp, grant: &str, password: &str) -> Reply {
        self.post(now, "unlock", json!({"grant": grant, "password": password})).await
    }

    /// Locks an account: as many wrong passwords as that takes, and what follows from them.
    pub async fn lock(&self, now: Timestamp, login: &str) {
        for _ in 0..5 {
            assert_eq!(self.sign_in(now, login, "wrong").await.0, 401);
        }
        self.deliver(now).await;
    }
}
