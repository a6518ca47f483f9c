//! What every page is sent with, whatever it says; and what it loads.

use std::collections::BTreeSet;

use http::Method;
use regain_domain::Settings;

use regain_tests::pages::Page;
use regain_tests::{RETURN_URL, Request, World, after};

use crate::gallery::every_page;
use crate::opening::addresses;
use crate::steps::{LANGUAGES, MO, OLD, Person, begun, leads_back, world};

const STRICT: [(&str, &str); 6] = [
    ("cache-control", "no-store"),
    ("content-type", "text/html; charset=utf-8"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("cross-origin-opener-policy", "same-origin"),
];

fn policy(leads_to: &str) -> String {
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
         media-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'{leads_to}"
    )
}

/// Every page, of success and of error, in a language; and a world where they are.
async fn pages(change: impl Fn(&mut Settings), language: &'static str) -> (World, Vec<Page>) {
    let others = world(&change).await;
    let mo = Person::new(&others, language);
    let mut pages = Vec::new();
    for address in addresses(&others).await {
        if address.starts_with("/p/") && !address.contains("/assets/") {
            pages.push(mo.opens(300, &address).await);
        }
    }
    for method in [Method::PUT, Method::OPTIONS, Method::DELETE] {
        let request = Request { method, ..Request::get("/p/demo/sign-in") };
        let request = request.header("accept-language", language);
        pages.push(mo.sees(after(300), &request.header("origin", "https://app.example")).await);
    }
    let world = world(&change).await;
    pages.extend(every_page(&world, language).await);
    (world, pages)
}

fn two_origins(settings: &mut Settings) {
    leads_back(settings);
    settings.frontend.return_urls.push("https://app.example/other".to_owned());
    settings.frontend.return_urls.push("https://portal.example:8443/".to_owned());
    settings.frontend.allowed_origins = vec!["https://app.example".to_owned()];
}

#[tokio::test]
async fn every_page_is_sent_with_the_headers_that_keep_it_to_its_reader() {
    for language in LANGUAGES {
        let mut seen = BTreeSet::new();
        for page in pages(two_origins, language).await.1 {
            let Page { reply, html } = &page;
            seen.insert(reply.status);
            for (name, value) in STRICT {
                assert_eq!(reply.header(name), value, "{name} {} {html}", reply.status);
            }
            assert_eq!(reply.header("vary"), "Accept-Language");
            assert!(["en", "nl"].contains(&reply.header("content-language")), "{html}");
            // Of a tenant that is not there, nothing is known that may be led to.
            let leads_to = match html.contains("\"/p/nobody/") {
                true => "",
                false => " https://app.example https://portal.example:8443",
            };
            assert_eq!(reply.header("content-security-policy"), policy(leads_to), "{html}");
            let known = STRICT.map(|(name, _)| name);
            let others = ["vary", "content-language", "content-security-policy"];
            let sometimes = ["allow", "retry-after"];
            for name in reply.headers.keys() {
                let is_known = known.contains(&name.as_str())
                    || others.contains(&name.as_str())
                    || sometimes.contains(&name.as_str());
                assert!(is_known, "{name}: neither cookies nor CORS nor anything else: {html}");
            }
            for (name, _) in &reply.headers {
                assert_eq!(reply.headers.get_all(name).iter().count(), 1, "{name}");
            }
        }
        for status in [200, 400, 401, 403, 404, 405, 410, 413, 415, 422] {
            assert!(seen.contains(&status), "{status} of {seen:?}");
        }
    }
}

#[tokio::test]
async fn no_origin_may_read_a_page() {
    let world = world(two_origins).await;
    let page = Person::new(&world, "en").opens(0, "/p/demo/sign-in").await;
    let form = page.form("sign-in").filled(&[("login", MO), ("password", OLD)]);
    for origin in ["https://app.example", "https://portal.example:8443", "null"] {
        let mut sent = form.request();
        sent.headers.retain(|(name, _)| *name != "origin");
        let preflight = Request { method: Method::OPTIONS, ..Request::get("/p/demo/sign-in") }
            .header("access-control-request-method", "POST");
        for request in
            [Request::get("/p/demo/sign-in"), sent, preflight, Request::get("/p/demo/assets/x.css")]
        {
            let page = world.page(after(0), &request.header("origin", origin)).await;
            let names = page.reply.headers.keys().map(|name| name.as_str());
            let granted: Vec<_> =
                names.filter(|name| name.starts_with("access-control-")).collect();
            assert_eq!(granted, [] as [&str; 0], "{origin}");
        }
    }
}

/// Addresses are logged, kept in histories and shown to who looks over a shoulder.
#[tokio::test]
async fn no_title_and_no_header_holds_a_token() {
    for language in LANGUAGES {
        let (world, mut pages) = pages(leads_back, language).await;
        let mo = Person::new(&world, language);
        let sign_in = mo.opens(300, &begun("sign-in")).await;
        let typed = [("login", MO), ("password", OLD)];
        pages.push(mo.fills(300, &sign_in, "sign-in", &typed).await);
        let long = |text: &str| {
            let parts = text.split(|c: char| !c.is_ascii_alphanumeric());
            parts.map(str::len).max().unwrap_or_default()
        };
        for Page { reply, html } in &pages {
            let title = html.split("<title>").nth(1).and_then(|rest| rest.split('<').next());
            assert!(long(title.unwrap_or_default()) < 20, "{title:?}");
            for (name, value) in &reply.headers {
                let is_location = name == "location";
                let text = value.to_str().unwrap();
                assert!(!text.contains("/link/") && !text.contains("/magic/"), "{name}: {text}");
                assert!(is_location || long(text) < 20, "{name}: {text}");
            }
        }
        let location = pages.last().unwrap().reply.header("location");
        assert!(location.starts_with(&format!("{RETURN_URL}&handover=")), "{location}");
    }
}

/// What a page loads: addresses in `src`, and of its style sheet and icon.
fn loads(html: &str) -> Vec<String> {
    let tags = html.split('<').filter(|tag| tag.starts_with("link ") || tag.contains(" src=\""));
    let addresses = tags.filter_map(|tag| {
        let name = if tag.starts_with("link ") { " href=\"" } else { " src=\"" };
        Some(tag.split_once(name)?.1.split('"').next()?.to_owned())
    });
    addresses.collect()
}

#[tokio::test]
async fn a_page_is_small_and_loads_only_its_style_its_script_and_a_captcha() {
    for language in LANGUAGES {
        // The largest logo that the settings take.
        let padding = "PHN2".to_owned() + &"Zy8+".repeat((8192 - 26 - 4) / 4);
        let logo = format!("data:image/svg+xml;base64,{padding}");
        let with_logo = |settings: &mut Settings| {
            leads_back(settings);
            settings.looks.logo_url = Some(logo.clone());
        };
        let (world, pages) = pages(with_logo, language).await;
        for page in pages {
            let mut bytes = page.html.len();
            for address in loads(&page.html) {
                if address == "data:," || address.contains("/captcha/") {
                    continue;
                }
                let file = world.page(after(300), &Request::get(&address)).await;
                let told = (file.reply.status, file.reply.header("cache-control"));
                assert_eq!(told, (200, "public, max-age=31536000, immutable"), "{address}");
                let kind = file.reply.header("content-type").to_owned();
                let expected = match address.ends_with(".css") {
                    true => "text/css; charset=utf-8",
                    false => "text/javascript; charset=utf-8",
                };
                assert_eq!(kind, expected, "{address}");
                bytes += file.html.len();
            }
            assert_eq!(
                loads(&page.html).iter().filter(|file| file.contains("/assets/")).count(),
                2
            );
            assert!(bytes < 30 * 1024, "{bytes}: {}", page.html);
        }
    }
}

#[tokio::test]
async fn a_page_has_nothing_inline() {
    for language in LANGUAGES {
        for Page { html, .. } in pages(leads_back, language).await.1 {
            assert_eq!(html.matches("<script").count(), html.matches("<script src=\"/p/").count());
            assert_eq!(html.matches("</script>").count(), 1);
            assert!(html.contains("></script>"), "{html}");
            for tag in html.split('<').filter_map(|tag| tag.split('>').next()) {
                let attributes = tag.split('"').step_by(2);
                for name in attributes.flat_map(|names| names.split_ascii_whitespace()) {
                    let is_handler = name.starts_with("on") && name.ends_with('=');
                    assert!(!is_handler && !name.starts_with("style"), "{tag}");
                    assert!(!name.starts_with("javascript:"), "{tag}");
                }
            }
            for address in loads(&html) {
                assert!(
                    address.starts_with("/p/")
                        || address.starts_with("/v1/")
                        || address == "data:,"
                );
            }
            assert!(!html.contains("<style") && !html.contains("<iframe"), "{html}");
        }
    }
}

#[tokio::test]
async fn a_file_is_kept_for_ever_by_the_name_of_what_is_in_it_and_by_no_other() {
    let world = world(|settings| settings.looks.accent = "#0a7a4b".to_owned()).await;
    let page = Person::new(&world, "en").opens(0, "/p/demo/sign-in").await;
    let mut files = loads(&page.html);
    files.retain(|file| file.contains("/assets/"));
    world.change_settings(|settings| settings.looks.accent = "#1f5fa8".to_owned()).await;
    for file in &files {
        let old = world.page(after(70), &Request::get(file)).await;
        let is_style = file.ends_with(".css");
        let kept = if is_style { "no-store" } else { "public, max-age=31536000, immutable" };
        assert_eq!((old.reply.status, old.reply.header("cache-control")), (200, kept), "{file}");
        assert!(!is_style || old.html.contains("#1f5fa8"), "what there is now");
        let name = file.rsplit('/').next().unwrap();
        let other = file.replace(name, &format!("0{name}"));
        let other = world.page(after(70), &Request::get(&other)).await;
        assert_eq!((other.reply.status, other.reply.header("cache-control")), (200, "no-store"));
    }
    for file in ["x", "css", "x.png", "..%2fx", "", "x.css.map"] {
        let none = world.page(after(70), &Request::get(&format!("/p/demo/assets/{file}"))).await;
        assert_eq!(
            (none.reply.status, none.reply.header("cache-control")),
            (404, "no-store"),
            "{file}"
        );
    }
}

/// They are no secret, and a page of trouble has them too.
#[tokio::test]
async fn the_page_of_a_tenant_that_is_not_there_and_of_a_bad_day_is_styled() {
    let world = World::new().await;
    let mo = Person::new(&world, "en");
    let dynamodb = regain_local::DynamoDbChaos { fail_next: u64::MAX, ..Default::default() };
    let bad = regain_local::Chaos { dynamodb, ..Default::default() };
    world.cloud.set_chaos(bad);
    let on_a_bad_day = mo.opens(0, "/p/demo/sign-in").await;
    let style = loads(&on_a_bad_day.html);
    let on_the_same_day = world.page(after(0), &Request::get(&style[1])).await;
    assert_eq!(on_the_same_day.reply.status, 200, "{style:?}");
    world.cloud.set_chaos(regain_local::Chaos::default());
    for address in ["/p/nobody/sign-in", "/p/regain/sign-in", "/p/-/sign-in", "/p/"] {
        let page = mo.opens(1, address).await;
        for file in loads(&page.html).iter().filter(|file| file.contains("/assets/")) {
            let file = world.page(after(1), &Request::get(file)).await;
            assert_eq!(file.reply.status, 200, "{address}");
        }
    }
}
