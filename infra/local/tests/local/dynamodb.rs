//! The database: tables as defined, grants as granted, calls as made, faults as switched.

use std::collections::{BTreeSet, HashMap};

use crate::support::{cloud, dynamodb, s};
use aws_sdk_dynamodb::{
    Client,
    error::ProvideErrorMetadata,
    types::{AttributeValue, ConditionCheck, Put, TransactWriteItem, Update},
};
use regain_local::{Chaos, DynamoDbChaos, unused_grants};
use serde_json::Value;

type Item = HashMap<String, AttributeValue>;

#[tokio::test]
async fn tables_are_those_of_the_template() {
    let cloud = cloud();
    let client = dynamodb(&cloud, "local-admin").await;
    let tables = client.list_tables().send().await.unwrap().table_names.unwrap();
    let expected: Vec<&String> = cloud.template().tables.keys().collect();
    assert_eq!(tables.iter().collect::<Vec<_>>(), expected);
    assert_eq!(tables.len(), 5);
    for (name, definition) in &cloud.template().tables {
        let table = client.describe_table().table_name(name).send().await.unwrap().table.unwrap();
        let keys: Vec<(String, String)> = table
            .key_schema()
            .iter()
            .map(|key| (key.attribute_name.clone(), key.key_type.as_str().to_owned()))
            .collect();
        let defined = definition["KeySchema"].as_array().unwrap().iter();
        let defined: Vec<(String, String)> =
            defined.map(|key| (text(&key["AttributeName"]), text(&key["KeyType"]))).collect();
        assert_eq!(keys, defined, "{name}");
        let streams = definition.get("StreamSpecification").is_some();
        assert_eq!(table.stream_specification().is_some_and(|s| s.stream_enabled), streams);
        let indexes =
            definition.get("GlobalSecondaryIndexes").map_or(0, |i| i.as_array().unwrap().len());
        assert_eq!(table.global_secondary_indexes().len(), indexes, "{name}");
        let ttl = client.describe_time_to_live().table_name(name).send().await.unwrap();
        let ttl = ttl.time_to_live_description.unwrap().attribute_name;
        let defined =
            definition.get("TimeToLiveSpecification").map(|ttl| text(&ttl["AttributeName"]));
        assert_eq!(ttl, defined, "{name}");
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_function_may_do_what_the_template_grants_and_nothing_else() {
    let cloud = cloud();
    let client = dynamodb(&cloud, "request-reset").await;
    let put = |table: &str| client.put_item().table_name(table).item("pk", s("a")).send();
    put("regain-outbox").await.unwrap();
    let refused = put("regain-accounts").await.unwrap_err();
    assert_eq!(refused.code(), Some("AccessDeniedException"));
    assert!(cloud.items("accounts").unwrap().is_empty());
    assert_eq!(cloud.items("outbox").unwrap().len(), 1);
}

#[tokio::test]
async fn a_transaction_needs_the_action_of_each_part() {
    let cloud = cloud();
    let put = |table: &str| {
        let put = Put::builder().table_name(table).item("pk", s("p")).item("sk", s("s"));
        TransactWriteItem::builder().put(put.build().unwrap()).build()
    };
    let check = |table: &str| {
        let check = ConditionCheck::builder()
            .table_name(table)
            .key("pk", s("c"))
            .condition_expression("attribute_not_exists(pk)");
        TransactWriteItem::builder().condition_check(check.build().unwrap()).build()
    };
    let update = |table: &str| {
        let update = Update::builder()
            .table_name(table)
            .key("pk", s("u"))
            .update_expression("SET n = :n")
            .expression_attribute_values(":n", s("1"));
        TransactWriteItem::builder().update(update.build().unwrap()).build()
    };
    let client = dynamodb(&cloud, "sign-in").await;
    client
        .transact_write_items()
        .transact_items(update("regain-tokens"))
        .transact_items(check("regain-accounts"))
        .transact_items(put("regain-timeline"))
        .send()
        .await
        .unwrap();
    let refused = client
        .transact_write_items()
        .transact_items(update("regain-tokens"))
        .transact_items(check("regain-tokens"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("AccessDeniedException"));
    assert!(refused.message().unwrap().contains("dynamodb:ConditionCheckItem"));
    assert_eq!(
        cloud.calls_of("sign-in"),
        [
            "TransactWriteItems[UpdateItem tokens, ConditionCheckItem accounts, PutItem timeline]",
            "TransactWriteItems[UpdateItem tokens, ConditionCheckItem tokens]",
        ]
    );
    let unused = unused_grants(cloud.template(), &cloud.calls());
    let unused: Vec<String> = unused
        .iter()
        .filter(|grant| grant.function == "sign-in")
        .map(|grant| format!("{} {}", grant.action, grant.resource.rsplit(':').next().unwrap()))
        .collect();
    assert!(unused.contains(&"dynamodb:GetItem table/regain-accounts".to_owned()), "{unused:?}");
    assert!(!unused.contains(&"dynamodb:UpdateItem table/regain-tokens".to_owned()), "{unused:?}");
}

#[tokio::test]
async fn a_query_of_an_index_needs_the_grant_on_the_index() {
    let cloud = cloud();
    let query = async |caller: &str, index: Option<&str>, key: &str| {
        let client = dynamodb(&cloud, caller).await;
        client
            .query()
            .table_name("regain-outbox")
            .set_index_name(index.map(str::to_owned))
            .key_condition_expression("#k = :k")
            .expression_attribute_names("#k", key)
            .expression_attribute_values(":k", s("x"))
            .send()
            .await
            .map_err(|error| error.code().map(str::to_owned))
    };
    query("process-outbox", Some("due"), "due_shard").await.unwrap();
    let denied = Some("AccessDeniedException".to_owned());
    assert_eq!(query("process-outbox", None, "pk").await.unwrap_err(), denied);
    assert_eq!(query("sign-in", Some("due"), "due_shard").await.unwrap_err(), denied);
    assert_eq!(cloud.calls_of("process-outbox"), ["Query outbox/due", "Query outbox"]);
}

/// One page of the desk's list: the items, and where the next page begins.
async fn page(client: &Client, tenant: &str, start: Option<Item>) -> (Vec<Item>, Option<Item>) {
    let query = client
        .query()
        .table_name("regain-accounts")
        .index_name("list")
        .key_condition_expression("list_of = :tenant")
        .expression_attribute_values(":tenant", s(tenant))
        .limit(2)
        .set_exclusive_start_key(start);
    let page = query.send().await.unwrap();
    (page.items.unwrap(), page.last_evaluated_key)
}

/// The logins of a whole list, page by page.
async fn listed(client: &Client, tenant: &str) -> Vec<Vec<String>> {
    let (mut pages, mut start) = (Vec::new(), None);
    loop {
        let (items, next) = page(client, tenant, start).await;
        pages.push(items.iter().map(|item| item["login"].as_s().unwrap().clone()).collect());
        match next {
            Some(next) => start = Some(next),
            None => return pages,
        }
    }
}

async fn put_account(client: &Client, login: &str, list_of: Option<&str>) {
    let put = client.put_item().table_name("regain-accounts").item("pk", s(&format!("pk-{login}")));
    let put = match list_of {
        Some(tenant) => put.item("list_of", s(tenant)),
        None => put,
    };
    let put = put.item("login", s(login)).item("last_name", s("Vos")).item("password", s("hash"));
    put.send().await.unwrap();
}

#[tokio::test]
async fn the_list_of_accounts_is_paged_by_login_and_holds_what_is_included() {
    let cloud = cloud();
    let client = dynamodb(&cloud, "local-admin").await;
    for login in ["d", "b", "e", "a", "c"] {
        put_account(&client, login, Some("demo")).await;
    }
    put_account(&client, "unlisted", None).await;
    put_account(&client, "foreign", Some("other")).await;
    assert_eq!(listed(&client, "demo").await, [vec!["a", "b"], vec!["c", "d"], vec!["e"]]);
    assert_eq!(listed(&client, "other").await, [vec!["foreign"]]);
    let (items, next) = page(&client, "demo", None).await;
    let names = |item: &Item| item.keys().cloned().collect::<BTreeSet<_>>();
    let expected = ["last_name", "list_of", "login", "pk"].map(str::to_owned);
    assert_eq!(names(&items[0]), BTreeSet::from(expected), "no password");
    let expected = ["list_of", "login", "pk"].map(str::to_owned);
    assert_eq!(names(&next.unwrap()), BTreeSet::from(expected), "where the next page begins");
    assert_eq!(cloud.items("accounts").unwrap().len(), 7);
}

#[tokio::test]
async fn what_is_deleted_or_taken_off_the_list_vanishes_from_it() {
    let cloud = cloud();
    let client = dynamodb(&cloud, "local-admin").await;
    for login in ["a", "b", "c", "d", "e"] {
        put_account(&client, login, Some("demo")).await;
    }
    let delete =
        |login| client.delete_item().table_name("regain-accounts").key("pk", s(login)).send();
    // The page begins after an item that is no more.
    let (_, next) = page(&client, "demo", None).await;
    delete("pk-b").await.unwrap();
    delete("pk-c").await.unwrap();
    let (items, _) = page(&client, "demo", next).await;
    let logins: Vec<_> = items.iter().map(|item| item["login"].as_s().unwrap()).collect();
    assert_eq!(logins, ["d", "e"]);

    let update = |set: &str| {
        let update = client.update_item().table_name("regain-accounts").key("pk", s("pk-d"));
        update.update_expression(set).send()
    };
    update("SET last_name = login").await.unwrap();
    let (items, _) = page(&client, "demo", None).await;
    assert_eq!(items[1]["last_name"], s("d"), "the index follows");
    update("REMOVE list_of").await.unwrap();
    assert_eq!(listed(&client, "demo").await.concat(), ["a", "e"]);
}

#[tokio::test]
async fn an_unknown_key_is_nobody() {
    let cloud = cloud();
    let client = dynamodb(&cloud, "somebody").await;
    let refused =
        client.get_item().table_name("regain-tenants").key("pk", s("a")).key("sk", s("a"));
    let refused = refused.send().await.unwrap_err();
    assert_eq!(refused.code(), Some("UnrecognizedClientException"));
}

#[tokio::test]
async fn faults_come_as_switched_and_end() {
    let cloud = cloud();
    let client = dynamodb(&cloud, "local-admin").await;
    let put = || client.put_item().table_name("regain-outbox").item("pk", s("a")).send();

    cloud.set_chaos(dynamodb_chaos(DynamoDbChaos { throttle_one_in: 3, ..Default::default() }));
    for _ in 0..6 {
        put().await.unwrap(); // the SDK tries again
    }
    let throttled = cloud.calls().iter().filter(|call| call.status == 400).count();
    assert_eq!(throttled, 2);

    cloud.set_chaos(dynamodb_chaos(DynamoDbChaos { fail_next: 3, ..Default::default() }));
    assert_eq!(put().await.unwrap_err().code(), Some("InternalServerError"));
    put().await.unwrap();

    cloud.set_chaos(dynamodb_chaos(DynamoDbChaos { lose_answer_next: 1, ..Default::default() }));
    let before = cloud.calls().len();
    let add = client.update_item().table_name("regain-outbox").key("pk", s("n"));
    let add = add
        .update_expression("ADD n :one")
        .expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
    add.send().await.unwrap();
    assert_eq!(cloud.calls().len(), before + 2);
    let counted = cloud.items("outbox").unwrap();
    let counted = counted.iter().find(|item| item["pk"]["S"] == "n").unwrap();
    assert_eq!(counted["n"]["N"], "2", "carried out twice, answered once");
}

#[tokio::test]
async fn an_injected_conflict_names_its_reasons() {
    let cloud = cloud();
    cloud.set_chaos(dynamodb_chaos(DynamoDbChaos { conflict_next: 1, ..Default::default() }));
    let client = dynamodb(&cloud, "local-admin").await;
    let put = |key: &str| {
        let put = Put::builder().table_name("regain-outbox").item("pk", s(key)).build().unwrap();
        TransactWriteItem::builder().put(put).build()
    };
    let write = || client.transact_write_items().transact_items(put("a")).transact_items(put("b"));
    let error = write().send().await.unwrap_err().into_service_error();
    let reasons = match error {
        aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            cancelled.cancellation_reasons.unwrap()
        }
        other => panic!("{other:?}"),
    };
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code.as_deref().unwrap()).collect();
    assert_eq!(codes, ["TransactionConflict", "None"]);
    assert!(cloud.items("outbox").unwrap().is_empty());
    write().send().await.unwrap();
    assert_eq!(cloud.items("outbox").unwrap().len(), 2);
}

fn dynamodb_chaos(dynamodb: DynamoDbChaos) -> Chaos {
    Chaos { dynamodb, ..Chaos::default() }
}

#[tokio::test]
async fn state_survives_a_restart_and_needs_no_second_creation() {
    let folder = std::env::temp_dir().join(format!("regain-local-{}", std::process::id()));
    let options = regain_local::Options { state: Some(folder.clone()), ..Default::default() };
    let start = || regain_local::Cloud::start(options.clone()).unwrap();
    let cloud = start();
    let client = dynamodb(&cloud, "local-admin").await;
    client.put_item().table_name("regain-tokens").item("pk", s("kept")).send().await.unwrap();
    let secret = cloud.secret("links").unwrap();
    drop(cloud);
    let cloud = start();
    assert_eq!(cloud.items("tokens").unwrap()[0]["pk"]["S"], "kept");
    assert_eq!(cloud.secret("links").unwrap(), secret);
    drop(cloud);
    std::fs::remove_dir_all(folder).unwrap();
}
