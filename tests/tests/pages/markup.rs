//! Whatever anybody was named, typed or put in an address is text on a page, and nothing else.

use std::collections::BTreeSet;

use regain_domain::Settings;
use regain_tests::World;
use regain_tests::pages::Page;
use url::form_urlencoded::byte_serialize;

use crate::gallery::every_page;
use crate::steps::{LANGUAGES, MO, Person, leads_back, world};

/// What does something where it is not escaped.
fn hostile() -> Vec<String> {
    let texts = [
        "<img src=x onerror=alert(1)>",
        "{{1301*7}}${1301*7}{% include \"x\" %}",
        "\"><script>alert(1)</script>",
        "' onmouseover='alert(1)",
        "</title></main></body></html>",
        "<!--",
        "&lt;b&gt;&#60;",
        "\u{202e}gnp.exe\u{202c}\u{2066}\u{200f}",
        "\u{1f9d1}\u{200d}\u{1f4bb} Ünï-çødé 東京",
    ];
    texts.map(str::to_owned).into_iter().collect()
}

/// The tags of a page, with the names of their attributes; what is no markup has none.
fn shape(html: &str) -> Vec<String> {
    let mut shape = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let mut quoted = false;
        let end = after.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        let (tag, after) = after.split_at(end.unwrap_or_else(|| panic!("{html}")));
        let names: Vec<_> = tag.split('"').step_by(2).collect();
        shape.push(names.join("").split_whitespace().collect::<Vec<_>>().join(" "));
        rest = after;
    }
    shape
}

/// That nothing of a text does anything.
fn is_inert(page: &Page, text: &str) {
    let Page { html, .. } = page;
    for markup in ["<img src=x", "<script>", "<!--", "onmouseover='", "<b>", "9107", "</title></"] {
        assert!(!html.contains(markup), "{text}: {markup} in {html}");
    }
    assert_eq!(html.matches("</html>").count(), 1, "{text}: {html}");
    assert_eq!(html.matches("<h1").count(), 1, "{text}: {html}");
    assert_eq!(html.matches("<title>").count(), 1, "{text}: {html}");
    let known: BTreeSet<&str> = [
        "html", "head", "meta", "title", "link", "script", "body", "header", "p", "nav", "ul",
        "li", "a", "main", "div", "strong", "h1", "h2", "form", "input", "label", "button",
        "section", "footer", "code", "span", "fieldset", "legend", "img", "audio", "!doctype",
    ]
    .into();
    for tag in shape(html) {
        let name = tag.split(' ').next().unwrap().trim_start_matches('/');
        assert!(known.contains(name), "{text}: <{tag}> in {html}");
        let handlers = tag.split(' ').filter(|name| name.starts_with("on"));
        assert_eq!(handlers.count(), 0, "{text}: <{tag}> in {html}");
    }
}

/// A world whose tenant is named so.
async fn named(text: &str) -> World {
    world(|settings: &mut Settings| {
        leads_back(settings);
        settings.name = text.chars().take(60).collect();
        settings.support_contact = Some(text.chars().take(120).collect());
    })
    .await
}

#[tokio::test]
async fn the_names_of_tenants_and_people_are_text_on_every_page() {
    for text in hostile() {
        let world = named(&text).await;
        for login in [MO, "ann@example.com", "new@example.com"] {
            world
                .change_account(login, |account| {
                    account.first_name = Some(text.clone());
                    account.last_name = Some(text.clone());
                })
                .await;
        }
        for page in every_page(&world, "en").await {
            is_inert(&page, &text);
        }
    }
}

#[tokio::test]
async fn a_name_changes_no_tag_of_any_page() {
    let plain = every_page(&named("Demo").await, "nl").await;
    for text in hostile() {
        let pages = every_page(&named(&text).await, "nl").await;
        assert_eq!(pages.len(), plain.len());
        for (page, plain) in pages.iter().zip(&plain) {
            assert_eq!(shape(&page.html), shape(&plain.html), "{text}");
        }
    }
}

#[tokio::test]
async fn what_is_typed_is_text_on_the_page_that_shows_it_again() {
    let world = world(leads_back).await;
    for language in LANGUAGES {
        let mo = Person::new(&world, language);
        for text in hostile() {
            for name in ["sign-in", "forgot-password", "magic", "recover"] {
                let form = mo.opens(0, &format!("/p/demo/{name}")).await.form(name);
                for field in [
                    "login",
                    "password",
                    "reason",
                    "lang",
                    "token",
                    "return_url",
                    "challenge",
                    "carried",
                    "captcha.answer",
                    "captcha.id",
                    &text,
                ] {
                    let page = mo.sends(1, &form, &[("login", "x"), (field, &text)]).await;
                    assert!(page.reply.status < 500, "{name} {field}");
                    is_inert(&page, &text);
                    if field == "login" {
                        assert_eq!(page.form(name).field("login"), text);
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn what_stands_in_an_address_is_text_on_its_page() {
    let world = world(leads_back).await;
    let mo = Person::new(&world, "en");
    for text in hostile() {
        let escaped: String = byte_serialize(text.as_bytes()).collect();
        for part in [&text, &escaped] {
            let part = part.replace(['?', '/'], "");
            for address in [
                format!("/p/demo/link/{part}"),
                format!("/p/demo/magic/{part}"),
                format!("/p/demo/not-me/{part}"),
                format!("/p/demo/{part}"),
                format!("/p/{part}/sign-in"),
                format!("/p/demo/sign-in?lang={escaped}"),
                format!("/p/demo/sign-in?return_url={escaped}&challenge={escaped}"),
                format!("/p/demo/sign-in?return_url=javascript:{escaped}"),
                format!("/p/demo/recover?{escaped}={escaped}"),
                format!("/p/demo/link/{part}?lang={escaped}"),
            ] {
                let page = mo.opens(0, &address).await;
                is_inert(&page, &text);
                for form in page.forms() {
                    let page = mo.sends(1, &form, &[]).await;
                    is_inert(&page, &text);
                }
            }
        }
    }
}

#[tokio::test]
async fn the_longest_names_break_nothing() {
    let settings = |settings: &mut Settings| {
        settings.name = "Ŵ".repeat(200);
        while !settings.faults().is_empty() {
            settings.name.pop();
        }
        settings.support_contact = Some("Ŵ".repeat(1000));
        while !settings.faults().is_empty() {
            settings.support_contact.as_mut().unwrap().pop();
        }
    };
    let world = world(settings).await;
    for page in every_page(&world, "nl").await {
        is_inert(&page, "long");
    }
}
