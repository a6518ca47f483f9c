//! "This was not me": a live link dies; after use, everything that was issued does, once, and only
//! while what was done still stands.

use http::Method;
use regain_domain::account::BlockReason;
use regain_local::{Chaos, DynamoDbChaos};
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

const MO: &str = "mo@example.com";
const OLD: &str = "Zeilboot7";
const NEW: &str = "Molenwiek42";

fn answer(reply: &Reply) -> (u16, Value) {
    (reply.status, reply.body.clone())
}

fn withdrawn() -> (u16, Value) {
    (200, json!({"status": "withdrawn"}))
}

fn reported() -> (u16, Value) {
    (200, json!({"status": "reported"}))
}

/// Code, reason, moment and remedy of a death.
fn death(reply: &Reply) -> [&str; 4] {
    [reply.code(), reply.text("reason"), reply.text("at"), reply.text("remedy")]
}

/// Whether the timeline of the account tells of this, with this cause.
fn is_told(world: &World, event: &str, cause: Option<&str>) -> bool {
    let entries = world.cloud.items("timeline").unwrap_or_default();
    entries.iter().any(|entry| {
        entry.pointer("/event/S").and_then(Value::as_str) == Some(event)
            && entry.pointer("/cause/S").and_then(Value::as_str) == cause
    })
}

/// Sets the password by a link; gives the link's token and the report token of the notice.
async fn used(world: &World, seconds: i64) -> (String, String) {
    let token = world.reset_token(after(seconds), MO).await;
    let grant = world.grant(after(seconds + 1), &token).await;
    assert_eq!(world.set(after(seconds + 2), &grant, NEW).await.status, 200);
    world.deliver(after(seconds + 3)).await;
    (token, world.newest_not_me(MO))
}

#[tokio::test]
async fn not_me_ends_a_link_that_lives_and_leaves_the_account_alone() {
    for clicked in [false, true] {
        let world = World::new().await;
        let token = world.reset_token(after(0), MO).await;
        let report = world.newest_not_me(MO);
        assert_eq!(world.click(after(5), &report).await.code(), "link_unknown", "it opens nothing");
        let grant = if clicked { world.grant(after(10), &token).await } else { String::new() };
        let before = world.account(MO).await;

        assert_eq!(answer(&world.not_me(after(20), &report).await), withdrawn());
        let dead = ["link_withdrawn", "not_me", "2026-11-22T14:00:20Z", "request_again"];
        assert_eq!(death(&world.check(after(30), &token).await), dead);
        assert_eq!(death(&world.click(after(30), &token).await), dead);
        if clicked {
            let dead = ["grant_withdrawn", "not_me", "2026-11-22T14:00:20Z", "request_again"];
            assert_eq!(death(&world.set(after(30), &grant, NEW).await), dead);
        }
        let now = world.account(MO).await;
        assert_eq!((now.epoch, now.reported_at), (before.epoch, None));
        assert_eq!(now.password_phc, before.password_phc);
        assert_eq!(world.sign_in(after(40), MO, OLD).await.0, 200);
        assert!(is_told(&world, "link_withdrawn", Some("not_me")));
    }
}

#[tokio::test]
async fn saying_it_again_is_the_same_and_writes_nothing() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    assert_eq!(answer(&world.not_me(after(20), &token).await), withdrawn());
    let at_rest = world.cloud.dump().unwrap();
    for seconds in [20, 21, 4000, 172_800, 900_000] {
        assert_eq!(answer(&world.not_me(after(seconds), &token).await), withdrawn(), "{seconds}");
    }
    assert_eq!(world.cloud.dump().unwrap(), at_rest);
    assert_eq!(world.check(after(900_000), &token).await.text("at"), "2026-11-22T14:00:20Z");
}

#[tokio::test]
async fn of_a_link_that_died_otherwise_it_hears_that_and_changes_nothing() {
    let world = World::new().await;
    let superseded = world.reset_token(after(0), MO).await;
    let expired = world.reset_token(after(100), MO).await;
    let click_expired = world.reset_token(after(0), "ann@example.com").await;
    world.grant(after(10), &click_expired).await;
    let at_rest = world.cloud.dump().unwrap();
    for (token, code) in [
        (&superseded, "link_superseded"),
        (&expired, "link_expired"),
        (&click_expired, "link_click_expired"),
    ] {
        let reply = world.not_me(after(200_000), token).await;
        assert_eq!((reply.status, reply.code()), (410, code));
    }
    assert_eq!(world.cloud.dump().unwrap(), at_rest);
}

#[tokio::test]
async fn after_use_it_ends_everything_that_was_issued_and_changes_no_password() {
    for by_notice in [false, true] {
        let world = World::new().await;
        let (token, report) = used(&world, 0).await;
        assert_ne!(token, report, "the notice gives no right to a link");
        // Someone else is at the mailbox, and has asked and clicked once more.
        let second = world.reset_token(after(100), MO).await;
        let grant = world.grant(after(110), &second).await;
        let before = world.account(MO).await;

        let said = if by_notice { &report } else { &token };
        assert_eq!(answer(&world.not_me(after(120), said).await), reported());
        let account = world.account(MO).await;
        assert_eq!(account.epoch, before.epoch + 1, "sessions name the epoch before");
        assert!(account.slots.is_empty());
        assert_eq!(account.reported_at, Some(after(120)), "flagged to the desk");
        assert_eq!(account.password_phc, before.password_phc);
        assert_eq!(account.password_version, before.password_version);
        let at = "2026-11-22T14:02:00Z";
        assert_eq!(
            death(&world.set(after(130), &grant, "Dijkhuis77").await),
            ["grant_withdrawn", "not_me", at, "request_again"]
        );
        assert_eq!(
            death(&world.click(after(130), &second).await),
            ["link_withdrawn", "not_me", at, "request_again"]
        );
        assert_eq!(world.click(after(130), &token).await.code(), "link_used", "it stays used");
        assert!(world.live_links(after(130)).await.is_empty());
        assert!(is_told(&world, "not_me_reported", None));
        assert_eq!(world.sign_in(after(140), MO, NEW).await.0, 200, "no password was changed");

        // The owner can recover, whoever says it again.
        let third = world.reset_token(after(200), MO).await;
        let grant = world.grant(after(210), &third).await;
        for said in [&report, &token] {
            assert_eq!(answer(&world.not_me(after(215), said).await), reported());
        }
        assert_eq!(world.set(after(220), &grant, "Dijkhuis77").await.status, 200);
    }
}

#[tokio::test]
async fn a_blocked_account_can_still_be_reported_and_a_deleted_one_has_nothing_to_report() {
    let world = World::new().await;
    let (token, report) = used(&world, 0).await;
    world.change_account(MO, |account| account.blocked = Some(BlockReason::Other)).await;
    assert_eq!(answer(&world.not_me(after(50), &report).await), reported());
    assert_eq!(world.account(MO).await.reported_at, Some(after(50)));
    world.remove_account(MO);
    for said in [&token, &report] {
        assert_eq!(answer(&world.not_me(after(60), said).await), reported(), "it was");
    }

    let world = World::new().await;
    let (token, report) = used(&world, 0).await;
    world.remove_account(MO);
    let at_rest = world.cloud.dump().unwrap_or_default();
    for said in [&token, &report] {
        let reply = world.not_me(after(60), said).await;
        let used = ["link_used", "", "2026-11-22T14:00:02Z", "contact_support"];
        assert_eq!(death(&reply), used);
    }
    assert_eq!(world.cloud.dump().unwrap_or_default(), at_rest);
}

#[tokio::test]
async fn a_report_counts_once_by_whichever_token_and_however_late() {
    let world = World::new().await;
    let (token, report) = used(&world, 0).await;
    let before = world.account(MO).await;
    assert_eq!(answer(&world.not_me(after(20), &report).await), reported());
    let at_rest = world.cloud.dump().unwrap_or_default();
    for seconds in [20, 21, 4000, 172_800, 900_000] {
        for said in [&token, &report] {
            assert_eq!(answer(&world.not_me(after(seconds), said).await), reported(), "{seconds}");
        }
    }
    assert_eq!(world.cloud.dump().unwrap_or_default(), at_rest, "nor is it told again");
    let account = world.account(MO).await;
    assert_eq!((account.epoch, account.reported_at), (before.epoch + 1, Some(after(20))));
    let told = world.events(MO).await;
    assert_eq!(told.iter().filter(|event| *event == "not_me_reported").count(), 1, "{told:?}");
}

#[tokio::test]
async fn of_reports_at_once_one_counts() {
    for round in 0..20 {
        let world = World::new().await;
        let (token, report) = used(&world, 0).await;
        let before = world.account(MO).await;
        let (a, b, c) = tokio::join!(
            world.not_me(after(20), &token),
            world.not_me(after(20), &report),
            world.not_me(after(20), &report),
        );
        for reply in [&a, &b, &c] {
            assert_eq!(answer(reply), reported(), "round {round}");
        }
        assert_eq!(world.account(MO).await.epoch, before.epoch + 1, "round {round}");
        let told = world.events(MO).await;
        assert_eq!(told.iter().filter(|event| *event == "not_me_reported").count(), 1);
    }
}

const ACCOUNT: &str = "tenants/demo/accounts/id-of-mo";
const MOVED: &str = "mo.jansen@example.org";

/// An operation of the admin on Mo's account.
async fn on_mo(world: &World, seconds: i64, method: Method, end: &str, body: Value) -> Reply {
    let path = format!("{ACCOUNT}{end}");
    let reply = world.admin_at(after(seconds), method, &path, &world.admin, body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}

/// Another recovery, up to the password.
async fn recovers(world: &World, seconds: i64, login: &str, password: &str) {
    let token = world.reset_token(after(seconds), login).await;
    let grant = world.grant(after(seconds + 1), &token).await;
    assert_eq!(world.set(after(seconds + 2), &grant, password).await.status, 200);
}

/// Whoever kept the mail about a password of long ago must not end what came after it.
#[tokio::test]
async fn a_report_of_what_no_longer_stands_flags_the_account_and_ends_nothing() {
    let day = 86_400;
    for (since, at) in [
        ("by mail", 1000),
        ("temporary", 1000),
        ("temporary", 100 + day),
        ("temporary, then one's own", 1000),
        ("moved and by mail", 1000),
    ] {
        let world = World::with(|settings| settings.temporary_passwords_enabled = true).await;
        let (token, report) = used(&world, 0).await;
        let login = if since == "moved and by mail" { MOVED } else { MO };
        if login == MOVED {
            on_mo(&world, 100, Method::PATCH, "", json!({"login": MOVED})).await;
        }
        if since.contains("temporary") {
            let made = on_mo(&world, 100, Method::POST, "/temporary-password", Value::Null).await;
            let body = json!({"login": MO, "password": made.text("password")});
            let grant = world.post(after(110), "sign-in", body).await.text("grant").to_owned();
            if since.contains("own") {
                assert_eq!(world.set(after(120), &grant, "Dijkhuis77").await.status, 200);
            }
        } else {
            recovers(&world, 200, login, "Dijkhuis77").await;
        }
        // Its owner is in the middle of another.
        let other = world.reset_token(after(at), login).await;
        let grant = world.grant(after(at + 1), &other).await;
        let before = world.account(login).await;

        assert_eq!(answer(&world.not_me(after(at + 2), &report).await), reported(), "{since}");
        let mut account = world.account(login).await;
        assert_eq!(account.reported_at.take(), Some(after(at + 2)), "{since}: the desk sees it");
        let [account, before] = [account, before].map(|account| json!(account));
        assert_eq!(account, before, "{since}: and nothing else has changed");
        assert_eq!(answer(&world.not_me(after(at + 3), &token).await), reported(), "{since}");
        assert_eq!(world.account(login).await.reported_at, Some(after(at + 2)), "{since}: once");
        assert_eq!(world.set(after(at + 4), &grant, "Rotonde64").await.status, 200, "{since}");
        assert_eq!(world.sign_in(after(at + 5), login, "Rotonde64").await.0, 200, "{since}");
        let told = world.events(login).await;
        assert_eq!(told.iter().filter(|event| *event == "not_me_reported").count(), 1);
    }
}

#[tokio::test]
async fn while_it_stands_a_report_ends_everything_wherever_the_account_moved() {
    for moved in [false, true] {
        let world = World::new().await;
        let (_, report) = used(&world, 0).await;
        let login = if moved { MOVED } else { MO };
        if moved {
            on_mo(&world, 100, Method::PATCH, "", json!({"login": MOVED})).await;
        }
        // What changes no password leaves it standing: a name, a sign-in, a link that waits.
        on_mo(&world, 110, Method::PATCH, "", json!({"first_name": "M"})).await;
        assert_eq!(world.sign_in(after(120), login, NEW).await.0, 200);
        let other = world.reset_token(after(500_000), login).await;
        let grant = world.grant(after(500_001), &other).await;
        let before = world.account(login).await;
        assert_eq!(answer(&world.not_me(after(500_002), &report).await), reported());
        let account = world.account(login).await;
        assert_eq!((account.epoch, account.slots.len()), (before.epoch + 1, 0));
        assert_eq!(account.reported_at, Some(after(500_002)));
        let dead = world.set(after(500_003), &grant, "Rotonde64").await;
        assert_eq!((dead.code(), dead.text("reason")), ("grant_withdrawn", "not_me"));
        assert!(world.live_links(after(500_003)).await.is_empty());
    }
}

/// Either the report came first and ended the right to set another, or it was too late to.
#[tokio::test]
async fn a_report_beside_another_password_ends_it_or_leaves_it_alone() {
    for round in 0..20 {
        let world = World::new().await;
        let (_, report) = used(&world, 0).await;
        let token = world.reset_token(after(100), MO).await;
        let grant = world.grant(after(101), &token).await;
        let before = world.account(MO).await;
        let (said, set) = tokio::join!(
            world.not_me(after(110), &report),
            world.set(after(110), &grant, "Dijkhuis77"),
        );
        assert_eq!(answer(&said), reported(), "round {round}");
        let account = world.account(MO).await;
        assert_eq!((account.epoch, account.reported_at), (before.epoch + 1, Some(after(110))));
        let works = if set.status == 200 { "Dijkhuis77" } else { NEW };
        assert!([200, 410].contains(&set.status), "round {round}: {set:?}");
        assert_eq!(world.sign_in(after(120), MO, works).await.0, 200, "round {round}");
    }
}

#[tokio::test]
async fn a_request_made_before_it_and_processed_after_it_issues_nothing() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    world.request(after(10), MO).await;
    assert_eq!(answer(&world.not_me(after(20), &token).await), withdrawn());
    world.deliver(after(30)).await;
    assert_eq!(world.cloud.messages(Some(MO)).len(), 1);
    assert!(world.live_links(after(30)).await.is_empty());
    assert!(is_told(&world, "request_dropped", Some("killed_since")));

    let (_, report) = used(&world, 4000).await;
    world.cloud.clear_messages().unwrap();
    world.request(after(4010), MO).await;
    assert_eq!(answer(&world.not_me(after(4020), &report).await), reported());
    world.deliver(after(4030)).await;
    assert!(world.cloud.messages(Some(MO)).is_empty());
    assert!(world.live_links(after(4030)).await.is_empty());

    world.request(after(4040), MO).await;
    world.deliver(after(4040)).await;
    assert_eq!(world.cloud.messages(Some(MO)).len(), 1, "made after it, it is a new story");
}

#[tokio::test]
async fn a_report_meets_conflicts_and_lost_answers_and_is_written_once() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let chaos = |dynamodb| world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    chaos(DynamoDbChaos { conflict_next: 4, ..DynamoDbChaos::default() });
    assert_eq!(answer(&world.not_me(after(10), &token).await), withdrawn());

    let (token, _) = used(&world, 100).await;
    let mut epoch = world.account(MO).await.epoch;
    chaos(DynamoDbChaos { conflict_next: 4, ..DynamoDbChaos::default() });
    assert_eq!(answer(&world.not_me(after(110), &token).await), reported());
    assert_eq!(world.account(MO).await.epoch, epoch + 1);
    // Its answer is lost on the way: the SDK asks again, and it has happened once. Lost for good:
    // who asks again hears that it is done.
    for (seconds, lost, status) in [(120, 2, 200), (140, 3, 503)] {
        let token = world.reset_token(after(seconds), MO).await;
        let grant = world.grant(after(seconds + 1), &token).await;
        let password = format!("Dijkhuis{seconds}");
        assert_eq!(world.set(after(seconds + 2), &grant, &password).await.status, 200);
        epoch = world.account(MO).await.epoch;
        chaos(DynamoDbChaos { lose_transaction_next: lost, ..DynamoDbChaos::default() });
        assert_eq!(world.not_me(after(seconds + 3), &token).await.status, status);
        assert_eq!(answer(&world.not_me(after(seconds + 4), &token).await), reported());
        assert_eq!(world.account(MO).await.epoch, epoch + 1, "{lost}");
    }
    let token = world.reset_token(after(200), MO).await;
    chaos(DynamoDbChaos { lose_transaction_next: 3, ..DynamoDbChaos::default() });
    assert_eq!(world.not_me(after(210), &token).await.status, 503);
    assert_eq!(answer(&world.not_me(after(220), &token).await), withdrawn());
    assert_eq!(world.check(after(230), &token).await.text("at"), "2026-11-22T14:03:30Z");
}
