//! Why a link died, when, and what helps: told alike wherever it is handed in, and for good.

use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::{H48, MIN15, MO, NEW, death, gone, withdrawn};

#[tokio::test]
async fn a_newer_link_ends_the_older_which_says_so_with_the_time() {
    let world = World::new().await;
    let older = world.reset_token(after(0), MO).await;
    let newer = world.reset_token(after(100), MO).await;
    let reply = world.click(after(160), &older).await;
    let support_code = reply.text("support_code");
    assert_eq!(
        reply.body,
        json!({
            "type": "/problems/link_superseded",
            "title": reply.text("title"),
            "status": 410,
            "detail": "A newer link was made at 15:01 CET on 22 November 2026, and only the newest \
                       one works. Use the link in the latest mail.",
            "code": "link_superseded",
            "request_id": "request-id",
            "support_code": support_code,
            "at": "2026-11-22T14:01:40Z",
            "remedy": "use_newer_link",
        })
    );
    let superseded = gone("link_superseded", after(100), "use_newer_link");
    assert_eq!(death(&world.check(after(160), &older).await), superseded);
    assert_eq!(death(&world.not_me(after(160), &older).await), superseded);
    assert_eq!(world.click(after(200), &newer).await.status, 200);
}

#[tokio::test]
async fn a_newer_link_ends_what_a_click_on_the_older_had_begun() {
    let world = World::new().await;
    let older = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(10), &older).await;
    let newer = world.reset_token(after(100), MO).await;

    let refused = world.set(after(110), &grant, NEW).await;
    assert_eq!(death(&refused), gone("grant_withdrawn", after(100), "use_newer_link"));
    assert_eq!(world.sign_in(after(120), MO, NEW).await.0, 401);
    let grant = world.grant(after(130), &newer).await;
    assert_eq!(world.set(after(140), &grant, NEW).await.status, 200);
}

#[tokio::test]
async fn a_used_link_says_so_everywhere() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(10), &token).await;
    assert_eq!(world.set(after(20), &grant, NEW).await.status, 200);
    for seconds in [20, 21, 10 + MIN15, H48, H48 + 80 * 86_400] {
        let used = gone("link_used", after(20), "sign_in");
        assert_eq!(death(&world.click(after(seconds), &token).await), used, "{seconds}");
        assert_eq!(death(&world.check(after(seconds), &token).await), used, "{seconds}");
        let used = gone("grant_used", after(20), "sign_in");
        let again = world.set(after(seconds), &grant, "Dijkhuis77").await;
        assert_eq!(death(&again), used, "{seconds}");
    }
}

/// The cause is history and stays; the remedy follows the present.
#[tokio::test]
async fn the_remedy_changes_with_the_present_and_the_cause_does_not() {
    let world = World::new().await;
    let first = world.reset_token(after(0), MO).await;
    let second = world.reset_token(after(100), MO).await;
    let remedy_at = async |seconds| {
        let reply = world.click(after(seconds), &first).await;
        assert_eq!((reply.code(), reply.text("at")), ("link_superseded", "2026-11-22T14:01:40Z"));
        reply.text("remedy").to_owned()
    };
    assert_eq!(remedy_at(200).await, "use_newer_link");
    assert_eq!(remedy_at(100 + H48 - 1).await, "use_newer_link");
    assert_eq!(remedy_at(100 + H48).await, "request_again", "the newer one expired");
    let grant = world.grant(after(300), &second).await;
    assert_eq!(remedy_at(301).await, "use_newer_link", "clicked, and in time");
    assert_eq!(remedy_at(300 + MIN15).await, "request_again", "clicked, and too late");
    assert_eq!(world.set(after(400), &grant, NEW).await.status, 200);
    assert_eq!(remedy_at(401).await, "sign_in");
    let third = world.reset_token(after(500), MO).await;
    assert_eq!(remedy_at(501).await, "use_newer_link");
    assert_eq!(world.not_me(after(600), &third).await.status, 200);
    assert_eq!(remedy_at(601).await, "sign_in");
    world.remove_account(MO);
    assert_eq!(remedy_at(602).await, "contact_support");
}

#[tokio::test]
async fn the_earliest_death_is_the_cause_and_ties_have_an_order() {
    // A newer link at the second of expiry, just before, and just after.
    for (seconds, code, at) in [
        (H48 - 1, "link_superseded", H48 - 1),
        (H48, "link_superseded", H48),
        (H48 + 1, "link_expired", H48),
    ] {
        let world = World::new().await;
        let token = world.reset_token(after(0), MO).await;
        world.reset_token(after(seconds), MO).await;
        let dead = world.click(after(H48 + 10), &token).await;
        assert_eq!(death(&dead), gone(code, after(at), "use_newer_link"), "{seconds}");
    }
    // The same for the end of a click's window.
    for (seconds, code, at) in [
        (MIN15 - 1, "link_superseded", MIN15 - 1),
        (MIN15, "link_superseded", MIN15),
        (MIN15 + 1, "link_click_expired", MIN15),
    ] {
        let world = World::new().await;
        let token = world.reset_token(after(0), MO).await;
        world.grant(after(0), &token).await;
        world.reset_token(after(seconds), MO).await;
        let dead = world.click(after(MIN15 + 10), &token).await;
        assert_eq!(death(&dead), gone(code, after(at), "use_newer_link"), "{seconds}");
    }
}

#[tokio::test]
async fn what_a_retired_key_minted_is_dead_since_then() {
    let mut world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(10), &token).await;
    let key = key_of(&world);

    // Rotated: the older key no longer mints, and what it minted lives.
    let next = "n".repeat(43);
    world.rotate_links(&json!({"current": "2", "1": key, "2": next}));
    let clicked = world.click(after(20), &token).await;
    assert_eq!((clicked.status, clicked.body["valid_until"].clone()), (200, json!(after(910))));
    assert_eq!(world.set(after(20), &grant, "short").await.status, 422);
    assert_ne!(clicked.text("grant"), grant, "minted with the new key");

    let retired = json!({"1": after(30)});
    world.rotate_links(&json!({"current": "2", "1": key, "2": next, "retired": retired}));
    let dead = withdrawn("link_withdrawn", "by_desk", after(30), "request_again");
    assert_eq!(death(&world.click(after(40), &token).await), dead);
    assert_eq!(death(&world.check(after(40), &token).await), dead);
    let dead = withdrawn("grant_withdrawn", "by_desk", after(30), "request_again");
    assert_eq!(death(&world.set(after(40), &grant, NEW).await), dead);
    assert_eq!(world.sign_in(after(50), MO, NEW).await.0, 401);
    let asked = world.post(after(60), "request-reset", json!({"token": token})).await;
    assert_eq!(asked.status, 202, "it can still ask again");
    world.deliver(after(60)).await;
    assert_eq!(world.click(after(70), &world.newest_token(MO)).await.status, 200);
}

fn key_of(world: &World) -> Value {
    let secret: Value = serde_json::from_str(&world.cloud.secret("links").unwrap()).unwrap();
    secret["1"].clone()
}
