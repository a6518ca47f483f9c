//! Taking the lock off with a grant and without the password.

use futures_util::future::join_all;
use regain_tests::{Reply, Request, World, after};
use serde_json::{Value, json};

use crate::{
    MO, RIGHT, account_at, code_grant, count, counted, mailed_grant, sign_in, subjects, world,
    wrong,
};

fn assert_unlocked(reply: &Reply, case: &str) {
    assert_eq!((reply.status, &reply.body), (200, &json!({"status": "unlocked"})), "{case}");
}

/// A grant by mail and one by code, each of a locked account in a world of its own.
async fn granted() -> [(World, String, &'static str); 2] {
    let (by_mail, by_code) = (world(|_| {}).await, world(|_| {}).await);
    let mailed = mailed_grant(&by_mail, 0).await;
    by_code.lock(after(0), MO).await;
    let coded = code_grant(&by_code, 0, "locked_out").await;
    [
        (by_mail, mailed, "account_unlocked: unlock"),
        (by_code, coded, "account_unlocked: code_unlock"),
    ]
}

fn unlocked_mails(world: &World) -> usize {
    subjects(world, MO).iter().filter(|subject| subject.contains("was unlocked")).count()
}

#[tokio::test]
async fn a_grant_takes_the_lock_off_and_the_owner_is_told() {
    for (world, grant, event) in granted().await {
        let before = world.account(MO).await;
        assert!(account_at(&world, 5, "id-of-mo").await.get("lock").is_some());
        let reply = world.unlock(after(10), &grant).await;
        assert_unlocked(&reply, event);
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(counted(&world, MO).await, [0; 4], "{event}");
        assert_eq!(account_at(&world, 10, "id-of-mo").await.get("lock"), None, "{event}");
        let now = world.account(MO).await;
        assert_eq!((now.epoch, now.password_version), (before.epoch, before.password_version));
        assert_eq!(now.password_phc, before.password_phc, "the password stays");
        assert_eq!(count(&world, MO, event).await, 1, "{event}");
        world.deliver(after(11)).await;
        let mail = world.newest_mail(MO);
        let subject = "Your account at Demo was unlocked (at 15:00)";
        assert_eq!(mail.subject.as_deref(), Some(subject), "{event}");
        let rels: Vec<_> = mail.links.iter().map(|link| link.rel).collect();
        assert_eq!(rels, [regain_local::Rel::NotMe], "{event}");
        assert_eq!(sign_in(&world, 12, MO, RIGHT).await.status, 200, "{event}");
    }
}

#[tokio::test]
async fn twice_is_fine_and_changes_nothing_until_its_time_is_over() {
    for (world, grant, event) in granted().await {
        assert_unlocked(&world.unlock(after(10), &grant).await, event);
        world.deliver(after(11)).await;
        let until = 900;
        let before = world.cloud.dump().unwrap();
        for seconds in [10, 11, 500, until - 1] {
            assert_unlocked(&world.unlock(after(seconds), &grant).await, event);
        }
        assert_eq!(world.cloud.dump().unwrap(), before, "{event}");
        let reply = world.unlock(after(until), &grant).await;
        let told = [reply.code(), reply.text("at"), reply.text("remedy")];
        assert_eq!(reply.status, 410, "{event}: {reply:?}");
        assert_eq!(told, ["grant_used", "2026-11-22T14:00:10Z", "sign_in"], "{event}");
        world.deliver(after(until)).await;
        assert_eq!(unlocked_mails(&world), 1, "{event}");
        assert_eq!(count(&world, MO, event).await, 1, "{event}");
    }
}

/// It was good for one lock; whoever kept it does not take the next one off.
#[tokio::test]
async fn a_used_grant_takes_no_other_lock_off() {
    for (world, grant, event) in granted().await {
        assert_unlocked(&world.unlock(after(10), &grant).await, event);
        wrong(&world, 20, MO, 5).await;
        assert_unlocked(&world.unlock(after(30), &grant).await, event);
        assert_eq!(sign_in(&world, 31, MO, RIGHT).await.status, 423, "{event}");
        world.deliver(after(32)).await;
        assert_eq!(unlocked_mails(&world), 1, "{event}");
    }
}

#[tokio::test]
async fn a_hundred_at_once_use_it_once_and_all_hear_so() {
    for (world, grant, event) in granted().await {
        let replies = join_all((0..100).map(|_| world.unlock(after(10), &grant))).await;
        for reply in &replies {
            assert_unlocked(reply, event);
        }
        world.deliver(after(11)).await;
        assert_eq!(unlocked_mails(&world), 1, "{event}");
        assert_eq!(count(&world, MO, event).await, 1, "{event}");
    }
}

/// Taken off before it began, or over already: it does no harm, and the owner is told all the same.
#[tokio::test]
async fn where_nothing_is_locked_it_forgets_what_was_counted() {
    for (world, grant, event) in granted().await {
        wrong(&world, 900, MO, 4).await;
        // Its own time is over as well, so a younger one is needed.
        assert_eq!(world.unlock(after(900), &grant).await.status, 410, "{event}");
        let grant = code_grant(&world, 901, "locked_out").await;
        assert_unlocked(&world.unlock(after(902), &grant).await, event);
        assert_eq!(counted(&world, MO).await, [0; 4], "{event}");
    }
}

#[tokio::test]
async fn a_grant_works_until_its_deadline_and_not_at_it() {
    for window in [60_u32, 900, 86_400] {
        for by_code in [false, true] {
            let world = world(|settings| {
                settings.validity.link_clicked_seconds = window;
                settings.lockout.lock_seconds = 0;
            })
            .await;
            let mut grants = Vec::new();
            for login_at in [0, i64::from(window)] {
                world.lock(after(login_at), MO).await;
                let grant = match by_code {
                    true => code_grant(&world, login_at, "locked_out").await,
                    false => {
                        let now = after(login_at);
                        let recovery = world.recovery(now, MO, "locked_out").await;
                        let body = json!({"recovery": recovery});
                        world.post(now, "send-recovery-link", body).await;
                        world.deliver(now).await;
                        world.grant(now, &world.newest_token(MO)).await
                    }
                };
                let end = login_at + i64::from(window);
                match login_at {
                    0 => assert_unlocked(&world.unlock(after(end - 1), &grant).await, "in time"),
                    _ => grants.push((end, grant)),
                }
            }
            for (end, grant) in grants {
                let reply = world.unlock(after(end), &grant).await;
                assert_eq!((reply.status, reply.code()), (410, "grant_expired"), "{window}");
                assert_eq!(reply.body["at"], json!(after(end)), "{window}");
                assert_eq!(reply.text("remedy"), "request_again", "{window}");
                assert_eq!(sign_in(&world, end, MO, RIGHT).await.status, 423, "{window}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_grant_to_unlock_is_unknown_and_takes_nothing_off() {
    let world = world(|_| {}).await;
    world.lock(after(0), MO).await;
    let unclicked = world.newest_token(MO);
    let recovery = world.recovery(after(1), MO, "locked_out").await;
    let report = world.newest_not_me(MO);
    let reset = world.reset_token(after(2), MO).await;
    let reset_grant = world.grant(after(3), &reset).await;
    let code_reset = code_grant(&world, 4, "forgot_password").await;
    for token in [&unclicked, &recovery, &report, &reset, &reset_grant, &code_reset] {
        for body in [json!({"grant": token}), json!({"grant": token, "password": RIGHT})] {
            let reply = world.post(after(5), "unlock", body).await;
            assert_eq!((reply.status, reply.code()), (404, "grant_unknown"), "{token}");
            assert_eq!(reply.body.get("support_code"), None, "{token}");
        }
    }
    // The grant that a click would give is worth nothing before the click.
    let id = world.account(MO).await.slots[&regain_domain::link::LinkPurpose::Unlock].link_id;
    let early = world.mint(regain_domain::token::TokenPurpose::UnlockGrant, id);
    for _ in 0..2 {
        assert_eq!(world.unlock(after(6), &early).await.code(), "grant_unknown");
        let reply = world.unlock_with(after(6), &early, RIGHT).await;
        assert_eq!(reply.code(), "grant_unknown", "{reply:?}");
    }
    let unlock_grant = world.grant(after(7), &unclicked).await;
    assert_eq!(unlock_grant, early);
    for password in [crate::NEW, "weak"] {
        let reply = world.set(after(8), &unlock_grant, password).await;
        assert_eq!((reply.status, reply.code()), (404, "grant_unknown"), "it sets no password");
    }
    assert_eq!(sign_in(&world, 9, MO, RIGHT).await.status, 423);
    assert_unlocked(&world.unlock(after(10), &unlock_grant).await, "and it is whole");
}

#[tokio::test]
async fn at_another_tenant_a_grant_is_unknown_and_both_stay_as_they_were() {
    for (world, grant, event) in granted().await {
        let other = regain_domain::TenantId::parse("other").unwrap();
        let settings = regain_domain::Settings { name: "Other".to_owned(), ..Default::default() };
        world.create_tenant(&other, &settings).await;
        let before = world.cloud.dump().unwrap();
        for body in [json!({"grant": grant}), json!({"grant": grant, "password": RIGHT})] {
            let request = Request::post("unlock", &body);
            let request = Request { path: "/v1/other/unlock".to_owned(), ..request };
            let reply = world.send(after(10), &request).await;
            assert_eq!((reply.status, reply.code()), (404, "grant_unknown"), "{event}");
        }
        assert_eq!(world.cloud.dump().unwrap(), before, "{event}");
        assert_unlocked(&world.unlock(after(11), &grant).await, event);
    }
}

#[tokio::test]
async fn damaged_and_made_up_grants_are_unknown() {
    let world = world(|_| {}).await;
    let grant = mailed_grant(&world, 0).await;
    let swept = {
        let id = regain_domain::LinkId::new([7; 10]);
        world.mint(regain_domain::token::TokenPurpose::UnlockGrant, id)
    };
    let mut bent = grant.clone();
    let last = if bent.pop() == Some('0') { '1' } else { '0' };
    bent.push(last);
    for token in [swept.as_str(), &bent, "x", &grant[1..]] {
        let reply = world.unlock(after(1), token).await;
        assert_eq!((reply.status, reply.code()), (404, "grant_unknown"), "{token}");
        assert_eq!(world.unlock_with(after(1), token, RIGHT).await.code(), "grant_unknown");
    }
    for body in [json!({}), json!({"grant": null}), json!({"grant": "", "password": RIGHT})] {
        let reply = world.post(after(1), "unlock", body).await;
        assert_eq!((reply.status, reply.code()), (400, "invalid_request"), "{reply:?}");
    }
    assert_eq!(reply_value(&world, &grant).await, json!({"status": "unlocked"}));
}

async fn reply_value(world: &World, grant: &str) -> Value {
    world.unlock(after(2), grant).await.body
}
