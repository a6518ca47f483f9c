//! The same thing done by many at the same moment.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use regain_domain::Settings;
use regain_domain::hashing::{Cost, Hasher};
use regain_domain::password::Password;
use regain_tests::{World, after};

use crate::{MO, NEW, OLD, event_of};

fn without_limits(settings: &mut Settings) {
    settings.limits.per_login_and_address_hour = 10_000;
    settings.limits.per_address_hour = 10_000;
    settings.limits.mails_per_login_hour = 10_000;
    settings.lockout.failures = 100;
}

/// As many as may be tried, and many more: who comes when no tries are left ends nothing under those
/// who came before.
#[tokio::test]
async fn a_link_works_once_even_if_a_hundred_race() {
    for at_once in [20, 100] {
        let world = World::with(without_limits).await;
        let token = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(10), &token).await;
        let passwords: Vec<String> = (0..at_once).map(|n| format!("Molenwiek{n:03}x")).collect();

        let set = passwords.iter().map(|password| world.set(after(20), &grant, password));
        let replies = join_all(set).await;
        let mut outcomes: BTreeMap<_, u32> = BTreeMap::new();
        for reply in &replies {
            *outcomes.entry((reply.status, reply.code(), reply.text("reason"))).or_default() += 1;
        }
        let won = outcomes.remove(&(200, "", "")).unwrap_or_default();
        assert_eq!(won, 1, "of {at_once}, {outcomes:?}");
        // Everybody else hears that it was used, or that there were no tries left when they came.
        // Who read the link before it was used and the account after it hears what the account
        // says.
        outcomes.remove(&(410, "grant_used", ""));
        outcomes.remove(&(410, "grant_withdrawn", "too_many_tries"));
        outcomes.remove(&(410, "grant_withdrawn", "password_changed"));
        assert_eq!(outcomes, BTreeMap::new());
        assert!(world.link(&token).await.unwrap().tries <= 20);
        let winner = replies.iter().position(|reply| reply.status == 200).unwrap();
        it_is_set(&world, &grant, &passwords, winner).await;
    }
}

/// One of these passwords is the new one, and its owner was told once.
async fn it_is_set(world: &World, grant: &str, passwords: &[String], winner: usize) {
    assert_eq!(world.set(after(21), grant, NEW).await.code(), "grant_used");
    let others = passwords.iter().enumerate().filter(|(number, _)| *number != winner);
    for (_, password) in others.step_by(5) {
        assert_eq!(world.sign_in(after(30), MO, password).await.0, 401, "{password}");
    }
    assert_eq!(world.sign_in(after(30), MO, OLD).await.0, 401);
    assert_eq!(world.sign_in(after(30), MO, &passwords[winner]).await.0, 200);
    let account = world.account(MO).await;
    assert_eq!((account.epoch, account.password_version, account.history.len()), (1, 2, 2));

    world.cloud.clear_messages().unwrap();
    world.deliver(after(40)).await;
    assert_eq!(world.cloud.messages(Some(MO)).len(), 1, "one notice");
}

#[tokio::test]
async fn fifty_clicks_at_once_give_one_deadline_and_one_grant() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    // Each has its own idea of now.
    let replies = join_all((0..50).map(|n| world.click(after(100 + n), &token))).await;
    let first = &replies[0];
    assert_eq!(first.status, 200, "{first:?}");
    for reply in &replies {
        assert_eq!((reply.status, &reply.body), (200, &first.body));
    }
    let told = world.cloud.items("timeline").unwrap();
    let clicks = told.iter().filter(|entry| entry["event"]["S"] == "link_clicked").count();
    assert_eq!(clicks, 1);
}

#[tokio::test]
async fn a_click_and_a_not_me_at_once_end_in_a_dead_link() {
    for round in 0..10 {
        let world = World::new().await;
        let token = world.reset_token(after(0), MO).await;
        let (click, withdrawn, again) = tokio::join!(
            world.click(after(10), &token),
            world.not_me(after(10), &token),
            world.not_me(after(10), &token),
        );
        assert_eq!((withdrawn.status, again.status), (200, 200), "round {round}");
        assert!([200, 410].contains(&click.status), "{click:?}");
        let dead = world.click(after(20), &token).await;
        assert_eq!((dead.code(), dead.text("reason")), ("link_withdrawn", "not_me"));
        if click.status == 200 {
            let refused = world.set(after(20), click.text("grant"), NEW).await;
            assert_eq!((refused.status, refused.code()), (410, "grant_withdrawn"));
        }
        assert!(world.live_links(after(20)).await.is_empty());
        assert!(world.account(MO).await.slots.is_empty());
    }
}

#[tokio::test]
async fn requests_processed_at_once_leave_one_live_link_the_newest() {
    let world = World::with(without_limits).await;
    for n in 0..20 {
        assert_eq!(world.request(after(n), MO).await.status, 202);
    }
    let records = world.cloud.stream("outbox").unwrap();
    assert_eq!(records.len(), 20);
    // Every record to a sandbox of its own, and each of them twice.
    let events: Vec<_> = records.iter().chain(&records).map(event_of).collect();
    join_all(events.iter().map(|event| world.process(after(30), event))).await;
    assert!(world.live_links(after(31)).await.len() <= 1);
    // Who met too many others has put the work off.
    for minute in 1..20 {
        world.schedule(after(30 + 61 * minute)).await;
    }
    assert!(world.cloud.items("outbox").unwrap().is_empty(), "all of it is done");

    let live = world.live_links(after(2000)).await;
    assert_eq!(live.len(), 1, "{live:?}");
    assert_eq!(live[0].requested_at, after(19), "the newest request has it");
    let account = world.account(MO).await;
    assert!(account.slots.values().all(|slot| slot.link_id == live[0].link_id));
    let mails = world.cloud.messages(Some(MO));
    assert!(!mails.is_empty());
    for mail in mails {
        let token = mail.links[0].url.rsplit('/').next().unwrap();
        let reply = world.check(after(2000), token).await;
        if world.link_id(token) == live[0].link_id {
            assert_eq!(reply.status, 200);
        } else {
            let told = [reply.code(), reply.text("remedy")];
            assert_eq!(told, ["link_superseded", "use_newer_link"]);
        }
    }
}

#[tokio::test]
async fn a_password_and_a_newer_link_at_once_cannot_both_win() {
    for round in 0..10 {
        let world = World::new().await;
        let token = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(10), &token).await;
        world.request(after(15), MO).await;
        let records = world.cloud.stream("outbox").unwrap();
        let request = event_of(records.iter().rfind(|r| r["eventName"] == "INSERT").unwrap());
        let (set, _) =
            tokio::join!(world.set(after(20), &grant, NEW), world.process(after(20), &request),);
        let live = world.live_links(after(21)).await;
        let changed = world.sign_in(after(30), MO, NEW).await.0 == 200;
        assert_eq!(set.status == 200, changed, "round {round}: {set:?}");
        if changed {
            assert!(live.is_empty(), "the request was made before the change: it is dropped");
            assert_eq!(world.cloud.messages(Some(MO)).len(), 1, "and never became a link");
        } else {
            assert_eq!((set.status, set.code()), (410, "grant_withdrawn"), "round {round}");
            assert_eq!(live.len(), 1, "round {round}");
        }
    }
}

#[tokio::test]
async fn a_rehash_never_comes_back_over_a_password_set_in_between() {
    for round in 0..10 {
        let world = World::with_cost(Cost { memory_kib: 128, passes: 1 }, |_| {}).await;
        let cheap = Hasher::new(Cost { memory_kib: 64, passes: 1 });
        let phc = cheap.hash(&Password::parse(OLD).unwrap(), [1; 16]).unwrap();
        world.change_account(MO, |account| account.password_phc = Some(phc)).await;
        let token = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(10), &token).await;
        let (signed_in, _, set) = tokio::join!(
            world.sign_in(after(20), MO, OLD),
            world.sign_in(after(20), MO, OLD),
            world.set(after(20), &grant, NEW),
        );
        assert_eq!(set.status, 200, "round {round}: {set:?}");
        assert!([200, 401].contains(&signed_in.0), "{signed_in:?}");
        assert_eq!(world.sign_in(after(30), MO, OLD).await.0, 401, "round {round}");
        assert_eq!(world.sign_in(after(30), MO, NEW).await.0, 200, "round {round}");
    }
}

#[tokio::test]
async fn two_hundred_requests_at_once_are_no_more_mails_than_the_limit() {
    let world = World::with(|settings| {
        without_limits(settings);
        settings.limits.per_login_and_address_hour = 50;
        settings.limits.mails_per_login_hour = 3;
    })
    .await;
    let replies = join_all((0..200).map(|_| world.request(after(0), MO))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 202).count(), 50);
    assert_eq!(replies.iter().filter(|reply| reply.status == 429).count(), 150);
    let records = world.cloud.stream("outbox").unwrap();
    let events: Vec<_> = records.iter().map(event_of).collect();
    join_all(events.iter().map(|event| world.process(after(10), event))).await;
    for minute in 1..40 {
        world.schedule(after(10 + 61 * minute)).await;
    }
    assert!(world.cloud.items("outbox").unwrap().is_empty());
    assert!((1..=3).contains(&world.cloud.messages(Some(MO)).len()));
    assert_eq!(world.live_links(after(2500)).await.len(), 1);
}
