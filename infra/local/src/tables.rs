//! The tables, created in the embedded DynamoDB as `infra/template.yaml` defines them.

use std::path::Path;

use dynoxide::Database;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::{error::LocalError, state::StateFolder, template::Template};

/// The definitions that the tables on disk were created from.
const FILE: &str = "tables.json";

/// Opens the database and creates what is not there yet.
pub(crate) fn open(state: &StateFolder, template: &Template) -> Result<Database, LocalError> {
    let path = state.path("dynamodb.sqlite");
    let database = match &path {
        Some(path) => Database::new(&path.to_string_lossy()),
        None => Database::memory(),
    };
    let database = database.map_err(refused)?;
    let created: Option<std::collections::BTreeMap<String, Value>> = state.read(FILE)?;
    if created.as_ref().is_some_and(|created| *created != template.tables) {
        return Err(LocalError::StateDamaged {
            path: path.as_deref().unwrap_or(Path::new("")).to_path_buf(),
            reason: "infra/template.yaml now defines other tables".to_owned(),
        });
    }
    if created.is_none() {
        for table in template.tables.values() {
            create(&database, table)?;
        }
        state.write(FILE, &template.tables)?;
    }
    Ok(database)
}

/// CloudFormation's words are the API's, but for three: the stream is switched on by a flag, TTL is
/// a call of its own, and encryption's flag is named otherwise. Backups have no meaning here.
fn create(database: &Database, definition: &Value) -> Result<(), LocalError> {
    let mut table = definition.as_object().cloned().unwrap_or_default();
    table.remove("PointInTimeRecoverySpecification");
    let ttl = table.remove("TimeToLiveSpecification");
    if let Some(Value::Object(stream)) = table.get_mut("StreamSpecification") {
        stream.insert("StreamEnabled".to_owned(), Value::Bool(true));
    }
    if let Some(Value::Object(encryption)) = table.get_mut("SSESpecification") {
        let enabled = encryption.remove("SSEEnabled").unwrap_or(Value::Bool(false));
        encryption.insert("Enabled".to_owned(), enabled);
    }
    // Otherwise a state folder could not be emptied table by table with ordinary tools.
    table.remove("DeletionProtectionEnabled");
    let name = table.get("TableName").cloned().unwrap_or_default();
    database.create_table(request(table)?).map_err(refused)?;
    if let Some(ttl) = ttl {
        let update = Map::from_iter([
            ("TableName".to_owned(), name),
            ("TimeToLiveSpecification".to_owned(), ttl),
        ]);
        database.update_time_to_live(request(update)?).map_err(refused)?;
    }
    Ok(())
}

/// Every item of a table, in DynamoDB's JSON.
pub(crate) fn items(database: &Database, table: &str) -> Result<Vec<Value>, LocalError> {
    let mut items = Vec::new();
    let mut start = Value::Null;
    loop {
        let mut scan = json!({"TableName": table});
        if let (Value::Object(scan), false) = (&mut scan, start.is_null()) {
            scan.insert("ExclusiveStartKey".to_owned(), start);
        }
        let page = answer(&database.scan(request_value(scan)?).map_err(refused)?)?;
        let found = page.get("Items").and_then(Value::as_array);
        items.extend(found.into_iter().flatten().cloned());
        start = page.get("LastEvaluatedKey").cloned().unwrap_or_default();
        if start.is_null() {
            return Ok(items);
        }
    }
}

pub(crate) fn request<T: DeserializeOwned>(fields: Map<String, Value>) -> Result<T, LocalError> {
    request_value(Value::Object(fields))
}

pub(crate) fn request_value<T: DeserializeOwned>(fields: Value) -> Result<T, LocalError> {
    serde_json::from_value(fields).map_err(refused)
}

pub(crate) fn answer(answer: &impl Serialize) -> Result<Value, LocalError> {
    serde_json::to_value(answer).map_err(refused)
}

pub(crate) fn refused(error: impl std::fmt::Display) -> LocalError {
    LocalError::Database(error.to_string())
}
