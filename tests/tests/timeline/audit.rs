use http::Method;
use regain_local::{Chaos, SenderChaos};
use regain_tests::{Request, World, after, moment};
use serde_json::{Value, json};

const MO: &str = "mo@example.com";
const ANN: &str = "ann@example.com";
const BO: &str = "bo@example.com";

/// The new events of an account, in short: event, actor, cause and the second it happened.
async fn new_events(world: &World, login: &str, known: &mut usize) -> Vec<Value> {
    let mut timeline = world.timeline(login).await;
    timeline.sort_by_key(|entry| entry["at"].as_i64());
    let new = timeline.split_off(*known);
    *known += new.len();
    for entry in &new {
        let by_someone = entry["actor"] != "system";
        assert_eq!(entry["source"].is_string(), by_someone, "{entry}");
        let key = format!("{:020}#", entry["at"].as_i64().unwrap());
        assert!(entry["sk"].as_str().unwrap().starts_with(&key), "{entry}");
        assert!(entry["subject"].is_string(), "{entry}");
        assert_eq!(entry["support_code"].as_str().unwrap().len(), 7, "{entry}");
    }
    let short = |entry: &Value| {
        let seconds = moment(&entry["at"]).as_second() - after(0).as_second();
        json!([entry["event"], entry["actor"], entry["cause"], seconds])
    };
    let mut new: Vec<Value> = new.iter().map(short).collect();
    new.sort_by_key(ToString::to_string);
    new
}

#[tokio::test]
async fn a_recovery_leaves_one_event_a_step() {
    let world = World::new().await;
    let known = &mut 0;
    world.request(after(0), MO).await;
    assert_eq!(new_events(&world, MO, known).await, [] as [Value; 0]);
    world.deliver(after(1)).await;
    assert_eq!(
        new_events(&world, MO, known).await,
        [json!(["link_issued", "caller", null, 1]), json!(["link_sent", "system", null, 1])]
    );
    let token = world.newest_token(MO);
    assert_eq!(world.check(after(2), &token).await.status, 200);
    assert_eq!(new_events(&world, MO, known).await, [] as [Value; 0], "looking is no event");

    let grant = world.grant(after(3), &token).await;
    world.grant(after(4), &token).await;
    assert_eq!(
        new_events(&world, MO, known).await,
        [json!(["link_clicked", "caller", null, 3])],
        "a second click changes nothing"
    );
    assert_eq!(world.set(after(5), &grant, "weak").await.status, 422);
    assert_eq!(new_events(&world, MO, known).await, [] as [Value; 0]);
    assert_eq!(world.set(after(6), &grant, "Molenwiek42").await.status, 200);
    assert_eq!(world.set(after(7), &grant, "Molenwiek43").await.status, 410);
    assert_eq!(
        new_events(&world, MO, known).await,
        [json!(["password_changed", "caller", "reset", 6])]
    );
    world.deliver(after(8)).await;
    assert_eq!(new_events(&world, MO, known).await, [json!(["notice_sent", "system", null, 8])]);
    assert_eq!(world.sign_in(after(9), MO, "Molenwiek42").await.0, 200);
    assert_eq!(new_events(&world, MO, known).await, [json!(["signed_in", "caller", null, 9])]);
    let report = world.newest_not_me(MO);
    assert_eq!(world.not_me(after(10), &report).await.status, 200);
    assert_eq!(
        new_events(&world, MO, known).await,
        [json!(["not_me_reported", "caller", null, 10])]
    );
}

#[tokio::test]
async fn a_sign_in_that_fails_or_is_refused_leaves_one_event() {
    let world = World::new().await;
    let (known, of_bo) = (&mut 0, &mut 0);
    assert_eq!(world.sign_in(after(1), MO, "Wrong-1234").await.0, 401);
    for _ in 0..3 {
        world.cloud.rewind_stream().await;
        world.deliver(after(2)).await;
    }
    assert_eq!(
        new_events(&world, MO, known).await,
        [json!(["sign_in_failed", "caller", null, 1])],
        "told when it happened, however late and often it was delivered"
    );
    assert_eq!(world.sign_in(after(3), BO, "Klompen99").await.0, 403);
    world.deliver(after(4)).await;
    assert_eq!(
        new_events(&world, BO, of_bo).await,
        [json!(["sign_in_refused", "caller", "payment_overdue", 3])]
    );
}

#[tokio::test]
async fn what_became_of_a_request_is_one_event_with_its_cause() {
    let world = World::with(|settings| settings.validity.same_link_window_seconds = 60).await;
    let (of_ann, of_bo) = (&mut 0, &mut 0);
    world.reset_token(after(0), ANN).await;
    let token = world.reset_token(after(30), ANN).await;
    assert_eq!(
        new_events(&world, ANN, of_ann).await,
        [
            json!(["link_issued", "caller", null, 0]),
            json!(["link_repeated", "caller", null, 30]),
            json!(["link_sent", "system", null, 0]),
            json!(["link_sent", "system", null, 30]),
        ]
    );
    world.request(after(40), ANN).await;
    assert_eq!(world.not_me(after(41), &token).await.status, 200);
    assert_eq!(world.not_me(after(42), &token).await.status, 200);
    assert_eq!(
        new_events(&world, ANN, of_ann).await,
        [json!(["link_withdrawn", "caller", "not_me", 41])],
        "said twice, done once"
    );
    world.deliver(after(43)).await;
    assert_eq!(
        new_events(&world, ANN, of_ann).await,
        [json!(["request_dropped", "caller", "killed_since", 43])]
    );
    world.request(after(50), BO).await;
    world.deliver(after(50)).await;
    assert_eq!(
        new_events(&world, BO, of_bo).await,
        [
            json!(["notice_sent", "system", null, 50]),
            json!(["request_refused", "caller", "payment_overdue", 50])
        ]
    );
}

#[tokio::test]
async fn what_the_back_office_does_is_one_event_of_its_key() {
    let world = World::with(|settings| settings.temporary_passwords_enabled = true).await;
    let known = &mut 0;
    let id = world.admin.split('_').next_back().unwrap();
    for (end, method, body, expected) in [
        ("", Method::PATCH, json!({"last_name": "Bos", "language": "nl"}), "account_changed"),
        ("", Method::PATCH, json!({"last_name": "Bos"}), ""),
        ("/block", Method::POST, json!({"reason": "trial_ended"}), "account_blocked"),
        ("/block", Method::POST, json!({"reason": "trial_ended"}), ""),
        ("/unblock", Method::POST, Value::Null, "account_unblocked"),
        ("/unblock", Method::POST, Value::Null, ""),
        ("/temporary-password", Method::POST, Value::Null, "temporary_password_set"),
        ("/timeline", Method::GET, Value::Null, ""),
        ("", Method::GET, Value::Null, ""),
    ] {
        let path = format!("tenants/demo/accounts/id-of-ann{end}");
        let reply = world.admin_at(after(5), method, &path, &world.admin, body).await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        let new = new_events(&world, ANN, known).await;
        let key = json!({"key": reply.log["key.id"]});
        let (count, cause) = match expected {
            "" => (0, Value::Null),
            "account_changed" => (1, json!("last_name, language")),
            "account_blocked" | "account_unblocked" => (1, json!("trial_ended")),
            _ => (1, Value::Null),
        };
        let expected = vec![json!([expected, key, cause, 5]); count];
        assert_eq!(new, expected, "{path}");
        assert!(!key.to_string().contains(id), "of a key its name, and nothing of its text");
    }
}

#[tokio::test]
async fn a_notice_given_up_is_one_event() {
    let world = World::new().await;
    let known = &mut 0;
    let ses = SenderChaos { fail_next: u64::MAX, ..SenderChaos::default() };
    world.cloud.set_chaos(Chaos { ses, ..Chaos::default() });
    world.request(after(0), MO).await;
    world.deliver(after(0)).await;
    let day = 24 * 3600;
    for seconds in [day, day + 60, day + 120] {
        world.schedule(after(seconds)).await;
    }
    assert_eq!(
        new_events(&world, MO, known).await,
        [json!(["link_issued", "caller", null, 0]), json!(["notice_failed", "system", null, day])]
    );
}

#[tokio::test]
async fn a_source_is_equal_for_equal_addresses_and_tells_no_address() {
    let world = World::new().await;
    let body = json!({"login": MO, "password": "Zeilboot7"});
    let mut sources = Vec::new();
    for (seconds, address) in [
        (1, "192.0.2.1"),
        (2, "192.0.2.1"),
        (3, "192.0.2.2"),
        (4, "2001:db8::1"),
        (5, "2001:db8::2"),
    ] {
        let source_ip = Some(address.parse().unwrap());
        let request = Request { source_ip, ..Request::post("sign-in", &body) };
        assert_eq!(world.send(after(seconds), &request).await.status, 200);
        let newest = world.timeline(MO).await.pop().unwrap();
        sources.push(newest["source"].as_str().unwrap().to_owned());
    }
    assert_eq!(sources[0], sources[1]);
    assert_ne!(sources[0], sources[2]);
    assert_eq!(sources[3], sources[4], "of IPv6 the /64 counts");
    assert!(sources.iter().all(|source| source.len() == 32
        && source.bytes().all(|byte| byte.is_ascii_hexdigit())));
    // The same caller in another function is the same source; an HMAC, so no list of addresses
    // hashed beforehand finds it.
    let request = Request {
        source_ip: Some([192, 0, 2, 1].into()),
        ..Request::post("request-reset", &json!({"login": MO}))
    };
    world.send(after(6), &request).await;
    world.deliver(after(6)).await;
    let timeline = world.timeline(MO).await;
    let issued = timeline.iter().find(|entry| entry["event"] == "link_issued").unwrap();
    assert_eq!(issued["source"], sources[0]);
}

#[tokio::test]
async fn a_support_code_leads_from_the_answer_to_the_story_and_the_events() {
    let world = World::new().await;
    let reply = world.request(after(0), MO).await;
    world.deliver(after(0)).await;
    let code = reply.text("support_code");
    assert_eq!(world.outcome(code).as_deref(), Some("link_issued"));
    let timeline = world.timeline(MO).await;
    assert!(timeline[1..].iter().all(|entry| entry["support_code"] == code), "{timeline:?}");
    assert!(world.newest_mail(MO).text.contains(code));
    let token = world.newest_token(MO);
    let grant = world.grant(after(1), &token).await;
    world.set(after(2), &grant, "Molenwiek42").await;
    let dead = world.click(after(3), &token).await;
    assert_eq!(dead.text("support_code"), code);

    let path = format!("tenants/demo/support/{code}");
    let story = world.admin(Method::GET, &path, &world.desk, Value::Null).await.body;
    let told: Vec<&Value> = story["events"].as_array().unwrap().iter().collect();
    let timeline = world.timeline(MO).await;
    let kept = timeline.iter().filter(|entry| entry["support_code"] == code);
    let kept: Vec<&Value> = kept.collect();
    let names = |events: &[&Value]| events.iter().map(|e| e["event"].clone()).collect::<Vec<_>>();
    assert_eq!(names(&told), ["link_issued", "link_sent", "link_clicked", "password_changed"]);
    assert_eq!(names(&told), names(&kept));
    assert_eq!(
        (&story["outcome"], &story["account_id"]),
        (&json!("link_issued"), &json!("id-of-mo"))
    );

    let failed = world.post(after(4), "sign-in", json!({"login": MO, "password": "x"})).await;
    world.deliver(after(5)).await;
    let outcome = world.outcome(failed.text("support_code"));
    assert_eq!(outcome.as_deref(), Some("sign_in_failed"));
}
