//! What the service desk and the operator would see: timelines, stories, the outbox.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a harness stops the test that it serves"
)]

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::World;
use crate::seeds::SEED;

impl World {
    /// The timeline of an account since the world began, oldest first, as plain JSON.
    pub async fn timeline(&self, login: &str) -> Vec<Value> {
        let account_id = self.account(login).await.account_id;
        let mut entries = self.told(&format!("{}#timeline#{account_id}", self.tenant()));
        entries.retain(|entry| entry["subject"] != SEED);
        entries.sort_by_key(|entry| entry["sk"].as_str().unwrap().to_owned());
        entries
    }

    /// The same in short: `event`, or `event: cause`.
    pub async fn events(&self, login: &str) -> Vec<String> {
        let short = |entry: Value| match (entry["event"].as_str(), entry["cause"].as_str()) {
            (Some(event), Some(cause)) => format!("{event}: {cause}"),
            (event, _) => event.unwrap().to_owned(),
        };
        self.timeline(login).await.into_iter().map(short).collect()
    }

    /// What the desk finds under a support code: the outcome.
    pub fn outcome(&self, support_code: &str) -> Option<String> {
        let stories = self.told(&format!("{}#support#{support_code}", self.tenant()));
        stories.first().map(|story| story["outcome"].as_str().unwrap().to_owned())
    }

    fn told(&self, key: &str) -> Vec<Value> {
        let items = self.cloud.items("timeline").unwrap();
        items.iter().map(plain).filter(|item| item["pk"] == key).collect()
    }

    /// What is in the outbox, as plain JSON.
    pub fn outbox(&self) -> Vec<Value> {
        self.cloud.items("outbox").unwrap().iter().map(plain).collect()
    }

    /// The event for `process-outbox` with these records of the outbox's stream.
    pub fn stream_event(&self, inserted: &[usize]) -> Value {
        let records = self.cloud.stream("outbox").unwrap();
        let records: Vec<Value> =
            records.into_iter().filter(|record| record["eventName"] == "INSERT").collect();
        let picked: Vec<&Value> = inserted.iter().map(|at| records.get(*at).unwrap()).collect();
        json!({"Records": picked})
    }

    /// Writes an item as it is given, in DynamoDB's JSON.
    pub fn put_item(&self, table: &str, item: &Value) {
        let table = format!("{}-{table}", self.cloud.template().stack);
        let request = json!({"TableName": table, "Item": item});
        self.cloud.database().put_item(serde_json::from_value(request).unwrap()).unwrap();
    }
}

/// The moment that an item keeps in microseconds.
pub fn moment(value: &Value) -> Timestamp {
    Timestamp::from_microsecond(value.as_i64().unwrap()).unwrap()
}

/// DynamoDB's JSON as the JSON that it means.
pub fn plain(item: &Value) -> Value {
    let members = item.as_object().unwrap().iter();
    members.map(|(name, value)| (name.clone(), plain_value(value))).collect::<Map<_, _>>().into()
}

fn plain_value(value: &Value) -> Value {
    let (kind, value) = value.as_object().and_then(|value| value.iter().next()).unwrap();
    match kind.as_str() {
        "N" => value.as_str().unwrap().parse().unwrap(),
        "M" => plain(value),
        "L" => value.as_array().unwrap().iter().map(plain_value).collect(),
        "NULL" => Value::Null,
        _ => value.clone(),
    }
}
