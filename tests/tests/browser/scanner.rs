//! A mail scanner: it opens what is in a mail in a real browser, waits, follows what can be
//! followed, and never presses.

use std::collections::{BTreeSet, VecDeque};

use regain_tests::browser::{Browser, Scripts};
use regain_tests::up::{link, token, until};
use serde_json::json;

use crate::visit::{ENGLISH, Manner, Visit};

/// How long it looks at a page: of the page's time, which runs as fast as it can.
const LOOKED_AT_MILLIS: u32 = 60_000;

#[tokio::test]
async fn a_scanner_that_opens_every_link_of_a_mail_leaves_the_link_as_it_was() {
    scans(Scripts::On).await;
}

#[tokio::test]
async fn a_scanner_without_scripts_leaves_the_link_as_it_was() {
    scans(Scripts::Off).await;
}

async fn scans(scripts: Scripts) {
    let visit = Visit::begin(Manner { scripts, ..ENGLISH }).await;
    let Visit { up, person, .. } = &visit;
    for operation in ["request-reset", "magic-login"] {
        let known = up.messages(&person.login).await.len();
        let (status, _) = up.post(operation, json!({"login": person.login})).await;
        assert_eq!(status, 202);
        let mail = up.new_message(&person.login, known).await;
        let (action, not_me) = (link(&mail, "action"), link(&mail, "not_me"));
        visit.scan([action.clone(), not_me]).await;
        let body = json!({"token": token(&action)});
        if operation == "request-reset" {
            let (status, link) = up.post("check-link", body).await;
            assert_eq!((status, &link["state"]), (200, &json!("sent")), "{link}");
        } else {
            let (status, session) = up.post("redeem-magic-link", body).await;
            assert_eq!((status, session["token"].is_string()), (200, true), "{session}");
        }
    }
}

impl Visit {
    /// Opens these pages, and every page that they lead to.
    async fn scan(&self, urls: [String; 2]) {
        let mut to_visit = VecDeque::from(urls);
        let mut known: BTreeSet<String> = to_visit.iter().cloned().collect();
        while let Some(url) = to_visit.pop_front() {
            // The time of the one before stands still now.
            self.browser.new_tab().await;
            self.browser.open(&url).await;
            look(&self.browser).await;
            assert_eq!(self.browser.url().await, url, "it went nowhere by itself");
            let links = self.browser.run(LINKS, json!([])).await;
            for link in links.as_array().unwrap().iter().map(|link| link.as_str().unwrap()) {
                if known.insert(link.to_owned()) {
                    to_visit.push_back(link.to_owned());
                }
            }
        }
        assert!(known.len() > 3, "it followed what there is: {known:?}");
    }
}

/// Every link of the page that stays in this place.
const LINKS: &str = "
    const links = [...document.querySelectorAll('a[href]')].map(link => link.href.split('#')[0]);
    return [...new Set(links)].filter(link => link.startsWith(location.origin));";

/// Waits until a minute has passed for the page: timers and refreshes that it has run in it.
async fn look(browser: &Browser) {
    let minute = json!({"policy": "pauseIfNetworkFetchesPending", "budget": LOOKED_AT_MILLIS});
    browser.devtools("Emulation.setVirtualTimePolicy", minute).await;
    until("a minute of the page's", async || {
        let passed = browser.run("return performance.now()", json!([])).await;
        passed.as_f64().filter(|passed| *passed >= f64::from(LOOKED_AT_MILLIS))
    })
    .await;
}
