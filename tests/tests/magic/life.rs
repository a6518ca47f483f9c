//! How long a link that signs in lives, and that only a person's press uses it.

use http::Method;
use jiff::{SignedDuration, Timestamp};
use regain_tests::{Request, World, after};
use serde_json::json;

use crate::steps::{MIN15, MO, RIGHT, death, gone, outcome, session, stands, subjects, world};

const MICRO: SignedDuration = SignedDuration::from_micros(1);

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn it_is_good_for_fifteen_minutes_to_the_microsecond_or_what_the_tenant_set() {
    assert_eq!(regain_domain::Settings::default().validity.magic_link_seconds, 900);
    for seconds in [MIN15, 60, 86_400] {
        let world = World::with(|settings| {
            settings.validity.magic_link_seconds = seconds.try_into().unwrap();
        })
        .await;
        let token = world.magic_token(after(0), MO).await;
        let deadline = after(seconds);
        let expired = gone("link_expired", deadline, "request_again");
        for late in [deadline, deadline + MICRO, after(seconds + 1), after(seconds + 7 * 86_400)] {
            assert_eq!(death(&world.redeem(late, &token).await), expired, "{late}");
            assert_eq!(death(&world.check(late, &token).await), expired, "{late}");
            assert_eq!(death(&world.not_me(late, &token).await), expired, "{late}");
        }
        // What was refused has changed nothing: a microsecond earlier it still works.
        let just = deadline - MICRO;
        let checked = world.check(just, &token).await;
        assert_eq!(
            (checked.text("state"), moment(checked.text("valid_until"))),
            ("sent", deadline)
        );
        assert_eq!(world.redeem(just, &token).await.status, 200);
    }
}

#[tokio::test]
async fn the_deadline_runs_from_issue_and_is_of_the_settings_of_then() {
    let world = world(|_| {}).await;
    world.post(after(0), "magic-login", json!({"login": MO})).await;
    world.deliver(after(600)).await;
    let token = world.newest_token(MO);
    world.change_settings(|settings| settings.validity.magic_link_seconds = 60).await;
    let checked = world.check(after(700), &token).await;
    assert_eq!(moment(checked.text("valid_until")), after(600 + MIN15));
    let newer = world.magic_token(after(700), MO).await;
    let checked = world.check(after(700), &newer).await;
    assert_eq!(moment(checked.text("valid_until")), after(760));
}

#[tokio::test]
async fn the_mail_says_what_the_link_is_and_until_when() {
    let world = world(|_| {}).await;
    let token = world.magic_token(after(0), MO).await;
    let mail = world.newest_mail(MO);
    assert_eq!(mail.links[0].url, format!("http://127.0.0.1:9000/p/demo/magic/{token}"));
    for said in ["works once, on any device, until 15:15 CET", "Only the newest link works"] {
        assert!(mail.text.contains(said), "{said}: {}", mail.text);
    }
    let checked = world.check(after(1), &token).await;
    let expected = json!({
        "purpose": "magic",
        "state": "sent",
        "valid_until": after(MIN15),
        "login_hint": "m•••@example.com",
    });
    assert_eq!((checked.status, checked.body), (200, expected));
    world
        .change_settings(|settings| {
            settings.frontend.link_url = Some("https://app.example/in?t={token}".to_owned());
        })
        .await;
    world.magic_token(after(100), MO).await;
    let url = &world.newest_mail(MO).links[0].url;
    let own = url.strip_prefix("https://app.example/in?t=").unwrap();
    assert_eq!(world.redeem(after(101), own).await.status, 200);
}

#[tokio::test]
async fn a_newer_link_ends_the_older_which_says_so_with_the_time() {
    let world = world(|_| {}).await;
    let older = world.magic_token(after(0), MO).await;
    let newer = world.magic_token(after(100), MO).await;
    let superseded = gone("link_superseded", after(100), "use_newer_link");
    for seconds in [100, 160, 999] {
        assert_eq!(death(&world.redeem(after(seconds), &older).await), superseded);
        assert_eq!(death(&world.check(after(seconds), &older).await), superseded);
    }
    session(&world, 999, &newer).await;
    let again = gone("link_superseded", after(100), "request_again");
    assert_eq!(death(&world.redeem(after(1000), &older).await), again, "the newer one is used");
}

#[tokio::test]
async fn the_same_link_goes_again_where_the_tenant_wants_that() {
    let world = world(|settings| settings.validity.same_link_window_seconds = 600).await;
    let first = world.magic_token(after(0), MO).await;
    assert_eq!(world.magic_token(after(599), MO).await, first);
    assert_eq!(world.cloud.messages(Some(MO)).len(), 2);
    assert_ne!(world.magic_token(after(600), MO).await, first);
    assert_eq!(world.redeem(after(601), &first).await.code(), "link_superseded");
}

#[tokio::test]
async fn a_used_link_says_so_for_good_and_what_helps() {
    let world = world(|_| {}).await;
    let token = world.magic_token(after(0), MO).await;
    let token_of_session = session(&world, 20, &token).await;
    let used = gone("link_used", after(20), "request_again");
    for seconds in [20, 21, MIN15, 80 * 86_400] {
        assert_eq!(death(&world.redeem(after(seconds), &token).await), used, "{seconds}");
        assert_eq!(death(&world.check(after(seconds), &token).await), used, "{seconds}");
    }
    assert_eq!(stands(&world, 30, &token_of_session).await.0, 200, "it stands all the while");
    let events = world.events(MO).await;
    assert_eq!(events, ["link_issued", "link_sent", "signed_in: magic"]);
}

#[tokio::test]
async fn it_is_used_from_another_device_than_it_was_asked_on() {
    let world = world(|_| {}).await;
    let token = world.magic_token(after(0), MO).await;
    let mut request = Request::post("redeem-magic-link", &json!({"token": token}))
        .header("user-agent", "another browser");
    request.source_ip = Some([198, 51, 100, 9].into());
    assert_eq!(world.send(after(60), &request).await.status, 200);
}

#[tokio::test]
async fn looking_and_fetching_use_nothing_up() {
    let world = world(|_| {}).await;
    let token = world.magic_token(after(0), MO).await;
    let before = world.cloud.dump().unwrap();
    let paths = [
        format!("/p/demo/magic/{token}"),
        format!("/p/demo/link/{token}"),
        "/v1/demo/redeem-magic-link".to_owned(),
        "/v1/demo/magic-login".to_owned(),
        "/v1/demo/check-link".to_owned(),
    ];
    for n in 0..50 {
        for (at, path) in paths.iter().enumerate() {
            let method = [Method::GET, Method::HEAD, Method::OPTIONS][(n + at) % 3].clone();
            let (name, value) = [
                ("purpose", "prefetch"),
                ("sec-purpose", "prefetch;prerender"),
                ("user-agent", "Mozilla/5.0 (compatible; bingbot/2.0)"),
            ][n % 3];
            let body = json!({"token": token});
            let request = Request { method, path: path.clone(), ..Request::post("", &body) };
            let reply = world.send(after(1), &request.header(name, value)).await;
            assert!([200, 204, 405].contains(&reply.status), "{path}: {reply:?}");
        }
        assert_eq!(world.check(after(1), &token).await.text("state"), "sent");
    }
    assert_eq!(world.cloud.dump().unwrap(), before);
    session(&world, 2, &token).await;
}

#[tokio::test]
async fn it_ends_no_other_link_and_no_session() {
    let world = world(|_| {}).await;
    let mine = world.session_of(after(0), MO, RIGHT).await;
    let reset = world.reset_token(after(0), MO).await;
    let token = world.magic_token(after(10), MO).await;
    assert_eq!(world.check(after(11), &reset).await.status, 200, "each purpose has its own");
    session(&world, 20, &token).await;
    assert_eq!(stands(&world, 21, &mine).await.0, 200);
    assert_eq!(world.click(after(22), &reset).await.status, 200);
    assert!(subjects(&world, MO).len() == 2, "nobody is mailed that somebody signed in");
}

#[tokio::test]
async fn a_record_that_vanished_early_is_unknown_and_stops_nobody() {
    let world = world(|_| {}).await;
    let token = world.magic_token(after(0), MO).await;
    world.sweep_link(&token);
    for endpoint in ["redeem-magic-link", "check-link", "withdraw-link"] {
        let reply = world.post(after(20), endpoint, json!({"token": token})).await;
        assert_eq!(outcome(&reply), (404, "link_unknown"), "{endpoint}");
    }
    let newer = world.magic_token(after(30), MO).await;
    assert_eq!(outcome(&world.redeem(after(31), &token).await), (404, "link_unknown"));
    session(&world, 40, &newer).await;
}
