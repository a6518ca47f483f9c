use std::collections::HashSet;

use captcha::picture::{HEIGHT, WIDTH, draw};
use regain_domain::Language;
use regain_domain::captcha::ALPHABET;

use crate::support::challenge;

/// The shades of a picture, from paper to ink, a byte for each spot.
fn shades(file: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut shades = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut shades).unwrap();
    assert_eq!((info.width, info.height), (WIDTH, HEIGHT));
    assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Indexed, png::BitDepth::Eight));
    shades
}

#[test]
fn a_picture_is_a_png_of_its_size_with_ink_on_paper() {
    for name in 0..40 {
        let shades = shades(&draw(&challenge(name, "AbE4dR", Language::En)).unwrap());
        assert_eq!(shades.len(), 440 * 160);
        let inked = shades.iter().filter(|shade| **shade > 127).count() as f32;
        let share = inked / shades.len() as f32;
        assert!((0.08..0.3).contains(&share), "{name}: {share}");
    }
}

#[test]
fn the_same_captcha_is_the_same_bytes_and_another_is_not() {
    let draw = |name, language| draw(&challenge(name, "AbE4dR", language)).unwrap();
    assert_eq!(draw(1, Language::En), draw(1, Language::En));
    assert_eq!(draw(1, Language::En), draw(1, Language::Nl), "a picture has no language");
    assert_ne!(draw(1, Language::En), draw(2, Language::En), "the same characters, drawn anew");
}

#[test]
fn every_character_is_drawn_and_none_looks_like_another() {
    let mut seen = HashSet::new();
    for symbol in ALPHABET.chars() {
        let text: String = std::iter::repeat_n(symbol, 6).collect();
        // The lines across are the same ones in all of these.
        let shades = shades(&draw(&challenge(1, &text, Language::En)).unwrap());
        let inked = shades.iter().filter(|shade| **shade > 127).count();
        assert!(inked > 6_000, "{symbol}: {inked}");
        assert!(seen.insert(shades), "{symbol}");
    }
    assert_eq!(seen.len(), 21);
}

#[test]
fn a_picture_costs_few_bytes() {
    for name in 0..40 {
        let bytes = draw(&challenge(name, "NNNNNN", Language::En)).unwrap().len();
        assert!((4_000..30_000).contains(&bytes), "{bytes}");
    }
}
