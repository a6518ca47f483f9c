//! The back office's accounts.
