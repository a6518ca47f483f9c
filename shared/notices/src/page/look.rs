//! How the pages look, and what their script adds. Both are files that are cached by their hash;
//! the tenant's looks are in the style sheet, so a page has no inline style.

/// The tenant's looks.
#[derive(Clone, Copy, Debug)]
pub struct Looks<'a> {
    /// The accent on white, as `#rrggbb`.
    pub accent: &'a str,
    /// The accent on the dark background.
    pub accent_dark: &'a str,
    /// The logo, as a `data:` URL.
    pub logo: Option<&'a str>,
}

/// The script. It copies, counts the time that is left, shows what was typed as a password, and
/// swallows a second press of a button; it asks the network for nothing.
pub const SCRIPT: &str = include_str!("script.js");

const STYLE: &str = include_str!("style.css");
const ACCENT: &str = "#1f5fa8";
const ACCENT_DARK: &str = "#8ab4f8";

/// The one style sheet, with the tenant's looks in it.
///
/// SECURITY: whatever the settings hold, nothing but a colour and an image gets into it
/// (`looks_add_no_rule_to_the_style_sheet`).
#[must_use]
pub fn style(looks: &Looks<'_>) -> String {
    let accent = colour(looks.accent).unwrap_or(ACCENT);
    let accent_dark = colour(looks.accent_dark).unwrap_or(ACCENT_DARK);
    let logo = looks.logo.and_then(image);
    let logo = logo.map(|url| format!(".logo{{content:url(\"{url}\")}}\n")).unwrap_or_default();
    format!(":root{{--accent:{accent};--accent-dark:{accent_dark}}}\n{logo}{STYLE}")
}

fn colour(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('#')?;
    let is_one = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_one.then_some(text)
}

fn image(url: &str) -> Option<&str> {
    let of_one = |byte: u8| byte.is_ascii_alphanumeric() || b":;/,+=-.".contains(&byte);
    (url.starts_with("data:image/") && url.bytes().all(of_one)).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOKS: Looks<'_> = Looks { accent: "#0a7a4b", accent_dark: "#5fd3a0", logo: None };

    #[test]
    fn the_style_sheet_has_the_tenants_looks() {
        let plain = style(&LOOKS);
        assert!(plain.starts_with(":root{--accent:#0a7a4b;--accent-dark:#5fd3a0}\n"));
        assert!(!plain.contains("url("), "nothing is loaded");
        let logo = "data:image/png;base64,iVBORw0KGgo+/=";
        let with_logo = style(&Looks { logo: Some(logo), ..LOOKS });
        assert!(with_logo.contains(&format!(".logo{{content:url(\"{logo}\")}}")));
    }

    #[test]
    fn looks_add_no_rule_to_the_style_sheet() {
        let usual = style(&Looks { accent: ACCENT, accent_dark: ACCENT_DARK, logo: None });
        for hostile in [
            "",
            "#",
            "#12345",
            "#1234567",
            "#12345g",
            "red",
            "#123456}body{display:none",
            "https://evil.example/x.png",
            "data:text/html;base64,AAAA",
            "data:image/png;base64,\")}body{display:none}",
            "data:image/svg+xml;utf8,<svg onload='x'>",
            "data:image/png;base64,AA\nAA",
            "data:image/png;base64,AA\\22",
        ] {
            let looks = Looks { accent: hostile, accent_dark: hostile, logo: Some(hostile) };
            assert_eq!(style(&looks), usual, "{hostile}");
        }
    }

    #[test]
    fn style_and_script_are_small_and_load_nothing() {
        assert!(STYLE.len() <= 9 * 1024, "{}", STYLE.len());
        assert!(SCRIPT.len() <= 3 * 1024, "{}", SCRIPT.len());
        for loads in ["url(", "@import", "http:", "https:"] {
            assert!(!STYLE.contains(loads), "{loads}");
        }
        for reaches in ["fetch(", "XMLHttpRequest", "import", "http", "eval", "innerHTML"] {
            assert!(!SCRIPT.contains(reaches), "{reaches}");
        }
    }
}
