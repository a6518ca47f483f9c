//! Where people are sent afterwards: where their tenant says, when they begin and when they come back.

use regain_domain::Provider;
use regain_tests::{RETURN_URL, Who, after, parameter};
use serde_json::json;

use crate::steps::{
    OVER, SUB, at_rest, begins, handed_over, linked, proves, redeems, sent_on, told, world,
};

#[tokio::test]
async fn nobody_is_sent_where_the_tenant_did_not_say() {
    let (world, _) = world(|_| {}).await;
    let before = at_rest(&world);
    for url in [
        "https://app.example/back",
        "https://app.example/back?tab=security&more=1",
        "https://app.example/back?tab=other",
        "https://app.example/back/?tab=security",
        "https://app.example/back/../evil?tab=security",
        "https://app.example.evil.example/back?tab=security",
        "https://app.example@evil.example/back?tab=security",
        "https://user@app.example/back?tab=security",
        "https://app.example:8443/back?tab=security",
        "http://app.example/back?tab=security",
        "https://app.example/back?tab=security#evil",
        "//app.example/back?tab=security",
        "/back?tab=security",
        "https:app.example/back",
        "\\\\app.example\\back",
        "javascript:alert(1)",
        "https://app.example/back?tab=security\u{9}",
        "",
    ] {
        for intent in ["sign_in", "link"] {
            let mut body = world.federated("google", intent);
            body["return_url"] = json!(url);
            let reply = world.signed_in(after(0), &world.session, "federated-login", body).await;
            assert_eq!(told(&reply), (400, "invalid_request"), "{url}: {reply:?}");
            let faults = reply.body["errors"].as_array().unwrap();
            assert!(faults.iter().all(|fault| fault["pointer"] == "/return_url"), "{reply:?}");
            assert_eq!(reply.header("location"), "");
        }
    }
    for body in [json!(null), json!([RETURN_URL])] {
        let mut asked = world.federated("google", "sign_in");
        asked["return_url"] = body;
        let reply = world.post(after(0), "federated-login", asked).await;
        assert_eq!(told(&reply), (400, "invalid_request"));
    }
    let mut asked = world.federated("google", "sign_in");
    asked.as_object_mut().unwrap().remove("return_url");
    let reply = world.post(after(0), "federated-login", asked).await;
    assert_eq!(reply.body["errors"][0]["code"], "required", "{reply:?}");
    assert_eq!(at_rest(&world), before);
}

/// CVE-2026-22032: on the way of an error too.
#[tokio::test]
async fn what_was_taken_off_the_list_meanwhile_is_not_gone_to() {
    for provider in Provider::ALL {
        let (world, openid, session) = linked(provider).await;
        let who = Who::named(SUB);
        let signs_in = proves(&world, &openid, 0, provider, None, &who).await;
        let to_link = proves(&world, &openid, 0, provider, Some(&session), &who).await;
        let begun = begins(&world, 0, provider, None).await;
        let turned_back = openid.turn_back(begun.text("url")).await;
        let stranger = proves(&world, &openid, 0, provider, None, &Who::named("stranger")).await;
        world
            .change_settings(|settings| {
                settings.frontend.return_urls = vec!["https://app.example/new".to_owned()];
            })
            .await;
        let accounts = crate::steps::accounts_at_rest(&world);
        for (name, back) in [
            ("sign in", &signs_in),
            ("link", &to_link),
            ("turned back", &turned_back),
            ("stranger", &stranger),
        ] {
            let reply = world.come_back(after(120), back).await;
            assert_eq!(told(&reply), OVER, "{name}: {reply:?}");
            assert_eq!(reply.header("location"), "", "{name}");
        }
        assert_eq!(crate::steps::accounts_at_rest(&world), accounts);
    }
}

#[tokio::test]
async fn its_own_query_is_kept_and_what_came_of_it_follows() {
    let urls = [
        RETURN_URL,
        "https://app.example/plain",
        "https://app.example/",
        "https://app.example/many?a=1&a=2&b=%26handover%3Dx&c=%C3%A9",
        "https://app.example/one?handover=decoy",
    ];
    let (world, openid, session) = linked(Provider::Google).await;
    world
        .change_settings(|settings| {
            settings.frontend.return_urls = urls.map(str::to_owned).to_vec();
        })
        .await;
    for url in urls {
        for (sub, name) in [(SUB, "handover"), ("stranger", "error")] {
            let mut body = world.federated("google", "sign_in");
            body["return_url"] = json!(url);
            let begun = world.post(after(120), "federated-login", body).await;
            assert_eq!(begun.status, 200, "{url}: {begun:?}");
            let back = openid.sign_in(begun.text("url"), &Who::named(sub)).await;
            let location = sent_on(&world, 121, &back).await;
            let sign = if url.contains('?') { '&' } else { '?' };
            let start = format!("{url}{sign}{name}=");
            assert!(location.starts_with(&start), "{location}");
            let value = &location[start.len()..];
            assert!(!value.is_empty() && !value.contains(['&', '#']), "{location}");
        }
    }
    assert_eq!(world.session(after(122), &session).await.status, 200);
}

/// Each attempt goes where it asked to, whoever else is under way.
#[tokio::test]
async fn who_is_under_way_to_two_places_comes_to_each() {
    let (world, openid, _) = linked(Provider::Google).await;
    world
        .change_settings(|settings| {
            let other = "https://app.example/other".to_owned();
            settings.frontend.return_urls.push(other);
        })
        .await;
    let mut body = world.federated("google", "sign_in");
    let one = world.post(after(120), "federated-login", body.clone()).await;
    body["return_url"] = json!("https://app.example/other");
    let two = world.post(after(120), "federated-login", body).await;
    assert_ne!(parameter(one.text("url"), "state"), parameter(two.text("url"), "state"));
    for (begun, start) in [(&two, "https://app.example/other?handover="), (&one, RETURN_URL)] {
        let back = openid.sign_in(begun.text("url"), &Who::named(SUB)).await;
        let location = handed_over(&world, 121, &back).await;
        assert!(location.starts_with(start), "{location}");
        assert_eq!(redeems(&world, 122, &location).await.status, 200);
    }
}
