//! Several at once on one account: nothing is lost, nothing is there twice, and no link outlives
//! what ended it.

use futures_util::future::join_all;
use http::Method;
use regain_domain::hashing::{Cost, Hasher};
use regain_domain::password::Password;
use regain_tests::{Reply, World, after};
use serde_json::{Value, json};

use crate::{MO, MO_ID, MOVED, NEW, OLD, assert_sound, invited, on_mo};

const ROUNDS: usize = 10;

async fn change(world: &World, body: Value) -> Reply {
    on_mo(world, after(20), Method::PATCH, "", body).await
}

async fn block(world: &World) -> Reply {
    on_mo(world, after(20), Method::POST, "/block", json!({"reason": "cancelled"})).await
}

#[tokio::test]
async fn changes_of_different_members_at_once_are_all_there() {
    let world = World::new().await;
    let bodies: Vec<Value> = (0..20)
        .map(|n| match n % 4 {
            0 => json!({"first_name": format!("First{n}")}),
            1 => json!({"last_name": format!("Last{n}")}),
            2 => json!({"phone": format!("06123456{n:02}")}),
            _ => json!({"login": format!("mo{n}@example.com")}),
        })
        .collect();
    let replies = join_all(bodies.iter().map(|body| change(&world, body.clone()))).await;
    let mut done = 0;
    for (body, reply) in bodies.iter().zip(&replies) {
        match reply.status {
            200 => done += 1,
            503 => assert!(!reply.header("retry-after").is_empty(), "{reply:?}"),
            _ => panic!("{reply:?}"),
        }
        if reply.status == 200 {
            for (name, value) in body.as_object().unwrap() {
                let value = value.as_str().unwrap();
                let shown = reply.text(name);
                assert!(shown == value || shown.ends_with(&value[1..]), "{name}: {reply:?}");
            }
        }
    }
    assert!(done >= 5, "{done}");
    // As many changes are told as were answered, and what stands is one answered value of each.
    let present = on_mo(&world, after(30), Method::GET, "", Value::Null).await;
    let told = world.events(present.text("login")).await;
    assert_eq!(told.iter().filter(|told| told.starts_with("account_changed")).count(), done);
    for name in ["first_name", "last_name", "phone", "login"] {
        let of_name = bodies.iter().zip(&replies).filter(|(body, _)| body.get(name).is_some());
        let mut answered = of_name
            .filter(|(_, reply)| reply.status == 200)
            .map(|(_, reply)| reply.text(name))
            .peekable();
        if answered.peek().is_some() {
            assert!(answered.any(|value| value == present.text(name)), "{name}: {present:?}");
        }
    }
    assert_sound(&world, after(30)).await;
}

#[tokio::test]
async fn an_account_that_moves_is_there_all_the_time() {
    for round in 0..ROUNDS {
        let world = World::new().await;
        let read = || on_mo(&world, after(20), Method::GET, "", Value::Null);
        let (moved, replies) = tokio::join!(
            change(&world, json!({"login": MOVED})),
            join_all((0..10).map(|_| read()))
        );
        assert_eq!(moved.status, 200, "{moved:?}");
        for reply in replies {
            assert_eq!((reply.status, reply.text("account_id")), (200, MO_ID), "round {round}");
        }
    }
}

#[tokio::test]
async fn a_notice_reaches_an_account_that_moves_meanwhile() {
    for round in 0..ROUNDS {
        let world = World::new().await;
        let token = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(10), &token).await;
        assert_eq!(world.set(after(15), &grant, NEW).await.status, 200);
        world.cloud.clear_messages().unwrap();
        let (moved, _) =
            tokio::join!(change(&world, json!({"login": MOVED})), world.deliver(after(20)));
        assert_eq!(moved.status, 200);
        world.deliver(after(25)).await;
        world.schedule(after(90)).await;
        assert_eq!(world.outbox(), [] as [Value; 0]);
        assert_eq!(world.cloud.messages(None).len(), 3, "round {round}");
    }
}

#[tokio::test]
async fn a_move_and_a_new_password_at_once_leave_one_account_that_signs_in() {
    for round in 0..ROUNDS {
        let world = World::new().await;
        let token = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(10), &token).await;
        let (moved, set) = tokio::join!(
            change(&world, json!({"login": MOVED})),
            world.set(after(20), &grant, NEW),
        );
        assert_eq!(moved.status, 200, "round {round}: {moved:?}");
        let password = match (set.status, set.code(), set.text("reason")) {
            (200, _, _) => NEW,
            (410, "grant_withdrawn", "address_changed") => OLD,
            _ => panic!("{set:?}"),
        };
        assert_eq!(world.sign_in(after(30), MO, password).await.0, 401);
        assert_eq!(world.sign_in(after(30), MOVED, password).await.0, 200, "round {round}");
        assert!(world.live_links(after(30)).await.is_empty());
        assert_sound(&world, after(30)).await;
    }
}

#[tokio::test]
async fn a_hash_made_anew_at_sign_in_and_a_change_do_not_lose_each_other() {
    let bodies = [json!({"login": MOVED}), json!({"first_name": "Maurits"})];
    for (round, body) in bodies.iter().cycle().take(ROUNDS).enumerate() {
        let world = World::with_cost(Cost { memory_kib: 128, passes: 1 }, |_| {}).await;
        let cheap = Hasher::new(Cost { memory_kib: 64, passes: 1 });
        let phc = cheap.hash(&Password::parse(OLD).unwrap(), [1; 16]).unwrap();
        world.change_account(MO, |account| account.password_phc = Some(phc.clone())).await;
        let (changed, signed_in, again) = tokio::join!(
            change(&world, body.clone()),
            world.sign_in(after(20), MO, OLD),
            world.sign_in(after(20), MO, OLD),
        );
        assert_eq!(changed.status, 200, "round {round}: {changed:?}");
        assert!([200, 401].contains(&signed_in.0) && [200, 401].contains(&again.0));
        let login = changed.text("login");
        assert_eq!(world.sign_in(after(30), login, OLD).await.0, 200, "round {round}");
        let account = world.account(login).await;
        assert_ne!(account.password_phc, Some(phc), "it costs what it should");
        assert_eq!(account.first_name.as_deref(), changed.body["first_name"].as_str());
        assert_sound(&world, after(30)).await;
    }
}

#[tokio::test]
async fn a_click_beside_a_move_or_a_block_opens_nothing() {
    for round in 0..ROUNDS {
        let world = World::new().await;
        let reset = world.reset_token(after(0), MO).await;
        let invite = invited(&world, after(5)).await;
        let (ended, reason) = match round % 2 {
            0 => (change(&world, json!({"login": MOVED})).await, ""),
            _ => (block(&world).await, ""),
        };
        // The first is for the order; the race is with the other.
        assert_eq!((ended.status, reason), (200, ""));
        for token in [&reset, &invite] {
            assert_eq!(world.click(after(21), token).await.status, 410);
        }
    }
    for round in 0..ROUNDS {
        let world = World::new().await;
        let reset = world.reset_token(after(0), MO).await;
        let invite = invited(&world, after(5)).await;
        let ends = async {
            match round % 2 {
                0 => change(&world, json!({"login": MOVED})).await,
                _ => block(&world).await,
            }
        };
        let (ended, first, second) =
            tokio::join!(ends, world.click(after(20), &reset), world.click(after(20), &invite));
        assert_eq!(ended.status, 200, "{ended:?}");
        let reason = if round % 2 == 0 { "address_changed" } else { "account_blocked" };
        for (token, click) in [(&reset, first), (&invite, second)] {
            match click.status {
                200 => {
                    let set = world.set(after(30), click.text("grant"), NEW).await;
                    assert_eq!((set.code(), set.text("reason")), ("grant_withdrawn", reason));
                }
                _ => assert_eq!((click.code(), click.text("reason")), ("link_withdrawn", reason)),
            }
            assert_eq!(world.check(after(30), token).await.text("reason"), reason);
        }
        assert!(world.live_links(after(30)).await.is_empty());
        assert_sound(&world, after(30)).await;
    }
}

#[tokio::test]
async fn a_block_and_a_move_at_once_both_hold() {
    for round in 0..ROUNDS {
        let world = World::new().await;
        world.reset_token(after(0), MO).await;
        let (moved, blocked) = tokio::join!(change(&world, json!({"login": MOVED})), block(&world));
        assert_eq!((moved.status, blocked.status), (200, 200), "round {round}");
        let refused = world.sign_in(after(30), MOVED, OLD).await;
        assert_eq!(refused, (403, "account_blocked".to_owned()));
        assert_eq!(world.account(MOVED).await.epoch, 2);
        assert_sound(&world, after(30)).await;
    }
}

#[tokio::test]
async fn two_who_want_one_login_at_once_do_not_both_get_it() {
    for round in 0..ROUNDS {
        let world = World::new().await;
        let ann = || async {
            let body = json!({"login": MOVED});
            let path = crate::path("id-of-ann", "");
            world.admin_at(after(20), Method::PATCH, &path, &world.admin, body).await
        };
        let made = || async {
            let body = json!({"login": MOVED});
            world
                .admin_at(after(20), Method::POST, "tenants/demo/accounts", &world.admin, body)
                .await
        };
        let (a, b, c) = tokio::join!(change(&world, json!({"login": MOVED})), ann(), made());
        let mut statuses = [a.status, b.status, c.status];
        statuses.sort_unstable();
        assert!([[200, 409, 409], [201, 409, 409]].contains(&statuses), "{round}: {statuses:?}");
        assert_sound(&world, after(30)).await;
    }
}

#[tokio::test]
async fn an_erasure_beside_anything_else_wins_in_the_end() {
    for round in 0..ROUNDS {
        let world = World::new().await;
        let token = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(10), &token).await;
        let (erased, _, _, _, _) = tokio::join!(
            on_mo(&world, after(20), Method::DELETE, "", Value::Null),
            change(&world, json!({"login": MOVED})),
            world.set(after(20), &grant, NEW),
            world.sign_in(after(20), MO, OLD),
            block(&world),
        );
        assert_eq!(erased.status, 204, "round {round}: {erased:?}");
        let gone = on_mo(&world, after(30), Method::GET, "", Value::Null).await;
        assert_eq!((gone.status, gone.code()), (404, "account_unknown"));
        for login in [MO, MOVED] {
            assert_eq!(crate::found(&world, login).await, [] as [Value; 0], "round {round}");
        }
        assert!(world.live_links(after(30)).await.is_empty());
        assert_sound(&world, after(30)).await;
    }
}

/// One of many things that somebody does to Mo's account at second 20.
async fn anything(world: &World, which: usize, grant: &str, token: &str) -> Reply {
    let post = async |end: &str, body| on_mo(world, after(20), Method::POST, end, body).await;
    match which {
        0 => change(world, json!({"login": MOVED})).await,
        1 => change(world, json!({"login": "mo.third@example.com"})).await,
        2 => change(world, json!({"phone": "0612345678", "first_name": "M"})).await,
        3 => block(world).await,
        4 => post("/unblock", Value::Null).await,
        5 => post("/temporary-password", Value::Null).await,
        6 => {
            let sent = post("/send-link", json!({"kind": "invite"})).await;
            world.deliver(after(20)).await;
            sent
        }
        7 => world.set(after(20), grant, NEW).await,
        8 => world.click(after(20), token).await,
        9 => world.not_me(after(20), token).await,
        10 => world.import(after(20), "demo", &world.admin, "{\"login\":\"mo@example.com\"}").await,
        11 => world.post(after(20), "sign-in", json!({"login": MO, "password": OLD})).await,
        _ => on_mo(world, after(20), Method::DELETE, "", Value::Null).await,
    }
}

#[tokio::test]
async fn whatever_is_done_at_once_leaves_what_is_at_rest_sound() {
    const KINDS: usize = 13;
    for round in 0..40 {
        let world = World::with(|settings| settings.temporary_passwords_enabled = true).await;
        let token = world.reset_token(after(0), MO).await;
        let grant = world.grant(after(10), &token).await;
        // Six of them, other ones in every round; an erasure in few.
        let which = (0..6).map(|at| (round * 5 + at * (1 + round % 7)) % KINDS);
        let which: Vec<usize> = which.filter(|which| *which < 12 || round % 4 == 0).collect();
        let replies =
            join_all(which.iter().map(|which| anything(&world, *which, &grant, &token))).await;
        let erased = which.contains(&12);
        for (which, reply) in which.iter().zip(&replies) {
            assert!(reply.status < 500 || reply.status == 503, "{round} {which}: {reply:?}");
            let gone = reply.code() == "account_unknown";
            assert!(!gone || erased, "{round} {which}: {reply:?}");
        }
        assert_sound(&world, after(30)).await;
        world.deliver(after(40)).await;
        world.schedule(after(200)).await;
        assert_sound(&world, after(200)).await;
        assert_eq!(world.outbox(), [] as [Value; 0], "round {round}");
    }
}
