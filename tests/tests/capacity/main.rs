//! What a call costs among 100,000 accounts: as many calls, and as much capacity, as among four.
//! Nothing here is measured in time.

#[cfg(test)]
mod calls;
#[cfg(test)]
mod crowd;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod ways_in;
