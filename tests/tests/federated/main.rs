//! Signing in with Google, Microsoft and LinkedIn, from the frontend's first call to the session, over
//! real OpenID providers.
//!
//! What is absent on purpose: how an ID token is believed and a document kept, which
//! `federated_client` asks one by one. Here the same forgeries are seen to sign nobody in.

#[cfg(test)]
mod begin;
#[cfg(test)]
mod ends;
#[cfg(test)]
mod handover;
#[cfg(test)]
mod identities;
#[cfg(test)]
mod linking;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod return_urls;
#[cfg(test)]
mod second_step;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod state;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod trouble;
#[cfg(test)]
mod unlinking;
