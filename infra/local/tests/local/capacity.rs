//! What calls consume, as the journal has it.

use aws_sdk_dynamodb::{
    Client,
    types::{ConditionCheck, Put, ReturnConsumedCapacity, TransactWriteItem},
};
use regain_local::{Chaos, Cloud, DynamoDbChaos};

use crate::support::{cloud, dynamodb, s};

/// The units of the last call.
fn last(cloud: &Cloud) -> f64 {
    cloud.calls().last().unwrap().capacity
}

/// An item of about this many bytes.
async fn put(client: &Client, table: &str, key: &str, bytes: usize) {
    let put = client.put_item().table_name(table).item("pk", s(key));
    put.item("x", s(&"x".repeat(bytes))).send().await.unwrap();
}

#[tokio::test]
async fn a_read_costs_by_four_kilobytes_and_half_when_it_may_be_stale() {
    let cloud = cloud();
    let client = dynamodb(&cloud, "local-admin").await;
    put(&client, "regain-tokens", "small", 10).await;
    put(&client, "regain-tokens", "large", 4096).await;
    for (key, consistent, expected) in [
        ("small", true, 1.0),
        ("small", false, 0.5),
        ("large", true, 2.0),
        ("large", false, 1.0),
        ("absent", true, 1.0),
        ("absent", false, 0.5),
    ] {
        let get = client.get_item().table_name("regain-tokens").key("pk", s(key));
        get.consistent_read(consistent).send().await.unwrap();
        assert_eq!(last(&cloud), expected, "{key}, consistent: {consistent}");
    }
}

#[tokio::test]
async fn a_write_costs_by_the_kilobyte_and_once_more_for_each_index_it_changes() {
    let cloud = cloud();
    let client = dynamodb(&cloud, "local-admin").await;
    put(&client, "regain-tokens", "a", 10).await;
    assert_eq!(last(&cloud), 1.0);
    put(&client, "regain-tokens", "b", 1024).await;
    assert_eq!(last(&cloud), 2.0);
    put(&client, "regain-tokens", "b", 10).await;
    assert_eq!(last(&cloud), 2.0, "by the larger of before and after");

    let account = |last_name: &str| {
        let put = client.put_item().table_name("regain-accounts").item("pk", s("a"));
        let put = put.item("list_of", s("demo")).item("login", s("a@example.com"));
        put.item("last_name", s(last_name)).item("password", s("hash")).send()
    };
    account("Vos").await.unwrap();
    assert_eq!(last(&cloud), 2.0, "the table and the list");
    let update = client.update_item().table_name("regain-accounts").key("pk", s("a"));
    let update = update.update_expression("SET password = :p");
    update.expression_attribute_values(":p", s("other")).send().await.unwrap();
    assert_eq!(last(&cloud), 1.0, "the list knows no password");
    account("Bos").await.unwrap();
    assert_eq!(last(&cloud), 2.0, "the list knows the name");
    let delete = client.delete_item().table_name("regain-accounts").key("pk", s("a"));
    delete.send().await.unwrap();
    assert_eq!(last(&cloud), 2.0);
}

#[tokio::test]
async fn a_transaction_costs_double_for_each_part_in_all_its_tables() {
    let cloud = cloud();
    let client = dynamodb(&cloud, "local-admin").await;
    put(&client, "regain-tokens", "there", 10).await;
    let put = |table: &str, bytes: usize| {
        let put = Put::builder().table_name(table).item("pk", s("p")).item("sk", s("s"));
        let put = put.item("x", s(&"x".repeat(bytes)));
        TransactWriteItem::builder().put(put.build().unwrap()).build()
    };
    let check = |condition: &str| {
        let check = ConditionCheck::builder().table_name("regain-tokens").key("pk", s("there"));
        let check = check.condition_expression(condition).build().unwrap();
        TransactWriteItem::builder().condition_check(check).build()
    };
    let write = |condition: &str| {
        let write = client.transact_write_items().transact_items(check(condition));
        let write = write.transact_items(put("regain-timeline", 10));
        write.transact_items(put("regain-outbox", 1500)).send()
    };
    write("attribute_not_exists(pk)").await.unwrap_err();
    assert_eq!(last(&cloud), 0.0, "nothing is said of what was cancelled");
    write("attribute_exists(pk)").await.unwrap();
    assert_eq!(last(&cloud), 2.0 + 2.0 + 4.0);
}

#[tokio::test]
async fn a_query_of_the_list_costs_by_what_it_reads_together() {
    let cloud = cloud();
    let client = dynamodb(&cloud, "local-admin").await;
    let query = || {
        let query = client.query().table_name("regain-accounts").index_name("list");
        let query = query.key_condition_expression("list_of = :t");
        query.expression_attribute_values(":t", s("demo")).send()
    };
    query().await.unwrap();
    assert_eq!(last(&cloud), 0.5);
    for name in ["a", "b", "c", "d", "e"] {
        let put = client.put_item().table_name("regain-accounts").item("pk", s(name));
        let put = put.item("list_of", s("demo")).item("login", s(name));
        put.item("last_name", s(&"x".repeat(1000))).send().await.unwrap();
    }
    assert_eq!(query().await.unwrap().count, 5);
    assert_eq!(last(&cloud), 1.0, "five kilobytes, eventually consistent");
}

#[tokio::test]
async fn who_did_not_ask_is_not_told() {
    let cloud = cloud();
    let client = dynamodb(&cloud, "local-admin").await;
    let get = || client.get_item().table_name("regain-tokens").key("pk", s("a"));
    assert_eq!(get().send().await.unwrap().consumed_capacity, None);
    let none = get().return_consumed_capacity(ReturnConsumedCapacity::None);
    assert_eq!(none.send().await.unwrap().consumed_capacity, None);
    for mode in [ReturnConsumedCapacity::Total, ReturnConsumedCapacity::Indexes] {
        let told = get().return_consumed_capacity(mode.clone()).send().await.unwrap();
        let told = told.consumed_capacity.unwrap();
        assert_eq!(told.capacity_units, Some(0.5));
        assert_eq!(told.table.is_some(), mode == ReturnConsumedCapacity::Indexes);
        assert_eq!(last(&cloud), 0.5);
    }
    client.describe_table().table_name("regain-tokens").send().await.unwrap();
    assert_eq!(last(&cloud), 0.0);
}

#[tokio::test]
async fn a_lost_answer_has_cost_its_units_and_a_refusal_none() {
    let cloud = cloud();
    let client = dynamodb(&cloud, "local-admin").await;
    let chaos = DynamoDbChaos { lose_answer_next: 1, fail_next: 1, ..Default::default() };
    cloud.set_chaos(Chaos { dynamodb: chaos, ..Chaos::default() });
    put(&client, "regain-tokens", "a", 10).await;
    let mut units: Vec<_> = cloud.calls().iter().map(|call| (call.status, call.capacity)).collect();
    assert_eq!(units.pop(), Some((200, 1.0)));
    units.sort_by(|a, b| a.partial_cmp(b).unwrap());
    assert_eq!(units, [(500, 0.0), (500, 1.0)]);
    let nobody = dynamodb(&cloud, "nobody").await;
    nobody.get_item().table_name("regain-tokens").key("pk", s("a")).send().await.unwrap_err();
    assert_eq!(last(&cloud), 0.0);
}
