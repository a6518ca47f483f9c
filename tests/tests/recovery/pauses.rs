//! Asking for another code: how soon, and what becomes of the one before.

use futures_util::future::join_all;
use regain_tests::{World, after};

use crate::{MO, ON_FILE, TYPED, heard, left, open, recovery_for, told, wrong_code};

#[tokio::test]
async fn the_pause_before_the_next_code_is_kept_to_the_second() {
    let world = World::with(open).await;
    let recovery = recovery_for(&world, after(0)).await;
    // Asked at; seconds until the next may be asked for.
    for (seconds, pause) in [(0, 0), (0, 30), (30, 60), (90, 60), (150, 60)] {
        let reply = world.ask_code(after(seconds), &recovery, TYPED, "sms").await;
        assert_eq!(reply.status, 202, "{seconds}: {reply:?}");
        assert_eq!(reply.body["retry_after_seconds"], pause);
        for early in [0, 1, pause - 1] {
            if (0..pause).contains(&early) {
                let limited = world.ask_code(after(seconds + early), &recovery, TYPED, "sms").await;
                assert_eq!(heard(&limited), (429, "too_many_requests", None));
                assert_eq!(limited.header("retry-after"), (pause - early).to_string());
            }
        }
    }
    world.deliver(after(150)).await;
    assert_eq!(told(&world).len(), 1, "only the newest");
    let wrong = wrong_code(&world, after(151), &recovery, &world.newest_code(ON_FILE)).await;
    assert_eq!(left(&wrong), Some(4), "whoever was too early lost no try");
}

#[tokio::test]
async fn a_wrong_number_in_the_pause_is_not_looked_at() {
    let world = World::with(open).await;
    let recovery = recovery_for(&world, after(0)).await;
    for seconds in [0, 1] {
        assert_eq!(world.ask_code(after(seconds), &recovery, TYPED, "sms").await.status, 202);
    }
    for typed in [TYPED, crate::OTHER] {
        let reply = world.ask_code(after(2), &recovery, typed, "sms").await;
        assert_eq!(heard(&reply), (429, "too_many_requests", None), "{typed}");
    }
}

#[tokio::test]
async fn the_pause_holds_for_both_channels_and_for_this_recovery_alone() {
    let world = World::with(open).await;
    let recovery = recovery_for(&world, after(0)).await;
    assert_eq!(world.ask_code(after(0), &recovery, TYPED, "sms").await.status, 202);
    let call = world.ask_code(after(0), &recovery, TYPED, "voice").await;
    assert_eq!(call.body["retry_after_seconds"], 30);
    assert_eq!(world.ask_code(after(1), &recovery, TYPED, "sms").await.status, 429);
    let other = recovery_for(&world, after(1)).await;
    assert_eq!(world.ask_code(after(1), &other, TYPED, "sms").await.status, 202);
}

#[tokio::test]
async fn a_button_that_is_pressed_twice_sends_one_message_and_costs_no_try() {
    for presses in [2, 3, 4] {
        let world = World::new().await;
        let recovery = recovery_for(&world, after(0)).await;
        let pressed = (0..presses).map(|_| world.ask_code(after(0), &recovery, TYPED, "sms"));
        let replies = join_all(pressed).await;
        assert!(replies.iter().any(|reply| reply.status == 202));
        for reply in &replies {
            assert!([202, 429].contains(&reply.status), "{reply:?}");
        }
        world.deliver(after(0)).await;
        assert_eq!(told(&world).len(), 1, "{presses} presses");
        let code = world.newest_code(ON_FILE);
        assert_eq!(left(&wrong_code(&world, after(1), &recovery, &code).await), Some(4));
        assert_eq!(world.type_code(after(1), &recovery, &code).await.status, 200);
        let sent = world.events(MO).await;
        assert_eq!(sent.iter().filter(|event| event.starts_with("code_sent")).count(), 1);
    }
}

/// More presses than there are tries: some hear that the tries are gone while the others are still
/// being looked at. None of them is gone afterwards.
#[tokio::test]
async fn twenty_presses_at_once_leave_all_five_tries() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    join_all((0..20).map(|_| world.ask_code(after(0), &recovery, TYPED, "sms"))).await;
    world.deliver(after(0)).await;
    let code = world.newest_code(ON_FILE);
    for left in [4, 3, 2, 1] {
        let wrong = wrong_code(&world, after(1), &recovery, &code).await;
        assert_eq!(heard(&wrong), (422, "code_wrong", Some(left)));
    }
    assert_eq!(world.type_code(after(2), &recovery, &code).await.status, 200);
}
