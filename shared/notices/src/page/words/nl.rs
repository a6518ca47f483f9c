//! The words of the pages in Dutch.

use super::{
    Ask, Asked, Captcha, Code, Common, Countdown, Done, Method, NewPassword, NotMe, Opened,
    OpenedFor, Recover, Rules, SecondStep, SignIn, ToProvider, Trouble, Unlock, Words,
};

pub(super) const WORDS: Words = Words {
    common: Common {
        error: "Fout",
        summary: "Er klopt nog iets niet",
        languages: "Taal",
        contact: "Hulp nodig? Neem contact op met de servicedesk:",
        contact_of: |tenant| {
            format!("Hulp nodig? Neem contact op met de servicedesk van {tenant}.")
        },
        support_code: "Supportcode:",
        login: "E-mailadres",
        cancel: "Annuleren",
        next: "Volgende",
        sign_in: "Inloggen",
        not_me: "Dit was ik niet",
        close: "Je kunt dit venster sluiten.",
        more_time: "Heb je meer tijd nodig?",
        new_link: "Mail mij een nieuwe link",
        show: "Toon",
        hide: "Verberg",
        copy: "Kopieer",
        copied: "Gekopieerd",
    },
    countdown: Countdown {
        many: "nog # minuten",
        one: "nog 1 minuut",
        less: "nog minder dan een minuut",
        over: "De tijd is voorbij. Begin opnieuw om verder te gaan.",
        over_of_link: "De tijd is voorbij. Vraag een nieuwe link aan om verder te gaan.",
    },
    captcha: Captcha {
        picture: "Plaatje met zes tekens om over te typen. De speler hieronder leest ze voor.",
        sound: "De tekens, voorgelezen",
        label: "Tekens in het plaatje",
        hint: "Typ wat je ziet of hoort. Hoofdletters en kleine letters kunnen verschil maken.",
        question: "Kun je ze niet lezen of verstaan?",
        again: "Ander plaatje en geluid",
        by_mail: "Zien en horen lukken allebei niet: mail mij een link",
    },
    ask: Ask {
        reset: "Wachtwoord vergeten?",
        reset_lead: "Typ het e-mailadres waarmee je inlogt. Je krijgt een mail met een link om een nieuw wachtwoord te kiezen.",
        magic: "Inloggen zonder wachtwoord",
        magic_lead: "Typ je e-mailadres. Je krijgt een mail met een link waarmee je één keer inlogt.",
        send: "Mail mij een link",
        sign_in: "Ik weet mijn wachtwoord: inloggen",
        recover: "Ik kan mijn mail niet openen: verder met mijn telefoon",
    },
    asked: Asked {
        heading: "Kijk in je mailbox",
        to: |login| {
            format!("Als er een account is voor {login}, is er een mail met een link onderweg.")
        },
        to_unsaid: "Als er een account is, is er een mail met een link onderweg.",
        reset: "Met de link kies je een nieuw wachtwoord.",
        magic: "Met de link log je één keer in.",
        unlock: "Met de link kom je weer in je account.",
        missing: "Geen mail?",
        advice: &[
            "Het kan een paar minuten duren.",
            "Kijk ook bij de ongewenste mail (spam).",
            "Controleer of je met dit adres inlogt.",
            "Alleen de nieuwste link werkt. Meer dan één keer gevraagd? Gebruik dan de laatste mail.",
        ],
        again: "Vraag opnieuw een link aan",
        recover: "Ik kan mijn mail niet openen: verder met mijn telefoon",
    },
    opened: Opened {
        reset: OpenedFor {
            heading: "Kies een nieuw wachtwoord",
            lead: |login| format!("Met deze link kies je een nieuw wachtwoord voor {login}."),
            button: "Kies een nieuw wachtwoord",
        },
        invite: OpenedFor {
            heading: "Kies je wachtwoord",
            lead: |login| {
                format!("Er is een account gemaakt voor {login}. Het wachtwoord kies je zelf.")
            },
            button: "Kies een wachtwoord",
        },
        unlock: OpenedFor {
            heading: "Ontgrendel je account",
            lead: |login| format!("Met deze link ontgrendel je het account van {login}."),
            button: "Verder naar ontgrendelen",
        },
        magic: OpenedFor {
            heading: "Log in met deze link",
            lead: |login| format!("Met deze link log je één keer in als {login}."),
            button: "Log in",
        },
        until: |moment| format!("Er is nog niets gewijzigd. De link werkt tot {moment}"),
        until_clicked: |moment| format!("Je was hier al eerder. Je kunt verder tot {moment}"),
        go_on: "Verder",
        not_me: "Heb je hier niet om gevraagd? Laat het weten, dan werkt de link niet meer.",
    },
    new_password: NewPassword {
        heading: "Kies een nieuw wachtwoord",
        until: |moment| format!("Je hebt tot {moment}"),
        password: "Nieuw wachtwoord",
        confirm: "Herhaal het wachtwoord",
        beginning: "Begin van je nieuwe wachtwoord",
        beginning_hint: "Wij maken er een einde aan vast en laten het hele wachtwoord één keer zien.",
        beginning_confirm: "Herhaal het begin",
        generated: "Wij maken een sterk wachtwoord voor je en laten het één keer zien. Zorg dat je het meteen kunt bewaren, bijvoorbeeld in een wachtwoordmanager.",
        save: "Stel dit wachtwoord in",
        make: "Maak mijn wachtwoord",
        broken: "Dit wachtwoord voldoet niet aan alle regels. Zie de lijst hierboven.",
    },
    rules: Rules {
        heading: "Regels voor het nieuwe wachtwoord",
        beginning_heading: "Regels voor het begin",
        not_yet: "Nog niet goed:",
        length: |min, max| format!("{min} tot en met {max} tekens"),
        length_max: |max| format!("samen met ons einde hoogstens {max} tekens"),
        uppercase: |count| at_least(count, "hoofdletter", "s"),
        lowercase: |count| at_least(count, "kleine letter", "s"),
        digits: |count| at_least(count, "cijfer", "s"),
        symbols: |count| format!("{}, zoals ! of ?", at_least(count, "symbool", "en")),
        last_name: "zonder je achternaam",
        reuse: "niet eerder door jou gebruikt",
        common: "geen wachtwoord dat veel mensen gebruiken",
    },
    unlock: Unlock {
        heading: "Ontgrendel je account",
        lead: "Er zijn te veel verkeerde wachtwoorden getypt. Daarom is het account vergrendeld. Je wachtwoord blijft zoals het is.",
        button: "Ontgrendel nu",
    },
    recover: Recover {
        heading: "Weer in je account komen",
        lead: "Eerst een paar vragen, zodat er niemand anders in komt.",
        reason: "Wat is er aan de hand?",
        forgot: "Ik ben mijn wachtwoord vergeten",
        forgot_hint: "Je kiest een nieuw wachtwoord.",
        locked: "Ik weet mijn wachtwoord, maar kan niet inloggen",
        locked_hint: "Wij halen de vergrendeling eraf. Je wachtwoord blijft zoals het is.",
    },
    method: Method {
        heading: "Hoe wil je verder?",
        until: |moment| format!("Je kunt verder tot {moment}"),
        by_phone: "Met een code op je telefoon",
        phone: "Je telefoonnummer",
        phone_hint: |hint| format!("Typ het hele nummer. Het eindigt op {hint}."),
        sms: "Stuur mij een sms",
        voice: "Bel mij",
        by_mail: "Met een link in een mail",
        mail_lead: |hint| format!("We sturen de link naar {hint}."),
        mail: "Mail mij een link",
    },
    code: Code {
        heading: "Typ de code",
        sms_lead: |hint| {
            format!("Er is een sms met een code onderweg naar het nummer dat eindigt op {hint}.")
        },
        voice_lead: |hint| {
            format!("We bellen het nummer dat eindigt op {hint}. Een stem leest de code voor.")
        },
        until: |moment| format!("De code werkt tot {moment}"),
        nobody: "Geef de code aan niemand, ook niet aan de servicedesk.",
        label: "De code",
        missing: "Geen code gekregen?",
        wait: |seconds| match seconds {
            1 => "Over 1 seconde kun je een nieuwe vragen.".to_owned(),
            _ => format!("Over {seconds} seconden kun je een nieuwe vragen."),
        },
        sms_again: "Stuur een nieuwe code",
        voice_again: "Bel mij nog een keer",
    },
    sign_in: SignIn {
        heading: "Inloggen",
        password: "Wachtwoord",
        button: "Log in",
        with: |provider| format!("Log in met {provider}"),
        stuck: "Kom je er niet in?",
        forgot: "Ik ben mijn wachtwoord vergeten",
        magic: "Inloggen zonder wachtwoord, met een link in een mail",
        locked: "Mijn account is vergrendeld",
    },
    to_provider: ToProvider {
        heading: |provider| format!("Op weg naar {provider}"),
        lead: "Die pagina gaat vanzelf open. Daarna kom je hier terug.",
        button: |provider| format!("Naar {provider}"),
    },
    second_step: SecondStep {
        heading: "Nog één stap",
        lead: |tenant| {
            format!("Open de app op je telefoon en typ de code die hij toont voor {tenant}.")
        },
        label: "Code uit je app",
        hint: "Heb je je telefoon niet bij de hand? Typ hier dan een van je herstelcodes.",
        until: |moment| format!("Je hebt tot {moment}"),
    },
    not_me: NotMe {
        heading: "Was jij dit niet?",
        lead: "Laat het weten met de knop hieronder:",
        effects: &[
            "een link of code die nog niet is gebruikt, werkt dan niet meer;",
            "als er al iets is gewijzigd, wordt iedereen uitgelogd uit je account, jij ook, en ziet de servicedesk je melding;",
            "je wachtwoord blijft zoals het is.",
        ],
    },
    done: Done {
        changed: "Je wachtwoord is gewijzigd",
        changed_lead: "Log vanaf nu in met het nieuwe wachtwoord. Je kunt dit venster sluiten.",
        manager: "Gebruik je een wachtwoordmanager, of vult je browser je wachtwoord in? Verwijder daar het oude wachtwoord en bewaar het nieuwe.",
        generated: "Je nieuwe wachtwoord",
        generated_lead: "Je ziet het nu en daarna nooit meer. Bewaar het voordat je verdergaat.",
        unlocked: "Je account is ontgrendeld",
        unlocked_lead: "Log in met het wachtwoord dat je had. Je kunt dit venster sluiten.",
        new_password: "Kies een nieuw wachtwoord",
        signed_in: "Het inloggen werkt",
        signed_in_lead: "Vanaf hier is er niets te openen, dus je kunt dit venster sluiten.",
        signed_in_on: "Ga binnen een paar minuten verder naar waar je vandaan kwam.",
        recovery_code: "Je nieuwe herstelcode",
        recovery_code_lead: "Hij komt in de plaats van de code die je net hebt gebruikt. Je ziet hem nu en daarna nooit meer, dus bewaar hem bij de andere.",
        withdrawn: "De link werkt niet meer",
        withdrawn_lead: "Dank je voor het melden. Er is niets mee gewijzigd. Je kunt dit venster sluiten.",
        reported: "Dank je voor het melden",
        reported_lead: "Iedereen is uitgelogd uit je account en de servicedesk ziet je melding. Kies nu een nieuw wachtwoord en neem contact op met de servicedesk.",
        go_on: "Verder",
    },
    trouble: Trouble {
        another: "Is die mail nergens te vinden? Een nieuwe link komt in de plaats van die erin.",
        ask: "Vraag een nieuwe link aan",
        recover: "Verder met mijn telefoon",
        again: "Begin opnieuw",
        try_again: "Probeer opnieuw",
    },
};

/// "minstens 1 cijfer", "minstens 2 cijfers".
fn at_least(count: u32, what: &str, plural: &str) -> String {
    format!("minstens {count} {what}{}", if count == 1 { "" } else { plural })
}
