//! What a mail looks like from outside: to whom, from whom, in which language, with which links.

use regain_domain::{Language, Settings};
use regain_local::{Message, Rel};
use regain_tests::{Request, World, after};
use serde_json::{Value, json};

/// Asks with a body and headers; gives the one mail.
async fn mailed(world: &World, body: Value, headers: &[(&'static str, &str)]) -> Message {
    let request = headers.iter().fold(Request::post("request-reset", &body), |request, header| {
        request.header(header.0, header.1)
    });
    assert_eq!(world.send(after(0), &request).await.status, 202);
    world.deliver(after(0)).await;
    let [mail] = world.cloud.messages(None).try_into().unwrap();
    mail
}

#[tokio::test]
async fn the_language_of_a_mail_is_the_bodys_the_accounts_the_browsers_the_tenants() {
    use Language::{En, Nl};
    let both = [En, Nl].as_slice();
    // Body, account, browser; offered by the tenant with its default first; expected.
    for (body, account, browser, offered, expected) in [
        (Some("nl"), Some(En), Some("en"), both, Nl),
        (Some("en"), Some(Nl), Some("nl"), both, En),
        (None, Some(Nl), Some("en"), both, Nl),
        (None, None, Some("nl-BE, en;q=0.5"), both, Nl),
        (None, None, Some("fr"), &[Nl, En], Nl),
        (None, None, None, &[Nl, En], Nl),
        (None, None, None, both, En),
        (Some("nl"), Some(Nl), Some("nl"), &[En], En),
        (Some("en"), Some(Nl), Some("en"), &[Nl], Nl),
    ] {
        let world = World::with(|settings| {
            settings.languages = offered.to_vec();
            settings.default_language = offered[0];
        })
        .await;
        world.change_account("mo@example.com", |mo| mo.language = account).await;
        let mut asked = json!({"login": "mo@example.com"});
        if let Some(language) = body {
            asked["language"] = json!(language);
        }
        let headers: Vec<_> = browser.into_iter().map(|tags| ("accept-language", tags)).collect();
        let subject = mailed(&world, asked, &headers).await.subject.unwrap();
        let case = format!("{body:?} {account:?} {browser:?} {offered:?}: {subject}");
        match expected {
            Nl => assert!(subject.starts_with("Kies een nieuw wachtwoord"), "{case}"),
            En => assert!(subject.starts_with("Choose a new password"), "{case}"),
        }
    }
}

#[tokio::test]
async fn a_mail_goes_to_the_stored_address_whatever_was_typed() {
    let world = World::new().await;
    world.change_account("mo@example.com", |mo| mo.login = "Stored.Mo@example.org".into()).await;
    let mail = mailed(&world, json!({"login": "  MO@EXAMPLE.com "}), &[]).await;
    assert_eq!(mail.to, "Stored.Mo@example.org");
}

#[tokio::test]
async fn a_mail_says_that_it_is_automatic_and_is_tracked_by_nobody() {
    let world = World::with(|settings| settings.name = "Gemeente Zuid, \"loket\"".into()).await;
    let mail = mailed(&world, json!({"login": "mo@example.com"}), &[]).await;
    assert_eq!(mail.headers["Auto-Submitted"], "auto-generated");
    let unsubscribe =
        mail.headers.keys().any(|name| name.to_lowercase().starts_with("list-unsubscribe"));
    assert!(!unsubscribe, "{:?}", mail.headers);
    assert_eq!(mail.configuration_set.as_deref(), Some("regain"));
    let html = mail.html.unwrap();
    assert_eq!(html.matches("<a ").count(), html.matches("ses:no-track").count(), "{html}");
    for loads in ["<img", "<script", "src=", "url("] {
        assert!(!html.contains(loads), "{loads} in {html}");
    }
}

#[tokio::test]
async fn the_sender_is_built_from_the_settings_and_nothing_in_them_is_syntax() {
    let world = World::with(|settings| {
        settings.sender.name = Some("Zuid <eve@example.org>, \"x\"".into());
        settings.sender_domains = vec!["zuid.example".into()];
        settings.sender.email = "noreply@zuid.example".into();
    })
    .await;
    let mail = mailed(&world, json!({"login": "mo@example.com"}), &[]).await;
    assert!(mail.from.ends_with(" <noreply@zuid.example>"), "{}", mail.from);
    assert_eq!(mail.from.matches(['<', '>', ',', '"', '@']).count(), 3, "{}", mail.from);
}

#[tokio::test]
async fn links_are_built_from_configuration_whatever_the_headers_say() {
    let world = World::new().await;
    let headers = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "ftp"),
        ("x-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=http"),
        ("origin", "https://evil.example"),
        ("referer", "https://evil.example/"),
    ];
    let mail = mailed(&world, json!({"login": "mo@example.com"}), &headers).await;
    let [action, not_me] = mail.links.try_into().unwrap();
    assert_eq!((action.rel, not_me.rel), (Rel::Action, Rel::NotMe));
    assert!(action.url.starts_with("http://127.0.0.1:9000/p/demo/link/"), "{}", action.url);
    assert!(not_me.url.starts_with("http://127.0.0.1:9000/p/demo/not-me/"), "{}", not_me.url);
    let whole = format!("{}{}", mail.text, mail.html.unwrap());
    assert!(!whole.contains("evil"), "{whole}");
}

#[tokio::test]
async fn a_tenants_own_frontend_gets_the_link_and_not_the_not_me() {
    let link_url = "https://id.zuid.example/reset?from=mail&t={token}";
    let with_frontend =
        |settings: &mut Settings| settings.frontend.link_url = Some(link_url.to_owned());
    let world = World::with(with_frontend).await;
    let mail = mailed(&world, json!({"login": "mo@example.com"}), &[]).await;
    let [action, not_me] = mail.links.try_into().unwrap();
    let token = action.url.strip_prefix("https://id.zuid.example/reset?from=mail&t=").unwrap();
    assert_eq!(world.check(after(1), token).await.status, 200);
    assert!(not_me.url.starts_with("http://127.0.0.1:9000/p/demo/not-me/"), "{}", not_me.url);
}

#[tokio::test]
async fn the_notice_of_a_change_carries_no_link_but_the_not_me() {
    let world = World::new().await;
    let token = world.reset_token(after(0), "mo@example.com").await;
    let grant = world.grant(after(1), &token).await;
    assert_eq!(world.set(after(2), &grant, "Molenwiek42").await.status, 200);
    world.deliver(after(3)).await;
    let mail = world.newest_mail("mo@example.com");
    let rels: Vec<Rel> = mail.links.iter().map(|link| link.rel).collect();
    assert_eq!(rels, [Rel::NotMe]);
    assert_eq!(mail.headers["Auto-Submitted"], "auto-generated");
    assert!(!mail.text.contains("Molenwiek42") && !mail.text.contains(&grant));
}
