//! The hosted pages as people have them: a real Chromium, through a running `cargo xtask up`.
//!
//! Words are the business of `regain_notices` and its snapshots. What is claimed here is what only a
//! browser can tell: that the ways can be gone, with scripts and without, in both languages, by keys
//! alone; what is announced, and what is seen at which width; and what leaves the page and what does
//! not. Every state of every page is seen once in each language, by `walk.rs`, and pictures of it are
//! left under `target/screenshots`.

#[cfg(test)]
mod claims;
#[cfg(test)]
mod deadlines;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod foreign;
#[cfg(test)]
mod forgot_password;
#[cfg(test)]
mod keyboard;
#[cfg(test)]
mod languages;
#[cfg(test)]
mod locked_out;
#[cfg(test)]
mod magic;
#[cfg(test)]
mod provider;
#[cfg(test)]
mod scanner;
#[cfg(test)]
mod seen;
#[cfg(test)]
mod visit;
#[cfg(test)]
mod walk;
