//! How many codes one account gets within 24 hours, exactly; and that what is counted names no
//! number.

use futures_util::future::join_all;
use regain_tests::{World, after, plain};
use serde_json::{Value, json};

use crate::{ANN, MO, ON_FILE, TYPED, count, neighbour, open, phone_of, recovery_for, told};

const DAY: i64 = 86_400;
const SENT: &str = "code_sent: sms";
const OVER: &str = "code_not_sent: limit.account";

/// Has Mo ask for a code in a recovery of its own, and gives what the timeline says became of it.
async fn asked(world: &World, seconds: i64) -> String {
    let recovery = recovery_for(world, after(seconds)).await;
    let reply = world.ask_code(after(seconds), &recovery, TYPED, "sms").await;
    assert_eq!(reply.status, 202, "the answer never says: {reply:?}");
    world.deliver(after(seconds)).await;
    let mut events = world.events(MO).await;
    events.retain(|event| event.starts_with("code_"));
    events.pop().unwrap()
}

/// All settings as they are, but for what would be in the way of asking often.
async fn with_codes_a_day(codes: u32) -> World {
    World::with(|settings| {
        open(settings);
        settings.limits.codes_per_account_day = codes;
    })
    .await
}

#[tokio::test]
async fn five_codes_in_any_24_hours_are_the_default_and_exact() {
    let world = World::new().await;
    for (seconds, outcome) in [
        (0, SENT),
        (10, SENT),
        (3600, SENT),
        (7200, SENT),
        (10_800, SENT),
        (10_801, OVER),
        (30_000, OVER),
        (DAY - 1, OVER),
        (DAY, SENT),
        (DAY + 1, OVER),
        (DAY + 9, OVER),
        (DAY + 10, SENT),
        (DAY + 3599, OVER),
        (DAY + 3600, SENT),
        (DAY + 3601, OVER),
    ] {
        assert_eq!(asked(&world, seconds).await, outcome, "{seconds}");
    }
    assert_eq!(told(&world).len(), 8);
}

/// The window moves with the codes, not with the date.
#[tokio::test]
async fn midnight_opens_no_second_day() {
    let midnight = 10 * 3600;
    let world = with_codes_a_day(2).await;
    for (seconds, outcome) in [
        (midnight - 2, SENT),
        (midnight - 1, SENT),
        (midnight, OVER),
        (midnight + 3600, OVER),
        (midnight + DAY - 3, OVER),
        (midnight + DAY - 2, SENT),
        (midnight + DAY - 1, SENT),
        (midnight + DAY, OVER),
    ] {
        assert_eq!(asked(&world, seconds).await, outcome, "{seconds}");
    }
}

#[tokio::test]
async fn a_tenant_sets_how_many_and_exactly_so_many_are_sent() {
    for codes in [1, 2, 20] {
        let world = with_codes_a_day(codes).await;
        for n in 0..codes {
            assert_eq!(asked(&world, n.into()).await, SENT, "{codes}");
        }
        for n in codes..codes + 2 {
            assert_eq!(asked(&world, n.into()).await, OVER, "{codes}");
        }
    }
}

#[tokio::test]
async fn twenty_codes_processed_at_once_are_counted_one_by_one() {
    let world = World::with(|settings| {
        settings.limits.per_login_and_address_hour = 100;
        settings.limits.mails_per_login_hour = 100;
    })
    .await;
    for _ in 0..20 {
        let recovery = recovery_for(&world, after(0)).await;
        assert_eq!(world.ask_code(after(0), &recovery, TYPED, "sms").await.status, 202);
    }
    let events: Vec<Value> = (0..20).map(|n| world.stream_event(&[n])).collect();
    join_all(events.iter().map(|event| world.process(after(0), event))).await;
    // Who met too many others has put the work off.
    for minute in 1..10 {
        world.schedule(after(61 * minute)).await;
    }
    assert_eq!(told(&world).len(), 5);
    let mut events = world.events(MO).await;
    events.retain(|event| event.starts_with("code_"));
    let sent = events.iter().filter(|event| *event == SENT).count();
    let over = events.iter().filter(|event| event.starts_with("code_not_sent: limit.")).count();
    assert_eq!((sent, over), (5, 15), "{events:?}");
    assert_eq!(count(&world, "outbox", ""), 0);
}

/// Both channels, both reasons, and numbers that come and go.
#[tokio::test]
async fn an_account_is_counted_whatever_its_number_and_however_it_is_sent() {
    let world = with_codes_a_day(2).await;
    for (n, (phone, channel, sent)) in
        [("+31611110001", "sms", 1), ("+31622220002", "voice", 2), ("+31633330003", "sms", 2)]
            .into_iter()
            .enumerate()
    {
        let n = i64::try_from(n).unwrap();
        crate::admin_changes(&world, after(n), "id-of-mo", json!({"phone": phone})).await;
        let recovery = world.recovery(after(n), MO, "locked_out").await;
        assert_eq!(world.ask_code(after(n), &recovery, phone, channel).await.status, 202);
        world.deliver(after(n)).await;
        assert_eq!(told(&world).len(), sent, "{phone}");
    }
    assert!(world.events(MO).await.contains(&OVER.to_owned()));
}

/// A code that is refused takes nothing: not from its account, not from any other limit.
#[tokio::test]
async fn what_is_not_sent_is_not_counted() {
    let world = with_codes_a_day(1).await;
    assert_eq!(asked(&world, 0).await, SENT);
    let counted = || {
        let mut items = world.cloud.items("tokens").unwrap();
        items.retain(|item| {
            let key = plain(item)["pk"].as_str().unwrap().to_owned();
            key.contains("#codes")
        });
        items.sort_by_key(Value::to_string);
        items
    };
    let before = counted();
    assert_eq!(before.len(), 9, "one account, four subjects, an hour and a day each");
    assert_eq!(asked(&world, 1).await, OVER);
    neighbour(&world, &world.tenant(), "neighbour@example.com", ON_FILE).await;
    let recovery = world.recovery(after(2), "neighbour@example.com", "locked_out").await;
    assert_eq!(world.ask_code(after(2), &recovery, TYPED, "sms").await.status, 202);
    world.deliver(after(2)).await;
    let events = world.events("neighbour@example.com").await;
    assert_eq!(events, ["code_not_sent: limit.codes.number.hour"]);
    assert_eq!(counted(), before);
}

/// Whoever is refused still has the mail, and the desk sees why no message came.
#[tokio::test]
async fn whoever_is_over_the_limit_gets_in_by_mail() {
    let world = with_codes_a_day(1).await;
    assert_eq!(asked(&world, 0).await, SENT);
    assert_eq!(asked(&world, 1).await, OVER);
    let recovery = recovery_for(&world, after(2)).await;
    let body = json!({"recovery": recovery});
    assert_eq!(world.post(after(2), "send-recovery-link", body).await.status, 202);
    world.deliver(after(2)).await;
    let grant = world.grant(after(3), &world.newest_token(MO)).await;
    assert_eq!(world.set(after(4), &grant, crate::NEW).await.status, 200);
}

#[tokio::test]
async fn no_number_stands_where_it_is_counted() {
    let mut world = World::with(open).await;
    neighbour(&world, &world.tenant(), "neighbour@example.com", &phone_of(234, 9999)).await;
    for (login, phone) in [(MO, ON_FILE), ("neighbour@example.com", &phone_of(234, 9999))] {
        let recovery = world.recovery(after(0), login, "locked_out").await;
        world.sent_code(after(0), &recovery, phone).await;
    }
    assert_eq!(count(&world, "tokens", "#codes#"), 2);
    for table in ["tokens", "outbox", "timeline"] {
        let at_rest = Value::from(world.cloud.items(table).unwrap()).to_string();
        for part in ["612345678", "612349999", "+3161234", "3161234"] {
            assert!(!at_rest.contains(part), "{part} in {table}");
        }
    }
    let stream = Value::from(world.cloud.stream("outbox").unwrap()).to_string();
    assert!(!stream.contains("61234"));
    let keyed = subjects(&world, "#limit#codes.");
    assert_eq!(keyed.len(), 5, "two numbers, one prefix, one country, one tenant: {keyed:?}");
    for subject in &keyed {
        assert!(subject.len() == 32 && subject.bytes().all(|b| b.is_ascii_hexdigit()), "{subject}");
    }

    // With another key they are others, so that the numbers of a country cannot be tried out.
    let key = |letter: &str| letter.repeat(43);
    world.rotate_links(&json!({"current": "2", "1": key("a"), "2": key("b")}));
    let recovery = world.recovery(after(1), MO, "locked_out").await;
    world.sent_code(after(1), &recovery, ON_FILE).await;
    assert_eq!(subjects(&world, "#limit#codes.").len(), 9);
    let nobody = world.start(after(1), ANN, "locked_out").await;
    assert_eq!(nobody.status, 201);
}

/// The third part of the keys of limits: what is counted.
fn subjects(world: &World, part: &str) -> std::collections::BTreeSet<String> {
    let items = world.cloud.items("tokens").unwrap();
    let keys = items.iter().map(|item| plain(item)["pk"].as_str().unwrap().to_owned());
    let keys = keys.filter(|key| key.contains(part));
    keys.map(|key| key.rsplit('#').nth(1).unwrap().to_owned()).collect()
}
