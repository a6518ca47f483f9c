//! What becomes of a request: a link, the same link again, a word about the block, or nothing.

use jiff::Timestamp;
use regain_domain::account::BlockReason;
use regain_domain::token::{self, TokenPurpose};
use regain_domain::{LinkId, Settings};
use regain_local::{Chaos, SenderChaos};
use regain_tests::{Reply, World, after};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// Asks and has it delivered.
async fn asks(world: &World, now: Timestamp, login: &str) -> Reply {
    let reply = world.request(now, login).await;
    assert_eq!(reply.status, 202);
    world.deliver(now).await;
    reply
}

#[tokio::test]
async fn past_the_mail_limit_nothing_is_issued_and_the_newest_mail_stays_good() {
    let world = World::with(|settings| settings.limits.mails_per_login_hour = 2).await;
    let mut replies = Vec::new();
    for seconds in [0, 10, 20, 30] {
        replies.push(asks(&world, after(seconds), "mo@example.com").await);
    }
    assert_eq!(world.cloud.messages(None).len(), 2);
    let newest = world.newest_token("mo@example.com");
    assert_eq!(world.check(after(40), &newest).await.status, 200);
    assert_eq!(
        world.events("mo@example.com").await,
        [
            "link_issued",
            "link_sent",
            "link_issued",
            "link_sent",
            "request_dropped: mail_limit",
            "request_dropped: mail_limit"
        ]
    );
    let outcomes: Vec<_> =
        replies.iter().map(|reply| world.outcome(reply.text("support_code")).unwrap()).collect();
    assert_eq!(outcomes, ["link_issued", "link_issued", "request_dropped", "request_dropped"]);

    // It is this login's limit and this hour's.
    asks(&world, after(50), "ann@example.com").await;
    assert_eq!(world.cloud.messages(Some("ann@example.com")).len(), 1);
    asks(&world, after(3600), "mo@example.com").await;
    assert_eq!(world.cloud.messages(Some("mo@example.com")).len(), 3);
    assert_eq!(world.check(after(3601), &newest).await.code(), "link_superseded");
}

#[tokio::test]
async fn a_blocked_account_is_told_whom_to_ask_and_gets_no_link() {
    let world = World::new().await;
    let reply = asks(&world, after(0), "bo@example.com").await;
    let [mail] = world.cloud.messages(None).try_into().unwrap();
    assert_eq!((mail.to.as_str(), mail.links.len()), ("bo@example.com", 0));
    assert!(mail.text.contains("help@example.com"), "{}", mail.text);
    assert!(!mail.text.contains("payment"), "why is for the desk to say: {}", mail.text);
    let mut events = world.events("bo@example.com").await;
    events.sort();
    assert_eq!(events, ["notice_sent", "request_refused: payment_overdue"]);
    let outcome = world.outcome(reply.text("support_code"));
    assert_eq!(outcome.as_deref(), Some("request_refused"));
    assert_eq!(world.live_links(after(0)).await, []);
}

/// What the desk finds under a code: outcome and cause.
async fn story(world: &World, code: &str) -> (Value, Value) {
    let path = format!("tenants/demo/support/{code}");
    let found = world.admin(http::Method::GET, &path, &world.desk, Value::Null).await;
    assert_eq!(found.status, 200, "{found:?}");
    (found.body["outcome"].clone(), found.body["cause"].clone())
}

/// An operation of the back office on Mo's account.
async fn office(world: &World, seconds: i64, end: &str, body: Value) -> Reply {
    let path = format!("tenants/demo/accounts/id-of-mo/{end}");
    let reply = world.admin_at(after(seconds), http::Method::POST, &path, &world.admin, body).await;
    assert!(reply.status < 300, "{reply:?}");
    reply
}

/// The desk knows of the block, and the owner asked for nothing.
#[tokio::test]
async fn the_desks_link_to_an_account_blocked_meanwhile_comes_to_nothing_and_says_why() {
    for kind in ["reset", "invite"] {
        let world = World::new().await;
        let asked = office(&world, 0, "send-link", json!({"kind": kind})).await;
        office(&world, 1, "block", json!({"reason": "trial_ended"})).await;
        world.deliver(after(2)).await;
        assert_eq!(world.cloud.messages(None).len(), 0);
        assert_eq!(world.outbox(), [] as [Value; 0]);
        assert_eq!(world.live_links(after(2)).await, []);
        assert_eq!(
            world.events("mo@example.com").await,
            ["account_blocked: trial_ended", "request_dropped: account_blocked"]
        );
        let told = story(&world, asked.text("support_code")).await;
        assert_eq!(told, (json!("request_dropped"), json!("account_blocked")));
    }
}

#[tokio::test]
async fn who_asks_for_oneself_is_mailed_of_a_block_and_the_desk_reads_which() {
    for by_link in [false, true] {
        let world = World::new().await;
        let token = world.reset_token(after(0), "mo@example.com").await;
        world.cloud.clear_messages().unwrap();
        let asked = match by_link {
            true => json!({"token": token}),
            false => json!({"login": "mo@example.com"}),
        };
        let asked = world.post(after(1), "request-reset", asked).await;
        office(&world, 2, "block", json!({"reason": "revoked_by_admin"})).await;
        world.deliver(after(3)).await;
        let [mail] = world.cloud.messages(None).try_into().unwrap();
        assert_eq!((mail.to.as_str(), mail.links.len()), ("mo@example.com", 0));
        assert!(!mail.text.contains("revoked"), "why is for the desk to say: {}", mail.text);
        let events = world.events("mo@example.com").await;
        let refused = events.iter().find(|event| event.starts_with("request_refused"));
        assert_eq!(refused.unwrap(), "request_refused: revoked_by_admin");
        let told = story(&world, asked.text("support_code")).await;
        assert_eq!(told, (json!("request_refused"), json!("revoked_by_admin")));
    }
}

#[tokio::test]
async fn a_block_lifted_before_the_mail_went_is_not_told() {
    let world = World::new().await;
    world.cloud.set_chaos(ses_down());
    asks(&world, after(0), "bo@example.com").await;
    world.change_account("bo@example.com", |account| account.blocked = None).await;
    world.cloud.set_chaos(Chaos::default());
    world.schedule(after(60)).await;
    assert_eq!(world.cloud.messages(None).len(), 0);
    assert_eq!(
        world.events("bo@example.com").await,
        ["request_refused: payment_overdue", "request_dropped: no_longer_live"]
    );
}

#[tokio::test]
async fn a_login_that_nobody_has_gets_no_mail_and_a_story() {
    let world = World::new().await;
    let items = |table: &str| world.cloud.items(table).unwrap().len();
    let (accounts, timeline) = (items("accounts"), items("timeline"));
    let reply = asks(&world, after(0), "nobody@example.com").await;
    assert_eq!(world.cloud.messages(None).len(), 0);
    let outcome = world.outcome(reply.text("support_code"));
    assert_eq!(outcome.as_deref(), Some("no_such_account"));
    assert_eq!((items("accounts"), items("timeline")), (accounts, timeline + 1));
    assert_eq!(world.outbox(), [] as [Value; 0]);
}

fn ses_down() -> Chaos {
    let ses = SenderChaos { fail_next: u64::MAX, ..SenderChaos::default() };
    Chaos { ses, ..Chaos::default() }
}

#[tokio::test]
async fn a_link_that_died_before_its_mail_went_is_not_sent() {
    for ends in ["newer", "not_me", "blocked", "epoch", "deleted", "expired"] {
        let world = World::with(|settings| settings.validity.link_unclicked_seconds = 300).await;
        world.cloud.set_chaos(ses_down());
        asks(&world, after(0), "mo@example.com").await;
        let [item] = world.outbox().try_into().unwrap();
        let id = item.pointer("/work/send/notice/link").and_then(Value::as_str).unwrap();
        let id = LinkId::parse(id).unwrap();
        let token = token::mint(&world.links, &world.tenant(), TokenPurpose::ResetLink, id);
        let mut at = 60;
        match ends {
            "newer" => {
                asks(&world, after(10), "mo@example.com").await;
            }
            "not_me" => {
                assert_eq!(world.not_me(after(10), token.expose_secret()).await.status, 200);
            }
            "blocked" => {
                let block = Some(BlockReason::Cancelled);
                world.change_account("mo@example.com", |account| account.blocked = block).await;
            }
            "epoch" => world.change_account("mo@example.com", |account| account.epoch += 1).await,
            "deleted" => world.remove_account("mo@example.com"),
            _ => at = 300,
        }
        world.cloud.set_chaos(Chaos::default());
        world.schedule(after(at)).await;
        let mails = world.cloud.messages(None);
        let sent = mails.iter().any(|mail| mail.text.contains(token.expose_secret()));
        assert!(!sent, "{ends}");
        assert_eq!(mails.len(), usize::from(ends == "newer"), "{ends}");
        assert_eq!(world.outbox(), [] as [Value; 0], "{ends}");
        if ends != "deleted" {
            let events = world.events("mo@example.com").await;
            assert!(events.contains(&"request_dropped: no_longer_live".to_owned()), "{events:?}");
        }
    }
}

#[tokio::test]
async fn a_repeat_within_the_tenants_window_mails_the_same_link_with_the_same_deadline() {
    let world = World::with(|settings| settings.validity.same_link_window_seconds = 300).await;
    asks(&world, after(0), "mo@example.com").await;
    let first = world.newest_token("mo@example.com");
    let deadline = world.check(after(1), &first).await.text("valid_until").to_owned();

    asks(&world, after(299), "mo@example.com").await;
    assert_eq!(world.cloud.messages(None).len(), 2);
    assert_eq!(world.newest_token("mo@example.com"), first);
    assert_eq!(world.check(after(299), &first).await.text("valid_until"), deadline);

    asks(&world, after(300), "mo@example.com").await;
    let second = world.newest_token("mo@example.com");
    assert_ne!(second, first);
    assert_eq!(world.check(after(301), &first).await.code(), "link_superseded");

    // A link that was clicked is never mailed again.
    world.grant(after(310), &second).await;
    asks(&world, after(320), "mo@example.com").await;
    assert_ne!(world.newest_token("mo@example.com"), second);
    let events = world.events("mo@example.com").await;
    let short: Vec<&str> = events.iter().map(String::as_str).collect();
    assert_eq!(
        short,
        [
            "link_issued",
            "link_sent",
            "link_repeated",
            "link_sent",
            "link_issued",
            "link_sent",
            "link_clicked",
            "link_issued",
            "link_sent"
        ]
    );
}

#[tokio::test]
async fn without_a_window_every_request_makes_a_new_link() {
    let world = World::new().await;
    asks(&world, after(0), "mo@example.com").await;
    let first = world.newest_token("mo@example.com");
    asks(&world, after(1), "mo@example.com").await;
    assert_ne!(world.newest_token("mo@example.com"), first);
}

#[tokio::test]
async fn the_work_of_a_tenant_that_is_gone_goes_with_it() {
    let world = World::new().await;
    let before = world.cloud.items("timeline").unwrap();
    world.request(after(0), "mo@example.com").await;
    world.sign_in(after(0), "mo@example.com", "Wrong-1234").await;
    world.remove_tenant();
    assert_eq!(world.deliver(after(1)).await.dead, 0);
    assert_eq!(world.cloud.messages(None).len(), 0);
    assert_eq!(world.outbox(), [] as [Value; 0]);
    assert_eq!(world.cloud.items("timeline").unwrap(), before);
}

#[tokio::test]
async fn a_request_by_a_dead_link_mails_its_account() {
    let world = World::new().await;
    let old = world.reset_token(after(0), "mo@example.com").await;
    let later = after(i64::from(Settings::default().validity.link_unclicked_seconds));
    assert_eq!(world.check(later, &old).await.code(), "link_expired");
    let reply = world.post(later, "request-reset", json!({"token": old})).await;
    assert_eq!(reply.status, 202);
    world.deliver(later).await;
    let newest = world.newest_token("mo@example.com");
    assert_ne!(newest, old);
    assert_eq!(world.check(later, &newest).await.status, 200);
}

#[tokio::test]
async fn a_stranger_who_uses_the_mail_limit_up_does_not_shut_the_owner_out() {
    let world = World::with(|settings| {
        settings.limits.mails_per_login_hour = 2;
        settings.limits.per_login_and_address_hour = 100;
    })
    .await;
    for seconds in 0..3 {
        world.request(after(seconds), "mo@example.com").await;
        world.deliver(after(seconds)).await;
    }
    assert_eq!(world.cloud.messages(Some("mo@example.com")).len(), 2);
    let report = world.newest_not_me("mo@example.com");
    assert_eq!(world.not_me(after(10), &report).await.status, 200);
    world.cloud.clear_messages().unwrap();
    // No link is live: the owner gets one, and at most three such in an hour.
    for seconds in 20..26 {
        world.request(after(seconds), "mo@example.com").await;
        world.deliver(after(seconds)).await;
        if let Some(mail) = world.cloud.messages(Some("mo@example.com")).first() {
            let not_me = mail.links.iter().find(|link| link.rel == regain_local::Rel::NotMe);
            let report = not_me.unwrap().url.rsplit('/').next().unwrap().to_owned();
            world.not_me(after(seconds), &report).await;
        }
    }
    assert_eq!(world.cloud.messages(Some("mo@example.com")).len(), 3);
}
