//! A day at the back office: every operation of it, with keys, temporary and generated passwords
//! and cursors in play.

use http::Method;
use regain_http::api::Form;
use regain_tests::{Reply, Request, after, operations};
use serde_json::{Value, json};

use crate::story::{ADDRESS, MOVED, PHONE, Story};

/// A hash from elsewhere.
pub(crate) const IMPORTED: &str = "$2b$04$abcdefghijklmnopqrstuvJm5Gu3DIL8KqPCDK6E0mXBcaZ1OVgCS";
const ANN: &str = "id-of-ann";

impl Story {
    /// An operation of the back office: its name, what varies in the path, its query, its body.
    pub(crate) async fn office(
        &mut self,
        id: &'static str,
        named: &str,
        query: &str,
        body: Value,
    ) -> Reply {
        let row = operations().find(|(_, operation)| operation.id == id).unwrap();
        let request = Request::to(&self.world, row, named, &body);
        let request =
            Request { source_ip: Some(ADDRESS.into()), query: query.to_owned(), ..request };
        let reply = self.world.send(after(200), &request).await;
        assert!(reply.status < 500 && reply.status != 400, "{id}: {reply:?}");
        let shown = match id {
            "set-temporary-password" => reply.body["password"].as_str(),
            _ => reply.body["api_key"].as_str().or(reply.body["cursor"].as_str()),
        };
        let typed = ["password", "beginning"].map(|name| body[name].as_str());
        let secrets = typed.into_iter().chain([shown]).flatten();
        self.secrets.extend(secrets.map(str::to_owned));
        assert!(row.1.form == Form::Lines || !reply.body.is_array());
        self.replies.push((id, reply.clone()));
        reply
    }

    /// A page of the accounts, with a key.
    async fn lists(&mut self, key: &str, status: u16) {
        let path = "tenants/demo/accounts?limit=2";
        let reply = self.world.admin_at(after(200), Method::GET, path, key, Value::Null).await;
        assert_eq!(reply.status, status);
        self.secrets.extend(reply.body["cursor"].as_str().map(str::to_owned));
        self.replies.push(("list-accounts", reply));
    }
}

/// Lives it.
pub(crate) async fn works(story: &mut Story) {
    let keys = [&story.world.operator, &story.world.admin, &story.world.desk];
    let keys = keys.map(|key| key.clone());
    story.secrets.extend(keys);
    tenants(story).await;
    accounts(story).await;
    passwords(story).await;
}

async fn tenants(story: &mut Story) {
    let none = || Value::Null;
    for _ in 0..2 {
        story.office("create-tenant", "", "", json!({"tenant": "zuid", "name": "Zuid"})).await;
    }
    for query in ["limit=1", ""] {
        story.office("list-tenants", "", query, none()).await;
    }
    let key = json!({"role": "desk", "name": "the till"});
    let made = story.office("create-api-key", "", "", key).await;
    story.office("list-api-keys", "", "", none()).await;
    // It is used, then revoked, then tried again; and one that is damaged.
    let text = made.text("api_key").to_owned();
    story.lists(&text, 200).await;
    story.lists(&text[..text.len() - 1], 401).await;
    story.office("revoke-api-key", made.text("id"), "", none()).await;
    story.lists(&text, 401).await;
    story.office("read-settings", "", "", none()).await;
    story.office("change-settings", "", "", json!({"own_password": "generated"})).await;
    story.office("change-settings", "", "", json!({"lockout": {"failures": 0}})).await;
    story.office("read-compliance", "", "", none()).await;
}

async fn accounts(story: &mut Story) {
    let none = || Value::Null;
    let jo = |password: &str| {
        json!({"login": "jo@example.com", "last_name": "Jansen", "phone": PHONE,
            "password": password})
    };
    for password in ["Jansen-1234", "Dakpan-1234", "Dakpan-1234"] {
        story.office("create-account", "", "", jo(password)).await;
    }
    let lines = json!([
        {"login": "al@example.com", "password_hash": IMPORTED},
        {"login": "ed@example.com", "password_hash": "$2b$31$x", "last_name": "Jansen"},
        {"login": "not an address"},
    ]);
    story.office("import-accounts", "", "", lines).await;
    let page = story.office("list-accounts", "", "limit=2", none()).await;
    let next = format!("limit=2&cursor={}", page.text("cursor"));
    story.office("list-accounts", "", &next, none()).await;
    let (kept, last) = next.split_at(next.len() - 1);
    let bent = format!("{kept}{}", if last == "x" { "y" } else { "x" });
    assert_eq!(story.office("list-accounts", "", &bent, none()).await.status, 404);
    story.office("list-accounts", "", "login=mo%40example.com", none()).await;
    story.office("read-account", ANN, "", none()).await;
    let page = story.office("read-timeline", ANN, "limit=1", none()).await;
    let next = format!("limit=1&cursor={}", page.text("cursor"));
    story.office("read-timeline", ANN, &next, none()).await;
    for (named, login) in [("id-of-new", "new@example.com"), (ANN, "ann@example.com")] {
        // An invite to who has no password yet, a reset to who has.
        let sent = story.office("send-link", named, "", json!({"kind": "invite"})).await;
        story.world.deliver(after(200)).await;
        let tokens = [story.world.newest_token(login), story.world.newest_not_me(login)];
        story.secrets.extend(tokens);
        story.office("read-story", sent.text("support_code"), "", none()).await;
    }
    story.office("change-account", ANN, "", json!({"login": MOVED, "phone": PHONE})).await;
    story.world.deliver(after(200)).await;
    story.office("block-account", ANN, "", json!({"reason": "other"})).await;
    story.office("send-link", ANN, "", json!({"kind": "reset"})).await;
    story.office("unblock-account", ANN, "", none()).await;
    for named in ["id-of-mo", "nobody"] {
        story.office("unlock-account", named, "", none()).await;
    }
    story.office("erase-account", "id-of-new", "", none()).await;
    let (now, key) = (after(200), &story.world.operator);
    let ended = story.world.admin_at(now, Method::DELETE, "tenants/zuid", key, none()).await;
    assert_eq!(ended.status, 204);
    story.replies.push(("delete-tenant", ended));
}

async fn passwords(story: &mut Story) {
    for beginning in
        [json!({"beginning": "de Vries-12"}), json!({"beginning": "Eddyde"}), json!({})]
    {
        let made = story.office("set-temporary-password", ANN, "", beginning).await;
        story.world.deliver(after(200)).await;
        if made.status == 200 {
            for _ in 0..2 {
                assert_eq!(story.sign_in(after(270), MOVED, made.text("password")).await, 403);
            }
        }
    }
    // The settings changed more than a minute ago: nobody chooses a password any more.
    let (_, must_change) = story.replies.last().unwrap();
    let grant = must_change.text("grant").to_owned();
    let chosen = json!({"grant": grant, "password": "Stolen-12345"});
    assert_eq!(story.post(after(271), "set-password", chosen).await.status, 400);
    let made = story.post(after(271), "set-password", json!({"grant": grant})).await;
    let password = made.text("generated_password").to_owned();
    assert!(!password.is_empty(), "{made:?}");
    assert_eq!(story.sign_in(after(272), MOVED, &password).await, 200);
    story.world.deliver(after(273)).await;
}
