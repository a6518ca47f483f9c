//! Every way in which a link or a grant dies, as its holder reads it.

use std::{collections::HashSet, fmt::Write};

use jiff::tz::TimeZone;
use regain_domain::{
    Language, Remedy, Settings,
    link::{DeathCause, WithdrawnReason},
};
use regain_notices::{Dead, death_detail};

const CAUSES: [DeathCause; 11] = [
    DeathCause::Expired,
    DeathCause::ClickExpired,
    DeathCause::Superseded,
    DeathCause::Used,
    DeathCause::Withdrawn(WithdrawnReason::PasswordChanged),
    DeathCause::Withdrawn(WithdrawnReason::AddressChanged),
    DeathCause::Withdrawn(WithdrawnReason::AccountBlocked),
    DeathCause::Withdrawn(WithdrawnReason::AccountDeleted),
    DeathCause::Withdrawn(WithdrawnReason::NotMe),
    DeathCause::Withdrawn(WithdrawnReason::ByDesk),
    DeathCause::Withdrawn(WithdrawnReason::TooManyTries),
];
const REMEDIES: [Remedy; 4] =
    [Remedy::RequestAgain, Remedy::UseNewerLink, Remedy::SignIn, Remedy::ContactSupport];

#[test]
fn every_death_is_told_as_it_is_meant_to_be() {
    let at = "2026-11-22T14:03:27Z".parse().expect("a moment");
    let zone = TimeZone::UTC;
    let mut told = String::new();
    for language in Language::ALL {
        for what in [Dead::Link, Dead::Grant] {
            for (cause, remedy) in CAUSES.into_iter().zip(REMEDIES.into_iter().cycle()) {
                let detail = death_detail(language, &zone, what, cause, at, remedy);
                writeln!(told, "{detail}").expect("a string takes all");
            }
            told.push('\n');
        }
    }
    insta::assert_snapshot!("deaths", told);
}

#[test]
fn every_death_says_the_moment_and_one_step_and_no_two_links_die_alike() {
    let at = "2026-11-22T14:03:27Z".parse().expect("a moment");
    let zone = Settings::default().zone();
    let mut links = HashSet::new();
    for (language, moment) in [
        (Language::En, "15:03 CET on 22 November 2026"),
        (Language::Nl, "22 november 2026 om 15:03 CET"),
    ] {
        for cause in CAUSES {
            for remedy in REMEDIES {
                let link = death_detail(language, &zone, Dead::Link, cause, at, remedy);
                let grant = death_detail(language, &zone, Dead::Grant, cause, at, remedy);
                for detail in [&link, &grant] {
                    assert!(detail.contains(moment), "{detail}");
                    assert_eq!(detail.matches(". ").count(), 1, "two sentences: {detail}");
                    assert!(detail.ends_with('.'), "{detail}");
                }
                assert!(links.insert(link), "{cause:?} {remedy:?}");
            }
        }
    }
}
