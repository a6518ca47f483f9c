//! What varies from captcha to captcha, drawn from what is sealed in it: the same for the same id.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use regain_domain::captcha::Challenge;

/// A row of draws.
pub(crate) struct Draws(ChaCha8Rng);

impl Draws {
    /// Those of a captcha. Nothing secret comes of them but where a line runs.
    pub(crate) fn of(challenge: &Challenge) -> Self {
        let mut seed = [0; 32];
        seed.iter_mut().zip(challenge.record().bytes()).for_each(|(to, from)| *to = from);
        Self(ChaCha8Rng::from_seed(seed))
    }

    /// Anything between the two.
    pub(crate) fn between(&mut self, least: f32, most: f32) -> f32 {
        self.0.random_range(least..most)
    }

    /// One of them, or what stands for none.
    pub(crate) fn one_of<T: Copy + Default>(&mut self, all: &[T]) -> T {
        all.get(self.0.random_range(0..all.len().max(1))).copied().unwrap_or_default()
    }
}
