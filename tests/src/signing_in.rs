//! The steps of signing in by something else than a password, one line each.

#![expect(clippy::unwrap_used, reason = "a harness stops the test that it serves")]

use jiff::Timestamp;
use regain_domain::session::Method;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use crate::functions::sessions;
use crate::{Reply, Request, World, after};

/// An authenticator app that was set up, and what came with it.
pub struct App {
    totp: Totp,
    /// The recovery codes that were shown.
    pub recovery_codes: Vec<String>,
    /// The session of who set it up.
    pub session: String,
}

impl App {
    /// With a secret as it was shown, base32.
    pub fn new(secret: &str) -> Self {
        let secret = Secret::try_from_base32(secret).unwrap();
        let totp = Builder::new().with_secret(secret).build_noncompliant();
        Self { totp, recovery_codes: Vec::new(), session: String::new() }
    }

    /// What it shows at a moment.
    pub fn code(&self, at: Timestamp) -> String {
        self.totp.generate(u64::try_from(at.as_second()).unwrap()).to_string()
    }
}

impl World {
    /// A session of an account as it is now, from [`after`](crate::after) nothing for a day.
    pub async fn session_without_a_call(&self, login: &str) -> String {
        let (account, sessions) = (self.account(login).await, sessions(&self.cloud));
        let day = (after(0), after(86_400));
        sessions.sign(&self.tenant(), &account, &[Method::Password], day).unwrap()
    }

    /// Makes a call with a session.
    pub async fn signed_in(
        &self,
        now: Timestamp,
        session: &str,
        endpoint: &str,
        body: Value,
    ) -> Reply {
        let request = Request::post(endpoint, &body);
        self.send(now, &request.header("authorization", &format!("Bearer {session}"))).await
    }

    /// Whether a session stands, and what it is told.
    pub async fn session(&self, now: Timestamp, session: &str) -> Reply {
        let request = Request { method: http::Method::GET, ..Request::post("session", &json!({})) };
        self.send(now, &request.header("authorization", &format!("Bearer {session}"))).await
    }

    /// Signs in with a password, and nothing more is asked for; gives the session.
    pub async fn session_of(&self, now: Timestamp, login: &str, password: &str) -> String {
        let body = json!({"login": login, "password": password});
        let reply = self.post(now, "sign-in", body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.text("token").to_owned()
    }

    /// Signs in with a password where a code is asked for; gives what is pending.
    pub async fn pending(&self, now: Timestamp, login: &str, password: &str) -> String {
        let body = json!({"login": login, "password": password});
        let reply = self.post(now, "sign-in", body).await;
        assert_eq!(reply.text("second_step"), "totp", "{reply:?}");
        reply.text("pending").to_owned()
    }

    /// Types the code that is asked for.
    pub async fn finish(&self, now: Timestamp, pending: &str, code: &str) -> Reply {
        self.post(now, "finish-sign-in", json!({"pending": pending, "code": code})).await
    }

    /// Sets up an app, with the code of the step before `now`, so that the present one is good yet.
    pub async fn switch_on(&self, now: Timestamp, login: &str, password: &str) -> App {
        let session = self.session_of(now, login, password).await;
        let body = json!({"password": password});
        let enrolled = self.signed_in(now, &session, "enroll-second-step", body).await;
        assert_eq!(enrolled.status, 200, "{enrolled:?}");
        let app = App::new(enrolled.text("secret"));
        let code = app.code(now - jiff::SignedDuration::from_secs(30));
        let body = json!({"code": code});
        let reply = self.signed_in(now, &session, "confirm-second-step", body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let codes = reply.body.get("recovery_codes").and_then(Value::as_array).unwrap();
        let recovery_codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
        let session = reply.body.pointer("/session/token").and_then(Value::as_str).unwrap();
        App { recovery_codes, session: session.to_owned(), ..app }
    }

    /// Asks for a link that signs in and delivers it; gives the token in the mail.
    pub async fn magic_token(&self, now: Timestamp, login: &str) -> String {
        let reply = self.post(now, "magic-login", json!({"login": login})).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        self.deliver(now).await;
        self.newest_token(login)
    }

    /// Presses the button behind such a link.
    pub async fn redeem(&self, now: Timestamp, token: &str) -> Reply {
        self.post(now, "redeem-magic-link", json!({"token": token})).await
    }
}
