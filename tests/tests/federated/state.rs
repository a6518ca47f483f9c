//! The callback: the one GET that writes. What comes back is an attempt that was begun here, in time,
//! once, and at this provider.

use futures_util::future::join_all;
use http::Method;
use regain_domain::token::TokenPurpose;
use regain_domain::{LinkId, Provider};
use regain_tests::{Reply, Request, Who, World, after, parameter};
use reqwest::Url;
use serde_json::json;

use crate::steps::{
    MO, OVER, SUB, UNKNOWN, at_rest, begins, handed_over, linked, other_tenant, outcomes, proves,
    redeems, told, with, world,
};

fn at_provider(url: &str, provider: &str) -> String {
    let mut url = Url::parse(url).unwrap();
    url.set_path(&format!("/v1/demo/federated-login/callback/{provider}"));
    url.into()
}

/// With a character changed that is not the last, which says nothing alone.
fn damaged(state: &str) -> String {
    let (at, last) = (state.len() - 2, state.len() - 1);
    let other = if &state[at..last] == "7" { "8" } else { "7" };
    format!("{}{other}{}", &state[..at], &state[last..])
}

#[tokio::test]
async fn a_state_that_was_not_begun_here_is_unknown_and_changes_nothing() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let others = other_tenant(&world, &openid).await;
        let reset = world.reset_token(after(0), MO).await;
        let back = proves(&world, &openid, 0, provider, None, &Who::named(SUB)).await;
        let state = parameter(&back, "state");
        let never = world.mint(TokenPurpose::FederatedState, LinkId::new([9; 10]));
        let as_reset = world.mint(TokenPurpose::ResetLink, world.link_id(&state));
        let elsewhere = {
            let body = world.federated(provider.as_str(), "sign_in");
            let at = crate::steps::at_other(&world, after(0), "federated-login", None, body).await;
            parameter(at.text("url"), "state")
        };
        drop(others);
        let before = at_rest(&world);
        for (name, url) in [
            ("missing", with(&back, "state", None)),
            ("damaged", with(&back, "state", Some(&damaged(&state)))),
            ("cut off", with(&back, "state", Some(&state[1..]))),
            ("longer", with(&back, "state", Some(&format!("{state}0")))),
            ("no token", with(&back, "state", Some("' or 1=1 --"))),
            ("never begun", with(&back, "state", Some(&never))),
            ("a link's", with(&back, "state", Some(&reset))),
            ("as if a link's", with(&back, "state", Some(&as_reset))),
            ("another tenant's", with(&back, "state", Some(&elsewhere))),
            ("at another tenant", back.replace("/v1/demo/", "/v1/other/")),
        ] {
            let reply = world.come_back(after(1), &url).await;
            assert_eq!(told(&reply), UNKNOWN, "{provider:?} {name}: {reply:?}");
            assert_eq!(reply.header("location"), "", "{name}");
        }
        assert_eq!(at_rest(&world), before);
        handed_over(&world, 2, &back).await;
    }
}

/// The mix-up of RFC 9207: what one provider was to say comes as if another had said it.
#[tokio::test]
async fn a_state_of_one_provider_is_unknown_at_the_path_of_another() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let back = proves(&world, &openid, 0, provider, None, &Who::named(SUB)).await;
        let before = at_rest(&world);
        for other in Provider::ALL.into_iter().filter(|other| *other != provider) {
            let reply = world.come_back(after(1), &at_provider(&back, other.as_str())).await;
            assert_eq!(told(&reply), UNKNOWN, "{provider:?} at {other:?}");
        }
        for unknown in ["Google", "github", "%2e%2e"] {
            let reply = world.come_back(after(1), &at_provider(&back, unknown)).await;
            assert_eq!(reply.status, 404, "{unknown}: {reply:?}");
        }
        assert_eq!(at_rest(&world), before);
        handed_over(&world, 2, &back).await;
    }
}

#[tokio::test]
async fn who_comes_back_twice_is_told_that_it_is_over() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let who = Who::named(SUB);
        let begun = begins(&world, 0, provider, None).await;
        let back = openid.sign_in(begun.text("url"), &who).await;
        let again = openid.sign_in(begun.text("url"), &who).await;
        assert_ne!(parameter(&back, "code"), parameter(&again, "code"));
        let location = handed_over(&world, 1, &back).await;
        let before = at_rest(&world);
        for url in [&back, &again, &with(&back, "error", Some("access_denied"))] {
            let reply = world.come_back(after(2), url).await;
            assert_eq!(told(&reply), OVER, "{provider:?}: {reply:?}");
            assert_eq!(reply.header("location"), "");
        }
        assert_eq!(at_rest(&world), before);
        // Who replays takes nothing away from who was there first.
        assert_eq!(redeems(&world, 3, &location).await.status, 200);
    }
}

#[tokio::test]
async fn a_hundred_who_come_back_at_once_are_one() {
    let (world, openid, _) = linked(Provider::Google).await;
    let back = proves(&world, &openid, 0, Provider::Google, None, &Who::named(SUB)).await;
    let replies: Vec<Reply> = join_all((0..100).map(|_| world.come_back(after(1), &back))).await;
    let told = outcomes(&replies);
    assert_eq!(told, [((303, ""), 1), (OVER, 99)].into());
}

#[tokio::test]
async fn an_attempt_is_over_after_ten_minutes_to_the_second() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let back = proves(&world, &openid, 0, provider, None, &Who::named(SUB)).await;
        let before = at_rest(&world);
        for seconds in [600, 601, 100_000] {
            let reply = world.come_back(after(seconds), &back).await;
            assert_eq!(told(&reply), OVER, "{provider:?} {seconds}");
        }
        assert_eq!(at_rest(&world), before);
        handed_over(&world, 599, &back).await;
    }
}

/// TTL takes its time, or is early.
#[tokio::test]
async fn an_attempt_that_was_swept_is_unknown() {
    let (world, openid, _) = linked(Provider::Google).await;
    let back = proves(&world, &openid, 0, Provider::Google, None, &Who::named(SUB)).await;
    let id = world.link_id(&parameter(&back, "state")).to_string();
    let items = world.cloud.items("tokens").unwrap();
    let key = items.iter().map(|item| &item["pk"]).find(|key| key.to_string().contains(&id));
    let request = json!({"TableName": "regain-tokens", "Key": {"pk": key.unwrap()}});
    world.cloud.database().delete_item(serde_json::from_value(request).unwrap()).unwrap();
    assert_eq!(told(&world.come_back(after(1), &back).await), UNKNOWN);
}

/// What signs a state also derives the nonce and the verifier.
#[tokio::test]
async fn a_key_that_is_rotated_meanwhile_signs_nobody_in_who_did_not_begin() {
    let (mut world, openid, _) = linked(Provider::Google).await;
    let who = Who::named(SUB);
    let back = proves(&world, &openid, 0, Provider::Google, None, &who).await;
    let ring: serde_json::Value =
        serde_json::from_str(&world.cloud.secret("links").unwrap()).unwrap();
    let key = ring[ring["current"].as_str().unwrap()].as_str().unwrap().to_owned();
    let next = "n".repeat(43);
    world.rotate_links(&json!({"current": "2", "1": key, "2": next}));
    // The person begins again.
    assert_eq!(crate::steps::turned_away(&world, 1, &back).await, "provider_refused");
    let late = proves(&world, &openid, 2, Provider::Google, None, &who).await;
    let retired = json!({"2": after(3)});
    let ring = json!({"current": "3", "2": next, "3": "m".repeat(43), "retired": retired});
    world.rotate_links(&ring);
    assert_eq!(told(&world.come_back(after(4), &late).await), UNKNOWN);
    crate::steps::signs_in(&world, &openid, 5, Provider::Google).await;
}

#[tokio::test]
async fn what_else_a_provider_sends_along_is_its_own_affair() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let back = proves(&world, &openid, 0, provider, None, &Who::named(SUB)).await;
        let back = format!(
            "{back}&scope=openid%20email&authuser=0&authuser=1&hd=example.com&prompt=none\
             &session_state=abc&error_description=none&__proto__=x&intent=link&tenant=other&=&%00=%ff"
        );
        let location = handed_over(&world, 1, &back).await;
        for sent in
            ["scope", "authuser", "hd", "session_state", "intent", "tenant", "code", "state"]
        {
            assert_eq!(parameter(&location, sent), "", "{location}");
        }
        assert_eq!(redeems(&world, 2, &location).await.status, 200);
    }
}

#[tokio::test]
async fn what_is_asked_of_it_stands_there_once() {
    let (world, openid, _) = linked(Provider::Google).await;
    let back = proves(&world, &openid, 0, Provider::Google, None, &Who::named(SUB)).await;
    let before = at_rest(&world);
    for (name, twice) in [("state", "x"), ("code", "x"), ("iss", "x")] {
        for second in [twice.to_owned(), parameter(&back, name)] {
            let url = format!("{back}&{name}={}", second.replace(':', "%3A").replace('/', "%2F"));
            let reply = world.come_back(after(1), &url).await;
            assert_eq!(told(&reply), (400, "invalid_request"), "{name}");
            let fault = json!([{"pointer": format!("?{name}"), "code": "duplicate_key"}]);
            let faults = reply.body["errors"].as_array().unwrap();
            let told = json!([{"pointer": faults[0]["pointer"], "code": faults[0]["code"]}]);
            assert_eq!((faults.len(), told), (1, fault), "{reply:?}");
        }
    }
    for (name, length) in [("state", 65), ("code", 4097), ("error", 201), ("iss", 401)] {
        let url = with(&back, name, Some(&"x".repeat(length)));
        let reply = world.come_back(after(1), &url).await;
        assert_eq!(told(&reply), (400, "invalid_request"), "{name}");
    }
    for name in ["state", "code", "error", "iss"] {
        let reply = world.come_back(after(1), &with(&back, name, Some(""))).await;
        let fault = &reply.body["errors"][0]["code"];
        assert_eq!((told(&reply), fault), ((400, "invalid_request"), &json!("blank")), "{name}");
    }
    assert_eq!(at_rest(&world), before);
    handed_over(&world, 2, &back).await;
}

async fn asks(world: &World, method: &str, back: &str) -> Reply {
    let url = Url::parse(back).unwrap();
    let query = url.query().unwrap_or_default();
    let parameters: serde_json::Map<_, _> =
        url.query_pairs().map(|(name, value)| (name.into_owned(), json!(value))).collect();
    let request = Request {
        method: Method::from_bytes(method.as_bytes()).unwrap(),
        path: url.path().to_owned(),
        query: query.to_owned(),
        ..Request::post("", &json!(parameters))
    };
    world.send(after(1), &request).await
}

/// Links in mails are looked at by many before a person; here too only a person's browser acts.
#[tokio::test]
async fn no_other_method_acts() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let back = proves(&world, &openid, 0, provider, None, &Who::named(SUB)).await;
        let before = at_rest(&world);
        for method in ["HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "get"] {
            let reply = asks(&world, method, &back).await;
            assert_eq!((reply.status, reply.header("allow")), (405, "GET, OPTIONS"), "{method}");
        }
        assert_eq!(asks(&world, "OPTIONS", &back).await.status, 204);
        assert_eq!(at_rest(&world), before);
        handed_over(&world, 2, &back).await;
    }
}

/// The attempt of a person who is known nowhere leaves no trace but itself.
#[tokio::test]
async fn an_attempt_is_swept_within_two_hours() {
    let (world, _openid) = world(|_| {}).await;
    begins(&world, 0, Provider::Google, None).await;
    let items = world.cloud.items("tokens").unwrap();
    let attempt = items.iter().find(|item| item["pk"]["S"].as_str().unwrap().contains("attempt"));
    let ttl = attempt.unwrap()["ttl"]["N"].as_str().unwrap().parse::<i64>().unwrap();
    assert!((after(600).as_second()..=after(7200).as_second()).contains(&ttl), "{ttl}");
}
