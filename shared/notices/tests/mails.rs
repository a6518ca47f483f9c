//! What every mail must hold, whatever names are in it; and every mail as it is read.

use jiff::Timestamp;
use regain_domain::Language;
use regain_notices::{AccountBlocked, Mail, PasswordChanged, ResetLink};

const URL: &str =
    "https://id.example.com/p/demo/link/1k0r7zq4m8s2v6w9x3y5b1c7d2f8g4h6j0k5m9n3p7q1r5s8t2v6w0xyz";
const NOT_ME_URL: &str = "https://id.example.com/p/demo/not-me/1k0r7zq4m8s2v6w9x3y5b1c7d2f8g4h6j0k5m9n3p7q1r5s8t2v6w0xyz";
const CONTACT: &str = "servicedesk@example.com, 010 123 45 67";

#[expect(clippy::expect_used, reason = "a moment of a test that is none should fail it")]
fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn reset_link<'a>(tenant_name: &'a str, first_name: Option<&'a str>) -> ResetLink<'a> {
    ResetLink {
        tenant_name,
        first_name,
        support_contact: Some(CONTACT),
        login: "m.devries@example.com",
        url: URL,
        not_me_url: NOT_ME_URL,
        requested_at: at("2026-11-22T14:03:27Z"),
        valid_until: at("2026-11-24T14:03:28Z"),
        click_minutes: 15,
        support_code: "K7Q2M9X",
    }
}

fn password_changed<'a>(tenant_name: &'a str, first_name: Option<&'a str>) -> PasswordChanged<'a> {
    PasswordChanged {
        tenant_name,
        first_name,
        support_contact: Some(CONTACT),
        changed_at: at("2026-11-22T14:09:51Z"),
        not_me_url: NOT_ME_URL,
        support_code: "K7Q2M9X",
    }
}

fn account_blocked<'a>(tenant_name: &'a str, first_name: Option<&'a str>) -> AccountBlocked<'a> {
    AccountBlocked {
        tenant_name,
        first_name,
        support_contact: Some(CONTACT),
        requested_at: at("2026-11-22T14:03:27Z"),
        support_code: "K7Q2M9X",
    }
}

/// Every mail in every language, with these names in it.
fn mails(tenant_name: &str, first_name: Option<&str>) -> Vec<(String, Mail)> {
    let all = Language::ALL.into_iter().flat_map(|language| {
        let support_contact = Some(tenant_name);
        let reset = ResetLink { support_contact, ..reset_link(tenant_name, first_name) };
        let changed =
            PasswordChanged { support_contact, ..password_changed(tenant_name, first_name) };
        let blocked =
            AccountBlocked { support_contact, ..account_blocked(tenant_name, first_name) };
        [
            (format!("reset_link.{}", language.as_str()), reset.mail(language)),
            (format!("password_changed.{}", language.as_str()), changed.mail(language)),
            (format!("account_blocked.{}", language.as_str()), blocked.mail(language)),
        ]
    });
    all.collect()
}

#[test]
fn every_mail_reads_as_it_is_meant_to() {
    for language in Language::ALL {
        for (name, mail) in [
            ("reset_link", reset_link("Demo", Some("Marijke")).mail(language)),
            ("password_changed", password_changed("Demo", Some("Marijke")).mail(language)),
            ("account_blocked", account_blocked("Demo", Some("Marijke")).mail(language)),
        ] {
            let Mail { subject, text, html } = mail;
            let whole = format!("Subject: {subject}\n\n{text}\n\n----\n{html}");
            insta::assert_snapshot!(format!("{name}.{}", language.as_str()), whole);
        }
    }
}

#[test]
fn a_subject_is_one_line_whatever_the_names() {
    for tenant in
        ["Demo\r\nBcc: all@example.com", "a\u{2028}b\u{85}c\0d\u{202e}e", &"Long ".repeat(100)]
    {
        for (name, Mail { subject, .. }) in mails(tenant, Some("Jan\r\nX: y")) {
            assert!(
                !subject.chars().any(|c| c.is_control() || "\u{2028}\u{202e}".contains(c)),
                "{name}"
            );
            assert!(subject.chars().count() <= 110, "{name}: {subject}");
            assert!(
                subject.contains("UTC)"),
                "{name}: what tells it from the next is cut: {subject}"
            );
        }
    }
}

#[test]
fn markup_and_templates_in_names_are_inert() {
    for injected in [
        "<img src=x onerror=alert(1)>",
        "</td></tr></table><script>alert(1)</script>",
        "\"><a href=\"https://evil.example\">",
        "' onmouseover='alert(1)",
        "{{7*7}}${7*7}{% include \"x\" %}",
        "<!-- &lt;b&gt;",
    ] {
        let plain = mails("Demo", Some("Marijke"));
        for ((name, mail), (_, plain)) in mails(injected, Some(injected)).into_iter().zip(plain) {
            let tags = |html: &str| html.matches('<').count();
            assert_eq!(tags(&mail.html), tags(&plain.html), "{name}: {injected}");
            let quotes = |html: &str| html.matches(['"', '\'']).count();
            assert_eq!(quotes(&mail.html), quotes(&plain.html), "{name}: {injected}");
            assert!(!mail.html.contains("49") && !mail.text.contains("49"), "{name}: {injected}");
        }
    }
}

#[test]
fn a_login_or_a_link_with_markup_in_it_is_inert() {
    let mut reset = reset_link("Demo", None);
    reset.login = "\"<b>x\"@example.com";
    reset.url = "https://id.example.com/?a=1&b=\"><script>";
    for language in Language::ALL {
        let html = reset.mail(language).html;
        assert!(!html.contains("<b>") && !html.contains("<script>"), "{html}");
    }
}

#[test]
fn a_name_adds_no_line_and_no_link_to_the_text() {
    let plain = mails("Demo", Some("Marijke"));
    let hostile =
        mails("Demo\n\nhttps://evil.example/", Some("Jan,\n\nclick https://evil.example/"));
    for ((name, hostile), (_, plain)) in hostile.into_iter().zip(plain) {
        assert_eq!(hostile.text.lines().count(), plain.text.lines().count(), "{name}");
        assert!(!hostile.text.lines().any(|line| line.starts_with("https://evil")), "{name}");
        assert!(!hostile.text.lines().next().is_some_and(|line| line.contains("evil")), "{name}");
    }
}

#[test]
fn every_url_stands_unbroken_on_a_line_of_its_own() {
    for (name, Mail { text, html, .. }) in mails(&"Very long name ".repeat(20), Some("Marijke")) {
        let lines = |url: &str| text.lines().filter(|line| *line == url).count();
        let expected = if name.starts_with("reset_link") { (1, 1) } else { (0, 1) };
        let expected = if name.starts_with("account_blocked") { (0, 0) } else { expected };
        assert_eq!((lines(URL), lines(NOT_ME_URL)), expected, "{name}");
        assert_eq!(text.matches("://").count(), expected.0 + expected.1, "{name}");
        assert_eq!(html.matches(&format!(">{NOT_ME_URL}<")).count(), expected.1, "{name}");
        assert_eq!(html.matches(&format!("href=\"{URL}\"")).count(), 2 * expected.0, "{name}");
    }
}

#[test]
fn the_html_loads_nothing_follows_nobody_and_names_its_language() {
    for (name, Mail { html, .. }) in mails("Demo", Some("Marijke")) {
        for forbidden in ["<img", "<script", "<link", "<iframe", "<form", "url(", "@import", "src="]
        {
            assert!(!html.contains(forbidden), "{name}: {forbidden}");
        }
        assert_eq!(html.matches("<a ").count(), html.matches("<a ses:no-track ").count(), "{name}");
        let language = name.rsplit('.').next().expect("a language");
        assert!(html.starts_with("<!doctype html>"), "{name}");
        assert!(html.contains(&format!("<html lang=\"{language}\">")), "{name}");
    }
}

#[test]
fn who_has_no_first_name_is_greeted_all_the_same() {
    for (name, Mail { text, html, .. }) in mails("Demo", None) {
        let hello = if name.ends_with("nl") { "Hallo," } else { "Hello," };
        assert!(text.starts_with(&format!("{hello}\n")), "{name}");
        assert!(html.contains(&format!(">{hello}<")), "{name}");
    }
}

#[test]
fn a_tenant_without_a_support_contact_is_named_instead() {
    for support_contact in [None, Some(" \n")] {
        let mail = AccountBlocked { support_contact, ..account_blocked("Demo", None) };
        let text = mail.mail(Language::En).text;
        assert!(text.contains("\nContact the service desk of Demo.\nThey can tell you"), "{text}");
        let text = mail.mail(Language::Nl).text;
        assert!(text.contains("\nNeem contact op met de servicedesk van Demo.\nDaar"), "{text}");
    }
}

#[test]
fn without_a_support_contact_only_the_code_is_named_for_help() {
    for support_contact in [None, Some(" \n")] {
        for (language, line) in [
            (Language::En, "Do you need help? Give the service desk this support code: "),
            (Language::Nl, "Hulp nodig? Geef de servicedesk deze supportcode: "),
        ] {
            let reset = ResetLink { support_contact, ..reset_link("Demo", None) };
            let changed = PasswordChanged { support_contact, ..password_changed("Demo", None) };
            for mail in [reset.mail(language), changed.mail(language)] {
                assert!(mail.text.ends_with(&format!("\n{line}K7Q2M9X")), "{}", mail.text);
                assert!(mail.html.contains(&format!(">{line}<strong")), "{}", mail.html);
            }
        }
    }
}

#[test]
fn both_bodies_say_until_when_how_long_and_the_support_code() {
    for (language, until, time) in [
        (Language::En, "14:03 UTC on 24 November 2026", "1 hour and 1 minute"),
        (Language::Nl, "24 november 2026 om 14:03 UTC", "1 uur en 1 minuut"),
    ] {
        let mail = ResetLink { click_minutes: 61, ..reset_link("Demo", None) }.mail(language);
        for body in [&mail.text, &mail.html] {
            assert!(body.contains(until) && body.contains(time) && body.contains("K7Q2M9X"));
        }
    }
}
