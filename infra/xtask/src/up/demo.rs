//! The demo tenant: made once, and left alone from then on, so that a password set by hand stays.

use regain_domain::{
    account::{Account, AccountRef, BlockReason},
    hashing::{Cost, Hasher},
    keys::Keyring,
    language::Language,
    login::Login,
    password::Password,
    settings::{Frontend, Limits, Settings},
    tenant::TenantId,
};
use regain_local::{ADMIN, Cloud};
use regain_store::Store;
use serde_json::{Value, json};

/// The tenant's name in URLs.
pub(crate) const TENANT: &str = "demo";

/// Every local caller has one address, so only the highest limits let tests through.
const LIMIT_MAX: u32 = 10_000;

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

/// Makes the tenant and its accounts where they are missing; what the ready file tells of them.
pub(crate) async fn seed(cloud: &Cloud) -> Result<Vec<Value>, String> {
    let stack = &cloud.template().stack;
    let store = Store::new(&regain_store::Cloud::with(cloud.sdk(ADMIN).await, stack), stack);
    let tenant = TenantId::parse(TENANT).map_err(failed)?;
    store.create_tenant(&tenant, &settings()).await.map_err(failed)?;
    let links = cloud.secret("links").ok_or("the local cloud has no secret `links`")?;
    let links = Keyring::parse(&links).map_err(failed)?;
    for person in PEOPLE {
        let login = Login::parse(person.login).map_err(failed)?;
        let reference = AccountRef::of(&tenant, &login);
        if store.account(&tenant, &reference).await.map_err(failed)?.is_none() {
            let account = account(person, &login, &links)?;
            store.create_account(&tenant, &reference, &account).await.map_err(failed)?;
        }
    }
    Ok(PEOPLE.iter().map(Person::told).collect())
}

fn settings() -> Settings {
    Settings {
        name: "Demo".to_owned(),
        limits: Limits {
            per_login_and_address_hour: LIMIT_MAX,
            per_address_hour: LIMIT_MAX,
            mails_per_login_hour: LIMIT_MAX,
            codes_per_account_day: 1000,
        },
        frontend: Frontend {
            return_urls: FRONTENDS.map(|origin| format!("{origin}/")).to_vec(),
            allowed_origins: FRONTENDS.map(str::to_owned).to_vec(),
            ..Frontend::default()
        },
        support_contact: Some("desk@demo.example".to_owned()),
        ..Settings::default()
    }
}

#[expect(clippy::disallowed_methods, reason = "a tool's own clock and randomness, for first data")]
fn account(person: &Person, login: &Login, links: &Keyring) -> Result<Account, String> {
    let (mut id, mut salts) = ([0_u8; 10], [[0_u8; 16]; 2]);
    getrandom::fill(&mut id).map_err(failed)?;
    getrandom::fill(salts.as_flattened_mut()).map_err(failed)?;
    let now = jiff::Timestamp::now();
    let millis = u64::try_from(now.as_millisecond()).map_err(failed)?;
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &id).into_uuid().to_string();
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
        .give_password(&mut account, &password, links, salts)
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
