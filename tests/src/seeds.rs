//! Who is there when a world begins.

#![expect(clippy::unwrap_used, reason = "a harness stops the test that it serves")]

use regain_domain::account::BlockReason;
use regain_domain::api_key::Role;
use regain_domain::event::Event;
use regain_domain::event::{Actor, Entry};
use regain_domain::hashing::Hasher;
use regain_domain::password::Password;
use regain_domain::{AccountRef, Language, Login, Settings, TenantId};
use regain_http::random;
use regain_store::{Created, NewAccount};

use crate::{World, after};

/// Somebody at the tenant `demo`.
pub struct Account {
    /// The address.
    pub login: &'static str,
    /// The password, if there is one.
    pub password: Option<&'static str>,
    /// The family name.
    pub last_name: &'static str,
    /// The mobile number, if there is one.
    pub phone: Option<&'static str>,
    /// Whether the account is blocked.
    pub blocked: Option<BlockReason>,
}

/// Who is there in every world.
pub const ACCOUNTS: [Account; 4] = [
    Account {
        login: "mo@example.com",
        password: Some("Zeilboot7"),
        last_name: "Jansen",
        phone: Some("+31612345678"),
        blocked: None,
    },
    Account {
        login: "ann@example.com",
        password: Some("Bakfiets8"),
        last_name: "de Vries",
        phone: None,
        blocked: None,
    },
    Account {
        login: "new@example.com",
        password: None,
        last_name: "Smit",
        phone: None,
        blocked: None,
    },
    Account {
        login: "bo@example.com",
        password: Some("Klompen99"),
        last_name: "Bakker",
        phone: Some("+31687654321"),
        blocked: Some(BlockReason::PaymentOverdue),
    },
];

/// What the timeline calls the beginning of a world.
pub(crate) const SEED: &str = "seed";

impl World {
    pub(crate) async fn seed(&mut self, hasher: &Hasher, change: impl FnOnce(&mut Settings)) {
        let mut settings = Settings { name: "Demo".to_owned(), ..Settings::default() };
        settings.support_contact = Some("help@example.com".to_owned());
        change(&mut settings);
        assert_eq!(settings.faults(), [], "the settings of the world are within their bounds");
        let tenant = self.tenant();
        self.admin = self.create_tenant(&tenant, &settings).await;
        self.desk = self.create_key(&tenant, Role::Desk).await;
        self.operator = self.create_key(&TenantId::installation(), Role::Operator).await;
        for account in &ACCOUNTS {
            self.create(&tenant, account, hasher).await;
        }
    }

    /// Makes an account.
    pub async fn create(&self, tenant: &TenantId, account: &Account, hasher: &Hasher) {
        let login = Login::parse(account.login).unwrap();
        let account_id = format!("id-of-{}", account.login.split('@').next().unwrap_or_default());
        let mut made = regain_domain::Account::new(account_id, &login, after(-1000));
        made.first_name = Some("Robin".to_owned());
        made.last_name = Some(account.last_name.to_owned());
        made.language = Some(Language::En);
        made.phone = account.phone.map(str::to_owned);
        made.blocked = account.blocked;
        if let Some(password) = account.password {
            let password = Password::parse(password).unwrap();
            hasher.give_password(&mut made, &password, &self.links, [random(), random()]).unwrap();
        }
        self.put_account(tenant, AccountRef::of(tenant, &login), made).await;
    }

    /// Puts an account where there is none.
    pub async fn put_account(
        &self,
        tenant: &TenantId,
        account_ref: AccountRef,
        account: regain_domain::Account,
    ) {
        let entry = Entry {
            event: Event::AccountCreated,
            at: after(-1000),
            actor: Actor::System,
            source: None,
            cause: None,
            subject: SEED.to_owned(),
            support_code: None,
            kept_days: 365,
        };
        let made = [NewAccount { account_ref, account, entry }];
        assert_eq!(self.store.create_accounts(tenant, &made).await.unwrap(), [Created::Done]);
    }
}
