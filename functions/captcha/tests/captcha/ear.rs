//! Listens to a sound: finds where something begins, takes the recording that fits best, goes on
//! behind it. It knows the recordings and no more: neither the answer nor what was drawn.

use std::cmp::Ordering;

use captcha::sound::{SPEEDS, at_speed};
use captcha::voice::{RATE, Word, recording, words};
use regain_domain::Language;
use regain_domain::captcha::ALPHABET;

/// Samples of a sound between -1 and 1, and what its header says.
pub(crate) fn decode(file: &[u8]) -> (hound::WavSpec, Vec<f32>) {
    let reader = hound::WavReader::new(file).unwrap();
    let spec = reader.spec();
    (spec, reader.into_samples::<i8>().map(|sample| f32::from(sample.unwrap()) / 128.0).collect())
}

/// What was heard.
#[derive(Debug, PartialEq)]
pub(crate) struct Heard {
    pub(crate) word: Word,
    pub(crate) speed: f32,
    /// How well it fits: 1 is exactly.
    pub(crate) fit: f32,
}

/// To look for something, one in so many samples is enough; to tell what it is, all are compared.
const THINNED: usize = 8;
/// 10 milliseconds.
const STEP: usize = RATE as usize / 100;
/// So much of a recording is looked for, from where it gets loud.
const HEAD: usize = RATE as usize / 4 / THINNED;
/// So many of those that are most alike by this are compared by so much of all samples.
const CLOSEST: usize = 200;
const BEGUN: usize = RATE as usize * 3 / 10;
const LOUD: f32 = 0.04;

struct Known {
    word: Word,
    speed: f32,
    /// From where it gets loud.
    spoken: Vec<f32>,
    head: Vec<f32>,
}

/// Everything that can be said, at every speed.
pub(crate) struct Ear(Vec<Known>);

impl Ear {
    pub(crate) fn new(language: Language) -> Self {
        let mut known: Vec<Word> = words(&ALPHABET.to_lowercase()).collect();
        known.push(Word::Capital);
        known.dedup();
        let known = known.into_iter().flat_map(|word| {
            let recorded = recording(language, word);
            SPEEDS.map(|speed| {
                let mut spoken: Vec<f32> = at_speed(&recorded, speed).collect();
                spoken.drain(..onset(&spoken, 0).unwrap());
                let head = thinned(&spoken).into_iter().take(HEAD).collect();
                Known { word, speed, spoken, head }
            })
        });
        Self(known.collect())
    }

    pub(crate) fn listen(&self, sound: &[f32]) -> Vec<Heard> {
        let thin = thinned(sound);
        let (mut heard, mut from) = (Vec::new(), 0);
        while let Some(begins) = onset(sound, from) {
            // A soft beginning is heard late where all is soft.
            let places = begins.saturating_sub(10 * STEP) / THINNED..(begins + 3 * STEP) / THINNED;
            let near = self.0.iter().flat_map(|known| {
                let thin = &thin;
                let fit = move |at: usize| Some((fit(thin.get(at..)?, &known.head)?, (at, known)));
                places.clone().filter_map(fit)
            });
            let mut near: Vec<_> = near.collect();
            near.sort_by(|one, other| by_fit(other, one));
            let exact = near.into_iter().take(CLOSEST).flat_map(|(_, (at, known))| {
                let places = (at * THINNED).saturating_sub(THINNED / 2)..at * THINNED + THINNED / 2;
                let begun = &known.spoken[..BEGUN];
                places.filter_map(move |at| Some((fit(sound.get(at..)?, begun)?, (at, known))))
            });
            let Some((fit, (at, known))) = exact.max_by(by_fit) else { break };
            heard.push(Heard { word: known.word, speed: known.speed, fit });
            from = at + known.spoken.len();
        }
        heard
    }
}

pub(crate) fn words_of(heard: &[Heard]) -> Vec<Word> {
    heard.iter().map(|heard| heard.word).collect()
}

/// The mean of twice as many: what is too high to be told by so few would only disturb.
fn thinned(sound: &[f32]) -> Vec<f32> {
    let means = sound.windows(2 * THINNED).step_by(THINNED);
    means.map(|samples| samples.iter().sum::<f32>() / samples.len() as f32).collect()
}

/// Where it gets loud.
fn onset(sound: &[f32], from: usize) -> Option<usize> {
    let loud = |at: &usize| rms(&sound[*at..*at + STEP]) > LOUD;
    (from..sound.len().saturating_sub(STEP)).step_by(THINNED).find(loud)
}

pub(crate) fn rms(sound: &[f32]) -> f32 {
    (sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len() as f32).sqrt()
}

fn by_fit<T>(one: &(f32, T), other: &(f32, T)) -> Ordering {
    one.0.total_cmp(&other.0)
}

/// The correlation of a recording with what is heard from here on.
fn fit(sound: &[f32], head: &[f32]) -> Option<f32> {
    let here = sound.get(..head.len())?;
    let dot: f32 = here.iter().zip(head).map(|(a, b)| a * b).sum();
    Some(dot / (rms(here) * rms(head) * head.len() as f32).max(f32::EPSILON))
}
