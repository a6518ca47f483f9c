//! Notices to the owner of an account: how often the back office may bring them about, and where
//! they go when the account moves before they went.

use futures_util::future::join_all;
use http::Method;
use regain_local::{Chaos, SenderChaos};
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{MO, MO_ID, MOVED, NEW, at_rest, on_mo, path};

const DAY: i64 = 86_400;

async fn limited_to(mails: u32) -> World {
    World::with(|settings| {
        settings.limits.mails_per_login_hour = mails;
        settings.temporary_passwords_enabled = true;
    })
    .await
}

/// Something of which the owner is told; another one for each `n`.
async fn tells(world: &World, seconds: i64, kind: &str, n: usize) -> Reply {
    let (method, end, body) = match kind {
        "login" => (Method::PATCH, "", json!({"login": format!("mo{n}@example.org")})),
        "phone" => (Method::PATCH, "", json!({"phone": format!("061234567{n}")})),
        _ => (Method::POST, "/temporary-password", Value::Null),
    };
    on_mo(world, after(seconds), method, end, body).await
}

fn assert_limited(reply: &Reply, retry_after: &str) {
    let told = (reply.status, reply.code(), reply.header("retry-after"));
    assert_eq!(told, (429, "too_many_requests", retry_after), "{reply:?}");
}

/// Who has a key, or has stolen one, must not be able to fill somebody's mailbox.
#[tokio::test]
async fn an_account_has_so_many_notices_an_hour_and_past_them_nothing_is_changed() {
    for kinds in [
        ["phone", "phone", "phone"],
        ["login", "login", "login"],
        ["temporary", "temporary", "temporary"],
        ["temporary", "login", "phone"],
    ] {
        let world = limited_to(3).await;
        for (n, kind) in kinds.into_iter().enumerate() {
            assert_eq!(tells(&world, 0, kind, n).await.status, 200, "{kinds:?}");
        }
        world.deliver(after(5)).await;
        let mails = world.cloud.messages(None).len();
        let before = at_rest(&world);
        for kind in ["phone", "login", "temporary"] {
            for (seconds, retry_after) in [(10, "3590"), (3599, "1")] {
                assert_limited(&tells(&world, seconds, kind, 7).await, retry_after);
            }
        }
        assert_eq!(at_rest(&world), before, "{kinds:?}");
        world.deliver(after(15)).await;
        assert_eq!(world.cloud.messages(None).len(), mails, "{kinds:?}");

        // What mails nobody passes, and so does whatever is no change at all.
        let names = json!({"first_name": "M", "last_name": "Bos", "language": "nl"});
        let named = on_mo(&world, after(20), Method::PATCH, "", names).await;
        assert_eq!((named.status, named.text("first_name")), (200, "M"), "{kinds:?}");
        let same = json!({"login": named.text("login")});
        assert_eq!(on_mo(&world, after(20), Method::PATCH, "", same).await.status, 200);
        for (end, body) in [("/block", json!({"reason": "other"})), ("/unblock", Value::Null)] {
            assert_eq!(on_mo(&world, after(20), Method::POST, end, body).await.status, 200);
        }
        // Another account has its own, and this one has them again when the hour is over.
        let ann = path("id-of-ann", "");
        let phone = json!({"phone": "0612345679"});
        let of_ann = world.admin_at(after(20), Method::PATCH, &ann, &world.admin, phone).await;
        assert_eq!(of_ann.status, 200);
        for n in 7..10 {
            assert_eq!(tells(&world, 3600, "phone", n).await.status, 200, "{kinds:?}");
        }
        assert_limited(&tells(&world, 3600, "temporary", 0).await, "3600");
    }
}

#[tokio::test]
async fn what_was_refused_takes_none_and_what_a_person_asks_for_is_counted_apart() {
    let world = limited_to(2).await;
    for _ in 0..5 {
        let taken = json!({"login": "ann@example.com"});
        let refused = on_mo(&world, after(0), Method::PATCH, "", taken).await;
        assert_eq!(refused.code(), "account_exists");
    }
    for seconds in 0..2 {
        world.reset_token(after(seconds), MO).await;
    }
    for n in 0..2 {
        assert_eq!(tells(&world, 10, "phone", n).await.status, 200);
    }
    assert_limited(&tells(&world, 10, "phone", 2).await, "3590");
    let sent = on_mo(&world, after(20), Method::POST, "/send-link", json!({"kind": "reset"})).await;
    assert_eq!(sent.status, 202);
    world.deliver(after(20)).await;
    let grant = world.grant(after(30), &world.newest_token(MO)).await;
    assert_eq!(world.set(after(40), &grant, NEW).await.status, 200, "and its notice is never held");
    world.cloud.clear_messages().unwrap();
    world.deliver(after(50)).await;
    assert_eq!(world.cloud.messages(Some(MO)).len(), 1);
}

#[tokio::test]
async fn however_many_change_it_at_once_no_more_notices_go() {
    for _ in 0..5 {
        let world = limited_to(2).await;
        let changes = (0..8).map(|n| tells(&world, 0, "phone", n));
        let replies = join_all(changes).await;
        let done = replies.iter().filter(|reply| reply.status == 200).count();
        assert!(replies.iter().all(|reply| [200, 429, 503].contains(&reply.status)), "{replies:?}");
        assert!((1..=2).contains(&done), "{replies:?}");
        world.deliver(after(1)).await;
        assert_eq!(world.cloud.messages(None).len(), done);
    }
}

fn ses_down() -> Chaos {
    let ses = SenderChaos { fail_next: u64::MAX, ..SenderChaos::default() };
    Chaos { ses, ..Chaos::default() }
}

/// Who takes an account over by its desk, and moves it at once, would read the warning instead.
#[tokio::test]
async fn a_notice_goes_to_the_address_of_the_moment_that_it_tells_of() {
    for kind in ["phone", "temporary"] {
        let world = limited_to(10).await;
        world.cloud.set_chaos(ses_down());
        let told = tells(&world, 0, kind, 1).await;
        assert_eq!(told.status, 200, "{told:?}");
        world.deliver(after(1)).await;
        let moved = json!({"login": MOVED});
        assert_eq!(on_mo(&world, after(10), Method::PATCH, "", moved).await.status, 200);
        let other = json!({"login": "mo.third@example.org"});
        assert_eq!(on_mo(&world, after(20), Method::PATCH, "", other).await.status, 200);
        world.deliver(after(21)).await;
        world.cloud.set_chaos(Chaos::default());
        world.schedule(after(700)).await;
        assert_eq!(world.outbox(), [] as [Value; 0], "{kind}");
        let word = if kind == "phone" { "phone number" } else { "temporary password" };
        let about = |mail: &&regain_local::Message| {
            mail.subject.as_deref().unwrap_or_default().to_lowercase().contains(word)
        };
        let mails = world.cloud.messages(None);
        let told: Vec<&str> = mails.iter().filter(about).map(|mail| mail.to.as_str()).collect();
        assert_eq!(told, [MO], "{kind}: {mails:?}");
        // Two moves, each told at both ends: the new end is where the account is by then.
        assert_eq!(mails.len(), 5, "{kind}");
    }
}

#[tokio::test]
async fn a_notice_that_was_given_up_holds_no_address() {
    for kind in ["phone", "temporary"] {
        let world = limited_to(10).await;
        world.cloud.set_chaos(ses_down());
        assert_eq!(tells(&world, 0, kind, 1).await.status, 200);
        world.deliver(after(1)).await;
        let holds_it = || Value::from(world.outbox()).to_string().contains(MO);
        assert!(holds_it(), "{kind}: needed until it is told");
        world.schedule(after(DAY + 60)).await;
        let [left] = world.outbox().try_into().unwrap();
        assert!(left["failed_at"].is_i64(), "{kind}: {left}");
        assert!(!holds_it(), "{kind}: {left}");
        assert!(left.to_string().contains(MO_ID), "{kind}: whose it was can be looked up");
        assert!(world.events(MO).await.contains(&"notice_failed".to_owned()), "{kind}");
    }
}
