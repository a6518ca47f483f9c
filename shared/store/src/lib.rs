//! What is kept: five tables, and the secrets that nothing in them can be read without.
//!
//! The only crate that names `aws_sdk_dynamodb`. One method is one step's access: what it reads,
//! what it writes in one transaction, and under which conditions. Nothing here decides; the rules
//! are in `regain_domain`. What is absent on purpose: a scan, and a write without a condition
//! where two callers could meet.

mod accounts;
mod api_keys;
mod captchas;
mod cloud;
mod codes;
mod identities;
mod item;
mod limits;
mod links;
mod outbox;
mod passwords;
mod recoveries;
mod signing_in;
mod single;
mod tenants;
mod timeline;
mod transaction;
mod tries;
mod unlocking;
mod work;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    BeforeSerializationInterceptorContextRef, InterceptorContext,
};
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::{BoxError, ProvideErrorMetadata};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;

pub use accounts::{Created, NewAccount, Page, Rewrite, Rewritten, Summary};
pub use api_keys::StoredApiKey;
pub use captchas::Passed;
pub use cloud::{Cloud, CloudError, SecretName};
pub use codes::CodeRefused;
pub use limits::{Limit, Limited};
pub use links::{REREADS_MAX, Tried, Written};
pub use outbox::{LEASE_SECONDS, Mailed};
pub use passwords::{Counted, NewHash, PasswordChange, PasswordSet};
pub use recoveries::{CodeUsed, CountedFor, TriedIn};
pub use signing_in::{Finished, Lock};
pub use tenants::{TenantRow, TenantSettings};
pub use timeline::{Story, ToldEntry, ToldStory};
pub use tries::{Begun, Consequence, TriesOf};
pub use unlocking::{Unlock, Unlocked};
pub use work::{
    CodeLimits, CodeToSend, FailedTry, MailRequest, Notice, NoticeKind, OutboxItem, RequestedBy,
    TryOf, Wanted, Work,
};

/// The tables of one stack.
#[derive(Clone)]
pub struct Store {
    client: Client,
    tables: Tables,
    calls: Arc<AtomicU32>,
}

#[derive(Clone)]
struct Tables {
    tenants: String,
    accounts: String,
    timeline: String,
    tokens: String,
    outbox: String,
}

/// A call that the store could not answer. What failed is named; why is in the chain of sources,
/// for the operator's log and never for an answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// DynamoDB refused, throttled or did not answer.
    #[error("the store could not {operation}")]
    Unavailable {
        /// What it was asked to do.
        operation: &'static str,
        /// Why not.
        #[source]
        source: BoxError,
    },
    /// An item is not what this software writes.
    #[error("the store read a malformed item to {operation}")]
    Malformed {
        /// What it was asked to do.
        operation: &'static str,
        /// What is wrong with it.
        #[source]
        source: BoxError,
    },
}

impl StoreError {
    fn unavailable(operation: &'static str, source: impl Into<BoxError>) -> Self {
        Self::Unavailable { operation, source: source.into() }
    }

    fn malformed(operation: &'static str, source: impl Into<BoxError>) -> Self {
        Self::Malformed { operation, source: source.into() }
    }
}

impl Store {
    /// The tables of `stack`, reached as `cloud` says. Does no I/O.
    #[must_use]
    pub fn new(cloud: &Cloud, stack: &str) -> Self {
        let calls = Arc::new(AtomicU32::new(0));
        let config = aws_sdk_dynamodb::config::Builder::from(cloud.sdk())
            .interceptor(CountCalls(Arc::clone(&calls)))
            .retry_classifier(ConflictPasses)
            .build();
        let table = |name: &str| format!("{stack}-{name}");
        let tables = Tables {
            tenants: table("tenants"),
            accounts: table("accounts"),
            timeline: table("timeline"),
            tokens: table("tokens"),
            outbox: table("outbox"),
        };
        Self { client: Client::from_conf(config), tables, calls }
    }

    /// Calls made so far, each counted once however often the SDK repeats it.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }
}

/// Whether a write's condition did not hold.
fn is_refused<E: ProvideErrorMetadata>(error: &E) -> bool {
    error.code() == Some("ConditionalCheckFailedException")
}

/// A single update that meets a transaction on its item is refused, and not for its condition: tries
/// of a password meet each other there. The SDK would not ask again.
#[derive(Debug)]
struct ConflictPasses;

impl ClassifyRetry for ConflictPasses {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = match context.output_or_error() {
            Some(Err(error)) => error.as_operation_error(),
            Some(Ok(_)) | None => None,
        };
        match error.and_then(|error| error.downcast_ref()) {
            Some(UpdateItemError::TransactionConflictException(_)) => {
                RetryAction::transient_error()
            }
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "ConflictPasses"
    }
}

#[derive(Debug)]
struct CountCalls(Arc<AtomicU32>);

impl Intercept for CountCalls {
    fn name(&self) -> &'static str {
        "CountCalls"
    }

    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
