//! Tenants: who may do what, what they can set, their keys, their end, and that none of them is
//! anything to another.

#[cfg(test)]
mod bounds;
#[cfg(test)]
mod compliance;
#[cfg(test)]
mod deletion;
#[cfg(test)]
mod isolation;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod providers;
#[cfg(test)]
mod purge;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod validity;
