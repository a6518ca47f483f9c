use std::collections::BTreeSet;

use super::*;
use crate::policy::PasswordPolicy;
use crate::settings::OwnPassword;

fn of(profile: Profile) -> Settings {
    let password_policy = PasswordPolicy { profile, ..PasswordPolicy::default() };
    Settings { password_policy, ..Settings::default() }
}

/// Everything that a setting decides is the other way round than by default.
fn opposite() -> Settings {
    let mut settings = of(Profile::Custom);
    let policy = &mut settings.password_policy;
    (policy.length_min, policy.length_max) = (15, 64);
    (policy.uppercase_min, policy.digits_min) = (0, 0);
    policy.forbid_last_name = false;
    settings.validity.link_unclicked_seconds = 3600;
    settings.validity.invite_seconds = 3600;
    settings.limits.codes_per_account_day = 21;
    settings.own_password = OwnPassword::WithEnding;
    settings.temporary_passwords_enabled = true;
    settings.support_contact = Some("the \"desk\", 020 123 45 67".to_owned());
    settings
}

const PROFILES: [Profile; 3] = [Profile::Classic, Profile::Nist800_63B4, Profile::Custom];

fn every_report() -> Vec<Report> {
    PROFILES.map(of).into_iter().chain([opposite()]).map(|settings| report(&settings)).collect()
}

fn clause(settings: &Settings, id: &str) -> Clause {
    report(settings).clauses.into_iter().find(|clause| clause.id.ends_with(id)).unwrap()
}

fn verdict(settings: &Settings, id: &str) -> Verdict {
    clause(settings, id).verdict
}

fn violated(settings: &Settings) -> Vec<&'static str> {
    let clauses = report(settings).clauses.into_iter();
    clauses.filter(|clause| clause.verdict == Verdict::Violated).map(|clause| clause.id).collect()
}

#[test]
fn the_report_of_classic() {
    insta::assert_json_snapshot!(report(&of(Profile::Classic)));
}

#[test]
fn the_report_of_nist() {
    insta::assert_json_snapshot!(report(&of(Profile::Nist800_63B4)));
}

#[test]
fn the_report_of_custom_with_everything_the_other_way_round() {
    insta::assert_json_snapshot!(report(&opposite()));
}

#[test]
fn ids_are_unique_and_have_the_form_of_their_standard() {
    for report in every_report() {
        let ids: BTreeSet<_> = report.clauses.iter().map(|clause| clause.id).collect();
        assert_eq!(ids.len(), report.clauses.len());
        for id in ids {
            let nist = id.strip_prefix("NIST SP 800-63B-4 §");
            let number = nist.or_else(|| id.strip_prefix("OWASP ASVS v5.0.0-")).expect(id);
            assert!(number.starts_with(|first: char| first.is_ascii_digit()), "{id}");
        }
    }
}

#[test]
fn every_profile_is_judged_on_the_same_clauses() {
    let ids = |report: &Report| report.clauses.iter().map(|clause| clause.id).collect::<Vec<_>>();
    let reports = every_report();
    assert!(reports.iter().all(|report| ids(report) == ids(&reports[0])));
}

#[test]
fn each_because_is_one_whole_sentence() {
    for clause in every_report().into_iter().flat_map(|report| report.clauses) {
        let because = &clause.because;
        assert!(because.ends_with('.') && !because.contains(". "), "{}: {because}", clause.id);
        assert!(!because.contains("  "), "{}: {because}", clause.id);
        assert!(!clause.title.is_empty() && !clause.title.ends_with('.'), "{}", clause.id);
    }
}

#[test]
fn classic_is_told_what_it_violates() {
    let violated = violated(&of(Profile::Classic));
    for id in [
        "NIST SP 800-63B-4 §3.1.1.2(1)",
        "NIST SP 800-63B-4 §3.1.1.2(5)",
        "NIST SP 800-63B-4 §4.2.1.2(mail)",
        "NIST SP 800-63B-4 §4.2.1.2(confirmation)",
        "OWASP ASVS v5.0.0-6.2.5",
    ] {
        assert!(violated.contains(&id), "{id}");
    }
}

#[test]
fn the_profile_of_nist_violates_nothing_about_passwords_and_mailed_links() {
    let weak = Settings {
        password_policy: PasswordPolicy {
            uppercase_min: 8,
            symbols_min: 8,
            ..of(Profile::Nist800_63B4).password_policy
        },
        ..of(Profile::Nist800_63B4)
    };
    for settings in [of(Profile::Nist800_63B4), weak] {
        for id in violated(&settings) {
            let of_passwords = id.contains("§3.1.1") || id.contains("-6.2.");
            assert!(!of_passwords && !id.contains("§4.2"), "{id}");
        }
    }
}

#[test]
fn what_is_in_effect_is_judged_and_judging_it_again_changes_nothing() {
    let settings = of(Profile::Nist800_63B4);
    assert_eq!(settings.password_policy.length_min, 8);
    assert_eq!(verdict(&settings, "§3.1.1.2(1)"), Verdict::Met);
    assert_eq!(report(&settings), report(&settings.effective()));
}

/// A clause, a change of the custom defaults, and the verdict after it.
type Edge = (&'static str, fn(&mut Settings), Verdict);

#[test]
fn every_verdict_turns_at_its_edge() {
    use Verdict::{Met, Violated};
    let edges: &[Edge] = &[
        ("§2.1.3", |s| s.validity.session_seconds = 2_592_000, Met),
        ("§2.1.3", |s| s.validity.session_seconds = 2_592_001, Violated),
        ("§3.1.1.2(1)", |s| s.password_policy.length_min = 15, Met),
        ("§3.1.1.2(1)", |s| s.password_policy.length_min = 14, Violated),
        ("-6.2.1", |s| s.password_policy.length_min = 8, Met),
        ("-6.2.1", |s| s.password_policy.length_min = 7, Violated),
        ("§3.1.1.2(2)", |s| s.password_policy.length_max = 64, Met),
        ("§3.1.1.2(2)", |s| s.password_policy.length_max = 63, Violated),
        ("-6.2.9", |s| s.password_policy.length_max = 64, Met),
        ("-6.2.9", |s| s.password_policy.length_max = 63, Violated),
        ("§3.2.2(codes)", |s| s.limits.codes_per_account_day = 20, Met),
        ("§3.2.2(codes)", |s| s.limits.codes_per_account_day = 21, Violated),
        ("§3.2.2(codes)", |s| s.limits.codes_per_account_day = u32::MAX, Violated),
        ("§4.2.1.2(phone)", |s| s.validity.code_seconds = 600, Met),
        ("§4.2.1.2(phone)", |s| s.validity.code_seconds = 601, Violated),
        ("-6.5.5", |s| (s.validity.code_seconds, s.second_step.offered) = (600, false), Met),
        ("-6.5.5", |s| (s.validity.code_seconds, s.second_step.offered) = (601, false), Violated),
        ("-6.5.5", |s| (s.validity.code_seconds, s.second_step.offered) = (600, true), Violated),
        ("-6.2.11", |s| s.password_policy.forbid_last_name = true, Met),
        ("-6.2.11", |s| s.password_policy.forbid_last_name = false, Violated),
        ("-6.4.1", |s| s.own_password = OwnPassword::Always, Met),
        ("-6.4.1", |s| s.own_password = OwnPassword::WithEnding, Violated),
        ("-6.4.1", |s| s.own_password = OwnPassword::Generated, Violated),
        ("-6.4.6", |s| s.temporary_passwords_enabled = false, Met),
        ("-6.4.6", |s| s.temporary_passwords_enabled = true, Violated),
        ("§4.6(instructions)", |s| s.support_contact = Some("desk@example.com".into()), Met),
        ("§4.6(instructions)", |s| s.support_contact = None, Violated),
    ];
    for (id, change, expected) in edges {
        let mut settings = of(Profile::Custom);
        change(&mut settings);
        let clause = clause(&settings, id);
        assert_eq!(clause.verdict, *expected, "{id}: {}", clause.because);
    }
}

#[test]
fn a_mailed_link_may_live_for_24_hours_in_all_and_not_a_second_longer() {
    let mut settings = of(Profile::Custom);
    let mut judged = |unclicked_seconds, clicked_seconds| {
        settings.validity.link_unclicked_seconds = unclicked_seconds;
        settings.validity.invite_seconds = unclicked_seconds;
        settings.validity.link_clicked_seconds = clicked_seconds;
        let ids = ["§4.2.1.2(mail)", "§4.2.1.2(confirmation)"];
        ids.map(|id| verdict(&settings, id))
    };
    assert_eq!(judged(85_500, 900), [Verdict::Met; 2]);
    assert_eq!(judged(85_501, 900), [Verdict::Violated; 2]);
    assert_eq!(judged(85_500, 901), [Verdict::Violated; 2]);
    assert_eq!(judged(u32::MAX, u32::MAX), [Verdict::Violated; 2]);
}

#[test]
fn an_invite_and_a_reset_are_judged_apart() {
    let mut settings = of(Profile::Custom);
    settings.validity.link_unclicked_seconds = 3600;
    assert_eq!(verdict(&settings, "§4.2.1.2(mail)"), Verdict::Met);
    assert_eq!(verdict(&settings, "§4.2.1.2(confirmation)"), Verdict::Violated);
}

#[test]
fn each_kind_of_character_that_is_demanded_is_a_violation() {
    let demands: [fn(&mut PasswordPolicy); 4] = [
        |policy| policy.uppercase_min = 1,
        |policy| policy.lowercase_min = 1,
        |policy| policy.digits_min = 1,
        |policy| policy.symbols_min = 1,
    ];
    let mut settings = of(Profile::Custom);
    (settings.password_policy.uppercase_min, settings.password_policy.digits_min) = (0, 0);
    for id in ["§3.1.1.2(5)", "-6.2.5"] {
        assert_eq!(verdict(&settings, id), Verdict::Met);
        for demand in demands {
            let mut demanding = settings.clone();
            demand(&mut demanding.password_policy);
            assert_eq!(verdict(&demanding, id), Verdict::Violated);
        }
    }
}

#[test]
fn a_link_that_signs_in_is_mail_that_authenticates() {
    let mut settings = of(Profile::Custom);
    for (enabled, verdict) in [(true, Verdict::Violated), (false, Verdict::Met)] {
        settings.magic_login.enabled = enabled;
        for id in ["§3.1.3.1", "-6.3.6"] {
            assert_eq!(clause(&settings, id).verdict, verdict, "{id} {enabled}");
        }
    }
}

#[test]
fn a_because_names_the_setting_and_its_value() {
    let settings = of(Profile::Classic);
    for (id, because) in [
        (
            "§3.1.1.2(1)",
            "password_policy.length_min is 8; a password that is the only factor needs 15.",
        ),
        (
            "§4.2.1.2(mail)",
            "validity.link_unclicked_seconds is 172800 and validity.link_clicked_seconds is 900; \
             that is 173700 in all, and 86400 are allowed.",
        ),
        (
            "§3.2.2(codes)",
            "limits.codes_per_account_day is 5, which at 5 tries each is 25; 100 are allowed.",
        ),
    ] {
        assert_eq!(clause(&settings, id).because, because);
    }
}

#[test]
fn a_report_reads_as_the_api_promises() {
    let json = serde_json::to_value(report(&of(Profile::Nist800_63B4))).unwrap();
    assert_eq!(json["profile"], "nist-800-63b-4");
    let verdicts: BTreeSet<_> = every_report()
        .into_iter()
        .flat_map(|report| report.clauses)
        .map(|clause| serde_json::to_value(clause.verdict).unwrap().as_str().unwrap().to_owned())
        .collect();
    assert_eq!(verdicts, ["met", "not_applicable", "violated"].map(str::to_owned).into());
    let keys: Vec<_> = json["clauses"][0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["because", "id", "title", "verdict"]);
}
