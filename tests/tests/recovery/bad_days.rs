//! SNS and the voice API refusing, throttled, hanging or gone: the person hears the same and has
//! other ways, the desk sees why, and nothing is tried for ever.

use futures_util::future::{Either, select};
use regain_local::{Chaos, PhoneError, SenderChaos};
use regain_tests::{Reply, World, after, moment};
use serde_json::json;

use crate::{MO, NEW, ON_FILE, TYPED, count, recovery_for, told};

fn phones(channel: &str, fail_next: u64, error: PhoneError) -> Chaos {
    let fails = SenderChaos { fail_next, error, ..SenderChaos::default() };
    match channel {
        "sms" => Chaos { sns: fails, ..Chaos::default() },
        _ => Chaos { voice: fails, ..Chaos::default() },
    }
}

async fn ask(world: &World, recovery: &str, channel: &str) -> Reply {
    let reply = world.ask_code(after(0), recovery, TYPED, channel).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    world.deliver(after(0)).await;
    reply
}

/// Calls of the services that reach phones.
fn attempts(world: &World) -> usize {
    let calls = world.cloud.calls_of("process-outbox");
    calls.iter().filter(|call| call.contains("Publish") || call.contains("Voice")).count()
}

#[tokio::test]
async fn what_will_never_go_is_tried_once_and_the_desk_sees_why() {
    use PhoneError::{OptedOut, Refused, SpendLimit};
    for (channel, error, cause) in [
        ("sms", OptedOut, "opted_out"),
        ("sms", Refused, "refused"),
        ("voice", OptedOut, "opted_out"),
        ("voice", Refused, "refused"),
        ("voice", SpendLimit, "spend_limit"),
    ] {
        let world = World::new().await;
        let sane = World::new().await;
        let recovery = recovery_for(&world, after(0)).await;
        world.cloud.set_chaos(phones(channel, u64::MAX, error));
        let reply = ask(&world, &recovery, channel).await;
        let usual = ask(&sane, &recovery_for(&sane, after(0)).await, channel).await;
        assert_eq!(reply.body, usual.body, "{channel} {error:?}");
        for seconds in [30, 60, 90, 700] {
            world.schedule(after(seconds)).await;
        }
        assert_eq!(attempts(&world), 1, "{channel} {error:?}");
        assert_eq!(world.events(MO).await, [format!("code_not_sent: {cause}")]);
        assert_eq!(count(&world, "outbox", ""), 0);
        assert!(world.cloud.messages(None).is_empty(), "no mail says that one was sent");
    }
}

/// SNS takes a message that it then drops, and tells nobody.
#[tokio::test]
async fn over_the_spend_limit_a_text_message_is_taken_and_never_comes() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    world.cloud.set_chaos(phones("sms", u64::MAX, PhoneError::SpendLimit));
    ask(&world, &recovery, "sms").await;
    assert!(told(&world).is_empty());
    assert_eq!(count(&world, "outbox", ""), 0, "and nothing is tried again");
    ask(&world, &recovery, "voice").await;
    let code = world.newest_code(ON_FILE);
    assert_eq!(world.type_code(after(1), &recovery, &code).await.status, 200);
}

#[tokio::test]
async fn another_channel_and_the_mail_work_in_the_same_recovery() {
    for (channel, other) in [("sms", "voice"), ("voice", "sms")] {
        let world = World::new().await;
        let recovery = recovery_for(&world, after(0)).await;
        world.cloud.set_chaos(phones(channel, u64::MAX, PhoneError::Down));
        ask(&world, &recovery, channel).await;
        let body = json!({"recovery": recovery});
        assert_eq!(world.post(after(1), "send-recovery-link", body).await.status, 202);
        world.deliver(after(1)).await;
        let token = world.newest_token(MO);
        assert_eq!(world.check(after(2), &token).await.status, 200);
        ask(&world, &recovery, other).await;
        let code = world.newest_code(ON_FILE);
        assert_eq!(world.type_code(after(3), &recovery, &code).await.status, 200, "{channel}");
        let grant = world.grant(after(4), &token).await;
        assert_eq!(world.set(after(5), &grant, NEW).await.status, 200);
    }
}

#[tokio::test]
async fn a_throttled_code_comes_within_its_life_and_is_counted_once() {
    for (channel, error) in [
        ("sms", PhoneError::Throttled),
        ("sms", PhoneError::Down),
        ("sms", PhoneError::Denied),
        ("voice", PhoneError::Throttled),
    ] {
        let world = World::with(|settings| settings.limits.codes_per_account_day = 1).await;
        let recovery = recovery_for(&world, after(0)).await;
        world.cloud.set_chaos(phones(channel, 3, error));
        ask(&world, &recovery, channel).await;
        for seconds in [30, 90, 210] {
            assert!(told(&world).is_empty());
            let [item] = world.outbox().try_into().unwrap();
            assert_eq!(moment(&item["next_attempt_at"]), after(seconds), "{channel} {error:?}");
            assert_eq!(world.schedule(after(seconds - 1)).await, json!({"worked_on": 0}));
            world.schedule(after(seconds)).await;
        }
        assert_eq!(told(&world).len(), 1, "{channel} {error:?}");
        let code = world.newest_code(ON_FILE);
        assert_eq!(world.type_code(after(211), &recovery, &code).await.status, 200);
        let events = world.events(MO).await;
        let sent: Vec<_> = events.iter().filter(|event| event.starts_with("code_sent")).collect();
        assert_eq!(sent, [&format!("code_sent: {channel}")]);
    }
}

/// Whoever reads it late is not told of minutes that have passed.
#[tokio::test]
async fn a_late_text_says_how_long_it_works_yet() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    world.cloud.set_chaos(phones("sms", 4, PhoneError::Throttled));
    ask(&world, &recovery, "sms").await;
    for seconds in [30, 90, 210, 450] {
        world.schedule(after(seconds)).await;
    }
    let text = &told(&world)[0].text;
    assert!(text.contains("It works for 3 minutes;"), "150 seconds are left: {text}");
}

#[tokio::test]
async fn nothing_is_tried_beyond_the_life_of_the_code() {
    for (channel, error) in [
        ("sms", PhoneError::Down),
        ("sms", PhoneError::Throttled),
        ("sms", PhoneError::Denied),
        ("voice", PhoneError::Down),
        ("voice", PhoneError::Denied),
    ] {
        for (code_seconds, tries) in [(60, 2), (600, 5)] {
            let world = World::with(|settings| settings.validity.code_seconds = code_seconds).await;
            let recovery = recovery_for(&world, after(0)).await;
            world.cloud.set_chaos(phones(channel, u64::MAX, error));
            ask(&world, &recovery, channel).await;
            for seconds in (30..1200).step_by(30) {
                world.schedule(after(seconds)).await;
            }
            assert_eq!(attempts(&world), tries, "{channel} {error:?} {code_seconds}");
            assert_eq!(world.events(MO).await, ["code_not_sent: not_taken"]);
            assert_eq!(count(&world, "outbox", ""), 0);
        }
    }
}

/// The schedule itself may come late: what is over by then is not sent either.
#[tokio::test]
async fn a_schedule_that_stood_still_sends_no_dead_code() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    world.cloud.set_chaos(phones("sms", 1, PhoneError::Throttled));
    ask(&world, &recovery, "sms").await;
    world.schedule(after(600)).await;
    assert!(told(&world).is_empty());
    assert_eq!(world.events(MO).await, ["code_not_sent: no_longer_live"]);
}

#[tokio::test]
async fn a_service_that_hangs_stalls_no_mail() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    assert_eq!(world.ask_code(after(0), &recovery, TYPED, "sms").await.status, 202);
    world.request(after(0), "ann@example.com").await;
    let hangs = SenderChaos { hang_ms: 600_000, ..SenderChaos::default() };
    world.cloud.set_chaos(Chaos { sns: hangs, ..Chaos::default() });
    let event = world.stream_event(&[0, 1]);
    let work = Box::pin(world.process(after(1), &event));
    let mailed = Box::pin(async {
        while world.cloud.messages(Some("ann@example.com")).is_empty() {
            tokio::task::yield_now().await;
        }
    });
    let first = select(work, mailed).await;
    assert!(matches!(first, Either::Right(_)), "the mail went while the text message hung");
    assert!(told(&world).is_empty());
    drop(first);

    world.cloud.set_chaos(Chaos::default());
    world.schedule(after(61)).await;
    let code = world.newest_code(ON_FILE);
    assert_eq!(world.type_code(after(62), &recovery, &code).await.status, 200);
}

/// The mail that a code was sent fails on its own, and is tried like any other.
#[tokio::test]
async fn a_mail_service_that_is_down_keeps_no_code_back() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    let ses = SenderChaos { fail_next: 1, ..SenderChaos::default() };
    world.cloud.set_chaos(Chaos { ses, ..Chaos::default() });
    ask(&world, &recovery, "sms").await;
    world.deliver(after(1)).await;
    assert_eq!(told(&world).len(), 1);
    assert_eq!(world.cloud.messages(Some(MO)).len(), 0);
    for seconds in [61, 122] {
        world.schedule(after(seconds)).await;
    }
    assert_eq!(world.cloud.messages(Some(MO)).len(), 1);
    assert_eq!(told(&world).len(), 1);
}
