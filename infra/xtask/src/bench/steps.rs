//! What is measured: a process, a few requests, and how many calls they cost.

use std::path::PathBuf;

use regain_domain::api_key::Role;
use regain_domain::hashing::{Cost, Hasher};
use regain_domain::keys::Keyring;
use regain_domain::password::Password;
use regain_domain::session::Method;
use regain_domain::settings::Limits;
use regain_domain::time::after;
use regain_domain::{Account, AccountRef, Login, Settings, TenantId};
use regain_http::{Sessions, now, random};
use regain_local::{ADMIN, Cloud, InvokeError, Options, Rel};
use regain_store::{NewAccount, Store, TenantRow};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::event::{admin, body_of, page, public, read, signed_in};
use super::process::Process;
use super::recovery::{self, Prepared};
use crate::up::demo::first_entry;
use crate::{api_keys, paths};

/// One line of the table.
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) init_millis: f64,
    pub(crate) first_millis: f64,
    pub(crate) warm_millis: f64,
    pub(crate) peak_mib: f64,
    pub(crate) calls: String,
}

/// Two samples of one step that must not be told apart.
pub(crate) struct Timing {
    pub(crate) step: &'static str,
    pub(crate) known: Vec<f64>,
    pub(crate) unknown: Vec<f64>,
}

const RESET: &str = "request-reset";
const WARM: usize = 40;
const TIMED: usize = 500;
pub(super) const LOGIN: &str = "bench@example.com";
pub(super) const ACCOUNT_ID: &str = "bench";
const PASSWORD: &str = "Zeilboot7";
const PHONE: &str = "+31612345678";
pub(super) const STACK: &str = "regain";
const PUBLIC_BASE: &str = "http://127.0.0.1:9000";

/// Every binary.
pub(crate) async fn all(spawns: usize) -> Result<Vec<Measured>, String> {
    let mut measured = Vec::new();
    for (name, function, step) in [
        ("bare lambda_http", "examples/bare", Step::Nothing),
        ("the same clients and secrets", "examples/clients", Step::Nothing),
        ("request-reset", "request-reset", Step::RequestReset),
        ("check-link", "click-link", Step::CheckLink),
        ("click-link", "click-link", Step::ClickLink),
        ("set-password", "set-password", Step::SetPassword),
        ("sign-in", "sign-in", Step::SignIn),
        ("captcha", "captcha", Step::Captcha),
        ("image.png", "captcha", Step::Picture),
        ("audio.wav", "captcha", Step::Sound),
        ("start-recovery", "start-recovery", Step::StartRecovery),
        ("send-sms-code", "send-sms-code", Step::SendSmsCode),
        ("check-sms-code", "check-sms-code", Step::CheckSmsCode),
        ("unlock", "unlock", Step::Unlock),
        ("magic-login", "magic-login", Step::MagicLogin),
        ("redeem-magic-link", "magic-login", Step::RedeemMagicLink),
        ("session", "sign-in", Step::Session),
        ("the page sign-in", "sign-in", Step::SignInPage),
        ("the page link", "click-link", Step::LinkPage),
        // Who they are is somebody else's to answer: only their start is measured.
        ("second-step", "second-step", Step::Nothing),
        ("federated-login", "federated-login", Step::Nothing),
        ("read-settings", "manage-tenants", Step::ReadSettings),
        ("read-account", "manage-accounts", Step::ReadAccount),
    ] {
        eprintln!("{name}");
        measured.push(measure(name, function, step, spawns).await?);
    }
    Ok(measured)
}

/// Known and unknown logins, interleaved.
pub(crate) async fn timing() -> Result<Vec<Timing>, String> {
    let mut timings = Vec::new();
    for step in ["request-reset", "sign-in", "start-recovery"] {
        let bench = Bench::new().await?;
        let mut process = bench.spawn(step).await?;
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for round in 0..TIMED {
            // Logins of their own: wrong passwords lock one that comes back.
            let logins = [timed_login(round), format!("nobody{round}@example.com")];
            let [login, nobody] = &logins;
            let mut pair = [(&mut known, login), (&mut unknown, nobody)];
            // Who comes second finds the address's counter there already.
            pair.rotate_left(round % 2);
            for (samples, login) in pair {
                let body = match step {
                    "sign-in" => json!({"login": login, "password": "Wrong1234"}),
                    "start-recovery" => {
                        let captcha = recovery::captcha(&bench.cloud)?;
                        json!({"login": login, "captcha": captcha, "reason": "locked_out"})
                    }
                    _ => json!({"login": login}),
                };
                let (millis, _) = process.invoke(public(step, &body, round)).await?;
                samples.push(millis);
            }
        }
        timings.push(Timing { step, known, unknown });
    }
    Ok(timings)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Nothing,
    SignInPage,
    LinkPage,
    RequestReset,
    CheckLink,
    ClickLink,
    SetPassword,
    SignIn,
    Captcha,
    Picture,
    Sound,
    StartRecovery,
    SendSmsCode,
    CheckSmsCode,
    Unlock,
    MagicLogin,
    RedeemMagicLink,
    Session,
    ReadSettings,
    ReadAccount,
}

async fn measure(
    name: &str,
    function: &str,
    step: Step,
    spawns: usize,
) -> Result<Measured, String> {
    let bench = Bench::new().await?;
    let (mut inits, mut firsts, mut warms, mut peaks) = (vec![], vec![], vec![], vec![]);
    let mut calls = String::new();
    for spawn in 0..spawns {
        let mut process = bench.spawn(function).await?;
        inits.push(process.init_millis().await?);
        let answers = if step == Step::SetPassword { 5 } else { WARM };
        for answer in 0..answers {
            let round = spawn * 1000 + answer;
            let event = bench.event(step, round).await?;
            bench.cloud.forget_calls();
            let (millis, answer_body) = process.invoke(event).await?;
            expect_success(step, &answer_body)?;
            if answer == 0 { firsts.push(millis) } else { warms.push(millis) }
        }
        let made = bench.cloud.calls_of(function.trim_start_matches("examples/"));
        calls = if step == Step::Nothing { String::new() } else { made.len().to_string() };
        peaks.push(process.peak_mib()?);
    }
    let peak_mib = peaks.into_iter().fold(0.0, f64::max);
    let name = name.to_owned();
    let [init_millis, first_millis, warm_millis] = [inits, firsts, warms].map(median);
    Ok(Measured { name, init_millis, first_millis, warm_millis, peak_mib, calls })
}

fn expect_success(step: Step, answer: &Value) -> Result<(), String> {
    let status = answer.get("statusCode").and_then(Value::as_u64);
    match status {
        Some(200..=202) => Ok(()),
        _ if step == Step::Nothing => Ok(()),
        _ => Err(format!("answered {answer}")),
    }
}

/// The middle one.
pub(crate) fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A local cloud with one account, and the functions that prepare what a step needs.
struct Bench {
    cloud: Cloud,
    admin_key: SecretString,
    preparing: Mutex<[Process; 4]>,
}

impl Bench {
    async fn new() -> Result<Self, String> {
        let cloud = Cloud::start(Options::default()).map_err(text)?;
        let admin_key = seed(&cloud).await?;
        let preparing = ["request-reset", "process-outbox", "click-link", "magic-login"];
        let [a, b, c, d] = preparing.map(|function| spawn(&cloud, function));
        let preparing = Mutex::new([a.await?, b.await?, c.await?, d.await?]);
        Ok(Self { cloud, admin_key, preparing })
    }

    async fn spawn(&self, function: &str) -> Result<Process, String> {
        spawn(&self.cloud, function).await
    }

    /// What a step is asked, after what must be so before it.
    async fn event(&self, step: Step, round: usize) -> Result<Value, String> {
        let key = self.admin_key.expose_secret();
        let (endpoint, body) = match step {
            Step::ReadSettings => return Ok(admin("settings", key, round)),
            Step::ReadAccount => {
                return Ok(admin(&format!("accounts/{ACCOUNT_ID}"), key, round));
            }
            Step::Picture | Step::Sound => {
                let captcha = recovery::captcha(&self.cloud)?;
                let id = captcha.get("id").and_then(Value::as_str).unwrap_or_default();
                let what = if step == Step::Picture { "image.png" } else { "audio.wav" };
                return Ok(read(&format!("captcha/{id}/{what}"), round));
            }
            Step::Captcha => ("captcha", json!({"language": "nl"})),
            Step::StartRecovery => {
                let captcha = recovery::captcha(&self.cloud)?;
                let reason = "locked_out";
                ("start-recovery", json!({"login": LOGIN, "captcha": captcha, "reason": reason}))
            }
            Step::SendSmsCode => {
                let recovery = Prepared::started(&self.cloud).await?.token();
                let body = json!({"recovery": recovery, "phone": PHONE, "channel": "sms"});
                ("send-sms-code", body)
            }
            Step::CheckSmsCode => {
                let mut prepared = Prepared::started(&self.cloud).await?;
                let code = prepared.code().await?;
                ("check-sms-code", json!({"recovery": prepared.token(), "code": code}))
            }
            Step::Unlock => {
                let grant = Prepared::started(&self.cloud).await?.grant().await?;
                ("unlock", json!({"grant": grant}))
            }
            Step::Nothing | Step::RequestReset => ("request-reset", json!({"login": LOGIN})),
            Step::SignIn => ("sign-in", json!({"login": LOGIN, "password": PASSWORD})),
            Step::SignInPage => return Ok(page("sign-in", round)),
            Step::LinkPage => {
                return Ok(page(&format!("link/{}", self.token(RESET).await?), round));
            }
            Step::Session => return Ok(signed_in("session", &self.session()?, round)),
            Step::MagicLogin => ("magic-login", json!({"login": LOGIN})),
            Step::RedeemMagicLink => {
                ("redeem-magic-link", json!({"token": self.token("magic-login").await?}))
            }
            Step::CheckLink => ("check-link", json!({"token": self.token(RESET).await?})),
            Step::ClickLink => ("click-link", json!({"token": self.token(RESET).await?})),
            Step::SetPassword => {
                let body = json!({"token": self.token(RESET).await?});
                let mut preparing = self.preparing.lock().await;
                let [_, _, click_link, _] = &mut *preparing;
                let (_, answer) = click_link.invoke(public("click-link", &body, round)).await?;
                let grant = body_of(&answer).get("grant").cloned();
                let password = format!("Molenwiek{}", now().as_microsecond());
                ("set-password", json!({"grant": grant, "password": password}))
            }
        };
        Ok(public(endpoint, &body, round))
    }

    /// A session of the account, as sign-in would give it.
    fn session(&self) -> Result<String, String> {
        let sessions = Keyring::parse(&self.cloud.secret("sessions").ok_or("no secret")?);
        let sessions = Sessions::new(&sessions.map_err(text)?, PUBLIC_BASE).map_err(text)?;
        let tenant = TenantId::parse("demo").map_err(text)?;
        let login = Login::parse(LOGIN).map_err(text)?;
        let account = Account::new(ACCOUNT_ID.to_owned(), &login, now());
        let times = (now(), after(now(), 900));
        sessions.sign(&tenant, &account, &[Method::Password], times).map_err(text)
    }

    /// The token of a new link, through the mail.
    async fn token(&self, asked: &str) -> Result<String, String> {
        let mut preparing = self.preparing.lock().await;
        let [request_reset, process_outbox, _, magic_login] = &mut *preparing;
        let asks = if asked == RESET { request_reset } else { magic_login };
        asks.invoke(public(asked, &json!({"login": LOGIN}), 0)).await?;
        let process_outbox = Mutex::new(process_outbox);
        let function = async |event: Value| {
            let mut process = process_outbox.lock().await;
            process.invoke(event).await.map(|(_, answer)| answer).map_err(InvokeError::Failed)
        };
        self.cloud.deliver(function).await.map_err(text)?;
        let mail = self.cloud.messages(Some(LOGIN)).into_iter().next();
        let links = mail.map(|mail| mail.links).unwrap_or_default();
        let action = links.into_iter().find(|link| link.rel == Rel::Action);
        let url = action.map(|link| link.url).ok_or("no mail came")?;
        Ok(url.rsplit('/').next().unwrap_or_default().to_owned())
    }
}

async fn spawn(cloud: &Cloud, function: &str) -> Result<Process, String> {
    let caller = if function.starts_with("examples/") { "click-link" } else { function };
    let binary: PathBuf = paths::target().join("release").join(function);
    Process::spawn(&binary, cloud.environment(caller, PUBLIC_BASE)).await
}

/// A tenant with one account; the key of its admin.
async fn seed(cloud: &Cloud) -> Result<SecretString, String> {
    let store = Store::new(&regain_store::Cloud::with(cloud.sdk(ADMIN).await, STACK), STACK);
    let tenant = TenantId::parse("demo").map_err(text)?;
    let most = 10_000;
    let limits = Limits {
        per_login_and_address_hour: most,
        per_address_hour: most,
        mails_per_login_hour: most,
        ..Limits::default()
    };
    let settings = Settings { name: "Bench".to_owned(), limits, ..Settings::default() };
    let now = now();
    let row = TenantRow { tenant: tenant.clone(), name: settings.name.clone(), created_at: now };
    let key = api_keys::make(&tenant, Role::Admin, None);
    store.create_tenant(&row, &settings, &key.stored).await.map_err(text)?;
    let login = Login::parse(LOGIN).map_err(text)?;
    let mut account = Account::new(ACCOUNT_ID.to_owned(), &login, now);
    account.phone = Some(PHONE.to_owned());
    let password = Password::parse(PASSWORD).map_err(text)?;
    let links = Keyring::parse(&cloud.secret("links").ok_or("no secret")?).map_err(text)?;
    Hasher::new(Cost::PRESENT)
        .give_password(&mut account, &password, &links, [random(), random()])
        .map_err(text)?;
    let entry = || first_entry(now);
    let mut accounts = Vec::new();
    for round in 0..TIMED {
        let login = Login::parse(&timed_login(round)).map_err(text)?;
        let account_id = format!("timed-{round}");
        let timed = Account { account_id, login: login.as_str().to_owned(), ..account.clone() };
        let account_ref = AccountRef::of(&tenant, &login);
        accounts.push(NewAccount { account_ref, account: timed, entry: entry() });
    }
    let account_ref = AccountRef::of(&tenant, &login);
    accounts.push(NewAccount { account_ref, account, entry: entry() });
    store.create_accounts(&tenant, &accounts).await.map_err(text)?;
    Ok(key.text)
}

fn timed_login(round: usize) -> String {
    format!("known{round}@example.com")
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
