//! The hosted pages: whole ways by their forms alone, and what holds of every one of them.

#[cfg(test)]
mod flows;
