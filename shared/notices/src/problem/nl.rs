//! The problems in Dutch.

super::words! {
    InvalidRequest: "Het verzoek klopt niet",
        "Een deel van het verzoek ontbreekt of heeft de verkeerde vorm. De lijst met fouten zegt welk deel.";
    BodyTooLarge: "Het verzoek is te groot",
        "Het verzoek is groter dan wat hier wordt aangenomen.";
    UnsupportedMediaType: "Dit mediatype kan hier niet",
        "Dit adres neemt dit mediatype niet aan, of niet gecomprimeerd. Het veld `accepted` zegt wat het wel aanneemt.";
    MethodNotAllowed: "Deze methode kan hier niet",
        "Dit adres neemt die methode niet aan. De header Allow noemt de methoden die wel kunnen.";
    NotFound: "Niet gevonden",
        "Op dit adres is niets te vinden.";
    TenantUnknown: "Onbekende organisatie",
        "Er is geen organisatie bekend met de naam in dit adres.";
    Unauthorized: "Er is een geldige sleutel of sessie nodig",
        "Die ontbreekt, of is hier niet bekend.";
    Forbidden: "Deze sleutel mag dit niet",
        "De rol van de sleutel gaat niet zo ver. Gebruik een sleutel met een rol die dit wel mag.";
    AccountUnknown: "Onbekend account",
        "Deze organisatie heeft geen account met het id in dit adres. Misschien is het verwijderd.";
    ApiKeyUnknown: "Onbekende sleutel",
        "Deze organisatie heeft geen sleutel met het id in dit adres. Misschien is hij al ingetrokken.";
    CursorUnknown: "Onbekende cursor",
        "De cursor komt niet uit deze lijst. Begin opnieuw bij de eerste pagina.";
    SupportCodeUnknown: "Onbekende supportcode",
        "De code is onbekend, ouder dan 90 dagen, of wat erbij hoort is nog niet verwerkt. Controleer de code, of probeer het zo dadelijk opnieuw.";
    TenantExists: "Deze naam is bezet",
        "Een organisatie heeft deze naam, of had hem tot ze werd verwijderd. Een naam wordt nooit twee keer uitgegeven, dus kies een andere.";
    AccountExists: "Deze login is bezet",
        "Deze organisatie heeft al een account met deze login. Wijzig dat account, of kies een andere login.";
    PreconditionFailed: "De voorwaarde past niet bij de instellingen",
        "If-Match past niet bij de instellingen zoals ze nu zijn, dus er is niets gewijzigd. Lees ze opnieuw en wijzig ze dan met de ETag uit dat antwoord.";
    SettingsInvalid: "Een aantal instellingen kan zo niet",
        "De lijst met fouten zegt welke, en binnen welke grenzen ze moeten blijven.";
    TooManyApiKeys: "Er zijn te veel sleutels",
        "Deze organisatie heeft zoveel sleutels als ze mag hebben. Trek er een in die niet meer nodig is en probeer het dan opnieuw.";
    TemporaryPasswordsDisabled: "Tijdelijke wachtwoorden staan niet aan",
        "Deze organisatie heeft ze niet aangezet, of nog maar net: een wijziging van de instellingen telt binnen een minuut. Stuur in plaats daarvan een link om een wachtwoord te kiezen, of probeer het over een minuut opnieuw.";
    TooManyLines: "Er zijn te veel regels",
        "Een import neemt per aanroep hoogstens 500 regels aan. Verdeel hem over meer aanroepen.";
    TooManyRequests: "Te veel verzoeken",
        "Dit is in korte tijd te vaak gevraagd. Wacht even en probeer het dan opnieuw.";
    Unavailable: "Dit lukt nu even niet",
        "Probeer het over een ogenblik opnieuw.";
    Internal: "Er ging bij ons iets mis",
        "Het ligt niet aan jou. Probeer het opnieuw en neem contact op met de servicedesk als het misgaat.";
    LinkDamaged: "De link is beschadigd",
        "Een deel van de link is onderweg verloren gegaan of veranderd. Klik erop in de mail, of kopieer hem helemaal.";
    LinkUnknown: "Deze link kennen we niet",
        "De link is niet hier gemaakt, is voor iets anders dan dit, of is zo oud dat we hem niet meer hebben. Open hem opnieuw vanuit de mail, of vraag een nieuwe link aan.";
    LinkExpired: "De link is verlopen",
        "De link is niet op tijd aangeklikt. Vraag een nieuwe link aan.";
    LinkClickExpired: "De tijd na het klikken is voorbij",
        "De link is aangeklikt, maar daarna niet op tijd gebruikt. Vraag een nieuwe link aan.";
    LinkSuperseded: "Er is een nieuwere link",
        "Alleen de nieuwste link werkt. Gebruik de link uit de laatste mail.";
    LinkUsed: "De link is al gebruikt",
        "Een link werkt één keer. Log in of vraag een nieuwe link aan.";
    LinkWithdrawn: "De link is ingetrokken",
        "De link is stopgezet voordat hij was gebruikt. Vraag een nieuwe link aan of neem contact op met de servicedesk.";
    GrantExpired: "De tijd voor deze stap is voorbij",
        "Vraag een nieuwe link of een nieuwe code aan om het opnieuw te proberen.";
    GrantUsed: "Deze stap is al voltooid",
        "Hij werkt één keer. Log in met het huidige wachtwoord.";
    GrantWithdrawn: "Deze stap is stopgezet",
        "De link of de code waarmee hij begon, is vervangen of ingetrokken. Gebruik de nieuwste of vraag een andere aan.";
    CaptchaUnknown: "Deze tekens kennen we niet",
        "Ze zijn hier niet uitgegeven, of een deel van hun adres is verloren gegaan. Vraag nieuwe tekens aan.";
    CaptchaExpired: "De tekens zijn verlopen",
        "Ze gelden vijf minuten. Vraag nieuwe tekens aan en typ die over.";
    CaptchaWrong: "Dat zijn niet de juiste tekens",
        "Kijk of luister nog een keer; kleine letters en hoofdletters kunnen hier verschil maken. Je kunt ook andere tekens aanvragen.";
    CaptchaSpent: "Deze tekens kunnen niet meer worden gebruikt",
        "Ze zijn al gebruikt, of drie keer verkeerd getypt. Vraag nieuwe tekens aan en typ die over.";
    GrantUnknown: "Deze stap kennen we niet",
        "Misschien was hij voor iets anders. Begin opnieuw met de link in de mail, of vraag een nieuwe code aan.";
    PasswordRejected: "Het wachtwoord voldoet niet aan alle regels",
        "De lijst met overtredingen zegt aan welke niet. Probeer een ander wachtwoord.";
    SignInFailed: "Inloggen lukt niet",
        "Het e-mailadres en het wachtwoord horen niet bij elkaar. Controleer ze allebei, of vraag een link aan om een nieuw wachtwoord te kiezen.";
    AccountBlocked: "Dit account is geblokkeerd",
        "Zolang het geblokkeerd is, kan het niet worden gebruikt. De servicedesk kan je meer vertellen.";
    PasswordMustChange: "Kies eerst een nieuw wachtwoord",
        "Het wachtwoord klopte en was tijdelijk. Kies zelf een wachtwoord met de grant in dit antwoord.";
    AccountLocked: "Dit account is vergrendeld",
        "Er is te vaak een verkeerd wachtwoord ingevoerd. Ontgrendel het account per e-mail, sms of telefoon; noemt `until` een tijd, dan gaat de vergrendeling er dan vanzelf af.";
    PasswordDisabled: "Dit wachtwoord is uitgeschakeld",
        "Dat is voor de veiligheid gedaan, na honderd verkeerde achter elkaar. Kies een nieuw wachtwoord via “wachtwoord vergeten”.";
    RecoveryUnknown: "Dit herstel kennen we niet",
        "Het is niet hier begonnen, of zo lang geleden dat we het niet meer hebben. Begin opnieuw.";
    RecoveryExpired: "De tijd voor dit herstel is voorbij",
        "Het is niet op tijd voltooid. Begin opnieuw om een nieuwe code te krijgen.";
    RecoverySpent: "Dit herstel is afgelopen",
        "Het is voltooid of gestopt, of er zijn geen pogingen of mails meer over. Begin opnieuw als je nog niet in je account bent.";
    PhoneMismatch: "Dit nummer klopt niet",
        "Voer het volledige telefoonnummer in dat op de getoonde cijfers eindigt, of kies een andere manier.";
    CodeWrong: "De code klopt niet",
        "Voer de nieuwste code helemaal in; komt hij uit een app, kijk dan of de telefoon de juiste tijd aangeeft. Worden pogingen afgeteld en zijn er geen meer over, begin dan opnieuw.";
    CodeExpired: "De code is verlopen",
        "De code is niet op tijd ingevoerd. Vraag een nieuwe code aan.";
    CodeSpent: "Deze code werkt niet meer",
        "De code is gebruikt of gestopt, of er waren geen pogingen meer over. Begin opnieuw om een nieuwe te krijgen.";
    MagicLoginDisabled: "Links om in te loggen staan niet aan",
        "Deze organisatie biedt ze nu niet aan. Log op een andere manier in.";
    PasswordWrong: "Het wachtwoord klopt niet",
        "Typ je huidige wachtwoord om dit te wijzigen. Te veel verkeerde vergrendelen het account.";
    CodeUsed: "Deze code is al gebruikt",
        "Een code werkt één keer. Wacht op de volgende in je app, hoogstens een halve minuut.";
    SecondStepLocked: "Er zijn te veel verkeerde codes ingevoerd",
        "Voor de veiligheid worden tot de tijd in `until` geen codes uit de app aangenomen. Een herstelcode wordt nu wel aangenomen.";
    SecondStepDisabled: "Codes uit deze app worden niet meer aangenomen",
        "Dat is voor de veiligheid gedaan, na honderd verkeerde achter elkaar. Gebruik een herstelcode of vraag het de servicedesk.";
    SecondStepNotOffered: "Tweestapsverificatie kan hier niet",
        "Deze organisatie heeft dit uitgezet, of nog maar net aangezet: een wijziging van de instellingen telt binnen een minuut.";
    SecondStepMissing: "Er is geen tweestapsverificatie ingesteld",
        "Voor dit account is er geen, of het instellen duurde te lang. Wil je er een, begin dan met instellen.";
    SignInUnknown: "Deze inlogpoging kennen we niet",
        "Ze is niet hier begonnen, of hoort bij een andere browser. Log opnieuw in.";
    SignInOver: "Deze inlogpoging is afgelopen",
        "Ze duurde te lang, was al voltooid, of het account is sindsdien gewijzigd. Log opnieuw in.";
    SessionEnded: "De sessie is afgelopen",
        "Ze is verlopen, uitgelogd, of beëindigd omdat het account is gewijzigd, zoals door een nieuw wachtwoord. Log opnieuw in.";
    ProviderUnknown: "Deze aanbieder is niet ingesteld",
        "Bij deze organisatie logt niemand ermee in. Log op een andere manier in.";
    ProviderUnavailable: "De aanbieder antwoordt nu even niet",
        "Probeer het over een ogenblik opnieuw, of log op een andere manier in.";
    ProviderTaken: "Dit is al aan een ander account gekoppeld",
        "Wat je bij Google, Microsoft of LinkedIn koos, is hier al gekoppeld aan een ander account. Kies een ander, of koppel het daar eerst los.";
    ProviderNotLinked: "Deze aanbieder is niet gekoppeld",
        "Hij is niet aan dit account gekoppeld, dus er valt niets los te koppelen.";
}
