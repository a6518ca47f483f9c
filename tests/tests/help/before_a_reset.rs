//! Somebody else had the account first, or got in meanwhile, and prepared to stay (Sudhodanan and
//! Paverd, "Pre-hijacked accounts", 2022). After its owner's reset nothing of that is any good.

use http::Method;
use jiff::Timestamp;
use regain_domain::keys::Keyring;
use regain_domain::provider::IdentityRef;
use regain_domain::seal::Seal;
use regain_domain::session::{FirstStep, HandedOver, SEAL_LABEL, s256};
use regain_domain::{LinkId, Provider};
use regain_http::random;
use regain_tests::{App, World, after};
use serde_json::{Value, json};

use crate::steps::{MO, MO_ID, NEW, RIGHT, link, signs_in, world};

const VERIFIER: &str = "a-verifier-that-only-one-browser-has-0123456789";

/// A handover to the browser that has [`VERIFIER`]: to sign in, or to link.
async fn handover(
    world: &World,
    now: Timestamp,
    to_link: Option<(Provider, IdentityRef)>,
) -> String {
    let account = world.account(MO).await;
    let first = FirstStep {
        id: LinkId::new(random()),
        account_ref: world.place(MO),
        account_id: account.account_id.clone(),
        epoch: account.session_epoch(),
        methods: vec![Provider::Google.into()],
        until: now + jiff::SignedDuration::from_secs(60),
        handed_over: Some(HandedOver { challenge: s256(VERIFIER), to_link }),
        leads_to: None,
    };
    let ring = Keyring::parse(&world.cloud.secret("sessions").unwrap()).unwrap();
    first.seal(&Seal::new(&ring, SEAL_LABEL), &world.tenant(), random())
}

/// What somebody holds who was in the account.
struct Held {
    session: String,
    reset_grant: String,
    unlock_grant: String,
    magic: String,
    sign_in: String,
    to_link: String,
    identity: IdentityRef,
}

async fn held(world: &World) -> Held {
    let session = world.session_of(after(0), MO, RIGHT).await;
    link(world, after(0), MO, Provider::Google).await;
    world.lock(after(1), MO).await;
    let unlock_grant = world.grant(after(2), &world.newest_token(MO)).await;
    let reset = world.reset_token(after(3), MO).await;
    let reset_grant = world.grant(after(4), &reset).await;
    let magic = world.magic_token(after(5), MO).await;
    let identity = IdentityRef::of(&world.tenant(), "https://issuer.example", "theirs");
    let to_link = Some((Provider::Linkedin, identity.clone()));
    Held {
        session,
        reset_grant,
        unlock_grant,
        magic,
        sign_in: handover(world, after(15), None).await,
        to_link: handover(world, after(15), to_link).await,
        identity,
    }
}

/// The owner's own reset, by a link of its own; the one before is superseded by it.
async fn reset(world: &World) {
    let token = world.reset_token(after(10), MO).await;
    let grant = world.grant(after(11), &token).await;
    assert_eq!(world.set(after(20), &grant, NEW).await.status, 200);
}

#[tokio::test]
async fn after_a_reset_whoever_had_the_account_holds_nothing() {
    let world = world(|_| {}).await;
    let held = held(&world).await;
    reset(&world).await;
    assert_eq!(world.session(after(21), &held.session).await.code(), "session_ended");
    assert!(!signs_in(&world, MO, Provider::Google).await);
    for (reply, code) in [
        (world.set(after(22), &held.reset_grant, "Dijkhuis77").await, "grant_withdrawn"),
        (world.unlock_with(after(22), &held.unlock_grant, RIGHT).await, "grant_withdrawn"),
        (world.redeem(after(22), &held.magic).await, "link_withdrawn"),
    ] {
        assert_eq!((reply.status, reply.code()), (410, code), "{reply:?}");
    }
    for handover in [&held.sign_in, &held.to_link] {
        let body = json!({"handover": handover, "verifier": VERIFIER});
        let reply = world.post(after(22), "finish-sign-in", body).await;
        assert_eq!((reply.status, reply.code()), (410, "sign_in_over"), "{reply:?}");
    }
    let found = world.store.account_of_identity(&world.tenant(), &held.identity).await.unwrap();
    assert_eq!(found, None);
    for endpoint in ["enroll-second-step", "sign-out-everywhere", "unlink-provider"] {
        let body = match endpoint {
            "enroll-second-step" => json!({"password": RIGHT}),
            "unlink-provider" => json!({"provider": "google"}),
            _ => json!({}),
        };
        let reply = world.signed_in(after(23), &held.session, endpoint, body).await;
        assert_eq!((reply.status, reply.code()), (401, "session_ended"), "{endpoint}: {reply:?}");
    }
    assert_eq!(world.sign_in(after(24), MO, RIGHT).await.0, 401);
    let account = world.account(MO).await;
    assert!(account.identities.is_empty() && account.slots.is_empty());
    assert!(world.live_links(after(24)).await.is_empty());
    assert_eq!(world.sign_in(after(25), MO, NEW).await.0, 200);
}

/// The same things are good where no reset came between, or the test above would say nothing.
#[tokio::test]
async fn without_a_reset_all_of_it_is_good() {
    let world = world(|_| {}).await;
    let held = held(&world).await;
    assert_eq!(world.session(after(21), &held.session).await.status, 200);
    assert!(signs_in(&world, MO, Provider::Google).await);
    assert_eq!(world.redeem(after(22), &held.magic).await.status, 200);
    assert_eq!(world.unlock_with(after(22), &held.unlock_grant, RIGHT).await.status, 200);
    for (handover, member) in [(&held.sign_in, "token"), (&held.to_link, "linked")] {
        let body = json!({"handover": handover, "verifier": VERIFIER});
        let reply = world.post(after(23), "finish-sign-in", body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert!(reply.body.get(member).is_some(), "{reply:?}");
    }
    assert_eq!(world.set(after(24), &held.reset_grant, NEW).await.status, 200);
}

/// A sign-in that waits for a code, by who knew the old password and holds the phone.
#[tokio::test]
async fn what_waits_for_a_code_is_over_too() {
    let world = world(|_| {}).await;
    let app: App = world.switch_on(after(0), MO, RIGHT).await;
    let pending = world.pending(after(5), MO, RIGHT).await;
    reset(&world).await;
    for code in [app.code(after(60)), app.recovery_codes[0].clone()] {
        let reply = world.finish(after(60), &pending, &code).await;
        assert_eq!((reply.status, reply.code()), (410, "sign_in_over"), "{reply:?}");
    }
    // The second step itself stays, and is asked for.
    let pending = world.pending(after(70), MO, NEW).await;
    assert_eq!(world.finish(after(90), &pending, &app.code(after(90))).await.status, 200);
}

/// A second step that somebody began to set up does not come on by what they know of it.
#[tokio::test]
async fn what_was_begun_to_be_set_up_comes_to_nothing() {
    let world = world(|_| {}).await;
    let session = world.session_of(after(0), MO, RIGHT).await;
    let body = json!({"password": RIGHT});
    let begun = world.signed_in(after(0), &session, "enroll-second-step", body).await;
    let app = App::new(begun.text("secret"));
    reset(&world).await;
    let code = json!({"code": app.code(after(30))});
    let reply = world.signed_in(after(30), &session, "confirm-second-step", code).await;
    assert_eq!((reply.status, reply.code()), (401, "session_ended"), "{reply:?}");
    assert!(world.account(MO).await.second_step.is_none());
    world.session_of(after(31), MO, NEW).await;
}

/// Mails that were asked for before it, and not yet written.
#[tokio::test]
async fn a_request_of_before_becomes_no_link_after_it() {
    let world = world(|_| {}).await;
    let token = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(1), &token).await;
    world.request(after(2), MO).await;
    world.post(after(3), "magic-login", json!({"login": MO})).await;
    assert_eq!(world.set(after(4), &grant, NEW).await.status, 200);
    world.deliver(after(5)).await;
    assert!(world.live_links(after(5)).await.is_empty());
}

/// The desk's way out is as thorough.
#[tokio::test]
async fn a_temporary_password_leaves_nothing_of_before_either() {
    let world = world(|settings| settings.temporary_passwords_enabled = true).await;
    let held = held(&world).await;
    let path = format!("{MO_ID}/temporary-password");
    let made = world.admin_at(after(20), Method::POST, &path, &world.admin, json!({})).await;
    assert_eq!(made.status, 200, "{made:?}");
    assert_eq!(world.session(after(21), &held.session).await.code(), "session_ended");
    assert!(!signs_in(&world, MO, Provider::Google).await);
    assert_eq!(world.redeem(after(22), &held.magic).await.code(), "link_withdrawn");
    for handover in [&held.sign_in, &held.to_link] {
        let body = json!({"handover": handover, "verifier": VERIFIER});
        let reply = world.post(after(22), "finish-sign-in", body).await;
        assert_eq!((reply.status, reply.code()), (410, "sign_in_over"), "{reply:?}");
    }
}

/// An account that is erased takes the identities along: whoever comes next with the address is not
/// signed in to by them.
#[tokio::test]
async fn an_erased_account_leaves_no_identity_behind() {
    let world = world(|_| {}).await;
    link(&world, after(0), MO, Provider::Google).await;
    let gone = world.admin_at(after(10), Method::DELETE, MO_ID, &world.admin, Value::Null).await;
    assert_eq!(gone.status, 204, "{gone:?}");
    let left = world.cloud.items("accounts").unwrap();
    let left = left.iter().filter(|item| item["pk"]["S"].as_str().unwrap().contains("identity"));
    assert_eq!(left.count(), 0);
}
