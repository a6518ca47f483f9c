//! The hosted pages: whole ways by their forms alone, and what holds of every one of them.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod bad_days;
#[cfg(test)]
mod carried;
#[cfg(test)]
mod deaths;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod fields;
#[cfg(test)]
mod flows;
#[cfg(test)]
mod flows_by_code;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod gallery;
#[cfg(test)]
mod handover;
#[cfg(test)]
mod headers;
#[cfg(test)]
mod markup;
#[cfg(test)]
mod no_session;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod sent_back;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod well_known;
#[cfg(test)]
mod words;
