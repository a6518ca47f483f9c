//! Too many wrong passwords, and the way out.

#[cfg(test)]
mod mail;
