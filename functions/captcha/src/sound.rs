//! The sound: the characters one after another in one file, and "capital" before a capital.
//!
//! Speed, loudness and pauses vary a little, over a soft rustle, so that no two are the same bytes
//! and a table of recordings does not answer them. That is all that it holds off: a program that
//! recognises speech hears what a person hears (PocketSphinx 5, told which words to expect, 18 of 24
//! without a fault). It is kept easy to hear, because to somebody who does not see the picture it is
//! the only way in.

use std::io::Cursor;

use hound::{SampleFormat, WavSpec, WavWriter};
use regain_domain::captcha::Challenge;

use crate::draws::Draws;
use crate::voice::{RATE, Word, recording, words};

/// A recording is said at one of these speeds.
pub const SPEEDS: [f32; 9] = [0.94, 0.955, 0.97, 0.985, 1.0, 1.015, 1.03, 1.045, 1.06];

/// Of the speech at its loudest, so that the rustle finds room above it.
const LOUDEST: f32 = 0.85;
/// Of the rustle before it is softened: it ends up some 28 dB below the speech.
const RUSTLE: f32 = 0.03;
/// Before the first word and after the last.
const LEAD_SECONDS: f32 = 0.5;

const SPEC: WavSpec = WavSpec {
    channels: 1,
    sample_rate: RATE,
    bits_per_sample: 8,
    sample_format: SampleFormat::Int,
};

/// Speaks it, as a WAV.
pub fn speak(challenge: &Challenge) -> Result<Vec<u8>, hound::Error> {
    let mut draws = Draws::of(challenge);
    let mut said = silence(LEAD_SECONDS);
    for word in words(challenge.answer()) {
        let loudness = draws.between(0.75, 1.0) * LOUDEST;
        let recorded = recording(challenge.language(), word);
        let spoken = at_speed(&recorded, draws.one_of(&SPEEDS));
        said.extend(spoken.map(|sample| sample * loudness));
        said.extend(silence(match word {
            // It belongs to the letter that follows.
            Word::Capital => draws.between(0.22, 0.32),
            Word::Symbol(_) => draws.between(0.55, 0.85),
        }));
    }
    if !said.len().is_multiple_of(2) {
        // A part of a WAV has an even number of bytes.
        said.push(0.0);
    }
    rustle(&mut said, &mut draws);
    let mut file = Vec::with_capacity(said.len() + 64);
    let mut writer = WavWriter::new(Cursor::new(&mut file), SPEC)?;
    for sample in said {
        writer.write_sample((sample * 127.0).round().clamp(-127.0, 127.0) as i8)?;
    }
    writer.finalize()?;
    Ok(file)
}

fn silence(seconds: f32) -> Vec<f32> {
    vec![0.0; (seconds * RATE as f32) as usize]
}

/// A recording, faster or slower, and higher or lower with it.
pub fn at_speed(recorded: &[f32], speed: f32) -> impl Iterator<Item = f32> {
    let length = (recorded.len() as f32 / speed) as usize;
    (0..length).map(move |at| {
        let place = at as f32 * speed;
        let (before, share) = (place as usize, place.fract());
        let of = |at: usize| recorded.get(at).copied().unwrap_or_default();
        of(before) * (1.0 - share) + of(before + 1) * share
    })
}

/// Lays it under everything, coming and going.
fn rustle(said: &mut [f32], draws: &mut Draws) {
    const SWELL: usize = RATE as usize / 2;
    let (mut level, mut next, mut low) = (0.0, draws.between(0.5, 1.5), 0.0);
    for part in said.chunks_mut(SWELL) {
        for (at, sample) in part.iter_mut().enumerate() {
            let share = at as f32 / SWELL as f32;
            // Softer towards the high tones, where consonants are.
            low += (draws.between(-1.0, 1.0) - low) * 0.3;
            *sample += low * RUSTLE * (level + (next - level) * share);
        }
        (level, next) = (next, draws.between(0.5, 1.5));
    }
}
