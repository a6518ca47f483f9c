//! Every operation, done in a small world and in a big one.

use std::collections::BTreeSet;

use http::Method;
use regain_tests::{Reply, Request, after, operations};
use serde_json::{Value, json};

use crate::crowd::{BIG, Place, SMALL, id, login, turn};
use crate::ways_in::signs_in;

/// One step: its name, the status of the answer, and each call with what it consumed, in the order
/// of their names, since some are made at once.
type Cost = (String, u16, Vec<(String, f64)>);

/// What is being done to a world.
pub(crate) struct Run<'p> {
    /// The world.
    pub(crate) place: &'p Place,
    /// The time of the last call.
    pub(crate) seconds: i64,
    costs: Vec<Cost>,
}

impl Run<'_> {
    /// Writes down what the store was asked for since the last time.
    pub(crate) fn note(&mut self, name: &str, status: u16) {
        let calls = self.place.world.cloud.calls();
        let mut calls: Vec<_> =
            calls.into_iter().map(|call| (call.summary, call.capacity)).collect();
        calls.sort_by(|a, b| a.partial_cmp(b).unwrap());
        self.costs.push((name.to_owned(), status, calls));
        self.place.world.cloud.forget_calls();
    }

    /// An operation of the route table: its id, what varies in its path, its body.
    pub(crate) async fn does(&mut self, operation: &str, named: &str, body: Value) -> Reply {
        self.asks(operation, named, "", body).await
    }

    async fn asks(&mut self, operation: &str, named: &str, query: &str, body: Value) -> Reply {
        let world = &self.place.world;
        let row = operations().find(|(_, row)| row.id == operation).unwrap();
        let request = Request::to(world, row, named, &body);
        let request = Request { query: query.to_owned(), ..request };
        self.seconds += 1;
        let reply = world.send(after(self.seconds), &request).await;
        assert!(reply.status != 400 && reply.status < 500, "{operation} {body}: {reply:?}");
        self.note(operation, reply.status);
        reply
    }

    /// What waits in the outbox.
    pub(crate) async fn delivers(&mut self) {
        self.seconds += 1;
        self.place.world.deliver(after(self.seconds)).await;
        self.note("process-outbox", 0);
    }

    async fn schedules(&mut self, seconds: i64) {
        self.seconds += seconds;
        self.place.world.schedule(after(self.seconds)).await;
        self.note("process-outbox", 0);
    }

    /// Asks for a reset; gives the token in the mail.
    async fn mailed(&mut self, login: &str) -> String {
        self.does("request-reset", "", json!({"login": login})).await;
        self.delivers().await;
        self.place.world.newest_token(login)
    }
}

/// The password that is chosen.
pub(crate) const NEW: &str = "Molenwiek42";
const PHONE: &str = "+31612345678";

async fn recovers(run: &mut Run<'_>, login: &str) {
    let token = run.mailed(login).await;
    let token = || json!({"token": token});
    run.does("check-link", "", token()).await;
    let grant = run.does("click-link", "", token()).await.text("grant").to_owned();
    let set = |password| json!({"grant": grant, "password": password});
    assert_eq!(run.does("set-password", "", set("weak")).await.status, 422);
    assert_eq!(run.does("set-password", "", set(NEW)).await.status, 200);
    run.delivers().await;
    let sign_in = |login: &str, password| json!({"login": login, "password": password});
    assert_eq!(run.does("sign-in", "", sign_in(login, NEW)).await.status, 200);
    assert_eq!(run.does("sign-in", "", sign_in(login, "wrong")).await.status, 401);
    assert_eq!(run.does("sign-in", "", sign_in("no@example.com", NEW)).await.status, 401);
    assert_eq!(run.does("withdraw-link", "", token()).await.text("status"), "reported");
    for endpoint in ["check-link", "click-link", "request-reset"] {
        run.does(endpoint, "", token()).await;
    }
    run.does("request-reset", "", json!({"login": "no@example.com"})).await;
    run.delivers().await;
    let token = run.mailed(login).await;
    run.does("withdraw-link", "", json!({"token": token})).await;
    run.does("jwks.json", "", Value::Null).await;
}

async fn locks(run: &mut Run<'_>, login: &str) {
    let sign_in = |password| json!({"login": login, "password": password});
    for status in [401, 401, 401, 401, 401, 423] {
        let password = if status == 423 { NEW } else { "wrong" };
        assert_eq!(run.does("sign-in", "", sign_in(password)).await.status, status);
        run.delivers().await;
    }
}

/// A lock, and a recovery by code that takes it off; and one that the desk takes off.
async fn unlocks(run: &mut Run<'_>, account: &str, login: &str) {
    locks(run, login).await;
    let captcha = run.does("captcha", "", json!({})).await.text("id").to_owned();
    for drawn in ["image.png", "audio.wav"] {
        run.does(drawn, &captcha, Value::Null).await;
    }
    let world = &run.place.world;
    for login in [login, "no@example.com"] {
        let captcha = world.captcha(after(run.seconds));
        let body = json!({"login": login, "reason": "locked_out", "captcha": captcha});
        let recovery = run.does("start-recovery", "", body).await.text("recovery").to_owned();
        run.does("send-recovery-link", "", json!({"recovery": recovery})).await;
        run.delivers().await;
        let send = |phone| json!({"recovery": recovery, "phone": phone, "channel": "sms"});
        run.does("send-sms-code", "", send("+31612345670")).await;
        run.delivers().await;
        let typed = |code| json!({"recovery": recovery, "code": code});
        run.does("check-sms-code", "", typed("999999")).await;
        run.delivers().await;
        if login == "no@example.com" {
            continue;
        }
        assert_eq!(run.does("send-sms-code", "", send(PHONE)).await.status, 202);
        run.delivers().await;
        let code = world.newest_code(PHONE);
        let typed = run.does("check-sms-code", "", typed(&code)).await;
        let grant = typed.text("grant").to_owned();
        let with = |password| json!({"grant": grant, "password": password});
        assert_eq!(run.does("unlock", "", with("wrong")).await.status, 401);
        assert_eq!(run.does("unlock", "", with(NEW)).await.status, 200);
        assert_eq!(run.does("unlock", "", json!({"grant": grant})).await.status, 200);
        run.delivers().await;
    }
    locks(run, login).await;
    run.does("read-account", account, Value::Null).await;
    for _ in 0..2 {
        run.does("unlock-account", account, Value::Null).await;
    }
}

async fn desk(run: &mut Run<'_>, account: &str, login: &str) {
    for account in [account, "nobody"] {
        run.does("read-account", account, Value::Null).await;
        run.does("read-timeline", account, Value::Null).await;
    }
    for query in [format!("login={login}"), "login=no@example.com".into(), "limit=3".into()] {
        run.asks("list-accounts", "", &query, Value::Null).await;
    }
    let sent = run.does("send-link", account, json!({"kind": "reset"})).await;
    run.delivers().await;
    run.does("read-story", sent.text("support_code"), Value::Null).await;
    run.does("read-story", "0000000", Value::Null).await;
}

async fn admin(run: &mut Run<'_>, account: &str) {
    let new = |login: &str| json!({"login": login, "last_name": "Bos", "password": NEW});
    let jo = run.does("create-account", "", new("jo@example.com")).await;
    let jo = jo.text("account_id").to_owned();
    assert_eq!(run.does("create-account", "", new("jo@example.com")).await.status, 409);
    let lines = (0..70).map(|n| json!({"login": format!("a{n:02}@example.com")})).collect();
    for _ in 0..2 {
        run.does("import-accounts", "", Value::Array(Clone::clone(&lines))).await;
    }
    for body in [
        json!({"last_name": "de Boer"}),
        json!({"phone": "+31687654321"}),
        json!({"login": "moved@example.com"}),
        json!({"login": "jo@example.com"}),
        json!({"login": "nobody-at-all@example.com"}),
    ] {
        run.does("change-account", account, body).await;
        run.delivers().await;
    }
    run.does("block-account", account, json!({"reason": "other"})).await;
    run.does("unblock-account", account, Value::Null).await;
    let path = "set-temporary-password";
    let password = run.does(path, account, Value::Null).await.text("password").to_owned();
    run.delivers().await;
    for _ in 0..2 {
        let body = json!({"login": "nobody-at-all@example.com", "password": password});
        assert_eq!(run.does("sign-in", "", body).await.code(), "password_must_change");
    }
    run.does("erase-account", account, Value::Null).await;
    run.does("erase-account", &jo, Value::Null).await;
    run.does("erase-account", "nobody", Value::Null).await;
}

async fn tenants(run: &mut Run<'_>) {
    run.does("create-tenant", "", json!({"tenant": "zuid", "name": "Zuid"})).await;
    run.does("list-tenants", "", Value::Null).await;
    run.does("read-settings", "", Value::Null).await;
    run.does("change-settings", "", json!({"support_contact": "desk@example.com"})).await;
    run.does("read-compliance", "", Value::Null).await;
    let key = run.does("create-api-key", "", json!({"role": "desk", "name": "till"})).await;
    run.does("list-api-keys", "", Value::Null).await;
    run.does("revoke-api-key", key.text("id"), Value::Null).await;
    run.does("revoke-api-key", key.text("id"), Value::Null).await;
}

/// Of another tenant, beside the crowd: its accounts are found and erased as if they were alone.
async fn a_tenant_ends(run: &mut Run<'_>) {
    let world = &run.place.world;
    let lines: String =
        (0..30).map(|n| format!("{{\"login\":\"z{n:02}@example.com\"}}\n")).collect();
    let reply = world.import(after(run.seconds), "zuid", &world.operator, &lines).await;
    assert_eq!(reply.body[29]["status"], "created");
    run.note("import-accounts", reply.status);
    let (now, key) = (after(run.seconds), &world.operator);
    let reply = world.admin_at(now, Method::DELETE, "tenants/zuid", key, Value::Null).await;
    run.note("delete-tenant", reply.status);
    run.delivers().await;
    for _ in 0..6 {
        run.schedules(60).await;
    }
}

/// Everything, done to an account in the middle of the crowd and around it.
async fn everything(place: &Place) -> Vec<Cost> {
    let mut run = Run { place, seconds: 1000, costs: Vec::new() };
    let middle = place.accounts / 2;
    place.world.cloud.forget_calls();
    recovers(&mut run, &login(middle)).await;
    unlocks(&mut run, &id(middle), &login(middle)).await;
    signs_in(&mut run, &id(middle), &login(middle)).await;
    desk(&mut run, &id(middle), &login(middle)).await;
    admin(&mut run, &id(middle)).await;
    tenants(&mut run).await;
    run.schedules(60).await;
    a_tenant_ends(&mut run).await;
    run.costs
}

#[test]
fn among_100_000_accounts_every_operation_costs_what_it_costs_among_few() {
    let _turn = turn();
    let small = SMALL.run(everything(&SMALL));
    let big = BIG.run(everything(&BIG));
    for (big, small) in big.iter().zip(&small) {
        assert_eq!(big, small);
    }
    assert_eq!(big.len(), small.len());
    let done: BTreeSet<&str> = big.iter().map(|(name, ..)| name.as_str()).collect();
    let all = operations().map(|(_, operation)| operation.id);
    assert_eq!(done, all.chain(["process-outbox"]).collect());
    let erased = big.iter().flat_map(|(.., calls)| calls);
    let erased = erased.filter(|(call, _)| call == "BatchWriteItem timeline").count();
    assert_eq!(erased, 30, "the accounts of the tenant that ended, one by one");
    let consumed: f64 = big.iter().flat_map(|(.., calls)| calls).map(|(_, units)| units).sum();
    assert!(consumed > 500.0, "something was counted: {consumed}");
}
