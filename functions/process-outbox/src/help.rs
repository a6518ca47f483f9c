//! What is the matter with an account, for its owner, and the one step that helps. The mailbox hears
//! all of it, because nobody else can: the answer to the question is the same for everyone.

use jiff::Timestamp;
use regain_domain::account::Temporary;
use regain_domain::keys::KeyState;
use regain_domain::link::{Act, Alive};
use regain_domain::{Account, AccountRef, Language, Link, Login, Settings};
use regain_notices::{HelpStep, LastLink, Letterhead, Mail, PasswordStands, SignInHelp};
use regain_store::{StoreError, TriesOf};

use crate::Job;
use crate::send::{FORGOT_PASSWORD, page};

/// The mail that says it. Two calls to the store, and one for the second step.
pub(crate) async fn mail(
    job: &Job<'_>,
    account: &Account,
    (letterhead, requested_at): (Letterhead<'_>, Timestamp),
    language: Language,
) -> Result<Mail, StoreError> {
    let (store, tenant) = (&job.step.store, &job.item.tenant);
    let lock = match Login::parse(&account.login) {
        Ok(login) => {
            let account_ref = AccountRef::of(tenant, &login);
            let tries = store.tries(tenant, TriesOf::Password(&account_ref)).await?;
            tries.locked(&job.settings.lockout, job.now)
        }
        Err(_) => None,
    };
    let second_step_lock = match account.second_step {
        Some(_) => {
            let of = TriesOf::SecondStep(&account.account_id);
            let lockout = job.settings.lockout.of_second_step();
            store.tries(tenant, of).await?.locked(&lockout, job.now)
        }
        None => None,
    };
    let link = match account.last_link {
        Some(link_id) => store.link(tenant, link_id).await?,
        None => None,
    };
    let last_link = link.map(|link| last_link(&link, account, job.now));
    let providers = account.providers(&job.settings);
    let pages = ["sign-in", FORGOT_PASSWORD, "recover"].map(|name| page(job, name));
    let help = SignInHelp {
        letterhead,
        requested_at,
        blocked: account.blocked,
        lock,
        password: password(account, job.now),
        last_link,
        providers: &providers,
        second_step: account.second_step.is_some(),
        second_step_lock,
        step: HelpStep::ContactSupport,
    };
    Ok(SignInHelp { step: step(&help, &job.settings, &pages), ..help }.mail(language))
}

fn last_link(link: &Link, account: &Account, now: Timestamp) -> LastLink {
    let standing = link.standing(Some(account), KeyState::Accepted, now);
    LastLink {
        purpose: link.purpose,
        requested_at: link.requested_at,
        fate: match standing {
            Ok(Alive::Sent { until } | Alive::Clicked { until }) => Ok(until),
            Err((death, _)) => Err(death),
        },
    }
}

fn password(account: &Account, now: Timestamp) -> PasswordStands {
    match (account.temporary(now), account.password_phc.is_some()) {
        (_, false) => PasswordStands::None,
        _ if account.password_disabled_at.is_some() => PasswordStands::Disabled,
        (Temporary::No, _) => PasswordStands::Works,
        (Temporary::Until(until), _) => PasswordStands::Temporary { until },
        (Temporary::Over, _) => PasswordStands::TemporaryOver,
    }
}

/// What stands in the way comes first; then what waits in the mailbox.
fn step<'p>(
    help: &SignInHelp<'_>,
    settings: &Settings,
    [sign_in, forgot_password, recover]: &'p [String; 3],
) -> HelpStep<'p> {
    let link_helps = help.last_link.is_some_and(|link| {
        link.fate.is_ok()
            && match link.purpose.act() {
                Act::SetPassword => true,
                Act::Unlock => help.lock.is_some(),
                Act::SignIn => {
                    let magic = &settings.magic_login;
                    magic.enabled && (magic.takes_lock_off || help.lock.is_none())
                }
            }
    });
    match help.password {
        _ if help.blocked.is_some() => HelpStep::ContactSupport,
        _ if link_helps => HelpStep::UseNewestLink,
        PasswordStands::None if !help.providers.is_empty() => {
            HelpStep::UseProvider { url: sign_in }
        }
        PasswordStands::None | PasswordStands::Disabled | PasswordStands::TemporaryOver => {
            HelpStep::ChoosePassword { url: forgot_password }
        }
        _ if help.lock.is_some() => HelpStep::TakeLockOff { url: recover },
        PasswordStands::Works | PasswordStands::Temporary { .. } => {
            HelpStep::SignIn { url: sign_in }
        }
    }
}
