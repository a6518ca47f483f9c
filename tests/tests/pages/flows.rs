//! Each whole way, by forms and links alone, in both languages: by a mail, and by a password.

use regain_domain::settings::OwnPassword;
use regain_local::Rel;
use regain_tests::pages::Page;
use regain_tests::{World, after};
use serde_json::Value;

use crate::steps::{CHOSEN, LANGUAGES, MO, NEW, OLD, Person, invited, mailed, on_mo};
use crate::words::{
    ASKED, CHANGED, CHOOSE, FIRST, FORGOT, GRANT_USED, LINK_USED, LINK_WITHDRAWN, MAGIC,
    MAGIC_LINK, NOT_ME, REPORTED, SECOND_STEP, SIGN_IN, SIGN_IN_OVER, SIGNED_IN, WITHDRAWN,
};

/// From the page that a mail is asked for on to the one that its link opens.
async fn by_mail(mo: &Person<'_>, asked: &Page, name: &str, login: &str) -> Page {
    let sent = mo.fills(2, asked, name, &[("login", login)]).await;
    mo.reads(&sent, 200, ASKED);
    assert!(sent.says(login), "{}", sent.html);
    mo.world.deliver(after(3)).await;
    mo.opens(4, &mailed(mo.world, login, Rel::Action)).await
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_forms_alone() {
    for language in LANGUAGES {
        let world = World::new().await;
        let mo = Person::new(&world, language);
        let begun = mo.opens(0, "/p/demo/sign-in").await;
        mo.reads(&begun, 200, SIGN_IN);
        let asked = mo.follows(1, &begun, "forgot-password").await;
        mo.reads(&asked, 200, FORGOT);
        let link = by_mail(&mo, &asked, "forgot-password", MO).await;
        mo.reads(&link, 200, CHOOSE);
        assert!(link.says("m•••@example.com") && !link.says(MO), "{}", link.html);
        let rules = mo.fills(5, &link, "click-link", &[]).await;
        mo.reads(&rules, 200, CHOOSE);
        assert_eq!(rules.form("set-password").field("login"), MO, "for the password manager");
        let differs = [("password", NEW), ("confirm", "Molenwiek43")];
        let again = mo.fills(6, &rules, "set-password", &differs).await;
        mo.reads(&again, 400, CHOOSE);
        let weak = [("password", "horse"), ("confirm", "horse")];
        let again = mo.fills(7, &again, "set-password", &weak).await;
        mo.reads(&again, 422, CHOOSE);
        let done = mo.fills(8, &again, "set-password", &CHOSEN).await;
        mo.reads(&done, 200, CHANGED);
        assert!(done.says("close this window") || done.says("dit venster sluiten"));
        assert!(done.says("password manager") || done.says("wachtwoordmanager"));
        assert_eq!(world.sign_in(after(9), MO, NEW).await.0, 200);
        assert_eq!(world.sign_in(after(9), MO, OLD).await.0, 401);
        mo.follows(10, &done, "sign-in").await;
    }
}

#[tokio::test]
async fn the_language_of_the_address_goes_before_that_of_the_browser_and_stays() {
    let world = World::new().await;
    let (en, nl) = (Person::new(&world, "en"), Person::new(&world, "nl"));
    let page = en.opens(0, "/p/demo/sign-in?lang=nl").await;
    nl.reads(&page, 200, SIGN_IN);
    let page = en.follows(1, &page, "forgot-password").await;
    nl.reads(&page, 200, FORGOT);
    let sent = en.fills(2, &page, "forgot-password", &[("login", MO)]).await;
    nl.reads(&sent, 200, ASKED);
    world.deliver(after(3)).await;
    assert!(world.newest_mail(MO).text.contains("wachtwoord"), "and so is the mail");
    // Back, by the link to the other language.
    let other = page.links().into_iter().find(|link| link.contains("lang=en")).unwrap();
    let page = nl.opens(4, &other).await;
    en.reads(&page, 200, FORGOT);
}

#[tokio::test]
async fn a_link_signs_in_by_forms_alone() {
    for language in LANGUAGES {
        let world = World::new().await;
        let mo = Person::new(&world, language);
        let begun = mo.opens(0, "/p/demo/sign-in").await;
        let asked = mo.follows(1, &begun, "magic").await;
        mo.reads(&asked, 200, MAGIC);
        let link = by_mail(&mo, &asked, "magic", MO).await;
        mo.reads(&link, 200, MAGIC_LINK);
        let done = mo.fills(5, &link, "redeem-magic-link", &[]).await;
        mo.reads(&done, 200, SIGNED_IN);
        let events = world.events(MO).await;
        assert_eq!(events.last().map(String::as_str), Some("signed_in: magic"), "{events:?}");
        let again = mo.fills(6, &link, "redeem-magic-link", &[]).await;
        mo.reads(&again, 410, LINK_USED);
    }
}

#[tokio::test]
async fn a_temporary_password_leads_to_the_next_one_on_the_page_of_signing_in() {
    for language in LANGUAGES {
        let world = World::with(|settings| settings.temporary_passwords_enabled = true).await;
        let made = on_mo(&world, 0, "/temporary-password", Value::Null).await;
        let temporary = made["password"].as_str().unwrap();
        let mo = Person::new(&world, language);
        let must = mo.signs_in(1, MO, temporary).await;
        mo.reads(&must, 403, CHOOSE);
        assert_eq!(must.form("set-password").field("login"), MO);
        let typed = [("password", temporary), ("confirm", temporary)];
        let again = mo.fills(2, &must, "set-password", &typed).await;
        mo.reads(&again, 422, CHOOSE);
        let done = mo.fills(3, &again, "set-password", &CHOSEN).await;
        mo.reads(&done, 200, CHANGED);
        let page = mo.follows(4, &done, "sign-in").await;
        let typed = [("login", MO), ("password", NEW)];
        let done = mo.fills(5, &page, "sign-in", &typed).await;
        mo.reads(&done, 200, SIGNED_IN);
    }
}

#[tokio::test]
async fn a_code_is_asked_for_where_the_second_step_is_on() {
    for language in LANGUAGES {
        let world = World::new().await;
        let app = world.switch_on(after(0), MO, OLD).await;
        let mo = Person::new(&world, language);
        let asked = mo.signs_in(60, MO, OLD).await;
        mo.reads(&asked, 200, SECOND_STEP);
        let again = mo.fills(61, &asked, "finish-sign-in", &[]).await;
        mo.reads(&again, 400, SECOND_STEP);
        let again = mo.fills(62, &again, "finish-sign-in", &[("code", "12345a")]).await;
        mo.reads(&again, 400, SECOND_STEP);
        let code = app.code(after(63));
        let done = mo.fills(63, &again, "finish-sign-in", &[("code", &code)]).await;
        mo.reads(&done, 200, SIGNED_IN);
        let used = mo.fills(64, &again, "finish-sign-in", &[("code", &code)]).await;
        mo.reads(&used, 422, SECOND_STEP);
        let next = app.code(after(93));
        let over = mo.fills(93, &used, "finish-sign-in", &[("code", &next)]).await;
        mo.reads(&over, 410, SIGN_IN_OVER);
    }
}

/// The whole password on a result page, if it shows one.
fn shown(page: &Page) -> String {
    page.between("<code data-copy=\"", "\"")
}

#[tokio::test]
async fn what_regain_made_is_shown_once() {
    for language in LANGUAGES {
        for own_password in [OwnPassword::WithEnding, OwnPassword::Generated] {
            let world = World::with(|settings| settings.own_password = own_password).await;
            let mo = Person::new(&world, language);
            let page = mo.may_choose(0, MO).await;
            mo.reads(&page, 200, CHOOSE);
            let (typed, begins): (&[(&str, &str)], &str) = match own_password {
                OwnPassword::Generated => (&[], ""),
                _ => (&[("beginning", "Eddydebeste"), ("confirm", "Eddydebeste")], "Eddydebeste"),
            };
            let done = mo.fills(1, &page, "set-password", typed).await;
            mo.reads(&done, 200, CHANGED);
            let password = shown(&done);
            assert!(password.starts_with(begins) && password.len() > begins.len(), "{password}");
            assert_eq!(world.sign_in(after(2), MO, &password).await.0, 200);
            let again = mo.fills(3, &page, "set-password", typed).await;
            mo.reads(&again, 410, GRANT_USED);
            assert!(!again.says(&password) && !again.html.contains("<code data-copy"));
        }
    }
}

#[tokio::test]
async fn an_invite_leads_to_a_first_password() {
    for language in LANGUAGES {
        let world = World::new().await;
        let login = invited(&world, 0).await;
        let new = Person::new(&world, language);
        let link = new.opens(1, &mailed(&world, login, Rel::Action)).await;
        new.reads(&link, 200, FIRST);
        let page = new.fills(2, &link, "click-link", &[]).await;
        let done = new.fills(3, &page, "set-password", &CHOSEN).await;
        new.reads(&done, 200, CHANGED);
        assert_eq!(world.sign_in(after(4), login, NEW).await.0, 200);
    }
}

#[tokio::test]
async fn not_me_ends_a_link_that_lives_and_reports_one_that_was_used() {
    for language in LANGUAGES {
        for by_page_of_link in [true, false] {
            let world = World::new().await;
            let mo = Person::new(&world, language);
            world.reset_token(after(0), MO).await;
            let link = mailed(&world, MO, Rel::Action);
            let asked = match by_page_of_link {
                true => mo.opens(1, &link).await,
                false => mo.opens(1, &mailed(&world, MO, Rel::NotMe)).await,
            };
            if !by_page_of_link {
                mo.reads(&asked, 200, NOT_ME);
            }
            for seconds in [2, 3] {
                let done = mo.fills(seconds, &asked, "withdraw-link", &[]).await;
                mo.reads(&done, 200, WITHDRAWN);
            }
            let dead = mo.opens(4, &link).await;
            mo.reads(&dead, 410, LINK_WITHDRAWN);

            let page = mo.may_choose(10, MO).await;
            mo.fills(11, &page, "set-password", &CHOSEN).await;
            world.deliver(after(12)).await;
            let session = world.session_of(after(13), MO, NEW).await;
            let asked = mo.opens(14, &mailed(&world, MO, Rel::NotMe)).await;
            assert_eq!(world.session(after(15), &session).await.status, 200);
            for seconds in [16, 17] {
                let done = mo.fills(seconds, &asked, "withdraw-link", &[]).await;
                mo.reads(&done, 200, REPORTED);
            }
            assert_eq!(world.session(after(18), &session).await.code(), "session_ended");
        }
    }
}
