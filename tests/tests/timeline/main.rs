//! The audit is complete: every operation leaves exactly one event that says who, whence, when,
//! why and to what.

#[cfg(test)]
mod audit;
