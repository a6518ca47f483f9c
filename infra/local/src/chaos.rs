//! Faults on demand: the local services throttle, fail or hang when told to, so that what happens
//! on a bad day is tested on a good one.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

/// What goes wrong, per service. The default is that nothing does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Chaos {
    /// The database.
    pub dynamodb: DynamoDbChaos,
    /// Mail.
    pub ses: SenderChaos,
    /// SMS.
    pub sns: SenderChaos<PhoneError>,
    /// Calls.
    pub voice: SenderChaos<PhoneError>,
    /// The secrets.
    pub secretsmanager: SenderChaos,
}

/// What goes wrong at the database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DynamoDbChaos {
    /// Every so many calls one is throttled, with nothing done; 0 is never.
    pub throttle_one_in: u64,
    /// So many transactions are cancelled with `TransactionConflict`, with nothing done.
    pub conflict_next: u64,
    /// So many single updates meet a transaction on their item, with nothing done.
    pub conflict_update_next: u64,
    /// So many calls answer 500, with nothing done.
    pub fail_next: u64,
    /// So many calls are carried out and answer 500 all the same, as when an answer is lost.
    pub lose_answer_next: u64,
    /// The same, of transactions only.
    pub lose_transaction_next: u64,
    /// Each call waits so long first.
    pub hang_ms: u64,
}

/// What goes wrong at a service that sends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SenderChaos<E = SenderError> {
    /// So many calls fail, with nothing sent.
    pub fail_next: u64,
    /// How they fail.
    pub error: E,
    /// Each call waits so long first.
    pub hang_ms: u64,
}

/// How a service that sends refuses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SenderError {
    /// The service has a fault of its own: 5xx.
    #[default]
    Down,
    /// Too many calls.
    Throttled,
    /// This message will never be accepted.
    Rejected,
}

/// How a service that reaches phones refuses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneError {
    /// The service has a fault of its own: 5xx.
    #[default]
    Down,
    /// Too many calls.
    Throttled,
    /// Its owner wants no messages.
    #[serde(alias = "rejected")]
    OptedOut,
    /// The account has spent its month's money. The voice API says so; SNS takes the message as
    /// ever and drops it.
    SpendLimit,
    /// A number that it does not reach, or a country that is closed.
    Refused,
    /// The function's role, or the account, may not send.
    Denied,
}

/// A fault that the database is to show now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DynamoDbFault {
    Throttle,
    Conflict,
    ConflictUpdate,
    Fail,
    LoseAnswer,
}

/// The switches, shared by all services.
#[derive(Debug, Default)]
pub(crate) struct Switches(Mutex<Switchboard>);

#[derive(Debug, Default)]
struct Switchboard {
    chaos: Chaos,
    calls: u64,
}

impl Switches {
    pub(crate) fn set(&self, chaos: Chaos) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Switchboard { chaos, calls: 0 };
    }

    pub(crate) fn get(&self) -> Chaos {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).chaos.clone()
    }

    /// The fault for this call, taken off the count.
    pub(crate) fn dynamodb(&self, operation: &str) -> (Duration, Option<DynamoDbFault>) {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        board.calls += 1;
        let count = board.calls;
        let chaos = &mut board.chaos.dynamodb;
        let hang = Duration::from_millis(chaos.hang_ms);
        let fault = if take(&mut chaos.fail_next) {
            Some(DynamoDbFault::Fail)
        } else if operation == "TransactWriteItems" && take(&mut chaos.conflict_next) {
            Some(DynamoDbFault::Conflict)
        } else if operation == "UpdateItem" && take(&mut chaos.conflict_update_next) {
            Some(DynamoDbFault::ConflictUpdate)
        } else if take(&mut chaos.lose_answer_next)
            || operation == "TransactWriteItems" && take(&mut chaos.lose_transaction_next)
        {
            Some(DynamoDbFault::LoseAnswer)
        } else if chaos.throttle_one_in > 0 && count.is_multiple_of(chaos.throttle_one_in) {
            Some(DynamoDbFault::Throttle)
        } else {
            None
        };
        (hang, fault)
    }

    /// The fault for this call to a service that sends, taken off the count.
    pub(crate) fn sender<E: Copy>(
        &self,
        which: fn(&mut Chaos) -> &mut SenderChaos<E>,
    ) -> (Duration, Option<E>) {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let chaos = which(&mut board.chaos);
        let fault = take(&mut chaos.fail_next).then_some(chaos.error);
        (Duration::from_millis(chaos.hang_ms), fault)
    }
}

fn take(count: &mut u64) -> bool {
    let any = *count > 0;
    *count = count.saturating_sub(1);
    any
}
