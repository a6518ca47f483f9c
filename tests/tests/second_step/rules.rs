//! What a tenant's rules for passwords make of it: who chooses, and how long it must be.

use regain_domain::Settings;
use regain_domain::policy::Profile;
use regain_domain::settings::OwnPassword;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{MO, NEW, OLD, PHONE, told, world};

/// Where Mo is given a grant, and what is said with it.
async fn granted(world: &World, by_code: bool) -> Reply {
    let now = after(100);
    if by_code {
        let recovery = world.recovery(now, MO, "forgot_password").await;
        let code = world.sent_code(now, &recovery, PHONE).await;
        return world.type_code(now, &recovery, &code).await;
    }
    let token = world.reset_token(now, MO).await;
    world.click(now, &token).await
}

async fn mo(second_step: bool, change: impl FnOnce(&mut Settings)) -> World {
    let world = world(change).await;
    if second_step {
        world.switch_on(after(0), MO, OLD).await;
    }
    world
}

/// Sets a password under a grant; `None`: nothing is given.
async fn set(world: &World, grant: &str, password: Option<&str>) -> Reply {
    let mut body = json!({"grant": grant});
    if let Some(password) = password {
        body["password"] = json!(password);
    }
    world.post(after(101), "set-password", body).await
}

#[tokio::test]
async fn who_has_a_second_step_chooses_and_who_has_none_is_given_one() {
    for by_code in [false, true] {
        let with = |settings: &mut Settings| settings.own_password = OwnPassword::WithSecondStep;
        let world = mo(true, with).await;
        let reply = granted(&world, by_code).await;
        assert_eq!((reply.status, reply.text("password")), (200, "choose"), "{by_code}: {reply:?}");
        let grant = reply.text("grant");
        let refused = set(&world, grant, None).await;
        assert_eq!(told(&refused), (400, "invalid_request"));
        assert_eq!(refused.body["errors"], json!([{"pointer": "/password", "code": "required"}]));
        let reply = set(&world, grant, Some(NEW)).await;
        assert_eq!((reply.status, reply.body.get("generated_password")), (200, None), "{reply:?}");
        assert!(!world.pending(after(102), MO, NEW).await.is_empty());

        let world = mo(false, with).await;
        let reply = granted(&world, by_code).await;
        assert_eq!((reply.status, reply.text("password")), (200, "generated"), "{by_code}");
        let grant = reply.text("grant");
        let refused = set(&world, grant, Some(NEW)).await;
        assert_eq!(told(&refused), (400, "invalid_request"));
        assert_eq!(
            refused.body["errors"],
            json!([{"pointer": "/password", "code": "not_allowed"}])
        );
        let reply = set(&world, grant, None).await;
        let made = reply.text("generated_password");
        assert_eq!(world.sign_in(after(102), MO, made).await.0, 200, "{reply:?}");
    }
}

/// It is the account that counts, as it is when the password is set.
#[tokio::test]
async fn what_is_asked_follows_the_account_and_not_the_grant() {
    let world = mo(false, |settings| settings.own_password = OwnPassword::WithSecondStep).await;
    let session = world.session_of(after(0), MO, OLD).await;
    let app = crate::enrolled(&world, 0, &session, json!({"password": OLD})).await;
    let grant = granted(&world, false).await.text("grant").to_owned();
    let confirmed = crate::confirm(&world, 100, &session, &app.code(after(100))).await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    // The grant lives on, and now its owner chooses.
    let reply = set(&world, &grant, None).await;
    assert_eq!(told(&reply), (400, "invalid_request"), "{reply:?}");
    assert_eq!(set(&world, &grant, Some(NEW)).await.status, 200);
}

fn nist(settings: &mut Settings) {
    settings.password_policy.profile = Profile::Nist800_63B4;
    settings.password_policy.length_min = 8;
}

#[tokio::test]
async fn eight_characters_do_with_a_second_step_and_fifteen_without() {
    // Nobody's password, and on no list.
    let whole = "tafelqzwkvmbxyd";
    for (second_step, least) in [(true, 8), (false, 15)] {
        for by_code in [false, true] {
            let world = mo(second_step, nist).await;
            let reply = granted(&world, by_code).await;
            let min = &reply.body["password_policy"]["length_min"];
            assert_eq!(*min, json!(least), "{second_step} {by_code}: {reply:?}");
            let grant = reply.text("grant");
            let short: String = whole.chars().take(least - 1).collect();
            let reply = set(&world, grant, Some(&short)).await;
            assert_eq!(told(&reply), (422, "password_rejected"), "{second_step} {by_code}");
            let too_short: Value = json!([{"code": "too_short", "min": least}]);
            assert_eq!(reply.body["violations"], too_short, "{second_step} {by_code}");
            let enough: String = whole.chars().take(least).collect();
            let reply = set(&world, grant, Some(&enough)).await;
            assert_eq!(reply.status, 200, "{second_step} {by_code}: {reply:?}");
        }
    }
}
