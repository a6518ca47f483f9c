//! What the other ways in ask of the store: links that sign in, the second step, sessions, providers.

use http::Method;
use regain_domain::Provider;
use regain_tests::pages::PageForm;
use regain_tests::{OpenId, Reply, Request, Who, World, after, sign_in_page};
use serde_json::{Value, json};

use super::{ACCEPT, MO, OLD, ask, warm};

const GET: &str = "GetItem accounts";
const COUNT: &str = "UpdateItem tokens";
const REDEEM: &str = "TransactWriteItems[UpdateItem tokens, UpdateItem accounts, \
     PutItem timeline, DeleteItem tokens]";
const FINISH: &str = "TransactWriteItems[PutItem tokens, UpdateItem accounts, \
     DeleteItem tokens, PutItem timeline]";
const FINISH_BY_RECOVERY_CODE: &str = "TransactWriteItems[PutItem tokens, UpdateItem accounts, \
     DeleteItem tokens, PutItem timeline, PutItem timeline, PutItem outbox, PutItem timeline]";
const WRONG: &str = "TransactWriteItems[UpdateItem tokens, PutItem outbox]";
const REWRITE: &str = "TransactWriteItems[PutItem accounts, PutItem timeline, PutItem timeline]";
const REWRITE_AND_FORGET: &str =
    "TransactWriteItems[PutItem accounts, DeleteItem tokens, PutItem timeline, PutItem timeline]";
const REWRITE_AND_TELL: &str = "TransactWriteItems[PutItem accounts, DeleteItem tokens, \
     PutItem outbox, UpdateItem tokens, PutItem timeline, PutItem timeline]";

/// What was asked of the store since it was last told to forget.
fn asked_of_the_store(world: &World) -> Vec<String> {
    world.cloud.calls().into_iter().map(|call| call.summary).collect()
}

/// Makes a call with a session; gives the reply and what it asked of the store.
async fn signed_in(
    world: &World,
    seconds: i64,
    session: &str,
    (method, endpoint): (Method, &str),
    body: Value,
) -> (Reply, Vec<String>) {
    world.cloud.forget_calls();
    let request = Request { method, ..Request::post(endpoint, &body) };
    let request = request.header("authorization", &format!("Bearer {session}"));
    let reply = world.send(after(seconds), &request).await;
    let calls = world.cloud.calls();
    assert_eq!(reply.log["dynamodb.calls"], calls.len(), "the log tells what the cloud saw");
    (reply, calls.into_iter().map(|call| call.summary).collect())
}

#[tokio::test]
async fn a_link_that_signs_in_is_one_call_to_ask_for_and_three_to_redeem() {
    let world = warm().await;
    world.redeem(after(0), "x").await;
    for login in [MO, "nobody@example.com", "new@example.com", "bo@example.com"] {
        let (reply, calls) = ask(&world, 1, "magic-login", json!({"login": login})).await;
        assert_eq!((reply.status, calls), (202, vec![ACCEPT.to_owned()]), "{login}");
        let help = json!({"login": login});
        let (reply, calls) = ask(&world, 1, "why-cannot-i-sign-in", help).await;
        assert_eq!((reply.status, calls), (202, vec![ACCEPT.to_owned()]), "{login}");
    }
    let token = world.magic_token(after(2), MO).await;
    let body = || json!({"token": token});
    let (reply, calls) = ask(&world, 3, "redeem-magic-link", body()).await;
    assert_eq!(
        (reply.status, calls.as_slice()),
        (200, &["GetItem tokens", GET, REDEEM].map(str::to_owned)[..])
    );
    let (reply, calls) = ask(&world, 4, "redeem-magic-link", body()).await;
    assert_eq!((reply.status, calls), (410, vec!["GetItem tokens".to_owned(), GET.to_owned()]));
}

#[tokio::test]
async fn a_code_of_the_second_step_is_three_calls_right_or_wrong() {
    let world = warm().await;
    let app = world.switch_on(after(0), MO, OLD).await;
    let pending = world.pending(after(1), MO, OLD).await;
    let finish = async |seconds, code: &str| {
        let body = json!({"pending": pending, "code": code});
        let (reply, mut calls) = ask(&world, seconds, "finish-sign-in", body).await;
        // What is asked at once may be answered in any order.
        calls[..2].sort();
        (reply.status, calls)
    };
    let with = |then: &str| [GET, COUNT, then].map(str::to_owned).to_vec();
    assert_eq!(finish(2, "000000").await, (422, with(WRONG)));
    assert_eq!(finish(3, &app.code(after(3))).await, (200, with(FINISH)));
    // Taken back: it was right, and is used.
    assert_eq!(finish(4, &app.code(after(3))).await, (422, with(COUNT)));

    let pending = world.pending(after(5), MO, OLD).await;
    let body = json!({"pending": pending, "code": app.recovery_codes[0]});
    let (reply, mut calls) = ask(&world, 6, "finish-sign-in", body).await;
    calls[..2].sort();
    assert_eq!((reply.status, calls), (200, with(FINISH_BY_RECOVERY_CODE)));
}

#[tokio::test]
async fn what_a_session_may_do_costs_two_reads_and_then_its_own() {
    let world = warm().await;
    let session = world.session_of(after(0), MO, OLD).await;
    let get = (Method::GET, "session");
    signed_in(&world, 0, &session, get.clone(), Value::Null).await;
    signed_in(&world, 0, &session, (Method::POST, "enroll-second-step"), Value::Null).await;
    let (_, calls) = signed_in(&world, 1, &session, get, Value::Null).await;
    assert_eq!(calls, [GET, GET]);

    let enroll = (Method::POST, "enroll-second-step");
    let body = json!({"password": OLD});
    let (enrolled, calls) = signed_in(&world, 2, &session, enroll, body).await;
    assert_eq!(calls, [GET, GET, COUNT, COUNT, REWRITE_AND_FORGET]);
    let app = regain_tests::App::new(enrolled.text("secret"));
    let confirm = (Method::POST, "confirm-second-step");
    let body = json!({"code": app.code(after(3))});
    let (confirmed, calls) = signed_in(&world, 3, &session, confirm, body).await;
    assert_eq!(calls, [GET, GET, COUNT, REWRITE_AND_TELL]);
    let session = confirmed.body["session"]["token"].as_str().unwrap().to_owned();
    for (seconds, endpoint) in [(33, "renew-recovery-codes"), (63, "switch-off-second-step")] {
        let body = json!({"password": OLD, "code": app.code(after(seconds))});
        let call = (Method::POST, endpoint);
        let (reply, mut calls) = signed_in(&world, seconds, &session, call, body).await;
        calls.retain(|call| call != "GetItem tenants"); // a minute has passed
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(calls, [GET, GET, COUNT, COUNT, COUNT, REWRITE_AND_TELL], "{endpoint}");
    }
    let session = world.session_of(after(64), MO, OLD).await;
    let out = (Method::POST, "sign-out-everywhere");
    let (_, calls) = signed_in(&world, 65, &session, out, json!({})).await;
    assert_eq!(calls, [GET, GET, REWRITE]);
}

/// Documents of the provider are fetched once, and not again.
#[tokio::test]
async fn a_provider_costs_one_call_to_begin_three_to_come_back_and_two_to_finish() {
    let (world, openid) = OpenId::world().await;
    let session = world.session_of(after(0), MO, OLD).await;
    let linked =
        world.link_provider(&openid, after(1), &session, Provider::Google, "mo-at-google").await;
    assert_eq!(linked.status, 200, "{linked:?}");
    let documents = openid.asked_for_documents();
    assert!(documents > 0);

    let body = world.federated("google", "sign_in");
    let (begun, calls) = ask(&world, 2, "federated-login", body).await;
    let begin = "TransactWriteItems[UpdateItem tokens, PutItem tokens]";
    assert_eq!(calls, [begin]);
    let back = openid.sign_in(begun.text("url"), &Who::named("mo-at-google")).await;
    world.cloud.forget_calls();
    let returned = world.come_back(after(3), &back).await;
    let calls = asked_of_the_store(&world);
    assert_eq!(calls, [COUNT, GET, GET]);
    let (reply, calls) =
        ask(&world, 4, "finish-sign-in", world.handover(returned.header("location"))).await;
    let redeem =
        "TransactWriteItems[PutItem tokens, ConditionCheckItem accounts, PutItem timeline]";
    assert_eq!((reply.status, calls), (200, vec![GET.to_owned(), redeem.to_owned()]), "{reply:?}");
    assert_eq!(openid.asked_for_documents(), documents, "what is cached is not fetched");
}

/// One call more than a frontend's, and none where the frontend finishes it.
#[tokio::test]
async fn a_page_costs_one_call_to_ask_for_the_second_step_of_who_comes_back() {
    let (world, openid) = OpenId::world().await;
    let session = world.session_of(after(0), MO, OLD).await;
    let google = Provider::Google;
    let linked = world.link_provider(&openid, after(1), &session, google, "mo-at-google").await;
    assert_eq!(linked.status, 200, "{linked:?}");
    let ask = "TransactWriteItems[PutItem tokens, ConditionCheckItem accounts, PutItem timeline]";
    for (seconds, address, finished_here) in
        [(2, sign_in_page("en"), false), (4, "/p/demo/sign-in".to_owned(), true)]
    {
        let page = world.open(after(seconds), &address).await;
        world.cloud.forget_calls();
        let form = page.form("federated-login");
        let page = world.submit(after(seconds), &form, &[("provider", "google")]).await;
        let calls = asked_of_the_store(&world);
        assert_eq!(calls, ["TransactWriteItems[UpdateItem tokens, PutItem tokens]"]);
        let back = openid.sign_in(&page.link("auth"), &Who::named("mo-at-google")).await;
        world.cloud.forget_calls();
        world.come_back(after(seconds + 1), &back).await;
        let calls = asked_of_the_store(&world);
        let finished = finished_here.then_some(ask);
        assert_eq!(calls, [COUNT, GET, GET].into_iter().chain(finished).collect::<Vec<_>>());
    }
}

/// All of it once, for the rights that it takes; and what ends with another password.
pub(super) async fn ways_in(world: &mut World) {
    let (now, password) = (after(200_000), "Trekvaart31");
    let account = json!({"login": "jo2@example.com", "password": password});
    let admin = world.admin.clone();
    let made = (Method::POST, "tenants/demo/accounts");
    assert_eq!(world.admin_at(now, made.0, made.1, &admin, account).await.status, 201);
    let jo = "jo2@example.com";
    for _ in 0..2 {
        world.magic_token(now, jo).await; // the second supersedes
    }
    let token = world.newest_token(jo);
    assert_eq!(world.redeem(now, &token).await.status, 200);
    world.post(now, "why-cannot-i-sign-in", json!({"login": jo})).await;
    world.deliver(now).await;
    let app = world.switch_on(now, jo, password).await;
    let pending = world.pending(now, jo, password).await;
    assert_eq!(world.finish(now, &pending, "000000").await.status, 422);
    let in_ = world.finish(now, &pending, &app.recovery_codes[0]).await;
    assert_eq!(in_.status, 200, "{in_:?}");
    let body = json!({"password": "wrong", "code": "000000"});
    let wrong = world.signed_in(now, &app.session, "switch-off-second-step", body).await;
    assert_eq!(wrong.status, 422, "{wrong:?}");
    world.deliver(now).await;
    // What is asked for in the moment of a change ends with it.
    let now = after(200_001);
    world.magic_token(now, jo).await; // ends with the second step
    let body = json!({"password": password, "code": app.code(now)});
    let off = world.signed_in(now, &app.session, "switch-off-second-step", body).await;
    let session = off.body["session"]["token"].as_str().unwrap().to_owned();
    world.deliver(now).await;
    with_providers(world, &session, jo).await;
    rules_that_ask_for_it(world).await;
}

/// Where who has a second step chooses a password, a code asks whether it is on.
async fn rules_that_ask_for_it(world: &World) {
    let (now, admin) = (after(200_100), world.admin.clone());
    let (path, patch) = ("tenants/demo/settings", json!({"own_password": "with_second_step"}));
    let set = world.admin_at(now, Method::PATCH, path, &admin, patch).await;
    assert_eq!(set.status, 200, "{set:?}");
    let (now, phone) = (after(200_200), "+31612345678");
    let recovery = world.recovery(now, MO, "forgot_password").await;
    assert_eq!(world.ask_code(now, &recovery, phone, "sms").await.status, 202);
    world.deliver(now).await;
    let typed = world.type_code(now, &recovery, &world.newest_code(phone)).await;
    assert_eq!((typed.status, typed.text("password")), (200, "generated"), "{typed:?}");
}

async fn with_providers(world: &mut World, session: &str, login: &str) {
    let (now, google) = (after(200_002), Provider::Google);
    let openid = OpenId::start().await;
    openid.set_up(world).await;
    openid.put_clock(now).await;
    // Another in the place of the first, and then none, with a link that ends with it.
    assert_eq!(world.link_provider(&openid, now, session, google, "one").await.status, 200);
    let other = world.link_provider(&openid, now, session, google, "two").await;
    let session = other.text("token");
    assert_eq!(world.sign_in_with(&openid, now, google, "two").await.status, 200);
    let form = PageForm { action: "/p/demo/federated-login".to_owned(), fields: Vec::new() };
    let typed = [("intent", "sign_in"), ("provider", "google")];
    let page = world.submit(now, &form, &typed).await;
    let back = openid.sign_in(&page.link("auth"), &Who::named("two")).await;
    assert_eq!(world.come_back(now, &back).await.status, 200);
    world.deliver(now).await;
    world.magic_token(now, login).await;
    let body = json!({"provider": "google"});
    let unlinked = world.signed_in(now, session, "unlink-provider", body).await;
    let session = unlinked.body["session"]["token"].as_str().unwrap().to_owned();
    assert_eq!(world.link_provider(&openid, now, &session, google, "one").await.status, 200);
    world.deliver(now).await;
    let now = after(200_003);
    let token = world.reset_token(now, login).await;
    let grant = world.grant(now, &token).await;
    assert_eq!(world.set(now, &grant, "Molenwiek42").await.status, 200);
    let session = world.session_of(now, login, "Molenwiek42").await;
    assert_eq!(world.link_provider(&openid, now, &session, google, "one").await.status, 200);
    world.deliver(now).await;
    let now = after(200_004);
    world.magic_token(now, login).await;
    let out = world.signed_in(now, &session, "sign-out-everywhere", json!({})).await;
    assert_eq!(out.status, 200, "{out:?}");
    let account_id = world.account(login).await.account_id;
    let erased = format!("tenants/demo/accounts/{account_id}");
    let admin = world.admin.clone();
    let erased = world.admin_at(now, Method::DELETE, &erased, &admin, Value::Null).await;
    assert_eq!(erased.status, 204, "{erased:?}");
}
