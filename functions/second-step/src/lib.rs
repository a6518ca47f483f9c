//! `second-step`: who is signed in sets up codes of an authenticator app, switches them off, or asks for
//! other recovery codes.
//!
//! A session alone changes nothing that is on: that takes the password, if there is one, and a code.
//! Each change ends every session but the one in its answer, and is told to the owner by mail.

mod proof;

use std::sync::Arc;

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use regain_domain::event::Event;
use regain_domain::hashing::Hasher;
use regain_domain::link::{WithdrawnReason, WrittenDeath};
use regain_domain::seal::Seal;
use regain_domain::second_step::{
    AppSecret, Change, Checked, Enrolment, RECOVERY_CODES, RecoveryCode, SECRET_BYTES, SecondStep,
    TypedCode, Whose,
};
use regain_domain::session::Method;
use regain_domain::{Account, AccountRef, LinkId};
use regain_http::{Answer, Call, Fault, Problem, ProblemCode, Sessions, random};
use regain_store::{
    Limit, Notice, NoticeKind, OutboxItem, REREADS_MAX, Rewrite, Rewritten, Store, TriesOf, Work,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::proof::Counted;

/// What these steps need.
pub struct SecondSteps {
    /// The tables.
    pub store: Store,
    /// Seals the secrets of apps.
    pub second_steps: Seal,
    /// Reads sessions, and signs the one in an answer.
    pub sessions: Arc<Sessions>,
    /// The cost of a hash.
    pub hasher: Hasher,
}

/// Answers one request.
pub async fn handle(step: &SecondSteps, call: &Call) -> Result<Answer, Problem> {
    let runs_before = step.hasher.runs();
    let answered = match call.operation.id {
        "enroll-second-step" => enroll(step, call).await,
        "confirm-second-step" => confirm(step, call).await,
        "switch-off-second-step" => switch_off(step, call).await,
        "renew-recovery-codes" => renew(step, call).await,
        _ => Err(Problem::new(ProblemCode::NotFound)),
    };
    call.log.set("argon2.runs", step.hasher.runs() - runs_before);
    answered
}

/// What a call makes of the account.
struct Next {
    account: Account,
    event: Event,
    /// What its owner is told of, if so.
    change: Option<Change>,
}

/// What is decided of a code that was counted.
enum Decided {
    Next(Box<Next>),
    Wrong,
    Refused(Problem),
}

/// An account where it is.
type Placed = (AccountRef, Account);

async fn account(step: &SecondSteps, call: &Call) -> Result<Placed, Problem> {
    let account_id = &call.session()?.account_id;
    call.standing(step.store.account_by_id(&call.tenant, account_id).await?)
}

fn whose<'a>(call: &'a Call, account: &'a Account) -> Whose<'a> {
    Whose { tenant: &call.tenant, account_id: &account.account_id }
}

fn typed(call: &Call) -> Result<TypedCode, Problem> {
    let not_a_code = || Problem::invalid(vec![Fault::new("/code", "not_a_code")]);
    TypedCode::parse(call.body.token("code")).ok_or_else(not_a_code)
}

fn missing() -> Problem {
    Problem::new(ProblemCode::SecondStepMissing)
}

/// Gives a secret to set an app up with. Five calls to the store with a password, six where another
/// app is to be replaced.
async fn enroll(step: &SecondSteps, call: &Call) -> Result<Answer, Problem> {
    if !call.settings.second_step.offered {
        return Err(Problem::new(ProblemCode::SecondStepNotOffered));
    }
    let placed = account(step, call).await?;
    let code = match (placed.1.second_step.is_some(), call.body.has("code")) {
        (false, _) => None,
        (true, true) => Some(typed(call)?),
        (true, false) => return Err(Problem::invalid(vec![Fault::new("/code", "required")])),
    };
    proof::password(step, call, &placed).await?;
    let secret: Zeroizing<[u8; SECRET_BYTES]> = Zeroizing::new(random());
    let internal = || Problem::new(ProblemCode::Internal);
    let app = AppSecret::new(&secret, &call.settings.name, &placed.1.login).ok_or_else(internal)?;
    let qr = QrCode::with_error_correction_level(app.uri.expose_secret(), EcLevel::L)?;
    let nonce = random();
    let is_recovery = matches!(code, Some(TypedCode::Recovery(_)));
    let change = is_recovery.then_some(Change::RecoveryCodeUsed);
    let enrolled = written(step, call, placed, code.as_ref(), |before| {
        let whose = whose(call, before);
        let second_step = match (&before.second_step, &code) {
            (Some(second_step), Some(code)) => match checked(step, call, second_step, before, code)
            {
                Ok(after) => Some(after),
                Err(decided) => return decided,
            },
            (None, None) => None,
            _ => return Decided::Refused(Problem::busy()),
        };
        let enrolment = Enrolment::new(&step.second_steps, whose, &secret, nonce, call.now);
        let account = Account { second_step, enrolment: Some(enrolment), ..before.clone() };
        Decided::Next(Box::new(Next { account, event: Event::SecondStepBegun, change }))
    })
    .await?;
    Ok(Answer::new(json!({
        "secret": app.text.expose_secret(),
        "otpauth_uri": app.uri.expose_secret(),
        "qr_svg": qr.render::<svg::Color<'_>>().min_dimensions(QR_PIXELS, QR_PIXELS).build(),
        "valid_until": enrolled.enrolment.map(|enrolment| enrolment.until),
    })))
}

/// Large enough for any camera; it scales.
const QR_PIXELS: u32 = 240;

/// Switches it on with the first right code. Four calls to the store.
async fn confirm(step: &SecondSteps, call: &Call) -> Result<Answer, Problem> {
    let placed = account(step, call).await?;
    let code = typed(call)?;
    let recovery_codes = recovery_codes(whose(call, &placed.1));
    let account = written(step, call, placed, Some(&code), |before| {
        let Some(enrolment) = before.enrolment.as_ref().filter(|it| call.now < it.until) else {
            return Decided::Refused(missing());
        };
        let seal = &step.second_steps;
        let confirmed =
            enrolment.confirmed(seal, whose(call, before), &code, &recovery_codes, call.now);
        let Some(second_step) = confirmed else { return Decided::Wrong };
        let (event, change) = match before.second_step {
            None => (Event::SecondStepSwitchedOn, Change::On),
            Some(_) => (Event::SecondStepReplaced, Change::Replaced),
        };
        changed(before, Some(second_step), event, change)
    })
    .await?;
    let mut methods = call.session()?.methods.clone();
    if !methods.contains(&Method::Totp) {
        methods.push(Method::Totp);
    }
    Ok(Answer::new(json!({
        "recovery_codes": shown(&recovery_codes),
        "session": step.sessions.in_place(call, &account, &methods)?,
    })))
}

/// Six calls to the store with a password.
async fn switch_off(step: &SecondSteps, call: &Call) -> Result<Answer, Problem> {
    let placed = account(step, call).await?;
    let code = typed(call)?;
    if placed.1.second_step.is_none() {
        return Err(missing());
    }
    proof::password(step, call, &placed).await?;
    let account = written(step, call, placed, Some(&code), |before| {
        let Some(second_step) = &before.second_step else { return Decided::Refused(missing()) };
        match checked(step, call, second_step, before, &code) {
            Ok(_) => changed(before, None, Event::SecondStepSwitchedOff, Change::Off),
            Err(decided) => decided,
        }
    })
    .await?;
    let session = step.sessions.in_place(call, &account, &call.session()?.methods)?;
    Ok(Answer::new(json!({"status": "off", "session": session})))
}

/// Six calls to the store with a password.
async fn renew(step: &SecondSteps, call: &Call) -> Result<Answer, Problem> {
    let placed = account(step, call).await?;
    let code = typed(call)?;
    if placed.1.second_step.is_none() {
        return Err(missing());
    }
    proof::password(step, call, &placed).await?;
    let recovery_codes = recovery_codes(whose(call, &placed.1));
    written(step, call, placed, Some(&code), |before| {
        let Some(second_step) = &before.second_step else { return Decided::Refused(missing()) };
        let after = match checked(step, call, second_step, before, &code) {
            Ok(after) => after.with_recovery_codes(&recovery_codes),
            Err(decided) => return decided,
        };
        let account = Account { second_step: Some(after), ..before.clone() };
        let change = Some(Change::RecoveryCodesRenewed);
        Decided::Next(Box::new(Next { account, event: Event::RecoveryCodesRenewed, change }))
    })
    .await?;
    Ok(Answer::new(json!({"recovery_codes": shown(&recovery_codes)})))
}

fn recovery_codes(whose: Whose<'_>) -> Vec<RecoveryCode> {
    (0..RECOVERY_CODES).map(|_| RecoveryCode::new(whose, random())).collect()
}

fn shown(codes: &[RecoveryCode]) -> Value {
    codes.iter().map(|code| code.text.expose_secret()).collect()
}

/// The second step with this code used; or what is decided of one that is not right.
fn checked(
    step: &SecondSteps,
    call: &Call,
    second_step: &SecondStep,
    account: &Account,
    code: &TypedCode,
) -> Result<SecondStep, Decided> {
    match second_step.check(&step.second_steps, whose(call, account), code, None, call.now) {
        Checked::Right(after) => Ok(*after),
        Checked::Used => Err(Decided::Refused(Problem::new(ProblemCode::CodeUsed))),
        Checked::Disabled => Err(Decided::Refused(Problem::new(ProblemCode::SecondStepDisabled))),
        Checked::Wrong => Err(Decided::Wrong),
    }
}

/// Another second step, or none: what was issued before ends.
fn changed(
    before: &Account,
    second_step: Option<SecondStep>,
    event: Event,
    change: Change,
) -> Decided {
    let mut account = Account { second_step, enrolment: None, ..before.clone() };
    account.end_sessions();
    Decided::Next(Box::new(Next { account, event, change: Some(change) }))
}

/// Counts the code, decides, and writes that, if nothing else has changed the account; if something
/// has, decides anew on what is there now. Gives the account as it is written.
async fn written(
    step: &SecondSteps,
    call: &Call,
    mut placed: Placed,
    code: Option<&TypedCode>,
    decide: impl Fn(&Account) -> Decided,
) -> Result<Account, Problem> {
    let counted = Counted::begin(step, call, &placed.1, code).await?;
    let mut is_told = true;
    for _ in 0..REREADS_MAX {
        let next = match decide(&placed.1) {
            Decided::Next(next) => next,
            Decided::Wrong => return Err(counted.wrong(step, call, &placed).await?),
            Decided::Refused(problem) => return Err(counted.refused(step, call, problem).await?),
        };
        match rewrite(step, call, &placed, &next, is_told).await? {
            Rewritten::Done => return Ok(next.account),
            Rewritten::Changed | Rewritten::Taken => match account(step, call).await {
                Ok(now) => placed = now,
                Err(problem) => return Err(counted.refused(step, call, problem).await?),
            },
            // What takes away is done, told or not: nobody may keep an owner from it.
            Rewritten::Limited(_) if next.change == Some(Change::Off) && is_told => is_told = false,
            Rewritten::Limited(limited) => {
                let problem = Problem::limited(limited.retry_after_seconds(call.now));
                return Err(counted.refused(step, call, problem).await?);
            }
        }
    }
    Err(counted.refused(step, call, Problem::busy()).await?)
}

async fn rewrite(
    step: &SecondSteps,
    call: &Call,
    (place, before): &Placed,
    next: &Next,
    is_told: bool,
) -> Result<Rewritten, Problem> {
    let change = next.change.filter(|_| is_told);
    let notices: Vec<OutboxItem> =
        change.into_iter().map(|change| notice(call, place, before, change)).collect();
    let max = call.settings.limits.mails_per_login_hour;
    let limit = Limit::hourly("notices.account", before.account_id.clone(), max);
    let rewrite = Rewrite {
        before: (place, before),
        after: (place, &next.account),
        death: WrittenDeath::Withdrawn(WithdrawnReason::ByDesk),
        notices: &notices,
        limit: change.map(|_| &limit),
        forgotten: &[TriesOf::SecondStep(&before.account_id)],
        entry: &call.entry(next.event, None),
        now: call.now,
    };
    Ok(step.store.rewrite_account(&call.tenant, rewrite).await?)
}

fn notice(call: &Call, place: &AccountRef, account: &Account, change: Change) -> OutboxItem {
    let work = Work::Send(Notice {
        notice: NoticeKind::SecondStepChanged(change),
        account_ref: place.clone(),
        account_id: account.account_id.clone(),
        to: None,
        at: call.now,
        language_asked: call.language_asked,
        language_accepted: call.language_accepted,
        support_code: call.support_code.clone(),
    });
    OutboxItem::new(&call.tenant, format!("notice-{}", LinkId::new(random())), work, call.now)
}
