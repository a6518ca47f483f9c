//! A real browser: Debian's Chromium without a window, moved by its driver.
//!
//! What is asked of a page waits until the page has it; nothing sleeps. Where a page script is
//! forbidden to run, the scripts given to [`Browser::run`] run all the same: they are the driver's.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a harness stops the test that it serves"
)]

mod driver;
mod session;

use data_encoding::BASE64;
use serde_json::{Value, json};

use self::session::Session;
use crate::up::{target, until};

/// The key that moves the focus on (<https://www.w3.org/TR/webdriver2/#keyboard-actions>).
pub const TAB: &str = "\u{E004}";
/// The key that sends a form.
pub const ENTER: &str = "\u{E007}";
/// The key that moves on among radio buttons.
pub const DOWN: &str = "\u{E015}";
/// The space bar, which chooses.
pub const SPACE: &str = " ";

/// Whether the scripts of pages run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    /// As in most browsers.
    On,
    /// As where they are blocked.
    Off,
}

/// How a person looks at a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// CSS pixels.
    pub width: u32,
    /// CSS pixels.
    pub height: u32,
    /// Device pixels for each.
    pub zoom: u32,
    /// Light or dark.
    pub scheme: &'static str,
}

/// A browser, ended when dropped.
pub struct Browser {
    session: Session,
}

impl Browser {
    /// Starts one that prefers a language.
    pub async fn start(language: &str, scripts: Scripts) -> Self {
        let arguments = [
            "--headless=new",
            "--no-sandbox", // tests often run as root, where it cannot be had
            "--disable-gpu",
            "--disable-dev-shm-usage", // containers have little of it
            "--disable-background-networking",
            "--no-first-run",
            "--hide-scrollbars", // as on a phone; else a picture lacks what is beneath one
            "--window-size=1280,800",
        ];
        let mut preferences = json!({"intl.accept_languages": language});
        if scripts == Scripts::Off {
            preferences["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let options = json!({
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "goog:chromeOptions": {"args": arguments, "prefs": preferences},
        });
        Self { session: Session::start(&options).await }
    }

    /// Goes to a URL, and waits until the page is there.
    pub async fn open(&self, url: &str) {
        self.session.tell("url", json!({"url": url})).await;
    }

    /// Goes on in a new tab, and closes the one before.
    pub async fn new_tab(&self) {
        let tab = self.session.tell("window/new", json!({"type": "tab"})).await;
        self.session.delete("window").await;
        self.session.tell("window", json!({"handle": tab["handle"]})).await;
    }

    /// Where it is.
    pub async fn url(&self) -> String {
        self.session.told("url").await.as_str().unwrap().to_owned()
    }

    /// The title of the page.
    pub async fn title(&self) -> String {
        self.session.told("title").await.as_str().unwrap().to_owned()
    }

    /// Whether the page has it.
    pub async fn has(&self, css: &str) -> bool {
        !self.session.elements(css).await.is_empty()
    }

    /// What a person reads there.
    pub async fn text(&self, css: &str) -> String {
        let element = self.element(css).await;
        self.session.told(&format!("element/{element}/text")).await.as_str().unwrap().to_owned()
    }

    /// An attribute, as it is written; empty without it.
    pub async fn attribute(&self, css: &str, name: &str) -> String {
        let element = self.element(css).await;
        let value = self.session.told(&format!("element/{element}/attribute/{name}")).await;
        value.as_str().unwrap_or_default().to_owned()
    }

    /// What is in a field now.
    pub async fn value(&self, css: &str) -> String {
        let element = self.element(css).await;
        let value = self.session.told(&format!("element/{element}/property/value")).await;
        value.as_str().unwrap().to_owned()
    }

    /// Types into a field, in the place of what is there.
    pub async fn fill(&self, css: &str, text: &str) {
        let element = self.element(css).await;
        self.session.tell(&format!("element/{element}/clear"), json!({})).await;
        self.session.tell(&format!("element/{element}/value"), json!({"text": text})).await;
    }

    /// Clicks on what leads to no other page.
    pub async fn choose(&self, css: &str) {
        let element = self.element(css).await;
        self.session.tell(&format!("element/{element}/click"), json!({})).await;
    }

    /// Clicks on a button or a link, and waits for the page that comes of it.
    pub async fn press(&self, css: &str) {
        let before = self.element("html").await;
        self.choose(css).await;
        self.left(&before, css).await;
    }

    /// Presses a key on what has the focus.
    pub async fn key(&self, key: &str) {
        let taps =
            [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})];
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": taps});
        self.session.tell("actions", json!({"actions": [keyboard]})).await;
    }

    /// Presses Enter, and waits for the page that comes of it.
    pub async fn enter(&self) {
        let before = self.element("html").await;
        self.key(ENTER).await;
        self.left(&before, "Enter").await;
    }

    /// Types on what has the focus.
    pub async fn type_text(&self, text: &str) {
        for key in text.chars() {
            self.key(key.encode_utf8(&mut [0; 4])).await;
        }
    }

    /// Runs a script of the driver's, the body of a function with `arguments`.
    pub async fn run(&self, script: &str, arguments: Value) -> Value {
        self.session.tell("execute/sync", json!({"script": script, "args": arguments})).await
    }

    /// The same for one that answers later, by calling its last argument.
    pub async fn run_later(&self, script: &str, arguments: Value) -> Value {
        self.session.tell("execute/async", json!({"script": script, "args": arguments})).await
    }

    /// A command of the Chrome DevTools Protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.session.tell("goog/cdp/execute", body).await
    }

    /// Looks at the page in another way from now on, and as somebody whom motion makes dizzy.
    pub async fn look(&self, view: View) {
        let metrics = json!({
            "width": view.width, "height": view.height, "deviceScaleFactor": view.zoom,
            "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let preferences = json!([
            {"name": "prefers-color-scheme", "value": view.scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": preferences})).await;
    }

    /// What the console was told since it was last asked.
    pub async fn console(&self) -> Vec<Value> {
        let entries = self.session.tell("se/log", json!({"type": "browser"})).await;
        entries.as_array().unwrap().clone()
    }

    /// What the network was asked for, and said, since it was last asked: events of the Chrome
    /// DevTools Protocol.
    pub async fn traffic(&self) -> Vec<Value> {
        let entries = self.session.tell("se/log", json!({"type": "performance"})).await;
        let events = entries.as_array().unwrap().iter().map(|entry| {
            let event: Value = serde_json::from_str(entry["message"].as_str().unwrap()).unwrap();
            event["message"].clone()
        });
        let of_the_network =
            |event: &Value| event["method"].as_str().unwrap().starts_with("Network.");
        events.filter(of_the_network).collect()
    }

    /// The whole page as a PNG, as it is looked at.
    pub async fn picture(&self) -> Vec<u8> {
        let whole = json!({"captureBeyondViewport": true, "format": "png"});
        let shot = self.devtools("Page.captureScreenshot", whole).await;
        BASE64.decode(shot["data"].as_str().unwrap().as_bytes()).unwrap()
    }

    /// Waits until some page has this text, however many there are on the way to it.
    pub async fn comes_to(&self, text: &str) {
        until(&format!("a page that says {text}"), async || {
            let script = json!({"script": "return document.body.innerText", "args": []});
            let said = self.session.post("execute/sync", script).await.ok()?;
            said.as_str()?.contains(text).then_some(())
        })
        .await;
    }

    /// Waits until the page has it.
    async fn element(&self, css: &str) -> String {
        let first = async || self.session.elements(css).await.into_iter().next();
        if let Some(element) = first().await {
            return element;
        }
        let place = format!("{css} at {}: {}", self.url().await, self.title().await);
        until(&place, first).await
    }

    /// Waits until a page, known by its root, has made way.
    async fn left(&self, root: &str, by: &str) {
        until(&format!("another page by {by}"), async || {
            let still = self.session.get(&format!("element/{root}/name")).await;
            match still {
                Ok(_) => None,
                Err(why) if why.is_of_a_page_that_left() => Some(()),
                Err(why) => panic!("{why}"),
            }
        })
        .await;
        until(&format!("a whole page by {by}"), async || {
            // On its way from one page to the next it may have no script to ask.
            let script = json!({"script": "return document.readyState", "args": []});
            let state = self.session.post("execute/sync", script).await;
            state.is_ok_and(|state| state == "complete").then_some(())
        })
        .await;
    }
}

/// The script by which pages are held against WCAG, as `cargo xtask` installed it.
pub fn axe() -> String {
    let script = target().join("axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&script)
        .unwrap_or_else(|error| panic!("{}: {error}: cargo xtask tool axe-core", script.display()))
}
