//! The code: its digits, its time, its tries, and that it is good for one recovery once.

use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::{
    BO, MO, NOBODY, ON_FILE, OTHER, TYPED, count, heard, left, open, other_code, recovery_for,
    told, wrong_code,
};

#[tokio::test]
async fn a_code_has_as_many_digits_as_the_tenant_says() {
    for digits in [6, 7, 8] {
        let world = World::with(|settings| settings.code.digits = digits).await;
        let recovery = recovery_for(&world, after(0)).await;
        let code = world.sent_code(after(0), &recovery, ON_FILE).await;
        assert_eq!(code.len(), digits as usize);
        let shorter = world.type_code(after(1), &recovery, &code[1..]).await;
        assert_eq!(heard(&shorter), (422, "code_wrong", Some(4)));
        assert_eq!(world.type_code(after(1), &recovery, &code).await.status, 200);
    }
}

#[tokio::test]
async fn a_setting_that_is_changed_after_the_sending_changes_no_code() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    let code = world.sent_code(after(0), &recovery, ON_FILE).await;
    world
        .change_settings(|settings| {
            settings.code.digits = 8;
            settings.validity.code_seconds = 60;
        })
        .await;
    // Functions know the new settings after a minute.
    assert_eq!(world.type_code(after(599), &recovery, &code).await.status, 200);
}

#[tokio::test]
async fn a_code_that_begins_with_a_zero_keeps_it() {
    let world = World::with(open).await;
    for _ in 0..300 {
        let recovery = recovery_for(&world, after(0)).await;
        let code = world.sent_code(after(0), &recovery, ON_FILE).await;
        assert_eq!(code.len(), 6);
        let Some(rest) = code.strip_prefix('0') else { continue };
        assert!(told(&world)[0].text.starts_with(&code));
        let without = world.type_code(after(1), &recovery, rest).await;
        assert_eq!(heard(&without), (422, "code_wrong", Some(4)));
        let as_a_number = json!({"recovery": recovery, "code": rest.parse::<u32>().unwrap()});
        assert_eq!(world.post(after(1), "check-sms-code", as_a_number).await.status, 400);
        assert_eq!(world.type_code(after(1), &recovery, &code).await.status, 200);
        return;
    }
    panic!("none of 300 codes began with a zero");
}

#[tokio::test]
async fn digits_may_be_grouped_and_what_is_no_code_costs_no_try() {
    let world = World::with(open).await;
    for grouped in [
        |code: &str| format!("{} {}", &code[..3], &code[3..]),
        |code: &str| format!(" {}-{}-{} ", &code[..2], &code[2..4], &code[4..]),
    ] {
        let recovery = recovery_for(&world, after(0)).await;
        let code = world.sent_code(after(0), &recovery, ON_FILE).await;
        for typed in
            ["", " ", "-", "12345a", "１２３４５６", "12.34.56", "+123456", "0x1234", "123456;"]
        {
            let reply = world.type_code(after(1), &recovery, typed).await;
            assert_eq!((reply.status, reply.code()), (400, "invalid_request"), "{typed:?}");
            assert_eq!(reply.body["errors"][0]["pointer"], "/code", "{typed:?}");
        }
        for typed in ["1", "12345", "1234567", "00000000000000000000"] {
            let wrong = world.type_code(after(1), &recovery, typed).await;
            assert_eq!(heard(&wrong).1, "code_wrong", "{typed}");
        }
        assert_eq!(world.type_code(after(1), &recovery, &grouped(&code)).await.status, 200);
    }
}

#[tokio::test]
async fn a_code_works_until_its_last_second() {
    for seconds in [60, 600] {
        let world = World::with(|settings| {
            open(settings);
            settings.validity.code_seconds = seconds;
        })
        .await;
        let seconds = i64::from(seconds);
        let recovery = recovery_for(&world, after(0)).await;
        let asked = world.ask_code(after(100), &recovery, TYPED, "sms").await;
        assert_eq!(asked.body["valid_until"], json!(after(100 + seconds)));
        world.deliver(after(100)).await;
        let code = world.newest_code(ON_FILE);
        let late = world.type_code(after(100 + seconds), &recovery, &code).await;
        assert_eq!(heard(&late), (410, "code_expired", None));
        assert_eq!(late.text("support_code").len(), 7);
        let wrong = wrong_code(&world, after(100 + seconds), &recovery, &code).await;
        assert_eq!(heard(&wrong), (410, "code_expired", None), "not looked at");
        let right = world.type_code(after(99 + seconds), &recovery, &code).await;
        assert_eq!(right.status, 200, "{right:?}");
    }
}

#[tokio::test]
async fn no_code_outlives_its_recovery() {
    let world = World::with(open).await;
    for (seconds, status, code) in [(899, 200, ""), (900, 410, "recovery_expired")] {
        let recovery = recovery_for(&world, after(0)).await;
        let asked = world.ask_code(after(800), &recovery, TYPED, "sms").await;
        assert_eq!(asked.text("valid_until"), "2026-11-22T14:15:00Z");
        world.deliver(after(800)).await;
        let typed = world.type_code(after(seconds), &recovery, &world.newest_code(ON_FILE)).await;
        assert_eq!((typed.status, typed.code()), (status, code));
    }
}

#[tokio::test]
async fn only_the_newest_code_is_good() {
    let world = World::with(open).await;
    let recovery = recovery_for(&world, after(0)).await;
    let mut codes = Vec::new();
    for seconds in [0, 1, 31] {
        codes.push(world.sent_code(after(seconds), &recovery, ON_FILE).await);
    }
    assert!(codes[0] != codes[1] && codes[1] != codes[2]);
    for (old, left) in [(0, 4), (1, 3)] {
        let reply = world.type_code(after(40), &recovery, &codes[old]).await;
        assert_eq!(heard(&reply), (422, "code_wrong", Some(left)));
    }
    assert_eq!(world.type_code(after(40), &recovery, &codes[2]).await.status, 200);
}

#[tokio::test]
async fn a_new_code_after_one_that_expired_is_good() {
    let world = World::with(|settings| settings.validity.code_seconds = 60).await;
    let recovery = recovery_for(&world, after(0)).await;
    let old = world.sent_code(after(0), &recovery, ON_FILE).await;
    assert_eq!(world.type_code(after(60), &recovery, &old).await.code(), "code_expired");
    let code = world.sent_code(after(60), &recovery, ON_FILE).await;
    assert_eq!(world.type_code(after(119), &recovery, &code).await.status, 200);
}

/// Whatever is wrong, it is one of five.
#[tokio::test]
async fn numbers_and_codes_share_five_tries_however_many_codes_are_sent() {
    let world = World::with(open).await;
    let recovery = recovery_for(&world, after(0)).await;
    assert_eq!(left(&world.ask_code(after(0), &recovery, OTHER, "sms").await), Some(4));
    let code = world.sent_code(after(1), &recovery, ON_FILE).await;
    assert_eq!(left(&wrong_code(&world, after(2), &recovery, &code).await), Some(3));
    let code = world.sent_code(after(3), &recovery, ON_FILE).await;
    assert_eq!(left(&wrong_code(&world, after(4), &recovery, &code).await), Some(2));
    assert_eq!(left(&world.ask_code(after(40), &recovery, OTHER, "sms").await), Some(1));
    let code = world.sent_code(after(41), &recovery, ON_FILE).await;
    assert_eq!(left(&wrong_code(&world, after(42), &recovery, &code).await), Some(0));
    assert_eq!(heard(&world.type_code(after(43), &recovery, &code).await).1, "code_spent");
    let asked = world.ask_code(after(200), &recovery, TYPED, "sms").await;
    assert_eq!(heard(&asked), (410, "recovery_spent", None));
    let told = world.events(MO).await;
    assert_eq!(told.iter().filter(|event| *event == "code_sent: sms").count(), 3);
}

#[tokio::test]
async fn the_desk_sees_every_wrong_number_and_code() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    world.ask_code(after(0), &recovery, OTHER, "sms").await;
    let code = world.sent_code(after(1), &recovery, ON_FILE).await;
    for _ in 0..2 {
        wrong_code(&world, after(2), &recovery, &code).await;
    }
    world.type_code(after(3), &recovery, &code).await;
    world.deliver(after(4)).await;
    let told = world.timeline(MO).await;
    let told = told.iter().filter(|entry| entry["event"] != "notice_sent");
    let (events, codes): (Vec<_>, Vec<_>) =
        told.map(|entry| (entry["event"].clone(), entry["support_code"].clone())).unzip();
    assert_eq!(
        events,
        ["phone_rejected", "code_sent", "code_rejected", "code_rejected", "code_accepted"]
    );
    assert!(codes.windows(2).all(|two| two[0] == two[1]), "one story: {codes:?}");
    assert_eq!(world.outcome(codes[0].as_str().unwrap()).as_deref(), Some("recovery_started"));
}

#[tokio::test]
async fn a_right_code_is_good_once() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    let code = world.sent_code(after(0), &recovery, ON_FILE).await;
    let right = world.type_code(after(1), &recovery, &code).await;
    assert_eq!((right.status, right.text("purpose")), (200, "set_password"));
    for typed in [code.clone(), other_code(&code)] {
        let again = world.type_code(after(2), &recovery, &typed).await;
        assert_eq!(heard(&again), (410, "code_spent", None));
    }
    let asked = world.ask_code(after(3), &recovery, TYPED, "sms").await;
    assert_eq!(heard(&asked), (410, "recovery_spent", None));
    assert_eq!(count(&world, "tokens", "#link#"), 1);
    assert_eq!(world.set(after(4), right.text("grant"), crate::NEW).await.status, 200);
}

#[tokio::test]
async fn a_code_is_good_in_its_own_recovery_alone() {
    let world = World::with(open).await;
    let first = recovery_for(&world, after(0)).await;
    let second = recovery_for(&world, after(0)).await;
    let code = world.sent_code(after(0), &first, ON_FILE).await;
    let other = world.sent_code(after(0), &second, ON_FILE).await;
    if code != other {
        let crossed = world.type_code(after(1), &second, &code).await;
        assert_eq!(heard(&crossed), (422, "code_wrong", Some(4)));
    }
    assert_eq!(world.type_code(after(1), &first, &code).await.status, 200);
    assert_eq!(world.type_code(after(1), &second, &other).await.status, 200);
}

/// Also where none was sent yet: it would say that the number was not.
#[tokio::test]
async fn without_a_code_every_code_is_wrong_whoever_is_asked_for() {
    let world = World::with(open).await;
    for (login, phone) in [(MO, None), (NOBODY, None), (BO, Some("06 87654321"))] {
        let recovery = world.recovery(after(0), login, "locked_out").await;
        if let Some(phone) = phone {
            assert_eq!(world.ask_code(after(0), &recovery, phone, "sms").await.status, 202);
        }
        for left in [4, 3, 2, 1, 0] {
            let reply = world.type_code(after(1), &recovery, "000000").await;
            assert_eq!(heard(&reply), (422, "code_wrong", Some(left)), "{login}");
        }
        let spent = world.type_code(after(1), &recovery, "000000").await;
        assert_eq!(heard(&spent), (410, "code_spent", None), "{login}");
    }
}

#[tokio::test]
async fn a_password_grant_says_what_the_password_must_be_and_an_unlock_grant_does_not() {
    let world = World::with(open).await;
    for (reason, purpose) in [("forgot_password", "set_password"), ("locked_out", "unlock")] {
        let recovery = world.recovery(after(0), MO, reason).await;
        let code = world.sent_code(after(0), &recovery, ON_FILE).await;
        let reply = world.type_code(after(1), &recovery, &code).await;
        assert_eq!((reply.status, reply.text("purpose")), (200, purpose));
        let rules = purpose == "set_password";
        assert_eq!(reply.body.get("password"), rules.then_some(&Value::from("choose")));
        assert_eq!(reply.body.get("password_policy").is_some(), rules);
        assert_eq!(reply.text("valid_until"), "2026-11-22T14:15:01Z");
    }
}
