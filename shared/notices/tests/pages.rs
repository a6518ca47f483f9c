//! What every page must hold, whatever texts are in it; and every page as it is written.

use std::collections::HashSet;

#[path = "pages/samples.rs"]
mod samples;
#[path = "pages/tags.rs"]
mod tags;

use regain_domain::{Language, policy::Violation};
use regain_notices::page::{Looks, SCRIPT, broken_rule, fault, style, tries_left};

use samples::{Texts, pages};
use tags::{Tag, tags};

/// Every page of every language: its language, its name, its markup.
fn every_page() -> Vec<(Language, &'static str, String)> {
    let of = |language| {
        let pages = pages(language, Texts::USUAL);
        pages.into_iter().map(move |(name, html)| (language, name, html))
    };
    Language::ALL.into_iter().flat_map(of).collect()
}

fn count(tags: &[Tag], name: &str) -> usize {
    tags.iter().filter(|tag| tag.name == name).count()
}

#[test]
fn every_page_reads_as_it_is_meant_to() {
    for (name, html) in pages(Language::En, Texts::USUAL) {
        insta::assert_snapshot!(name, html);
    }
}

#[test]
fn every_page_has_a_language_a_title_one_heading_and_its_landmarks() {
    for (language, name, html) in every_page() {
        let tags = tags(&html);
        let html_tag = tags.iter().find(|tag| tag.name == "html").unwrap();
        assert_eq!(html_tag.get("lang"), Some(language.as_str()), "{name}");
        for once in ["title", "h1", "header", "main", "footer"] {
            assert_eq!(count(&tags, once), 1, "{name}: {once}");
        }
        let text = |of: &str| tags.iter().find(|tag| tag.name == of).unwrap().text.clone();
        assert!(text("title").ends_with(&format!("{} – Woongroep Noord", text("h1"))), "{name}");
        assert!(!text("title").contains(Texts::USUAL.token), "{name}");
    }
}

#[test]
fn a_page_loads_its_style_sheet_and_its_script_and_has_nothing_inline() {
    for (_, name, html) in every_page() {
        for tag in tags(&html) {
            assert!(tag.name != "style" && tag.name != "iframe", "{name}");
            assert!(tag.name != "script" || tag.text.is_empty(), "{name}");
            for (key, value) in &tag.attributes {
                assert!(!key.starts_with("on") && key != "style", "{name}: {key}");
                assert!(!value.to_lowercase().starts_with("javascript:"), "{name}: {value}");
                let loads = key == "src" || (key == "href" && tag.name == "link");
                assert!(!loads || value.starts_with('/') || value == "data:,", "{name}: {value}");
                assert!(key != "action" || value.starts_with("/p/demo/"), "{name}: {value}");
                assert!(!key.starts_with("required") && key != "pattern", "{name}");
            }
        }
    }
}

#[test]
fn every_field_has_a_label_and_whatever_is_pointed_to_is_there_once() {
    for (_, name, html) in every_page() {
        let tags = tags(&html);
        let ids: Vec<_> = tags.iter().filter_map(|tag| tag.get("id")).collect();
        let unique: HashSet<_> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{name}: {ids:?}");
        let labelled: HashSet<_> = tags.iter().filter_map(|tag| tag.get("for")).collect();
        for tag in tags.iter().filter(|tag| tag.name == "input") {
            let hidden = tag.get("type") == Some("hidden");
            assert!(hidden || labelled.contains(tag.get("id").unwrap()), "{name}");
        }
        let described = tags.iter().filter_map(|tag| tag.get("aria-describedby"));
        let linked = tags.iter().filter_map(|tag| tag.get("href")?.strip_prefix('#'));
        let pointed = described.flat_map(|ids| ids.split(' ')).chain(linked).chain(labelled);
        for id in pointed {
            assert!(unique.contains(&id), "{name}: {id}");
        }
        assert!(tags.iter().filter(|tag| tag.get("autofocus").is_some()).count() <= 1, "{name}");
    }
}

#[test]
fn an_error_is_in_the_title_in_the_summary_and_at_its_field() {
    let wrong = [
        ("sign_in_empty", 2),
        ("sign_in_failed", 0),
        ("sign_in_not_linked", 0),
        ("forgot_password_wrong", 2),
        ("recover_empty", 3),
        ("recover_wrong", 1),
        ("new_password_rejected", 1),
        ("new_password_differs", 1),
        ("new_password_begun_named", 1),
        ("choose_method_wrong", 1),
        ("type_code_wrong", 1),
        ("second_step_wrong", 1),
    ];
    for (language, name, html) in every_page() {
        let tags = tags(&html);
        let title = tags.iter().find(|tag| tag.name == "title").unwrap();
        let prefix = if language == Language::En { "Error: " } else { "Fout: " };
        let fields = wrong.iter().find(|(wrong, _)| *wrong == name).map(|(_, fields)| *fields);
        assert_eq!(title.text.starts_with(prefix), fields.is_some(), "{name}");
        let alerts = tags.iter().filter(|tag| tag.get("role") == Some("alert")).count();
        assert_eq!(alerts, usize::from(fields.is_some()), "{name}");
        let invalid: Vec<_> =
            tags.iter().filter(|tag| tag.get("aria-invalid") == Some("true")).collect();
        assert_eq!(invalid.len(), fields.unwrap_or_default(), "{name}");
        for field in invalid {
            assert!(field.get("aria-describedby").unwrap().contains("-error"), "{name}");
        }
        if fields > Some(0) {
            assert!(html.contains("href=\"#") && html.contains(" autofocus"), "{name}");
        }
    }
}

#[test]
fn password_managers_know_every_field_and_no_password_comes_back() {
    let mut seen = HashSet::new();
    for (_, name, html) in every_page() {
        for tag in tags(&html).iter().filter(|tag| tag.name == "input") {
            let (kind, fill) = (tag.get("type").unwrap(), tag.get("autocomplete"));
            let field = tag.get("name").unwrap();
            let expected = match field {
                "login" => Some("username"),
                "password" if name.starts_with("sign_in") => Some("current-password"),
                "password" => Some("new-password"),
                "confirm" if name.starts_with("new_password_begun") => Some("off"),
                "confirm" => Some("new-password"),
                "beginning" | "captcha.answer" => Some("off"),
                "code" => Some("one-time-code"),
                "phone" => Some("tel"),
                _ => None,
            };
            assert_eq!(fill, expected, "{name}: {field}");
            if kind == "password" || field == "code" {
                assert_eq!(tag.get("value"), None, "{name}: {field}");
            }
            let digits_only = tag.get("inputmode") == Some("numeric");
            assert_eq!(digits_only, field == "code" && name.starts_with("type_code"), "{name}");
            assert_eq!(
                tag.get("passwordrules").is_some(),
                field == "password" && name.starts_with("new_password"),
                "{name}: {field}"
            );
            seen.insert(field.to_owned());
        }
        let login_first = html.find("name=\"login\"") < html.find("type=\"password\"");
        assert!(!name.starts_with("new_password") || login_first || !html.contains("rules"));
    }
    assert!(seen.len() > 10, "{seen:?}");
}

#[test]
fn managers_are_told_the_rules_of_the_policy() {
    let of = |wanted: &str| {
        let pages = pages(Language::En, Texts::USUAL);
        let (_, html) = pages.into_iter().find(|(name, _)| *name == wanted).unwrap();
        let rules = tags(&html).iter().find_map(|tag| tag.get("passwordrules").map(str::to_owned));
        rules.unwrap()
    };
    assert_eq!(
        of("new_password"),
        "minlength: 8; maxlength: 128; required: upper; required: digit; allowed: ascii-printable;"
    );
    assert_eq!(
        of("new_password_strict"),
        "minlength: 12; maxlength: 128; required: upper; required: lower; required: digit; \
         required: special; allowed: ascii-printable;"
    );
}

#[test]
fn enter_presses_the_button_that_goes_on() {
    for (_, name, html) in every_page() {
        let mut first_of_form = false;
        for tag in tags(&html) {
            match tag.name.as_str() {
                "form" => {
                    assert_eq!(tag.get("method"), Some("post"), "{name}");
                    assert!(tag.get("novalidate").is_some(), "{name}");
                    first_of_form = true;
                }
                "button" => {
                    assert!(!first_of_form || tag.get("name") != Some("again"), "{name}");
                    first_of_form = false;
                }
                "/form" => assert!(!first_of_form, "{name}: no button"),
                _ => {}
            }
        }
    }
}

#[test]
fn markup_and_templates_in_texts_are_inert() {
    for injected in [
        "<img src=x onerror=alert(1)>",
        "</main></body><script>alert(1)</script>",
        "\"><a href=\"https://evil.example\">",
        "' onmouseover='alert(1)",
        "{{7*7}}${7*7}{% include \"x\" %}",
        "<!-- &lt;b&gt;",
    ] {
        for language in Language::ALL {
            let plain = pages(language, Texts::all("x"));
            for ((name, html), (_, plain)) in
                pages(language, Texts::all(injected)).into_iter().zip(plain)
            {
                let shape = |html: &str| {
                    let tags = tags(html);
                    let keys = |tag: &Tag| {
                        tag.attributes.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>()
                    };
                    tags.iter().map(|tag| (tag.name.clone(), keys(tag))).collect::<Vec<_>>()
                };
                assert_eq!(shape(&html), shape(&plain), "{name}: {injected}");
                assert!(!html.contains("49"), "{name}: {injected}");
            }
        }
    }
}

/// What a page says: its texts, and what attributes say aloud.
fn said(html: &str) -> HashSet<String> {
    let aloud = ["alt", "aria-label", "data-show", "data-copy", "data-many", "data-over"];
    let tags = tags(html);
    let spoken = tags.iter().flat_map(|tag| aloud.iter().filter_map(|key| tag.get(key)));
    let spoken: Vec<_> = spoken.map(str::to_owned).collect();
    let texts = tags.into_iter().map(|tag| tag.text.trim().to_owned());
    texts.chain(spoken).filter(|text| text.chars().any(char::is_alphabetic)).collect()
}

#[test]
fn nothing_is_left_untranslated() {
    let texts = Texts::USUAL;
    let same_in_all = [texts.tenant, texts.contact, texts.secret, "K7Q2M9X"];
    let [en, nl] = Language::ALL.map(|language| pages(language, texts));
    for ((name, en), (_, nl)) in en.into_iter().zip(nl) {
        for text in said(&en).intersection(&said(&nl)) {
            assert!(same_in_all.contains(&text.as_str()), "{name}: {text}");
        }
    }
}

#[test]
fn a_page_with_its_style_and_its_script_is_small() {
    let logo = format!("data:image/png;base64,{}", "A".repeat(8 * 1024));
    let looks = Looks { accent: "#1f5fa8", accent_dark: "#8ab4f8", logo: None };
    let (plain, with_logo) = (style(&looks), style(&Looks { logo: Some(&logo), ..looks }));
    for (_, name, html) in every_page() {
        assert!(html.len() <= 6 * 1024, "{name}: {}", html.len());
        assert!(html.len() + plain.len() + SCRIPT.len() <= 20 * 1024, "{name}");
        assert!(html.len() + with_logo.len() + SCRIPT.len() < 30 * 1024, "{name}");
    }
}

#[test]
fn every_fault_and_every_broken_rule_has_words_in_every_language() {
    let fields = [
        "login",
        "password",
        "beginning",
        "confirm",
        "captcha.answer",
        "reason",
        "phone",
        "channel",
        "code",
        "token",
    ];
    let codes = [
        "not_an_address",
        "not_a_phone_number",
        "not_a_code",
        "too_long",
        "control_character",
        "not_the_same",
        "not_allowed",
        "captcha_wrong",
        "captcha_expired",
        "phone_mismatch",
        "code_wrong",
        "code_used",
        "code_spent",
        "sign_in_failed",
        "password_wrong",
        "whatever_else",
    ];
    let mut seen = HashSet::new();
    for language in Language::ALL {
        let missing = fields.map(|field| fault(language, field, "required"));
        let other = codes.map(|code| fault(language, "login", code));
        let rules = Violation::CODES.map(|code| broken_rule(language, code, Some(3)));
        let tries = [0, 1, 2].map(|count| tries_left(language, count));
        for text in missing.into_iter().chain(other).chain(rules).chain(tries) {
            assert!(text.ends_with('.'), "{text}");
            assert!(seen.insert(text.clone()), "said twice: {text}");
        }
    }
    assert_eq!(broken_rule(Language::En, "needs_digit", Some(1)), "Use at least 1 digit.");
    assert_eq!(broken_rule(Language::En, "needs_digit", Some(2)), "Use at least 2 digits.");
    assert_eq!(broken_rule(Language::Nl, "needs_symbol", Some(1)), "Gebruik minstens 1 symbool.");
    assert_eq!(broken_rule(Language::Nl, "needs_symbol", Some(2)), "Gebruik minstens 2 symbolen.");
}
