//! What the owner of an account is told who asked why signing in does not work: each fact, each
//! step, in both languages.

use std::fmt::Write;

use jiff::{Timestamp, tz::TimeZone};
use regain_domain::account::BlockReason;
use regain_domain::colour::Accent;
use regain_domain::link::{Death, DeathCause, LinkPurpose};
use regain_domain::{Language, Provider, tries::Lock};
use regain_notices::{HelpStep, LastLink, Letterhead, Mail, PasswordStands, SignInHelp};

const URL: &str = "https://id.example.com/p/demo/sign-in";
static ZONE: TimeZone = TimeZone::UTC;
const MAILED: [LinkPurpose; 4] =
    [LinkPurpose::Reset, LinkPurpose::Invite, LinkPurpose::Unlock, LinkPurpose::Magic];

#[expect(clippy::expect_used, reason = "a moment of a test that is none should fail it")]
fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// An account that nothing is the matter with.
fn open() -> SignInHelp<'static> {
    SignInHelp {
        letterhead: Letterhead {
            tenant_name: "Demo",
            first_name: None,
            support_contact: None,
            support_code: "K7Q2M9X",
            zone: &ZONE,
            accent: Accent::default(),
        },
        requested_at: at("2026-11-22T14:03:27Z"),
        blocked: None,
        lock: None,
        password: PasswordStands::Works,
        last_link: None,
        providers: &[],
        second_step: false,
        second_step_lock: None,
        step: HelpStep::SignIn { url: URL },
    }
}

fn locked(until: Option<&str>) -> Option<Lock> {
    Some(Lock { since: at("2026-11-22T14:01:13Z"), until: until.map(at) })
}

fn last_link(purpose: LinkPurpose, fate: Result<Timestamp, Death>) -> Option<LastLink> {
    Some(LastLink { purpose, requested_at: at("2026-11-22T13:41:07Z"), fate })
}

fn died(cause: DeathCause) -> Result<Timestamp, Death> {
    Err(Death { cause, at: at("2026-11-22T13:56:08Z") })
}

/// What there is to say, each in a case of its own, with the step that goes with it.
fn cases() -> Vec<SignInHelp<'static>> {
    let lives = Ok(at("2026-11-24T13:41:08Z"));
    let choose = HelpStep::ChoosePassword { url: URL };
    let unlock = HelpStep::TakeLockOff { url: URL };
    let blocked =
        |reason| SignInHelp { blocked: Some(reason), step: HelpStep::ContactSupport, ..open() };
    let linked = |step| SignInHelp {
        password: PasswordStands::None,
        providers: &Provider::ALL,
        step,
        ..open()
    };
    let newest = |purpose| SignInHelp {
        last_link: last_link(purpose, lives),
        step: HelpStep::UseNewestLink,
        ..open()
    };
    let dead =
        |cause| SignInHelp { last_link: last_link(LinkPurpose::Magic, died(cause)), ..open() };
    let until = at("2026-11-23T14:09:51Z");
    let mut all = vec![
        open(),
        SignInHelp { second_step: true, ..open() },
        SignInHelp { lock: locked(None), step: unlock, ..open() },
        SignInHelp { lock: locked(Some("2026-11-22T14:16:13Z")), step: unlock, ..open() },
        SignInHelp { password: PasswordStands::None, step: choose, ..open() },
        SignInHelp { password: PasswordStands::Disabled, step: choose, ..open() },
        SignInHelp { password: PasswordStands::Temporary { until }, ..open() },
        SignInHelp { password: PasswordStands::TemporaryOver, step: choose, ..open() },
        linked(HelpStep::UseProvider { url: URL }),
    ];
    all.extend(BlockReason::ALL.map(blocked));
    all.extend(MAILED.map(newest));
    all.extend([DeathCause::Expired, DeathCause::Superseded, DeathCause::Used].map(dead));
    all.push(SignInHelp {
        lock: locked(None),
        password: PasswordStands::Disabled,
        last_link: last_link(LinkPurpose::Reset, died(DeathCause::ClickExpired)),
        providers: &[Provider::Google],
        second_step: true,
        second_step_lock: locked(Some("2026-11-22T14:16:13Z")),
        ..blocked(BlockReason::PaymentOverdue)
    });
    all
}

/// The facts and the step, which are what the cases differ in.
fn told(text: &str) -> Vec<&str> {
    text.split("\n\n").skip(2).take_while(|paragraph| !paragraph.starts_with("Was ")).collect()
}

#[test]
fn every_fact_and_every_step_reads_as_it_is_meant_to() {
    let mut all = String::new();
    for language in Language::ALL {
        for help in cases() {
            let Mail { text, .. } = help.mail(language);
            writeln!(all, "{}\n", told(&text).join("\n")).expect("a string takes all");
        }
    }
    insta::assert_snapshot!("sign_in_help", all);
}

#[test]
fn both_bodies_say_the_same_facts_and_one_step() {
    for language in Language::ALL {
        for help in cases() {
            let Mail { text, html, .. } = help.mail(language);
            let told = told(&text);
            let facts: Vec<_> = told[0].lines().collect();
            assert_eq!(html.matches("<li ").count(), facts.len(), "{html}");
            for fact in facts {
                let fact = fact.strip_prefix("- ").expect("a fact on a line of its own");
                assert!(html.contains(fact), "{fact}: {html}");
            }
            let urls = told.iter().filter(|paragraph| **paragraph == URL).count();
            let has_page = !matches!(help.step, HelpStep::ContactSupport | HelpStep::UseNewestLink);
            assert_eq!(urls, usize::from(has_page), "{text}");
            assert_eq!(html.matches("href=").count(), 2 * urls, "{html}");
        }
    }
}

#[test]
fn an_account_is_called_open_only_if_it_is() {
    for (language, open) in
        [(Language::En, "Your account is open"), (Language::Nl, "Je account is open")]
    {
        for help in cases() {
            let Mail { text, html, .. } = help.mail(language);
            let is_open = help.blocked.is_none() && help.lock.is_none();
            assert_eq!((text.contains(open), html.contains(open)), (is_open, is_open), "{text}");
        }
    }
}

#[test]
fn a_lock_is_never_told_to_be_over_too_soon() {
    let help = SignInHelp { lock: locked(Some("2026-11-22T14:16:00.000001Z")), ..open() };
    for language in Language::ALL {
        let Mail { text, .. } = help.mail(language);
        assert!(text.contains("14:17 UTC") && !text.contains("14:16"), "{text}");
    }
}

#[test]
fn a_link_that_no_mail_brings_is_not_told_of() {
    for purpose in LinkPurpose::ALL {
        for language in Language::ALL {
            let last_link = last_link(purpose, Ok(at("2026-11-24T13:41:08Z")));
            let Mail { text, .. } = SignInHelp { last_link, ..open() }.mail(language);
            assert_eq!(text.contains("13:41:07"), MAILED.contains(&purpose), "{text}");
        }
    }
}
