//! Making accounts: one, or many from lines.

use jiff::Timestamp;
use regain_domain::event::Event;
use regain_domain::hashing::normalised;
use regain_domain::phone::PhoneNumber;
use regain_domain::policy::Violation;
use regain_domain::{Account, AccountRef};
use regain_http::{Answer, Body, Call, Fault, Line, Problem, ProblemCode, random};
use regain_store::{Created, NewAccount};
use serde_json::{Value, json};

use crate::{ManageAccounts, shown};

/// Makes one account. One call to the store; two argon2 runs if a password is given.
pub(crate) async fn one(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    let mut new = new_account(call, &call.body, None).map_err(Problem::invalid)?;
    if call.body.has("password") {
        if call.body.has("password_hash") {
            return Err(Problem::invalid(vec![Fault::new("/password_hash", "not_together")]));
        }
        set_password(step, call, &mut new.account)?;
    }
    let made = [new];
    match step.store.create_accounts(&call.tenant, &made).await?.as_slice() {
        [Created::Done] => {
            let [NewAccount { account, .. }] = made;
            call.log.set("account.ref", account.account_id.as_str());
            Ok(shown(&account, call.now))
        }
        _ => Err(Problem::new(ProblemCode::AccountExists)),
    }
}

fn set_password(step: &ManageAccounts, call: &Call, account: &mut Account) -> Result<(), Problem> {
    let policy = &call.settings.password_policy;
    let too_long = || Problem::rejected(&[Violation::TooLong { max: policy.length_max }]);
    let password = call.body.password("password").map_err(|_| too_long())?;
    let violations = policy.violations(password, account.last_name.as_deref());
    if !violations.is_empty() {
        return Err(Problem::rejected(&violations));
    }
    step.hasher.give_password(account, password, &step.links, [random(), random()])?;
    account.password_set_at = Some(call.now);
    Ok(())
}

/// Makes the accounts of all lines that are right and names what is wrong with the others. A login
/// that is there, or stood on an earlier line, is left as it is: the same lines again change
/// nothing. One call to the store for each 33 lines, and one more where some were there.
pub(crate) async fn many(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    let mut answers: Vec<Value> = Vec::with_capacity(call.lines.len());
    let mut accounts: Vec<(usize, NewAccount)> = Vec::new();
    for line in &call.lines {
        let at = answers.len();
        match read_line(call, line) {
            Err(errors) => answers.push(answer(line, "rejected", &errors)),
            Ok(new) => {
                answers.push(answer(line, "unchanged", &[]));
                if accounts.iter().all(|(_, seen)| seen.account_ref != new.account_ref) {
                    accounts.push((at, new));
                }
            }
        }
    }
    let (places, accounts): (Vec<usize>, Vec<NewAccount>) = accounts.into_iter().unzip();
    let created = step.store.create_accounts(&call.tenant, &accounts).await?;
    let made = places.iter().zip(&created).filter(|(_, became)| **became == Created::Done);
    let mut made_count = 0;
    for (place, _) in made {
        made_count += 1;
        if let Some(answer) = answers.get_mut(*place).and_then(Value::as_object_mut) {
            answer.insert("status".to_owned(), "created".into());
        }
    }
    call.log.set("import.lines", call.lines.len());
    call.log.set("import.created", made_count);
    Ok(Answer::lines(answers))
}

fn answer(line: &Line, status: &str, errors: &[Fault]) -> Value {
    json!({"line": line.number, "login": line.login, "status": status, "errors": errors})
}

fn read_line(call: &Call, line: &Line) -> Result<NewAccount, Vec<Fault>> {
    match &line.body {
        Ok(body) => new_account(call, body, Some("import")),
        Err(faults) => Err(faults.clone()),
    }
}

/// An account of what a body says, or what only this step can tell is wrong with it.
fn new_account(call: &Call, body: &Body, cause: Option<&str>) -> Result<NewAccount, Vec<Fault>> {
    let mut faults = Vec::new();
    let phone = body.text("phone").map(|typed| phone(call, typed));
    let phone = phone.transpose().map_err(|fault| faults.push(fault)).unwrap_or_default();
    let hash = body.text("password_hash").map(normalised).transpose().map_err(|refusal| {
        faults.push(Fault::new("/password_hash", refusal.code()));
    });
    let Some(login) = body.login("login").filter(|_| faults.is_empty()) else {
        return Err(faults);
    };
    let mut account = Account::new(account_id(call.now), login, call.now);
    account.first_name = body.text("first_name").map(str::to_owned);
    account.last_name = body.text("last_name").map(str::to_owned);
    account.phone = phone;
    account.language = body.language("language");
    account.password_phc = hash.unwrap_or_default();
    account.password_version = u64::from(account.password_phc.is_some());
    Ok(NewAccount {
        account_ref: AccountRef::of(&call.tenant, login),
        account,
        entry: call.entry(Event::AccountCreated, cause),
    })
}

/// A number as it is kept: E.164.
pub(crate) fn phone(call: &Call, typed: &str) -> Result<String, Fault> {
    PhoneNumber::parse(typed, &call.settings.phone.default_region)
        .map(|number| number.as_str().to_owned())
        .map_err(|_| Fault::new("/phone", "not_a_phone_number"))
}

/// A UUID v7: ids of one day lie together, and nothing else is to be read from one.
fn account_id(now: Timestamp) -> String {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random()).into_uuid().to_string()
}
