//! Words for what was wrong with a field, and for a rule that a new password breaks.

use regain_domain::Language;

/// What is wrong with the field of that name, by the code of the fault, or of the problem where
/// that is about one field. A code without words of its own here gets a general sentence.
#[must_use]
pub fn fault(language: Language, field: &str, code: &str) -> String {
    let text = match language {
        Language::En => fault_en(field, code),
        Language::Nl => fault_nl(field, code),
    };
    text.to_owned()
}

fn fault_en(field: &str, code: &str) -> &'static str {
    match code {
        "required" | "blank" | "exactly_one" => missing_en(field),
        "not_an_address" => "Type a whole e-mail address, like name@example.com.",
        "not_a_phone_number" => {
            "Type the whole phone number, with the country code (+31) if it is from abroad."
        }
        "not_a_code" => "Type the code as you got it, all of it and nothing else.",
        "too_long" => "This is too long. Type something shorter.",
        "control_character" => "There is a character in this that cannot be used. Type it again.",
        "not_the_same" => "The two are not the same. Type both again.",
        "not_allowed" => {
            "This page cannot take you back to where you came from. Begin again from there."
        }
        "captcha_wrong" => "Those were not the characters. Try once more.",
        "captcha_unknown" | "captcha_expired" | "captcha_spent" => {
            "Those characters no longer count. Type these new ones."
        }
        "phone_mismatch" => "This is not the number that we know. Check it, and type all of it.",
        "code_wrong" => "This is not the code. Type the newest one, all of it.",
        "code_used" => "This code was used before. Wait for the next one in your app.",
        "code_expired" | "code_spent" => "This code no longer works. Ask for a new one.",
        "sign_in_failed" => "This address and this password do not go together. Check both.",
        "password_wrong" => "This is not the password. Check it and try again.",
        "provider_not_linked" => {
            "Nobody here signs in with that account yet. Sign in in another way."
        }
        "provider_refused" => {
            "You did not get in that way. Try it again, or sign in in another way."
        }
        "provider_unavailable" => {
            "That way in does not work right now. Sign in in another way, or try again later."
        }
        "sign_in_over" => {
            "That sign-in is over: it was finished, or it took too long. Begin again."
        }
        _ => "This cannot be used. Check it and try again.",
    }
}

fn missing_en(field: &str) -> &'static str {
    match field {
        "login" => "Type your e-mail address.",
        "password" => "Type a password.",
        "beginning" => "Type the beginning of your new password.",
        "confirm" => "Type it once more here.",
        "captcha" | "captcha.id" | "captcha.answer" => "Type the characters of the picture.",
        "reason" => "Choose what the matter is.",
        "phone" => "Type your whole phone number.",
        "channel" => "Choose between a text message and a call.",
        "code" => "Type the code.",
        _ => "Something is missing here. Try again.",
    }
}

fn fault_nl(field: &str, code: &str) -> &'static str {
    match code {
        "required" | "blank" | "exactly_one" => missing_nl(field),
        "not_an_address" => "Typ een volledig e-mailadres, zoals naam@example.com.",
        "not_a_phone_number" => {
            "Typ het hele telefoonnummer, met het landnummer (+31) als het uit een ander land komt."
        }
        "not_a_code" => "Typ de code zoals je hem kreeg, helemaal en met niets erbij.",
        "too_long" => "Dit is te lang. Typ iets korters.",
        "control_character" => "Er staat een teken in dat niet kan. Typ het opnieuw.",
        "not_the_same" => "De twee zijn niet hetzelfde. Typ ze allebei opnieuw.",
        "not_allowed" => {
            "Deze pagina kan je niet terugbrengen naar waar je vandaan kwam. Begin daar opnieuw."
        }
        "captcha_wrong" => "Dat waren niet de tekens. Probeer het nog een keer.",
        "captcha_unknown" | "captcha_expired" | "captcha_spent" => {
            "Die tekens gelden niet meer. Typ deze nieuwe."
        }
        "phone_mismatch" => {
            "Dit is niet het nummer dat we kennen. Controleer het en typ het in zijn geheel."
        }
        "code_wrong" => "Dit is niet de code. Typ de nieuwste, in zijn geheel.",
        "code_used" => "Deze code is al gebruikt. Wacht op de volgende in je app.",
        "code_expired" | "code_spent" => "Deze code werkt niet meer. Vraag een nieuwe.",
        "sign_in_failed" => "Dit adres en dit wachtwoord horen niet bij elkaar. Controleer ze.",
        "password_wrong" => "Dit is niet het wachtwoord. Controleer het en probeer het opnieuw.",
        "provider_not_linked" => {
            "Met dat account logt hier nog niemand in. Log op een andere manier in."
        }
        "provider_refused" => {
            "Zo ben je niet binnengekomen. Probeer het opnieuw, of log op een andere manier in."
        }
        "provider_unavailable" => {
            "Zo inloggen lukt nu niet. Log op een andere manier in, of probeer het later opnieuw."
        }
        "sign_in_over" => {
            "Dat inloggen is voorbij: het is afgerond of duurde te lang. Begin opnieuw."
        }
        _ => "Dit kan niet worden gebruikt. Controleer het en probeer het opnieuw.",
    }
}

fn missing_nl(field: &str) -> &'static str {
    match field {
        "login" => "Typ je e-mailadres.",
        "password" => "Typ een wachtwoord.",
        "beginning" => "Typ het begin van je nieuwe wachtwoord.",
        "confirm" => "Typ het hier nog een keer.",
        "captcha" | "captcha.id" | "captcha.answer" => "Typ de tekens uit het plaatje.",
        "reason" => "Kies wat er aan de hand is.",
        "phone" => "Typ je hele telefoonnummer.",
        "channel" => "Kies tussen een sms en een telefoontje.",
        "code" => "Typ de code.",
        _ => "Er ontbreekt hier iets. Probeer het opnieuw.",
    }
}

/// How many tries are left, to be told with what was wrong.
#[must_use]
pub fn tries_left(language: Language, count: u32) -> String {
    match (language, count) {
        (Language::En, 0) => "You have no tries left.".to_owned(),
        (Language::En, 1) => "You have 1 try left.".to_owned(),
        (Language::En, _) => format!("You have {count} tries left."),
        (Language::Nl, 0) => "Je hebt geen pogingen meer.".to_owned(),
        (Language::Nl, 1) => "Je hebt nog 1 poging.".to_owned(),
        (Language::Nl, _) => format!("Je hebt nog {count} pogingen."),
    }
}

/// What to do about a rule that a new password breaks, by the code of the violation and its `min`
/// or `max`.
#[must_use]
pub fn broken_rule(language: Language, code: &str, number: Option<u32>) -> String {
    let count = number.unwrap_or(1);
    match language {
        Language::En => broken_en(code, count),
        Language::Nl => broken_nl(code, count),
    }
}

fn broken_en(code: &str, count: u32) -> String {
    let least =
        |what: &str| format!("Use at least {count} {what}{}.", if count == 1 { "" } else { "s" });
    match code {
        "too_short" => least("character"),
        "too_long" => format!("Use at most {count} characters."),
        "needs_uppercase" => least("capital letter"),
        "needs_lowercase" => least("small letter"),
        "needs_digit" => least("digit"),
        "needs_symbol" => least("symbol"),
        "contains_last_name" => "Leave your last name out.".to_owned(),
        "reused" => "Choose one that you never used before.".to_owned(),
        "common" => "Choose one that fewer people use.".to_owned(),
        _ => "Choose another password.".to_owned(),
    }
}

fn broken_nl(code: &str, count: u32) -> String {
    let least = |one: &str, many: &str| {
        format!("Gebruik minstens {count} {}.", if count == 1 { one } else { many })
    };
    match code {
        "too_short" => least("teken", "tekens"),
        "too_long" => format!("Gebruik hoogstens {count} tekens."),
        "needs_uppercase" => least("hoofdletter", "hoofdletters"),
        "needs_lowercase" => least("kleine letter", "kleine letters"),
        "needs_digit" => least("cijfer", "cijfers"),
        "needs_symbol" => least("symbool", "symbolen"),
        "contains_last_name" => "Laat je achternaam weg.".to_owned(),
        "reused" => "Kies er een die je nog nooit hebt gebruikt.".to_owned(),
        "common" => "Kies er een die minder mensen gebruiken.".to_owned(),
        _ => "Kies een ander wachtwoord.".to_owned(),
    }
}
