//! No secret where it does not belong, and nothing about a person where they need not be named.

#[cfg(test)]
mod canaries;
#[cfg(test)]
mod codes;
#[cfg(test)]
mod office;
#[cfg(test)]
mod signing_in;
#[cfg(test)]
mod story;
