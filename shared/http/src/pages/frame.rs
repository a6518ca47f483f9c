//! What every page has, as the templates take it.

use jiff::tz::TimeZone;
use regain_domain::Language;
use regain_notices::page::{Frame, SCRIPT};
use url::form_urlencoded::Serializer;

use crate::body::PageForm;

use super::Shown;
use super::assets::{name, style_sheet};

/// Why a provider sent somebody back in vain, as the address of the page says it.
pub(super) fn provider_error(form: &PageForm) -> Option<&'static str> {
    let known = ["provider_not_linked", "provider_refused", "provider_unavailable", "sign_in_over"];
    known.into_iter().find(|code| form.text("error") == Some(code))
}

/// What a frame borrows from.
pub(super) struct Around<'a> {
    shown: &'a Shown<'a>,
    pub(super) base: String,
    style: String,
    script: String,
    elsewhere: Vec<(Language, String)>,
    zone: TimeZone,
    support_code: Option<String>,
}

impl<'a> Around<'a> {
    /// Around what is shown; `support_code` is that of the story, if it has one.
    pub(super) fn new(shown: &'a Shown<'a>, support_code: Option<String>) -> Self {
        let base = format!("/p/{}", shown.tenant);
        let others = shown.settings.languages.iter().filter(|other| **other != shown.language);
        let there = |path: &str, other: Language| {
            let mut query = query(other, &leads_on(shown.form));
            if let Some(error) = provider_error(shown.form) {
                query.append_pair("error", error);
            }
            (other, format!("{path}?{}", query.finish()))
        };
        let elsewhere = shown.here.map(|path| others.map(|other| there(path, *other)).collect());
        Self {
            style: format!("{base}/assets/{}", name(&style_sheet(shown.settings), "css")),
            script: format!("{base}/assets/{}", name(SCRIPT, "js")),
            elsewhere: elsewhere.unwrap_or_default(),
            zone: shown.settings.zone(),
            support_code,
            base,
            shown,
        }
    }

    pub(super) fn frame(&self) -> Frame<'_> {
        let settings = self.shown.settings;
        Frame {
            language: self.shown.language,
            tenant: &settings.name,
            has_logo: settings.looks.logo_url.is_some(),
            style: &self.style,
            script: &self.script,
            elsewhere: &self.elsewhere,
            now: self.shown.now,
            zone: &self.zone,
            contact: settings.support_contact.as_deref(),
            support_code: self.support_code.as_deref(),
        }
    }

    /// The address of a page, in the language of this one, leading on to where this one does; that to
    /// sign in leads on only to who can take a sign-in.
    pub(super) fn page(&self, page: &str) -> String {
        let mut leads_on = leads_on(self.shown.form);
        if page == "sign-in" && leads_on.len() < LEADS_ON.len() {
            leads_on.clear();
        }
        let query = query(self.shown.language, &leads_on).finish();
        format!("{}/{page}?{query}", self.base)
    }
}

/// Where a page leads in the end, and for whom: what its links and its forms pass on.
pub(super) const LEADS_ON: [&str; 2] = ["return_url", "challenge"];

fn leads_on(form: &PageForm) -> Vec<(&'static str, &str)> {
    LEADS_ON.into_iter().filter_map(|name| Some((name, form.text(name)?))).collect()
}

fn query(language: Language, leads_on: &[(&str, &str)]) -> Serializer<'static, String> {
    let mut query = Serializer::new(String::new());
    query.append_pair("lang", language.as_str()).extend_pairs(leads_on);
    query
}
