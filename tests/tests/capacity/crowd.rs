//! A tenant with many accounts, and one with few.

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use regain_domain::{AccountRef, Login};
use regain_tests::{World, after};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// Accounts of the big world.
pub(crate) const MANY: usize = 100_000;
/// And of the small one: enough for some pages.
pub(crate) const FEW: usize = 500;
/// Rows that go into the database in one transaction.
const ROWS_MAX: usize = 20_000;

/// A world that tests share, since it takes a while to fill, and the runtime that it lives in.
pub(crate) struct Place {
    runtime: Runtime,
    /// The world.
    pub(crate) world: World,
    /// Its crowd.
    pub(crate) accounts: usize,
}

/// The journal of a world is one, so its tests take turns, and do the same to both worlds in theirs.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) static BIG: LazyLock<Place> = LazyLock::new(|| Place::with(MANY));
pub(crate) static SMALL: LazyLock<Place> = LazyLock::new(|| Place::with(FEW));

impl Place {
    fn with(accounts: usize) -> Self {
        let runtime = Runtime::new().unwrap();
        let world = runtime.block_on(async {
            let world = World::with(|settings| settings.temporary_passwords_enabled = true).await;
            join(&world, accounts).await;
            world
        });
        Self { runtime, world, accounts }
    }

    pub(crate) fn run<T>(&self, what: impl Future<Output = T>) -> T {
        self.runtime.block_on(what)
    }
}

/// The login of one of the crowd. They stand behind all others in the list.
pub(crate) fn login(number: usize) -> String {
    format!("person-{number:06}@example.com")
}

/// And its id.
pub(crate) fn id(number: usize) -> String {
    format!("019ac000-0000-7000-8000-{number:012}")
}

/// The rows that the import leaves of one account, as the tables hold them.
struct Rows {
    account: Value,
    pointer: Value,
    entry: Value,
}

/// Puts so many accounts into the tenant: the first as the import makes it, the others in its
/// likeness, behind the functions' backs.
async fn join(world: &World, accounts: usize) {
    let line = json!({"login": login(0), "first_name": "Robin", "last_name": "Peeters",
        "phone": "+31612345678", "language": "nl",
        "password_hash": "$2b$04$abcdefghijklmnopqrstuvJm5Gu3DIL8KqPCDK6E0mXBcaZ1OVgCS"});
    let reply = world.import(after(-500), "demo", &world.admin, &line.to_string()).await;
    assert_eq!(reply.body[0]["status"], "created", "{reply:?}");
    let first = first(world);
    for from in (1..accounts).step_by(ROWS_MAX) {
        let numbers = from..accounts.min(from + ROWS_MAX);
        let (mut rows, mut entries) = (Vec::new(), Vec::new());
        for number in numbers {
            let [account, pointer, entry] = like(world, &first, number);
            rows.extend([account, pointer]);
            entries.push(entry);
        }
        put(world, "accounts", rows);
        put(world, "timeline", entries);
    }
    world.cloud.forget_calls();
}

fn first(world: &World) -> Rows {
    let one_of = |table: &str, is_it: &dyn Fn(&Value) -> bool| {
        let items = world.cloud.items(table).unwrap();
        items.into_iter().find(is_it).unwrap()
    };
    let account = one_of("accounts", &|item| item["login"]["S"] == login(0));
    let pk =
        |middle: &str| format!("demo#{middle}#{}", account["account_id"]["S"].as_str().unwrap());
    let pointer = one_of("accounts", &|item| item["pk"]["S"] == pk("id"));
    let entry = one_of("timeline", &|item| item["pk"]["S"] == pk("timeline"));
    Rows { account, pointer, entry }
}

fn like(world: &World, first: &Rows, number: usize) -> [Value; 3] {
    let (login, id) = (login(number), id(number));
    let place = AccountRef::of(&world.tenant(), &Login::parse(&login).unwrap());
    let (mut account, mut pointer, mut entry) =
        (first.account.clone(), first.pointer.clone(), first.entry.clone());
    account["pk"]["S"] = json!(format!("demo#account#{}", place.as_str()));
    account["login"]["S"] = json!(login);
    pointer["pk"]["S"] = json!(format!("demo#id#{id}"));
    pointer["account_ref"]["S"] = json!(place.as_str());
    entry["pk"]["S"] = json!(format!("demo#timeline#{id}"));
    account["account_id"]["S"] = json!(id);
    [account, pointer, entry]
}

fn put(world: &World, table: &str, rows: Vec<Value>) {
    let table = format!("{}-{table}", world.cloud.template().stack);
    let items = serde_json::from_value(Value::Array(rows)).unwrap();
    world.cloud.database().import_items(&table, items, Default::default()).unwrap();
}
