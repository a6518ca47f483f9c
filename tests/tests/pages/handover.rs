//! Where a sign-in on a page leads: back to the frontend that it was begun for, which redeems what was
//! handed over. A page itself is given no session, whatever it is sent.

use jiff::Timestamp;
use regain_domain::session::s256;
use regain_local::Rel;
use regain_tests::pages::{Page, PageForm};
use regain_tests::{App, RETURN_URL, Reply, VERIFIER, World, after, parameter};
use serde_json::{Value, json};

use crate::steps::{MO, OLD, Person, begun, leads_back, mailed, world};
use crate::words::{ASKED, SECOND_STEP, SIGNED_IN};

const UNKNOWN: (u16, &str) = (404, "sign_in_unknown");
const OVER: (u16, &str) = (410, "sign_in_over");
/// What waits in the mailbox of who is not in this browser.
const ANOTHER: &str = "another-browser-0123456789-0123456789-01234";

/// Signs in on the page, with the password.
async fn signs_in(mo: &Person<'_>, seconds: i64) -> Page {
    let page = mo.opens(seconds, &begun("sign-in")).await;
    let typed = [("login", MO), ("password", OLD)];
    mo.fills(seconds, &page, "sign-in", &typed).await
}

/// The handover, where a page leads back with nothing else.
fn handed_over(page: &Page) -> String {
    let location = page.reply.header("location");
    let handover = parameter(location, "handover");
    assert_eq!((page.reply.status, &*page.html), (303, ""), "{page:?}");
    assert_eq!(location, format!("{RETURN_URL}&handover={handover}"));
    assert_eq!(page.reply.header("cache-control"), "no-store");
    assert_eq!(page.reply.header("referrer-policy"), "no-referrer");
    assert!(!page.reply.log.to_string().contains(&handover), "{}", page.reply.log);
    handover
}

async fn redeems(world: &World, now: Timestamp, handover: &str, verifier: &str) -> Reply {
    let body = json!({"handover": handover, "verifier": verifier});
    world.post(now, "finish-sign-in", body).await
}

fn told(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.code())
}

/// Redeems, and the session that it gives stands; gives how it was proved.
async fn is_in(world: &World, seconds: i64, handover: &str) -> Value {
    let reply = redeems(world, after(seconds), handover, VERIFIER).await;
    assert_eq!((reply.status, reply.text("token_type")), (200, "Bearer"), "{reply:?}");
    assert_eq!(world.session(after(seconds), reply.text("token")).await.status, 200);
    assert_eq!(told(&redeems(world, after(seconds), handover, VERIFIER).await), OVER, "once");
    reply.body["methods"].clone()
}

#[tokio::test]
async fn a_sign_in_is_handed_over_once_to_who_holds_the_verifier() {
    let world = world(leads_back).await;
    let mo = Person::new(&world, "en");
    let handover = handed_over(&signs_in(&mo, 0).await);
    for verifier in [ANOTHER, &s256(VERIFIER), &VERIFIER[1..]] {
        let refused = redeems(&world, after(1), &handover, verifier).await;
        assert_eq!(told(&refused), UNKNOWN, "{verifier}");
    }
    let without = world.post(after(1), "finish-sign-in", json!({"handover": handover})).await;
    assert_eq!(without.status, 400, "{without:?}");
    assert_eq!(is_in(&world, 59, &handover).await, json!(["password"]));
}

#[tokio::test]
async fn a_handover_is_good_for_a_minute() {
    let world = world(leads_back).await;
    let mo = Person::new(&world, "en");
    let (first, second) = (signs_in(&mo, 0).await, signs_in(&mo, 0).await);
    is_in(&world, 59, &handed_over(&first)).await;
    let late = redeems(&world, after(60), &handed_over(&second), VERIFIER).await;
    assert_eq!(told(&late), OVER);
}

#[tokio::test]
async fn a_handover_after_the_second_step_asks_for_no_second_code() {
    let world = world(leads_back).await;
    let app = world.switch_on(after(0), MO, OLD).await;
    let mo = Person::new(&world, "en");
    let asked = signs_in(&mo, 60).await;
    mo.reads(&asked, 200, SECOND_STEP);
    let again = mo.fills(61, &asked, "finish-sign-in", &[("code", "000000")]).await;
    mo.reads(&again, 422, SECOND_STEP);
    let code = app.code(after(62));
    let back = mo.fills(62, &again, "finish-sign-in", &[("code", &code)]).await;
    let methods = is_in(&world, 63, &handed_over(&back)).await;
    assert_eq!(methods, json!(["password", "totp"]));
}

/// From the page that asks for a link to the one that it opens, in whatever browser.
async fn link_opened(mo: &Person<'_>, seconds: i64) -> Page {
    let asked = mo.opens(seconds, &begun("magic")).await;
    let sent = mo.fills(seconds, &asked, "magic", &[("login", MO)]).await;
    mo.reads(&sent, 200, ASKED);
    mo.world.deliver(after(seconds)).await;
    let address = mailed(mo.world, MO, Rel::Action);
    assert!(!address.contains('?'), "what it leads to is kept with it: {address}");
    mo.opens(seconds + 1, &address).await
}

#[tokio::test]
async fn a_link_that_signs_in_leads_to_where_it_was_asked_for() {
    let world = world(leads_back).await;
    let mo = Person::new(&world, "en");
    let link = link_opened(&mo, 0).await;
    let back = mo.fills(2, &link, "redeem-magic-link", &[]).await;
    let handover = handed_over(&back);
    let refused = redeems(&world, after(3), &handover, ANOTHER).await;
    assert_eq!(told(&refused), UNKNOWN, "who was sent the link has no verifier");
    assert_eq!(is_in(&world, 4, &handover).await, json!(["link"]));
}

#[tokio::test]
async fn a_link_that_signs_in_leads_there_after_the_second_step_too() {
    // Whatever else stands in its address.
    for query in ["".to_owned(), begun("").split_off(8), "?lang=en".to_owned()] {
        for challenge_too in [true, false] {
            let world = world(leads_back).await;
            let app = world.switch_on(after(0), MO, OLD).await;
            let mo = Person::new(&world, "en");
            link_opened(&mo, 60).await;
            let query = match challenge_too {
                true => query.clone(),
                false => query.split("&challenge").next().unwrap().to_owned(),
            };
            let address = format!("{}{query}", mailed(&world, MO, Rel::Action));
            let link = mo.opens(61, &address).await;
            let asked = mo.fills(62, &link, "redeem-magic-link", &[]).await;
            mo.reads(&asked, 200, SECOND_STEP);
            let again = mo.fills(63, &asked, "finish-sign-in", &[("code", "000000")]).await;
            mo.reads(&again, 422, SECOND_STEP);
            let code = app.code(after(64));
            let back = mo.fills(64, &again, "finish-sign-in", &[("code", &code)]).await;
            assert_eq!(is_in(&world, 65, &handed_over(&back)).await, json!(["link", "totp"]));
        }
    }
}

/// Signs in with a recovery code; gives the page that shows the next one.
async fn with_recovery_code(mo: &Person<'_>, app: &App, at: usize) -> Page {
    let asked = signs_in(mo, 60).await;
    let typed = [("code", app.recovery_codes[at].as_str())];
    mo.fills(61, &asked, "finish-sign-in", &typed).await
}

#[tokio::test]
async fn a_new_recovery_code_is_shown_before_anybody_goes_on_and_leaves_time_to_write_it_down() {
    let world = world(leads_back).await;
    let app = world.switch_on(after(0), MO, OLD).await;
    let mo = Person::new(&world, "en");
    let mut handovers = Vec::new();
    for at in [0, 1] {
        let shown = with_recovery_code(&mo, &app, at).await;
        mo.reads(&shown, 200, SIGNED_IN);
        assert_eq!(shown.reply.header("location"), "");
        let code = shown.between("<code data-copy=\"", "\"");
        assert_eq!(code.len(), app.recovery_codes[0].len(), "{code}");
        let on = shown.links().into_iter().find(|link| link.starts_with(RETURN_URL)).unwrap();
        handovers.push(parameter(&on, "handover"));
        let asked = signs_in(&mo, 62).await;
        let back = mo.fills(62, &asked, "finish-sign-in", &[("code", &code)]).await;
        mo.reads(&back, 200, SIGNED_IN);
        assert_ne!(back.between("<code data-copy=\"", "\""), code, "it works, once");
    }
    let methods = is_in(&world, 360, &handovers[0]).await;
    assert_eq!(methods, json!(["password", "recovery_code"]));
    assert_eq!(told(&redeems(&world, after(361), &handovers[1], VERIFIER).await), OVER);
}

/// Or one that nobody redeems could be renewed for ever, past its minute and past the second step.
#[tokio::test]
async fn a_page_takes_no_handover() {
    let world = world(leads_back).await;
    let mo = Person::new(&world, "en");
    let handover = handed_over(&signs_in(&mo, 0).await);
    let challenge = s256(VERIFIER);
    let form = PageForm { action: "/p/demo/finish-sign-in".to_owned(), fields: Vec::new() };
    let sent = form.filled(&[
        ("handover", &handover),
        ("verifier", VERIFIER),
        ("return_url", RETURN_URL),
        ("challenge", &challenge),
    ]);
    let page = world.submit(after(1), &sent, &[]).await;
    assert_eq!((page.reply.status, page.reply.header("location")), (404, ""), "{}", page.html);
    is_in(&world, 2, &handover).await;
}

#[tokio::test]
async fn a_sign_in_that_is_handed_over_is_one_on_the_timeline() {
    let world = world(leads_back).await;
    let mo = Person::new(&world, "en");
    let handover = handed_over(&signs_in(&mo, 0).await);
    is_in(&world, 1, &handover).await;
    let events = world.events(MO).await;
    let of = |wanted: &str| events.iter().filter(|event| event.starts_with(wanted)).count();
    assert_eq!((of("signed_in"), of("handed_over")), (1, 1), "{events:?}");
}

#[tokio::test]
async fn without_a_way_back_the_page_says_that_signing_in_worked() {
    let world = world(leads_back).await;
    let mo = Person::new(&world, "en");
    let done = mo.signs_in(0, MO, OLD).await;
    mo.reads(&done, 200, SIGNED_IN);
    assert!(!done.html.contains("handover") && !done.html.contains("app.example"), "{}", done.html);
}
