//! In by a provider, from the hosted page and back.

use jiff::{SignedDuration, Timestamp};
use regain_domain::Provider;
use regain_domain::session::s256;
use regain_tests::browser::Scripts;
use regain_tests::{OpenId, Up, VERIFIER, Who, parameter};
use serde_json::{Value, json};

use crate::visit::{DUTCH_WITHOUT_SCRIPTS, ENGLISH, Manner, Visit};

#[tokio::test]
async fn somebody_gets_in_by_a_provider() {
    gets_in(ENGLISH, "Nobody here signs in", "Signing in works").await;
}

#[tokio::test]
async fn somebody_gets_in_by_a_provider_in_dutch_without_scripts() {
    gets_in(DUTCH_WITHOUT_SCRIPTS, "Met dat account logt hier", "Het inloggen werkt").await;
}

async fn gets_in(manner: Manner, in_vain: &str, done: &str) {
    let openid = OpenId::start().await;
    let up = Up::with_providers(openid.base()).await;
    let home = format!("{}/p/demo/recover", up.text("/api"));
    let key = up.text("/operator_key");
    let settings = openid.settings(&home);
    let (status, set) = up.admin("PATCH", "tenants/demo/settings", &key, settings).await;
    assert_eq!(status, 200, "{set}");
    // By then every process has read them.
    up.clock("+2m");
    #[expect(clippy::disallowed_methods, reason = "the functions' clock goes with the machine's")]
    openid.put_clock(Timestamp::now() + SignedDuration::from_mins(2)).await;
    let visit = Visit::to(up, manner).await;
    let who = Who::named("puck-elsewhere");
    let (name, value) = who.cookie();
    let cookie = json!({"name": name, "value": value, "url": openid.base()});
    visit.browser.devtools("Network.setCookie", cookie).await;

    visit.open("sign-in").await;
    if manner.scripts == Scripts::On {
        let seen = visit.see("sign-in-with-providers").await;
        let faults =
            [seen.violations, seen.lost, seen.unreached, seen.unseen_focus].into_iter().flatten();
        assert_eq!(faults.collect::<Vec<_>>(), [""; 0]);
    }
    goes_to(&visit, Provider::Google, in_vain).await;
    assert!(visit.browser.url().await.contains("/p/demo/sign-in?"));
    is_linked(&visit, &openid, &who, &home).await;
    goes_to(&visit, Provider::Google, done).await;
}

/// Presses the button of a provider, and is where that leads in the end.
async fn goes_to(visit: &Visit, provider: Provider, end: &str) {
    let button = format!("button[name=provider][value={}]", provider.as_str());
    visit.browser.press(&button).await;
    visit.browser.comes_to(end).await;
    visit.is_in_its_language().await;
}

/// As a frontend links it.
async fn is_linked(visit: &Visit, openid: &OpenId, who: &Who, home: &str) {
    let Visit { up, person, .. } = visit;
    let (status, session) = up
        .post(
            "sign-in",
            json!({
                "login": person.login, "password": person.password,
            }),
        )
        .await;
    assert_eq!(status, 200, "{session}");
    let begin = json!({
        "provider": "google", "intent": "link", "return_url": home, "challenge": s256(VERIFIER),
    });
    let url = format!("{}/v1/demo/federated-login", up.text("/api"));
    let begun = up.http.post(url).bearer_auth(session["token"].as_str().unwrap()).json(&begin);
    let begun: Value = begun.send().await.unwrap().json().await.unwrap();
    let url = begun["url"].as_str().unwrap_or_else(|| panic!("{begun}"));
    let back = openid.sign_in(url, who).await;
    let end = up.http.get(back).send().await.unwrap().url().to_string();
    let redeem = json!({"handover": parameter(&end, "handover"), "verifier": VERIFIER});
    let (status, linked) = up.post("finish-sign-in", redeem).await;
    assert_eq!((status, &linked["linked"]), (200, &json!("google")), "{linked}");
}
