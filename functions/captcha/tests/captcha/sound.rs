use std::collections::HashSet;

use captcha::sound::speak;
use captcha::voice::{RATE, Word, words};
use regain_domain::Language;

use crate::ear::{Ear, decode, rms, words_of};
use crate::support::challenge;

/// Every character of the alphabet.
const ANSWERS: [&str; 4] = ["ABDEGH", "LNRTab", "dehnr2", "345AaG"];

#[test]
fn every_character_is_heard_in_order_and_every_capital_announced() {
    for language in Language::ALL {
        let ear = Ear::new(language);
        for (name, answer) in (1..).zip(ANSWERS) {
            let (_, sound) = decode(&speak(&challenge(name, answer, language)).unwrap());
            let heard = ear.listen(&sound);
            let said: Vec<Word> = words(answer).collect();
            assert_eq!(words_of(&heard), said, "{language:?} {answer} {heard:?}");
            assert!(heard.iter().all(|heard| heard.fit > 0.95), "{heard:?}");
        }
    }
}

/// The ear would hear it if the order were wrong, a capital not told, a character left out, or the
/// language another.
#[test]
fn what_is_said_otherwise_is_heard_otherwise() {
    let ear = Ear::new(Language::En);
    let said: Vec<Word> = words("Ab4dRe").collect();
    let listen = |answer, language| {
        let (_, sound) = decode(&speak(&challenge(1, answer, language)).unwrap());
        ear.listen(&sound)
    };
    assert_eq!(words_of(&listen("Ab4dRe", Language::En)), said);
    for other in ["bA4dRe", "eRd4bA", "ab4dRe", "Ab4dRE", "Ab4dRa"] {
        assert_ne!(words_of(&listen(other, Language::En)), said, "{other}");
    }
    let dutch = listen("Ab4dRe", Language::Nl);
    assert!(dutch.iter().any(|heard| heard.fit < 0.8), "{dutch:?}");

    let (_, sound) = decode(&speak(&challenge(1, "Ab4dRe", Language::En)).unwrap());
    let half = sound.len() / 2;
    let turned = [&sound[half..], &sound[..half]].concat();
    assert_ne!(words_of(&ear.listen(&turned)), said);
    assert_ne!(words_of(&ear.listen(&sound[..half])), said);
    assert_eq!(ear.listen(&vec![0.0; sound.len()]), []);
}

#[test]
fn a_sound_is_a_wav_of_one_channel_that_lasts_as_long_as_it_says() {
    for language in Language::ALL {
        for (answer, seconds) in [("23452a", 5.0..11.0), ("HNRTAB", 12.0..22.0)] {
            let file = speak(&challenge(1, answer, language)).unwrap();
            assert_eq!((&file[..4], &file[8..16]), (b"RIFF".as_slice(), b"WAVEfmt ".as_slice()));
            let told = u32::from_le_bytes([file[4], file[5], file[6], file[7]]);
            assert_eq!(told as usize, file.len() - 8);
            let (spec, sound) = decode(&file);
            assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (1, 16_000, 8));
            assert_eq!(spec.sample_format, hound::SampleFormat::Int);
            assert_eq!((sound.len() + 44, sound.len() % 2), (file.len(), 0));
            let lasts = sound.len() as f32 / RATE as f32;
            assert!(seconds.contains(&lasts), "{language:?} {answer}: {lasts} s");
        }
    }
}

#[test]
fn speech_stands_out_from_the_rustle_and_is_never_cut_off() {
    for language in Language::ALL {
        for name in 0..10 {
            let (_, sound) = decode(&speak(&challenge(name, "Rb4dTe", language)).unwrap());
            let mut steps: Vec<f32> = sound.chunks_exact(160).map(rms).collect();
            steps.sort_by(f32::total_cmp);
            let (quiet, loud) = (steps[steps.len() / 5], steps[steps.len() * 9 / 10]);
            assert!(quiet > 0.002, "nothing is quite silent: {quiet}");
            assert!(loud / quiet > 10.0, "20 dB: {loud} {quiet}");
            let most = sound.iter().fold(0.0, |most: f32, sample| most.max(sample.abs()));
            assert!((0.5..0.98).contains(&most), "{most}");
        }
    }
}

#[test]
fn the_same_captcha_sounds_the_same_and_no_two_do() {
    let speak = |name| speak(&challenge(name, "aaaaaa", Language::Nl)).unwrap();
    assert_eq!(speak(1), speak(1));
    assert_ne!(speak(1), speak(2));
    // Even of one character there are many sayings in one sound.
    let ear = Ear::new(Language::Nl);
    let heard = ear.listen(&decode(&speak(1)).1);
    let speeds: HashSet<u32> = heard.iter().map(|heard| heard.speed.to_bits()).collect();
    assert!(heard.len() == 6 && speeds.len() > 2, "{heard:?}");
}
