//! The languages Regain speaks.

use serde::{Deserialize, Serialize};

/// A language of answers and notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    En,
    /// Dutch.
    Nl,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::En, Self::Nl];

    /// The BCP 47 tag.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Nl => "nl",
        }
    }

    /// Reads a tag; a region (`nl-BE`) is accepted and dropped.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| language.as_str().eq_ignore_ascii_case(primary))
    }

    /// The first language of an `Accept-Language` header that is among `offered`, by quality and
    /// then by order (RFC 9110 §12.5.4). `*` and unknown tags choose nothing.
    #[must_use]
    pub fn negotiate(accept_language: &str, offered: &[Self]) -> Option<Self> {
        let mut best: Option<(u32, Self)> = None;
        for range in accept_language.split(',').take(RANGES_MAX) {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let thousandths = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(Some(1.0), |quality| quality.trim().parse::<f32>().ok())
                .filter(|quality| (0.0..=1.0).contains(quality))
                .map_or(0, |quality| (quality * 1000.0) as u32);
            let Some(language) = Self::from_tag(tag).filter(|language| offered.contains(language))
            else {
                continue;
            };
            if thousandths > best.map_or(0, |(quality, _)| quality) {
                best = Some((thousandths, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// More ranges than any browser sends; the rest of a longer header is not read.
const RANGES_MAX: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_offered_language_wins_by_quality_then_order() {
        let both = Language::ALL;
        for (header, expected) in [
            ("nl", Some(Language::Nl)),
            ("nl-BE, en;q=0.8", Some(Language::Nl)),
            ("en;q=0.5, nl;q=0.9", Some(Language::Nl)),
            ("fr, de;q=0.9, en;q=0.1", Some(Language::En)),
            ("nl;q=0", None),
            ("nl;q=7", None),
            ("*", None),
            ("", None),
            ("nl;q=abc", None),
            ("en,nl", Some(Language::En)),
        ] {
            assert_eq!(Language::negotiate(header, &both), expected, "{header}");
        }
        assert_eq!(Language::negotiate("nl", &[Language::En]), None);
    }
}
