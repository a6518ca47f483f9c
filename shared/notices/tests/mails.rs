//! What every mail must hold, whatever names are in it; and every mail as it is read.

use std::collections::HashSet;

#[path = "mails/samples.rs"]
mod samples;

use regain_domain::colour::Accent;
use regain_domain::{Language, Provider, link::Origin, recovery::CodeChannel, second_step::Change};
use regain_notices::{
    AccountLocked, Address, CodeSent, Invite, Letterhead, LoginChanged, MagicLink, Mail,
    MailedLink, PasswordChanged, PasswordDisabled, ResetLink, SecondStepChanged, TemporaryPassword,
    UnlockLink,
};

use samples::{
    NOT_ME_URL, URL, account_locked, at, code_sent, invite, letterhead, login_changed, magic_link,
    mailed_link, mails, mails_in, password_disabled, phone_changed, reset_link,
    second_step_changed, second_step_guessed, temporary_password, unlock_link, unlocked,
};

#[test]
fn every_mail_reads_as_it_is_meant_to() {
    for language in Language::ALL {
        for (name, mail) in mails_in(language, letterhead("Demo", Some("Marijke"))) {
            let Mail { subject, text, html } = mail;
            let whole = format!("Subject: {subject}\n\n{text}\n\n----\n{html}");
            insta::assert_snapshot!(name, whole);
        }
    }
}

#[test]
fn no_two_kinds_of_mail_share_a_subject() {
    let mails = mails("Demo", None);
    let subjects: HashSet<_> = mails.iter().map(|(_, mail)| &mail.subject).collect();
    assert_eq!(subjects.len(), mails.len(), "{subjects:?}");
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
                subject.ends_with(":03)") || subject.ends_with(":09)"),
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

/// Every mail that names a login or a hint, with `named` in its place.
fn mails_that_name(named: &str, url: &str) -> Vec<Mail> {
    let letterhead = letterhead("Demo", None);
    let link = MailedLink { login: named, url, ..mailed_link("2026-11-24T14:03:28Z") };
    let naming = |language| {
        let reset = |origin| ResetLink { link, ..reset_link(letterhead, origin) };
        let invite = Invite { link, ..invite(letterhead) };
        let old = login_changed(letterhead, Address::Old);
        let unlock = |origin| UnlockLink { link, ..unlock_link(letterhead, origin) };
        let locked = AccountLocked { link, ..account_locked(letterhead, None) };
        let disabled = PasswordDisabled { link, ..password_disabled(letterhead) };
        let sent = |channel| CodeSent { phone_hint: named, ..code_sent(letterhead, channel) };
        [
            reset(Origin::SelfService).mail(language),
            reset(Origin::BackOffice).mail(language),
            invite.mail(language),
            LoginChanged { new_login_hint: named, ..old }.mail(language),
            phone_changed(letterhead, Some(named)).mail(language),
            unlock(Origin::SelfService).mail(language),
            unlock(Origin::BackOffice).mail(language),
            locked.mail(language),
            disabled.mail(language),
            MagicLink { link, ..magic_link(letterhead) }.mail(language),
            sent(CodeChannel::Sms).mail(language),
            sent(CodeChannel::Voice).mail(language),
        ]
    };
    Language::ALL.into_iter().flat_map(naming).collect()
}

#[test]
fn a_login_a_hint_or_a_link_with_markup_in_it_is_inert() {
    let url = "https://id.example.com/?a=1&b=\"><script>";
    for Mail { html, .. } in mails_that_name("\"<b>x\"@example.com", url) {
        assert!(!html.contains("<b>") && !html.contains("<script>"), "{html}");
    }
}

#[test]
fn a_login_or_a_hint_adds_no_line_to_the_text() {
    for Mail { text, .. } in mails_that_name("x\r\n\nhttps://evil.example/", URL) {
        assert!(text.contains("x https://evil.example/"), "{text}");
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
        let expected = match kind(&name) {
            "reset_link"
            | "reset_link_by_desk"
            | "unlock_link"
            | "unlock_link_by_desk"
            | "account_locked"
            | "account_locked_for_a_time"
            | "password_disabled"
            | "magic_link"
            | "invite" => (1, 1),
            "password_changed" | "unlocked" | "code_sent_by_sms" | "code_sent_by_voice" => (0, 1),
            "login_changed_old" | "login_changed_new" | "phone_changed" | "phone_removed"
            | "temporary_password" | "account_blocked" | "unlocked_by_desk" => (0, 0),
            _ => (1, 0),
        };
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
fn buttons_and_links_have_the_colour_of_the_tenant_by_day_and_at_night() {
    let accent = Accent::parse("#0a7a4b").expect("a colour");
    let letterhead = Letterhead { accent, ..letterhead("Demo", None) };
    for (name, Mail { html, .. }) in mails_in(Language::En, letterhead) {
        let at_night = format!(".plain-link {{ color: {} !important; }}", accent.on_dark());
        assert!(html.contains(&at_night), "{name}: {html}");
        let links = html.matches("<a ").count();
        let coloured = html.matches("border:1px solid #0a7a4b;").count()
            + html.matches("style=\"color:#0a7a4b;\"").count();
        assert_eq!(coloured, links, "{name}: {html}");
        assert_eq!(html.matches("<td align=\"center\" bgcolor").count(), {
            html.matches("bgcolor=\"#0a7a4b\" style=\"background-color:#0a7a4b;").count()
        });
    }
}

#[test]
fn a_tenant_without_a_support_contact_is_named_instead() {
    for support_contact in [None, Some(" \n")] {
        let letterhead = Letterhead { support_contact, ..letterhead("Demo", None) };
        for (language, sentence) in [
            (Language::En, "ontact the service desk of Demo."),
            (Language::Nl, "contact op met de servicedesk van Demo."),
        ] {
            for (name, Mail { text, html, .. }) in mails_in(language, letterhead) {
                if !offers_help(&name) {
                    assert!(text.contains(&format!("{sentence}\n")), "{name}: {text}");
                    assert!(html.contains(sentence), "{name}: {html}");
                }
            }
        }
    }
}

#[test]
fn without_a_support_contact_only_the_code_is_named_for_help() {
    for support_contact in [None, Some(" \n")] {
        let letterhead = Letterhead { support_contact, ..letterhead("Demo", None) };
        for (language, line) in [
            (Language::En, "Do you need help? Give the service desk this support code: "),
            (Language::Nl, "Hulp nodig? Geef de servicedesk deze supportcode: "),
        ] {
            for (name, Mail { text, html, .. }) in mails_in(language, letterhead) {
                if offers_help(&name) {
                    assert!(text.ends_with(&format!("\n{line}K7Q2M9X")), "{text}");
                    assert!(html.contains(&format!(">{line}<strong")), "{html}");
                }
            }
        }
    }
}

/// Those that end in an offer of help; the others lead to the service desk anyway.
fn offers_help(name: &str) -> bool {
    match kind(name) {
        "unlocked_by_desk" => false,
        kind => [
            "reset_link",
            "invite",
            "password_changed",
            "password_disabled",
            "unlock",
            "account_locked",
            "code_sent",
            "magic_link",
            "sign_in",
        ]
        .iter()
        .any(|begin| kind.starts_with(begin)),
    }
}

/// What a mail is called, without its language.
fn kind(name: &str) -> &str {
    name.split('.').next().unwrap_or_default()
}

#[test]
fn both_bodies_say_until_when_how_long_and_the_support_code() {
    for (language, until, time) in [
        (Language::En, "15:03 CET on 24 November 2026", "1 hour and 1 minute"),
        (Language::Nl, "24 november 2026 om 15:03 CET", "1 uur en 1 minuut"),
    ] {
        let (letterhead, valid_until) = (letterhead("Demo", None), at("2026-11-24T14:03:28Z"));
        let reset = ResetLink { click_minutes: 61, ..reset_link(letterhead, Origin::BackOffice) };
        let link = mailed_link("2026-11-24T14:03:28Z");
        let invite = Invite { click_minutes: 61, link, ..invite(letterhead) };
        let unlock = unlock_link(letterhead, Origin::BackOffice);
        let unlock = UnlockLink { click_minutes: 61, ..unlock };
        let locked = AccountLocked { click_minutes: 61, ..account_locked(letterhead, None) };
        let disabled = PasswordDisabled { click_minutes: 61, ..password_disabled(letterhead) };
        for mail in [
            reset.mail(language),
            invite.mail(language),
            unlock.mail(language),
            locked.mail(language),
            disabled.mail(language),
        ] {
            for body in [&mail.text, &mail.html] {
                assert!(body.contains(until) && body.contains(time) && body.contains("K7Q2M9X"));
            }
        }
        let temporary = TemporaryPassword { valid_until, ..temporary_password(letterhead) };
        let magic = MagicLink { link, ..magic_link(letterhead) };
        for mail in [temporary.mail(language), magic.mail(language)] {
            for body in [&mail.text, &mail.html] {
                assert!(body.contains(until) && body.contains("K7Q2M9X"));
            }
        }
    }
}

#[test]
fn a_link_of_the_desk_is_never_said_to_be_asked_for() {
    let letterhead = letterhead("Demo", None);
    for (language, asked) in [(Language::En, "ask"), (Language::Nl, "aangevraagd")] {
        let reset = reset_link(letterhead, Origin::BackOffice).mail(language);
        let unlock = unlock_link(letterhead, Origin::BackOffice).mail(language);
        for part in [reset, unlock].into_iter().flat_map(|m| [m.subject, m.text, m.html]) {
            let part = part.to_lowercase();
            assert!(!part.contains(asked) && !part.contains("requested"), "{part}");
        }
    }
}

#[test]
fn both_bodies_say_the_hints_and_a_removed_number_has_none() {
    let letterhead = letterhead("Demo", None);
    for language in Language::ALL {
        let Mail { text, html, .. } = login_changed(letterhead, Address::Old).mail(language);
        assert!(text.contains("m•••@example.org") && html.contains("m•••@example.org"));
        let Mail { text, html, .. } = login_changed(letterhead, Address::New).mail(language);
        assert!(!text.contains('•') && !html.contains('•'));
        let changed = phone_changed(letterhead, Some("83")).mail(language);
        let removed = phone_changed(letterhead, None).mail(language);
        assert!(changed.text.contains(" 83.") && changed.html.contains(" 83."));
        assert_ne!(changed.subject, removed.subject);
        for channel in [CodeChannel::Sms, CodeChannel::Voice] {
            let Mail { text, html, .. } = code_sent(letterhead, channel).mail(language);
            assert!(text.contains(" 56") && html.contains(" 56"), "{text}");
        }
    }
}

#[test]
fn what_is_locked_is_told_when_the_lock_has_gone_off_and_never_sooner() {
    let letterhead = letterhead("Demo", None);
    for (language, last) in [
        (Language::En, "15:19 CET on 22 November 2026"),
        (Language::Nl, "22 november 2026 om 15:19 CET"),
    ] {
        let until = Some("2026-11-22T14:18:00.000001Z");
        for for_a_time in [
            account_locked(letterhead, until).mail(language),
            second_step_guessed(letterhead, until).mail(language),
        ] {
            for body in [&for_a_time.text, &for_a_time.html] {
                assert!(body.contains(last) && !body.contains("15:18"), "{body}");
            }
        }
        for for_good in [
            account_locked(letterhead, None).mail(language),
            second_step_guessed(letterhead, None).mail(language),
        ] {
            for body in [&for_good.text, &for_good.html] {
                assert!(!body.contains(last), "{body}");
            }
        }
    }
}

#[test]
fn who_unlocked_an_account_is_said_only_where_it_was_the_desk() {
    let letterhead = letterhead("Demo", None);
    for (language, desk) in
        [(Language::En, "service desk of Demo"), (Language::Nl, "servicedesk van Demo")]
    {
        let by_desk = unlocked(letterhead, None).mail(language);
        let by_link = unlocked(letterhead, Some(NOT_ME_URL)).mail(language);
        for (by_desk, by_link) in [
            (by_desk.subject, by_link.subject),
            (by_desk.text, by_link.text),
            (by_desk.html, by_link.html),
        ] {
            assert!(by_desk.contains(desk) && !by_desk.contains("://"), "{by_desk}");
            assert!(!by_link.contains(desk), "{by_link}");
        }
    }
}

#[test]
fn providers_that_were_unlinked_are_named_with_the_changed_password() {
    let changed = PasswordChanged {
        letterhead: letterhead("Demo", None),
        changed_at: at("2026-11-22T14:09:51Z"),
        not_me_url: NOT_ME_URL,
        unlinked: &[Provider::Google, Provider::Linkedin],
    };
    for (language, sentence) in [
        (
            Language::En,
            " Signing in with Google and LinkedIn was unlinked along with the old password; \
             you can link it again in your settings.",
        ),
        (
            Language::Nl,
            " Inloggen met Google en LinkedIn is samen met het oude wachtwoord losgekoppeld; \
             je kunt het opnieuw koppelen in je instellingen.",
        ),
    ] {
        let Mail { text, html, .. } = changed.mail(language);
        assert!(text.contains(sentence) && html.contains(sentence), "{text}");
    }
}

#[test]
fn who_used_the_last_recovery_code_is_asked_to_make_new_ones() {
    for (language, left, none) in [
        (Language::En, "You have 1 left.", "You have none left: make new ones"),
        (Language::Nl, "Je hebt er nog 1.", "Je hebt er geen meer: maak nieuwe"),
    ] {
        for (codes_left, sentence) in [(1, left), (0, none)] {
            let used = second_step_changed(letterhead("Demo", None), Change::RecoveryCodeUsed);
            let Mail { text, html, .. } = SecondStepChanged { codes_left, ..used }.mail(language);
            assert!(text.contains(sentence) && html.contains(sentence), "{text}");
        }
    }
}
