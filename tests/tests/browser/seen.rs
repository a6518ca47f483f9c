//! Looking at a page as it stands, in each way in which people do.

use std::path::PathBuf;

use regain_tests::browser::{TAB, View, axe};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::visit::Visit;

/// One state of one page, in one language.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) name: String,
    pub(crate) page: Page,
    /// What the console was told on the way here.
    pub(crate) console: Vec<Value>,
    /// The URLs that were asked for on the way here.
    pub(crate) requested: Vec<String>,
    /// The `Location` of each redirect on the way here.
    pub(crate) redirected: Vec<String>,
    /// What axe holds against it.
    pub(crate) violations: Vec<String>,
    /// The rules of axe that it keeps.
    pub(crate) rules_kept: Vec<String>,
    /// How many things moved when the light changed.
    pub(crate) moving: u64,
    /// What is lost where there is little room.
    pub(crate) lost: Vec<String>,
    /// What the keyboard does not reach, and where the focus cannot be seen.
    pub(crate) unreached: Vec<String>,
    pub(crate) unseen_focus: Vec<String>,
    /// How many things the keyboard reached.
    pub(crate) reached: usize,
}

/// What `seen.js` tells.
#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) url: String,
    pub(crate) referrer: String,
    pub(crate) status: u16,
    /// How many things are announced at once.
    pub(crate) alerts: usize,
    pub(crate) actions: Vec<String>,
    pub(crate) bytes: u64,
}

const fn view(width: u32, height: u32, scheme: &'static str) -> View {
    View { width, height, zoom: 1, scheme }
}

/// Where pages are looked at, and pictured.
const VIEWS: [View; 4] = [
    view(360, 740, "light"),
    view(360, 740, "dark"),
    view(1280, 800, "dark"),
    view(1280, 800, "light"),
];
/// The narrowest that WCAG 2.2 asks for (1.4.10), and the widest screen that is as narrow at 200 %
/// (1.4.4).
const NARROW: [View; 2] =
    [view(320, 640, "light"), View { width: 320, height: 240, zoom: 2, scheme: "light" }];
/// A player has a dozen buttons of its own, and there is one of it at most.
const TABS_MAX: usize = 60;

impl Visit {
    /// Looks at the page that is open. The browser is left as it was.
    pub(crate) async fn see(&self, name: &str) -> Seen {
        let browser = &self.browser;
        // First of all, before axe adds to it.
        let (console, traffic) = (browser.console().await, browser.traffic().await);
        let page = browser.run(include_str!("seen.js"), json!([])).await;
        let mut seen = Seen {
            name: format!("{}/{name}", self.language),
            page: serde_json::from_value(page).unwrap(),
            console,
            requested: requested(&traffic),
            redirected: redirected(&traffic),
            violations: Vec::new(),
            rules_kept: Vec::new(),
            moving: 0,
            lost: Vec::new(),
            unreached: Vec::new(),
            unseen_focus: Vec::new(),
            reached: 0,
        };
        for narrow in NARROW {
            browser.look(narrow).await;
            seen.lost.extend(texts(&browser.run(include_str!("overflow.js"), json!([])).await));
        }
        browser.run(&axe(), json!([])).await;
        for view in VIEWS {
            browser.look(view).await;
            let held = browser.run_later(include_str!("axe_run.js"), json!([])).await;
            seen.violations.extend(texts(&held["violations"]));
            seen.rules_kept.extend(texts(&held["rules"]));
            seen.moving += held["moving"].as_u64().unwrap();
            self.keep_picture(name, view).await;
        }
        self.go_by_keyboard(&mut seen).await;
        browser.console().await;
        browser.traffic().await;
        seen
    }

    async fn go_by_keyboard(&self, seen: &mut Seen) {
        let all = self.browser.run(include_str!("focus_begin.js"), json!([])).await;
        let mut reached: Vec<u64> = Vec::new();
        for _ in 0..TABS_MAX {
            self.browser.key(TAB).await;
            let now = self.browser.run(include_str!("focus_step.js"), json!([])).await;
            let Some(at) = now["at"].as_u64() else { break };
            if !reached.contains(&at) {
                reached.push(at);
                if now["shows"] == false {
                    seen.unseen_focus.push(now["name"].to_string());
                }
            }
        }
        assert!(reached.is_sorted(), "{}: in the order of reading: {reached:?}", seen.name);
        assert!(reached.len() as u64 <= all.as_u64().unwrap());
        let left = self.browser.run(include_str!("focus_end.js"), json!([&reached])).await;
        seen.unreached = texts(&left);
        seen.reached = reached.len();
    }

    async fn keep_picture(&self, name: &str, view: View) {
        let dark = if view.scheme == "dark" { "-dark" } else { "" };
        let folder = screenshots().join(self.language).join(view.width.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        let picture = self.browser.picture().await;
        std::fs::write(folder.join(format!("{name}{dark}.png")), picture).unwrap();
    }
}

/// Where pictures of all pages are left.
fn screenshots() -> PathBuf {
    regain_tests::up::target().join("screenshots")
}

fn requested(traffic: &[Value]) -> Vec<String> {
    let requests = traffic.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
    requests.map(|event| event["params"]["request"]["url"].as_str().unwrap().to_owned()).collect()
}

fn redirected(traffic: &[Value]) -> Vec<String> {
    let redirects = traffic.iter().map(|event| &event["params"]["redirectResponse"]["headers"]);
    let locations = redirects.filter_map(|headers| headers["Location"].as_str());
    locations.map(str::to_owned).collect()
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}
