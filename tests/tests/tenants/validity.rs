//! From when a changed setting counts, and what counts under a profile.

use http::Method;
use jiff::{SignedDuration, Timestamp};
use regain_tests::{Reply, Request, World, after};
use serde_json::{Value, json};

use crate::steps::{DEMO_SETTINGS, MO, NEW, NULL, OLD, outcome, patch};

const ANN: &str = "ann@example.com";
const H24: i64 = 86_400;
const MICRO: SignedDuration = SignedDuration::from_micros(1);

fn until(reply: &Reply) -> Timestamp {
    reply.text("valid_until").parse().unwrap()
}

async fn set(world: &World, seconds: i64, body: Value) {
    let reply = patch(world, after(seconds), &world.admin, body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[tokio::test]
async fn a_changed_validity_is_that_of_the_next_link_and_of_no_earlier_one() {
    let world = World::new().await;
    let old = world.reset_token(after(0), MO).await;
    set(&world, 10, json!({"validity": {"link_unclicked_seconds": 300}})).await;
    assert_eq!(until(&world.check(after(100), &old).await), after(2 * H24));
    let new = world.reset_token(after(100), ANN).await;
    assert_eq!(until(&world.check(after(110), &new).await), after(400));
    assert_eq!(outcome(&world.click(after(400), &new).await), (410, "link_expired"));
    assert_eq!(world.click(after(401), &old).await.status, 200);
}

#[tokio::test]
async fn a_shortened_click_window_is_that_of_the_next_click_and_of_no_earlier_one() {
    let world = World::new().await;
    let clicked = world.reset_token(after(0), MO).await;
    let unclicked = world.reset_token(after(0), ANN).await;
    assert_eq!(until(&world.click(after(1), &clicked).await), after(901));
    set(&world, 10, json!({"validity": {"link_clicked_seconds": 60}})).await;
    let next = world.click(after(200), &unclicked).await;
    assert_eq!(until(&next), after(260), "a link of before, a click of now");
    assert_eq!(until(&world.click(after(200), &clicked).await), after(901), "a click of before");
    let late = world.set(after(260), next.text("grant"), NEW).await;
    assert_eq!(outcome(&late), (410, "grant_expired"));
    let grant = world.grant(after(899), &clicked).await;
    assert_eq!(world.set(after(900), &grant, NEW).await.status, 200);
}

/// Which endpoint, of every function that answers the public.
const WARM: [(&str, Method, &str); 6] = [
    ("request-reset", Method::POST, "/v1/demo/request-reset"),
    ("click-link", Method::POST, "/v1/demo/check-link"),
    ("set-password", Method::POST, "/v1/demo/set-password"),
    ("sign-in", Method::GET, "/v1/demo/jwks.json"),
    ("manage-accounts", Method::GET, "/admin/v1/tenants/demo/accounts"),
    ("manage-tenants", Method::GET, "/admin/v1/tenants/demo/settings"),
];

#[tokio::test]
async fn every_warm_function_sees_a_change_within_a_minute() {
    const ORIGIN: &str = "https://app.example";
    let world = World::new().await;
    let allows = async |seconds: i64, method: &Method, path: &str| {
        let mut request = Request::post("", &json!({}));
        (request.method, request.path) = (method.clone(), path.to_owned());
        let key = format!("Bearer {}", world.admin);
        let request = request.header("origin", ORIGIN).header("authorization", &key);
        let reply = world.send(after(seconds), &request).await;
        reply.header("access-control-allow-origin") == ORIGIN
    };
    for (function, method, path) in &WARM {
        assert!(!allows(0, method, path).await, "{function}");
    }
    set(&world, 1, json!({"frontend": {"allowed_origins": [ORIGIN]}})).await;
    for (function, method, path) in &WARM {
        assert!(!allows(59, method, path).await, "{function}: as it was, from memory");
        assert!(allows(61, method, path).await, "{function}: as it is");
    }
    set(&world, 62, json!({"frontend": null})).await;
    for (function, method, path) in &WARM {
        assert!(allows(120, method, path).await, "{function}: as it was, from memory");
        assert!(!allows(121, method, path).await, "{function}: as it is");
    }
}

#[tokio::test]
async fn the_outbox_sees_a_change_within_a_minute_too() {
    let world = World::new().await;
    world.reset_token(after(0), MO).await;
    set(&world, 1, json!({"validity": {"link_unclicked_seconds": 300}})).await;
    let warm = world.reset_token(after(59), ANN).await;
    assert_eq!(until(&world.check(after(59), &warm).await), after(59 + 2 * H24));
    let fresh = world.reset_token(after(61), MO).await;
    assert_eq!(until(&world.check(after(61), &fresh).await), after(361));
}

async fn under_nist(policy: Value) -> World {
    let world = World::new().await;
    let mut policy = policy;
    policy["profile"] = json!("nist-800-63b-4");
    set(&world, -100, json!({"password_policy": policy})).await;
    world
}

#[tokio::test]
async fn under_nist_a_mailed_link_is_good_for_a_day_in_all() {
    const LONG: &str = "een lange zin met spaties";
    let world = under_nist(json!({})).await;
    let clicked = world.reset_token(after(0), MO).await;
    let unclicked = world.reset_token(after(0), ANN).await;
    assert_eq!(until(&world.check(after(1), &unclicked).await), after(H24));

    // A click in the last second opens that second, and not the quarter of an hour after it.
    let click = world.click(after(H24 - 1), &clicked).await;
    assert_eq!((click.status, until(&click)), (200, after(H24)));
    let grant = click.text("grant");
    let late = world.set(after(H24), grant, LONG).await;
    assert_eq!(outcome(&late), (410, "grant_expired"));
    assert_eq!(world.set(after(H24) - MICRO, grant, LONG).await.status, 200);
    for late in [after(H24), after(H24) + MICRO] {
        assert_eq!(outcome(&world.click(late, &unclicked).await), (410, "link_expired"));
    }
    // Well before, the click window is the tenant's.
    let world = under_nist(json!({})).await;
    let token = world.reset_token(after(0), MO).await;
    assert_eq!(until(&world.click(after(H24 - 900), &token).await), after(H24));
    let token = world.reset_token(after(0), ANN).await;
    assert_eq!(until(&world.click(after(H24 - 901), &token).await), after(H24 - 1));
}

/// Links that are under way keep their deadline, so nobody is cut off by a profile.
#[tokio::test]
async fn a_link_sent_before_the_nist_profile_keeps_the_deadline_it_was_sent_with() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    set(&world, 10, json!({"password_policy": {"profile": "nist-800-63b-4"}})).await;
    assert_eq!(until(&world.check(after(100), &token).await), after(2 * H24));
    let click = world.click(after(2 * H24 - 1), &token).await;
    assert_eq!((click.status, until(&click)), (200, after(2 * H24)));
}

#[tokio::test]
async fn what_counts_is_what_the_tenant_chose_and_what_its_profile_adds() {
    let chosen = json!({
        "length_min": 10, "uppercase_min": 0, "lowercase_min": 2, "digits_min": 3,
        "symbols_min": 1, "forbid_last_name": false, "forbid_reuse": false,
    });
    let long = json!({"link_unclicked_seconds": 2_592_000, "link_clicked_seconds": 86_400,
        "invite_seconds": 604_800, "magic_link_seconds": 86_400});
    let day = json!(86_400);
    for (profile, changes) in [
        ("custom", vec![]),
        (
            "classic",
            vec![
                ("/password_policy/uppercase_min", json!(1)),
                ("/password_policy/forbid_last_name", json!(true)),
                ("/password_policy/forbid_reuse", json!(true)),
            ],
        ),
        (
            "nist-800-63b-4",
            vec![
                ("/password_policy/length_min", json!(15)),
                ("/password_policy/lowercase_min", json!(0)),
                ("/password_policy/digits_min", json!(0)),
                ("/password_policy/symbols_min", json!(0)),
                ("/validity/link_unclicked_seconds", day.clone()),
                ("/validity/invite_seconds", day.clone()),
            ],
        ),
    ] {
        let world = World::new().await;
        let mut policy = chosen.clone();
        policy["profile"] = json!(profile);
        set(&world, 0, json!({"password_policy": policy, "validity": long})).await;
        let reply = world.admin(Method::GET, DEMO_SETTINGS, &world.admin, NULL).await;
        for (name, value) in chosen.as_object().unwrap() {
            assert_eq!(reply.body["settings"]["password_policy"][name], *value, "{profile}");
        }
        let mut expected = reply.body["settings"].clone();
        for (pointer, value) in changes {
            *expected.pointer_mut(pointer).unwrap() = value;
        }
        assert_eq!(reply.body["effective"], expected, "{profile}");
    }
}

#[tokio::test]
async fn a_policy_is_kept_from_the_next_minute_on_and_told_with_the_click() {
    let world = World::new().await;
    let token = world.reset_token(after(0), MO).await;
    set(&world, 0, json!({"password_policy": {"profile": "custom", "length_min": 20}})).await;
    let click = world.click(after(60), &token).await;
    assert_eq!(click.body["password_policy"]["length_min"], 20);
    let short = world.set(after(61), click.text("grant"), NEW).await;
    assert_eq!(outcome(&short), (422, "password_rejected"));
    assert_eq!(short.body["violations"], json!([{"code": "too_short", "min": 20}]));
    // Nobody is signed out for a password that was fine when it was set.
    assert_eq!(world.sign_in(after(62), MO, OLD).await.0, 200);
}
