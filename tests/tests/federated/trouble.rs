//! Providers that are down, slow, or not themselves: nobody waits for long, nobody is signed in, and
//! all is well when they are back.

use std::time::{Duration, Instant};

use regain_domain::Provider;
use regain_tests::openid::{Document, Trick};
use regain_tests::{OpenId, Who, World, after};

use crate::steps::{
    OVER, SUB, accounts_at_rest, at_rest, linked, proves, signs_in, told, turned_away, world,
};

const UNAVAILABLE: &str = "provider_unavailable";
/// Long enough for an honest answer on a busy machine.
const PATIENCE: Duration = Duration::from_millis(1000);

/// What fails at once.
fn tricks() -> Vec<(&'static str, Trick)> {
    vec![
        ("cut", Trick::Cut),
        ("500", Trick::Status(500, "sorry".to_owned())),
        ("429", Trick::Status(429, "sorry".to_owned())),
        ("a redirect", Trick::Redirect("https://evil.example/".to_owned())),
        ("a page", Trick::Status(200, "<html>maintenance</html>".to_owned())),
        ("10 MB", Trick::Padded(10 * 1024 * 1024)),
        ("without end", Trick::Endless),
    ]
}

/// A function that has yet to fetch everything, of providers that are fair.
fn begin_anew(world: &mut World, openid: &OpenId) {
    openid.play_fair();
    world.look_for_providers_at(openid.base());
}

#[tokio::test]
async fn who_begins_while_a_provider_is_down_is_told_when_to_try_again() {
    for provider in Provider::ALL {
        let (mut world, openid) = world(|_| {}).await;
        let before = at_rest(&world);
        for (name, trick) in tricks() {
            begin_anew(&mut world, &openid);
            openid.play(Document::Discovery, trick);
            let body = world.federated(provider.as_str(), "sign_in");
            let reply = world.post(after(0), "federated-login", body).await;
            assert_eq!(told(&reply), (503, UNAVAILABLE), "{provider:?} {name}: {reply:?}");
            let seconds: u32 = reply.header("retry-after").parse().unwrap();
            assert!((1..=60).contains(&seconds), "{seconds}");
        }
        assert_eq!(at_rest(&world), before, "and nothing is taken from a limit");
    }
}

#[tokio::test]
async fn who_comes_back_while_a_provider_is_down_is_sent_on_and_begins_again() {
    for provider in Provider::ALL {
        let (mut world, openid, session) = linked(provider).await;
        let before = accounts_at_rest(&world);
        let mut seconds = 0;
        for document in [Document::Discovery, Document::Keys, Document::Token] {
            for (name, trick) in tricks() {
                // By turns to sign in and to link.
                let links = (seconds % 2 == 1).then_some(session.as_str());
                begin_anew(&mut world, &openid);
                let who = Who::named(SUB);
                let back = proves(&world, &openid, seconds, provider, links, &who).await;
                begin_anew(&mut world, &openid);
                openid.play(document, trick);
                let error = turned_away(&world, seconds, &back).await;
                assert_eq!(error, UNAVAILABLE, "{provider:?} {document:?} {name}");
                openid.play_fair();
                assert_eq!(told(&world.come_back(after(seconds), &back).await), OVER);
                seconds += 1;
            }
        }
        assert_eq!(accounts_at_rest(&world), before);
        begin_anew(&mut world, &openid);
        signs_in(&world, &openid, seconds, provider).await;
    }
}

#[tokio::test]
async fn a_provider_that_says_nothing_is_not_waited_for() {
    for trick in [Trick::Silence, Trick::Stalling] {
        for document in [Document::Discovery, Document::Keys, Document::Token] {
            let (mut world, openid, _) = linked(Provider::Google).await;
            let who = Who::named(SUB);
            let back = proves(&world, &openid, 0, Provider::Google, None, &who).await;
            world.wait_for_providers_at(openid.base(), PATIENCE);
            openid.play(document, trick.clone());
            let begun = Instant::now();
            assert_eq!(turned_away(&world, 1, &back).await, UNAVAILABLE, "{document:?}");
            assert!(begun.elapsed() < PATIENCE * 5, "{document:?}");
        }
    }
}

/// Ten seconds long nobody else is made to wait for the same silence, nor by one for the others.
#[tokio::test]
async fn who_comes_after_a_silence_hears_of_it_at_once_and_the_others_sign_in() {
    let (mut world, openid, session) = linked(Provider::Google).await;
    crate::steps::links(&world, &openid, 0, &session, Provider::Linkedin, SUB).await;
    world.wait_for_providers_at(openid.base(), PATIENCE);
    openid.play(Document::Discovery, Trick::Silence);
    let asks = async |seconds| {
        let body = world.federated("google", "sign_in");
        told(&world.post(after(seconds), "federated-login", body).await).0
    };
    assert_eq!(asks(1).await, 503);
    let (begun, asked) = (Instant::now(), openid.asked(Document::Discovery));
    for _ in 0..20 {
        assert_eq!(asks(10).await, 503);
    }
    assert!(begun.elapsed() < PATIENCE * 5, "and not twenty times");
    assert_eq!(openid.asked(Document::Discovery), asked);
    openid.play_fair();
    signs_in(&world, &openid, 10, Provider::Linkedin).await;
    signs_in(&world, &openid, 11, Provider::Google).await;
}

/// The tenant changed it there and not here.
#[tokio::test]
async fn a_clients_secret_that_the_provider_no_longer_takes_signs_nobody_in() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let key = provider.as_str();
        let mut client = serde_json::json!({"client_secret": "an-old-one"});
        if provider == Provider::Microsoft {
            client["directory"] = regain_tests::openid::DIRECTORY.into();
        }
        let patch = serde_json::json!({"providers": {key: client}});
        let method = http::Method::PATCH;
        let set = world.admin(method, "tenants/demo/settings", &world.admin, patch).await;
        assert_eq!(set.status, 200, "{set:?}");
        let back = proves(&world, &openid, 120, provider, None, &Who::named(SUB)).await;
        let reply = world.come_back(after(120), &back).await;
        let location = reply.header("location");
        assert_eq!(regain_tests::parameter(location, "error"), "provider_refused");
        let fault = reply.log["federated.fault"].as_str().unwrap();
        assert!(fault.contains("client_refused"), "who runs it finds out why: {}", reply.log);
    }
}
