//! The stream pump: what Lambda's event source mapping does, done here.

use std::{cell::RefCell, sync::Arc};

use crate::support::{cloud, dynamodb, s};
use regain_local::{Cloud, InvokeError};
use serde_json::{Value, json};

async fn write(cloud: &Cloud, keys: &[&str]) {
    let client = dynamodb(cloud, "local-admin").await;
    for key in keys {
        client.put_item().table_name("regain-outbox").item("pk", s(key)).send().await.unwrap();
    }
}

fn keys(event: &Value) -> Vec<String> {
    let records = event["Records"].as_array().unwrap().iter();
    records
        .map(|record| record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap().to_owned())
        .collect()
}

fn number(event: &Value, key: &str) -> Option<Value> {
    let mut records = event["Records"].as_array().unwrap().iter();
    let record = records.find(|record| record["dynamodb"]["Keys"]["pk"]["S"] == key)?;
    Some(record["dynamodb"]["SequenceNumber"].clone())
}

#[tokio::test]
async fn every_insert_arrives_once_and_in_order() {
    let cloud = cloud();
    write(&cloud, &["a", "b", "c"]).await;
    let client = dynamodb(&cloud, "local-admin").await;
    client.delete_item().table_name("regain-outbox").key("pk", s("a")).send().await.unwrap();
    let seen = RefCell::new(Vec::new());
    let function = |event: Value| {
        assert_eq!(event["Records"][0]["eventSource"], "aws:dynamodb");
        assert!(event["Records"][0]["eventSourceARN"].as_str().unwrap().contains("regain-outbox"));
        seen.borrow_mut().extend(keys(&event));
        async { Ok(json!({"batchItemFailures": []})) }
    };
    let delivered = cloud.deliver(function).await.unwrap();
    assert_eq!((delivered.records, delivered.invocations, delivered.dead), (4, 1, 0));
    cloud.deliver(function).await.unwrap();
    assert_eq!(*seen.borrow(), ["a", "b", "c"], "the delete is filtered, nothing comes twice");
    cloud.rewind_stream().await;
    cloud.deliver(function).await.unwrap();
    assert_eq!(seen.borrow().len(), 6, "a redelivery can be had");
}

#[tokio::test]
async fn a_poison_record_is_isolated_and_the_others_arrive() {
    let cloud = cloud();
    write(&cloud, &["a", "b", "poison", "c", "d"]).await;
    let done = RefCell::new(Vec::new());
    let function = |event: Value| {
        let batch = keys(&event);
        let result = if batch.contains(&"poison".to_owned()) {
            Err(InvokeError::Failed("panicked".to_owned()))
        } else {
            done.borrow_mut().extend(batch);
            Ok(json!({}))
        };
        async { result }
    };
    let delivered = cloud.deliver(function).await.unwrap();
    assert_eq!(*done.borrow(), ["a", "b", "c", "d"]);
    assert_eq!(delivered.dead, 1);
    let letters = cloud.dead_letters().await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0]["requestContext"]["condition"], "RetryAttemptsExhausted");
    assert_eq!(letters[0]["requestContext"]["approximateInvokeCount"], 4, "once and three retries");
    assert_eq!(letters[0]["DDBStreamBatchInfo"]["batchSize"], 1);
    assert!(!letters[0].to_string().contains("poison"), "a letter holds no record");
    assert_eq!(cloud.deliver(function).await.unwrap().records, 0, "and it is over");
}

#[tokio::test]
async fn a_partial_failure_is_tried_again_from_that_record_on() {
    let cloud = cloud();
    write(&cloud, &["a", "b", "c"]).await;
    let batches = RefCell::new(Vec::new());
    let function = |event: Value| {
        batches.borrow_mut().push(keys(&event));
        let failed = (batches.borrow().len() == 1).then(|| number(&event, "b").unwrap());
        let failures: Vec<Value> =
            failed.into_iter().map(|number| json!({"itemIdentifier": number})).collect();
        async move { Ok(json!({"batchItemFailures": failures})) }
    };
    cloud.deliver(function).await.unwrap();
    assert_eq!(*batches.borrow(), [vec!["a", "b", "c"], vec!["b", "c"]]);
    assert!(cloud.dead_letters().await.is_empty());
}

#[tokio::test]
async fn an_identifier_that_was_never_sent_fails_the_whole_batch() {
    let cloud = cloud();
    write(&cloud, &["a"]).await;
    let function = |_| async { Ok(json!({"batchItemFailures": [{"itemIdentifier": ""}]})) };
    assert_eq!(cloud.deliver(function).await.unwrap().dead, 1);
}

#[tokio::test]
async fn without_a_function_nothing_is_lost_and_no_try_counts() {
    let cloud = cloud();
    write(&cloud, &["a"]).await;
    for _ in 0..10 {
        let nobody = |_| async { Err(InvokeError::Unreachable("connection refused".to_owned())) };
        cloud.deliver(nobody).await.unwrap_err();
    }
    let delivered = cloud.deliver(|_| async { Ok(Value::Null) }).await.unwrap();
    assert_eq!((delivered.records, delivered.dead), (1, 0));
}

#[tokio::test]
async fn the_running_pump_delivers_by_itself() {
    let cloud = cloud();
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let sender = Arc::new(sender);
    cloud.start_pump(move |function, event| {
        let sender = Arc::clone(&sender);
        Box::pin(async move {
            sender.send((function, keys(&event))).unwrap();
            Ok(Value::Null)
        })
    });
    write(&cloud, &["a"]).await;
    let (function, keys) = receiver.recv().await.unwrap();
    assert_eq!((function.as_str(), keys), ("process-outbox", vec!["a".to_owned()]));
}
