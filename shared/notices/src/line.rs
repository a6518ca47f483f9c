//! Text of others, made safe to stand in a line of ours.
//!
//! HTML is escaped by the templates. What is left are the tricks that need no markup: a line break
//! that ends a header or begins a sentence of its own, characters that reverse what follows, a name
//! so long that it pushes ours out of sight, a name that mail programs turn into a link.

/// Longer names of tenants are cut in a subject, so that what follows them is still seen.
pub(crate) const TENANT_CHARS_IN_SUBJECT: usize = 40;
const FIRST_NAME_CHARS: usize = 40;

/// `text` on one line: no control characters, no invisible ones that change direction, no runs of
/// spaces.
pub(crate) fn one_line(text: &str) -> String {
    let visible: String =
        text.chars().map(|symbol| if is_unseen(symbol) { ' ' } else { symbol }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `text` on one line, cut after `chars_max` characters.
pub(crate) fn short_line(text: &str, chars_max: usize) -> String {
    let line = one_line(text);
    if line.chars().count() <= chars_max {
        return line;
    }
    let kept: String = line.chars().take(chars_max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// The first name to greet by. None if there is no name, or one that mail programs make a link of:
/// names are what others typed, and a mail of ours must not carry their links.
pub(crate) fn greeted(first_name: Option<&str>) -> Option<String> {
    let name = short_line(first_name?, FIRST_NAME_CHARS);
    let begins_word =
        |rest: &str| rest.chars().take(2).filter(|c| c.is_alphanumeric()).count() == 2;
    // "J.P." is a name, "example.com" is not.
    let like_a_link = name.contains(['/', '\\', '@', ':'])
        || name.match_indices('.').any(|(at, _)| name.get(at + 1..).is_some_and(begins_word));
    (!name.is_empty() && !like_a_link).then_some(name)
}

/// Controls (C0, C1, DEL), line and paragraph separators, marks and overrides of direction, and
/// what takes no room. The joiners (U+200C, U+200D) stay: some names are written with them.
fn is_unseen(symbol: char) -> bool {
    symbol.is_control()
        || matches!(symbol, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{feff}')
        || matches!(symbol, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(symbol, '\u{2060}'..='\u{206f}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_given_it_is_one_line() {
        for (given, line) in [
            ("Demo", "Demo"),
            ("De\r\nBcc: x@example.com", "De Bcc: x@example.com"),
            ("a\u{2028}b\u{2029}c\u{85}d\u{b}e\0f\u{7f}g\th", "a b c d e f g h"),
            ("abc\u{202e}moc.elpmaxe", "abc moc.elpmaxe"),
            ("  spaced \u{200b}  out ", "spaced out"),
            ("\u{1b}[31mred", "[31mred"),
            ("Zoë Müller-Ní Bhriain", "Zoë Müller-Ní Bhriain"),
            ("", ""),
        ] {
            assert_eq!(one_line(given), line, "{given:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut_and_shows_it() {
        assert_eq!(short_line("abcdef", 6), "abcdef");
        assert_eq!(short_line("abcdefg", 6), "abcde…");
        assert_eq!(short_line("abcd efg", 6), "abcd…");
        assert_eq!(short_line("éééééééé", 6), "ééééé…");
    }

    #[test]
    fn nobody_is_greeted_by_a_link() {
        for name in ["Marijke", "J.P.", "Jean-Luc", "Mr. T", "M.J. Anna", "Sjoerd 2"] {
            assert_eq!(greeted(Some(name)).as_deref(), Some(name));
        }
        for link in ["https://example.com", "example.com", "Jan, see example.nl/x", "a@b", "//x"] {
            assert_eq!(greeted(Some(link)), None, "{link}");
        }
        for missing in [None, Some(""), Some(" \r\n ")] {
            assert_eq!(greeted(missing), None);
        }
    }
}
