//! The journal of calls to the local cloud, so that tests can say which calls a request makes, in
//! which order, and which grants nobody uses.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, PoisonError},
};

use crate::{
    iam::{self, Part},
    template::{Grant, Template},
};

/// Older calls are forgotten, so that a local cloud can run for days.
const CALLS_KEPT_MAX: usize = 100_000;

/// One call to a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The access key id: a function's name, or `local-admin`.
    pub caller: String,
    /// `dynamodb`, `secretsmanager`, `ses`, `sns` or `sms-voice`.
    pub service: &'static str,
    /// Such as `TransactWriteItems`.
    pub operation: String,
    /// What it asked for: one part, or those of a transaction in their order.
    pub parts: Vec<Part>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The error code of the answer, such as `TransactionCanceledException`.
    pub error: Option<String>,
    /// The operation in one line, such as `TransactWriteItems[UpdateItem tokens, PutItem outbox]`,
    /// `Query outbox/due`, `GetSecretValue links` or `SendEmail`.
    pub summary: String,
    /// The capacity units that DynamoDB says it consumed, reads and writes, of tables and indexes
    /// together. 0 for what it did not carry out: it says nothing of a condition that failed, though
    /// AWS bills the attempt.
    pub capacity: f64,
}

impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.summary)
    }
}

/// The calls so far.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<VecDeque<Call>>);

impl Journal {
    pub(crate) fn add(&self, call: Call) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.len() >= CALLS_KEPT_MAX {
            calls.pop_front();
        }
        calls.push_back(call);
    }

    pub(crate) fn all(&self) -> Vec<Call> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// One line that says what a call asks for, with the stack's prefix left out.
pub(crate) fn summary(template: &Template, operation: &str, parts: &[Part]) -> String {
    let action = |part: &Part| part.action.split(':').next_back().unwrap_or_default().to_owned();
    let resource = |part: &Part| short_resource(template, &part.resource);
    if parts.iter().all(|part| action(part) == operation) {
        let resources: Vec<String> = parts.iter().map(resource).collect();
        return format!("{operation} {}", resources.join(" ").trim()).trim_end().to_owned();
    }
    let parts: Vec<String> =
        parts.iter().map(|part| format!("{} {}", action(part), resource(part))).collect();
    format!("{operation}[{}]", parts.join(", "))
}

fn short_resource(template: &Template, resource: &str) -> String {
    if let Some((_, table)) = resource.split_once(":table/") {
        return template.short_table(table).replace("/index/", "/");
    }
    if let Some((_, secret)) = resource.split_once(":secret:") {
        let name = secret.strip_suffix("-local0").unwrap_or(secret);
        return name.strip_prefix(&format!("{}/", template.stack)).unwrap_or(name).to_owned();
    }
    String::new()
}

/// `AuthorizationError` is how SNS says it.
fn is_denial(error: &str) -> bool {
    error.starts_with("AccessDenied") || error == "AuthorizationError"
}

/// The grants of the template that none of these calls used. Refused calls use nothing.
pub fn unused_grants(template: &Template, calls: &[Call]) -> Vec<Grant> {
    let used = |grant: &Grant| {
        calls.iter().any(|call| {
            call.caller == grant.function
                && !call.error.as_deref().is_some_and(is_denial)
                && call.parts.iter().any(|part| iam::covers(grant, part))
        })
    };
    let all = template.functions.values().flat_map(|function| &function.grants);
    all.filter(|grant| !used(grant)).cloned().collect()
}
