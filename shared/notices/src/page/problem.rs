//! Words for problems where those of answers speak to programs: of members, methods and headers.

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use regain_domain::Language;

use crate::ProblemCode;

use super::Frame;
use super::clock::at_moment;

/// What a problem is called on a page, and why and what to do, for `Trouble`. `until` is when it is
/// over, where that is known: the end of a lock, or of a limit.
#[must_use]
pub fn problem_words(
    frame: &Frame<'_>,
    code: ProblemCode,
    until: Option<Timestamp>,
) -> (String, String) {
    // Rounded up: what is over then is over by the minute that is told.
    let up = TimestampRound::new().smallest(Unit::Minute).mode(RoundMode::Ceil);
    // It fails within the last minute that a timestamp can say.
    let until = until.map(|until| at_moment(frame, until.round(up).unwrap_or(until)));
    let own = match frame.language {
        Language::En => own_en(code, until.as_deref()),
        Language::Nl => own_nl(code, until.as_deref()),
    };
    let words = code.words(frame.language);
    let Own { title, detail } = own.unwrap_or_else(|| detail(words.detail));
    (title.unwrap_or(words.title).to_owned(), detail)
}

/// Words of a page's own. Without a title it is that of answers.
struct Own {
    title: Option<&'static str>,
    detail: String,
}

fn detail(text: impl Into<String>) -> Own {
    Own { title: None, detail: text.into() }
}

fn titled(title: &'static str, text: impl Into<String>) -> Own {
    Own { title: Some(title), detail: text.into() }
}

fn own_en(code: ProblemCode, until: Option<&str>) -> Option<Own> {
    Some(match (code, until) {
        (ProblemCode::Forbidden, _) => titled(
            "This was not sent from our own page",
            "For safety, only what is sent from these pages counts. Begin again; if that does not \
             help, use a newer browser.",
        ),
        (
            ProblemCode::InvalidRequest
            | ProblemCode::BodyTooLarge
            | ProblemCode::UnsupportedMediaType,
            _,
        ) => titled(
            "This did not come through",
            "Part of what was sent is missing or damaged. Go back and try again.",
        ),
        (ProblemCode::MethodNotAllowed, _) => titled(
            "This page cannot be opened like this",
            "It is a step on the way. Begin again, or use the link in the mail.",
        ),
        (ProblemCode::RecoverySpent, _) => {
            detail("It was finished, or there were no tries left. Start again if you are not in.")
        }
        (ProblemCode::NotFound, _) => titled(
            "There is no such page",
            "Check the address, or open the link in the mail once more.",
        ),
        (ProblemCode::PasswordRejected, _) => {
            detail("This password breaks a rule below. Choose another one.")
        }
        (ProblemCode::PasswordMustChange, _) => {
            detail("The password was right, and it was temporary. Choose one of your own.")
        }
        (ProblemCode::AccountLocked, Some(until)) => detail(format!(
            "A wrong password was typed too many times. The lock goes off by itself {until}. \
             You can also take it off yourself, now: with the link that was mailed to you, or here."
        )),
        (ProblemCode::AccountLocked, None) => detail(
            "A wrong password was typed too many times. You can take the lock off: with the link \
             that was mailed to you, or here.",
        ),
        (ProblemCode::SecondStepLocked, Some(until)) => detail(format!(
            "For safety, codes from the app are accepted again {until}. A recovery code is \
             accepted now."
        )),
        (ProblemCode::SecondStepLocked, None) => {
            detail("For safety, codes from the app have to wait. A recovery code does not.")
        }
        (ProblemCode::TooManyRequests, Some(until)) => {
            titled("This was asked too often", format!("You can try again {until}."))
        }
        (ProblemCode::TooManyRequests, None) => {
            titled("This was asked too often", "Wait a while, then try again.")
        }
        _ => return None,
    })
}

fn own_nl(code: ProblemCode, until: Option<&str>) -> Option<Own> {
    Some(match (code, until) {
        (ProblemCode::Forbidden, _) => titled(
            "Dit kwam niet van onze eigen pagina",
            "Voor de veiligheid telt alleen wat vanaf deze pagina’s wordt verstuurd. Begin \
             opnieuw; helpt dat niet, gebruik dan een nieuwere browser.",
        ),
        (
            ProblemCode::InvalidRequest
            | ProblemCode::BodyTooLarge
            | ProblemCode::UnsupportedMediaType,
            _,
        ) => titled(
            "Dit is niet goed overgekomen",
            "Een deel van wat is verstuurd, ontbreekt of is beschadigd. Ga terug en probeer het \
             opnieuw.",
        ),
        (ProblemCode::MethodNotAllowed, _) => titled(
            "Deze pagina kan zo niet worden geopend",
            "Het is een stap onderweg. Begin opnieuw, of gebruik de link in de mail.",
        ),
        (ProblemCode::RecoverySpent, _) => detail(
            "Het is afgerond, of er waren geen pogingen meer over. Begin opnieuw als je er nog niet \
             in bent.",
        ),
        (ProblemCode::NotFound, _) => titled(
            "Deze pagina is er niet",
            "Controleer het adres, of open de link in de mail nog een keer.",
        ),
        (ProblemCode::PasswordRejected, _) => {
            detail("Dit wachtwoord past niet bij de regels hieronder. Kies een ander.")
        }
        (ProblemCode::PasswordMustChange, _) => {
            detail("Het wachtwoord klopte en was tijdelijk. Kies er zelf een.")
        }
        (ProblemCode::AccountLocked, Some(until)) => detail(format!(
            "Er is te vaak een verkeerd wachtwoord getypt. De vergrendeling gaat er {until} \
             vanzelf af. Je kunt het account nu ook zelf ontgrendelen: met de link die je gemaild \
             is, of hier."
        )),
        (ProblemCode::AccountLocked, None) => detail(
            "Er is te vaak een verkeerd wachtwoord getypt. Je kunt het account ontgrendelen: met de \
             link die je gemaild is, of hier.",
        ),
        (ProblemCode::SecondStepLocked, Some(until)) => detail(format!(
            "Voor de veiligheid worden codes uit de app {until} weer aangenomen. Een \
             herstelcode wordt nu al aangenomen."
        )),
        (ProblemCode::SecondStepLocked, None) => detail(
            "Voor de veiligheid moeten codes uit de app even wachten. Een herstelcode kan nu wel.",
        ),
        (ProblemCode::TooManyRequests, Some(until)) => {
            titled("Dit is te vaak gevraagd", format!("Je kunt het {until} opnieuw proberen."))
        }
        (ProblemCode::TooManyRequests, None) => {
            titled("Dit is te vaak gevraagd", "Wacht even en probeer het dan opnieuw.")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn told(language: Language, code: ProblemCode, until: Option<&str>) -> (String, String) {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
        let frame = Frame::bare(language, "2026-11-22T13:03:00Z", &zone);
        problem_words(&frame, code, until.map(|until| until.parse().expect("a moment")))
    }

    #[test]
    fn no_page_speaks_of_what_only_programs_see() {
        // Of the back office, which has no page.
        let unseen = [ProblemCode::SettingsInvalid, ProblemCode::PreconditionFailed];
        for language in Language::ALL {
            for code in ProblemCode::ALL.iter().filter(|code| !unseen.contains(code)) {
                for until in [None, Some("2026-11-22T13:18:40Z")] {
                    let (title, detail) = told(language, *code, until);
                    for jargon in ["`", "grant", "header", "list of", "lijst met", "ethod"] {
                        let said = title.contains(jargon) || detail.contains(jargon);
                        assert!(!said, "{code:?} {jargon}: {title}. {detail}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_over_is_never_told_to_be_over_too_soon() {
        for (until, en, nl) in [
            ("2026-11-22T13:18:00Z", "at 14:18", "om 14:18"),
            ("2026-11-22T13:18:00.000001Z", "at 14:19", "om 14:19"),
            (
                "2026-11-22T23:18:01Z",
                "at 00:19 on 23 November 2026",
                "op 23 november 2026 om 00:19",
            ),
        ] {
            let code = ProblemCode::AccountLocked;
            let (_, detail) = told(Language::En, code, Some(until));
            assert!(detail.contains(&format!("by itself {en}.")), "{detail}");
            let (_, detail) = told(Language::Nl, code, Some(until));
            assert!(detail.contains(&format!("gaat er {nl} vanzelf af")), "{detail}");
        }
    }
}
