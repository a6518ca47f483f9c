//! The call that speaks a code.
//!
//! In SSML, as Amazon Polly reads it: slowly, digit by digit, twice, as who listens has to write.
//! Left out on purpose: every name, as anyone may pick up the phone.

use regain_domain::Language;

/// What a call says. It does not print: the code is a secret.
#[derive(Clone, Copy)]
pub struct CodeCall<'a> {
    /// Six to eight digits.
    pub code: &'a str,
}

impl CodeCall<'_> {
    /// The call in a language, as an SSML document.
    #[must_use]
    pub fn ssml(&self, language: Language) -> String {
        let (greeting, again, goodbye) = match language {
            Language::En => (
                "Hello. Here is your verification code.",
                "Once more.",
                "Give it to no one. Goodbye.",
            ),
            Language::Nl => (
                "Hallo. Hier is je verificatiecode.",
                "Nog een keer.",
                "Geef hem aan niemand. Tot ziens.",
            ),
        };
        let digits = spoken(self.code);
        // The first second is lost while the phone goes to the ear.
        format!(
            r#"<speak><break time="1s"/>{greeting}<break time="1s"/>{digits}<break time="2s"/>{again}<break time="1s"/>{digits}<break time="1s"/>{goodbye}</speak>"#
        )
    }

    /// Who speaks a language, by Polly's name: a British voice and a Dutch one.
    #[must_use]
    pub fn voice(language: Language) -> &'static str {
        match language {
            Language::En => "AMY",
            Language::Nl => "LOTTE",
        }
    }
}

/// SECURITY: only digits get in, so nothing needs to be escaped. Held by
/// `nothing_but_digits_gets_into_a_call`.
fn spoken(code: &str) -> String {
    let digit = |digit: char| format!(r#"<say-as interpret-as="digits">{digit}</say-as>"#);
    let digits: Vec<_> = code.chars().filter(char::is_ascii_digit).map(digit).collect();
    format!(r#"<prosody rate="slow">{}</prosody>"#, digits.join(r#"<break time="700ms"/>"#))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What SendVoiceMessage takes.
    const BODY_CHARS_MAX: usize = 6000;

    /// What stands between the tags; panics unless every tag is closed by its own name.
    fn read_aloud(ssml: &str) -> String {
        let (mut open, mut heard) = (Vec::new(), String::new());
        for part in ssml.split('<').skip(1) {
            let (tag, text) = part.split_once('>').expect("a tag that ends");
            let name = tag.trim_start_matches('/').split(' ').next().expect("a name");
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "{ssml}");
            } else if !tag.ends_with('/') {
                open.push(name);
            }
            heard = format!("{heard} {text}");
        }
        assert!(open.is_empty() && ssml.starts_with("<speak>"), "{ssml}");
        heard.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_call_speaks_the_digits_one_by_one_and_twice() {
        for (language, heard) in [
            (
                Language::En,
                "Hello. Here is your verification code. 0 1 2 0 0 7 Once more. 0 1 2 0 0 7 \
                 Give it to no one. Goodbye.",
            ),
            (
                Language::Nl,
                "Hallo. Hier is je verificatiecode. 0 1 2 0 0 7 Nog een keer. 0 1 2 0 0 7 \
                 Geef hem aan niemand. Tot ziens.",
            ),
        ] {
            let ssml = CodeCall { code: "012007" }.ssml(language);
            assert_eq!(read_aloud(&ssml), heard);
            let pauses = ssml.matches(r#"</say-as><break time="700ms"/><say-as "#).count();
            assert_eq!(pauses, 2 * 5, "{ssml}");
            assert_eq!(ssml.matches(r#"<prosody rate="slow">"#).count(), 2, "{ssml}");
        }
    }

    #[test]
    fn a_call_is_no_longer_than_the_service_takes() {
        for (language, code) in
            Language::ALL.into_iter().flat_map(|l| ["000000", "99999999"].map(|c| (l, c)))
        {
            let ssml = CodeCall { code }.ssml(language);
            assert!(ssml.chars().count() <= BODY_CHARS_MAX, "{}", ssml.len());
        }
    }

    #[test]
    fn nothing_but_digits_gets_into_a_call() {
        for code in [
            "0<audio src=\"x\"/>12&amp;345",
            "</speak>012345",
            "0 1 2 3 4 5",
            "٠012345१",
            "\x00012345\n",
        ] {
            for language in Language::ALL {
                let plain = CodeCall { code: "012345" }.ssml(language);
                assert_eq!(CodeCall { code }.ssml(language), plain, "{code}");
            }
        }
    }

    #[test]
    fn every_language_has_a_voice_of_its_own() {
        assert_ne!(CodeCall::voice(Language::En), CodeCall::voice(Language::Nl));
    }
}
