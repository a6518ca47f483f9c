//! What the work after an answer asks of the store, and of the services that send.

use regain_tests::{World, after};

use super::MO;

const PHONE: &str = "+31612345678";

const CLAIM: &str = "UpdateItem outbox";
const READ: &str = "GetItem accounts";
const READ_TOKENS: &str = "GetItem tokens";
/// The codes of its account within a day, the work, the code as the one that is looked at, and a
/// limit an hour and a day each for the number, its prefix, its country and the tenant.
const COUNTED: &str = "TransactWriteItems[UpdateItem tokens, UpdateItem outbox, \
     UpdateItem tokens, UpdateItem tokens, UpdateItem tokens, UpdateItem tokens, \
     UpdateItem tokens, UpdateItem tokens, UpdateItem tokens, UpdateItem tokens, \
     UpdateItem tokens]";
const DONE: &str = "TransactWriteItems[DeleteItem outbox, PutItem timeline]";
const DONE_AND_TOLD: &str = "TransactWriteItems[DeleteItem outbox, PutItem outbox, \
     PutItem timeline]";
const STORY: &str = "TransactWriteItems[DeleteItem outbox, PutItem timeline, PutItem timeline]";

/// A world in which `process-outbox` has read the settings.
async fn warm() -> World {
    let world = World::new().await;
    world.request(after(0), "nobody@example.com").await;
    world.deliver(after(0)).await;
    world
}

async fn delivered(world: &World, seconds: i64) -> Vec<String> {
    world.cloud.forget_calls();
    world.deliver(after(seconds)).await;
    world.cloud.calls_of("process-outbox")
}

#[tokio::test]
async fn a_code_is_six_calls_and_one_message_and_is_told_in_a_mail_of_its_own() {
    let world = warm().await;
    let recovery = world.recovery(after(1), MO, "locked_out").await;
    let mail = [CLAIM, READ, "SendEmail", DONE];
    for (channel, message) in [("sms", "Publish"), ("voice", "SendVoiceMessage")] {
        assert_eq!(world.ask_code(after(1), &recovery, PHONE, channel).await.status, 202);
        let code = [CLAIM, READ, READ_TOKENS, READ_TOKENS, COUNTED, message, DONE_AND_TOLD];
        let expected = [code.as_slice(), &mail].concat();
        assert_eq!(delivered(&world, 1).await, expected, "{channel}");
    }
}

#[tokio::test]
async fn a_code_that_is_not_sent_costs_three_or_four_calls() {
    let world = warm().await;
    let recovery = world.recovery(after(1), MO, "locked_out").await;
    world.ask_code(after(1), &recovery, PHONE, "sms").await;
    world.ask_code(after(1), &recovery, PHONE, "sms").await; // supersedes the first
    let superseded = [CLAIM, READ, READ_TOKENS, DONE];
    let calls = delivered(&world, 1).await;
    for call in superseded {
        assert!(calls.contains(&call.to_owned()), "{call} in {calls:?}");
    }
    assert_eq!(calls.iter().filter(|call| *call == "Publish").count(), 1, "{calls:?}");
}

#[tokio::test]
async fn a_failed_try_is_four_calls_and_three_where_nobody_was_meant() {
    let world = warm().await;
    let wrong = async |login| {
        assert_eq!(world.sign_in(after(1), login, "wrong").await.0, 401);
        delivered(&world, 1).await
    };
    let lock = "TransactWriteItems[DeleteItem outbox, PutItem timeline, PutItem outbox, \
         UpdateItem tokens, PutItem timeline, PutItem timeline]";
    let issue = "TransactWriteItems[UpdateItem tokens, PutItem tokens, UpdateItem accounts, \
         UpdateItem outbox, PutItem timeline, PutItem timeline]";
    let mail = [CLAIM, READ, issue, READ, READ_TOKENS, "SendEmail", DONE];
    for at in 1..=7 {
        assert_eq!(wrong("nobody@example.com").await, [CLAIM, READ, DONE], "{at}");
        let expected = match at {
            5 => [[CLAIM, READ, READ_TOKENS, lock].as_slice(), &mail].concat(),
            _ => vec![CLAIM, READ, READ_TOKENS, STORY],
        };
        assert_eq!(wrong(MO).await, expected, "{at}");
    }
}

#[tokio::test]
async fn a_wrong_number_and_a_wrong_code_are_three_calls_and_tell_no_story_of_their_own() {
    let world = warm().await;
    for (login, told) in
        [(MO, DONE), ("nobody@example.com", "TransactWriteItems[DeleteItem outbox]")]
    {
        let recovery = world.recovery(after(1), login, "locked_out").await;
        world.ask_code(after(1), &recovery, "+31612345670", "sms").await;
        assert_eq!(delivered(&world, 1).await, [CLAIM, READ, told], "{login}");
        world.type_code(after(1), &recovery, "000000").await;
        assert_eq!(delivered(&world, 1).await, [CLAIM, READ, told], "{login}");
    }
}
