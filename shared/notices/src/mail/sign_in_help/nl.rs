//! What is known of an account that does not get in, and what to do, in Dutch.

use jiff::tz::TimeZone;
use regain_domain::account::BlockReason;
use regain_domain::link::LinkPurpose;
use regain_domain::{Language::Nl, tries::Lock};

use crate::moment::{exact_moment, moment, moment_not_before};
use crate::named::{all_of, any_of};
use crate::{Dead, death::death_story};

use super::{Advice, Button, HelpStep, LastLink, PasswordStands, SignInHelp};

/// Only what says something; one at least.
pub(super) fn facts(help: &SignInHelp<'_>) -> Vec<String> {
    let zone = help.letterhead.zone;
    let is_open = help.blocked.is_none() && help.lock.is_none();
    let linked = |names| format!("Je account is gekoppeld aan {names}.");
    [
        is_open
            .then(|| "Je account is open: het is niet geblokkeerd en niet vergrendeld.".to_owned()),
        help.blocked.map(|reason| format!("Je account is geblokkeerd{}.", because(reason))),
        help.lock.map(|lock| locked(zone, lock)),
        password(zone, help.password),
        help.last_link.and_then(|link| last_link(zone, &link)),
        all_of(Nl, help.providers).map(linked),
        help.second_step.then(|| {
            "Bij het inloggen wordt ook een code uit je authenticator-app gevraagd.".to_owned()
        }),
        help.second_step_lock.and_then(|lock| lock.until).map(|until| {
            let until = moment_not_before(Nl, zone, until);
            format!(
                "Er was te vaak een verkeerde code ingevoerd: tot {until} worden geen codes uit de app aangenomen. Een herstelcode wel."
            )
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn because(reason: BlockReason) -> &'static str {
    match reason {
        BlockReason::PaymentOverdue => ", omdat er nog facturen openstaan",
        BlockReason::TrialEnded => ", omdat de proeftijd voorbij is en er nog geen inschrijving is",
        BlockReason::Cancelled => ", omdat het abonnement van je organisatie is opgezegd",
        BlockReason::RevokedByAdmin => ", omdat een beheerder de toegang heeft ingetrokken",
        BlockReason::WrongAccountType => {
            ", omdat het van een ander type is dan waarmee je hier kunt inloggen"
        }
        BlockReason::Other => "",
    }
}

fn locked(zone: &TimeZone, lock: Lock) -> String {
    let since = moment(Nl, zone, lock.since);
    let end = match lock.until.map(|until| moment_not_before(Nl, zone, until)) {
        Some(until) => format!("De vergrendeling gaat er vanzelf af, uiterlijk op {until}."),
        None => "Het blijft vergrendeld tot jij of de servicedesk het ontgrendelt.".to_owned(),
    };
    format!(
        "Je account is vergrendeld op {since}, omdat te vaak een verkeerd wachtwoord was ingevoerd. {end}"
    )
}

fn password(zone: &TimeZone, password: PasswordStands) -> Option<String> {
    Some(match password {
        PasswordStands::Works => return None,
        PasswordStands::None => "Je account heeft geen wachtwoord.".to_owned(),
        PasswordStands::Disabled => {
            "Je wachtwoord is voor de veiligheid uitgeschakeld, omdat er honderd keer achter elkaar een verkeerd wachtwoord was ingevoerd."
                .to_owned()
        }
        PasswordStands::Temporary { until } => format!(
            "Je wachtwoord is tijdelijk en werkt tot {}. Als je ermee inlogt, kies je zelf een wachtwoord.",
            moment(Nl, zone, until)
        ),
        PasswordStands::TemporaryOver => "Je tijdelijke wachtwoord is verlopen.".to_owned(),
    })
}

fn last_link(zone: &TimeZone, link: &LastLink) -> Option<String> {
    let purpose = match link.purpose {
        LinkPurpose::Reset => "een nieuw wachtwoord te kiezen",
        LinkPurpose::Invite => "je eerste wachtwoord te kiezen",
        LinkPurpose::Unlock => "je account te ontgrendelen",
        LinkPurpose::Magic => "in te loggen",
        // No mail brings these.
        LinkPurpose::MustChange | LinkPurpose::CodeReset | LinkPurpose::CodeUnlock => return None,
    };
    let fate = match link.fate {
        Ok(valid_until) => format!("Hij werkt tot {}.", moment(Nl, zone, valid_until)),
        Err(death) => death_story(Nl, zone, Dead::Link, death.cause, death.at),
    };
    let made = exact_moment(Nl, zone, link.requested_at);
    Some(format!("Je laatste link was er een om {purpose}, gemaakt op {made}. {fate}"))
}

/// None: ask the service desk.
pub(super) fn advice<'a>(help: &SignInHelp<'a>) -> Option<Advice<'a>> {
    let page = |words: &str, url, label| {
        Some(Advice { words: words.to_owned(), button: Some(Button { url, label }) })
    };
    match help.step {
        HelpStep::ContactSupport => None,
        HelpStep::UseNewestLink => {
            let words = "Gebruik je laatste link; hij staat in de mail die we je toen stuurden. Zie je die mail niet? Kijk dan ook bij de ongewenste mail.";
            Some(Advice { words: words.to_owned(), button: None })
        }
        HelpStep::UseProvider { url } => {
            let names = any_of(Nl, help.providers).unwrap_or_default();
            page(
                &format!("Log in met {names}. Daar heb je geen wachtwoord voor nodig:"),
                url,
                "Naar de inlogpagina",
            )
        }
        HelpStep::ChoosePassword { url } => {
            page("Kies een wachtwoord. Daarmee kom je binnen:", url, "Kies een wachtwoord")
        }
        HelpStep::TakeLockOff { url } => page(
            "Ontgrendel je account. Je wachtwoord blijft zoals het is:",
            url,
            "Ontgrendel je account",
        ),
        HelpStep::SignIn { url } => page(
            "Meestal zit er een foutje in het wachtwoord, is een ander e-mailadres ingevuld, of vult een apparaat een wachtwoord in dat het verkeerd heeft bewaard. Log in met het adres waarop je deze mail hebt gekregen en typ het wachtwoord zelf. Lukt het op één apparaat niet? Probeer daar dan een andere browser. Hier log je in:",
            url,
            "Naar de inlogpagina",
        ),
    }
}
