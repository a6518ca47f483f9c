//! Changing accounts. Each step reads the account, says what it is to be, and writes that under the
//! condition that nothing else has changed it; if something has, it reads again.

use regain_domain::account::BlockReason;
use regain_domain::event::Event;
use regain_domain::link::{LinkPurpose, WithdrawnReason, WrittenDeath};
use regain_domain::{Account, AccountRef, LinkId, Login};
use regain_http::{Answer, Call, Fault, Problem, ProblemCode, random};
use regain_store::{
    Limit, MailRequest, Notice, NoticeKind, OutboxItem, REREADS_MAX, RequestedBy, Rewrite,
    Rewritten, TriesOf, Wanted, Work, Written,
};
use secrecy::SecretString;
use serde_json::json;

use crate::create::phone;
use crate::{ManageAccounts, named, shown};

/// What a step makes of an account.
pub(crate) struct Changed {
    /// As it is to be.
    pub(crate) account: Account,
    /// What ends its links, if it does.
    pub(crate) reason: WithdrawnReason,
    /// Notices to its owner.
    pub(crate) notices: Vec<Telling>,
    /// What the timeline says.
    pub(crate) event: Event,
    /// And why.
    pub(crate) cause: Option<String>,
    /// What is shown once, if it is written.
    pub(crate) made: Option<SecretString>,
}

/// A notice to be, and the address if it is not the account's.
pub(crate) type Telling = (NoticeKind, Option<String>);

/// Reads, decides by `change`, writes; again if the account was changed in between. `None`: there
/// is nothing to change. Three calls to the store, two if nothing is to change.
pub(crate) async fn rewrite(
    step: &ManageAccounts,
    call: &Call,
    change: impl Fn(&Account) -> Result<Option<Changed>, Problem>,
) -> Result<(Account, Option<SecretString>), Problem> {
    for _ in 0..REREADS_MAX {
        let (account_ref, account) = named(step, call).await?;
        let Some(changed) = change(&account)? else { return Ok((account, None)) };
        let login = Login::parse(&changed.account.login)?;
        let new_ref = AccountRef::of(&call.tenant, &login);
        let notices: Vec<OutboxItem> = changed
            .notices
            .iter()
            .map(|telling| notice(call, &new_ref, &account, telling))
            .collect();
        let limit = notices_limit(call, &account);
        let rewrite = Rewrite {
            before: (&account_ref, &account),
            after: (&new_ref, &changed.account),
            death: WrittenDeath::Withdrawn(changed.reason),
            notices: &notices,
            limit: changed.notices.first().map(|_| &limit),
            forgotten: &forgotten(&new_ref, &account, &changed.account),
            entry: &call.entry(changed.event, changed.cause.as_deref()),
            now: call.now,
        };
        match step.store.rewrite_account(&call.tenant, rewrite).await? {
            Rewritten::Done => return Ok((changed.account, changed.made)),
            Rewritten::Changed => {}
            Rewritten::Taken => return Err(Problem::new(ProblemCode::AccountExists)),
            Rewritten::Limited(limited) => {
                return Err(Problem::limited(limited.retry_after_seconds(call.now)));
            }
        }
    }
    Err(Problem::busy())
}

/// What was counted of a password or a second step that is there no more.
fn forgotten<'a>(
    account_ref: &'a AccountRef,
    before: &'a Account,
    after: &Account,
) -> Vec<TriesOf<'a>> {
    let password = before.password_version != after.password_version;
    let second_step = before.second_step.is_some() && after.second_step.is_none();
    let password = password.then_some(TriesOf::Password(account_ref));
    let second_step = second_step.then_some(TriesOf::SecondStep(&before.account_id));
    [password, second_step].into_iter().flatten().collect()
}

/// Changes that are mailed count for themselves: a key must not flood a mailbox.
pub(crate) fn notices_limit(call: &Call, account: &Account) -> Limit {
    let max = call.settings.limits.mails_per_login_hour;
    // SECURITY: for themselves, so that nobody who is signed in can keep the desk from acting. Held by
    // `what_its_owner_changes_keeps_the_back_office_from_nothing`.
    Limit::hourly("notices.account.back-office", account.account_id.clone(), max)
}

pub(crate) fn notice(
    call: &Call,
    account_ref: &AccountRef,
    account: &Account,
    (kind, to): &Telling,
) -> OutboxItem {
    let work = Work::Send(Notice {
        notice: kind.clone(),
        account_ref: account_ref.clone(),
        account_id: account.account_id.clone(),
        to: to.clone(),
        at: call.now,
        // Begun by someone else: the owner's own language, else the tenant's.
        language_asked: None,
        language_accepted: None,
        support_code: call.support_code.clone(),
    });
    OutboxItem::new(&call.tenant, format!("notice-{}", LinkId::new(random())), work, call.now)
}

/// Changes members by merge patch. Another login or phone ends links and sessions; both addresses
/// are told of the login, the owner of the phone.
pub(crate) async fn members(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    let body = &call.body;
    if body.is_null("login") {
        return Err(Problem::invalid(vec![Fault::new("/login", "required")]));
    }
    let new_phone = body.text("phone").map(|typed| phone(call, typed)).transpose();
    let new_phone = new_phone.map_err(|fault| Problem::invalid(vec![fault]))?;
    let (account, _) = rewrite(step, call, |before| {
        let mut account = before.clone();
        if let Some(login) = body.login("login") {
            account.login = login.as_str().to_owned();
        }
        if body.has("phone") {
            account.phone.clone_from(&new_phone);
        }
        if body.has("first_name") {
            account.first_name = body.text("first_name").map(str::to_owned);
        }
        if body.has("last_name") {
            account.last_name = body.text("last_name").map(str::to_owned);
        }
        if body.has("language") {
            account.language = body.language("language");
        }
        Ok(changed(call, before, account))
    })
    .await?;
    Ok(shown(&account, call.now))
}

/// What a change of members leads to; nothing if none is another.
fn changed(call: &Call, before: &Account, mut account: Account) -> Option<Changed> {
    let members = [
        ("login", before.login != account.login),
        ("phone", before.phone != account.phone),
        ("first_name", before.first_name != account.first_name),
        ("last_name", before.last_name != account.last_name),
        ("language", before.language != account.language),
    ];
    let others: Vec<&str> =
        members.iter().filter(|(_, other)| *other).map(|(name, _)| *name).collect();
    if others.is_empty() {
        return None;
    }
    let mut notices = Vec::new();
    if before.login != account.login {
        notices.push((NoticeKind::LoginChanged, Some(before.login.clone())));
        notices.push((NoticeKind::LoginChanged, None));
    }
    if before.phone != account.phone {
        notices.push((NoticeKind::PhoneChanged, Some(before.login.clone())));
    }
    let reason = WithdrawnReason::AddressChanged;
    if !notices.is_empty() {
        account.end(reason, call.now);
    }
    let cause = Some(others.join(", "));
    Some(Changed { account, reason, notices, event: Event::AccountChanged, cause, made: None })
}

/// Blocks an account, or gives a blocked one another reason.
pub(crate) async fn block(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    let reason = BlockReason::from_word(call.body.token("reason"))
        .ok_or_else(|| Problem::new(ProblemCode::InvalidRequest))?;
    let (account, _) = rewrite(step, call, |before| {
        if before.blocked == Some(reason) {
            return Ok(None);
        }
        let mut account = before.clone();
        account.blocked = Some(reason);
        account.end(WithdrawnReason::AccountBlocked, call.now);
        Ok(Some(Changed {
            account,
            reason: WithdrawnReason::AccountBlocked,
            notices: Vec::new(),
            event: Event::AccountBlocked,
            cause: Some(reason.as_str().to_owned()),
            made: None,
        }))
    })
    .await?;
    Ok(shown(&account, call.now))
}

/// Takes a block off. What it ended stays ended.
pub(crate) async fn unblock(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    let (account, _) = rewrite(step, call, |before| {
        let Some(reason) = before.blocked else { return Ok(None) };
        Ok(Some(Changed {
            account: Account { blocked: None, ..before.clone() },
            reason: WithdrawnReason::ByDesk,
            notices: Vec::new(),
            event: Event::AccountUnblocked,
            cause: Some(reason.as_str().to_owned()),
            made: None,
        }))
    })
    .await?;
    Ok(shown(&account, call.now))
}

/// Erases an account. What is left of it is a timeline under an id that names nobody.
pub(crate) async fn erase(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    for _ in 0..REREADS_MAX {
        let (account_ref, account) = named(step, call).await?;
        let (store, as_read) = (&step.store, (&account_ref, &account));
        let entry = call.entry(Event::AccountErased, None);
        match store.erase_account(&call.tenant, as_read, Some(&entry), call.now).await? {
            Written::Done => return Ok(Answer::empty()),
            Written::Changed => {}
        }
    }
    Err(Problem::busy())
}

/// Has a link mailed to the owner, by the same way as one that the owner asks for. Three calls to
/// the store.
pub(crate) async fn send_link(step: &ManageAccounts, call: &Call) -> Result<Answer, Problem> {
    let return_url = call.asked_return_url()?;
    let (account_ref, account) = named(step, call).await?;
    if let Some(reason) = account.blocked {
        return Err(Problem::blocked(reason));
    }
    let link_id = LinkId::new(random());
    let purpose = match call.body.token("kind") {
        // Who has a password has no first one to choose, and a reset lives as long as resets do.
        "invite" if account.password_phc.is_none() => LinkPurpose::Invite,
        _ => LinkPurpose::Reset,
    };
    let request = MailRequest {
        wanted: Wanted::Link(purpose),
        actor: call.actor(),
        by: RequestedBy::Account { account_ref, account_id: account.account_id },
        link_id,
        requested_at: call.now,
        return_url,
        challenge: None,
        language_asked: call.language_asked,
        language_accepted: None,
        source: Some(call.source.clone()),
        support_code: call.support_code.clone(),
    };
    let work = Work::MailRequested(request);
    let id = format!("{}-{link_id}", purpose.as_str());
    step.store.put_outbox(&OutboxItem::new(&call.tenant, id, work, call.now)).await?;
    Ok(Answer::new(json!({
        "status": "accepted",
        "support_code": call.support_code,
        "kind": purpose.as_str(),
    })))
}
