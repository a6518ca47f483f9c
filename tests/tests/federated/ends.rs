//! What ends an account's links and sessions ends what is under way to a provider too; what locks its
//! password does not.

use http::Method;
use regain_domain::Provider;
use regain_domain::account::BlockReason;
use regain_tests::{OpenId, Who, World, after, parameter};
use serde_json::{Value, json};

use crate::steps::{
    ANN, ANNS, ENDED, MO, MOS, OVER, SUB, error, handed_over, identity_items, linked, links,
    office, other_tenant, proves, redeems, resets, sent_on, signs_in, told, world,
};

const NOT_LINKED: &str = "provider_not_linked";

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Reset,
    SignOutEverywhere,
    Block,
    Moved,
    TemporaryPassword,
    Unlink,
    SecondStep,
    Erased,
}

const ENDS: [End; 8] = [
    End::Reset,
    End::SignOutEverywhere,
    End::Block,
    End::Moved,
    End::TemporaryPassword,
    End::Unlink,
    End::SecondStep,
    End::Erased,
];

impl End {
    async fn comes(self, world: &World, seconds: i64, session: &str) {
        let post = |rest| (Method::POST, rest);
        match self {
            Self::Reset => resets(world, seconds).await,
            Self::SignOutEverywhere => {
                let endpoint = "sign-out-everywhere";
                let reply = world.signed_in(after(seconds), session, endpoint, json!({})).await;
                assert_eq!(reply.status, 200, "{reply:?}");
            }
            Self::Block => {
                office(world, seconds, post("/block"), json!({"reason": "cancelled"})).await;
            }
            Self::Moved => {
                let body = json!({"login": "moved@example.com"});
                office(world, seconds, (Method::PATCH, ""), body).await;
            }
            Self::TemporaryPassword => {
                office(world, seconds, post("/temporary-password"), json!({})).await;
            }
            Self::Unlink => {
                let body = json!({"provider": "google"});
                let endpoint = "unlink-provider";
                let reply = world.signed_in(after(seconds), session, endpoint, body).await;
                assert_eq!(reply.status, 200, "{reply:?}");
            }
            Self::SecondStep => {
                world.switch_on(after(seconds), MO, MOS).await;
            }
            Self::Erased => {
                office(world, seconds, (Method::DELETE, ""), Value::Null).await;
            }
        }
    }

    /// What a handover of before is answered.
    fn answer(self) -> (u16, &'static str) {
        if self == Self::Block { (403, "account_blocked") } else { OVER }
    }
}

/// Mo with Google linked, at a tenant with temporary passwords.
async fn start() -> (World, OpenId, String) {
    let (world, openid) = world(|settings| settings.temporary_passwords_enabled = true).await;
    let session = world.session_of(after(0), MO, MOS).await;
    links(&world, &openid, 0, &session, Provider::Google, SUB).await;
    (world, openid, session)
}

#[tokio::test]
async fn what_was_begun_to_be_linked_is_dead_whatever_ended_the_session() {
    for end in ENDS {
        for before_the_callback in [true, false] {
            let (world, openid, session) = start().await;
            let who = Who::named("attacker");
            let linkedin = Provider::Linkedin;
            let back = proves(&world, &openid, 1, linkedin, Some(&session), &who).await;
            if before_the_callback {
                end.comes(&world, 2, &session).await;
            }
            let location = sent_on(&world, 3, &back).await;
            if !before_the_callback {
                end.comes(&world, 4, &session).await;
            }
            let items = identity_items(&world, "demo").len();
            let reply = redeems(&world, 5, &location).await;
            assert_eq!(told(&reply), end.answer(), "{end:?} {before_the_callback}: {reply:?}");
            assert_eq!(identity_items(&world, "demo").len(), items, "{end:?}");
            assert_eq!(error(&world, &openid, 6, linkedin, &who).await, NOT_LINKED, "{end:?}");
        }
    }
}

#[tokio::test]
async fn what_was_handed_over_to_sign_in_is_dead_too() {
    for end in ENDS {
        let (world, openid, session) = start().await;
        let who = Who::named(SUB);
        let back = proves(&world, &openid, 1, Provider::Google, None, &who).await;
        let location = handed_over(&world, 2, &back).await;
        end.comes(&world, 3, &session).await;
        let reply = redeems(&world, 4, &location).await;
        assert_eq!(told(&reply), end.answer(), "{end:?}: {reply:?}");
    }
}

/// At the provider meanwhile: what counts is what holds when the person is back.
#[tokio::test]
async fn who_is_at_the_provider_meanwhile_signs_in_if_it_is_linked_still() {
    for end in ENDS {
        let (world, openid, session) = start().await;
        let who = Who::named(SUB);
        let back = proves(&world, &openid, 1, Provider::Google, None, &who).await;
        end.comes(&world, 2, &session).await;
        let location = sent_on(&world, 3, &back).await;
        let (handed, refused) = (parameter(&location, "handover"), parameter(&location, "error"));
        let unlinks = [End::Reset, End::TemporaryPassword, End::Unlink, End::Erased];
        let expected = if unlinks.contains(&end) { NOT_LINKED } else { "" };
        assert_eq!(
            (refused.as_str(), handed.is_empty()),
            (expected, !expected.is_empty()),
            "{end:?}"
        );
        if expected.is_empty() {
            let reply = redeems(&world, 4, &location).await;
            let expected = if end == End::Block { (403, "account_blocked") } else { (200, "") };
            assert_eq!(told(&reply), expected, "{end:?}: {reply:?}");
        } else {
            assert_eq!(identity_items(&world, "demo"), [] as [&str; 0], "{end:?}");
        }
    }
}

#[tokio::test]
async fn a_session_that_a_provider_gave_ends_like_any_other() {
    for end in ENDS {
        let (world, openid, session) = start().await;
        let by_provider = signs_in(&world, &openid, 1, Provider::Google).await;
        end.comes(&world, 2, &session).await;
        assert_eq!(told(&world.session(after(3), &by_provider).await), ENDED, "{end:?}");
    }
}

#[tokio::test]
async fn who_is_blocked_hears_why_from_a_provider_they_have_linked_and_is_not_let_in() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        for reason in BlockReason::WORDS {
            let block = (Method::POST, "/block");
            office(&world, 1, block, json!({"reason": reason})).await;
            let reply = world.sign_in_with(&openid, after(2), provider, SUB).await;
            assert_eq!(told(&reply), (403, "account_blocked"), "{reply:?}");
            assert_eq!(reply.text("reason"), reason);
            assert_eq!(reply.body.get("token"), None);
            let stranger = Who::named("stranger");
            assert_eq!(error(&world, &openid, 3, provider, &stranger).await, NOT_LINKED);
            office(&world, 4, (Method::POST, "/unblock"), Value::Null).await;
            signs_in(&world, &openid, 5, provider).await;
        }
    }
}

/// Someone guesses passwords: that keeps nobody from their own account, and is not forgiven by it.
#[tokio::test]
async fn a_lock_of_the_password_is_ignored_and_stays() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        let who = Who::named(SUB);
        let back = proves(&world, &openid, 1, provider, None, &who).await;
        world.lock(after(2), MO).await;
        let location = handed_over(&world, 3, &back).await;
        let reply = redeems(&world, 4, &location).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let locked = || (423, "account_locked".to_owned());
        assert_eq!(world.sign_in(after(5), MO, MOS).await, locked());
        let session = signs_in(&world, &openid, 6, provider).await;
        assert_eq!(world.session(after(7), &session).await.status, 200);
        assert_eq!(world.sign_in(after(8), MO, MOS).await, locked());
        // And what is unlinked takes no lock off either.
        let body = json!({"provider": provider});
        let reply = world.signed_in(after(9), &session, "unlink-provider", body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(world.sign_in(after(10), MO, MOS).await, locked());
    }
}

#[tokio::test]
async fn after_a_reset_and_after_a_temporary_password_no_provider_signs_in() {
    for end in [End::Reset, End::TemporaryPassword] {
        let (world, openid, session) = start().await;
        for provider in [Provider::Microsoft, Provider::Linkedin] {
            links(&world, &openid, 0, &session, provider, SUB).await;
        }
        end.comes(&world, 1, &session).await;
        assert_eq!(identity_items(&world, "demo"), [] as [&str; 0]);
        let anns = world.session_of(after(2), ANN, ANNS).await;
        for provider in Provider::ALL {
            let refused = error(&world, &openid, 2, provider, &Who::named(SUB)).await;
            assert_eq!(refused, NOT_LINKED, "{end:?}");
            // Free for whoever it is.
            links(&world, &openid, 3, &anns, provider, SUB).await;
        }
    }
}

#[tokio::test]
async fn an_identity_of_an_account_that_was_erased_is_free() {
    for provider in Provider::ALL {
        let (world, openid, _) = linked(provider).await;
        office(&world, 1, (Method::DELETE, ""), Value::Null).await;
        assert_eq!(identity_items(&world, "demo"), [] as [&str; 0]);
        let who = Who::named(SUB);
        assert_eq!(error(&world, &openid, 2, provider, &who).await, NOT_LINKED);
        // Nor is it of whoever gets the address next.
        let body = json!({"login": MO, "password": "Trekvaart31"});
        let accounts = "tenants/demo/accounts";
        let made = world.admin_at(after(3), Method::POST, accounts, &world.admin, body).await;
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!(error(&world, &openid, 4, provider, &who).await, NOT_LINKED);
        let anns = world.session_of(after(5), ANN, ANNS).await;
        links(&world, &openid, 5, &anns, provider, SUB).await;
        let reply = world.sign_in_with(&openid, after(6), provider, SUB).await;
        assert_eq!(reply.text("account_id"), "id-of-ann", "{reply:?}");
    }
}

#[tokio::test]
async fn a_tenant_that_ends_leaves_no_identity_and_no_attempt_behind() {
    let (world, openid, session) = start().await;
    other_tenant(&world, &openid).await;
    for provider in [Provider::Microsoft, Provider::Linkedin] {
        links(&world, &openid, 1, &session, provider, SUB).await;
    }
    let back = proves(&world, &openid, 2, Provider::Google, None, &Who::named(SUB)).await;
    let location = handed_over(&world, 3, &back).await;
    assert_eq!(identity_items(&world, "demo").len(), 3);
    let operator = &world.operator;
    let ended = world.admin_at(after(4), Method::DELETE, "tenants/demo", operator, Value::Null);
    assert_eq!(ended.await.status, 204);
    world.deliver(after(5)).await;
    for minute in 0..4 {
        world.schedule(after(130 + 60 * minute)).await;
    }
    assert_eq!(identity_items(&world, "demo"), [] as [&str; 0]);
    for (endpoint, body) in [
        ("finish-sign-in", world.handover(&location)),
        ("federated-login", world.federated("google", "sign_in")),
    ] {
        let reply = world.post(after(500), endpoint, body).await;
        assert_eq!(reply.status, 404, "{endpoint}: {reply:?}");
    }
}
