//! The picture: six letters in one ink, bent, leaning, close together, with lines across them.
//!
//! What it holds off: a script that only posts forms, and a text recogniser that was not made for it
//! (Tesseract 5 read none of 144). What it does not: a general vision model reads it as a person does
//! (24 of 24 at half size), a recogniser trained on these pictures would, and people can be paid to.
//! No picture that is easy to read does better any more. So it only makes a request dearer, it is
//! bent no further than is easy to read, and the limits do the rest.

use regain_domain::captcha::Challenge;
use zeno::{Cap, Command, Join, Mask, PathBuilder, Stroke};

use crate::draws::Draws;
use crate::letters::{Pen, letter};

/// Its width. It is shown at half its size, so that it is sharp on any screen.
pub const WIDTH: u32 = 440;
/// Its height.
pub const HEIGHT: u32 = 160;

/// Inks and papers, as red, green, blue: a contrast of at least 7 (WCAG 2.2, 1.4.6).
const COLOURS: [([u8; 3], [u8; 3]); 4] = [
    ([0x1b, 0x2a, 0x49], [0xf3, 0xf5, 0xfa]),
    ([0x3a, 0x1d, 0x4d], [0xf8, 0xf3, 0xfa]),
    ([0x0f, 0x3d, 0x3a], [0xf0, 0xf8, 0xf6]),
    ([0x4a, 0x22, 0x18], [0xfb, 0xf5, 0xf0]),
];
/// Of the sides that nothing is written on.
const MARGIN: f32 = 22.0;
/// Lines of ink across everything.
const LINES: u32 = 3;
/// Lines that take ink away.
const SCRAPES: u32 = 2;
/// Short strokes anywhere.
const FLECKS: u32 = 40;

/// To the right, and down.
type Spot = (f32, f32);

/// Draws it, as a PNG.
pub fn draw(challenge: &Challenge) -> Result<Vec<u8>, png::EncodingError> {
    let mut draws = Draws::of(challenge);
    let mut sheet = Sheet::new(&mut draws);
    write(&mut sheet, &mut draws, challenge.answer());
    for _ in 0..LINES {
        let way = across(&mut draws);
        sheet.ink(&way, draws.between(2.5, 4.0));
    }
    for _ in 0..SCRAPES {
        let way = across(&mut draws);
        sheet.scrape(&way, draws.between(2.0, 3.0));
    }
    for _ in 0..FLECKS {
        let (x, y) = (draws.between(0.0, WIDTH as f32), draws.between(0.0, HEIGHT as f32));
        let (to_x, to_y) = (x + draws.between(-9.0, 9.0), y + draws.between(-9.0, 9.0));
        sheet.ink(&[Pen::Down(x, y), Pen::Line(to_x, to_y)], draws.between(1.5, 3.0));
    }
    encode(&sheet.shades, draws.one_of(&COLOURS))
}

/// The letters, from left to right.
fn write(sheet: &mut Sheet, draws: &mut Draws, text: &str) {
    let mut placed = Vec::new();
    let mut x = 0.0;
    for symbol in text.chars() {
        let (width, way) = letter(symbol);
        let size = draws.between(0.72, 0.92);
        let hand = Hand {
            size,
            lean: draws.between(-0.12, 0.18),
            turn: draws.between(-0.07, 0.07),
            middle: width / 2.0,
            at: (x + width * size / 2.0, draws.between(-9.0, 9.0)),
        };
        x += width * size + draws.between(16.0, 24.0);
        placed.push((way, hand, draws.between(6.5, 9.0)));
    }
    // As wide as the sheet allows, and no larger than they are high.
    let room = WIDTH as f32 - 2.0 * MARGIN;
    let fit = (room / x).min(1.0);
    let left = (WIDTH as f32 - x * fit) / 2.0;
    for (way, hand, width) in placed {
        let way: Vec<Pen> =
            way.iter().map(|pen| pen.moved(|spot| hand.place(spot, fit, left))).collect();
        sheet.ink(&way, width);
    }
}

/// How one letter is written.
struct Hand {
    /// So many pixels for each step of the letter.
    size: f32,
    /// To the right, for each step up.
    lean: f32,
    /// The tangent of half the angle it is turned by.
    turn: f32,
    /// Half its width.
    middle: f32,
    /// Where its middle stands: from the first letter's edge, and below the sheet's middle.
    at: Spot,
}

impl Hand {
    /// Where a spot of a letter comes to be on the sheet.
    fn place(&self, (x, y): Spot, fit: f32, left: f32) -> Spot {
        let (x, y) = ((x - self.middle) * self.size, (y - 50.0) * self.size);
        let x = x - y * self.lean;
        let scale = 1.0 / (1.0 + self.turn * self.turn);
        let (cosine, sine) = ((1.0 - self.turn * self.turn) * scale, 2.0 * self.turn * scale);
        let (x, y) = (x * cosine - y * sine, x * sine + y * cosine);
        (left + (self.at.0 + x) * fit, HEIGHT as f32 / 2.0 + self.at.1 + y)
    }
}

/// A line from edge to edge.
fn across(draws: &mut Draws) -> Vec<Pen> {
    let mut y = || draws.between(20.0, 140.0);
    vec![Pen::Down(-5.0, y()), Pen::Curve((140.0, y()), (300.0, y()), (445.0, y()))]
}

impl Pen {
    fn moved(self, to: impl Fn(Spot) -> Spot) -> Self {
        match self {
            Self::Down(x, y) => {
                let (x, y) = to((x, y));
                Self::Down(x, y)
            }
            Self::Line(x, y) => {
                let (x, y) = to((x, y));
                Self::Line(x, y)
            }
            Self::Curve(a, b, c) => Self::Curve(to(a), to(b), to(c)),
        }
    }
}

/// What is inked so far, and how the paper is bent.
struct Sheet {
    /// From paper to ink, for each spot.
    shades: Vec<u8>,
    /// How far each knot of a net over the paper is pulled.
    knots: Vec<Spot>,
}

/// The net's meshes, in pixels.
const MESH: f32 = 55.0;
const COLUMNS: usize = 11;
const ROWS: usize = 6;
/// How far a knot is pulled at most.
const PULL: f32 = 7.5;
/// In how many pieces a line or a curve is bent.
const PIECES: u8 = 14;

impl Sheet {
    fn new(draws: &mut Draws) -> Self {
        let mut pull = || draws.between(-PULL, PULL);
        let knots = (0..COLUMNS * ROWS).map(|_| (pull(), pull())).collect();
        Self { shades: vec![0; (WIDTH * HEIGHT) as usize], knots }
    }

    /// Draws a way of the pen.
    fn ink(&mut self, way: &[Pen], width: f32) {
        let drawn = self.drawn(way, width);
        self.shades.iter_mut().zip(drawn).for_each(|(shade, drawn)| *shade = (*shade).max(drawn));
    }

    /// Takes the ink away along a way of the pen.
    fn scrape(&mut self, way: &[Pen], width: f32) {
        let drawn = self.drawn(way, width);
        let spots = self.shades.iter_mut().zip(drawn);
        spots.for_each(|(shade, drawn)| *shade = (*shade).min(u8::MAX - drawn));
    }

    fn drawn(&self, way: &[Pen], width: f32) -> Vec<u8> {
        let mut path: Vec<Command> = Vec::new();
        let mut last = (0.0, 0.0);
        for pen in way {
            let (one, two, end) = match *pen {
                Pen::Down(x, y) => {
                    path.move_to(self.bent((x, y)));
                    last = (x, y);
                    continue;
                }
                Pen::Line(x, y) => (last, (x, y), (x, y)),
                Pen::Curve(one, two, end) => (one, two, end),
            };
            for piece in 1..=PIECES {
                let part = f32::from(piece) / f32::from(PIECES);
                path.line_to(self.bent(between(part, [last, one, two, end])));
            }
            last = end;
        }
        let mut stroke = Stroke::new(width);
        let mut drawn = vec![0; self.shades.len()];
        Mask::new(&path)
            .style(stroke.cap(Cap::Round).join(Join::Round))
            .size(WIDTH, HEIGHT)
            .render_into(&mut drawn, None);
        drawn
    }

    /// Where a spot comes to be on the bent paper.
    fn bent(&self, (x, y): Spot) -> [f32; 2] {
        let (column, row) = ((x / MESH + 1.0).max(0.0), (y / MESH + 1.0).max(0.0));
        let knot = |column: usize, row: usize| {
            self.knots.get(row * COLUMNS + column).copied().unwrap_or_default()
        };
        let (c, r) = (column as usize, row as usize);
        let (across, down) = (smooth(column.fract()), smooth(row.fract()));
        let upper = mix(across, knot(c, r), knot(c + 1, r));
        let lower = mix(across, knot(c, r + 1), knot(c + 1, r + 1));
        let (pull_x, pull_y) = mix(down, upper, lower);
        [x + pull_x, y + pull_y]
    }
}

fn mix(part: f32, from: Spot, to: Spot) -> Spot {
    (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part)
}

/// Leaves and arrives gently.
fn smooth(part: f32) -> f32 {
    part * part * (3.0 - 2.0 * part)
}

/// A spot on a curve (de Casteljau).
fn between(part: f32, [a, b, c, d]: [Spot; 4]) -> Spot {
    let (ab, bc, cd) = (mix(part, a, b), mix(part, b, c), mix(part, c, d));
    mix(part, mix(part, ab, bc), mix(part, bc, cd))
}

/// A PNG whose 256 colours lead from the paper to the ink.
fn encode(shades: &[u8], (ink, paper): ([u8; 3], [u8; 3])) -> Result<Vec<u8>, png::EncodingError> {
    let shade = |share: u8, from: u8, to: u8| {
        let (share, from, to) = (i32::from(share), i32::from(from), i32::from(to));
        u8::try_from(from + (to - from) * share / 255).unwrap_or(u8::MAX)
    };
    let palette: Vec<u8> = (0..=u8::MAX)
        .flat_map(|share| paper.into_iter().zip(ink).map(move |(from, to)| shade(share, from, to)))
        .collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(shades)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use regain_domain::captcha::Challenge;
    use regain_domain::{Language, TenantId};

    use super::*;

    #[test]
    fn no_letter_reaches_the_edge() {
        let tenant = TenantId::parse("demo").unwrap();
        for name in 0..=u8::MAX {
            let challenge = Challenge::new(&tenant, Language::En, [name; 32], jiff::Timestamp::MIN);
            for text in [challenge.answer(), "HNRNHN", "LLLLLL", "NHHHHH"] {
                let mut draws = Draws::of(&challenge);
                let mut sheet = Sheet::new(&mut draws);
                write(&mut sheet, &mut draws, text);
                let width = WIDTH as usize;
                let rows: Vec<&[u8]> = sheet.shades.chunks_exact(width).collect();
                let edges = rows.iter().flat_map(|row| [row[0], row[width - 1]]);
                let edges = edges.chain(rows[0].iter().copied());
                let mut edges = edges.chain(rows[rows.len() - 1].iter().copied());
                assert!(edges.all(|shade| shade == 0), "{name} {text}");
            }
        }
    }

    #[test]
    fn ink_stands_out_from_its_paper() {
        let luminance = |colour: [u8; 3]| -> f64 {
            let linear = colour.map(|part| match f64::from(part) / 255.0 {
                part if part <= 0.04045 => part / 12.92,
                part => ((part + 0.055) / 1.055).powf(2.4),
            });
            linear.iter().zip([0.2126, 0.7152, 0.0722]).map(|(part, weight)| part * weight).sum()
        };
        for (ink, paper) in COLOURS {
            let contrast = (luminance(paper) + 0.05) / (luminance(ink) + 0.05);
            assert!(contrast >= 7.0, "{ink:?} on {paper:?}: {contrast}");
        }
    }
}
