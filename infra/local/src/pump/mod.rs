//! The stream pump: reads the outbox's stream and invokes `process-outbox`, as Lambda's event source
//! mapping does: batches, filters, retries, halving of a batch that fails, partial batch answers,
//! a record's age, and the dead-letter queue in the end.
//!
//! What it deliberately does not do: wait as long as Lambda does between two tries, or read several
//! shards. The order within the one shard is kept.

mod filter;
mod running;

use std::{future::Future, time::Duration};

use dynoxide::Database;
pub(crate) use running::{pump_forever, schedule_forever};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    ACCOUNT, REGION,
    error::LocalError,
    state::{StateFolder, random_hex, wall_clock},
    tables::{answer, refused, request_value},
    template::{StreamSource, table_arn},
};

const POSITION: &str = "stream.json";
const DEAD_LETTERS: &str = "dead-letters.jsonl";

/// Why a function gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvokeError {
    /// The function answered with an error, or died: the whole batch failed.
    Failed(String),
    /// There is no function yet, or no longer: nothing was tried.
    Unreachable(String),
}

/// Where the pump is in the stream.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Position {
    /// The last record that needs no more; `None` is before the first.
    after: Option<String>,
}

/// What one round of delivery did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Records read from the stream.
    pub records: usize,
    /// Times that the function was invoked.
    pub invocations: usize,
    /// Records given up.
    pub dead: usize,
}

/// Reads one stream for one function.
pub(crate) struct Pump {
    database: Database,
    source: StreamSource,
    function: String,
    state: StateFolder,
    position: Position,
    retry_pause: Duration,
    dead_letters: Vec<Value>,
}

/// A piece of a batch that still has to be delivered.
struct Piece {
    records: Vec<Value>,
    failures: u64,
}

impl Pump {
    pub(crate) fn open(
        database: Database,
        function: &str,
        source: StreamSource,
        state: &StateFolder,
        retry_pause: Duration,
    ) -> Result<Self, LocalError> {
        Ok(Self {
            database,
            source,
            function: function.to_owned(),
            position: state.read(POSITION)?.unwrap_or_default(),
            dead_letters: state.read_lines(DEAD_LETTERS)?,
            state: state.clone(),
            retry_pause,
        })
    }

    /// What was given up, oldest first.
    pub(crate) fn dead_letters(&self) -> &[Value] {
        &self.dead_letters
    }

    /// Begins again at the first record, as after a loss of the saved position.
    pub(crate) fn rewind(&mut self) {
        self.position = Position::default();
    }

    /// Delivers all that is in the stream now.
    ///
    /// # Errors
    /// [`DeliveryError::Unreachable`] when there is no function; what it was to get stays.
    pub(crate) async fn deliver<F, R>(&mut self, invoke: &F) -> Result<Delivered, DeliveryError>
    where
        F: Fn(Value) -> R,
        R: Future<Output = Result<Value, InvokeError>>,
    {
        let mut delivered = Delivered::default();
        loop {
            let records = self.read()?;
            let Some(last) = records.last().and_then(sequence_number).map(str::to_owned) else {
                return Ok(delivered);
            };
            delivered.records += records.len();
            let passing =
                records.into_iter().filter(|record| filter::passes(&self.source.filters, record));
            self.deliver_batch(passing.collect(), invoke, &mut delivered).await?;
            self.position.after = Some(last);
            self.state.write(POSITION, &self.position)?;
        }
    }

    async fn deliver_batch<F, R>(
        &mut self,
        records: Vec<Value>,
        invoke: &F,
        delivered: &mut Delivered,
    ) -> Result<(), DeliveryError>
    where
        F: Fn(Value) -> R,
        R: Future<Output = Result<Value, InvokeError>>,
    {
        // The last piece is the next one, so halves are pushed in reverse and order is kept.
        let mut pieces = vec![Piece { records, failures: 0 }];
        while let Some(piece) = pieces.pop() {
            if piece.records.is_empty() {
                continue;
            }
            if self.is_too_old(&piece.records) {
                delivered.dead += piece.records.len();
                self.give_up(&piece.records, "RecordAgeExceeded", piece.failures)?;
                continue;
            }
            delivered.invocations += 1;
            let failed_from = match invoke(json!({"Records": &piece.records})).await {
                Err(InvokeError::Unreachable(reason)) => {
                    return Err(DeliveryError::Unreachable(reason));
                }
                Err(InvokeError::Failed(_)) => Some(0),
                Ok(answer) => self.first_failure(&answer, &piece.records),
            };
            let Some(failed_from) = failed_from else { continue };
            tokio::time::sleep(self.retry_pause).await;
            self.after_failure(piece, failed_from, &mut pieces, delivered)?;
        }
        Ok(())
    }

    /// Decides what becomes of the records from the first that failed.
    fn after_failure(
        &mut self,
        mut piece: Piece,
        failed_from: usize,
        pieces: &mut Vec<Piece>,
        delivered: &mut Delivered,
    ) -> Result<(), LocalError> {
        let mut records = piece.records.split_off(failed_from);
        if failed_from > 0 {
            // Progress was made, so what is left begins anew.
            pieces.push(Piece { records, failures: 0 });
        } else if self.source.bisect && records.len() > 1 {
            let second = records.split_off(records.len() / 2);
            pieces.push(Piece { records: second, failures: 0 });
            pieces.push(Piece { records, failures: 0 });
        } else if piece.failures >= self.source.retries_max {
            delivered.dead += records.len();
            self.give_up(&records, "RetryAttemptsExhausted", piece.failures + 1)?;
        } else {
            pieces.push(Piece { records, failures: piece.failures + 1 });
        }
        Ok(())
    }

    /// The place of the first record that the answer reports as failed.
    fn first_failure(&self, answer: &Value, records: &[Value]) -> Option<usize> {
        if !self.source.partial_failures {
            return None;
        }
        let failures = match answer.get("batchItemFailures") {
            None | Some(Value::Null) => return None,
            Some(Value::Array(failures)) => failures,
            Some(_) => return Some(0),
        };
        let place = |failure: &Value| {
            let id = failure.get("itemIdentifier").and_then(Value::as_str)?;
            records.iter().position(|record| sequence_number(record) == Some(id))
        };
        // An identifier that was not in the batch makes the whole batch a failure, as on AWS.
        failures.iter().map(|failure| place(failure).unwrap_or(0)).min()
    }

    fn is_too_old(&self, records: &[Value]) -> bool {
        let Some(age_max) = self.source.age_seconds_max else { return false };
        let written = records
            .first()
            .and_then(|record| record.pointer("/dynamodb/ApproximateCreationDateTime"))
            .and_then(Value::as_f64);
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit a double")]
        let now = wall_clock().as_second() as f64;
        #[expect(clippy::cast_precision_loss, reason = "a week at most")]
        let age_max = age_max as f64;
        written.is_some_and(|written| now - written > age_max)
    }

    /// Like Lambda's: the letter names the records by their numbers and does not hold them.
    fn give_up(
        &mut self,
        records: &[Value],
        condition: &str,
        invocations: u64,
    ) -> Result<(), LocalError> {
        let number = |record: Option<&Value>| record.and_then(sequence_number).map(str::to_owned);
        let letter = json!({
            "version": "1.0",
            "timestamp": wall_clock().to_string(),
            "requestContext": {
                "requestId": random_hex(16)?,
                "functionArn": format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{}", self.function),
                "condition": condition,
                "approximateInvokeCount": invocations,
            },
            "DDBStreamBatchInfo": {
                "streamArn": format!("{}/stream/local", table_arn(&self.source.table)),
                "startSequenceNumber": number(records.first()),
                "endSequenceNumber": number(records.last()),
                "batchSize": records.len(),
            },
        });
        self.state.append(DEAD_LETTERS, &letter)?;
        self.dead_letters.push(letter);
        Ok(())
    }

    /// The next batch, in the shape that a function gets it.
    fn read(&self) -> Result<Vec<Value>, LocalError> {
        read_stream(
            &self.database,
            &self.source.table,
            self.position.after.as_deref(),
            self.source.batch_size,
        )
    }
}

/// Why a delivery stopped.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// No function answers; the records stay where they are.
    #[error("no function answers: {0}")]
    Unreachable(String),
    /// The stream cannot be read or the position not be saved.
    #[error(transparent)]
    Local(#[from] LocalError),
}

/// Records of a table's stream after a sequence number, or from the first.
pub(crate) fn read_stream(
    database: &Database,
    table: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Value>, LocalError> {
    let streams =
        database.list_streams(request_value(json!({"TableName": table}))?).map_err(refused)?;
    let Some(stream) = streams.streams.first() else { return Ok(Vec::new()) };
    let stream_arn = &stream.stream_arn;
    let description = database
        .describe_stream(request_value(json!({"StreamArn": stream_arn}))?)
        .map_err(refused)?;
    let Some(shard) = description.stream_description.shards.first() else {
        return Ok(Vec::new());
    };
    let mut from = json!({
        "StreamArn": stream_arn,
        "ShardId": &shard.shard_id,
        "ShardIteratorType": "TRIM_HORIZON",
    });
    if let (Some(from), Some(after)) = (from.as_object_mut(), after) {
        from.insert("ShardIteratorType".to_owned(), json!("AFTER_SEQUENCE_NUMBER"));
        from.insert("SequenceNumber".to_owned(), json!(after));
    }
    let iterator = database.get_shard_iterator(request_value(from)?).map_err(refused)?;
    let page = database
        .get_records(request_value(
            json!({"ShardIterator": iterator.shard_iterator, "Limit": limit}),
        )?)
        .map_err(refused)?;
    let mut page = answer(&page)?;
    let mut records = match page.get_mut("Records").map(Value::take) {
        Some(Value::Array(records)) => records,
        _ => Vec::new(),
    };
    for record in records.iter_mut().filter_map(Value::as_object_mut) {
        record.insert("awsRegion".to_owned(), json!(REGION));
        let arn = format!("{}/stream/local", table_arn(table));
        record.insert("eventSourceARN".to_owned(), json!(arn));
    }
    Ok(records)
}

fn sequence_number(record: &Value) -> Option<&str> {
    record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str)
}

/// What EventBridge sends for a schedule.
pub fn scheduled_event() -> Value {
    json!({
        "version": "0",
        "id": "00000000-0000-4000-8000-000000000002",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": wall_clock().to_string(),
        "region": REGION,
        "resources": [format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/every-minute")],
        "detail": {},
    })
}
