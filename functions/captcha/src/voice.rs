//! What is said, in each language: recordings of a speech engine (`voices/README.md`), linked into
//! this function and no other.

use regain_domain::Language;

/// Something that is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// That the next letter is a capital.
    Capital,
    /// A digit, or a letter of either case with its word of the telephone alphabet.
    Symbol(char),
}

/// Samples a second, of recordings and of what is made of them.
pub const RATE: u32 = 16_000;

/// What is said for a text, in order.
pub fn words(text: &str) -> impl Iterator<Item = Word> {
    text.chars().flat_map(|symbol| {
        let capital = symbol.is_ascii_uppercase().then_some(Word::Capital);
        capital.into_iter().chain([Word::Symbol(symbol.to_ascii_lowercase())])
    })
}

/// The recording of a word: samples between -1 and 1. Empty, if there is none.
#[must_use]
pub fn recording(language: Language, word: Word) -> Vec<f32> {
    let voice = match language {
        Language::En => EN,
        Language::Nl => NL,
    };
    let file = voice.iter().find(|(said, _)| *said == word).map(|(_, file)| *file);
    let reader = file.and_then(|file| hound::WavReader::new(file).ok());
    let samples = reader.into_iter().flat_map(hound::WavReader::into_samples::<i8>);
    samples.map_while(Result::ok).map(|sample| f32::from(sample) / 128.0).collect()
}

type Voice = &'static [(Word, &'static [u8])];

macro_rules! voice {
    ($folder:literal) => {
        voice!($folder: 'a' "a", 'b' "b", 'd' "d", 'e' "e", 'g' "g", 'h' "h", 'l' "l",
            'n' "n", 'r' "r", 't' "t", '2' "2", '3' "3", '4' "4", '5' "5")
    };
    ($folder:literal: $($symbol:literal $name:literal),+) => {
        &[
            (Word::Capital, include_bytes!(concat!("../voices/", $folder, "/capital.wav"))),
            $((
                Word::Symbol($symbol),
                include_bytes!(concat!("../voices/", $folder, "/", $name, ".wav")),
            ),)+
        ]
    };
}

const EN: Voice = voice!("en");
const NL: Voice = voice!("nl");

#[cfg(test)]
mod tests {
    use regain_domain::captcha::ALPHABET;

    use super::*;

    #[test]
    fn every_character_can_be_said_in_every_language() {
        for language in Language::ALL {
            for word in words(ALPHABET) {
                let said = recording(language, word);
                assert!(said.len() as u32 > RATE / 4, "{language:?} {word:?}");
                let loudest = said.iter().fold(0.0, |most: f32, sample| most.max(sample.abs()));
                assert!(loudest > 0.8, "{language:?} {word:?}: {loudest}");
            }
            assert_eq!(recording(language, Word::Symbol('o')), [] as [f32; 0]);
        }
    }

    #[test]
    fn a_capital_is_announced_and_nothing_else_is() {
        let said: Vec<Word> = words("a2B").collect();
        let [a, two, b] = ['a', '2', 'b'].map(Word::Symbol);
        assert_eq!(said, [a, two, Word::Capital, b]);
    }
}
