//! A page is given no session, whatever way in was taken and whatever its forms were made to say; and
//! nobody is sent on to where the tenant does not have them sent.

use regain_domain::session::s256;
use regain_local::Rel;
use regain_tests::pages::Page;
use regain_tests::{RETURN_URL, VERIFIER, World, after, parameter};
use serde_json::json;

use crate::steps::{
    CHOSEN, LANGUAGES, MO, OLD, ON_FILE, Person, SESSION, at_rest, begun, leads_back, mailed, world,
};
use crate::words::{SECOND_STEP, SIGN_IN, SIGNED_IN};

/// What else a form could be made to say. [`Person`] sees to it that no session comes of it.
const FORGED: [&[(&str, &str)]; 7] = [
    &[],
    &[("password", OLD)],
    &[("verifier", VERIFIER)],
    &[("token_type", "Bearer")],
    &[("hosted", ""), ("session", "1")],
    &[("return_url", RETURN_URL), ("challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")],
    &[("language", "en")],
];

/// What has begun, and who began it.
async fn ways_in(world: &World, seconds: i64) -> Vec<(&'static str, Page)> {
    let mo = Person::new(world, "en");
    let mut pages = vec![("sign-in", mo.opens(seconds, "/p/demo/sign-in").await)];
    world.magic_token(after(seconds), MO).await;
    pages.push(("redeem-magic-link", mo.opens(seconds, &mailed(world, MO, Rel::Action)).await));
    world.lock(after(seconds), MO).await;
    let recover = mo.opens(seconds, "/p/demo/recover").await;
    let ways = mo.recovers(seconds, &recover, MO, "locked_out").await;
    let code = mo.has_code_sent(seconds, &ways, "sms").await;
    let typed = world.newest_code(ON_FILE);
    pages.push(("unlock", mo.fills(seconds, &code, "check-sms-code", &[("code", &typed)]).await));
    pages
}

#[tokio::test]
async fn a_page_is_given_no_session() {
    for forged in FORGED {
        let world = world(leads_back).await;
        let mo = Person::new(&world, "en");
        let mut pages = ways_in(&world, 0).await;
        // The lock goes off first.
        pages.reverse();
        for (name, page) in &pages {
            let named = [("login", MO), ("password", OLD)];
            let typed = if *name == "sign-in" { &named[..] } else { &[] };
            mo.fills(1, page, name, &[typed, forged].concat()).await;
            mo.fills(1, page, name, typed).await;
        }
        let signed_in = world.events(MO).await;
        let signed_in = signed_in.iter().filter(|event| event.starts_with("signed_in")).count();
        assert!(signed_in >= 2, "they were ways in: {signed_in}");
        let page = mo.may_choose(2, MO).await;
        mo.fills(3, &page, "set-password", &[&CHOSEN, forged].concat()).await;
    }
}

#[tokio::test]
async fn the_second_step_on_a_page_gives_it_no_session_whoever_began() {
    for forged in FORGED {
        let world = world(leads_back).await;
        let app = world.switch_on(after(0), MO, OLD).await;
        let mo = Person::new(&world, "en");
        // Begun on a page, and begun by a frontend.
        let mut form = mo.signs_in(60, MO, OLD).await.form("finish-sign-in");
        let pending = world.pending(after(60), MO, OLD).await;
        let code = app.code(after(60));
        mo.sends(60, &form, &[&[("code", code.as_str())], forged].concat()).await;
        form = form.filled(&[("pending", &pending)]);
        mo.sends(61, &form, &[&[("code", &*app.recovery_codes[0])], forged].concat()).await;
        mo.sends(62, &form, &[("code", &*app.recovery_codes[1])]).await;
        let events = world.events(MO).await;
        assert!(events.contains(&"signed_in".to_owned()), "{events:?}");
    }
}

/// What was handed over is the frontend's. On a page it is used up, and gives nothing.
#[tokio::test]
async fn a_handover_that_is_sent_to_a_page_gives_it_no_session() {
    let world = world(leads_back).await;
    let mo = Person::new(&world, "en");
    let page = mo.opens(0, &begun("sign-in")).await;
    let back = mo.fills(0, &page, "sign-in", &[("login", MO), ("password", OLD)]).await;
    let handover = parameter(back.reply.header("location"), "handover");
    let mut form = page.form("sign-in");
    form.action = form.action.replace("/sign-in", "/finish-sign-in");
    let redeems = [("handover", handover.as_str()), ("verifier", VERIFIER)];
    for with in [&[][..], &[("lang", "nl")]] {
        let kept = form.clone();
        let answered = mo.sends(1, &kept, &[&redeems, with].concat()).await;
        assert!(answered.reply.status < 500, "{}", answered.html);
    }
    let control = world.session_of(after(2), MO, OLD).await;
    assert!(control.contains(SESSION), "what is looked for is what a session has: {control}");
}

/// Where nobody is sent.
const ELSEWHERE: [&str; 12] = [
    "https://evil.example/back",
    "https://app.example/other",
    "https://app.example/back",
    "https://app.example/back?tab=security&more=1",
    "https://app.example/back?tab=security#part",
    "http://app.example/back?tab=security",
    "https://user@app.example/back?tab=security",
    "https://app.example:444/back?tab=security",
    "https://app.example.evil.example/back?tab=security",
    "//evil.example/",
    "/back?tab=security",
    "javascript:alert(1)",
];

#[tokio::test]
async fn nobody_is_sent_to_where_the_tenant_does_not_have_them_sent() {
    let world = world(leads_back).await;
    for language in LANGUAGES {
        let mo = Person::new(&world, language);
        let form = mo.opens(0, &begun("sign-in")).await.form("sign-in");
        let before = at_rest(&world);
        world.cloud.forget_calls();
        for url in ELSEWHERE {
            let typed = [("login", MO), ("password", OLD), ("return_url", url)];
            let page = mo.sends(1, &form, &typed).await;
            mo.reads(&page, 400, SIGN_IN);
            assert_eq!(page.form("sign-in").field("login"), MO);
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("return_url", url).append_pair("challenge", &s256(VERIFIER));
            let query = query.finish();
            for name in ["sign-in", "forgot-password", "magic", "recover"] {
                let opened = mo.opens(1, &format!("/p/demo/{name}?{query}")).await;
                assert_eq!(opened.reply.status, 400, "{name} {url}: {}", opened.html);
                for page in [&page, &opened] {
                    let links = page.links();
                    let own = |link: &String| link.starts_with("/p/demo/") || link.starts_with('#');
                    assert!(links.iter().all(own), "{url}: {links:?}");
                }
            }
        }
        assert_eq!(world.cloud.calls_of("sign-in"), [] as [String; 0], "nobody is looked up");
        assert_eq!(at_rest(&world), before);
    }
}

#[tokio::test]
async fn a_challenge_is_asked_for_and_is_one() {
    let world = world(leads_back).await;
    let mo = Person::new(&world, "en");
    let form = mo.opens(0, &begun("sign-in")).await.form("sign-in");
    let (right, url) = (s256(VERIFIER), [("return_url", RETURN_URL)]);
    let bent = [&right[1..], &format!("{right}A"), "", " ", &right.replace(&right[..1], "+")];
    for challenge in bent {
        let typed = [("login", MO), ("password", OLD), ("challenge", challenge)];
        let page = mo.sends(1, &form, &typed).await;
        mo.reads(&page, 400, SIGN_IN);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair(url[0].0, url[0].1).append_pair("challenge", challenge);
        let page = mo.opens(1, &format!("/p/demo/sign-in?{}", query.finish())).await;
        mo.reads(&page, 400, SIGN_IN);
    }
    let page = mo.opens(1, &format!("/p/demo/sign-in?challenge={right}")).await;
    mo.reads(&page, 400, SIGN_IN);
    // Where nobody signs in, a way back alone is fine.
    for name in ["forgot-password", "magic", "recover"] {
        let address = begun(name);
        let page = mo.opens(1, address.split("&challenge").next().unwrap()).await;
        assert_eq!(page.reply.status, 200, "{}", page.html);
    }
}

/// A frontend that wants its people back after a new password, and no sign-in.
#[tokio::test]
async fn from_a_page_that_leads_back_without_a_challenge_one_can_sign_in() {
    let world = world(leads_back).await;
    let mo = Person::new(&world, "en");
    let address = begun("forgot-password");
    let page = mo.opens(0, address.split("&challenge").next().unwrap()).await;
    for page in [mo.follows(0, &page, "recover").await, page] {
        let page = mo.follows(1, &page, "sign-in").await;
        mo.reads(&page, 200, SIGN_IN);
        let done = mo.fills(2, &page, "sign-in", &[("login", MO), ("password", OLD)]).await;
        mo.reads(&done, 200, SIGNED_IN);
    }
}

#[tokio::test]
async fn a_way_back_that_was_taken_off_the_list_leads_nowhere() {
    let world = world(leads_back).await;
    let app = world.switch_on(after(0), MO, OLD).await;
    let mo = Person::new(&world, "en");
    let asked = mo.opens(60, &begun("magic")).await;
    mo.fills(60, &asked, "magic", &[("login", "ann@example.com")]).await;
    world.deliver(after(60)).await;
    let link = mo.opens(61, &mailed(&world, "ann@example.com", Rel::Action)).await;
    let page = mo.opens(61, &begun("sign-in")).await;
    let typed = [("login", MO), ("password", OLD)];
    let pending = mo.fills(61, &page, "sign-in", &typed).await;
    mo.reads(&pending, 200, SECOND_STEP);
    world.change_settings(|settings| settings.frontend.return_urls.clear()).await;

    let done = mo.fills(130, &link, "redeem-magic-link", &[]).await;
    mo.reads(&done, 200, SIGNED_IN);
    assert!(!done.html.contains("handover") && !done.html.contains("app.example"), "{}", done.html);
    let refused = mo.fills(130, &page, "sign-in", &typed).await;
    mo.reads(&refused, 400, SIGN_IN);
    let code = app.code(after(130));
    let refused = mo.fills(130, &pending, "finish-sign-in", &[("code", &code)]).await;
    mo.reads(&refused, 400, SECOND_STEP);
    let pending = world.pending(after(131), MO, OLD).await;
    let finished = world.finish(after(131), &pending, &code).await;
    assert_eq!(finished.status, 200, "the code was not used up: {:?}", json!(finished.body));
}
