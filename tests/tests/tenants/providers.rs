//! The clients of identity providers: set, shown without their secret, bounded, and of one tenant.

use http::Method;
use regain_domain::provider::ProviderClient;
use regain_domain::{Provider, Settings, TenantId};
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::steps::{
    DEMO_SETTINGS, NULL, OTHER, at_pointer, at_rest, faults, other, outcome, patch, post_at, shown,
};

/// Found wherever it stands.
const SECRET: &str = "canary-of-a-client-secret-7Q2M9X";
const RETURN_URL: &str = "https://app.example/";
const DIRECTORY: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

/// A world whose tenant has somewhere to send people back to.
async fn world() -> World {
    World::with(|settings: &mut Settings| {
        settings.frontend.return_urls = vec![RETURN_URL.to_owned()];
    })
    .await
}

fn google(client: Value) -> Value {
    json!({"providers": {"google": client}})
}

/// Has the tenant's Google set up.
async fn with_google(world: &World) -> Reply {
    let client = json!({"client_id": "an-id", "client_secret": SECRET});
    let reply = patch(world, after(0), &world.admin, google(client)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}

/// What is stored of it.
async fn sealed(world: &World) -> String {
    let stored = world.store.tenant_settings(&world.tenant()).await.unwrap().unwrap();
    stored.settings.providers[&Provider::Google].client_secret.clone()
}

/// Whether signing in with a provider begins: here nobody listens where the provider would be.
async fn begins(world: &World, seconds: i64, tenant: &str) -> (u16, String) {
    let body = json!({
        "provider": "google",
        "intent": "sign_in",
        "return_url": RETURN_URL,
        "challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    });
    let reply = post_at(world, after(seconds), tenant, "federated-login", body).await;
    (reply.status, reply.code().to_owned())
}

fn known() -> (u16, String) {
    (503, "provider_unavailable".to_owned())
}

fn unknown() -> (u16, String) {
    (404, "provider_unknown".to_owned())
}

#[tokio::test]
async fn a_client_secret_is_sealed_and_never_shown() {
    let world = world().await;
    let mut replies = vec![with_google(&world).await];
    let get = async |path: &str| world.admin(Method::GET, path, &world.admin, NULL).await;
    for path in [DEMO_SETTINGS, "tenants/demo/compliance", "tenants/demo/api-keys"] {
        replies.push(get(path).await);
    }
    let wrong = google(json!({"client_id": "é", "client_secret": SECRET}));
    replies.push(patch(&world, after(1), &world.admin, wrong).await);
    let worse = google(json!({"client_id": 7, "client_secret": SECRET}));
    replies.push(patch(&world, after(1), &world.admin, worse).await);
    let unknown_member = google(json!({"client_secret": SECRET, "secret": SECRET}));
    replies.push(patch(&world, after(1), &world.admin, unknown_member).await);
    let by_desk = google(json!({"client_secret": SECRET}));
    replies.push(patch(&world, after(1), &world.desk, by_desk).await);
    world.deliver(after(2)).await;
    let sealed = sealed(&world).await;
    for reply in &replies {
        let whole = format!("{} {:?} {}", reply.body, reply.headers, reply.log);
        assert!(!whole.contains(SECRET) && !whole.contains(&sealed), "{whole}");
        assert!(!reply.body.to_string().contains("\"client_secret\":"), "{reply:?}");
    }
    let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 422, 400, 400, 403]);
    let mut found = 0;
    for (place, item) in at_rest(&world) {
        let item = item.to_string();
        assert!(!item.contains(SECRET), "{place}: {item}");
        found += usize::from(item.contains(&sealed));
        assert!(!item.contains(&sealed) || place.contains("tenants"), "{place}: {item}");
    }
    assert!(found > 0, "it is kept, sealed");
    for shown in [&replies[0].body["settings"], &replies[0].body["effective"]] {
        assert_eq!(shown["providers"], json!({"google": {"client_id": "an-id"}}));
    }
}

#[tokio::test]
async fn what_is_shown_can_be_sent_back_and_keeps_the_secret() {
    let world = world().await;
    with_google(&world).await;
    let before = sealed(&world).await;
    let mut document = shown(&world).await;
    // What only the operator sets.
    for name in ["sender_domains", "sms_names"] {
        document.as_object_mut().unwrap().remove(name);
    }
    let reply = patch(&world, after(1), &world.admin, document).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(sealed(&world).await, before);
    let renamed = google(json!({"client_id": "another-id"}));
    assert_eq!(patch(&world, after(2), &world.admin, renamed).await.status, 200);
    assert_eq!(sealed(&world).await, before);
    assert_eq!(shown(&world).await["providers"]["google"]["client_id"], "another-id");
    assert_eq!(begins(&world, 100, "demo").await, known(), "and it opens");
}

#[tokio::test]
async fn it_is_replaced_and_removed_and_never_left_out() {
    let world = world().await;
    let missing = [("/providers/google/client_secret", "secret_missing")];
    let without = google(json!({"client_id": "an-id"}));
    let reply = patch(&world, after(0), &world.admin, without.clone()).await;
    assert_eq!((reply.status, &faults(&reply)[..]), (422, &missing[..]));

    with_google(&world).await;
    let before = sealed(&world).await;
    with_google(&world).await;
    let again = sealed(&world).await;
    assert_ne!(again, before, "the same is sealed anew");
    let other = google(json!({"client_secret": "another-secret"}));
    assert_eq!(patch(&world, after(1), &world.admin, other).await.status, 200);
    assert_ne!(sealed(&world).await, again);

    let removed = google(json!({"client_secret": null}));
    let reply = patch(&world, after(2), &world.admin, removed).await;
    assert_eq!((reply.status, &faults(&reply)[..]), (422, &missing[..]), "not the secret alone");
    let reply = patch(&world, after(2), &world.admin, google(Value::Null)).await;
    assert_eq!((reply.status, &reply.body["settings"]["providers"]), (200, &json!({})));
    assert_eq!(begins(&world, 100, "demo").await, unknown());
    // And with it went the secret: the id alone brings it not back.
    let reply = patch(&world, after(101), &world.admin, without).await;
    assert_eq!((reply.status, &faults(&reply)[..]), (422, &missing[..]));
}

/// What the admin typed is never taken for what was sealed, nor the other way round.
#[tokio::test]
async fn what_was_sealed_is_no_secret_to_type() {
    let world = world().await;
    with_google(&world).await;
    let stored = sealed(&world).await;
    let typed = google(json!({"client_secret": stored}));
    assert_eq!(patch(&world, after(1), &world.admin, typed).await.status, 200);
    assert!(sealed(&world).await.len() > stored.len(), "sealed once more, as any text is");
}

#[tokio::test]
async fn the_sealed_secret_of_another_tenant_or_provider_does_not_open() {
    let world = world().await;
    with_google(&world).await;
    assert_eq!(begins(&world, 0, "demo").await, known());
    other(&world).await;
    let client = ProviderClient {
        client_id: "an-id".to_owned(),
        client_secret: sealed(&world).await,
        directory: None,
    };
    let there = TenantId::parse(OTHER).unwrap();
    let read = world.store.tenant_settings(&there).await.unwrap().unwrap();
    let mut settings = read.settings;
    settings.frontend.return_urls = vec![RETURN_URL.to_owned()];
    settings.providers.insert(Provider::Google, client.clone());
    assert_eq!(settings.faults(), []);
    world.store.change_settings(&there, &settings, read.version).await.unwrap();
    assert_eq!(begins(&world, 1, OTHER).await, unknown());

    // Nor does Google's open as LinkedIn's.
    world
        .change_settings(|settings| {
            settings.providers.insert(Provider::Linkedin, client);
        })
        .await;
    let body = json!({
        "provider": "linkedin",
        "intent": "sign_in",
        "return_url": RETURN_URL,
        "challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    });
    let reply = post_at(&world, after(100), "demo", "federated-login", body).await;
    assert_eq!(outcome(&reply), (404, "provider_unknown"));
    assert_eq!(begins(&world, 100, "demo").await, known(), "its own still does");
}

#[tokio::test]
async fn every_fault_is_named_by_its_place() {
    let world = world().await;
    for word in Provider::WORDS {
        let place = |member: &str| format!("/providers/{word}/{member}");
        let mut right = json!({"client_id": "an-id", "client_secret": "s"});
        if word == "microsoft" {
            right["directory"] = json!(DIRECTORY);
        }
        let with = |member: &str, value: Value| {
            let mut client = right.clone();
            client[member] = value;
            json!({"providers": {word: client}})
        };
        for (member, value, status, code) in [
            ("client_id", json!("x".repeat(256)), 200, ""),
            ("client_id", json!("a~!.-_0"), 200, ""),
            ("client_secret", json!("x".repeat(512)), 200, ""),
            ("client_id", json!("x".repeat(257)), 400, "too_long"),
            ("client_secret", json!("x".repeat(513)), 400, "too_long"),
            ("client_id", json!("an id"), 200, ""),
            ("client_id", json!("é"), 422, "not_a_name"),
            ("client_id", Value::Null, 422, "not_a_name"),
            ("client_secret", Value::Null, 422, "secret_missing"),
            ("client_id", json!(7), 400, "wrong_type"),
            ("client_secret", json!(["s"]), 400, "wrong_type"),
            ("client_id", json!("a\r\nb"), 400, "control_character"),
            ("client_id", json!(" "), 400, "blank"),
            ("client_secret", json!(""), 400, "blank"),
        ] {
            let none = json!({"providers": {word: null}});
            assert_eq!(patch(&world, after(0), &world.admin, none).await.status, 200);
            let reply = patch(&world, after(0), &world.admin, with(member, value.clone())).await;
            let pointer = place(member);
            let expected = [(pointer.as_str(), code)];
            let expected = if status == 200 { &[][..] } else { &expected };
            let told = (reply.status, &faults(&reply)[..]);
            assert_eq!(told, (status, expected), "{word} {member} {value}: {reply:?}");
        }
    }
    for not_a_client in [json!("an-id"), json!([]), json!(true)] {
        let reply = patch(&world, after(0), &world.admin, google(not_a_client.clone())).await;
        let expected = [("/providers/google", "wrong_type")];
        assert_eq!((reply.status, &faults(&reply)[..]), (400, &expected[..]), "{not_a_client}");
    }
    let facebook = json!({"providers": {"facebook": {"client_id": "a", "client_secret": "s"}}});
    let reply = patch(&world, after(0), &world.admin, facebook).await;
    assert_eq!((reply.status, faults(&reply)[0].0), (400, "/providers/facebook"), "{reply:?}");
}

#[tokio::test]
async fn a_directory_is_one_organisations_own() {
    let world = world().await;
    let microsoft = |directory: Value| {
        let client = json!({"client_id": "a", "client_secret": "s", "directory": directory});
        json!({"providers": {"microsoft": client}})
    };
    for everybodys in [
        "common".to_owned(),
        "organizations".to_owned(),
        "consumers".to_owned(),
        "contoso.onmicrosoft.com".to_owned(),
        DIRECTORY.to_uppercase(),
        DIRECTORY.replace('-', ""),
        format!("{{{}}}", &DIRECTORY[..34]),
        DIRECTORY[..35].to_owned(),
        DIRECTORY.replace('7', "g"),
        DIRECTORY.replace("72f988bf-86f1", "72f988b-f86f1"),
        format!("{}/", &DIRECTORY[..35]),
        "../common/../../../../../../../v2.0/".to_owned(),
        "?".repeat(36),
    ] {
        let reply = patch(&world, after(0), &world.admin, microsoft(json!(everybodys))).await;
        let expected = [("/providers/microsoft/directory", "not_a_directory")];
        assert_eq!((reply.status, &faults(&reply)[..]), (422, &expected[..]), "{everybodys}");
    }
    let reply = patch(&world, after(0), &world.admin, microsoft(Value::Null)).await;
    let expected = [("/providers/microsoft/directory", "not_a_directory")];
    assert_eq!((reply.status, &faults(&reply)[..]), (422, &expected[..]), "none is everybody's");
    let reply = patch(&world, after(0), &world.admin, microsoft(json!(DIRECTORY))).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let shown = shown(&world).await["providers"].clone();
    assert_eq!(shown, json!({"microsoft": {"client_id": "a", "directory": DIRECTORY}}));

    // It is Microsoft's alone; nobody else's issuer holds one.
    for word in ["google", "linkedin"] {
        let client = json!({"client_id": "a", "client_secret": "s", "directory": DIRECTORY});
        let reply = patch(&world, after(0), &world.admin, json!({"providers": {word: client}}));
        let reply = reply.await;
        assert!([400, 422].contains(&reply.status), "{word}: {reply:?}");
        assert_eq!(faults(&reply)[0].0, format!("/providers/{word}/directory"));
    }
    // Nor can one get there by another way.
    let mut settings = Settings { name: "Demo".to_owned(), ..Settings::default() };
    settings.frontend.return_urls = vec![RETURN_URL.to_owned()];
    let client = ProviderClient {
        client_id: "a".to_owned(),
        client_secret: "sealed".to_owned(),
        directory: Some(DIRECTORY.to_owned()),
    };
    settings.providers.insert(Provider::Google, client);
    let faults: Vec<_> = settings.faults().iter().map(|it| (it.pointer, it.code)).collect();
    assert_eq!(faults, [("/providers/google/directory", "not_allowed")]);
}

#[tokio::test]
async fn without_anywhere_to_send_people_back_to_there_is_no_provider() {
    let world = World::new().await;
    let client = google(json!({"client_id": "an-id", "client_secret": SECRET}));
    let missing = [("/providers", "return_url_missing")];
    let reply = patch(&world, after(0), &world.admin, client.clone()).await;
    assert_eq!((reply.status, &faults(&reply)[..]), (422, &missing[..]));
    let urls = at_pointer("/frontend/return_urls", json!([RETURN_URL]));
    assert_eq!(patch(&world, after(0), &world.admin, urls).await.status, 200);
    assert_eq!(patch(&world, after(0), &world.admin, client).await.status, 200);
    let none = at_pointer("/frontend/return_urls", json!([]));
    let reply = patch(&world, after(1), &world.admin, none).await;
    assert_eq!((reply.status, &faults(&reply)[..]), (422, &missing[..]), "nor taken away later");
}

#[tokio::test]
async fn only_an_admin_reads_or_sets_them() {
    let world = world().await;
    with_google(&world).await;
    let key_of_other = other(&world).await;
    let before = at_rest(&world);
    for (key, status) in [(&world.desk, 403), (&key_of_other, 404), (&"rk_x".to_owned(), 401)] {
        let read = world.admin(Method::GET, DEMO_SETTINGS, key, NULL).await;
        let client = google(json!({"client_id": "evil"}));
        let changed = patch(&world, after(1), key, client).await;
        assert_eq!((read.status, changed.status), (status, status), "{read:?} {changed:?}");
    }
    assert_eq!(at_rest(&world), before);
}

/// The rule would be that nobody chooses.
#[tokio::test]
async fn who_chooses_by_a_second_step_needs_one_that_is_offered() {
    let world = world().await;
    let missing = [("/own_password", "second_step_missing")];
    let both = json!({"own_password": "with_second_step", "second_step": {"offered": false}});
    let reply = patch(&world, after(0), &world.admin, both).await;
    assert_eq!((reply.status, &faults(&reply)[..]), (422, &missing[..]));
    let chosen = json!({"own_password": "with_second_step"});
    assert_eq!(patch(&world, after(0), &world.admin, chosen).await.status, 200);
    let reply = patch(&world, after(0), &world.admin, json!({"second_step": {"offered": false}}));
    let reply = reply.await;
    assert_eq!((reply.status, &faults(&reply)[..]), (422, &missing[..]), "nor taken away later");
    let off = json!({"own_password": "always", "second_step": {"offered": false}});
    assert_eq!(patch(&world, after(0), &world.admin, off).await.status, 200);
}
