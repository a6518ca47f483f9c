//! How a tenant's pages look: a colour that can be read, and a picture that can do nothing else.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::SettingFault;
use crate::colour::{Accent, CONTRAST_MIN};

/// How pages look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Looks {
    /// The colour of buttons and links, as `#rrggbb`. White text is read on it.
    pub accent: String,
    /// A picture, as a `data:` URL; none: the name alone.
    pub logo_url: Option<String>,
}

impl Default for Looks {
    fn default() -> Self {
        Self { accent: Accent::default().to_string(), logo_url: None }
    }
}

impl Looks {
    /// The colour of buttons and links.
    #[must_use]
    pub fn accent(&self) -> Accent {
        Accent::parse(&self.accent).unwrap_or_default()
    }

    pub(super) fn faults(&self) -> impl Iterator<Item = SettingFault> {
        let accent = match Accent::parse(&self.accent) {
            None => Some(SettingFault::of("/looks/accent", "not_a_colour")),
            Some(accent) if accent.contrast() < CONTRAST_MIN => Some(SettingFault {
                min: Number::from_f64(CONTRAST_MIN),
                ..SettingFault::of("/looks/accent", "contrast_too_low")
            }),
            Some(_) => None,
        };
        let is_fine = self.logo_url.as_deref().is_none_or(is_a_logo);
        let logo = (!is_fine).then(|| SettingFault::of("/looks/logo_url", "not_a_logo"));
        accent.into_iter().chain(logo)
    }
}

/// Of the whole URL: every page's style sheet has it in it.
const LOGO_BYTES_MAX: usize = 8 * 1024;

/// How the URL begins, and whether bytes are what it then says.
type Picture = (&'static str, fn(&[u8]) -> bool);

const PICTURES: [Picture; 3] = [
    ("data:image/png;base64,", is_png),
    ("data:image/svg+xml;base64,", is_svg),
    ("data:image/webp;base64,", is_webp),
];

/// A picture that comes along in its own address, so that no page asks anyone else for it. It is
/// drawn as a background of CSS and nowhere else: there a script in an SVG does not run, and what
/// it refers to is not loaded (SVG 2 §2.2.6, secure animated mode).
///
/// SECURITY: what follows the prefix is base64 to its end, so it closes no string and no `url()` of
/// a style sheet. Held by `a_logo_is_a_picture_and_closes_nothing`.
fn is_a_logo(text: &str) -> bool {
    text.len() <= LOGO_BYTES_MAX
        && PICTURES.iter().any(|(prefix, is_picture)| {
            let encoded = text.strip_prefix(prefix);
            let bytes = encoded.and_then(|encoded| BASE64.decode(encoded.as_bytes()).ok());
            bytes.is_some_and(|bytes| is_picture(&bytes))
        })
}

/// PNG, third edition, §5.2.
fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n")
}

/// RFC 9649 §2.4: `RIFF`, a length, `WEBP`.
fn is_webp(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && bytes.get(8..).is_some_and(|rest| rest.starts_with(b"WEBP"))
}

fn is_svg(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.contains("<svg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(looks: &Looks) -> Vec<(&'static str, &'static str)> {
        looks.faults().map(|fault| (fault.pointer, fault.code)).collect()
    }

    #[test]
    fn an_accent_is_a_colour_with_enough_contrast_on_white() {
        // Of each pair of neighbours, one is on either side of 4.5.
        for (accent, code) in [
            ("#767676", None),
            ("#777777", Some("contrast_too_low")),
            ("#ee0000", None),
            ("#ef0000", Some("contrast_too_low")),
            ("#008a00", None),
            ("#008b00", Some("contrast_too_low")),
            ("#000000", None),
            ("#FFFFFF", Some("contrast_too_low")),
            ("#1F5FA8", None),
            ("1f5fa8", Some("not_a_colour")),
            ("", Some("not_a_colour")),
        ] {
            let looks = Looks { accent: accent.into(), logo_url: None };
            let expected: Vec<_> = code.into_iter().map(|code| ("/looks/accent", code)).collect();
            assert_eq!(faults(&looks), expected, "{accent}");
        }
        let pale = Looks { accent: "#777777".into(), logo_url: None }.faults().next();
        assert_eq!(
            serde_json::to_value(pale).unwrap(),
            serde_json::json!({"pointer": "/looks/accent", "code": "contrast_too_low", "min": 4.5}),
        );
    }

    fn data_url(kind: &str, bytes: &[u8]) -> String {
        format!("data:image/{kind};base64,{}", BASE64.encode(bytes))
    }

    #[test]
    fn a_logo_is_a_picture_and_closes_nothing() {
        let svg =
            b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
        for logo in [
            data_url("png", b"\x89PNG\r\n\x1a\n"),
            data_url("webp", b"RIFF\x04\0\0\0WEBP"),
            data_url("svg+xml", b"<svg"),
            data_url("svg+xml", svg),
        ] {
            assert!(is_a_logo(&logo), "{logo}");
            let safe = |c: char| c.is_ascii_alphanumeric() || "+/=:;,".contains(c);
            assert!(logo.chars().all(safe), "{logo}");
        }
        let png = data_url("png", b"\x89PNG\r\n\x1a\n");
        for logo in [
            "",
            "data:",
            "data:image/png;base64,",
            "https://example.com/logo.png",
            "javascript:alert(1)",
            "data:image/svg+xml,<svg/>",
            "data:image/svg+xml;utf8,<svg/>",
            "data:text/html;base64,PHN2Zy8+",
            "data:image/svg+xml;base64,PHN2Zy8+\")",
            "data:image/svg+xml;base64,PHN2Zy8-",
            // Without its padding, and with bits that nothing stands for.
            "data:image/svg+xml;base64,PHN2Zw",
            "data:image/svg+xml;base64,PHN2Zx==",
            &png.replace("image/png", "IMAGE/PNG"),
            &png.replace(";base64", ";charset=utf-8;base64"),
            &format!(" {png}"),
            &format!("{png} "),
            &format!("{png}\n"),
            &format!("{png}')}}*{{background:url(//evil.example)"),
            // Not what they say.
            &data_url("png", b"RIFF\x04\0\0\0WEBP"),
            &data_url("png", b"\x89PNG\r\n\x1a"),
            &data_url("webp", b"RIFF\x04\0\0\0WEB"),
            &data_url("webp", b"RIFF\x04\0\0\0WAVE"),
            &data_url("webp", b"RIFFWEBP"),
            &data_url("svg+xml", b"<html>"),
            &data_url("svg+xml", b"<svg>\xff</svg>"),
            &data_url("svg+xml", b"<\0s\0v\0g\0"),
            &data_url("jpeg", b"\xff\xd8\xff"),
        ] {
            assert!(!is_a_logo(logo), "{logo:?}");
            let looks = Looks { logo_url: Some(logo.into()), ..Looks::default() };
            assert_eq!(faults(&looks), [("/looks/logo_url", "not_a_logo")], "{logo:?}");
        }
    }

    #[test]
    fn a_logo_is_at_most_eight_kibibytes_as_it_is_written() {
        let of_bytes = |count: usize| {
            let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
            png.resize(count, 0);
            data_url("png", &png)
        };
        // Base64 comes in fours: with the prefix's 22, 8190 is the last length under the bound.
        assert_eq!((of_bytes(6126).len(), of_bytes(6127).len()), (8190, 8194));
        assert!(is_a_logo(&of_bytes(6126)) && !is_a_logo(&of_bytes(6127)));
    }
}
