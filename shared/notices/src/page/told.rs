//! What a page says in its own way: problems whose words are for who calls the API, and numbers that
//! an answer has as members.

use jiff::Timestamp;
use regain_domain::Language;

use super::Frame;
use super::clock::moment;
use crate::ProblemCode;
use crate::moment::duration;

/// Title and detail of a problem, where a person reads another than a program does.
#[must_use]
pub fn told(
    frame: &Frame<'_>,
    code: ProblemCode,
    until: Option<Timestamp>,
) -> Option<(String, String)> {
    let then = until.map(|then| moment(frame, then));
    let (title, detail) = match frame.language {
        Language::En => en(code, then.as_deref())?,
        Language::Nl => nl(code, then.as_deref())?,
    };
    Some((title.to_owned(), detail))
}

fn en(code: ProblemCode, then: Option<&str>) -> Option<(&'static str, String)> {
    let by_itself = then.map(|then| format!(" Else it stays on until {then}.")).unwrap_or_default();
    let (title, detail) = match code {
        ProblemCode::InvalidRequest
        | ProblemCode::BodyTooLarge
        | ProblemCode::UnsupportedMediaType => (
            "That could not be read",
            "What was sent is not what this page sends. Nothing was changed. Begin again."
                .to_owned(),
        ),
        ProblemCode::MethodNotAllowed => (
            "Nothing can be opened here",
            "This address only takes what a form sends. Begin again.".to_owned(),
        ),
        ProblemCode::Forbidden => (
            "This was not sent from our own page",
            "For safety, only what is sent from these pages counts. Nothing was changed. Open the \
             page anew; if it happens again, use a newer browser."
                .to_owned(),
        ),
        ProblemCode::AccountLocked => (
            "This account is locked",
            format!(
                "A wrong password was entered too many times. You can take the lock off now, by \
                 mail, text message or call.{by_itself}"
            ),
        ),
        ProblemCode::SecondStepLocked => (
            "Too many wrong codes were entered",
            format!(
                "For safety, no codes from the app are looked at{}. A recovery code is.",
                then.map(|then| format!(" until {then}")).unwrap_or_default()
            ),
        ),
        ProblemCode::CodeWrong => {
            ("The code is not right", "Type the newest code, all of it.".to_owned())
        }
        ProblemCode::PasswordRejected => {
            ("Choose another password", "This password does not meet all the rules.".to_owned())
        }
        _ => return None,
    };
    Some((title, detail))
}

fn nl(code: ProblemCode, then: Option<&str>) -> Option<(&'static str, String)> {
    let by_itself =
        then.map(|then| format!(" Anders blijft het erop tot {then}.")).unwrap_or_default();
    let (title, detail) = match code {
        ProblemCode::InvalidRequest
        | ProblemCode::BodyTooLarge
        | ProblemCode::UnsupportedMediaType => (
            "Dit kon niet worden gelezen",
            "Wat is verstuurd, is niet wat deze pagina verstuurt. Er is niets veranderd. Begin \
             opnieuw."
                .to_owned(),
        ),
        ProblemCode::MethodNotAllowed => (
            "Hier is niets te openen",
            "Dit adres neemt alleen aan wat een formulier verstuurt. Begin opnieuw.".to_owned(),
        ),
        ProblemCode::Forbidden => (
            "Dit kwam niet van onze eigen pagina",
            "Voor de veiligheid telt alleen wat vanaf deze pagina’s wordt verstuurd. Er is niets \
             veranderd. Open de pagina opnieuw; gebeurt het weer, gebruik dan een nieuwere browser."
                .to_owned(),
        ),
        ProblemCode::AccountLocked => (
            "Dit account is vergrendeld",
            format!(
                "Er is te vaak een verkeerd wachtwoord ingevoerd. Je kunt het slot er nu af halen, \
                 per mail, sms of telefoon.{by_itself}"
            ),
        ),
        ProblemCode::SecondStepLocked => (
            "Er zijn te veel verkeerde codes ingevoerd",
            format!(
                "Voor de veiligheid wordt{} niet naar codes uit de app gekeken. Naar een \
                 herstelcode wel.",
                then.map(|then| format!(" tot {then}")).unwrap_or_default()
            ),
        ),
        ProblemCode::CodeWrong => {
            ("De code klopt niet", "Typ de nieuwste code, helemaal.".to_owned())
        }
        ProblemCode::PasswordRejected => {
            ("Kies een ander wachtwoord", "Dit wachtwoord voldoet niet aan alle regels.".to_owned())
        }
        _ => return None,
    };
    Some((title, detail))
}

/// How many tries are left.
#[must_use]
pub fn attempts_left(language: Language, left: u32) -> String {
    match (language, left) {
        (Language::En, 0) => "There are no tries left: start again.".to_owned(),
        (Language::En, 1) => "There is 1 try left.".to_owned(),
        (Language::En, left) => format!("There are {left} tries left."),
        (Language::Nl, 0) => "Er zijn geen pogingen meer over: begin opnieuw.".to_owned(),
        (Language::Nl, 1) => "Er is nog 1 poging over.".to_owned(),
        (Language::Nl, left) => format!("Er zijn nog {left} pogingen over."),
    }
}

/// How long to wait, rounded up.
#[must_use]
pub fn try_again_in(language: Language, seconds: u32) -> String {
    let wait = match (language, seconds) {
        (Language::En, 0..=1) => "a second".to_owned(),
        (Language::Nl, 0..=1) => "een seconde".to_owned(),
        (Language::En, 2..=59) => format!("{seconds} seconds"),
        (Language::Nl, 2..=59) => format!("{seconds} seconden"),
        (_, seconds) => duration(language, seconds.div_ceil(60)),
    };
    match language {
        Language::En => format!("Try again in {wait}."),
        Language::Nl => format!("Probeer het over {wait} opnieuw."),
    }
}
