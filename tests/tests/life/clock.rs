//! Deadlines: to the second, to the microsecond, by the clock and never by TTL.

use jiff::{SignedDuration, Timestamp};
use regain_tests::{World, after};

use crate::{H48, MIN15, MO, NEW, death, gone};

const MICRO: SignedDuration = SignedDuration::from_micros(1);

#[tokio::test]
async fn both_deadlines_hold_to_the_microsecond_whatever_the_tenant_set() {
    for (unclicked, clicked) in [(H48, MIN15), (300, 60), (2_592_000, 86_400)] {
        let world = World::with(|settings| {
            settings.validity.link_unclicked_seconds = unclicked.try_into().unwrap();
            settings.validity.link_clicked_seconds = clicked.try_into().unwrap();
        })
        .await;
        let token = world.reset_token(after(0), MO).await;

        let deadline = after(unclicked);
        for late in [deadline, deadline + MICRO, after(unclicked + 1)] {
            let expired = gone("link_expired", deadline, "request_again");
            assert_eq!(death(&world.click(late, &token).await), expired);
            assert_eq!(death(&world.check(late, &token).await), expired);
        }
        // What was refused has changed nothing: a microsecond earlier it still works.
        let just = deadline - MICRO;
        assert_eq!(world.check(just, &token).await.text("state"), "sent");
        let first = world.click(just, &token).await;
        assert_eq!(first.status, 200, "{first:?}");

        let deadline = just + SignedDuration::from_secs(clicked);
        assert_eq!(moment(first.text("valid_until")), deadline);
        let grant = first.text("grant");
        for late in [deadline, deadline + MICRO] {
            let expired = gone("grant_expired", deadline, "request_again");
            assert_eq!(death(&world.set(late, grant, NEW).await), expired);
            let expired = gone("link_click_expired", deadline, "request_again");
            assert_eq!(death(&world.click(late, &token).await), expired);
            assert_eq!(death(&world.check(late, &token).await), expired);
        }
        assert_eq!(world.set(deadline - MICRO, grant, NEW).await.status, 200);
    }
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn the_deadline_runs_from_issue_and_not_from_the_request() {
    let world = World::new().await;
    world.request(after(0), MO).await;
    world.deliver(after(600)).await;
    let token = world.newest_token(MO);
    let checked = world.check(after(700), &token).await;
    assert_eq!(moment(checked.text("valid_until")), after(600 + H48));
}

#[tokio::test]
async fn clicking_again_gives_the_same_answer_and_never_prolongs() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let first = world.click(after(100), &token).await;
    assert_eq!(moment(first.text("valid_until")), after(100 + MIN15));
    for seconds in [100, 101, 550, 100 + MIN15 - 1] {
        assert_eq!(world.click(after(seconds), &token).await.body, first.body, "{seconds}");
        let checked = world.check(after(seconds), &token).await;
        assert_eq!(checked.text("state"), "clicked");
        assert_eq!(checked.body["valid_until"], first.body["valid_until"]);
    }
    let expired = gone("link_click_expired", after(100 + MIN15), "request_again");
    assert_eq!(death(&world.click(after(100 + MIN15), &token).await), expired);
}

#[tokio::test]
async fn a_changed_validity_applies_to_links_issued_from_then_on() {
    let world = World::new().await;
    let old = world.reset_token(after(0), MO).await;
    world.change_settings(|settings| settings.validity.link_unclicked_seconds = 300).await;
    let checked = world.check(after(3600), &old).await;
    assert_eq!(moment(checked.text("valid_until")), after(H48), "an issued link keeps its own");
    let new = world.reset_token(after(3600), MO).await;
    assert_eq!(moment(world.check(after(3700), &new).await.text("valid_until")), after(3900));
}

#[tokio::test]
async fn a_changed_click_window_applies_to_the_next_click() {
    let world = World::new().await;
    let clicked = world.reset_token(after(0), MO).await;
    let unclicked = world.reset_token(after(0), "ann@example.com").await;
    let before = world.click(after(1), &clicked).await;
    world.change_settings(|settings| settings.validity.link_clicked_seconds = 60).await;
    assert_eq!(world.click(after(300), &clicked).await.body, before.body, "a begun one stays");
    let next = world.click(after(300), &unclicked).await;
    assert_eq!(moment(next.text("valid_until")), after(360), "an older link, a new click");
}

#[tokio::test]
async fn a_record_that_ttl_forgot_for_a_week_is_refused_everywhere() {
    const WEEK: i64 = 7 * 86_400;
    let world = World::new().await;
    let unclicked = world.reset_token(after(0), MO).await;
    let clicked = world.reset_token(after(0), "ann@example.com").await;
    let grant = world.grant(after(60), &clicked).await;
    let cases = [
        (&unclicked, "link_expired", after(H48), H48 + WEEK),
        (&clicked, "link_click_expired", after(60 + MIN15), 60 + MIN15 + WEEK),
    ];
    for (token, code, at, late) in cases {
        let expected = gone(code, at, "request_again");
        assert_eq!(death(&world.check(after(late), token).await), expected);
        assert_eq!(death(&world.click(after(late), token).await), expected);
        assert_eq!(death(&world.not_me(after(late), token).await), expected);
    }
    let late = world.set(after(60 + MIN15 + WEEK), &grant, NEW).await;
    assert_eq!(death(&late), gone("grant_expired", after(60 + MIN15), "request_again"));
}

#[tokio::test]
async fn a_record_that_vanished_early_is_unknown_and_stops_nobody() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(10), &token).await;
    world.sweep_link(&token);
    let unknown = serde_json::json!({"status": 404, "code": "link_unknown"});
    for endpoint in ["check-link", "click-link", "withdraw-link"] {
        let body = serde_json::json!({"token": token});
        assert_eq!(death(&world.post(after(20), endpoint, body).await), unknown, "{endpoint}");
    }
    let set = world.set(after(20), &grant, NEW).await;
    assert_eq!((set.status, set.code()), (404, "grant_unknown"));

    // The account's slot still points to it; a new link comes all the same, and works.
    let newer = world.reset_token(after(30), MO).await;
    assert_eq!(death(&world.click(after(40), &token).await), unknown, "no stub revives it");
    let grant = world.grant(after(40), &newer).await;
    assert_eq!(world.set(after(50), &grant, NEW).await.status, 200);
}
