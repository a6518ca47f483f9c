//! The number that a code is asked for: only the whole number on file, however it is spelled.

use http::Method;
use regain_tests::{World, after};
use serde_json::json;

use crate::{
    ANN, BO, MO, NOBODY, ON_FILE, OTHER, TYPED, admin_changes, count, heard, left, open,
    recovery_for, told,
};

#[tokio::test]
async fn the_number_on_file_is_known_in_every_spelling_and_only_it_is_sent_to() {
    let world = World::with(open).await;
    for (sent, typed) in [
        "06 12345678",
        "0612345678",
        "06-12 34 56 78",
        " 06.12.34.56.78 ",
        "(06) 12345678",
        "+31612345678",
        "+31 6 12345678",
        "+31 (0)6 12345678",
        "0031 6 12345678",
    ]
    .into_iter()
    .enumerate()
    {
        let recovery = recovery_for(&world, after(0)).await;
        let reply = world.ask_code(after(0), &recovery, typed, "sms").await;
        assert_eq!(reply.status, 202, "{typed}: {reply:?}");
        assert_eq!(reply.text("valid_until"), "2026-11-22T14:10:00Z");
        world.deliver(after(0)).await;
        let messages = told(&world);
        assert_eq!(messages.len(), sent + 1, "{typed}");
        assert!(messages.iter().all(|message| message.to == ON_FILE));
    }
}

#[tokio::test]
async fn what_is_no_number_of_a_person_is_400_and_costs_no_try() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    for typed in [
        "",
        "x",
        "112",
        "1234",
        "0900 1234",
        "+31 900 123456",
        "+979 1 2345 6789",
        "+881 6 1234 5678",
        "+870 773 111 632",
        "0612345678;ext=12",
        "0612345678 x12",
        "tel:+31612345678",
        "+31612345678\r\nBcc: eve@example.org",
        "06123\u{0}45678",
        "0612345678\t",
        "٠٦١٢٣٤٥٦٧٨",
        "061234567890123",
        "06",
    ] {
        let reply = world.ask_code(after(0), &recovery, typed, "sms").await;
        assert_eq!((reply.status, reply.code()), (400, "invalid_request"), "{typed:?}");
        assert_eq!(reply.body["errors"][0]["pointer"], "/phone", "{typed:?}");
    }
    for (name, value) in [("phone", json!(612_345_678)), ("channel", json!("fax"))] {
        let mut body = json!({"recovery": recovery, "phone": TYPED, "channel": "sms"});
        body[name] = value;
        assert_eq!(world.post(after(0), "send-sms-code", body).await.status, 400);
    }
    let wrong = world.ask_code(after(0), &recovery, OTHER, "sms").await;
    assert_eq!(heard(&wrong), (422, "phone_mismatch", Some(4)));
    world.deliver(after(0)).await;
    assert!(told(&world).is_empty());
}

#[tokio::test]
async fn a_wrong_number_costs_one_of_five_tries() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    for left in [4, 3, 2, 1, 0] {
        let reply = world.ask_code(after(0), &recovery, OTHER, "voice").await;
        assert_eq!(heard(&reply), (422, "phone_mismatch", Some(left)));
        assert_eq!(reply.text("support_code").len(), 7);
    }
    for typed in [TYPED, OTHER] {
        let reply = world.ask_code(after(1), &recovery, typed, "sms").await;
        assert_eq!(heard(&reply), (410, "recovery_spent", None));
    }
    world.deliver(after(1)).await;
    assert!(told(&world).is_empty());
    assert_eq!(world.events(MO).await, ["phone_rejected"; 5]);
    let afresh = recovery_for(&world, after(2)).await;
    assert_eq!(world.ask_code(after(2), &afresh, TYPED, "sms").await.status, 202);
}

/// A number that ends as the hint says is as wrong as any other.
#[tokio::test]
async fn the_right_number_gives_its_try_back() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    for (seconds, typed, heard_left) in [
        (0, "0611111178", Some(4)),
        (1, TYPED, None),
        (2, OTHER, Some(3)),
        (3, TYPED, None),
        (33, OTHER, Some(2)),
    ] {
        let reply = world.ask_code(after(seconds), &recovery, typed, "sms").await;
        assert_eq!(left(&reply), heard_left, "{seconds}: {reply:?}");
    }
}

#[tokio::test]
async fn no_number_is_right_for_a_login_that_nobody_has_or_without_a_phone() {
    let world = World::with(open).await;
    for login in [MO, ANN, NOBODY] {
        let recovery = world.recovery(after(0), login, "locked_out").await;
        let mut bodies = Vec::new();
        for left in [4, 3, 2, 1, 0] {
            let typed = if login == MO { OTHER } else { TYPED };
            let reply = world.ask_code(after(0), &recovery, typed, "sms").await;
            assert_eq!(heard(&reply), (422, "phone_mismatch", Some(left)), "{login}");
            bodies.push(reply.body.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
        }
        assert!(bodies.windows(2).all(|two| two[0] == two[1]));
        let spent = world.ask_code(after(0), &recovery, TYPED, "sms").await;
        assert_eq!(heard(&spent), (410, "recovery_spent", None), "{login}");
    }
    world.deliver(after(1)).await;
    assert!(world.cloud.messages(None).is_empty());
    assert_eq!(count(&world, "outbox", ""), 0);
}

#[tokio::test]
async fn a_blocked_account_gets_no_code_but_the_mail_that_says_whom_to_ask() {
    for channel in ["sms", "voice"] {
        let world = World::new().await;
        let recovery = world.recovery(after(0), BO, "locked_out").await;
        let reply = world.ask_code(after(0), &recovery, "06 87654321", channel).await;
        let open = recovery_for(&world, after(0)).await;
        let alike = world.ask_code(after(0), &open, TYPED, channel).await;
        assert_eq!((reply.status, &reply.body), (alike.status, &alike.body));
        world.deliver(after(0)).await;
        assert!(world.cloud.messages(Some("+31687654321")).is_empty());
        let mails = world.cloud.messages(Some(BO));
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert!(mails[0].text.contains("help@example.com") && mails[0].links.is_empty());
        let guess = world.type_code(after(1), &recovery, "123456").await;
        assert_eq!(heard(&guess), (422, "code_wrong", Some(4)), "as of any other");
    }
}

#[tokio::test]
async fn a_number_in_a_country_that_is_not_allowed_gets_nothing_and_the_desk_sees_why() {
    let world = World::with(|settings| {
        open(settings);
        settings.phone.allowed_countries = vec!["BE".to_owned(), "DE".to_owned()];
    })
    .await;
    for (channel, events) in [("sms", 1), ("voice", 2)] {
        let recovery = recovery_for(&world, after(0)).await;
        assert_eq!(world.ask_code(after(0), &recovery, TYPED, channel).await.status, 202);
        world.deliver(after(0)).await;
        assert_eq!(world.events(MO).await, vec!["code_not_sent: country_not_allowed"; events]);
    }
    assert!(world.cloud.messages(None).is_empty());
    assert_eq!(count(&world, "tokens", "#limit#codes"), 0, "nothing is counted");
    admin_changes(&world, after(1), "id-of-ann", json!({"phone": "+32 470 12 34 56"})).await;
    let recovery = world.recovery(after(1), ANN, "locked_out").await;
    assert_eq!(world.ask_code(after(1), &recovery, "0032470123456", "sms").await.status, 202);
    world.deliver(after(1)).await;
    assert_eq!(told(&world)[0].to, "+32470123456");
}

#[tokio::test]
async fn a_number_without_a_country_is_of_the_tenants_own() {
    let world = World::with(|settings| settings.phone.default_region = "BE".to_owned()).await;
    let recovery = recovery_for(&world, after(0)).await;
    let reply = world.ask_code(after(0), &recovery, "0612345678", "sms").await;
    assert!([400, 422].contains(&reply.status), "{reply:?}");
    assert_eq!(world.ask_code(after(0), &recovery, ON_FILE, "sms").await.status, 202);
}

#[tokio::test]
async fn a_code_is_dead_once_its_number_was_changed() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    let code = world.sent_code(after(0), &recovery, ON_FILE).await;
    admin_changes(&world, after(1), "id-of-mo", json!({"phone": "+31611112222"})).await;
    let reply = world.type_code(after(2), &recovery, &code).await;
    assert_eq!(heard(&reply), (410, "code_spent", None));
    // Back to the number that it went to is no way back.
    admin_changes(&world, after(3), "id-of-mo", json!({"phone": ON_FILE})).await;
    assert_eq!(world.type_code(after(4), &recovery, &code).await.code(), "code_spent");
}

#[tokio::test]
async fn a_number_that_was_changed_after_the_start_is_the_one_to_type() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    admin_changes(&world, after(1), "id-of-mo", json!({"phone": "+31611112222"})).await;
    let old = world.ask_code(after(2), &recovery, TYPED, "sms").await;
    assert_eq!(heard(&old), (422, "phone_mismatch", Some(4)));
    let code = world.sent_code(after(3), &recovery, "+31611112222").await;
    assert_eq!(told(&world).len(), 1);
    assert_eq!(world.type_code(after(4), &recovery, &code).await.status, 200);
}

#[tokio::test]
async fn a_code_is_dead_once_the_password_was_reset_by_mail() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    let code = world.sent_code(after(0), &recovery, ON_FILE).await;
    let token = world.reset_token(after(1), MO).await;
    let grant = world.grant(after(2), &token).await;
    assert_eq!(world.set(after(3), &grant, crate::NEW).await.status, 200);
    assert_eq!(world.type_code(after(4), &recovery, &code).await.code(), "code_spent");
    // The recovery itself goes on: its tries are left, and the next code is of now.
    let code = world.sent_code(after(5), &recovery, ON_FILE).await;
    assert_eq!(world.type_code(after(6), &recovery, &code).await.status, 200);
}

#[tokio::test]
async fn a_code_is_refused_after_a_block_and_stays_so() {
    let world = World::new().await;
    let recovery = recovery_for(&world, after(0)).await;
    let code = world.sent_code(after(0), &recovery, ON_FILE).await;
    let path = "tenants/demo/accounts/id-of-mo/block";
    let body = json!({"reason": "other"});
    let blocked = world.admin_at(after(1), Method::POST, path, &world.admin, body).await;
    assert_eq!(blocked.status, 200);
    assert_eq!(world.type_code(after(2), &recovery, &code).await.code(), "code_spent");
    let path = "tenants/demo/accounts/id-of-mo/unblock";
    let opened = world.admin_at(after(3), Method::POST, path, &world.admin, json!(null)).await;
    assert_eq!(opened.status, 200);
    assert_eq!(world.type_code(after(4), &recovery, &code).await.code(), "code_spent");
    assert_eq!(count(&world, "tokens", "#link#"), 0, "no grant came of it");
}
