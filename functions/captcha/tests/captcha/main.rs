//! What is drawn and what is said, looked at and listened to by programs. That people can read and
//! hear it is not for a test to say; `samples` is for them.

#[cfg(test)]
mod ear;
#[cfg(test)]
mod picture;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod sound;
#[cfg(test)]
mod support;
