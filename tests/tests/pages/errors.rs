//! Whatever a step answers has its page: in the place of the form where it can be sent again, else with
//! the one way that helps. The status is that of the API.

use regain_domain::account::BlockReason;
use regain_domain::settings::Demand;
use regain_local::Rel;
use regain_tests::pages::Page;
use regain_tests::{Request, World, after};
use serde_json::json;

use crate::steps::{CHOSEN, LANGUAGES, MIN15, MO, NEW, OLD, ON_FILE, Person, TYPED, mailed, world};
use crate::words::{
    ASKED, CHANGED, CHOOSE, CODE, FORGOT, LOCKED, METHOD, RECOVER, SECOND_STEP, SIGN_IN, SIGNED_IN,
    UNLOCKED,
};

/// The error beside a field.
fn error_at(page: &Page, id: &str) -> String {
    let error = page.between(&format!("id=\"{id}-error\">"), "</p>");
    error.rsplit('>').next().unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_captcha_that_is_missed_comes_back_as_another_with_what_was_typed() {
    for language in LANGUAGES {
        let world = world(|_| {}).await;
        let mo = Person::new(&world, language);
        let first = mo.opens(0, "/p/demo/recover").await.form("recover");
        let answer = world.read_captcha(after(0), first.field("captcha.id"));
        let typed = [("login", MO), ("reason", "locked_out"), ("captcha.answer", &*answer)];
        for (what, seconds, typed, status) in [
            ("wrong", 1, [typed[0], typed[1], ("captcha.answer", "wrong!")], 422),
            ("expired", 300, typed, 410),
            ("made up", 1, [typed[1], typed[2], ("captcha.id", "x")], 404),
        ] {
            let again = mo.sends(seconds, &first.filled(&[("login", MO)]), &typed).await;
            mo.reads(&again, status, RECOVER);
            let form = again.form("recover");
            assert_eq!(form.field("reason"), "locked_out", "{what}");
            assert_ne!(form.field("captcha.id"), first.field("captcha.id"), "{what}");
            assert_eq!(form.field("captcha.answer"), "", "{what}");
            let error = error_at(&again, "captcha-answer");
            assert!(!error.is_empty());
            // Of the picture before: of this one there are three.
            let left = ["tries", "try left", "poging"];
            assert!(left.iter().all(|left| !error.contains(left)), "{what}: {error}");
            let ways = mo.recovers(seconds, &again, MO, "locked_out").await;
            mo.reads(&ways, 200, METHOD);
        }
    }
}

#[tokio::test]
async fn where_a_captcha_is_asked_for_a_dead_link_asks_for_it_and_for_no_login() {
    let world = world(|settings| settings.captcha.request_reset = Demand::Always).await;
    let mo = Person::new(&world, "en");
    for name in ["forgot-password", "magic"] {
        let page = mo.opens(0, &format!("/p/demo/{name}")).await;
        let again = mo.fills(0, &page, name, &[("login", MO), ("captcha.answer", "x")]).await;
        assert_eq!(again.reply.status, 422, "{}", again.html);
        let form = again.form(name);
        let answer = world.read_captcha(after(1), form.field("captcha.id"));
        let sent = mo.sends(1, &form, &[("captcha.answer", &answer)]).await;
        mo.reads(&sent, 200, ASKED);
        world.deliver(after(1)).await;
    }
    let dead = mo.opens(1 + MIN15, &mailed(&world, MO, Rel::Action)).await;
    assert_eq!(dead.reply.status, 410, "{}", dead.html);
    let asked = mo.fills(2 + MIN15, &dead, "magic", &[]).await;
    assert_eq!(asked.reply.status, 400, "{}", asked.html);
    assert!(!asked.html.contains("name=\"login\""), "{}", asked.html);
    let form = asked.form("magic");
    let answer = world.read_captcha(after(2 + MIN15), form.field("captcha.id"));
    let sent = mo.sends(3 + MIN15, &form, &[("captcha.answer", &answer)]).await;
    mo.reads(&sent, 200, ASKED);
    world.deliver(after(3 + MIN15)).await;
    let link = mo.opens(4 + MIN15, &mailed(&world, MO, Rel::Action)).await;
    assert_eq!(link.reply.status, 200, "{}", link.html);
}

#[tokio::test]
async fn a_wrong_number_or_code_says_how_many_tries_are_left_and_the_last_leads_to_the_beginning() {
    for (language, tries) in [("en", "2 tries"), ("nl", "2 pogingen")] {
        let world = world(|_| {}).await;
        let mo = Person::new(&world, language);
        let page = mo.opens(0, "/p/demo/recover").await;
        let ways = mo.recovers(0, &page, MO, "locked_out").await;
        let wrong = [("phone", "06 11111111"), ("channel", "sms")];
        let again = mo.fills(1, &ways, "send-sms-code", &wrong).await;
        mo.reads(&again, 422, METHOD);
        assert!(!error_at(&again, "phone").is_empty());
        let code = mo.has_code_sent(2, &again, "sms").await;
        let mut page = code;
        for n in 1..=2 {
            page = mo.fills(3, &page, "check-sms-code", &[("code", "000000")]).await;
            mo.reads(&page, 422, CODE);
            assert_eq!(error_at(&page, "code").contains(tries), n == 2, "{}", page.html);
        }
        let right = world.newest_code(ON_FILE);
        for _ in 0..2 {
            page = mo.fills(3, &page, "check-sms-code", &[("code", "000000")]).await;
        }
        let over = mo.fills(4, &page, "check-sms-code", &[("code", &right)]).await;
        assert_eq!(over.reply.status, 410, "{}", over.html);
        let page = mo.follows(5, &over, "recover").await;
        let ways = mo.recovers(5, &page, MO, "locked_out").await;
        mo.reads(&ways, 200, METHOD);
    }
}

#[tokio::test]
async fn a_code_that_expired_is_followed_by_another_from_its_page() {
    let world = world(|settings| settings.validity.code_seconds = 300).await;
    let mo = Person::new(&world, "en");
    let page = mo.opens(0, "/p/demo/recover").await;
    let ways = mo.recovers(0, &page, MO, "locked_out").await;
    let code = mo.has_code_sent(1, &ways, "voice").await;
    let typed = world.newest_code(ON_FILE);
    let late = mo.fills(301, &code, "check-sms-code", &[("code", &typed)]).await;
    mo.reads(&late, 410, CODE);
    let code = mo.fills(302, &late, "send-sms-code", &[]).await;
    mo.reads(&code, 200, CODE);
    world.deliver(after(302)).await;
    let typed = world.newest_code(ON_FILE);
    let page = mo.fills(303, &code, "check-sms-code", &[("code", &typed)]).await;
    let done = mo.fills(304, &page, "unlock", &[]).await;
    mo.reads(&done, 200, UNLOCKED);
}

#[tokio::test]
async fn a_recovery_that_is_over_leads_to_another() {
    let world = world(|_| {}).await;
    let mo = Person::new(&world, "en");
    let page = mo.opens(0, "/p/demo/recover").await;
    let ways = mo.recovers(0, &page, MO, "locked_out").await;
    let code = mo.has_code_sent(1, &ways, "sms").await;
    let phone = [("phone", TYPED), ("channel", "sms")];
    for (page, name, typed) in [
        (&ways, "send-sms-code", &phone[..]),
        (&ways, "send-recovery-link", &[]),
        (&code, "check-sms-code", &[("code", "123456")]),
    ] {
        for (recovery, seconds, status) in [("x", 2, 404), ("", MIN15, 410)] {
            let mut form = page.form(name);
            if !recovery.is_empty() {
                form = form.filled(&[("recovery", recovery)]);
            }
            let over = mo.sends(seconds, &form, typed).await;
            assert_eq!(over.reply.status, status, "{name}: {}", over.html);
            let again = mo.follows(seconds, &over, "recover").await;
            mo.reads(&again, 200, RECOVER);
        }
    }
}

#[tokio::test]
async fn a_rejected_password_shows_which_rules_it_breaks_until_the_tries_are_spent() {
    for (language, not_yet) in [("en", "Not right yet:"), ("nl", "Nog niet goed:")] {
        let world = World::new().await;
        let mo = Person::new(&world, language);
        let mut page = mo.may_choose(0, MO).await;
        assert!(!page.says(not_yet), "{}", page.html);
        for (typed, broken) in [("a1", 2), ("JansenJansen1", 1), (OLD, 1), ("x", 3)] {
            let twice = [("password", typed), ("confirm", typed)];
            page = mo.fills(1, &page, "set-password", &twice).await;
            mo.reads(&page, 422, CHOOSE);
            assert_eq!(page.html.matches("class=\"broken\"").count(), broken, "{}", page.html);
            assert_eq!(page.form("set-password").field("login"), MO);
        }
        for _ in 4..20 {
            page = mo.fills(2, &page, "set-password", &[("password", "x"), ("confirm", "x")]).await;
        }
        mo.reads(&page, 422, CHOOSE);
        let spent = mo.fills(3, &page, "set-password", &CHOSEN).await;
        assert_eq!(spent.reply.status, 410, "{}", spent.html);
        let sent = mo.fills(4, &spent, "forgot-password", &[]).await;
        mo.reads(&sent, 200, ASKED);
    }
}

#[tokio::test]
async fn a_second_step_that_is_locked_still_takes_a_recovery_code() {
    let world = world(|_| {}).await;
    let app = world.switch_on(after(0), MO, OLD).await;
    let mo = Person::new(&world, "en");
    let mut page = mo.signs_in(60, MO, OLD).await;
    for _ in 0..5 {
        page = mo.fills(61, &page, "finish-sign-in", &[("code", "000000")]).await;
        mo.reads(&page, 422, SECOND_STEP);
    }
    let code = app.code(after(62));
    page = mo.fills(62, &page, "finish-sign-in", &[("code", &code)]).await;
    mo.reads(&page, 423, SECOND_STEP);
    assert!(page.says("15:17"), "until when: {}", page.html);
    let done = mo.fills(63, &page, "finish-sign-in", &[("code", &app.recovery_codes[0])]).await;
    mo.reads(&done, 200, SIGNED_IN);
}

#[tokio::test]
async fn a_sign_in_that_took_too_long_begins_again() {
    let world = world(|_| {}).await;
    let app = world.switch_on(after(0), MO, OLD).await;
    for language in LANGUAGES {
        let mo = Person::new(&world, language);
        let page = mo.signs_in(60, MO, OLD).await;
        for (pending, seconds, status) in [("", 360, 410), ("x", 61, 404)] {
            let code = app.code(after(seconds));
            let typed = [("code", code.as_str()), ("pending", pending)];
            let typed = if pending.is_empty() { &typed[..1] } else { &typed[..] };
            let over = mo.fills(seconds, &page, "finish-sign-in", typed).await;
            assert_eq!(over.reply.status, status, "{}", over.html);
            let again = mo.follows(seconds, &over, "sign-in").await;
            mo.reads(&again, 200, SIGN_IN);
        }
    }
}

#[tokio::test]
async fn who_is_blocked_hears_whom_to_ask_and_who_is_locked_how_to_get_in() {
    for language in LANGUAGES {
        let world = world(|settings| settings.magic_login.takes_lock_off = false).await;
        let mo = Person::new(&world, language);
        let blocked = mo.signs_in(0, "bo@example.com", "Klompen99").await;
        assert_eq!(blocked.reply.status, 403, "{}", blocked.html);
        assert!(blocked.forms().is_empty() && blocked.says("help@example.com"), "{}", blocked.html);
        assert_eq!(blocked.html.matches("help@example.com").count(), 1, "said once");
        world.magic_token(after(0), MO).await;
        let link = mo.opens(0, &mailed(&world, MO, Rel::Action)).await;
        world.lock(after(1), MO).await;
        for page in
            [mo.signs_in(2, MO, OLD).await, mo.fills(2, &link, "redeem-magic-link", &[]).await]
        {
            mo.reads(&page, 423, LOCKED);
            assert!(page.says("15:16"), "until when: {}", page.html);
            let recover = mo.follows(3, &page, "recover").await;
            mo.reads(&recover, 200, RECOVER);
        }
        world.change_account(MO, |mo| mo.blocked = Some(BlockReason::Other)).await;
        let dead = mo.opens(4, &mailed(&world, MO, Rel::Action)).await;
        assert_eq!(dead.reply.status, 410, "{}", dead.html);
    }
}

#[tokio::test]
async fn what_a_tenant_does_not_offer_says_what_it_does() {
    let world = world(|_| {}).await;
    let mo = Person::new(&world, "en");
    world.magic_token(after(0), MO).await;
    let link = mo.opens(1, &mailed(&world, MO, Rel::Action)).await;
    let page = mo.opens(1, "/p/demo/magic").await;
    world.change_settings(|settings| settings.magic_login.enabled = false).await;
    let opened = mo.opens(70, "/p/demo/magic").await;
    let sent = mo.fills(70, &page, "magic", &[("login", MO)]).await;
    let pressed = mo.fills(70, &link, "redeem-magic-link", &[]).await;
    for page in [opened, sent, pressed] {
        assert_eq!(page.reply.status, 403, "{}", page.html);
        let forgot = mo.follows(71, &page, "forgot-password").await;
        mo.reads(&forgot, 200, FORGOT);
        let sign_in = mo.follows(71, &page, "sign-in").await;
        mo.reads(&sign_in, 200, SIGN_IN);
        assert!(!sign_in.html.contains("/p/demo/magic"), "nor is it offered: {}", sign_in.html);
    }
}

#[tokio::test]
async fn an_address_of_no_page_and_of_no_tenant_is_told_in_the_language_of_its_reader() {
    let world = world(|_| {}).await;
    for language in LANGUAGES {
        let mo = Person::new(&world, language);
        for address in ["/p/demo/", "/p/demo", "/p/demo/nothing", "/p/demo/sign-in/x"] {
            let page = mo.opens(0, address).await;
            assert_eq!((page.reply.status, page.reply.header("content-language")), (404, language));
            let are_own = page.links().iter().all(|link| link.starts_with("/p/demo"));
            assert!(are_own, "{}", page.html);
        }
        for address in ["/p/nobody/sign-in", "/p/regain/sign-in", "/p/x/", "/p/", "/p/DEMO/sign-in"]
        {
            let page = mo.opens(0, address).await;
            assert_eq!((page.reply.status, page.reply.header("content-language")), (404, language));
            // There is nothing to go on to, but another language.
            let [other] = &page.links()[..] else { panic!("{}", page.html) };
            let told = mo.opens(0, other).await;
            assert_eq!(told.reply.status, 404, "{}", told.html);
            assert_ne!(told.reply.header("content-language"), language, "{}", told.html);
            assert!(!page.html.contains(" – <") && !page.html.contains(" of ."), "{}", page.html);
        }
        let request = Request { body: b"x=1".to_vec(), ..Request::get("/p/nobody/sign-in") };
        let page = mo.sees(after(0), &Request { method: http::Method::POST, ..request }).await;
        assert_eq!(page.reply.status, 404, "{}", page.html);
    }
}

#[tokio::test]
async fn a_rule_that_was_changed_meanwhile_is_told_and_the_link_opens_the_right_page() {
    use regain_domain::settings::OwnPassword;
    let world = world(|_| {}).await;
    let mo = Person::new(&world, "en");
    let page = mo.may_choose(0, MO).await;
    world.change_settings(|settings| settings.own_password = OwnPassword::Generated).await;
    let stopped = mo.fills(70, &page, "set-password", &CHOSEN).await;
    assert_eq!(stopped.reply.status, 400, "{}", stopped.html);
    let link = mo.opens(71, &mailed(&world, MO, Rel::Action)).await;
    let page = mo.fills(72, &link, "click-link", &[]).await;
    let done = mo.fills(73, &page, "set-password", &[]).await;
    mo.reads(&done, 200, CHANGED);
    let body = json!({"login": MO, "password": NEW});
    assert_eq!(world.post(after(74), "sign-in", body).await.status, 401);
}
