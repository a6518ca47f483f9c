//! The picture: six letters in one ink, bent, leaning, close together, with lines across them.
//!
//! What it is good for: a person reads it, and a script that only posts forms does not. What it is
//! not: proof of a person. A recogniser that was trained on these pictures reads them, as it reads
//! those of anybody, and people can be paid to. It makes a request dearer, and the limits do the
//! rest. So it is bent no further than is easy to read, and nothing here relies on noise.

use regain_domain::captcha::Challenge;
use zeno::{Cap, Command, Join, Mask, PathBuilder, Stroke};

use crate::draws::Draws;
use crate::letters::{Pen, letter};

/// Its width. It is shown at half its size, so that it is sharp on any screen.
pub const WIDTH: u32 = 440;
/// Its height.
pub const HEIGHT: u32 = 160;

/// Dark inks on light papers, as red, green, blue: a contrast of at least 7 (WCAG 2.2, 1.4.6).
const COLOURS: [([u8; 3], [u8; 3]); 4] = [
    ([0x1b, 0x2a, 0x49], [0xf3, 0xf5, 0xfa]),
    ([0x3a, 0x1d, 0x4d], [0xf8, 0xf3, 0xfa]),
    ([0x0f, 0x3d, 0x3a], [0xf0, 0xf8, 0xf6]),
    ([0x4a, 0x22, 0x18], [0xfb, 0xf5, 0xf0]),
];
/// Of the sides that nothing is written on.
const MARGIN: f32 = 22.0;

/// Draws it, as a PNG.
pub fn draw(challenge: &Challenge) -> Result<Vec<u8>, png::EncodingError> {
    let mut draws = Draws::of(challenge);
    let mut sheet = Sheet::new(&mut draws);
    write(&mut sheet, &mut draws, challenge.answer());
    for _ in 0..3 {
        let way = across(&mut draws);
        sheet.ink(&way, draws.between(2.5, 4.0));
    }
    for _ in 0..2 {
        let way = across(&mut draws);
        sheet.scrape(&way, draws.between(2.0, 3.0));
    }
    for _ in 0..40 {
        let (x, y) = (draws.between(0.0, 440.0), draws.between(0.0, 160.0));
        let (to_x, to_y) = (x + draws.between(-9.0, 9.0), y + draws.between(-9.0, 9.0));
        sheet.ink(&[Pen::Down(x, y), Pen::Line(to_x, to_y)], draws.between(1.5, 3.0));
    }
    encode(&sheet.ink, draws.one_of(&COLOURS))
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
            lean: draws.between(-0.22, 0.22),
            turn: draws.between(-0.11, 0.11),
            middle: width / 2.0,
            at: (x + width * size / 2.0, draws.between(-9.0, 9.0)),
        };
        x += width * size + draws.between(8.0, 18.0);
        placed.push((way, hand, draws.between(7.0, 10.0)));
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
    size: f32,
    /// To the right, for each step up.
    lean: f32,
    /// Half the tangent of half the angle, about: exact without a sine.
    turn: f32,
    middle: f32,
    at: (f32, f32),
}

impl Hand {
    /// Where a spot of a letter comes to be on the sheet.
    fn place(&self, (x, y): (f32, f32), fit: f32, left: f32) -> (f32, f32) {
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
    fn moved(self, to: impl Fn((f32, f32)) -> (f32, f32)) -> Self {
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
    ink: Vec<u8>,
    /// How far each knot of a net over the paper is pulled.
    knots: Vec<(f32, f32)>,
}

/// The net's meshes, in pixels.
const MESH: f32 = 55.0;
const COLUMNS: usize = 11;
const ROWS: usize = 6;
/// How far a knot is pulled at most.
const PULL: f32 = 9.0;
/// In how many pieces a line or a curve is bent.
const PIECES: u8 = 14;

impl Sheet {
    fn new(draws: &mut Draws) -> Self {
        let mut pull = || draws.between(-PULL, PULL);
        let knots = (0..COLUMNS * ROWS).map(|_| (pull(), pull())).collect();
        Self { ink: vec![0; (WIDTH * HEIGHT) as usize], knots }
    }

    /// Draws a way of the pen.
    fn ink(&mut self, way: &[Pen], width: f32) {
        let drawn = self.drawn(way, width);
        self.ink.iter_mut().zip(drawn).for_each(|(ink, drawn)| *ink = (*ink).max(drawn));
    }

    /// Takes the ink away along a way of the pen.
    fn scrape(&mut self, way: &[Pen], width: f32) {
        let drawn = self.drawn(way, width);
        self.ink.iter_mut().zip(drawn).for_each(|(ink, drawn)| *ink = (*ink).min(255 - drawn));
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
        let mut drawn = vec![0; self.ink.len()];
        Mask::new(&path)
            .style(stroke.cap(Cap::Round).join(Join::Round))
            .size(WIDTH, HEIGHT)
            .render_into(&mut drawn, None);
        drawn
    }

    /// Where a spot comes to be on the bent paper.
    fn bent(&self, (x, y): (f32, f32)) -> [f32; 2] {
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

type Spot = (f32, f32);

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
fn encode(ink: &[u8], (dark, light): ([u8; 3], [u8; 3])) -> Result<Vec<u8>, png::EncodingError> {
    let shade = |share: u8, from: u8, to: u8| {
        let (share, from, to) = (i32::from(share), i32::from(from), i32::from(to));
        u8::try_from(from + (to - from) * share / 255).unwrap_or(u8::MAX)
    };
    let palette: Vec<u8> = (0..=u8::MAX)
        .flat_map(|share| light.into_iter().zip(dark).map(move |(from, to)| shade(share, from, to)))
        .collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(ink)?;
    writer.finish()?;
    Ok(file)
}
