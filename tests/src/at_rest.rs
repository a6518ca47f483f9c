//! What is at rest, read and changed behind the functions' backs: what a back office, an import or
//! TTL does between two steps.

#![expect(clippy::unwrap_used, reason = "a harness stops the test that it serves")]

use jiff::Timestamp;
use regain_domain::keys::KeyState;
use regain_domain::link::State;
use regain_domain::token::{self, TokenPurpose};
use regain_domain::{Account, AccountRef, Link, LinkId, Login, Settings};
use regain_store::Written;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::World;

impl World {
    /// The id in a token of any purpose.
    pub fn link_id(&self, token: &str) -> LinkId {
        use TokenPurpose::{
            CodeReport, FederatedState, Recovery, Report, SetPasswordGrant, UnlockGrant,
        };
        let others = [SetPasswordGrant, UnlockGrant, Recovery, Report, CodeReport, FederatedState];
        let purposes = [TokenPurpose::MAILED.as_slice(), &others].concat();
        token::read(&self.links, &self.tenant(), &purposes, token).unwrap().id
    }

    /// The token of a link for a purpose, as Regain would mint it.
    pub fn mint(&self, purpose: TokenPurpose, id: LinkId) -> String {
        token::mint(&self.links, &self.tenant(), purpose, id).expose_secret().to_owned()
    }

    /// The link of a token, as stored.
    pub async fn link(&self, token: &str) -> Option<Link> {
        self.store.link(&self.tenant(), self.link_id(token)).await.unwrap()
    }

    /// Every link at rest that still works, of every account, by its record alone.
    pub async fn live_links(&self, now: Timestamp) -> Vec<Link> {
        let mut live = Vec::new();
        for item in self.cloud.items("tokens").unwrap() {
            let id = item.pointer("/link_id/S").and_then(Value::as_str).and_then(LinkId::parse);
            let Some(id) = id else { continue };
            let link = self.store.link(&self.tenant(), id).await.unwrap().unwrap();
            if matches!(link.state(now, KeyState::Accepted), State::Alive(_)) {
                live.push(link);
            }
        }
        live
    }

    /// Removes the record of a token's link, as TTL does.
    pub fn sweep_link(&self, token: &str) {
        let key = format!("{}#link#{}", self.tenant(), self.link_id(token));
        self.remove("tokens", json!({"pk": {"S": key}}));
    }

    /// Changes an account.
    pub async fn change_account(&self, login: &str, change: impl FnOnce(&mut Account)) {
        let mut account = self.account(login).await;
        change(&mut account);
        self.remove_account(login);
        let id = format!("{}#id#{}", self.tenant(), account.account_id);
        self.remove("accounts", json!({"pk": {"S": id}}));
        self.put_account(&self.tenant(), self.place(login), account).await;
    }

    /// Removes an account.
    pub fn remove_account(&self, login: &str) {
        let key = format!("{}#account#{}", self.tenant(), self.place(login).as_str());
        self.remove("accounts", json!({"pk": {"S": key}}));
    }

    /// Changes the settings of the tenant. Functions that have them hold them for a minute.
    pub async fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        let tenant = self.tenant();
        let read = self.store.tenant_settings(&tenant).await.unwrap().unwrap();
        let mut settings = read.settings;
        change(&mut settings);
        let written = self.store.change_settings(&tenant, &settings, read.version).await;
        assert_eq!(written.unwrap(), Written::Done);
    }

    /// Removes the tenant.
    pub fn remove_tenant(&self) {
        let key = json!({"pk": {"S": self.tenant().as_str()}, "sk": {"S": "settings"}});
        self.remove("tenants", key);
    }

    /// Where the account of a login is.
    pub fn place(&self, login: &str) -> AccountRef {
        AccountRef::of(&self.tenant(), &Login::parse(login).unwrap())
    }

    fn remove(&self, table: &str, key: Value) {
        let table = format!("{}-{table}", self.cloud.template().stack);
        let request = json!({"TableName": table, "Key": key});
        self.cloud.database().delete_item(serde_json::from_value(request).unwrap()).unwrap();
    }
}
