//! When there is too much, or nothing answers: when to come again, and what was typed is kept.

use regain_local::{Chaos, DynamoDbChaos, Rel};
use regain_tests::pages::{Page, PageForm};
use regain_tests::{World, after};

use crate::gallery::every_form;
use crate::steps::{CHOSEN, LANGUAGES, MO, NEW, OLD, Person, at_rest, mailed, world};
use crate::words::{ASKED, CHANGED, CODE, FORGOT, MAGIC, RECOVER, SIGN_IN, SIGNED_IN};

fn down(world: &World, is_down: bool) {
    let fail_next = if is_down { u64::MAX } else { 0 };
    let dynamodb = DynamoDbChaos { fail_next, ..DynamoDbChaos::default() };
    world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
}

fn is_put_off(page: &Page) {
    assert_eq!((page.reply.status, page.reply.header("retry-after")), (503, "5"), "{}", page.html);
    for secret in [OLD, NEW, "arn:", "DynamoDB", "regain-"] {
        assert!(!page.html.contains(secret), "{secret}: {}", page.html);
    }
}

#[tokio::test]
async fn what_was_typed_outlives_a_bad_day() {
    for language in LANGUAGES {
        let world = world(|_| {}).await;
        let mo = Person::new(&world, language);
        let (_, forms) = every_form(&world, language).await;
        let before = at_rest(&world);
        down(&world, true);
        let mut put_off: Vec<(&str, PageForm, Page)> = Vec::new();
        for sent in forms {
            let page = mo.sends(121, &sent.form, &[]).await;
            is_put_off(&page);
            put_off.push((sent.name, sent.form, page));
        }
        down(&world, false);
        assert_eq!(at_rest(&world), before);
        for (name, sent, page) in put_off {
            // All that was sent, but for what is secret and the picture that is another one.
            let again = page.form(name);
            let picture = match again.field("captcha.id") {
                "" => String::new(),
                id => world.read_captcha(after(122), id),
            };
            let mut typed = vec![];
            for (field, value) in &sent.fields {
                match field.as_str() {
                    "password" | "confirm" | "code" | "channel" => typed.push((&**field, &**value)),
                    "captcha.answer" => typed.push((&**field, &*picture)),
                    "captcha.id" => {}
                    _ => assert_eq!(again.field(field), value, "{name}: {field}"),
                }
            }
            let done = mo.sends(122, &again, &typed).await;
            assert_eq!(done.reply.status, 200, "{name}: {}", done.html);
        }
    }
}

/// A sandbox that has not read the settings yet knows nothing of the tenant but its name.
#[tokio::test]
async fn a_bad_day_that_begins_with_the_settings_loses_nothing_either() {
    for language in LANGUAGES {
        let world = World::new().await;
        let mo = Person::new(&world, language);
        for (name, heading) in [
            ("sign-in", SIGN_IN),
            ("forgot-password", FORGOT),
            ("magic", MAGIC),
            ("recover", RECOVER),
        ] {
            down(&world, true);
            let opened = mo.opens(0, &format!("/p/demo/{name}?utm_source=x")).await;
            is_put_off(&opened);
            mo.reads(&opened, 503, heading);
            let typed = [("login", MO), ("password", OLD)];
            let typed = if name == "sign-in" { &typed[..] } else { &typed[..1] };
            let sent = mo.fills(1, &opened, name, typed).await;
            is_put_off(&sent);
            mo.reads(&sent, 503, heading);
            let form = sent.form(name);
            assert_eq!(form.action, format!("/p/demo/{name}"));
            assert_eq!(form.field("login"), MO);
            assert_eq!(form.field("lang"), language);
            down(&world, false);
            let done = mo.sends(2, &form, &[("password", OLD)][..typed.len() - 1]).await;
            match name {
                "sign-in" => mo.reads(&done, 200, SIGNED_IN),
                "recover" => mo.reads(&done, 400, RECOVER),
                _ => mo.reads(&done, 200, ASKED),
            }
        }
    }
}

#[tokio::test]
async fn a_link_that_is_opened_on_a_bad_day_is_opened_again_and_not_asked_for_anew() {
    for is_cold in [false, true] {
        let world = World::new().await;
        let mo = Person::new(&world, "nl");
        for name in ["link", "magic"] {
            let address = match name {
                "link" => world.reset_token(after(0), MO).await,
                _ => world.magic_token(after(0), MO).await,
            };
            let address = format!("/p/demo/{name}/{address}");
            assert_eq!(address, mailed(&world, MO, Rel::Action));
            let seconds = if is_cold {
                3600
            } else {
                mo.opens(1, &address).await;
                2
            };
            let seconds = seconds.min(800);
            down(&world, true);
            let opened = mo.opens(seconds, &address).await;
            is_put_off(&opened);
            down(&world, false);
            let again = mo.follows(seconds + 1, &opened, address.rsplit('/').next().unwrap()).await;
            assert_eq!(again.reply.status, 200, "{}", again.html);
            down(&world, true);
            let button = again.forms().swap_remove(0);
            let pressed = mo.sends(seconds + 2, &button, &[]).await;
            is_put_off(&pressed);
            down(&world, false);
            let forms = pressed.forms();
            let [form] = &forms[..] else { panic!("{}", pressed.html) };
            assert_eq!(form.action, button.action, "one press more");
            let done = mo.sends(seconds + 3, form, &[]).await;
            assert_eq!(done.reply.status, 200, "{}", done.html);
        }
    }
}

#[tokio::test]
async fn with_one_call_in_three_throttled_a_way_by_forms_is_gone_to_its_end() {
    let world = world(|_| {}).await;
    let mo = Person::new(&world, "en");
    let dynamodb = DynamoDbChaos { throttle_one_in: 3, ..DynamoDbChaos::default() };
    let insist = async |page: Page, name: &str, typed: &[(&str, &str)]| {
        let mut page = page;
        for _ in 0..20 {
            page = mo.fills(1, &page, name, typed).await;
            if page.reply.status != 503 {
                return page;
            }
            is_put_off(&page);
        }
        panic!("{name} was put off twenty times");
    };
    let page = mo.opens(0, "/p/demo/forgot-password").await;
    world.cloud.set_chaos(Chaos { dynamodb: dynamodb.clone(), ..Chaos::default() });
    insist(page, "forgot-password", &[("login", MO)]).await;
    down(&world, false);
    world.deliver(after(1)).await;
    let link = mo.opens(1, &mailed(&world, MO, Rel::Action)).await;
    world.cloud.set_chaos(Chaos { dynamodb, ..Chaos::default() });
    let rules = insist(link, "click-link", &[]).await;
    let done = insist(rules, "set-password", &CHOSEN).await;
    mo.reads(&done, 200, CHANGED);
    down(&world, false);
    assert_eq!(world.sign_in(after(2), MO, NEW).await.0, 200);
}

#[tokio::test]
async fn too_much_is_told_with_when_it_is_over_and_goes_on_from_there() {
    for language in LANGUAGES {
        for (name, heading) in [("forgot-password", FORGOT), ("magic", MAGIC)] {
            let world =
                World::with(|settings| settings.limits.per_login_and_address_hour = 1).await;
            let mo = Person::new(&world, language);
            let page = mo.opens(0, &format!("/p/demo/{name}")).await;
            mo.fills(1, &page, name, &[("login", MO)]).await;
            let limited = mo.fills(600, &page, name, &[("login", MO)]).await;
            mo.reads(&limited, 429, heading);
            assert_eq!(limited.reply.header("retry-after"), "3000");
            assert!(limited.says("16:00"), "when it is over: {}", limited.html);
            assert_eq!(limited.form(name).field("login"), MO);
            let early = mo.fills(3599, &limited, name, &[]).await;
            mo.reads(&early, 429, heading);
            let sent = mo.fills(3600, &early, name, &[]).await;
            mo.reads(&sent, 200, ASKED);
        }
        let world = World::with(|settings| settings.limits.per_address_hour = 1).await;
        let mo = Person::new(&world, language);
        mo.signs_in(0, MO, OLD).await;
        let limited = mo.signs_in(1, MO, OLD).await;
        mo.reads(&limited, 429, SIGN_IN);
        assert_eq!(limited.reply.header("retry-after"), "3599");
        assert_eq!(limited.form("sign-in").field("login"), MO);
        let done = mo.fills(3600, &limited, "sign-in", &[("password", OLD)]).await;
        mo.reads(&done, 200, SIGNED_IN);
    }
}

#[tokio::test]
async fn who_asks_for_another_code_too_soon_can_still_type_the_one_that_comes() {
    for (language, when) in [("en", "You can try again at 15:01."), ("nl", "om 15:01")] {
        let world = world(|_| {}).await;
        let mo = Person::new(&world, language);
        let page = mo.opens(0, "/p/demo/recover").await;
        let ways = mo.recovers(0, &page, MO, "locked_out").await;
        mo.has_code_sent(1, &ways, "sms").await;
        let code = mo.has_code_sent(2, &ways, "sms").await;
        mo.reads(&code, 200, CODE);
        let early = mo.fills(3, &code, "send-sms-code", &[]).await;
        assert_eq!(early.reply.status, 429, "{}", early.html);
        assert_eq!(early.reply.header("retry-after"), "29");
        assert!(early.says(when), "{}", early.html);
        let typed = world.newest_code(crate::steps::ON_FILE);
        let unlock = mo.fills(4, &early, "check-sms-code", &[("code", &typed)]).await;
        assert_eq!(unlock.reply.status, 200, "{}", unlock.html);
    }
}
