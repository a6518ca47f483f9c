//! Each whole way that begins at "recover", by forms and links alone, in both languages.

use regain_local::Rel;
use regain_tests::pages::Page;
use regain_tests::{World, after};

use crate::steps::{CHOSEN, LANGUAGES, MO, NEW, OLD, ON_FILE, Person, mailed};
use crate::words::{
    ASKED, CHANGED, CHOOSE, CODE, LOCKED, METHOD, RECOVER, SIGN_IN, SIGNED_IN, UNLOCK, UNLOCKED,
};

/// Wrong passwords on the page until the account is locked; gives the page that says so to the right
/// one.
async fn locked(mo: &Person<'_>) -> Page {
    for _ in 0..5 {
        let again = mo.signs_in(0, MO, "Zeilboot8").await;
        mo.reads(&again, 401, SIGN_IN);
    }
    mo.world.deliver(after(0)).await;
    let locked = mo.signs_in(1, MO, OLD).await;
    mo.reads(&locked, 423, LOCKED);
    locked
}

/// To the page where it is chosen how to go on.
async fn chooses(mo: &Person<'_>, seconds: i64, page: &Page, reason: &str) -> Page {
    let recover = mo.follows(seconds, page, "recover").await;
    mo.reads(&recover, 200, RECOVER);
    let ways = mo.recovers(seconds, &recover, MO, reason).await;
    mo.reads(&ways, 200, METHOD);
    assert!(ways.says("78") && ways.says("m•••@example.com"), "{}", ways.html);
    ways
}

async fn takes_lock_off(mo: &Person<'_>, page: &Page) {
    mo.reads(page, 200, UNLOCK);
    assert_eq!(mo.world.sign_in(after(70), MO, OLD).await.0, 423, "nothing has changed yet");
    for seconds in [71, 72] {
        let done = mo.fills(seconds, page, "unlock", &[]).await;
        mo.reads(&done, 200, UNLOCKED);
        let page = mo.follows(73, &done, "sign-in").await;
        let typed = [("login", MO), ("password", OLD)];
        let done = mo.fills(74, &page, "sign-in", &typed).await;
        mo.reads(&done, 200, SIGNED_IN);
    }
}

#[tokio::test]
async fn who_is_locked_out_takes_the_lock_off_by_a_code() {
    for language in LANGUAGES {
        for channel in ["sms", "voice"] {
            let world = World::new().await;
            let mo = Person::new(&world, language);
            let ways = chooses(&mo, 2, &locked(&mo).await, "locked_out").await;
            let wrong = [("phone", "06 12345670"), ("channel", channel)];
            let again = mo.fills(3, &ways, "send-sms-code", &wrong).await;
            mo.reads(&again, 422, METHOD);
            let code = mo.has_code_sent(4, &again, channel).await;
            mo.reads(&code, 200, CODE);
            let again = mo.fills(5, &code, "check-sms-code", &[("code", "")]).await;
            mo.reads(&again, 400, CODE);
            // It did not come: another one, from the page that asks for it.
            let code = mo.fills(6, &again, "send-sms-code", &[]).await;
            mo.reads(&code, 200, CODE);
            let soon = mo.fills(7, &code, "send-sms-code", &[]).await;
            assert_eq!(soon.reply.status, 429, "{}", soon.html);
            let code = mo.fills(66, &code, "send-sms-code", &[]).await;
            mo.reads(&code, 200, CODE);
            world.deliver(after(66)).await;
            let typed = world.newest_code(ON_FILE);
            let unlock = mo.fills(67, &code, "check-sms-code", &[("code", &typed)]).await;
            takes_lock_off(&mo, &unlock).await;
        }
    }
}

#[tokio::test]
async fn who_is_locked_out_takes_the_lock_off_by_a_mail() {
    for language in LANGUAGES {
        let world = World::new().await;
        let mo = Person::new(&world, language);
        let ways = chooses(&mo, 2, &locked(&mo).await, "locked_out").await;
        let sent = mo.fills(3, &ways, "send-recovery-link", &[]).await;
        mo.reads(&sent, 200, ASKED);
        world.deliver(after(3)).await;
        let link = mo.opens(4, &mailed(&world, MO, Rel::Action)).await;
        mo.reads(&link, 200, UNLOCK);
        let unlock = mo.fills(5, &link, "click-link", &[]).await;
        takes_lock_off(&mo, &unlock).await;
    }
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_code() {
    for language in LANGUAGES {
        for channel in ["sms", "voice"] {
            let world = World::new().await;
            let mo = Person::new(&world, language);
            let begun = mo.opens(0, "/p/demo/forgot-password").await;
            let ways = chooses(&mo, 1, &begun, "forgot_password").await;
            let code = mo.has_code_sent(2, &ways, channel).await;
            let typed = world.newest_code(ON_FILE);
            let rules = mo.fills(3, &code, "check-sms-code", &[("code", &typed)]).await;
            mo.reads(&rules, 200, CHOOSE);
            assert_eq!(rules.form("set-password").field("login"), MO, "for the password manager");
            let done = mo.fills(4, &rules, "set-password", &CHOSEN).await;
            mo.reads(&done, 200, CHANGED);
            assert_eq!(world.sign_in(after(5), MO, NEW).await.0, 200);
        }
    }
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_mail_from_recover() {
    for language in LANGUAGES {
        let world = World::new().await;
        let mo = Person::new(&world, language);
        let begun = mo.opens(0, "/p/demo/sign-in").await;
        let ways = chooses(&mo, 1, &begun, "forgot_password").await;
        mo.fills(2, &ways, "send-recovery-link", &[]).await;
        world.deliver(after(2)).await;
        let link = mo.opens(3, &mailed(&world, MO, Rel::Action)).await;
        let rules = mo.fills(4, &link, "click-link", &[]).await;
        let done = mo.fills(5, &rules, "set-password", &CHOSEN).await;
        mo.reads(&done, 200, CHANGED);
        assert_eq!(world.sign_in(after(6), MO, NEW).await.0, 200);
    }
}

#[tokio::test]
async fn another_picture_comes_with_what_was_typed() {
    let world = World::new().await;
    let mo = Person::new(&world, "en");
    let page = mo.opens(0, "/p/demo/recover").await;
    let typed = [("login", MO), ("reason", "locked_out"), ("again", "captcha")];
    let again = mo.fills(1, &page, "recover", &typed).await;
    mo.reads(&again, 200, RECOVER);
    let form = again.form("recover");
    assert_eq!((form.field("login"), form.field("reason")), (MO, "locked_out"));
    assert_ne!(form.field("captcha.id"), page.form("recover").field("captcha.id"));
    assert!(!again.html.contains("role=\"alert\""), "{}", again.html);
    let ways = mo.recovers(2, &again, MO, "locked_out").await;
    mo.reads(&ways, 200, METHOD);
}
