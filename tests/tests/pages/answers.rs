//! A page says no more than the API: it is the same for a login that nobody has, and costs the same calls
//! to the store as the operation behind it.

use regain_domain::Provider;
use regain_domain::provider::{Identity, IdentityRef};
use regain_tests::pages::{Page, PageForm};
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::steps::{Person, world};

/// With a phone, without one, blocked, with a provider and no password, nobody's.
const LOGINS: [&str; 5] =
    ["mo@example.com", "ann@example.com", "bo@example.com", "new@example.com", "noo@example.com"];
const WRONG_PHONE: &str = "+31612345670";

/// All that a person is shown and all that was done for it; what differs between any two, masked.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    status: u16,
    headers: Vec<String>,
    html: String,
    calls: Vec<String>,
    log: Value,
}

/// What stands between texts like these is another each time, or is what was typed.
const MASKED: [(&str, &str); 8] = [
    ("Support code: <code>", "</code>"),
    ("name=\"captcha.id\" value=\"", "\""),
    ("/captcha/", "/"),
    ("name=\"recovery\" value=\"", "\""),
    ("name=\"carried\" value=\"", "\""),
    ("It ends in ", "."),
    ("number that ends in ", "."),
    ("We send the link to ", "</p>"),
];

fn masked(html: &str, login: &str) -> String {
    let mut html = html.replace(login, "*");
    for (before, after) in MASKED {
        let mut parts = html.split(before);
        let first = parts.next().unwrap().to_owned();
        let rest = parts.map(|part| part.split_once(after).map_or(part, |(_, rest)| rest));
        html = rest.fold(first, |html, part| format!("{html}{before}*{after}{part}"));
    }
    html
}

fn calls(world: &World, function: &str) -> Vec<String> {
    let mut calls = world.cloud.calls_of(function);
    // Those of one round trip may arrive in either order.
    calls.sort();
    world.cloud.forget_calls();
    calls
}

/// The page world and what it shows; beside it the world of who calls the API.
struct Both {
    pages: World,
    api: World,
}

impl Both {
    /// Two alike, where nothing is read of the tenant while something is compared.
    async fn new() -> Self {
        let both = Self { pages: world(|_| {}).await, api: world(|_| {}).await };
        for world in [&both.pages, &both.api] {
            let identity = IdentityRef::of(&world.tenant(), "https://issuer.example", "new");
            let linked = Identity { identity, linked_at: after(-500) };
            world
                .change_account("new@example.com", |account| {
                    account.identities.insert(Provider::Google, linked);
                })
                .await;
            world.request(after(-1), "warm@example.com").await;
            world.magic_token(after(-1), "mo@example.com").await;
            world.sign_in(after(-1), "warm@example.com", "x").await;
            let recovery = world.recovery(after(-1), "warm@example.com", "locked_out").await;
            world.ask_code(after(-1), &recovery, WRONG_PHONE, "sms").await;
            world.type_code(after(-1), &recovery, "000000").await;
            world.cloud.forget_calls();
        }
        both
    }

    /// Sends a form, and the same to the API: the calls are the same.
    async fn seen(
        &self,
        (seconds, login): (i64, &str),
        (form, typed): (&PageForm, &[(&str, &str)]),
        (operation, body): (&str, Value),
    ) -> (Page, Reply, Seen) {
        let function = match operation {
            "request-reset" | "magic-login" | "start-recovery" | "sign-in" => operation,
            "send-sms-code" | "check-sms-code" => operation,
            other => panic!("{other}"),
        };
        let (mo, api) = (Person::new(&self.pages, "en"), &self.api);
        let page = mo.sends(seconds, form, typed).await;
        let headers = page.reply.headers.iter();
        let mut headers: Vec<String> =
            headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        headers.sort();
        let mut log = page.reply.log.clone();
        log["duration.ms"] = json!(0);
        if let Some(code) = log.get_mut("support.code") {
            *code = json!("*");
        }
        let html = masked(&page.html, login);
        let calls_of_page = calls(&self.pages, function);
        let reply = api.post(after(seconds), operation, body).await;
        assert_eq!(calls_of_page, calls(api, function), "{operation} of {login}");
        assert_eq!(page.reply.status < 300, reply.status < 300, "{operation} of {login}");
        assert!(page.reply.status < 300 || page.reply.status == reply.status, "{reply:?}");
        let seen = Seen { status: page.reply.status, headers, html, calls: calls_of_page, log };
        (page, reply, seen)
    }

    async fn lock(&self, seconds: i64) {
        for world in [&self.pages, &self.api] {
            for login in LOGINS {
                world.lock(after(seconds), login).await;
            }
            world.cloud.forget_calls();
        }
    }

    async fn form(&self, name: &str) -> PageForm {
        let opened = Person::new(&self.pages, "en").opens(0, &format!("/p/demo/{name}")).await;
        self.pages.cloud.forget_calls();
        opened.form(name)
    }
}

fn alike(all: &[Seen], what: &str) {
    assert_eq!(all.len(), LOGINS.len());
    for (other, login) in all.iter().zip(LOGINS) {
        assert_eq!(*other, all[0], "{what} of {login}");
    }
}

#[tokio::test]
async fn asking_for_a_link_looks_the_same_for_everyone_locked_or_not() {
    for (name, operation) in [("forgot-password", "request-reset"), ("magic", "magic-login")] {
        let both = Both::new().await;
        let form = both.form(name).await;
        for round in ["open", "locked"] {
            let mut all = Vec::new();
            for login in LOGINS {
                let sent = (&form, &[("login", login)][..]);
                let body = json!({"login": login, "language": "en"});
                all.push(both.seen((1, login), sent, (operation, body)).await.2);
            }
            assert_eq!((all[0].status, all[0].calls.len()), (200, 1));
            alike(&all, &format!("{name} {round}"));
            both.lock(2).await;
        }
    }
}

#[tokio::test]
async fn a_wrong_password_looks_the_same_for_everyone_locked_or_not() {
    let both = Both::new().await;
    let form = both.form("sign-in").await;
    let mut rounds = Vec::new();
    // Five lock it, five more are looked at, and then none.
    for round in 1..=12 {
        let mut all = Vec::new();
        for login in LOGINS {
            let typed = [("login", login), ("password", "Wrong-1234")];
            let body = json!({"login": login, "password": "Wrong-1234"});
            all.push(both.seen((1, login), (&form, &typed), ("sign-in", body)).await.2);
        }
        alike(&all, &format!("round {round}"));
        rounds.push(all.swap_remove(0));
    }
    for round in &rounds {
        assert_eq!((round.status, &round.html), (401, &rounds[0].html));
    }
}

/// Begins a recovery at both; gives what was seen, the page and the API's recovery.
async fn begun(both: &Both, seconds: i64, login: &str, reason: &str) -> (Page, String, Seen) {
    let form = both.form("recover").await;
    let answer = both.pages.read_captcha(after(seconds), form.field("captcha.id"));
    let typed = [("login", login), ("reason", reason), ("captcha.answer", &*answer)];
    let captcha = both.api.captcha(after(seconds));
    let body = json!({"login": login, "reason": reason, "captcha": captcha, "language": "en"});
    let (page, reply, seen) =
        both.seen((seconds, login), (&form, &typed), ("start-recovery", body)).await;
    (page, reply.text("recovery").to_owned(), seen)
}

#[tokio::test]
async fn starting_a_recovery_looks_the_same_for_everyone_locked_or_not() {
    for reason in ["forgot_password", "locked_out"] {
        let both = Both::new().await;
        for round in ["open", "locked"] {
            let mut all = Vec::new();
            for login in LOGINS {
                let (page, _, seen) = begun(&both, 1, login, reason).await;
                let digits = page.between("It ends in ", ".");
                assert!(digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()));
                let first = login.get(..1).unwrap();
                assert_eq!(
                    page.between("We send the link to ", ".<"),
                    format!("{first}•••@example.com")
                );
                let carried: Value =
                    serde_json::from_str(page.form("send-sms-code").field("carried")).unwrap();
                let members: Vec<_> = carried.as_object().unwrap().keys().collect();
                for secret in ["id-of", "phone", "blocked", "account"] {
                    assert!(!carried.to_string().contains(secret), "{carried}");
                }
                assert!(members.len() <= 6, "{members:?}");
                all.push(seen);
            }
            assert_eq!((all[0].status, all[0].calls.len()), (200, 3));
            alike(&all, round);
            both.lock(2).await;
        }
    }
}

#[tokio::test]
async fn a_wrong_number_and_a_wrong_code_look_the_same_for_everyone() {
    let both = Both::new().await;
    let mut recoveries = Vec::new();
    for login in LOGINS {
        let (page, recovery, _) = begun(&both, 1, login, "forgot_password").await;
        recoveries.push((login, page, recovery));
    }
    for status in [422, 422, 422, 410] {
        let (mut numbers, mut codes) = (Vec::new(), Vec::new());
        for (login, page, recovery) in &recoveries {
            let form = page.form("send-sms-code");
            let typed = [("phone", WRONG_PHONE), ("channel", "voice")];
            let body = json!({"recovery": recovery, "phone": WRONG_PHONE, "channel": "voice",
                "language": "en"});
            let sent = both.seen((2, login), (&form, &typed), ("send-sms-code", body)).await;
            numbers.push(sent.2);
            // A page to type a code on comes after a right number only, but its form can be sent.
            let action = form.action.replace("send-sms-code", "check-sms-code");
            let form = PageForm { action, ..form };
            let body = json!({"recovery": recovery, "code": "000000", "language": "en"});
            let typed = [("code", "000000")];
            let sent = both.seen((2, login), (&form, &typed), ("check-sms-code", body)).await;
            codes.push(sent.2);
        }
        assert_eq!(numbers[0].status, status, "{}", numbers[0].html);
        alike(&numbers, "a wrong number");
        alike(&codes, "a wrong code");
    }
}
