//! The codes in what goes to phones, so that tests and people need not look for them.

/// How many digits a code may have.
const DIGITS: std::ops::RangeInclusive<usize> = 6..=8;

/// The codes in a text message: runs of digits, not those in the host behind an `@`.
pub(crate) fn texted(text: &str) -> Vec<String> {
    let words = text.split_whitespace().filter(|word| !word.starts_with('@'));
    let runs = words.flat_map(|word| word.split(|c: char| !c.is_ascii_digit()));
    each_once(runs.filter(|run| DIGITS.contains(&run.len())).map(str::to_owned))
}

/// The codes in what is read out: digits with nothing but tags and pauses between them, said once
/// or several times in a row.
pub(crate) fn spoken(ssml: &str) -> Vec<String> {
    let words = without_tags(ssml);
    let runs = words.split(|c: char| !(c.is_ascii_digit() || is_a_pause(c)));
    each_once(runs.filter_map(|run| {
        let digits: String = run.chars().filter(char::is_ascii_digit).collect();
        let said = |length: &usize| {
            let code = digits.get(..*length).unwrap_or_default();
            let times = digits.len() / length;
            times > 0 && code.repeat(times) == digits
        };
        DIGITS.into_iter().find(said).map(|length| digits.chars().take(length).collect())
    }))
}

fn is_a_pause(character: char) -> bool {
    character.is_whitespace() || matches!(character, ',' | '.' | ';' | '-')
}

fn without_tags(ssml: &str) -> String {
    let mut words = String::new();
    for piece in ssml.split('<') {
        let (_, text) = piece.split_once('>').unwrap_or(("", piece));
        words.push(' ');
        words.push_str(text);
    }
    words
}

fn each_once(codes: impl Iterator<Item = String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for code in codes {
        if !once.contains(&code) {
            once.push(code);
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_texted_code_is_found_once_and_a_host_is_none() {
        assert_eq!(texted("012345 is your code.\n\n@demo.example #012345"), ["012345"]);
        assert_eq!(texted("12345678\n@a123456.example #12345678"), ["12345678"]);
        assert_eq!(texted("123456 or 654321"), ["123456", "654321"]);
        assert!(texted("12345 and 123456789").is_empty());
    }

    #[test]
    fn a_spoken_code_is_found_once_however_it_is_spelt() {
        for ssml in [
            "<speak>Your code: 0 1 2 3 4 5. Again: 0 1 2 3 4 5.</speak>",
            "<speak>Code 0, 1, 2, 3, 4, 5. 0, 1, 2, 3, 4, 5.</speak>",
            "<speak>Code<break time=\"600ms\"/><say-as interpret-as=\"digits\">012345</say-as>, once \
             more <say-as interpret-as=\"digits\">012345</say-as> for 10 minutes</speak>",
            "<speak>0<break time=\"1s\"/>1<break/>2<break/>3<break/>4<break/>5<break/>\
             0<break/>1<break/>2<break/>3<break/>4<break/>5</speak>",
        ] {
            assert_eq!(spoken(ssml), ["012345"], "{ssml}");
        }
        assert_eq!(spoken("<speak>1 2 3 4 5 6 7 8</speak>"), ["12345678"]);
        assert!(spoken("<speak><p>1 2 3 4 5</p> call 0800</speak>").is_empty());
    }
}
