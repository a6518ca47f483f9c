//! What a recovery begins with: the answer, its hints, its time, its story.

use regain_domain::{Settings, TenantId};
use regain_tests::{Request, World, after};
use serde_json::json;

use crate::steps::start_body;
use crate::{ANN, BO, MO, NOBODY, TYPED, admin_changes, at, heard, open};

/// The hint of the phone, which both its methods show.
async fn hint(world: &World, seconds: i64, login: &str, reason: &str) -> String {
    let reply = world.start(after(seconds), login, reason).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let methods = reply.body["methods"].as_array().unwrap();
    let kinds: Vec<_> = methods.iter().map(|method| method["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["sms", "voice", "email"]);
    assert_eq!(methods[0]["hint"], methods[1]["hint"]);
    methods[0]["hint"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn both_reasons_offer_all_three_methods() {
    let world = World::new().await;
    for reason in ["forgot_password", "locked_out"] {
        let reply = world.start(after(0), MO, reason).await;
        assert_eq!(reply.status, 201);
        let methods = json!([
            {"kind": "sms", "hint": "78"},
            {"kind": "voice", "hint": "78"},
            {"kind": "email", "hint": "m•••@example.com"},
        ]);
        assert_eq!(reply.body["methods"], methods);
        assert_eq!(reply.text("valid_until"), "2026-11-22T14:15:00Z");
        let outcome = world.outcome(reply.text("support_code"));
        assert_eq!(outcome.as_deref(), Some("recovery_started"));
        assert!(world.cloud.messages(None).is_empty(), "nothing is sent yet");
    }
    let nobody = world.start(after(0), NOBODY, "locked_out").await;
    let outcome = world.outcome(nobody.text("support_code"));
    assert_eq!(outcome.as_deref(), Some("no_such_account"), "the desk may know");
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named_and_costs_no_captcha() {
    let world = World::new().await;
    let captcha = world.captcha(after(0));
    for (body, pointer) in [
        (json!({"login": MO, "captcha": captcha}), "/reason"),
        (json!({"login": MO, "captcha": captcha, "reason": null}), "/reason"),
        (json!({"login": MO, "captcha": captcha, "reason": "curious"}), "/reason"),
        (json!({"login": MO, "captcha": captcha, "reason": "Locked_out"}), "/reason"),
        (json!({"reason": "locked_out", "captcha": captcha}), "/login"),
        (json!({"login": "mo", "reason": "locked_out", "captcha": captcha}), "/login"),
        (
            json!({"login": MO, "reason": "locked_out", "captcha": captcha, "phone": TYPED}),
            "/phone",
        ),
    ] {
        let reply = world.post(after(0), "start-recovery", body.clone()).await;
        assert_eq!((reply.status, reply.code()), (400, "invalid_request"), "{body}");
        assert_eq!(reply.body["errors"][0]["pointer"], pointer, "{body}");
    }
    let body = start_body(MO, &captcha);
    assert_eq!(world.post(after(0), "start-recovery", body).await.status, 201);
}

#[tokio::test]
async fn a_hint_says_nothing_about_whether_there_is_an_account() {
    let world = World::with(open).await;
    for (login, known) in [(MO, Some("78")), (BO, Some("21")), (ANN, None), (NOBODY, None)] {
        let first = hint(&world, 0, login, "forgot_password").await;
        assert!(first.len() == 2 && first.bytes().all(|byte| byte.is_ascii_digit()), "{first}");
        assert_eq!(known.unwrap_or(&first), first);
        for (seconds, reason, spelled) in [
            (1, "forgot_password", login.to_owned()),
            (1, "locked_out", login.to_owned()),
            (7200, "locked_out", login.to_uppercase()),
            (90_000_000, "forgot_password", format!(" {login} ")),
        ] {
            assert_eq!(hint(&world, seconds, &spelled, reason).await, first, "{spelled}");
        }
    }
}

#[tokio::test]
async fn decoys_are_as_many_as_the_endings_of_numbers_and_a_tenants_own() {
    let world = World::with(open).await;
    let other = TenantId::parse("other").unwrap();
    let mut settings = Settings { name: "Other".to_owned(), ..Settings::default() };
    open(&mut settings);
    world.create_tenant(&other, &settings).await;
    let mut hints = std::collections::BTreeSet::new();
    let mut same = 0;
    for number in 0..40 {
        let login = format!("nobody{number}@example.com");
        let here = hint(&world, 0, &login, "locked_out").await;
        let body = start_body(&login, &world.captcha_at(&other, after(0)));
        let there = at(&world, "other", after(0), "start-recovery", body).await;
        same += u32::from(there.body["methods"][0]["hint"] == here.as_str());
        hints.insert(here);
    }
    assert!(hints.len() > 20, "{hints:?}");
    assert!(same < 10, "{same}");
}

#[tokio::test]
async fn a_hint_follows_the_number_and_falls_back_to_the_decoy_of_before() {
    let world = World::with(open).await;
    let decoy = hint(&world, 0, ANN, "locked_out").await;
    admin_changes(&world, after(1), "id-of-ann", json!({"phone": "0612340042"})).await;
    assert_eq!(hint(&world, 2, ANN, "locked_out").await, "42");
    admin_changes(&world, after(3), "id-of-ann", json!({"phone": null})).await;
    assert_eq!(hint(&world, 4, ANN, "locked_out").await, decoy);
}

#[tokio::test]
async fn a_recovery_can_do_nothing_from_its_last_second_on() {
    for seconds in [60, 900, 3600] {
        let world = World::with(|settings| settings.validity.recovery_seconds = seconds).await;
        let reply = world.start(after(0), MO, "locked_out").await;
        assert_eq!(reply.body["valid_until"], json!(after(seconds.into())));
        let recovery = reply.text("recovery");
        let (last, over) = (after(i64::from(seconds) - 1), after(seconds.into()));
        assert_eq!(world.ask_code(over, recovery, TYPED, "sms").await.code(), "recovery_expired");
        assert_eq!(world.type_code(over, recovery, "123456").await.code(), "recovery_expired");
        assert_eq!(world.type_code(over, recovery, "123456").await.status, 410);
        let body = json!({"recovery": recovery});
        let mail = world.post(over, "send-recovery-link", body.clone()).await;
        assert_eq!(heard(&mail), (410, "recovery_expired", None));
        assert_eq!(mail.text("support_code").len(), 7);
        assert_eq!(world.post(last, "send-recovery-link", body).await.status, 202);
        assert_eq!(heard(&world.type_code(last, recovery, "123456").await).2, Some(4));
        assert_eq!(world.ask_code(last, recovery, TYPED, "sms").await.status, 202);
    }
}

#[tokio::test]
async fn what_is_no_recovery_is_unknown() {
    let world = World::new().await;
    let recovery = world.recovery(after(0), MO, "locked_out").await;
    let reset = world.reset_token(after(0), MO).await;
    let grant = world.grant(after(1), &reset).await;
    let id = world.link_id(&reset);
    let minted = world.mint(regain_domain::token::TokenPurpose::Recovery, id);
    let mut flipped = recovery.clone();
    let last = if recovery.ends_with('0') { "1" } else { "0" };
    flipped.replace_range(recovery.len() - 1.., last);
    for token in [&reset, &grant, &minted, &flipped, &recovery[1..], "x"] {
        for (endpoint, mut body) in [
            ("send-sms-code", json!({"phone": TYPED, "channel": "sms"})),
            ("check-sms-code", json!({"code": "123456"})),
            ("send-recovery-link", json!({})),
        ] {
            body["recovery"] = json!(token);
            let reply = world.post(after(2), endpoint, body).await;
            assert_eq!(heard(&reply), (404, "recovery_unknown", None), "{endpoint} {token}");
        }
    }
}

/// Whoever changes addresses to guess at a number has few tries an hour all the same; and the owner,
/// whom that keeps from starting one, has the mail.
#[tokio::test]
async fn a_login_has_twenty_times_as_many_recoveries_an_hour_from_anywhere_as_from_one_address() {
    let world = World::with(|settings| settings.limits.per_login_and_address_hour = 2).await;
    for login in [MO, NOBODY] {
        for (n, seconds, status) in
            (0..40).map(|n| (n, 0, 201)).chain([(40, 1, 429), (41, 3599, 429), (42, 3600, 201)])
        {
            let body = start_body(login, &world.captcha(after(seconds)));
            let source_ip = Some([198, 51, 100, n].into());
            let request = Request { source_ip, ..Request::post("start-recovery", &body) };
            let reply = world.send(after(seconds), &request).await;
            assert_eq!(reply.status, status, "{login} {n}: {reply:?}");
            if status == 429 {
                assert_eq!(reply.header("retry-after"), (3600 - seconds).to_string());
            }
        }
    }
    let token = world.reset_token(after(2), MO).await;
    assert_eq!(world.check(after(2), &token).await.status, 200);
    assert_eq!(world.start(after(2), ANN, "locked_out").await.status, 201);
}
