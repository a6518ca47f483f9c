//! What every endpoint has in common, asked from outside: methods, headers, problems, addresses,
//! limits, and bad days of the database.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod bad_days;
#[cfg(test)]
mod callers;
#[cfg(test)]
mod methods;
#[cfg(test)]
mod operations;
