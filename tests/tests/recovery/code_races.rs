//! Codes typed by many at the same moment.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use http::Method;
use regain_tests::{Reply, World, after};
use serde_json::json;

use crate::{MO, NEW, ON_FILE, OTHER, count, heard, left, open, other_code, recovery_for};

fn outcomes(replies: &[Reply]) -> BTreeMap<(u16, &str), usize> {
    let mut outcomes = BTreeMap::new();
    for reply in replies {
        *outcomes.entry((reply.status, reply.code())).or_default() += 1;
    }
    outcomes
}

#[tokio::test]
async fn of_a_thousand_parallel_codes_five_are_looked_at() {
    let world = World::with(open).await;
    let recovery = recovery_for(&world, after(0)).await;
    let right = world.sent_code(after(0), &recovery, ON_FILE).await;
    let first: u32 = right.parse().unwrap();
    let codes = (1..=1000).map(|n| format!("{:06}", (first + n) % 1_000_000));
    let codes: Vec<String> = codes.collect();
    let typed = codes.iter().map(|code| world.type_code(after(1), &recovery, code));
    let replies = join_all(typed).await;
    let expected = [((410, "code_spent"), 995), ((422, "code_wrong"), 5)];
    assert_eq!(outcomes(&replies), BTreeMap::from(expected));
    let mut lefts: Vec<u64> = replies.iter().filter_map(left).collect();
    lefts.sort_unstable();
    assert_eq!(lefts, [0, 1, 2, 3, 4], "each was told how many are left after it");

    let late = world.type_code(after(2), &recovery, &right).await;
    assert_eq!(heard(&late), (410, "code_spent", None));
    world.deliver(after(3)).await;
    let told = world.events(MO).await;
    assert_eq!(told.iter().filter(|event| *event == "code_rejected").count(), 5);
    assert_eq!(count(&world, "tokens", "#link#"), 0);
}

/// A guesser's whole way: numbers and codes, before and after they are sent, all at once.
#[tokio::test]
async fn wrong_numbers_and_wrong_codes_at_once_are_five_in_all() {
    let world = World::with(open).await;
    let recovery = recovery_for(&world, after(0)).await;
    let right = world.sent_code(after(0), &recovery, ON_FILE).await;
    let numbers = join_all((0..100).map(|_| world.ask_code(after(1), &recovery, OTHER, "sms")));
    let wrong = other_code(&right);
    let codes = join_all((0..100).map(|_| world.type_code(after(1), &recovery, &wrong)));
    let (numbers, codes) = tokio::join!(numbers, codes);
    let looked_at = numbers.iter().chain(&codes).filter(|reply| reply.status == 422).count();
    assert_eq!(looked_at, 5);
    assert_eq!(world.type_code(after(2), &recovery, &right).await.code(), "code_spent");
}

/// Each press gives back the try that it took, and no other.
#[tokio::test]
async fn right_numbers_buy_no_tries_for_wrong_codes() {
    for round in 0..5 {
        let world = World::with(open).await;
        let recovery = recovery_for(&world, after(0)).await;
        let right = world.sent_code(after(0), &recovery, ON_FILE).await;
        let mut looked_at = 0;
        for seconds in [1, 40, 110, 180, 250] {
            let asked = (0..5).map(|_| world.ask_code(after(seconds), &recovery, ON_FILE, "sms"));
            // Six digits, and not those of any code but by one chance in a million.
            let wrong = other_code(&right);
            let typed = (0..5).map(|_| world.type_code(after(seconds), &recovery, &wrong));
            let (_, typed) = tokio::join!(join_all(asked), join_all(typed));
            looked_at += typed.iter().filter(|reply| reply.status == 422).count();
        }
        assert!(looked_at <= 5, "round {round}: {looked_at}");
        let last = world.type_code(after(260), &recovery, &other_code(&right)).await;
        assert!(looked_at == 5 || last.status == 422, "round {round}: {last:?}");
    }
}

#[tokio::test]
async fn a_hundred_parallel_right_codes_give_one_grant() {
    let world = World::with(open).await;
    let recovery = recovery_for(&world, after(0)).await;
    let code = world.sent_code(after(0), &recovery, ON_FILE).await;
    let typed = (0..100).map(|_| world.type_code(after(1), &recovery, &code));
    let replies = join_all(typed).await;
    let expected = [((200, ""), 1), ((410, "code_spent"), 99)];
    assert_eq!(outcomes(&replies), BTreeMap::from(expected));
    let grant = replies.iter().find(|reply| reply.status == 200).unwrap().text("grant");
    assert_eq!(count(&world, "tokens", "#link#"), 1);
    let told = world.events(MO).await;
    assert_eq!(told.iter().filter(|event| event.starts_with("code_accepted")).count(), 1);
    assert_eq!(world.set(after(2), grant, NEW).await.status, 200);
}

/// Whichever is written first: with the grant comes the block after it, which it does not outlive.
#[tokio::test]
async fn a_right_code_and_a_block_at_once_set_no_password() {
    for round in 0..10 {
        let world = World::new().await;
        let recovery = recovery_for(&world, after(0)).await;
        let code = world.sent_code(after(0), &recovery, ON_FILE).await;
        let path = "tenants/demo/accounts/id-of-mo/block";
        let body = json!({"reason": "other"});
        let (typed, blocked) = tokio::join!(
            world.type_code(after(1), &recovery, &code),
            world.admin_at(after(1), Method::POST, path, &world.admin, body),
        );
        assert_eq!(blocked.status, 200);
        match typed.status {
            200 => {
                let set = world.set(after(2), typed.text("grant"), NEW).await;
                assert_eq!(
                    (set.code(), set.text("reason")),
                    ("grant_withdrawn", "account_blocked")
                );
            }
            _ => assert_eq!(typed.code(), "code_spent", "round {round}"),
        }
    }
}

#[tokio::test]
async fn a_right_code_and_a_not_me_at_once_leave_no_grant() {
    for round in 0..10 {
        let world = World::new().await;
        let recovery = recovery_for(&world, after(0)).await;
        let code = world.sent_code(after(0), &recovery, ON_FILE).await;
        world.deliver(after(0)).await;
        let report = world.newest_not_me(MO);
        let (typed, withdrawn) = tokio::join!(
            world.type_code(after(1), &recovery, &code),
            world.not_me(after(1), &report),
        );
        assert_eq!((withdrawn.status, withdrawn.text("status")), (200, "withdrawn"), "{round}");
        match typed.status {
            200 => {
                let set = world.set(after(2), typed.text("grant"), NEW).await;
                assert_eq!((set.code(), set.text("reason")), ("grant_withdrawn", "not_me"));
            }
            _ => assert_eq!(typed.code(), "code_spent", "round {round}"),
        }
        assert_eq!(world.sign_in(after(3), MO, crate::OLD).await.0, 200, "nothing has changed");
    }
}

/// The code of either recovery, at once: the later grant is the one that lives.
#[tokio::test]
async fn two_recoveries_ended_at_once_leave_one_live_grant() {
    for _ in 0..5 {
        let world = World::with(open).await;
        let mut both = Vec::new();
        for _ in 0..2 {
            let recovery = recovery_for(&world, after(0)).await;
            let code = world.sent_code(after(0), &recovery, ON_FILE).await;
            both.push((recovery, code));
        }
        let typed = both.iter().map(|(recovery, code)| world.type_code(after(1), recovery, code));
        let replies = join_all(typed).await;
        assert!(replies.iter().all(|reply| reply.status == 200), "{replies:?}");
        assert_eq!(world.live_links(after(2)).await.len(), 1);
        let mut set = Vec::new();
        for reply in &replies {
            set.push(world.set(after(3), reply.text("grant"), NEW).await.status);
        }
        set.sort_unstable();
        assert_eq!(set, [200, 410]);
    }
}
