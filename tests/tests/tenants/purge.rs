//! A deletion that meets what nobody foresaw: accounts that cannot be read, a store that is down for
//! months.

use regain_tests::{World, after};
use serde_json::json;

use crate::deletion::{busy_tenant, end, keys_of, people};
use crate::steps::{MO, OTHER, at_rest_of};

/// Bent by hand, or by a version that is not there any more: they go with the rest.
#[tokio::test]
async fn accounts_that_cannot_be_read_or_found_stop_no_deletion() {
    let world = World::new().await;
    busy_tenant(&world).await;
    let bent = [
        ("epoch", Some(json!({"S": "x"}))),
        ("epoch", None),
        ("slots", Some(json!({"M": {"reset": {"S": "x"}}}))),
        ("created_at", None),
        ("created_at", Some(json!({"S": "yesterday"}))),
        ("language", Some(json!({"S": "tlh"}))),
        ("blocked", Some(json!({"S": "of old"}))),
        ("first_name", Some(json!({"N": "7"}))),
        ("password_version", Some(json!({"BOOL": true}))),
        // Listed under a login that it is not at, and under one that is none.
        ("login", Some(json!({"S": "elsewhere@people.example"}))),
        ("login", Some(json!({"S": "no address"}))),
    ];
    let items = world.cloud.items("accounts").unwrap();
    let accounts = items.iter().filter(|item| {
        let key = item["pk"]["S"].as_str().unwrap();
        key.starts_with("other#account#") && item["login"]["S"] != MO
    });
    let mut accounts = accounts.cloned();
    for ((name, value), mut item) in bent.iter().zip(&mut accounts) {
        match value {
            Some(value) => item[*name] = value.clone(),
            None => drop(item.as_object_mut().unwrap().remove(*name)),
        }
        world.put_item("accounts", &item);
    }
    // And two that their id does not lead to any more.
    for item in accounts.take(2) {
        let id = item["account_id"]["S"].as_str().unwrap();
        let key = json!({"pk": {"S": format!("{OTHER}#id#{id}")}});
        let request = json!({"TableName": "regain-accounts", "Key": key});
        world.cloud.database().delete_item(serde_json::from_value(request).unwrap()).unwrap();
    }
    assert_eq!(people(&world)[..2], [61, 59]);
    let at_demo = at_rest_of(&world, "demo");
    assert_eq!(end(&world, 10, OTHER).await.status, 204);
    world.deliver(after(11)).await;
    for minute in 0..4 {
        world.schedule(after(130 + 60 * minute)).await;
    }
    assert_eq!((people(&world), keys_of(&world, "outbox", "outbox").len()), ([0, 0, 0], 0));
    assert_eq!(at_rest_of(&world, "demo"), at_demo);
}

/// What is swept by itself would leave the tenant's people behind.
#[tokio::test]
async fn the_job_of_a_deletion_is_there_until_it_is_done_however_long_that_takes() {
    let world = World::new().await;
    busy_tenant(&world).await;
    assert_eq!(end(&world, 10, OTHER).await.status, 204);
    let job = || world.outbox().into_iter().find(|item| item["work"] == "tenant_deleted");
    assert_eq!(job().unwrap().get("ttl"), None);
    let chaos = json!({"dynamodb": {"throttle_one_in": 1}});
    world.deliver(after(11)).await;
    assert_eq!(job().unwrap().get("ttl"), None, "nor once it was put off");
    world.cloud.set_chaos(serde_json::from_value(chaos).unwrap());
    for day in [1, 10, 100] {
        world.schedule(after(day * 86_400)).await;
    }
    world.cloud.set_chaos(serde_json::from_value(json!({})).unwrap());
    assert_eq!(job().unwrap().get("ttl"), None);
    world.schedule(after(101 * 86_400)).await;
    world.schedule(after(101 * 86_400 + 60)).await;
    assert_eq!((people(&world), job()), ([0, 0, 0], None));
}
