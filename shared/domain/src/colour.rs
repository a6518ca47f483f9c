//! The one colour that a tenant chooses, and whether text can be read in it.
//!
//! Left out on purpose: any other colour of a page. Those are the style sheet's.

use std::fmt;

use data_encoding::HEXLOWER_PERMISSIVE;

/// The least contrast of text (WCAG 2.2, 1.4.3, level AA).
pub const CONTRAST_MIN: f64 = 4.5;

const WHITE: [u8; 3] = [0xff, 0xff, 0xff];
/// What stands behind a page at night, and the text on a button then: `#15181c`.
const DARK: [u8; 3] = [0x15, 0x18, 0x1c];

/// The colour of buttons and links, in sRGB. Shown as `#rrggbb`, in small letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent([u8; 3]);

impl Default for Accent {
    /// A blue with a contrast of 6.4 on white.
    fn default() -> Self {
        Self([0x1f, 0x5f, 0xa8])
    }
}

impl Accent {
    /// Reads `#rrggbb`, and nothing else that style sheets know.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let bytes = HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// The contrast on white, 1 to 21. White text on the colour has the same.
    #[must_use]
    pub fn contrast(self) -> f64 {
        contrast(self.0, WHITE)
    }

    /// The same hue, lightened no further than it takes to be read on the dark background. Text of
    /// that background's colour is then read on it too, as contrast has no direction.
    #[must_use]
    pub fn on_dark(self) -> Self {
        let lightened = (0..=u8::MAX).map(|step| self.0.map(|channel| lighter(channel, step)));
        let mut readable = lightened.filter(|colour| contrast(*colour, DARK) >= CONTRAST_MIN);
        // The last step is white, which is read.
        Self(readable.next().unwrap_or(WHITE))
    }
}

impl fmt::Display for Accent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// That part of the way to white; the same part for each channel keeps the hue.
fn lighter(channel: u8, step: u8) -> u8 {
    let up = u16::from(u8::MAX - channel) * u16::from(step) / u16::from(u8::MAX);
    u8::try_from(up).map_or(u8::MAX, |up| channel.saturating_add(up))
}

/// <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>
fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>
fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|channel| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accent(text: &str) -> Accent {
        Accent::parse(text).expect("a colour")
    }

    #[test]
    fn a_colour_is_a_hash_and_six_digits() {
        for (text, shown) in
            [("#000000", "#000000"), ("#FfAa09", "#ffaa09"), ("#1f5fa8", "#1f5fa8")]
        {
            assert_eq!(accent(text).to_string(), shown);
        }
        for text in [
            "",
            "#",
            "1f5fa8",
            "#1f5",
            "#1f5fa",
            "#1f5fa80",
            "#1f5fa8ff",
            "#1f5fag",
            "##1f5fa8",
            " #1f5fa8",
            "#1f5fa8 ",
            "#+f5fa8",
            "#é5fa8",
            "blue",
            "rgb(0,0,0)",
            "var(--x)",
            "#1f5fa8;}*{background:url(//evil.example)",
        ] {
            assert_eq!(Accent::parse(text), None, "{text:?}");
        }
    }

    /// Black is 21 and white is 1 by the definition; the greys and primaries as every checker of
    /// WCAG 2 gives them.
    #[test]
    fn contrast_is_that_of_wcag() {
        for (text, contrast) in [
            ("#000000", 21.0),
            ("#ffffff", 1.0),
            ("#767676", 4.54),
            ("#777777", 4.48),
            ("#ff0000", 4.00),
            ("#008000", 5.14),
            ("#0000ff", 8.59),
            ("#1f5fa8", 6.44),
        ] {
            let found = accent(text).contrast();
            assert!((found - contrast).abs() < 0.005, "{text}: {found}");
        }
        // Both sides of where the scale bends from a line to a power: 10 and 11 of 255.
        for (channel, expected) in [(10, 0.003_035), (11, 0.003_347)] {
            let found = luminance([channel; 3]);
            assert!((found - expected).abs() < 0.000_001, "{channel}: {found}");
        }
    }

    #[test]
    fn at_night_a_colour_is_lightened_until_it_is_read_and_no_further() {
        for (by_day, at_night) in [
            ("#1f5fa8", "#5183bb"),
            ("#000000", "#808080"),
            ("#0000ff", "#6e6eff"),
            ("#c00000", "#d55757"),
            // Light enough as they are.
            ("#ffffff", "#ffffff"),
            ("#808080", "#808080"),
        ] {
            assert_eq!(accent(by_day).on_dark().to_string(), at_night);
        }
    }

    #[test]
    fn at_night_every_colour_is_read_and_its_text_too() {
        let channels = (0..=u8::MAX).step_by(17);
        for red in channels.clone() {
            for green in channels.clone() {
                for blue in channels.clone() {
                    let by_day = Accent([red, green, blue]);
                    let at_night = by_day.on_dark();
                    assert!(contrast(at_night.0, DARK) >= CONTRAST_MIN, "{by_day}");
                    assert_eq!(at_night.on_dark(), at_night, "{by_day}");
                    let turned = apart(hue(by_day), hue(at_night));
                    assert!(turned.is_none_or(|degrees| degrees < 2.5), "{by_day} {at_night}");
                }
            }
        }
    }

    /// In degrees; grey has none.
    fn hue(Accent(channels): Accent) -> Option<f64> {
        let [red, green, blue] = channels.map(f64::from);
        let (least, most) = (red.min(green).min(blue), red.max(green).max(blue));
        let span = most - least;
        // Of what is next to grey, the rounding of a channel is no longer small.
        (span >= 30.0).then(|| {
            60.0 * if most == red {
                (green - blue) / span
            } else if most == green {
                2.0 + (blue - red) / span
            } else {
                4.0 + (red - green) / span
            }
        })
    }

    fn apart(a: Option<f64>, b: Option<f64>) -> Option<f64> {
        let degrees = (a? - b?).rem_euclid(360.0);
        Some(degrees.min(360.0 - degrees))
    }
}
