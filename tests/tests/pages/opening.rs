//! Opening a page changes nothing, whoever opens it and however often: mail scanners open every link.

use http::Method;
use regain_http::routes::pages::{Opens, PAGES};
use regain_local::Rel;
use regain_tests::pages::Page;
use regain_tests::{Request, World, after};

use crate::steps::{
    CHOSEN, LANGUAGES, MO, Person, at_rest, begun, invited, leads_back, mailed, world,
};
use crate::words::NOT_OPENED;

/// Addresses of every page that can be opened, with tokens that live and tokens that do not.
pub(crate) async fn addresses(world: &World) -> Vec<String> {
    let mo = Person::new(world, "en");
    let page = mo.may_choose(0, MO).await;
    let used = mailed(world, MO, Rel::Action);
    mo.fills(1, &page, "set-password", &CHOSEN).await;
    world.deliver(after(1)).await;
    let report = mailed(world, MO, Rel::NotMe);
    world.reset_token(after(2), MO).await;
    let superseded = mailed(world, MO, Rel::Action);
    let mut mailed_ones = vec![used, report, superseded];
    world.reset_token(after(3), MO).await;
    mailed_ones.extend([Rel::Action, Rel::NotMe].map(|rel| mailed(world, MO, rel)));
    world.magic_token(after(4), MO).await;
    mailed_ones.extend([Rel::Action, Rel::NotMe].map(|rel| mailed(world, MO, rel)));
    mailed_ones.push(mailed(world, invited(world, 4).await, Rel::Action));
    let clicked = {
        mo.may_choose(5, "ann@example.com").await;
        mailed(world, "ann@example.com", Rel::Action)
    };
    let damaged = format!("{}x", clicked.trim_end_matches(char::is_alphanumeric));
    mailed_ones.extend([clicked, damaged, "/p/demo/link/x".to_owned()]);
    let mut all = Vec::new();
    for name in ["sign-in", "forgot-password", "magic", "recover"] {
        all.extend([format!("/p/demo/{name}"), format!("/p/demo/{name}?lang=nl"), begun(name)]);
    }
    for address in mailed_ones {
        let token = address.rsplit('/').next().unwrap();
        all.extend(["link", "magic", "not-me"].map(|name| format!("/p/demo/{name}/{token}")));
        all.push(format!("{address}?lang=nl&utm_source=mail"));
    }
    all.extend(
        ["/p/demo/assets/x.css", "/p/demo/assets/x.js", "/p/demo/assets/x"].map(str::to_owned),
    );
    all.extend(
        ["/.well-known/change-password", "/p/demo/nothing", "/p/nobody/sign-in"].map(str::to_owned),
    );
    all
}

fn head(address: &str) -> Request {
    Request { method: Method::HEAD, ..Request::get(address) }
}

#[tokio::test]
async fn every_page_that_can_be_opened_is_looked_at_here() {
    let world = world(leads_back).await;
    let addresses = addresses(&world).await;
    for page in PAGES.iter().filter(|page| page.opens != Opens::Nothing) {
        let name = page.path.replace("{tenant}", "demo");
        let name = name.split('{').next().unwrap();
        let is_there = addresses.iter().any(|address| address.starts_with(name));
        assert!(is_there, "{}", page.path);
    }
}

#[tokio::test]
async fn opening_a_page_changes_nothing() {
    let world = world(leads_back).await;
    let addresses = addresses(&world).await;
    let before = at_rest(&world);
    for seconds in [10, 20, 86_400, 10_000_000] {
        for address in &addresses {
            for request in [Request::get(address), head(address)] {
                world.page(after(seconds), &request).await;
            }
        }
        assert_eq!(at_rest(&world), before, "{seconds}");
    }
}

#[tokio::test]
async fn a_page_that_is_only_opened_writes_nothing_to_any_table() {
    let world = world(leads_back).await;
    let addresses = addresses(&world).await;
    world.cloud.forget_calls();
    for address in &addresses {
        world.page(after(10), &Request::get(address)).await;
    }
    for function in ["sign-in", "request-reset", "click-link", "magic-login", "start-recovery"] {
        for call in world.cloud.calls_of(function) {
            let reads = ["GetItem", "Query", "BatchGetItem"];
            assert!(reads.iter().any(|read| call.starts_with(read)), "{function}: {call}");
        }
    }
}

#[tokio::test]
async fn a_head_has_the_headers_of_its_get_and_no_body() {
    let world = world(leads_back).await;
    for address in addresses(&world).await {
        let (get, head) = (Request::get(&address), head(&address));
        let got = world.page(after(10), &get).await;
        let Page { reply, html } = world.page(after(10), &head).await;
        assert_eq!((reply.status, &*html), (got.reply.status, ""), "{address}");
        assert_eq!(reply.headers, got.reply.headers, "{address}");
        let no_page = address.starts_with("/.well-known") || address.ends_with("/x");
        assert!(no_page || !got.html.is_empty(), "{address}");
    }
}

#[tokio::test]
async fn a_link_that_a_scanner_opens_fifty_times_waits_for_its_reader() {
    for language in LANGUAGES {
        let world = world(|_| {}).await;
        for name in ["reset", "magic", "unlock"] {
            let token = match name {
                "reset" => world.reset_token(after(0), MO).await,
                "magic" => world.magic_token(after(0), MO).await,
                _ => {
                    let recovery = world.recovery(after(0), MO, "locked_out").await;
                    let body = serde_json::json!({"recovery": recovery});
                    world.post(after(0), "send-recovery-link", body).await;
                    world.deliver(after(0)).await;
                    world.newest_token(MO)
                }
            };
            let (address, not_me) =
                (mailed(&world, MO, Rel::Action), mailed(&world, MO, Rel::NotMe));
            for n in 0..50 {
                let purposes = ["prefetch", "prefetch;prerender", "preview"];
                for address in [&address, &not_me] {
                    let request = Request::get(address)
                        .header("sec-purpose", purposes[n % 3])
                        .header("user-agent", "Mozilla/5.0 (compatible; safelinks)")
                        .header("accept-language", language);
                    let opened = world.page(after(10), &request).await;
                    assert_eq!(opened.reply.status, 200, "{}", opened.html);
                    // What runs scripts and follows whatever needs no press finds nothing to follow.
                    assert!(!opened.html.contains("http-equiv"), "{}", opened.html);
                    assert!(opened.forms().iter().all(|form| form.action.starts_with("/p/demo/")));
                }
                world.page(after(10), &head(&address)).await;
            }
            assert_eq!(world.check(after(11), &token).await.text("state"), "sent", "{name}");
            assert_eq!(world.link(&token).await.unwrap().clicked_at, None);
        }
    }
}

#[tokio::test]
async fn a_page_that_forms_are_sent_to_cannot_be_opened_and_says_so() {
    let world = world(|_| {}).await;
    let mo = Person::new(&world, "nl");
    for page in PAGES {
        let path = page.path.replace("{tenant}", "demo").replace("{token}", "x");
        let (opens, sends) = (page.opens, page.sends.is_some());
        if opens == Opens::Asset || opens == Opens::ChangePassword {
            continue;
        }
        let allow = match (opens, sends) {
            (Opens::Nothing, _) => "POST",
            (_, false) => "GET, HEAD",
            (_, true) => "GET, HEAD, POST",
        };
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get"] {
            if allow.split(", ").any(|taken| taken == method) {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = Request { method: method.clone(), ..Request::get(&path) };
            let request = request.header("accept-language", "nl");
            let before = at_rest(&world);
            let refused = mo.sees(after(1), &request).await;
            mo.reads(&refused, 405, NOT_OPENED);
            assert_eq!(refused.reply.header("allow"), allow, "{method} {path}");
            assert_eq!(at_rest(&world), before);
        }
    }
}
