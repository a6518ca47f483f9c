//! Nobody learns whether an account exists: not from an answer, and not from the work behind it.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod recovery;
