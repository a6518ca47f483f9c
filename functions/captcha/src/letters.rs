//! The letters, as the way of a pen: no font is linked, and a stroke can be bent before it is inked.
//!
//! Capitals and digits reach from 0 down to 100, where the line is; small letters begin at 38, or
//! at 0 where they have a stem. A shape has what tells it from others and little else: an
//! `a` of two storeys, an `r` with an arm, a `4` that is open, so that it is no leaning `A`.

/// What the pen does next. To the right, and down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pen {
    /// It is put down here.
    Down(f32, f32),
    /// It goes straight there.
    Line(f32, f32),
    /// It goes there, bent towards two spots on the way.
    Curve((f32, f32), (f32, f32), (f32, f32)),
}

use Pen::{Curve, Down, Line};

/// How wide a character is, and the way of its pen; nothing, if it is not in the alphabet.
pub(crate) fn letter(symbol: char) -> (f32, &'static [Pen]) {
    let found = LETTERS.iter().find(|(letter, ..)| *letter == symbol);
    found.map_or((0.0, &[]), |(_, width, way)| (*width, *way))
}

const LETTERS: [(char, f32, &[Pen]); 21] = [
    (
        'A',
        78.0,
        &[Down(0.0, 100.0), Line(39.0, 0.0), Line(78.0, 100.0), Down(14.0, 66.0), Line(64.0, 66.0)],
    ),
    (
        'B',
        62.0,
        &[
            Down(0.0, 46.0),
            Line(32.0, 46.0),
            Curve((62.0, 46.0), (62.0, 0.0), (32.0, 0.0)),
            Line(0.0, 0.0),
            Line(0.0, 100.0),
            Line(34.0, 100.0),
            Curve((72.0, 100.0), (72.0, 46.0), (34.0, 46.0)),
        ],
    ),
    (
        'D',
        68.0,
        &[
            Down(0.0, 0.0),
            Line(0.0, 100.0),
            Line(26.0, 100.0),
            Curve((82.0, 100.0), (82.0, 0.0), (26.0, 0.0)),
            Line(0.0, 0.0),
        ],
    ),
    (
        'E',
        54.0,
        &[
            Down(54.0, 0.0),
            Line(0.0, 0.0),
            Line(0.0, 100.0),
            Line(54.0, 100.0),
            Down(0.0, 48.0),
            Line(46.0, 48.0),
        ],
    ),
    (
        'G',
        76.0,
        &[
            Down(70.0, 20.0),
            Curve((52.0, -8.0), (0.0, -10.0), (0.0, 50.0)),
            Curve((0.0, 110.0), (52.0, 108.0), (74.0, 82.0)),
            Line(74.0, 54.0),
            Line(42.0, 54.0),
        ],
    ),
    (
        'H',
        66.0,
        &[
            Down(0.0, 0.0),
            Line(0.0, 100.0),
            Down(66.0, 0.0),
            Line(66.0, 100.0),
            Down(0.0, 48.0),
            Line(66.0, 48.0),
        ],
    ),
    ('L', 50.0, &[Down(0.0, 0.0), Line(0.0, 100.0), Line(50.0, 100.0)]),
    ('N', 70.0, &[Down(0.0, 100.0), Line(0.0, 0.0), Line(70.0, 100.0), Line(70.0, 0.0)]),
    (
        'R',
        64.0,
        &[
            Down(0.0, 100.0),
            Line(0.0, 0.0),
            Line(30.0, 0.0),
            Curve((68.0, 0.0), (68.0, 52.0), (30.0, 52.0)),
            Line(0.0, 52.0),
            Down(30.0, 52.0),
            Line(64.0, 100.0),
        ],
    ),
    ('T', 68.0, &[Down(0.0, 0.0), Line(68.0, 0.0), Down(34.0, 0.0), Line(34.0, 100.0)]),
    (
        'a',
        50.0,
        &[
            Down(4.0, 50.0),
            Curve((12.0, 32.0), (50.0, 30.0), (50.0, 58.0)),
            Line(50.0, 100.0),
            Down(50.0, 66.0),
            Curve((28.0, 60.0), (0.0, 64.0), (0.0, 83.0)),
            Curve((0.0, 106.0), (40.0, 106.0), (50.0, 82.0)),
        ],
    ),
    (
        'b',
        54.0,
        &[
            Down(0.0, 0.0),
            Line(0.0, 100.0),
            Down(0.0, 58.0),
            Curve((10.0, 30.0), (54.0, 28.0), (54.0, 69.0)),
            Curve((54.0, 110.0), (10.0, 108.0), (0.0, 80.0)),
        ],
    ),
    (
        'd',
        54.0,
        &[
            Down(54.0, 0.0),
            Line(54.0, 100.0),
            Down(54.0, 58.0),
            Curve((44.0, 30.0), (0.0, 28.0), (0.0, 69.0)),
            Curve((0.0, 110.0), (44.0, 108.0), (54.0, 80.0)),
        ],
    ),
    (
        'e',
        54.0,
        &[
            Down(2.0, 66.0),
            Line(54.0, 66.0),
            Curve((54.0, 28.0), (0.0, 26.0), (0.0, 69.0)),
            Curve((0.0, 108.0), (40.0, 110.0), (53.0, 88.0)),
        ],
    ),
    (
        'h',
        50.0,
        &[
            Down(0.0, 0.0),
            Line(0.0, 100.0),
            Down(0.0, 62.0),
            Curve((8.0, 32.0), (50.0, 30.0), (50.0, 62.0)),
            Line(50.0, 100.0),
        ],
    ),
    (
        'n',
        50.0,
        &[
            Down(0.0, 38.0),
            Line(0.0, 100.0),
            Down(0.0, 62.0),
            Curve((8.0, 32.0), (50.0, 30.0), (50.0, 62.0)),
            Line(50.0, 100.0),
        ],
    ),
    (
        'r',
        36.0,
        &[
            Down(0.0, 38.0),
            Line(0.0, 100.0),
            Down(0.0, 66.0),
            Curve((4.0, 42.0), (22.0, 34.0), (36.0, 43.0)),
        ],
    ),
    (
        '2',
        56.0,
        &[
            Down(2.0, 26.0),
            Curve((4.0, -9.0), (54.0, -9.0), (54.0, 26.0)),
            Curve((54.0, 50.0), (14.0, 72.0), (0.0, 100.0)),
            Line(56.0, 100.0),
        ],
    ),
    (
        '3',
        56.0,
        &[
            Down(2.0, 16.0),
            Curve((14.0, -8.0), (54.0, -6.0), (52.0, 24.0)),
            Curve((50.0, 46.0), (30.0, 47.0), (20.0, 47.0)),
            Curve((32.0, 47.0), (58.0, 50.0), (56.0, 74.0)),
            Curve((54.0, 108.0), (10.0, 108.0), (0.0, 84.0)),
        ],
    ),
    (
        '4',
        60.0,
        &[Down(16.0, 0.0), Line(0.0, 62.0), Line(60.0, 62.0), Down(42.0, 26.0), Line(42.0, 100.0)],
    ),
    (
        '5',
        54.0,
        &[
            Down(50.0, 0.0),
            Line(8.0, 0.0),
            Line(4.0, 46.0),
            Curve((20.0, 30.0), (55.0, 34.0), (55.0, 68.0)),
            Curve((55.0, 106.0), (12.0, 109.0), (0.0, 84.0)),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use regain_domain::captcha::ALPHABET;

    use super::*;

    #[test]
    fn every_character_has_a_shape_of_its_own() {
        let letters: Vec<_> = ALPHABET.chars().map(letter).collect();
        for (at, (width, way)) in letters.iter().enumerate() {
            assert!(*width > 0.0 && matches!(way[0], Down(..)) && way.len() > 2);
            assert!(letters[..at].iter().all(|(_, other)| other != way));
        }
        assert_eq!(letter('O'), (0.0, [].as_slice()));
    }
}
