//! The text message that brings a code.
//!
//! One segment of GSM-7, so that it costs and arrives as one message. Left out on purpose: a link,
//! which people learn not to trust in a text message, and every name, as a locked phone shows the
//! message to whoever is near.

use regain_domain::Language;

use crate::moment::duration;

/// What a text message says. It does not print: the code is a secret.
#[derive(Clone, Copy)]
pub struct CodeText<'a> {
    /// Six to eight digits.
    pub code: &'a str,
    /// For how long the code works yet, to the nearest minute.
    pub minutes: u32,
    /// Where the code is to be typed: the host of that page, in A-labels, without a port.
    pub host: &'a str,
}

/// What one segment holds (3GPP TS 23.038). All that is said here is one septet a character.
const SEGMENT_SEPTETS_MAX: usize = 160;

impl CodeText<'_> {
    /// The message in a language. The code comes first, so that a preview shows it; the last line
    /// binds it to the host, so that a phone fills it in there and nowhere else (WICG, origin-bound
    /// one-time codes). What does not fit is left out, the code never.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let Self { code, minutes, host } = self;
        let time = duration(language, (*minutes).max(1));
        let (code_line, advice) = match language {
            Language::En => (
                format!("{code} is your verification code."),
                format!("It works for {time}; give it to no one."),
            ),
            Language::Nl => (
                format!("{code} is je verificatiecode."),
                format!("Hij werkt {time}; geef hem aan niemand."),
            ),
        };
        if !is_host(host) {
            return code_line;
        }
        let bound = format!("@{host} #{code}");
        [
            format!("{code_line} {advice}\n{bound}"),
            format!("{code_line}\n{bound}"),
            format!("{code}\n{bound}"),
        ]
        .into_iter()
        .find(|text| text.len() <= SEGMENT_SEPTETS_MAX)
        .unwrap_or(code_line)
    }
}

/// Letters, digits, hyphens and dots: what else might come would end the line or leave GSM-7.
fn is_host(host: &str) -> bool {
    let of_a_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    !host.is_empty() && host.bytes().all(of_a_host)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The characters of GSM-7 that take one septet, but for those beyond ASCII.
    const ONE_SEPTET: &str = "@$_ !\"#%&'()*+,-./0123456789:;<=>?\n\
         ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const CODES: [&str; 5] = ["000000", "012345", "987654", "0012345", "00000001"];

    fn text(language: Language, code: &str, minutes: u32, host: &str) -> String {
        CodeText { code, minutes, host }.text(language)
    }

    /// A host of so many bytes, with labels as long as they may be.
    fn host_of(bytes: usize) -> String {
        let labels = "a".repeat(bytes);
        let dotted = |(at, letter): (usize, char)| if at % 64 == 63 { '.' } else { letter };
        labels.chars().enumerate().map(dotted).collect()
    }

    #[test]
    fn a_text_message_reads_as_it_is_meant_to() {
        assert_eq!(
            text(Language::En, "012345", 10, "id.example.com"),
            "012345 is your verification code. It works for 10 minutes; give it to no one.\n\
             @id.example.com #012345"
        );
        assert_eq!(
            text(Language::Nl, "012345", 10, "id.example.com"),
            "012345 is je verificatiecode. Hij werkt 10 minuten; geef hem aan niemand.\n\
             @id.example.com #012345"
        );
    }

    #[test]
    fn a_text_message_is_one_segment_that_begins_with_the_code_whatever_the_host() {
        for language in Language::ALL {
            for (code, bytes) in
                CODES.into_iter().flat_map(|code| (0..=253).map(move |n| (code, n)))
            {
                for minutes in [0, 1, 10, u32::MAX] {
                    let text = text(language, code, minutes, &host_of(bytes));
                    assert!(text.len() <= SEGMENT_SEPTETS_MAX, "{text}");
                    assert!(text.chars().all(|symbol| ONE_SEPTET.contains(symbol)), "{text}");
                    assert!(text.starts_with(code), "{text}");
                    let after = text.as_bytes()[code.len()];
                    assert!(!after.is_ascii_digit(), "{text}");
                    assert!(!text.contains("://"), "{text}");
                }
            }
        }
    }

    #[test]
    fn the_last_line_binds_the_code_to_the_host_as_long_as_the_two_fit() {
        for language in Language::ALL {
            for code in CODES {
                // Twice the code, a line break, an at sign, a space and a number sign.
                let fitting = SEGMENT_SEPTETS_MAX - 2 * code.len() - 4;
                for bytes in 1..=253 {
                    let host = host_of(bytes);
                    let text = text(language, code, 10, &host);
                    let bound = format!("\n@{host} #{code}");
                    assert_eq!(text.ends_with(&bound), bytes <= fitting, "{bytes}: {text}");
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out_from_the_middle_and_the_code_never() {
        let (language, code) = (Language::En, "012345");
        let code_line = "012345 is your verification code.";
        for (bytes, begin) in [
            (1, format!("{code_line} It works for 10 minutes; give it to no one.\n@")),
            (73, format!("{code_line} It works for 10 minutes; give it to no one.\n@")),
            (74, format!("{code_line}\n@")),
            (117, format!("{code_line}\n@")),
            (118, format!("{code}\n@")),
            (144, format!("{code}\n@")),
        ] {
            let text = text(language, code, 10, &host_of(bytes));
            assert!(text.starts_with(&begin), "{bytes}: {text}");
        }
        assert_eq!(text(language, code, 10, &host_of(145)), code_line);
    }

    #[test]
    fn what_is_no_host_binds_nothing() {
        for host in ["", "localhost:9000", "a b", "a\n@evil.example", "bücher.example", "[::1]"] {
            for language in Language::ALL {
                let text = text(language, "012345", 10, host);
                assert!(!text.contains(['@', '\n']) && text.starts_with("012345 is "), "{text}");
            }
        }
    }

    #[test]
    fn minutes_are_at_least_one_and_singular_or_plural() {
        for (minutes, en, nl) in [
            (0, " 1 minute;", " 1 minuut;"),
            (1, " 1 minute;", " 1 minuut;"),
            (2, " 2 minutes;", " 2 minuten;"),
            (10, " 10 minutes;", " 10 minuten;"),
        ] {
            assert!(text(Language::En, "012345", minutes, "a.example").contains(en));
            assert!(text(Language::Nl, "012345", minutes, "a.example").contains(nl));
        }
    }
}
