//! A database on a bad day: every call is right or says to come back, and coming back is safe.

use http::Method;
use regain_local::{Chaos, DynamoDbChaos};
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{MO, MOVED, OLD, assert_sound, found, on_mo};

fn bad_days() -> [DynamoDbChaos; 6] {
    let none = DynamoDbChaos::default();
    [
        DynamoDbChaos { throttle_one_in: 3, ..none.clone() },
        DynamoDbChaos { conflict_next: 3, ..none.clone() },
        DynamoDbChaos { conflict_next: 20, ..none.clone() },
        DynamoDbChaos { fail_next: 4, ..none.clone() },
        DynamoDbChaos { lose_answer_next: 1, ..none.clone() },
        DynamoDbChaos { lose_answer_next: 4, ..none },
    ]
}

/// Calls until the answer is another than "come back".
async fn insist<F: Future<Output = Reply>>(call: impl Fn() -> F) -> Reply {
    for _ in 0..30 {
        let reply = call().await;
        if reply.status != 503 {
            return reply;
        }
        assert!(!reply.header("retry-after").is_empty(), "{reply:?}");
    }
    panic!("never answered")
}

#[tokio::test]
async fn a_change_that_is_called_again_happens_once() {
    for dynamodb in bad_days() {
        let world = World::new().await;
        world.reset_token(after(0), MO).await;
        let begin =
            || world.cloud.set_chaos(Chaos { dynamodb: dynamodb.clone(), ..Chaos::default() });
        let steps = [
            ("", Method::PATCH, json!({"login": MOVED}), "login", json!(MOVED)),
            ("", Method::PATCH, json!({"first_name": "M"}), "first_name", json!("M")),
            ("/block", Method::POST, json!({"reason": "other"}), "blocked", json!("other")),
            ("/unblock", Method::POST, Value::Null, "blocked", Value::Null),
        ];
        for (end, method, body, name, value) in steps {
            begin();
            let reply =
                insist(|| on_mo(&world, after(10), method.clone(), end, body.clone())).await;
            assert_eq!((reply.status, &reply.body[name]), (200, &value), "{dynamodb:?}: {reply:?}");
        }
        world.cloud.set_chaos(Chaos::default());
        let told = world.events(MOVED).await;
        for event in [
            "account_changed: login",
            "account_changed: first_name",
            "account_blocked: other",
            "account_unblocked: other",
        ] {
            let count = told.iter().filter(|told| *told == event).count();
            assert_eq!(count, 1, "{dynamodb:?}: {told:?}");
        }
        assert_eq!(world.account(MOVED).await.epoch, 2, "{dynamodb:?}");
        assert_eq!(world.sign_in(after(20), MOVED, OLD).await.0, 200);
        world.cloud.clear_messages().unwrap();
        world.deliver(after(30)).await;
        assert_eq!(world.cloud.messages(None).len(), 2, "one mail to each address");
        begin();
        let erased = insist(|| on_mo(&world, after(40), Method::DELETE, "", Value::Null)).await;
        // Whose answer was lost hears that it is gone.
        assert!([204, 404].contains(&erased.status), "{erased:?}");
        world.cloud.set_chaos(Chaos::default());
        assert_eq!(found(&world, MOVED).await, [] as [Value; 0]);
        assert_sound(&world, after(50)).await;
    }
}

#[tokio::test]
async fn an_import_that_is_sent_again_makes_every_account_once() {
    let file: String =
        (0..80).map(|n| format!("{}\n", json!({"login": format!("p{n}@example.com")}))).collect();
    for dynamodb in bad_days() {
        let world = World::new().await;
        world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
        let reply = insist(|| world.import(after(0), "demo", &world.admin, &file)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        world.cloud.set_chaos(Chaos::default());
        let again = world.import(after(10), "demo", &world.admin, &file).await;
        let lines = again.body.as_array().unwrap();
        assert!(lines.iter().all(|line| line["status"] == "unchanged"), "{again:?}");
        let accounts = world.cloud.items("accounts").unwrap();
        assert_eq!(accounts.len(), 2 * (80 + 4));
        let begun = world.cloud.items("timeline").unwrap();
        assert_eq!(begun.len(), 80 + 4, "and its timeline begins once");
        assert_sound(&world, after(20)).await;
    }
}
