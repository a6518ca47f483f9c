//! Codes counted over many accounts: per number, prefix, country and tenant, an hour and a day.
//! Whoever earns by being sent codes has numbers in rows.

use regain_domain::{Settings, TenantId};
use regain_tests::{World, after, plain};
use serde_json::json;

use crate::steps::start_body;
use crate::{ON_FILE, at, neighbour, open, phone_of, told};

const HOUR: i64 = 3600;
/// From the beginning of the world to midnight, UTC.
const MIDNIGHT: i64 = 10 * HOUR;

/// One code a day for each account: so every limit is as low as it can be.
fn lowest(settings: &mut Settings) {
    open(settings);
    settings.limits.codes_per_account_day = 1;
    settings.phone.allowed_countries = vec!["NL".to_owned(), "BE".to_owned()];
}

/// Makes an account with that number, has it ask for a code, and gives what became of it.
async fn newcomer(world: &World, seconds: i64, phone: &str) -> String {
    let number = world.cloud.items("accounts").unwrap().len();
    let login = format!("newcomer{number}@example.com");
    neighbour(world, &world.tenant(), &login, phone).await;
    asks(world, seconds, &login, phone).await
}

async fn asks(world: &World, seconds: i64, login: &str, phone: &str) -> String {
    let recovery = world.recovery(after(seconds), login, "locked_out").await;
    let reply = world.ask_code(after(seconds), &recovery, phone, "sms").await;
    assert_eq!(reply.status, 202, "the answer never says: {reply:?}");
    world.deliver(after(seconds)).await;
    let mut events = world.events(login).await;
    events.retain(|event| event.starts_with("code_"));
    events.pop().unwrap()
}

/// Sets how much of a limit is taken, as if so many others had asked.
fn taken(world: &World, name: &str, taken: u32) {
    let part = format!("#limit#codes.{name}#");
    let mut items = world.cloud.items("tokens").unwrap();
    items.retain(|item| plain(item)["pk"].as_str().unwrap().contains(&part));
    let [item] = items.as_mut_slice() else { panic!("one {name}: {items:?}") };
    item["taken"] = json!({"N": taken.to_string()});
    world.put_item("tokens", item);
}

/// The multiples of one account's day, and numbers that share nothing narrower.
#[tokio::test]
async fn every_limit_lets_exactly_its_number_pass() {
    let number = |_| ON_FILE.to_owned();
    let prefix = |n| phone_of(7, n);
    let country = |n| phone_of(n, 7);
    let tenant = |n: usize| match n {
        0 => phone_of(0, 0),
        n => format!("+3247{n:07}"),
    };
    type Phone = fn(usize) -> String;
    let rows: [(&str, u32, Phone); 8] = [
        ("number.hour", 1, number),
        ("number.day", 2, number),
        ("prefix.hour", 10, prefix),
        ("prefix.day", 40, prefix),
        ("country.hour", 160, country),
        ("country.day", 800, country),
        ("tenant.hour", 200, tenant),
        ("tenant.day", 1000, tenant),
    ];
    for (name, max, phone) in rows {
        let world = World::with(lowest).await;
        // Within one hour, or in each hour one, so that the limit of the hour is not in the way.
        let (step, last) = if name.ends_with("day") { (HOUR, MIDNIGHT) } else { (1, HOUR) };
        // The next hour would be over the number's day.
        let open_again = if name == "number.hour" { MIDNIGHT } else { last };
        assert_eq!(newcomer(&world, 0, &phone(0)).await, "code_sent: sms", "{name}");
        taken(&world, name, max - 1);
        assert_eq!(newcomer(&world, step, &phone(1)).await, "code_sent: sms", "{name}");
        for (n, seconds) in [(2, 2 * step), (3, 3 * step), (4, last - 1)] {
            let outcome = newcomer(&world, seconds, &phone(n)).await;
            assert_eq!(outcome, format!("code_not_sent: limit.codes.{name}"), "{n}");
        }
        assert_eq!(newcomer(&world, open_again, &phone(5)).await, "code_sent: sms", "{name}");
        assert_eq!(told(&world).len(), 3, "{name}");
    }
}

/// A country's and a tenant's stop at those of twenty: they are the operator's money.
#[tokio::test]
async fn limits_are_multiples_of_what_one_account_may_have_and_the_shared_ones_of_at_most_twenty() {
    for (codes, name, max) in [
        (3, "country.hour", 480),
        (5, "number.hour", 5),
        (5, "prefix.day", 200),
        (20, "country.hour", 3200),
        (20, "tenant.day", 20_000),
        (21, "country.hour", 3200),
        (21, "country.day", 16_000),
        (21, "tenant.hour", 4000),
        (21, "tenant.day", 20_000),
        (21, "number.day", 42),
        (21, "prefix.hour", 210),
        (1000, "number.hour", 1000),
        (1000, "prefix.day", 40_000),
        (1000, "country.hour", 3200),
        (1000, "country.day", 16_000),
        (1000, "tenant.hour", 4000),
        (1000, "tenant.day", 20_000),
    ] {
        let world = World::with(|settings| {
            lowest(settings);
            settings.limits.codes_per_account_day = codes;
        })
        .await;
        newcomer(&world, 0, ON_FILE).await;
        taken(&world, name, max - 1);
        assert_eq!(newcomer(&world, 1, ON_FILE).await, "code_sent: sms", "{codes} {name}");
        let outcome = newcomer(&world, 2, ON_FILE).await;
        assert_eq!(outcome, format!("code_not_sent: limit.codes.{name}"), "{codes}");
    }
}

#[tokio::test]
async fn of_neighbours_in_one_row_ten_get_a_code_within_an_hour() {
    let world = World::with(lowest).await;
    for n in 0..10 {
        let outcome = newcomer(&world, 0, &phone_of(234, n)).await;
        assert_eq!(outcome, "code_sent: sms", "{n}");
    }
    for n in [10, 5000, 9999] {
        let outcome = newcomer(&world, 1, &phone_of(234, n)).await;
        assert_eq!(outcome, "code_not_sent: limit.codes.prefix.hour", "{n}");
    }
    // The row beside it is another.
    for block in [233, 235] {
        assert_eq!(newcomer(&world, 2, &phone_of(block, 0)).await, "code_sent: sms");
    }
    assert_eq!(newcomer(&world, HOUR, &phone_of(234, 11)).await, "code_sent: sms");
}

/// What one tenant's people or attackers do takes nothing from another's.
#[tokio::test]
async fn tenants_count_on_their_own() {
    let world = World::with(lowest).await;
    let other = TenantId::parse("other").unwrap();
    let mut settings = Settings { name: "Other".to_owned(), ..Settings::default() };
    lowest(&mut settings);
    world.create_tenant(&other, &settings).await;
    assert_eq!(newcomer(&world, 0, ON_FILE).await, "code_sent: sms");
    neighbour(&world, &other, "mo@example.com", ON_FILE).await;
    let body = start_body("mo@example.com", &world.captcha_at(&other, after(1)));
    let started = at(&world, "other", after(1), "start-recovery", body).await;
    let body = json!({"recovery": started.text("recovery"), "phone": ON_FILE, "channel": "sms"});
    assert_eq!(at(&world, "other", after(1), "send-sms-code", body).await.status, 202);
    world.deliver(after(1)).await;
    assert_eq!(told(&world).len(), 2);
    let keys: Vec<String> = world
        .cloud
        .items("tokens")
        .unwrap()
        .iter()
        .map(|item| plain(item)["pk"].as_str().unwrap().to_owned())
        .filter(|key| key.contains("codes.number.hour"))
        .collect();
    let subject = |at: usize| keys[at].rsplit('#').nth(1).unwrap();
    assert_eq!(keys.len(), 2);
    assert_ne!(subject(0), subject(1), "nor can they be told to be of one number");
}

/// It is the one whose turn it was who goes without, and only in that hour.
#[tokio::test]
async fn who_was_refused_gets_a_code_when_the_hour_is_over() {
    let world = World::with(lowest).await;
    assert_eq!(newcomer(&world, HOUR - 1, ON_FILE).await, "code_sent: sms");
    neighbour(&world, &world.tenant(), "late@example.com", ON_FILE).await;
    let refused = asks(&world, HOUR - 1, "late@example.com", ON_FILE).await;
    assert_eq!(refused, "code_not_sent: limit.codes.number.hour");
    assert_eq!(asks(&world, HOUR, "late@example.com", ON_FILE).await, "code_sent: sms");
}
