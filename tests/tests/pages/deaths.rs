//! The page of a link that no longer works: why, since when, and a button that helps.

use http::Method;
use regain_local::Rel;
use regain_tests::pages::Page;
use regain_tests::{Request, World, after};
use serde_json::{Value, json};

use crate::steps::{
    CHOSEN, LANGUAGES, MIN15, MO, MO_ID, NEW, Person, invited, mailed, on_mo, world,
};
use crate::words::{ASKED, CHANGED, CHOOSE, MAGIC_LINK, METHOD, RECOVER};

const H48: i64 = 172_800;

/// What ends a link that was mailed at the beginning, and clicked at 10 if it was clicked; and when it
/// is looked at.
const ENDS: [(&str, i64); 11] = [
    ("expired", H48 + 5),
    ("click expired", 10 + MIN15),
    ("a newer link", 100),
    ("used", 100),
    ("another link was used", 200),
    ("another address", 100),
    ("a block", 100),
    ("a block that is over", 100),
    ("an erasure", 100),
    ("not me", 100),
    ("a temporary password", 100),
];

/// Ends it.
async fn end(world: &World, by: &str, token: &str) {
    let by_admin = async |method, end: &str, body: Value| {
        let path = format!("{MO_ID}{end}");
        let reply = world.admin_at(after(50), method, &path, &world.admin, body).await;
        assert!([200, 204].contains(&reply.status), "{reply:?}");
    };
    match by {
        "expired" | "click expired" => {}
        "a newer link" => _ = world.reset_token(after(50), MO).await,
        "used" => {
            let grant = world.grant(after(50), token).await;
            assert_eq!(world.set(after(51), &grant, NEW).await.status, 200);
        }
        "another link was used" => {
            let magic = world.recovery(after(50), MO, "forgot_password").await;
            let code = world.sent_code(after(50), &magic, crate::steps::ON_FILE).await;
            let grant = world.type_code(after(51), &magic, &code).await;
            assert_eq!(world.set(after(52), grant.text("grant"), NEW).await.status, 200);
        }
        "another address" => {
            by_admin(Method::PATCH, "", json!({"login": "moved@example.com"})).await;
        }
        "a block" => by_admin(Method::POST, "/block", json!({"reason": "other"})).await,
        "a block that is over" => {
            by_admin(Method::POST, "/block", json!({"reason": "other"})).await;
            by_admin(Method::POST, "/unblock", Value::Null).await;
        }
        "an erasure" => by_admin(Method::DELETE, "", Value::Null).await,
        "not me" => assert_eq!(world.not_me(after(50), token).await.status, 200),
        "a temporary password" => {
            on_mo(world, 50, "/temporary-password", Value::Null).await;
        }
        other => panic!("{other}"),
    }
    world.deliver(after(60)).await;
}

/// What the API says of a token or a grant, in a language.
async fn api(mo: &Person<'_>, seconds: i64, operation: &str, body: Value) -> regain_tests::Reply {
    let request = Request::post(operation, &body).header("accept-language", mo.language);
    mo.world.send(after(seconds), &request).await
}

/// That a page says what the API says, and presses what it says helps.
async fn helps(mo: &Person<'_>, seconds: i64, page: &Page, told: &regain_tests::Reply, by: &str) {
    assert_eq!((page.reply.status, told.status), (410, 410), "{by}: {told:?} {}", page.html);
    assert_eq!(page.heading(), told.text("title"), "{by}");
    assert!(page.says(told.text("detail")), "{by}: {told:?} {}", page.html);
    assert!(page.says(told.text("support_code")), "{by}: {}", page.html);
    assert!(!told.text("support_code").is_empty() && page.html.contains("<code>"), "{by}");
    match told.text("remedy") {
        "request_again" | "use_newer_link" => {
            let mails = mo.world.cloud.messages(None).len();
            let forms = page.forms();
            let [form] = &forms[..] else { panic!("{by}: {}", page.html) };
            let sent = mo.sends(seconds, form, &[]).await;
            mo.reads(&sent, 200, ASKED);
            mo.world.deliver(after(seconds)).await;
            assert_eq!(mo.world.cloud.messages(None).len(), mails + 1, "{by}");
        }
        "sign_in" => {
            let sign_in = mo.follows(seconds, page, "sign-in").await;
            assert_eq!(sign_in.reply.status, 200);
        }
        "contact_support" => {
            assert!(page.forms().is_empty() && page.says("help@example.com"), "{}", page.html);
        }
        other => panic!("{by}: {other}"),
    }
}

#[tokio::test]
async fn a_dead_link_says_why_and_when_and_what_it_says_helps() {
    for language in LANGUAGES {
        for (by, seconds) in ENDS {
            for clicked in [true, false] {
                let world = world(|settings| settings.temporary_passwords_enabled = true).await;
                let mo = Person::new(&world, language);
                let token = world.reset_token(after(0), MO).await;
                let address = mailed(&world, MO, Rel::Action);
                let page = mo.opens(5, &address).await;
                if by == "click expired" && !clicked || by == "expired" && clicked {
                    continue;
                }
                let mut grant = None;
                if clicked {
                    grant = Some(mo.fills(10, &page, "click-link", &[]).await);
                }
                end(&world, by, &token).await;
                let told = api(&mo, seconds, "check-link", json!({"token": token})).await;
                let pressed = mo.fills(seconds, &page, "click-link", &[]).await;
                helps(&mo, seconds, &pressed, &told, by).await;
                let told = api(&mo, seconds + 1, "check-link", json!({"token": token})).await;
                let opened = mo.opens(seconds + 1, &address).await;
                helps(&mo, seconds + 1, &opened, &told, by).await;
                if let Some(rules) = grant {
                    let body = json!({"grant": rules.form("set-password").field("grant"), "password": NEW});
                    let told = api(&mo, seconds + 2, "set-password", body).await;
                    let late = mo.fills(seconds + 2, &rules, "set-password", &CHOSEN).await;
                    helps(&mo, seconds + 2, &late, &told, by).await;
                }
            }
        }
    }
}

#[tokio::test]
async fn after_the_fifteen_minutes_one_press_mails_a_new_link_and_nothing_is_typed() {
    for language in LANGUAGES {
        let world = World::new().await;
        let mo = Person::new(&world, language);
        let page = mo.may_choose(0, MO).await;
        let late = mo.fills(MIN15, &page, "set-password", &CHOSEN).await;
        assert_eq!(late.reply.status, 410, "{}", late.html);
        let sent = mo.fills(MIN15 + 1, &late, "forgot-password", &[]).await;
        mo.reads(&sent, 200, ASKED);
        world.deliver(after(MIN15 + 2)).await;
        let link = mo.opens(MIN15 + 3, &mailed(&world, MO, Rel::Action)).await;
        mo.reads(&link, 200, CHOOSE);
        let page = mo.fills(MIN15 + 4, &link, "click-link", &[]).await;
        let done = mo.fills(MIN15 + 5, &page, "set-password", &CHOSEN).await;
        mo.reads(&done, 200, CHANGED);
    }
}

#[tokio::test]
async fn who_needs_more_time_has_a_new_link_before_it_is_over() {
    let world = World::new().await;
    let mo = Person::new(&world, "en");
    let page = mo.may_choose(0, MO).await;
    let weak = [("password", "x"), ("confirm", "x")];
    let again = mo.fills(1, &page, "set-password", &weak).await;
    let sent = mo.fills(600, &again, "forgot-password", &[]).await;
    mo.reads(&sent, 200, ASKED);
    world.deliver(after(600)).await;
    let link = mo.opens(601, &mailed(&world, MO, Rel::Action)).await;
    mo.reads(&link, 200, CHOOSE);
    let dead = mo.fills(602, &page, "set-password", &CHOSEN).await;
    assert_eq!(dead.reply.status, 410, "only the newest works: {}", dead.html);
}

#[tokio::test]
async fn a_dead_link_that_signs_in_is_followed_by_another_of_its_kind() {
    for language in LANGUAGES {
        let world = World::new().await;
        let mo = Person::new(&world, language);
        world.magic_token(after(0), MO).await;
        let address = mailed(&world, MO, Rel::Action);
        let page = mo.opens(1, &address).await;
        let late = mo.fills(MIN15, &page, "redeem-magic-link", &[]).await;
        assert_eq!(late.reply.status, 410, "{}", late.html);
        let sent = mo.fills(MIN15 + 1, &late, "magic", &[]).await;
        mo.reads(&sent, 200, ASKED);
        world.deliver(after(MIN15 + 2)).await;
        let link = mo.opens(MIN15 + 3, &mailed(&world, MO, Rel::Action)).await;
        mo.reads(&link, 200, MAGIC_LINK);
    }
}

#[tokio::test]
async fn a_dead_invite_and_a_dead_link_to_unlock_are_followed_by_a_mail() {
    let world = World::new().await;
    let mo = Person::new(&world, "en");
    let week = 7 * 86_400;
    let login = invited(&world, 0).await;
    let recovery = world.recovery(after(0), MO, "locked_out").await;
    world.post(after(0), "send-recovery-link", json!({"recovery": recovery})).await;
    world.deliver(after(0)).await;
    for login in [login, MO] {
        let dead = mo.opens(week, &mailed(&world, login, Rel::Action)).await;
        assert_eq!(dead.reply.status, 410, "{}", dead.html);
        let before = world.cloud.messages(Some(login)).len();
        let sent = mo.sends(week, &dead.forms()[0], &[]).await;
        mo.reads(&sent, 200, ASKED);
        world.deliver(after(week)).await;
        assert_eq!(world.cloud.messages(Some(login)).len(), before + 1);
        let link = mo.opens(week + 1, &mailed(&world, login, Rel::Action)).await;
        assert_eq!(link.reply.status, 200, "{}", link.html);
    }
}

/// No link was ever mailed: the way on is the one that was taken.
#[tokio::test]
async fn a_dead_step_of_a_code_leads_back_to_the_phone() {
    let world = World::new().await;
    let mo = Person::new(&world, "en");
    let recover = mo.opens(0, "/p/demo/recover").await;
    let ways = mo.recovers(0, &recover, MO, "forgot_password").await;
    let code = mo.has_code_sent(1, &ways, "sms").await;
    let typed = world.newest_code(crate::steps::ON_FILE);
    let rules = mo.fills(2, &code, "check-sms-code", &[("code", &typed)]).await;
    mo.reads(&rules, 200, CHOOSE);
    assert!(rules.forms().iter().all(|form| form.action.ends_with("/set-password")));
    let late = mo.fills(2 + MIN15, &rules, "set-password", &CHOSEN).await;
    assert_eq!(late.reply.status, 410, "{}", late.html);
    let recover = mo.follows(3 + MIN15, &late, "recover").await;
    mo.reads(&recover, 200, RECOVER);
    let ways = mo.recovers(4 + MIN15, &recover, MO, "forgot_password").await;
    mo.reads(&ways, 200, METHOD);
}

#[tokio::test]
async fn what_is_no_link_says_so_and_how_to_get_one() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    for language in LANGUAGES {
        let mo = Person::new(&world, language);
        let damaged = &token[..token.len() - 1];
        for name in ["link", "magic"] {
            for text in [damaged, "x", &"x".repeat(300), &"x".repeat(5000)] {
                let page = mo.opens(1, &format!("/p/demo/{name}/{text}")).await;
                let told = api(&mo, 1, "check-link", json!({"token": text})).await;
                assert_eq!(
                    (page.reply.status, &*page.heading()),
                    (told.status, told.text("title"))
                );
                assert!(page.says(told.text("detail")), "{}", page.html);
                let ask = mo.follows(2, &page, "forgot-password").await;
                assert_eq!(ask.reply.status, 200);
            }
        }
        let not_me = mo.opens(1, &format!("/p/demo/not-me/{damaged}")).await;
        let page = mo.fills(2, &not_me, "withdraw-link", &[]).await;
        assert!([400, 404].contains(&page.reply.status), "{}", page.html);
        mo.follows(3, &page, "forgot-password").await;
    }
}
