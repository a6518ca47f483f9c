//! Somebody at the pages, with a browser that runs no script; and what must hold of whatever they are
//! shown.

use http::Method;
use jiff::Timestamp;
use regain_domain::Settings;
use regain_domain::session::s256;
use regain_local::Rel;
use regain_tests::pages::{Page, PageForm};
use regain_tests::{RETURN_URL, Request, VERIFIER, World, after};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::words::Heading;

pub(crate) const MO: &str = "mo@example.com";
/// Mo's account in the back office.
pub(crate) const MO_ID: &str = "tenants/demo/accounts/id-of-mo";
pub(crate) const OLD: &str = "Zeilboot7";
/// What Mo chooses instead.
pub(crate) const NEW: &str = "Molenwiek42";
/// The same, typed twice.
pub(crate) const CHOSEN: [(&str, &str); 2] = [("password", NEW), ("confirm", NEW)];
/// Mo's number, as a person types it and as it is kept.
pub(crate) const TYPED: &str = "06 12345678";
pub(crate) const ON_FILE: &str = "+31612345678";
pub(crate) const LANGUAGES: [&str; 2] = ["en", "nl"];
/// 15 minutes.
pub(crate) const MIN15: i64 = 900;
/// What only a session token has: how its JSON begins, in base64url.
pub(crate) const SESSION: &str = "eyJ0eXAi";

/// Somebody, and the language of their browser.
pub(crate) struct Person<'w> {
    pub(crate) world: &'w World,
    pub(crate) language: &'static str,
}

impl<'w> Person<'w> {
    pub(crate) fn new(world: &'w World, language: &'static str) -> Self {
        Self { world, language }
    }

    /// Opens an address, as by a click in a mail.
    pub(crate) async fn opens(&self, seconds: i64, address: &str) -> Page {
        let request = Request::get(address).header("accept-language", self.language);
        self.sees(after(seconds), &request.header("sec-fetch-site", "none")).await
    }

    /// Fills the form to a page of that name in, and sends it.
    pub(crate) async fn fills(
        &self,
        seconds: i64,
        page: &Page,
        name: &str,
        typed: &[(&str, &str)],
    ) -> Page {
        self.sends(seconds, &page.form(name), typed).await
    }

    /// The same of a form that was kept.
    pub(crate) async fn sends(
        &self,
        seconds: i64,
        form: &PageForm,
        typed: &[(&str, &str)],
    ) -> Page {
        let request = form.filled(typed).request();
        self.sees(after(seconds), &request.header("accept-language", self.language)).await
    }

    /// Follows the link to a page of that name.
    pub(crate) async fn follows(&self, seconds: i64, page: &Page, name: &str) -> Page {
        self.opens(seconds, &page.link(name)).await
    }

    /// Makes a request; whatever comes back is sound.
    pub(crate) async fn sees(&self, now: Timestamp, request: &Request) -> Page {
        let page = self.world.page(now, request).await;
        assert_sound(&page);
        page
    }

    /// That a page has this status and this heading, and is in the language of its reader.
    pub(crate) fn reads(&self, page: &Page, status: u16, (en, nl): Heading) {
        let heading = if self.language == "nl" { nl } else { en };
        assert_eq!((page.reply.status, &*page.heading()), (status, heading), "{}", page.html);
        assert_eq!(page.reply.header("content-language"), self.language);
        assert!(page.html.contains(&format!("<html lang=\"{}\">", self.language)));
    }

    /// Signs in on a page with a password.
    pub(crate) async fn signs_in(&self, seconds: i64, login: &str, password: &str) -> Page {
        let page = self.opens(seconds, "/p/demo/sign-in").await;
        self.fills(seconds, &page, "sign-in", &[("login", login), ("password", password)]).await
    }

    /// Says why, with the characters of the picture.
    pub(crate) async fn recovers(
        &self,
        seconds: i64,
        page: &Page,
        login: &str,
        reason: &str,
    ) -> Page {
        let form = page.form("recover");
        let answer = self.world.read_captcha(after(seconds), form.field("captcha.id"));
        let typed = [("login", login), ("reason", reason), ("captcha.answer", &*answer)];
        self.sends(seconds, &form, &typed).await
    }

    /// Has a code sent to Mo's phone, and what brings it there done.
    pub(crate) async fn has_code_sent(&self, seconds: i64, page: &Page, channel: &str) -> Page {
        let typed = [("phone", TYPED), ("channel", channel)];
        let sent = self.fills(seconds, page, "send-sms-code", &typed).await;
        self.world.deliver(after(seconds)).await;
        sent
    }

    /// From a forgotten password to the page where the next one is chosen.
    pub(crate) async fn may_choose(&self, seconds: i64, login: &str) -> Page {
        self.world.reset_token(after(seconds), login).await;
        let link = self.opens(seconds, &mailed(self.world, login, Rel::Action)).await;
        self.fills(seconds, &link, "click-link", &[]).await
    }
}

/// What holds of everything that a browser is sent: one page that can be read, or the way to another.
pub(crate) fn assert_sound(page: &Page) {
    let Page { reply, html } = page;
    let all = format!("{:?} {html}", reply.headers);
    assert!(!all.contains(SESSION), "a page is given no session: {all}");
    assert_ne!(reply.status, 500, "{html}");
    if reply.status == 303 {
        assert!(html.is_empty() && !reply.header("location").is_empty(), "{html}");
        return;
    }
    assert_eq!(html.matches("<h1").count(), 1, "{} {html}", reply.status);
    assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"), "{html}");
    assert!(!page.heading().is_empty(), "{html}");
}

/// The path of the newest mail's link.
pub(crate) fn mailed(world: &World, login: &str, rel: Rel) -> String {
    let mail = world.newest_mail(login);
    let link = mail.links.iter().find(|link| link.rel == rel).unwrap();
    link.url[link.url.find("/p/").unwrap()..].to_owned()
}

/// Under settings where one address asks and tries as often as it likes.
pub(crate) async fn world(change: impl FnOnce(&mut Settings)) -> World {
    World::with(|settings| {
        settings.limits.per_login_and_address_hour = 10_000;
        settings.limits.per_address_hour = 10_000;
        settings.limits.mails_per_login_hour = 10_000;
        change(settings);
    })
    .await
}

/// People may be sent back to a frontend.
pub(crate) fn leads_back(settings: &mut Settings) {
    settings.frontend.return_urls = vec![RETURN_URL.to_owned()];
}

/// A page, opened by a frontend that wants the sign-in.
pub(crate) fn begun(page: &str) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("return_url", RETURN_URL).append_pair("challenge", &s256(VERIFIER));
    format!("/p/demo/{page}?{}", query.finish())
}

/// Everything at rest, in order.
pub(crate) fn at_rest(world: &World) -> Vec<String> {
    let items = world.cloud.dump().unwrap().into_iter();
    let mut items: Vec<String> = items.map(|(place, item)| format!("{place}{item}")).collect();
    items.sort();
    items
}

/// An operation of the back office on Mo's account, by its admin.
pub(crate) async fn on_mo(world: &World, seconds: i64, end: &str, body: Value) -> Value {
    let path = format!("{MO_ID}{end}");
    let reply = world.admin_at(after(seconds), Method::POST, &path, &world.admin, body).await;
    assert!([200, 202].contains(&reply.status), "{reply:?}");
    reply.body
}

/// Has the desk invite who has no password yet, and the mail delivered.
pub(crate) async fn invited(world: &World, seconds: i64) -> &'static str {
    let (path, body) = ("tenants/demo/accounts/id-of-new/send-link", json!({"kind": "invite"}));
    let reply = world.admin_at(after(seconds), Method::POST, path, &world.desk, body).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    world.deliver(after(seconds)).await;
    "new@example.com"
}
