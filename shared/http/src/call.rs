//! A call, as a step sees it.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use regain_domain::api_key::ApiKey;
use regain_domain::captcha::{CaptchaFault, Challenge};
use regain_domain::client::ClientAddress;
use regain_domain::event::{Actor, Entry, Event};
use regain_domain::keys::{DerivedKey, Keyring, mac};
use regain_domain::seal::Seal;
use regain_domain::session::GoesOn;
use regain_domain::settings::Demand;
use regain_domain::token::{self, TokenPurpose};
use regain_domain::{Account, Language, Link, LinkId, Session, Settings, SupportCode, TenantId};

use serde_json::json;

use crate::Answer;
use crate::api::Operation;
use crate::body::{Body, Line};
use crate::log::LogLine;
use crate::problem::{Fault, Problem, ProblemCode};

/// Everything about one request that a step may need. The edge has checked all of it.
pub struct Call {
    /// The moment of the call: the only "now" there is.
    pub now: Timestamp,
    /// Which operation was called.
    pub operation: &'static Operation,
    /// At which tenant.
    pub tenant: TenantId,
    /// Its settings, as they are in effect.
    pub settings: Arc<Settings>,
    /// The key of the back office; none on a public endpoint.
    pub key: Option<ApiKey>,
    /// The session of who calls; none where none is asked for.
    pub session: Option<Session>,
    /// The body.
    pub body: Body,
    /// The lines of a body of lines.
    pub lines: Vec<Line>,
    /// The query string.
    pub query: Body,
    /// The entity tags that the caller has seen, one of which must be the present one.
    pub if_match: Option<String>,
    /// The language named in the body.
    pub language_asked: Option<Language>,
    /// The language of the browser.
    pub language_accepted: Option<Language>,
    /// The code by which the desk finds this call.
    pub support_code: SupportCode,
    /// Where the caller is, by address, pseudonymised: equal for equal addresses, no more.
    pub source: String,
    /// The line that will be written.
    pub log: Arc<LogLine>,
    /// Of a page: where it leads in the end. A page is given no session.
    pub(crate) hosted: Option<Hosted>,
    pub(crate) params: Vec<(&'static str, String)>,
    pub(crate) client: ClientAddress,
    pub(crate) edge_key: Arc<DerivedKey>,
}

/// What only the call of a page has.
#[derive(Clone, Debug)]
pub(crate) struct Hosted {
    /// Its language.
    pub(crate) language: Language,
    /// Where a sign-in is handed over, if anywhere.
    pub(crate) goes_on: Option<GoesOn>,
}

impl Call {
    /// What stands in the path for `{name}`; empty if the path has none.
    #[must_use]
    pub fn param(&self, name: &str) -> &str {
        let found = self.params.iter().find(|(param, _)| *param == name);
        found.map_or("", |(_, text)| text)
    }

    /// The return URL of a link, if the tenant still allows it: it may have been taken off the
    /// list since the link was asked for.
    #[must_use]
    pub fn return_url(&self, link: &Link) -> Option<String> {
        self.settings.allowed_return_url(link.return_url.as_deref()?)
    }

    /// Whether it was made by a page.
    #[must_use]
    pub fn is_of_a_page(&self) -> bool {
        self.hosted.is_some()
    }

    /// The language of the page that made it; none if none did.
    #[must_use]
    pub fn page_language(&self) -> Option<Language> {
        self.hosted.as_ref().map(|hosted| hosted.language)
    }

    /// Where a sign-in on a page is handed over: what the form says, or the link it came by.
    #[must_use]
    pub fn goes_on(&self, link: Option<&Link>) -> Option<GoesOn> {
        let hosted = self.hosted.as_ref()?;
        match link {
            None => hosted.goes_on.clone(),
            Some(link) => {
                Some(GoesOn { url: self.return_url(link)?, challenge: link.challenge.clone()? })
            }
        }
    }

    /// The return URL that the body asks for, if the tenant allows it.
    pub fn asked_return_url(&self) -> Result<Option<String>, Problem> {
        let Some(asked) = self.body.text("return_url") else { return Ok(None) };
        match self.settings.allowed_return_url(asked) {
            Some(allowed) => Ok(Some(allowed)),
            None => Err(Problem::invalid(vec![Fault::new("/return_url", "not_allowed")])),
        }
    }

    /// What the timeline says of this call.
    #[must_use]
    pub fn entry(&self, event: Event, cause: Option<&str>) -> Entry {
        Entry {
            event,
            at: self.now,
            actor: self.actor(),
            source: Some(self.source.clone()),
            cause: cause.map(str::to_owned),
            subject: self.support_code.to_string(),
            support_code: Some(self.support_code.clone()),
            kept_days: self.settings.timeline_days,
        }
    }

    /// Who calls.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match &self.key {
            Some(key) => Actor::Key(key.id.clone()),
            None => Actor::Caller,
        }
    }

    /// The captcha, rightly answered, where one is demanded. A wrong answer is counted by `miss`
    /// before it is answered; a right one is to be used up together with what it was given for.
    pub async fn solved_captcha<F, R, E>(
        &self,
        seal: &Seal,
        demand: Demand,
        miss: F,
    ) -> Result<Option<Challenge>, Problem>
    where
        F: FnOnce(Challenge) -> R,
        R: Future<Output = Result<Option<u32>, E>>,
        E: Error + Send + Sync + 'static,
    {
        if demand == Demand::Never {
            return Ok(None);
        }
        if !self.body.has("captcha") {
            return Err(Problem::invalid(vec![Fault::new("/captcha", "required")]));
        }
        let captcha = self.captcha(seal)?;
        if self.solves(&captcha) {
            return Ok(Some(captcha));
        }
        Err(Problem::captcha_missed(miss(captcha).await?))
    }

    /// The captcha that the body answers.
    fn captcha(&self, seal: &Seal) -> Result<Challenge, Problem> {
        let id = self.body.member("captcha", "id");
        Challenge::open(seal, &self.tenant, id, self.now).map_err(|fault| {
            Problem::new(match fault {
                CaptchaFault::Unknown => ProblemCode::CaptchaUnknown,
                CaptchaFault::Expired => ProblemCode::CaptchaExpired,
            })
        })
    }

    /// An answer with what `set-password` is to be given, by whether the account's second step is
    /// on.
    #[must_use]
    pub fn with_password_rules(&self, answer: Answer, second_step: bool) -> Answer {
        let policy = self.settings.password_policy.for_account(second_step);
        answer
            .and("password", Some(self.settings.own_password.asks(second_step).as_str()))
            .and("password_policy", Some(json!(policy)))
    }

    /// The session of a call that asks for one.
    pub fn session(&self) -> Result<&Session, Problem> {
        self.session.as_ref().ok_or_else(|| Problem::new(ProblemCode::Unauthorized))
    }

    /// The account of the session, if that still stands.
    pub fn standing<T>(&self, read: Option<(T, Account)>) -> Result<(T, Account), Problem> {
        let session = self.session()?;
        let (place, account) = read
            .filter(|(_, account)| session.stands(account))
            .ok_or_else(|| Problem::new(ProblemCode::SessionEnded))?;
        self.log.set("account.ref", account.account_id.as_str());
        Ok((place, account))
    }

    /// The recovery that the body names.
    pub fn recovery(&self, links: &Keyring) -> Result<LinkId, Problem> {
        let token = self.body.token("recovery");
        token::read(links, &self.tenant, &[TokenPurpose::Recovery], token)
            .ok()
            .filter(|genuine| genuine.key.accepts(self.now))
            .map(|genuine| genuine.id)
            .ok_or_else(|| Problem::new(ProblemCode::RecoveryUnknown))
    }

    /// Whether the body answers it rightly.
    fn solves(&self, captcha: &Challenge) -> bool {
        captcha.is_answered_by(self.body.member("captcha", "answer"), self.settings.captcha.case)
    }

    /// The subject of a limit that counts `text` from whatever address it comes.
    #[must_use]
    pub fn subject_from_anywhere(&self, text: &str) -> String {
        let parts: [&[u8]; 3] = [b"anywhere", self.tenant.as_str().as_bytes(), text.as_bytes()];
        short(&mac(self.edge_key.as_slice(), &parts))
    }

    /// The subject of a limit: the caller's address, and whatever else is counted with it.
    #[must_use]
    pub fn limit_subject(&self, with: &[&[u8]]) -> String {
        let address = self.client.bytes();
        let parts: Vec<&[u8]> = [b"limit".as_slice(), self.tenant.as_str().as_bytes(), &address]
            .into_iter()
            .chain(with.iter().copied())
            .collect();
        short(&mac(self.edge_key.as_slice(), &parts))
    }
}

/// Addresses cannot be guessed back from it without the edge's key, unlike from a plain hash.
pub(crate) fn source(edge_key: &DerivedKey, tenant: &TenantId, client: ClientAddress) -> String {
    let parts: [&[u8]; 3] = [b"source", tenant.as_str().as_bytes(), &client.bytes()];
    short(&mac(edge_key.as_slice(), &parts))
}

fn short(tag: &[u8; 32]) -> String {
    HEXLOWER.encode(tag.split_at(16).0)
}
