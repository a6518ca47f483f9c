//! Links that sign in once: who hears what of them, how long they live and what ends them, what
//! they are good for, and what they never are.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod asking;
#[cfg(test)]
mod deaths;
#[cfg(test)]
mod life;
#[cfg(test)]
mod lock;
#[cfg(test)]
mod passwords;
#[cfg(test)]
mod races;
#[cfg(test)]
mod seen;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod tokens;
