//! The demo tenant: made once, and left alone from then on, so that a password set by hand stays.
//! Only its keys are new at each start, and those of the start before are revoked.

use jiff::Timestamp;
use regain_domain::event::{Actor, Entry};
use regain_domain::{
    account::{Account, AccountRef, BlockReason},
    api_key::Role,
    event::Event,
    hashing::{Cost, Hasher},
    keys::Keyring,
    language::Language,
    login::Login,
    password::Password,
    settings::{Frontend, Limits, Sender, Settings},
    tenant::TenantId,
};
use regain_http::{now, random};
use regain_local::{ADMIN, Cloud};
use regain_store::{NewAccount, Store, StoredApiKey, TenantRow, Written};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::api_keys;

/// The tenant's name in URLs.
pub(crate) const TENANT: &str = "demo";

/// Every local caller has one address, so only the highest limits let tests through.
const LIMIT_MAX: u32 = 10_000;
const CODES_MAX: u32 = 1000;

/// Whom its text messages come from.
const SMS_NAME: &str = "Demo";

/// Where a frontend under development is usually served.
const FRONTENDS: [&str; 4] = [
    "http://localhost:3000",
    "http://localhost:5173",
    "http://127.0.0.1:3000",
    "http://127.0.0.1:5173",
];

/// An account of the demo. The password is the first one; whoever sets another knows it.
struct Person {
    login: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    password: &'static str,
    phone: Option<&'static str>,
    language: Option<Language>,
    blocked: Option<BlockReason>,
}

const PEOPLE: &[Person] = &[
    Person {
        login: "robin@demo.example",
        first_name: "Robin",
        last_name: "Visser",
        password: "Copper-Lantern-58",
        phone: Some("+31612345678"),
        language: None,
        blocked: None,
    },
    Person {
        login: "sam@demo.example",
        first_name: "Sam",
        last_name: "Bakker",
        password: "Quiet-Harbour-73",
        phone: None,
        language: Some(Language::Nl),
        blocked: None,
    },
    Person {
        login: "kim@demo.example",
        first_name: "Kim",
        last_name: "Mulder",
        password: "Amber-Window-46",
        phone: Some("+31687654321"),
        language: None,
        blocked: Some(BlockReason::PaymentOverdue),
    },
];

/// What the keys made here are for, and how those of an earlier start are known.
const KEY_NAME: &str = "cargo xtask up";

/// What the ready file tells of the demo.
pub(crate) struct Demo {
    pub(crate) accounts: Vec<Value>,
    pub(crate) operator_key: SecretString,
    pub(crate) admin_key: SecretString,
    pub(crate) desk_key: SecretString,
}

/// Makes the tenant and its accounts where they are missing, and its keys anew.
pub(crate) async fn seed(cloud: &Cloud) -> Result<Demo, String> {
    let stack = &cloud.template().stack;
    let store = Store::new(&regain_store::Cloud::with(cloud.sdk(ADMIN).await, stack), stack);
    let tenant = TenantId::parse(TENANT).map_err(failed)?;
    let now = now();
    let operator = new_key(&store, &TenantId::installation(), Role::Operator).await?;
    let admin = tenant_with_admin(&store, &tenant, now).await?;
    let desk = new_key(&store, &tenant, Role::Desk).await?;
    revoke_earlier(&store, &TenantId::installation(), &[&operator.stored]).await?;
    revoke_earlier(&store, &tenant, &[&admin.stored, &desk.stored]).await?;
    let links = cloud.secret("links").ok_or("the local cloud has no secret `links`")?;
    let links = Keyring::parse(&links).map_err(failed)?;
    for person in PEOPLE {
        let login = Login::parse(person.login).map_err(failed)?;
        let account_ref = AccountRef::of(&tenant, &login);
        if store.account(&tenant, &account_ref).await.map_err(failed)?.is_none() {
            let account = account(person, &login, &links, now)?;
            let account = NewAccount { account_ref, account, entry: first_entry(now) };
            store.create_accounts(&tenant, &[account]).await.map_err(failed)?;
        }
    }
    Ok(Demo {
        accounts: PEOPLE.iter().map(Person::told).collect(),
        operator_key: operator.text,
        admin_key: admin.text,
        desk_key: desk.text,
    })
}

/// A new key of the admin; the tenant too, if it is not there.
async fn tenant_with_admin(
    store: &Store,
    tenant: &TenantId,
    now: Timestamp,
) -> Result<api_keys::Made, String> {
    let settings = settings();
    let row = TenantRow { tenant: tenant.clone(), name: settings.name.clone(), created_at: now };
    let made = api_keys::make(tenant, Role::Admin, Some(KEY_NAME));
    if store.create_tenant(&row, &settings, &made.stored).await.map_err(failed)? {
        return Ok(made);
    }
    new_key(store, tenant, Role::Admin).await
}

async fn new_key(store: &Store, tenant: &TenantId, role: Role) -> Result<api_keys::Made, String> {
    let made = api_keys::make(tenant, role, Some(KEY_NAME));
    match store.create_api_key(tenant, &made.stored).await.map_err(failed)? {
        Written::Done => Ok(made),
        Written::Changed => {
            Err(failed("it was deleted, and a name is never given again: start with --fresh"))
        }
    }
}

/// A kept state does not collect keys.
async fn revoke_earlier(
    store: &Store,
    tenant: &TenantId,
    present: &[&StoredApiKey],
) -> Result<(), String> {
    for key in store.api_keys(tenant).await.map_err(failed)? {
        let ours = key.name.as_deref() == Some(KEY_NAME);
        if ours && present.iter().all(|present| present.id != key.id) {
            store.revoke_api_key(tenant, &key.id).await.map_err(failed)?;
        }
    }
    Ok(())
}

/// What the timeline of an account made by a tool begins with.
pub(crate) fn first_entry(now: Timestamp) -> Entry {
    Entry {
        event: Event::AccountCreated,
        at: now,
        actor: Actor::System,
        source: None,
        cause: None,
        subject: "cargo-xtask".to_owned(),
        support_code: None,
        kept_days: Settings::default().timeline_days,
    }
}

fn settings() -> Settings {
    Settings {
        name: "Demo".to_owned(),
        limits: Limits {
            per_login_and_address_hour: LIMIT_MAX,
            per_address_hour: LIMIT_MAX,
            mails_per_login_hour: LIMIT_MAX,
            codes_per_account_day: CODES_MAX,
        },
        frontend: Frontend {
            return_urls: FRONTENDS.map(|origin| format!("{origin}/")).to_vec(),
            allowed_origins: FRONTENDS.map(str::to_owned).to_vec(),
            ..Frontend::default()
        },
        sms_names: vec![SMS_NAME.to_owned()],
        sender: Sender { sms_name: Some(SMS_NAME.to_owned()), ..Sender::default() },
        support_contact: Some("desk@demo.example".to_owned()),
        ..Settings::default()
    }
}

fn account(
    person: &Person,
    login: &Login,
    links: &Keyring,
    now: Timestamp,
) -> Result<Account, String> {
    let millis = u64::try_from(now.as_millisecond()).map_err(failed)?;
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &random()).into_uuid().to_string();
    let mut account = Account {
        first_name: Some(person.first_name.to_owned()),
        last_name: Some(person.last_name.to_owned()),
        phone: person.phone.map(str::to_owned),
        language: person.language,
        blocked: person.blocked,
        password_set_at: Some(now),
        ..Account::new(id, login, now)
    };
    let password = Password::parse(person.password).map_err(failed)?;
    Hasher::new(Cost::PRESENT)
        .give_password(&mut account, &password, links, [random(), random()])
        .map_err(failed)?;
    Ok(account)
}

impl Person {
    fn told(&self) -> Value {
        json!({
            "login": self.login,
            "password": self.password,
            "phone": self.phone,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "blocked": self.blocked.is_some(),
        })
    }
}

fn failed(error: impl std::fmt::Display) -> String {
    format!("the demo tenant: {error}")
}

#[cfg(test)]
mod tests {
    use regain_domain::api_key;
    use regain_local::Options;
    use regain_store::{OutboxItem, Work};
    use secrecy::ExposeSecret;

    use super::*;

    #[tokio::test]
    async fn each_start_has_keys_of_its_own_and_a_kept_state_collects_none() {
        let cloud = Cloud::start(Options::default()).unwrap();
        let store = Store::new(
            &regain_store::Cloud::with(cloud.sdk(ADMIN).await, "regain"),
            &cloud.template().stack,
        );
        let installation = TenantId::installation();
        let by_hand = api_keys::make(&installation, Role::Operator, None);
        store.create_api_key(&installation, &by_hand.stored).await.unwrap();
        let starts = [seed(&cloud).await.unwrap(), seed(&cloud).await.unwrap()];
        for (start, works) in starts.iter().zip([false, true]) {
            for (key, role) in [
                (&start.operator_key, Role::Operator),
                (&start.admin_key, Role::Admin),
                (&start.desk_key, Role::Desk),
            ] {
                let credential = api_key::read(key.expose_secret()).unwrap();
                let found = store.use_api_key(&credential, now()).await.unwrap();
                assert_eq!(found.map(|key| key.role), works.then_some(role));
            }
        }
        let left = store.api_keys(&installation).await.unwrap();
        assert!(left.iter().any(|key| key.id == by_hand.stored.id), "made by hand, and left alone");
        assert_eq!(left.len(), 2);
        assert_eq!(store.api_keys(&TenantId::parse(TENANT).unwrap()).await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_demo_that_was_deleted_asks_for_a_fresh_start() {
        let cloud = Cloud::start(Options::default()).unwrap();
        seed(&cloud).await.unwrap();
        let stack = &cloud.template().stack;
        let sdk = regain_store::Cloud::with(cloud.sdk(ADMIN).await, stack);
        let tenant = TenantId::parse(TENANT).unwrap();
        let item = OutboxItem::new(&tenant, "gone".to_owned(), Work::TenantDeleted, now());
        assert!(Store::new(&sdk, stack).delete_tenant(&tenant, &item).await.unwrap());
        let refused = seed(&cloud).await.err().unwrap();
        assert!(refused.contains("start with --fresh"), "{refused}");
    }
}
