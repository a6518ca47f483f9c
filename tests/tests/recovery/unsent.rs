//! What was asked for and did not go: nobody learned it, and nobody can guess at it.

use http::Method;
use regain_domain::LinkId;
use regain_domain::recovery::Recovery;
use regain_domain::token::{self, TokenPurpose};
use regain_tests::{World, after};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::{
    MO, NOBODY, ON_FILE, TYPED, heard, neighbour, open, other_code, phone_of, recovery_for, told,
};

const DAY: i64 = 86_400;

fn id(world: &World, recovery: &str) -> LinkId {
    token::read(&world.links, &world.tenant(), &[TokenPurpose::Recovery], recovery).unwrap().id
}

async fn stored(world: &World, recovery: &str) -> Recovery {
    let read = world.store.recovery(&world.tenant(), id(world, recovery)).await;
    read.unwrap().unwrap()
}

/// The digits of the newest code that was asked for, whether it goes or not.
async fn digits_asked(world: &World, recovery: &str) -> String {
    let recovery = stored(world, recovery).await;
    let asked = recovery.asked.as_ref().unwrap();
    let digits = recovery.derive(asked, &world.links, &world.tenant()).unwrap();
    digits.expose_secret().to_owned()
}

/// Asks for a code that is processed, and gives its digits.
async fn asked(world: &World, seconds: i64, recovery: &str, phone: &str) -> String {
    let reply = world.ask_code(after(seconds), recovery, phone, "sms").await;
    assert_eq!(reply.status, 202, "the answer never says: {reply:?}");
    world.deliver(after(seconds)).await;
    digits_asked(world, recovery).await
}

/// What the timeline says became of the newest code.
async fn became(world: &World, login: &str) -> String {
    let mut events = world.events(login).await;
    events.retain(|event| event.starts_with("code_"));
    events.pop().unwrap()
}

/// What keeps a code from going, all of it before it is counted.
const WHYS: [&str; 4] = [
    "code_not_sent: limit.account",
    "code_not_sent: limit.codes.number.hour",
    "code_not_sent: country_not_allowed",
    "not yet",
];

/// A world where Mo's next code does not go, for that reason.
async fn without_a_code(why: &str) -> World {
    let world = World::with(|settings| {
        open(settings);
        settings.limits.codes_per_account_day = 1;
        if why.ends_with("country_not_allowed") {
            settings.phone.allowed_countries = vec!["BE".to_owned()];
        }
    })
    .await;
    if why.ends_with("limit.account") {
        let before = recovery_for(&world, after(0)).await;
        world.sent_code(after(0), &before, ON_FILE).await;
    }
    if why.ends_with("number.hour") {
        neighbour(&world, &world.tenant(), "neighbour@example.com", ON_FILE).await;
        let before = world.recovery(after(0), "neighbour@example.com", "locked_out").await;
        world.sent_code(after(0), &before, ON_FILE).await;
    }
    world
}

#[tokio::test]
async fn a_code_that_was_never_sent_is_never_looked_at() {
    for why in WHYS {
        for right in 0..5 {
            let world = without_a_code(why).await;
            let recovery = recovery_for(&world, after(1)).await;
            let reply = world.ask_code(after(1), &recovery, TYPED, "sms").await;
            assert_eq!(reply.status, 202, "{why}: {reply:?}");
            if why != "not yet" {
                world.deliver(after(2)).await;
                assert_eq!(became(&world, MO).await, why);
            }
            let digits = digits_asked(&world, &recovery).await;
            for n in 0..5 {
                let guess = if n == right { digits.clone() } else { other_code(&digits) };
                let typed = world.type_code(after(3), &recovery, &guess).await;
                assert_eq!(heard(&typed), (422, "code_wrong", Some(4 - n)), "{why} {right}");
            }
            let typed = world.type_code(after(3), &recovery, &digits).await;
            assert_eq!(heard(&typed), (410, "code_spent", None), "{why} {right}");
            world.deliver(after(4)).await;
            let events = world.events(MO).await;
            assert!(events.iter().all(|event| !event.starts_with("code_accepted")), "{events:?}");
        }
    }
}

/// The same tries with the same answers as at a login that nobody has.
#[tokio::test]
async fn nothing_in_an_answer_says_that_a_code_did_not_go() {
    for why in WHYS {
        let world = without_a_code(why).await;
        // Settings are read once more by a cold function.
        world.type_code(after(0), "x", "1").await;
        let mut heard_of = Vec::new();
        for login in [MO, NOBODY] {
            let recovery = world.recovery(after(1), login, "forgot_password").await;
            if login == MO {
                world.ask_code(after(1), &recovery, TYPED, "sms").await;
            }
            if why != "not yet" {
                world.deliver(after(2)).await;
            }
            let typed = world.type_code(after(3), &recovery, "123456").await;
            let names: Vec<_> = typed.body.as_object().unwrap().keys().cloned().collect();
            let (status, code, left) = heard(&typed);
            heard_of.push((
                status,
                code.to_owned(),
                left,
                names,
                typed.log["dynamodb.calls"].clone(),
            ));
        }
        assert_eq!(heard_of[0], heard_of[1], "{why}");
    }
}

#[tokio::test]
async fn what_was_sent_before_stays_good_when_another_does_not_go() {
    for why in ["limit.account", "limit.codes.number.hour", "country_not_allowed"] {
        for seconds in [1, 599] {
            let world = World::with(|settings| {
                open(settings);
                settings.limits.codes_per_account_day = 2;
            })
            .await;
            if why == "limit.codes.number.hour" {
                neighbour(&world, &world.tenant(), "neighbour@example.com", ON_FILE).await;
                let other = world.recovery(after(0), "neighbour@example.com", "locked_out").await;
                world.sent_code(after(0), &other, ON_FILE).await;
            }
            if why == "limit.account" {
                let before = recovery_for(&world, after(0)).await;
                world.sent_code(after(0), &before, ON_FILE).await;
            }
            let recovery = recovery_for(&world, after(0)).await;
            let good = world.sent_code(after(0), &recovery, ON_FILE).await;
            let mut late = 0;
            if why == "country_not_allowed" {
                world
                    .change_settings(|settings| {
                        settings.phone.allowed_countries = vec!["BE".to_owned()];
                    })
                    .await;
                // Functions know the new settings after a minute.
                late = 61;
            }
            let unsent = asked(&world, late, &recovery, TYPED).await;
            assert_eq!(became(&world, MO).await, format!("code_not_sent: {why}"));
            assert_ne!(unsent, good);
            let typed = world.type_code(after(late + 1), &recovery, &unsent).await;
            assert_eq!(heard(&typed), (422, "code_wrong", Some(4)), "{why}");
            let typed = world.type_code(after(seconds.max(late + 1)), &recovery, &good).await;
            assert_eq!(typed.status, 200, "{why}: {typed:?}");
        }
    }
}

/// Its time is its own: what was asked for after it and did not go prolongs nothing.
#[tokio::test]
async fn what_was_sent_before_works_no_longer_for_another_that_does_not_go() {
    let world = World::with(|settings| {
        open(settings);
        settings.limits.codes_per_account_day = 1;
    })
    .await;
    let recovery = recovery_for(&world, after(0)).await;
    let good = world.sent_code(after(0), &recovery, ON_FILE).await;
    let unsent = asked(&world, 500, &recovery, TYPED).await;
    for digits in [&good, &unsent] {
        let typed = world.type_code(after(600), &recovery, digits).await;
        assert_eq!(heard(&typed), (410, "code_expired", None));
    }
    assert_eq!(world.type_code(after(599), &recovery, &good).await.status, 200);
}

#[tokio::test]
async fn the_next_one_that_goes_takes_the_place_of_what_was_sent_before() {
    let world = World::with(|settings| {
        open(settings);
        settings.limits.codes_per_account_day = 2;
    })
    .await;
    let before = recovery_for(&world, after(0)).await;
    world.sent_code(after(0), &before, ON_FILE).await;
    let recovery = recovery_for(&world, after(DAY - 10)).await;
    let first = world.sent_code(after(DAY - 10), &recovery, ON_FILE).await;
    let second = asked(&world, DAY - 5, &recovery, TYPED).await;
    assert_eq!(became(&world, MO).await, "code_not_sent: limit.account");
    assert_eq!(stored(&world, &recovery).await.code.unwrap().number, 1);
    let third = world.sent_code(after(DAY + 25), &recovery, ON_FILE).await;
    assert_eq!(told(&world).len(), 3);
    assert_eq!(stored(&world, &recovery).await.code.unwrap().number, 3);
    for (dead, left) in [(&first, 4), (&second, 3)] {
        let typed = world.type_code(after(DAY + 26), &recovery, dead).await;
        assert_eq!(heard(&typed), (422, "code_wrong", Some(left)));
    }
    assert_eq!(world.type_code(after(DAY + 27), &recovery, &third).await.status, 200);
}

/// A code that waits in the outbox is none yet, and the one before it is good until then.
#[tokio::test]
async fn until_it_is_counted_the_one_before_it_is_the_code() {
    let world = World::with(open).await;
    let recovery = recovery_for(&world, after(0)).await;
    let first = world.sent_code(after(0), &recovery, ON_FILE).await;
    world.ask_code(after(1), &recovery, TYPED, "sms").await;
    let second = digits_asked(&world, &recovery).await;
    let typed = world.type_code(after(2), &recovery, &second).await;
    assert_eq!(heard(&typed), (422, "code_wrong", Some(4)));
    assert_eq!(world.type_code(after(3), &recovery, &first).await.status, 200);
    world.deliver(after(4)).await;
    assert_eq!(told(&world).len(), 1, "the recovery is over");
    assert_eq!(became(&world, MO).await, "code_not_sent: no_longer_live");
}

/// What nobody got has no mail with a report; a report of the one before ends the recovery.
#[tokio::test]
async fn not_me_ends_what_was_asked_for_as_well() {
    let world = World::with(open).await;
    let recovery = recovery_for(&world, after(0)).await;
    let first = world.sent_code(after(0), &recovery, ON_FILE).await;
    world.deliver(after(0)).await;
    let report = world.newest_not_me(MO);
    world.ask_code(after(1), &recovery, TYPED, "sms").await;
    let second = digits_asked(&world, &recovery).await;
    assert_eq!(world.not_me(after(2), &report).await.text("status"), "withdrawn");
    world.deliver(after(3)).await;
    assert_eq!(told(&world).len(), 1);
    for digits in [&first, &second] {
        assert_eq!(world.type_code(after(4), &recovery, digits).await.code(), "code_spent");
    }
}

/// Neither does an account that moved to another number meanwhile bring it back.
#[tokio::test]
async fn a_number_that_changes_while_a_code_waits_ends_them_both() {
    let world = World::with(open).await;
    let recovery = recovery_for(&world, after(0)).await;
    let first = world.sent_code(after(0), &recovery, ON_FILE).await;
    world.ask_code(after(1), &recovery, TYPED, "sms").await;
    let second = digits_asked(&world, &recovery).await;
    let path = "tenants/demo/accounts/id-of-mo";
    let change = json!({"phone": phone_of(1, 1)});
    let reply = world.admin_at(after(2), Method::PATCH, path, &world.admin, change).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    world.deliver(after(3)).await;
    assert_eq!(told(&world).len(), 1, "neither to the old number nor to the new one");
    let typed = world.type_code(after(4), &recovery, &second).await;
    assert_eq!(heard(&typed), (422, "code_wrong", Some(4)));
    assert_ne!(world.type_code(after(4), &recovery, &first).await.status, 200);
}
