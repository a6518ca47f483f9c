//! What the mail says: how it stands with the account, and the one step that helps.

use http::Method;
use regain_domain::Provider;
use regain_domain::account::BlockReason;
use regain_tests::{World, after};
use serde_json::json;

use crate::steps::{ANN, BO, MO, MO_ID, NEW, RIGHT, WITHOUT_PASSWORD, block, link, told, world};

const SIGN_IN: &str = "http://127.0.0.1:9000/p/demo/sign-in";
const CHOOSE: &str = "http://127.0.0.1:9000/p/demo/forgot-password";
const UNLOCK: &str = "http://127.0.0.1:9000/p/demo/recover";
/// The step that is no page.
const NEWEST: &str = "Use your last link; it is in the mail that we sent you then.";
const DESK: &str = "Contact the service desk: help@example.com\nThey can tell you why";
const OPEN: &str = "Your account is open: it is not blocked, and not locked.";
const NO_PASSWORD: &str = "Your account has no password.";
const ASKED: &str = "authenticator app is asked for as well";
/// Every step there is, by what the mail says of it.
const STEPS: [&str; 5] = [SIGN_IN, CHOOSE, UNLOCK, NEWEST, DESK];

/// That a mail tells these facts, and one step.
async fn tells(world: &World, seconds: i64, login: &str, facts: &[&str], step: &str) {
    let text = told(world, seconds, login).await.text;
    for fact in facts {
        assert!(text.contains(fact), "{fact}: {text}");
    }
    for other in STEPS {
        assert_eq!(text.contains(other), other == step, "{other}: {text}");
    }
    assert_eq!(text.contains(OPEN), facts.contains(&OPEN), "{text}");
    let told = text.lines().filter(|line| line.starts_with("- ")).count();
    assert_eq!(told, facts.len(), "and nothing else: {text}");
}

#[tokio::test]
async fn nothing_is_the_matter() {
    let world = world(|_| {}).await;
    tells(&world, 0, MO, &[OPEN], SIGN_IN).await;
}

#[tokio::test]
async fn each_block_says_its_reason_and_that_the_desk_can_help() {
    for (reason, said) in [
        (BlockReason::PaymentOverdue, "because there are unpaid invoices"),
        (BlockReason::TrialEnded, "because the trial period is over"),
        (BlockReason::Cancelled, "because the subscription of your organisation was cancelled"),
        (BlockReason::RevokedByAdmin, "because an admin took its access away"),
        (BlockReason::WrongAccountType, "because it is of another type"),
        (BlockReason::Other, "Your account is blocked."),
    ] {
        let world = world(|_| {}).await;
        block(&world, BO, reason).await;
        tells(&world, 0, BO, &[said], DESK).await;
    }
}

#[tokio::test]
async fn a_lock_says_since_when_and_until_when() {
    for (lock_seconds, until) in [
        (900, "The lock goes off by itself, at 15:17 CET on 22 November 2026 at the latest."),
        (0, "It stays locked until you or the service desk unlock it."),
    ] {
        let world = world(|settings| {
            settings.lockout.lock_seconds = lock_seconds;
            // So that the mail of the lock itself is none that helps.
            settings.validity.link_unclicked_seconds = 300;
        })
        .await;
        world.lock(after(70), MO).await;
        let since = "Your account was locked at 15:01 CET on 22 November 2026";
        let link = "Your last link was one to unlock your account, made at 15:01:10 CET";
        tells(&world, 71, MO, &[until, link], NEWEST).await;
        tells(&world, 400, MO, &[since, "This link expired at 15:06 CET"], UNLOCK).await;
        if lock_seconds > 0 {
            tells(&world, 970, MO, &[OPEN, "This link expired"], SIGN_IN).await;
        }
    }
}

#[tokio::test]
async fn a_password_that_opens_nothing_says_so() {
    let world = world(|settings| settings.temporary_passwords_enabled = true).await;
    tells(&world, 0, WITHOUT_PASSWORD, &[OPEN, NO_PASSWORD], CHOOSE).await;
    world.change_account(ANN, |ann| ann.password_disabled_at = Some(after(0))).await;
    tells(&world, 1, ANN, &[OPEN, "Your password was switched off for safety"], CHOOSE).await;
    let path = format!("{MO_ID}/temporary-password");
    let made = world.admin_at(after(0), Method::POST, &path, &world.admin, json!({})).await;
    assert_eq!(made.status, 200, "{made:?}");
    world.deliver(after(1)).await;
    let until = "Your password is temporary and works until 15:00 CET on 23 November 2026.";
    tells(&world, 86_399, MO, &[OPEN, until], SIGN_IN).await;
    tells(&world, 86_400, MO, &[OPEN, "Your temporary password has expired."], CHOOSE).await;
}

#[tokio::test]
async fn the_last_link_says_what_became_of_it() {
    let reset = "Your last link was one to choose a new password, made at 15:00:00 CET";
    let world = world(|_| {}).await;
    let token = world.reset_token(after(0), MO).await;
    let lives = "It works until 15:00 CET on 24 November 2026.";
    tells(&world, 1, MO, &[OPEN, &format!("{reset} on 22 November 2026. {lives}")], NEWEST).await;
    let grant = world.grant(after(60), &token).await;
    let clicked = "It works until 15:16 CET on 22 November 2026.";
    tells(&world, 61, MO, &[OPEN, clicked], NEWEST).await;
    assert_eq!(world.set(after(120), &grant, NEW).await.status, 200);
    world.deliver(after(120)).await;
    let used = "This link was used at 15:02 CET on 22 November 2026, and a link works once.";
    tells(&world, 121, MO, &[OPEN, used], SIGN_IN).await;
    let token = world.magic_token(after(130), MO).await;
    let magic = "Your last link was one to sign in, made at 15:02:10 CET";
    tells(&world, 131, MO, &[OPEN, magic], NEWEST).await;
    let expired = "This link expired at 15:17 CET on 22 November 2026.";
    tells(&world, 130 + 900, MO, &[OPEN, expired], SIGN_IN).await;
    let token_of_then = world.magic_token(after(1100), MO).await;
    assert_ne!(token, token_of_then);
    assert_eq!(world.not_me(after(1110), &token_of_then).await.status, 200);
    let withdrawn = "because of a report that said “this was not me”";
    tells(&world, 1111, MO, &[OPEN, withdrawn], SIGN_IN).await;
}

#[tokio::test]
async fn the_newest_of_two_links_is_the_one_that_is_told() {
    let world = world(|_| {}).await;
    world.reset_token(after(0), MO).await;
    world.reset_token(after(100), MO).await;
    tells(&world, 101, MO, &[OPEN, "made at 15:01:40 CET"], NEWEST).await;
    let path = "tenants/demo/accounts/id-of-new/send-link";
    let body = json!({"kind": "invite"});
    world.admin_at(after(0), Method::POST, path, &world.desk, body).await;
    world.deliver(after(0)).await;
    let invite = "Your last link was one to choose your first password";
    tells(&world, 1, WITHOUT_PASSWORD, &[OPEN, NO_PASSWORD, invite], NEWEST).await;
}

#[tokio::test]
async fn what_wrong_codes_came_to_is_told_too() {
    let world = world(|_| {}).await;
    let app = world.switch_on(after(0), MO, RIGHT).await;
    let pending = world.pending(after(60), MO, RIGHT).await;
    let wrong = if app.code(after(60)) == "000000" { "111111" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(world.finish(after(60), &pending, wrong).await.status, 422);
    }
    world.deliver(after(60)).await;
    let locked = "no codes from the app are accepted until 15:16 CET on 22 November 2026";
    tells(&world, 61, MO, &[OPEN, ASKED, locked], SIGN_IN).await;
    // A quarter of an hour later it is over.
    tells(&world, 61 + 900, MO, &[OPEN, ASKED], SIGN_IN).await;
}

#[tokio::test]
async fn providers_are_named_and_used_where_there_is_no_password() {
    let world = world(|_| {}).await;
    link(&world, after(0), WITHOUT_PASSWORD, Provider::Google).await;
    world.deliver(after(0)).await;
    let google = "Your account is linked to Google.";
    tells(&world, 1, WITHOUT_PASSWORD, &[OPEN, NO_PASSWORD, google], SIGN_IN).await;
    let mail = world.newest_mail(WITHOUT_PASSWORD);
    assert!(mail.text.contains("Sign in with Google. You need no password"), "{}", mail.text);
    link(&world, after(2), WITHOUT_PASSWORD, Provider::Linkedin).await;
    link(&world, after(2), MO, Provider::Microsoft).await;
    world.deliver(after(2)).await;
    let both = "Your account is linked to Google and LinkedIn.";
    tells(&world, 3, WITHOUT_PASSWORD, &[OPEN, NO_PASSWORD, both], SIGN_IN).await;
    tells(&world, 3, MO, &[OPEN, "Your account is linked to Microsoft."], SIGN_IN).await;
}

/// What the tenant has taken away helps nobody.
#[tokio::test]
async fn a_provider_that_the_tenant_has_no_more_is_no_way_in() {
    let world = world(|_| {}).await;
    link(&world, after(0), WITHOUT_PASSWORD, Provider::Google).await;
    world.deliver(after(0)).await;
    world.change_settings(|settings| settings.providers.clear()).await;
    tells(&world, 100, WITHOUT_PASSWORD, &[OPEN, NO_PASSWORD], CHOOSE).await;
}

/// A link can be alive and still be no help.
#[tokio::test]
async fn a_live_link_that_does_not_help_is_not_the_step() {
    // One that takes a lock off, and the lock is over.
    let world = world(|_| {}).await;
    world.lock(after(0), MO).await;
    let unlock = "Your last link was one to unlock your account";
    tells(&world, 1, MO, &["Your account was locked at 15:00 CET", unlock], NEWEST).await;
    tells(&world, 900, MO, &[OPEN, unlock], SIGN_IN).await;

    // One that signs in, where locks stay.
    let world = crate::steps::world(|settings| settings.magic_login.takes_lock_off = false).await;
    world.lock(after(0), MO).await;
    world.magic_token(after(10), MO).await;
    let magic = "Your last link was one to sign in";
    tells(&world, 11, MO, &["Your account was locked at 15:00 CET", magic], UNLOCK).await;

    // Or where the tenant wants them no more.
    let world = crate::steps::world(|_| {}).await;
    world.magic_token(after(0), MO).await;
    world.change_settings(|settings| settings.magic_login.enabled = false).await;
    tells(&world, 100, MO, &[OPEN, magic], SIGN_IN).await;
}

#[tokio::test]
async fn all_of_it_at_once_leads_to_the_one_step_that_helps() {
    let world = world(|_| {}).await;
    link(&world, after(0), MO, Provider::Google).await;
    let app = world.switch_on(after(0), MO, RIGHT).await;
    world.lock(after(10), MO).await;
    world.reset_token(after(20), MO).await;
    let (locked, google) = ("Your account was locked at", "Your account is linked to Google.");
    let reset = "Your last link was one to choose a new password";
    tells(&world, 30, MO, &[locked, reset, google, ASKED], NEWEST).await;
    assert_eq!(app.recovery_codes.len(), 10);
    // A link that was there is dead by the block.
    let body = json!({"reason": "payment_overdue"});
    let path = format!("{MO_ID}/block");
    let blocked = world.admin_at(after(40), Method::POST, &path, &world.admin, body).await;
    assert_eq!(blocked.status, 200, "{blocked:?}");
    let blocked = "Your account is blocked, because there are unpaid invoices";
    tells(&world, 40, MO, &[blocked, locked, reset, google, ASKED], DESK).await;
}

/// By its owner's mail alone: who types the login of another hears none of it.
#[tokio::test]
async fn none_of_it_is_in_the_answer() {
    let world = world(|_| {}).await;
    world.lock(after(0), MO).await;
    for login in [MO, BO, WITHOUT_PASSWORD] {
        let reply = crate::steps::ask(&world, after(1), login).await;
        let members: Vec<_> = reply.body.as_object().unwrap().keys().collect();
        assert_eq!(members, ["status", "support_code"]);
        let all = format!("{} {:?} {}", reply.body, reply.headers, reply.log).to_lowercase();
        for word in ["locked", "blocked", "payment", "google", "example.com", "id-of"] {
            assert!(!all.contains(word), "{word}: {all}");
        }
    }
}
