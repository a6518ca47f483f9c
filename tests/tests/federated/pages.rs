//! The same from a hosted page: where it leads, and what the page does that a frontend would.

use http::Method;
use regain_domain::{Provider, Settings};
use regain_tests::pages::Page;
use regain_tests::{OpenId, RETURN_URL, Request, Who, World, after, parameter, sign_in_page};
use serde_json::json;

use crate::steps::{
    ANN, ANNS, MO, MOS, OVER, SUB, at_rest, handed_over, linked, links, office, redeems, told,
    turned_away, world,
};

const NOT_LINKED: (&str, &str) = (
    "Nobody here signs in with that account yet. Sign in in another way.",
    "Met dat account logt hier nog niemand in. Log op een andere manier in.",
);

const OVER_SAYS: (&str, &str) = (
    "That sign-in is over: it was finished, or it took too long. Begin again.",
    "Dat inloggen is voorbij: het is afgerond of duurde te lang. Begin opnieuw.",
);

/// Who is sent to the sign-in page reads this there.
async fn is_on_the_sign_in_page(world: &World, seconds: i64, sent: &Page, sentence: &str) -> Page {
    assert_eq!(sent.reply.status, 303, "{}", sent.html);
    let address = sent.reply.header("location");
    let page = world.open(after(seconds), &address[address.find("/p/").unwrap()..]).await;
    assert_eq!(page.reply.status, 200, "{}", page.html);
    assert!(page.says(sentence), "{}", page.html);
    page
}

/// Presses the button of a provider.
async fn presses(world: &World, seconds: i64, page: &Page, provider: Provider) -> Page {
    let typed = [("provider", provider.as_str())];
    world.submit(after(seconds), &page.form("federated-login"), &typed).await
}

/// The provider's page, by the page between.
fn provider_url(page: &Page) -> String {
    assert_eq!(page.reply.status, 200, "{}", page.html);
    let refresh = page.between("<meta http-equiv=\"refresh\" content=\"0; url=", "\"");
    assert!(page.links().contains(&refresh), "who is not sent on can press a link: {}", page.html);
    refresh
}

/// From the sign-in page to where the browser comes back.
async fn proves(
    world: &World,
    openid: &OpenId,
    seconds: i64,
    (address, provider): (&str, Provider),
    who: &Who,
) -> String {
    let page = world.open(after(seconds), address).await;
    let between = presses(world, seconds, &page, provider).await;
    openid.sign_in(&provider_url(&between), who).await
}

/// The browser comes back, to a page.
async fn comes_back(world: &World, seconds: i64, back: &str) -> Page {
    let request = Request::get_url(back).header("accept", "text/html");
    let request = request.header("accept-language", "en");
    world.page(after(seconds), &request).await
}

#[tokio::test]
async fn the_sign_in_page_has_a_button_for_each_provider_of_the_tenant() {
    let plain = World::new().await;
    let page = plain.open(after(0), "/p/demo/sign-in").await;
    assert!(!page.html.contains("federated-login"), "{}", page.html);
    let (world, _openid) = world(|_| {}).await;
    for (lang, words) in [("en", "Sign in with"), ("nl", "Log in met")] {
        let page = world.open(after(0), &sign_in_page(lang)).await;
        for provider in Provider::ALL {
            let (word, name) = (provider.as_str(), provider.name());
            let button = format!("value=\"{word}\">{words} {name}</button>");
            assert!(page.html.contains(&button), "{}", page.html);
        }
    }
}

#[tokio::test]
async fn who_signs_in_on_a_page_is_handed_over_to_the_frontend_that_opened_it() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let who = Who::named(SUB);
        let back = proves(&world, &openid, 60, (&sign_in_page("en"), provider), &who).await;
        let location = handed_over(&world, 61, &back).await;
        assert!(location.starts_with(RETURN_URL), "{location}");
        let reply = redeems(&world, 62, &location).await;
        assert_eq!((reply.status, &reply.body["methods"]), (200, &json!([provider])), "{reply:?}");
        assert_eq!(told(&redeems(&world, 63, &location).await), OVER);
        let events = world.events(MO).await;
        let signed_in = events.iter().filter(|event| *event == "signed_in").count();
        assert_eq!(signed_in, 2, "the first is how the world began: {events:?}");
    }
}

#[tokio::test]
async fn a_page_asks_for_the_second_step_itself_in_the_language_it_was_begun_in() {
    let (world, openid, _) = linked(Provider::Google).await;
    let app = world.switch_on(after(0), MO, MOS).await;
    let begun = (&*sign_in_page("nl"), Provider::Google);
    let back = proves(&world, &openid, 60, begun, &Who::named(SUB)).await;
    let page = comes_back(&world, 61, &back).await;
    assert_eq!((page.reply.status, &*page.heading()), (200, "Nog één stap"), "{}", page.html);
    assert_eq!(page.reply.header("content-language"), "nl");
    assert_eq!(page.reply.header("cache-control"), "no-store");
    assert!(!page.html.contains("eyJ0eXAi"), "a page is given no session: {}", page.html);
    let form = page.form("finish-sign-in");
    let wrong = world.submit(after(62), &form, &[("code", "000000")]).await;
    assert_eq!(wrong.reply.status, 422, "{}", wrong.html);
    let code = app.code(after(63));
    let on = world.submit(after(63), &wrong.form("finish-sign-in"), &[("code", &code)]).await;
    assert_eq!(on.reply.status, 303, "{}", on.html);
    let reply = redeems(&world, 64, on.reply.header("location")).await;
    assert_eq!((reply.status, &reply.body["methods"]), (200, &json!(["google", "totp"])));
    let again = world.submit(after(90), &form, &[("code", &app.code(after(90)))]).await;
    assert_eq!(again.reply.status, 410, "{}", again.html);
    is_on_the_sign_in_page(&world, 91, &comes_back(&world, 91, &back).await, OVER_SAYS.1).await;
    let mut events = world.events(MO).await;
    events.retain(|event| {
        ["signed_in", "second_step_asked", "handed_over"].contains(&event.as_str())
    });
    let expected = ["signed_in", "signed_in", "second_step_asked", "signed_in", "handed_over"];
    assert_eq!(events, expected);
}

/// Who stole the address at which somebody comes back, and has a code, has nothing.
#[tokio::test]
async fn what_a_page_began_is_finished_by_a_page_that_leads_there() {
    let (world, openid, _) = linked(Provider::Google).await;
    let app = world.switch_on(after(0), MO, MOS).await;
    let begun = (&*sign_in_page("en"), Provider::Google);
    let back = proves(&world, &openid, 60, begun, &Who::named(SUB)).await;
    let by_provider = comes_back(&world, 61, &back).await.form("finish-sign-in");
    let typed = [("login", MO), ("password", MOS)];
    let page = world.open(after(61), &sign_in_page("en")).await;
    let page = world.submit(after(61), &page.form("sign-in"), &typed).await;
    let by_password = page.form("finish-sign-in");
    let before = at_rest(&world);
    for form in [&by_provider, &by_password] {
        let pending = form.field("pending");
        let stolen = world.finish(after(62), pending, &app.code(after(62))).await;
        assert_eq!(told(&stolen), (404, "sign_in_unknown"));
        for elsewhere in [[("challenge", "x".repeat(43))], [("return_url", String::new())]] {
            let [(name, value)] = elsewhere;
            let mut typed = vec![("code", app.code(after(62))), (name, value)];
            if name == "return_url" {
                typed.push(("challenge", String::new()));
            }
            let typed: Vec<_> = typed.iter().map(|(name, value)| (*name, &**value)).collect();
            let refused = world.submit(after(62), form, &typed).await;
            assert_eq!(refused.reply.status, 404, "{}", refused.html);
        }
    }
    assert_eq!(at_rest(&world), before, "no code was looked at, and none counted");
    for (seconds, form) in [(62, by_provider), (92, by_password)] {
        let code = app.code(after(seconds));
        let on = world.submit(after(seconds), &form, &[("code", &code)]).await;
        assert_eq!(on.reply.status, 303, "{}", on.html);
    }
}

#[tokio::test]
async fn a_page_that_leads_nowhere_says_that_signing_in_works() {
    let (world, openid, _) = linked(Provider::Google).await;
    let begun = ("/p/demo/sign-in?lang=en", Provider::Google);
    let back = proves(&world, &openid, 60, begun, &Who::named(SUB)).await;
    let page = comes_back(&world, 61, &back).await;
    assert_eq!((page.reply.status, &*page.heading()), (200, "Signing in works"), "{}", page.html);
    let again = comes_back(&world, 62, &back).await;
    is_on_the_sign_in_page(&world, 63, &again, OVER_SAYS.0).await;
    let events = world.events(MO).await;
    assert_eq!(events.iter().filter(|event| *event == "signed_in").count(), 2, "{events:?}");

    let app = world.switch_on(after(100), MO, MOS).await;
    let back = proves(&world, &openid, 160, begun, &Who::named(SUB)).await;
    let page = comes_back(&world, 161, &back).await;
    let typed = [("code", &*app.code(after(161)))];
    let page = world.submit(after(161), &page.form("finish-sign-in"), &typed).await;
    assert_eq!((page.reply.status, &*page.heading()), (200, "Signing in works"), "{}", page.html);
}

#[tokio::test]
async fn who_comes_back_in_vain_is_on_the_sign_in_page_again_and_reads_why() {
    let (world, openid) = world(|_| {}).await;
    for (lang, sentence) in [("en", NOT_LINKED.0), ("nl", NOT_LINKED.1)] {
        let begun = (&*sign_in_page(lang), Provider::Google);
        let back = proves(&world, &openid, 0, begun, &Who::named("nobody")).await;
        let sent = comes_back(&world, 1, &back).await;
        let page = is_on_the_sign_in_page(&world, 2, &sent, sentence).await;
        let other = page.links().into_iter().find(|link| link.contains("sign-in?lang")).unwrap();
        let other = world.open(after(2), &other).await;
        assert!([NOT_LINKED.0, NOT_LINKED.1].iter().any(|said| other.says(said)), "{}", other.html);
        // And goes on in another way to where the first one led.
        let typed = [("login", MO), ("password", MOS)];
        let on = world.submit(after(3), &page.form("sign-in"), &typed).await;
        assert_ne!(parameter(on.reply.header("location"), "handover"), "", "{}", on.html);
    }
    let page = world.open(after(4), "/p/demo/sign-in?error=%3Cscript%3E").await;
    assert!(!page.html.contains("summary") && !page.html.contains("%3C"), "{}", page.html);
}

#[tokio::test]
async fn what_a_frontend_began_comes_back_to_it_whatever_comes_of_it() {
    let (world, openid, _) = linked(Provider::Google).await;
    world.switch_on(after(0), MO, MOS).await;
    let google = Provider::Google;
    let who = Who::named(SUB);
    let back = crate::steps::proves(&world, &openid, 60, google, None, &who).await;
    handed_over(&world, 61, &back).await;
    let back = crate::steps::proves(&world, &openid, 62, google, None, &Who::named("nobody")).await;
    assert_eq!(turned_away(&world, 63, &back).await, "provider_not_linked");
}

#[tokio::test]
async fn a_blocked_account_gets_no_further_and_its_story_is_told() {
    let (world, openid, _) = linked(Provider::Google).await;
    office(&world, 1, (Method::POST, "/block"), json!({"reason": "payment_overdue"})).await;
    let begun = ("/p/demo/sign-in?lang=nl", Provider::Google);
    let back = proves(&world, &openid, 60, begun, &Who::named(SUB)).await;
    let page = comes_back(&world, 61, &back).await;
    assert_eq!(page.reply.status, 403, "{}", page.html);
    assert_eq!(page.reply.header("content-language"), "nl");
    let code = page.between("<code>", "</code>");
    assert_eq!(world.outcome(&code).as_deref(), Some("sign_in_refused"));
    assert_eq!(world.events(MO).await.last().unwrap(), "sign_in_refused: payment_overdue");
}

#[tokio::test]
async fn a_page_links_nothing_and_takes_no_session() {
    let (world, openid) = world(|_| {}).await;
    let session = world.session_of(after(0), ANN, ANNS).await;
    let page = world.open(after(0), &sign_in_page("en")).await;
    let before = at_rest(&world);
    let form = page.form("federated-login");
    let typed = [("intent", "link"), ("provider", "google")];
    let request = form.filled(&typed).request();
    let request = request.header("authorization", &format!("Bearer {session}"));
    let refused = world.page(after(1), &request).await;
    assert_eq!(refused.reply.status, 401, "{}", refused.html);
    assert_eq!(at_rest(&world), before);
    links(&world, &openid, 2, &session, Provider::Google, SUB).await;
}

/// The same as of every other form.
#[tokio::test]
async fn a_form_from_elsewhere_or_none_at_all_begins_nothing() {
    let (world, _openid) = world(|_| {}).await;
    let page = world.open(after(0), &sign_in_page("en")).await;
    let form = page.form("federated-login").filled(&[("provider", "google")]);
    let before = at_rest(&world);
    for (name, value, status) in [
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("content-type", "application/json", 415),
        ("content-type", "text/plain", 415),
    ] {
        let mut request = form.request();
        request.headers.retain(|(known, _)| *known != name);
        let refused = world.page(after(1), &request.header(name, value)).await;
        assert_eq!(refused.reply.status, status, "{value}: {}", refused.html);
    }
    let long = form.filled(&[("x", &"x".repeat(16 * 1024))]);
    assert_eq!(world.submit(after(1), &long, &[]).await.reply.status, 413);
    for (name, value) in [
        ("return_url", "https://evil.example/"),
        ("return_url", ""),
        ("challenge", "short"),
        ("challenge", ""),
    ] {
        let refused = world.submit(after(1), &form, &[(name, value)]).await;
        assert_eq!(refused.reply.status, 400, "{name} {value}: {}", refused.html);
    }
    assert_eq!(at_rest(&world), before);
}

#[tokio::test]
async fn a_return_url_that_was_taken_off_the_list_meanwhile_is_not_gone_to() {
    let (world, openid, _) = linked(Provider::Google).await;
    let begun = (&*sign_in_page("en"), Provider::Google);
    let back = proves(&world, &openid, 60, begun, &Who::named(SUB)).await;
    let patch = json!({"frontend": {"return_urls": ["https://other.example/"]}});
    let path = "tenants/demo/settings";
    let set = world.admin_at(after(61), Method::PATCH, path, &world.admin, patch).await;
    assert_eq!(set.status, 200, "{set:?}");
    let sent = comes_back(&world, 200, &back).await;
    let page = is_on_the_sign_in_page(&world, 201, &sent, OVER_SAYS.0).await;
    assert_eq!(page.form("sign-in").field("return_url"), "");
}

#[tokio::test]
async fn who_comes_back_with_half_of_it_can_begin_again() {
    let (world, _openid) = world(|_| {}).await;
    for query in ["state=x&state=y", "state=x&code=a&code=b"] {
        let back = format!("http://id.example/v1/demo/federated-login/callback/google?{query}");
        let page = comes_back(&world, 0, &back).await;
        assert_eq!(page.reply.status, 400, "{}", page.html);
        assert_eq!(page.links(), ["/p/demo/sign-in?lang=en"]);
    }
}

#[tokio::test]
async fn a_button_of_no_provider_and_one_too_often_end_in_a_page() {
    let (world, _openid) = world(|settings: &mut Settings| {
        settings.limits.per_address_hour = 1;
    })
    .await;
    let page = world.open(after(0), &sign_in_page("en")).await;
    let form = page.form("federated-login");
    for provider in ["facebook", ""] {
        let refused = world.submit(after(1), &form, &[("provider", provider)]).await;
        assert_eq!(refused.reply.status, 400, "{}", refused.html);
        assert!(!refused.heading().is_empty());
    }
    assert_eq!(presses(&world, 2, &page, Provider::Google).await.reply.status, 200);
    let limited = presses(&world, 3, &page, Provider::Google).await;
    assert_eq!(limited.reply.status, 429, "{}", limited.html);
    assert_ne!(limited.reply.header("retry-after"), "");
    assert_eq!(limited.heading(), "Sign in");
}
