//! What the steps of a recovery by code need before them, put into the store directly.

use regain_domain::captcha::{Challenge, SEAL_LABEL};
use regain_domain::event::Event;
use regain_domain::keys::Keyring;
use regain_domain::link::Origin;
use regain_domain::recovery::{CodeChannel, Reason, SentCode};
use regain_domain::seal::Seal;
use regain_domain::time::after;
use regain_domain::token::{TokenPurpose, mint};
use regain_domain::{AccountRef, Language, Link, LinkId, Login, Recovery, SupportCode, TenantId};
use regain_http::{now, random};
use regain_local::{ADMIN, Cloud};
use regain_store::{CodeLimits, CodeToSend, CodeUsed, OutboxItem, Store, Story, Work, Written};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::steps::{ACCOUNT_ID, LOGIN, STACK};
use crate::up::demo::first_entry;

/// The way of one recovery.
pub(super) struct Prepared {
    store: Store,
    links: Keyring,
    tenant: TenantId,
    recovery: Recovery,
}

/// A captcha as a body answers it, rightly.
pub(super) fn captcha(cloud: &Cloud) -> Result<Value, String> {
    let seal = Seal::new(&ring(cloud, "edge")?, SEAL_LABEL);
    let tenant = TenantId::parse("demo").map_err(text)?;
    let captcha = Challenge::new(&tenant, Language::Nl, random(), now());
    Ok(json!({"id": captcha.seal(&seal, random()), "answer": captcha.answer()}))
}

impl Prepared {
    /// A recovery that was just started.
    pub(super) async fn started(cloud: &Cloud) -> Result<Self, String> {
        let store = Store::new(&regain_store::Cloud::with(cloud.sdk(ADMIN).await, STACK), STACK);
        let tenant = TenantId::parse("demo").map_err(text)?;
        let (now, support_code) = (now(), SupportCode::new(random()));
        let recovery = Recovery {
            recovery_id: LinkId::new(random()),
            account_ref: AccountRef::of(&tenant, &Login::parse(LOGIN).map_err(text)?),
            reason: Reason::LockedOut,
            started_at: now,
            expires_at: after(now, 900),
            tries: 0,
            mails: 0,
            asked: None,
            code: None,
            next_code_at: None,
            ended_at: None,
            support_code: support_code.clone(),
        };
        let outcome = Event::RecoveryStarted.as_str().to_owned();
        let story = Story { support_code, at: now, outcome, cause: None, account_id: None };
        store.start_recovery(&tenant, &recovery, &story).await.map_err(text)?;
        Ok(Self { store, links: ring(cloud, "links")?, tenant, recovery })
    }

    /// Its token.
    pub(super) fn token(&self) -> String {
        self.mint(TokenPurpose::Recovery)
    }

    fn mint(&self, purpose: TokenPurpose) -> String {
        let id = self.recovery.recovery_id;
        mint(&self.links, &self.tenant, purpose, id).expose_secret().to_owned()
    }

    /// A code is on its way; gives it.
    pub(super) async fn code(&mut self) -> Result<String, String> {
        let now = now();
        let code = SentCode {
            account_id: ACCOUNT_ID.to_owned(),
            epoch: 0,
            number: 1,
            digits: 6,
            key: self.links.current(),
            until: after(now, 600),
        };
        let to_send = CodeToSend {
            recovery_id: self.recovery.recovery_id,
            number: code.number,
            channel: CodeChannel::Sms,
            account_ref: self.recovery.account_ref.clone(),
            account_id: ACCOUNT_ID.to_owned(),
            limits: CodeLimits::ToTake,
            at: now,
            language_asked: None,
            language_accepted: None,
            source: None,
            support_code: self.recovery.support_code.clone(),
        };
        let id = format!("code-{}-1", self.recovery.recovery_id);
        let work = OutboxItem::new(&self.tenant, id, Work::SendCode(to_send.clone()), now);
        let sent = (&code, now);
        let written = self.store.send_code(&self.tenant, &self.recovery, sent, &work, now).await;
        if written.map_err(text)? != Written::Done {
            return Err("no code could be sent".to_owned());
        }
        // Nobody sends it: no process-outbox runs while this is measured. But it counts.
        let cleared = self.store.clear_code(&work, &to_send, (u32::MAX, &[]), now).await;
        if let Err(refused) = cleared.map_err(text)? {
            return Err(format!("a code does not count: {refused:?}"));
        }
        self.recovery.code = Some(code);
        let code = self.recovery.code(&self.links, &self.tenant).ok_or("no code")?;
        Ok(code.expose_secret().to_owned())
    }

    /// The grant that the code gives.
    pub(super) async fn grant(&mut self) -> Result<String, String> {
        self.code().await?;
        let now = now();
        let until = after(now, 900);
        let link = Link {
            link_id: self.recovery.recovery_id,
            purpose: self.recovery.reason.granted(),
            origin: Origin::SelfService,
            account_ref: self.recovery.account_ref.clone(),
            account_id: ACCOUNT_ID.to_owned(),
            login: None,
            epoch: 0,
            return_url: None,
            challenge: None,
            requested_at: now,
            issued_at: now,
            expires_at: until,
            clicked_at: Some(now),
            click_expires_at: Some(until),
            tries: 0,
            tried_at: None,
            died_at: None,
            death: None,
            reported_at: None,
            support_code: self.recovery.support_code.clone(),
        };
        let both = (&link, None);
        let entry = first_entry(now);
        let used = self.store.use_code(&self.tenant, &self.recovery, both, &entry, now).await;
        match used.map_err(text)? {
            CodeUsed::Done => Ok(self.mint(TokenPurpose::UnlockGrant)),
            other => Err(format!("no grant: {other:?}")),
        }
    }
}

fn ring(cloud: &Cloud, name: &str) -> Result<Keyring, String> {
    Keyring::parse(&cloud.secret(name).ok_or("no secret")?).map_err(text)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
