//! Ways in without a password, and the second step: links that sign in, apps and their codes, sessions,
//! and what a provider hands over.

use http::Method;
use jiff::Timestamp;
use regain_domain::Provider;
use regain_tests::{App, OpenId, Request, Who, after, operations, parameter};
use serde_json::{Value, json};

use crate::story::{ADDRESS, Story};

const NEW: &str = "new@example.com";
const JO: &str = "jo@example.com";
const PASSWORD: &str = "Trekvaart31";
/// Nothing else happens in this hour.
const NOW: i64 = 50_000;

impl Story {
    /// A call with a session.
    async fn signed_in(
        &mut self,
        now: Timestamp,
        session: &str,
        endpoint: &'static str,
        body: Value,
    ) -> Value {
        let (_, operation) = operations().find(|(_, o)| o.id == endpoint).unwrap();
        let request = Request {
            method: operation.method.as_str().parse().unwrap(),
            source_ip: Some(ADDRESS.into()),
            ..Request::post(endpoint, &body)
        };
        let request = request.header("authorization", &format!("Bearer {session}"));
        let reply = self.world.send(now, &request).await;
        for name in ["secret", "otpauth_uri"] {
            self.secrets.extend(reply.body[name].as_str().map(str::to_owned));
        }
        let session = reply.body["session"]["token"].as_str().map(str::to_owned);
        let codes = reply.body["recovery_codes"].as_array();
        let codes = codes.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        self.secrets.extend(session.into_iter().chain(codes));
        let body = reply.body.clone();
        self.replies.push((endpoint, reply));
        body
    }

    /// The browser comes back from a provider.
    async fn comes_back(&mut self, now: Timestamp, url: &str) -> String {
        for name in ["state", "code"] {
            self.secrets.push(parameter(url, name));
        }
        let reply = self.world.come_back(now, url).await;
        let location = reply.header("location").to_owned();
        self.secrets.extend(Some(parameter(&location, "handover")).filter(|text| !text.is_empty()));
        self.replies.push(("callback", reply));
        location
    }
}

/// Lives it.
pub(crate) async fn signs_in(story: &mut Story) {
    let account = json!({"login": JO, "password": PASSWORD, "last_name": "Bakker"});
    let admin = story.world.admin.clone();
    let made = story.world.admin(Method::POST, "tenants/demo/accounts", &admin, account).await;
    assert_eq!(made.status, 201, "{made:?}");
    story.secrets.push(PASSWORD.to_owned());
    by_mail(story).await;
    with_an_app(story, made.text("account_id")).await;
    with_a_provider(story).await;
}

async fn by_mail(story: &mut Story) {
    let now = after(NOW);
    story.post(now, "magic-login", json!({"login": NEW})).await;
    story.world.deliver(now).await;
    let token = story.world.newest_token(NEW);
    story.post(now, "why-cannot-i-sign-in", json!({"login": NEW})).await;
    story.world.deliver(now).await;
    for _ in 0..2 {
        story.post(now, "redeem-magic-link", json!({"token": token})).await;
    }
}

async fn with_an_app(story: &mut Story, account_id: &str) {
    let now = after(NOW);
    let session = story.post(now, "sign-in", json!({"login": JO, "password": PASSWORD})).await;
    let session = session.text("token").to_owned();
    story.signed_in(now, &session, "session", Value::Null).await;
    let body = json!({"password": PASSWORD});
    let app = story.signed_in(now, &session, "enroll-second-step", body).await;
    let app = App::new(app["secret"].as_str().unwrap());
    let body = json!({"code": app.code(now)});
    let on = story.signed_in(now, &session, "confirm-second-step", body).await;
    let session = on["session"]["token"].as_str().unwrap().to_owned();
    let codes = on["recovery_codes"].as_array().unwrap();
    for (at, code) in [
        (1, "000000".to_owned()),
        (30, app.code(after(NOW + 30))),
        (31, codes[0].as_str().unwrap().to_owned()),
    ] {
        let now = after(NOW + at);
        let pending = story.post(now, "sign-in", json!({"login": JO, "password": PASSWORD})).await;
        let body = json!({"pending": pending.text("pending"), "code": code});
        story.post(now, "finish-sign-in", body).await;
    }
    let now = after(NOW + 60);
    let body = json!({"password": PASSWORD, "code": app.code(now)});
    story.signed_in(now, &session, "renew-recovery-codes", body).await;
    let now = after(NOW + 90);
    let body = json!({"password": PASSWORD, "code": app.code(now)});
    let off = story.signed_in(now, &session, "switch-off-second-step", body).await;
    let session = off["session"]["token"].as_str().unwrap().to_owned();
    story.signed_in(now, &session, "sign-out-everywhere", json!({})).await;
    story.office("second-step-off", account_id, "", Value::Null).await;
}

async fn with_a_provider(story: &mut Story) {
    let openid = OpenId::start().await;
    let now = after(NOW + 120);
    openid.set_up(&mut story.world).await;
    openid.put_clock(now).await;
    for provider in Provider::ALL {
        story.secrets.push(openid.client(provider).client_secret.to_owned());
    }
    let session = story.post(now, "sign-in", json!({"login": JO, "password": PASSWORD})).await;
    let session = session.text("token").to_owned();
    let who = Who::named("jo-at-google");
    for (intent, known) in [("sign_in", false), ("link", true), ("sign_in", true)] {
        let body = story.world.federated("google", intent);
        let begun = story.signed_in(now, &session, "federated-login", body).await;
        let back = openid.sign_in(begun["url"].as_str().unwrap(), &who).await;
        let location = story.comes_back(now, &back).await;
        if known {
            let body = story.world.handover(&location);
            let finished = story.post(now, "finish-sign-in", body).await;
            assert_eq!(finished.status, 200, "{finished:?}");
        }
    }
    story.signed_in(now, &session, "unlink-provider", json!({"provider": "google"})).await;
}
