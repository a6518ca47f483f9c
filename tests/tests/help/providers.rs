//! Who signs in with a provider and asks for a new password: the mail names the provider, and no link
//! is made unless there is a password to replace, or the desk sends one.

use http::Method;
use regain_domain::Provider;
use regain_tests::{World, after};
use serde_json::json;

use crate::steps::{MO, NEW, RIGHT, WITHOUT_PASSWORD, link, signs_in, world};

/// Somebody who signs in with Google and with nothing else.
async fn with_google_only() -> World {
    let world = world(|_| {}).await;
    link(&world, after(0), WITHOUT_PASSWORD, Provider::Google).await;
    world.deliver(after(0)).await;
    world.cloud.clear_messages().unwrap();
    world
}

#[tokio::test]
async fn a_reset_is_answered_with_the_provider_and_issues_nothing() {
    let world = with_google_only().await;
    let reply = world.request(after(10), WITHOUT_PASSWORD).await;
    assert_eq!(reply.status, 202);
    world.deliver(after(11)).await;
    let mails = world.cloud.messages(Some(WITHOUT_PASSWORD));
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail.subject.as_deref(), Some("How you sign in at Demo (asked at 15:00)"));
    assert!(mail.text.contains("you sign in with Google"), "{}", mail.text);
    let page = "http://127.0.0.1:9000/p/demo/sign-in";
    assert!(mail.text.contains(page), "{}", mail.text);
    assert!(mail.html.as_ref().unwrap().contains(&format!("href=\"{page}\"")), "a button");
    assert!(mail.links.is_empty(), "no token is in it: {:?}", mail.links);
    assert!(world.live_links(after(12)).await.is_empty());
    let account = world.account(WITHOUT_PASSWORD).await;
    assert_eq!((account.password_phc, account.slots.len(), account.epoch), (None, 0, 0));
    assert!(signs_in(&world, WITHOUT_PASSWORD, Provider::Google).await);
    let code = reply.text("support_code");
    assert_eq!(world.outcome(code).as_deref(), Some("request_refused"));
    let events = world.events(WITHOUT_PASSWORD).await;
    assert!(events.contains(&"request_refused: signs_in_with_provider".to_owned()), "{events:?}");
}

#[tokio::test]
async fn more_providers_are_all_named() {
    let world = with_google_only().await;
    link(&world, after(1), WITHOUT_PASSWORD, Provider::Linkedin).await;
    world.request(after(10), WITHOUT_PASSWORD).await;
    world.deliver(after(11)).await;
    let text = world.newest_mail(WITHOUT_PASSWORD).text;
    assert!(text.contains("you sign in with Google or LinkedIn"), "{text}");
}

#[tokio::test]
async fn who_has_a_password_too_gets_a_link_as_ever() {
    let world = world(|_| {}).await;
    link(&world, after(0), MO, Provider::Google).await;
    let token = world.reset_token(after(10), MO).await;
    assert_eq!(world.check(after(11), &token).await.text("purpose"), "reset");
}

/// The desk knows who it is talking to.
#[tokio::test]
async fn the_desk_still_sends_a_link() {
    let world = with_google_only().await;
    let path = "tenants/demo/accounts/id-of-new/send-link";
    for (seconds, kind) in [(10, "reset"), (20, "invite")] {
        let body = json!({"kind": kind});
        let sent = world.admin_at(after(seconds), Method::POST, path, &world.desk, body).await;
        assert_eq!(sent.status, 202, "{sent:?}");
        world.deliver(after(seconds)).await;
        let token = world.newest_token(WITHOUT_PASSWORD);
        let checked = world.check(after(seconds + 1), &token).await;
        assert_eq!((checked.status, checked.text("purpose")), (200, kind), "{checked:?}");
    }
    let token = world.newest_token(WITHOUT_PASSWORD);
    let grant = world.grant(after(30), &token).await;
    assert_eq!(world.set(after(31), &grant, NEW).await.status, 200);
    assert_eq!(world.sign_in(after(32), WITHOUT_PASSWORD, NEW).await.0, 200);
    assert!(!signs_in(&world, WITHOUT_PASSWORD, Provider::Google).await, "as after any reset");
}

/// It would be the only way in, and there is none behind it.
#[tokio::test]
async fn who_signed_in_with_a_provider_that_the_tenant_has_no_more_gets_a_link() {
    let world = with_google_only().await;
    world.change_settings(|settings| settings.providers.clear()).await;
    let token = world.reset_token(after(100), WITHOUT_PASSWORD).await;
    let grant = world.grant(after(101), &token).await;
    assert_eq!(world.set(after(102), &grant, NEW).await.status, 200);
}

#[tokio::test]
async fn a_provider_that_was_unlinked_meanwhile_is_not_named() {
    let world = with_google_only().await;
    world.request(after(10), WITHOUT_PASSWORD).await;
    world.change_account(WITHOUT_PASSWORD, |account| account.identities.clear()).await;
    world.deliver(after(11)).await;
    let mail = world.newest_mail(WITHOUT_PASSWORD);
    assert!(!mail.text.contains("Google"), "{}", mail.text);
    assert_eq!(world.check(after(12), &world.newest_token(WITHOUT_PASSWORD)).await.status, 200);
}

#[tokio::test]
async fn after_a_reset_the_providers_are_unlinked_and_the_mail_says_so() {
    for (providers, said) in [
        (&Provider::ALL[..1], "Signing in with Google was unlinked"),
        (&Provider::ALL, "Signing in with Google, Microsoft and LinkedIn was unlinked"),
    ] {
        let world = world(|_| {}).await;
        for provider in providers {
            link(&world, after(0), MO, *provider).await;
        }
        let token = world.reset_token(after(10), MO).await;
        let grant = world.grant(after(11), &token).await;
        assert_eq!(world.set(after(12), &grant, NEW).await.status, 200);
        for provider in providers {
            assert!(!signs_in(&world, MO, *provider).await, "{provider:?}");
        }
        world.deliver(after(13)).await;
        let text = world.newest_mail(MO).text;
        assert!(text.contains(said), "{said}: {text}");
        assert_eq!(world.sign_in(after(14), MO, RIGHT).await.0, 401);
        // It can be linked anew, by who has the account now.
        link(&world, after(20), MO, Provider::Google).await;
        assert!(signs_in(&world, MO, Provider::Google).await);
    }
}

#[tokio::test]
async fn where_none_was_linked_the_mail_says_nothing_of_providers() {
    let world = world(|_| {}).await;
    let token = world.reset_token(after(10), MO).await;
    let grant = world.grant(after(11), &token).await;
    assert_eq!(world.set(after(12), &grant, NEW).await.status, 200);
    world.deliver(after(13)).await;
    let text = world.newest_mail(MO).text;
    assert!(!text.contains("unlinked"), "{text}");
}
